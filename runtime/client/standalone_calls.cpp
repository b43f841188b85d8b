// SPDX-License-Identifier: Apache-2.0
// Activities that are started by themselves, without a workflow.
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/priority.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client.hpp>

#include <temporal/api/activity/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <optional>

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
  auto& options = in.options;
  wire::StartActivityExecutionRequest request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  request.set_activity_id(std::move(options.id));
  request.set_request_id(std::move(options.request_id));
  request.mutable_activity_type()->set_name(std::move(in.type));
  request.mutable_task_queue()->set_name(std::move(options.task_queue));
  const auto set = [](duration span, auto field) {
    if (span.count() != 0)
      to_proto(span, *field());
  };
  set(options.schedule_to_close_timeout,
      [&] { return request.mutable_schedule_to_close_timeout(); });
  set(options.schedule_to_start_timeout,
      [&] { return request.mutable_schedule_to_start_timeout(); });
  set(options.start_to_close_timeout, [&] { return request.mutable_start_to_close_timeout(); });
  set(options.heartbeat_timeout, [&] { return request.mutable_heartbeat_timeout(); });
  if (options.retry_policy)
    protocol::write_retry_policy(*options.retry_policy, *request.mutable_retry_policy());
  request.set_id_reuse_policy(static_cast<enums::ActivityIdReusePolicy>(options.id_reuse_policy));
  request.set_id_conflict_policy(
      static_cast<enums::ActivityIdConflictPolicy>(options.id_conflict_policy));
  // The service reads search attributes, so no codec may touch them.
  for (auto& [name, value] : options.search_attributes)
    to_proto(
        std::move(value), (*request.mutable_search_attributes()->mutable_indexed_fields())[name]);
  if (options.priority != priority{})
    protocol::write_priority(options.priority, *request.mutable_priority());
  if (!in.arguments.empty())
    to_proto(std::move(in.arguments), *request.mutable_input());
  if (!options.static_summary.empty())
    to_proto(
        settings.converter.to_payload(options.static_summary),
        *request.mutable_user_metadata()->mutable_summary());
  if (!options.static_details.empty())
    to_proto(
        settings.converter.to_payload(options.static_details),
        *request.mutable_user_metadata()->mutable_details());
  write_headers(std::move(in.headers), request);
  return request;
}

/// Waits for the end of an activity, a long poll after another. May start it before.
class activity_wait final : public typed_job<payloads> {
public:
  activity_wait(const call_origin& from, std::string id, std::string run_id)
      : typed_job(from), id_(std::move(id)), run_id_(std::move(run_id)) {}

  /// Sends this first, and waits for what it starts.
  void start_with(const wire::StartActivityExecutionRequest& request) {
    start_ = rpc::make_call(methods::start_activity_execution, request, settings().rpc_timeout);
  }

private:
  void begin() override {
    if (start_)
      send(*std::exchange(start_, {}));
    else
      poll();
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    if (is_polling_)
      polled(std::move(status), reply);
    else
      started(std::move(status), reply);
  }

  void started(rpc_status status, const rpc::bytes& reply) {
    wire::StartActivityExecutionResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::start_activity_execution);
    if (!status.ok())
      return fail(to_exception(std::move(status), {.workflow_id = id_}));
    run_id_ = response.run_id();
    poll();
  }

  void poll() {
    is_polling_ = true;
    wire::PollActivityExecutionRequest request;
    request.set_namespace_(settings().name_space);
    request.set_activity_id(id_);
    request.set_run_id(run_id_);
    auto what =
        rpc::make_call(methods::poll_activity_execution, request, settings().long_poll_timeout);
    what.is_long_poll = true;
    send(std::move(what));
  }

  void polled(rpc_status status, const rpc::bytes& reply) {
    wire::PollActivityExecutionResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::poll_activity_execution);
    if (!status.ok()) {
      // The poll itself took too long (a proxy in between, a busy service): the wait goes on.
      if (status.code == status_code::deadline_exceeded && !is_late())
        poll();
      else
        fail(to_exception(std::move(status)));
      return;
    }
    if (!response.run_id().empty())
      run_id_ = response.run_id();
    const auto& outcome = response.outcome();
    if (outcome.has_result())
      done(settings().converter.decode(from_proto(outcome.result())));
    else if (outcome.has_failure())
      fail(std::make_exception_ptr(activity_failed_error{
          id_, run_id_, failure_error_from(outcome.failure(), settings().converter)}));
    else if (is_late())
      fail(to_exception(
          {status_code::deadline_exceeded, "activity " + id_ + " did not end in time", {}}));
    else
      poll();
  }

  std::string id_;
  std::string run_id_;
  bool is_polling_ = false;
  std::optional<rpc::call> start_;
};

/// What all requests about one begin with.
template <class Request>
Request request_of(const call_origin& from, std::string& id, std::string& run_id) {
  const auto& settings = settings_of(from);
  Request request;
  request.set_namespace_(settings.name_space);
  request.set_activity_id(std::move(id));
  request.set_run_id(std::move(run_id));
  if constexpr (requires { request.set_identity(settings.identity); })
    request.set_identity(settings.identity);
  if constexpr (requires { request.set_request_id(std::string{}); })
    request.set_request_id(random_uuid());
  return request;
}

void fill_attributes(
    const temporal::api::common::v1::SearchAttributes& from,
    std::vector<std::pair<std::string, payload>>& to) {
  for (const auto& [name, value] : from.indexed_fields())
    to.emplace_back(name, from_proto(value));
  sort_by_name(to);
}

std::optional<duration> span_of(bool is_there, const google::protobuf::Duration& from) {
  return is_there ? std::optional{from_proto(from)} : std::nullopt;
}

