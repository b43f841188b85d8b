// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/activity/activity_options.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/run_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace troupe::embedded {
namespace {

std::optional<time_point> expiry(time_point from, duration limit) {
  if (limit <= duration{})
    return std::nullopt;
  return later(from, limit);
}

/// The longest of the real server: a hundred years of 365 days.
constexpr duration longest_timeout = std::chrono::hours{24} * 365 * 100;

/// The shorter of two, of which zero is none.
duration shorter(duration left, duration right) {
  if (left <= duration{} || right <= duration{})
    return std::max(left, right);
  return std::min(left, right);
}

} // namespace

const api::history::v1::ActivityTaskScheduledEventAttributes&
attributes(const activity_state& activity) {
  return activity.scheduled->activity_task_scheduled_event_attributes();
}

activity_timeouts timeouts_of(const activity_state& activity) {
  const auto read = [](const auto& from) {
    return activity_timeouts{
        from_proto(from.schedule_to_close_timeout()),
        from_proto(from.schedule_to_start_timeout()),
        from_proto(from.start_to_close_timeout()),
        from_proto(from.heartbeat_timeout())};
  };
  return activity.options ? read(*activity.options) : read(attributes(activity));
}

const api::common::v1::RetryPolicy& retry_policy_of(const activity_state& activity) {
  return activity.options ? activity.options->retry_policy() : attributes(activity).retry_policy();
}

const std::string& task_queue_of(const activity_state& activity) {
  return activity.options ? activity.options->task_queue().name()
                          : attributes(activity).task_queue().name();
}

namespace {

const api::common::v1::Priority& own_priority(const activity_state& activity) {
  return activity.options ? activity.options->priority() : attributes(activity).priority();
}

} // namespace

api::common::v1::Priority priority_of(const run& on, const activity_state& activity) {
  return merged(priority_of(on), own_priority(activity));
}

task_priority task_priority_of(const run& on, const activity_state& activity) {
  const auto& own = own_priority(activity);
  const auto& of_run = priority_of(on);
  return {
      own.priority_key() != 0 ? own.priority_key() : of_run.priority_key(),
      own.fairness_key().empty() ? of_run.fairness_key() : own.fairness_key(),
      own.fairness_weight() != 0 ? own.fairness_weight() : of_run.fairness_weight()};
}

api::common::v1::Priority
merged(api::common::v1::Priority of_workflow, const api::common::v1::Priority& own) {
  if (own.priority_key() != 0)
    of_workflow.set_priority_key(own.priority_key());
  if (!own.fairness_key().empty())
    of_workflow.set_fairness_key(own.fairness_key());
  if (own.fairness_weight() != 0)
    of_workflow.set_fairness_weight(own.fairness_weight());
  return of_workflow;
}

api::activity::v1::ActivityOptions options_of(const activity_state& activity) {
  if (activity.options)
    return *activity.options;
  const auto& from = attributes(activity);
  api::activity::v1::ActivityOptions options;
  *options.mutable_task_queue() = from.task_queue();
  *options.mutable_schedule_to_close_timeout() = from.schedule_to_close_timeout();
  *options.mutable_schedule_to_start_timeout() = from.schedule_to_start_timeout();
  *options.mutable_start_to_close_timeout() = from.start_to_close_timeout();
  *options.mutable_heartbeat_timeout() = from.heartbeat_timeout();
  copy_in_slices(from.retry_policy(), *options.mutable_retry_policy());
  if (from.has_priority())
    *options.mutable_priority() = from.priority();
  return options;
}

rpc_status check(const api::common::v1::Priority& priority) {
  constexpr std::size_t longest_fairness_key = 64;
  if (priority.priority_key() < 0)
    return invalid_argument("priority key can't be negative");
  if (priority.fairness_key().size() > longest_fairness_key)
    return invalid_argument("fairness key length exceeds limit");
  if (priority.fairness_weight() < 0)
    return invalid_argument("must be greater than zero");
  return {};
}

rpc_status check_and_fill_timeouts(
    const std::string& activity_id,
    const std::string& type,
    duration run_timeout,
    google::protobuf::Duration& schedule_to_close,
    google::protobuf::Duration& schedule_to_start,
    google::protobuf::Duration& start_to_close,
    google::protobuf::Duration& heartbeat) {
  const std::array all{
      std::pair{&schedule_to_close, "ScheduleToCloseTimeout"},
      std::pair{&schedule_to_start, "ScheduleToStartTimeout"},
      std::pair{&start_to_close, "StartToCloseTimeout"},
      std::pair{&heartbeat, "HeartbeatTimeout"}};
  for (const auto& [value, name] : all)
    if (const auto problem = duration_problem(*value); !problem.empty())
      return invalid_argument("invalid " + std::string{name} + ": " + std::string{problem});
  const auto read = [](const google::protobuf::Duration& from) {
    return std::min(from_proto(from), longest_timeout);
  };
  auto to_close = read(schedule_to_close);
  auto to_start = read(schedule_to_start);
  auto attempt = read(start_to_close);
  if (to_close > duration{}) {
    to_close = shorter(to_close, run_timeout);
    to_start = shorter(to_start, to_close);
    attempt = shorter(attempt, to_close);
  } else if (attempt > duration{}) {
    to_close = run_timeout;
    to_start = shorter(to_start, run_timeout);
    attempt = shorter(attempt, run_timeout);
  } else {
    return invalid_argument(
        "a valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand. "
        "ActivityId="
        + activity_id + " ActivityType=" + type);
  }
  to_proto(to_close, schedule_to_close);
  to_proto(to_start, schedule_to_start);
  to_proto(attempt, start_to_close);
  to_proto(std::min(read(heartbeat), attempt), heartbeat);
  return {};
}

std::optional<time_point> close_expiry(const activity_state& activity) {
  return expiry(activity.first_scheduled_time, timeouts_of(activity).schedule_to_close);
}

std::optional<time_point> start_expiry(const activity_state& activity) {
  if (activity.state != activity::state::scheduled)
    return std::nullopt;
  return expiry(activity.scheduled_time, timeouts_of(activity).schedule_to_start);
}

std::optional<time_point> attempt_expiry(const activity_state& activity) {
  if (activity.state != activity::state::started)
    return std::nullopt;
  return expiry(activity.started_time, timeouts_of(activity).start_to_close);
}

std::optional<time_point> heartbeat_expiry(const activity_state& activity) {
  if (activity.state != activity::state::started)
    return std::nullopt;
  const auto last =
      std::max(activity.last_heartbeat.value_or(activity.started_time), activity.started_time);
  return expiry(last, timeouts_of(activity).heartbeat);
}

duration policy_interval(const api::common::v1::RetryPolicy& policy, std::int32_t attempt) {
  const auto seconds = [](const google::protobuf::Duration& from) {
    return std::chrono::duration<double>(from_proto(from)).count();
  };
  const double longest = seconds(policy.maximum_interval());
  const double limit = longest > 0 ? longest : std::numeric_limits<double>::infinity();
  const double wanted =
      seconds(policy.initial_interval()) * std::pow(policy.backoff_coefficient(), attempt - 1);
  return seconds_of(wanted < limit ? wanted : limit); // with a coefficient of NaN the limit
}

} // namespace troupe::embedded
