// SPDX-License-Identifier: Apache-2.0
// The part of the engine that walks over a history: which event means what, and what the code must
// have asked for.

#include "runtime/base/deterministic_code.hpp"
#include "runtime/base/pulse.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/trace_header.hpp"
#include "runtime/workflow/engine_extras.hpp"
#include "runtime/workflow/history/history_slicer.hpp"
#include "runtime/workflow/machines/close_machine.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

bool engine::apply(temporal::api::history::v1::History& history, const walk& how) {
  const detail::ref<run> keep{this};
  const deterministic_code ours{this};
  auto& events = *history.mutable_events();
  int at = 0;
  while (at != events.size() && events[at].event_id() <= last_event_id_)
    ++at;
  step_jobs todo;
  for (auto step = next_step(history, at); step;) {
    const auto next = next_step(history, step->last + 1);
    if (!next && how.more_to_come)
      return false;
    // A closed run's last task is a replay too: what it did is in the events behind it.
    replaying_ = how.replay_only || next.has_value() || !step->runs_code;
    if ((replaying_ && replay_time_ == 0) || (!replaying_ && replay_time_ != 0)) [[unlikely]]
      time_replay();
    todo.begin(next || how.replay_only ? nullptr : how.messages);
    look_ahead(history, step->last + 1, todo);
    apply_step(history, at, step->last, step->runs_code, todo);
    if (task_error_ != nullptr || closed_by_history_)
      return true;
    at = step->last + 1;
    step = next;
  }
  if (how.more_to_come)
    return false;
  if (how.to_the_end && at != events.size()) {
    replaying_ = true;
    todo.begin(nullptr);
    apply_step(history, at, events.size() - 1, false, todo);
  }
  return true;
}

/// A replay begins, or new code follows it.
void engine::time_replay() {
  if (environment_->steady_nanoseconds == nullptr || has_caught_up_)
    return;
  const exempt_code ours;
  const auto now = environment_->steady_nanoseconds();
  has_caught_up_ = !replaying_;
  replay_time_ = replaying_ ? now : now - replay_time_;
}

std::optional<duration> engine::take_replay_time() noexcept {
  const auto took = std::exchange(replay_time_, 0);
  return std::exchange(has_caught_up_, false) ? std::optional{duration{took}} : std::nullopt;
}

