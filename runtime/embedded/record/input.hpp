// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/record/api_fwd.hpp"
#include "runtime/embedded/workflow_task/workflow_token.hpp"

#include <troupe/rpc_status.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace troupe::embedded {

namespace api = temporal::api;

/// What can happen to a record. Requests are borrowed for the length of `decide`. Each says which
/// message `transaction::answer` holds when it went well; what can fail has a status instead.

// --- calls of clients ---------------------------------------------------------------------------

struct start_execution { ///< -> StartWorkflowExecutionResponse
  const api::workflowservice::v1::StartWorkflowExecutionRequest& request;
};
struct signal_execution { ///< -> SignalWorkflowExecutionResponse
  const api::workflowservice::v1::SignalWorkflowExecutionRequest& request;
};
struct signal_with_start_execution { ///< -> SignalWithStartWorkflowExecutionResponse
  const api::workflowservice::v1::SignalWithStartWorkflowExecutionRequest& request;
};
struct cancel_execution { ///< -> RequestCancelWorkflowExecutionResponse
  const api::workflowservice::v1::RequestCancelWorkflowExecutionRequest& request;
};
struct terminate_execution { ///< -> TerminateWorkflowExecutionResponse
  const api::workflowservice::v1::TerminateWorkflowExecutionRequest& request;
};
struct delete_execution { ///< -> DeleteWorkflowExecutionResponse
  const api::workflowservice::v1::DeleteWorkflowExecutionRequest& request;
};
/// -> UpdateWorkflowExecutionResponse that says how far it has come: who wants more waits for
/// `update_told`.
struct update_execution {
  const api::workflowservice::v1::UpdateWorkflowExecutionRequest& request;
};
/// A start and an update. -> ExecuteMultiOperationResponse, as above.
struct execute_operations {
  const api::workflowservice::v1::ExecuteMultiOperationRequest& request;
};
struct reset_execution { ///< -> ResetWorkflowExecutionResponse
  const api::workflowservice::v1::ResetWorkflowExecutionRequest& request;
};
struct update_execution_options { ///< -> UpdateWorkflowExecutionOptionsResponse
  const api::workflowservice::v1::UpdateWorkflowExecutionOptionsRequest& request;
};
/// None is ever paused here, so it is refused with the reason why. ->
/// UnpauseWorkflowExecutionResponse
struct unpause_execution {
  const api::workflowservice::v1::UnpauseWorkflowExecutionRequest& request;
};
struct reset_sticky_task_queue { ///< -> ResetStickyTaskQueueResponse
  const api::workflowservice::v1::ResetStickyTaskQueueRequest& request;
};

// --- workers -------------------------------------------------------------------------------------

/// A poll took a workflow task from a queue. -> PollWorkflowTaskQueueResponse for that poll. A
/// status that is not ok (`not_found`) means: the task is stale, forget it and give the poll
/// another one.
struct start_workflow_task {
  std::string run_id;
  std::int64_t scheduled_event_id = 0;
  std::uint64_t stamp = 0;     ///< `workflow_task_dispatch::stamp`
  bool sticky_poll = false;    ///< the poll is one of the sticky queue: a partial history will do
  std::string identity;        ///< of the poll
  std::string request_id;      ///< a fresh UUID, recorded in the Started event
  std::string worker_build_id; ///< of the poll's worker version capabilities, may be empty
  bool is_eager = false;       ///< no poll: the answer to the run's start brings it
};

struct complete_workflow_task { ///< -> RespondWorkflowTaskCompletedResponse
  const api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& request;
  workflow_token token; ///< of the request
};
struct fail_workflow_task { ///< -> RespondWorkflowTaskFailedResponse
  const api::workflowservice::v1::RespondWorkflowTaskFailedRequest& request;
  workflow_token token; ///< of the request
};

// --- activities ----------------------------------------------------------------------------------

/// A poll took an activity task from a queue. -> PollActivityTaskQueueResponse for that poll. A
/// status that is not ok (`not_found`) means: the task is stale, forget it and give the poll
/// another one.
struct start_activity_task {
  std::string run_id;
  std::string activity_id;
  std::uint64_t stamp = 0; ///< `activity_task_dispatch::stamp`
  std::string identity;    ///< of the poll
  std::string request_id;  ///< a fresh UUID, recorded in the Started event
};

/// Which activity an answer is about: the attempt of a token, or any of an id.
struct activity_ref {
  workflow_token token; ///< of an activity task; of an id only its run is set, which may be empty
  std::string activity_id; ///< empty: the token says which
};

