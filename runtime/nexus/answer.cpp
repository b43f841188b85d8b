// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/answer.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/base/wire/text_check.hpp"
#include "runtime/nexus/sync_answer.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/nexus_failure.hpp"

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::nexus {

namespace {

namespace wire = temporal::api::nexus::v1;
using completed_request = temporal::api::workflowservice::v1::RespondNexusTaskCompletedRequest;
using failed_request = temporal::api::workflowservice::v1::RespondNexusTaskFailedRequest;
using temporal_failure = temporal::api::failure::v1::Failure;

constexpr std::string_view completed_method =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondNexusTaskCompleted";
constexpr std::string_view failed_method =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondNexusTaskFailed";

template <class Request>
Request addressed(const dispatch_environment& environment, const nexus_task& task) {
  Request request;
  request.set_namespace_(environment.name_space);
  request.set_identity(environment.identity);
  request.set_task_token(std::string{task.token});
  if (!task.poller_group_id.empty())
    request.set_poller_group_id(std::string{task.poller_group_id});
  return request;
}

template <class Links>
void add_links(std::span<const link> links, Links& to) {
  for (const auto& each : links) {
    auto& added = *to.Add();
    added.set_url(each.url);
    added.set_type(each.type);
  }
}

/// What the caller hears instead of an answer with a text that nobody could read.
handler_error unreadable(const std::string& what) {
  return {
      handler_error_type::internal,
      "the handler's answer cannot be sent: " + what + " is not valid UTF-8",
      retry_behavior::non_retryable};
}

failed_request make_failed(
    const dispatch_environment& environment, const nexus_task& task, const handler_error& error) {
  auto request = addressed<failed_request>(environment, task);
  temporal_failure failure;
  to_failure(error, environment.converter, failure);
  if (task.temporal_failures)
    *request.mutable_failure() = std::move(failure);
  else
    to_handler_error(failure, *request.mutable_error());
  return request;
}

task_answer failed(
    const dispatch_environment& environment, const nexus_task& task, const handler_error& error) {
  auto wire = make_failed(environment, task, error).SerializeAsString();
  if (const auto bad = find_bad_text(*failed_request::descriptor(), wire); !bad.empty())
    wire = make_failed(environment, task, unreadable("field " + bad)).SerializeAsString();
  return {
      failed_method,
      rpc::bytes{std::move(wire)},
      true,
      describe(error),
      "handler_error_" + std::string{to_string(error.type())}};
}

task_answer completed(
    const dispatch_environment& environment,
    const nexus_task& task,
    const completed_request& request) {
  auto wire = request.SerializeAsString();
  if (const auto bad = find_bad_text(*completed_request::descriptor(), wire); !bad.empty())
    return failed(environment, task, unreadable("field " + bad));
  return {completed_method, rpc::bytes{std::move(wire)}, false, {}, {}};
}

} // namespace

task_answer answer_sync(
    const dispatch_environment& environment,
    const nexus_task& task,
    payload value,
    std::span<const link> links) {
  for (const auto& [key, bytes] : value.metadata)
    if (!is_utf8(key))
      return failed(environment, task, unreadable("a metadata key of its result"));
  return {
      completed_method,
      write_sync_answer(environment, task, std::move(value), links),
      false,
      {},
      {}};
}

task_answer answer_async(
    const dispatch_environment& environment,
    const nexus_task& task,
    std::string_view token,
    std::span<const link> links) {
  if (token.empty() || token.size() > max_token_bytes)
    return failed(
        environment,
        task,
        {handler_error_type::internal,
         token.empty() ? "the handler started an asynchronous operation without a token"
                       : "the handler's operation token is longer than 4096 bytes",
         retry_behavior::non_retryable});
  auto request = addressed<completed_request>(environment, task);
  auto& success = *request.mutable_response()->mutable_start_operation()->mutable_async_success();
  success.set_operation_token(std::string{token});
  add_links(links, *success.mutable_links());
  return completed(environment, task, request);
}

task_answer answer_cancelled(const dispatch_environment& environment, const nexus_task& task) {
  auto request = addressed<completed_request>(environment, task);
  request.mutable_response()->mutable_cancel_operation();
  return completed(environment, task, request);
}

task_answer answer_error(
    const dispatch_environment& environment,
    const nexus_task& task,
    const handler_outcome_error& error) {
  if (const auto* handler = std::get_if<handler_error>(&error))
    return failed(environment, task, *handler);
  const auto& operation = std::get<operation_error>(error);
  if (task.kind != nexus_task::request::start)
    return failed(
        environment,
        task,
        {handler_error_type::internal,
         "Internal handler error",
         retry_behavior::unspecified,
         std::make_shared<operation_error>(operation)});
  auto request = addressed<completed_request>(environment, task);
  auto& response = *request.mutable_response()->mutable_start_operation();
  temporal_failure failure;
  to_failure(operation, environment.converter, failure);
  if (task.temporal_failures)
    *response.mutable_failure() = std::move(failure);
  else
    to_operation_error(failure, *response.mutable_operation_error());
  auto answer = completed(environment, task, request);
  if (answer.is_failure)
    return answer;
  answer.failure_text = describe(operation);
  answer.failure_reason = "operation_" + std::string{to_string(operation.state())};
  return answer;
}

} // namespace troupe::nexus
