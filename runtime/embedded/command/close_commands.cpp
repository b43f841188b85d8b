// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/command/peer_targets.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/workflow_task/build_ids.hpp"

#include <temporal/api/taskqueue/v1/message.pb.h>

#include <algorithm>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // inherit_build_id is still copied

namespace troupe::embedded {
namespace {

using command = api::command::v1::Command;

/// A run does not close past events that its worker has not seen.
command_result unseen_events(const completion& in) {
  if (in.on.state.buffered.empty())
    return {};
  return command_failure{enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, {}, false};
}

using next_run = api::command::v1::ContinueAsNewWorkflowExecutionCommandAttributes;

/// How errors name the run that a command asks for: no more of a name than can leave.
std::string whose(const next_run& from) {
  return "WorkflowType=" + excerpt(from.workflow_type().name(), longest_error_text)
         + " TaskQueue=name:" + quote_json(excerpt(from.task_queue().name(), longest_error_text))
         + " kind:TASK_QUEUE_KIND_NORMAL";
}

/// What is wrong with the next run's type, queue and times. A cron schedule may be anything.
command_result check_next_run(const completion& in, const next_run& from) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  const std::string command = "ContinueAsNewWorkflowExecutionCommand";
  const auto limit = in.ch.settings().max_id_bytes;
  const auto& type = from.workflow_type().name();
  if (auto failed = check_length(type, limit, bad, [&](const auto& length) {
        return "WorkflowType on " + command + " exceeds length limit. WorkflowType="
               + excerpt(type, longest_error_text) + length;
      }))
    return failed;
  if (const auto status = check_task_queue(true, from.task_queue(), limit); !status.ok())
    return command_failure{
        bad,
        "error validating " + command + " TaskQueue: " + status.message + ". " + whose(from),
        false};
  for (const auto& [value, name] :
       {std::pair{&from.workflow_run_timeout(), "WorkflowRunTimeout"},
        std::pair{&from.workflow_task_timeout(), "WorkflowTaskTimeout"},
        std::pair{&from.backoff_start_interval(), "BackoffStartInterval"}}) {
    if (const auto problem = duration_problem(*value); !problem.empty())
      return command_failure{
          bad,
          std::string{"Invalid "} + name + " on " + command + ": " + std::string{problem} + ". "
              + whose(from),
          false};
  }
  return {};
}

} // namespace

