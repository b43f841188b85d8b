// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/update/update_rules.hpp"

#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/update/update_callbacks.hpp"
#include "runtime/embedded/update/update_messages.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace details = temporal::api::errordetails::v1;
using api::update::v1::Outcome;
using workflow_update::state;

/// So often a workflow task must have failed in a row that no update is let in.
constexpr std::int32_t failing_attempt = 3;

const std::shared_ptr<const Outcome>& outcome_of_closed() {
  static const auto outcome = [] {
    auto made = std::make_shared<Outcome>();
    auto& failure = *made->mutable_failure();
    failure.set_message(
        "Workflow Update failed because the Workflow completed before the Update completed.");
    failure.set_source("Server");
    failure.mutable_application_failure_info()->set_type("AcceptedUpdateCompletedWorkflow");
    failure.mutable_application_failure_info()->set_non_retryable(true);
    return std::shared_ptr<const Outcome>{std::move(made)};
  }();
  return outcome;
}

std::shared_ptr<const Outcome> outcome_at(const run& on, std::int64_t event_id) {
  const auto& event = on.history[static_cast<std::size_t>(event_id - 1)];
  return {event, &event->workflow_execution_update_completed_event_attributes().outcome()};
}

rpc_status too_many_in_flight(const std::string& message) {
  details::ResourceExhaustedFailure detail;
  detail.set_cause(enums::RESOURCE_EXHAUSTED_CAUSE_CONCURRENT_LIMIT);
  detail.set_scope(enums::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
  return with_detail(status_code::resource_exhausted, message, detail);
}

/// What the requests of updates that have no outcome hold.
std::size_t bytes_in_flight(const run& on) {
  std::size_t bytes = 0;
  for (const auto& [number, each] : on.updates->waiting)
    bytes += each.request->ByteSizeLong();
  for (const auto& [id, event_id] : on.updates->accepted)
    bytes += on.history[static_cast<std::size_t>(event_id - 1)]
                 ->workflow_execution_update_accepted_event_attributes()
                 .accepted_request()
                 .ByteSizeLong();
  return bytes;
}

rpc_status check_limits(const change& ch, const run& on, const api::update::v1::Request& request) {
  const auto& limits = ch.settings();
  if (!on.updates)
    return {};
  if (on.updates->in_flight() >= limits.max_in_flight_updates)
    return too_many_in_flight(
        "limit on number of concurrent in-flight updates has been reached ("
        + std::to_string(limits.max_in_flight_updates) + ')');
  if (bytes_in_flight(on) + request.ByteSizeLong() > limits.max_in_flight_update_bytes)
    return too_many_in_flight(
        "limit on total payload size of in-flight updates has been reached ("
        + std::to_string(limits.max_in_flight_update_bytes) + " bytes)");
  if (on.updates->total() >= limits.max_updates)
    return failed_precondition(
        "The limit on the total number of distinct updates in this workflow has been reached ("
        + std::to_string(limits.max_updates)
        + "). Make sure any duplicate updates share an Update ID so the server can deduplicate "
          "them, and consider rejecting updates that you aren't going to process. You can also "
          "Continue-as-New to avoid this; we recommend you check Continue-as-New Suggested in your "
          "Workflow.");
  return {};
}

/// Why the run takes no new update now.
rpc_status check_run(const change& ch, const run& on, const api::update::v1::Request& request) {
  const auto& state = on.state;
  if (!on.open())
    return already_completed();
  if (std::max(state.task ? state.task->attempt : 1, state.next_attempt) >= failing_attempt)
    return workflow_not_ready(
        "Unable to perform workflow execution update due to Workflow Task in failed state.");
  if (state.close_attempted && state.task && state.task->started())
    return busy_closing();
  return check_limits(ch, on, request);
}

template <class Answer>
void fill(
    const record& rec,
    const run& on,
    const std::string& update_id,
    const update_progress& reached,
    Answer& to) {
  auto& ref = *to.mutable_update_ref();
  ref.mutable_workflow_execution()->set_workflow_id(rec.workflow_id);
  ref.mutable_workflow_execution()->set_run_id(on.id);
  ref.set_update_id(update_id);
  to.set_stage(reached.stage);
  if (reached.outcome)
    *to.mutable_outcome() = *reached.outcome;
}

} // namespace

std::optional<update_progress> progress_of(const run& on, const std::string& update_id) {
  if (!on.updates)
    return std::nullopt;
  const auto& all = *on.updates;
  if (const auto at = all.completed.find(update_id); at != all.completed.end())
    return update_progress{
        enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED, outcome_at(on, at->second)};
  if (all.accepted.contains(update_id)) {
    if (!on.open())
      return update_progress{
          enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED, outcome_of_closed()};
    return update_progress{enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED, nullptr};
  }
  if (all.by_event.contains(update_id) || all.find_waiting(update_id) != all.waiting.end())
    return update_progress{enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED, nullptr};
  return std::nullopt;
}

rpc_status check_update(const change& ch, const wire::UpdateWorkflowExecutionRequest& request) {
  if (!request.request().has_meta())
    return invalid_argument("Update meta is not set on request.");
  if (request.request().meta().update_id().size() > ch.settings().max_id_bytes)
    return invalid_argument("UpdateId length exceeds limit.");
  if (!request.request().has_input())
    return invalid_argument("Update input is not set on request.");
  if (request.request().input().name().empty())
    return invalid_argument("Update name is not set on request.");
  if (request.wait_policy().lifecycle_stage()
      == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED)
    return with_detail(
        status_code::permission_denied,
        "UpdateWorkflowExecution issued asynchronously and waiting on update admitted is not "
        "supported.",
        details::PermissionDeniedFailure{});
  return {};
}

