// SPDX-License-Identifier: Apache-2.0
// What happens to activities: who starts them, how often they fail first, how they end.

#include "test/runtime/embedded/golden/history_player.hpp"
#include "test/support/history_normaliser.hpp"

#include <algorithm>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;

} // namespace

bool history_player::happen_to_activity(const event& from) {
  switch (from.event_type()) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_STARTED: start_activity(from); return true;
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: end_activity(from); return true;
  default: return false;
  }
}

embedded::activity_ref history_player::activity(std::int64_t scheduled_event_id) const {
  return {
      embedded::decode_activity_token(
          activity_tokens_.at(scheduled_event_id), service_.settings.token_key)
          .value(),
      {}};
}

/// A client changes the retry policy, by which the failure before is forgotten.
void history_player::limit_attempts(const std::string& activity_id, std::int32_t most) {
  wire::UpdateActivityOptionsRequest update;
  update.mutable_execution()->set_workflow_id(service_.rec().workflow_id);
  update.set_id(activity_id);
  update.mutable_activity_options()->mutable_retry_policy()->set_maximum_attempts(most);
  update.mutable_update_mask()->add_paths("retry_policy.maximum_attempts");
  service_.expect<wire::UpdateActivityOptionsResponse>(embedded::update_activity_options{update});
}

/// A worker takes it, after it has failed as often as the event says.
void history_player::start_activity(const event& from) {
  const auto& a = from.activity_task_started_event_attributes();
  const auto id = a.scheduled_event_id();
  const std::string worker = "worker of earlier attempts";
  for (int attempt = 1;; ++attempt) {
    for (int steps = 0; steps < 5 && service_.activities.empty() && service_.timer; ++steps)
      service_.advance_to(*service_.timer);
    const auto& all = service_.activities;
    const auto task = std::find_if(all.begin(), all.end(), [&](const auto& each) {
      const auto& pending = service_.current().state.activities;
      const auto found = pending.find(each.activity_id);
      return found != pending.end() && found->second.scheduled_event_id == id
             && found->second.stamp == each.stamp;
    });
    if (task == all.end())
      service_fixture::fail("nobody can start activity " + std::to_string(id));
    const bool is_last = attempt == a.attempt();
    const embedded::start_activity_task start{
        task->run_id,
        task->activity_id,
        task->stamp,
        is_last ? a.identity() : worker,
        service_.ids.uuid()};
    service_.activities.erase(task);
    const auto tx = service_.decide(start);
    wire::PollActivityTaskQueueResponse taken;
    if (!tx.answer.status.ok() || !taken.ParseFromString(tx.answer.bytes))
      service_fixture::fail("an activity task is stale: " + tx.answer.status.message);
    activity_tokens_[id] = taken.task_token();
    if (taken.attempt() != attempt)
      service_fixture::fail("another attempt of the activity was started");
    if (is_last)
      return;
    service_.now += std::chrono::milliseconds{1};
    if (a.last_failure().has_timeout_failure_info()) {
      service_.advance_to(service_.timer.value());
      continue;
    }
    temporal::api::failure::v1::Failure failure;
    failure.mutable_application_failure_info();
    if (a.has_last_failure())
      failure = a.last_failure();
    if (!service_.decide(embedded::fail_activity{activity(id), &failure, nullptr, worker})
             .answer.status.ok())
      service_fixture::fail("an attempt could not fail");
    if (!a.has_last_failure())
      limit_attempts(start.activity_id, a.attempt());
  }
}

void history_player::end_activity(const event& from) {
  switch (from.event_type()) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED: {
    const auto& a = from.activity_task_completed_event_attributes();
    service_.decide(embedded::complete_activity{
        activity(a.scheduled_event_id()), a.has_result() ? &a.result() : nullptr, a.identity()});
    return;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED: {
    const auto& a = from.activity_task_failed_event_attributes();
    service_.decide(embedded::fail_activity{
        activity(a.scheduled_event_id()), &a.failure(), nullptr, a.identity()});
    return;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED: {
    const auto& a = from.activity_task_canceled_event_attributes();
    if (a.started_event_id() == 0)
      return; // the command did it
    service_.decide(embedded::cancel_activity{
        activity(a.scheduled_event_id()), a.has_details() ? &a.details() : nullptr, a.identity()});
    return;
  }
  default: {
    const auto& info =
        from.activity_task_timed_out_event_attributes().failure().timeout_failure_info();
    const auto id = from.activity_task_timed_out_event_attributes().scheduled_event_id();
    if (info.has_last_heartbeat_details())
      service_.decide(
          embedded::heartbeat_activity{activity(id), &info.last_heartbeat_details(), "worker"});
    wait_for(from.event_type());
  }
  }
}

} // namespace troupe::test
