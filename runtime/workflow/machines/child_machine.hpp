// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/cancellable_machine.hpp"

#include <troupe/workflow/child.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

namespace troupe::workflow {

enum class child_state {
  start_issued,
  initiated,
  started,
  initiated_cancelling, ///< cancel requested, the parent still waits
  started_cancelling,
  left, ///< open at the service, but the parent has its answer
  closed,
  dropped,
};

// clang-format off
inline constexpr machine_transition<child_state> child_transitions[] = {
  {child_state::start_issued,         machine_input::recorded,         child_state::initiated,            machine_effect::none},
  // Cancelled in the task that starts it: never sent, whatever the type.
  {child_state::start_issued,         machine_input::cancel_and_wait,  child_state::dropped,              machine_effect::resolve_canceled},
  {child_state::start_issued,         machine_input::cancel_and_leave, child_state::dropped,              machine_effect::resolve_canceled},
  {child_state::start_issued,         machine_input::leave,            child_state::dropped,              machine_effect::resolve_canceled},

  {child_state::initiated,            machine_input::start,            child_state::started,              machine_effect::resolve_start},
  {child_state::initiated,            machine_input::close,            child_state::closed,               machine_effect::resolve},
  {child_state::initiated,            machine_input::cancel_and_wait,  child_state::initiated_cancelling, machine_effect::issue_cancel},
  {child_state::initiated,            machine_input::cancel_and_leave, child_state::left,                 machine_effect::issue_cancel_and_resolve_canceled},
  {child_state::initiated,            machine_input::leave,            child_state::left,                 machine_effect::resolve_canceled},

  {child_state::started,              machine_input::close,            child_state::closed,               machine_effect::resolve},
  {child_state::started,              machine_input::cancel_and_wait,  child_state::started_cancelling,   machine_effect::issue_cancel},
  {child_state::started,              machine_input::cancel_and_leave, child_state::left,                 machine_effect::issue_cancel_and_resolve_canceled},
  {child_state::started,              machine_input::leave,            child_state::left,                 machine_effect::resolve_canceled},

  {child_state::initiated_cancelling, machine_input::start,            child_state::started_cancelling,   machine_effect::resolve_start},
  {child_state::initiated_cancelling, machine_input::close,            child_state::closed,               machine_effect::resolve},
  {child_state::initiated_cancelling, machine_input::request_taken,    child_state::left,                 machine_effect::resolve_canceled},
  {child_state::initiated_cancelling, machine_input::request_refused,  child_state::left,                 machine_effect::resolve_refused},

  {child_state::started_cancelling,   machine_input::close,            child_state::closed,               machine_effect::resolve},
  {child_state::started_cancelling,   machine_input::request_taken,    child_state::left,                 machine_effect::resolve_canceled},
  {child_state::started_cancelling,   machine_input::request_refused,  child_state::left,                 machine_effect::resolve_refused},

  {child_state::left,                 machine_input::start,            child_state::left,                 machine_effect::none},
  {child_state::left,                 machine_input::close,            child_state::closed,               machine_effect::none},
};
// clang-format on

/// A child as its parent sees it. Itself settles with the result, `start` when it has begun.
///
/// The request to cancel it is an `external_machine`, with events of its own.
class child_machine final
    : public cancellable_machine<detail::payload_pending, child_state, child_transitions> {
public:
  /// Without an id in its options it gets `default_id`.
  child_machine(
      detail::run& owner,
      machine_host& host,
      detail::child_request&& request,
      std::string default_id);
  ~child_machine() override;

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::child; }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int command) const override;
  void on_event(const event_row& row, const history_event& event) override;
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

  /// The request to cancel it came back, with an error or without one.
  void cancel_answered(const std::exception_ptr& refused);
  [[nodiscard]] detail::child_identity identity() const;

  /// What waits for its start; holds the machine, not the other way round.
  class start final : public detail::child_start_pending {
  public:
    start(detail::run& owner, child_machine& of, detail::ref<detail::scope> within)
        : child_start_pending(owner, detail::ref<payload_pending>{&of}, std::move(within)),
          of_(of) {
      of_.start_ = this;
    }
    ~start() override { of_.start_ = nullptr; }

  private:
    child_machine& of_; // kept alive by the base
  };

private:
  [[nodiscard]] int cancel_command() const noexcept override { return 0; }
  void issue_cancel(const std::string& reason) override;
  [[nodiscard]] machine_input cancel_input() const noexcept override;
  [[nodiscard]] std::exception_ptr canceled(const std::string& reason) const override;
  void adopt(const history_event& event) override;
  void close(const history_event& event) override;
  [[nodiscard]] std::string subject() const override;
  void resolve(std::exception_ptr failure) override;
  void started() override;
  [[nodiscard]] std::exception_ptr
  error(std::string message, retry_state state, failure_cause cause) const;

  std::unique_ptr<detail::child_request> request_;
  start* start_ = nullptr;
  std::string run_id_;
  std::int64_t started_event_id_ = 0;
  bool has_default_id_ = false;
};

} // namespace troupe::workflow
