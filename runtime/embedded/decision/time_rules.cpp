// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/slice.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/callback_rules.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace troupe::embedded {
namespace {

/// What is due of one run, in the order in which it fell due.
struct due_items {
  std::vector<std::int64_t> timers;
  std::vector<std::int64_t> operations;
  std::vector<std::int64_t> callbacks;
  std::vector<std::int64_t> activities;
};

void fire_timers(change& ch, run& on, const std::vector<std::int64_t>& started_event_ids) {
  auto& timers = on.state.timers;
  bool any_fired = false;
  for (const auto started_event_id : started_event_ids) {
    const auto& started = on.history[static_cast<std::size_t>(started_event_id - 1)];
    const auto& timer_id = started->timer_started_event_attributes().timer_id();
    const auto found = timers.find(timer_id);
    if (found == timers.end() || found->second.started_event_id != started_event_id)
      continue;
    timers.erase(found);
    auto event = ch.make(enums::EVENT_TYPE_TIMER_FIRED);
    auto& to = *event->mutable_timer_fired_event_attributes();
    to.set_timer_id(timer_id);
    to.set_started_event_id(started_event_id);
    ch.append(on, event);
    any_fired = true;
  }
  if (!any_fired)
    return;
  want_task(ch, on);
  limit_buffer(ch, on);
}

void serve(change& ch, run& on, due_items& due) {
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
    want_task(ch, on);
  }
  if (state.task && passed(state.task->deadline))
    time_out_task(ch, on);
  fire_timers(ch, on, due.timers);
  serve_activity_deadlines(ch, on, due.activities);
  std::sort(due.operations.begin(), due.operations.end());
  serve_nexus_deadlines(ch, on, due.operations);
}

void serve_closed(change& ch, run& on, const due_items& due) {
  if (const auto end = deadline_of(ch.rec, on, ch.around); end && *end <= ch.now())
    ch.remove(on); // its retention is over
  else
    serve_callback_deadlines(ch, on, due.callbacks);
}

} // namespace

void handle(change& ch, const timers_due&) {
  ch.timer_came();
  // What is due now: a run that times out may be followed by a new one, whose time comes later.
  std::map<std::uint64_t, due_items> due;
  for (const auto& each : ch.rec.deadlines) {
    if (each.when > ch.now())
      break;
    spend();
    auto& items = due[each.run];
    switch (each.what) {
    case deadline_kind::run: break;
    case deadline_kind::timer: items.timers.push_back(each.item); break;
    case deadline_kind::nexus_operation: items.operations.push_back(each.item); break;
    case deadline_kind::callback: items.callbacks.push_back(each.item); break;
    case deadline_kind::activity: items.activities.push_back(each.item); break;
    }
  }
  for (auto& [number, items] : due) {
    run* const on = ch.numbered(number);
    if (on && on->open())
      serve(ch, *on, items);
    else if (on)
      serve_closed(ch, *on, items);
  }
}

} // namespace troupe::embedded
