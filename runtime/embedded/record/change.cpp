// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/change.hpp"

#include "runtime/base/time.hpp"
#include "runtime/payload/failure_chain.hpp"

#include <algorithm>
#include <vector>

namespace troupe::embedded {
namespace {

bool goes_last(enums::EventType type) noexcept {
  switch (type) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT: return true;
  default: return false;
  }
}

// What is written must be readable: a chain of causes that fitted into a request need not fit into
// an answer. Only events whose attributes hold a failure are looked at.
void cut_long_causes(history_event& event) {
  static const auto holds_failure = [] {
    std::vector<bool> by_number;
    const auto& attributes = *history_event::descriptor()->FindOneofByName("attributes");
    for (int i = 0; i < attributes.field_count(); ++i) {
      const auto& field = *attributes.field(i);
      const auto number = static_cast<std::size_t>(field.number());
      by_number.resize(std::max(by_number.size(), number + 1));
      for (int n = 0; n < field.message_type()->field_count(); ++n)
        if (field.message_type()->field(n)->message_type()
            == api::failure::v1::Failure::descriptor())
          by_number[number] = true;
    }
    return by_number;
  }();
  const auto number = static_cast<std::size_t>(event.attributes_case());
  if (number >= holds_failure.size() || !holds_failure[number])
    return;
  const auto* field = history_event::descriptor()->FindFieldByNumber(static_cast<int>(number));
  cut_causes_in(*event.GetReflection()->MutableMessage(&event, field));
}

} // namespace

bool is_close_event(enums::EventType type) noexcept {
  switch (type) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: return true;
  default: return false;
  }
}

bool is_bufferable(enums::EventType type) noexcept {
  if (is_close_event(type))
    return false;
  switch (type) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_STARTED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
  case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
  case enums::EVENT_TYPE_TIMER_STARTED:
  case enums::EVENT_TYPE_TIMER_CANCELED:
  case enums::EVENT_TYPE_MARKER_RECORDED:
  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
  case enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED: return false;
  default: return true;
  }
}

event_ptr change::make(enums::EventType type) const {
  auto event = std::make_shared<history_event>();
  event->set_event_type(type);
  to_proto(around.now, *event->mutable_event_time());
  return event;
}

void change::append(run& on, const event_ptr& event) {
  const auto& task = on.state.task;
  if (task && task->started() && is_bufferable(event->event_type())) {
    on.state.buffered.push_back(event);
    touch(on);
    return;
  }
  write(on, event);
}

void change::write(run& on, const event_ptr& event) {
  touched(on).grew = true;
  cut_long_causes(*event);
  event->set_event_id(on.state.next_event_id++);
  event->set_task_id(++rec.last_task_id);
  on.state.history_size += static_cast<std::int64_t>(event->ByteSizeLong());
  on.history.push_back(event);
  if (tx.appended.empty() || tx.appended.back().run_id != on.id)
    tx.appended.push_back({on.id, {}});
  tx.appended.back().events.push_back(event);
}

bool change::flush_buffered(run& on) {
  auto waiting = std::move(on.state.buffered);
  on.state.buffered.clear();
  if (waiting.empty())
    return false;
  std::vector<event_ptr> last;
  std::vector<event_ptr> ordered;
  for (auto& event : waiting)
    (goes_last(event->event_type()) ? last : ordered).push_back(std::move(event));
  ordered.insert(ordered.end(), last.begin(), last.end());
  for (const auto& event : ordered) {
    write(on, event);
    if (event->event_type() != enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED)
      continue;
    const auto& attached =
        event->workflow_execution_options_updated_event_attributes().attached_request_id();
    if (auto used = on.state.request_ids.find(attached); used != on.state.request_ids.end()) {
      used->second.event_id = event->event_id();
      used->second.buffered = false;
    }
  }
  return true;
}

change::touched_run& change::touched(run& on) {
  tx.changed = true;
  const auto found = std::find_if(
      touched_.begin(), touched_.end(), [&](const touched_run& each) { return each.on == &on; });
  if (found != touched_.end())
    return *found;
  ++on.state.transitions;
  return touched_.emplace_back(touched_run{&on});
}

void change::touch(run& on) {
  touched(on);
}

void change::show(run& on) {
  touched(on).shown = true;
}

} // namespace troupe::embedded
