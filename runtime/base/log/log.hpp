// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace troupe::log {

enum class level { debug, info, warn, error, off };
enum class format { text, json };

/// One `key=value` of a log line. Values are text; call `std::to_string` for numbers.
struct field {
  std::string_view key;
  std::string value;
};

/// Where log lines go. Thread-safe. The default writes text to stderr at level warn.
class sink {
public:
  virtual ~sink() = default;
  virtual void write(level severity, std::string_view message, std::span<const field> fields) = 0;
};

/// Sets the process-wide sink's level and format (spdlog behind it).
void configure(level threshold, format shape);
/// Replaces the process-wide sink, e.g. by one that a test reads or that forwards to the user's
/// logger.
void set_sink(std::shared_ptr<sink> to);
/// Parses `debug|info|warn|error|never` (the words of the Temporal tools); false if it is none of
/// them.
bool parse_level(std::string_view text, level& out) noexcept;

/// True if lines of this severity go anywhere: ask before building expensive fields. Thread-safe.
bool enabled(level severity) noexcept;

/// For fields that were not written down one by one.
void write_fields(level severity, std::string_view message, std::span<const field> fields);
inline void
write(level severity, std::string_view message, std::initializer_list<field> fields = {}) {
  write_fields(severity, message, {fields.begin(), fields.size()});
}
inline void debug(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::debug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::info, message, fields);
}
inline void warn(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::warn, message, fields);
}
inline void error(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::error, message, fields);
}

} // namespace troupe::log
