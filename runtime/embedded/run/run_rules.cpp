// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/run/run_rules.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/peer/peer_rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/cron.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/update/update_rules.hpp"
#include "runtime/embedded/workflow_task/build_ids.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>

#include <algorithm>

namespace troupe::embedded {
namespace {

using std::chrono::seconds;

void load_state(run_state& state, const new_run& what, time_point now) {
  const auto& from = what.started->workflow_execution_started_event_attributes();
  // What may be large stays where it is.
  const auto of_event = [&]<class Part>(const Part& part) {
    return held<Part>{std::shared_ptr<const Part>{what.started, &part}};
  };
  state.workflow_type = from.workflow_type().name();
  state.task_queue = from.task_queue().name();
  state.execution_timeout = from_proto(from.workflow_execution_timeout());
  state.run_timeout = from_proto(from.workflow_run_timeout());
  state.task_timeout = from_proto(from.workflow_task_timeout());
  state.first_run_id = from.first_execution_run_id();
  state.start_request_id = what.request_id;
  state.attempt = from.attempt();
  if (from.has_retry_policy())
    state.retry_policy = held<api::common::v1::RetryPolicy>::copy_of(from.retry_policy());
  state.cron_schedule = from.cron_schedule();
  state.start_time = now;
  state.execution_time = later(now, what.first_task_backoff);
  if (from.has_workflow_execution_expiration_time())
    state.execution_expiration = from_proto(from.workflow_execution_expiration_time());
  if (state.run_timeout > duration{}) {
    state.run_expiration = later(state.execution_time, state.run_timeout);
    if (state.execution_expiration)
      state.run_expiration = std::min(*state.run_expiration, *state.execution_expiration);
  }
  if (what.first_task_backoff > duration{})
    state.first_task_due = state.execution_time;
  if (from.has_memo())
    state.memo = of_event(from.memo());
  if (from.has_search_attributes())
    state.search_attributes = of_event(from.search_attributes());
  if (from.has_last_completion_result())
    state.last_completion_result = of_event(from.last_completion_result());
  if (from.has_prev_auto_reset_points())
    state.reset_points =
        held<api::workflow::v1::ResetPoints>::copy_of(from.prev_auto_reset_points());
  for (const auto& each : what.callbacks)
    state.callbacks.put(++state.last_callback, each);
}

api::failure::v1::Failure timeout_failure() {
  api::failure::v1::Failure failure;
  failure.set_message("workflow timeout");
  failure.set_source("Server");
  failure.mutable_timeout_failure_info()->set_timeout_type(enums::TIMEOUT_TYPE_START_TO_CLOSE);
  return failure;
}

void fail_started_task(change& ch, run& on) {
  if (on.state.task && on.state.task->started())
    fail_task(
        ch, on, enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND, nullptr, "history-service");
  on.state.task.reset();
  ch.flush_buffered(on);
}

void write_terminated(
    change& ch,
    run& on,
    const std::string& reason,
    const api::common::v1::Payloads* details,
    const std::string& identity,
    const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links) {
  fail_started_task(ch, on);
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
  auto& attributes = *event->mutable_workflow_execution_terminated_event_attributes();
  attributes.set_reason(reason);
  if (details)
    copy_in_slices(*details, *attributes.mutable_details());
  attributes.set_identity(identity);
  *event->mutable_links() = links;
  ch.write(on, event);
}

follow_up follow_cron(change& ch, const run& on) {
  const auto& state = on.state;
  follow_up next;
  const auto pause = cron_pause(state.cron_schedule, state.execution_time, ch.now());
  if (!pause)
    return next;
  next.run_id = ch.around.ids.uuid();
  next.initiator = enums::CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE;
  next.backoff = at_least_a_second_apart(on, ch.now(), *pause);
  return next;
}

} // namespace

run& create_run(change& ch, new_run what) {
  // A run that follows another was asked for by nobody outside: the service makes up the request.
  if (what.request_id.empty())
    what.request_id = ch.around.ids.uuid();
  for (auto& each : what.callbacks) {
    each.request_id = what.request_id;
    each.attached_later = false;
  }
  to_proto(ch.now(), *what.started->mutable_event_time());
  what.started->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  return add_run(ch, what);
}

run& add_run(change& ch, const new_run& what) {
  auto made = std::make_unique<run>();
  made->id = what.run_id;
  load_state(made->state, what, ch.now());
  auto& on = ch.add(std::move(made));
  ch.write(on, what.started);
  on.state.request_ids.put(
      what.request_id, {enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, 1, false});
  ch.show(on);
  return on;
}

void begin_first_task(change& ch, run& on) {
  want_task(ch, on);
}

void close_run(change& ch, run& on, enums::WorkflowExecutionStatus status, successor next) {
  auto& state = on.state;
  state.status = status;
  state.close_time = ch.now();
  state.task.reset();
  state.first_task_due.reset();
  state.timers.clear();
  state.activities.clear();
  state.nexus_operations.clear();
  state.buffered.clear();
  end_updates(ch, on);
  leave_peers(on, next != successor::none, next == successor::resets);
  auto& all = state.callbacks;
  for (auto at = all.begin(); at != all.end();) {
    // Its updates end with the run, whoever takes over.
    const bool leaves = at->second.update_id.empty()
                        && (next == successor::takes_callbacks || next == successor::resets);
    if (leaves) {
      all.erase(at++);
      continue;
    }
    if (const auto to = callback::next(at->second.state, callback::event::ended))
      all.edit(at).state = *to;
    ++at;
  }
  ch.show(on);
}

void terminate_run(
    change& ch,
    run& on,
    const std::string& reason,
    const api::common::v1::Payloads* details,
    const std::string& identity,
    const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links) {
  write_terminated(ch, on, reason, details, identity, links);
  close_run(ch, on, enums::WORKFLOW_EXECUTION_STATUS_TERMINATED);
}

void reset_run(change& ch, run& on, const std::string& reason, bool is_base) {
  write_terminated(ch, on, reason, nullptr, "history-resetter", {});
  close_run(
      ch,
      on,
      enums::WORKFLOW_EXECUTION_STATUS_TERMINATED,
      is_base ? successor::resets : successor::takes_callbacks);
}

run* after_resets(change& ch, run* on) {
  // Each was made after the one before.
  while (on != nullptr && !on->open() && !on->state.reset_run_id.empty())
    on = ch.find(on->state.reset_run_id);
  return on;
}

void time_out_run(change& ch, run& on) {
  const auto failure = timeout_failure();
  const auto& expiration = on.state.execution_expiration;
  follow_up next;
  if (expiration && ch.now() >= *expiration)
    next.retry_state = enums::RETRY_STATE_TIMEOUT;
  else
    next = follow_failure(ch, on, failure);
  fail_started_task(ch, on);
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT);
  auto& attributes = *event->mutable_workflow_execution_timed_out_event_attributes();
  attributes.set_retry_state(next.retry_state);
  attributes.set_new_execution_run_id(next.run_id);
  ch.write(on, event);
  on.state.next_run_id = next.run_id;
  start_follow_up(ch, on, next, &failure, nullptr);
  close_run(ch, on, enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT, kind_of(next));
}

