// SPDX-License-Identifier: Apache-2.0
#include "test/support/history_builder.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/payload/proto_payload.hpp"

namespace troupe::test {

using namespace temporal::api::enums::v1;

history_builder::event& history_builder::add(EventType type) {
  auto& event = *history_.add_events();
  event.set_event_id(history_.events_size());
  event.set_event_type(type);
  now_ += std::chrono::seconds{1};
  to_proto(now_, *event.mutable_event_time());
  return event;
}

history_builder::event& history_builder::last() {
  return *history_.mutable_events(history_.events_size() - 1);
}

history_builder& history_builder::started_with(std::string_view type, const payloads& input) {
  auto& attributes = *add(EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
                          .mutable_workflow_execution_started_event_attributes();
  attributes.mutable_workflow_type()->set_name(std::string{type});
  attributes.mutable_task_queue()->set_name("queue");
  attributes.set_workflow_id("workflow");
  attributes.set_original_execution_run_id("run-1");
  attributes.set_first_execution_run_id("run-1");
  attributes.set_attempt(1);
  attributes.mutable_workflow_task_timeout()->set_seconds(10);
  to_proto(input, *attributes.mutable_input());
  return *this;
}

history_builder& history_builder::task_started() {
  scheduled_ = add(EVENT_TYPE_WORKFLOW_TASK_SCHEDULED).event_id();
  auto& event = add(EVENT_TYPE_WORKFLOW_TASK_STARTED);
  event.mutable_workflow_task_started_event_attributes()->set_scheduled_event_id(scheduled_);
  started_ = event.event_id();
  return *this;
}

history_builder& history_builder::task_completed(std::initializer_list<std::uint32_t> core_flags) {
  auto& event = add(EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  auto& attributes = *event.mutable_workflow_task_completed_event_attributes();
  attributes.set_scheduled_event_id(scheduled_);
  attributes.set_started_event_id(started_);
  for (const auto flag : core_flags)
    attributes.mutable_sdk_metadata()->add_core_used_flags(flag);
  completed_ = event.event_id();
  previous_started_ = started_;
  return *this;
}

history_builder& history_builder::task_failed() {
  auto& attributes =
      *add(EVENT_TYPE_WORKFLOW_TASK_FAILED).mutable_workflow_task_failed_event_attributes();
  attributes.set_scheduled_event_id(scheduled_);
  attributes.set_started_event_id(started_);
  return *this;
}

history_builder& history_builder::task_failed_by_reset(std::string_view new_run_id) {
  task_failed();
  auto& attributes = *last().mutable_workflow_task_failed_event_attributes();
  attributes.set_cause(WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW);
  attributes.set_new_run_id(std::string{new_run_id});
  return *this;
}

history_builder& history_builder::task_timed_out() {
  auto& attributes =
      *add(EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT).mutable_workflow_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(scheduled_);
  attributes.set_started_event_id(started_);
  return *this;
}

history_builder& history_builder::timer_started(std::string_view id, workflow::duration after) {
  auto& attributes = *add(EVENT_TYPE_TIMER_STARTED).mutable_timer_started_event_attributes();
  attributes.set_timer_id(std::string{id});
  to_proto(after, *attributes.mutable_start_to_fire_timeout());
  attributes.set_workflow_task_completed_event_id(completed_);
  return *this;
}

namespace {

std::int64_t start_of(const temporal::api::history::v1::History& history, std::string_view timer) {
  std::int64_t found = 0;
  for (const auto& event : history.events())
    if (event.timer_started_event_attributes().timer_id() == timer)
      found = event.event_id();
  return found;
}

} // namespace

history_builder& history_builder::timer_fired(std::string_view id) {
  const auto started = start_of(history_, id);
  auto& attributes = *add(EVENT_TYPE_TIMER_FIRED).mutable_timer_fired_event_attributes();
  attributes.set_timer_id(std::string{id});
  attributes.set_started_event_id(started);
  return *this;
}

history_builder& history_builder::timer_canceled(std::string_view id) {
  const auto started = start_of(history_, id);
  auto& attributes = *add(EVENT_TYPE_TIMER_CANCELED).mutable_timer_canceled_event_attributes();
  attributes.set_timer_id(std::string{id});
  attributes.set_started_event_id(started);
  return *this;
}

history_builder& history_builder::nexus_scheduled_with(
    std::string_view service, std::string_view operation, const payload& input) {
  auto& attributes = *add(EVENT_TYPE_NEXUS_OPERATION_SCHEDULED)
                          .mutable_nexus_operation_scheduled_event_attributes();
  attributes.set_endpoint("endpoint");
  attributes.set_service(std::string{service});
  attributes.set_operation(std::string{operation});
  to_proto(input, *attributes.mutable_input());
  return *this;
}

history_builder& history_builder::nexus_started(std::int64_t scheduled, std::string_view token) {
  auto& attributes =
      *add(EVENT_TYPE_NEXUS_OPERATION_STARTED).mutable_nexus_operation_started_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  attributes.set_operation_token(std::string{token});
  return *this;
}

history_builder&
history_builder::nexus_completed_with(std::int64_t scheduled, const payload& output) {
  auto& attributes = *add(EVENT_TYPE_NEXUS_OPERATION_COMPLETED)
                          .mutable_nexus_operation_completed_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  to_proto(output, *attributes.mutable_result());
  return *this;
}

namespace {

temporal::api::failure::v1::Failure nexus_failure(std::int64_t scheduled) {
  temporal::api::failure::v1::Failure failure;
  failure.set_message("nexus operation completed unsuccessfully");
  auto& info = *failure.mutable_nexus_operation_execution_failure_info();
  info.set_scheduled_event_id(scheduled);
  info.set_endpoint("endpoint");
  return failure;
}

} // namespace

history_builder& history_builder::nexus_failed(std::int64_t scheduled, std::string_view message) {
  auto& attributes =
      *add(EVENT_TYPE_NEXUS_OPERATION_FAILED).mutable_nexus_operation_failed_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  *attributes.mutable_failure() = nexus_failure(scheduled);
  attributes.mutable_failure()->mutable_cause()->set_message(std::string{message});
  attributes.mutable_failure()->mutable_cause()->mutable_application_failure_info();
  return *this;
}

history_builder& history_builder::nexus_canceled(std::int64_t scheduled) {
  auto& attributes =
      *add(EVENT_TYPE_NEXUS_OPERATION_CANCELED).mutable_nexus_operation_canceled_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  *attributes.mutable_failure() = nexus_failure(scheduled);
  attributes.mutable_failure()->mutable_cause()->set_message("operation canceled");
  attributes.mutable_failure()->mutable_cause()->mutable_canceled_failure_info();
  return *this;
}

history_builder& history_builder::nexus_cancel_requested(std::int64_t scheduled) {
  add(EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED)
      .mutable_nexus_operation_cancel_requested_event_attributes()
      ->set_scheduled_event_id(scheduled);
  return *this;
}

history_builder& history_builder::nexus_cancel_request_completed(std::int64_t scheduled) {
  auto& event = add(EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED);
  event.set_worker_may_ignore(true);
  event.mutable_nexus_operation_cancel_request_completed_event_attributes()->set_scheduled_event_id(
      scheduled);
  return *this;
}

history_builder&
history_builder::nexus_cancel_request_failed(std::int64_t scheduled, std::string_view message) {
  auto& event = add(EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED);
  event.set_worker_may_ignore(true);
  auto& attributes = *event.mutable_nexus_operation_cancel_request_failed_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  attributes.mutable_failure()->set_message(std::string{message});
  attributes.mutable_failure()->mutable_nexus_handler_failure_info()->set_type("NOT_FOUND");
  return *this;
}

history_builder& history_builder::activity_scheduled(std::string_view id, std::string_view type) {
  auto& attributes =
      *add(EVENT_TYPE_ACTIVITY_TASK_SCHEDULED).mutable_activity_task_scheduled_event_attributes();
  attributes.set_activity_id(std::string{id});
  attributes.mutable_activity_type()->set_name(std::string{type});
  return *this;
}

history_builder& history_builder::activity_started(std::int64_t scheduled) {
  add(EVENT_TYPE_ACTIVITY_TASK_STARTED)
      .mutable_activity_task_started_event_attributes()
      ->set_scheduled_event_id(scheduled);
  return *this;
}

history_builder&
history_builder::activity_completed_with(std::int64_t scheduled, const payload& output) {
  auto& attributes =
      *add(EVENT_TYPE_ACTIVITY_TASK_COMPLETED).mutable_activity_task_completed_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  to_proto(output, *attributes.mutable_result()->add_payloads());
  return *this;
}

history_builder&
history_builder::activity_failed(std::int64_t scheduled, std::string_view message) {
  auto& attributes =
      *add(EVENT_TYPE_ACTIVITY_TASK_FAILED).mutable_activity_task_failed_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  attributes.mutable_failure()->set_message(std::string{message});
  attributes.mutable_failure()->mutable_application_failure_info();
  return *this;
}

history_builder& history_builder::activity_timed_out(std::int64_t scheduled) {
  auto& attributes =
      *add(EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT).mutable_activity_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(scheduled);
  attributes.mutable_failure()->mutable_timeout_failure_info()->set_timeout_type(
      TIMEOUT_TYPE_START_TO_CLOSE);
  return *this;
}

history_builder& history_builder::activity_canceled(std::int64_t scheduled) {
  add(EVENT_TYPE_ACTIVITY_TASK_CANCELED)
      .mutable_activity_task_canceled_event_attributes()
      ->set_scheduled_event_id(scheduled);
  return *this;
}

history_builder& history_builder::activity_cancel_requested(std::int64_t scheduled) {
  add(EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)
      .mutable_activity_task_cancel_requested_event_attributes()
      ->set_scheduled_event_id(scheduled);
  return *this;
}

history_builder& history_builder::child_initiated(std::string_view id, std::string_view type) {
  auto& attributes = *add(EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED)
                          .mutable_start_child_workflow_execution_initiated_event_attributes();
  attributes.set_namespace_("namespace");
  attributes.set_workflow_id(std::string{id});
  attributes.mutable_workflow_type()->set_name(std::string{type});
  return *this;
}

history_builder& history_builder::child_start_failed(
    std::int64_t initiated, StartChildWorkflowExecutionFailedCause why) {
  auto& attributes = *add(EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED)
                          .mutable_start_child_workflow_execution_failed_event_attributes();
  attributes.set_initiated_event_id(initiated);
  attributes.set_namespace_("namespace");
  attributes.set_cause(why);
  return *this;
}

history_builder& history_builder::child_started(std::int64_t initiated, std::string_view run_id) {
  auto& attributes = *add(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
                          .mutable_child_workflow_execution_started_event_attributes();
  attributes.set_initiated_event_id(initiated);
  attributes.mutable_workflow_execution()->set_run_id(std::string{run_id});
  return *this;
}

history_builder&
history_builder::child_completed_with(std::int64_t initiated, const payload& output) {
  auto& attributes = *add(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
                          .mutable_child_workflow_execution_completed_event_attributes();
  attributes.set_initiated_event_id(initiated);
  to_proto(output, *attributes.mutable_result()->add_payloads());
  return *this;
}

history_builder& history_builder::child_failed(std::int64_t initiated, std::string_view message) {
  auto& attributes = *add(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED)
                          .mutable_child_workflow_execution_failed_event_attributes();
  attributes.set_initiated_event_id(initiated);
  attributes.set_retry_state(RETRY_STATE_RETRY_POLICY_NOT_SET);
  attributes.mutable_failure()->set_message(std::string{message});
  attributes.mutable_failure()->mutable_application_failure_info();
  return *this;
}

history_builder& history_builder::child_canceled(std::int64_t initiated) {
  add(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED)
      .mutable_child_workflow_execution_canceled_event_attributes()
      ->set_initiated_event_id(initiated);
  return *this;
}

history_builder& history_builder::child_timed_out(std::int64_t initiated) {
  add(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT)
      .mutable_child_workflow_execution_timed_out_event_attributes()
      ->set_initiated_event_id(initiated);
  return *this;
}

history_builder& history_builder::child_terminated(std::int64_t initiated) {
  add(EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED)
      .mutable_child_workflow_execution_terminated_event_attributes()
      ->set_initiated_event_id(initiated);
  return *this;
}

history_builder&
history_builder::external_signal_initiated(std::string_view id, std::string_view name) {
  auto& attributes = *add(EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
                          .mutable_signal_external_workflow_execution_initiated_event_attributes();
  attributes.mutable_workflow_execution()->set_workflow_id(std::string{id});
  attributes.set_signal_name(std::string{name});
  return *this;
}

history_builder& history_builder::external_signaled(std::int64_t initiated) {
  add(EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED)
      .mutable_external_workflow_execution_signaled_event_attributes()
      ->set_initiated_event_id(initiated);
  return *this;
}

history_builder& history_builder::external_signal_failed(
    std::int64_t initiated, SignalExternalWorkflowExecutionFailedCause why) {
  auto& attributes = *add(EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
                          .mutable_signal_external_workflow_execution_failed_event_attributes();
  attributes.set_initiated_event_id(initiated);
  attributes.set_cause(why);
  return *this;
}

history_builder& history_builder::external_cancel_initiated(std::string_view id) {
  add(EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
      .mutable_request_cancel_external_workflow_execution_initiated_event_attributes()
      ->mutable_workflow_execution()
      ->set_workflow_id(std::string{id});
  return *this;
}

history_builder& history_builder::external_cancel_requested(std::int64_t initiated) {
  add(EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
      .mutable_external_workflow_execution_cancel_requested_event_attributes()
      ->set_initiated_event_id(initiated);
  return *this;
}

history_builder& history_builder::external_cancel_failed(
    std::int64_t initiated, CancelExternalWorkflowExecutionFailedCause why) {
  auto& attributes =
      *add(EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
           .mutable_request_cancel_external_workflow_execution_failed_event_attributes();
  attributes.set_initiated_event_id(initiated);
  attributes.set_cause(why);
  return *this;
}

history_builder& history_builder::patch(std::string_view id, bool deprecated) {
  auto& attributes = *add(EVENT_TYPE_MARKER_RECORDED).mutable_marker_recorded_event_attributes();
  attributes.set_marker_name("core_patch");
  payload data;
  data.set("encoding", "json/plain");
  data.data =
      "{\"id\":\"" + std::string{id} + "\",\"deprecated\":" + (deprecated ? "true" : "false") + "}";
  to_proto(data, *(*attributes.mutable_details())["patch-data"].add_payloads());
  return *this;
}

history_builder& history_builder::version(std::string_view change_id, int number) {
  auto& attributes = *add(EVENT_TYPE_MARKER_RECORDED).mutable_marker_recorded_event_attributes();
  attributes.set_marker_name("Version");
  auto& details = *attributes.mutable_details();
  to_proto(encode_value(std::string{change_id}), *details["change-id"].add_payloads());
  to_proto(encode_value(number), *details["version"].add_payloads());
  return *this;
}

history_builder& history_builder::change_upserted() {
  (*add(EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)
        .mutable_upsert_workflow_search_attributes_event_attributes()
        ->mutable_search_attributes()
        ->mutable_indexed_fields())["TemporalChangeVersion"];
  return *this;
}

history_builder& history_builder::marker_with(std::string_view name, const payload& value) {
  auto& attributes = *add(EVENT_TYPE_MARKER_RECORDED).mutable_marker_recorded_event_attributes();
  attributes.set_marker_name(std::string{name});
  to_proto(value, *(*attributes.mutable_details())["data"].add_payloads());
  return *this;
}

history_builder& history_builder::signaled_with(std::string_view name, const payloads& input) {
  auto& attributes = *add(EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
                          .mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name(std::string{name});
  to_proto(input, *attributes.mutable_input());
  return *this;
}

namespace {

void write_request(
    std::string_view id,
    std::string_view name,
    const payloads& input,
    temporal::api::update::v1::Request& to) {
  to.mutable_meta()->set_update_id(std::string{id});
  to.mutable_meta()->set_identity("client");
  to.mutable_input()->set_name(std::string{name});
  to_proto(input, *to.mutable_input()->mutable_args());
}

} // namespace

history_builder& history_builder::update_accepted_with(
    std::string_view id, std::string_view name, const payloads& input) {
  auto& attributes = *add(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
                          .mutable_workflow_execution_update_accepted_event_attributes();
  attributes.set_protocol_instance_id(std::string{id});
  attributes.set_accepted_request_message_id(std::string{id} + "/request");
  attributes.set_accepted_request_sequencing_event_id(scheduled_);
  write_request(id, name, input, *attributes.mutable_accepted_request());
  return *this;
}

history_builder&
history_builder::update_completed_with(std::string_view id, const payload& output) {
  auto& attributes = *add(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED)
                          .mutable_workflow_execution_update_completed_event_attributes();
  attributes.mutable_meta()->set_update_id(std::string{id});
  to_proto(output, *attributes.mutable_outcome()->mutable_success()->add_payloads());
  return *this;
}

history_builder& history_builder::update_admitted_with(
    std::string_view id, std::string_view name, const payloads& input) {
  write_request(
      id,
      name,
      input,
      *add(EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED)
           .mutable_workflow_execution_update_admitted_event_attributes()
           ->mutable_request());
  return *this;
}

history_builder& history_builder::cancel_requested(std::string_view reason) {
  add(EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
      .mutable_workflow_execution_cancel_requested_event_attributes()
      ->set_cause(std::string{reason});
  return *this;
}

history_builder& history_builder::completed_with(const payload& output) {
  auto& attributes = *add(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)
                          .mutable_workflow_execution_completed_event_attributes();
  to_proto(output, *attributes.mutable_result()->add_payloads());
  return *this;
}

history_builder& history_builder::terminated() {
  add(EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
      .mutable_workflow_execution_terminated_event_attributes();
  return *this;
}

history_builder& history_builder::unknown(bool may_ignore) {
  add(static_cast<EventType>(9999)).set_worker_may_ignore(may_ignore);
  return *this;
}

history_builder& history_builder::sdk(std::string_view name) {
  last().mutable_workflow_task_completed_event_attributes()->mutable_sdk_metadata()->set_sdk_name(
      std::string{name});
  return *this;
}

history_builder& history_builder::suggests_continue_as_new() {
  last().mutable_workflow_task_started_event_attributes()->set_suggest_continue_as_new(true);
  return *this;
}

history_builder& history_builder::at(workflow::time_point when) {
  now_ = when;
  to_proto(now_, *last().mutable_event_time());
  return *this;
}

temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse
history_builder::to_task(std::int64_t after, int attempt) const {
  temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse task;
  task.set_task_token("token");
  task.mutable_workflow_execution()->set_workflow_id("workflow");
  task.mutable_workflow_execution()->set_run_id("run-1");
  task.mutable_workflow_type()->set_name(
      history_.events(0).workflow_execution_started_event_attributes().workflow_type().name());
  task.set_attempt(attempt);
  task.set_started_event_id(started_);
  task.set_previous_started_event_id(previous_started_);
  for (const auto& event : history_.events())
    if (event.event_id() > after)
      *task.mutable_history()->add_events() = event;
  return task;
}

temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse history_builder::to_paged_task(
    std::int64_t after, std::int64_t up_to, std::string_view next_token) const {
  auto task = to_task(after);
  auto& events = *task.mutable_history()->mutable_events();
  events.DeleteSubrange(
      static_cast<int>(up_to - after), events.size() - static_cast<int>(up_to - after));
  task.set_next_page_token(std::string{next_token});
  return task;
}

temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse history_builder::to_page(
    std::int64_t after, std::int64_t up_to, std::string_view next_token) const {
  temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse page;
  for (const auto& event : history_.events())
    if (event.event_id() > after && event.event_id() <= up_to)
      *page.mutable_history()->add_events() = event;
  page.set_next_page_token(std::string{next_token});
  return page;
}

} // namespace troupe::test
