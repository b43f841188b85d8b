// SPDX-License-Identifier: Apache-2.0
#include "bench/support/told_history.hpp"

#include <utility>

namespace troupe::bench {

namespace {

namespace api = temporal::api;
namespace enums = temporal::api::enums::v1;

constexpr const char* queue = "bench";
constexpr const char* run_id = "00000000-1111-2222-3333-444444444444";

void set_number(api::common::v1::Payloads& to, std::int64_t number) {
  auto& payload = *to.add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(std::to_string(number));
}

} // namespace

told_history::told_history(kind what, std::string workflow_type)
    : kind_(what), workflow_type_(std::move(workflow_type)) {
  auto& attributes = *add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
                          .mutable_workflow_execution_started_event_attributes();
  attributes.mutable_workflow_type()->set_name(workflow_type_);
  attributes.mutable_task_queue()->set_name(queue);
  attributes.set_original_execution_run_id(run_id);
  attributes.set_attempt(1);
  schedule_and_start();
}

told_history::events told_history::step() {
  const auto first = events_.size();
  ++steps_;
  switch (kind_) {
  case kind::timers: fire_timer(); break;
  case kind::activities: run_activity(); break;
  case kind::children: run_child(); break;
  }
  schedule_and_start();
  return {events_.begin() + static_cast<std::ptrdiff_t>(first), events_.end()};
}

api::workflowservice::v1::PollWorkflowTaskQueueResponse
told_history::task(const events& brought) const {
  api::workflowservice::v1::PollWorkflowTaskQueueResponse task;
  task.set_task_token("token");
  task.mutable_workflow_execution()->set_workflow_id("bench");
  task.mutable_workflow_execution()->set_run_id(run_id);
  task.mutable_workflow_type()->set_name(workflow_type_);
  task.set_attempt(1);
  task.set_started_event_id(started_);
  task.set_previous_started_event_id(previous_started_);
  for (const auto& event : brought)
    *task.mutable_history()->add_events() = event;
  return task;
}

api::history::v1::HistoryEvent& told_history::add(enums::EventType type) {
  auto& event = events_.emplace_back();
  event.set_event_id(static_cast<std::int64_t>(events_.size()));
  event.set_event_type(type);
  event.mutable_event_time()->set_seconds(1'760'000'000 + steps_);
  return event;
}

std::int64_t told_history::complete_task() {
  auto& completed = add(enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  auto& attributes = *completed.mutable_workflow_task_completed_event_attributes();
  attributes.set_scheduled_event_id(started_ - 1);
  attributes.set_started_event_id(started_);
  return completed.event_id();
}

void told_history::schedule_and_start() {
  const auto scheduled = add(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED).event_id();
  events_.back().mutable_workflow_task_scheduled_event_attributes()->mutable_task_queue()->set_name(
      queue);
  add(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED)
      .mutable_workflow_task_started_event_attributes()
      ->set_scheduled_event_id(scheduled);
  previous_started_ = std::exchange(started_, scheduled + 1);
}

void told_history::fire_timer() {
  const auto completed = complete_task();
  auto& timer = add(enums::EVENT_TYPE_TIMER_STARTED);
  auto& started = *timer.mutable_timer_started_event_attributes();
  started.set_timer_id(std::to_string(steps_));
  started.mutable_start_to_fire_timeout()->set_seconds(1);
  started.set_workflow_task_completed_event_id(completed);
  const auto timer_event = timer.event_id();
  auto& fired = *add(enums::EVENT_TYPE_TIMER_FIRED).mutable_timer_fired_event_attributes();
  fired.set_timer_id(std::to_string(steps_));
  fired.set_started_event_id(timer_event);
}

void told_history::run_activity() {
  const auto completed_task = complete_task();
  auto& event = add(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
  auto& scheduled = *event.mutable_activity_task_scheduled_event_attributes();
  scheduled.set_activity_id(std::to_string(steps_));
  scheduled.mutable_activity_type()->set_name("echo");
  scheduled.mutable_task_queue()->set_name(queue);
  scheduled.mutable_header();
  set_number(*scheduled.mutable_input(), steps_);
  scheduled.mutable_schedule_to_close_timeout();
  scheduled.mutable_schedule_to_start_timeout();
  scheduled.mutable_start_to_close_timeout()->set_seconds(5);
  scheduled.mutable_heartbeat_timeout();
  scheduled.set_workflow_task_completed_event_id(completed_task);
  auto& retries = *scheduled.mutable_retry_policy();
  retries.mutable_initial_interval()->set_seconds(1);
  retries.set_backoff_coefficient(2);
  retries.mutable_maximum_interval()->set_seconds(100);
  scheduled.mutable_priority();
  const auto scheduled_id = event.event_id();
  auto& started = *add(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
                       .mutable_activity_task_started_event_attributes();
  started.set_scheduled_event_id(scheduled_id);
  started.set_identity("worker");
  started.set_request_id(run_id);
  started.set_attempt(1);
  auto& completed = *add(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
                         .mutable_activity_task_completed_event_attributes();
  set_number(*completed.mutable_result(), steps_);
  completed.set_scheduled_event_id(scheduled_id);
  completed.set_started_event_id(scheduled_id + 1);
  completed.set_identity("worker");
}

void told_history::run_child() {
  const auto id = "child-" + std::to_string(steps_);
  const auto completed_task = complete_task();
  auto& event = add(enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED);
  auto& initiated = *event.mutable_start_child_workflow_execution_initiated_event_attributes();
  initiated.set_namespace_("default");
  initiated.set_namespace_id(run_id);
  initiated.set_workflow_id(id);
  initiated.mutable_workflow_type()->set_name("child");
  initiated.mutable_task_queue()->set_name(queue);
  set_number(*initiated.mutable_input(), steps_);
  initiated.mutable_workflow_run_timeout();
  initiated.mutable_workflow_task_timeout()->set_seconds(10);
  initiated.set_parent_close_policy(enums::PARENT_CLOSE_POLICY_TERMINATE);
  initiated.set_workflow_task_completed_event_id(completed_task);
  initiated.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  initiated.mutable_header();
  initiated.mutable_priority();
  const auto initiated_id = event.event_id();
  const auto name = [&](auto& of) {
    of.set_namespace_("default");
    of.set_namespace_id(run_id);
    of.set_initiated_event_id(initiated_id);
    of.mutable_workflow_execution()->set_workflow_id(id);
    of.mutable_workflow_execution()->set_run_id(run_id);
    of.mutable_workflow_type()->set_name("child");
  };
  auto& started = *add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
                       .mutable_child_workflow_execution_started_event_attributes();
  name(started);
  started.mutable_header();
  // The parent hears of the start with a task of its own.
  schedule_and_start();
  (void)complete_task();
  auto& completed = *add(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
                         .mutable_child_workflow_execution_completed_event_attributes();
  name(completed);
  completed.set_started_event_id(initiated_id + 1);
  set_number(*completed.mutable_result(), steps_);
}

} // namespace troupe::bench
