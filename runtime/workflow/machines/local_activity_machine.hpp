// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/cancellable_machine.hpp"
#include "runtime/workflow/machines/local_machine.hpp"

#include <troupe/payload/payload.hpp>
#include <troupe/workflow/detail/run.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

namespace troupe::workflow {

class engine;

namespace local_marker {
struct data;
}

/// What sdk-core calls the marker of a local activity.
inline constexpr const char* local_marker_name = "core_local_activity";

/// Which of a run's activities it is, as two families of SDKs count them.
struct local_activity_number {
  std::uint32_t of_all = 0;    ///< sdk-core's: together with those that are not local
  std::uint32_t of_locals = 0; ///< Go's
};

enum class local_activity_state {
  running,    ///< by the worker, or its marker is yet to come
  cancelling, ///< asked to stop, the code still waits
  marked,     ///< its marker is issued
  closed,
};

// clang-format off
inline constexpr machine_transition<local_activity_state> local_activity_transitions[] = {
  {local_activity_state::running,    machine_input::close,            local_activity_state::marked,     machine_effect::resolve},
  {local_activity_state::running,    machine_input::cancel_and_wait,  local_activity_state::cancelling, machine_effect::issue_cancel},
  {local_activity_state::running,    machine_input::cancel_and_leave, local_activity_state::marked,     machine_effect::issue_cancel_and_resolve_canceled},
  {local_activity_state::running,    machine_input::leave,            local_activity_state::marked,     machine_effect::resolve_canceled},

  {local_activity_state::cancelling, machine_input::close,            local_activity_state::marked,     machine_effect::resolve},

  {local_activity_state::marked,     machine_input::recorded,         local_activity_state::closed,     machine_effect::none},
};
// clang-format on

class local_activity_pending;

/// One series of attempts of a local activity: what the worker makes of it, or has made of it, and
/// the marker that tells so. Its id is its number in the run unless the code gave one.
class local_activity_machine final : public detail::ref_counted, public local_machine {
public:
  local_activity_machine(
      local_activity_pending& of,
      machine_host& host,
      local_activity_number number,
      detail::local_activity_request&& request);

  void retain() const noexcept override { ref_counted::retain(); }
  void release() const noexcept override { ref_counted::release(); }

  /// Has it run.
  void begin();
  void cancel(const std::string& reason);

  [[nodiscard]] machine_kind kind() const noexcept override { return machine_kind::marker; }
  [[nodiscard]] bool wants(int) const noexcept override { return true; }
  [[nodiscard]] bool stands_anywhere() const noexcept override { return true; }
  [[nodiscard]] bool is_recorded_by(const history_event& event) const override;
  void write(int command, wire_command& to) override;
  [[nodiscard]] std::string describe(int command) const override;
  void recorded(const event_row& row, const history_event& event) override;
  void on_event(const event_row& row, const history_event& event) override;
  [[nodiscard]] std::string waits_for() const override;
  [[nodiscard]] std::size_t memory_bytes() const noexcept override;

  void on_local_result(local_result&& result) override;
  bool on_ahead(const history_event& event) override;

private:
  /// What came of it, in the marker's words.
  struct outcome {
    payload value;
    std::exception_ptr failure;
    int attempt = 1;
    std::optional<duration> backoff;
    std::optional<time_point> scheduled;
    std::optional<time_point> completed;
  };

  [[nodiscard]] const std::string& id() const noexcept { return request_.options.activity_id; }
  [[nodiscard]] bool is_told_by(const local_marker::data& data, const history_event& event) const;
  [[nodiscard]] std::exception_ptr canceled(const std::string& reason) const;
  void close(outcome&& with);
  void mark(outcome&& with);

  detail::ref<local_activity_pending> of_; ///< null once it has the outcome
  machine_host& host_;
  local_activity_number number_;
  local_activity_state state_ = local_activity_state::running;
  detail::local_activity_request request_; ///< also for the next series
  time_point asked_{};
  outcome outcome_;
};

/// A local activity as its workflow sees it; settles with the outcome of its last series of
/// attempts. Between two of them is a timer, if the wait is long.
class local_activity_pending final : public detail::payload_pending {
public:
  local_activity_pending(engine& run, machine_host& host);

  void cancel(const std::string& reason) override;

  // -- for the engine and the machine --

  void begin(local_activity_number number, detail::local_activity_request&& request);
  void waits_with(detail::ref<detail::pending> timer) { timer_ = std::move(timer); }
  /// The series is over; it is tried again after `backoff`, in a next one.
  void retry(detail::local_activity_request&& request, duration backoff);
  void end(payload&& result, std::exception_ptr failure);

private:
  engine& run_;
  machine_host& host_;
  local_activity_machine* series_ = nullptr; ///< that runs; it keeps this
  detail::ref<detail::pending> timer_;
};

} // namespace troupe::workflow
