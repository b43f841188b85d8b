// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace troupe {

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Reads a text from its front, for the parsers of times and durations: every step says whether it
/// fitted.
class text_scanner {
public:
  explicit text_scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  /// One of these characters; `last` is which.
  bool one_of(std::string_view options) noexcept {
    if (rest_.empty() || options.find(rest_.front()) == options.npos)
      return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char last() const noexcept { return last_; }

  /// Exactly so many digits.
  bool digits(std::size_t count, int& value) noexcept {
    if (rest_.size() < count || !is_digit(rest_.front()))
      return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value);
    if (error != std::errc{} || end != rest_.data() + count)
      return false;
    rest_.remove_prefix(count);
    return true;
  }

  /// All digits that follow, at least one; false if they do not fit.
  bool whole(std::int64_t& value) noexcept {
    if (rest_.empty() || !is_digit(rest_.front()))
      return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{})
      return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  /// The digits behind a decimal point as nanoseconds, at least one; more than nine are cut off.
  bool nanos(std::int32_t& value) noexcept {
    value = 0;
    std::int32_t unit = 100'000'000;
    std::size_t count = 0;
    for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
      value += (rest_[count] - '0') * unit;
      unit /= 10;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

private:
  std::string_view rest_;
  char last_ = '\0';
};

} // namespace troupe
