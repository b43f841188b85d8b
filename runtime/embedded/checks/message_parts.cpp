// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/message_parts.hpp"

#include "runtime/base/wire/wire_reader.hpp"

#include <google/protobuf/descriptor.h>

namespace troupe::embedded {

namespace {

/// Deeper ones are refused by the parser.
constexpr int deepest = 100;

bool count(
    std::string_view message,
    const google::protobuf::Descriptor& type,
    std::size_t& left,
    int depth) {
  wire_reader in{message};
  while (in.next()) {
    if (left == 0)
      return false;
    --left;
    if (!in.is_text() || depth == deepest)
      continue;
    const auto* field = type.FindFieldByNumber(static_cast<int>(in.field()));
    if (field != nullptr && field->message_type() != nullptr
        && !count(in.text(), *field->message_type(), left, depth + 1))
      return false;
  }
  return true; // what is no message is the parser's business
}

} // namespace

bool has_few_parts(
    std::string_view message, const google::protobuf::Descriptor& type, std::size_t most) {
  return count(message, type, most, 0);
}

} // namespace troupe::embedded
