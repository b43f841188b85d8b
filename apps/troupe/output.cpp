// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/output.hpp"

#include "runtime/protocol/json_value.hpp"

#include <cstdio>

namespace troupe::cli {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
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

json_list::json_list(const global_flags& flags) : flags_(flags) {}

void json_list::end() {
  if (flags_.format() == output_format::json)
    print(empty_ ? "[\n]\n" : "\n]\n");
}

void json_list::add(const google::protobuf::Message& message) {
  const auto json = to_json(message, style_of(flags_));
  if (flags_.format() == output_format::json)
    print((empty_ ? "[\n" : ",\n") + indent_json(json));
  else if (flags_.format() == output_format::jsonl)
    print(json + '\n');
  empty_ = false;
}

} // namespace troupe::cli
