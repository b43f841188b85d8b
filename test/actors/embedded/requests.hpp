// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

/// Requests that many tests send, about workflows of the namespace `default`.
namespace troupe::embedded {

/// Starts a workflow of type `Type` on the queue `q`.
inline temporal::api::workflowservice::v1::StartWorkflowExecutionRequest
start_request(const std::string& id) {
  temporal::api::workflowservice::v1::StartWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.set_workflow_id(id);
  request.set_request_id("request of " + id);
  request.mutable_workflow_type()->set_name("Type");
  request.mutable_task_queue()->set_name("q");
  return request;
}

/// Any request about a run of a workflow, the newest if it is not named; signals and queries have a
/// name.
template <class Request>
Request about(const std::string& id, const std::string& run_id = "") {
  Request request;
  request.set_namespace_("default");
  const auto name = [&](auto& execution) {
    execution.set_workflow_id(id);
    execution.set_run_id(run_id);
  };
  if constexpr (requires { request.mutable_workflow_execution(); })
    name(*request.mutable_workflow_execution());
  else
    name(*request.mutable_execution());
  if constexpr (requires { request.set_signal_name(""); })
    request.set_signal_name("signal");
  if constexpr (requires { request.mutable_query(); })
    request.mutable_query()->set_query_type("query");
  return request;
}

} // namespace troupe::embedded
