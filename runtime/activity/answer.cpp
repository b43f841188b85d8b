// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/answer.hpp"

#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::activity {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

namespace {

/// What all requests about an attempt begin with.
template <class Request>
Request request_of(const attempt& what) {
  Request request;
  request.set_task_token(what.info().task_token);
  request.set_identity(what.environment().identity);
  request.set_namespace_(what.environment().name_space);
  return request;
}

} // namespace

rpc::call failure_answer(
    const attempt& what, const std::exception_ptr& why, std::chrono::milliseconds timeout) {
  auto request = request_of<wire::RespondActivityTaskFailedRequest>(what);
  to_failure(why, what.converter(), *request.mutable_failure());
  if (auto details = what.state().take_details())
    to_proto(*std::move(details), *request.mutable_last_heartbeat_details());
  return rpc::make_call(methods::respond_activity_task_failed, request, timeout);
}

rpc::call answer_of(const attempt& what, std::chrono::milliseconds timeout) {
  const auto& came = what.result();
  switch (came.what) {
  case outcome::kind::completed: {
    auto request = request_of<wire::RespondActivityTaskCompletedRequest>(what);
    to_proto(came.value, *request.mutable_result()->add_payloads());
    return rpc::make_call(methods::respond_activity_task_completed, request, timeout);
  }
  case outcome::kind::canceled: {
    auto request = request_of<wire::RespondActivityTaskCanceledRequest>(what);
    if (!came.details.empty())
      to_proto(what.converter().encode(payloads{came.details}), *request.mutable_details());
    return rpc::make_call(methods::respond_activity_task_canceled, request, timeout);
  }
  default: return failure_answer(what, came.error, timeout);
  }
}

rpc::call heartbeat_of(const attempt& what, payloads details, std::chrono::milliseconds timeout) {
  auto request = request_of<wire::RecordActivityTaskHeartbeatRequest>(what);
  if (!details.empty())
    to_proto(std::move(details), *request.mutable_details());
  return rpc::make_call(methods::record_activity_task_heartbeat, request, timeout);
}

} // namespace troupe::activity
