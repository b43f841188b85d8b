// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"
#include "runtime/workflow/machines/transitions.hpp"

#include <troupe/workflow/detail/run.hpp>

#include <cstdint>
#include <string>

namespace troupe::workflow {

enum class timer_state { start_issued, started, cancel_issued, fired, canceled, dropped };
enum class timer_input { recorded, fire, cancel, cancel_recorded };
enum class timer_effect { none, resolve, resolve_canceled, resolve_canceled_and_issue_cancel };

// clang-format off
inline constexpr transition<timer_state, timer_input, timer_effect> timer_transitions[] = {
  {timer_state::start_issued,  timer_input::recorded,        timer_state::started,       timer_effect::none},
  // Taken back in the task that started it: neither command is sent.
  {timer_state::start_issued,  timer_input::cancel,          timer_state::dropped,       timer_effect::resolve_canceled},
  {timer_state::started,       timer_input::fire,            timer_state::fired,         timer_effect::resolve},
  // The workflow sees the cancel at once, the service at the end of the task.
  {timer_state::started,       timer_input::cancel,          timer_state::cancel_issued, timer_effect::resolve_canceled_and_issue_cancel},
  {timer_state::cancel_issued, timer_input::cancel_recorded, timer_state::canceled,      timer_effect::none},
};
// clang-format on

/// A durable timer. Its id is its number in the run, as sdk-core does it.
class timer_machine final : public detail::pending, public machine {
public:
  enum command { start_command, cancel_command };

  timer_machine(
      detail::run& owner,
      machine_host& host,
      std::uint32_t number,
      duration after,
      timer_options options);

  void retain() const noexcept override { pending::retain(); }
  void release() const noexcept override { pending::release(); }

  void cancel(const std::string& reason) override;

  [[nodiscard]] bool wants(int command) const noexcept override;
  [[nodiscard]] int event_type(int command) const noexcept override;
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int command) const override;
  void recorded(int command, const history_event& event) override;
  void on_event(const history_event& event) override;
  [[nodiscard]] std::string waits_for() const override;
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

  [[nodiscard]] timer_state state() const noexcept { return state_; }

private:
  machine_host& host_;
  std::string id_;
  std::string summary_;
  duration after_;
  std::int64_t started_event_id_ = 0;
  timer_state state_ = timer_state::start_issued;
};

} // namespace troupe::workflow
