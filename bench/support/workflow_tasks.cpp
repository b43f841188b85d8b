// SPDX-License-Identifier: Apache-2.0
#include "bench/support/workflow_tasks.hpp"

#include <array>
#include <cstdio>

namespace troupe::bench {

namespace {

namespace api = temporal::api;

constexpr std::string_view token_mark = "0123456789abcdef0123456789ab";
constexpr std::string_view run_mark = "00000000-1111-2222-3333-444444444444";
static_assert(token_mark.size() == task_token::size);

std::array<char, 37> run_id(std::uint32_t run) {
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "00000000-0000-4000-8000-%012x", run);
  return text;
}

api::history::v1::HistoryEvent&
add(api::history::v1::History& to, api::enums::v1::EventType type, std::int64_t id) {
  auto& event = *to.add_events();
  event.set_event_id(id);
  event.set_event_type(type);
  event.set_task_id(1'048'576 + id);
  event.mutable_event_time()->set_seconds(1'760'000'000);
  return event;
}

void add_task(api::history::v1::History& to, const std::string& task_queue, std::int64_t id) {
  add(to, api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, id)
      .mutable_workflow_task_scheduled_event_attributes()
      ->mutable_task_queue()
      ->set_name(task_queue);
  auto& started = add(to, api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED, id + 1);
  auto& attributes = *started.mutable_workflow_task_started_event_attributes();
  attributes.set_scheduled_event_id(id);
  attributes.set_identity("bench");
  attributes.set_request_id(std::string{run_mark});
}

void address(
    api::workflowservice::v1::PollWorkflowTaskQueueResponse& reply,
    const std::string& workflow_type,
    const std::string& task_queue) {
  reply.set_task_token(std::string{token_mark});
  reply.mutable_workflow_execution()->set_workflow_id("bench-workflow");
  reply.mutable_workflow_execution()->set_run_id(std::string{run_mark});
  reply.mutable_workflow_type()->set_name(workflow_type);
  reply.set_attempt(1);
  reply.mutable_workflow_execution_task_queue()->set_name(task_queue);
  reply.mutable_scheduled_time()->set_seconds(1'760'000'000);
  reply.mutable_started_time()->set_seconds(1'760'000'000);
}

} // namespace

workflow_tasks::workflow_tasks(const std::string& workflow_type, const std::string& task_queue) {
  api::workflowservice::v1::PollWorkflowTaskQueueResponse reply;
  address(reply, workflow_type, task_queue);
  reply.set_started_event_id(first_events);
  auto& history = *reply.mutable_history();
  auto& started = add(history, api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, 1);
  auto& attributes = *started.mutable_workflow_execution_started_event_attributes();
  attributes.mutable_workflow_type()->set_name(workflow_type);
  attributes.mutable_task_queue()->set_name(task_queue);
  attributes.set_original_execution_run_id(std::string{run_mark});
  attributes.set_first_execution_run_id(std::string{run_mark});
  attributes.set_attempt(1);
  attributes.set_identity("bench");
  attributes.mutable_workflow_task_timeout()->set_seconds(10);
  add_task(history, task_queue, 2);
  first_ = reply.SerializeAsString();
  token_at_ = first_.find(token_mark);
  for (auto at = first_.find(run_mark); at != std::string::npos; at = first_.find(run_mark, at + 1))
    run_id_at_.push_back(at);

  address(sticky_, workflow_type, task_queue);
  auto& news = *sticky_.mutable_history();
  add(news, api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED, 4)
      .mutable_workflow_task_completed_event_attributes()
      ->set_identity("bench");
  auto& signaled = *add(news, api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, 5)
                        .mutable_workflow_execution_signaled_event_attributes();
  signaled.set_signal_name(std::string{signal_name});
  signaled.set_identity("bench");
  auto& payload = *signaled.mutable_input()->add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data("1");
  add_task(news, task_queue, 6);
}

std::string workflow_tasks::first(const task_token& token) const {
  auto filled = first_;
  token.write(filled.data() + token_at_);
  const auto id = run_id(token.run);
  for (const auto at : run_id_at_)
    filled.replace(at, 36, id.data(), 36);
  return filled;
}

std::string workflow_tasks::sticky(const task_token& token, std::int64_t last_event) {
  token.write(sticky_.mutable_task_token()->data());
  sticky_.mutable_workflow_execution()->mutable_run_id()->assign(run_id(token.run).data(), 36);
  sticky_.set_previous_started_event_id(last_event);
  sticky_.set_started_event_id(last_event + sticky_events);
  auto& events = *sticky_.mutable_history()->mutable_events();
  for (int i = 0; i < events.size(); ++i) {
    events[i].set_event_id(last_event + 1 + i);
    events[i].set_task_id(1'048'577 + last_event + i);
  }
  auto& completed = *events[0].mutable_workflow_task_completed_event_attributes();
  completed.set_scheduled_event_id(last_event - 1);
  completed.set_started_event_id(last_event);
  events[3].mutable_workflow_task_started_event_attributes()->set_scheduled_event_id(
      last_event + 3);
  return sticky_.SerializeAsString();
}

} // namespace troupe::bench
