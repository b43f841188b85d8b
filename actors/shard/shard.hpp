// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/foreign_code.hpp"
#include "actors/shard/tenure.hpp"
#include "actors/shard/timer_heap.hpp"
#include "runtime/base/executor.hpp"

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <source_location>
#include <string>
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
  std::atomic<std::uint64_t> left_behind{0};     ///< threads that user's code did not give back
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

  /// Runs `what` once the actor or the function that runs now has returned: what may never come
  /// back. Own thread only.
  void run_foreign(std::shared_ptr<foreign_code> what) { foreign_.push_back(std::move(what)); }

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
  /// The foreign code that runs right now. Thread-safe.
  [[nodiscard]] foreign_look look_at_foreign() const;
  /// Goes on on a new thread if the foreign code has made no progress since `seen`; the old one
  /// stays with the code. False if it cannot, or need not. Any thread but its own.
  virtual bool leave_behind(const foreign_look& seen) = 0;
  /// Threads that have been left behind and have not come back. Thread-safe.
  [[nodiscard]] virtual std::size_t threads_away() const { return 0; }
  [[nodiscard]] std::size_t pending_timers() const noexcept { return timers_.size(); }
  /// Actors and functions that wait for their turn. Own thread.
  [[nodiscard]] std::size_t queued() const;
  struct actor_kind {
    std::size_t actors = 0;
    std::size_t messages = 0; ///< in their mailboxes
  };
  /// The pinned actors by name. Own thread, while none of them runs.
  [[nodiscard]] std::map<std::string, actor_kind> census() const;
  /// The coroutine that has the thread; its line is 0 if none has. Thread-safe.
  [[nodiscard]] std::source_location running_coroutine() const;

  /// How many messages an actor handles before others get their turn.
  static constexpr std::size_t max_throughput = 100;

protected:
  explicit shard(caf::actor_system& system);

  /// Wakes the loop. Any thread, under the shard's lock; not again before `woken` was called.
  virtual void wake() = 0;
  /// The loop has come round after `wake`.
  void woken();
  /// True on the thread that may touch the run queue directly.
  [[nodiscard]] virtual bool owns_this_thread() const = 0;
  /// The shard that this thread may touch: none while it runs foreign code, and none for ever when
  /// it was left behind.
  [[nodiscard]] static shard*& owner_of_this_thread() noexcept;
  /// The shard's own clock in nanoseconds: what timers are measured with.
  [[nodiscard]] virtual timer_heap::instant ticks() const = 0;

  /// Runs what is queued, own and from other threads, until nothing is left or after so many
  /// rounds, each of 16 jobs on average at most. True if anything ran.
  bool drain(std::size_t rounds = std::numeric_limits<std::size_t>::max());
  /// True if `drain` stopped before everything was done. Own thread.
  [[nodiscard]] bool has_more() const noexcept { return !local_.empty(); }
  /// Runs timers that are due. True if any ran.
  bool run_due_timers() { return run_due_timers(ticks()); }
  bool run_due_timers(timer_heap::instant now);
  [[nodiscard]] std::optional<timer_heap::instant> next_timer() { return timers_.next_due(); }
  [[nodiscard]] bool has_deferred() const noexcept { return !deferred_.empty(); }
  /// Runs what was deferred until now. True if anything ran.
  bool run_deferred();

  /// Runs the foreign code that what ran before has left. Throws `thread_left_behind` if the shard
  /// has gone on without this thread, which then may touch nothing of it. Own thread.
  void run_foreign_code();
  /// From here on this thread is the shard's: its first one, or the next one when the former is
  /// claimed. Its tenure lasts as long as it holds the result.
  [[nodiscard]] std::shared_ptr<tenure> take_over();
  /// The present thread's. Thread-safe.
  [[nodiscard]] std::shared_ptr<tenure> present() const;

  /// Sends exit to every pinned actor. Own thread.
  void ask_actors_to_leave();
  /// From here on work is refused; returns after what is queued has been dropped. Own thread, after
  /// the loop.
  void close();

  shard_counters counters_;
  std::atomic<std::int64_t> busy_since_{0};

private:
  using job = std::variant<caf::resumable*, unique_function<void()>>;
  class trip;

  void enqueue(job what);
  bool fetch_remote();
  void run(job& what);
  void run_actor(caf::resumable* who);
  /// What it throws is logged; but `thread_left_behind`, of a turn within it, goes on.
  void run_work(unique_function<void()>& work);
  void refuse(job& what);

  std::deque<job> local_;                              ///< own thread only
  timer_heap timers_;                                  ///< own thread only
  std::vector<unique_function<void()>> deferred_;      ///< own thread only
  std::vector<std::shared_ptr<foreign_code>> foreign_; ///< own thread only
  foreign_code* abroad_ = nullptr; ///< the foreign code that runs: for the successor
  bool was_abroad_ = false; ///< since `remote_` was looked at last: nobody woke it; own thread only
  std::atomic<std::uint64_t> running_actor_{0};
  /// Of the own thread, which may therefore read it without the lock; set under it.
  std::shared_ptr<tenure> tenure_ = std::make_shared<tenure>();

  mutable std::mutex mutex_; ///< guards what follows
  std::vector<job> remote_;
  std::atomic<bool> has_remote_{false}; ///< written under the lock, and read without it
  bool wake_sent_ = false;
  bool closed_ = false; ///< written by the own thread, which may therefore read it without the lock
  std::unordered_set<caf::local_actor*> actors_;
};

} // namespace troupe::actors
