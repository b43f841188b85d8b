// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/telemetry/meter.hpp"

#include <troupe/rpc_status.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::rpc {

/// What one RPC counts, for the meter's thread: `request`, `request_latency` and `request_failure`,
/// or the same with `long_` in front. Named and labelled as the metrics of Temporal's SDKs.
class call_counters {
public:
  call_counters(telemetry::meter& meter, std::string_view operation, bool is_long_poll);

  /// An attempt begins; `ended` follows.
  void began() { request_.add(); }
  /// A long poll that ends with its deadline, or is cancelled, found nothing and has not failed.
  void ended(duration lasted, const rpc_status& status);

private:
  telemetry::counter request_;
  telemetry::histogram latency_;
  telemetry::counters_by_label failure_; ///< by `status_code`
  bool is_long_poll_;
};

/// The counters of all RPCs that one thread calls. Not thread-safe; the meter must outlive it.
class call_metrics {
public:
  explicit call_metrics(telemetry::meter& meter) : meter_(&meter) {}

  /// Of this RPC (its full name), for as long as this object lives. The first time takes memory and
  /// the registry's lock, later a look through the few there are.
  [[nodiscard]] call_counters& of(std::string_view method, bool is_long_poll);

private:
  struct known {
    std::string method;
    bool is_long_poll;
    std::unique_ptr<call_counters> counters;
  };

  telemetry::meter* meter_;
  std::vector<known> known_;
};

} // namespace troupe::rpc
