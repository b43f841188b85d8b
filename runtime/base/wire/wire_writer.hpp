// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message_lite.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Appends the fields of a protobuf message to a string: what hot messages are written with instead
/// of being built as objects that are then measured, serialised and destroyed.
///
///     std::string out;
///     wire_writer to{out};
///     to.text(1, token);
///     to.message(2, [&] { to.entry(1, "name", "value"); });
///
/// Numbers that are zero and texts that are empty are left out, as protobuf does; messages and map
/// entries are always written. https://protobuf.dev/programming-guides/encoding
class wire_writer {
public:
  explicit wire_writer(std::string& to) noexcept : to_(to) {}

  /// An integer, bool or enum. Negative ones as two's complement of 64 bits.
  void number(std::uint32_t field, std::uint64_t value) {
    if (value == 0)
      return;
    varint(field << 3);
    varint(value);
  }

  /// A string or bytes field.
  void text(std::uint32_t field, std::string_view value) {
    if (!value.empty())
      put(field, value);
  }

  /// An entry of a `map<string, string>`.
  void entry(std::uint32_t field, std::string_view key, std::string_view value) {
    message(field, [&] {
      put(1, key);
      put(2, value);
    });
  }

  /// A message whose fields `fill` writes, with this writer or into the same string.
  template <std::invocable Fill>
  void message(std::uint32_t field, Fill fill) {
    varint(field << 3 | 2);
    const auto begin = to_.size() + 1;
    to_ += '\0'; // most are shorter than 128 bytes; longer ones move by a byte or two
    fill();
    const auto size = to_.size() - begin;
    if (size < 0x80) {
      to_[begin - 1] = static_cast<char>(size);
      return;
    }
    char length[10];
    const auto used = encode(size, length);
    to_.insert(begin, used - 1, '\0');
    to_.replace(begin - 1, used, length, used);
  }

  /// A message that is an object.
  void message(std::uint32_t field, const google::protobuf::MessageLite& value) {
    message(field, value, value.ByteSizeLong());
  }
  /// The same if `size` is what its `ByteSizeLong` said last, and it is as it was then.
  void message(std::uint32_t field, const google::protobuf::MessageLite& value, std::size_t size) {
    varint(field << 3 | 2);
    varint(size);
    const auto begin = to_.size();
    to_.resize(begin + size);
    value.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(to_.data() + begin));
  }

private:
  static std::size_t encode(std::uint64_t value, char* to) noexcept {
    std::size_t used = 0;
    for (; value >= 0x80; value >>= 7)
      to[used++] = static_cast<char>(value | 0x80);
    to[used++] = static_cast<char>(value);
    return used;
  }

  void varint(std::uint64_t value) {
    if (value < 0x80) {
      to_ += static_cast<char>(value);
      return;
    }
    char digits[10];
    to_.append(digits, encode(value, digits));
  }

  void put(std::uint32_t field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    to_.append(value);
  }

  std::string& to_;
};

} // namespace troupe
