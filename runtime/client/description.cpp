// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/from_wire.hpp"
#include "runtime/protocol/priority.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

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

namespace {

worker_deployment_version
version_from(const temporal::api::deployment::v1::WorkerDeploymentVersion& from) {
  return {from.deployment_name(), from.build_id()};
}

workflow_versioning versioning_from(const wire::WorkflowExecutionVersioningInfo& from) {
  workflow_versioning to;
  to.behavior = camel_case(enums::VersioningBehavior_Name(from.behavior()), "VERSIONING_BEHAVIOR_");
  to.version = version_from(from.deployment_version());
  const auto& override = from.versioning_override();
  if (override.has_pinned()) {
    to.override_behavior = "Pinned";
    to.override_version = version_from(override.pinned().version());
  } else if (override.auto_upgrade()) {
    to.override_behavior = "AutoUpgrade";
  }
  if (from.has_version_transition())
    to.moving_to = version_from(from.version_transition().deployment_version());
  return to;
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
  sort_by_name(to.memo);
  for (const auto& [name, value] : from.search_attributes().indexed_fields())
    to.search_attributes.emplace_back(name, from_proto(value));
  sort_by_name(to.search_attributes);
  to.state_transition_count = from.state_transition_count();
  if (from.has_execution_duration())
    to.execution_duration = from_proto(from.execution_duration());
  to.priority = protocol::read_priority(from.priority());
  to.versioning = versioning_from(from.versioning_info());
}

pending_activity
activity_from(const wire::PendingActivityInfo& from, const data_converter& converter) {
  pending_activity to;
  to.id = from.activity_id();
  to.type = from.activity_type().name();
  to.task_queue = from.activity_options().task_queue().name();
  to.state = camel_case(enums::PendingActivityState_Name(from.state()), "PENDING_ACTIVITY_STATE_");
  to.attempt = from.attempt();
  to.maximum_attempts = from.maximum_attempts();
  to.scheduled_time = time_of(from.has_scheduled_time(), from.scheduled_time());
  to.expiration_time = time_of(from.has_expiration_time(), from.expiration_time());
  to.last_started_time = time_of(from.has_last_started_time(), from.last_started_time());
  to.last_heartbeat_time = time_of(from.has_last_heartbeat_time(), from.last_heartbeat_time());
  to.last_complete_time =
      time_of(from.has_last_attempt_complete_time(), from.last_attempt_complete_time());
  to.next_attempt_time =
      time_of(from.has_next_attempt_schedule_time(), from.next_attempt_schedule_time());
  if (from.has_current_retry_interval())
    to.retry_interval = from_proto(from.current_retry_interval());
  to.heartbeat_details = converter.decode(from_proto(from.heartbeat_details()));
  to.last_failure = from.last_failure().message();
  to.last_worker_identity = from.last_worker_identity();
  to.last_deployment_version = version_from(from.last_deployment_version());
  to.priority = protocol::read_priority(from.priority());
  to.is_paused = from.paused();
  const auto& pause = from.pause_info();
  to.paused_by = pause.has_rule() ? pause.rule().identity() : pause.manual().identity();
  to.pause_reason = pause.has_rule() ? pause.rule().reason() : pause.manual().reason();
  return to;
}

pending_child child_from(const wire::PendingChildExecutionInfo& from) {
  return {
      from.workflow_id(),
      from.run_id(),
      from.workflow_type_name(),
      from.initiated_id(),
      camel_case(
          enums::ParentClosePolicy_Name(from.parent_close_policy()), "PARENT_CLOSE_POLICY_")};
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
  to.last_complete_time =
      time_of(from.has_last_attempt_complete_time(), from.last_attempt_complete_time());
  to.last_failure = from.last_attempt_failure().message();
  to.schedule_to_close_timeout = from_proto(from.schedule_to_close_timeout());
  to.schedule_to_start_timeout = from_proto(from.schedule_to_start_timeout());
  to.start_to_close_timeout = from_proto(from.start_to_close_timeout());
  to.is_cancel_requested = from.has_cancellation_info();
  if (to.is_cancel_requested) {
    const auto& cancel = from.cancellation_info();
    to.cancel_state = camel_case(
        enums::NexusOperationCancellationState_Name(cancel.state()),
        "NEXUS_OPERATION_CANCELLATION_STATE_");
    to.cancel_attempt = cancel.attempt();
    to.cancel_last_failure = cancel.last_attempt_failure().message();
  }
  return to;
}

workflow_callback callback_from(const wire::CallbackInfo& from) {
  workflow_callback to;
  to.url = from.callback().nexus().url();
  to.state = camel_case(enums::CallbackState_Name(from.state()), "CALLBACK_STATE_");
  to.blocked_reason = from.blocked_reason();
  to.attempt = from.attempt();
  to.last_failure = from.last_attempt_failure().message();
  to.registration_time = time_of(from.has_registration_time(), from.registration_time());
  to.last_complete_time =
      time_of(from.has_last_attempt_complete_time(), from.last_attempt_complete_time());
  to.next_attempt_time =
      time_of(from.has_next_attempt_schedule_time(), from.next_attempt_schedule_time());
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
  for (const auto& activity : from.pending_activities())
    to.activities.push_back(activity_from(activity, converter));
  for (const auto& child : from.pending_children())
    to.children.push_back(child_from(child));
  for (const auto& operation : from.pending_nexus_operations())
    to.nexus_operations.push_back(operation_from(operation));
  for (const auto& callback : from.callbacks())
    to.callbacks.push_back(callback_from(callback));
  const auto& task = from.pending_workflow_task();
  to.has_pending_task = from.has_pending_workflow_task();
  to.pending_task_attempt = task.attempt();
  to.is_pending_task_started = task.state() == enums::PENDING_WORKFLOW_TASK_STATE_STARTED;
  to.pending_task_scheduled_at = time_of(task.has_scheduled_time(), task.scheduled_time());
  to.pending_task_started_at = time_of(task.has_started_time(), task.started_time());
  const auto& more = from.workflow_extended_info();
  to.execution_expiration =
      time_of(more.has_execution_expiration_time(), more.execution_expiration_time());
  to.run_expiration = time_of(more.has_run_expiration_time(), more.run_expiration_time());
  to.is_cancel_requested = more.cancel_requested();
  to.reset_run_id = more.reset_run_id();
  to.last_reset_time = time_of(more.has_last_reset_time(), more.last_reset_time());
  to.original_start_time = time_of(more.has_original_start_time(), more.original_start_time());
  to.is_paused = more.has_pause_info();
  to.paused_by = more.pause_info().identity();
  to.pause_reason = more.pause_info().reason();
  return to;
}

} // namespace troupe