activity_summary summary_from(const activities::ActivityExecutionListInfo& from) {
  activity_summary to;
  to.id = from.activity_id();
  to.run_id = from.run_id();
  to.type = from.activity_type().name();
  to.task_queue = from.task_queue();
  to.status = static_cast<activity_status>(from.status());
  to.scheduled_time = time_of(from.has_schedule_time(), from.schedule_time());
  to.close_time = time_of(from.has_close_time(), from.close_time());
  to.execution_duration = span_of(from.has_execution_duration(), from.execution_duration());
  to.state_transition_count = from.state_transition_count();
  fill_attributes(from.search_attributes(), to.search_attributes);
  return to;
}

activity_description
description_from(const activities::ActivityExecutionInfo& from, const data_converter& converter) {
  activity_description to;
  to.id = from.activity_id();
  to.run_id = from.run_id();
  to.type = from.activity_type().name();
  to.task_queue = from.task_queue();
  to.status = static_cast<activity_status>(from.status());
  to.scheduled_time = time_of(from.has_schedule_time(), from.schedule_time());
  to.close_time = time_of(from.has_close_time(), from.close_time());
  to.execution_duration = span_of(from.has_execution_duration(), from.execution_duration());
  to.state_transition_count = from.state_transition_count();
  fill_attributes(from.search_attributes(), to.search_attributes);
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
  auto job = std::make_shared<activity_wait>(from, request.activity_id(), std::string{});
  job->start_with(request);
  job->watch(std::move(watched_by));
  return {std::move(job)};
}

job_of<payloads> activity_result_job(const standalone_ref& of, std::chrono::milliseconds timeout) {
  activity_result_input in{{}, of.id, of.run_id, timeout};
  auto watched_by = intercept(of.from, in, &client_interceptor::activity_result);
  auto job =
      std::make_shared<activity_wait>(of.from, std::move(in.activity_id), std::move(in.run_id));
  job->limit_time(in.timeout);
  job->watch(std::move(watched_by));
  return {std::move(job)};
}

job_of<activity_description> describe_activity_job(const standalone_ref& of) {
  describe_activity_input in{{}, of.id, of.run_id};
  auto watched_by = intercept(of.from, in, &client_interceptor::describe_activity);
  auto request =
      request_of<wire::DescribeActivityExecutionRequest>(of.from, in.activity_id, in.run_id);
  request.set_include_heartbeat_details(true);
  request.set_include_last_failure(true);
  auto made = make_unary<wire::DescribeActivityExecutionResponse>(
      of.from,
      methods::describe_activity_execution,
      request,
      [](call_job& job, wire::DescribeActivityExecutionResponse& response) {
        return description_from(response.info(), job.settings().converter);
      });
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> cancel_standalone_job(const standalone_ref& of, std::string reason) {
  cancel_activity_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, &client_interceptor::cancel_activity);
  auto request =
      request_of<wire::RequestCancelActivityExecutionRequest>(of.from, in.activity_id, in.run_id);
  request.set_reason(std::move(in.reason));
  auto made = acknowledged<wire::RequestCancelActivityExecutionResponse>(
      of.from, methods::request_cancel_activity_execution, request);
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> terminate_standalone_job(const standalone_ref& of, std::string reason) {
  terminate_activity_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, &client_interceptor::terminate_activity);
  auto request =
      request_of<wire::TerminateActivityExecutionRequest>(of.from, in.activity_id, in.run_id);
  request.set_reason(std::move(in.reason));
  auto made = acknowledged<wire::TerminateActivityExecutionResponse>(
      of.from, methods::terminate_activity_execution, request);
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> delete_standalone_job(const standalone_ref& of) {
  auto id = of.id;
  auto run_id = of.run_id;
  return acknowledged<wire::DeleteActivityExecutionResponse>(
      of.from,
      methods::delete_activity_execution,
      request_of<wire::DeleteActivityExecutionRequest>(of.from, id, run_id));
}

async_pages<activity_summary>
activity_pages(const call_origin& from, std::string query, int page_size) {
  return async_pages<activity_summary>{
      [from, query = std::move(query), page_size](const std::string& token) {
        list_activities_input in{{}, query, page_size, token};
        auto watched_by = intercept(from, in, &client_interceptor::list_activities);
        wire::ListActivityExecutionsRequest request;
        request.set_namespace_(settings_of(from).name_space);
        request.set_query(std::move(in.query));
        request.set_page_size(in.page_size);
        request.set_next_page_token(std::move(in.page_token));
        auto made = make_unary<wire::ListActivityExecutionsResponse>(
            from,
            methods::list_activity_executions,
            request,
            [](call_job&, wire::ListActivityExecutionsResponse& response) {
              result_page<activity_summary> page;
              for (const auto& each : response.executions())
                page.items.push_back(summary_from(each));
              page.next_token = response.next_page_token();
              return page;
            });
        made.job->watch(std::move(watched_by));
        return call<result_page<activity_summary>>{std::move(made)};
      }};
}

job_of<grouped_count> count_activities_job(const call_origin& from, std::string query) {
  count_activities_input in{{}, std::move(query)};
  auto watched_by = intercept(from, in, &client_interceptor::count_activities);
  wire::CountActivityExecutionsRequest request;
  request.set_namespace_(settings_of(from).name_space);
  request.set_query(std::move(in.query));
  auto made = make_unary<wire::CountActivityExecutionsResponse>(
      from,
      methods::count_activity_executions,
      request,
      [](call_job&, wire::CountActivityExecutionsResponse& response) {
        return count_from(response);
      });
  made.job->watch(std::move(watched_by));
  return made;
}

} // namespace detail
} // namespace troupe
