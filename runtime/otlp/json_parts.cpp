// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/json_parts.hpp"

#include "runtime/base/text/json_text.hpp"

namespace troupe::otlp {

void append_integer(std::string& to, std::uint64_t value) {
  to.append("\"").append(std::to_string(value)).append("\"");
}

void append_time(std::string& to, std::chrono::sys_time<std::chrono::nanoseconds> value) {
  append_integer(to, static_cast<std::uint64_t>(value.time_since_epoch().count()));
}

void append_attribute(std::string& to, std::string_view key, std::string_view value) {
  if (to.back() != '[')
    to += ',';
  to += R"({"key":)";
  append_quoted(to, key);
  to += R"(,"value":{"stringValue":)";
  append_quoted(to, value);
  to += "}}";
}

} // namespace troupe::otlp