struct complete_activity { ///< -> nothing
  activity_ref which;
  const api::common::v1::Payloads* result = nullptr; ///< may be null
  const std::string& identity;
};
struct fail_activity { ///< -> RespondActivityTaskFailedResponse
  activity_ref which;
  const api::failure::v1::Failure* failure = nullptr;                ///< may be null
  const api::common::v1::Payloads* last_heartbeat_details = nullptr; ///< may be null
  const std::string& identity;
};
struct cancel_activity { ///< -> nothing
  activity_ref which;
  const api::common::v1::Payloads* details = nullptr; ///< may be null
  const std::string& identity;
};
struct heartbeat_activity { ///< -> RecordActivityTaskHeartbeatResponse
  activity_ref which;
  const api::common::v1::Payloads* details = nullptr; ///< may be null
  const std::string& identity;
};
struct pause_activity { ///< -> PauseActivityResponse
  const api::workflowservice::v1::PauseActivityRequest& request;
};
struct unpause_activity { ///< -> UnpauseActivityResponse
  const api::workflowservice::v1::UnpauseActivityRequest& request;
};
struct reset_activity { ///< -> ResetActivityResponse
  const api::workflowservice::v1::ResetActivityRequest& request;
};
struct update_activity_options { ///< -> UpdateActivityOptionsResponse
  const api::workflowservice::v1::UpdateActivityOptionsRequest& request;
};

// --- activities without a workflow ---------------------------------------------------------------

struct start_standalone { ///< -> StartActivityExecutionResponse
  const api::workflowservice::v1::StartActivityExecutionRequest& request;
};
struct cancel_standalone { ///< -> RequestCancelActivityExecutionResponse
  const api::workflowservice::v1::RequestCancelActivityExecutionRequest& request;
};
struct terminate_standalone { ///< -> TerminateActivityExecutionResponse
  const api::workflowservice::v1::TerminateActivityExecutionRequest& request;
};
struct delete_standalone { ///< -> DeleteActivityExecutionResponse
  const api::workflowservice::v1::DeleteActivityExecutionRequest& request;
};

// --- Nexus operations without a workflow ---------------------------------------------------------

struct start_operation { ///< -> StartNexusOperationExecutionResponse
  const api::workflowservice::v1::StartNexusOperationExecutionRequest& request;
};
struct cancel_operation { ///< -> RequestCancelNexusOperationExecutionResponse
  const api::workflowservice::v1::RequestCancelNexusOperationExecutionRequest& request;
};
struct terminate_operation { ///< -> TerminateNexusOperationExecutionResponse
  const api::workflowservice::v1::TerminateNexusOperationExecutionRequest& request;
};
struct delete_operation { ///< -> DeleteNexusOperationExecutionResponse
  const api::workflowservice::v1::DeleteNexusOperationExecutionRequest& request;
};

// --- time
// ------------------------------------------------------------------------------------------

/// The time of `record_timer` has come (or may have; early is harmless). No answer.
struct timers_due {};

// --- Nexus, caller's side -----------------------------------------------------------------------

/// Names one request to a handler: what `nexus_dispatch::attempt` said.
struct nexus_attempt {
  std::string run_id;
  std::int64_t scheduled_event_id = 0;
  bool cancelation = false;  ///< of the operation's cancel request, not of its start
  std::int32_t number = 0;   ///< 1 for the first
  std::string endpoint_name; ///< the circuit breaker's key, with the caller's namespace
};

/// No worker took the task, or none answered it, within `nexus_dispatch::dispatch_timeout`.
struct nexus_no_answer {};

/// A handler outside could not be asked, or answered nothing that makes sense.
struct nexus_call_failed {
  std::string message;
  bool is_final = false; ///< it would be the same the next time
};

using nexus_outcome = std::variant<
    const api::workflowservice::v1::RespondNexusTaskCompletedRequest*,
    const api::workflowservice::v1::RespondNexusTaskFailedRequest*,
    nexus_call_failed,
    nexus_no_answer>;

/// A handler answered (or did not). Late and unknown attempts are ignored. No answer.
struct nexus_request_done {
  nexus_attempt attempt;
  nexus_outcome outcome;
};

/// The circuit breaker of the endpoint holds this request back (`blocked`), or lets it go again:
/// then the transaction has the request once more. A held request uses up no attempt. No answer.
struct nexus_request_held {
  nexus_attempt attempt;
  bool blocked = true;
  std::string opened_by = {}; ///< `service/operation x6, ...`: what failed when the breaker opened
};

/// How a handler's operation ended, as its completion callback tells it.
struct nexus_completion {
  enum class state { succeeded, failed, canceled };
  state outcome = state::succeeded;
  std::string
      operation_token;     ///< from the callback's headers, for a start that was not answered yet
  time_point start_time{}; ///< of the handler's execution; the epoch if not known
  time_point close_time{};
  std::shared_ptr<const api::common::v1::Payload> result;          ///< if succeeded; may be null
  std::shared_ptr<const api::failure::v1::Failure> failure;        ///< if failed or canceled
  std::vector<std::shared_ptr<const api::common::v1::Link>> links; ///< what the Started event shows
};

/// A completion callback arrived. -> no message, an ok status; or `not_found` (which the sender
/// must not retry).
struct complete_nexus_operation {
  operation_token_ref token; ///< of the callback's header `temporal-callback-token`
  nexus_completion completion;
};

