// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace troupe::actors {

class manual_shard;

/// The virtual time that hand-drained shards share, and the order in which they run: round robin,
/// one at a time.
///
/// Everything is deterministic: nothing runs but inside `run_until_idle` and `advance`, on the
/// caller's thread, which is the one that made it, or that it was handed to.
class manual_clock {
public:
  explicit manual_clock(time_point start = time_point{std::chrono::seconds{1'700'000'000}})
      : now_(start) {}

  [[nodiscard]] time_point now() const noexcept { return now_; }

  /// From here on the shards run in another order each round, which the seed decides.
  void shuffle(std::uint64_t seed) { chance_.emplace(seed); }

  /// From here on this thread is the one that drains the shards and may touch them; the former one
  /// must not meanwhile.
  void hand_to_this_thread() noexcept {
    thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_of_this_thread() const noexcept {
    return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  /// Runs all shards until none has anything to do at the present time; returns whether anything
  /// ran.
  bool run_until_idle();

  /// Moves the time forward by `by`, stopping at every timer on the way so that each runs at its
  /// own time.
  void advance(duration by);

  /// Moves to the next timer of any shard and runs it; false if there is none. For tests that wait
  /// for a condition.
  bool advance_to_next_timer();
  /// When that is.
  [[nodiscard]] std::optional<time_point> next_timer() const;

private:
  friend class manual_shard;
  void move_to(time_point when);
  void reorder();

  time_point now_;
  std::vector<manual_shard*> shards_;
  std::optional<std::mt19937_64> chance_;
  /// Asked also by threads that were left behind.
  std::atomic<std::thread::id> thread_ = std::this_thread::get_id();
};

/// A shard without a thread for tests: drained by hand, in virtual time.
///
/// Posting from other threads is allowed (the work waits for the next `run_until_idle`), everything
/// else happens on the thread that drains. Destroying it ends its actors as `stop` does.
class manual_shard final : public shard {
public:
  explicit manual_shard(
      caf::actor_system& system,
      std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>());
  ~manual_shard() override;

  /// Shorthands for the clock's: they run every shard that shares it.
  bool run_until_idle() { return clock_->run_until_idle(); }
  void advance(duration by) { clock_->advance(by); }

  [[nodiscard]] const std::shared_ptr<manual_clock>& clock() const noexcept { return clock_; }

  /// Sends the pinned actors home, runs until they are gone, refuses work from then on.
  void stop();

  /// Hands the clock to this thread. Called from inside of foreign code, what follows there is the
  /// former thread's, which gets lost when that code returns; another thread that was left behind
  /// leaves the clock's functions by `thread_left_behind`.
  bool leave_behind(const foreign_look& seen) override;

  [[nodiscard]] time_point now() const override { return clock_->now(); }
  [[nodiscard]] bool runs_here() const override { return true; }

protected:
  void wake() override {}
  [[nodiscard]] bool owns_this_thread() const override { return clock_->is_of_this_thread(); }
  [[nodiscard]] timer_heap::instant ticks() const override {
    return clock_->now().time_since_epoch().count();
  }

private:
  friend class manual_clock;

  template <class Part>
  bool turn(Part part);

  std::shared_ptr<manual_clock> clock_;
  std::vector<std::shared_ptr<tenure>> tenures_;
  bool stopped_ = false;
};

} // namespace troupe::actors
