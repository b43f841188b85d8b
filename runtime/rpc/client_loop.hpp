// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <memory>

namespace troupe::rpc {

struct polled_queue;

/// A thread with a completion queue, for callers that have no shard: what a blocking client runs
/// on.
///
/// Destroying it runs what completes until the queue is empty, then ends the thread; destroy the
/// transports on it before. It may be destroyed on its own thread, which then ends by itself.
class client_loop final : public executor {
public:
  client_loop();
  ~client_loop() override;
  client_loop(const client_loop&) = delete;
  client_loop& operator=(const client_loop&) = delete;

  [[nodiscard]] polled_queue& queue() noexcept;

  void post(unique_function<void()> work) override;
  timer_id schedule(duration after, unique_function<void()> work) override;
  void cancel(timer_id timer) override;
  [[nodiscard]] time_point now() const override;
  [[nodiscard]] bool runs_here() const override;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::rpc
