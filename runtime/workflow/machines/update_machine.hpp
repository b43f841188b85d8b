// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"
#include "runtime/workflow/machines/transitions.hpp"

#include <troupe/workflow/detail/ref.hpp>

#include <cstdint>
#include <string>

namespace troupe::workflow {

/// How far an accepted update has come; one that is rejected has no machine.
enum class update_state : std::uint8_t {
  accept_issued,   ///< in this task
  accepted,        ///< and in the history
  both_issued,     ///< accepted and answered in one task
  complete_issued, ///< the acceptance is in the history, the answer is not
  closed,
};
enum class update_step : std::uint8_t {
  accept_recorded,
  answered, ///< the handler has ended
  complete_recorded,
};
/// The table says all there is.
enum class update_effect : std::uint8_t { none };

// clang-format off
inline constexpr transition<update_state, update_step, update_effect> update_transitions[] = {
  {update_state::accept_issued,   update_step::accept_recorded,   update_state::accepted,        update_effect::none},
  {update_state::accept_issued,   update_step::answered,          update_state::both_issued,     update_effect::none},
  {update_state::accepted,        update_step::answered,          update_state::complete_issued, update_effect::none},
  {update_state::both_issued,     update_step::accept_recorded,   update_state::complete_issued, update_effect::none},
  {update_state::complete_issued, update_step::complete_recorded, update_state::closed,          update_effect::none},
};
// clang-format on

/// An accepted update: two commands that give the places of two messages among the others, and
/// the events that they become. What the messages say is the engine's.
class update_machine final : public detail::ref_counted, public machine {
public:
  /// `identity` is the caller's.
  update_machine(std::string id, std::string identity)
      : id_(std::move(id)), identity_(std::move(identity)) {}

  void retain() const noexcept override { ref_counted::retain(); }
  void release() const noexcept override { ref_counted::release(); }

  /// The handler has ended; the caller issues the second command.
  void answered() noexcept { take_transition<update_transitions>(state_, update_step::answered); }

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& identity() const noexcept { return identity_; }
  [[nodiscard]] std::string accept_message_id() const { return id_ + "/accept"; }
  [[nodiscard]] std::string complete_message_id() const { return id_ + "/complete"; }

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::update; }
  [[nodiscard]] bool wants(int) const noexcept override { return true; }
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int) const override { return "update " + id_; }
  void recorded(const event_row& row, const history_event& event) override;
  void on_event(const event_row& row, const history_event& event) override;
  [[nodiscard]] std::string waits_for() const override { return {}; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

private:
  std::string id_;
  std::string identity_;
  update_state state_ = update_state::accept_issued;
  bool is_accept_written_ = false;
};

} // namespace troupe::workflow
