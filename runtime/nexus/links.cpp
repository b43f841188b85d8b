// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/links.hpp"

#include "runtime/base/hex.hpp"

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/enums/v1/event_type.pb.h>

#include <array>
#include <charconv>
#include <map>
#include <string>
#include <vector>

namespace troupe::nexus {

namespace {

using wire_link = temporal::api::common::v1::Link;
using temporal::api::enums::v1::EventType;

constexpr std::string_view scheme = "temporal://";
constexpr std::string_view type_prefix = "temporal.api.common.v1.Link.";

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// `plain`: punctuation that stays as it is. RFC 3986 allows more in a path segment than in a query
// value.
std::string escaped(std::string_view text, std::string_view plain) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (char c : text)
    if (is_alnum(c) || plain.find(c) != plain.npos)
      out += c;
    else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  return out;
}

std::string path_segment(std::string_view text) {
  return escaped(text, "-_.~$&+=:@");
}
std::string query_value(std::string_view text) {
  return escaped(text, "-_.~");
}

std::optional<std::string> unescaped(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
      if (high < 0 || low < 0)
        return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      at += 2;
    } else
      out += plus_is_space && text[at] == '+' ? ' ' : text[at];
  }
  return out;
}

/// `EVENT_TYPE_WORKFLOW_EXECUTION_STARTED` <-> `WorkflowExecutionStarted`
std::string short_name(EventType type) {
  std::string_view name = temporal::api::enums::v1::EventType_Name(type);
  name.remove_prefix(std::min(name.size(), std::string_view{"EVENT_TYPE_"}.size()));
  std::string out;
  bool upper = true;
  for (char c : name) {
    if (c == '_')
      upper = true;
    else {
      out += upper || c < 'A' || c > 'Z' ? c : static_cast<char>(c - 'A' + 'a');
      upper = false;
    }
  }
  return out;
}

std::optional<EventType> event_type(std::string_view name) {
  EventType type{};
  std::string full;
  if (name.starts_with("EVENT_TYPE_"))
    full = name;
  else {
    full = "EVENT_TYPE";
    for (char c : name) {
      if (c >= 'A' && c <= 'Z')
        full += '_';
      full += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  if (!temporal::api::enums::v1::EventType_Parse(full, &type))
    return std::nullopt;
  return type;
}

std::string url_of(
    std::string_view name_space,
    std::string_view collection,
    std::string_view id,
    std::string_view run) {
  std::string url{scheme};
  url += "/namespaces/" + path_segment(name_space);
  url += "/" + std::string{collection} + "/" + path_segment(id) + "/" + path_segment(run);
  return url;
}

struct parsed_url {
  std::vector<std::string> path;
  std::map<std::string, std::string> query;

  std::string_view value(const std::string& key) const {
    const auto found = query.find(key);
    return found == query.end() ? std::string_view{} : found->second;
  }
};

std::optional<parsed_url> parse_url(std::string_view url) {
  if (!url.starts_with(scheme))
    return std::nullopt;
  url.remove_prefix(scheme.size());
  if (!url.starts_with('/')) // a host: not ours
    return std::nullopt;
  url.remove_prefix(1);
  parsed_url out;
  const auto mark = url.find('?');
  auto path = url.substr(0, mark);
  for (bool more = true; more;) {
    const auto slash = path.find('/');
    auto segment = unescaped(path.substr(0, slash), false);
    if (!segment || segment->empty())
      return std::nullopt;
    out.path.push_back(std::move(*segment));
    more = slash != path.npos;
    if (more)
      path.remove_prefix(slash + 1);
  }
  if (mark == url.npos)
    return out;
  auto query = url.substr(mark + 1);
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    auto key = unescaped(pair.substr(0, equals), true);
    auto value =
        unescaped(equals == pair.npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!key || !value)
      return std::nullopt;
    out.query.emplace(std::move(*key), std::move(*value));
    query.remove_prefix(end == query.npos ? query.size() : end + 1);
  }
  return out;
}

link workflow_event_link(const wire_link::WorkflowEvent& event) {
  auto url =
      url_of(event.namespace_(), "workflows", event.workflow_id(), event.run_id()) + "/history?";
  if (event.has_request_id_ref())
    url += "eventType=" + short_name(event.request_id_ref().event_type())
           + "&referenceType=RequestIdReference&requestID="
           + query_value(event.request_id_ref().request_id());
  else {
    if (event.event_ref().event_id() != 0)
      url += "eventID=" + std::to_string(event.event_ref().event_id()) + "&";
    url +=
        "eventType=" + short_name(event.event_ref().event_type()) + "&referenceType=EventReference";
  }
  return {std::move(url), std::string{type_prefix} + "WorkflowEvent"};
}

bool read_workflow_event(const parsed_url& url, wire_link::WorkflowEvent& to) {
  if (url.path.size() != 6 || url.path[2] != "workflows" || url.path[5] != "history")
    return false;
  to.set_namespace_(url.path[1]);
  to.set_workflow_id(url.path[3]);
  to.set_run_id(url.path[4]);
  const auto type = event_type(url.value("eventType"));
  if (!type)
    return false;
  const auto reference = url.value("referenceType");
  if (reference == "RequestIdReference") {
    to.mutable_request_id_ref()->set_request_id(std::string{url.value("requestID")});
    to.mutable_request_id_ref()->set_event_type(*type);
    return true;
  }
  if (reference != "EventReference")
    return false;
  to.mutable_event_ref()->set_event_type(*type);
  if (const auto id = url.value("eventID"); !id.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc{} || end != id.data() + id.size() || number < 0)
      return false;
    to.mutable_event_ref()->set_event_id(number);
  }
  return true;
}

} // namespace

