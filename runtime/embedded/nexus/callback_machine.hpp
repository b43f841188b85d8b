// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

namespace troupe::embedded::callback {

/// A completion callback of an execution, or of an update of one.
///
///     standby --ended--> scheduled --attempt_failed--> backing_off --retry_due-->
///     scheduled scheduled --delivered--> succeeded;  scheduled --refused--> failed
enum class state { standby, scheduled, backing_off, succeeded, failed };

enum class event { ended, attempt_failed, retry_due, delivered, refused };

struct transition {
  state from;
  event on;
  state to;
};

inline constexpr std::array transitions{
    transition{state::standby, event::ended, state::scheduled},
    transition{state::scheduled, event::attempt_failed, state::backing_off},
    transition{state::scheduled, event::delivered, state::succeeded},
    transition{state::scheduled, event::refused, state::failed},
    transition{state::backing_off, event::retry_due, state::scheduled},
};

/// Where the event leads; nothing if it may not happen in this state.
constexpr std::optional<state> next(state from, event on) {
  for (const auto& row : transitions) {
    if (row.from == from && row.on == on)
      return row.to;
  }
  return std::nullopt;
}

} // namespace troupe::embedded::callback
