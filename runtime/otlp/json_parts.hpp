// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::otlp {

/// Numbers of 64 bits are text in the JSON of protobuf.
void append_integer(std::string& to, std::uint64_t value);
/// Nanoseconds since 1970.
void append_time(std::string& to, std::chrono::sys_time<std::chrono::nanoseconds> value);
/// One more of a list of attributes that has been opened.
void append_attribute(std::string& to, std::string_view key, std::string_view value);

} // namespace troupe::otlp
