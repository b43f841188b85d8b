// SPDX-License-Identifier: Apache-2.0
// Protobuf's own reader does the work. It does not know the payload shorthand, so the text is
// written anew with payloads as they travel, in one pass and without building values.
#include "runtime/gateway/json_body.hpp"

#include "runtime/base/text/base64.hpp"
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "runtime/protocol/endpoint_access.hpp"
#include "runtime/protocol/endpoint_json.hpp"
#include "runtime/protocol/json_value.hpp"

#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/payload_error.hpp>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::gateway {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using temporal::api::common::v1::Payload;
using temporal::api::failure::v1::Failure;

constexpr std::string_view message_type_name = "_protoMessageType";
constexpr std::string_view null_payload = "{\"metadata\":{\"encoding\":\"YmluYXJ5L251bGw=\"}}";

google::protobuf::util::Status parse(std::string_view text, google::protobuf::Message& to) {
  return google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece{text.data(), text.size()}, &to);
}

const FieldDescriptor* find_field(const Descriptor* in, std::string_view name) {
  if (in == nullptr)
    return nullptr;
  const std::string text{name};
  if (const auto* found = in->FindFieldByName(text))
    return found;
  for (int i = 0; i < in->field_count(); ++i)
    if (in->field(i)->json_name() == text)
      return in->field(i);
  return nullptr;
}

/// Values in one payload that has to be taken apart: each becomes a hundred bytes and more in
/// memory.
constexpr std::size_t most_values = 100'000;

/// Of JSON; as many values are in it, but for what lies in one another.
std::size_t commas(std::string_view json) {
  std::size_t count = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (in_string && json[at] == '\\')
      ++at;
    else if (json[at] == '"')
      in_string = !in_string;
    else if (!in_string && json[at] == ',')
      ++count;
  }
  return count;
}

void refuse_many_values(std::string_view json) {
  if (commas(json) > most_values)
    throw payload_error(
        "there are more than " + std::to_string(most_values)
        + " values in a payload; larger ones go as `data` in base64, beside their `metadata`");
}

/// As the real server does: a value in shorthand has no number that a double cannot hold, which no
/// worker could read. Smaller ones than that are as good as zero.
void refuse_huge_numbers(std::string_view json) {
  constexpr std::size_t always_held = 308; // digits
  bool in_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (in_string && json[at] == '\\')
      ++at;
    else if (json[at] == '"')
      in_string = !in_string;
    else if (!in_string && (json[at] == '-' || (json[at] >= '0' && json[at] <= '9'))) {
      const std::string number{json.substr(at, json.find_first_not_of("+-.0123456789eE", at) - at)};
      at += number.size() - 1;
      if ((number.size() > always_held || number.find_first_of("eE") != number.npos)
          && std::isinf(std::strtod(number.c_str(), nullptr)))
        throw payload_error("a number in a payload is too large");
    }
  }
}

/// Calls `see` with each member's name, and its value to be read, until that says no more.
template <class See>
void look_at_members(std::string_view object, See see) {
  json_reader in{object};
  in.begin_object();
  for (std::string_view name; in.next_member(name);)
    if (!see(name, in))
      return;
}

/// Only members that a payload has as it travels, metadata among them.
bool looks_like_payload(std::string_view text) {
  bool has_metadata = false;
  bool has_others = false;
  look_at_members(text, [&](std::string_view name, json_reader& value) {
    const auto* const field = find_field(Payload::descriptor(), name);
    const auto kind = value.peek();
    has_metadata |= field != nullptr && field->is_map() && kind == json_kind::object;
    has_others = field == nullptr
                 || (kind != json_kind::null && !field->is_map()
                     && kind != (field->is_repeated() ? json_kind::array : json_kind::string));
    if (!has_others)
      value.skip();
    return !has_others;
  });
  return has_metadata && !has_others;
}

/// An object that is a payload as it travels: all its members fit, it has metadata, and data unless
/// it is the payload of nothing.
bool is_whole_payload(std::string_view text) {
  if (!looks_like_payload(text))
    return false;
  refuse_many_values(text);
  Payload payload;
  if (!parse(text, payload).ok() || payload.metadata_size() == 0)
    return false;
  const auto encoding = payload.metadata().find("encoding");
  return !payload.data().empty()
         || (encoding != payload.metadata().end() && encoding->second == "binary/null");
}

