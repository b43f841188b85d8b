// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/run/new_runs.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/cron.hpp"

#include <set>

namespace troupe::embedded {

completion_callback make_callback(
    change& ch,
    const api::common::v1::Callback& what,
    const std::string& request_id,
    bool attached_later) {
  completion_callback each;
  each.id = ch.around.ids.uuid();
  each.what = held<api::common::v1::Callback>::copy_of(what);
  each.registered = ch.now();
  each.request_id = request_id;
  each.attached_later = attached_later;
  return each;
}

void add_links(const start_request& request, history_event& to) {
  std::set<std::string> carried;
  for (const auto& each : request.completion_callbacks())
    for (const auto& link : each.links())
      carried.insert(link.SerializeAsString());
  for (const auto& link : request.links())
    if (carried.empty() || !carried.contains(link.SerializeAsString()))
      *to.add_links() = link;
}

new_run make_new_run(change& ch, const start_request& request, std::string run_id) {
  new_run what;
  what.run_id = std::move(run_id);
  what.request_id = request.request_id();
  what.started = std::make_shared<history_event>();
  add_links(request, *what.started);
  if (request.has_user_metadata())
    copy_in_slices(request.user_metadata(), *what.started->mutable_user_metadata());
  auto& to = *what.started->mutable_workflow_execution_started_event_attributes();
  *to.mutable_workflow_type() = request.workflow_type();
  to.mutable_task_queue()->set_name(request.task_queue().name());
  to.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (request.has_header())
    copy_in_slices(request.header(), *to.mutable_header());
  if (request.has_input())
    copy_in_slices(request.input(), *to.mutable_input());
  if (request.has_workflow_execution_timeout())
    *to.mutable_workflow_execution_timeout() = request.workflow_execution_timeout();
  if (request.has_workflow_run_timeout())
    *to.mutable_workflow_run_timeout() = request.workflow_run_timeout();
  *to.mutable_workflow_task_timeout() = request.workflow_task_timeout();
  to.set_original_execution_run_id(what.run_id);
  to.set_first_execution_run_id(what.run_id);
  to.set_identity(request.identity());
  if (request.has_retry_policy())
    copy_in_slices(request.retry_policy(), *to.mutable_retry_policy());
  to.set_attempt(1);
  if (const auto timeout = from_proto(request.workflow_execution_timeout()); timeout > duration{})
    to_proto(
        std::chrono::floor<std::chrono::milliseconds>(later(ch.now(), timeout)),
        *to.mutable_workflow_execution_expiration_time());
  if (request.has_memo())
    copy_in_slices(request.memo(), *to.mutable_memo());
  if (request.has_search_attributes())
    copy_in_slices(request.search_attributes(), *to.mutable_search_attributes());
  if (request.has_priority())
    *to.mutable_priority() = request.priority();
  if (request.has_versioning_override())
    *to.mutable_versioning_override() = request.versioning_override();
  if (request.has_last_completion_result())
    copy_in_slices(request.last_completion_result(), *to.mutable_last_completion_result());
  if (request.has_continued_failure())
    copy_in_slices(request.continued_failure(), *to.mutable_continued_failure());
  to.set_workflow_id(request.workflow_id());
  for (const auto& each : request.completion_callbacks()) {
    *to.add_completion_callbacks() = each;
    what.callbacks.push_back(make_callback(ch, each, request.request_id(), false));
  }
  what.first_task_backoff = from_proto(request.workflow_start_delay());
  if (!request.cron_schedule().empty()) {
    to.set_cron_schedule(request.cron_schedule());
    to.set_initiator(enums::CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE);
    what.first_task_backoff =
        cron_pause(request.cron_schedule(), ch.now(), ch.now()).value_or(duration{});
  }
  to_proto(what.first_task_backoff, *to.mutable_first_workflow_task_backoff());
  return what;
}

rpc_status check_existing(
    const run& existing,
    enums::WorkflowIdReusePolicy reuse,
    enums::WorkflowIdConflictPolicy conflict,
    const record& rec) {
  const std::string who = "WorkflowId: " + rec.workflow_id + ", RunId: " + existing.id + '.';
  if (existing.open()) {
    if (conflict == enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING)
      return {};
    return already_started("Workflow execution is already running. " + who, existing);
  }
  if (reuse == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
    return already_started(
        "Workflow execution already finished. " + who
            + " Workflow Id reuse policy: reject duplicate workflow Id.",
        existing);
  if (reuse == enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY) {
    switch (existing.state.status) {
    case enums::WORKFLOW_EXECUTION_STATUS_FAILED:
    case enums::WORKFLOW_EXECUTION_STATUS_CANCELED:
    case enums::WORKFLOW_EXECUTION_STATUS_TERMINATED:
    case enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT: break;
    default:
      return already_started(
          "Workflow execution already finished successfully. " + who
              + " Workflow Id reuse policy: allow duplicate workflow Id if last run failed.",
          existing);
    }
  }
  return {};
}

void terminate_existing(change& ch, run& existing, const std::string& new_run_id) {
  api::common::v1::Payloads details;
  auto& payload = *details.add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data("\"terminated by new runID: " + new_run_id + '"');
  terminate_run(
      ch, existing, "TerminateIfRunning WorkflowIdReusePolicy", &details, "history-service");
}

} // namespace troupe::embedded
