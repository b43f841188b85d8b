// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/effect.hpp"
#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/surroundings.hpp"

#include <troupe/rpc_status.hpp>

#include <string>

namespace troupe::embedded {

/// What an activity may take and how it is retried: as its event says, unless a client changed it.

/// Zero: no limit.
struct activity_timeouts {
  duration schedule_to_close{}; ///< over all attempts
  duration schedule_to_start{}; ///< of each attempt, in the queue
  duration start_to_close{};    ///< of each attempt
  duration heartbeat{};
};

const api::history::v1::ActivityTaskScheduledEventAttributes&
attributes(const activity_state& activity);

activity_timeouts timeouts_of(const activity_state& activity);
const api::common::v1::RetryPolicy& retry_policy_of(const activity_state& activity);
const std::string& task_queue_of(const activity_state& activity);
/// Its own fields, the run's where it has none.
api::common::v1::Priority priority_of(const run& on, const activity_state& activity);
/// The same as a task queue wants it.
task_priority task_priority_of(const run& on, const activity_state& activity);

/// What a workflow's priority is for what it starts: field by field, its own comes first.
api::common::v1::Priority
merged(api::common::v1::Priority of_workflow, const api::common::v1::Priority& own);

/// All of it as an option message, to be changed or shown.
api::activity::v1::ActivityOptions options_of(const activity_state& activity);

/// The real server's checks of a priority, in its words.
rpc_status check(const api::common::v1::Priority& priority);

/// Checks the timeouts in the real server's words and order, and makes them what counts: one that
/// is unset is bounded by the others, and all by the run's. Refusals carry no code of their own.
rpc_status check_and_fill_timeouts(
    const std::string& activity_id,
    const std::string& type,
    duration run_timeout,
    google::protobuf::Duration& schedule_to_close,
    google::protobuf::Duration& schedule_to_start,
    google::protobuf::Duration& start_to_close,
    google::protobuf::Duration& heartbeat);

/// When the whole activity, its wait in the queue, its attempt, its silence are over; nothing
/// without such a timeout, or while it does not count.
std::optional<time_point> close_expiry(const activity_state& activity);
std::optional<time_point> start_expiry(const activity_state& activity);
std::optional<time_point> attempt_expiry(const activity_state& activity);
std::optional<time_point> heartbeat_expiry(const activity_state& activity);

/// The pause after this attempt by the policy alone.
duration policy_interval(const api::common::v1::RetryPolicy& policy, std::int32_t attempt);

} // namespace troupe::embedded
