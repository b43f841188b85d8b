// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"
#include "runtime/workflow/machines/transitions.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/detail/run.hpp>
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
enum class nexus_input {
  recorded,
  start,
  close,
  cancel_and_wait,  ///< wait_completed and wait_requested
  cancel_and_leave, ///< try_cancel
  leave,            ///< abandon
  request_taken,    ///< the handler's answer to the cancel request, for those who wait for it
  request_refused,
  request_answered, ///< the same for all others
};
enum class nexus_effect {
  none,
  resolve_start,
  resolve,
  resolve_canceled,
  resolve_refused,
  issue_cancel,
  issue_cancel_and_resolve_canceled,
};

// clang-format off
inline constexpr transition<nexus_state, nexus_input, nexus_effect> nexus_transitions[] = {
  {nexus_state::schedule_issued,      nexus_input::recorded,         nexus_state::scheduled,            nexus_effect::none},
  // Cancelled in the task that scheduled it: never sent, whatever the type.
  {nexus_state::schedule_issued,      nexus_input::cancel_and_wait,  nexus_state::dropped,              nexus_effect::resolve_canceled},
  {nexus_state::schedule_issued,      nexus_input::cancel_and_leave, nexus_state::dropped,              nexus_effect::resolve_canceled},
  {nexus_state::schedule_issued,      nexus_input::leave,            nexus_state::dropped,              nexus_effect::resolve_canceled},

  {nexus_state::scheduled,            nexus_input::start,            nexus_state::started,              nexus_effect::resolve_start},
  {nexus_state::scheduled,            nexus_input::close,            nexus_state::closed,               nexus_effect::resolve},
  {nexus_state::scheduled,            nexus_input::cancel_and_wait,  nexus_state::scheduled_cancelling, nexus_effect::issue_cancel},
  {nexus_state::scheduled,            nexus_input::cancel_and_leave, nexus_state::left,                 nexus_effect::issue_cancel_and_resolve_canceled},
  {nexus_state::scheduled,            nexus_input::leave,            nexus_state::left,                 nexus_effect::resolve_canceled},

  {nexus_state::started,              nexus_input::close,            nexus_state::closed,               nexus_effect::resolve},
  {nexus_state::started,              nexus_input::cancel_and_wait,  nexus_state::started_cancelling,   nexus_effect::issue_cancel},
  {nexus_state::started,              nexus_input::cancel_and_leave, nexus_state::left,                 nexus_effect::issue_cancel_and_resolve_canceled},
  {nexus_state::started,              nexus_input::leave,            nexus_state::left,                 nexus_effect::resolve_canceled},

  {nexus_state::scheduled_cancelling, nexus_input::start,            nexus_state::started_cancelling,   nexus_effect::resolve_start},
  {nexus_state::scheduled_cancelling, nexus_input::close,            nexus_state::closed,               nexus_effect::resolve},

  {nexus_state::started_cancelling,   nexus_input::close,            nexus_state::closed,               nexus_effect::resolve},
  {nexus_state::started_cancelling,   nexus_input::request_taken,    nexus_state::left,                 nexus_effect::resolve_canceled},
  {nexus_state::started_cancelling,   nexus_input::request_refused,  nexus_state::left,                 nexus_effect::resolve_refused},
  {nexus_state::started_cancelling,   nexus_input::request_answered, nexus_state::started_cancelling,   nexus_effect::none},

  {nexus_state::left,                 nexus_input::start,            nexus_state::left,                 nexus_effect::none},
  {nexus_state::left,                 nexus_input::request_answered, nexus_state::left,                 nexus_effect::none},
  {nexus_state::left,                 nexus_input::close,            nexus_state::closed,               nexus_effect::none},
};
// clang-format on

/// A Nexus operation as its caller sees it. Itself settles with the result, `started` with the
/// handler's first answer.
///
/// The four cancellation types exist only here: on the wire there is a request to cancel or none.
class nexus_operation_machine final : public detail::payload_pending, public machine {
public:
  enum command { schedule_command, cancel_command };

  nexus_operation_machine(detail::run& owner, machine_host& host, detail::nexus_request&& request);
  ~nexus_operation_machine() override;

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

  /// What waits for the handler's first answer; holds the machine, not the other way round.
  class start final : public detail::nexus_start_pending {
  public:
    explicit start(detail::run& owner, nexus_operation_machine& of)
        : nexus_start_pending(owner, detail::ref<payload_pending>{&of}), of_(of) {
      of_.started_ = this;
    }
    ~start() override { of_.started_ = nullptr; }

  private:
    nexus_operation_machine& of_; // kept alive by the base
  };
  [[nodiscard]] const std::string& token() const noexcept { return token_; }
  [[nodiscard]] nexus_state state() const noexcept { return state_; }

private:
  void resolve(std::exception_ptr failure);
  [[nodiscard]] std::exception_ptr canceled(const std::string& reason) const;
  [[nodiscard]] std::exception_ptr operation_error(failure_cause cause) const;
  void close(const history_event& event);
  void answer_request(const history_event& event);

  machine_host& host_;
  std::unique_ptr<detail::nexus_request> request_;
  start* started_ = nullptr;
  std::string token_;
  std::int64_t scheduled_event_id_ = 0;
  nexus_state state_ = nexus_state::schedule_issued;
};

} // namespace troupe::workflow
