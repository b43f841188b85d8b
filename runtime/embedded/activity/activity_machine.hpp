// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

namespace troupe::embedded::activity {

/// A pending activity as its run's service sees it.
///
///     scheduled --started--> started
///     started --attempt_failed--> backing_off --retry_due--> scheduled
///     started --held_back--> scheduled               (it failed while somebody had paused it)
///     scheduled, backing_off --called_up--> scheduled      (a client reset or unpaused it)
///     scheduled, backing_off --put_off--> backing_off      (the same, but later)
///     scheduled, backing_off, started --ended--> (gone)
///
/// What is paused stays where it is: a paused `scheduled` activity is in no queue, and no timeout
/// counts. Without a start it ends by a timeout, by a cancel request, or by a completion by id.
enum class state { scheduled, backing_off, started, ended };

enum class event { started, attempt_failed, held_back, retry_due, called_up, put_off, ended };

struct transition {
  state from;
  event on;
  state to;
};

inline constexpr std::array transitions{
    transition{state::scheduled, event::started, state::started},
    transition{state::scheduled, event::called_up, state::scheduled},
    transition{state::scheduled, event::put_off, state::backing_off},
    transition{state::scheduled, event::ended, state::ended},
    transition{state::backing_off, event::retry_due, state::scheduled},
    transition{state::backing_off, event::called_up, state::scheduled},
    transition{state::backing_off, event::put_off, state::backing_off},
    transition{state::backing_off, event::ended, state::ended},
    transition{state::started, event::attempt_failed, state::backing_off},
    transition{state::started, event::held_back, state::scheduled},
    transition{state::started, event::ended, state::ended},
};

/// Where the event leads; nothing if it may not happen in this state (a late or doubled answer).
constexpr std::optional<state> next(state from, event on) {
  for (const auto& row : transitions) {
    if (row.from == from && row.on == on)
      return row.to;
  }
  return std::nullopt;
}

} // namespace troupe::embedded::activity
