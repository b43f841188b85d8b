// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

namespace troupe::embedded::peer {

/// What a run has going on with another workflow, as its service sees it: a child, a signal to it,
/// a cancel request.
///
///     asking --refused--> (gone)                     (an event says why)
///     asking --done--> (gone)                        (a signal or a cancel request; an event)
///     asking --started--> beginning                  (a child; an event)
///     asking, beginning, running --ended--> (gone)   (a child; an event)
///     beginning --done--> running                    (its first workflow task is there)
///     asking, beginning --left_alone--> beginning    (its parent closed)
///     running --left_alone--> left
///     asking, beginning, running --closed--> closing (its parent closed, and it must not outlive
///     it) closing --done--> left
///
/// In `asking`, `beginning` and `closing` the other record is asked for something, and its answer
/// leads on. A child of a closed run is kept for who describes that run.
enum class state { asking, beginning, running, closing, left, gone };

enum class event { refused, started, done, ended, left_alone, closed };

struct transition {
  state from;
  event on;
  state to;
};

inline constexpr std::array transitions{
    transition{state::asking, event::refused, state::gone},
    transition{state::asking, event::done, state::gone},
    transition{state::asking, event::started, state::beginning},
    transition{state::asking, event::ended, state::gone},
    transition{state::asking, event::left_alone, state::beginning},
    transition{state::asking, event::closed, state::closing},
    transition{state::beginning, event::done, state::running},
    transition{state::beginning, event::ended, state::gone},
    transition{state::beginning, event::left_alone, state::beginning},
    transition{state::beginning, event::closed, state::closing},
    transition{state::running, event::ended, state::gone},
    transition{state::running, event::left_alone, state::left},
    transition{state::running, event::closed, state::closing},
    transition{state::closing, event::done, state::left},
};

/// Where the event leads; nothing if it may not happen in this state (a late or doubled answer).
constexpr std::optional<state> next(state from, event on) {
  for (const auto& row : transitions) {
    if (row.from == from && row.on == on)
      return row.to;
  }
  return std::nullopt;
}

/// True while the other record owes an answer.
constexpr bool is_asked(state at) {
  return at == state::asking || at == state::beginning || at == state::closing;
}

} // namespace troupe::embedded::peer
