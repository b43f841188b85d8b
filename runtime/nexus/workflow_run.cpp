// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/workflow_run.hpp"

#include "runtime/base/time.hpp"
#include "runtime/nexus/links.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <troupe/nexus/error.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace troupe::nexus {

namespace {

namespace service = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

void add_callback(
    const nexus_task& task,
    std::string_view operation_token,
    service::StartWorkflowExecutionRequest& request) {
  auto& callback = *request.add_completion_callbacks();
  auto& nexus = *callback.mutable_nexus();
  nexus.set_url(std::string{task.callback_url});
  for (const auto& [name, value] : task.callback_headers)
    (*nexus.mutable_header())[std::string{name}] = std::string{value};
  (*nexus.mutable_header())["nexus-operation-token"] = std::string{operation_token};
  for (const auto& each : request.links())
    *callback.add_links() = each;
}

void add_link(const workflow_event_link& from, service::StartWorkflowExecutionRequest& request) {
  auto& event = *request.add_links()->mutable_workflow_event();
  event.set_namespace_(from.name_space);
  event.set_workflow_id(from.workflow_id);
  event.set_run_id(from.run_id);
  event.mutable_event_ref()->set_event_id(from.event_id);
  event.mutable_event_ref()->set_event_type(static_cast<enums::EventType>(from.event_type));
}

void set_retry_policy(
    const workflow::retry_policy& from, temporal::api::common::v1::RetryPolicy& to) {
  if (from.initial_interval)
    to_proto(*from.initial_interval, *to.mutable_initial_interval());
  to.set_backoff_coefficient(from.backoff_coefficient);
  if (from.maximum_interval)
    to_proto(*from.maximum_interval, *to.mutable_maximum_interval());
  to.set_maximum_attempts(from.maximum_attempts);
  for (const auto& type : from.non_retryable_error_types)
    to.add_non_retryable_error_types(type);
}

} // namespace

rpc::bytes make_start_request(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_workflow_start start,
    std::string_view operation_token) {
  auto& options = start.options;
  if (options.id.empty())
    throw handler_error{
        handler_error_type::internal,
        "the handler described a workflow without an id: set .id in nexus::start_workflow",
        retry_behavior::non_retryable};

  service::StartWorkflowExecutionRequest request;
  request.set_namespace_(environment.name_space);
  request.set_identity(environment.identity);
  request.set_request_id(std::string{task.request_id});
  request.set_workflow_id(options.id);
  request.mutable_workflow_type()->set_name(start.workflow_type);
  request.mutable_task_queue()->set_name(
      options.task_queue.empty() ? environment.task_queue : options.task_queue);
  request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (!start.arguments.empty())
    to_proto(std::move(start.arguments), *request.mutable_input());
  if (options.execution_timeout.count() > 0)
    to_proto(options.execution_timeout, *request.mutable_workflow_execution_timeout());
  if (options.run_timeout.count() > 0)
    to_proto(options.run_timeout, *request.mutable_workflow_run_timeout());
  if (options.task_timeout.count() > 0)
    to_proto(options.task_timeout, *request.mutable_workflow_task_timeout());
  if (options.start_delay.count() > 0)
    to_proto(options.start_delay, *request.mutable_workflow_start_delay());
  request.set_workflow_id_conflict_policy(
      static_cast<enums::WorkflowIdConflictPolicy>(static_cast<int>(options.id_conflict_policy)));
  request.set_workflow_id_reuse_policy(
      static_cast<enums::WorkflowIdReusePolicy>(static_cast<int>(options.id_reuse_policy)));
  if (options.retry_policy)
    set_retry_policy(*options.retry_policy, *request.mutable_retry_policy());
  request.set_cron_schedule(options.cron_schedule);
  for (auto& [name, value] : options.memo)
    to_proto(
        environment.converter.encode(std::move(value)),
        (*request.mutable_memo()->mutable_fields())[name]);
  // The service reads search attributes, so no codec may touch them.
  for (auto& [name, value] : options.search_attributes)
    to_proto(
        std::move(value), (*request.mutable_search_attributes()->mutable_indexed_fields())[name]);
  if (!options.static_summary.empty())
    to_proto(
        environment.converter.to_payload(options.static_summary),
        *request.mutable_user_metadata()->mutable_summary());
  if (!options.static_details.empty())
    to_proto(
        environment.converter.to_payload(options.static_details),
        *request.mutable_user_metadata()->mutable_details());

  for (const auto& each : task.links)
    if (temporal::api::common::v1::Link converted; from_nexus_link(each, converted))
      *request.add_links() = std::move(converted);
  for (const auto& each : options.links)
    add_link(each, request);
  // Without a callback URL nobody waits for the outcome, and the service refuses an empty one.
  if (!task.callback_url.empty())
    add_callback(task, operation_token, request);
  auto& attach = *request.mutable_on_conflict_options();
  attach.set_attach_request_id(true);
  attach.set_attach_completion_callbacks(true);
  attach.set_attach_links(true);
  return request.SerializeAsString();
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
    if (auto given = to_nexus_link(response.link()))
      return given;
  temporal::api::common::v1::Link made;
  auto& event = *made.mutable_workflow_event();
  event.set_namespace_(environment.name_space);
  event.set_workflow_id(std::string{workflow_id});
  event.set_run_id(response.run_id());
  event.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  return to_nexus_link(made);
}

rpc::bytes make_cancel_request(
    const dispatch_environment& environment, const nexus_task& task, std::string_view workflow_id) {
  service::RequestCancelWorkflowExecutionRequest request;
  request.set_namespace_(environment.name_space);
  request.set_identity(environment.identity);
  request.mutable_workflow_execution()->set_workflow_id(std::string{workflow_id});
  // FNV-1a of the task token, which is unique per task.
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (unsigned char byte : task.token)
    hash = (hash ^ byte) * 1'099'511'628'211ULL;
  request.set_request_id("nexus-cancel-" + std::to_string(hash));
  for (const auto& each : task.links)
    if (temporal::api::common::v1::Link converted; from_nexus_link(each, converted))
      *request.add_links() = std::move(converted);
  return request.SerializeAsString();
}

} // namespace troupe::nexus
