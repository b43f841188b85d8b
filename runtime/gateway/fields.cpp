// SPDX-License-Identifier: Apache-2.0
// Refusals are worded as the real server's, which are Go's.
#include "runtime/gateway/fields.hpp"

#include "runtime/base/text/base64.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/time/duration_text.hpp"
#include "runtime/base/time/time_text.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <system_error>

namespace troupe::gateway {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// The broken escape itself, as Go cites it.
std::string bad_escape(std::string_view text) {
  for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    const auto escape = text.substr(at, 3);
    if (escape.size() < 3 || !std::isxdigit(static_cast<unsigned char>(escape[1]))
        || !std::isxdigit(static_cast<unsigned char>(escape[2])))
      return "invalid URL escape " + quote_json(escape);
  }
  return "the query is not valid UTF-8";
}

std::string join(std::span<const std::string> values) {
  std::string all;
  for (const auto& each : values)
    all += (all.empty() ? "" : ", ") + each;
  return all;
}

/// Empty: it fits.
template <class Number>
std::string read_whole(std::string_view text, Number& to) {
  const auto* kind = std::is_signed_v<Number> ? "strconv.ParseInt" : "strconv.ParseUint";
  auto digits = text;
  if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-' && digits[1] != '+')
    digits.remove_prefix(1);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), to);
  if (problem == std::errc::result_out_of_range && end == digits.data() + digits.size())
    return std::string{kind} + ": parsing " + quote_json(text) + ": value out of range";
  if (problem != std::errc{} || end != digits.data() + digits.size())
    return std::string{kind} + ": parsing " + quote_json(text) + ": invalid syntax";
  return {};
}

std::string read_real(std::string_view text, double& to) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), to);
  if (problem == std::errc::result_out_of_range && end == text.data() + text.size())
    return "strconv.ParseFloat: parsing " + quote_json(text) + ": value out of range";
  if (problem != std::errc{} || end != text.data() + text.size())
    return "strconv.ParseFloat: parsing " + quote_json(text) + ": invalid syntax";
  return {};
}

std::string read_bool(std::string_view text, bool& to) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == yes) {
      to = true;
      return {};
    }
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == no) {
      to = false;
      return {};
    }
  return "strconv.ParseBool: parsing " + quote_json(text) + ": invalid syntax";
}

std::string read_message(std::string_view text, Message& to) {
  const auto& type = to.GetDescriptor()->full_name();
  if (type == "google.protobuf.Timestamp") {
    if (text == "null")
      return {};
    const auto at = parse_rfc3339(text);
    if (!at)
      return "parsing time " + quote_json(text) + ": not of the form 2006-01-02T15:04:05Z";
    auto& time = static_cast<google::protobuf::Timestamp&>(to);
    time.set_seconds(at->seconds);
    time.set_nanos(at->nanos);
    return {};
  }
  if (type == "google.protobuf.Duration") {
    if (text == "null")
      return {};
    const auto span = parse_go_duration(text);
    if (!span)
      return "time: invalid duration " + quote_json(text);
    auto& length = static_cast<google::protobuf::Duration&>(to);
    constexpr std::int64_t second = 1'000'000'000;
    length.set_seconds(span->count() / second);
    length.set_nanos(static_cast<std::int32_t>(span->count() % second));
    return {};
  }
  if (type == "google.protobuf.FieldMask") {
    auto& mask = static_cast<google::protobuf::FieldMask&>(to);
    while (!text.empty()) {
      const auto comma = std::min(text.find(','), text.size());
      mask.add_paths(std::string{text.substr(0, comma)});
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return {};
  }
  return "unsupported message type: " + quote_json(type);
}

/// Where Go's decoder stops at what is no padded base64 of this alphabet, which has `extra` besides
/// letters and digits; nothing if it is.
std::optional<std::size_t> base64_fault(std::string_view text, std::string_view extra) {
  const auto is_break = [](char c) { return c == '\n' || c == '\r'; };
  const auto is_digit = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || extra.find(c) != extra.npos;
  };
  std::size_t at = 0;
  const auto skip_breaks = [&] {
    while (at < text.size() && is_break(text[at]))
      ++at;
  };
  for (;;)
    for (std::size_t digits = 0; digits < 4;) {
      if (at == text.size())
        return digits == 0 ? std::nullopt : std::optional{at - digits};
      const char c = text[at++];
      if (is_digit(c)) {
        ++digits;
        continue;
      }
      if (is_break(c))
        continue;
      if (c != '=' || digits < 2)
        return at - 1;
      skip_breaks();
      if (digits == 2) {
        if (at == text.size())
          return at;
        if (text[at] != '=')
          return at - 1;
        ++at;
        skip_breaks();
      }
      return at == text.size() ? std::nullopt : std::optional{at};
    }
}

