// SPDX-License-Identifier: Apache-2.0
// Update with start. Texts, and whose fault is which, were tried with the real server.
#include "runtime/embedded/update/multi_operation.hpp"

#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/update/update_rules.hpp"

#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace details = temporal::api::errordetails::v1;
using start_request = wire::StartWorkflowExecutionRequest;
using update_request = wire::UpdateWorkflowExecutionRequest;

rpc_status check_namespace(const std::string& named, const change& ch) {
  if (named == ch.rec.name_space)
    return {};
  if (!named.empty())
    return invalid_argument("Operation namespace did not match request's namespace.");
  return with_detail(
      status_code::not_found, "Namespace  is not found.", details::NamespaceNotFoundFailure{});
}

rpc_status check_start_part(const change& ch, const start_request& request) {
  if (auto status = check_namespace(request.namespace_(), ch); !status.ok())
    return status;
  if (!request.cron_schedule().empty())
    return invalid_argument("CronSchedule is not allowed.");
  if (request.request_eager_execution())
    return invalid_argument("RequestEagerExecution is not supported.");
  if (from_proto(request.workflow_start_delay()) != duration{})
    return invalid_argument("WorkflowStartDelay is not supported.");
  auto tried = request;
  return check_and_normalize(ch.around, tried);
}

rpc_status check_update_part(const change& ch, const update_request& request) {
  if (auto status = check_namespace(request.namespace_(), ch); !status.ok())
    return status;
  const auto& execution = request.workflow_execution();
  // Left out it is that of the start; there and empty it is none.
  if (request.has_workflow_execution() && execution.workflow_id().empty())
    return invalid_argument("WorkflowId is not set on request.");
  if (request.has_workflow_execution() && execution.workflow_id() != ch.rec.workflow_id)
    return invalid_argument("WorkflowId is not consistent with previous operation(s).");
  if (!request.first_execution_run_id().empty())
    return invalid_argument("FirstExecutionRunId is not allowed.");
  if (!execution.run_id().empty())
    return invalid_argument(
        is_uuid(execution.run_id()) ? "RunId is not allowed." : "Invalid RunId.");
  return check_update(ch, request);
}

void blame(change& ch, const rpc_status& start, const rpc_status& update) {
  refuse(ch, operations_failed(start, update));
}

/// True if the update goes to this run, which stays as it is.
bool is_for(const run& on, const start_request& start, const std::string& update_id) {
  if (on.updates && on.updates->completed.contains(update_id))
    return true;
  return on.open()
         && (on.state.start_request_id == start.request_id() || progress_of(on, update_id)
             || start.workflow_id_conflict_policy()
                    == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
}

} // namespace

rpc_status operation_aborted() {
  return with_detail(
      status_code::aborted,
      "Operation was aborted.",
      api::failure::v1::MultiOperationExecutionAborted{});
}

rpc_status operations_failed(const rpc_status& start, const rpc_status& update) {
  details::MultiOperationExecutionFailure failure;
  auto code = status_code::aborted;
  for (const auto* each : {&update, &start})
    if (!each->ok() && each->code != status_code::aborted)
      code = each->code;
  for (const auto* each : {&start, &update}) {
    auto& status = *failure.add_statuses();
    status.set_code(static_cast<int>(each->code));
    status.set_message(each->message);
    google::rpc::Status whole;
    if (whole.ParseFromString(each->details))
      *status.mutable_details() = whole.details();
  }
  return with_detail(code, "Update-with-Start could not be executed.", failure);
}

rpc_status find_workflow_id(const wire::ExecuteMultiOperationRequest& request, std::string& found) {
  if (request.operations_size() != 2 || !request.operations(0).has_start_workflow()
      || !request.operations(1).has_update_workflow())
    return invalid_argument("Operations have to be exactly [Start, Update].");
  found = request.operations(0).start_workflow().workflow_id();
  return {};
}

void handle(change& ch, const execute_operations& what) {
  const auto& start = what.request.operations(0).start_workflow();
  const auto& update = what.request.operations(1).update_workflow();
  const auto start_fault = check_start_part(ch, start);
  const auto update_fault = check_update_part(ch, update);
  if (!start_fault.ok() || !update_fault.ok()) {
    blame(
        ch,
        start_fault.ok() ? operation_aborted() : start_fault,
        update_fault.ok() ? operation_aborted() : update_fault);
    return;
  }
  const auto& asked = update.request().meta().update_id();
  const auto update_id = asked.empty() ? ch.around.ids.uuid() : asked;
  auto answer = std::make_shared<wire::ExecuteMultiOperationResponse>();
  auto& started = *answer->add_responses()->mutable_start_workflow();
  auto& updated = *answer->add_responses()->mutable_update_workflow();
  run* on = ch.current();
  if (on && is_for(*on, start, update_id)) {
    const bool is_known = progress_of(*on, update_id).has_value();
    started.set_run_id(on->id);
    started.set_status(on->state.status);
    if (const auto status = join_or_admit(ch, *on, update, update_id, updated); !status.ok()) {
      blame(ch, operation_aborted(), status);
      return;
    }
    if (!is_known || on->state.start_request_id == start.request_id()) {
      auto& link = *started.mutable_link()->mutable_workflow_event();
      link.set_workflow_id(ch.rec.workflow_id);
      link.set_run_id(on->id);
      link.mutable_event_ref()->set_event_id(1);
      link.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
    }
  } else {
    handle(ch, start_execution{start});
    if (!ch.tx.answer.status.ok()) {
      blame(ch, std::exchange(ch.tx.answer, {}).status, operation_aborted());
      return;
    }
    started = static_cast<const wire::StartWorkflowExecutionResponse&>(*ch.tx.answer.message);
    on = ch.find(started.run_id());
    if (const auto status = join_or_admit(ch, *on, update, update_id, updated); !status.ok()) {
      blame(ch, {}, status);
      return;
    }
  }
  ch.tx.answer = {{}, std::move(answer)};
}

} // namespace troupe::embedded
