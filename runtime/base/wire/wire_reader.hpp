// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

/// Walks the fields of one serialised protobuf message where it lies: what hot messages are read
/// with instead of being parsed into objects.
///
///     wire_reader in{message};
///     while (in.next())
///       switch (in.field()) {
///       case 1: token = in.text(); break;
///       case 3: count = in.number(); break;
///       }
///     if (!in.ok()) ...
///
/// Accessors of a field of another wire type give nothing, as protobuf treats such a field as
/// unknown. Groups are refused: no message of Temporal has them. Reads nothing beyond the message,
/// whatever it holds. https://protobuf.dev/programming-guides/encoding
class wire_reader {
public:
  explicit wire_reader(std::string_view message) noexcept
      : at_(message.data()), end_(message.data() + message.size()) {}

  /// Goes to the next field. False at the end, and from the first malformed field on.
  bool next() noexcept {
    if (at_ == end_)
      return false;
    std::uint64_t tag = 0;
    if (!varint(tag))
      return fail();
    field_ = tag >> 3;
    if (field_ == 0 || field_ >= std::uint64_t{1} << 29)
      return fail();
    type_ = static_cast<unsigned>(tag & 7);
    number_ = 0;
    text_ = {};
    switch (type_) {
    case varint_type: return varint(number_) || fail();
    case fixed64_type: return skip(8);
    case text_type:
      if (!varint(number_) || number_ > static_cast<std::uint64_t>(end_ - at_))
        return fail();
      text_ = {at_, static_cast<std::size_t>(number_)};
      at_ += number_;
      number_ = 0;
      return true;
    case fixed32_type: return skip(4);
    default: return fail();
    }
  }

  [[nodiscard]] std::uint64_t field() const noexcept { return field_; }
  /// The bytes of a string, bytes or message field.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] bool is_text() const noexcept { return type_ == text_type; }
  /// An integer, bool or enum; cast it to the field's type.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] bool is_number() const noexcept { return type_ == varint_type; }
  /// False if the message ended in the middle of something or is no message at all.
  [[nodiscard]] bool ok() const noexcept { return ok_; }

private:
  static constexpr unsigned varint_type = 0;
  static constexpr unsigned fixed64_type = 1;
  static constexpr unsigned text_type = 2;
  static constexpr unsigned fixed32_type = 5;

  bool fail() noexcept {
    ok_ = false;
    at_ = end_;
    return false;
  }

  bool skip(std::ptrdiff_t bytes) noexcept {
    if (end_ - at_ < bytes)
      return fail();
    at_ += bytes;
    return true;
  }

  bool varint(std::uint64_t& value) noexcept {
    // Tags and lengths below 128 are nearly all there are.
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      result |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        value = result;
        return true;
      }
    }
    return false;
  }

  const char* at_;
  const char* end_;
  std::uint64_t field_ = 0;
  std::uint64_t number_ = 0;
  std::string_view text_;
  unsigned type_ = 0;
  bool ok_ = true;
};

} // namespace troupe
