// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>

namespace troupe {

namespace wire = temporal::api::workflow::v1;
namespace enums = temporal::api::enums::v1;

std::string_view to_string(workflow_status status) noexcept {
  constexpr std::array<std::string_view, 9> names = {
      "Unspecified",
      "Running",
      "Completed",
      "Failed",
      "Canceled",
      "Terminated",
      "ContinuedAsNew",
      "TimedOut",
      "Paused"};
  const auto index = static_cast<std::size_t>(status);
  return index < names.size() ? names[index] : names[0];
}

namespace {

std::optional<wall_time> time_of(bool is_there, const google::protobuf::Timestamp& from) {
  return is_there ? std::optional{wall_time{from_proto(from)}} : std::nullopt;
}

/// Summaries and the like are JSON strings in a payload; what is none is left out.
std::string text_of(
    bool is_there,
    const temporal::api::common::v1::Payload& from,
    const data_converter& converter) {
  if (!is_there)
    return {};
  try {
    return converter.from_payload<std::string>(from_proto(from));
  } catch (const std::exception&) {
    return {};
  }
}

void fill_summary(
    const wire::WorkflowExecutionInfo& from,
    const data_converter& converter,
    workflow_summary& to) {
  to.id = from.execution().workflow_id();
  to.run_id = from.execution().run_id();
  to.type = from.type().name();
  to.task_queue = from.task_queue();
  to.status = static_cast<workflow_status>(from.status());
  to.start_time = time_of(from.has_start_time(), from.start_time());
  to.execution_time = time_of(from.has_execution_time(), from.execution_time());
  to.close_time = time_of(from.has_close_time(), from.close_time());
  to.history_length = from.history_length();
  to.history_size_bytes = from.history_size_bytes();
  to.parent_id = from.parent_execution().workflow_id();
  to.parent_run_id = from.parent_execution().run_id();
  to.root_id = from.root_execution().workflow_id();
  to.first_run_id = from.first_run_id();
  for (const auto& [key, value] : from.memo().fields())
    to.memo.emplace_back(key, converter.decode(from_proto(value)));
  std::sort(to.memo.begin(), to.memo.end(), [](const auto& left, const auto& right) {
    return left.first < right.first;
  });
}

pending_nexus_operation operation_from(const wire::PendingNexusOperationInfo& from) {
  pending_nexus_operation to;
  to.endpoint = from.endpoint();
  to.service = from.service();
  to.operation = from.operation();
  to.operation_token = from.operation_token();
  to.state = camel_case(
      enums::PendingNexusOperationState_Name(from.state()), "PENDING_NEXUS_OPERATION_STATE_");
  to.blocked_reason = from.blocked_reason();
  to.scheduled_event_id = from.scheduled_event_id();
  to.attempt = from.attempt();
  to.scheduled_time = time_of(from.has_scheduled_time(), from.scheduled_time());
  to.next_attempt_time =
      time_of(from.has_next_attempt_schedule_time(), from.next_attempt_schedule_time());
  to.last_failure = from.last_attempt_failure().message();
  to.is_cancel_requested = from.has_cancellation_info();
  return to;
}

workflow_callback callback_from(const wire::CallbackInfo& from) {
  workflow_callback to;
  to.url = from.callback().nexus().url();
  to.state = camel_case(enums::CallbackState_Name(from.state()), "CALLBACK_STATE_");
  to.blocked_reason = from.blocked_reason();
  to.attempt = from.attempt();
  to.last_failure = from.last_attempt_failure().message();
  return to;
}

} // namespace

workflow_summary
summary_from(const wire::WorkflowExecutionInfo& from, const data_converter& converter) {
  workflow_summary to;
  fill_summary(from, converter, to);
  return to;
}

workflow_description description_from(
    const temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse& from,
    const data_converter& converter) {
  workflow_description to;
  fill_summary(from.workflow_execution_info(), converter, to);
  const auto& config = from.execution_config();
  if (to.task_queue.empty())
    to.task_queue = config.task_queue().name();
  to.execution_timeout = from_proto(config.workflow_execution_timeout());
  to.run_timeout = from_proto(config.workflow_run_timeout());
  to.task_timeout = from_proto(config.default_workflow_task_timeout());
  const auto& metadata = config.user_metadata();
  to.static_summary = text_of(metadata.has_summary(), metadata.summary(), converter);
  to.static_details = text_of(metadata.has_details(), metadata.details(), converter);
  for (const auto& operation : from.pending_nexus_operations())
    to.nexus_operations.push_back(operation_from(operation));
  for (const auto& callback : from.callbacks())
    to.callbacks.push_back(callback_from(callback));
  to.pending_activities = static_cast<std::size_t>(from.pending_activities_size());
  to.pending_children = static_cast<std::size_t>(from.pending_children_size());
  to.has_pending_task = from.has_pending_workflow_task();
  to.pending_task_attempt = from.pending_workflow_task().attempt();
  return to;
}

} // namespace troupe
