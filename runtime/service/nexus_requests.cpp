// SPDX-License-Identifier: Apache-2.0
#include "runtime/service/nexus_requests.hpp"

#include "runtime/base/time.hpp"
#include "runtime/service/nexus_links.hpp"
#include "runtime/service/workflow_token.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // operation_id is still filled for old workers

namespace troupe::embedded {
namespace {

namespace nexus = temporal::api::nexus::v1;

constexpr const char* system_callback = "temporal://system";
constexpr const char* operation_timeout = "operation-timeout";

const api::history::v1::NexusOperationScheduledEventAttributes&
attributes(const nexus_operation_state& operation) {
  return operation.scheduled->nexus_operation_scheduled_event_attributes();
}

/// What the handler is told about the operation's time: the start-to-close timeout or what is left
/// of schedule-to-close, whichever is shorter.
void set_common(const change& ch, const nexus_operation_state& operation, nexus::Request& request) {
  const auto& from = attributes(operation);
  auto& header = *request.mutable_header();
  header = from.nexus_header();
  header["user-agent"] = "temporalio/server";
  std::optional<duration> left;
  if (const auto limit = from_proto(from.schedule_to_close_timeout()); limit > duration{})
    left = operation.scheduled_time + limit - ch.now();
  if (const auto limit = from_proto(from.start_to_close_timeout()); limit > duration{})
    left = left ? std::min(*left, limit) : limit;
  if (left && !header.contains(operation_timeout))
    header[operation_timeout] =
        std::to_string(std::max<std::int64_t>(
            1, std::chrono::duration_cast<std::chrono::milliseconds>(*left).count()))
        + "ms";
  to_proto(ch.now(), *request.mutable_scheduled_time());
  request.set_endpoint(from.endpoint());
  request.mutable_capabilities()->set_temporal_failure_responses(true);
}

} // namespace

std::shared_ptr<nexus::Request>
build_start_request(const change& ch, const run& on, const nexus_operation_state& operation) {
  const auto& from = attributes(operation);
  auto request = std::make_shared<nexus::Request>();
  set_common(ch, operation, *request);

  api::common::v1::Link::WorkflowEvent event;
  event.set_namespace_(ch.rec.name_space);
  event.set_workflow_id(ch.rec.workflow_id);
  event.set_run_id(on.id);
  event.mutable_event_ref()->set_event_id(operation.scheduled_event_id);
  event.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  const auto url = link_url(event);

  auto& header = *request->mutable_header();
  header["nexus-request-id"] = operation.request_id;
  header["nexus-link"] = '<' + url + ">; type=\"" + std::string{workflow_event_link_type} + '"';

  auto& start = *request->mutable_start_operation();
  start.set_service(from.service());
  start.set_operation(from.operation());
  start.set_request_id(operation.request_id);
  start.set_callback(system_callback);
  if (from.has_input())
    *start.mutable_payload() = from.input();
  auto& callback = *start.mutable_callback_header();
  callback["source"] = ch.settings().cluster_id;
  callback["temporal-callback-token"] = encode(operation_token_ref{
      ch.rec.namespace_id,
      ch.rec.workflow_id,
      on.id,
      operation.scheduled_event_id,
      operation.request_id});
  auto& link = *start.add_links();
  link.set_url(url);
  link.set_type(std::string{workflow_event_link_type});
  return request;
}

std::shared_ptr<nexus::Request>
build_cancel_request(const change& ch, const nexus_operation_state& operation) {
  const auto& from = attributes(operation);
  auto request = std::make_shared<nexus::Request>();
  set_common(ch, operation, *request);
  (*request->mutable_header())["nexus-callback-source"] = ch.settings().cluster_id;
  auto& cancel = *request->mutable_cancel_operation();
  cancel.set_service(from.service());
  cancel.set_operation(from.operation());
  cancel.set_operation_id(operation.operation_token);
  cancel.set_operation_token(operation.operation_token);
  return request;
}

} // namespace troupe::embedded
