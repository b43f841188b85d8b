// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/cancellable_machine.hpp"

#include <cstdint>
#include <string>

namespace troupe::workflow {

enum class timer_state { start_issued, started, cancel_issued, closed, dropped };

// clang-format off
inline constexpr machine_transition<timer_state> timer_transitions[] = {
  {timer_state::start_issued,  machine_input::recorded,         timer_state::started,       machine_effect::none},
  // Taken back in the task that started it: neither command is sent.
  {timer_state::start_issued,  machine_input::cancel_and_leave, timer_state::dropped,       machine_effect::resolve_canceled},
  {timer_state::started,       machine_input::close,            timer_state::closed,        machine_effect::resolve},
  // The workflow sees the cancel at once, the service at the end of the task.
  {timer_state::started,       machine_input::cancel_and_leave, timer_state::cancel_issued, machine_effect::issue_cancel_and_resolve_canceled},
  {timer_state::cancel_issued, machine_input::cancel_recorded,  timer_state::closed,        machine_effect::none},
  // It fired before the task in which the code cancelled it: the code has its answer, and the cancel is not sent.
  {timer_state::cancel_issued, machine_input::close,            timer_state::closed,        machine_effect::none},
};
// clang-format on

/// A durable timer. Its id is its number in the run, as sdk-core does it.
class timer_machine final
    : public cancellable_machine<detail::pending, timer_state, timer_transitions> {
public:
  timer_machine(
      detail::run& owner,
      machine_host& host,
      std::uint32_t number,
      duration after,
      timer_options options);

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::timer; }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int) const override { return subject(); }
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

private:
  [[nodiscard]] int cancel_command() const noexcept override;
  [[nodiscard]] machine_input cancel_input() const noexcept override {
    return machine_input::cancel_and_leave;
  }
  [[nodiscard]] std::exception_ptr canceled(const std::string& reason) const override;
  void adopt(const history_event& event) override;
  void check_cancel(const event_row& row, const history_event& event) override;
  void close(const history_event& event) override;
  [[nodiscard]] std::string subject() const override { return "timer " + id_; }

  std::string id_;
  std::string summary_;
  duration after_;
};

} // namespace troupe::workflow
