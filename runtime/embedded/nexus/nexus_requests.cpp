// SPDX-License-Identifier: Apache-2.0
// The start request is written as bytes: as an object, with its maps, it would be built, copied
// into the poll's answer, measured, serialised and destroyed, a seventh of what an operation costs.
#include "runtime/embedded/nexus/nexus_requests.hpp"

#include "runtime/base/text/percent.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/workflow_task/workflow_token.hpp"
#include "runtime/protocol/links.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // operation_id is still filled for old workers

namespace troupe::embedded {
namespace {

namespace nexus = temporal::api::nexus::v1;

constexpr std::string_view system_callback = "temporal://system";
constexpr const char* operation_timeout = "operation-timeout";
constexpr std::pair<std::string_view, std::string_view> user_agent{
    "user-agent", "temporalio/server"};

using request = nexus::Request;
using start = nexus::StartOperationRequest;

const api::history::v1::NexusOperationScheduledEventAttributes&
attributes(const nexus_operation_state& operation) {
  return operation.scheduled->nexus_operation_scheduled_event_attributes();
}

/// What the handler is told about the operation's time: the start-to-close timeout or what is left
/// of schedule-to-close, whichever is shorter. Nothing if there is no limit.
std::optional<std::string> time_left(const change& ch, const nexus_operation_state& operation) {
  const auto& from = attributes(operation);
  std::optional<duration> left;
  if (const auto limit = from_proto(from.schedule_to_close_timeout()); limit > duration{})
    left = later(operation.scheduled_time, limit) - ch.now();
  if (const auto limit = from_proto(from.start_to_close_timeout()); limit > duration{})
    left = left ? std::min(*left, limit) : limit;
  if (!left)
    return std::nullopt;
  return std::to_string(std::max<std::int64_t>(
             1, std::chrono::duration_cast<std::chrono::milliseconds>(*left).count()))
         + "ms";
}

/// The header of the operation's event with what the service adds; its own names win.
void write_header(
    wire_writer& to,
    const change& ch,
    const nexus_operation_state& operation,
    std::initializer_list<std::pair<std::string_view, std::string_view>> more) {
  const auto& given = attributes(operation).nexus_header();
  for (const auto& [name, value] : given) {
    const auto is_ours = [&, &key = name](const auto& each) { return each.first == key; };
    if (name != user_agent.first && std::none_of(more.begin(), more.end(), is_ours))
      to.entry(request::kHeaderFieldNumber, name, value);
  }
  to.entry(request::kHeaderFieldNumber, user_agent.first, user_agent.second);
  for (const auto& [name, value] : more)
    to.entry(request::kHeaderFieldNumber, name, value);
  if (!given.contains(operation_timeout))
    if (const auto left = time_left(ch, operation))
      to.entry(request::kHeaderFieldNumber, operation_timeout, *left);
}

/// What follows the header in every request.
void write_rest(wire_writer& to, const change& ch, const nexus_operation_state& operation) {
  google::protobuf::Timestamp scheduled;
  to_proto(ch.now(), scheduled);
  to.message(request::kScheduledTimeFieldNumber, scheduled);
  to.text(request::kEndpointFieldNumber, attributes(operation).endpoint());
  to.message(request::kCapabilitiesFieldNumber, [&] {
    to.number(request::Capabilities::kTemporalFailureResponsesFieldNumber, 1);
  });
}

/// Who calls: the event of a workflow, or the operation itself.
protocol::nexus_link
link_to_caller(const change& ch, const run& on, const nexus_operation_state& operation) {
  if (is_operation(on))
    return protocol::nexus_operation_link(
        ch.rec.name_space, standalone_id_of(ch.rec.workflow_id), on.id);
  return {
      protocol::workflow_event_url(
          ch.rec.name_space,
          ch.rec.workflow_id,
          on.id,
          operation.scheduled_event_id,
          enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED),
      protocol::workflow_event_link_type};
}

/// Where a handler outside tells how the caller's operation ended.
std::string callback_of(const change& ch) {
  std::string made = ch.settings().nexus_callback_template;
  const auto put = [&](std::string_view name, const std::string& value) {
    for (auto at = made.find(name); at != made.npos; at = made.find(name, at)) {
      std::string escaped;
      append_path_segment(escaped, value);
      made.replace(at, name.size(), escaped);
      at += escaped.size();
    }
  };
  put("{{.NamespaceName}}", ch.rec.name_space);
  put("{{.NamespaceID}}", ch.rec.namespace_id);
  return made;
}

} // namespace

std::shared_ptr<const std::string> start_operation_request(
    const change& ch,
    const run& on,
    const nexus_operation_state& operation,
    const endpoint_info& target) {
  const auto& from = attributes(operation);
  const auto link = link_to_caller(ch, on, operation);
  const auto callback_token = encode(
      operation_token_ref{
          ch.rec.namespace_id,
          ch.rec.workflow_id,
          on.id,
          operation.scheduled_event_id,
          operation.request_id},
      ch.settings().token_key);
  std::string link_header;
  link_header.reserve(link.url.size() + link.type.size() + 12);
  link_header.append("<").append(link.url).append(">; type=\"").append(link.type).append("\"");

  auto bytes = std::make_shared<std::string>();
  bytes->reserve(512 + 2 * link.url.size() + callback_token.size() + from.input().ByteSizeLong());
  wire_writer to{*bytes};
  write_header(
      to, ch, operation, {{"nexus-request-id", operation.request_id}, {"nexus-link", link_header}});
  to.message(request::kStartOperationFieldNumber, [&] {
    to.text(start::kServiceFieldNumber, from.service());
    to.text(start::kOperationFieldNumber, from.operation());
    to.text(start::kRequestIdFieldNumber, operation.request_id);
    if (target.external_url.empty())
      to.text(start::kCallbackFieldNumber, system_callback);
    else
      to.text(start::kCallbackFieldNumber, callback_of(ch));
    if (from.has_input())
      to.message(start::kPayloadFieldNumber, from.input());
    if (target.external_url.empty())
      to.entry(start::kCallbackHeaderFieldNumber, "source", ch.settings().cluster_id);
    to.entry(start::kCallbackHeaderFieldNumber, "temporal-callback-token", callback_token);
    to.message(start::kLinksFieldNumber, [&] {
      to.text(nexus::Link::kUrlFieldNumber, link.url);
      to.text(nexus::Link::kTypeFieldNumber, link.type);
    });
  });
  write_rest(to, ch, operation);
  return bytes;
}

std::shared_ptr<const std::string> cancel_request(
    const change& ch, const nexus_operation_state& operation, const endpoint_info& target) {
  const auto& from = attributes(operation);
  nexus::CancelOperationRequest cancel;
  cancel.set_service(from.service());
  cancel.set_operation(from.operation());
  cancel.set_operation_id(operation.operation_token);
  cancel.set_operation_token(operation.operation_token);
  auto bytes = std::make_shared<std::string>();
  wire_writer to{*bytes};
  if (target.external_url.empty())
    write_header(to, ch, operation, {{"nexus-callback-source", ch.settings().cluster_id}});
  else
    write_header(to, ch, operation, {});
  to.message(request::kCancelOperationFieldNumber, cancel);
  write_rest(to, ch, operation);
  return bytes;
}

} // namespace troupe::embedded