follow_up follow_failure(change& ch, const run& on, const api::failure::v1::Failure& failure) {
  const auto& state = on.state;
  const auto retry = next_attempt(
      state.retry_policy, state.attempt, failure, ch.now(), state.execution_expiration);
  if (retry.state == enums::RETRY_STATE_IN_PROGRESS) {
    follow_up next;
    next.retry_state = retry.state;
    next.run_id = ch.around.ids.uuid();
    next.initiator = enums::CONTINUE_AS_NEW_INITIATOR_RETRY;
    next.backoff = at_least_a_second_apart(on, ch.now(), retry.delay);
    return next;
  }
  auto next = state.cron_schedule.empty() ? follow_up{} : follow_cron(ch, on);
  next.retry_state = retry.state;
  return next;
}

follow_up follow_success(change& ch, const run& on) {
  return on.state.cron_schedule.empty() ? follow_up{} : follow_cron(ch, on);
}

void start_follow_up(
    change& ch,
    run& on,
    const follow_up& next,
    const api::failure::v1::Failure* failure,
    const api::common::v1::Payloads* result) {
  if (next.run_id.empty())
    return;
  const bool retry = next.initiator == enums::CONTINUE_AS_NEW_INITIATOR_RETRY;
  const auto& old = on.started();
  new_run what;
  what.run_id = next.run_id;
  what.first_task_backoff = next.backoff;
  what.started = std::make_shared<history_event>();
  *what.started->mutable_links() = on.history.front()->links();
  if (on.history.front()->has_user_metadata())
    copy_in_slices(on.history.front()->user_metadata(), *what.started->mutable_user_metadata());
  auto& to = *what.started->mutable_workflow_execution_started_event_attributes();
  to = old;
  to.clear_identity();
  to.clear_continued_failure();
  to.clear_last_completion_result();
  to.clear_completion_callbacks();
  to.clear_prev_auto_reset_points();
  to.clear_eager_execution_accepted();
  to.clear_versioning_override();
  to.set_continued_execution_run_id(on.id);
  to.set_original_execution_run_id(next.run_id);
  to.set_initiator(next.initiator);
  to.set_attempt(retry ? on.state.attempt + 1 : 1);
  to_proto(next.backoff, *to.mutable_first_workflow_task_backoff());
  if (failure)
    copy_in_slices(*failure, *to.mutable_continued_failure());
  if (!retry) {
    if (result)
      copy_in_slices(*result, *to.mutable_last_completion_result());
    else if (on.state.last_completion_result)
      copy_in_slices(*on.state.last_completion_result, *to.mutable_last_completion_result());
  }
  carry_reset_points(ch, on, to);
  if (retry) {
    what.callbacks = callbacks_of(on);
    for (const auto& each : what.callbacks)
      *to.add_completion_callbacks() = *each.what;
  }
  // A new run is the current one: `on` stays valid, the record owns runs by pointer.
  auto& begun = create_run(ch, std::move(what));
  begin_first_task(ch, begun);
}