/// Looks at the answer to the task whose code is about to run: its flags hold for that code
/// already, what its markers say is what the code is about to do, and the updates that it accepts
/// are those that came with the task.
void engine::look_ahead(temporal::api::history::v1::History& history, int from, step_jobs& todo) {
  auto& events = *history.mutable_events();
  if (extras_)
    extras_->deployment_version = {};
  if (from == events.size()
      || events[from].event_type() != enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    return;
  merge_metadata(events[from]);
  const auto& completed = events[from].workflow_task_completed_event_attributes();
  if (completed.has_deployment_version())
    with_extras().deployment_version = {
        completed.deployment_version().deployment_name(),
        completed.deployment_version().build_id()};
  for (int i = from + 1; i != events.size(); ++i) {
    const auto* row = find_event(events[i].event_type());
    if (row == nullptr || row->command == 0)
      return;
    if (row->is_peeked_at)
      with_extras().ahead.push_back(&events[i]);
    else if (events[i].event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
      todo.add_accepted(events[i]);
  }
}

std::span<const history_event* const> engine::ahead() const noexcept {
  if (!extras_)
    return {};
  return extras_->ahead;
}

void engine::apply_step(
    temporal::api::history::v1::History& history,
    int first,
    int last,
    bool runs_code,
    step_jobs& todo) {
  beat(); // a long history may take long, and yet it gets on
  auto& events = *history.mutable_events();
  std::int64_t completed_event_id = 0;
  for (int i = first; i <= last; ++i) {
    auto& event = events[i];
    if (event.event_id() != last_event_id_ + 1)
      throw history_error(
          "event " + std::to_string(last_event_id_ + 1) + " is missing in the history: "
          + event_text(event) + " follows event " + std::to_string(last_event_id_));
    if (const auto* row = find_event(event.event_type())) {
      walk_event(event, *row, i == last && runs_code);
      todo.add(event, *row);
      if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        completed_event_id = event.event_id();
    } else if (!event.worker_may_ignore()) {
      throw history_error(
          event_text(event)
          + " is of a kind that this worker does not know and may not ignore: use a newer worker");
    }
    last_event_id_ = event.event_id();
  }
  todo.end();
  if (completed_event_id != 0)
    check_all_matched(completed_event_id);
  if (!has_begun_)
    throw history_error("the history does not begin with WorkflowExecutionStarted");
  if (runs_code)
    run_step(todo);
}

void engine::run_step(const step_jobs& todo) {
  const frame_meter meter{frame_bytes_};
  if (!todo.messages().empty()) {
    const told_at_once guard{with_messages()};
    for (const auto& [event, protocol] : todo.messages()) {
      if (protocol != nullptr) {
        deliver_message(*protocol);
        continue;
      }
      if (event->event_type() != enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) {
        deliver_update_event(*event);
        continue;
      }
      auto& attributes = *event->mutable_workflow_execution_signaled_event_attributes();
      received_signal told{
          std::move(*attributes.mutable_signal_name()),
          from_proto(attributes.input()),
          event->event_id()};
      if (environment_->tracer)
        told.sender = protocol::read_trace_header(attributes.header());
      if (interceptors() != nullptr)
        told.headers = protocol::read_headers(attributes.header());
      deliver_signal(std::move(told));
    }
  }
  if (!todo.messages().empty())
    run_code();
  for (const auto& [event, row] : todo.resolutions()) {
    if (row->of != machine_kind::run) {
      if (auto* one = machine_of(*event, *row))
        one->on_event(*row, *event);
    } else if (event->event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED) {
      cancel_requested_ = true;
      root_->cancel(event->workflow_execution_cancel_requested_event_attributes().cause());
    } else {
      make_ready(main_start_);
    }
  }
  run_code();
  if (extras_) {
    resolve_ahead();
    extras_->ahead.clear();
  }
}

/// What an event means to the run itself.
void engine::walk_event(history_event& event, const event_row& row, bool is_last) {
  if (row.command != 0)
    match_command(event, row);
  if (row.ends_run)
    closed_by_history_ = true;
  switch (event.event_type()) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: begin(event); return;
  case enums::EVENT_TYPE_WORKFLOW_TASK_STARTED:
    if (is_last)
      start_task(event);
    return;
  case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED: merge_metadata(event); return;
  case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED: {
    const auto& attributes = event.workflow_task_failed_event_attributes();
    if (attributes.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW) {
      auto& extras = with_extras();
      extras.random.emplace(seed_of(attributes.new_run_id()));
      extras.named_random.clear();
      extras.reset_run_id = attributes.new_run_id();
    }
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED: take_options(event); return;
  default: return;
  }
}

/// What the code can see of options that somebody changed.
void engine::take_options(const history_event& event) {
  const auto& changed = event.workflow_execution_options_updated_event_attributes();
  if (!changed.has_priority() || !has_begun_)
    return;
  auto from = started();
  *from.mutable_priority() = changed.priority();
  started_ = from.SerializeAsString();
}

void engine::begin(history_event& event) {
  if (has_begun_)
    throw history_error(event_text(event) + " comes a second time");
  auto& attributes = *event.mutable_workflow_execution_started_event_attributes();
  auto input = from_proto(attributes.input());
  // Only what `info` and continue-as-new need is kept for the life of the run, and as bytes: the
  // message would take several times as much.
  attributes.clear_input();
  if (run_id_.empty())
    run_id_ = attributes.original_execution_run_id();
  if (environment_->tracer)
    begin_trace(attributes);
  if (attributes.has_header()) {
    protocol::remove_trace_header(*attributes.mutable_header());
    if (attributes.header().fields().empty())
      attributes.clear_header();
  }
  attributes.clear_identity();
  if (attributes.has_continued_failure())
    with_extras().last_failure = attributes.continued_failure().SerializeAsString();
  attributes.clear_continued_failure();
  if (attributes.has_last_completion_result())
    with_extras().last_completion_result = attributes.last_completion_result().SerializeAsString();
  attributes.clear_last_completion_result();
  attributes.clear_completion_callbacks();
  attributes.clear_prev_auto_reset_points();
  attributes.clear_workflow_type();
  started_ = attributes.SerializeAsString();
  if (event.has_user_metadata())
    with_extras().user_metadata = event.user_metadata().SerializeAsString();
  if (environment_->converter.codec) [[unlikely]]
    narrow_converter(attributes.workflow_id());
  has_begun_ = true;
  is_made_early_ = definition_->takes_messages_early;
  execution_time_ = from_proto(event.event_time());
  const auto before = troupe::detail::frame_bytes();
  main_.emplace(make_main(std::move(input)));
  frame_bytes_ += static_cast<std::uint32_t>(troupe::detail::frame_bytes() - before);
  main_start_.frame = main_->frame();
  main_start_.where = main_->frame().promise().where;
}

void engine::begin_trace(
    const temporal::api::history::v1::WorkflowExecutionStartedEventAttributes& attributes) {
  with_extras().trace.emplace(
      environment_->tracer,
      protocol::read_trace_header(attributes.header()),
      run_id_,
      definition_->name,
      attributes.workflow_id());
}

void engine::start_task(const history_event& event) {
  const auto& attributes = event.workflow_task_started_event_attributes();
  now_ = std::max(now_, from_proto(event.event_time()));
  if (start_time_ == time_point{})
    start_time_ = now_;
  history_size_bytes_ = attributes.history_size_bytes();
  continue_as_new_suggested_ = attributes.suggest_continue_as_new();
  target_version_changed_ = attributes.target_worker_deployment_version_changed();
  continue_as_new_reasons_ = 0;
  for (const auto reason : attributes.suggest_continue_as_new_reasons())
    if (reason > 0 && reason < 8)
      continue_as_new_reasons_ |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(reason));
}

void engine::merge_metadata(const history_event& completed) {
  if (std::exchange(merged_event_id_, completed.event_id()) == completed.event_id())
    return; // looked ahead to
  const auto& attributes = completed.workflow_task_completed_event_attributes();
  if (!attributes.has_sdk_metadata())
    return;
  const auto& metadata = attributes.sdk_metadata();
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

void engine::match_command(const history_event& event, const event_row& row) {
  while (next_command_ != commands_.size()
         && !commands_[next_command_].by->wants(commands_[next_command_].command))
    ++next_command_;
  if (extras_ && extras_->standing_anywhere != 0) [[unlikely]]
    bring_to_front(event, row);
  if (row.is_peeked_at && may_lack_command(event, row))
    return;
  detail::ref<machine> by;
  int command = 0;
  if (next_command_ != commands_.size()) {
    by = commands_[next_command_].by;
    command = commands_[next_command_].command;
  } else if (close_ && !close_matched_) {
    by = close_;
    command = close_->command();
  } else {
    throw_no_command(event);
  }
  if (command != row.command)
    throw_wrong_command(event, command_text(*by, command));
  if (environment_->on_match) {
    wire_command written;
    written.set_command_type(static_cast<enums::CommandType>(command));
    by->write(command, written);
    environment_->on_match(written, event);
  }
  by->recorded(row, event);
  if (next_command_ != commands_.size())
    ++next_command_;
  else
    close_matched_ = true;
}

void engine::check_all_matched(std::int64_t completed_event_id) {
  for (std::size_t i = next_command_; i != commands_.size(); ++i)
    if (commands_[i].by->wants(commands_[i].command))
      throw_no_event(command_text(*commands_[i].by, commands_[i].command), completed_event_id);
  if (close_ && !close_matched_)
    throw_no_event(command_text(*close_, close_->command()), completed_event_id);
  commands_.clear();
  next_command_ = 0;
}

machine* engine::machine_of(const history_event& event, const event_row& row) const {
  const auto id = row.begun_by(event);
  const auto at =
      std::ranges::lower_bound(machines_, id, {}, [](const auto& one) { return one.first; });
  if (at != machines_.end() && at->first == id && at->second->kind() == row.of)
    return at->second.get();
  if (row.may_be_late || event.worker_may_ignore())
    return nullptr;
  throw history_error(
      event_text(event) + " refers to event " + std::to_string(id)
      + (at != machines_.end() && at->first == id ? ", which began something else"
                                                  : ", where nothing is under way"));
}

} // namespace troupe::workflow
