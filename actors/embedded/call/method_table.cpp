// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"

#include "actors/embedded/call/static_answers.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "runtime/embedded/matching/matching.hpp"
#include "runtime/embedded/matching/matching_token.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <unordered_map>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace names = rpc::methods::workflow_service;
namespace operator_names = rpc::methods::operator_service;
using actors::tell;

template <class Request>
google::protobuf::Message* make(google::protobuf::Arena& arena) {
  return google::protobuf::Arena::CreateMessage<Request>(&arena);
}

// -- checks --------------------------------------------------------------------------------------

/// Resolves the request's namespace; answers and returns false if the call may not go on.
template <class Request>
bool check_namespace(directory& here, const call_ptr& from, bool must_be_registered = false) {
  auto status =
      here.namespaces.check(from->as<Request>().namespace_(), must_be_registered, from->name_space);
  if (status.ok())
    return true;
  from->answer(std::move(status));
  return false;
}

/// The namespace of calls that carry a task token: the token's, which the request's must not
/// contradict.
template <class Request>
bool check_token_namespace(
    directory& here, const call_ptr& from, const std::string& token_namespace_id) {
  const auto& named = from->as<Request>().namespace_();
  from->name_space = here.namespaces.find_by_id(token_namespace_id);
  if (from->name_space == nullptr) {
    from->answer(bad_argument("Error deserializing task token."));
    return false;
  }
  if (!named.empty() && named != from->name_space->name) {
    const namespace_entry* other = nullptr;
    auto status = here.namespaces.check(named, false, other);
    from->answer(
        status.ok() ? bad_argument("Operation requested with a token from a different namespace.")
                    : std::move(status));
    return false;
  }
  return true;
}

template <class Request>
bool check_token_is_set(const call_ptr& from) {
  if (!from->as<Request>().task_token().empty())
    return true;
  from->answer(bad_argument("Task token not set on request."));
  return false;
}

// -- workflows -----------------------------------------------------------------------------------

void to_execution(directory& here, const call_ptr& from, const std::string& workflow_id) {
  tell(here.execution(from->name_space->id, workflow_id), serve_call{from});
}

/// Calls that name a workflow id directly: they may create.
template <class Request>
void route_start(directory& here, const call_ptr& from) {
  if (check_namespace<Request>(here, from, true))
    to_execution(here, from, from->as<Request>().workflow_id());
}

template <class Request>
const auto& execution_of(const Request& request) {
  if constexpr (requires { request.workflow_execution(); })
    return request.workflow_execution();
  else
    return request.execution();
}

/// Calls about an execution that is there.
template <class Request>
void route_execution(directory& here, const call_ptr& from) {
  if (check_namespace<Request>(here, from))
    to_execution(here, from, execution_of(from->as<Request>()).workflow_id());
}

template <class Request>
void route_workflow_answer(directory& here, const call_ptr& from) {
  if (!check_token_is_set<Request>(from))
    return;
  auto token = decode_workflow_token(from->as<Request>().task_token());
  if (!token) {
    from->answer(bad_argument("Error deserializing task token."));
    return;
  }
  if (!check_token_namespace<Request>(here, from, token->namespace_id))
    return;
  from->token = std::move(*token);
  to_execution(here, from, from->token.workflow_id);
}

template <class Request>
void route_visibility(directory& here, const call_ptr& from) {
  if (check_namespace<Request>(here, from))
    tell(here.visibility(from->name_space->id), serve_call{from});
}

// -- task queues ---------------------------------------------------------------------------------

template <class Request>
void route_poll(directory& here, const call_ptr& from, queue_kind kind) {
  if (!check_namespace<Request>(here, from))
    return;
  const auto& queue = from->as<Request>().task_queue();
  if (queue.name().empty()) {
    from->answer(bad_argument("taskQueue is not set"));
    return;
  }
  if (queue.name().size() > here.settings.max_id_bytes) {
    from->answer(bad_argument("taskQueue length exceeds limit"));
    return;
  }
  if (from->deadline() == time_point::max()) {
    from->answer(bad_argument("Context timeout is not set."));
    return;
  }
  if (from->deadline() - here.now() < shortest_poll) {
    from->answer(plain_status(status_code::failed_precondition, "Context timeout is too short."));
    return;
  }
  if (here.is_stopping) {
    from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
    return;
  }
  from->is_long_poll = true;
  tell(here.queue(from->name_space->id, queue.name(), kind), open_poll{from});
}

