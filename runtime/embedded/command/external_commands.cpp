// SPDX-License-Identifier: Apache-2.0
// Signals and cancel requests to other workflows: checked and written here; who gets them is
// another record's business.
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/command/peer_targets.hpp"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // namespace and control are still copied

namespace troupe::embedded {
namespace {

using command = api::command::v1::Command;

constexpr auto bad_signal =
    enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES;
constexpr auto bad_cancel =
    enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_ATTRIBUTES;

command_failure signal_refused(std::string text) {
  return {bad_signal, std::move(text), false};
}

command_failure cancel_refused(std::string text) {
  return {bad_cancel, std::move(text), false};
}

} // namespace

command_result signal_external_workflow(completion& in, const command& what) {
  constexpr auto on = " on SignalExternalWorkflowExecutionCommand.";
  const auto& from = what.signal_external_workflow_execution_command_attributes();
  const auto& settings = in.ch.settings();
  if (!what.has_signal_external_workflow_execution_command_attributes())
    return signal_refused(
        "SignalExternalWorkflowExecutionCommandAttributes is not set" + std::string{on});
  peer_target target;
  if (auto failed = find_target(in, from.namespace_(), bad_signal, target))
    return failed;
  if (!from.has_execution())
    return signal_refused("Execution is not set" + std::string{on});
  const auto& id = from.execution().workflow_id();
  const auto& run_id = from.execution().run_id();
  const auto where = " Namespace=" + from.namespace_() + " RunId=" + run_id;
  if (id.empty())
    return signal_refused(
        "WorkflowId is not set" + std::string{on} + where + " SignalName=" + from.signal_name());
  if (auto failed = check_length(id, settings.max_id_bytes, bad_signal, [&](const auto& length) {
        return "WorkflowId on SignalExternalWorkflowExecutionCommand exceeds length limit. "
               "WorkflowId="
               + id + length + where + " SignalName=" + from.signal_name();
      }))
    return failed;
  if (!is_run_id(run_id))
    return signal_refused(
        "Invalid RunId set" + std::string{on} + " WorkflowId=" + id + where
        + " SignalName=" + from.signal_name());
  if (from.signal_name().empty())
    return signal_refused("SignalName is not set" + std::string{on} + " WorkflowId=" + id + where);
  if (from.input().ByteSizeLong() > settings.max_blob_bytes)
    return command_failure{
        bad_signal,
        "SignalExternalWorkflowExecutionCommandAttributes.Input exceeds size limit.",
        true};
  if (auto failed = check_pending(
          in,
          peer_kind::signal,
          settings.max_pending_signals,
          enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_SIGNALS_LIMIT_EXCEEDED,
          "signals to external workflows"))
    return failed;

  auto event = make_event(in, what, enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED);
  auto& to = *event->mutable_signal_external_workflow_execution_initiated_event_attributes();
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_namespace_(from.namespace_());
  to.set_namespace_id(target.id);
  *to.mutable_workflow_execution() = from.execution();
  to.set_signal_name(from.signal_name());
  if (from.has_input())
    copy_in_slices(from.input(), *to.mutable_input());
  to.set_control(from.control());
  to.set_child_workflow_only(from.child_workflow_only());
  if (from.has_header())
    copy_in_slices(from.header(), *to.mutable_header());
  in.ch.write(in.on, event);
  add_peer(in, peer_kind::signal, event);
  return {};
}

command_result request_cancel_external_workflow(completion& in, const command& what) {
  constexpr auto on = " on RequestCancelExternalWorkflowExecutionCommand.";
  const auto& from = what.request_cancel_external_workflow_execution_command_attributes();
  const auto& settings = in.ch.settings();
  if (!what.has_request_cancel_external_workflow_execution_command_attributes())
    return cancel_refused(
        "RequestCancelExternalWorkflowExecutionCommandAttributes is not set" + std::string{on});
  peer_target target;
  if (auto failed = find_target(in, from.namespace_(), bad_cancel, target))
    return failed;
  const auto& id = from.workflow_id();
  if (id.empty())
    return cancel_refused(
        "WorkflowId is not set" + std::string{on} + " Namespace=" + from.namespace_()
        + " RunId=" + from.run_id());
  if (auto failed = check_length(id, settings.max_id_bytes, bad_cancel, [&](const auto& length) {
        return "WorkflowId on RequestCancelExternalWorkflowExecutionCommand exceeds length limit. "
               "WorkflowId="
               + id + length + " RunId=" + from.run_id() + " Namespace=" + from.namespace_();
      }))
    return failed;
  const auto where =
      " WorkflowId=" + id + " RunId=" + from.run_id() + " Namespace=" + from.namespace_();
  if (!is_run_id(from.run_id()))
    return cancel_refused("Invalid RunId set" + std::string{on} + where);
  if (in.started_children.contains(id))
    return cancel_refused(
        "Start and RequestCancel for child workflow is not allowed in same workflow task." + where);
  if (auto failed = check_pending(
          in,
          peer_kind::cancel,
          settings.max_pending_cancel_requests,
          enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED,
          "requests to cancel external workflows"))
    return failed;

  auto event =
      make_event(in, what, enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED);
  auto& to =
      *event->mutable_request_cancel_external_workflow_execution_initiated_event_attributes();
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_namespace_(from.namespace_());
  to.set_namespace_id(target.id);
  to.mutable_workflow_execution()->set_workflow_id(id);
  to.mutable_workflow_execution()->set_run_id(from.run_id());
  to.set_control(from.control());
  to.set_child_workflow_only(from.child_workflow_only());
  to.set_reason(from.reason());
  in.ch.write(in.on, event);
  add_peer(in, peer_kind::cancel, event);
  return {};
}

} // namespace troupe::embedded
