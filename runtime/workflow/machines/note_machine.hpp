// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/cancellable_machine.hpp"

#include <memory>
#include <string>

namespace troupe::workflow {

enum class note_state {
  issued,
  closed,
};

// clang-format off
inline constexpr machine_transition<note_state> note_transitions[] = {
  {note_state::issued, machine_input::recorded, note_state::closed, machine_effect::none},
};
// clang-format on

/// What is but written into the history: a marker of a patch or a side effect, an upsert. Nothing
/// comes of it, and nobody waits for it.
class note_machine final : public detail::ref_counted, public machine {
public:
  /// `command` has its type and attributes. `subject` is what it is about, as
  /// `markers::subject_of` says it; empty for what is compared by its type only.
  note_machine(std::unique_ptr<wire_command> command, std::string subject);
  ~note_machine() override;

  void retain() const noexcept override { ref_counted::retain(); }
  void release() const noexcept override { ref_counted::release(); }

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::marker; }
  [[nodiscard]] bool wants(int) const noexcept override { return true; }
  [[nodiscard]] bool is_recorded_by(const history_event& event) const override;
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int) const override { return subject_; }
  void recorded(const event_row& row, const history_event& event) override;
  void on_event(const event_row& row, const history_event& event) override;
  [[nodiscard]] std::string waits_for() const override { return {}; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

private:
  std::unique_ptr<wire_command> command_; ///< null once it is written
  std::string subject_;
  note_state state_ = note_state::issued;
};

} // namespace troupe::workflow
