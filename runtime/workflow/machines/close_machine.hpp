// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"

#include <troupe/workflow/detail/ref.hpp>

#include <exception>
#include <memory>

namespace troupe::workflow {

/// How a run ended: complete, fail, cancel or continue as new. One command, recorded by one event,
/// and nothing after it.
class close_machine final : public detail::ref_counted, public machine {
public:
  /// The run has completed with `result`.
  explicit close_machine(payload&& result);
  /// It has ended in another way, which `command` tells.
  /// `why`: the error that failed it, for the log.
  explicit close_machine(std::unique_ptr<wire_command> command, std::exception_ptr why = nullptr);
  ~close_machine() override;

  void retain() const noexcept override { ref_counted::retain(); }
  void release() const noexcept override { ref_counted::release(); }

  /// The `CommandType` that ends the run.
  [[nodiscard]] int command() const noexcept { return type_; }
  /// Null unless an error failed the run.
  [[nodiscard]] const std::exception_ptr& why() const noexcept { return why_; }

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::close; }
  [[nodiscard]] bool wants(int) const noexcept override { return true; }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int) const override { return {}; }
  void recorded(const event_row&, const history_event&) override {}
  void on_event(const event_row& row, const history_event& event) override;
  [[nodiscard]] std::string waits_for() const override { return {}; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

private:
  payload result_;
  std::unique_ptr<wire_command> command_; ///< null for a run that has completed
  int type_;
  std::exception_ptr why_;
};

} // namespace troupe::workflow
