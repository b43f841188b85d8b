// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/history_limits.hpp"
#include "runtime/embedded/run/new_runs.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using start_request = wire::StartWorkflowExecutionRequest;

api::common::v1::Link::WorkflowEvent&
link_to(const record& rec, const run& on, api::common::v1::Link& link) {
  auto& event = *link.mutable_workflow_event();
  event.set_namespace_(rec.name_space);
  event.set_workflow_id(rec.workflow_id);
  event.set_run_id(on.id);
  return event;
}

void fill_event_link(const record& rec, const run& on, api::common::v1::Link& link) {
  auto& event = link_to(rec, on, link);
  event.mutable_event_ref()->set_event_id(1);
  event.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
}

void fill_request_link(
    const record& rec,
    const run& on,
    const std::string& request_id,
    enums::EventType type,
    api::common::v1::Link& link) {
  auto& event = link_to(rec, on, link);
  event.mutable_request_id_ref()->set_request_id(request_id);
  event.mutable_request_id_ref()->set_event_type(type);
}

void answer_started(change& ch, const run& on, bool started) {
  auto& response = accept<wire::StartWorkflowExecutionResponse>(ch);
  response.set_run_id(on.id);
  response.set_started(started);
  response.set_status(on.state.status);
  fill_event_link(ch.rec, on, *response.mutable_link());
}

/// The first task, for whoever starts the run: it comes with the answer and is in no queue.
///
/// The same request again gets the same task, as long as nobody has answered it.
void hand_out_first_task(change& ch, run& on) {
  auto& response = static_cast<wire::StartWorkflowExecutionResponse&>(*ch.tx.answer.message);
  response.mutable_eager_workflow_task()->ParseFromString(hand_out(ch, on, false));
}

bool is_first_task_out(const run& on) {
  constexpr std::int64_t third_event =
      3; // behind the Started event of the run, and its own schedule
  const auto& task = on.state.task;
  return on.open() && task && task->started() && task->started_event_id == third_event
         && task->attempt == 1;
}

void start_eagerly(change& ch, run& on, const start_request& request) {
  schedule_task(ch, on, dispatch::inline_start);
  start_workflow_task by;
  by.run_id = on.id;
  by.scheduled_event_id = on.state.task->scheduled_event_id;
  by.stamp = on.state.task->stamp;
  by.identity = request.identity();
  by.request_id = request.request_id();
  by.is_eager = true;
  if (request.has_eager_worker_deployment_options())
    by.worker_build_id = request.eager_worker_deployment_options().build_id();
  start_task(ch, on, by);
}

void attach(change& ch, run& existing, start_request& request) {
  const auto& wanted = request.on_conflict_options();
  if (!request.has_on_conflict_options()) {
    answer_started(ch, existing, false);
    return;
  }
  if (wanted.attach_completion_callbacks()) {
    if (auto status = check_callbacks(
            ch.around, attached_callbacks(existing), *request.mutable_completion_callbacks());
        !status.ok()) {
      refuse(ch, std::move(status));
      return;
    }
  }
  if (const char* const problem = end_if_too_large(ch, existing)) {
    refuse(ch, invalid_argument(problem));
    return;
  }
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  event->set_worker_may_ignore(true);
  auto& attributes = *event->mutable_workflow_execution_options_updated_event_attributes();
  if (wanted.attach_request_id())
    attributes.set_attached_request_id(request.request_id());
  if (wanted.attach_completion_callbacks()) {
    for (const auto& each : request.completion_callbacks()) {
      *attributes.add_attached_completion_callbacks() = each;
      existing.state.callbacks.put(
          ++existing.state.last_callback, make_callback(ch, each, request.request_id(), true));
    }
  }
  if (wanted.attach_links())
    add_links(request, *event);
  ch.append(existing, event);
  answer_started(ch, existing, false);
  if (!wanted.attach_request_id()) {
    limit_buffer(ch, existing);
    return;
  }
  existing.state.request_ids.put(
      request.request_id(),
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
       event->event_id(),
       event->event_id() == 0});
  auto& response = static_cast<wire::StartWorkflowExecutionResponse&>(*ch.tx.answer.message);
  fill_request_link(
      ch.rec,
      existing,
      request.request_id(),
      enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
      *response.mutable_link());
  limit_buffer(ch, existing);
}