void route_workflow_poll(directory& here, const call_ptr& from) {
  const bool is_sticky = from->as<wire::PollWorkflowTaskQueueRequest>().task_queue().kind()
                         == temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY;
  route_poll<wire::PollWorkflowTaskQueueRequest>(
      here, from, is_sticky ? queue_kind::sticky : queue_kind::workflow);
}

void route_activity_poll(directory& here, const call_ptr& from) {
  route_poll<wire::PollActivityTaskQueueRequest>(here, from, queue_kind::activity);
}

void route_nexus_poll(directory& here, const call_ptr& from) {
  route_poll<wire::PollNexusTaskQueueRequest>(here, from, queue_kind::nexus);
}

/// Answers to tasks that matching keeps: they go back to the queue that gave the task out.
template <class Request, matching_token::kind Kind>
void route_matching_answer(directory& here, const call_ptr& from) {
  if (!check_token_is_set<Request>(from))
    return;
  auto token = decode_matching_token(Kind, from->as<Request>().task_token());
  if (!token) {
    from->answer(bad_argument("Error deserializing task token."));
    return;
  }
  if (!check_token_namespace<Request>(here, from, token->namespace_id))
    return;
  from->task_id = std::move(token->task_id);
  constexpr std::array kinds{queue_kind::nexus, queue_kind::workflow, queue_kind::sticky};
  for (auto kind : kinds) {
    if ((Kind == matching_token::kind::nexus) != (kind == queue_kind::nexus))
      continue;
    const auto queue = here.find_queue(token->namespace_id, token->task_queue, kind);
    if (!queue)
      continue;
    tell(queue, serve_call{from});
    return;
  }
  from->answer(absent(
      Kind == matching_token::kind::nexus ? "Nexus task not found or already expired"
                                          : "query task not found, or already expired"));
}

/// Activities are not served yet: no token of theirs was ever given out.
template <class Request>
void route_activity_answer(directory& here, const call_ptr& from) {
  if (!check_token_is_set<Request>(from))
    return;
  const auto token =
      decode_matching_token(matching_token::kind::activity, from->as<Request>().task_token());
  if (!token) {
    from->answer(bad_argument("Error deserializing task token."));
    return;
  }
  if (check_token_namespace<Request>(here, from, token->namespace_id))
    from->answer(absent(
        "invalid activityID or activity already timed out or invoking workflow is completed"));
}

void route_describe_queue(directory& here, const call_ptr& from) {
  using Request = wire::DescribeTaskQueueRequest;
  if (!check_namespace<Request>(here, from))
    return;
  const auto& request = from->as<Request>();
  if (request.task_queue().name().empty()) {
    from->answer(bad_argument("taskQueue is not set"));
    return;
  }
  namespace enums = temporal::api::enums::v1;
  auto kind = queue_kind::workflow;
  if (request.task_queue_type() == enums::TASK_QUEUE_TYPE_NEXUS)
    kind = queue_kind::nexus;
  else if (request.task_queue_type() == enums::TASK_QUEUE_TYPE_ACTIVITY)
    kind = queue_kind::activity;
  else if (request.task_queue().kind() == enums::TASK_QUEUE_KIND_STICKY)
    kind = queue_kind::sticky;
  tell(here.queue(from->name_space->id, request.task_queue().name(), kind), serve_call{from});
}

void route_shutdown_worker(directory& here, const call_ptr& from) {
  using Request = wire::ShutdownWorkerRequest;
  if (!check_namespace<Request>(here, from))
    return;
  const auto& sticky = from->as<Request>().sticky_task_queue();
  if (auto queue = here.find_queue(from->name_space->id, sticky, queue_kind::sticky))
    tell(queue, unload_queue{});
  from->answer_empty();
}

void route_heartbeat(directory& here, const call_ptr& from) {
  if (check_namespace<wire::RecordWorkerHeartbeatRequest>(here, from))
    from->answer_empty();
}

void route_registry(directory& here, const call_ptr& from) {
  tell(here.registry(), serve_call{from});
}

