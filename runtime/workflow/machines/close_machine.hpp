// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"

#include <troupe/workflow/detail/ref.hpp>

#include <memory>

namespace troupe::workflow {

/// How a run ended: complete, fail, cancel or continue as new. One command, recorded by one event,
/// and nothing after it.
class close_machine final : public detail::ref_counted, public machine {
public:
  /// The run has completed with `result`.
  explicit close_machine(payload&& result);
  /// It has ended in another way, which `command` tells and an event of that type records.
  close_machine(std::unique_ptr<wire_command> command, int event_type);
  ~close_machine() override;

  void retain() const noexcept override { ref_counted::retain(); }
  void release() const noexcept override { ref_counted::release(); }

  [[nodiscard]] bool wants(int) const noexcept override { return true; }
  [[nodiscard]] int event_type(int) const noexcept override { return event_type_; }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int command) const override;
  void recorded(int, const history_event&) override {}
  void on_event(const history_event& event) override;
  [[nodiscard]] std::string waits_for() const override { return {}; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

private:
  payload result_;
  std::unique_ptr<wire_command> command_; ///< null for a run that has completed
  int event_type_;
};

} // namespace troupe::workflow