/// Other requests have ids of their own, even if they are the same.
bool is_of_start(enums::EventType type) {
  return type == enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
         || type == enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED;
}

/// True if this request was served before: the answer is set.
bool already_served(change& ch, run& current, const start_request& request) {
  const auto used = current.state.request_ids.find(request.request_id());
  if (used == current.state.request_ids.end() || !is_of_start(used->second.event_type))
    return false;
  const bool own = used->second.event_type == enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
  answer_started(ch, current, own);
  if (own && request.request_eager_execution() && current.started().eager_execution_accepted()
      && is_first_task_out(current))
    hand_out_first_task(ch, current);
  if (!own) {
    auto& response = static_cast<wire::StartWorkflowExecutionResponse&>(*ch.tx.answer.message);
    fill_request_link(
        ch.rec, current, request.request_id(), used->second.event_type, *response.mutable_link());
  }
  return true;
}

start_request start_part(const wire::SignalWithStartWorkflowExecutionRequest& from) {
  start_request request;
  request.set_namespace_(from.namespace_());
  request.set_workflow_id(from.workflow_id());
  if (from.has_workflow_type())
    *request.mutable_workflow_type() = from.workflow_type();
  if (from.has_task_queue())
    *request.mutable_task_queue() = from.task_queue();
  if (from.has_input())
    copy_in_slices(from.input(), *request.mutable_input());
  if (from.has_workflow_execution_timeout())
    *request.mutable_workflow_execution_timeout() = from.workflow_execution_timeout();
  if (from.has_workflow_run_timeout())
    *request.mutable_workflow_run_timeout() = from.workflow_run_timeout();
  if (from.has_workflow_task_timeout())
    *request.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  request.set_identity(from.identity());
  request.set_request_id(from.request_id());
  request.set_workflow_id_reuse_policy(from.workflow_id_reuse_policy());
  request.set_workflow_id_conflict_policy(from.workflow_id_conflict_policy());
  if (from.has_retry_policy())
    copy_in_slices(from.retry_policy(), *request.mutable_retry_policy());
  request.set_cron_schedule(from.cron_schedule());
  if (from.has_memo())
    copy_in_slices(from.memo(), *request.mutable_memo());
  if (from.has_search_attributes())
    copy_in_slices(from.search_attributes(), *request.mutable_search_attributes());
  if (from.has_header())
    copy_in_slices(from.header(), *request.mutable_header());
  if (from.has_workflow_start_delay())
    *request.mutable_workflow_start_delay() = from.workflow_start_delay();
  if (from.has_user_metadata())
    copy_in_slices(from.user_metadata(), *request.mutable_user_metadata());
  *request.mutable_links() = from.links();
  if (from.has_versioning_override())
    *request.mutable_versioning_override() = from.versioning_override();
  if (from.has_priority())
    *request.mutable_priority() = from.priority();
  return request;
}

} // namespace

