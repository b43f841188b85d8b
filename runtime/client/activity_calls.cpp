// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/activity_handle.hpp>

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

template result<cancel_reason>& outcome_of<cancel_reason>(call_job&);

namespace {

/// What all requests about an activity begin with.
template <class Request>
Request request_of(const activity_ref& which) {
  const auto& settings = settings_of(which.from);
  Request request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  if constexpr (requires { request.set_activity_id(std::string{}); }) {
    request.set_workflow_id(which.workflow_id);
    request.set_run_id(which.run_id);
    request.set_activity_id(which.activity_id);
  } else {
    request.set_task_token(which.task_token);
  }
  return request;
}

/// Shows the call to interceptors, which may mean another activity.
template <class Input>
call_watchers
show(activity_ref& which, Input& in, void (client_interceptor::*member)(Input&) const) {
  if (settings_of(which.from).interceptors.empty())
    return {};
  in.task_token = std::move(which.task_token);
  in.workflow_id = std::move(which.workflow_id);
  in.run_id = std::move(which.run_id);
  in.activity_id = std::move(which.activity_id);
  auto watched_by = intercept(which.from, in, member);
  which.task_token = std::move(in.task_token);
  which.workflow_id = std::move(in.workflow_id);
  which.run_id = std::move(in.run_id);
  which.activity_id = std::move(in.activity_id);
  return watched_by;
}

void put_details(payloads details, auto& request) {
  if (!details.empty())
    to_proto(std::move(details), *request.mutable_details());
}

template <class Request, class Response>
job_of<void> complete(const activity_ref& which, std::string_view method, payloads result) {
  auto request = request_of<Request>(which);
  to_proto(std::move(result), *request.mutable_result());
  return acknowledged<Response>(which.from, method, request);
}

template <class Request, class Response>
job_of<void>
fail(const activity_ref& which, std::string_view method, const std::exception_ptr& why) {
  auto request = request_of<Request>(which);
  to_failure(
      why,
      which.narrowed ? *which.narrowed : settings_of(which.from).converter,
      *request.mutable_failure());
  return acknowledged<Response>(which.from, method, request);
}

template <class Request, class Response>
job_of<void> cancel(const activity_ref& which, std::string_view method, payloads details) {
  auto request = request_of<Request>(which);
  put_details(std::move(details), request);
  return acknowledged<Response>(which.from, method, request);
}

template <class Request, class Response>
job_of<cancel_reason>
heartbeat(const activity_ref& which, std::string_view method, payloads details) {
  auto request = request_of<Request>(which);
  put_details(std::move(details), request);
  return make_unary<Response>(
      which.from, method, request, [](call_job&, Response& response) -> cancel_reason {
        if (response.cancel_requested())
          return cancel_reason::requested;
        if (response.activity_reset())
          return cancel_reason::reset;
        return response.activity_paused() ? cancel_reason::paused : cancel_reason::none;
      });
}

} // namespace

job_of<void> complete_activity_job(const activity_ref& of, payloads result) {
  auto which = of;
  complete_async_activity_input in{{}, std::move(result)};
  auto watched_by = show(which, in, &client_interceptor::complete_async_activity);
  auto made = which.task_token.empty()
                  ? complete<
                        wire::RespondActivityTaskCompletedByIdRequest,
                        wire::RespondActivityTaskCompletedByIdResponse>(
                        which, methods::respond_activity_task_completed_by_id, std::move(in.result))
                  : complete<
                        wire::RespondActivityTaskCompletedRequest,
                        wire::RespondActivityTaskCompletedResponse>(
                        which, methods::respond_activity_task_completed, std::move(in.result));
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> fail_activity_job(const activity_ref& of, const std::exception_ptr& why) {
  auto which = of;
  fail_async_activity_input in{{}, why};
  auto watched_by = show(which, in, &client_interceptor::fail_async_activity);
  auto made =
      which.task_token.empty()
          ? fail<
                wire::RespondActivityTaskFailedByIdRequest,
                wire::RespondActivityTaskFailedByIdResponse>(
                which, methods::respond_activity_task_failed_by_id, in.error)
          : fail<wire::RespondActivityTaskFailedRequest, wire::RespondActivityTaskFailedResponse>(
                which, methods::respond_activity_task_failed, in.error);
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> cancel_activity_job(const activity_ref& of, payloads details) {
  auto which = of;
  report_async_cancellation_input in{{}, std::move(details)};
  auto watched_by = show(which, in, &client_interceptor::report_async_cancellation);
  auto made = which.task_token.empty()
                  ? cancel<
                        wire::RespondActivityTaskCanceledByIdRequest,
                        wire::RespondActivityTaskCanceledByIdResponse>(
                        which, methods::respond_activity_task_canceled_by_id, std::move(in.details))
                  : cancel<
                        wire::RespondActivityTaskCanceledRequest,
                        wire::RespondActivityTaskCanceledResponse>(
                        which, methods::respond_activity_task_canceled, std::move(in.details));
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<cancel_reason> heartbeat_activity_job(const activity_ref& of, payloads details) {
  auto which = of;
  heartbeat_async_activity_input in{{}, std::move(details)};
  auto watched_by = show(which, in, &client_interceptor::heartbeat_async_activity);
  auto made = which.task_token.empty()
                  ? heartbeat<
                        wire::RecordActivityTaskHeartbeatByIdRequest,
                        wire::RecordActivityTaskHeartbeatByIdResponse>(
                        which, methods::record_activity_task_heartbeat_by_id, std::move(in.details))
                  : heartbeat<
                        wire::RecordActivityTaskHeartbeatRequest,
                        wire::RecordActivityTaskHeartbeatResponse>(
                        which, methods::record_activity_task_heartbeat, std::move(in.details));
  made.job->watch(std::move(watched_by));
  return made;
}

} // namespace troupe::detail