// -- the table -----------------------------------------------------------------------------------

const std::array methods{
    method_entry{
        names::poll_workflow_task_queue,
        make<wire::PollWorkflowTaskQueueRequest>,
        route_workflow_poll},
    method_entry{
        names::respond_workflow_task_completed,
        make<wire::RespondWorkflowTaskCompletedRequest>,
        route_workflow_answer<wire::RespondWorkflowTaskCompletedRequest>},
    method_entry{
        names::respond_workflow_task_failed,
        make<wire::RespondWorkflowTaskFailedRequest>,
        route_workflow_answer<wire::RespondWorkflowTaskFailedRequest>},
    method_entry{
        names::poll_nexus_task_queue, make<wire::PollNexusTaskQueueRequest>, route_nexus_poll},
    method_entry{
        names::respond_nexus_task_completed,
        make<wire::RespondNexusTaskCompletedRequest>,
        route_matching_answer<wire::RespondNexusTaskCompletedRequest, matching_token::kind::nexus>},
    method_entry{
        names::respond_nexus_task_failed,
        make<wire::RespondNexusTaskFailedRequest>,
        route_matching_answer<wire::RespondNexusTaskFailedRequest, matching_token::kind::nexus>},
    method_entry{
        names::poll_activity_task_queue,
        make<wire::PollActivityTaskQueueRequest>,
        route_activity_poll},
    method_entry{
        names::respond_activity_task_completed,
        make<wire::RespondActivityTaskCompletedRequest>,
        route_activity_answer<wire::RespondActivityTaskCompletedRequest>},
    method_entry{
        names::respond_activity_task_failed,
        make<wire::RespondActivityTaskFailedRequest>,
        route_activity_answer<wire::RespondActivityTaskFailedRequest>},
    method_entry{
        names::respond_activity_task_canceled,
        make<wire::RespondActivityTaskCanceledRequest>,
        route_activity_answer<wire::RespondActivityTaskCanceledRequest>},
    method_entry{
        names::record_activity_task_heartbeat,
        make<wire::RecordActivityTaskHeartbeatRequest>,
        route_activity_answer<wire::RecordActivityTaskHeartbeatRequest>},
    method_entry{
        names::respond_query_task_completed,
        make<wire::RespondQueryTaskCompletedRequest>,
        route_matching_answer<wire::RespondQueryTaskCompletedRequest, matching_token::kind::query>},
    method_entry{
        names::start_workflow_execution,
        make<wire::StartWorkflowExecutionRequest>,
        route_start<wire::StartWorkflowExecutionRequest>},
    method_entry{
        names::signal_with_start_workflow_execution,
        make<wire::SignalWithStartWorkflowExecutionRequest>,
        route_start<wire::SignalWithStartWorkflowExecutionRequest>},
    method_entry{
        names::signal_workflow_execution,
        make<wire::SignalWorkflowExecutionRequest>,
        route_execution<wire::SignalWorkflowExecutionRequest>},
    method_entry{
        names::request_cancel_workflow_execution,
        make<wire::RequestCancelWorkflowExecutionRequest>,
        route_execution<wire::RequestCancelWorkflowExecutionRequest>},
    method_entry{
        names::terminate_workflow_execution,
        make<wire::TerminateWorkflowExecutionRequest>,
        route_execution<wire::TerminateWorkflowExecutionRequest>},
    method_entry{
        names::delete_workflow_execution,
        make<wire::DeleteWorkflowExecutionRequest>,
        route_execution<wire::DeleteWorkflowExecutionRequest>},
    method_entry{
        names::describe_workflow_execution,
        make<wire::DescribeWorkflowExecutionRequest>,
        route_execution<wire::DescribeWorkflowExecutionRequest>},
    method_entry{
        names::get_workflow_execution_history,
        make<wire::GetWorkflowExecutionHistoryRequest>,
        route_execution<wire::GetWorkflowExecutionHistoryRequest>},
    method_entry{
        names::get_workflow_execution_history_reverse,
        make<wire::GetWorkflowExecutionHistoryReverseRequest>,
        route_execution<wire::GetWorkflowExecutionHistoryReverseRequest>},
    method_entry{
        names::query_workflow,
        make<wire::QueryWorkflowRequest>,
        route_execution<wire::QueryWorkflowRequest>},
    method_entry{
        names::update_workflow_execution,
        make<wire::UpdateWorkflowExecutionRequest>,
        route_execution<wire::UpdateWorkflowExecutionRequest>},
    method_entry{
        names::reset_sticky_task_queue,
        make<wire::ResetStickyTaskQueueRequest>,
        route_execution<wire::ResetStickyTaskQueueRequest>},
    method_entry{
        names::list_workflow_executions,
        make<wire::ListWorkflowExecutionsRequest>,
        route_visibility<wire::ListWorkflowExecutionsRequest>},
    method_entry{
        names::count_workflow_executions,
        make<wire::CountWorkflowExecutionsRequest>,
        route_visibility<wire::CountWorkflowExecutionsRequest>},
    method_entry{
        names::describe_task_queue, make<wire::DescribeTaskQueueRequest>, route_describe_queue},
    method_entry{names::shutdown_worker, make<wire::ShutdownWorkerRequest>, route_shutdown_worker},
    method_entry{
        names::record_worker_heartbeat, make<wire::RecordWorkerHeartbeatRequest>, route_heartbeat},
    method_entry{names::get_system_info, make<wire::GetSystemInfoRequest>, answer_system_info},
    method_entry{names::get_cluster_info, make<wire::GetClusterInfoRequest>, answer_cluster_info},
    method_entry{names::describe_namespace, make<wire::DescribeNamespaceRequest>, route_registry},
    method_entry{names::list_namespaces, make<wire::ListNamespacesRequest>, route_registry},
    method_entry{names::register_namespace, make<wire::RegisterNamespaceRequest>, route_registry},
    method_entry{names::update_namespace, make<wire::UpdateNamespaceRequest>, route_registry},
    method_entry{names::deprecate_namespace, make<wire::DeprecateNamespaceRequest>, route_registry},
    method_entry{
        names::get_search_attributes, make<wire::GetSearchAttributesRequest>, route_registry},
    method_entry{
        operator_names::list_search_attributes,
        make<operators::ListSearchAttributesRequest>,
        route_registry},
    method_entry{
        operator_names::add_search_attributes,
        make<operators::AddSearchAttributesRequest>,
        route_registry},
    method_entry{
        operator_names::remove_search_attributes,
        make<operators::RemoveSearchAttributesRequest>,
        route_registry},
    method_entry{
        operator_names::delete_namespace, make<operators::DeleteNamespaceRequest>, route_registry},
    method_entry{
        operator_names::list_clusters, make<operators::ListClustersRequest>, answer_clusters},
    method_entry{
        operator_names::create_nexus_endpoint,
        make<operators::CreateNexusEndpointRequest>,
        route_registry},
    method_entry{
        operator_names::update_nexus_endpoint,
        make<operators::UpdateNexusEndpointRequest>,
        route_registry},
    method_entry{
        operator_names::delete_nexus_endpoint,
        make<operators::DeleteNexusEndpointRequest>,
        route_registry},
    method_entry{
        operator_names::get_nexus_endpoint,
        make<operators::GetNexusEndpointRequest>,
        route_registry},
    method_entry{
        operator_names::list_nexus_endpoints,
        make<operators::ListNexusEndpointsRequest>,
        route_registry},
};

} // namespace

const method_entry* find_method(std::string_view full_name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const method_entry*> index;
    for (const auto& each : methods)
      index.emplace(each.name, &each);
    return index;
  }();
  auto found = by_name.find(full_name);
  return found == by_name.end() ? nullptr : found->second;
}

rpc_status unknown_method(std::string_view full_name) {
  for (auto prefix : {names::prefix, operator_names::prefix})
    if (full_name.starts_with(prefix))
      return plain_status(
          status_code::unimplemented,
          "unknown method " + std::string{full_name.substr(prefix.size())} + " for service "
              + std::string{prefix.substr(1, prefix.size() - 2)});
  if (full_name.starts_with('/'))
    full_name.remove_prefix(1);
  return plain_status(
      status_code::unimplemented,
      "unknown service " + std::string{full_name.substr(0, full_name.rfind('/'))});
}

} // namespace troupe::embedded
