// SPDX-License-Identifier: Apache-2.0
// What workers, or whoever completes in their place, say of activities.

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/activity/failure_size.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_requests.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

/// An activity that is pending, and its run.
struct found_activity {
  run* on = nullptr;
  activity_entry at;
};

rpc_status activity_gone() {
  return not_found(
      "invalid activityID or activity already timed out or invoking workflow is completed");
}

enum class needs { start, nothing };

/// The same of one without a workflow, which is its run.
std::optional<found_activity> find_standalone(change& ch, run* on, const activity_ref& which) {
  if (!on) {
    refuse(ch, standalone_not_found(activity_words, standalone_id_of(ch.rec.workflow_id)));
    return std::nullopt;
  }
  const auto at = on->state.activities.begin();
  const auto& token = which.token;
  const bool is_other = which.activity_id.empty()
                        && (at->second.stamp != token.stamp || at->second.attempt != token.attempt);
  if (!on->open() || is_other || at->second.state != activity::state::started) {
    refuse(ch, standalone_not_found(activity_words, standalone_id_of(ch.rec.workflow_id)));
    return std::nullopt;
  }
  return found_activity{on, at};
}

/// The activity that an answer is about; nothing, and the refusal is set, if it is none that may be
/// answered now.
std::optional<found_activity>
find(change& ch, const activity_ref& which, needs what = needs::start) {
  const auto& run_id = which.token.run_id;
  if (!run_id.empty() && !is_uuid(run_id)) {
    refuse(ch, invalid_argument("RunId is not valid UUID."));
    return std::nullopt;
  }
  run* const on = ch.find(run_id);
  if (is_standalone_key(ch.rec.workflow_id))
    return find_standalone(ch, on, which);
  if (!on) {
    refuse(ch, run_not_found(ch.rec, run_id));
    return std::nullopt;
  }
  if (!on->open()) {
    refuse(ch, already_completed());
    return std::nullopt;
  }
  const auto& all = on->state.activities;
  const bool by_id = !which.activity_id.empty();
  const auto at =
      by_id ? all.find(which.activity_id) : find_activity(*on, which.token.scheduled_event_id);
  if (at == all.end()) {
    refuse(
        ch,
        by_id ? not_found(
                    "cannot find pending activity with ActivityID "
                    + excerpt(which.activity_id, longest_error_text)
                    + ", check workflow execution history for more details")
              : activity_gone());
    return std::nullopt;
  }
  const auto& activity = at->second;
  const bool is_started = activity.state == activity::state::started;
  // A reset counts attempts anew, and who works on a later one is not the same any more.
  const bool is_other =
      !by_id && (activity.stamp != which.token.stamp || activity.attempt != which.token.attempt);
  if (is_other || (!is_started && (!by_id || what == needs::start))) {
    refuse(ch, activity_gone());
    return std::nullopt;
  }
  return found_activity{on, at};
}

bool is_too_large(const change& ch, const google::protobuf::Message* what) {
  return what && what->ByteSizeLong() > ch.settings().max_blob_bytes;
}

void end_failed(
    change& ch,
    const found_activity& found,
    const api::failure::v1::Failure* failure,
    enums::RetryState state,
    const std::string& identity) {
  auto event = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED);
  auto& to = *event->mutable_activity_task_failed_event_attributes();
  to.set_scheduled_event_id(found.at->second.scheduled_event_id);
  if (failure)
    copy_in_slices(*failure, *to.mutable_failure());
  to.set_retry_state(state);
  to.set_identity(identity);
  end_activity(ch, *found.on, found.at, event);
  tell_of_ends(ch, *found.on);
}

/// What a worker said is more than can be kept: the activity fails for good.
void end_too_large(
    change& ch, const found_activity& found, const char* why, const std::string& identity) {
  const auto failure = server_failure(why, true);
  end_failed(ch, found, &failure, enums::RETRY_STATE_NON_RETRYABLE_FAILURE, identity);
}

void keep_heartbeat(
    change& ch, activity_state& activity, const api::common::v1::Payloads* details) {
  activity.last_heartbeat = ch.now();
  activity.heartbeat_details.reset();
  if (details) {
    const auto kept = std::make_shared<api::common::v1::Payloads>();
    copy_in_slices(*details, *kept);
    activity.heartbeat_details = kept;
  }
}

} // namespace

