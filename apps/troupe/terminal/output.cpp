// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/terminal/output.hpp"

#include "runtime/base/text/printable.hpp"
#include "runtime/protocol/json_value.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace troupe::cli {

namespace {

int& error_of_output() {
  static int error = 0;
  return error;
}

} // namespace

void print(std::string_view text) {
  const bool is_written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!is_written && error_of_output() == 0)
    error_of_output() = errno;
}

std::string output_problem() {
  return error_of_output() == 0
             ? std::string{}
             : "failed writing the output: " + std::generic_category().message(error_of_output());
}

bool global_flags::is_coloured() const {
  if (is_json() || color == "never")
    return false;
  if (color == "always")
    return true;
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return std::string_view{value == nullptr ? "" : value};
  };
  return variable("NO_COLOR").empty() && variable("TERM") != "dumb" && isatty(STDOUT_FILENO) != 0;
}

std::string escape_of(colour shade, const global_flags& flags) {
  if (!flags.is_coloured())
    return {};
  switch (shade) {
  case colour::red: return "\x1b[31m";
  case colour::green: return "\x1b[32m";
  case colour::yellow: return "\x1b[33m";
  case colour::blue: return "\x1b[34m";
  case colour::magenta: break;
  }
  return "\x1b[35m";
}

std::string painted(colour shade, std::string_view text, const global_flags& flags) {
  const auto escape = escape_of(shade, flags);
  return escape.empty() ? std::string{text} : escape + std::string{text} + std::string{no_colour};
}

void say(std::string_view line, const global_flags& flags) {
  if (flags.format() == output_format::text)
    print(std::string{line} + '\n');
}

void say_heading(std::string_view line, const global_flags& flags) {
  say(painted(colour::magenta, line, flags), flags);
}

void say_done(std::string_view line, const global_flags& flags) {
  say(painted(colour::green, printable(line), flags), flags);
}

payload_style style_of(const global_flags& flags) {
  return flags.no_json_shorthand_payloads ? payload_style::raw : payload_style::shorthand;
}

void print_message(const google::protobuf::Message& message, const global_flags& flags) {
  print_json(to_json(message, style_of(flags)), flags);
}

void print_json(std::string_view json, const global_flags& flags) {
  if (flags.format() == output_format::json)
    print(indent_json(json) + '\n');
  else if (flags.format() == output_format::jsonl)
    print(std::string{json} + '\n');
}

json_object& json_object::text(std::string_view name, std::string_view value) {
  return raw(name, quote_json(value));
}

json_object& json_object::raw(std::string_view name, std::string_view value) {
  if (out_.size() > 1)
    out_ += ',';
  out_ += quote_json(name) + ':';
  const auto parsed = parse_json(value);
  out_ += parsed ? write_json(*parsed, {.escape_html = true}) : std::string{value};
  return *this;
}

std::string go_json(const std::string& text) {
  return write_json({json_value::type::string, text, {}, {}}, {.escape_html = true});
}

json_list::json_list(const global_flags& flags) : flags_(flags) {}

void json_list::end() {
  if (flags_.format() == output_format::json)
    print(empty_ ? "[\n]\n" : "\n]\n");
}

void json_list::add(const google::protobuf::Message& message) {
  if (flags_.format() != output_format::text)
    add_json(to_json(message, style_of(flags_)));
}

void json_list::add_json(std::string_view json) {
  if (flags_.format() == output_format::json)
    print((empty_ ? "[\n" : ",\n") + indent_json(json));
  else if (flags_.format() == output_format::jsonl)
    print(std::string{json} + '\n');
  empty_ = false;
}

} // namespace troupe::cli
