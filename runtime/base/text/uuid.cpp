// SPDX-License-Identifier: Apache-2.0
// Own code instead of Boost.Uuid: 1.81 has no version 7, its parser takes braces and texts without
// dashes, and ids are made several times an operation.
#include "runtime/base/text/uuid.hpp"

#include "runtime/base/text/hex.hpp"

#include <random>

namespace troupe {
namespace {

constexpr std::size_t length = 36;

constexpr bool is_dash(std::size_t at) noexcept {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

std::string text_of(std::uint64_t high, std::uint64_t low, std::uint64_t version) {
  constexpr std::string_view digits = "0123456789abcdef";
  high = (high & ~0xf000ULL) | version << 12;
  low = (low & ~(3ULL << 62)) | 2ULL << 62; // the variant of RFC 9562
  std::string text(length, '-');
  std::size_t at = 0;
  for (const auto half : {high, low})
    for (int shift = 60; shift >= 0; shift -= 4) {
      at += is_dash(at) ? 1 : 0;
      text[at++] = digits[(half >> shift) & 15];
    }
  return text;
}

} // namespace

std::string uuid_v4(std::uint64_t high, std::uint64_t low) {
  return text_of(high, low, 4);
}

std::string uuid_v7(std::uint64_t milliseconds, std::uint64_t high, std::uint64_t low) {
  return text_of(milliseconds << 16 | (high & 0x0fff), low, 7);
}

std::string random_uuid() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{
        device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }();
  const auto high = generator();
  return uuid_v4(high, generator());
}

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != length)
    return false;
  for (std::size_t at = 0; at < length; ++at)
    if (is_dash(at) ? text[at] != '-' : hex_digit(text[at]) < 0)
      return false;
  return true;
}

std::string uuid_problem(std::string_view text) {
  if (text.size() != length)
    return "invalid UUID length: " + std::to_string(text.size());
  return is_uuid(text) ? "" : "invalid UUID format";
}

} // namespace troupe