void handle(change& ch, const complete_activity& what) {
  const bool too_large = is_too_large(ch, what.result);
  auto found = find(ch, what.which, too_large ? needs::start : needs::nothing);
  if (!found)
    return;
  ch.tx.answer = {};
  if (too_large) {
    end_too_large(ch, *found, "Complete result exceeds size limit.", what.identity);
    return;
  }
  auto& activities = found->on->state.activities;
  if (found->at->second.state != activity::state::started) {
    // Whoever completes it by its id has done its work without being given it.
    auto& activity = activities.edit(found->at);
    activity.state = activity::state::started;
    activity.started_time = ch.now();
    activity.identity = what.identity;
    activity.request_id.clear();
  }
  auto event = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED);
  auto& to = *event->mutable_activity_task_completed_event_attributes();
  to.set_scheduled_event_id(found->at->second.scheduled_event_id);
  if (what.result)
    copy_in_slices(*what.result, *to.mutable_result());
  to.set_identity(what.identity);
  end_activity(ch, *found->on, found->at, event);
  tell_of_ends(ch, *found->on);
}

void handle(change& ch, const fail_activity& what) {
  // Who names an activity by its id may fail it with anything.
  if (what.failure && what.which.activity_id.empty()
      && what.failure->failure_info_case() != api::failure::v1::Failure::kApplicationFailureInfo) {
    refuse(ch, invalid_argument("Failure must have ApplicationFailureInfo."));
    return;
  }
  const auto found = find(ch, what.which);
  if (!found)
    return;
  auto& response = accept<wire::RespondActivityTaskFailedResponse>(ch);
  auto& activity = found->on->state.activities.edit(found->at);
  api::failure::v1::Failure failure;
  if (what.failure)
    failure = *what.failure;
  if (is_too_large(ch, what.failure)) {
    failure = cut_failure(*what.failure, most_written_failure_bytes, true);
    *response.add_failures() = failure;
  }
  const auto* heartbeat = what.last_heartbeat_details;
  if (is_too_large(ch, heartbeat)) {
    *response.add_failures() = server_failure("Heartbeat details exceed size limit.", true);
    heartbeat = nullptr;
  }
  const bool is_alone = is_standalone(*found->on);
  if (heartbeat && !is_alone)
    keep_heartbeat(ch, activity, heartbeat);
  activity.last_attempt_complete = ch.now();
  const auto state = retry_activity(ch, activity, failure);
  // Without a workflow the next attempt is not told of it, as on the real server.
  if (heartbeat && is_alone && state != enums::RETRY_STATE_IN_PROGRESS)
    keep_heartbeat(ch, activity, heartbeat);
  if (state != enums::RETRY_STATE_IN_PROGRESS)
    end_failed(ch, *found, what.failure ? &failure : nullptr, state, what.identity);
}

void handle(change& ch, const cancel_activity& what) {
  const auto found = find(ch, what.which);
  if (!found)
    return;
  ch.tx.answer = {};
  if (is_too_large(ch, what.details)) {
    end_too_large(ch, *found, "Cancel details exceed size limit.", what.identity);
    return;
  }
  const auto& activity = found->at->second;
  if (activity.cancel_requested_event_id == 0) {
    refuse(
        ch,
        invalid_argument(
            "unable to mark activity as canceled without activity being request canceled first"));
    return;
  }
  auto event = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED);
  auto& to = *event->mutable_activity_task_canceled_event_attributes();
  to.set_scheduled_event_id(activity.scheduled_event_id);
  to.set_latest_cancel_requested_event_id(activity.cancel_requested_event_id);
  if (what.details)
    copy_in_slices(*what.details, *to.mutable_details());
  to.set_identity(what.identity);
  end_activity(ch, *found->on, found->at, event);
  tell_of_ends(ch, *found->on);
}

void handle(change& ch, const heartbeat_activity& what) {
  const auto found = find(ch, what.which);
  if (!found)
    return;
  auto& response = accept<wire::RecordActivityTaskHeartbeatResponse>(ch);
  if (is_too_large(ch, what.details)) {
    end_too_large(ch, *found, "Heartbeat details exceed size limit.", what.identity);
    response.set_cancel_requested(true);
    return;
  }
  auto& activity = found->on->state.activities.edit(found->at);
  keep_heartbeat(ch, activity, what.details);
  response.set_cancel_requested(activity.cancel_requested_event_id != 0);
  response.set_activity_paused(activity.paused.has_value());
  response.set_activity_reset(activity.reset_requested);
}

} // namespace troupe::embedded
