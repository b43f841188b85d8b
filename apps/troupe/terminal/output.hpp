// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <string>
#include <string_view>

namespace troupe::cli {

/// Writes a command's result to stdout.
void print(std::string_view text);
/// Why something of it could not be written; empty if all was.
[[nodiscard]] std::string output_problem();

enum class colour { red, green, yellow, blue, magenta };

/// What turns a terminal to the colour; empty if the flags want none. `no_colour` turns it back.
[[nodiscard]] std::string escape_of(colour shade, const global_flags& flags);
inline constexpr std::string_view no_colour = "\x1b[0m";
/// The text in its colour, if the flags want one.
[[nodiscard]] std::string painted(colour shade, std::string_view text, const global_flags& flags);

/// A line of the text format; the other formats have none.
void say(std::string_view line, const global_flags& flags);
/// The heading of a section, and the line that says that something is done.
void say_heading(std::string_view line, const global_flags& flags);
void say_done(std::string_view line, const global_flags& flags);

/// One message as the flags ask for it: json over several lines, jsonl on one.
void print_message(const google::protobuf::Message& message, const global_flags& flags);
/// The same for JSON that a command put together itself.
void print_json(std::string_view json, const global_flags& flags);

/// A list as the Temporal CLI streams it: `[`, the objects separated by `,`, `]`; jsonl: one a
/// line. A list that fails before its first object prints nothing, one that fails later has no end:
/// no reader takes it for the whole.
class json_list {
public:
  explicit json_list(const global_flags& flags);
  void add(const google::protobuf::Message& message);
  /// The same for JSON that a command put together itself.
  void add_json(std::string_view json);
  /// The list is complete.
  void end();

private:
  const global_flags& flags_;
  bool empty_ = true;
};

/// JSON that is no protobuf message, put together field by field, with Go's escapes of `<`, `>`,
/// `&`.
class json_object {
public:
  json_object& text(std::string_view name, std::string_view value);
  /// `value` must be JSON.
  json_object& raw(std::string_view name, std::string_view value);
  json_object& flag(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
  }
  [[nodiscard]] std::string str() const { return out_ + '}'; }

private:
  std::string out_ = "{";
};

/// A text as Go's encoder writes it, `<`, `>` and `&` escaped: what the Temporal CLI puts into
/// payloads.
[[nodiscard]] std::string go_json(const std::string& text);

[[nodiscard]] payload_style style_of(const global_flags& flags);

} // namespace troupe::cli
