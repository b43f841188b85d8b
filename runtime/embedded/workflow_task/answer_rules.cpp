// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/update/update_messages.hpp"
#include "runtime/embedded/update/update_rules.hpp"
#include "runtime/embedded/workflow_task/build_ids.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/update/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <string_view>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // worker versions still travel in old fields

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using complete_request = wire::RespondWorkflowTaskCompletedRequest;

constexpr auto heartbeat_limit = std::chrono::minutes{30};

/// The run whose started task the token means; null if it is not the task under way.
run* find_started(change& ch, const workflow_token& token) {
  run* const on = ch.find(token.run_id);
  if (!on || !on->open() || token.run_id.empty())
    return nullptr;
  const auto& task = on->state.task;
  return task && task->started() && task->stamp == token.stamp ? on : nullptr;
}

/// Of why an answer is refused, in an event: it may cite an id of megabytes.
constexpr std::size_t longest_cause = 16 * 1024;

std::string build_id_of(const complete_request& request) {
  if (!request.deployment_options().build_id().empty())
    return request.deployment_options().build_id();
  return request.worker_version_stamp().build_id();
}

/// A close command that is not the last one, or a command type nobody knows: the task goes on.
rpc_status check_sequence(const complete_request& request) {
  const auto& commands = request.commands();
  for (const auto& command : commands) {
    if (!find_handler(command.command_type()))
      return invalid_argument("unknown command type: " + command_name(command.command_type()));
  }
  for (int at = 0; at + 1 < commands.size(); ++at) {
    if (!is_closing(commands[at].command_type()))
      continue;
    std::string all;
    for (const auto& command : commands)
      all += (all.empty() ? "" : ", ") + command_name(command.command_type());
    return invalid_argument(
        "invalid command sequence: [" + all + "], command "
        + command_name(commands[at].command_type()) + " must be the last command.");
  }
  return {};
}

/// Which worker holds the run from now on, if one does.
void keep_sticky(run& on, const complete_request& request) {
  const auto& given = request.sticky_attributes();
  if (given.worker_task_queue().name().empty()) {
    clear_sticky(on);
    return;
  }
  on.state.sticky_queue = given.worker_task_queue().name();
  on.state.sticky_timeout = from_proto(given.schedule_to_start_timeout());
}

std::int64_t write_completed(change& ch, run& on, const complete_request& request) {
  auto& state = on.state;
  write_made_up_events(ch, on, request.identity());
  const auto task = *state.task;
  const auto build_id = build_id_of(request);
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  auto& to = *event->mutable_workflow_task_completed_event_attributes();
  to.set_scheduled_event_id(task.scheduled_event_id);
  to.set_started_event_id(task.started_event_id);
  to.set_identity(request.identity());
  to.set_binary_checksum(request.binary_checksum());
  if (!build_id.empty())
    to.mutable_worker_version()->set_build_id(build_id);
  if (request.has_sdk_metadata())
    *to.mutable_sdk_metadata() = request.sdk_metadata();
  if (request.has_metering_metadata())
    *to.mutable_metering_metadata() = request.metering_metadata();
  ch.write(on, event);
  state.last_completed_started_id = task.started_event_id;
  state.next_attempt = 1;
  state.close_attempted = false;
  keep_sticky(on, request);
  state.task.reset();
  note_build(ch, on, {build_id, request.binary_checksum()}, event->event_id());
  return event->event_id();
}