rpc_status check_signal(const change& ch, const run& on) {
  const auto& state = on.state;
  if (state.signal_count >= static_cast<std::int64_t>(ch.settings().max_signals))
    return invalid_argument("exceeded workflow execution limit for signal events");
  if (state.close_attempted && state.task && state.task->started())
    return busy_closing();
  return {};
}

rpc_status busy_closing() {
  api::errordetails::v1::ResourceExhaustedFailure detail;
  detail.set_cause(enums::RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW);
  detail.set_scope(enums::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
  return with_detail(
      status_code::resource_exhausted,
      "workflow operation can not be applied because workflow is closing",
      detail);
}

void signal_run(change& ch, run& on, const std::string& request_id, const event_ptr& signaled) {
  if (!request_id.empty())
    on.state.signal_request_ids.put(request_id, {});
  ++on.state.signal_count;
  ch.append(on, signaled);
  note_signal(ch, on, *signaled);
  want_task(ch, on);
  limit_buffer(ch, on);
}

void name_signal(const change& ch, const std::string& request_id, history_event& signaled) {
  if (ch.settings().signal_links)
    signaled.mutable_workflow_execution_signaled_event_attributes()->set_request_id(request_id);
}

void note_signal(const change& ch, run& on, const history_event& signaled) {
  const auto& id = signaled.workflow_execution_signaled_event_attributes().request_id();
  if (ch.settings().signal_links && !id.empty() && !on.state.request_ids.contains(id))
    on.state.request_ids.put(
        id, {signaled.event_type(), signaled.event_id(), signaled.event_id() == 0});
}

void link_to_signal(
    const change& ch, const run& on, const std::string& request_id, api::common::v1::Link& link) {
  auto& event = *link.mutable_workflow_event();
  event.set_namespace_(ch.rec.name_space);
  event.set_workflow_id(ch.rec.workflow_id);
  event.set_run_id(on.id);
  event.mutable_request_id_ref()->set_request_id(request_id);
  event.mutable_request_id_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
}

std::vector<completion_callback> callbacks_of(const run& on) {
  std::vector<completion_callback> all;
  for (const auto& [number, each] : on.state.callbacks)
    if (each.update_id.empty())
      all.push_back(each);
  return all;
}

std::size_t attached_callbacks(const run& on) {
  using state = callback::state;
  return static_cast<std::size_t>(std::ranges::count_if(on.state.callbacks, [](const auto& entry) {
    const auto is = entry.second.state;
    return is != state::succeeded && is != state::failed;
  }));
}

successor kind_of(const follow_up& next) {
  if (next.run_id.empty())
    return successor::none;
  return next.initiator == enums::CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE
             ? successor::leaves_callbacks
             : successor::takes_callbacks;
}

duration at_least_a_second_apart(const run& on, time_point now, duration backoff) {
  const auto earliest = later(on.state.execution_time, seconds{1});
  return later(now, backoff) < earliest ? earliest - now : backoff;
}

} // namespace troupe::embedded
