// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/embedded/history/history_pages.hpp"
#include "runtime/embedded/record/event/task_events.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/update/update_messages.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <cmath>
#include <functional>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // worker versions still travel in old fields

namespace troupe::embedded {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A speculative task that no worker takes in this time becomes a normal one, whatever queue it is
/// in.
constexpr auto speculative_patience = seconds{5};

/// From the fourth attempt on the time to answer grows, so that a task that fails again and again
/// does not spin.
duration extra_time(std::int32_t attempt, double jitter) {
  if (attempt < 4)
    return {};
  const double wanted = 5.0 * std::pow(2.0, std::min(attempt - 4, 10));
  const double capped = std::min(wanted, 600.0);
  return duration{static_cast<std::int64_t>(capped * (0.8 + 0.2 * jitter) * 1e9)};
}

} // namespace

void want_task(change& ch, run& on) {
  if (on.open() && !on.state.task && !on.state.first_task_due)
    schedule_task(ch, on);
}

namespace {

workflow_task new_task(change& ch, const run& on) {
  const auto& state = on.state;
  workflow_task task;
  task.attempt = state.next_attempt;
  task.sticky = !state.sticky_queue.empty();
  task.task_queue = task.sticky ? state.sticky_queue : state.task_queue;
  task.start_to_close =
      together(state.task_timeout, extra_time(task.attempt, ch.around.ids.uniform()));
  task.scheduled_time = ch.now();
  task.original_scheduled_time = ch.now();
  task.scheduled_event_id = state.next_event_id;
  if (task.sticky)
    task.deadline = later(ch.now(), state.sticky_timeout);
  return task;
}

/// Never one of `next_stamp`: that counter would not remember a stamp that nobody wrote down.
std::uint64_t memory_stamp(change& ch) {
  constexpr std::uint64_t mark = std::uint64_t{1} << 63U;
  return mark | std::hash<std::string>{}(ch.around.ids.uuid());
}

} // namespace

void schedule_task(change& ch, run& on, dispatch how, time_point original_time, bool keeps_worker) {
  auto& state = on.state;
  if (ch.flush_buffered(on))
    state.next_attempt = 1;
  auto task = new_task(ch, on);
  if (original_time != time_point{})
    task.original_scheduled_time = original_time;
  task.memory.heartbeat = keeps_worker;
  task.stamp = ch.next_stamp();
  if (!task.transient())
    ch.write(on, scheduled_event(task, on));
  state.task = std::move(task);
  if (how == dispatch::queue)
    ch.tx.effects.push_back(dispatch_of(on));
}

void schedule_speculative(change& ch, run& on, dispatch how) {
  auto& state = on.state;
  if (state.next_attempt > 1 || !state.buffered.empty()) {
    schedule_task(ch, on, how);
    return;
  }
  auto task = new_task(ch, on);
  task.memory.speculative = true;
  task.stamp = memory_stamp(ch);
  if (!task.sticky)
    task.deadline = later(ch.now(), speculative_patience);
  state.task = std::move(task);
  if (how == dispatch::queue)
    ch.tx.effects.push_back(dispatch_of(on));
}

workflow_task_dispatch dispatch_of(const run& on) {
  const auto& task = *on.state.task;
  task_priority priority;
  if (!on.history.empty()) {
    const auto& said = priority_of(on);
    priority = {said.priority_key(), said.fairness_key(), said.fairness_weight()};
  }
  return {
      task.task_queue,
      task.sticky,
      on.state.task_queue,
      on.id,
      task.scheduled_event_id,
      task.stamp,
      task.scheduled_time,
      std::move(priority)};
}

