// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/history/event_table.hpp"

#include <troupe/payload/data_converter.hpp>
#include <troupe/workflow/failure_types.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace temporal::api::command::v1 {
class Command;
}
namespace temporal::api::history::v1 {
class HistoryEvent;
}
namespace temporal::api::protocol::v1 {
class Message;
}

namespace troupe::workflow {

namespace detail {
struct local_activity_request;
}

using wire_command = temporal::api::command::v1::Command;
using history_event = temporal::api::history::v1::HistoryEvent;
using protocol_message = temporal::api::protocol::v1::Message;

/// The history itself makes no sense, or holds what this worker cannot read.
class history_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class machine;
class local_machine;

/// What a machine may ask of its run.
class machine_host {
public:
  /// Throws if the code that runs now must not change anything: a query's.
  virtual void require_writable() const = 0;
  /// Appends a command of `by`, a `CommandType`, to the list that goes out with the current task.
  virtual void issue(machine& by, int command) = 0;
  /// Routes events that were begun by `event_id` to `to`, until `forget`.
  virtual void track(std::int64_t event_id, machine& to) = 0;
  virtual void forget(std::int64_t event_id) = 0;
  /// A message that goes out with the current task.
  virtual protocol_message& send() = 0;

  /// While code is replayed: the events with `is_peeked_at` that record what it is about to do in
  /// this very task. They stay until all of it waits.
  [[nodiscard]] virtual std::span<const history_event* const> ahead() const noexcept = 0;

  /// Has the worker run a local activity for `by`: once replay is over, or never if `by` finds what
  /// came of it in an event ahead, of this task or a later one. The task is not answered before
  /// `by` has heard of its end, but for heartbeats. `by` hears of it when the code waits, as it did
  /// when the history was written.
  virtual void run_locally(local_machine& by, detail::local_activity_request&& what) = 0;
  /// Asks the worker to stop it, which ends it like any other. One that does not run yet is run all
  /// the same: replay could not tell it from one that did.
  virtual void cancel_locally(local_machine& by) = 0;
  /// `by` hears no more of it, and the task does not wait for it. `stop`: the worker is asked to
  /// stop it.
  virtual void leave_locally(local_machine& by, bool stop) = 0;
  /// The workflow's time goes on within its task: never backwards.
  virtual void advance_time(std::chrono::sys_time<std::chrono::nanoseconds> to) = 0;

  /// False for histories whose ids other SDKs chose by other rules.
  [[nodiscard]] virtual bool ids_are_ours() const noexcept = 0;
  /// False where an id that the code left to the worker may be another worker's choice.
  [[nodiscard]] virtual bool default_ids_are_ours() const noexcept = 0;
  [[nodiscard]] virtual const data_converter& payload_converter() const noexcept = 0;

protected:
  ~machine_host() = default;
};

/// One concept of the workflow engine: it issues commands, is told which event recorded them, and
/// gets the events that this one began. What each event means to it stands in the event table.
class machine {
public:
  virtual void retain() const noexcept = 0;
  virtual void release() const noexcept = 0;

  [[nodiscard]] virtual machine_kind kind() const noexcept = 0;
  /// False: the command was taken back before it was sent and leaves no trace.
  [[nodiscard]] virtual bool wants(int command) const noexcept = 0;
  /// Of a marker: true if it is found by what it says, wherever it stands among its task's
  /// commands.
  [[nodiscard]] virtual bool stands_anywhere() const noexcept { return false; }
  /// Of one that does: whether `event` is its.
  [[nodiscard]] virtual bool is_recorded_by(const history_event&) const { return false; }
  /// Fills in the command, whose type is set; large inputs are moved, so once only.
  virtual void write(int command, wire_command& to) = 0;
  /// What the command is about, for errors: `timer 2`. Empty if its type says all.
  [[nodiscard]] virtual std::string describe(int command) const = 0;
  /// The command became `event`. Throws `nondeterminism_error` if they differ.
  virtual void recorded(const event_row& row, const history_event& event) = 0;
  /// Something happened to what `recorded` told of.
  virtual void on_event(const event_row& row, const history_event& event) = 0;

  /// What it waits for, in words; empty if for nothing.
  [[nodiscard]] virtual std::string waits_for() const = 0;
  [[nodiscard]] virtual std::size_t memory_bytes() const noexcept = 0;

protected:
  ~machine() = default;
};

/// `EVENT_TYPE_TIMER_FIRED` as `TimerFired`, the word that user interfaces show.
std::string event_name(int event_type);
/// `COMMAND_TYPE_START_TIMER` of a timer as `StartTimer (timer 2)`.
std::string command_text(const machine& by, int command);
/// What to do about code that does not fit its history, for the end of an error.
[[nodiscard]] const char* nondeterminism_advice() noexcept;
/// `event 7 (TimerFired)`.
std::string event_text(const history_event& event);
[[noreturn]] void throw_mismatch(
    const history_event& event,
    const std::string& what,
    const std::string& in_history,
    const std::string& in_code);
/// The history has a command's event, the code has no command for it, or another one, or the other
/// way round.
[[noreturn]] void throw_no_command(const history_event& event);
[[noreturn]] void throw_wrong_command(const history_event& event, const std::string& command);
[[noreturn]] void throw_no_event(const std::string& command, std::int64_t completed_event_id);
/// An event that a machine in this state cannot get.
[[noreturn]] void throw_unexpected(const history_event& event, const std::string& by);

} // namespace troupe::workflow
