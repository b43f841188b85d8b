// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/event/task_events.hpp"

#include "runtime/base/time/time.hpp"

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // worker versions still travel in old fields

namespace troupe::embedded {
event_ptr scheduled_event(const workflow_task& task, const run& on) {
  auto event = std::make_shared<history_event>();
  event->set_event_type(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  to_proto(task.scheduled_time, *event->mutable_event_time());
  auto& attributes = *event->mutable_workflow_task_scheduled_event_attributes();
  auto& queue = *attributes.mutable_task_queue();
  queue.set_name(task.task_queue);
  queue.set_kind(task.sticky ? enums::TASK_QUEUE_KIND_STICKY : enums::TASK_QUEUE_KIND_NORMAL);
  if (task.sticky)
    queue.set_normal_name(on.state.task_queue);
  to_proto(task.start_to_close, *attributes.mutable_start_to_close_timeout());
  attributes.set_attempt(task.attempt);
  return event;
}

event_ptr started_event(const workflow_task& task) {
  auto event = std::make_shared<history_event>();
  event->set_event_type(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  to_proto(task.started_time, *event->mutable_event_time());
  auto& attributes = *event->mutable_workflow_task_started_event_attributes();
  attributes.set_scheduled_event_id(task.scheduled_event_id);
  attributes.set_identity(task.identity);
  attributes.set_request_id(task.request_id);
  attributes.set_history_size_bytes(task.history_size);
  if (!task.build_id.empty())
    attributes.mutable_worker_version()->set_build_id(task.build_id);
  if (task.too_many_events || task.too_many_bytes || task.memory.too_many_updates)
    attributes.set_suggest_continue_as_new(true);
  if (task.too_many_bytes)
    attributes.add_suggest_continue_as_new_reasons(
        enums::SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE);
  if (task.too_many_events)
    attributes.add_suggest_continue_as_new_reasons(
        enums::SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_HISTORY_EVENTS);
  if (task.memory.too_many_updates)
    attributes.add_suggest_continue_as_new_reasons(
        enums::SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_UPDATES);
  return event;
}

} // namespace troupe::embedded
