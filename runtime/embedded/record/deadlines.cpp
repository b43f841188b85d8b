// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/deadlines.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"

#include <algorithm>

namespace troupe::embedded {
namespace {

const api::history::v1::NexusOperationScheduledEventAttributes&
attributes(const nexus_operation_state& operation) {
  return operation.scheduled->nexus_operation_scheduled_event_attributes();
}

std::optional<time_point> expiry(time_point from, const google::protobuf::Duration& timeout) {
  const auto limit = from_proto(timeout);
  if (limit <= duration{})
    return std::nullopt;
  return later(from, limit);
}

/// The earlier of two, either of which may be none.
void consider(std::optional<time_point>& earliest, const std::optional<time_point>& when) {
  if (when && (!earliest || *when < *earliest))
    earliest = when;
}

/// How entries of a table stand in the index.
struct timer_rows {
  static constexpr auto kind = deadline_kind::timer;
  static std::int64_t item(const std::string&, const user_timer& timer) {
    return timer.started_event_id;
  }
};
struct operation_rows {
  static constexpr auto kind = deadline_kind::nexus_operation;
  static std::int64_t item(std::int64_t key, const nexus_operation_state&) { return key; }
};
struct activity_rows {
  static constexpr auto kind = deadline_kind::activity;
  static std::int64_t item(const std::string&, const activity_state& activity) {
    return activity.scheduled_event_id;
  }
};
struct callback_rows {
  static constexpr auto kind = deadline_kind::callback;
  static std::int64_t item(std::int64_t key, const completion_callback&) { return key; }
};

template <class Rows, class Key, class Value>
std::optional<deadline> entry(const run& on, const Key& key, const Value& value) {
  if (const auto when = deadline_of(value))
    return deadline{*when, on.number, Rows::kind, Rows::item(key, value)};
  return std::nullopt;
}

/// All that an entry was on the way is taken out (most of it was never in), what it is now put in.
template <class Rows, class Map>
void update(deadline_index& index, const run& on, const Map& map) {
  for (const auto& note : map.notes()) {
    spend();
    if (note.before)
      if (const auto old = entry<Rows>(on, note.key, *note.before))
        index.erase(*old);
  }
  for (const auto& note : map.notes()) {
    spend();
    if (const auto at = map.find(note.key); at != map.end())
      if (const auto now = entry<Rows>(on, at->first, at->second))
        index.insert(*now);
  }
}

template <class Rows, class Map>
void insert_all(deadline_index& index, const run& on, const Map& map) {
  for (const auto& [key, value] : map) {
    spend();
    if (const auto now = entry<Rows>(on, key, value))
      index.insert(*now);
  }
}

deadline own(const run& on) {
  return {*on.indexed, on.number, deadline_kind::run, 0};
}

} // namespace

std::optional<time_point> close_expiry(const nexus_operation_state& operation) {
  return expiry(operation.scheduled_time, attributes(operation).schedule_to_close_timeout());
}

std::optional<time_point> start_expiry(const nexus_operation_state& operation) {
  return expiry(operation.scheduled_time, attributes(operation).schedule_to_start_timeout());
}

std::optional<time_point> run_expiry(const nexus_operation_state& operation) {
  if (!operation.started_time)
    return std::nullopt;
  return expiry(*operation.started_time, attributes(operation).start_to_close_timeout());
}

std::optional<time_point> deadline_of(const user_timer& timer) {
  return timer.due;
}

std::optional<time_point> deadline_of(const nexus_operation_state& operation) {
  std::optional<time_point> earliest;
  if (nexus_operation::has_ended(operation.state))
    return earliest;
  consider(earliest, close_expiry(operation));
  if (operation.state != nexus_operation::state::started)
    consider(earliest, start_expiry(operation));
  consider(earliest, run_expiry(operation));
  consider(earliest, operation.next_attempt);
  consider(earliest, operation.sent.answer_overdue);
  if (operation.cancel) {
    consider(earliest, operation.cancel->next_attempt);
    consider(earliest, operation.cancel->sent.answer_overdue);
  }
  return earliest;
}

std::optional<time_point> deadline_of(const completion_callback& callback) {
  return callback.next_attempt;
}

std::optional<time_point> deadline_of(const activity_state& activity) {
  std::optional<time_point> earliest;
  if (activity.state == activity::state::ended)
    return earliest;
  if (activity.state == activity::state::backing_off)
    earliest = activity.scheduled_time;
  if (activity.paused)
    return earliest;
  consider(earliest, close_expiry(activity));
  consider(earliest, start_expiry(activity));
  consider(earliest, attempt_expiry(activity));
  consider(earliest, heartbeat_expiry(activity));
  return earliest;
}

std::optional<time_point>
deadline_of(const record& rec, const run& on, const surroundings& around) {
  const auto& state = on.state;
  if (!on.open()) {
    const auto kept = around.known.retention(rec.namespace_id);
    return kept ? std::optional{later(state.close_time, *kept)} : std::nullopt;
  }
  std::optional<time_point> earliest;
  consider(earliest, state.run_expiration);
  consider(earliest, state.execution_expiration);
  consider(earliest, state.first_task_due);
  if (state.task)
    consider(earliest, state.task->deadline);
  return earliest;
}

void update_deadlines(record& rec, run& on, const surroundings& around, bool is_removed) {
  auto& index = rec.deadlines;
  const auto now = is_removed ? std::nullopt : deadline_of(rec, on, around);
  if (now != on.indexed) {
    if (on.indexed)
      index.erase(own(on));
    on.indexed = now;
    if (now)
      index.insert(own(on));
  }
  update<timer_rows>(index, on, on.state.timers);
  update<operation_rows>(index, on, on.state.nexus_operations);
  update<callback_rows>(index, on, on.state.callbacks);
  update<activity_rows>(index, on, on.state.activities);
}

void rebuild_deadlines(record& rec, const surroundings& around) {
  auto& index = rec.deadlines;
  index.clear();
  rec.runs.for_each([&](run& on) {
    spend();
    on.indexed = deadline_of(rec, on, around);
    if (on.indexed)
      index.insert(own(on));
    insert_all<timer_rows>(index, on, on.state.timers);
    insert_all<operation_rows>(index, on, on.state.nexus_operations);
    insert_all<callback_rows>(index, on, on.state.callbacks);
    insert_all<activity_rows>(index, on, on.state.activities);
  });
}

} // namespace troupe::embedded
