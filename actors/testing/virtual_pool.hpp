// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/manual_shard.hpp"
#include "actors/worker/work_pool.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::testing {

/// Where plain functions run in virtual time: each on a thread, so that it may wait, but only one
/// thread of all moves at a time. It has the clock and everything that runs by it meanwhile.
///
/// The time stands still while a function computes. One that waits for the service gives its turn
/// away (`yield`) and gets it again with the next `run`.
class virtual_pool final : public actors::work_pool {
public:
  explicit virtual_pool(std::shared_ptr<actors::manual_clock> clock) : clock_(std::move(clock)) {}
  /// Ends the waits of functions; waits for their ends.
  ~virtual_pool() override;

  /// On the thread that has the clock.
  void submit(std::vector<actors::pool_work> batch) override;

  /// Gives every function that waits a turn, and begins those that are new. True if one has begun
  /// or ended. On the thread that has the clock, but none of the pool's.
  bool run();

  /// True on a thread of the pool.
  [[nodiscard]] bool is_of_this_thread() const noexcept;
  /// On a thread of the pool: everything else may go on; returns with the next turn. False if there
  /// will be no other: the wait must end.
  bool yield();

private:
  struct runner {
    std::thread thread;
    std::condition_variable called;
    actors::pool_work work;
    bool has_work = false;
    bool waits = false; ///< in `yield`
  };
  using lock = std::unique_lock<std::mutex>;

  static runner*& of_this_thread() noexcept;
  void live(runner& me);
  void give_turn(lock& guard, runner& to);
  void give_back(lock& guard, runner& me);
  runner& idle_runner();

  std::shared_ptr<actors::manual_clock> clock_;
  std::deque<actors::pool_work> queue_; ///< of the thread that has the clock

  std::mutex mutex_; ///< guards the rest, but only who has the turn changes it
  std::condition_variable returned_;
  std::vector<std::unique_ptr<runner>> runners_;
  runner* turn_ = nullptr; ///< null: outside
  bool ending_ = false;
};

} // namespace troupe::testing
