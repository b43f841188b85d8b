// SPDX-License-Identifier: Apache-2.0
// Texts, and what is brought along, were tried with the real server.
#include "runtime/base/slices/slice.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/reset/rebuilt_run.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/run/versioning_override.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <vector>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // the older way to say what to leave out

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using request_type = wire::ResetWorkflowExecutionRequest;

constexpr const char* service_identity = "history-service";

reapplied_kinds kinds_of(const request_type& request) {
  const auto excludes = [&](enums::ResetReapplyExcludeType type) {
    return std::ranges::find(request.reset_reapply_exclude_types(), type)
           != request.reset_reapply_exclude_types().end();
  };
  reapplied_kinds kinds;
  kinds.signals = !excludes(enums::RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL)
                  && request.reset_reapply_type() != enums::RESET_REAPPLY_TYPE_NONE;
  kinds.updates = !excludes(enums::RESET_REAPPLY_EXCLUDE_TYPE_UPDATE)
                  && request.reset_reapply_type() != enums::RESET_REAPPLY_TYPE_NONE
                  && request.reset_reapply_type() != enums::RESET_REAPPLY_TYPE_SIGNAL;
  kinds.operations = !excludes(enums::RESET_REAPPLY_EXCLUDE_TYPE_NEXUS);
  return kinds;
}

/// Why a run cannot go back to the task that this event finished; ok if it can.
rpc_status check_point(const run& base, std::int64_t finish_event_id) {
  const auto size = static_cast<std::int64_t>(base.history.size());
  if (finish_event_id <= 1 || finish_event_id > size)
    return invalid_argument("Workflow task finish ID must be > 1 && <= workflow last event ID.");
  if (task_pending_after(base, finish_event_id - 1))
    return {};
  // What was written together cannot be parted.
  const auto at = static_cast<std::size_t>(finish_event_id - 1);
  const auto& last = base.history[at - 1]->event_time();
  const auto& next = base.history[at]->event_time();
  if (last.seconds() == next.seconds() && last.nanos() == next.nanos())
    return invalid_argument(
        "StateRebuilder unable to Rebuild mutable state to event ID: "
        + std::to_string(finish_event_id - 1) + ", version: 0, this event must be at the boundary");
  return invalid_argument(
      "Can only reset workflow to event ID in range [WorkflowTaskScheduled +1, "
      "WorkflowTaskStarted + 1]: "
      + std::to_string(finish_event_id));
}

/// The task that the new run begins with failed, as its history is to say.
void fail_pending_task(
    change& ch, run& on, const run& base, pending_at pending, const std::string& reason) {
  if (pending.started_event_id == 0) {
    auto started = ch.make(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
    auto& to = *started->mutable_workflow_task_started_event_attributes();
    to.set_scheduled_event_id(pending.scheduled_event_id);
    to.set_identity(service_identity);
    to.set_request_id("emptyUuid");
    to.set_history_size_bytes(on.state.history_size);
    ch.write(on, started);
    pending.started_event_id = started->event_id();
  }
  auto failed = ch.make(enums::EVENT_TYPE_WORKFLOW_TASK_FAILED);
  auto& to = *failed->mutable_workflow_task_failed_event_attributes();
  to.set_scheduled_event_id(pending.scheduled_event_id);
  to.set_started_event_id(pending.started_event_id);
  to.set_cause(enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW);
  to.mutable_failure()->set_message(reason);
  to.mutable_failure()->mutable_reset_workflow_failure_info();
  to.set_identity(service_identity);
  to.set_base_run_id(base.id);
  to.set_new_run_id(on.id);
  ch.write(on, failed);
}

/// The runs that followed by continue-as-new, oldest first.
std::vector<const run*> followers(const record& rec, const run& base) {
  std::vector<const run*> found;
  for (const run* at = &base;
       at != nullptr && at->state.status == enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW;) {
    at = at->state.next_run_id.empty() ? nullptr : rec.find(at->state.next_run_id);
    if (at != nullptr)
      found.push_back(at);
  }
  return found;
}

/// What is wrong with what is to be done to the new run; signals are not taken.
rpc_status check_operations(const run& base, const request_type& request) {
  using operation = api::workflow::v1::PostResetOperation;
  for (const auto& each : request.post_reset_operations()) {
    if (each.variant_case() == operation::VARIANT_NOT_SET)
      return invalid_argument("unsupported post reset operation: <nil>");
    if (!each.has_update_workflow_options())
      return invalid_argument(
          "unsupported post reset operation: *workflow.PostResetOperation_SignalWorkflow_");
    const auto& wanted = each.update_workflow_options();
    const auto& options = wanted.workflow_execution_options();
    if (options.has_versioning_override())
      if (auto status = check_override(options.versioning_override(), base.state.task_queue);
          !status.ok())
        return status;
    if (!wanted.has_update_mask())
      return invalid_argument("UpdateMask is required");
    api::workflow::v1::WorkflowExecutionOptions merged;
    if (auto problem = merge_options(options, wanted.update_mask(), merged); !problem.empty())
      return invalid_argument(std::move(problem));
  }
  return {};
}

} // namespace

