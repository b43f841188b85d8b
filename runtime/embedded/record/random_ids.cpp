// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/random_ids.hpp"

#include <string_view>

namespace troupe::embedded {
namespace {

std::string format_uuid(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (const auto half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      if (at == 8 || at == 13 || at == 18 || at == 23)
        ++at;
      text[at++] = digits[(half >> shift) & 15];
    }
  }
  return text;
}

} // namespace

random_ids::random_ids()
    : engine_([] {
        std::random_device entropy;
        return (static_cast<std::uint64_t>(entropy()) << 32) | entropy();
      }()) {}

std::string random_ids::uuid() {
  constexpr std::uint64_t version = 0x4000;
  return format_uuid(
      (engine_() & ~0xf000ULL) | version, (engine_() & ~(3ULL << 62)) | (2ULL << 62));
}

std::string random_ids::time_ordered_uuid(time_point now) {
  constexpr std::uint64_t version = 0x7000;
  const auto milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  return format_uuid(
      (milliseconds << 16) | version | (engine_() & 0x0fff),
      (engine_() & ~(3ULL << 62)) | (2ULL << 62));
}

double random_ids::uniform() {
  return static_cast<double>(engine_() >> 11) * 0x1.0p-53;
}

} // namespace troupe::embedded
