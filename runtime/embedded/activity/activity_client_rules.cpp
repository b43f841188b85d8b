// SPDX-License-Identifier: Apache-2.0
// What clients do to pending activities: pause, unpause, reset them, change their options. None of
// it is an event.

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

/// Why the request is none that could be done.
template <class Request>
rpc_status check_request(const Request& request) {
  if (request.execution().workflow_id().empty())
    return invalid_argument("WorkflowId is not set on request.");
  const auto& run_id = request.execution().run_id();
  if (!run_id.empty() && !is_uuid(run_id))
    return invalid_argument("RunId is not valid UUID.");
  if (request.activity_case() == Request::ACTIVITY_NOT_SET)
    return invalid_argument("Either Activity.Id or Activity.Type should be set on request.");
  if constexpr (requires { request.jitter(); })
    if (const auto problem = duration_problem(request.jitter()); !problem.empty())
      return invalid_argument("invalid Jitter: " + std::string{problem});
  return {};
}

/// The open run that the request means, if the request could be done at all; null, and the refusal
/// is set, if there is none.
template <class Request>
run* find_open_run(change& ch, const Request& request) {
  if (auto status = check_request(request); !status.ok()) {
    refuse(ch, std::move(status));
    return nullptr;
  }
  run* const on = ch.find(request.execution().run_id());
  if (!on)
    refuse(ch, run_not_found(ch.rec, request.execution().run_id()));
  else if (!on->open())
    refuse(ch, already_completed());
  return on && on->open() ? on : nullptr;
}

/// The ids of the pending activities that the request means. None, and the refusal is set, if there
/// are none. "All of them" is not understood, as it is not by the real server.
template <class Request>
std::vector<std::string> find(change& ch, const Request& request, const run& on) {
  std::vector<std::string> ids;
  const auto& all = on.state.activities;
  if (request.activity_case() == Request::kType) {
    for (const auto& [id, activity] : all)
      if (attributes(activity).activity_type().name() == request.type())
        ids.push_back(id);
  } else if (all.contains(request.id())) {
    ids.push_back(request.id());
  }
  if (ids.empty())
    refuse(
        ch,
        not_found(
            "Can't find pending activity with such ID. Invalid activityID or activity already "
            "completed"));
  return ids;
}

/// Tells the run's search attribute `TemporalPauseInfo` which types of activities are paused. As
/// with the real server one that ends while it is paused stays in it until the next change.
void note_pauses(change& ch, run& on) {
  std::set<std::string_view> types;
  for (const auto& [id, activity] : on.state.activities)
    if (activity.paused)
      types.insert(attributes(activity).activity_type().name());
  std::string list;
  for (const auto& type : types)
    list += (list.empty() ? "[" : ",") + quote_json("property:activityType=" + std::string{type});
  auto& payload =
      (*on.state.search_attributes.edit().mutable_indexed_fields())["TemporalPauseInfo"];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "KeywordList";
  payload.set_data(list.empty() ? "null" : list + ']');
  ch.show(on);
}

/// Checks, finds, and lets `work` do it to each activity; true if there was one.
template <class Request, class Work>
bool for_each(change& ch, const Request& request, Work work) {
  run* const on = find_open_run(ch, request);
  if (!on)
    return false;
  const auto ids = find(ch, request, *on);
  bool pauses_differ = false;
  for (const auto& id : ids) {
    auto& activity = on->state.activities.edit(id);
    const bool was_paused = activity.paused.has_value();
    work(*on, activity);
    pauses_differ = pauses_differ || activity.paused.has_value() != was_paused;
  }
  if (pauses_differ)
    note_pauses(ch, *on);
  return !ids.empty();
}

time_point soon(change& ch, const google::protobuf::Duration& jitter) {
  const auto most = from_proto(jitter);
  if (most <= duration{})
    return ch.now();
  const auto share = static_cast<double>(most.count()) * ch.around.ids.uniform();
  return later(ch.now(), duration{static_cast<duration::rep>(share)});
}

