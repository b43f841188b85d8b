// SPDX-License-Identifier: Apache-2.0
// Protobuf's own JSON printer knows neither the payload shorthand nor this indentation, so messages
// are walked here.

#include "runtime/protocol/proto_json.hpp"

#include "runtime/base/text/base64.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/protocol/json_value.hpp"

#include <troupe/payload/json_reader.hpp>

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>
#include <temporal/api/common/v1/message.pb.h>

#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

namespace troupe::protocol {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Messages in messages: protobuf's parser bounds them, but each `Any` begins anew. Deeper ones are
// printed as the bytes they are.
constexpr int deepest = 512;

template <class T>
std::string number(T value) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  return {digits, end};
}

// The lowest value has no positive twin.
std::uint64_t magnitude(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - bits : bits;
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
      out += '"' + rfc3339(instant{time.seconds(), time.nanos()}, fraction_digits::thousands) + '"';
    } else if (name == "google.protobuf.Duration") {
      const auto& span = static_cast<const google::protobuf::Duration&>(message);
      const bool negative = span.seconds() < 0 || span.nanos() < 0;
      out += negative ? "\"-" : "\"";
      out += number(magnitude(span.seconds()));
      out += fraction_text(span.nanos(), fraction_digits::thousands) + "s\"";
    } else if (name == "google.protobuf.FieldMask") {
      print_mask(static_cast<const google::protobuf::FieldMask&>(message));
    } else if (name == "google.protobuf.Any") {
      print_any(static_cast<const google::protobuf::Any&>(message));
    } else if (payloads_ == payload_style::shorthand && name == "temporal.api.common.v1.Payload") {
      print_payload(static_cast<const temporal::api::common::v1::Payload&>(message));
    } else if (payloads_ == payload_style::shorthand && name == "temporal.api.common.v1.Payloads") {
      print_payloads(static_cast<const temporal::api::common::v1::Payloads&>(message));
    } else {
      in_brackets("{}", [&] { print_fields(message, false); });
    }
  }

  std::string out;

private:
  template <class Print>
  void in_brackets(const char* pair, Print inside) {
    out += pair[0];
    ++level_;
    inside();
    --level_;
    out += pair[1];
  }

  void print_bytes(std::string_view bytes) { out += '"' + to_base64(bytes) + '"'; }

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
    in_brackets("[]", [&] {
      const auto size = message.GetReflection()->FieldSize(message, &field);
      for (int i = 0; i < size; ++i) {
        if (i != 0)
          out += ',';
        print_value(message, field, i);
      }
    });
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
    in_brackets("{}", [&] {
      bool first = true;
      for (const auto& [key, entry] : sorted) {
        if (!first)
          out += ',';
        first = false;
        out += key + ':';
        print_value(*entry, *value_field, -1);
      }
    });
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
    in_brackets("{}", [&] { print_any_inside(any); });
  }

  void print_any_inside(const google::protobuf::Any& any) {
    out += "\"@type\":" + quote_json(any.type_url());
    const auto name = any.type_url().substr(any.type_url().rfind('/') + 1);
    const auto* type =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
    if (type == nullptr || depth_ >= deepest) {
      out += ",\"value\":";
      print_bytes(any.value());
      return;
    }
    const std::unique_ptr<Message> inner{
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
    if (inner->ParseFromString(any.value())) {
      ++depth_;
      print_fields(*inner, true);
      --depth_;
    }
  }

  // The JSON that a payload holds; absent if it has no short form, and if with it the whole would
  // be deeper than our readers of JSON go.
  [[nodiscard]] std::optional<std::string>
  short_form(const temporal::api::common::v1::Payload& payload) const {
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
    if (level_ + json_depth(payload.data()) > json_reader::max_depth)
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
    in_brackets("{}", [&] { print_fields(payload, false); });
  }

  // All of them have a short form, or the list is printed as it travels.
  void print_payloads(const temporal::api::common::v1::Payloads& payloads) {
    const auto before = out.size();
    bool all_short = true;
    in_brackets("[]", [&] {
      for (int i = 0; all_short && i < payloads.payloads_size(); ++i) {
        const auto text = short_form(payloads.payloads(i));
        all_short = text.has_value();
        out += (i == 0 ? "" : ",") + text.value_or("");
      }
    });
    if (all_short)
      return;
    out.resize(before);
    in_brackets("{}", [&] { print_fields(payloads, false); });
  }

  payload_style payloads_;
  int depth_ = 0;         // of `Any` in `Any`
  std::size_t level_ = 0; // of brackets that are open
};

} // namespace

std::string to_json(const Message& message, payload_style payloads) {
  printer to{payloads};
  to.print(message);
  return std::move(to.out);
}

} // namespace troupe::protocol
