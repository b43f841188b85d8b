// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/base64.hpp"
#include "runtime/payload/utf8.hpp"

#include <troupe/payload/json_writer.hpp>
#include <troupe/payload/payload_error.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace troupe {
namespace {

// For each byte: 0 if it stands for itself in a JSON text, 1 if it needs checking as UTF-8, else
// how it is escaped.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (int byte = 0; byte < 0x20; ++byte)
    table[byte] = 'u';
  for (int byte = 0x80; byte < 0x100; ++byte)
    table[byte] = 1;
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

template <class Number>
std::string_view format(std::array<char, 32>& buffer, Number value) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

template <class Real>
std::string_view format_real(std::array<char, 32>& buffer, Real value) {
  if (!std::isfinite(value))
    throw payload_error{std::string{"JSON has no "} + (std::isnan(value) ? "NaN" : "infinity")};
  const auto text = format(buffer, value);
  if (text.find_first_of(".e") != text.npos)
    return text;
  buffer[text.size()] = '.';
  buffer[text.size() + 1] = '0';
  return {buffer.data(), text.size() + 2};
}

} // namespace

void json_writer::number(std::int64_t value) {
  std::array<char, 32> buffer;
  literal(format(buffer, value));
}

void json_writer::number(std::uint64_t value) {
  std::array<char, 32> buffer;
  literal(format(buffer, value));
}

void json_writer::number(double value) {
  std::array<char, 32> buffer;
  literal(format_real(buffer, value));
}

void json_writer::number(float value) {
  std::array<char, 32> buffer;
  literal(format_real(buffer, value));
}

void json_writer::string(std::string_view text) {
  separate();
  quote(text);
}

void json_writer::key(std::string_view name) {
  separate();
  quote(name);
  out_ += ':';
  comma_ = false;
}

void json_writer::base64(std::string_view bytes) {
  separate();
  out_ += '"';
  append_base64(out_, bytes);
  out_ += '"';
}

void json_writer::quote(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out_ += '"';
  bool beyond_ascii = false;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = escapes[byte];
    if (escape == 0)
      continue;
    if (escape == 1) {
      beyond_ascii = true;
      continue;
    }
    out_.append(text, copied, i - copied);
    copied = i + 1;
    out_ += '\\';
    out_ += escape;
    if (escape == 'u') {
      out_ += "00";
      out_ += hex[byte >> 4];
      out_ += hex[byte & 15];
    }
  }
  if (beyond_ascii && !is_utf8(text))
    throw payload_error{"the text is not valid UTF-8"};
  out_.append(text, copied, text.size() - copied);
  out_ += '"';
}

} // namespace troupe
