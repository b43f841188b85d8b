// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/context.hpp>

#include <array>

namespace troupe::workflow {

std::string context::uuid() const {
  std::array<std::uint64_t, 2> bits{owner_->random(), owner_->random()};
  bits[0] = (bits[0] & 0xffff'ffff'ffff'0fffULL) | 0x4000ULL;                // version 4
  bits[1] = (bits[1] & 0x3fff'ffff'ffff'ffffULL) | 0x8000'0000'0000'0000ULL; // RFC 9562 variant
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (int nibble = 0; nibble != 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
      text += '-';
    text += digits[(bits[nibble / 16] >> (60 - 4 * (nibble % 16))) & 0xf];
  }
  return text;
}

async<bool> context::wait_condition_until(
    context self, unique_function<bool()> condition, duration timeout, timer_options options) {
  auto deadline = self.sleep(timeout, options);
  auto holds = self.wait_condition(std::move(condition));
  co_await any(holds, deadline);
  if (holds.is_ready()) {
    deadline.cancel();
    holds.get();
    co_return true;
  }
  deadline.get(); // throws if the scope was cancelled
  co_return false;
}

} // namespace troupe::workflow
