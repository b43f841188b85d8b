// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/execution/update_waits.hpp"

#include "runtime/embedded/update/multi_operation.hpp"
#include "runtime/embedded/update/update_callbacks.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using stage = enums::UpdateWorkflowExecutionLifecycleStage;

constexpr stage accepted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
constexpr stage completed = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

/// Calls `with(part)` for the part of the answer that tells of the update.
template <class With>
void visit_part(google::protobuf::Message& answer, With with) {
  if (auto* const updated = dynamic_cast<wire::UpdateWorkflowExecutionResponse*>(&answer))
    with(*updated);
  else if (auto* const polled = dynamic_cast<wire::PollWorkflowExecutionUpdateResponse*>(&answer))
    with(*polled);
  else if (auto* const both = dynamic_cast<wire::ExecuteMultiOperationResponse*>(&answer))
    with(*both->mutable_responses(1)->mutable_update_workflow());
}

/// A call that updates waits for the end unless it says otherwise.
stage wanted_by(const wire::UpdateWorkflowExecutionRequest& request) {
  const auto given = request.wait_policy().lifecycle_stage();
  return given == enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_UNSPECIFIED ? completed : given;
}

stage wanted_by(const call& from, const google::protobuf::Message& answer) {
  if (dynamic_cast<const wire::UpdateWorkflowExecutionResponse*>(&answer) != nullptr)
    return wanted_by(from.as<wire::UpdateWorkflowExecutionRequest>());
  if (dynamic_cast<const wire::PollWorkflowExecutionUpdateResponse*>(&answer) != nullptr)
    return from.as<wire::PollWorkflowExecutionUpdateRequest>().wait_policy().lifecycle_stage();
  return wanted_by(from.as<wire::ExecuteMultiOperationRequest>().operations(1).update_workflow());
}

wire::ExecuteMultiOperationResponse* as_both(const update_wait& waiting) {
  return dynamic_cast<wire::ExecuteMultiOperationResponse*>(waiting.answer.get());
}

} // namespace

std::optional<update_wait> wait_of(const call_ptr& from, const reply& answer) {
  if (!answer.status.ok() || !answer.message)
    return std::nullopt;
  std::optional<update_wait> waiting;
  const auto wanted = wanted_by(*from, *answer.message);
  visit_part(*answer.message, [&](const auto& part) {
    if (part.stage() >= wanted)
      return;
    const auto& ref = part.update_ref();
    waiting = update_wait{
        from, ref.workflow_execution().run_id(), ref.update_id(), wanted, answer.message, false};
  });
  return waiting;
}

bool advance(update_wait& waiting, const update_told& told) {
  const auto reached = told.completed ? completed : accepted;
  visit_part(*waiting.answer, [&](auto& part) {
    part.set_stage(reached);
    if (told.outcome)
      *part.mutable_outcome() = *told.outcome;
    if constexpr (requires { part.mutable_link(); }) {
      const auto& call = *waiting.from;
      if (as_both(waiting) != nullptr) {
        const auto& asked = call.as<wire::ExecuteMultiOperationRequest>();
        link_update(
            asked.namespace_(), asked.operations(1).update_workflow().request().request_id(), part);
      } else {
        const auto& asked = call.as<wire::UpdateWorkflowExecutionRequest>();
        link_update(asked.namespace_(), asked.request().request_id(), part);
      }
    }
  });
  return reached >= waiting.wanted;
}

rpc_status failure_of(const update_wait& waiting, const rpc_status& aborted) {
  const auto* const both = as_both(waiting);
  if (both == nullptr)
    return aborted;
  // A run that was there before has not been started, so that did not succeed either.
  return operations_failed(
      both->responses(0).start_workflow().started() ? rpc_status{} : operation_aborted(), aborted);
}

bool is_repeated(const update_wait& waiting, const rpc_status& aborted) {
  const auto* const both = as_both(waiting);
  return both != nullptr && aborted.code == status_code::not_found && !waiting.was_repeated
         && !both->responses(0).start_workflow().started();
}

} // namespace troupe::embedded
