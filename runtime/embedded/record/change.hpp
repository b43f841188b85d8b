// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/surroundings.hpp"
#include "runtime/embedded/record/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace troupe::embedded {

struct record_patch;

/// One decision under way: the record, what surrounds it, the transaction that grows, and the rules
/// of how events get into a history.
///
/// Rules get at a run that they may change only by `find`, `numbered`, `current` and `add`, which
/// note how it was. So a decision can be undone, and knows what it changed, at the price of what it
/// touched.
///
/// While a worker holds a started workflow task, events it cannot know of are *buffered*: they have
/// no id and no reader sees them until the task ends. Events that commands make, workflow task
/// events, and the first and the last event of a run are never buffered. Whatever is written, or
/// buffered, first makes a speculative workflow task real.
class change {
public:
  change(record& on, const surroundings& here, transaction& into);

  change(const change&) = delete;
  change& operator=(const change&) = delete;

  const record& rec;
  const surroundings& around;
  transaction& tx;

  [[nodiscard]] time_point now() const { return around.now; }
  [[nodiscard]] const service_settings& settings() const { return around.settings; }

  /// The run, to be changed; null if there is none. An empty id means the current run.
  run* find(std::string_view run_id);
  run* numbered(std::uint64_t number);
  run* current() { return find({}); }

  /// Makes a run the current one.
  run& add(std::unique_ptr<run> made);

  /// The run is gone when the decision ends.
  void remove(run& on);

  /// A stamp that no task of the record had.
  std::uint64_t next_stamp() { return ++rec_.last_stamp; }

  /// An event of this type with the time set; fill it, then `append` it.
  [[nodiscard]] event_ptr make(enums::EventType type) const;

  /// Puts a filled event into the history, or into the buffer if that is where it belongs now.
  void append(run& on, const event_ptr& event);

  /// Puts a filled event into the history whatever is under way.
  void write(run& on, const event_ptr& event);

  /// Writes the events of the run's speculative workflow task, which is a normal one from now on.
  void make_task_real(run& on);

  /// The updates of the run, to be changed.
  run_updates& updates_of(run& on);

  /// Moves buffered events into the history, closes of activities, children and operations last;
  /// now an activity that closed knows which event it was started by.
  /// True if there were any.
  bool flush_buffered(run& on);

  /// The row of the visibility index is to be written.
  void show(run& on);

  /// The timer that was armed has come.
  void timer_came() { rec_.armed.reset(); }

  /// Puts back all that this decision changed, and empties its transaction. The runs that it found
  /// stay valid, those that it added are gone.
  void undo();

  // --- the end of a decision: decide.cpp --------------------------------------------------------

  /// A run as it was when this decision first got at it.
  struct opened_run {
    run* on = nullptr;
    bool is_new = false;
    bool is_removed = false;
    bool is_shown = false;
    std::size_t events = 0;
    run_scalars before;

    [[nodiscard]] bool grew() const { return on->history.size() > events; }
    /// Something of the run differs, events and tables included.
    [[nodiscard]] bool differs() const;
    /// The same, as the number of a run's state transitions counts it.
    [[nodiscard]] bool counts() const;
  };
  /// Grows when further runs are found.
  [[nodiscard]] const std::vector<opened_run>& opened() const { return opened_; }

  /// Brings deadlines up to date, arms the timer, takes removed runs out and hands over the patch.
  void close();

private:
  opened_run& open(run& on);

  record& rec_;
  std::vector<opened_run> opened_;
  const std::uint64_t last_stamp_;
  const std::int64_t last_task_id_;
  const std::uint64_t last_run_number_;
  const std::optional<time_point> armed_;
};

/// Tells the end of an activity which event it was started by; other events stay as they are.
void set_started_event_id(history_event& event, std::int64_t id);

/// Tells the end of a child which event it was started by; other events stay as they are.
void set_child_started(history_event& event, std::int64_t id);

/// True if the event is the end of the activity that this event scheduled.
bool ends_activity(const history_event& event, std::int64_t scheduled_event_id);

/// True if an event of this type waits while a worker holds a started workflow task.
bool is_bufferable(enums::EventType type) noexcept;

/// True for the event types that end a run.
bool is_close_event(enums::EventType type) noexcept;

} // namespace troupe::embedded
