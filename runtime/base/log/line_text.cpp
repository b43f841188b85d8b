// SPDX-License-Identifier: Apache-2.0
// What a log line looks like.

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/printable.hpp"

#include <troupe/log.hpp>

#include <absl/time/time.h>

#include <array>
#include <charconv>
#include <cmath>

namespace troupe::log {

namespace {

bool needs_quotes(std::string_view text) {
  return text.empty() || text.find_first_of(" \"=\\") != std::string_view::npos
         || !is_printable(text);
}

void append_json(std::string& to, const line& what) {
  to += R"(,"level":")";
  to += to_string(what.severity);
  to += R"(","msg":)";
  append_quoted(to, what.message);
  for (const auto& each : what.fields) {
    to += ',';
    append_quoted(to, each.key);
    to += ':';
    if (each.is_bare)
      to += each.value;
    else
      append_quoted(to, each.value);
  }
  to += "}\n";
}

void append_text(std::string& to, const line& what) {
  to += " level=";
  to += to_string(what.severity);
  to += " msg=";
  append_quoted(to, what.message);
  for (const auto& each : what.fields) {
    to += ' ';
    if (needs_quotes(each.key))
      append_quoted(to, each.key);
    else
      to += each.key;
    to += '=';
    if (needs_quotes(each.value))
      append_quoted(to, each.value);
    else
      to += each.value;
  }
  to += '\n';
}

template <class Number>
std::string shortest(Number number) {
  std::array<char, 32> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), number);
  return {room.data(), end.ptr};
}

} // namespace

value::value(double number) : text(shortest(number)), is_bare(std::isfinite(number)) {}

value::value(float number) : text(shortest(number)), is_bare(std::isfinite(number)) {}

std::string_view to_string(level severity) noexcept {
  switch (severity) {
  case level::debug: return "debug";
  case level::info: return "info";
  case level::warn: return "warn";
  case level::error: return "error";
  case level::off: return "off";
  }
  return "unknown";
}

std::string to_text(const line& what, format shape) {
  const auto time = absl::FormatTime(
      "%Y-%m-%d%ET%H:%M:%E3S%Ez", absl::FromChrono(what.time), absl::LocalTimeZone());
  std::string text;
  if (shape == format::json) {
    text.append(R"({"time":")").append(time).append("\"");
    append_json(text, what);
  } else {
    text.append("time=").append(time);
    append_text(text, what);
  }
  return text;
}

} // namespace troupe::log
