// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The log of the process: what the library has to say, and what workflows say with `ctx.log()`.
///
///     troupe::log::configure({.threshold = troupe::log::level::debug,
///                             .shape = troupe::log::format::json});
///
/// Without a word from the program it goes to stderr as text from `info` on. The environment says
/// otherwise with `TROUPE_LOG_LEVEL` (`debug`, `info`, `warn`, `error`, `off`) and
/// `TROUPE_LOG_FORMAT` (`text`, `json`); the program wins over both. Everything here is
/// thread-safe.
namespace troupe::log {

/// How much it matters; `off` is a threshold that nothing passes.
enum class level : std::uint8_t { debug, info, warn, error, off };
/// How lines are written: `key=value`, or an object of JSON a line.
enum class format : std::uint8_t { text, json };

/// What a field says: a text, a number or a truth value. Pointers and enums are none of these.
struct value {
  std::string text; ///< as it is written; quoted where the format needs it
  /// A number or a truth value: JSON has it without quotes.
  bool is_bare = false;

  /// A text.
  value(std::string said) noexcept : text(std::move(said)) {}
  /// A text that is copied.
  template <class Text>
    requires(std::convertible_to<const Text&, std::string_view> && !std::same_as<Text, std::string>)
  value(const Text& said) : text(std::string_view{said}) {}
  /// A text of one character.
  value(std::same_as<char> auto letter) : text(1, letter) {}
  /// `true` or `false`.
  value(std::same_as<bool> auto truth) : text(truth ? "true" : "false"), is_bare(true) {}
  /// A number in decimal.
  template <class Number>
    requires(std::integral<Number> && !std::same_as<Number, bool> && !std::same_as<Number, char>)
  value(Number number) : text(std::to_string(number)), is_bare(true) {}
  /// The shortest text that reads back as the same number. What is none (an infinity, no number) is
  /// a text, as JSON has no word for it.
  value(double number);
  value(float number); ///< As a `float` reads it back.
};

/// One `key=value` of a log line.
struct field {
  std::string_view key; ///< must outlive the call that logs
  std::string value;    ///< as text; quoted where the format needs it
  /// A number or a truth value: JSON has it without quotes.
  bool is_bare = false;

  /// From whatever a `log::value` can be made of.
  field(std::string_view name, log::value what) noexcept
      : key(name), value(std::move(what.text)), is_bare(what.is_bare) {}
};

/// A line as a sink gets it; valid during the call.
struct line {
  level severity;                             ///< never `off`
  std::chrono::system_clock::time_point time; ///< when it was logged
  /// Always the same for one kind of line, so that lines can be counted by it.
  std::string_view message;
  std::span<const field> fields; ///< what differs from line to line
};

/// Where log lines go: derive from it to bring them to a logger of your own.
///
/// Lines come one at a time, on a thread of the log's own, so `write` needs no lock and may block:
/// no task waits for it. What it throws is swallowed, counted and told on stderr once.
class sink {
public:
  virtual ~sink() = default;
  /// Called by one thread at a time, with lines in their order. May block, must not log.
  virtual void write(const line& what) = 0;
};

/// How the process logs. What is absent is as the environment says, or as it is without one.
struct options {
  std::optional<level> threshold = {}; ///< `info` if nobody says otherwise
  std::optional<format> shape = {};    ///< of the lines on stderr; a sink of your own has its own
  std::shared_ptr<sink> to = {};       ///< null: stderr
  /// So many lines may wait for the sink; more are dropped, and their number is told in a line. 0:
  /// every line is written where it arises, by one thread at a time, and nothing is lost in a
  /// crash; then a slow sink holds up what writes to it.
  std::size_t queue_lines = 8192;
};

/// Sets everything anew, also what an earlier call has set. Returns when the lines so far are
/// written and the earlier sink is at rest, but waits at most a second for it.
void configure(options with);
/// The threshold and the format; the sink stays.
inline void configure(level threshold, format shape) {
  configure({.threshold = threshold, .shape = shape});
}
/// At run time.
void set_level(level threshold) noexcept;
/// The threshold: what is below is not even made up. Any thread.
[[nodiscard]] level current_level() noexcept;
/// Replaces the sink alone; null: stderr. As `configure`, returns when the earlier one is at rest.
void set_sink(std::shared_ptr<sink> to);

/// Waits until everything that was logged so far is written; false if that takes longer. At the end
/// of the process this happens by itself, unless it crashes.
bool flush(std::chrono::milliseconds at_most = std::chrono::seconds{1});
/// Lines that were lost so far: the queue was full, or the sink threw.
[[nodiscard]] std::uint64_t lost_lines() noexcept;

/// Parses `debug|info|warn|error|never` (the words of the Temporal tools) and `off`; false if it is
/// none of them.
bool parse_level(std::string_view text, level& out) noexcept;
/// As it stands in the lines.
[[nodiscard]] std::string_view to_string(level severity) noexcept;

/// A line as the log writes it to stderr, with its end: for sinks that write to files.
[[nodiscard]] std::string to_text(const line& what, format shape);

/// True if lines of this severity go anywhere: ask before building expensive fields.
[[nodiscard]] bool enabled(level severity) noexcept;

/// For fields that were not written down one by one. Never throws but for lack of memory, and never
/// waits for the sink, unless `queue_lines` is 0.
void write_fields(level severity, std::string_view message, std::span<const field> fields);
/// Logs a line if its level is wanted. Any thread.
inline void
write(level severity, std::string_view message, std::initializer_list<field> fields = {}) {
  write_fields(severity, message, {fields.begin(), fields.size()});
}
/// For who looks for a mistake.
inline void debug(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::debug, message, fields);
}
/// What somebody may want to know.
inline void info(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::info, message, fields);
}
/// Something went wrong and is gone about otherwise.
inline void warn(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::warn, message, fields);
}
/// Something went wrong that somebody has to look at.
inline void error(std::string_view message, std::initializer_list<field> fields = {}) {
  write(level::error, message, fields);
}

} // namespace troupe::log