rpc_status join_or_admit(
    change& ch,
    run& on,
    const wire::UpdateWorkflowExecutionRequest& request,
    const std::string& update_id,
    wire::UpdateWorkflowExecutionResponse& answer) {
  const auto* asked = &request.request();
  api::update::v1::Request cleaned;
  if (!asked->request_id().empty() || !asked->completion_callbacks().empty()
      || !asked->links().empty()) {
    cleaned = *asked;
    if (auto status = check_update_callbacks(ch, on, update_id, cleaned); !status.ok())
      return status;
    asked = &cleaned;
  }
  auto reached = progress_of(on, update_id);
  if (reached)
    attach_to_update(ch, on, update_id, *asked);
  else {
    if (auto status = check_run(ch, on, *asked); !status.ok())
      return status;
    admit(ch, on, update_id, *asked);
    if (!on.state.task)
      schedule_speculative(ch, on);
    reached = update_progress{enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED, nullptr};
  }
  fill(ch.rec, on, update_id, *reached, answer);
  link_update(ch.rec.name_space, asked->request_id(), answer);
  return {};
}

void admit(
    change& ch, run& on, const std::string& update_id, const api::update::v1::Request& request) {
  auto& waiting = ch.updates_of(on).waiting;
  const auto number = waiting.empty() ? 1 : std::prev(waiting.end())->first + 1;
  auto kept = std::make_shared<api::update::v1::Request>(request);
  kept->mutable_meta()->set_update_id(update_id);
  waiting.put(number, {update_id, state::admitted, std::move(kept), nullptr});
}

void tell_update(
    change& ch,
    run& on,
    const std::string& update_id,
    std::shared_ptr<const Outcome> outcome,
    const rpc_status& aborted) {
  const bool completed = outcome != nullptr;
  std::erase_if(ch.tx.effects, [&](const effect& each) {
    const auto* const told = std::get_if<update_told>(&each);
    return told != nullptr && told->run_id == on.id && told->update_id == update_id;
  });
  ch.tx.effects.push_back(update_told{on.id, update_id, aborted, completed, std::move(outcome)});
}

void end_updates(change& ch, run& on) {
  if (!on.updates)
    return;
  auto& all = ch.updates_of(on);
  const bool goes_on = !on.state.next_run_id.empty();
  for (const auto& [number, each] : all.waiting) {
    if (each.state == state::rejected)
      tell_update(ch, on, each.id, std::make_shared<Outcome>(*each.rejection));
    else
      tell_update(
          ch,
          on,
          each.id,
          nullptr,
          goes_on ? busy_closing() : not_found("workflow update was aborted by closing workflow"));
  }
  all.waiting.clear();
  for (const auto& [id, event_id] : all.by_event)
    tell_update(
        ch,
        on,
        id,
        nullptr,
        goes_on ? busy_closing() : not_found("workflow update was aborted by closing workflow"));
  all.by_event.clear();
  for (const auto& [id, event_id] : all.accepted)
    tell_update(ch, on, id, outcome_of_closed());
}

void abort_sent_updates(change& ch, run& on) {
  if (!on.updates)
    return;
  auto& waiting = ch.updates_of(on).waiting;
  for (auto at = waiting.begin(); at != waiting.end();) {
    if (at->second.state != state::sent) {
      ++at;
      continue;
    }
    tell_update(
        ch,
        on,
        at->second.id,
        nullptr,
        workflow_not_ready("Unable to perform workflow execution update due to unexpected workflow "
                           "task failure."));
    waiting.erase(at++);
  }
}

void handle(change& ch, const update_execution& what) {
  const auto& request = what.request;
  const auto& execution = request.workflow_execution();
  if (auto status =
          check_execution(request.has_workflow_execution(), execution, ch.settings().max_id_bytes);
      !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  if (auto status = check_update(ch, request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  run* const on = ch.find(execution.run_id());
  if (!on) {
    refuse(ch, run_not_found(ch.rec, execution.run_id()));
    return;
  }
  if (!request.first_execution_run_id().empty()
      && request.first_execution_run_id() != on->state.first_run_id) {
    refuse(ch, not_found("workflow execution not found"));
    return;
  }
  const auto& asked = request.request().meta().update_id();
  const auto update_id = asked.empty() ? ch.around.ids.uuid() : asked;
  auto& answer = accept<wire::UpdateWorkflowExecutionResponse>(ch);
  if (auto status = join_or_admit(ch, *on, request, update_id, answer); !status.ok())
    refuse(ch, std::move(status));
}

reply poll_update(const record& rec, const wire::PollWorkflowExecutionUpdateRequest& request) {
  const auto& ref = request.update_ref();
  if (!request.has_update_ref())
    return {invalid_argument("UpdateRef is not set on request."), nullptr};
  const auto& execution = ref.workflow_execution();
  if (execution.workflow_id().empty())
    return {invalid_argument("Can't load workflow execution.  WorkflowId not set."), nullptr};
  if (!execution.run_id().empty() && !is_uuid(execution.run_id()))
    return {invalid_argument("RunId is not valid UUID."), nullptr};
  const run* const on = rec.find(execution.run_id());
  if (!on)
    return {run_not_found(rec, ref.workflow_execution().run_id()), nullptr};
  const auto reached = progress_of(*on, ref.update_id());
  if (!reached)
    return {not_found("update " + quote_as_go(ref.update_id()) + " not found"), nullptr};
  auto answer = std::make_shared<wire::PollWorkflowExecutionUpdateResponse>();
  fill(rec, *on, ref.update_id(), *reached, *answer);
  return {{}, std::move(answer)};
}

} // namespace troupe::embedded
