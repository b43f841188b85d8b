// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::embedded {

/// What happens to activities between the command that scheduled them and their end.

using activity_entry = tracked_map<std::string, activity_state>::const_iterator;

/// The activity that this event scheduled, if it is still pending; else the end of the table.
activity_entry find_activity(const run& on, std::int64_t scheduled_event_id);

/// A worker has the activity now, whose task was in a queue or never was.
void start_activity(
    change& ch, activity_state& activity, std::string identity, std::string request_id);

/// What the worker that started it gets: a serialised
/// `temporal.api.workflowservice.v1.PollActivityTaskQueueResponse`.
std::string activity_task(const change& ch, const run& on, const activity_state& activity);

/// Ends the activity: the event that it started, if it did, and the given one, whose `started`
/// field is filled in.
void end_activity(change& ch, run& on, activity_entry at, const event_ptr& end);

/// Activities have ended: the workflow is to hear of it.
void tell_of_ends(change& ch, run& on);

/// How an attempt that failed goes on: `in_progress` if it was put off to the next one, else why
/// there is none.
enums::RetryState
retry_activity(change& ch, activity_state& activity, const api::failure::v1::Failure& failure);

/// Makes it wait for its start from now on, or from later on: in the queue, once somebody is to
/// take it.
void reschedule_activity(change& ch, activity_state& activity, time_point when);

/// Timeouts of activities and retries that are due, of those with these scheduled event ids.
void serve_activity_deadlines(change& ch, run& on, const std::vector<std::int64_t>& due);

/// Puts what this decision made ready to be started into its queues, of an open run.
void dispatch_activities(change& ch, run& on);

/// Shows a pending activity as a description of its run does.
void show_activity(const activity_state& activity, api::workflow::v1::PendingActivityInfo& to);

/// The options of an activity as clients see them.
api::activity::v1::ActivityOptions shown_options(const activity_state& activity);

} // namespace troupe::embedded
