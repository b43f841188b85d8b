// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/history/history_pages.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/query/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

constexpr std::size_t max_id_bytes = 1000;

reply refusal(rpc_status status) {
  return {std::move(status), nullptr};
}

/// The event that ended a run. Clients that do not follow next runs see those that have one as
/// continued.
event_ptr close_event(const run& on, bool follows_next_run) {
  const auto& last = on.history.back();
  if (follows_next_run || on.state.next_run_id.empty()
      || last->event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
    return last;
  auto shown = std::make_shared<history_event>();
  shown->set_event_id(last->event_id());
  *shown->mutable_event_time() = last->event_time();
  shown->set_task_id(last->task_id());
  shown->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW);
  auto& to = *shown->mutable_workflow_execution_continued_as_new_event_attributes();
  const auto& started = on.started();
  to.set_new_execution_run_id(on.state.next_run_id);
  *to.mutable_workflow_type() = started.workflow_type();
  *to.mutable_task_queue() = started.task_queue();
  if (started.has_input())
    copy_in_slices(started.input(), *to.mutable_input());
  *to.mutable_workflow_run_timeout() = started.workflow_run_timeout();
  *to.mutable_workflow_task_timeout() = started.workflow_task_timeout();
  return shown;
}

rpc_status check_query(const wire::QueryWorkflowRequest& request, std::size_t max_blob_bytes) {
  if (auto status = check_execution(request.has_execution(), request.execution(), max_id_bytes);
      !status.ok())
    return status;
  if (!request.has_query())
    return invalid_argument("WorkflowQuery is not set on request.");
  if (request.query().query_type().empty())
    return invalid_argument("QueryType is not set on request.");
  if (request.query().query_args().ByteSizeLong() > max_blob_bytes)
    return invalid_argument("Blob data size exceeds limit.");
  return {};
}

bool sees_synthetic_events(std::string_view client_name) {
  return client_name != "temporal-cli" && client_name != "temporal-ui";
}

} // namespace

read_result read_history(
    const record& rec,
    const wire::GetWorkflowExecutionHistoryRequest& request,
    std::string_view client_name,
    bool follows_next_run) {
  read_result result;
  if (auto status = check_execution(request.has_execution(), request.execution(), max_id_bytes);
      !status.ok()) {
    result.answer = refusal(std::move(status));
    return result;
  }
  history_position position{request.execution().run_id(), 1};
  if (!request.next_page_token().empty()) {
    const auto given = decode_history_position(request.next_page_token());
    if (!given) {
      result.answer = refusal(invalid_argument("Invalid NextPageToken."));
      return result;
    }
    if (!position.run_id.empty() && position.run_id != given->run_id) {
      result.answer =
          refusal(invalid_argument("RunId in the request does not match the NextPageToken."));
      return result;
    }
    position = *given;
  }
  const run* const on = rec.find(position.run_id);
  if (!on) {
    result.answer = refusal(run_not_found(rec, position.run_id));
    return result;
  }
  result.run_id = on->id;
  position.run_id = on->id;
  auto response = std::make_shared<wire::GetWorkflowExecutionHistoryResponse>();
  auto& history = *response->mutable_history();
  result.answer.message = response;

  if (request.history_event_filter_type() == enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT) {
    if (!on->open()) {
      *history.add_events() = *close_event(*on, follows_next_run);
      return result;
    }
    result.wait = true;
    if (request.wait_new_event())
      response->set_next_page_token(encode(position));
    return result;
  }

  const auto page = cut_page(*on, position.next_event_id, request.maximum_page_size());
  for (const auto& event : page.events) {
    spend_bytes(static_cast<std::size_t>(event->GetCachedSize()));
    const bool last = event == on->history.back() && !on->open();
    *history.add_events() = last ? *close_event(*on, follows_next_run) : *event;
  }
  if (page.next_event_id != 0) {
    response->set_next_page_token(encode(history_position{on->id, page.next_event_id}));
    return result;
  }
  if (!on->open())
    return result;
  if (request.wait_new_event()) {
    // The first call does not wait; one that comes back with the token of the end does.
    result.wait = page.events.empty() && !request.next_page_token().empty();
    response->set_next_page_token(
        encode(history_position{on->id, static_cast<std::int64_t>(on->history.size()) + 1}));
    return result;
  }
  if (sees_synthetic_events(client_name)) {
    for (const auto& event : synthetic_events(*on))
      *history.add_events() = *event;
  }
  return result;
}

