// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

namespace troupe::embedded::workflow_update {

/// An update of a run, from the call that asks for it to its outcome.
///
///     admitted --delivered--> sent --accepted--> accepted --responded--> completed
///     admitted, sent --rejected--> rejected;  admitted, sent --withdrawn--> aborted
///
/// What is admitted or sent is in memory only. An update is accepted by an event and completed by
/// another, so those two are durable; one that was rejected or aborted is forgotten.
enum class state { admitted, sent, accepted, completed, rejected, aborted };

enum class event {
  delivered, ///< a worker took it along with a workflow task
  accepted,
  responded,
  rejected, ///< by the worker, or for the one that does not know updates
  withdrawn ///< the run ended, or the service failed the workflow task it was sent with
};

struct transition {
  state from;
  event on;
  state to;
};

inline constexpr std::array transitions{
    transition{state::admitted, event::delivered, state::sent},
    transition{state::admitted, event::withdrawn, state::aborted},
    transition{state::sent, event::delivered, state::sent}, // the task before was not answered
    transition{state::sent, event::accepted, state::accepted},
    transition{state::sent, event::rejected, state::rejected},
    transition{state::sent, event::withdrawn, state::aborted},
    transition{state::accepted, event::responded, state::completed},
};

/// Where the event leads; nothing if it may not happen in this state.
constexpr std::optional<state> next(state from, event on) {
  for (const auto& row : transitions) {
    if (row.from == from && row.on == on)
      return row.to;
  }
  return std::nullopt;
}

} // namespace troupe::embedded::workflow_update
