// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/errors.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/embedded/checks/error_text.hpp"

#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>

namespace troupe::embedded {

namespace details = temporal::api::errordetails::v1;

rpc_status
with_detail(status_code code, std::string message, const google::protobuf::Message& detail) {
  // The details carry the message once more, and nobody can read a string that is no UTF-8. What is
  // cut off here, as it may be megabytes, would not leave anyway.
  message = excerpt(message, longest_error_text);
  google::rpc::Status whole;
  whole.set_code(static_cast<int>(code));
  whole.set_message(message);
  whole.add_details()->PackFrom(detail);
  return {code, std::move(message), whole.SerializeAsString()};
}

rpc_status invalid_argument(std::string message) {
  return {status_code::invalid_argument, std::move(message), {}};
}

rpc_status not_found(std::string message) {
  return with_detail(status_code::not_found, std::move(message), details::NotFoundFailure{});
}

rpc_status failed_precondition(std::string message) {
  return {status_code::failed_precondition, std::move(message), {}};
}

rpc_status unimplemented(std::string message) {
  return {status_code::unimplemented, std::move(message), {}};
}

rpc_status run_not_found(const record& rec, std::string_view run_id) {
  if (run_id.empty())
    return not_found("workflow not found for ID: " + rec.workflow_id);
  return not_found(
      "workflow execution not found for workflow ID \"" + rec.workflow_id + "\" and run ID \""
      + std::string{run_id} + '"');
}

rpc_status already_completed() {
  return not_found("workflow execution already completed");
}

rpc_status task_not_found() {
  return not_found("Workflow task not found.");
}

rpc_status already_started(std::string message, const run& existing) {
  details::WorkflowExecutionAlreadyStartedFailure detail;
  detail.set_start_request_id(existing.state.start_request_id);
  detail.set_run_id(existing.id);
  return with_detail(status_code::already_exists, std::move(message), detail);
}

rpc_status workflow_not_ready(std::string message) {
  return with_detail(
      status_code::failed_precondition, std::move(message), details::WorkflowNotReadyFailure{});
}

rpc_status check_execution(
    bool has_execution,
    const api::common::v1::WorkflowExecution& execution,
    std::size_t max_id_bytes) {
  if (!has_execution)
    return invalid_argument("Execution is not set on request.");
  if (execution.workflow_id().empty())
    return invalid_argument("WorkflowId is not set on request.");
  if (execution.workflow_id().size() > max_id_bytes)
    return invalid_argument("WorkflowId length exceeds limit.");
  if (!execution.run_id().empty() && !is_uuid(execution.run_id()))
    return invalid_argument("Invalid RunId.");
  return {};
}

} // namespace troupe::embedded
