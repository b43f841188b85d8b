// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/surroundings.hpp"
#include "runtime/embedded/record/transaction.hpp"

#include <vector>

namespace troupe::embedded {

/// One decision under way: the record, what surrounds it, the transaction that grows, and the rules
/// of how events get into a history.
///
/// While a worker holds a started workflow task, events it cannot know of are *buffered*: they have
/// no id and no reader sees them until the task ends. Events that commands make, workflow task
/// events, and the first and the last event of a run are never buffered.
class change {
public:
  change(record& on, const surroundings& here, transaction& into)
      : rec(on), around(here), tx(into) {}

  change(const change&) = delete;
  change& operator=(const change&) = delete;

  record& rec;
  const surroundings& around;
  transaction& tx;

  [[nodiscard]] time_point now() const { return around.now; }
  [[nodiscard]] const service_settings& settings() const { return around.settings; }

  /// An event of this type with the time set; fill it, then `append` it.
  [[nodiscard]] event_ptr make(enums::EventType type) const;

  /// Puts a filled event into the history, or into the buffer if that is where it belongs now.
  void append(run& on, const event_ptr& event);

  /// Puts a filled event into the history whatever is under way.
  void write(run& on, const event_ptr& event);

  /// Moves buffered events into the history, closes of activities, children and operations last.
  /// True if there were any.
  bool flush_buffered(run& on);

  /// Something of this run besides its events changed.
  void touch(run& on);

  /// The row of the visibility index is to be written.
  void show(run& on);

  /// A run that this decision has changed, and what follows from that.
  struct touched_run {
    run* on = nullptr;
    bool grew = false;  ///< its history has
    bool shown = false; ///< its row of the visibility index is to be written
  };
  [[nodiscard]] const std::vector<touched_run>& touched() const { return touched_; }

  /// After the changes were undone: what was touched so far is as before, or gone.
  void forget_touched() { touched_.clear(); }

private:
  touched_run& touched(run& on);

  std::vector<touched_run> touched_;
};

/// True if an event of this type waits while a worker holds a started workflow task.
bool is_bufferable(enums::EventType type) noexcept;

/// True for the event types that end a run.
bool is_close_event(enums::EventType type) noexcept;

} // namespace troupe::embedded
