// SPDX-License-Identifier: Apache-2.0
// What is drawn here is part of what histories depend on: the ways to it never change.
#include <troupe/workflow/random.hpp>

#include <bit>
#include <cmath>
#include <stdexcept>

namespace troupe::workflow {

std::uint64_t random_source::up_to(std::uint64_t last) const {
  if (last == 0)
    return 0;
  // Draws as many bits as the last needs until they are not beyond it: twice at most, on average.
  const auto mask = max() >> std::countl_zero(last);
  while (true)
    if (const auto drawn = (*this)() & mask; drawn <= last)
      return drawn;
}

double random_source::uniform(double from, double below) const {
  require_order(std::isfinite(from) && std::isfinite(below - from) && from <= below);
  if (from == below)
    return from;
  constexpr int kept_bits = std::numeric_limits<double>::digits;
  const auto share = static_cast<double>((*this)() >> (64 - kept_bits)) * 0x1p-53;
  // Rounded once, by name: a compiler is free to round a * b + c once or twice.
  const auto drawn = std::fma(below - from, share, from);
  return drawn < below ? drawn : std::nextafter(below, from);
}

void random_source::require_order(bool is_in_order) {
  if (!is_in_order)
    throw std::invalid_argument("the bounds of a random number are not in order, or not finite");
}

void random_source::require_element(bool has_one) {
  if (!has_one)
    throw std::invalid_argument("there is nothing to pick from");
}

} // namespace troupe::workflow