bool start_task(change& ch, run& on, const start_workflow_task& by) {
  auto& state = on.state;
  if (!on.open() || !state.task || state.task->started() || state.task->stamp != by.stamp)
    return false;
  if (state.task->speculative() && !has_messages(on)) {
    state.task.reset(); // what it was for is over
    return false;
  }
  auto& task = *state.task;
  if (task.transient() && task.scheduled_event_id != state.next_event_id) {
    task.attempt = 1;
    state.next_attempt = 1;
    task.scheduled_event_id = state.next_event_id;
    ch.write(on, scheduled_event(task, on));
  }
  if (task.sticky && !by.sticky_poll)
    clear_sticky(on);
  // Events that came while the task waited lie between the two.
  task.started_event_id = task.is_written() ? state.next_event_id : task.scheduled_event_id + 1;
  task.started_time = ch.now();
  task.deadline = later(ch.now(), task.start_to_close);
  task.identity = by.identity;
  task.request_id = by.request_id;
  task.build_id = by.worker_build_id;
  task.history_size = by.is_eager ? 0 : state.history_size; // as the real server has it
  task.too_many_events = task.started_event_id >= ch.settings().suggest_continue_as_new_events;
  task.too_many_bytes = task.history_size >= ch.settings().suggest_continue_as_new_bytes;
  // From nine tenths of what a run may have on.
  task.memory.too_many_updates =
      on.updates && on.updates->total() >= ch.settings().max_updates / 10 * 9;
  if (task.is_written())
    ch.write(on, started_event(task));
  return true;
}

void write_made_up_events(change& ch, run& on, std::string_view identity) {
  auto& task = *on.state.task;
  if (task.speculative()) {
    task.identity = identity;
    ch.make_task_real(on);
  }
  if (!task.transient())
    return;
  ch.write(on, scheduled_event(task, on));
  ch.write(on, started_event(task));
}

void fail_task(
    change& ch,
    run& on,
    enums::WorkflowTaskFailedCause cause,
    const api::failure::v1::Failure* failure,
    std::string_view identity,
    std::string_view binary_checksum) {
  auto& state = on.state;
  if (state.task->speculative())
    write_made_up_events(ch, on, identity);
  const auto task = *state.task;
  state.task.reset();
  if (!task.transient()) {
    auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_TASK_FAILED);
    auto& attributes = *event->mutable_workflow_task_failed_event_attributes();
    attributes.set_scheduled_event_id(task.scheduled_event_id);
    attributes.set_started_event_id(task.started_event_id);
    attributes.set_cause(cause);
    if (failure)
      copy_in_slices(*failure, *attributes.mutable_failure());
    attributes.set_identity(std::string{identity});
    attributes.set_binary_checksum(std::string{binary_checksum});
    ch.write(on, event);
  }
  if (state.sticky_queue.empty()) {
    state.next_attempt = task.attempt + 1;
  } else {
    clear_sticky(on);
    state.next_attempt = 1;
  }
}

void time_out_task(change& ch, run& on) {
  auto& state = on.state;
  if (state.task->speculative())
    ch.make_task_real(on);
  const auto task = *state.task;
  state.task.reset();
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT);
  auto& attributes = *event->mutable_workflow_task_timed_out_event_attributes();
  attributes.set_scheduled_event_id(task.scheduled_event_id);
  attributes.set_started_event_id(task.started_event_id);
  if (task.started()) {
    attributes.set_timeout_type(enums::TIMEOUT_TYPE_START_TO_CLOSE);
    if (!task.transient())
      ch.write(on, event);
    state.next_attempt = state.sticky_queue.empty() ? task.attempt + 1 : 1;
  } else {
    attributes.set_timeout_type(enums::TIMEOUT_TYPE_SCHEDULE_TO_START);
    if (!task.transient())
      ch.write(on, event);
  }
  clear_sticky(on);
  schedule_task(ch, on);
}

void clear_sticky(run& on) {
  on.state.sticky_queue.clear();
  on.state.sticky_timeout = {};
}

void limit_buffer(change& ch, run& on) {
  auto& state = on.state;
  if (!on.open() || !state.task || !state.task->started())
    return;
  bool full = state.buffered.size() > ch.settings().max_buffered_events;
  if (!full) {
    std::size_t bytes = 0;
    for (const auto& [place, event] : state.buffered)
      bytes += event->ByteSizeLong();
    full = bytes > ch.settings().max_buffered_bytes;
  }
  if (!full)
    return;
  fail_task(
      ch, on, enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND, nullptr, "history-service");
  // Unlike after other failures the next one is another attempt at the same task.
  ch.flush_buffered(on);
  schedule_task(ch, on);
}

