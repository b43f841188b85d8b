// SPDX-License-Identifier: Apache-2.0
// What is done to workflows besides messages and their end: pause, other options; resets have a
// file of their own.
#include "runtime/base/text/uuid.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/protocol/priority.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/workflow_handle.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

void write_options(
    const workflow_options_change& change,
    temporal::api::workflow::v1::WorkflowExecutionOptions& options,
    google::protobuf::FieldMask& mask) {
  if (change.priority) {
    mask.add_paths("priority");
    protocol::write_priority(*change.priority, *options.mutable_priority());
  }
  if (change.versioning) {
    mask.add_paths("versioning_override");
    if (*change.versioning == versioning_override::auto_upgrade)
      options.mutable_versioning_override()->set_auto_upgrade(true);
  }
}

job_of<void> change_options_job(const workflow_ref& of, const workflow_options_change& change) {
  const auto& settings = settings_of(of.from);
  change_workflow_options_input in{{}, of.id, of.run_id, change};
  auto watched_by = intercept(of.from, in, &client_interceptor::change_workflow_options);
  wire::UpdateWorkflowExecutionOptionsRequest request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  name_execution(in, *request.mutable_workflow_execution());
  write_options(
      in.change, *request.mutable_workflow_execution_options(), *request.mutable_update_mask());
  auto made = acknowledged<wire::UpdateWorkflowExecutionOptionsResponse>(
      of.from, methods::update_workflow_execution_options, request);
  made.job->watch(std::move(watched_by));
  return made;
}

namespace {

template <class Request, class Response>
job_of<void> pause_call(
    const workflow_ref& of,
    std::string reason,
    std::string_view method,
    void (client_interceptor::*member)(pause_workflow_input&) const) {
  const auto& settings = settings_of(of.from);
  pause_workflow_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, member);
  Request request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  request.set_workflow_id(std::move(in.workflow_id));
  request.set_run_id(std::move(in.run_id));
  request.set_reason(std::move(in.reason));
  request.set_request_id(random_uuid());
  auto made = acknowledged<Response>(of.from, method, request);
  made.job->watch(std::move(watched_by));
  return made;
}

} // namespace

job_of<void> pause_job(const workflow_ref& of, std::string reason) {
  return pause_call<wire::PauseWorkflowExecutionRequest, wire::PauseWorkflowExecutionResponse>(
      of,
      std::move(reason),
      methods::pause_workflow_execution,
      &client_interceptor::pause_workflow);
}

job_of<void> unpause_job(const workflow_ref& of, std::string reason) {
  return pause_call<wire::UnpauseWorkflowExecutionRequest, wire::UnpauseWorkflowExecutionResponse>(
      of,
      std::move(reason),
      methods::unpause_workflow_execution,
      &client_interceptor::unpause_workflow);
}

} // namespace troupe::detail
