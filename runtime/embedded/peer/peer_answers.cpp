// SPDX-License-Identifier: Apache-2.0
// The side of who is asked: what other runs want of this record.
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/history_limits.hpp"
#include "runtime/embedded/run/new_runs.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // TERMINATE_IF_RUNNING is still accepted

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

constexpr const char* service_identity = "history-service";

bool is_own(const change& ch, const asking_run& from) {
  return from.workflow_id == ch.rec.workflow_id && from.namespace_id == ch.rec.namespace_id;
}

/// True if the run, or the first one of its chain, is a child of that workflow.
bool is_child_of(const run& on, const asking_run& parent) {
  const auto& started = on.started();
  return started.has_parent_workflow_execution()
         && started.parent_workflow_execution().workflow_id() == parent.workflow_id
         && started.parent_workflow_execution().run_id() == parent.run_id
         && started.parent_workflow_namespace_id() == parent.namespace_id;
}

/// The first run that the predicate is true for, closed ones included: only for what was asked
/// before, as it takes as long as there are runs.
template <class Is>
const run* find_run(const change& ch, Is is) {
  const run* found = nullptr;
  ch.rec.runs.for_each([&](const run& each) {
    if (found == nullptr && is(each))
      found = &each;
  });
  return found;
}

/// True if a run has this cancel request of another workflow in its history, or its buffer.
bool has_cancel(const run& on, const asking_run& from) {
  const auto is = [&](const event_ptr& event) {
    if (!event->has_workflow_execution_cancel_requested_event_attributes())
      return false;
    const auto& cancel = event->workflow_execution_cancel_requested_event_attributes();
    return cancel.external_initiated_event_id() == from.initiated_event_id
           && cancel.external_workflow_execution().workflow_id() == from.workflow_id
           && cancel.external_workflow_execution().run_id() == from.run_id;
  };
  return std::any_of(on.history.begin(), on.history.end(), is)
         || std::any_of(
             on.state.buffered.begin(), on.state.buffered.end(), [&](const auto& waiting) {
               return is(waiting.second);
             });
}

start_request request_of(const start_child& what) {
  const auto& from = what.initiated->start_child_workflow_execution_initiated_event_attributes();
  start_request request;
  request.set_namespace_(from.namespace_());
  request.set_workflow_id(from.workflow_id());
  *request.mutable_workflow_type() = from.workflow_type();
  *request.mutable_task_queue() = from.task_queue();
  if (from.has_input())
    copy_in_slices(from.input(), *request.mutable_input());
  if (from.has_workflow_execution_timeout())
    *request.mutable_workflow_execution_timeout() = from.workflow_execution_timeout();
  *request.mutable_workflow_run_timeout() = from.workflow_run_timeout();
  *request.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  request.set_request_id(what.request_id);
  request.set_workflow_id_reuse_policy(from.workflow_id_reuse_policy());
  request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  if (from.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING) {
    request.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
    request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
  }
  if (from.has_retry_policy())
    copy_in_slices(from.retry_policy(), *request.mutable_retry_policy());
  request.set_cron_schedule(from.cron_schedule());
  if (from.has_header())
    copy_in_slices(from.header(), *request.mutable_header());
  if (from.has_memo())
    copy_in_slices(from.memo(), *request.mutable_memo());
  if (from.has_search_attributes())
    copy_in_slices(from.search_attributes(), *request.mutable_search_attributes());
  if (what.initiated->has_user_metadata())
    copy_in_slices(what.initiated->user_metadata(), *request.mutable_user_metadata());
  if (what.priority)
    *request.mutable_priority() = *what.priority;
  if (from.has_versioning_override())
    *request.mutable_versioning_override() = from.versioning_override();
  return request;
}

void answer_child(change& ch, const std::string& run_id) {
  accept<wire::StartWorkflowExecutionResponse>(ch).set_run_id(run_id);
}

void request_cancel(change& ch, run& on, const asking_run& from, const std::string& reason) {
  on.state.cancel_requested = true;
  on.state.first_task_due.reset(); // a workflow that does not run yet hears of it, too
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
  auto& to = *event->mutable_workflow_execution_cancel_requested_event_attributes();
  to.set_cause(reason);
  to.set_identity(service_identity);
  to.set_external_initiated_event_id(from.initiated_event_id);
  to.mutable_external_workflow_execution()->set_workflow_id(from.workflow_id);
  to.mutable_external_workflow_execution()->set_run_id(from.run_id);
  ch.append(on, event);
  want_task(ch, on);
  limit_buffer(ch, on);
}

} // namespace

