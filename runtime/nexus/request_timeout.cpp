// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/request_timeout.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace troupe::nexus {

namespace {

// The longer ones first: `ms` begins with `m`.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> units{{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000}, // micro sign
    {"\u03bcs", 1'000}, // Greek mu
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

__extension__ using wide = __int128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

} // namespace

std::optional<duration> parse_timeout(std::string_view text) noexcept {
  if (text.empty())
    return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t whole = 0;
    std::int64_t fraction = 0;
    std::int64_t scale = 1;
    std::size_t at = 0;
    for (; at < text.size() && is_digit(text[at]); ++at)
      if (__builtin_mul_overflow(whole, 10, &whole)
          || __builtin_add_overflow(whole, text[at] - '0', &whole))
        return std::nullopt;
    if (at == 0)
      return std::nullopt;
    if (at < text.size() && text[at] == '.') {
      const auto first = ++at;
      for (; at < text.size() && is_digit(text[at]); ++at)
        if (scale < 100'000'000'000) { // more digits are below a nanosecond even for hours
          fraction = fraction * 10 + (text[at] - '0');
          scale *= 10;
        }
      if (at == first)
        return std::nullopt;
    }
    text.remove_prefix(at);
    const std::pair<std::string_view, std::int64_t>* unit = nullptr;
    for (const auto& each : units)
      if (text.starts_with(each.first)) {
        unit = &each;
        break;
      }
    if (!unit)
      return std::nullopt;
    text.remove_prefix(unit->first.size());
    // The product needs more than 64 bits: the fraction is below 1e11, the unit below 4e12.
    const auto part = static_cast<std::int64_t>(static_cast<wide>(fraction) * unit->second / scale);
    std::int64_t value = 0;
    if (__builtin_mul_overflow(whole, unit->second, &value)
        || __builtin_add_overflow(value, part, &value)
        || __builtin_add_overflow(total, value, &total))
      return std::nullopt;
  }
  return duration{total};
}

} // namespace troupe::nexus