void handle(change& ch, const start_execution& what) {
  start_request request = what.request;
  request.set_namespace_(ch.rec.name_space);
  if (auto status = check_and_normalize(ch.around, request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  auto* const current = ch.current();
  if (current) {
    if (already_served(ch, *current, request))
      return;
    if (current->open()
        && request.workflow_id_conflict_policy()
               == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING) {
      attach(ch, *current, request);
      return;
    }
    if (auto status = check_existing(
            *current,
            request.workflow_id_reuse_policy(),
            request.workflow_id_conflict_policy(),
            ch.rec);
        !status.ok()) {
      refuse(ch, std::move(status));
      return;
    }
  }
  auto next = make_new_run(ch, request, ch.around.ids.time_ordered_uuid(ch.now()));
  const bool is_eager = request.request_eager_execution() && ch.settings().eager_starts
                        && next.first_task_backoff <= duration::zero();
  if (is_eager)
    next.started->mutable_workflow_execution_started_event_attributes()
        ->set_eager_execution_accepted(true);
  if (current && current->open())
    terminate_existing(ch, *current, next.run_id);
  auto& begun = create_run(ch, std::move(next));
  if (is_eager)
    start_eagerly(ch, begun, request);
  else
    begin_first_task(ch, begun);
  answer_started(ch, begun, true);
  if (is_eager)
    hand_out_first_task(ch, begun);
}

void handle(change& ch, const signal_with_start_from_run& what) {
  handle(ch, signal_with_start_execution{*what.request});
}

void handle(change& ch, const signal_with_start_execution& what) {
  const auto& asked = what.request;
  if (asked.signal_name().empty()) {
    refuse(ch, invalid_argument("SignalName is not set on request."));
    return;
  }
  if (asked.signal_name().size() > ch.settings().max_id_bytes) {
    refuse(ch, invalid_argument("SignalName length exceeds limit."));
    return;
  }
  if (asked.workflow_id_conflict_policy() == enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL) {
    refuse(
        ch,
        invalid_argument("Invalid WorkflowIDConflictPolicy: "
                         "WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for this "
                         "operation."));
    return;
  }
  auto request = start_part(asked);
  if (auto status = check_and_normalize(ch.around, request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  if (asked.signal_input().ByteSizeLong() > ch.settings().max_blob_bytes) {
    refuse(ch, invalid_argument("Blob data size exceeds limit."));
    return;
  }
  auto signal = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  auto& attributes = *signal->mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name(asked.signal_name());
  if (asked.has_signal_input())
    copy_in_slices(asked.signal_input(), *attributes.mutable_input());
  attributes.set_identity(asked.identity());
  if (asked.has_header())
    copy_in_slices(asked.header(), *attributes.mutable_header());
  *signal->mutable_links() = asked.links();
  name_signal(ch, asked.request_id(), *signal);

  const auto answer = [&](const run& on, bool started) {
    auto& response = accept<wire::SignalWithStartWorkflowExecutionResponse>(ch);
    response.set_run_id(on.id);
    response.set_started(started);
    if (ch.settings().signal_links && !asked.request_id().empty())
      link_to_signal(ch, on, asked.request_id(), *response.mutable_signal_link());
  };
  auto* const current = ch.current();
  const bool replace = request.workflow_id_conflict_policy()
                       == enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING;
  if (current && current->open() && !replace) {
    if (auto status = check_signal(ch, *current); !status.ok()) {
      refuse(ch, std::move(status));
      return;
    }
    if (!asked.request_id().empty()
        && current->state.signal_request_ids.contains(asked.request_id())) {
      answer(*current, false);
      return;
    }
    if (const char* const problem = end_if_too_large(ch, *current)) {
      refuse(ch, invalid_argument(problem));
      return;
    }
    // Unlike a plain signal it ends the wait for the first workflow task.
    current->state.first_task_due.reset();
    signal_run(ch, *current, asked.request_id(), signal);
    answer(*current, false);
    return;
  }
  if (current) {
    if (auto status = check_existing(
            *current,
            request.workflow_id_reuse_policy(),
            request.workflow_id_conflict_policy(),
            ch.rec);
        !status.ok()) {
      refuse(ch, std::move(status));
      return;
    }
  }
  auto next = make_new_run(ch, request, ch.around.ids.uuid());
  if (current && current->open())
    terminate_existing(ch, *current, next.run_id);
  auto& begun = create_run(ch, std::move(next));
  begun.state.signal_count = 1;
  begun.state.signal_request_ids.put(request.request_id(), {});
  ch.append(begun, signal);
  note_signal(ch, begun, *signal);
  begin_first_task(ch, begun);
  answer(begun, true);
}

} // namespace troupe::embedded
