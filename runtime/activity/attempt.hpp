// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/activity/activity_state.hpp"
#include "runtime/activity/attempt_trace.hpp"
#include "runtime/activity/environment.hpp"
#include "runtime/activity/task.hpp"
#include "runtime/base/executor.hpp"
#include "runtime/rpc/transport.hpp"

#include <troupe/cancellation.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/unique_function.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

namespace troupe::activity {

/// What came of an attempt.
struct outcome {
  enum class kind : std::uint8_t {
    completed, ///< `value`
    failed,    ///< `error`
    canceled,  ///< on request; `details`
    later,     ///< somebody else completes it
  };

  kind what = kind::failed;
  payload value = {}; ///< encoded, the codec included
  payloads details = {};
  std::exception_ptr error = {};
};

/// What an error that an activity let out is, if it was asked to stop for this reason.
///
/// | error | asked to stop | outcome |
/// |---|---|---|
/// | `complete_later()` | - | later |
/// | a cancellation | on request | canceled, with its details |
/// | a cancellation | paused, reset, the worker stops | failed, to be tried again: `ActivityPause`,
/// `ActivityReset`, `WorkerShutdown` | | a cancellation | no, or since nobody waits any more |
/// failed, to be tried again: `CanceledError` | | anything else | - | failed with it |
[[nodiscard]] outcome classify(const std::exception_ptr& error, cancel_reason asked);

/// One attempt of an activity on its way to its outcome: plain state, no threads, no clocks.
///
/// The owner asks `next()` and does what it says until it has ended:
///
///     run_on_shard   run_on_shard(finished)           -> wait for finished
///     run_on_pool    post run_on_pool() to the pool   -> back on the shard: pool_finished()
///     ended          result()
///
/// Own thread: the shard's, but for `run_on_pool`. Nothing throws. Held by `shared_ptr` while the
/// pool runs it; a coroutine is destroyed with the object.
class attempt {
public:
  enum class step : std::uint8_t { run_on_shard, run_on_pool, ended };

  /// `where` runs the coroutines and their timers (the shard), and lives for as long as
  /// `keeps_where` does. `calls` is what a coroutine's calls of the client of its context go
  /// through, on `where`, and lives as long; null: the client's own way.
  attempt(
      std::shared_ptr<const activity::environment> environment,
      task what,
      executor& where,
      std::shared_ptr<void> keeps_where = {},
      rpc::transport* calls = nullptr);
  /// One that has failed without being run.
  attempt(
      std::shared_ptr<const activity::environment> environment, task what, std::exception_ptr why);
  ~attempt();
  attempt(const attempt&) = delete;
  attempt& operator=(const attempt&) = delete;

  [[nodiscard]] step next() const noexcept { return step_; }

  /// Starts the coroutine. `finished` runs on this thread when it ended, perhaps before this
  /// returns; it must not destroy the attempt (post that).
  void run_on_shard(unique_function<void()> finished);
  /// Runs the function on the calling thread. Once.
  void run_on_pool() noexcept;
  void pool_finished();

  /// Once it has ended.
  [[nodiscard]] const outcome& result() const noexcept { return outcome_; }

  /// Tells the running activity to stop, through its context. True if it was not told before.
  bool cancel(cancel_reason reason) { return state_->cancellation.cancel(reason); }
  [[nodiscard]] cancel_reason cancelled() const noexcept { return state_->token.reason(); }

  [[nodiscard]] const activity::info& info() const noexcept { return state_->info; }
  [[nodiscard]] const activity::environment& environment() const noexcept {
    return *state_->environment;
  }
  /// Of what belongs to this activity.
  [[nodiscard]] const data_converter& converter() const noexcept { return state_->converter(); }
  /// For its heartbeats: `listen`, `take_details`.
  [[nodiscard]] detail::activity_state& state() const noexcept { return *state_; }

private:
  [[nodiscard]] async<void> run_coroutine();
  void fail(const std::exception_ptr& error) { outcome_ = classify(error, cancelled()); }
  void end() noexcept;

  std::shared_ptr<detail::activity_state> state_;
  std::shared_ptr<const detail::implementation_base> code_;
  std::unique_ptr<attempt_trace> trace_; ///< null without a tracer
  payloads input_;
  step step_ = step::ended;
  outcome
      outcome_; ///< written by the thread that ran the code, read on the shard after it was told
  unique_function<void()> finished_;
  std::optional<async<void>> body_; // last: its frame refers to the rest
};

} // namespace troupe::activity