command_result complete_workflow(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_COMPLETE_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (auto unseen = unseen_events(in))
    return unseen;
  if (!what.has_complete_workflow_execution_command_attributes())
    return command_failure{
        bad,
        "CompleteWorkflowExecutionCommandAttributes is not set on "
        "CompleteWorkflowExecutionCommand.",
        false};
  const auto& from = what.complete_workflow_execution_command_attributes();
  if (from.result().ByteSizeLong() > in.ch.settings().max_blob_bytes)
    return command_failure{
        bad, "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit.", true};
  const auto next = follow_success(in.ch, in.on);
  auto event = make_event(in, what, enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
  auto& to = *event->mutable_workflow_execution_completed_event_attributes();
  if (from.has_result())
    copy_in_slices(from.result(), *to.mutable_result());
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_new_execution_run_id(next.run_id);
  in.ch.write(in.on, event);
  in.on.state.next_run_id = next.run_id;
  start_follow_up(in.ch, in.on, next, nullptr, from.has_result() ? &from.result() : nullptr);
  close_run(in.ch, in.on, enums::WORKFLOW_EXECUTION_STATUS_COMPLETED, kind_of(next));
  return {};
}

command_result fail_workflow(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_FAIL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (auto unseen = unseen_events(in))
    return unseen;
  if (!what.has_fail_workflow_execution_command_attributes())
    return command_failure{
        bad,
        "FailWorkflowExecutionCommandAttributes is not set on FailWorkflowExecutionCommand.",
        false};
  const auto& from = what.fail_workflow_execution_command_attributes();
  if (!from.has_failure())
    return command_failure{bad, "Failure is not set on FailWorkflowExecutionCommand.", false};
  if (from.failure().ByteSizeLong() > in.ch.settings().max_blob_bytes)
    return command_failure{
        bad, "FailWorkflowExecutionCommandAttributes.Failure exceeds size limit.", true};
  const auto next = follow_failure(in.ch, in.on, from.failure());
  auto event = make_event(in, what, enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED);
  auto& to = *event->mutable_workflow_execution_failed_event_attributes();
  copy_in_slices(from.failure(), *to.mutable_failure());
  to.set_retry_state(next.retry_state);
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_new_execution_run_id(next.run_id);
  in.ch.write(in.on, event);
  in.on.state.next_run_id = next.run_id;
  start_follow_up(in.ch, in.on, next, &from.failure(), nullptr);
  close_run(in.ch, in.on, enums::WORKFLOW_EXECUTION_STATUS_FAILED, kind_of(next));
  return {};
}

command_result cancel_workflow(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_WORKFLOW_EXECUTION_ATTRIBUTES;
  if (auto unseen = unseen_events(in))
    return unseen;
  if (!what.has_cancel_workflow_execution_command_attributes())
    return command_failure{
        bad,
        "CancelWorkflowExecutionCommandAttributes is not set on CancelWorkflowExecutionCommand.",
        false};
  const auto& from = what.cancel_workflow_execution_command_attributes();
  if (from.details().ByteSizeLong() > in.ch.settings().max_blob_bytes)
    return command_failure{
        bad, "CancelWorkflowExecutionCommandAttributes.Details exceeds size limit.", true};
  auto event = make_event(in, what, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
  auto& to = *event->mutable_workflow_execution_canceled_event_attributes();
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  if (from.has_details())
    copy_in_slices(from.details(), *to.mutable_details());
  in.ch.write(in.on, event);
  close_run(in.ch, in.on, enums::WORKFLOW_EXECUTION_STATUS_CANCELED);
  return {};
}

command_result continue_as_new(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CONTINUE_AS_NEW_ATTRIBUTES;
  auto& ch = in.ch;
  auto& state = in.on.state;
  if (auto unseen = unseen_events(in))
    return unseen;
  if (!what.has_continue_as_new_workflow_execution_command_attributes())
    return command_failure{
        bad,
        "ContinueAsNewWorkflowExecutionCommandAttributes is not set on "
        "ContinueAsNewWorkflowExecutionCommand.",
        false};
  auto from = what.continue_as_new_workflow_execution_command_attributes();
  if (from.workflow_type().name().empty())
    from.mutable_workflow_type()->set_name(state.workflow_type);
  if (from.task_queue().name().empty())
    from.mutable_task_queue()->set_name(state.task_queue);
  if (auto failed = check_next_run(in, from))
    return failed;
  for (auto* each :
       {from.has_workflow_run_timeout() ? from.mutable_workflow_run_timeout() : nullptr,
        from.has_backoff_start_interval() ? from.mutable_backoff_start_interval() : nullptr})
    if (each != nullptr)
      cut_timeout(*each);
  if (from.has_retry_policy()) {
    fill_defaults(*from.mutable_retry_policy());
    if (const auto status = check(from.retry_policy()); !status.ok())
      return command_failure{
          bad,
          "invalid WorkflowRetryPolicy on ContinueAsNewWorkflowExecutionCommand: " + status.message
              + ". " + whose(from),
          false};
  }
  if (from.has_search_attributes())
    if (auto failed = check_attributes(
            in,
            ch.rec.name_space,
            *from.mutable_search_attributes(),
            bad,
            "ContinueAsNewWorkflowExecutionCommand",
            whose(from)))
      return failed;
  if (from.inherit_build_id() && from.task_queue().name() != state.task_queue)
    return command_failure{
        bad, "ContinueAsNew with UseCompatibleVersion cannot run on different task queue.", false};
  if (from.input().ByteSizeLong() > ch.settings().max_blob_bytes)
    return command_failure{
        bad, "ContinueAsNewWorkflowExecutionCommandAttributes. Input exceeds size limit.", true};
  if (from.memo().ByteSizeLong() > ch.settings().max_memo_bytes)
    return command_failure{
        bad, "ContinueAsNewWorkflowExecutionCommandAttributes. Memo exceeds size limit.", true};
  drop_nulls(from);
  auto run_timeout = from_proto(from.workflow_run_timeout());
  if (run_timeout == duration{})
    run_timeout = state.run_timeout;
  if (state.execution_timeout > duration{})
    run_timeout = run_timeout == duration{} ? state.execution_timeout
                                            : std::min(run_timeout, state.execution_timeout);
  auto task_timeout = from_proto(from.workflow_task_timeout());
  task_timeout =
      task_timeout_of(task_timeout == duration{} ? state.task_timeout : task_timeout, run_timeout);
  const auto new_run_id = ch.around.ids.uuid();

  auto event = make_event(in, what, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW);
  auto& closing = *event->mutable_workflow_execution_continued_as_new_event_attributes();
  closing.set_new_execution_run_id(new_run_id);
  *closing.mutable_workflow_type() = from.workflow_type();
  closing.mutable_task_queue()->set_name(from.task_queue().name());
  closing.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (from.has_input())
    copy_in_slices(from.input(), *closing.mutable_input());
  to_proto(run_timeout, *closing.mutable_workflow_run_timeout());
  to_proto(task_timeout, *closing.mutable_workflow_task_timeout());
  closing.set_workflow_task_completed_event_id(in.completed_event_id);
  if (from.has_backoff_start_interval())
    *closing.mutable_backoff_start_interval() = from.backoff_start_interval();
  closing.set_initiator(from.initiator());
  if (from.has_failure())
    copy_in_slices(from.failure(), *closing.mutable_failure());
  if (from.has_last_completion_result())
    copy_in_slices(from.last_completion_result(), *closing.mutable_last_completion_result());
  if (from.has_header())
    copy_in_slices(from.header(), *closing.mutable_header());
  if (from.has_memo())
    copy_in_slices(from.memo(), *closing.mutable_memo());
  if (from.has_search_attributes())
    copy_in_slices(from.search_attributes(), *closing.mutable_search_attributes());
  closing.set_inherit_build_id(from.inherit_build_id());
  closing.set_initial_versioning_behavior(from.initial_versioning_behavior());
  ch.write(in.on, event);

  const auto& old = in.on.started();
  new_run next;
  next.run_id = new_run_id;
  next.first_task_backoff =
      at_least_a_second_apart(in.on, ch.now(), from_proto(from.backoff_start_interval()));
  next.callbacks = callbacks_of(in.on);
  next.started = std::make_shared<history_event>();
  *next.started->mutable_links() = in.on.history.front()->links();
  auto& to = *next.started->mutable_workflow_execution_started_event_attributes();
  *to.mutable_workflow_type() = from.workflow_type();
  *to.mutable_task_queue() = closing.task_queue();
  if (from.has_input())
    copy_in_slices(from.input(), *to.mutable_input());
  if (old.has_workflow_execution_timeout())
    *to.mutable_workflow_execution_timeout() = old.workflow_execution_timeout();
  to_proto(run_timeout, *to.mutable_workflow_run_timeout());
  to_proto(task_timeout, *to.mutable_workflow_task_timeout());
  to.set_continued_execution_run_id(in.on.id);
  to.set_initiator(
      from.initiator() == enums::CONTINUE_AS_NEW_INITIATOR_UNSPECIFIED
          ? enums::CONTINUE_AS_NEW_INITIATOR_WORKFLOW
          : from.initiator());
  if (from.has_failure())
    copy_in_slices(from.failure(), *to.mutable_continued_failure());
  if (from.has_last_completion_result())
    copy_in_slices(from.last_completion_result(), *to.mutable_last_completion_result());
  to.set_original_execution_run_id(new_run_id);
  to.set_first_execution_run_id(state.first_run_id);
  if (from.has_retry_policy())
    copy_in_slices(from.retry_policy(), *to.mutable_retry_policy());
  to.set_attempt(
      from.initiator() == enums::CONTINUE_AS_NEW_INITIATOR_RETRY ? state.attempt + 1 : 1);
  if (old.has_workflow_execution_expiration_time())
    *to.mutable_workflow_execution_expiration_time() = old.workflow_execution_expiration_time();
  to.set_cron_schedule(from.cron_schedule());
  if (next.first_task_backoff > duration{})
    to_proto(next.first_task_backoff, *to.mutable_first_workflow_task_backoff());
  if (from.has_memo())
    copy_in_slices(from.memo(), *to.mutable_memo());
  if (from.has_search_attributes())
    copy_in_slices(from.search_attributes(), *to.mutable_search_attributes());
  if (from.has_header())
    copy_in_slices(from.header(), *to.mutable_header());
  to.set_workflow_id(ch.rec.workflow_id);
  if (has_priority(in.on))
    *to.mutable_priority() = priority_of(in.on);
  if (old.has_root_workflow_execution())
    *to.mutable_root_workflow_execution() = old.root_workflow_execution();
  if (old.has_parent_workflow_execution()) {
    to.set_parent_workflow_namespace(old.parent_workflow_namespace());
    to.set_parent_workflow_namespace_id(old.parent_workflow_namespace_id());
    *to.mutable_parent_workflow_execution() = old.parent_workflow_execution();
    to.set_parent_initiated_event_id(old.parent_initiated_event_id());
  }
  carry_reset_points(ch, in.on, to);
  for (const auto& each : next.callbacks)
    *to.add_completion_callbacks() = *each.what;

  state.next_run_id = new_run_id;
  auto& begun = create_run(ch, std::move(next));
  begin_first_task(ch, begun);
  close_run(
      ch, in.on, enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, successor::takes_callbacks);
  return {};
}

} // namespace troupe::embedded
