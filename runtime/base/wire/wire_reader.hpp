// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
/// unknown. A group, which no message of Temporal has, is one such field with all that is in it.
/// Reads nothing beyond the message, whatever it holds.
/// https://protobuf.dev/programming-guides/encoding
class wire_reader {
public:
  explicit wire_reader(std::string_view message) noexcept
      : at_(message.data()), end_(message.data() + message.size()) {}

  /// Goes to the next field. False at the end, and from the first malformed field on.
  bool next() noexcept {
    if (at_ == end_)
      return false;
    std::uint64_t tag = 0;
    if (!read_tag(tag))
      return fail();
    field_ = tag >> 3;
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
    case group_type: return skip_group() || fail();
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
  [[nodiscard]] bool is_group() const noexcept { return type_ == group_type; }
  /// False if the message ended in the middle of something or is no message at all.
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  /// Behind the field; what lies between two of these are the bytes of a field, with its tag.
  [[nodiscard]] const char* position() const noexcept { return at_; }

  /// Groups in each other that are skipped, as many as the real server skips; more are no message.
  static constexpr std::size_t deepest_group = 10'001;
  /// How many groups lie in each other in the bytes of one, with its tag; one if there are none in
  /// it. Takes no stack.
  static std::size_t group_depth(std::string_view group) noexcept;

private:
  static constexpr unsigned varint_type = 0;
  static constexpr unsigned fixed64_type = 1;
  static constexpr unsigned text_type = 2;
  static constexpr unsigned group_type = 3;
  static constexpr unsigned group_end_type = 4;
  static constexpr unsigned fixed32_type = 5;

  struct group_walk {
    const char* behind = nullptr; ///< null if it has no end
    std::size_t depth = 0;
  };
  /// `inside` is what follows the tag of a group.
  static group_walk walk_group(std::string_view inside, std::uint64_t field) noexcept;

  bool skip_group() noexcept {
    const auto walk = walk_group({at_, static_cast<std::size_t>(end_ - at_)}, field_);
    if (walk.behind == nullptr)
      return false;
    at_ = walk.behind;
    return true;
  }

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

  /// Of what does not fit into 32 bits protobuf takes the lower ones, and so must who counts what
  /// protobuf will read.
  bool read_tag(std::uint64_t& tag) noexcept {
    if (!varint(tag) || tag >> 35 != 0)
      return false;
    tag &= 0xffff'ffff;
    return tag >> 3 != 0;
  }

  bool varint(std::uint64_t& value) noexcept {
    // Tags and lengths below 128 are nearly all there are.
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    return long_varint(value);
  }

  [[gnu::noinline]] bool long_varint(std::uint64_t& value) noexcept {
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

/// The bytes of the only field of a message, if it has one and is of that number.
[[nodiscard]] inline std::optional<std::string_view>
only_field(std::string_view message, std::uint64_t number) noexcept {
  wire_reader in{message};
  if (!in.next() || in.field() != number || !in.is_text())
    return std::nullopt;
  const auto text = in.text();
  return !in.next() && in.ok() ? std::optional{text} : std::nullopt;
}

} // namespace troupe
