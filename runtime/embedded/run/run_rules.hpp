// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <troupe/rpc_status.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// How runs begin and end, and how one follows another.

/// What a new run is made of.
struct new_run {
  std::string run_id;
  /// The Started event without event id and time: type, queue, input, timeouts, who it continues,
  /// ...
  event_ptr started;
  std::string request_id;
  duration first_task_backoff{};
  std::vector<completion_callback> callbacks;
};

/// Makes the new run the current one and writes its Started event. The caller adds what belongs
/// into the first batch and then calls `begin_first_task`.
run& create_run(change& ch, new_run what);

/// Makes the run that is described the current one, as it is: its Started event keeps its time.
run& add_run(change& ch, const new_run& what);

/// The first workflow task, now or (a timer does it) after the first backoff.
void begin_first_task(change& ch, run& on);

/// Who takes over when a run has ended.
enum class successor {
  none,
  takes_callbacks,
  leaves_callbacks,
  resets ///< takes callbacks, and children as they are
};

/// Ends the run, whose closing event is written already.
void close_run(
    change& ch, run& on, enums::WorkflowExecutionStatus status, successor next = successor::none);

/// Ends a run from outside: a task under way is failed first.
void terminate_run(
    change& ch,
    run& on,
    const std::string& reason,
    const api::common::v1::Payloads* details,
    const std::string& identity,
    const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links = {});

/// Ends the current run as another one was made of it (`is_base`), or of a run before it.
void reset_run(change& ch, run& on, const std::string& reason, bool is_base);

/// The run that resets made of this one, as long as one is closed; itself if it was not reset.
run* after_resets(change& ch, run* on);

/// The run timeout or the execution timeout has passed.
void time_out_run(change& ch, run& on);

/// What a failed (or timed out) run is followed by, as its closing event has to tell.
struct follow_up {
  enums::RetryState retry_state = enums::RETRY_STATE_RETRY_POLICY_NOT_SET;
  std::string run_id; ///< empty: nothing follows
  enums::ContinueAsNewInitiator initiator = enums::CONTINUE_AS_NEW_INITIATOR_UNSPECIFIED;
  duration backoff{};
};

/// After a failure: the retry policy, else cron.
follow_up follow_failure(change& ch, const run& on, const api::failure::v1::Failure& failure);

/// After success: cron.
follow_up follow_success(change& ch, const run& on);

/// Starts the run that `next` announced. `failure` is null after success, `result` after failure.
void start_follow_up(
    change& ch,
    run& on,
    const follow_up& next,
    const api::failure::v1::Failure* failure,
    const api::common::v1::Payloads* result);

/// Why this run takes no signal now, besides the signal's own mistakes: too many, or it is closing.
rpc_status check_signal(const change& ch, const run& on);

/// Counts the signal, puts its event into the history and sees to a workflow task.
void signal_run(change& ch, run& on, const std::string& request_id, const event_ptr& signaled);

/// The event says whose request it was, if links to signals are wanted.
void name_signal(const change& ch, const std::string& request_id, history_event& signaled);

/// The event can be found by the id of its request.
void note_signal(const change& ch, run& on, const history_event& signaled);

/// What a link to a signal looks like, written or not.
void link_to_signal(
    const change& ch, const run& on, const std::string& request_id, api::common::v1::Link& link);

/// A call has to come again, as the run is about to end or to be followed by another one.
rpc_status busy_closing();

/// The callbacks of a run, not of its updates, for the one that takes over.
std::vector<completion_callback> callbacks_of(const run& on);

/// How many callbacks of a run count towards its limit: those that were told, or given up, are done
/// with. A run that serves operations by its updates would come to an end of them otherwise.
std::size_t attached_callbacks(const run& on);

/// Which successor `next` is.
successor kind_of(const follow_up& next);

/// Runs follow each other no faster than once a second, counted from when the one before might
/// begin: the time that it was held back is none of its life (as the real server counts, 1.31.2).
duration at_least_a_second_apart(const run& on, time_point now, duration backoff);

} // namespace troupe::embedded