std::vector<event_ptr> synthetic_events(const run& on) {
  std::vector<event_ptr> events;
  const auto& task = on.state.task;
  if (!on.open() || !task || task->is_written())
    return events;
  events.push_back(scheduled_event(*task, on));
  // A transient task that was overtaken by other events gets its place when it is started.
  events.back()->set_event_id(task->started() ? task->scheduled_event_id : on.state.next_event_id);
  if (task->started()) {
    events.push_back(started_event(*task));
    events.back()->set_event_id(task->started_event_id);
  }
  return events;
}

// Written as bytes, since building the message would copy every event.
std::string poll_response(const change& ch, const run& on, bool partial) {
  using response = api::workflowservice::v1::PollWorkflowTaskQueueResponse;
  const auto& state = on.state;
  const auto& task = *state.task;
  const auto& rec = ch.rec;
  const auto token = encode(
      workflow_token{
          rec.namespace_id,
          rec.workflow_id,
          on.id,
          task.scheduled_event_id,
          task.started_event_id,
          task.attempt,
          task.stamp},
      ch.settings().token_key);
  const std::int64_t first = partial ? state.last_completed_started_id + 1 : 1;
  const auto page = cut_page(on, first, 0);

  std::string bytes;
  bytes.reserve(
      200 + token.size() + rec.workflow_id.size() + on.id.size() + state.workflow_type.size()
      + state.task_queue.size() + page.bytes + 4 * page.events.size());
  wire_writer to{bytes};
  to.text(response::kTaskTokenFieldNumber, token);
  to.message(response::kWorkflowExecutionFieldNumber, [&] {
    to.text(api::common::v1::WorkflowExecution::kWorkflowIdFieldNumber, rec.workflow_id);
    to.text(api::common::v1::WorkflowExecution::kRunIdFieldNumber, on.id);
  });
  to.message(response::kWorkflowTypeFieldNumber, [&] {
    to.text(api::common::v1::WorkflowType::kNameFieldNumber, state.workflow_type);
  });
  to.number(
      response::kPreviousStartedEventIdFieldNumber,
      static_cast<std::uint64_t>(state.last_completed_started_id));
  to.number(
      response::kStartedEventIdFieldNumber, static_cast<std::uint64_t>(task.started_event_id));
  to.number(response::kAttemptFieldNumber, static_cast<std::uint64_t>(task.attempt));
  to.message(response::kHistoryFieldNumber, [&] {
    constexpr auto events = api::history::v1::History::kEventsFieldNumber;
    for (const auto& event : page.events) {
      const auto size = static_cast<std::size_t>(event->GetCachedSize());
      spend_bytes(size);
      to.message(events, *event, size);
    }
    if (page.next_event_id == 0)
      for (const auto& event : synthetic_events(on))
        to.message(events, *event);
  });
  if (page.next_event_id != 0)
    to.text(
        response::kNextPageTokenFieldNumber, encode(history_position{on.id, page.next_event_id}));
  write_messages(on, response::kMessagesFieldNumber, to);
  to.message(response::kWorkflowExecutionTaskQueueFieldNumber, [&] {
    to.text(api::taskqueue::v1::TaskQueue::kNameFieldNumber, state.task_queue);
    to.number(api::taskqueue::v1::TaskQueue::kKindFieldNumber, enums::TASK_QUEUE_KIND_NORMAL);
  });
  google::protobuf::Timestamp time;
  to_proto(task.scheduled_time, time);
  to.message(response::kScheduledTimeFieldNumber, time);
  to_proto(task.started_time, time);
  to.message(response::kStartedTimeFieldNumber, time);
  return bytes;
}

} // namespace troupe::embedded
