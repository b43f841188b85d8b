// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_links.hpp"

#include "runtime/base/hex.hpp"

#include <temporal/api/enums/v1/event_type.pb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <vector>

namespace troupe::embedded {
namespace {

namespace common = temporal::api::common::v1;
namespace enums = temporal::api::enums::v1;

constexpr std::string_view scheme = "temporal:///";
constexpr std::string_view event_prefix = "EVENT_TYPE_";

constexpr auto plain_letters = [] {
  std::array<bool, 256> plain{};
  for (const char letter : std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789-_.~"})
    plain[static_cast<unsigned char>(letter)] = true;
  return plain;
}();

bool is_plain(char letter) {
  return plain_letters[static_cast<unsigned char>(letter)];
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  while (!text.empty()) {
    // Nearly all ids are plain: they go over in one piece.
    const auto plain = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    out += text.substr(0, plain);
    if (plain == text.size())
      return;
    out += '%';
    out += digits[static_cast<unsigned char>(text[plain]) >> 4];
    out += digits[static_cast<unsigned char>(text[plain]) & 15];
    text.remove_prefix(plain + 1);
  }
}

/// Everything up to the question mark, with it.
std::string
begin_url(std::string_view name_space, std::string_view workflow_id, std::string_view run_id) {
  std::string url;
  // With room for what follows the question mark.
  url.reserve(140 + name_space.size() + workflow_id.size() + run_id.size());
  url += scheme;
  url += "namespaces/";
  append_escaped(url, name_space);
  url += "/workflows/";
  append_escaped(url, workflow_id);
  url += '/';
  append_escaped(url, run_id);
  url += "/history?";
  return url;
}

std::string unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0
        && hex_digit(text[at + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
      at += 2;
    } else if (text[at] == '+' && plus_is_space) {
      out += ' ';
    } else {
      out += text[at];
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

/// `EVENT_TYPE_NEXUS_OPERATION_SCHEDULED` -> `NexusOperationScheduled`
std::string short_name(enums::EventType type) {
  std::string name;
  bool upper = true;
  const auto& full = enums::EventType_Name(type);
  name.reserve(full.size());
  for (const char letter :
       std::string_view{full}.substr(full.starts_with(event_prefix) ? event_prefix.size() : 0)) {
    if (letter == '_') {
      upper = true;
      continue;
    }
    name +=
        !upper && letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    upper = false;
  }
  return name;
}

enums::EventType event_type(std::string_view name) {
  std::string full{event_prefix};
  for (const char letter : name) {
    const bool upper = letter >= 'A' && letter <= 'Z';
    if (upper && full.size() > event_prefix.size())
      full += '_';
    full += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  enums::EventType type{};
  if (!enums::EventType_Parse(full, &type) && !enums::EventType_Parse(std::string{name}, &type))
    return enums::EVENT_TYPE_UNSPECIFIED;
  return type;
}

} // namespace

std::string link_url(const common::Link::WorkflowEvent& link) {
  if (!link.has_request_id_ref())
    return link_url(
        link.namespace_(),
        link.workflow_id(),
        link.run_id(),
        link.event_ref().event_id(),
        link.event_ref().event_type());
  auto url = begin_url(link.namespace_(), link.workflow_id(), link.run_id());
  url += "eventType=" + short_name(link.request_id_ref().event_type())
         + "&referenceType=RequestIdReference&requestID=";
  append_escaped(url, link.request_id_ref().request_id());
  return url;
}

std::string link_url(
    std::string_view name_space,
    std::string_view workflow_id,
    std::string_view run_id,
    std::int64_t event_id,
    enums::EventType type) {
  auto url = begin_url(name_space, workflow_id, run_id);
  if (event_id != 0)
    url += "eventID=" + std::to_string(event_id) + '&';
  url += "eventType=";
  url += short_name(type);
  url += "&referenceType=EventReference";
  return url;
}

std::optional<common::Link> parse_link(std::string_view url, std::string_view type) {
  if (type != workflow_event_link_type || !url.starts_with(scheme))
    return std::nullopt;
  url.remove_prefix(scheme.size());
  const auto question = url.find('?');
  const auto path = split(url.substr(0, question), '/');
  if (path.size() != 6 || path[0] != "namespaces" || path[2] != "workflows" || path[5] != "history")
    return std::nullopt;
  std::map<std::string, std::string, std::less<>> query;
  if (question != std::string_view::npos) {
    for (const auto part : split(url.substr(question + 1), '&')) {
      const auto equals = part.find('=');
      if (equals != std::string_view::npos)
        query[unescape(part.substr(0, equals), true)] = unescape(part.substr(equals + 1), true);
    }
  }
  common::Link link;
  auto& event = *link.mutable_workflow_event();
  event.set_namespace_(unescape(path[1], false));
  event.set_workflow_id(unescape(path[3], false));
  event.set_run_id(unescape(path[4], false));
  const auto kind = event_type(query["eventType"]);
  if (query["referenceType"] == "EventReference") {
    auto& reference = *event.mutable_event_ref();
    reference.set_event_type(kind);
    const std::string& text = query["eventID"];
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (!text.empty() && (error != std::errc{} || end != text.data() + text.size()))
      return std::nullopt;
    reference.set_event_id(id);
  } else if (query["referenceType"] == "RequestIdReference") {
    event.mutable_request_id_ref()->set_event_type(kind);
    event.mutable_request_id_ref()->set_request_id(query["requestID"]);
  } else {
    return std::nullopt;
  }
  return link;
}

} // namespace troupe::embedded
