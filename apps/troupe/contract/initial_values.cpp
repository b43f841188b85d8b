// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/initial_values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace troupe::cli::contract {
namespace {

[[noreturn]] void refuse(const source_node& value, const std::string& why) {
  throw source_error(value.at, "this default " + why);
}

template <class Number>
bool fits(std::string_view text) {
  if (text.starts_with('+'))
    text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool fits_integer(const std::string& type, std::string_view text) {
  return type == "std::int8_t"     ? fits<std::int8_t>(text)
         : type == "std::int16_t"  ? fits<std::int16_t>(text)
         : type == "std::int32_t"  ? fits<std::int32_t>(text)
         : type == "std::uint8_t"  ? fits<std::uint8_t>(text)
         : type == "std::uint16_t" ? fits<std::uint16_t>(text)
         : type == "std::uint32_t" ? fits<std::uint32_t>(text)
         : type == "std::uint64_t" ? fits<std::uint64_t>(text)
                                   : fits<std::int64_t>(text);
}

// Decimal: a leading zero would make it octal. The smallest of all has no literal.
std::string integer_literal(std::string text) {
  if (text.starts_with('+'))
    text.erase(0, 1);
  const bool is_negative = text.starts_with('-');
  if (is_negative)
    text.erase(0, 1);
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  if (is_negative && text == "9223372036854775808")
    return "-9223372036854775807 - 1";
  return (is_negative ? "-" : "") + text;
}

std::string simple_value(const source_node& value, const std::string& type) {
  if (type == "std::string") {
    if (!value.is_text())
      refuse(value, "has to be text");
    // A literal alone would end at its first NUL.
    return value.text.find('\0') == std::string::npos
               ? string_literal(value.text)
               : "std::string{" + string_literal(value.text) + ", "
                     + std::to_string(value.text.size()) + '}';
  }
  if (type == "bool") {
    if (!value.is_boolean())
      refuse(value, "has to be true or false");
    return value.is_true() ? "true" : "false";
  }
  if (type == "double" || type == "float") {
    if (!value.is_number())
      refuse(value, "has to be a number");
    if (!(type == "double" ? fits<double>(value.text) : fits<float>(value.text)))
      refuse(value, "does not fit " + type);
    return value.is_integer() ? integer_literal(value.text) + ".0" : value.text;
  }
  if (type.ends_with("int64_t") || type.ends_with("int32_t") || type.ends_with("int16_t")
      || type.ends_with("int8_t")) {
    if (!value.is_integer() || !fits_integer(type, value.text))
      refuse(value, "does not fit " + type);
    return integer_literal(value.text) + (type == "std::uint64_t" ? "U" : "");
  }
  refuse(value, "cannot be written as a " + type + ": leave it out");
}

} // namespace

std::string string_literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      literal += '\\';
    if (c == '\n')
      literal += "\\n";
    else if (c == '\t')
      literal += "\\t";
    else if (byte < 0x20 || byte == 0x7F) {
      literal += '\\';
      for (const int shift : {6, 3, 0})
        literal += static_cast<char>('0' + ((byte >> shift) & 7));
    } else
      literal += c;
  }
  return literal + '"';
}

initial_value initial_value_of(const source_node& value, const type& is) {
  switch (is.is) {
  case type::form::simple: return {simple_value(value, is.written), nullptr};
  case type::form::optional: return initial_value_of(value, is.of.front());
  case type::form::declared: {
    if (!is.declared->is_enum)
      refuse(value, "is an object's: give its properties defaults instead");
    const auto found = std::ranges::find(is.declared->values, value.text, &enumerator::json);
    if (value.is != source_node::kind::scalar || found == is.declared->values.end())
      refuse(value, "is none of the values");
    return {found->name, is.declared};
  }
  case type::form::list: {
    if (value.is != source_node::kind::list)
      refuse(value, "has to be a list");
    std::string all;
    for (const auto& each : value.items) {
      if (is.of.front().is != type::form::simple)
        refuse(*each, "is in a list: only texts, numbers and booleans can be written there");
      all += (all.empty() ? "" : ", ") + simple_value(*each, is.of.front().written);
    }
    return {all.empty() ? "" : '{' + all + '}', nullptr};
  }
  case type::form::map:
    if (value.is != source_node::kind::map || !value.members.empty())
      refuse(value, "of a map can only be empty");
    return {"", nullptr};
  default: refuse(value, "cannot be written in C++: leave it out");
  }
}

} // namespace troupe::cli::contract