reply read_history_reverse(
    const record& rec, const wire::GetWorkflowExecutionHistoryReverseRequest& request) {
  if (auto status = check_execution(request.has_execution(), request.execution(), max_id_bytes);
      !status.ok())
    return refusal(std::move(status));
  std::optional<history_position> position;
  if (!request.next_page_token().empty()) {
    position = decode_history_position(request.next_page_token());
    if (!position)
      return refusal(invalid_argument("Invalid NextPageToken."));
    if (!request.execution().run_id().empty() && request.execution().run_id() != position->run_id)
      return refusal(invalid_argument("RunId in the request does not match the NextPageToken."));
  }
  const auto& run_id = position ? position->run_id : request.execution().run_id();
  const run* const on = rec.find(run_id);
  if (!on)
    return refusal(run_not_found(rec, run_id));
  auto response = std::make_shared<wire::GetWorkflowExecutionHistoryReverseResponse>();
  const auto page = cut_page_back(
      *on,
      position ? position->next_event_id : static_cast<std::int64_t>(on->history.size()),
      request.maximum_page_size());
  for (const auto& event : page.events) {
    spend_bytes(static_cast<std::size_t>(event->GetCachedSize()));
    *response->mutable_history()->add_events() = *event;
  }
  if (page.next_event_id != 0)
    response->set_next_page_token(encode(history_position{on->id, page.next_event_id}));
  return {{}, std::move(response)};
}

query_plan plan_query(
    const record& rec, const wire::QueryWorkflowRequest& request, std::size_t max_blob_bytes) {
  if (auto status = check_query(request, max_blob_bytes); !status.ok()) {
    query_plan plan;
    plan.refused = refusal(std::move(status));
    return plan;
  }
  return plan_waited_query(rec, request, request.execution().run_id());
}

query_plan plan_waited_query(
    const record& rec, const wire::QueryWorkflowRequest& request, std::string_view run_id) {
  query_plan plan;
  const run* const on = rec.find(run_id);
  if (!on) {
    plan.refused = refusal(run_not_found(rec, std::string{run_id}));
    return plan;
  }
  const auto condition = request.query_reject_condition();
  const bool rejected = !on->open()
                        && (condition == enums::QUERY_REJECT_CONDITION_NOT_OPEN
                            || (condition == enums::QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY
                                && on->state.status != enums::WORKFLOW_EXECUTION_STATUS_COMPLETED));
  if (rejected) {
    auto response = std::make_shared<wire::QueryWorkflowResponse>();
    response->mutable_query_rejected()->set_status(on->state.status);
    plan.refused.message = std::move(response);
    return plan;
  }
  if (!on->open() && on->state.last_completed_started_id == 0) {
    plan.refused =
        refusal(workflow_not_ready("Workflow execution closed before WorkflowTaskStarted event"));
    return plan;
  }
  if (on->open() && !on->state.task && on->state.last_completed_started_id == 0) {
    plan.refused = refusal(workflow_not_ready("Workflow task is not scheduled yet."));
    return plan;
  }
  if (on->state.task && on->state.task->attempt >= 3) {
    plan.refused = refusal(
        workflow_not_ready("Unable to query workflow due to Workflow Task in failed state."));
    return plan;
  }
  plan.goes = has_pending_task(rec, on->id) ? query_plan::way::with_task : query_plan::way::direct;
  plan.run_id = on->id;
  plan.sticky_queue = on->state.sticky_queue;
  plan.sticky_timeout = on->state.sticky_timeout;
  plan.normal_queue = on->state.task_queue;
  return plan;
}

bool has_pending_task(const record& rec, std::string_view run_id) {
  const run* const on = rec.find(run_id);
  return on != nullptr && on->open() && on->state.task;
}

rpc_status too_many_queries() {
  api::errordetails::v1::ResourceExhaustedFailure detail;
  detail.set_cause(enums::RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW);
  detail.set_scope(enums::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
  return with_detail(
      status_code::resource_exhausted,
      "consistent query buffer is full, this may be caused by too many queries and workflow not "
      "able to process query fast enough",
      detail);
}

reply query_outcome(const api::query::v1::WorkflowQueryResult& answer) {
  if (answer.result_type() == enums::QUERY_RESULT_TYPE_ANSWERED) {
    auto response = std::make_shared<wire::QueryWorkflowResponse>();
    if (answer.has_answer())
      *response->mutable_query_result() = answer.answer();
    return {{}, std::move(response)};
  }
  api::errordetails::v1::QueryFailedFailure detail;
  if (answer.has_failure())
    copy_in_slices(answer.failure(), *detail.mutable_failure());
  return {with_detail(status_code::invalid_argument, answer.error_message(), detail), nullptr};
}

std::shared_ptr<wire::PollWorkflowTaskQueueResponse>
query_task(const record& rec, std::string_view run_id, bool sticky_poll) {
  const run* const on = rec.find(run_id);
  if (!on)
    return nullptr;
  auto task = std::make_shared<wire::PollWorkflowTaskQueueResponse>();
  task->mutable_workflow_execution()->set_workflow_id(rec.workflow_id);
  task->mutable_workflow_execution()->set_run_id(on->id);
  task->mutable_workflow_type()->set_name(on->state.workflow_type);
  task->set_previous_started_event_id(on->state.last_completed_started_id);
  task->set_attempt(1);
  task->mutable_workflow_execution_task_queue()->set_name(on->state.task_queue);
  task->mutable_workflow_execution_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  task->mutable_history();
  if (sticky_poll)
    return task;
  const auto page = cut_page(*on, 1, 0);
  for (const auto& event : page.events)
    *task->mutable_history()->add_events() = *event;
  if (page.next_event_id != 0)
    task->set_next_page_token(encode(history_position{on->id, page.next_event_id}));
  return task;
}

} // namespace troupe::embedded