void handle(change& ch, const reset_execution& what) {
  const auto& request = what.request;
  const auto& execution = request.workflow_execution();
  if (request.request_id().size() > ch.settings().max_id_bytes) {
    refuse(ch, invalid_argument("RequestId length exceeds limit."));
    return;
  }
  if (auto status =
          check_execution(request.has_workflow_execution(), execution, ch.settings().max_id_bytes);
      !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  if (request.request_id().empty()) {
    refuse(ch, invalid_argument("RequestId is not set on request."));
    return;
  }
  run* const base = ch.find(execution.run_id());
  if (!base) {
    refuse(ch, run_not_found(ch.rec, execution.run_id()));
    return;
  }
  const auto finish = request.workflow_task_finish_event_id();
  if (auto status = check_point(*base, finish); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  if (auto status = check_operations(*base, request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  run* const newest = ch.current();
  if (!newest) { // deleted
    refuse(ch, run_not_found(ch.rec, {}));
    return;
  }
  run& current = *newest;
  const auto point = static_cast<std::size_t>(finish - 1);
  auto& on = rebuild_run(ch, *base, ch.around.ids.uuid(), finish - 1);
  on.state.transitions = 1; // it was brought to that point, and then it goes on
  on.state.original_start_time = base->state.original_start_time.value_or(base->state.start_time);
  on.state.last_reset_time = ch.now();
  base->state.reset_run_id = on.id;
  std::vector<completion_callback> of_updates;
  if (current.open()) {
    for (const auto& [number, each] : current.state.callbacks)
      if (!each.update_id.empty() && each.state == callback::state::standby)
        of_updates.push_back(each);
    for (auto& each : callbacks_of(current))
      on.state.callbacks.put(++on.state.last_callback, std::move(each));
    reset_run(ch, current, request.reason(), &current == base);
  }
  fail_pending_task(ch, on, *base, *task_pending_after(*base, finish - 1), request.reason());
  const auto kinds = kinds_of(request);
  for (auto at = point; at < base->history.size(); ++at) {
    spend();
    reapply(ch, on, *base->history[at], kinds, true);
  }
  for (const run* each : followers(ch.rec, *base))
    for (const auto& event : each->history) {
      spend();
      reapply(ch, on, *event, kinds, false);
    }
  // Updates that go on in the new run tell of their end from there.
  for (auto& each : of_updates) {
    auto& all = current.state.callbacks;
    const auto same = [&](const auto& entry) {
      return entry.second.request_id == each.request_id && entry.second.update_id == each.update_id;
    };
    const auto at = std::find_if(all.begin(), all.end(), same);
    if (at != all.end() && std::any_of(on.state.callbacks.begin(), on.state.callbacks.end(), same))
      all.erase(at);
  }
  for (const auto& each : request.post_reset_operations()) {
    const auto& wanted = each.update_workflow_options();
    auto now = options_of(on);
    if (merge_options(wanted.workflow_execution_options(), wanted.update_mask(), now).empty())
      change_options(ch, on, now, {});
  }
  schedule_task(ch, on);
  accept<wire::ResetWorkflowExecutionResponse>(ch).set_run_id(on.id);
}

} // namespace troupe::embedded