std::string read_bytes(std::string_view text, std::string& to) {
  if (base64_fault(text, "+/")) // the error is that of the other alphabet, which is tried then
    if (const auto fault = base64_fault(text, "-_"))
      return "illegal base64 data at input byte " + std::to_string(*fault);
  std::string digits{text};
  std::erase_if(digits, [](char c) { return c == '\n' || c == '\r'; });
  return decode_base64(digits, to) ? std::string{} : "illegal base64 data";
}

/// Sets the field, or adds to it if it is a list.
std::string set_value(Message& of, const FieldDescriptor& field, const std::string& text) {
  const auto* by = of.GetReflection();
  const bool is_list = field.is_repeated();
  std::string problem;
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32: {
    std::int32_t value = 0;
    if (problem = read_whole(text, value); problem.empty())
      is_list ? by->AddInt32(&of, &field, value) : by->SetInt32(&of, &field, value);
    return problem;
  }
  case FieldDescriptor::CPPTYPE_INT64: {
    std::int64_t value = 0;
    if (problem = read_whole(text, value); problem.empty())
      is_list ? by->AddInt64(&of, &field, value) : by->SetInt64(&of, &field, value);
    return problem;
  }
  case FieldDescriptor::CPPTYPE_UINT32: {
    std::uint32_t value = 0;
    if (problem = read_whole(text, value); problem.empty())
      is_list ? by->AddUInt32(&of, &field, value) : by->SetUInt32(&of, &field, value);
    return problem;
  }
  case FieldDescriptor::CPPTYPE_UINT64: {
    std::uint64_t value = 0;
    if (problem = read_whole(text, value); problem.empty())
      is_list ? by->AddUInt64(&of, &field, value) : by->SetUInt64(&of, &field, value);
    return problem;
  }
  case FieldDescriptor::CPPTYPE_DOUBLE:
  case FieldDescriptor::CPPTYPE_FLOAT: {
    double value = 0;
    if (problem = read_real(text, value); !problem.empty())
      return problem;
    const auto single = static_cast<float>(value);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE)
      is_list ? by->AddDouble(&of, &field, value) : by->SetDouble(&of, &field, value);
    else
      is_list ? by->AddFloat(&of, &field, single) : by->SetFloat(&of, &field, single);
    return {};
  }
  case FieldDescriptor::CPPTYPE_BOOL: {
    bool value = false;
    if (problem = read_bool(text, value); problem.empty())
      is_list ? by->AddBool(&of, &field, value) : by->SetBool(&of, &field, value);
    return problem;
  }
  case FieldDescriptor::CPPTYPE_ENUM: {
    const auto* named = field.enum_type()->FindValueByName(text);
    int number = 0;
    if (named == nullptr && read_whole(text, number).empty())
      named = field.enum_type()->FindValueByNumber(number);
    if (named == nullptr)
      return quote_json(text) + " is not a valid value";
    is_list ? by->AddEnum(&of, &field, named) : by->SetEnum(&of, &field, named);
    return {};
  }
  case FieldDescriptor::CPPTYPE_STRING: {
    std::string bytes = text;
    if (field.type() == FieldDescriptor::TYPE_BYTES)
      if (problem = read_bytes(text, bytes); !problem.empty())
        return problem;
    is_list ? by->AddString(&of, &field, std::move(bytes))
            : by->SetString(&of, &field, std::move(bytes));
    return {};
  }
  case FieldDescriptor::CPPTYPE_MESSAGE:
    return read_message(
        text, is_list ? *by->AddMessage(&of, &field) : *by->MutableMessage(&of, &field));
  }
  return {};
}

