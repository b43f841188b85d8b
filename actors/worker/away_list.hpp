// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/foreign_code.hpp"

#include <cstddef>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::actors {

/// What is said of code that was left behind; `coroutine` had its thread last.
[[nodiscard]] std::string text_of_loss(const std::source_location& coroutine);

/// User's code that was left behind and has not come back, by what it is of. Each piece has a
/// thread, so of one kind there may be only so many: more tasks of that kind are refused. Used on
/// one shard.
class away_list {
public:
  /// So many threads the code of one kind may keep.
  static constexpr std::size_t most_of_a_kind = 8;

  void add(std::string of, std::weak_ptr<foreign_code> what) {
    prune();
    away_.emplace_back(std::move(of), std::move(what));
  }

  /// Nearly always: nobody is away.
  [[nodiscard]] bool empty() const noexcept { return away_.empty(); }

  /// How many are still away.
  [[nodiscard]] std::size_t count(std::string_view of) {
    if (empty()) [[likely]]
      return 0;
    prune();
    std::size_t found = 0;
    for (const auto& [kind, what] : away_)
      found += kind == of ? 1 : 0;
    return found;
  }

private:
  void prune() {
    std::erase_if(away_, [](const auto& each) { return each.second.expired(); });
  }

  std::vector<std::pair<std::string, std::weak_ptr<foreign_code>>> away_;
};

} // namespace troupe::actors
