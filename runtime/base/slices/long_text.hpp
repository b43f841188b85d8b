// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class Message;
} // namespace google::protobuf

namespace troupe {

/// Texts from this size on are looked for.
inline constexpr std::size_t long_text_bytes = std::size_t{1} << 20;

/// Long texts of a serialised message that are not plain ASCII.
///
/// protobuf looks at each byte of such a text by itself, and at all of them at once: two megabytes
/// of Greek take it milliseconds, which cannot be cut. So they are looked at here, quickly, and
/// hidden from it: `masked` is the message with something plain in their places, of which
/// `put_back` makes the real message.
class long_texts {
public:
  /// Of a message of this type. Any input is safe.
  long_texts(std::string_view message, const google::protobuf::Descriptor& type);

  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  /// All of them are UTF-8.
  [[nodiscard]] bool are_valid() const;
  [[nodiscard]] std::string masked() const;
  /// The texts go to their places in the message that was read from `masked`.
  void put_back(google::protobuf::Message& in) const;

private:
  void find(std::string_view message, const google::protobuf::Descriptor& type, int depth);
  [[nodiscard]] std::string mask_of(std::size_t number) const;
  [[nodiscard]] const std::string_view* hidden_by(std::string_view text) const;

  std::string_view message_;
  std::vector<std::string_view> found_; ///< parts of the message
};

} // namespace troupe