void refuse_completion(
    change& ch, run& on, const complete_request& request, const command_failure& failed) {
  if (failed.cause == enums::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED) {
    refuse(ch, failed.refusal.ok() ? invalid_argument(failed.message) : failed.refusal);
    return;
  }
  const std::string message = failed.message.empty()
                                  ? cause_name(failed.cause)
                                  : cause_name(failed.cause) + ": " + failed.message;
  abort_sent_updates(ch, on);
  const bool unhandled = failed.cause == enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;
  // A task that has failed before is left to run into its timeout, so that it does not spin.
  if (!on.state.task->transient() || unhandled || failed.terminates) {
    api::failure::v1::Failure failure;
    failure.set_message(excerpt(message, longest_cause));
    failure.mutable_server_failure_info();
    fail_task(ch, on, failed.cause, &failure, request.identity(), request.binary_checksum());
    on.state.close_attempted = unhandled;
    if (failed.terminates)
      terminate_run(ch, on, message, nullptr, "history-service");
    else
      schedule_task(ch, on);
  }
  refuse(ch, invalid_argument(message));
}

/// What the worker asked to start itself, and did not cancel again.
void start_eager(completion& in, wire::RespondWorkflowTaskCompletedResponse& response) {
  auto& activities = in.on.state.activities;
  for (const auto& id : in.eager) {
    const auto found = activities.find(id);
    if (found == activities.end())
      continue;
    spend();
    auto& activity = activities.edit(found);
    start_activity(in.ch, activity, in.identity, in.ch.around.ids.uuid());
    response.add_activity_tasks()->ParseFromString(activity_task(in.ch, in.on, activity));
  }
}

/// With so many events since the last completed task a worker that can tell (by a capability) still
/// goes back to where that left it.
constexpr std::int64_t most_events_gone_back = 10;

/// True if nothing of the started task needs to be written: it was there for updates alone, and all
/// were rejected.
bool is_forgettable(const run& on, const complete_request& request) {
  const auto& task = *on.state.task;
  if (!task.speculative() || !request.commands().empty()
      || request.force_create_new_workflow_task())
    return false;
  for (const auto& message : request.messages())
    if (!message.body().Is<api::update::v1::Rejection>())
      return false;
  const auto written_since = task.scheduled_event_id - on.state.last_completed_started_id - 2;
  return on.state.last_completed_started_id > 0
         && (written_since == 0
             || (request.capabilities().discard_speculative_workflow_task_with_events()
                 && written_since <= most_events_gone_back));
}

/// The task is over as if it had never been. Its last event is the last one that there is.
std::int64_t drop_speculative(run& on, const complete_request& request) {
  keep_sticky(on, request);
  on.state.task.reset();
  return on.state.next_event_id - 1;
}

/// The commands in their order; the messages that none of them names come behind them, but before
/// the one that ends the run.
command_result take_all(completion& in, const complete_request& request) {
  for (const auto& command : request.commands()) {
    spend();
    in.closes = is_closing(command.command_type());
    if (in.closes)
      if (auto failed = take_loose_messages(in))
        return failed;
    if (auto failed = find_handler(command.command_type())(in, command))
      return failed;
  }
  return in.on.open() ? take_loose_messages(in) : std::nullopt;
}

} // namespace

std::string hand_out(change& ch, run& on, bool partial) {
  auto answer = poll_response(ch, on, partial);
  mark_sent(ch, on);
  // Whoever completes or fails the task says who it is; others see nobody until then.
  if (on.state.task->speculative())
    on.state.task->identity.clear();
  return answer;
}

void handle(change& ch, const start_workflow_task& what) {
  run* const on = ch.find(what.run_id);
  if (!on || what.run_id.empty() || !start_task(ch, *on, what)) {
    refuse(ch, task_not_found());
    return;
  }
  // Whoever comes by the normal queue may never have seen what another worker was sent.
  if (!what.sticky_poll)
    on->state.task->memory.heartbeat = false;
  const bool partial = what.sticky_poll && on->state.task->sticky && !on->state.task->transient();
  ch.tx.answer = {{}, nullptr, hand_out(ch, *on, partial)};
}

