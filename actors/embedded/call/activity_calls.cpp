// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;
using namespace ways;

/// Which activity the request names, by its token or by its ids.
template <class Request>
activity_ref which(const call& from, const Request& request) {
  activity_ref out;
  if constexpr (requires { request.activity_id(); }) {
    out.token.run_id = request.run_id();
    out.activity_id = request.activity_id();
  } else {
    out.token = from.token;
  }
  return out;
}

template <class Message>
const Message* if_set(bool is_set, const Message& message) {
  return is_set ? &message : nullptr;
}

template <class Request>
void complete(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(
      from,
      complete_activity{
          which(*from, request),
          if_set(request.has_result(), request.result()),
          request.identity()});
}

template <class Request>
void fail(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(
      from,
      fail_activity{
          which(*from, request),
          if_set(request.has_failure(), request.failure()),
          if_set(request.has_last_heartbeat_details(), request.last_heartbeat_details()),
          request.identity()});
}

template <class Request>
void cancel(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(
      from,
      cancel_activity{
          which(*from, request),
          if_set(request.has_details(), request.details()),
          request.identity()});
}

template <class Request>
void heartbeat(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(
      from,
      heartbeat_activity{
          which(*from, request),
          if_set(request.has_details(), request.details()),
          request.identity()});
}

/// Decides and answers what was decided.
template <class Input, class Request>
void decides(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(from, Input{request});
}

constexpr std::array rows{
    row<by_activity_token, complete<wire::RespondActivityTaskCompletedRequest>>(
        names::respond_activity_task_completed, role::worker, traffic::hot),
    row<by_activity_token, fail<wire::RespondActivityTaskFailedRequest>>(
        names::respond_activity_task_failed, role::worker),
    row<by_activity_token, cancel<wire::RespondActivityTaskCanceledRequest>>(
        names::respond_activity_task_canceled, role::worker),
    row<by_activity_token, heartbeat<wire::RecordActivityTaskHeartbeatRequest>>(
        names::record_activity_task_heartbeat, role::worker, traffic::hot),
    row<by_activity_id, complete<wire::RespondActivityTaskCompletedByIdRequest>>(
        names::respond_activity_task_completed_by_id, role::worker),
    row<by_activity_id, fail<wire::RespondActivityTaskFailedByIdRequest>>(
        names::respond_activity_task_failed_by_id, role::worker),
    row<by_activity_id, cancel<wire::RespondActivityTaskCanceledByIdRequest>>(
        names::respond_activity_task_canceled_by_id, role::worker),
    row<by_activity_id, heartbeat<wire::RecordActivityTaskHeartbeatByIdRequest>>(
        names::record_activity_task_heartbeat_by_id, role::worker),
    row<by_execution, decides<pause_activity, wire::PauseActivityRequest>>(
        names::pause_activity, role::write),
    row<by_execution, decides<unpause_activity, wire::UnpauseActivityRequest>>(
        names::unpause_activity, role::write),
    row<by_execution, decides<reset_activity, wire::ResetActivityRequest>>(
        names::reset_activity, role::write),
    row<by_execution, decides<update_activity_options, wire::UpdateActivityOptionsRequest>>(
        names::update_activity_options, role::write),
};

} // namespace

std::span<const method_row> activity_calls() {
  return rows;
}

} // namespace troupe::embedded