/// `labels[a]=b`: one entry.
std::string
set_entry(Message& of, const FieldDescriptor& field, std::span<const std::string> key_and_value) {
  if (key_and_value.size() != 2)
    return "more than one value provided for key " + quote_json(key_and_value.front());
  auto* entry = of.GetReflection()->AddMessage(&of, &field);
  if (auto problem = set_value(*entry, *field.message_type()->map_key(), key_and_value[0]);
      !problem.empty())
    return problem;
  return set_value(*entry, *field.message_type()->map_value(), key_and_value[1]);
}

const FieldDescriptor* find_field(const Descriptor& in, std::string_view name) {
  const std::string text{name};
  const auto* found = in.FindFieldByName(text);
  for (int i = 0; found == nullptr && i < in.field_count(); ++i)
    if (in.field(i)->json_name() == text)
      found = in.field(i);
  return found;
}

/// The path by the fields' own names, however it is spelt; empty if there is no such field.
std::string proper_path(const Descriptor* in, std::string_view path) {
  std::string out;
  while (in != nullptr) {
    const auto dot = path.find('.');
    const auto* field = find_field(*in, path.substr(0, dot));
    if (field == nullptr)
      return {};
    out += (out.empty() ? "" : ".") + field->name();
    if (dot == std::string_view::npos)
      return out;
    in = field->message_type();
    path.remove_prefix(dot + 1);
  }
  return {};
}

} // namespace

result<query_values, std::string> read_query(std::string_view text) {
  query_values out;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty())
      continue;
    if (part.find(';') != part.npos)
      return unexpected{std::string{"invalid semicolon separator in query"}};
    const auto equals = std::min(part.find('='), part.size());
    auto name = query_value_text(part.substr(0, equals));
    auto value = query_value_text(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value)
      return unexpected{bad_escape(part)};
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

std::string set_field(Message& of, std::string_view path, std::span<const std::string> values) {
  auto* at = &of;
  while (true) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    const auto* field = find_field(*at->GetDescriptor(), name);
    if (field == nullptr)
      return {};
    if (const auto* choice = field->real_containing_oneof();
        choice != nullptr && at->GetReflection()->HasOneof(*at, choice)
        && at->GetReflection()->GetOneofFieldDescriptor(*at, choice) != field)
      return "field already set for oneof " + quote_json(choice->name());
    if (dot != std::string_view::npos) {
      if (field->message_type() == nullptr || field->is_repeated())
        return "invalid path: " + quote_json(name) + " is not a message";
      at = at->GetReflection()->MutableMessage(at, field);
      path.remove_prefix(dot + 1);
      continue;
    }
    std::string problem;
    if (field->is_map())
      problem = set_entry(*at, *field, values);
    else if (!field->is_repeated() && values.size() > 1)
      return "too many values for field " + quote_json(field->name()) + ": " + join(values);
    else
      for (const auto& each : values)
        if (problem = set_value(*at, *field, each); !problem.empty())
          break;
    return problem.empty() ? problem
                           : "parsing field " + quote_json(field->name()) + ": " + problem;
  }
}

std::string
set_fields(Message& of, const query_values& from, std::span<const std::string_view> except) {
  std::map<std::string, std::vector<std::string>> by_name;
  for (const auto& [name, value] : from)
    by_name[name].push_back(value);
  for (auto& [name, values] : by_name) {
    std::string path = name;
    if (const auto bracket = path.rfind('['); path.ends_with(']') && bracket != path.npos) {
      values.insert(values.begin(), path.substr(bracket + 1, path.size() - bracket - 2));
      path.resize(bracket);
    }
    const auto proper = proper_path(of.GetDescriptor(), path);
    if (std::ranges::any_of(except, [&](std::string_view each) { return each == proper; }))
      continue;
    if (auto problem = set_field(of, path, values); !problem.empty())
      return problem;
  }
  return {};
}

} // namespace troupe::gateway
