// SPDX-License-Identifier: Apache-2.0
// Protobuf's own JSON printer knows neither the payload shorthand nor this indentation, so messages
// are walked here.

#include "apps/troupe/proto_json.hpp"

#include "apps/troupe/json_value.hpp"
#include "runtime/payload/base64.hpp"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>
#include <temporal/api/common/v1/message.pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <memory>
#include <optional>

namespace troupe::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string fraction(std::int32_t nanos) {
  if (nanos == 0)
    return {};
  char digits[16];
  std::snprintf(digits, sizeof digits, ".%09d", std::abs(nanos));
  std::string text{digits};
  while (text.ends_with("000"))
    text.resize(text.size() - 3);
  return text;
}

template <class T>
std::string number(T value) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  return {digits, end};
}

template <class T>
std::string floating(T value) {
  if (std::isnan(value))
    return "\"NaN\"";
  if (std::isinf(value))
    return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  return number(value);
}

// What the Temporal tools print for "nothing": a payload of encoding binary/null.
constexpr std::string_view null_payload = "{\"metadata\":{\"encoding\":\"YmluYXJ5L251bGw=\"}}";

class printer {
public:
  explicit printer(payload_style payloads) : payloads_(payloads) {}

  void print(const Message& message) {
    const auto& name = message.GetDescriptor()->full_name();
    if (name == "google.protobuf.Timestamp") {
      const auto& time = static_cast<const google::protobuf::Timestamp&>(message);
      out += '"' + timestamp_text(time.seconds(), time.nanos()) + '"';
    } else if (name == "google.protobuf.Duration") {
      const auto& span = static_cast<const google::protobuf::Duration&>(message);
      out += '"' + duration_text(span.seconds(), span.nanos()) + '"';
    } else if (name == "google.protobuf.FieldMask") {
      print_mask(static_cast<const google::protobuf::FieldMask&>(message));
    } else if (name == "google.protobuf.Any") {
      print_any(static_cast<const google::protobuf::Any&>(message));
    } else if (payloads_ == payload_style::shorthand && name == "temporal.api.common.v1.Payload") {
      print_payload(static_cast<const temporal::api::common::v1::Payload&>(message));
    } else if (payloads_ == payload_style::shorthand && name == "temporal.api.common.v1.Payloads") {
      print_payloads(static_cast<const temporal::api::common::v1::Payloads&>(message));
    } else {
      out += '{';
      print_fields(message, false);
      out += '}';
    }
  }

  std::string out;

private:
  void print_bytes(std::string_view bytes) {
    out += '"';
    append_base64(out, bytes);
    out += '"';
  }

