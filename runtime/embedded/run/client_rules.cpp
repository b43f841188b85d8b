// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/history_limits.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

/// The run a request means; null (and the refusal is set) if there is none.
template <class Request>
run* find_run(change& ch, const Request& request) {
  const auto& execution = request.workflow_execution();
  if (auto status =
          check_execution(request.has_workflow_execution(), execution, ch.settings().max_id_bytes);
      !status.ok()) {
    refuse(ch, std::move(status));
    return nullptr;
  }
  run* const found = ch.find(execution.run_id());
  if (!found)
    refuse(ch, run_not_found(ch.rec, execution.run_id()));
  return found;
}

/// As above for requests that may name a chain of runs by its first run id; then the run id does
/// not count.
template <class Request>
run* find_in_chain(change& ch, const Request& request) {
  auto status = check_execution(
      request.has_workflow_execution(), request.workflow_execution(), ch.settings().max_id_bytes);
  if (status.ok())
    status = check_links(request.links());
  if (!status.ok()) {
    refuse(ch, std::move(status));
    return nullptr;
  }
  if (request.first_execution_run_id().empty())
    return find_run(ch, request);
  run* const found = ch.current();
  if (!found) {
    refuse(ch, run_not_found(ch.rec, {}));
    return nullptr;
  }
  if (found->state.first_run_id != request.first_execution_run_id()) {
    refuse(ch, not_found("workflow execution not found"));
    return nullptr;
  }
  return found;
}

} // namespace

void handle(change& ch, const signal_execution& what) {
  const auto& request = what.request;
  const auto& execution = request.workflow_execution();
  if (auto status =
          check_execution(request.has_workflow_execution(), execution, ch.settings().max_id_bytes);
      !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  if (request.signal_name().empty()) {
    refuse(ch, invalid_argument("SignalName is not set on request."));
    return;
  }
  if (request.signal_name().size() > ch.settings().max_id_bytes) {
    refuse(ch, invalid_argument("SignalName length exceeds limit."));
    return;
  }
  if (request.request_id().size() > ch.settings().max_id_bytes) {
    refuse(ch, invalid_argument("RequestId length exceeds limit."));
    return;
  }
  if (request.input().ByteSizeLong() > ch.settings().max_blob_bytes) {
    refuse(ch, invalid_argument("Blob data size exceeds limit."));
    return;
  }
  if (auto status = check_links(request.links()); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  run* const on = find_run(ch, request);
  if (!on)
    return;
  auto& state = on->state;
  const auto answer = [&] {
    auto& response = accept<wire::SignalWorkflowExecutionResponse>(ch);
    if (ch.settings().signal_links && !request.request_id().empty())
      link_to_signal(ch, *on, request.request_id(), *response.mutable_link());
  };
  if (!request.request_id().empty() && state.signal_request_ids.contains(request.request_id())) {
    answer();
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
  if (const char* const problem = end_if_too_large(ch, *on)) {
    refuse(ch, invalid_argument(problem));
    return;
  }
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  auto& attributes = *event->mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name(request.signal_name());
  if (request.has_input())
    copy_in_slices(request.input(), *attributes.mutable_input());
  attributes.set_identity(request.identity());
  if (request.has_header())
    copy_in_slices(request.header(), *attributes.mutable_header());
  *event->mutable_links() = request.links();
  name_signal(ch, request.request_id(), *event);
  signal_run(ch, *on, request.request_id(), event);
  answer();
}

void handle(change& ch, const cancel_execution& what) {
  const auto& request = what.request;
  run* const on = find_in_chain(ch, request);
  if (!on)
    return;
  if (on->open() && !on->state.cancel_requested)
    if (const char* const problem = end_if_too_large(ch, *on)) {
      refuse(ch, invalid_argument(problem));
      return;
    }
  accept<wire::RequestCancelWorkflowExecutionResponse>(ch);
  if (!on->open() || on->state.cancel_requested)
    return;
  on->state.cancel_requested = true;
  on->state.first_task_due.reset(); // a workflow that does not run yet hears of it, too
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
  auto& attributes = *event->mutable_workflow_execution_cancel_requested_event_attributes();
  attributes.set_cause(request.reason());
  attributes.set_identity(request.identity());
  *event->mutable_links() = request.links();
  ch.append(*on, event);
  want_task(ch, *on);
  limit_buffer(ch, *on);
}

void handle(change& ch, const terminate_execution& what) {
  const auto& request = what.request;
  run* const on = find_in_chain(ch, request);
  if (!on)
    return;
  if (!on->open()) {
    refuse(ch, already_completed());
    return;
  }
  const std::string reason =
      request.reason().empty() ? "terminated by user via frontend" : request.reason();
  const std::string identity = request.identity().empty() ? "frontend-service" : request.identity();
  terminate_run(
      ch,
      *on,
      reason,
      request.has_details() ? &request.details() : nullptr,
      identity,
      request.links());
  accept<wire::TerminateWorkflowExecutionResponse>(ch);
}

void handle(change& ch, const delete_execution& what) {
  run* const on = find_run(ch, what.request);
  if (!on)
    return;
  if (on->open())
    terminate_run(ch, *on, "Delete workflow execution", nullptr, "history-service");
  ch.remove(*on);
  accept<wire::DeleteWorkflowExecutionResponse>(ch);
}

void handle(change& ch, const reset_sticky_task_queue& what) {
  const auto& request = what.request;
  if (auto status =
          check_execution(request.has_execution(), request.execution(), ch.settings().max_id_bytes);
      !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  run* const on = ch.find(request.execution().run_id());
  if (!on) {
    refuse(ch, run_not_found(ch.rec, request.execution().run_id()));
    return;
  }
  if (!on->open()) {
    refuse(ch, already_completed());
    return;
  }
  clear_sticky(*on);
  accept<wire::ResetStickyTaskQueueResponse>(ch);
}

} // namespace troupe::embedded
