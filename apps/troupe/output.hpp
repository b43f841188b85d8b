// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "apps/troupe/cli.hpp"
#include "apps/troupe/proto_json.hpp"

namespace troupe::cli {

/// Writes a command's result to stdout.
void print(std::string_view text);

/// One message as the flags ask for it: json over several lines, jsonl on one.
void print_message(const google::protobuf::Message& message, const global_flags& flags);
/// The same for JSON that a command put together itself.
void print_json(std::string_view json, const global_flags& flags);

/// A list as the Temporal CLI streams it: `[`, the objects separated by `,`, `]`; jsonl: one a line.
class json_list {
public:
  explicit json_list(const global_flags& flags);
  ~json_list();
  void add(const google::protobuf::Message& message);

private:
  const global_flags& flags_;
  bool empty_ = true;
};

[[nodiscard]] payload_style style_of(const global_flags& flags);

} // namespace troupe::cli
