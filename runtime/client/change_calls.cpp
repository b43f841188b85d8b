// SPDX-License-Identifier: Apache-2.0
// What is done to workflows besides messages and their end: reset, pause, other options.
#include "runtime/base/text/uuid.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/workflow_handle.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

template result<std::string>& outcome_of<std::string>(call_job&);

job_of<std::string> reset_job(const workflow_ref& of, reset_options options) {
  const auto& settings = settings_of(of.from);
  wire::ResetWorkflowExecutionRequest request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  name_execution(of, *request.mutable_workflow_execution());
  request.set_reason(std::move(options.reason));
  request.set_workflow_task_finish_event_id(options.event_id);
  request.set_request_id(
      options.request_id.empty() ? random_uuid() : std::move(options.request_id));
  for (const auto each : options.exclude)
    request.add_reset_reapply_exclude_types(
        static_cast<temporal::api::enums::v1::ResetReapplyExcludeType>(each));
  return make_unary<wire::ResetWorkflowExecutionResponse>(
      of.from,
      methods::reset_workflow_execution,
      request,
      [](call_job&, wire::ResetWorkflowExecutionResponse& reply) {
        return std::move(*reply.mutable_run_id());
      },
      of.id);
}

job_of<void> change_options_job(const workflow_ref& of, const workflow_options_change& change) {
  const auto& settings = settings_of(of.from);
  wire::UpdateWorkflowExecutionOptionsRequest request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  name_execution(of, *request.mutable_workflow_execution());
  auto& options = *request.mutable_workflow_execution_options();
  request.mutable_update_mask();
  if (change.priority) {
    request.mutable_update_mask()->add_paths("priority");
    auto& to = *options.mutable_priority();
    to.set_priority_key(change.priority->key);
    to.set_fairness_key(change.priority->fairness_key);
    to.set_fairness_weight(change.priority->fairness_weight);
  }
  if (change.versioning) {
    request.mutable_update_mask()->add_paths("versioning_override");
    if (*change.versioning == versioning_override::auto_upgrade)
      options.mutable_versioning_override()->set_auto_upgrade(true);
  }
  return acknowledged<wire::UpdateWorkflowExecutionOptionsResponse>(
      of.from, methods::update_workflow_execution_options, request);
}

namespace {

template <class Request>
Request pause_request(const workflow_ref& of, std::string reason) {
  const auto& settings = settings_of(of.from);
  Request request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  request.set_workflow_id(of.id);
  request.set_run_id(of.run_id);
  request.set_reason(std::move(reason));
  request.set_request_id(random_uuid());
  return request;
}

} // namespace

job_of<void> pause_job(const workflow_ref& of, std::string reason) {
  return acknowledged<wire::PauseWorkflowExecutionResponse>(
      of.from,
      methods::pause_workflow_execution,
      pause_request<wire::PauseWorkflowExecutionRequest>(of, std::move(reason)));
}

job_of<void> unpause_job(const workflow_ref& of, std::string reason) {
  return acknowledged<wire::UnpauseWorkflowExecutionResponse>(
      of.from,
      methods::unpause_workflow_execution,
      pause_request<wire::UnpauseWorkflowExecutionRequest>(of, std::move(reason)));
}

} // namespace troupe::detail
