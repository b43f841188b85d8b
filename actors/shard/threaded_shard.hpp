// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"

#include <memory>
#include <string>

namespace grpc {
class CompletionQueue;
} // namespace grpc

namespace troupe::rpc {
struct polled_queue;
}

namespace troupe::actors {

/// A shard that is a thread of its own around a gRPC completion queue.
///
/// The loop waits on the queue until something completes, another thread wakes it, or the next
/// timer is due; then it runs everything that became ready and waits again. Tags of the queue are
/// `rpc::completion_tag*`. The thread is another one after `leave_behind`.
class threaded_shard final : public shard {
public:
  /// Starts the thread; `name` is what tools show for it (15 characters at most).
  threaded_shard(caf::actor_system& system, std::string name);
  /// The same around a queue that was made elsewhere, e.g. the one of a server, so that the
  /// server's calls are served by this thread without a hand-off.
  threaded_shard(
      caf::actor_system& system, std::string name, std::unique_ptr<grpc::CompletionQueue> queue);
  /// Stops it if nobody has.
  ~threaded_shard() override;

  /// The queue for transports and servers that live on this shard. Their operations must have ended
  /// before `stop` returns: `stop` serves the queue until it is empty.
  [[nodiscard]] grpc::CompletionQueue* completion_queue() noexcept;
  /// The same for transports.
  [[nodiscard]] rpc::polled_queue& polled() noexcept;

  /// Sends the pinned actors home, waits for them and for the queue, joins the thread. Any thread
  /// but its own. Does not wait for threads that were left behind: they touch nothing of the shard.
  void stop();

  bool leave_behind(const foreign_look& seen) override;
  [[nodiscard]] std::size_t threads_away() const override;

  /// So many threads may be away at a time: each holds its stack, and one that spins a core.
  static constexpr std::size_t most_away = 64;

  [[nodiscard]] time_point now() const override;
  [[nodiscard]] bool runs_here() const override;

protected:
  void wake() override;
  [[nodiscard]] bool owns_this_thread() const override { return owner_of_this_thread() == this; }
  [[nodiscard]] timer_heap::instant ticks() const override;

private:
  struct impl;

  void begin_thread();
  void loop();
  void shut_queue_down();

  std::unique_ptr<impl> impl_;
};

} // namespace troupe::actors