std::optional<link> to_nexus_link(const wire_link& from) {
  switch (from.variant_case()) {
  case wire_link::kWorkflowEvent: return workflow_event_link(from.workflow_event());
  case wire_link::kWorkflow: {
    const auto& workflow = from.workflow();
    auto url =
        url_of(workflow.namespace_(), "workflows", workflow.workflow_id(), workflow.run_id());
    if (!workflow.reason().empty())
      url += "?reason=" + query_value(workflow.reason());
    return link{std::move(url), std::string{type_prefix} + "Workflow"};
  }
  case wire_link::kNexusOperation: {
    const auto& operation = from.nexus_operation();
    return link{
        url_of(
            operation.namespace_(),
            "nexus-operations",
            operation.operation_id(),
            operation.run_id())
            + "/details",
        std::string{type_prefix} + "NexusOperation"};
  }
  case wire_link::kActivity: {
    const auto& activity = from.activity();
    return link{
        url_of(activity.namespace_(), "activities", activity.activity_id(), activity.run_id())
            + "/details",
        std::string{type_prefix} + "Activity"};
  }
  case wire_link::kBatchJob:
  case wire_link::VARIANT_NOT_SET: break;
  }
  return std::nullopt;
}

bool from_nexus_link(const link& from, wire_link& to) {
  to.Clear();
  if (!from.type.starts_with(type_prefix))
    return false;
  const auto kind = std::string_view{from.type}.substr(type_prefix.size());
  const auto url = parse_url(from.url);
  if (!url || url->path.size() < 5 || url->path[0] != "namespaces")
    return false;
  const auto& path = url->path;
  if (kind == "WorkflowEvent")
    return read_workflow_event(*url, *to.mutable_workflow_event());
  if (kind == "Workflow") {
    auto& workflow = *to.mutable_workflow();
    workflow.set_namespace_(path[1]);
    workflow.set_workflow_id(path[3]);
    workflow.set_run_id(path[4]);
    workflow.set_reason(std::string{url->value("reason")});
    return path.size() == 5 && path[2] == "workflows";
  }
  if (path.size() != 6 || path[5] != "details")
    return false;
  if (kind == "NexusOperation") {
    auto& operation = *to.mutable_nexus_operation();
    operation.set_namespace_(path[1]);
    operation.set_operation_id(path[3]);
    operation.set_run_id(path[4]);
    return path[2] == "nexus-operations";
  }
  if (kind == "Activity") {
    auto& activity = *to.mutable_activity();
    activity.set_namespace_(path[1]);
    activity.set_activity_id(path[3]);
    activity.set_run_id(path[4]);
    return path[2] == "activities";
  }
  return false;
}

} // namespace troupe::nexus
