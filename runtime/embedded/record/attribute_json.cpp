// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/attribute_json.hpp"

#include "runtime/base/time/time_text.hpp"
#include "runtime/protocol/json_value.hpp"

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/enums/v1/common.pb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

namespace troupe::embedded {
namespace {

namespace enums = temporal::api::enums::v1;
using protocol::json_value;
using temporal::api::common::v1::Payload;
using is = protocol::json_value::type;

template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && at == end ? std::optional{value} : std::nullopt;
}

std::string_view encoding_of(const Payload& payload) {
  const auto found = payload.metadata().find("encoding");
  return found == payload.metadata().end() ? std::string_view{} : std::string_view{found->second};
}

/// Nothing if the payload cannot be read at all.
std::optional<json_value> read(const Payload& payload) {
  const auto encoding = encoding_of(payload);
  if (encoding == "binary/null" || (encoding == "json/protobuf" && payload.data() == "null"))
    return json_value{};
  if (encoding != "json/plain")
    return std::nullopt;
  auto value = protocol::parse_json(payload.data());
  if (value && value->is == is::number && !number_of<double>(value->text))
    return std::nullopt;
  return value;
}

/// A list of one stands for its element, an empty one for no value.
const json_value* single(const json_value& value) {
  static const json_value none;
  if (value.is != is::array)
    return &value;
  if (value.items.empty())
    return &none;
  return value.items.size() == 1 && value.items[0].is != is::array ? &value.items[0] : nullptr;
}

/// A `null` in a list stands for an empty text, as Go reads it.
bool is_list_of_texts(const json_value& value) {
  return value.is == is::array && std::ranges::all_of(value.items, [](const auto& each) {
           return each.is == is::string || each.is == is::null;
         });
}

bool fits(const json_value& value, int type) {
  if (value.is == is::null)
    return true;
  if (type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST)
    return is_list_of_texts(value);
  const auto* const one = single(value);
  if (one == nullptr || one->is == is::null)
    return one != nullptr; // a list of none, or of one `null`
  switch (type) {
  case enums::INDEXED_VALUE_TYPE_INT:
    return one->is == is::number && number_of<std::int64_t>(one->text);
  case enums::INDEXED_VALUE_TYPE_DOUBLE:
    return one->is == is::number && number_of<double>(one->text);
  case enums::INDEXED_VALUE_TYPE_BOOL: return one->is == is::boolean;
  case enums::INDEXED_VALUE_TYPE_DATETIME:
    return one->is == is::string && parse_rfc3339(one->text).has_value();
  default: return one->is == is::string;
  }
}

/// In as few digits as name the number, zeros aside; with an exponent where the decimal one is
/// below `low` or not below `high`.
std::string number_text(double value, int low, int high) {
  std::array<char, 64> buffer{};
  auto* const begin = buffer.data();
  const std::string scientific{
      begin, std::to_chars(begin, begin + buffer.size(), value, std::chars_format::scientific).ptr};
  const auto e = scientific.find('e');
  int exponent = 0;
  const auto* const power = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
  std::from_chars(power, scientific.data() + scientific.size(), exponent);
  if (value != 0 && (exponent < low || exponent >= high))
    return scientific;
  std::string out = std::signbit(value) ? "-" : "";
  std::string digits;
  for (const char c : scientific.substr(0, e))
    if (c >= '0' && c <= '9')
      digits += c;
  if (exponent < 0) {
    out += "0.";
    return out.append(static_cast<std::size_t>(-exponent) - 1, '0').append(digits);
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole)
    return out.append(digits).append(whole - digits.size(), '0');
  return out.append(digits, 0, whole).append(".").append(digits, whole);
}

/// As Go's encoder of JSON writes it.
std::string json_number(double value) {
  auto text = number_text(value, -6, 21);
  if (const auto at = text.find("e-0"); at != std::string::npos)
    text.erase(at + 2, 1);
  return text;
}

std::string json_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
    case '"':
    case '\\': out += {'\\', c}; continue;
    case '\b': out += "\\b"; continue;
    case '\f': out += "\\f"; continue;
    case '\n': out += "\\n"; continue;
    case '\r': out += "\\r"; continue;
    case '\t': out += "\\t"; continue;
    default: break;
    }
    if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      out += "\\u00";
      out += {digits[byte >> 4U], digits[byte & 15U]};
    } else if (const auto rest = text.substr(at);
               rest.starts_with("\u2028") || rest.starts_with("\u2029")) {
      out += rest.starts_with("\u2028") ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// A time keeps its offset and loses zeros and what is behind the nanoseconds.
std::string time_text(std::string_view text) {
  constexpr std::size_t whole = std::string_view{"2006-01-02T15:04:05"}.size();
  if (text.size() <= whole)
    return std::string{text};
  std::string out{text.substr(0, whole)};
  text.remove_prefix(whole);
  if (text[0] == '.' || text[0] == ',') {
    text.remove_prefix(1);
    const auto length = std::min(text.find_first_not_of("0123456789"), text.size());
    auto digits = text.substr(0, std::min<std::size_t>(length, 9));
    while (digits.ends_with('0'))
      digits.remove_suffix(1);
    if (!digits.empty())
      out.append(".").append(digits);
    text.remove_prefix(length);
  }
  const bool is_utc = text == "+00:00" || text == "-00:00";
  return out.append(is_utc ? "Z" : text);
}

/// What Go makes of a `null` in a list.
std::string_view zero_text(int type) {
  switch (type) {
  case enums::INDEXED_VALUE_TYPE_INT:
  case enums::INDEXED_VALUE_TYPE_DOUBLE: return "0";
  case enums::INDEXED_VALUE_TYPE_BOOL: return "false";
  case enums::INDEXED_VALUE_TYPE_DATETIME: return "\"0001-01-01T00:00:00Z\"";
  default: return "\"\"";
  }
}

/// A value in the way Go prints one of any type.
void print(const json_value& value, std::string& out) {
  switch (value.is) {
  case is::null: out += "<nil>"; return;
  case is::boolean:
  case is::string: out += value.text; return;
  case is::number: {
    const auto number = number_of<double>(value.text);
    out += number ? number_text(*number, -4, 6) : value.text;
    return;
  }
  case is::array:
  case is::object: break;
  }
  std::vector<std::size_t> order(value.items.size());
  std::iota(order.begin(), order.end(), 0);
  const bool is_map = value.is == is::object;
  if (is_map)
    std::ranges::sort(order, {}, [&](std::size_t i) -> const auto& { return value.names[i]; });
  out += is_map ? "map[" : "[";
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i != 0)
      out += ' ';
    if (is_map)
      out.append(value.names[order[i]]).append(":");
    print(value.items[order[i]], out);
  }
  out += ']';
}