std::string long_form(std::string_view encoding, std::string_view type, std::string_view data) {
  std::string out = "{\"metadata\":{\"encoding\":\"" + to_base64(encoding) + '"';
  if (!type.empty())
    out += ",\"messageType\":\"" + to_base64(type) + '"';
  return out + "},\"data\":\"" + to_base64(data) + "\"}";
}

/// The payload of a message whose JSON names its type in itself.
std::optional<std::string> message_payload(std::string_view text) {
  bool names_type = false;
  look_at_members(text, [&](std::string_view name, json_reader& value) {
    names_type = name == message_type_name && value.peek() == json_kind::string;
    if (!names_type)
      value.skip();
    return !names_type;
  });
  if (!names_type)
    return {};
  refuse_many_values(text);
  auto value = protocol::parse_json(text);
  if (!value || value->is != protocol::json_value::type::object)
    return {};
  for (std::size_t i = 0; i < value->items.size(); ++i) {
    const auto type = value->items[i];
    if (value->names[i] != message_type_name || type.is != protocol::json_value::type::string
        || type.text.empty())
      continue;
    value->names.erase(value->names.begin() + static_cast<std::ptrdiff_t>(i));
    value->items.erase(value->items.begin() + static_cast<std::ptrdiff_t>(i));
    return long_form(
        "json/protobuf", type.text, protocol::write_json(*value, {.sort_names = true}));
  }
  return {};
}

/// Each becomes some hundred bytes of JSON, which are read again. So many do not get through the
/// service's own checks anyway.
constexpr std::size_t most_payloads = 20'000;

class rewriter {
public:
  /// `payloads`: also those that stand for themselves; else the text stays as it is.
  rewriter(std::string_view text, protocol::payload_style payloads)
      : in_(text), has_shorthand_(payloads == protocol::payload_style::shorthand) {}

  std::string run(const Descriptor* type) {
    message(type);
    in_.finish();
    return std::move(out_);
  }

private:
  void copy() { out_ += in_.raw(); }

  void message(const Descriptor* type) {
    if (has_shorthand_ && type == Payload::descriptor())
      return payload();
    if (has_shorthand_ && type == temporal::api::common::v1::Payloads::descriptor()
        && in_.peek() == json_kind::array)
      return payloads();
    if (in_.peek() != json_kind::object)
      return copy(); // a time, a duration, or a mistake
    std::set<const FieldDescriptor*> seen;
    members([&](std::string_view name) {
      const auto* const field = find_field(type, name);
      // However it is spelt.
      if (field != nullptr && !seen.insert(field).second)
        throw payload_error{"duplicate field " + quote_json(name)};
      return field;
    });
  }

  /// An object, each of whose values is of the field that `find` tells.
  template <class Find>
  void members(Find find) {
    in_.begin_object();
    char before = '{';
    for (std::string_view name; in_.next_member(name);) {
      const FieldDescriptor* field = find(name);
      out_ += before;
      out_ += quote_json(name);
      out_ += ':';
      value(field);
      before = ',';
    }
    out_ += before == '{' ? "{}" : "}";
  }

  template <class Each>
  void elements(Each each) {
    in_.begin_array();
    char before = '[';
    while (in_.next_element()) {
      out_ += before;
      each();
      before = ',';
    }
    out_ += before == '[' ? "[]" : "]";
  }

  void value(const FieldDescriptor* field) {
    if (field == nullptr)
      return copy(); // protobuf's reader refuses it by name
    if (field->is_map() && in_.peek() == json_kind::object) {
      std::set<std::string, std::less<>> seen;
      return members([&](std::string_view key) {
        if (!seen.emplace(key).second)
          throw payload_error{"duplicate map key " + quote_json(key)};
        return field->message_type()->map_value();
      });
    }
    if (field->is_repeated() && in_.peek() == json_kind::array)
      return elements([&] { single(*field); });
    single(*field);
  }

