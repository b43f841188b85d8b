// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

#include <chrono>
#include <memory>

namespace troupe::rpc {

class call_metrics;

/// When a failed call is tried again. The defaults are those of Temporal's SDKs.
struct retry_policy {
  std::chrono::milliseconds initial{100};
  double factor = 1.7;
  std::chrono::milliseconds maximum{5'000};
  double jitter = 0.2; ///< a delay is multiplied by 1 - jitter to 1 + jitter
  /// For `resource_exhausted` the longer of the two series counts.
  std::chrono::milliseconds throttled_initial{1'000};
  double throttled_factor = 2.0;
  std::chrono::milliseconds throttled_maximum{10'000};
  int maximum_attempts = 0; ///< 0: until the call's deadline
};

/// Uniform in [0, 1): the source of jitter, injected so that tests know the delays.
using random_source = unique_function<double()>;
/// A generator seeded from the system, one per owner.
[[nodiscard]] random_source system_random();

/// True for the codes that may go away by themselves: `data_loss`, `internal`, `unknown`,
/// `resource_exhausted`, `aborted`, `out_of_range`, `unavailable`; never for messages too large.
[[nodiscard]] bool is_retryable(const rpc_status& status) noexcept;

/// The pause before the next attempt, after `failed_attempts` (at least 1) of them.
[[nodiscard]] duration retry_delay(
    const retry_policy& policy, int failed_attempts, status_code code, double random) noexcept;

/// Tries calls again on another transport, within each call's own timeout, which covers all
/// attempts; the same request bytes are sent again.
///
/// If the next pause would end after the deadline, the last failure is reported at once. Own thread
/// of the executor only. Cancelling during a pause reports `cancelled`. `over` and `runs_on` must
/// outlive it; destroying it cancels what is in flight. If `counts` is given, each attempt is
/// counted there; it must outlive this too.
class retrying_transport final : public transport {
public:
  retrying_transport(
      transport& over,
      executor& runs_on,
      retry_policy policy = {},
      random_source random = system_random(),
      call_metrics* counts = nullptr);
  ~retrying_transport() override;

  call_id start(call what, reply_handler on_reply) override;
  void cancel(call_id id) override;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::rpc
