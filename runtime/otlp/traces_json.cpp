// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/traces_json.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/otlp/json_parts.hpp"

#include <absl/strings/escaping.h>

#include <algorithm>
#include <string_view>

namespace troupe::otlp {

namespace {

constexpr int status_error = 2; // STATUS_CODE_ERROR

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& id) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(id.data()), id.size()});
}

void append_span(std::string& to, const trace_span& what) {
  if (to.back() != '[')
    to += ',';
  to += R"({"traceId":")" + hex(what.context.trace) + R"(","spanId":")" + hex(what.context.span);
  if (what.parent != span_id{})
    to += R"(","parentSpanId":")" + hex(what.parent);
  to += R"(","name":)";
  append_quoted(to, what.name);
  to += R"(,"kind":)" + std::to_string(static_cast<int>(what.kind));
  to += R"(,"startTimeUnixNano":)";
  append_time(to, what.start);
  to += R"(,"endTimeUnixNano":)";
  append_time(to, std::max(what.start, what.end));
  to += R"(,"attributes":[)";
  for (const auto& [key, value] : what.attributes)
    append_attribute(to, key, value);
  to += ']';
  if (what.error) {
    to += R"(,"status":{"code":)" + std::to_string(status_error) + R"(,"message":)";
    append_quoted(to, *what.error);
    to += '}';
  }
  to += '}';
}

} // namespace

std::string
to_json(std::span<const trace_span> spans, const std::map<std::string, std::string>& resource) {
  std::string text = R"({"resourceSpans":[{"resource":{"attributes":[)";
  for (const auto& [key, value] : resource)
    append_attribute(text, key, value);
  text += R"(]},"scopeSpans":[{"scope":{"name":"troupe"},"spans":[)";
  for (const auto& each : spans)
    append_span(text, each);
  text += "]}]}]}";
  return text;
}

} // namespace troupe::otlp
