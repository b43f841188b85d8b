// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/cancellable_machine.hpp"

#include <troupe/error.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace troupe::workflow {

enum class activity_state {
  schedule_issued,
  scheduled,  ///< waiting or running: its start is written to the history together with its end
  cancelling, ///< cancel requested, the caller still waits
  left,       ///< open at the service, but the caller has its answer
  closed,
  dropped,
};

// clang-format off
inline constexpr machine_transition<activity_state> activity_transitions[] = {
  {activity_state::schedule_issued, machine_input::recorded,         activity_state::scheduled,  machine_effect::none},
  // Cancelled in the task that scheduled it: never sent, whatever the type.
  {activity_state::schedule_issued, machine_input::cancel_and_wait,  activity_state::dropped,    machine_effect::resolve_canceled},
  {activity_state::schedule_issued, machine_input::cancel_and_leave, activity_state::dropped,    machine_effect::resolve_canceled},
  {activity_state::schedule_issued, machine_input::leave,            activity_state::dropped,    machine_effect::resolve_canceled},

  {activity_state::scheduled,       machine_input::start,            activity_state::scheduled,  machine_effect::none},
  {activity_state::scheduled,       machine_input::close,            activity_state::closed,     machine_effect::resolve},
  {activity_state::scheduled,       machine_input::cancel_and_wait,  activity_state::cancelling, machine_effect::issue_cancel},
  {activity_state::scheduled,       machine_input::cancel_and_leave, activity_state::left,       machine_effect::issue_cancel_and_resolve_canceled},
  {activity_state::scheduled,       machine_input::leave,            activity_state::left,       machine_effect::resolve_canceled},

  {activity_state::cancelling,      machine_input::start,            activity_state::cancelling, machine_effect::none},
  {activity_state::cancelling,      machine_input::close,            activity_state::closed,     machine_effect::resolve},

  {activity_state::left,            machine_input::start,            activity_state::left,       machine_effect::none},
  {activity_state::left,            machine_input::close,            activity_state::closed,     machine_effect::none},
};
// clang-format on

/// An activity as its workflow sees it; settles with its result. Its id is its number in the run
/// unless the code gave one.
class activity_machine final
    : public cancellable_machine<detail::payload_pending, activity_state, activity_transitions> {
public:
  activity_machine(
      detail::run& owner,
      machine_host& host,
      std::uint32_t number,
      detail::activity_request&& request);

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::activity; }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int command) const override;
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

private:
  [[nodiscard]] int cancel_command() const noexcept override;
  [[nodiscard]] machine_input cancel_input() const noexcept override;
  [[nodiscard]] std::exception_ptr canceled(const std::string& reason) const override;
  void adopt(const history_event& event) override;
  void close(const history_event& event) override;
  [[nodiscard]] std::string subject() const override;
  [[nodiscard]] std::exception_ptr
  error(std::string message, activity_error_info info, failure_cause cause) const;

  // What errors and a request to cancel need; all else goes with the command, since a run may wait
  // long, and there may be very many of them.
  std::string type_;
  std::string id_;
  activity_cancellation_type cancellation_type_;
  std::unique_ptr<detail::activity_request> request_; ///< null once written, or found recorded
};

} // namespace troupe::workflow
