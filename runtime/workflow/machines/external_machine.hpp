// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/cancellable_machine.hpp"

#include <troupe/workflow/external.hpp>

#include <memory>
#include <string>

namespace troupe::workflow {

enum class external_state {
  issued,
  initiated,
  closed,
  dropped,
};

// clang-format off
inline constexpr machine_transition<external_state> external_transitions[] = {
  {external_state::issued,    machine_input::recorded,         external_state::initiated, machine_effect::none},
  // A signal that is taken back in the task that sends it. Later nothing can be taken back.
  {external_state::issued,    machine_input::cancel_and_leave, external_state::dropped,   machine_effect::resolve_canceled},

  {external_state::initiated, machine_input::close,            external_state::closed,    machine_effect::resolve},
};
// clang-format on

class child_machine;

/// A signal, or a request to cancel, for another workflow: settles when the service has delivered
/// it, or could not.
class external_machine final
    : public cancellable_machine<detail::pending, external_state, external_transitions> {
public:
  external_machine(detail::run& owner, machine_host& host, detail::external_signal&& signal);
  external_machine(detail::run& owner, machine_host& host, detail::external_cancel&& cancel);
  /// The request to cancel a child, which hears of the answer.
  external_machine(
      detail::run& owner,
      machine_host& host,
      detail::external_cancel&& cancel,
      detail::ref<child_machine> of);
  ~external_machine() override;

  /// The `CommandType` that begins it.
  [[nodiscard]] int command() const noexcept;

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::external; }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int command) const override;
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

private:
  [[nodiscard]] int cancel_command() const noexcept override { return 0; }
  [[nodiscard]] machine_input cancel_input() const noexcept override;
  [[nodiscard]] std::exception_ptr canceled(const std::string& reason) const override;
  void adopt(const history_event& event) override;
  void close(const history_event& event) override;
  [[nodiscard]] std::string subject() const override { return describe(0); }

  std::unique_ptr<detail::external_signal> signal_; ///< null: it is a request to cancel
  std::unique_ptr<detail::external_cancel> cancel_; ///< null: it is a signal
  detail::ref<child_machine> child_;
};

} // namespace troupe::workflow
