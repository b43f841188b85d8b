// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <iterator>

namespace troupe::workflow {

/// One row of a machine's table: in state `from`, `on` happens: go to `to` and do `effect`.
template <class State, class Input, class Effect>
struct transition {
  State from;
  Input on;
  State to;
  Effect effect;
};

/// Which rows of a table were ever taken in this process, so that tests can show that every row is
/// covered.
template <const auto& Table>
struct transition_coverage {
  static inline std::array<std::atomic<bool>, std::size(Table)> taken{};
};

/// Takes the row for (state, on): changes `state` and returns the row; null if the table has none.
template <const auto& Table, class State, class Input>
const auto* take_transition(State& state, Input on) noexcept {
  for (const auto& row : Table)
    if (row.from == state && row.on == on) {
      auto& taken =
          transition_coverage<Table>::taken[static_cast<std::size_t>(&row - std::begin(Table))];
      // Read first: shards then share the line instead of fighting for it.
      if (!taken.load(std::memory_order_relaxed))
        taken.store(true, std::memory_order_relaxed);
      state = row.to;
      return &row;
    }
  return static_cast<decltype(std::begin(Table))>(nullptr);
}

} // namespace troupe::workflow