  void print_fields(const Message& message, bool after_another) {
    const auto* reflection = message.GetReflection();
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const auto* field = descriptor->field(i);
      if (field->is_repeated() ? reflection->FieldSize(message, field) == 0
                               : !reflection->HasField(message, field))
        continue;
      if (after_another)
        out += ',';
      after_another = true;
      out += quote_json(field->json_name()) + ':';
      if (field->is_map())
        print_map(message, *field);
      else if (field->is_repeated())
        print_list(message, *field);
      else
        print_value(message, *field, -1);
    }
  }

  void print_list(const Message& message, const FieldDescriptor& field) {
    out += '[';
    const auto size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      if (i != 0)
        out += ',';
      print_value(message, field, i);
    }
    out += ']';
  }

  void print_map(const Message& message, const FieldDescriptor& field) {
    const auto* reflection = message.GetReflection();
    const auto* key_field = field.message_type()->map_key();
    const auto* value_field = field.message_type()->map_value();
    std::map<std::string, const Message*> sorted;
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      const auto& entry = reflection->GetRepeatedMessage(message, &field, i);
      printer key{payloads_};
      key.print_value(entry, *key_field, -1);
      sorted[key.out.starts_with('"') ? key.out : '"' + key.out + '"'] = &entry;
    }
    out += '{';
    bool first = true;
    for (const auto& [key, entry] : sorted) {
      if (!first)
        out += ',';
      first = false;
      out += key + ':';
      print_value(*entry, *value_field, -1);
    }
    out += '}';
  }

  // `index` is -1 for a singular field.
  void print_value(const Message& message, const FieldDescriptor& field, int index) {
    const auto* of = message.GetReflection();
    const auto get = [&](auto singular, auto repeated) {
      return index < 0 ? singular() : repeated();
    };
    switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      out += number(
          get([&] { return of->GetInt32(message, &field); },
              [&] { return of->GetRepeatedInt32(message, &field, index); }));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      out += number(
          get([&] { return of->GetUInt32(message, &field); },
              [&] { return of->GetRepeatedUInt32(message, &field, index); }));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      out += '"'
             + number(
                 get([&] { return of->GetInt64(message, &field); },
                     [&] { return of->GetRepeatedInt64(message, &field, index); }))
             + '"';
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      out += '"'
             + number(
                 get([&] { return of->GetUInt64(message, &field); },
                     [&] { return of->GetRepeatedUInt64(message, &field, index); }))
             + '"';
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      out += floating(
          get([&] { return of->GetDouble(message, &field); },
              [&] { return of->GetRepeatedDouble(message, &field, index); }));
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      out += floating(
          get([&] { return of->GetFloat(message, &field); },
              [&] { return of->GetRepeatedFloat(message, &field, index); }));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      out += get([&] { return of->GetBool(message, &field); },
                 [&] { return of->GetRepeatedBool(message, &field, index); })
                 ? "true"
                 : "false";
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto value =
          get([&] { return of->GetEnumValue(message, &field); },
              [&] { return of->GetRepeatedEnumValue(message, &field, index); });
      const auto* known = field.enum_type()->FindValueByNumber(value);
      out += known != nullptr ? quote_json(known->name()) : number(value);
      break;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const auto text =
          get([&] { return of->GetString(message, &field); },
              [&] { return of->GetRepeatedString(message, &field, index); });
      if (field.type() == FieldDescriptor::TYPE_BYTES)
        print_bytes(text);
      else
        out += quote_json(text);
      break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      print(
          index < 0 ? of->GetMessage(message, &field)
                    : of->GetRepeatedMessage(message, &field, index));
      break;
    }
  }

  void print_mask(const google::protobuf::FieldMask& mask) {
    std::string all;
    for (const auto& path : mask.paths())
      all += (all.empty() ? "" : ",") + path;
    out += quote_json(all);
  }

  void print_any(const google::protobuf::Any& any) {
    out += "{\"@type\":" + quote_json(any.type_url());
    const auto name = any.type_url().substr(any.type_url().rfind('/') + 1);
    const auto* type =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
    if (type == nullptr) {
      out += ",\"value\":";
      print_bytes(any.value());
      out += '}';
      return;
    }
    const std::unique_ptr<Message> inner{
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
    if (inner->ParseFromString(any.value()))
      print_fields(*inner, true);
    out += '}';
  }

  // The JSON that a payload holds; absent if it has no short form.
  static std::optional<std::string> short_form(const temporal::api::common::v1::Payload& payload) {
    const auto& metadata = payload.metadata();
    const auto found = metadata.find("encoding");
    const std::string encoding = found == metadata.end() ? "" : found->second;
    if (encoding == "binary/null")
      return std::string{null_payload};
    const bool plain = encoding == "json/plain" && metadata.size() == 1;
    const auto message_type = metadata.find("messageType");
    const bool proto =
        encoding == "json/protobuf" && metadata.size() == 2 && message_type != metadata.end();
    if (!plain && !proto)
      return std::nullopt;
    auto value = parse_json(payload.data());
    if (!value || (proto && value->is != json_value::type::object))
      return std::nullopt;
    if (plain && value->is == json_value::type::null)
      return std::string{null_payload};
    if (proto) {
      value->names.emplace_back("_protoMessageType");
      value->items.push_back({json_value::type::string, message_type->second, {}, {}});
    }
    return write_json(*value, {.sort_names = true});
  }

  void print_payload(const temporal::api::common::v1::Payload& payload) {
    if (const auto text = short_form(payload)) {
      out += *text;
      return;
    }
    out += '{';
    print_fields(payload, false);
    out += '}';
  }

  // All of them have a short form, or the list is printed as it travels.
  void print_payloads(const temporal::api::common::v1::Payloads& payloads) {
    std::string all;
    for (const auto& payload : payloads.payloads()) {
      const auto text = short_form(payload);
      if (!text) {
        out += '{';
        print_fields(payloads, false);
        out += '}';
        return;
      }
      all += (all.empty() ? "" : ",") + *text;
    }
    out += '[' + all + ']';
  }

  payload_style payloads_;
};

} // namespace

std::string to_json(const Message& message, payload_style payloads) {
  printer to{payloads};
  to.print(message);
  return std::move(to.out);
}

std::string quote_json(std::string_view text) {
  std::string out{'"'};
  for (const char c : text) {
    switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      if (static_cast<unsigned char>(c) < 0x20) {
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
        out += escaped;
      } else {
        out += c;
      }
    }
  }
  return out + '"';
}

std::string indent_json(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  const auto new_line = [&] {
    out += '\n';
    out.append(depth * 2, ' ');
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    switch (c) {
    case '"': {
      const auto start = at;
      for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
          ++at;
      out += text.substr(start, at - start + 1);
      break;
    }
    case '{':
    case '[': {
      out += c;
      const auto next = text.find_first_not_of(" \t\r\n", at + 1);
      if (next != std::string_view::npos && (text[next] == '}' || text[next] == ']')) {
        out += text[next];
        at = next;
      } else {
        ++depth;
        new_line();
      }
      break;
    }
    case '}':
    case ']':
      depth -= depth > 0 ? 1 : 0;
      new_line();
      out += c;
      break;
    case ',':
      out += c;
      new_line();
      break;
    case ':': out += ": "; break;
    case ' ':
    case '\t':
    case '\r':
    case '\n': break;
    default: out += c;
    }
  }
  return out;
}

std::string timestamp_text(std::int64_t seconds, std::int32_t nanos) {
  const auto when = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[40];
  if (gmtime_r(&when, &parts) == nullptr
      || std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts) == 0)
    return "0001-01-01T00:00:00Z";
  std::string date{text};
  // %Y does not pad years below 1000; the zero time of other SDKs is in year 1.
  if (const auto dash = date.find('-', 1); dash < 4)
    date.insert(0, 4 - dash, '0');
  return date + fraction(nanos) + 'Z';
}

std::string duration_text(std::int64_t seconds, std::int32_t nanos) {
  const bool negative = seconds < 0 || nanos < 0;
  return (negative ? "-" : "") + std::to_string(std::abs(seconds)) + fraction(nanos) + 's';
}

} // namespace troupe::cli