void forget_heartbeat(activity_state& activity) {
  activity.heartbeat_details.reset();
  activity.last_heartbeat.reset();
}

/// `retryPolicy.maximumAttempts` and `retry_policy.maximum_attempts` are the same field.
std::string snake_case(const std::string& path) {
  std::string out;
  for (const char letter : path) {
    if (letter >= 'A' && letter <= 'Z') {
      out += '_';
      out += static_cast<char>(letter - 'A' + 'a');
    } else {
      out += letter;
    }
  }
  return out;
}

/// Copies the fields that the mask names. Names that are none are passed over.
rpc_status merge(
    const api::activity::v1::ActivityOptions& from,
    const google::protobuf::FieldMask& mask,
    api::activity::v1::ActivityOptions& to) {
  for (const auto& each : mask.paths()) {
    const auto path = snake_case(each);
    if (path == "task_queue.name") {
      if (!from.has_task_queue())
        return invalid_argument("TaskQueue is not provided");
      to.mutable_task_queue()->set_name(from.task_queue().name());
    } else if (path == "schedule_to_close_timeout") {
      *to.mutable_schedule_to_close_timeout() = from.schedule_to_close_timeout();
    } else if (path == "schedule_to_start_timeout") {
      *to.mutable_schedule_to_start_timeout() = from.schedule_to_start_timeout();
    } else if (path == "start_to_close_timeout") {
      *to.mutable_start_to_close_timeout() = from.start_to_close_timeout();
    } else if (path == "heartbeat_timeout") {
      *to.mutable_heartbeat_timeout() = from.heartbeat_timeout();
    } else if (path.starts_with("priority") && !from.has_priority()) {
      return invalid_argument("Priority is not provided");
    } else if (path == "priority") {
      *to.mutable_priority() = from.priority();
    } else if (path == "priority.priority_key") {
      to.mutable_priority()->set_priority_key(from.priority().priority_key());
    } else if (path == "priority.fairness_key") {
      to.mutable_priority()->set_fairness_key(from.priority().fairness_key());
    } else if (path == "priority.fairness_weight") {
      to.mutable_priority()->set_fairness_weight(from.priority().fairness_weight());
    } else if (path.starts_with("retry_policy")) {
      if (!from.has_retry_policy())
        return invalid_argument("RetryPolicy is not provided");
      const auto& policy = from.retry_policy();
      auto& into = *to.mutable_retry_policy();
      if (path == "retry_policy")
        into = policy;
      else if (path == "retry_policy.initial_interval" && !policy.has_initial_interval())
        into.clear_initial_interval();
      else if (path == "retry_policy.initial_interval")
        *into.mutable_initial_interval() = policy.initial_interval();
      else if (path == "retry_policy.backoff_coefficient")
        into.set_backoff_coefficient(policy.backoff_coefficient());
      else if (path == "retry_policy.maximum_interval" && !policy.has_maximum_interval())
        into.clear_maximum_interval();
      else if (path == "retry_policy.maximum_interval")
        *into.mutable_maximum_interval() = policy.maximum_interval();
      else if (path == "retry_policy.maximum_attempts")
        into.set_maximum_attempts(policy.maximum_attempts());
    }
  }
  return {};
}

/// A change of options counts from the next start on, also for one that waits for it.
void call_anew(change& ch, activity_state& activity) {
  if (activity.state == activity::state::started)
    return;
  auto when = activity.scheduled_time;
  if (activity.last_attempt_complete)
    when = later(
        *activity.last_attempt_complete,
        policy_interval(retry_policy_of(activity), activity.attempt));
  reschedule_activity(ch, activity, when);
}

} // namespace

