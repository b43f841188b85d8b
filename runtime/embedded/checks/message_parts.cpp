// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/message_parts.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/wire/wire_reader.hpp"

#include <google/protobuf/descriptor.h>

namespace troupe::embedded {

namespace {

/// Deeper ones are refused by the parser.
constexpr int deepest = 100;

/// What parts cost beyond a plain one, in plain parts. A message, which an entry of a map is too,
/// is an object and often some more in it; a text of a list is two for a few bytes. Numbers of a
/// list lie in one part, one for four bytes.
constexpr std::size_t message_price = 10;
constexpr std::size_t list_text_price = 9;

std::size_t price_of(const google::protobuf::FieldDescriptor& field, std::string_view bytes) {
  if (field.message_type() != nullptr)
    return message_price;
  if (field.is_packable())
    return bytes.size() / 4;
  return field.is_repeated() ? list_text_price : 0;
}

bool count(
    std::string_view message,
    const google::protobuf::Descriptor& type,
    std::size_t& left,
    int depth) {
  wire_reader in{message};
  std::size_t entries_left = most_map_entries;
  for (const char* begin = in.position(); in.next(); begin = in.position()) {
    if (left == 0)
      return false;
    if (--left % 16 == 0)
      spend();
    if (in.is_group()) { // two bytes of it are a field that nobody knows, and is kept
      const auto price = static_cast<std::size_t>(in.position() - begin) / 2;
      spend(price / 16);
      if (left < price)
        return false;
      left -= price;
    }
    if (!in.is_text() || depth == deepest)
      continue;
    const auto* field = type.FindFieldByNumber(static_cast<int>(in.field()));
    if (field == nullptr)
      continue;
    const auto price = price_of(*field, in.text());
    if (left < price || (field->is_map() && entries_left-- == 0))
      return false;
    left -= price;
    if (field->message_type() != nullptr
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
