// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/command/peer_targets.hpp"
#include "runtime/embedded/run/cron.hpp"
#include "runtime/embedded/run/retry_policy.hpp"

#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // namespace, control and inherit_build_id are still copied

namespace troupe::embedded {
namespace {

using command = api::command::v1::Command;
using wire_command = api::command::v1::StartChildWorkflowExecutionCommandAttributes;
using start_request = api::workflowservice::v1::StartWorkflowExecutionRequest;

constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_CHILD_EXECUTION_ATTRIBUTES;

command_failure refused(std::string text, bool terminates = false) {
  return {bad, std::move(text), terminates};
}

/// What the parent's event and the child's start have in common, in its normal form.
start_request as_request(const run& on, const wire_command& from) {
  start_request request;
  request.mutable_task_queue()->set_name(
      from.task_queue().name().empty() ? on.state.task_queue : from.task_queue().name());
  request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (from.has_workflow_execution_timeout())
    *request.mutable_workflow_execution_timeout() = from.workflow_execution_timeout();
  *request.mutable_workflow_run_timeout() = from.workflow_run_timeout();
  *request.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  if (from.has_retry_policy()) {
    copy_in_slices(from.retry_policy(), *request.mutable_retry_policy());
    fill_defaults(*request.mutable_retry_policy());
  }
  if (from.has_memo())
    copy_in_slices(from.memo(), *request.mutable_memo());
  if (from.has_search_attributes())
    copy_in_slices(from.search_attributes(), *request.mutable_search_attributes());
  return request;
}

/// What is wrong with the command, payloads aside, in the real server's order.
command_result check_attributes(
    const completion& in,
    const wire_command& from,
    const start_request& request,
    const std::string& name_space) {
  constexpr std::string_view on = " on StartChildWorkflowExecutionCommand";
  const auto limit = in.ch.settings().max_id_bytes;
  const auto& id = from.workflow_id();
  const auto& type = from.workflow_type().name();
  if (id.empty())
    return refused(
        "Required field WorkflowId is not set" + std::string{on} + ". WorkflowType=" + type
        + " Namespace=" + name_space);
  if (type.empty())
    return refused(
        "Required field WorkflowType is not set" + std::string{on} + ". WorkflowId=" + id
        + " Namespace=" + name_space);
  if (auto failed = check_length(id, limit, bad, [&](const auto& length) {
        return "WorkflowId" + std::string{on} + " exceeds length limit. WorkflowId=" + id + length
               + " WorkflowType=" + type + " Namespace=" + name_space;
      }))
    return failed;
  if (auto failed = check_length(type, limit, bad, [&](const auto& length) {
        return "WorkflowType" + std::string{on} + " exceeds length limit. WorkflowId=" + id
               + " WorkflowType=" + type + length + " Namespace=" + name_space;
      }))
    return failed;
  const auto who = " WorkflowId=" + id + " WorkflowType=" + type + " Namespace=" + name_space;
  for (const auto& [value, name] :
       {std::pair{&from.workflow_execution_timeout(), "WorkflowExecutionTimeout"},
        std::pair{&from.workflow_run_timeout(), "WorkflowRunTimeout"},
        std::pair{&from.workflow_task_timeout(), "WorkflowTaskTimeout"}}) {
    if (const auto problem = duration_problem(*value); !problem.empty())
      return refused(
          std::string{"Invalid "} + name + std::string{on} + ": " + std::string{problem} + '.'
          + who);
  }
  if (request.has_retry_policy())
    if (const auto status = check(request.retry_policy()); !status.ok())
      return refused(
          "invalid WorkflowRetryPolicy" + std::string{on} + ": " + status.message + '.' + who);
  if (!from.cron_schedule().empty())
    if (const auto problem = cron_problem(from.cron_schedule(), in.ch.now()); !problem.empty())
      return refused("invalid CronSchedule" + std::string{on} + ": " + problem + '.' + who);
  if (const auto queue = check_task_queue(true, request.task_queue(), limit); !queue.ok()) {
    const auto& name = request.task_queue().name();
    const auto parent = name == "temporal-sys-per-ns-tq"
                            ? " (in parent component task queue: " + in.on.state.task_queue + ')'
                            : std::string{};
    return refused(
        "invalid TaskQueue" + std::string{on} + ": " + queue.message + parent + '.' + who
        + " TaskQueue=name:" + quote_json(name) + " kind:TASK_QUEUE_KIND_NORMAL");
  }
  if (const auto priority = check(from.priority()); !priority.ok())
    return refused(priority.message);
  return {};
}

} // namespace

command_result start_child_workflow(completion& in, const command& what) {
  auto& ch = in.ch;
  const auto& from = what.start_child_workflow_execution_command_attributes();
  const auto& settings = ch.settings();
  if (!what.has_start_child_workflow_execution_command_attributes())
    return refused("StartChildWorkflowExecutionCommandAttributes is not set on "
                   "StartChildWorkflowExecutionCommand.");
  peer_target target;
  if (auto failed = find_target(in, from.namespace_(), bad, target))
    return failed;
  auto request = as_request(in.on, from);
  if (auto failed = check_attributes(in, from, request, target.name))
    return failed;
  for (auto* each :
       {request.mutable_workflow_run_timeout(), request.mutable_workflow_task_timeout()})
    cut_timeout(*each);
  if (request.has_workflow_execution_timeout())
    cut_timeout(*request.mutable_workflow_execution_timeout());
  if (request.has_search_attributes())
    if (auto failed = check_attributes(
            in,
            target.name,
            *request.mutable_search_attributes(),
            bad,
            "StartChildWorkflowCommand",
            "WorkflowId=" + from.workflow_id() + " WorkflowType=" + from.workflow_type().name()
                + " Namespace=" + target.name))
      return failed;
  if (from.inherit_build_id() && request.task_queue().name() != in.on.state.task_queue)
    return refused("StartChildWorkflowExecution with UseCompatibleVersion cannot run on different "
                   "task queue.");
  normalize_start(request);
  if (from.input().ByteSizeLong() > settings.max_blob_bytes)
    return refused("StartChildWorkflowExecutionCommandAttributes. Input exceeds size limit.", true);
  if (from.memo().ByteSizeLong() > settings.max_memo_bytes)
    return refused("StartChildWorkflowExecutionCommandAttributes.Memo exceeds size limit.", true);
  if (auto failed = check_pending(
          in,
          peer_kind::child,
          settings.max_pending_children,
          enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED,
          "child workflow executions"))
    return failed;

  auto event = make_event(in, what, enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED);
  auto& to = *event->mutable_start_child_workflow_execution_initiated_event_attributes();
  to.set_namespace_(target.name);
  to.set_namespace_id(target.id);
  to.set_workflow_id(from.workflow_id());
  *to.mutable_workflow_type() = from.workflow_type();
  *to.mutable_task_queue() = request.task_queue();
  if (from.has_input())
    copy_in_slices(from.input(), *to.mutable_input());
  if (request.has_workflow_execution_timeout())
    *to.mutable_workflow_execution_timeout() = request.workflow_execution_timeout();
  *to.mutable_workflow_run_timeout() = request.workflow_run_timeout();
  *to.mutable_workflow_task_timeout() = request.workflow_task_timeout();
  to.set_parent_close_policy(
      from.parent_close_policy() == enums::PARENT_CLOSE_POLICY_UNSPECIFIED
          ? enums::PARENT_CLOSE_POLICY_TERMINATE
          : from.parent_close_policy());
  to.set_control(from.control());
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_workflow_id_reuse_policy(
      from.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED
          ? enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
          : from.workflow_id_reuse_policy());
  if (request.has_retry_policy())
    copy_in_slices(request.retry_policy(), *to.mutable_retry_policy());
  to.set_cron_schedule(from.cron_schedule());
  if (from.has_header())
    copy_in_slices(from.header(), *to.mutable_header());
  if (request.has_memo())
    copy_in_slices(request.memo(), *to.mutable_memo());
  if (request.has_search_attributes())
    copy_in_slices(request.search_attributes(), *to.mutable_search_attributes());
  to.set_inherit_build_id(from.inherit_build_id());
  if (from.has_priority())
    *to.mutable_priority() = from.priority();
  if (from.has_versioning_override())
    *to.mutable_versioning_override() = from.versioning_override();
  ch.write(in.on, event);
  in.started_children.insert(from.workflow_id());
  add_peer(in, peer_kind::child, event);
  return {};
}

} // namespace troupe::embedded
