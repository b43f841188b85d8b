// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <temporal/api/enums/v1/failed_cause.pb.h>

#include <string_view>

namespace troupe::embedded {

/// The life of a run's workflow task.
///
///     (none) --schedule--> scheduled --start--> started --complete|fail|time_out--> (none)
///
/// A task that failed is tried again at once: as a transient one (nothing is written) from the
/// second attempt on, unless it came through the sticky queue, or other events were written
/// meanwhile; then it counts as a first attempt and is written as usual.
///
/// A task that there is for updates alone is *speculative*: it is in memory only, and nothing of it
/// is written if all that a worker does with it is to reject them. Whatever else is written to its
/// run makes it a normal one (`change::make_task_real`), and so do a failure and a timeout.

/// Schedules a workflow task if the run is open, has none, and is past its first backoff.
void want_task(change& ch, run& on);

enum class dispatch { queue, inline_start };

/// Schedules a workflow task: buffered events first. With `inline_start` the caller starts it
/// itself. `original_time` is that of the first of a row of heartbeat tasks, or the epoch.
/// `keeps_worker`: the worker asked for it, so it has what it was sent.
void schedule_task(
    change& ch,
    run& on,
    dispatch how = dispatch::queue,
    time_point original_time = {},
    bool keeps_worker = false);

/// Schedules a workflow task that there is for updates alone.
void schedule_speculative(change& ch, run& on, dispatch how = dispatch::queue);

/// The effect that puts the run's scheduled task into its queue.
workflow_task_dispatch dispatch_of(const run& on);

/// A worker has the task now. `false` if it is stale, or if the updates it was for are gone.
bool start_task(change& ch, run& on, const start_workflow_task& by);

/// Writes the events of a transient or speculative task, whose turn to become real it is now that a
/// worker completes it. `identity` is the worker's.
void write_made_up_events(change& ch, run& on, std::string_view identity);

/// The task failed: an event (of a first attempt), stickiness is lost. Schedules nothing. The
/// checksum is that of the worker's program, from workers that have no build id.
void fail_task(
    change& ch,
    run& on,
    enums::WorkflowTaskFailedCause cause,
    const api::failure::v1::Failure* failure,
    std::string_view identity,
    std::string_view binary_checksum = {});

/// The task's deadline has passed. Schedules the next attempt.
void time_out_task(change& ch, run& on);

/// No worker holds the run any more.
void clear_sticky(run& on);

/// Fails the started task, and schedules another one, if too much waits for its end.
void limit_buffer(change& ch, run& on);

/// The Scheduled and Started events that a transient or speculative task would have; empty for any
/// other.
std::vector<event_ptr> synthetic_events(const run& on);

/// What the worker that started the task gets: the whole history (its first page), or only what is
/// new: a serialised `temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse`.
std::string poll_response(const change& ch, const run& on, bool partial);
/// The same for the answer at hand: from now on whoever gets it has what is in it.
std::string hand_out(change& ch, run& on, bool partial);

} // namespace troupe::embedded