void handle(change& ch, const complete_workflow_task& what) {
  const auto& request = what.request;
  run* const found = find_started(ch, what.token);
  if (!found) {
    refuse(ch, task_not_found());
    return;
  }
  run& on = *found;
  if (request.page_number() != 0 || request.intermediate_page()) {
    refuse(ch, failed_precondition("workflow task completion pagination is not enabled"));
    return;
  }
  if (auto status = check_sequence(request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  if (on.state.buffered.empty() && request.commands().empty() && request.messages().empty()
      && request.force_create_new_workflow_task()
      && ch.now() - on.state.task->original_scheduled_time > heartbeat_limit) {
    time_out_task(ch, on);
    refuse(ch, not_found("workflow task heartbeat timeout"));
    return;
  }

  // Until here nothing was changed: a command that is refused undoes the whole decision.
  const auto original_time = on.state.task->original_scheduled_time;
  const bool leaves_no_trace = is_forgettable(on, request);
  completion in{
      ch,
      on,
      leaves_no_trace ? drop_speculative(on, request) : write_completed(ch, on, request),
      request.identity(),
      request.messages()};
  if (const auto failed = take_all(in, request)) {
    ch.undo();
    if (leaves_no_trace && failed->terminates) {
      // In the real server there is nothing left to fail then, nor a reason to end the run.
      abort_sent_updates(ch, on);
      on.state.task.reset();
      if (has_new_updates(on))
        schedule_speculative(ch, on);
      refuse(ch, task_not_found());
      return;
    }
    refuse_completion(ch, on, request, *failed);
    return;
  }
  auto& response = accept<wire::RespondWorkflowTaskCompletedResponse>(ch);
  if (leaves_no_trace)
    response.set_reset_history_event_id(on.state.last_completed_started_id);
  if (!on.open())
    return;
  for (auto& event : in.ended)
    on.state.buffered.put(++on.state.last_buffered, std::move(event));
  start_eager(in, response);
  const bool heartbeat = request.force_create_new_workflow_task() && request.commands().empty()
                         && request.messages().empty() && on.state.buffered.empty();
  settle_updates(ch, on, request.force_create_new_workflow_task());
  const bool wanted = request.force_create_new_workflow_task() || !on.state.buffered.empty();
  if (!wanted && !has_new_updates(on))
    return;
  const auto how = request.return_new_workflow_task() ? dispatch::inline_start : dispatch::queue;
  if (wanted)
    schedule_task(
        ch,
        on,
        how,
        heartbeat ? original_time : time_point{},
        request.force_create_new_workflow_task());
  else
    schedule_speculative(ch, on, how);
  if (!request.return_new_workflow_task())
    return;
  start_workflow_task inline_start;
  inline_start.run_id = on.id;
  inline_start.scheduled_event_id = on.state.task->scheduled_event_id;
  inline_start.stamp = on.state.task->stamp;
  inline_start.sticky_poll = true;
  inline_start.identity = request.identity();
  inline_start.request_id = "request-from-RespondWorkflowTaskCompleted";
  inline_start.worker_build_id = build_id_of(request);
  if (start_task(ch, on, inline_start))
    response.mutable_workflow_task()->ParseFromString(hand_out(ch, on, true));
}

void handle(change& ch, const fail_workflow_task& what) {
  const auto& request = what.request;
  run* const on = find_started(ch, what.token);
  if (!on) {
    refuse(ch, task_not_found());
    return;
  }
  accept<wire::RespondWorkflowTaskFailedResponse>(ch);
  if (request.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE) {
    terminate_run(ch, *on, "GrpcMessageTooLarge", nullptr, "history-service");
    return;
  }
  api::failure::v1::Failure too_big;
  const auto* failure = request.has_failure() ? &request.failure() : nullptr;
  if (failure && failure->ByteSizeLong() > ch.settings().max_blob_bytes) {
    too_big.set_message("Failure exceeds size limit.");
    too_big.mutable_server_failure_info();
    failure = &too_big;
  }
  fail_task(ch, *on, request.cause(), failure, request.identity(), request.binary_checksum());
  schedule_task(ch, *on);
}

} // namespace troupe::embedded
