// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"
#include "runtime/workflow/machines/transitions.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/detail/run.hpp>

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
enum class activity_input { recorded, start, close, cancel_and_wait, cancel_and_leave, leave };
enum class activity_effect {
  none,
  resolve,
  resolve_canceled,
  issue_cancel,
  issue_cancel_and_resolve_canceled
};

// clang-format off
inline constexpr transition<activity_state, activity_input, activity_effect> activity_transitions[] = {
  {activity_state::schedule_issued, activity_input::recorded,         activity_state::scheduled,  activity_effect::none},
  // Cancelled in the task that scheduled it: never sent, whatever the type.
  {activity_state::schedule_issued, activity_input::cancel_and_wait,  activity_state::dropped,    activity_effect::resolve_canceled},
  {activity_state::schedule_issued, activity_input::cancel_and_leave, activity_state::dropped,    activity_effect::resolve_canceled},
  {activity_state::schedule_issued, activity_input::leave,            activity_state::dropped,    activity_effect::resolve_canceled},

  {activity_state::scheduled,       activity_input::start,            activity_state::scheduled,  activity_effect::none},
  {activity_state::scheduled,       activity_input::close,            activity_state::closed,     activity_effect::resolve},
  {activity_state::scheduled,       activity_input::cancel_and_wait,  activity_state::cancelling, activity_effect::issue_cancel},
  {activity_state::scheduled,       activity_input::cancel_and_leave, activity_state::left,       activity_effect::issue_cancel_and_resolve_canceled},
  {activity_state::scheduled,       activity_input::leave,            activity_state::left,       activity_effect::resolve_canceled},

  {activity_state::cancelling,      activity_input::start,            activity_state::cancelling, activity_effect::none},
  {activity_state::cancelling,      activity_input::close,            activity_state::closed,     activity_effect::resolve},

  {activity_state::left,            activity_input::start,            activity_state::left,       activity_effect::none},
  {activity_state::left,            activity_input::close,            activity_state::closed,     activity_effect::none},
};
// clang-format on

/// An activity as its workflow sees it; settles with its result. Its id is its number in the run
/// unless the code gave one.
class activity_machine final : public detail::payload_pending, public machine {
public:
  enum command { schedule_command, cancel_command };

  activity_machine(
      detail::run& owner,
      machine_host& host,
      std::uint32_t number,
      detail::activity_request&& request);

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

  [[nodiscard]] activity_state state() const noexcept { return state_; }

private:
  [[nodiscard]] std::exception_ptr
  error(std::string message, activity_error_info info, failure_cause cause) const;

  machine_host& host_;
  std::unique_ptr<detail::activity_request> request_;
  std::int64_t scheduled_event_id_ = 0;
  activity_state state_ = activity_state::schedule_issued;
};

} // namespace troupe::workflow
