// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/timer_heap.hpp"
#include "runtime/base/executor.hpp"

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <unordered_set>
#include <variant>
#include <vector>

namespace caf {
class actor_system;
class local_actor;
} // namespace caf

namespace troupe::actors {

/// What a shard counts. Written by its thread only; others may read at any time and see recent
/// values.
struct shard_counters {
  std::atomic<std::uint64_t> turns{0};           ///< times the loop came round
  std::atomic<std::uint64_t> resumed{0};         ///< actors resumed
  std::atomic<std::uint64_t> works{0};           ///< posted functions and timers run
  std::atomic<std::uint64_t> completions{0};     ///< completion-queue tags served
  std::atomic<std::uint64_t> wakes{0};           ///< wake-ups from other threads
  std::atomic<std::uint64_t> work_exceptions{0}; ///< posted functions that threw (logged)
};

/// One thread's worth of actors: an executor for code that knows no actors, and the unit that runs
/// pinned actors.
///
/// Actors pinned to it (`pinned_actor.hpp`) run here and nowhere else, whoever sends to them, so
/// what lives on one shard needs no locks. `post` and `exec_later` are thread-safe; timers belong
/// to the shard's own thread. The loop is the subclass's: `threaded_shard` (a gRPC completion
/// queue) or `manual_shard` (tests, virtual time).
///
/// Stopping: `stop` sends every pinned actor an exit message, runs until they are gone, and from
/// then on refuses work: posted functions are destroyed unrun, actors that are still launched end
/// at once. So no actor outlives its shard's loop, and `caf::actor_system` never waits for one. The
/// shard object must outlive the handles of its actors only as long as `stop` has not returned.
class shard : public executor, public caf::execution_unit {
public:
  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;
  ~shard() override;

  // -- executor -----------------------------------------------------------------------------------

  void post(unique_function<void()> work) final;
  timer_id schedule(duration after, unique_function<void()> work) final;
  void cancel(timer_id timer) final;

  /// Runs `work` here once nothing else is ready, before the loop waits again, or after many turns
  /// if it never comes to that: for what is cheaper in batches. Own thread only.
  void defer(unique_function<void()> work);

  // -- caf::execution_unit ------------------------------------------------------------------------

  /// Runs `job` here soon. Thread-safe, unlike the base class says.
  void exec_later(caf::resumable* job) final;

  // -- what pinned actors tell their shard --------------------------------------------------------

  void joined(caf::local_actor* who); ///< Thread-safe.
  void left(caf::local_actor* who);   ///< Thread-safe.

  // -- looking in ---------------------------------------------------------------------------------

  [[nodiscard]] const shard_counters& counters() const noexcept { return counters_; }

  /// Steady nanoseconds since the current turn began, 0 while it waits: what a watchdog asks.
  /// Thread-safe.
  [[nodiscard]] std::int64_t busy_since() const noexcept {
    return busy_since_.load(std::memory_order_relaxed);
  }
  /// The id of the actor that runs right now, 0 if none does. Thread-safe.
  [[nodiscard]] std::uint64_t running_actor() const noexcept {
    return running_actor_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t pinned_actors() const;
  [[nodiscard]] std::size_t pending_timers() const noexcept { return timers_.size(); }

  /// How many messages an actor handles before others get their turn.
  static constexpr std::size_t max_throughput = 100;

protected:
  explicit shard(caf::actor_system& system);

  /// Wakes the loop. Any thread, under the shard's lock; not again before `woken` was called.
  virtual void wake() = 0;
  /// The loop has come round after `wake`.
  void woken();
  /// True on the thread that may touch the run queue directly.
  [[nodiscard]] virtual bool owns_this_thread() const { return runs_here(); }
  /// The shard's own clock in nanoseconds: what timers are measured with.
  [[nodiscard]] virtual timer_heap::instant ticks() const = 0;

  /// Runs what is queued, own and from other threads, until nothing is left or after so many
  /// rounds. True if anything ran.
  bool drain(std::size_t rounds = std::numeric_limits<std::size_t>::max());
  /// True if `drain` stopped before everything was done. Own thread.
  [[nodiscard]] bool has_more() const noexcept { return !local_.empty(); }
  /// Runs timers that are due. True if any ran.
  bool run_due_timers();
  [[nodiscard]] std::optional<timer_heap::instant> next_timer() { return timers_.next_due(); }
  [[nodiscard]] bool has_deferred() const noexcept { return !deferred_.empty(); }
  /// Runs what was deferred until now. True if anything ran.
  bool run_deferred();

  /// Sends exit to every pinned actor. Own thread.
  void ask_actors_to_leave();
  /// From here on work is refused; returns after what is queued has been dropped. Own thread, after
  /// the loop.
  void close();

  shard_counters counters_;
  std::atomic<std::int64_t> busy_since_{0};

private:
  using job = std::variant<caf::resumable*, unique_function<void()>>;

  void enqueue(job what);
  bool fetch_remote();
  void run(job& what);
  void run_actor(caf::resumable* who);
  void run_work(unique_function<void()>& work) noexcept;
  void refuse(job& what);

  std::deque<job> local_;                         ///< own thread only
  timer_heap timers_;                             ///< own thread only
  std::vector<unique_function<void()>> deferred_; ///< own thread only
  std::atomic<std::uint64_t> running_actor_{0};

  mutable std::mutex mutex_; ///< guards what follows
  std::vector<job> remote_;
  bool wake_sent_ = false;
  bool closed_ = false; ///< written by the own thread, which may therefore read it without the lock
  std::unordered_set<caf::local_actor*> actors_;
};

} // namespace troupe::actors
