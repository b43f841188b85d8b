// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

namespace troupe::embedded::nexus_cancelation {

/// The request to cancel a pending Nexus operation.
///
///     held --operation_started--> scheduled --attempt_failed--> backing_off --retry_due-->
///     scheduled scheduled --acknowledged--> succeeded;  scheduled, backing_off --refused--> failed
///
/// It is held back until the operation has started: before that there is no token to cancel by.
enum class state { held, scheduled, backing_off, succeeded, failed };

enum class event { operation_started, attempt_failed, retry_due, acknowledged, refused };

struct transition {
  state from;
  event on;
  state to;
};

inline constexpr std::array transitions{
    transition{state::held, event::operation_started, state::scheduled},
    transition{state::scheduled, event::attempt_failed, state::backing_off},
    transition{state::scheduled, event::acknowledged, state::succeeded},
    transition{state::scheduled, event::refused, state::failed},
    transition{state::backing_off, event::retry_due, state::scheduled},
    transition{state::backing_off, event::refused, state::failed},
};

/// Where the event leads; nothing if it may not happen in this state.
constexpr std::optional<state> next(state from, event on) {
  for (const auto& row : transitions) {
    if (row.from == from && row.on == on)
      return row.to;
  }
  return std::nullopt;
}

} // namespace troupe::embedded::nexus_cancelation
