// SPDX-License-Identifier: Apache-2.0
// Activities that are started by themselves, without a workflow.
#include "runtime/base/text/enum_name.hpp"
#include "runtime/client/standalone_jobs.hpp"
#include "runtime/protocol/activity_start.hpp"
#include "runtime/protocol/priority.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/protocol/start_parts.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client.hpp>

#include <temporal/api/activity/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>

namespace troupe {

std::string_view to_string(activity_status status) noexcept {
  constexpr std::array<std::string_view, 8> names = {
      "Unspecified",
      "Running",
      "Completed",
      "Failed",
      "Canceled",
      "Terminated",
      "TimedOut",
      "Paused"};
  const auto index = static_cast<std::size_t>(status);
  return index < names.size() ? names[index] : names[0];
}

namespace detail {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;
namespace activities = temporal::api::activity::v1;

template result<standalone_ref>& outcome_of<standalone_ref>(call_job&);
template result<activity_description>& outcome_of<activity_description>(call_job&);
template result<result_page<activity_summary>>&
outcome_of<result_page<activity_summary>>(call_job&);

namespace {

wire::StartActivityExecutionRequest
start_request(const call_origin& from, encoded_activity start, call_watchers& watched_by) {
  const auto& settings = settings_of(from);
  if (start.options.id.empty())
    start.options.id = random_uuid();
  if (start.options.request_id.empty())
    start.options.request_id = random_uuid();
  start_activity_input in{
      {}, std::move(start.type), std::move(start.options), std::move(start.args), {}};
  watched_by = intercept(from, in, &client_interceptor::start_activity);
  wire::StartActivityExecutionRequest request;
  protocol::fill_activity_start(
      in.type,
      std::move(in.options),
      std::move(in.arguments),
      {settings.name_space, settings.identity, settings.converter},
      request);
  write_headers(std::move(in.headers), request);
  if (links_of(from) != nullptr) {
    write_links(from, request);
    protocol::attach_on_conflict(request);
  }
  return request;
}

struct activity_methods {
  using start_response = wire::StartActivityExecutionResponse;
  using poll_request = wire::PollActivityExecutionRequest;
  using poll_response = wire::PollActivityExecutionResponse;
  using failed_error = activity_failed_error;
  static constexpr std::string_view start_method = methods::start_activity_execution;
  static constexpr std::string_view poll_method = methods::poll_activity_execution;
  static constexpr std::string_view noun = "activity";
  static const activities::ActivityExecutionOutcome& outcome_of(const poll_response& response) {
    return response.outcome();
  }
  static payloads results_of(const temporal::api::common::v1::Payloads& from) {
    return from_proto(from);
  }
};

/// What lists and descriptions of activities tell.
template <class From>
void fill_summary(const From& from, activity_summary& to) {
  to.id = from.activity_id();
  to.type = from.activity_type().name();
  to.task_queue = from.task_queue();
  to.status = static_cast<activity_status>(from.status());
  fill_standalone(from, to);
}

activity_summary summary_from(const activities::ActivityExecutionListInfo& from) {
  activity_summary to;
  fill_summary(from, to);
  return to;
}

activity_description
description_from(const activities::ActivityExecutionInfo& from, const data_converter& converter) {
  activity_description to;
  fill_summary(from, to);
  to.run_state =
      camel_case(enums::PendingActivityState_Name(from.run_state()), "PENDING_ACTIVITY_STATE_");
  to.attempt = from.attempt();
  to.schedule_to_close_timeout = from_proto(from.schedule_to_close_timeout());
  to.schedule_to_start_timeout = from_proto(from.schedule_to_start_timeout());
  to.start_to_close_timeout = from_proto(from.start_to_close_timeout());
  to.heartbeat_timeout = from_proto(from.heartbeat_timeout());
  if (from.has_retry_policy())
    to.retry_policy = protocol::read_retry_policy(from.retry_policy());
  to.expiration_time = time_of(from.has_expiration_time(), from.expiration_time());
  to.last_started_time = time_of(from.has_last_started_time(), from.last_started_time());
  to.last_heartbeat_time = time_of(from.has_last_heartbeat_time(), from.last_heartbeat_time());
  to.last_complete_time =
      time_of(from.has_last_attempt_complete_time(), from.last_attempt_complete_time());
  to.next_attempt_time =
      time_of(from.has_next_attempt_schedule_time(), from.next_attempt_schedule_time());
  to.retry_interval = span_of(from.has_current_retry_interval(), from.current_retry_interval());
  to.heartbeat_details = converter.decode(from_proto(from.heartbeat_details()));
  to.last_failure = from.last_failure().message();
  to.last_worker_identity = from.last_worker_identity();
  to.canceled_reason = from.canceled_reason();
  to.priority = protocol::read_priority(from.priority());
  const auto& metadata = from.user_metadata();
  to.static_summary = text_of(metadata.has_summary(), metadata.summary(), converter);
  to.static_details = text_of(metadata.has_details(), metadata.details(), converter);
  return to;
}

} // namespace

job_of<standalone_ref> start_activity_job(const call_origin& from, encoded_activity start) {
  call_watchers watched_by;
  auto request = start_request(from, std::move(start), watched_by);
  auto span = make_span(
      from, "StartActivity", request.activity_type().name(), request.activity_id(), request);
  auto made = make_unary<wire::StartActivityExecutionResponse>(
      from,
      methods::start_activity_execution,
      request,
      [id = request.activity_id()](call_job& job, wire::StartActivityExecutionResponse& response) {
        job.keep_link(response);
        return standalone_ref{job.origin(), id, response.run_id()};
      },
      request.activity_id());
  made.job->trace(std::move(span));
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<payloads> execute_activity_job(const call_origin& from, encoded_activity start) {
  call_watchers watched_by;
  const auto request = start_request(from, std::move(start), watched_by);
  return watched(
      standalone_execution<activity_methods>(from, request.activity_id(), request),
      std::move(watched_by));
}

job_of<payloads>
standalone_activities::result(const standalone_ref& of, std::chrono::milliseconds timeout) {
  activity_result_input in{{}, of.id, of.run_id, timeout};
  auto watched_by = intercept(of.from, in, &client_interceptor::activity_result);
  return watched(
      result_of_standalone<activity_methods>(
          of.from, std::move(in.activity_id), std::move(in.run_id), in.timeout),
      std::move(watched_by));
}

job_of<activity_description> standalone_activities::describe(const standalone_ref& of) {
  describe_activity_input in{{}, of.id, of.run_id};
  auto watched_by = intercept(of.from, in, &client_interceptor::describe_activity);
  auto request = standalone_request<wire::DescribeActivityExecutionRequest>(
      of.from, in.activity_id, in.run_id);
  request.set_include_heartbeat_details(true);
  request.set_include_last_failure(true);
  return watched(
      make_unary<wire::DescribeActivityExecutionResponse>(
          of.from,
          methods::describe_activity_execution,
          request,
          [](call_job& job, wire::DescribeActivityExecutionResponse& response) {
            return description_from(response.info(), job.settings().converter);
          }),
      std::move(watched_by));
}

job_of<void> standalone_activities::cancel(const standalone_ref& of, std::string reason) {
  cancel_activity_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, &client_interceptor::cancel_activity);
  return watched(
      end_request<
          wire::RequestCancelActivityExecutionRequest,
          wire::RequestCancelActivityExecutionResponse>(
          of.from,
          methods::request_cancel_activity_execution,
          in.activity_id,
          in.run_id,
          std::move(in.reason)),
      std::move(watched_by));
}

job_of<void> standalone_activities::terminate(const standalone_ref& of, std::string reason) {
  terminate_activity_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, &client_interceptor::terminate_activity);
  return watched(
      end_request<
          wire::TerminateActivityExecutionRequest,
          wire::TerminateActivityExecutionResponse>(
          of.from,
          methods::terminate_activity_execution,
          in.activity_id,
          in.run_id,
          std::move(in.reason)),
      std::move(watched_by));
}

job_of<void> standalone_activities::remove(const standalone_ref& of) {
  return acknowledged<wire::DeleteActivityExecutionResponse>(
      of.from,
      methods::delete_activity_execution,
      standalone_request<wire::DeleteActivityExecutionRequest>(of.from, of.id, of.run_id));
}

async_pages<activity_summary>
activity_pages(const call_origin& from, std::string query, int page_size) {
  return standalone_pages<
      wire::ListActivityExecutionsRequest,
      wire::ListActivityExecutionsResponse,
      list_activities_input>(
      from,
      std::move(query),
      page_size,
      methods::list_activity_executions,
      &client_interceptor::list_activities,
      [](const auto& response) -> const auto& { return response.executions(); },
      &summary_from);
}

job_of<grouped_count> count_activities_job(const call_origin& from, std::string query) {
  return standalone_count<
      wire::CountActivityExecutionsRequest,
      wire::CountActivityExecutionsResponse,
      count_activities_input>(
      from,
      std::move(query),
      methods::count_activity_executions,
      &client_interceptor::count_activities);
}

} // namespace detail
} // namespace troupe
