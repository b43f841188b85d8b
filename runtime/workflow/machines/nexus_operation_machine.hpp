// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/cancellable_machine.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/nexus_client.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace troupe::workflow {

enum class nexus_state {
  schedule_issued,
  scheduled,
  started,
  scheduled_cancelling, ///< cancel requested, the caller still waits
  started_cancelling,
  left, ///< open at the service, but the caller has its answer
  closed,
  dropped,
};

// clang-format off
inline constexpr machine_transition<nexus_state> nexus_transitions[] = {
  {nexus_state::schedule_issued,      machine_input::recorded,         nexus_state::scheduled,            machine_effect::none},
  // Cancelled in the task that scheduled it: never sent, whatever the type.
  {nexus_state::schedule_issued,      machine_input::cancel_and_wait,  nexus_state::dropped,              machine_effect::resolve_canceled},
  {nexus_state::schedule_issued,      machine_input::cancel_and_leave, nexus_state::dropped,              machine_effect::resolve_canceled},
  {nexus_state::schedule_issued,      machine_input::leave,            nexus_state::dropped,              machine_effect::resolve_canceled},

  {nexus_state::scheduled,            machine_input::start,            nexus_state::started,              machine_effect::resolve_start},
  {nexus_state::scheduled,            machine_input::close,            nexus_state::closed,               machine_effect::resolve},
  {nexus_state::scheduled,            machine_input::cancel_and_wait,  nexus_state::scheduled_cancelling, machine_effect::issue_cancel},
  {nexus_state::scheduled,            machine_input::cancel_and_leave, nexus_state::left,                 machine_effect::issue_cancel_and_resolve_canceled},
  {nexus_state::scheduled,            machine_input::leave,            nexus_state::left,                 machine_effect::resolve_canceled},

  {nexus_state::started,              machine_input::close,            nexus_state::closed,               machine_effect::resolve},
  {nexus_state::started,              machine_input::cancel_and_wait,  nexus_state::started_cancelling,   machine_effect::issue_cancel},
  {nexus_state::started,              machine_input::cancel_and_leave, nexus_state::left,                 machine_effect::issue_cancel_and_resolve_canceled},
  {nexus_state::started,              machine_input::leave,            nexus_state::left,                 machine_effect::resolve_canceled},

  {nexus_state::scheduled_cancelling, machine_input::start,            nexus_state::started_cancelling,   machine_effect::resolve_start},
  {nexus_state::scheduled_cancelling, machine_input::close,            nexus_state::closed,               machine_effect::resolve},

  {nexus_state::started_cancelling,   machine_input::close,            nexus_state::closed,               machine_effect::resolve},
  {nexus_state::started_cancelling,   machine_input::request_taken,    nexus_state::left,                 machine_effect::resolve_canceled},
  {nexus_state::started_cancelling,   machine_input::request_refused,  nexus_state::left,                 machine_effect::resolve_refused},
  {nexus_state::started_cancelling,   machine_input::request_answered, nexus_state::started_cancelling,   machine_effect::none},

  {nexus_state::left,                 machine_input::start,            nexus_state::left,                 machine_effect::none},
  {nexus_state::left,                 machine_input::request_answered, nexus_state::left,                 machine_effect::none},
  {nexus_state::left,                 machine_input::close,            nexus_state::closed,               machine_effect::none},
};
// clang-format on

/// A Nexus operation as its caller sees it. Itself settles with the result, `started` with the
/// handler's first answer.
///
/// The four cancellation types exist only here: on the wire there is a request to cancel or none.
class nexus_operation_machine final
    : public cancellable_machine<detail::payload_pending, nexus_state, nexus_transitions> {
public:
  nexus_operation_machine(detail::run& owner, machine_host& host, detail::nexus_request&& request);
  ~nexus_operation_machine() override;

  [[nodiscard]] machine_kind kind() const noexcept override {
    return machine_kind::nexus_operation;
  }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int command) const override;
  void on_event(const event_row& row, const history_event& event) override;
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

  /// What waits for the handler's first answer; holds the machine, not the other way round.
  class start final : public detail::nexus_start_pending {
  public:
    explicit start(detail::run& owner, nexus_operation_machine& of)
        : nexus_start_pending(owner, detail::ref<payload_pending>{&of}), of_(of) {
      of_.start_ = this;
    }
    ~start() override { of_.start_ = nullptr; }

  private:
    nexus_operation_machine& of_; // kept alive by the base
  };
  [[nodiscard]] const std::string& token() const noexcept { return token_; }

private:
  [[nodiscard]] int cancel_command() const noexcept override;
  [[nodiscard]] machine_input cancel_input() const noexcept override;
  [[nodiscard]] machine_input input_of(const event_row& row) const noexcept override;
  [[nodiscard]] std::exception_ptr canceled(const std::string& reason) const override;
  void adopt(const history_event& event) override;
  void close(const history_event& event) override;
  [[nodiscard]] std::string subject() const override;
  void resolve(std::exception_ptr failure) override;
  void started() override;
  void refused(const history_event& event) override;
  [[nodiscard]] std::exception_ptr operation_error(failure_cause cause) const;

  std::unique_ptr<detail::nexus_request> request_;
  start* start_ = nullptr;
  std::string token_;
};

} // namespace troupe::workflow