// --- Nexus, handler's side ----------------------------------------------------------------------

/// A callback was delivered, or not. No answer.
struct callback_done {
  std::string run_id;
  std::string callback_id; ///< `callback_delivery::callback_id`
  std::int32_t attempt = 0;
  enum class result { delivered, retry, refused };
  result outcome = result::delivered;
  /// Why not, as describe shows it; may be null.
  std::shared_ptr<const api::failure::v1::Failure> failure;
};

// --- other workflows -----------------------------------------------------------------------------

/// Who asks another record for something, and by which of its events.
struct asking_run {
  std::string name_space;
  std::string namespace_id;
  std::string workflow_id;
  std::string run_id;
  std::int64_t initiated_event_id = 0; ///< 0 where it is about no event of its own
  bool is_repeated = false;            ///< it may have asked before, and the answer was lost
};

/// What is asked for, and for which entry of which run: comes back with the answer.
struct peer_ask {
  enum class kind {
    start_child,
    begin_child,
    signal,
    cancel,
    close_child,
    report_end,
    system_operation
  };
  kind what = kind::start_child;
  std::string run_id;
  std::int64_t initiated_event_id = 0; ///< 0 of a report

  bool operator==(const peer_ask&) const = default;
};

/// A parent starts a child, whose first workflow task waits for `begin_child`.
/// -> StartWorkflowExecutionResponse
struct start_child {
  asking_run parent;
  std::shared_ptr<const api::history::v1::HistoryEvent> initiated;
  std::string request_id;
  std::string root_workflow_id;
  std::string root_run_id;
  std::shared_ptr<const api::common::v1::Priority> priority; ///< with the parent's; may be null
};
/// The parent has written down that its child started: now it may get to work. -> no message
struct begin_child {
  asking_run parent;
};
/// -> no message; `not_found`, or `invalid_argument` for a run that has too many signals.
struct signal_from_run {
  asking_run from;
  std::shared_ptr<const api::history::v1::HistoryEvent> initiated;
  std::string request_id;
};
/// -> no message, or `not_found`.
struct cancel_from_run {
  asking_run from;
  std::shared_ptr<const api::history::v1::HistoryEvent> initiated;
};
/// A workflow called the system endpoint. -> SignalWithStartWorkflowExecutionResponse
struct signal_with_start_from_run {
  asking_run from;
  std::shared_ptr<const api::workflowservice::v1::SignalWithStartWorkflowExecutionRequest> request;
};
/// A parent closed, and its child must not go on. -> no message
struct close_child {
  asking_run parent;
  std::string first_run_id; ///< of the child; empty if its parent does not know it
  bool terminates = false;  ///< instead of asking it to cancel
};
/// A child ended, and nothing follows. -> no message
struct child_ended {
  asking_run child;
  std::string first_run_id;
  std::string parent_run_id;
  std::int64_t initiated_event_id = 0; ///< in the parent
  std::shared_ptr<const api::history::v1::HistoryEvent> closing;
};

/// What another record is asked for.
using peer_input = std::variant<
    start_child,
    begin_child,
    signal_from_run,
    cancel_from_run,
    signal_with_start_from_run,
    close_child,
    child_ended>;

/// Who asks.
inline asking_run& asker_of(peer_input& what) {
  return std::visit(
      [](auto& each) -> asking_run& {
        if constexpr (requires { each.parent; })
          return each.parent;
        else if constexpr (requires { each.child; })
          return each.child;
        else
          return each.from;
      },
      what);
}

/// What came of it. Late and doubled answers are ignored. No answer.
struct peer_answered {
  peer_ask what;
  rpc_status status;
  std::string run_id;        ///< of a child that was started
  bool no_namespace = false; ///< nobody could be asked
  /// Of a call of the system endpoint; may be null.
  std::shared_ptr<const api::workflowservice::v1::SignalWithStartWorkflowExecutionResponse>
      response = {};
};

using input = std::variant<
    start_execution,
    signal_execution,
    signal_with_start_execution,
    cancel_execution,
    terminate_execution,
    delete_execution,
    update_execution,
    execute_operations,
    reset_execution,
    update_execution_options,
    unpause_execution,
    reset_sticky_task_queue,
    start_workflow_task,
    complete_workflow_task,
    fail_workflow_task,
    timers_due,
    start_activity_task,
    complete_activity,
    fail_activity,
    cancel_activity,
    heartbeat_activity,
    pause_activity,
    unpause_activity,
    reset_activity,
    update_activity_options,
    start_standalone,
    cancel_standalone,
    terminate_standalone,
    delete_standalone,
    start_operation,
    cancel_operation,
    terminate_operation,
    delete_operation,
    nexus_request_done,
    nexus_request_held,
    complete_nexus_operation,
    callback_done,
    start_child,
    begin_child,
    signal_from_run,
    cancel_from_run,
    signal_with_start_from_run,
    close_child,
    child_ended,
    peer_answered>;

} // namespace troupe::embedded
