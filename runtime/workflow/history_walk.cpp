// SPDX-License-Identifier: Apache-2.0
// The part of the engine that walks over a history: which event means what, and what the code must
// have asked for.

#include "runtime/base/time.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/workflow/engine.hpp"
#include "runtime/workflow/history_slicer.hpp"
#include "runtime/workflow/machines/close_machine.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

/// What the code is told when the step's events are read, in the order of sdk-core: signals, then
/// all else.
struct engine::jobs {
  std::vector<history_event*> signals;
  std::vector<const history_event*> others;
};

void engine::apply(
    temporal::api::history::v1::History& history, bool replay_only, bool to_the_end) {
  const detail::ref<run> keep{this};
  auto& events = *history.mutable_events();
  int at = 0;
  while (at != events.size() && events[at].event_id() <= last_event_id_)
    ++at;
  while (at != events.size()) {
    const auto step = next_step(history, at);
    if (!step)
      break;
    auto next = next_step(history, step->last + 1);
    // A closed run's last task is a replay too: what it did is in the events behind it.
    replaying_ = replay_only || next.has_value() || !step->runs_code;
    if (step->last + 1 < events.size()
        && events[step->last + 1].event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
      merge_metadata(events[step->last + 1]);
    apply_step(history, at, step->last, step->runs_code);
    if (task_error_ != nullptr || closed_by_history_)
      return;
    at = step->last + 1;
  }
  if (to_the_end && at != events.size()) {
    replaying_ = true;
    apply_step(history, at, events.size() - 1, false);
  }
}

void engine::apply_step(
    temporal::api::history::v1::History& history, int first, int last, bool runs_code) {
  auto& events = *history.mutable_events();
  jobs todo;
  completed_event_id_ = 0;
  for (int i = first; i <= last; ++i) {
    auto& event = events[i];
    if (event.event_id() != last_event_id_ + 1)
      throw history_error(
          "event " + std::to_string(last_event_id_ + 1) + " is missing in the history: "
          + event_text(event) + " follows event " + std::to_string(last_event_id_));
    walk_event(event, i == last && runs_code, todo);
    last_event_id_ = event.event_id();
  }
  if (completed_event_id_ != 0)
    check_all_matched();
  if (!has_begun_)
    throw history_error("the history does not begin with WorkflowExecutionStarted");
  if (!runs_code)
    return;

  if (!todo.signals.empty()) {
    for (auto* event : todo.signals) {
      auto& attributes = *event->mutable_workflow_execution_signaled_event_attributes();
      deliver_signal(std::move(*attributes.mutable_signal_name()), from_proto(attributes.input()));
    }
    run_code();
  }
  for (const auto* event : todo.others) {
    if (event->event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED) {
      cancel_requested_ = true;
      root_->cancel(event->workflow_execution_cancel_requested_event_attributes().cause());
    } else if (event->event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED) {
      make_ready(main_start_);
    } else if (auto* one = machine_of(*event)) {
      one->on_event(*event);
    }
  }
  run_code();
}

void engine::walk_event(history_event& event, bool is_last, jobs& todo) {
  const auto type = event.event_type();
  if (is_command_event(type)) {
    match_command(event);
    if (is_final_event(type))
      closed_by_history_ = true;
    return;
  }
  switch (type) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
    begin(event);
    todo.others.push_back(&event);
    return;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: todo.signals.push_back(&event); return;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
  case enums::EVENT_TYPE_TIMER_FIRED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_STARTED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED:
    todo.others.push_back(&event);
    return;
  case enums::EVENT_TYPE_WORKFLOW_TASK_STARTED:
    if (is_last)
      start_task(event);
    return;
  case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
    completed_event_id_ = event.event_id();
    merge_metadata(event);
    return;
  case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED: {
    const auto& attributes = event.workflow_task_failed_event_attributes();
    if (attributes.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW)
      random_ = std::make_unique<random_stream>(seed_of(attributes.new_run_id()));
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: closed_by_history_ = true; return;
  case enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED: return;
  default:
    if (!event.worker_may_ignore())
      throw history_error(
          event_text(event)
          + " is of a kind that this worker does not know and may not ignore: use a newer worker");
  }
}

void engine::begin(history_event& event) {
  if (has_begun_)
    throw history_error(event_text(event) + " comes a second time");
  auto& attributes = *event.mutable_workflow_execution_started_event_attributes();
  auto input = from_proto(attributes.input());
  // Only what `info` and continue-as-new need is kept for the life of the run, and as bytes: the
  // message would take several times as much.
  attributes.clear_input();
  attributes.clear_header();
  attributes.clear_identity();
  attributes.clear_continued_failure();
  attributes.clear_last_completion_result();
  attributes.clear_completion_callbacks();
  attributes.clear_prev_auto_reset_points();
  attributes.clear_workflow_type();
  started_ = attributes.SerializeAsString();
  has_begun_ = true;
  execution_time_ = from_proto(event.event_time());
  if (run_id_.empty())
    run_id_ = attributes.original_execution_run_id();
  const auto before = troupe::detail::frame_bytes();
  main_.emplace(definition_->run(context{detail::ref<run>{this}, root_}, std::move(input)));
  frame_bytes_ += troupe::detail::frame_bytes() - before;
  main_start_.frame = main_->frame();
}

void engine::start_task(const history_event& event) {
  const auto& attributes = event.workflow_task_started_event_attributes();
  now_ = std::max(now_, from_proto(event.event_time()));
  if (start_time_ == time_point{})
    start_time_ = now_;
  history_size_bytes_ = attributes.history_size_bytes();
  continue_as_new_suggested_ = attributes.suggest_continue_as_new();
}

void engine::merge_metadata(const history_event& completed) {
  const auto& metadata = completed.workflow_task_completed_event_attributes().sdk_metadata();
  for (const auto flag : metadata.core_used_flags())
    if (flag < 64)
      core_flags_ |= std::uint64_t{1} << flag;
  const auto& known = sdk();
  const bool is_new_name = !metadata.sdk_name().empty() && metadata.sdk_name() != known.name;
  const bool is_new_version =
      !metadata.sdk_version().empty() && metadata.sdk_version() != known.version;
  if (is_new_name || is_new_version)
    set_sdk(
        {is_new_name ? metadata.sdk_name() : known.name,
         is_new_version ? metadata.sdk_version() : known.version});
}

void engine::match_command(const history_event& event) {
  while (next_command_ != commands_.size()
         && !commands_[next_command_].by->wants(commands_[next_command_].command))
    ++next_command_;
  detail::ref<machine> by;
  int command = 0;
  if (next_command_ != commands_.size()) {
    by = commands_[next_command_].by;
    command = commands_[next_command_].command;
  } else if (close_ && !close_matched_) {
    by = close_;
  } else {
    throw_no_command(event);
  }
  if (by->event_type(command) != event.event_type())
    throw_wrong_command(event, by->describe(command));
  if (environment_->on_match) {
    wire_command written;
    by->write(command, written);
    environment_->on_match(written, event);
  }
  by->recorded(command, event);
  if (next_command_ != commands_.size())
    ++next_command_;
  else
    close_matched_ = true;
}

void engine::check_all_matched() {
  for (auto i = next_command_; i != commands_.size(); ++i)
    if (commands_[i].by->wants(commands_[i].command))
      throw_no_event(commands_[i].by->describe(commands_[i].command), completed_event_id_);
  if (close_ && !close_matched_)
    throw_no_event(close_->describe(0), completed_event_id_);
  commands_.clear();
  next_command_ = 0;
}

machine* engine::machine_of(const history_event& event) const {
  std::int64_t id = 0;
  bool ignorable = event.worker_may_ignore();
  switch (event.event_type()) {
  case enums::EVENT_TYPE_TIMER_FIRED:
    id = event.timer_fired_event_attributes().started_event_id();
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_STARTED:
    id = event.activity_task_started_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    id = event.activity_task_completed_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
    id = event.activity_task_failed_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
    id = event.activity_task_timed_out_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
    id = event.activity_task_canceled_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED:
    id = event.nexus_operation_started_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
    id = event.nexus_operation_completed_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
    id = event.nexus_operation_failed_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
    id = event.nexus_operation_canceled_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
    id = event.nexus_operation_timed_out_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
    // May come after the operation's end, when nobody waits for it any more.
    id = event.nexus_operation_cancel_request_completed_event_attributes().scheduled_event_id();
    ignorable = true;
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED:
    id = event.nexus_operation_cancel_request_failed_event_attributes().scheduled_event_id();
    ignorable = true;
    break;
  default: return nullptr;
  }
  const auto at =
      std::ranges::lower_bound(machines_, id, {}, [](const auto& one) { return one.first; });
  if (at != machines_.end() && at->first == id)
    return at->second.get();
  if (ignorable)
    return nullptr;
  throw history_error(
      event_text(event) + " refers to event " + std::to_string(id)
      + ", where nothing is under way");
}

} // namespace troupe::workflow