std::string quoted_bytes(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (c == '\n')
      out += "\\n";
    else if (byte < 0x20 || byte == 0x7f)
      out += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
    else
      out += c;
  }
  return out + '"';
}

} // namespace

std::string_view attribute_type_name(int type) {
  switch (type) {
  case enums::INDEXED_VALUE_TYPE_TEXT: return "Text";
  case enums::INDEXED_VALUE_TYPE_KEYWORD: return "Keyword";
  case enums::INDEXED_VALUE_TYPE_INT: return "Int";
  case enums::INDEXED_VALUE_TYPE_DOUBLE: return "Double";
  case enums::INDEXED_VALUE_TYPE_BOOL: return "Bool";
  case enums::INDEXED_VALUE_TYPE_DATETIME: return "Datetime";
  case enums::INDEXED_VALUE_TYPE_KEYWORD_LIST: return "KeywordList";
  default: return "Unspecified";
  }
}

bool holds_attribute(const Payload& payload, int type) {
  const auto value = read(payload);
  return value && fits(*value, type);
}

std::string attribute_text(const Payload& payload) {
  std::string out;
  if (const auto value = read(payload)) {
    print(*value, out);
    return out;
  }
  if (encoding_of(payload) == "binary/plain") {
    out = "[";
    for (const char c : payload.data())
      out.append(out.size() > 1 ? " " : "").append(std::to_string(static_cast<unsigned char>(c)));
    return out + ']';
  }
  const std::map<std::string, std::string> sorted{
      payload.metadata().begin(), payload.metadata().end()};
  for (const auto& [key, value] : sorted)
    out.append(out.empty() ? "" : " ")
        .append("metadata:{key:")
        .append(quoted_bytes(key))
        .append(" value:")
        .append(quoted_bytes(value))
        .append("}");
  if (!payload.data().empty())
    out.append(out.empty() ? "" : " ").append("data:").append(quoted_bytes(payload.data()));
  return "value from <" + out + '>';
}

std::optional<Payload> listed_attribute(const Payload& payload, int type) {
  const auto value = read(payload);
  if (!value || !fits(*value, type))
    return std::nullopt;
  std::string data;
  if (type == enums::INDEXED_VALUE_TYPE_KEYWORD_LIST) {
    for (const auto& each : value->items)
      data.append(data.empty() ? "[" : ",").append(json_text(each.text));
    if (data.empty())
      return std::nullopt;
    data += ']';
  } else {
    const auto& one = *single(*value);
    switch (one.is) {
    case is::null:
      if (value->items.empty())
        return std::nullopt;
      data = zero_text(type);
      break;
    case is::boolean: data = one.text; break;
    // The store has numbers of one kind only.
    case is::number: {
      const auto number = *number_of<double>(one.text);
      const bool is_minus_zero = number == 0 && type == enums::INDEXED_VALUE_TYPE_INT;
      data = json_number(is_minus_zero ? 0 : number);
      break;
    }
    default:
      data = json_text(type == enums::INDEXED_VALUE_TYPE_DATETIME ? time_text(one.text) : one.text);
    }
  }
  Payload listed;
  (*listed.mutable_metadata())["encoding"] = "json/plain";
  (*listed.mutable_metadata())["type"] = attribute_type_name(type);
  listed.set_data(std::move(data));
  return listed;
}

} // namespace troupe::embedded
