// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/failure/v1/message.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

/// Messages nested as deep as one likes, as bytes: protobuf cannot make them without a deep stack.
namespace troupe::test {

inline void add_varint(std::uint64_t value, std::string& to) {
  for (; value >= 0x80; value >>= 7)
    to += static_cast<char>(value | 0x80);
  to += static_cast<char>(value);
}

/// A field that holds a text or a message.
inline std::string field_of(int number, std::string_view content) {
  std::string made;
  add_varint(static_cast<std::uint64_t>(number) << 3 | 2, made);
  add_varint(content.size(), made);
  return made.append(content);
}

/// A message of a type that has a chain of its own kind in field `cause`: so many of them, each
/// with its number as its message, which is field 1; the innermost also holds `inside`.
inline std::string deep_chain(int links, int cause, std::string_view inside = {}) {
  std::string made;
  for (int link = links; link > 0; --link) {
    auto outer = field_of(1, std::to_string(link));
    outer += link == links ? std::string{inside} : field_of(cause, made);
    made = std::move(outer);
  }
  return made;
}

inline std::string deep_failure(int links, std::string_view inside = {}) {
  return deep_chain(links, temporal::api::failure::v1::Failure::kCauseFieldNumber, inside);
}

/// Groups in each other, as a field that no message has.
inline std::string deep_groups(int levels) {
  constexpr std::uint64_t number = 1999;
  std::string made;
  for (int level = 0; level < levels; ++level)
    add_varint(number << 3 | 3, made);
  for (int level = 0; level < levels; ++level)
    add_varint(number << 3 | 4, made);
  return made;
}

inline int links_of(const temporal::api::failure::v1::Failure& of) {
  int links = 1;
  for (const auto* at = &of; at->has_cause(); at = &at->cause())
    ++links;
  return links;
}

} // namespace troupe::test
