// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/workflow_run.hpp"

#include "runtime/base/wire/text_check.hpp"
#include "runtime/nexus/operation_links.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/links.hpp"
#include "runtime/protocol/start_parts.hpp"
#include "runtime/protocol/trace_header.hpp"

#include <troupe/nexus/error.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace troupe::nexus {

namespace {

namespace service = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

void add_links(
    const nexus_task& task,
    google::protobuf::RepeatedPtrField<temporal::api::common::v1::Link>& to) {
  operation_links{task}.write_to(to);
}

std::optional<link> to_link(const temporal::api::common::v1::Link& from) {
  auto made = protocol::to_nexus_link(from);
  if (!made)
    return std::nullopt;
  return link{std::move(made->url), std::string{made->type}};
}

} // namespace

void add_callback(
    const nexus_task& task,
    std::string_view operation_token,
    const google::protobuf::RepeatedPtrField<temporal::api::common::v1::Link>& links,
    google::protobuf::RepeatedPtrField<temporal::api::common::v1::Callback>& to) {
  auto& callback = *to.Add();
  auto& nexus = *callback.mutable_nexus();
  nexus.set_url(std::string{task.callback_url});
  for (const auto& [name, value] : task.callback_headers)
    (*nexus.mutable_header())[std::string{name}] = std::string{value};
  (*nexus.mutable_header())["nexus-operation-token"] = std::string{operation_token};
  *callback.mutable_links() = links;
}

std::string cancel_request_id(const nexus_task& task) {
  // FNV-1a of the task token, which is unique per task.
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (unsigned char byte : task.token)
    hash = (hash ^ byte) * 1'099'511'628'211ULL;
  return "nexus-cancel-" + std::to_string(hash);
}

handler_error unsendable(const std::string& field) {
  return {
      handler_error_type::internal,
      "the handler described a workflow that cannot be started: field " + field
          + " is not valid UTF-8",
      retry_behavior::non_retryable};
}

rpc::bytes make_start_request(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_workflow_start start,
    std::string_view operation_token,
    const trace_context* trace) {
  auto& options = start.options;
  if (options.id.empty())
    throw handler_error{
        handler_error_type::internal,
        "the handler described a workflow without an id: set .id in nexus::start_workflow",
        retry_behavior::non_retryable};

  options.request_id = std::string{task.request_id};
  if (options.task_queue.empty())
    options.task_queue = environment.task_queue;
  service::StartWorkflowExecutionRequest request;
  add_links(task, *request.mutable_links());
  protocol::fill_start_request(
      start.workflow_type,
      std::move(options),
      std::move(start.arguments),
      {environment.name_space, environment.identity, environment.converter},
      request);
  if (!start.headers.empty())
    protocol::write_headers(std::move(start.headers), *request.mutable_header());
  if (trace != nullptr)
    protocol::write_trace_header(*trace, *request.mutable_header());
  // Without a callback URL nobody waits for the outcome, and the service refuses an empty one.
  if (!task.callback_url.empty())
    add_callback(task, operation_token, request.links(), *request.mutable_completion_callbacks());
  protocol::attach_on_conflict(request);
  auto wire = request.SerializeAsString();
  if (const auto bad = find_bad_text(*request.GetDescriptor(), wire); !bad.empty())
    throw unsendable(bad);
  return wire;
}

std::optional<link> link_to_started(
    const dispatch_environment& environment,
    std::string_view workflow_id,
    const rpc::bytes& reply) {
  service::StartWorkflowExecutionResponse response;
  std::string scratch;
  const auto text = reply.flatten(scratch);
  if (!response.ParseFromArray(text.data(), static_cast<int>(text.size())))
    return std::nullopt;
  if (response.has_link())
    if (auto given = to_link(response.link()))
      return given;
  temporal::api::common::v1::Link made;
  auto& event = *made.mutable_workflow_event();
  event.set_namespace_(environment.name_space);
  event.set_workflow_id(std::string{workflow_id});
  event.set_run_id(response.run_id());
  event.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  return to_link(made);
}

rpc::bytes make_cancel_request(
    const dispatch_environment& environment, const nexus_task& task, std::string_view workflow_id) {
  service::RequestCancelWorkflowExecutionRequest request;
  request.set_namespace_(environment.name_space);
  request.set_identity(environment.identity);
  request.mutable_workflow_execution()->set_workflow_id(std::string{workflow_id});
  request.set_request_id(cancel_request_id(task));
  add_links(task, *request.mutable_links());
  return request.SerializeAsString();
}

} // namespace troupe::nexus
