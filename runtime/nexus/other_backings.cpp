// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/other_backings.hpp"

#include "runtime/base/wire/text_check.hpp"
#include "runtime/nexus/operation_links.hpp"
#include "runtime/nexus/workflow_run.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/activity_start.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/links.hpp"
#include "runtime/protocol/start_parts.hpp"
#include "runtime/protocol/trace_header.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::nexus {

namespace {

namespace service = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

handler_error undescribed(const char* what) {
  return {handler_error_type::internal, what, retry_behavior::non_retryable};
}

template <class Request>
rpc::bytes checked(const Request& request, const char* of) {
  auto wire = request.SerializeAsString();
  if (const auto bad = find_bad_text(*request.GetDescriptor(), wire); !bad.empty())
    throw handler_error{
        handler_error_type::internal,
        std::string{"the handler described "} + of + " that cannot be sent: field " + bad
            + " is not valid UTF-8",
        retry_behavior::non_retryable};
  return wire;
}

template <class Header>
void write_header(headers&& carried, const trace_context* trace, Header& to) {
  if (!carried.empty())
    protocol::write_headers(std::move(carried), to);
  if (trace != nullptr)
    protocol::write_trace_header(*trace, to);
}

template <class Response>
Response read(const rpc::bytes& reply, std::string_view method) {
  Response response;
  std::string scratch;
  const auto text = reply.flatten(scratch);
  if (!response.ParseFromArray(text.data(), static_cast<int>(text.size())))
    // It may be under way already; the retry finds it by its ids.
    throw handler_error{
        handler_error_type::internal,
        "the service's answer to " + std::string{method} + " cannot be read"};
  return response;
}

template <class Response>
std::optional<link> link_in(const Response& response) {
  auto made = response.has_link() ? protocol::to_nexus_link(response.link()) : std::nullopt;
  if (!made)
    return std::nullopt;
  return link{std::move(made->url), std::string{made->type}};
}

} // namespace

void fill_defaults(
    const dispatch_environment&, const nexus_task& task, detail::encoded_update_start& start) {
  if (start.options.update_id.empty())
    start.options.update_id = std::string{task.request_id};
}

void fill_defaults(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_activity_start& start) {
  auto& options = start.options;
  options.request_id = std::string{task.request_id};
  if (options.id.empty())
    options.id = options.request_id;
  if (options.task_queue.empty())
    options.task_queue = environment.task_queue;
}

rpc::bytes make_update_request(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_update_start start,
    const trace_context* trace) {
  auto& options = start.options;
  if (options.workflow_id.empty())
    throw undescribed(
        "the handler described an update of no workflow: set .workflow_id in nexus::start_update");
  if (task.callback_url.empty())
    throw handler_error{
        handler_error_type::bad_request,
        "an operation that goes on as an update needs a callback: the request has none"};
  service::UpdateWorkflowExecutionRequest request;
  request.set_namespace_(environment.name_space);
  request.mutable_workflow_execution()->set_workflow_id(options.workflow_id);
  request.mutable_workflow_execution()->set_run_id(options.run_id);
  request.set_first_execution_run_id(std::move(options.first_execution_run_id));
  request.mutable_wait_policy()->set_lifecycle_stage(
      enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
  auto& asked = *request.mutable_request();
  asked.mutable_meta()->set_update_id(options.update_id);
  asked.mutable_meta()->set_identity(environment.identity);
  asked.set_request_id(std::string{task.request_id});
  operation_links{task}.write_to(*asked.mutable_links());
  auto& input = *asked.mutable_input();
  input.set_name(std::move(start.name));
  if (!start.arguments.empty())
    to_proto(std::move(start.arguments), *input.mutable_args());
  if (!start.headers.empty() || trace != nullptr)
    write_header(std::move(start.headers), trace, *input.mutable_header());
  // The run that will take it is not known yet.
  add_callback(
      task,
      make_token(workflow_update_token{
          environment.name_space,
          std::move(options.workflow_id),
          std::move(options.run_id),
          std::move(options.update_id)}),
      asked.links(),
      *asked.mutable_completion_callbacks());
  return checked(request, "an update");
}

rpc::bytes make_activity_request(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_activity_start start,
    const trace_context* trace) {
  service::StartActivityExecutionRequest request;
  const auto token = make_token(activity_token{environment.name_space, start.options.id, {}});
  operation_links{task}.write_to(*request.mutable_links());
  protocol::fill_activity_start(
      start.activity_type,
      std::move(start.options),
      std::move(start.arguments),
      {environment.name_space, environment.identity, environment.converter},
      request);
  if (!start.headers.empty() || trace != nullptr)
    write_header(std::move(start.headers), trace, *request.mutable_header());
  if (!task.callback_url.empty())
    add_callback(task, token, request.links(), *request.mutable_completion_callbacks());
  protocol::attach_on_conflict(request);
  return checked(request, "an activity");
}

begin_answer read_update_reply(
    const dispatch_environment& environment,
    const workflow_update_token& asked,
    const rpc::bytes& reply) {
  const auto response =
      read<service::UpdateWorkflowExecutionResponse>(reply, "UpdateWorkflowExecution");
  if (response.has_outcome()) {
    const auto& outcome = response.outcome();
    if (!outcome.has_failure())
      return done_already{
          outcome.success().payloads_size() > 0 ? from_proto(outcome.success().payloads(0))
                                                : environment.converter.to_payload(nullptr),
          link_in(response)};
    throw operation_error{
        operation_state::failed,
        "update " + asked.update_id + " of workflow " + asked.workflow_id + " failed",
        failure_error_from(
            outcome.failure(),
            environment.converter.with_context(
                {.name_space = environment.name_space, .workflow_id = asked.workflow_id}))};
  }
  if (response.stage() < enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED)
    return not_begun{};
  auto token = asked;
  if (const auto& run = response.update_ref().workflow_execution().run_id(); !run.empty())
    token.run_id = run;
  return begun{make_token(token), link_in(response)};
}

begin_answer read_activity_reply(
    const dispatch_environment& environment, const activity_token& asked, const rpc::bytes& reply) {
  const auto response =
      read<service::StartActivityExecutionResponse>(reply, "StartActivityExecution");
  auto to = link_in(response);
  if (!to) {
    temporal::api::common::v1::Link made;
    made.mutable_activity()->set_namespace_(environment.name_space);
    made.mutable_activity()->set_activity_id(asked.activity_id);
    made.mutable_activity()->set_run_id(response.run_id());
    auto text = protocol::to_nexus_link(made);
    to = link{std::move(text->url), std::string{text->type}};
  }
  auto token = asked;
  token.run_id = response.run_id();
  return begun{make_token(token), std::move(to)};
}

rpc::bytes make_cancel_request(
    const dispatch_environment& environment, const nexus_task& task, const activity_token& token) {
  service::RequestCancelActivityExecutionRequest request;
  request.set_namespace_(environment.name_space);
  request.set_identity(environment.identity);
  request.set_activity_id(token.activity_id);
  request.set_run_id(token.run_id);
  request.set_request_id(cancel_request_id(task));
  return checked(request, "a cancel");
}

} // namespace troupe::nexus
