// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/update/multi_operation.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <utility>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;
using namespace ways;

/// Decides and answers what was decided.
template <class Input, class Request>
void decides(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(from, Input{request});
}

template <class Input, class Request>
void decides_task(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(from, Input{request, from->token});
}

void describe_execution(
    execution_actor& owner, const call_ptr& from, const wire::DescribeWorkflowExecutionRequest&) {
  owner.read_for(from, [](const record& rec, const call& asked) {
    return describe(rec, asked.as<wire::DescribeWorkflowExecutionRequest>());
  });
}

void read_history_back(
    execution_actor& owner,
    const call_ptr& from,
    const wire::GetWorkflowExecutionHistoryReverseRequest&) {
  owner.read_for(from, [](const record& rec, const call& asked) {
    return read_history_reverse(rec, asked.as<wire::GetWorkflowExecutionHistoryReverseRequest>());
  });
}

void read_history_on(
    execution_actor& owner, const call_ptr& from, const wire::GetWorkflowExecutionHistoryRequest&) {
  owner.read_history_for(from);
}

void complete_task(
    execution_actor& owner,
    const call_ptr& from,
    const wire::RespondWorkflowTaskCompletedRequest&) {
  owner.complete_task_for(from);
}

template <class Input, class Request>
void decides_update(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_update_for(from, Input{request});
}

void poll_update_of(
    execution_actor& owner, const call_ptr& from, const wire::PollWorkflowExecutionUpdateRequest&) {
  owner.poll_update_for(from);
}

/// The execution that the update is of.
struct by_update : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    const auto& request = from->as<Request>();
    to_execution(here, from, request.update_ref().workflow_execution().workflow_id());
  }
};

/// The execution of this workflow id, which must be there.
struct by_id : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    to_execution(here, from, from->as<Request>().workflow_id());
  }
};

/// The execution that the first operation starts.
struct by_operations : by_workflow_id {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    std::string workflow_id;
    if (auto status = find_workflow_id(from->as<Request>(), workflow_id); status.ok())
      to_new_execution(here, from, workflow_id);
    else
      from->answer(std::move(status));
  }
};

void query(execution_actor& owner, const call_ptr& from, const wire::QueryWorkflowRequest&) {
  owner.plan_query_for(from);
}

constexpr std::array rows{
    row<by_workflow_token, complete_task>(
        names::respond_workflow_task_completed, role::worker, traffic::hot),
    row<by_workflow_token,
        decides_task<fail_workflow_task, wire::RespondWorkflowTaskFailedRequest>>(
        names::respond_workflow_task_failed, role::worker),
    row<by_workflow_id, decides<start_execution, wire::StartWorkflowExecutionRequest>>(
        names::start_workflow_execution, role::write),
    row<by_workflow_id,
        decides<signal_with_start_execution, wire::SignalWithStartWorkflowExecutionRequest>>(
        names::signal_with_start_workflow_execution, role::write),
    row<by_execution, decides<signal_execution, wire::SignalWorkflowExecutionRequest>>(
        names::signal_workflow_execution, role::write),
    row<by_execution, decides<cancel_execution, wire::RequestCancelWorkflowExecutionRequest>>(
        names::request_cancel_workflow_execution, role::write),
    row<by_execution, decides<terminate_execution, wire::TerminateWorkflowExecutionRequest>>(
        names::terminate_workflow_execution, role::write),
    row<by_execution, decides<delete_execution, wire::DeleteWorkflowExecutionRequest>>(
        names::delete_workflow_execution, role::write),
    row<by_execution, decides_update<update_execution, wire::UpdateWorkflowExecutionRequest>>(
        names::update_workflow_execution, role::write),
    row<by_update, poll_update_of>(names::poll_workflow_execution_update, role::read),
    row<by_operations, decides_update<execute_operations, wire::ExecuteMultiOperationRequest>>(
        names::execute_multi_operation, role::write),
    row<by_execution, decides<reset_execution, wire::ResetWorkflowExecutionRequest>>(
        names::reset_workflow_execution, role::write),
    row<by_execution,
        decides<update_execution_options, wire::UpdateWorkflowExecutionOptionsRequest>>(
        names::update_workflow_execution_options, role::write),
    row<by_id, decides<unpause_execution, wire::UnpauseWorkflowExecutionRequest>>(
        names::unpause_workflow_execution, role::write),
    row<by_execution, decides<reset_sticky_task_queue, wire::ResetStickyTaskQueueRequest>>(
        names::reset_sticky_task_queue, role::worker),
    row<by_execution, describe_execution>(names::describe_workflow_execution, role::read),
    row<by_execution, read_history_on>(names::get_workflow_execution_history, role::read),
    row<by_execution, read_history_back>(names::get_workflow_execution_history_reverse, role::read),
    row<by_execution, query>(names::query_workflow, role::read),
};

} // namespace

std::span<const method_row> execution_calls() {
  return rows;
}

} // namespace troupe::embedded
