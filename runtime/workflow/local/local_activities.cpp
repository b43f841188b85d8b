// SPDX-License-Identifier: Apache-2.0
// The part of the engine that has work done by its own worker.

#include "runtime/base/deterministic_code.hpp"
#include "runtime/workflow/engine_extras.hpp"
#include "runtime/workflow/machines/local_activity_machine.hpp"
#include "runtime/workflow/machines/timer_machine.hpp"

#include <troupe/workflow/future.hpp>

#include <temporal/api/enums/v1/command_type.pb.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

// -- for machines --

void engine::run_locally(local_machine& by, detail::local_activity_request&& what) {
  if (closed_)
    return;
  require_writable();
  with_extras().local.add(by, std::move(what));
}

void engine::cancel_locally(local_machine& by) {
  if (extras_)
    extras_->local.cancel(by);
}

void engine::leave_locally(local_machine& by, bool stop) {
  if (extras_)
    extras_->local.leave(by, stop);
}

// -- for the instance --

bool engine::waits_for_local_work() const noexcept {
  return extras_ != nullptr && !extras_->local.empty();
}

activation_need engine::local_work_to_do() {
  return extras_ ? extras_->local.to_do() : activation_need{};
}

void engine::resolve_local(local_result&& result) {
  const detail::ref<run> keep{this};
  if (!extras_)
    return;
  const auto by = extras_->local.take(result.id);
  if (!by)
    return;
  const deterministic_code ours{this};
  const frame_meter meter{frame_bytes_};
  by->on_local_result(std::move(result));
  run_code();
}

/// What the markers ahead tell, one after the other, as it came when they were written: the code
/// runs after each.
void engine::resolve_ahead() {
  for (bool is_on = !extras_->local.empty(); is_on && task_error_ == nullptr;) {
    is_on = false;
    // The code may ask for more of it, but not for more of history.
    for (auto& event : extras_->ahead) {
      if (event == nullptr || extras_->local.empty() || !extras_->local.offer(*event))
        continue;
      event = nullptr;
      is_on = true;
      run_code();
    }
  }
}

/// Of the commands that are issued: the one that this event must be the image of comes first,
/// leaving out those whose place is not compared.
void engine::bring_to_front(const history_event& event, const event_row& row) {
  const auto first = commands_.begin() + next_command_;
  auto found = commands_.end();
  for (auto at = first; at != commands_.end(); ++at) {
    if (!at->by->wants(at->command))
      continue;
    if (at->command != enums::COMMAND_TYPE_RECORD_MARKER || !at->by->stands_anywhere()) {
      if (found == commands_.end())
        found = at;
      if (row.command != enums::COMMAND_TYPE_RECORD_MARKER)
        break;
    } else if (row.command == at->command && at->by->is_recorded_by(event)) {
      found = at;
      --extras_->standing_anywhere;
      break;
    }
  }
  if (found != commands_.end())
    std::rotate(first, found, found + 1);
}

// -- for contexts --

detail::ref<detail::payload_pending>
engine::start_local_activity(detail::local_activity_request&& request, detail::scope& within) {
  if (closed_)
    return detail::make_ref<local_activity_pending>(*this, *this);
  require_writable();
  if (auto* through = interceptors()) [[unlikely]] {
    auto read_with = read_activity_with(request.type, {}, true);
    return as_encoded(
        through->start_local_activity(
            context{detail::ref<run>{this}, detail::ref<detail::scope>{&within}},
            {std::move(request.type),
             std::move(request.input),
             std::move(request.options),
             std::move(request.headers)}),
        {},
        std::move(read_with));
  }
  return begin_local_activity(std::move(request), within);
}

namespace {

/// Says no to what the service refuses for activities of its own: with a single attempt all but
/// that is left unread.
void check_retry_policy(const retry_policy& policy) {
  const auto refuse = [](const std::string& why) {
    throw std::invalid_argument("the retry policy of a local activity: " + why);
  };
  if (policy.maximum_attempts == 1)
    return;
  if (policy.maximum_attempts < 0)
    refuse(
        "maximum_attempts is " + std::to_string(policy.maximum_attempts)
        + ", and must not be negative; 0 is no limit");
  if (policy.initial_interval && *policy.initial_interval < duration{})
    refuse("initial_interval must not be negative; 0 is one second");
  if (policy.maximum_interval && *policy.maximum_interval < duration{})
    refuse("maximum_interval must not be negative; 0 is a hundred times the first interval");
  if (policy.backoff_coefficient != 0 && !(policy.backoff_coefficient >= 1)) // NaN
    refuse(
        "backoff_coefficient is " + std::to_string(policy.backoff_coefficient)
        + ", and must be 1 or more; 0 is 2");
  const auto longest = policy.maximum_interval.value_or(duration{});
  auto first = policy.initial_interval.value_or(duration{});
  if (first == duration{})
    first = std::chrono::seconds{1};
  if (longest != duration{} && longest < first)
    refuse(
        "maximum_interval must not be less than initial_interval, which is 1 s if it is not set");
}

} // namespace

detail::ref<detail::payload_pending>
engine::begin_local_activity(detail::local_activity_request&& request, detail::scope& within) {
  auto what = detail::make_ref<local_activity_pending>(*this, *this);
  const auto& options = request.options;
  if (!options.schedule_to_close_timeout && !options.start_to_close_timeout)
    throw std::invalid_argument(
        "a local activity needs start_to_close_timeout or schedule_to_close_timeout");
  if (options.retry_policy)
    check_retry_policy(*options.retry_policy);
  if (within.cancelled()) { // never sent
    ++last_activity_;
    ++with_extras().last_local;
    what->fail(detail::make_canceled(within.reason()));
    return what;
  }
  trace_call("StartActivity:", request.type, request.headers);
  what->narrowed = read_activity_with(request.type, {}, true);
  begin_local(*what, std::move(request));
  within.add(*what);
  return what;
}

void engine::begin_local(local_activity_pending& what, detail::local_activity_request&& request) {
  what.begin(
      {.of_all = ++last_activity_, .of_locals = ++with_extras().last_local}, std::move(request));
}

void engine::retry_local_later(
    local_activity_pending& what, detail::local_activity_request&& request, duration after) {
  auto timer = detail::make_ref<timer_machine>(*this, *this, ++last_timer_, after, timer_options{});
  issue(*timer, enums::COMMAND_TYPE_START_TIMER);
  what.waits_with(timer);
  spawn(retry_local(this, detail::ref<local_activity_pending>{&what}, timer, std::move(request)));
}

async<void> engine::retry_local(
    engine* self,
    detail::ref<local_activity_pending> what,
    detail::ref<detail::pending> timer,
    detail::local_activity_request request) {
  const auto waited = co_await future<void>{timer, nullptr}.as_result();
  what->waits_with({});
  if (waited)
    self->begin_local(*what, std::move(request));
  else
    what->fail(waited.error());
}

} // namespace troupe::workflow