  void single(const FieldDescriptor& field) {
    if (has_shorthand_ && field.enum_type() != nullptr && in_.peek() == json_kind::string)
      return enum_value(*field.enum_type());
    // Null is a payload where one is listed; elsewhere it is the field left out.
    if (field.message_type() == nullptr
        || (in_.peek() == json_kind::null && !field.is_repeated()
            && field.containing_type()->map_value() != &field))
      return copy();
    const int link = field.message_type() == field.containing_type() ? link_ + 1 : 1;
    if (link > max_failure_depth && field.message_type() == Failure::descriptor()) {
      in_.skip();
      out_ += end_of_causes();
      return;
    }
    const auto outer = std::exchange(link_, link);
    message(field.message_type());
    link_ = outer;
  }

  /// As `cut_causes` ends a chain: protobuf's reader goes no deeper than 100 objects.
  static std::string end_of_causes() {
    Failure end;
    say_cut_here(end);
    return protocol::to_json(end, protocol::payload_style::raw);
  }

  void enum_value(const google::protobuf::EnumDescriptor& type) {
    std::string name{in_.read_string()};
    if (type.FindValueByName(name) == nullptr) {
      std::string_view prefix = type.value(0)->name();
      constexpr std::string_view last = "UNSPECIFIED";
      if (prefix.ends_with(last)) {
        prefix.remove_suffix(last.size());
        if (auto whole = enum_name(name, prefix); type.FindValueByName(whole) != nullptr)
          name = std::move(whole);
      }
    }
    out_ += quote_json(name);
  }

  void payload() {
    if (++payloads_ > most_payloads)
      throw payload_error("there are more than " + std::to_string(most_payloads) + " payloads");
    const auto kind = in_.peek();
    const auto text = in_.raw();
    if (kind == json_kind::null)
      out_ += null_payload;
    else if (kind == json_kind::object && is_whole_payload(text))
      out_ += text;
    else if (
        const auto of_message = kind == json_kind::object ? message_payload(text) : std::nullopt)
      out_ += *of_message;
    else {
      refuse_huge_numbers(text);
      out_ += long_form("json/plain", {}, text);
    }
  }

  void payloads() {
    out_ += "{\"payloads\":";
    elements([&] { payload(); });
    out_ += '}';
  }

  json_reader in_;
  bool has_shorthand_;
  std::string out_;
  std::size_t payloads_ = 0;
  int link_ = 1; ///< of the chain that the message is in
};

namespace operators = temporal::api::operatorservice::v1;

/// Whether a request makes or changes a Nexus endpoint.
bool has_endpoint_spec(const google::protobuf::Message& request) {
  const auto* type = request.GetDescriptor();
  return type == operators::CreateNexusEndpointRequest::descriptor()
         || type == operators::UpdateNexusEndpointRequest::descriptor();
}

/// Of a request that has one.
temporal::api::nexus::v1::EndpointSpec& endpoint_spec(google::protobuf::Message& of) {
  if (of.GetDescriptor() == operators::CreateNexusEndpointRequest::descriptor())
    return *static_cast<operators::CreateNexusEndpointRequest&>(of).mutable_spec();
  return *static_cast<operators::UpdateNexusEndpointRequest&>(of).mutable_spec();
}

/// What `read_json` does for messages of the API only.
std::string read_message(
    std::string_view text, protocol::payload_style payloads, google::protobuf::Message& to) {
  try {
    const auto rewritten = rewriter{text, payloads}.run(to.GetDescriptor());
    if (const auto read = parse(rewritten, to); !read.ok())
      return "the body is no " + to.GetDescriptor()->name() + ": "
             + to_valid_utf8(std::string{read.message()});
  } catch (const payload_error& error) {
    return to_valid_utf8(std::string{"the body is no JSON: "} + error.what());
  }
  return {};
}

} // namespace

std::string
read_json(std::string_view text, protocol::payload_style payloads, google::protobuf::Message& to) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return {};
  if (!has_endpoint_spec(to))
    return read_message(text, payloads, to);
  std::string rest{text};
  std::optional<std::vector<std::string>> callers;
  auto problem = protocol::take_allowed_callers(rest, callers);
  if (problem.empty())
    problem = read_message(rest, payloads, to);
  else
    problem = "the body is no " + to.GetDescriptor()->name() + ": " + problem;
  if (problem.empty() && callers)
    protocol::set_allowed_callers(endpoint_spec(to), *callers);
  return problem;
}

} // namespace troupe::gateway
