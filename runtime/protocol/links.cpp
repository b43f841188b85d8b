// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/links.hpp"

#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/text/percent.hpp"

#include <temporal/api/common/v1/message.pb.h>

#include <array>
#include <charconv>

namespace troupe::protocol {
namespace {

using wire_link = temporal::api::common::v1::Link;
using temporal::api::enums::v1::EventType;

constexpr std::string_view scheme = "temporal:///";
constexpr std::string_view event_prefix = "EVENT_TYPE_";
constexpr std::string_view workflow_type = "temporal.api.common.v1.Link.Workflow";
constexpr std::string_view operation_type = "temporal.api.common.v1.Link.NexusOperation";
constexpr std::string_view activity_type = "temporal.api.common.v1.Link.Activity";

std::string begin_url(
    std::string_view name_space,
    std::string_view collection,
    std::string_view id,
    std::string_view run,
    std::string_view last) {
  std::string url;
  // With room for a query.
  url.reserve(140 + name_space.size() + id.size() + run.size());
  url.append(scheme).append("namespaces/");
  append_path_segment(url, name_space);
  url.append("/").append(collection).append("/");
  append_path_segment(url, id);
  url += '/';
  append_path_segment(url, run);
  return url.append(last);
}

std::string short_name(EventType type) {
  return camel_case(temporal::api::enums::v1::EventType_Name(type), event_prefix);
}

// A link's URL in its parts, escapes taken back.
struct parts {
  std::array<std::string, 6> path;
  std::size_t depth = 0;
  std::string event_id, event_type, reference_type, request_id, reason;
};

bool read_path(std::string_view path, parts& to) {
  while (true) {
    const auto slash = path.find('/');
    auto segment = path_segment_text(path.substr(0, slash));
    if (!segment || segment->empty() || to.depth == to.path.size())
      return false;
    to.path[to.depth++] = std::move(*segment);
    if (slash == std::string_view::npos)
      return true;
    path.remove_prefix(slash + 1);
  }
}

bool read_query(std::string_view query, parts& to) {
  const std::pair<std::string_view, std::string*> known[] = {
      {"eventID", &to.event_id},
      {"eventType", &to.event_type},
      {"referenceType", &to.reference_type},
      {"requestID", &to.request_id},
      {"reason", &to.reason}};
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const auto equals = pair.find('=');
    const auto key = query_value_text(pair.substr(0, equals));
    auto value = query_value_text(
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    if (!key || !value)
      return false;
    for (const auto& [name, text] : known)
      if (*key == name && text->empty())
        *text = std::move(*value);
  }
  return true;
}

std::optional<parts> read_url(std::string_view url) {
  if (!url.starts_with(scheme)) // a host is not ours either
    return std::nullopt;
  url.remove_prefix(scheme.size());
  const auto mark = url.find('?');
  parts out;
  if (!read_path(url.substr(0, mark), out)
      || (mark != std::string_view::npos && !read_query(url.substr(mark + 1), out)))
    return std::nullopt;
  if (out.depth < 5 || out.path[0] != "namespaces")
    return std::nullopt;
  return out;
}

std::string url_of(const wire_link::WorkflowEvent& event) {
  if (!event.has_request_id_ref())
    return workflow_event_url(
        event.namespace_(),
        event.workflow_id(),
        event.run_id(),
        event.event_ref().event_id(),
        event.event_ref().event_type());
  auto url = begin_url(
      event.namespace_(), "workflows", event.workflow_id(), event.run_id(), "/history?eventType=");
  url += short_name(event.request_id_ref().event_type());
  url += "&referenceType=RequestIdReference&requestID=";
  append_query_value(url, event.request_id_ref().request_id());
  return url;
}

bool read_workflow_event(parts& from, wire_link::WorkflowEvent& to) {
  if (from.depth != 6 || from.path[2] != "workflows" || from.path[5] != "history")
    return false;
  EventType type{};
  if (!temporal::api::enums::v1::EventType_Parse(enum_name(from.event_type, event_prefix), &type))
    return false;
  if (from.reference_type == "RequestIdReference") {
    to.mutable_request_id_ref()->set_request_id(std::move(from.request_id));
    to.mutable_request_id_ref()->set_event_type(type);
  } else if (from.reference_type == "EventReference") {
    std::int64_t number = 0;
    const auto& id = from.event_id;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (!id.empty() && (error != std::errc{} || end != id.data() + id.size() || number < 0))
      return false;
    to.mutable_event_ref()->set_event_type(type);
    to.mutable_event_ref()->set_event_id(number);
  } else {
    return false;
  }
  to.set_namespace_(std::move(from.path[1]));
  to.set_workflow_id(std::move(from.path[3]));
  to.set_run_id(std::move(from.path[4]));
  return true;
}

} // namespace

std::string workflow_event_url(
    std::string_view name_space,
    std::string_view workflow_id,
    std::string_view run_id,
    std::int64_t event_id,
    EventType type) {
  auto url = begin_url(name_space, "workflows", workflow_id, run_id, "/history?");
  if (event_id != 0)
    url.append("eventID=").append(std::to_string(event_id)).append("&");
  url.append("eventType=").append(short_name(type)).append("&referenceType=EventReference");
  return url;
}

nexus_link nexus_operation_link(
    std::string_view name_space, std::string_view operation_id, std::string_view run_id) {
  return {
      begin_url(name_space, "nexus-operations", operation_id, run_id, "/details"), operation_type};
}

std::optional<nexus_link> to_nexus_link(const wire_link& from) {
  switch (from.variant_case()) {
  case wire_link::kWorkflowEvent:
    return nexus_link{url_of(from.workflow_event()), workflow_event_link_type};
  case wire_link::kWorkflow: {
    const auto& workflow = from.workflow();
    auto url = begin_url(
        workflow.namespace_(), "workflows", workflow.workflow_id(), workflow.run_id(), "");
    if (!workflow.reason().empty()) {
      url += "?reason=";
      append_query_value(url, workflow.reason());
    }
    return nexus_link{std::move(url), workflow_type};
  }
  case wire_link::kNexusOperation: {
    const auto& of = from.nexus_operation();
    return nexus_operation_link(of.namespace_(), of.operation_id(), of.run_id());
  }
  case wire_link::kActivity: {
    const auto& of = from.activity();
    return nexus_link{
        begin_url(of.namespace_(), "activities", of.activity_id(), of.run_id(), "/details"),
        activity_type};
  }
  case wire_link::kBatchJob:
  case wire_link::VARIANT_NOT_SET: break;
  }
  return std::nullopt;
}

bool from_nexus_link(std::string_view url, std::string_view type, wire_link& to) {
  to.Clear();
  if (type != workflow_event_link_type && type != workflow_type && type != operation_type
      && type != activity_type)
    return false;
  auto read = read_url(url);
  if (!read)
    return false;
  if (type == workflow_event_link_type)
    return read_workflow_event(*read, *to.mutable_workflow_event());
  auto& path = read->path;
  const auto is = [&](std::string_view collection, std::size_t depth) {
    return path[2] == collection && read->depth == depth && (depth == 5 || path[5] == "details");
  };
  if (type == workflow_type) {
    if (!is("workflows", 5))
      return false;
    auto& workflow = *to.mutable_workflow();
    workflow.set_namespace_(std::move(path[1]));
    workflow.set_workflow_id(std::move(path[3]));
    workflow.set_run_id(std::move(path[4]));
    workflow.set_reason(std::move(read->reason));
    return true;
  }
  if (type == operation_type) {
    if (!is("nexus-operations", 6))
      return false;
    auto& operation = *to.mutable_nexus_operation();
    operation.set_namespace_(std::move(path[1]));
    operation.set_operation_id(std::move(path[3]));
    operation.set_run_id(std::move(path[4]));
    return true;
  }
  if (!is("activities", 6))
    return false;
  auto& activity = *to.mutable_activity();
  activity.set_namespace_(std::move(path[1]));
  activity.set_activity_id(std::move(path[3]));
  activity.set_run_id(std::move(path[4]));
  return true;
}

} // namespace troupe::protocol
