// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

namespace troupe::embedded::nexus_operation {

/// A pending Nexus operation as the caller's service sees it.
///
///     scheduled --attempt_failed--> backing_off --retry_due--> scheduled
///     scheduled, backing_off --started--> started
///     scheduled, backing_off, started --succeeded|failed|canceled|timed_out--> (gone)
///     scheduled, backing_off, started --terminated--> (gone)     only without a workflow
///
/// A completion may overtake the answer to the start request, so `backing_off` can start and end
/// too.
enum class state {
  scheduled,
  backing_off,
  started,
  succeeded,
  failed,
  canceled,
  timed_out,
  terminated
};

enum class event {
  attempt_failed,
  retry_due,
  started,
  succeeded,
  failed,
  canceled,
  timed_out,
  terminated
};

struct transition {
  state from;
  event on;
  state to;
};

inline constexpr std::array transitions{
    transition{state::scheduled, event::attempt_failed, state::backing_off},
    transition{state::scheduled, event::started, state::started},
    transition{state::scheduled, event::succeeded, state::succeeded},
    transition{state::scheduled, event::failed, state::failed},
    transition{state::scheduled, event::canceled, state::canceled},
    transition{state::scheduled, event::timed_out, state::timed_out},
    transition{state::scheduled, event::terminated, state::terminated},
    transition{state::backing_off, event::retry_due, state::scheduled},
    transition{state::backing_off, event::started, state::started},
    transition{state::backing_off, event::succeeded, state::succeeded},
    transition{state::backing_off, event::failed, state::failed},
    transition{state::backing_off, event::canceled, state::canceled},
    transition{state::backing_off, event::timed_out, state::timed_out},
    transition{state::backing_off, event::terminated, state::terminated},
    transition{state::started, event::succeeded, state::succeeded},
    transition{state::started, event::failed, state::failed},
    transition{state::started, event::canceled, state::canceled},
    transition{state::started, event::timed_out, state::timed_out},
    transition{state::started, event::terminated, state::terminated},
};

/// True for one that only is still looked at: workflows forget theirs, an operation without a
/// workflow stays for its retention.
constexpr bool has_ended(state of) {
  return of != state::scheduled && of != state::backing_off && of != state::started;
}

/// Where the event leads; nothing if it may not happen in this state (a late or doubled answer).
constexpr std::optional<state> next(state from, event on) {
  for (const auto& row : transitions) {
    if (row.from == from && row.on == on)
      return row.to;
  }
  return std::nullopt;
}

} // namespace troupe::embedded::nexus_operation
