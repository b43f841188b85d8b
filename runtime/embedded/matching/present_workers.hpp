// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// Which workers serve a queue: each that has polled and did not go away since. One that is busy
/// with all it can do polls not, and is there all the same. Pure.
class present_workers {
public:
  /// A worker's number, by which its polls are known; 0 is none.
  using number = std::uint64_t;

  /// A poll of the worker with this key came. 0 for more workers than are told apart.
  number polls(std::string_view key) {
    if (const auto found = numbers_.find(key); found != numbers_.end())
      return found->second;
    if (numbers_.size() == most_workers)
      return 0;
    return numbers_.emplace(key, ++last_).first->second;
  }

  /// It withdrew a poll, and no other one of its waits: it goes, or comes back with a poll.
  void left(number which) {
    std::erase_if(numbers_, [&](const auto& each) { return each.second == which; });
  }

  [[nodiscard]] bool any() const noexcept { return !numbers_.empty(); }

private:
  static constexpr std::size_t most_workers = 1000;

  std::map<std::string, number, std::less<>> numbers_;
  number last_ = 0;
};

} // namespace troupe::embedded
