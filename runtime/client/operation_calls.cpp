// SPDX-License-Identifier: Apache-2.0
// Nexus operations that are called by themselves, without a workflow.
#include "runtime/base/text/enum_name.hpp"
#include "runtime/client/standalone_jobs.hpp"
#include "runtime/protocol/start_parts.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client.hpp>

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>

namespace troupe {

std::string_view to_string(operation_status status) noexcept {
  constexpr std::array<std::string_view, 7> names = {
      "Unspecified", "Running", "Completed", "Failed", "Canceled", "Terminated", "TimedOut"};
  const auto index = static_cast<std::size_t>(status);
  return index < names.size() ? names[index] : names[0];
}

namespace detail {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;
namespace nexus_api = temporal::api::nexus::v1;

template result<operation_description>& outcome_of<operation_description>(call_job&);
template result<result_page<operation_summary>>&
outcome_of<result_page<operation_summary>>(call_job&);

namespace {

struct operation_methods {
  using start_response = wire::StartNexusOperationExecutionResponse;
  using poll_request = wire::PollNexusOperationExecutionRequest;
  using poll_response = wire::PollNexusOperationExecutionResponse;
  using failed_error = operation_failed_error;
  static constexpr std::string_view start_method = methods::start_nexus_operation_execution;
  static constexpr std::string_view poll_method = methods::poll_nexus_operation_execution;
  static constexpr std::string_view noun = "Nexus operation";
  static const poll_response& outcome_of(const poll_response& response) { return response; }
  static payloads results_of(const temporal::api::common::v1::Payload& from) {
    return {from_proto(from)};
  }
  /// The service tells no link to what it started.
  static void keep_link(call_job& job, const std::string& id, const start_response& response) {
    temporal::api::common::v1::Link link;
    auto& to = *link.mutable_nexus_operation();
    to.set_namespace_(job.settings().name_space);
    to.set_operation_id(id);
    to.set_run_id(response.run_id());
    job.keep_link(!response.run_id().empty(), link);
  }
};

wire::StartNexusOperationExecutionRequest
start_request(const call_origin& from, encoded_operation start, call_watchers& watched_by) {
  const auto& settings = settings_of(from);
  if (start.options.id.empty())
    start.options.id = random_uuid();
  if (start.options.request_id.empty())
    start.options.request_id = random_uuid();
  start_operation_input in{
      {},
      std::move(start.endpoint),
      std::move(start.service),
      std::move(start.operation),
      std::move(start.options),
      std::move(start.input)};
  watched_by = intercept(from, in, &client_interceptor::start_operation);
  auto& options = in.options;
  wire::StartNexusOperationExecutionRequest request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  request.set_operation_id(std::move(options.id));
  request.set_request_id(std::move(options.request_id));
  request.set_endpoint(std::move(in.endpoint));
  request.set_service(std::move(in.service));
  request.set_operation(std::move(in.operation));
  protocol::write_span(options.schedule_to_close_timeout, [&] {
    return request.mutable_schedule_to_close_timeout();
  });
  protocol::write_span(options.schedule_to_start_timeout, [&] {
    return request.mutable_schedule_to_start_timeout();
  });
  protocol::write_span(
      options.start_to_close_timeout, [&] { return request.mutable_start_to_close_timeout(); });
  request.set_id_reuse_policy(
      static_cast<enums::NexusOperationIdReusePolicy>(options.id_reuse_policy));
  request.set_id_conflict_policy(
      static_cast<enums::NexusOperationIdConflictPolicy>(options.id_conflict_policy));
  for (auto& [name, value] : options.headers)
    (*request.mutable_nexus_header())[name] = std::move(value);
  protocol::write_search_attributes(std::move(options.search_attributes), request);
  to_proto(std::move(in.input), *request.mutable_input());
  protocol::write_summary(options.static_summary, settings.converter, request);
  return request;
}

/// What lists and descriptions of operations tell.
template <class From>
void fill_summary(const From& from, operation_summary& to) {
  to.id = from.operation_id();
  to.endpoint = from.endpoint();
  to.service = from.service();
  to.operation = from.operation();
  to.status = static_cast<operation_status>(from.status());
  fill_standalone(from, to);
}

operation_summary summary_from(const nexus_api::NexusOperationExecutionListInfo& from) {
  operation_summary to;
  fill_summary(from, to);
  return to;
}

operation_description description_from(
    const nexus_api::NexusOperationExecutionInfo& from, const data_converter& converter) {
  operation_description to;
  fill_summary(from, to);
  to.state = camel_case(
      enums::PendingNexusOperationState_Name(from.state()), "PENDING_NEXUS_OPERATION_STATE_");
  to.blocked_reason = from.blocked_reason();
  to.operation_token = from.operation_token();
  to.request_id = from.request_id();
  to.identity = from.identity();
  to.attempt = from.attempt();
  to.schedule_to_close_timeout = from_proto(from.schedule_to_close_timeout());
  to.schedule_to_start_timeout = from_proto(from.schedule_to_start_timeout());
  to.start_to_close_timeout = from_proto(from.start_to_close_timeout());
  to.expiration_time = time_of(from.has_expiration_time(), from.expiration_time());
  to.last_complete_time =
      time_of(from.has_last_attempt_complete_time(), from.last_attempt_complete_time());
  to.next_attempt_time =
      time_of(from.has_next_attempt_schedule_time(), from.next_attempt_schedule_time());
  to.last_failure = from.last_attempt_failure().message();
  to.headers.assign(from.nexus_header().begin(), from.nexus_header().end());
  std::sort(to.headers.begin(), to.headers.end());
  to.is_cancel_requested = from.has_cancellation_info();
  if (to.is_cancel_requested) {
    const auto& cancel = from.cancellation_info();
    to.canceled_reason = cancel.reason();
    to.cancel_state = camel_case(
        enums::NexusOperationCancellationState_Name(cancel.state()),
        "NEXUS_OPERATION_CANCELLATION_STATE_");
    to.cancel_attempt = cancel.attempt();
    to.cancel_last_failure = cancel.last_attempt_failure().message();
  }
  const auto& metadata = from.user_metadata();
  to.static_summary = text_of(metadata.has_summary(), metadata.summary(), converter);
  return to;
}

} // namespace

job_of<standalone_ref> start_operation_job(const call_origin& from, encoded_operation start) {
  call_watchers watched_by;
  const auto request = start_request(from, std::move(start), watched_by);
  auto made = make_unary<wire::StartNexusOperationExecutionResponse>(
      from,
      methods::start_nexus_operation_execution,
      request,
      [id = request.operation_id()](
          call_job& job, wire::StartNexusOperationExecutionResponse& response) {
        operation_methods::keep_link(job, id, response);
        return standalone_ref{job.origin(), id, response.run_id()};
      },
      request.operation_id());
  return watched(std::move(made), std::move(watched_by));
}

job_of<payloads> execute_operation_job(const call_origin& from, encoded_operation start) {
  call_watchers watched_by;
  const auto request = start_request(from, std::move(start), watched_by);
  return watched(
      standalone_execution<operation_methods>(from, request.operation_id(), request),
      std::move(watched_by));
}

job_of<payloads>
standalone_operations::result(const standalone_ref& of, std::chrono::milliseconds timeout) {
  operation_result_input in{{}, of.id, of.run_id, timeout};
  auto watched_by = intercept(of.from, in, &client_interceptor::operation_result);
  return watched(
      result_of_standalone<operation_methods>(
          of.from, std::move(in.operation_id), std::move(in.run_id), in.timeout),
      std::move(watched_by));
}

job_of<operation_description> standalone_operations::describe(const standalone_ref& of) {
  describe_operation_input in{{}, of.id, of.run_id};
  auto watched_by = intercept(of.from, in, &client_interceptor::describe_operation);
  return watched(
      make_unary<wire::DescribeNexusOperationExecutionResponse>(
          of.from,
          methods::describe_nexus_operation_execution,
          standalone_request<wire::DescribeNexusOperationExecutionRequest>(
              of.from, in.operation_id, in.run_id),
          [](call_job& job, wire::DescribeNexusOperationExecutionResponse& response) {
            return description_from(response.info(), job.settings().converter);
          }),
      std::move(watched_by));
}

job_of<void> standalone_operations::cancel(const standalone_ref& of, std::string reason) {
  cancel_operation_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, &client_interceptor::cancel_operation);
  return watched(
      end_request<
          wire::RequestCancelNexusOperationExecutionRequest,
          wire::RequestCancelNexusOperationExecutionResponse>(
          of.from,
          methods::request_cancel_nexus_operation_execution,
          in.operation_id,
          in.run_id,
          std::move(in.reason)),
      std::move(watched_by));
}

job_of<void> standalone_operations::terminate(const standalone_ref& of, std::string reason) {
  terminate_operation_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, &client_interceptor::terminate_operation);
  return watched(
      end_request<
          wire::TerminateNexusOperationExecutionRequest,
          wire::TerminateNexusOperationExecutionResponse>(
          of.from,
          methods::terminate_nexus_operation_execution,
          in.operation_id,
          in.run_id,
          std::move(in.reason)),
      std::move(watched_by));
}

job_of<void> standalone_operations::remove(const standalone_ref& of) {
  return acknowledged<wire::DeleteNexusOperationExecutionResponse>(
      of.from,
      methods::delete_nexus_operation_execution,
      standalone_request<wire::DeleteNexusOperationExecutionRequest>(of.from, of.id, of.run_id));
}

async_pages<operation_summary>
operation_pages(const call_origin& from, std::string query, int page_size) {
  return standalone_pages<
      wire::ListNexusOperationExecutionsRequest,
      wire::ListNexusOperationExecutionsResponse,
      list_operations_input>(
      from,
      std::move(query),
      page_size,
      methods::list_nexus_operation_executions,
      &client_interceptor::list_operations,
      [](const auto& response) -> const auto& { return response.operations(); },
      &summary_from);
}

job_of<grouped_count> count_operations_job(const call_origin& from, std::string query) {
  return standalone_count<
      wire::CountNexusOperationExecutionsRequest,
      wire::CountNexusOperationExecutionsResponse,
      count_operations_input>(
      from,
      std::move(query),
      methods::count_nexus_operation_executions,
      &client_interceptor::count_operations);
}

} // namespace detail
} // namespace troupe
