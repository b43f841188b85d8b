// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <string>
#include <string_view>

namespace troupe::cli {

/// Writes a command's result to stdout.
void print(std::string_view text);

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
  [[nodiscard]] std::string str() const { return out_ + '}'; }

private:
  std::string out_ = "{";
};

[[nodiscard]] payload_style style_of(const global_flags& flags);

} // namespace troupe::cli
