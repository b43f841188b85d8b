// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"
#include "runtime/workflow/machines/transitions.hpp"

#include <troupe/workflow/detail/run.hpp>

#include <temporal/api/history/v1/message.pb.h>

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace troupe::workflow {

/// What a row of a cancellable machine's table has done.
enum class machine_effect : std::uint8_t {
  none,
  resolve,          ///< the waiting code gets the outcome
  resolve_start,    ///< it hears that the thing has started
  resolve_canceled, ///< it gets a cancellation error
  resolve_refused,  ///< it gets the error that the request to cancel came back with
  issue_cancel,
  issue_cancel_and_resolve_canceled,
};

template <class State>
using machine_transition = transition<State, machine_input, machine_effect>;

/// What timers, activities, Nexus operations and their like have in common: a command begins it,
/// an event ends it, and in between (or before the command is sent) the code may cancel it.
///
/// `State` has `closed`, in which no event is expected any more, and `dropped`, in which it was
/// never sent; its first value is that of a new machine. `Table` says everything else. A machine
/// adds how its command looks, what it checks when that is recorded, and its outcome.
template <class Pending, class State, const auto& Table>
class cancellable_machine : public Pending, public machine {
public:
  void retain() const noexcept final { Pending::retain(); }
  void release() const noexcept final { Pending::release(); }

  void cancel(const std::string& reason) final {
    if (this->owner().closed())
      return;
    host_.require_writable();
    const auto* row = take_transition<Table>(state_, cancel_input());
    if (row == nullptr) // over, or asked before
      return;
    const detail::ref<detail::pending> keep{this};
    if (row->effect != machine_effect::resolve_canceled)
      issue_cancel(reason);
    if (row->effect != machine_effect::issue_cancel)
      resolve(canceled(reason));
  }

  /// What ended in the very task in which the code cancelled it is no more to be cancelled: the
  /// service would refuse the task, each time it is tried again.
  [[nodiscard]] bool wants(int command) const noexcept final {
    return state_ != State::dropped && (state_ != State::closed || command != cancel_command());
  }

  void recorded(const event_row& row, const history_event& event) final {
    if (row.means == machine_input::cancel_recorded) {
      check_cancel(row, event);
      if (take_transition<Table>(state_, row.means) != nullptr)
        end_if_closed();
      return;
    }
    adopt(event);
    take_transition<Table>(state_, row.means);
    begun_by_ = event.event_id();
    host_.track(begun_by_, *this);
  }

  void on_event(const event_row& row, const history_event& event) override {
    const auto* taken = take_transition<Table>(state_, input_of(row));
    if (taken == nullptr) {
      if (row.may_be_late)
        return;
      throw_unexpected(event, subject());
    }
    const detail::ref<detail::pending> keep{this};
    end_if_closed();
    switch (taken->effect) {
    case machine_effect::resolve: close(event); break;
    case machine_effect::resolve_start: started(); break;
    case machine_effect::resolve_canceled: resolve(canceled({})); break;
    case machine_effect::resolve_refused: refused(event); break;
    default: break;
    }
  }

  [[nodiscard]] std::string waits_for() const final {
    return this->settled() ? std::string{} : subject() + this->waiting_coroutine();
  }

protected:
  cancellable_machine(detail::run& owner, machine_host& host) : Pending(owner), host_(host) {}
  ~cancellable_machine() override = default;

  // -- what each machine says of itself --

  /// The `CommandType` that asks the service to cancel it; 0 if it is no command of its own.
  [[nodiscard]] virtual int cancel_command() const noexcept = 0;
  virtual void issue_cancel(const std::string&) { host_.issue(*this, cancel_command()); }
  /// What it is to be cancelled: one of the three `machine_input`s that come from the code.
  [[nodiscard]] virtual machine_input cancel_input() const noexcept = 0;
  /// The error with which the waiting code hears of it.
  [[nodiscard]] virtual std::exception_ptr canceled(const std::string& reason) const = 0;
  /// Compares the event that recorded its command with it, throws `nondeterminism_error`, and lets
  /// go of what only the command needed.
  virtual void adopt(const history_event& event) = 0;
  /// Ends with what the event tells.
  virtual void close(const history_event& event) = 0;
  /// The machine in words: `timer 2`.
  [[nodiscard]] virtual std::string subject() const = 0;

  /// Compares the event that recorded the request to cancel.
  virtual void check_cancel(const event_row& row, const history_event& event) {
    if (const auto id = row.begun_by(event); id != begun_by_)
      throw_mismatch(event, "scheduled event id", std::to_string(id), std::to_string(begun_by_));
  }
  /// The input that an event is, if the table of events does not say it all.
  [[nodiscard]] virtual machine_input input_of(const event_row& row) const noexcept {
    return row.means;
  }
  /// Gives the waiting code its outcome: null is success.
  virtual void resolve(std::exception_ptr failure) {
    failure == nullptr ? this->settle() : this->fail(std::move(failure));
  }
  virtual void started() {}
  /// The request to cancel was refused, and the waiting code waits for nothing else.
  virtual void refused(const history_event&) {}

  [[nodiscard]] machine_host& host() const noexcept { return host_; }
  /// The id of the event that recorded its command, 0 before.
  [[nodiscard]] std::int64_t begun_by() const noexcept { return begun_by_; }
  [[nodiscard]] State state() const noexcept { return state_; }
  /// For what is no event of its own: the row taken, null if there is none.
  const auto* take(machine_input on) noexcept { return take_transition<Table>(state_, on); }

private:
  void end_if_closed() {
    if (state_ == State::closed)
      host_.forget(begun_by_);
  }

  machine_host& host_;
  std::int64_t begun_by_ = 0;
  State state_{};
};

} // namespace troupe::workflow
