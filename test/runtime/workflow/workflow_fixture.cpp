// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <map>

namespace troupe::test {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using temporal::api::command::v1::Command;

std::string first(const temporal::api::common::v1::Payloads& values) {
  return values.payloads_size() == 0 ? "" : " " + values.payloads(0).data();
}

std::string text_of(const Command& command) {
  if (command.has_start_timer_command_attributes()) {
    const auto& timer = command.start_timer_command_attributes();
    const auto& after = timer.start_to_fire_timeout();
    return "StartTimer " + timer.timer_id() + " "
           + std::to_string(after.seconds() * 1000 + after.nanos() / 1'000'000) + "ms";
  }
  if (command.has_cancel_timer_command_attributes())
    return "CancelTimer " + command.cancel_timer_command_attributes().timer_id();
  if (command.has_schedule_nexus_operation_command_attributes()) {
    const auto& operation = command.schedule_nexus_operation_command_attributes();
    return "ScheduleNexusOperation " + operation.service() + "/" + operation.operation() + " "
           + operation.input().data();
  }
  if (command.has_request_cancel_nexus_operation_command_attributes())
    return "RequestCancelNexusOperation "
           + std::to_string(
               command.request_cancel_nexus_operation_command_attributes().scheduled_event_id());
  if (command.has_schedule_activity_task_command_attributes()) {
    const auto& activity = command.schedule_activity_task_command_attributes();
    return "ScheduleActivityTask " + activity.activity_id() + " " + activity.activity_type().name();
  }
  if (command.has_request_cancel_activity_task_command_attributes())
    return "RequestCancelActivityTask "
           + std::to_string(
               command.request_cancel_activity_task_command_attributes().scheduled_event_id());
  if (command.has_start_child_workflow_execution_command_attributes()) {
    const auto& child = command.start_child_workflow_execution_command_attributes();
    return "StartChildWorkflowExecution " + child.workflow_id() + " " + child.workflow_type().name()
           + first(child.input());
  }
  if (command.has_signal_external_workflow_execution_command_attributes()) {
    const auto& signal = command.signal_external_workflow_execution_command_attributes();
    return std::string{"SignalExternalWorkflowExecution "}
           + (signal.child_workflow_only() ? "child " : "") + signal.execution().workflow_id() + " "
           + signal.signal_name() + first(signal.input());
  }
  if (command.has_request_cancel_external_workflow_execution_command_attributes()) {
    const auto& cancel = command.request_cancel_external_workflow_execution_command_attributes();
    return std::string{"RequestCancelExternalWorkflowExecution "}
           + (cancel.child_workflow_only() ? "child " : "") + cancel.workflow_id()
           + (cancel.run_id().empty() ? "" : " " + cancel.run_id())
           + (cancel.reason().empty() ? "" : " because " + cancel.reason());
  }
  if (command.has_record_marker_command_attributes()) {
    const auto& marker = command.record_marker_command_attributes();
    std::string text = "RecordMarker " + marker.marker_name();
    const std::map<std::string, temporal::api::common::v1::Payloads> parts{
        marker.details().begin(), marker.details().end()};
    for (const auto& [name, values] : parts)
      text += (name == "data" ? "" : " " + name) + first(values);
    return text;
  }
  if (command.has_modify_workflow_properties_command_attributes()) {
    std::string text = "ModifyWorkflowProperties";
    const auto& all = command.modify_workflow_properties_command_attributes().upserted_memo();
    const std::map<std::string, temporal::api::common::v1::Payload> sorted{
        all.fields().begin(), all.fields().end()};
    for (const auto& [name, value] : sorted)
      text += " " + name + " " + value.data();
    return text;
  }
  if (command.has_upsert_workflow_search_attributes_command_attributes()) {
    std::string text = "UpsertWorkflowSearchAttributes";
    const auto& all =
        command.upsert_workflow_search_attributes_command_attributes().search_attributes();
    const std::map<std::string, temporal::api::common::v1::Payload> sorted{
        all.indexed_fields().begin(), all.indexed_fields().end()};
    for (const auto& [name, value] : sorted)
      text += " " + name + " " + value.data();
    return text;
  }
  if (command.has_complete_workflow_execution_command_attributes())
    return "CompleteWorkflowExecution"
           + first(command.complete_workflow_execution_command_attributes().result());
  if (command.has_fail_workflow_execution_command_attributes())
    return "FailWorkflowExecution "
           + command.fail_workflow_execution_command_attributes().failure().message();
  if (command.has_cancel_workflow_execution_command_attributes())
    return "CancelWorkflowExecution";
  if (command.has_continue_as_new_workflow_execution_command_attributes()) {
    const auto& next = command.continue_as_new_workflow_execution_command_attributes();
    return "ContinueAsNewWorkflowExecution " + next.workflow_type().name() + first(next.input());
  }
  if (command.has_protocol_message_command_attributes())
    return "ProtocolMessage " + command.protocol_message_command_attributes().message_id();
  return "?";
}

} // namespace

std::shared_ptr<const workflow::environment> plain_environment() {
  static const auto shared = [] {
    auto made = std::make_shared<workflow::environment>();
    made->name_space = "namespace";
    made->task_queue = "queue";
    made->identity = "identity";
    return made;
  }();
  return shared;
}

workflow::activation_result apply(workflow::instance& to, workflow::task_message::message&& task) {
  const auto need = to.begin(task);
  BOOST_REQUIRE_EQUAL(text_of(need), "nothing");
  return to.complete();
}

std::string text_of(const workflow::activation_need& need) {
  using enum workflow::activation_need::what;
  switch (need.kind) {
  case nothing: return "nothing";
  case history: return "page \"" + need.page_token + "\"";
  case local_activities: break;
  }
  std::string text;
  for (const auto& one : need.start)
    text +=
        (text.empty() ? "" : "; ") + ("start " + std::to_string(one.id)) + " " + one.request.type;
  for (const auto id : need.cancel)
    text += (text.empty() ? "" : "; ") + ("cancel " + std::to_string(id));
  return text.empty() ? "wait" : text;
}

std::string text_of(const workflow::activation_result& result) {
  using enum workflow::activation_result::verdict;
  switch (result.kind) {
  case completed: {
    std::string text;
    for (const auto& command :
         static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer).commands())
      text += (text.empty() ? "" : "; ") + text_of(command);
    return text;
  }
  case failed: return "failed: " + result.reason;
  case query_answered: {
    const auto& answer = static_cast<const wire::RespondQueryTaskCompletedRequest&>(*result.answer);
    return answer.error_message().empty() ? "answer" + first(answer.query_result())
                                          : "query failed: " + answer.error_message();
  }
  case ignored: return "ignored: " + result.reason;
  }
  return "?";
}

std::string failure_of(const workflow::activation_result& result) {
  return result.kind == workflow::activation_result::verdict::failed ? result.reason
                                                                     : std::string{};
}

} // namespace troupe::test
