// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/word_index.hpp"

#include <algorithm>

namespace troupe::embedded {

namespace {

constexpr std::size_t words_per_unit = 4;      ///< put in or looked up
constexpr std::size_t numbers_per_unit = 1024; ///< compared

} // namespace

word_index::word_index(const std::vector<std::string>& words, std::size_t& work) {
  work += words.size() / words_per_unit;
  numbers_.reserve(words.size());
  for (const auto& each : words) {
    auto& entry =
        known_.try_emplace(each, word{static_cast<std::uint32_t>(known_.size()), {}}).first->second;
    entry.places.push_back(static_cast<std::uint32_t>(numbers_.size()));
    numbers_.push_back(entry.number);
  }
}

bool word_index::has(const std::vector<std::string>& phrase, std::size_t& work) const {
  work += 1 + phrase.size() / words_per_unit;
  if (phrase.empty() || phrase.size() > numbers_.size())
    return false;
  std::vector<std::uint32_t> wanted;
  wanted.reserve(phrase.size());
  // Only where its rarest word stands can the phrase be.
  const word* rarest = nullptr;
  std::size_t offset = 0;
  for (const auto& each : phrase) {
    const auto found = known_.find(each);
    if (found == known_.end())
      return false;
    if (rarest == nullptr || found->second.places.size() < rarest->places.size()) {
      rarest = &found->second;
      offset = wanted.size();
    }
    wanted.push_back(found->second.number);
  }
  work += rarest->places.size() * (1 + wanted.size()) / numbers_per_unit;
  return std::any_of(rarest->places.begin(), rarest->places.end(), [&](std::size_t place) {
    return place >= offset && place - offset + wanted.size() <= numbers_.size()
           && std::equal(
               wanted.begin(),
               wanted.end(),
               numbers_.begin() + static_cast<std::ptrdiff_t>(place - offset));
  });
}

} // namespace troupe::embedded
