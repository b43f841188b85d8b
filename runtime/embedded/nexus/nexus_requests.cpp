// SPDX-License-Identifier: Apache-2.0
// The start request is written as bytes: as an object, with its maps, it would be built, copied
// into the poll's answer, measured, serialised and destroyed, a seventh of what an operation costs.
#include "runtime/embedded/nexus/nexus_requests.hpp"

#include "runtime/base/text/percent.hpp"
#include "runtime/base/time/duration_text.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/workflow_task/workflow_token.hpp"
#include "runtime/protocol/links.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <array>
#include <utility>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // operation_id is still filled for old workers

namespace troupe::embedded {
namespace {

namespace nexus = temporal::api::nexus::v1;

constexpr std::string_view system_callback = "temporal://system";
constexpr const char* operation_timeout = "operation-timeout";
constexpr const char* request_id = "nexus-request-id";
constexpr std::string_view callback_prefix = "nexus-callback-";
constexpr std::string_view source = "source";
constexpr std::string_view callback_token_header = "temporal-callback-token";
constexpr std::pair<const char*, std::string_view> user_agent{"user-agent", "temporalio/server"};

using request = nexus::Request;
using start = nexus::StartOperationRequest;

const api::history::v1::NexusOperationScheduledEventAttributes&
attributes(const nexus_operation_state& operation) {
  return operation.scheduled->nexus_operation_scheduled_event_attributes();
}

std::string in_milliseconds(duration span) {
  return std::to_string(std::max<std::int64_t>(
             1, std::chrono::duration_cast<std::chrono::milliseconds>(span).count()))
         + "ms";
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
  return left ? std::optional{in_milliseconds(*left)} : std::nullopt;
}

/// What a Temporal server takes out of the header of an operation on its way to a worker, since
/// there it is of the HTTP request that carries the operation.
constexpr std::array<std::string_view, 8> taken_out{
    "accept-encoding",
    "content-length",
    "host",
    "temporal-nexus-failure-support",
    "trailer",
    "transfer-encoding",
    "x-forwarded-for",
    "xdc-redirection-source-cell"};

/// Which headers of an operation reach its handler, and how.
enum class header_use {
  passed,
  kept_back,
  of_callback, ///< comes with the callback, without its prefix
  rewritten    ///< a time, as workers read it
};

header_use use_of_header(std::string_view name, bool is_start, bool to_worker) {
  if (is_start && (name == "nexus-link" || name == request_id))
    return header_use::kept_back; // of which there is one already
  if (!to_worker)
    return header_use::passed; // what HTTP cannot carry is left to who sends it
  if (is_start && name.starts_with(callback_prefix))
    return header_use::of_callback;
  if (std::ranges::find(taken_out, name) != taken_out.end()
      || (is_start && name.starts_with("content-")) || name == "nexus-callback-source")
    return header_use::kept_back;
  return name == operation_timeout ? header_use::rewritten : header_use::passed;
}

/// The header of the operation's event with what the service adds.
void write_header(
    wire_writer& to,
    const change& ch,
    const nexus_operation_state& operation,
    bool is_start,
    bool to_worker) {
  const auto& given = attributes(operation).nexus_header();
  const auto put = [&](std::string_view name, std::string_view value) {
    to.entry(request::kHeaderFieldNumber, name, value);
  };
  for (const auto& [name, value] : given)
    switch (use_of_header(name, is_start, to_worker)) {
    case header_use::passed: put(name, value); break;
    case header_use::rewritten: {
      const auto span = parse_go_duration(value);
      put(name, span ? in_milliseconds(*span) : value);
      break;
    }
    case header_use::kept_back:
    case header_use::of_callback: break;
    }
  if (!given.contains(user_agent.first))
    put(user_agent.first, user_agent.second);
  if (!given.contains(operation_timeout))
    if (const auto left = time_left(ch, operation))
      put(operation_timeout, *left);
}

/// Those of the caller's that are for the callback, and the service's own, which win.
void write_callback_headers(
    wire_writer& to,
    const change& ch,
    const google::protobuf::Map<std::string, std::string>& given) {
  for (const auto& [name, value] : given) {
    auto rest = std::string_view{name};
    if (!rest.starts_with(callback_prefix))
      continue;
    rest.remove_prefix(callback_prefix.size());
    if (!rest.empty() && rest != source && rest != callback_token_header)
      to.entry(start::kCallbackHeaderFieldNumber, rest, value);
  }
  to.entry(start::kCallbackHeaderFieldNumber, source, ch.settings().cluster_id);
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

  const bool to_worker = target.external_url.empty();
  // The caller may have one of its own for the handler, as at the real server.
  const auto own_id = from.nexus_header().find(request_id);
  const auto& id = own_id != from.nexus_header().end() && !own_id->second.empty()
                       ? own_id->second
                       : operation.request_id;

  auto bytes = std::make_shared<std::string>();
  bytes->reserve(512 + 2 * link.url.size() + callback_token.size() + from.input().ByteSizeLong());
  wire_writer to{*bytes};
  write_header(to, ch, operation, true, to_worker);
  to.entry(request::kHeaderFieldNumber, request_id, id);
  to.entry(request::kHeaderFieldNumber, "nexus-link", link_header);
  to.message(request::kStartOperationFieldNumber, [&] {
    to.text(start::kServiceFieldNumber, from.service());
    to.text(start::kOperationFieldNumber, from.operation());
    to.text(start::kRequestIdFieldNumber, id);
    if (to_worker)
      to.text(start::kCallbackFieldNumber, system_callback);
    else
      to.text(start::kCallbackFieldNumber, callback_of(ch));
    if (from.has_input())
      to.message(start::kPayloadFieldNumber, from.input());
    else
      to.message(start::kPayloadFieldNumber, [&] { // workers expect one
        to.entry(api::common::v1::Payload::kMetadataFieldNumber, "encoding", "binary/null");
      });
    if (to_worker)
      write_callback_headers(to, ch, from.nexus_header());
    to.entry(start::kCallbackHeaderFieldNumber, callback_token_header, callback_token);
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
  const bool to_worker = target.external_url.empty();
  write_header(to, ch, operation, false, to_worker);
  if (to_worker)
    to.entry(request::kHeaderFieldNumber, "nexus-callback-source", ch.settings().cluster_id);
  to.message(request::kCancelOperationFieldNumber, cancel);
  write_rest(to, ch, operation);
  return bytes;
}

} // namespace troupe::embedded
