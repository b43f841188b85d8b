// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/callback_rules.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <algorithm>

namespace troupe::embedded {
namespace {

void fire_timers(change& ch, run& on) {
  std::vector<user_timer> due;
  for (const auto& [id, timer] : on.state.timers) {
    if (timer.due <= ch.now())
      due.push_back(timer);
  }
  if (due.empty())
    return;
  std::sort(due.begin(), due.end(), [](const user_timer& left, const user_timer& right) {
    return std::pair{left.due, left.started_event_id}
           < std::pair{right.due, right.started_event_id};
  });
  for (const auto& timer : due) {
    on.state.timers.erase(timer.id);
    auto event = ch.make(enums::EVENT_TYPE_TIMER_FIRED);
    auto& to = *event->mutable_timer_fired_event_attributes();
    to.set_timer_id(timer.id);
    to.set_started_event_id(timer.started_event_id);
    ch.append(on, event);
  }
  want_task(ch, on);
  limit_buffer(ch, on);
}

void serve(change& ch, run& on) {
  auto& state = on.state;
  const auto passed = [&](const std::optional<time_point>& when) {
    return when && *when <= ch.now();
  };
  if (passed(state.run_expiration) || passed(state.execution_expiration)) {
    time_out_run(ch, on);
    return;
  }
  if (passed(state.first_task_due)) {
    state.first_task_due.reset();
    ch.touch(on);
    want_task(ch, on);
  }
  if (state.task && passed(state.task->deadline))
    time_out_task(ch, on);
  fire_timers(ch, on);
  serve_nexus_deadlines(ch, on);
}

} // namespace

void handle(change& ch, const timers_due&) {
  // By index: a run that times out may be followed by a new one.
  for (std::size_t at = 0; at < ch.rec.runs.size(); ++at) {
    run& on = *ch.rec.runs[at];
    if (on.open())
      serve(ch, on);
    else
      serve_callback_deadlines(ch, on);
  }
}

std::optional<time_point> next_deadline(const record& rec) {
  std::optional<time_point> earliest;
  const auto consider = [&](const std::optional<time_point>& when) {
    if (when && (!earliest || *when < *earliest))
      earliest = when;
  };
  for (const auto& each : rec.runs) {
    const auto& state = each->state;
    if (!each->open()) {
      for (const auto& callback : state.callbacks)
        consider(callback.next_attempt);
      continue;
    }
    consider(state.run_expiration);
    consider(state.execution_expiration);
    consider(state.first_task_due);
    if (state.task)
      consider(state.task->deadline);
    for (const auto& [id, timer] : state.timers)
      consider(timer.due);
    for (const auto& [id, operation] : state.nexus_operations)
      consider(next_deadline(operation));
  }
  return earliest;
}

} // namespace troupe::embedded
