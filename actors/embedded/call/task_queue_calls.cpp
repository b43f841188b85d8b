// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/matching/queue_description.hpp"
#include "actors/embedded/matching/task_queue_actor.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <optional>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;
using namespace ways;

template <class Request>
void poll_for(task_queue_actor& owner, const call_ptr& from, const Request& request) {
  std::string build_id;
  if constexpr (std::is_same_v<Request, wire::PollWorkflowTaskQueueRequest>) {
    build_id = request.deployment_options().build_id();
    if (build_id.empty())
      build_id = request.worker_version_capabilities().build_id();
  }
  std::optional<double> most_per_second;
  if constexpr (std::is_same_v<Request, wire::PollActivityTaskQueueRequest>)
    if (request.task_queue_metadata().has_max_tasks_per_second())
      most_per_second = request.task_queue_metadata().max_tasks_per_second().value();
  const auto& key = request.worker_instance_key(); // older workers have none
  owner.accept_poll(
      from,
      request.identity(),
      key.empty() ? request.identity() : key,
      std::move(build_id),
      most_per_second);
}

void complete_request(
    task_queue_actor& owner,
    const call_ptr& from,
    const wire::RespondNexusTaskCompletedRequest& request) {
  owner.finish_request(from, embedded::check(request, owner.settings()), false);
}

void fail_request(
    task_queue_actor& owner,
    const call_ptr& from,
    const wire::RespondNexusTaskFailedRequest& request) {
  owner.finish_request(from, embedded::check(request), true);
}

void answer_query(
    task_queue_actor& owner,
    const call_ptr& from,
    const wire::RespondQueryTaskCompletedRequest& request) {
  owner.finish_query(from, request);
}

void describe(
    task_queue_actor& owner, const call_ptr& from, const wire::DescribeTaskQueueRequest&) {
  owner.describe(from);
}

/// The queue that is described. It is not made for that: one that is not there is an empty one.
struct by_queue : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    embedded::describe_queue(here, from);
  }
};

/// Each queue is whole: one part of each kind, under its own name.
void list_partitions(
    directory&, const call_ptr& from, const wire::ListTaskQueuePartitionsRequest& request) {
  wire::ListTaskQueuePartitionsResponse response;
  for (auto* part :
       {response.add_activity_task_queue_partitions(),
        response.add_workflow_task_queue_partitions()}) {
    part->set_key(request.task_queue().name());
    part->set_owner_host_name("localhost");
  }
  from->answer(response);
}

void shut_down_worker(
    directory& here, const call_ptr& from, const wire::ShutdownWorkerRequest& request) {
  if (auto queue =
          here.find_queue(from->name_space->id, request.sticky_task_queue(), queue_kind::sticky))
    actors::tell(queue, unload_queue{});
  from->answer_empty();
}

void record_heartbeat(directory&, const call_ptr& from, const wire::RecordWorkerHeartbeatRequest&) {
  from->answer_empty();
}

using by_nexus_token = by_matching_token<matching_token::kind::nexus>;
using by_query_token = by_matching_token<matching_token::kind::query>;

constexpr std::array rows{
    row<by_poll<>, poll_for<wire::PollWorkflowTaskQueueRequest>>(
        names::poll_workflow_task_queue, role::worker, traffic::hot_poll),
    row<by_poll<queue_kind::nexus>, poll_for<wire::PollNexusTaskQueueRequest>>(
        names::poll_nexus_task_queue, role::worker, traffic::hot_poll),
    row<by_poll<queue_kind::activity>, poll_for<wire::PollActivityTaskQueueRequest>>(
        names::poll_activity_task_queue, role::worker, traffic::hot_poll),
    row<by_nexus_token, complete_request>(
        names::respond_nexus_task_completed, role::worker, traffic::hot),
    row<by_nexus_token, fail_request>(names::respond_nexus_task_failed, role::worker),
    row<by_query_token, answer_query>(names::respond_query_task_completed, role::worker),
    row<by_queue, describe>(names::describe_task_queue, role::read),
    row<here_in_namespace, list_partitions>(names::list_task_queue_partitions, role::read),
    row<here_in_namespace, shut_down_worker>(names::shutdown_worker, role::worker),
    row<here_in_namespace, record_heartbeat>(names::record_worker_heartbeat, role::worker),
};

} // namespace

std::span<const method_row> task_queue_calls() {
  return rows;
}

} // namespace troupe::embedded