void handle(change& ch, const start_child& what) {
  const auto request = request_of(what);
  if (what.parent.is_repeated)
    if (const run* const started = find_run(ch, [&](const run& each) {
          return each.state.start_request_id == request.request_id();
        })) {
      answer_child(ch, started->id);
      return;
    }
  auto* const current = ch.current();
  if (current) {
    const bool is_parent = is_own(ch, what.parent) && current->id == what.parent.run_id;
    if (auto status = check_existing(
            *current,
            request.workflow_id_reuse_policy(),
            is_parent ? enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL
                      : request.workflow_id_conflict_policy(),
            ch.rec);
        !status.ok()) {
      refuse(ch, std::move(status));
      return;
    }
  }
  auto next = make_new_run(ch, request, ch.around.ids.time_ordered_uuid(ch.now()));
  if (current && current->open())
    terminate_existing(ch, *current, next.run_id);
  auto& to = *next.started->mutable_workflow_execution_started_event_attributes();
  to.set_parent_workflow_namespace(what.parent.name_space);
  to.set_parent_workflow_namespace_id(what.parent.namespace_id);
  to.mutable_parent_workflow_execution()->set_workflow_id(what.parent.workflow_id);
  to.mutable_parent_workflow_execution()->set_run_id(what.parent.run_id);
  to.set_parent_initiated_event_id(what.parent.initiated_event_id);
  to.mutable_root_workflow_execution()->set_workflow_id(what.root_workflow_id);
  to.mutable_root_workflow_execution()->set_run_id(what.root_run_id);
  const auto& begun = create_run(ch, std::move(next));
  answer_child(ch, begun.id);
}

void handle(change& ch, const begin_child& what) {
  run* const on = ch.current();
  if (on && is_child_of(*on, what.parent)
      && on->started().parent_initiated_event_id() == what.parent.initiated_event_id
      && on->state.last_completed_started_id == 0)
    begin_first_task(ch, *on);
}

void handle(change& ch, const signal_from_run& what) {
  const auto& from =
      what.initiated->signal_external_workflow_execution_initiated_event_attributes();
  const auto& run_id = from.workflow_execution().run_id();
  if (is_own(ch, what.from)) {
    refuse(ch, run_not_found(ch.rec, run_id));
    return;
  }
  if (what.from.is_repeated && find_run(ch, [&](const run& each) {
        return each.state.signal_request_ids.contains(what.request_id);
      }))
    return;
  run* const on = ch.find(run_id);
  if (!on || (from.child_workflow_only() && !is_child_of(*on, what.from))) {
    refuse(ch, run_not_found(ch.rec, run_id));
    return;
  }
  if (!on->open()) {
    refuse(ch, already_completed());
    return;
  }
  if (auto status = check_signal(ch, *on); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  if (end_if_too_large(ch, *on) != nullptr) {
    refuse(ch, already_completed());
    return;
  }
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  auto& to = *event->mutable_workflow_execution_signaled_event_attributes();
  to.set_signal_name(from.signal_name());
  if (from.has_input())
    copy_in_slices(from.input(), *to.mutable_input());
  if (from.has_header())
    copy_in_slices(from.header(), *to.mutable_header());
  to.set_identity(service_identity);
  to.mutable_external_workflow_execution()->set_workflow_id(what.from.workflow_id);
  to.mutable_external_workflow_execution()->set_run_id(what.from.run_id);
  signal_run(ch, *on, what.request_id, event);
  ++on->state.transitions; // the real server forgets the request in a transition of its own
}

void handle(change& ch, const cancel_from_run& what) {
  const auto& from =
      what.initiated->request_cancel_external_workflow_execution_initiated_event_attributes();
  const auto& run_id = from.workflow_execution().run_id();
  if (is_own(ch, what.from)) {
    refuse(ch, run_not_found(ch.rec, run_id));
    return;
  }
  if (what.from.is_repeated && find_run(ch, [&](const run& each) {
        return each.state.cancel_requested && has_cancel(each, what.from);
      }))
    return;
  run* const on = ch.find(run_id);
  if (!on || (from.child_workflow_only() && !is_child_of(*on, what.from))) {
    refuse(ch, run_not_found(ch.rec, run_id));
    return;
  }
  if (!on->open() || on->state.cancel_requested)
    return;
  if (end_if_too_large(ch, *on) == nullptr)
    request_cancel(ch, *on, what.from, from.reason());
}

void handle(change& ch, const close_child& what) {
  run* const on = ch.current();
  if (!on || !on->open() || !is_child_of(*on, what.parent)
      || (what.first_run_id.empty()
              ? on->started().parent_initiated_event_id() != what.parent.initiated_event_id
              : on->state.first_run_id != what.first_run_id))
    return;
  if (what.terminates) {
    terminate_run(ch, *on, "by parent close policy", nullptr, service_identity);
    return;
  }
  if (on->state.cancel_requested || end_if_too_large(ch, *on) != nullptr)
    return;
  auto parent = what.parent;
  parent.initiated_event_id = 0; // no event of its own asked for it
  request_cancel(ch, *on, parent, {});
}

} // namespace troupe::embedded
