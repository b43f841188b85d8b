// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace temporal::api::command::v1 {
class Command;
}
namespace temporal::api::history::v1 {
class HistoryEvent;
}

namespace troupe::workflow {

using wire_command = temporal::api::command::v1::Command;
using history_event = temporal::api::history::v1::HistoryEvent;

/// The workflow code and the history do not fit together.
class nondeterminism_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The history itself makes no sense, or holds what this worker cannot read.
class history_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class machine;

/// What a machine may ask of its run.
class machine_host {
public:
  /// Appends a command of `by` to the list that goes out with the current task.
  virtual void issue(machine& by, int command) = 0;
  /// Routes events that refer to `event_id` to `to`, until `forget`.
  virtual void track(std::int64_t event_id, machine& to) = 0;
  virtual void forget(std::int64_t event_id) = 0;
  /// False for histories whose ids other SDKs chose by other rules.
  [[nodiscard]] virtual bool ids_are_ours() const noexcept = 0;
  [[nodiscard]] virtual const data_converter& payload_converter() const noexcept = 0;

protected:
  ~machine_host() = default;
};

/// One concept of the workflow engine: it issues commands, is told which event recorded them, and
/// gets the events that refer to that one. Commands of one machine are told apart by a number of
/// its own.
class machine {
public:
  virtual void retain() const noexcept = 0;
  virtual void release() const noexcept = 0;

  /// False: the command was taken back before it was sent and leaves no trace.
  [[nodiscard]] virtual bool wants(int command) const noexcept = 0;
  /// The `temporal.api.enums.v1.EventType` that records the command.
  [[nodiscard]] virtual int event_type(int command) const noexcept = 0;
  /// Writes the command; large inputs are moved, so once only.
  virtual void write(int command, wire_command& to) = 0;
  /// The command in words, for errors: `StartTimer (timer 2)`.
  [[nodiscard]] virtual std::string describe(int command) const = 0;
  /// The command became `event`. Throws `nondeterminism_error` if they differ.
  virtual void recorded(int command, const history_event& event) = 0;
  /// Something happened to what `recorded` told of.
  virtual void on_event(const history_event& event) = 0;

  /// What it waits for, in words; empty if for nothing.
  [[nodiscard]] virtual std::string waits_for() const = 0;
  [[nodiscard]] virtual std::size_t memory_bytes() const noexcept = 0;

protected:
  ~machine() = default;
};

/// `EVENT_TYPE_TIMER_FIRED` as `TimerFired`, the word that user interfaces show.
std::string event_name(int event_type);
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
