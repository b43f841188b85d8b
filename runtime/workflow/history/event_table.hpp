// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace temporal::api::history::v1 {
class HistoryEvent;
}

namespace troupe::workflow {

/// Whose events they are: of the run and its tasks, which the engine keeps itself, or of a kind of
/// machine.
enum class machine_kind : std::uint8_t {
  none, ///< no machine issues this command yet
  run,
  task,
  close,
  timer,
  activity,
  nexus_operation,
  child,
  external, ///< a signal or a request to cancel for another workflow
  marker,
  update,
};

/// What can happen to a machine: most are events, some come from the code, and each is an input of
/// the machine's transition table.
enum class machine_input : std::uint8_t {
  none,
  recorded,         ///< the command that begins it is in the history
  start,            ///< whoever has to do it has begun
  close,            ///< it has ended, in whatever way
  cancel_recorded,  ///< the command that cancels it is in the history
  request_taken,    ///< the answer to a request to cancel, for those who wait for it
  request_refused,  ///< the same, but no
  request_answered, ///< either of them, for all others
  cancel_and_wait,  ///< the code cancels: ask it to stop, and wait for its end
  cancel_and_leave, ///< ask it to stop, and do not wait
  leave,            ///< do not even ask
};

/// When the code hears of an event. Events that it hears of are those that the service may hold
/// back while a task is under way, and writes down behind that task's own.
enum class event_group : std::uint8_t {
  untold,     ///< never, or as the result of its own command
  message,    ///< first: signals (and updates), in the order of the history
  resolution, ///< then: all else, in the order of the history
};

/// What the worker knows of one type of event.
struct event_row {
  using id_of = std::int64_t (*)(const temporal::api::history::v1::HistoryEvent&);

  int type = 0; ///< `temporal.api.enums.v1.EventType`; 0 in no row of the table
  machine_kind of = machine_kind::none;
  machine_input means = machine_input::none;
  int command = 0; ///< the `CommandType` whose image it is; 0 if it is none
  event_group group = event_group::untold;
  id_of begun_by = nullptr; ///< reads the id of the event that began what this one tells of
  bool ends_run = false;    ///< a run has no events behind it
  bool undoes_task = false; ///< right behind WorkflowTaskStarted: that task was never answered
  bool may_be_late = false; ///< may come when nobody waits for it any more
  /// The code hears of it a task early, see `machine_host::ahead`; code of another version may do
  /// without.
  bool is_peeked_at = false;
};

/// Each row at the place of its type; others are empty. Inlined where it is asked: for every event,
/// several times.
extern const std::span<const event_row> rows_by_type;

/// The row of a type; null for types that this worker does not know.
inline const event_row* find_event(int type) noexcept {
  if (static_cast<std::size_t>(type) >= rows_by_type.size())
    return nullptr;
  const auto& row = rows_by_type[static_cast<std::size_t>(type)];
  return row.type == 0 ? nullptr : &row;
}

} // namespace troupe::workflow
