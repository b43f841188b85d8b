// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/update_outcome.hpp"

#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/text/base64.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/update/v1/message.pb.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <vector>

namespace troupe::cli {
namespace {

namespace failures = temporal::api::failure::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using protocol::json_value;

// The shortest digits that give the number back; with an exponent if that is 6 or more, or below
// -4.
std::string number_text(const std::string& json) {
  const double number = std::strtod(json.c_str(), nullptr);
  char buffer[64];
  const auto as = [&](std::chars_format format) {
    const auto end = std::to_chars(std::begin(buffer), std::end(buffer), number, format).ptr;
    return std::string(buffer, end);
  };
  const auto scientific = as(std::chars_format::scientific);
  const auto at = scientific.find('e');
  const int exponent = at == std::string::npos ? 0 : std::atoi(scientific.c_str() + at + 1);
  return exponent < -4 || exponent >= 6 ? scientific : as(std::chars_format::fixed);
}

std::string text_of(const json_value& value) {
  using enum json_value::type;
  std::string text;
  switch (value.is) {
  case null: return "<nil>";
  case number: return number_text(value.text);
  case boolean:
  case string: return value.text;
  case array:
    for (const auto& each : value.items)
      text += (text.empty() ? "" : " ") + text_of(each);
    return '[' + text + ']';
  case object: {
    std::map<std::string, const json_value*> sorted;
    for (std::size_t i = 0; i != value.items.size(); ++i)
      sorted[value.names[i]] = &value.items[i];
    for (const auto& [name, each] : sorted)
      text += (text.empty() ? "" : " ") + name + ':' + text_of(*each);
    return "map[" + text + ']';
  }
  }
  return text;
}

const char* yes_or_no(bool value) {
  return value ? "true" : "false";
}

std::string own_text(const failures::Failure& of) {
  const auto& message = of.message();
  if (of.has_application_failure_info()) {
    const auto& info = of.application_failure_info();
    return info.type().empty() ? message
                               : message + " (type: " + info.type()
                                     + ", retryable: " + yes_or_no(!info.non_retryable()) + ')';
  }
  if (of.has_activity_failure_info()) {
    const auto& info = of.activity_failure_info();
    return message + " (type: " + info.activity_type().name() + ", scheduledEventID: "
           + std::to_string(info.scheduled_event_id()) + ", startedEventID: "
           + std::to_string(info.started_event_id()) + ", identity: " + info.identity() + ')';
  }
  if (of.has_child_workflow_execution_failure_info()) {
    const auto& info = of.child_workflow_execution_failure_info();
    return message + " (type: " + info.workflow_type().name()
           + ", workflowID: " + info.workflow_execution().workflow_id()
           + ", runID: " + info.workflow_execution().run_id()
           + ", initiatedEventID: " + std::to_string(info.initiated_event_id())
           + ", startedEventID: " + std::to_string(info.started_event_id()) + ')';
  }
  if (of.has_timeout_failure_info())
    return message + " (type: "
           + camel_case(
               temporal::api::enums::v1::TimeoutType_Name(of.timeout_failure_info().timeout_type()),
               "TIMEOUT_TYPE_")
           + ')';
  return message;
}

// `failure_info` as the field of a Go struct.
std::string go_name(const std::string& name) {
  std::string made;
  bool begins = true;
  for (const char c : name) {
    if (c == '_') {
      begins = true;
      continue;
    }
    made += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  return made;
}

std::string scalar(const Message& of, const FieldDescriptor& field, int at) {
  const auto& reflection = *of.GetReflection();
  const bool is_one_of_many = at >= 0;
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_STRING: {
    const auto text = is_one_of_many ? reflection.GetRepeatedString(of, &field, at)
                                     : reflection.GetString(of, &field);
    return field.type() == FieldDescriptor::TYPE_BYTES ? '"' + to_base64(text) + '"'
                                                       : go_json(text);
  }
  case FieldDescriptor::CPPTYPE_MESSAGE:
    return go_struct_json(
        is_one_of_many ? reflection.GetRepeatedMessage(of, &field, at)
                       : reflection.GetMessage(of, &field));
  case FieldDescriptor::CPPTYPE_BOOL: return yes_or_no(reflection.GetBool(of, &field));
  case FieldDescriptor::CPPTYPE_ENUM: return std::to_string(reflection.GetEnumValue(of, &field));
  case FieldDescriptor::CPPTYPE_INT32: return std::to_string(reflection.GetInt32(of, &field));
  case FieldDescriptor::CPPTYPE_INT64: return std::to_string(reflection.GetInt64(of, &field));
  case FieldDescriptor::CPPTYPE_UINT32: return std::to_string(reflection.GetUInt32(of, &field));
  case FieldDescriptor::CPPTYPE_UINT64: return std::to_string(reflection.GetUInt64(of, &field));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return number_text(std::to_string(reflection.GetFloat(of, &field)));
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return number_text(std::to_string(reflection.GetDouble(of, &field)));
  }
  return "null";
}

std::string map_json(const Message& of, const FieldDescriptor& field) {
  const auto& reflection = *of.GetReflection();
  std::map<std::string, std::string> sorted;
  for (int i = 0; i != reflection.FieldSize(of, &field); ++i) {
    const auto& entry = reflection.GetRepeatedMessage(of, &field, i);
    const auto* key = field.message_type()->map_key();
    const auto* value = field.message_type()->map_value();
    sorted
        [key->cpp_type() == FieldDescriptor::CPPTYPE_STRING
             ? entry.GetReflection()->GetString(entry, key)
             : scalar(entry, *key, -1)] = scalar(entry, *value, -1);
  }
  json_object made;
  for (const auto& [key, value] : sorted)
    made.raw(key, value);
  return made.str();
}

} // namespace

std::optional<outcome_value> value_of(const temporal::api::update::v1::Outcome& outcome) {
  if (!outcome.has_success() || outcome.success().payloads().empty())
    return std::nullopt;
  const auto& payload = outcome.success().payloads(0);
  const auto encoding = payload.metadata().find("encoding");
  if (encoding != payload.metadata().end() && encoding->second == "binary/null")
    return std::nullopt;
  const auto json = to_json(payload, payload_style::shorthand);
  const auto parsed = protocol::parse_json(json);
  if (!parsed)
    return outcome_value{json, json};
  if (parsed->is == json_value::type::null)
    return std::nullopt;
  return outcome_value{
      text_of(*parsed), protocol::write_json(*parsed, {.sort_names = true, .escape_html = true})};
}

std::string go_error(const failures::Failure& failure) {
  auto text = own_text(failure);
  for (const auto* at = &failure; at->has_cause();) {
    at = &at->cause();
    text += ": " + own_text(*at);
  }
  return text;
}

std::string go_struct_json(const Message& message) {
  const auto& descriptor = *message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  json_object made;
  std::vector<const google::protobuf::OneofDescriptor*> seen;
  for (int i = 0; i != descriptor.field_count(); ++i) {
    const auto& field = *descriptor.field(i);
    if (const auto* group = field.real_containing_oneof()) {
      if (std::ranges::find(seen, group) != seen.end())
        continue;
      seen.push_back(group);
      const auto* set = reflection.GetOneofFieldDescriptor(message, group);
      made.raw(
          go_name(group->name()),
          set == nullptr
              ? "null"
              : json_object{}.raw(go_name(set->name()), scalar(message, *set, -1)).str());
      continue;
    }
    if (field.is_repeated()) {
      const int size = reflection.FieldSize(message, &field);
      if (size == 0)
        continue;
      if (field.is_map()) {
        made.raw(field.name(), map_json(message, field));
        continue;
      }
      std::string all;
      for (int each = 0; each != size; ++each)
        all += (all.empty() ? "" : ",") + scalar(message, field, each);
      made.raw(field.name(), '[' + all + ']');
    } else if (
        field.has_presence()
            ? reflection.HasField(message, &field)
            : scalar(message, field, -1) != "0" && scalar(message, field, -1) != "false"
                  && scalar(message, field, -1) != "\"\"") {
      made.raw(field.name(), scalar(message, field, -1));
    }
  }
  return made.str();
}

} // namespace troupe::cli