void handle(change& ch, const pause_activity& what) {
  const auto& request = what.request;
  const bool done = for_each(ch, request, [&](run&, activity_state& activity) {
    if (activity.paused)
      return;
    activity.paused = {ch.now(), request.identity(), request.reason()};
    // Who takes the task from the queue meanwhile finds it stale.
    if (activity.state == activity::state::scheduled)
      activity.stamp = ch.next_stamp();
    activity.sent = {};
  });
  if (done)
    accept<wire::PauseActivityResponse>(ch);
}

void handle(change& ch, const unpause_activity& what) {
  const auto& request = what.request;
  const bool done = for_each(ch, request, [&](run&, activity_state& activity) {
    if (!activity.paused)
      return;
    activity.paused.reset();
    if (request.reset_attempts())
      activity.attempt = 1;
    if (request.reset_heartbeat())
      forget_heartbeat(activity);
    if (activity.state != activity::state::started)
      reschedule_activity(ch, activity, soon(ch, request.jitter()));
  });
  if (done)
    accept<wire::UnpauseActivityResponse>(ch);
}

void handle(change& ch, const reset_activity& what) {
  const auto& request = what.request;
  const bool done = for_each(ch, request, [&](run&, activity_state& activity) {
    activity.attempt = 1;
    if (request.restore_original_options())
      activity.options.reset();
    // An attempt that runs on stays paused all the same, as with the real server.
    if (!request.keep_paused() && activity.state != activity::state::started)
      activity.paused.reset();
    if (activity.state == activity::state::started) {
      activity.reset_requested = true;
      activity.resets_heartbeat = request.reset_heartbeat();
      return;
    }
    if (request.reset_heartbeat())
      forget_heartbeat(activity);
    reschedule_activity(ch, activity, soon(ch, request.jitter()));
  });
  if (done)
    accept<wire::ResetActivityResponse>(ch);
}

void handle(change& ch, const update_activity_options& what) {
  const auto& request = what.request;
  // What else is to be changed is asked only where there is something that could be.
  rpc_status status;
  if (!request.execution().workflow_id().empty()) {
    status = embedded::check(request.activity_options().priority());
    if (status.ok() && request.restore_original() && request.has_update_mask())
      status = invalid_argument("Both UpdateMask and RestoreOriginal are provided");
  }
  if (!status.ok() || !find_open_run(ch, request)) {
    if (!status.ok())
      refuse(ch, std::move(status));
    return;
  }
  if (!request.restore_original() && !request.has_activity_options())
    status = invalid_argument("ActivityOptions are not provided");
  else if (!request.restore_original() && !request.has_update_mask())
    status = invalid_argument("UpdateMask is not provided");
  if (!status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  api::activity::v1::ActivityOptions shown;
  const bool done = for_each(ch, request, [&](run& on, activity_state& activity) {
    if (!status.ok())
      return;
    if (request.restore_original()) {
      activity.options.reset();
    } else {
      auto options = options_of(activity);
      status = merge(request.activity_options(), request.update_mask(), options);
      if (status.ok())
        status = check_task_queue(true, options.task_queue(), ch.settings().max_id_bytes);
      if (status.ok())
        status = embedded::check(options.priority());
      if (status.ok())
        status = check_and_fill_timeouts(
            attributes(activity).activity_id(),
            attributes(activity).activity_type().name(),
            on.state.run_timeout,
            *options.mutable_schedule_to_close_timeout(),
            *options.mutable_schedule_to_start_timeout(),
            *options.mutable_start_to_close_timeout(),
            *options.mutable_heartbeat_timeout());
      if (!status.ok())
        return;
      activity.options =
          std::make_shared<const api::activity::v1::ActivityOptions>(std::move(options));
    }
    call_anew(ch, activity);
    shown = shown_options(activity);
    if (request.restore_original())
      shown.mutable_task_queue()->clear_kind();
  });
  if (!status.ok()) {
    ch.undo();
    refuse(ch, std::move(status));
  } else if (done) {
    *accept<wire::UpdateActivityOptionsResponse>(ch).mutable_activity_options() = std::move(shown);
  }
}

} // namespace troupe::embedded
