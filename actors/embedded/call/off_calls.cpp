// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <string>

/// What this service does not do and says so in its capabilities, answered as the real server
/// answers where the feature is switched off. A feature that comes takes its rows away from here.
namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;

rpc_status denied(std::string_view what) {
  return plain_status(
      status_code::permission_denied, std::string{what} + " disabled on this namespace.");
}

rpc_status schedules(const call&) {
  return denied("Schedules are");
}

rpc_status version_sets(const call&) {
  return denied("Worker versioning v0.1 (Version Set-based, deprecated) is");
}

rpc_status version_rules(const call&) {
  return denied("Worker versioning v0.2 (Rules-based, deprecated) is");
}

rpc_status pause(const call& from) {
  return plain_status(
      status_code::unimplemented,
      "workflow pause is not enabled for namespace: " + from.name_space->name);
}

rpc_status worker_config(const call& from) {
  return plain_status(
      status_code::unimplemented,
      from.method().substr(names::prefix.size()) + " command is not enabled.");
}

rpc_status archival(const call&) {
  return bad_argument("Cluster is not configured for visibility archival.");
}

template <class Request, rpc_status (*Why)(const call&)>
void refuse(directory&, const call_ptr& from, const Request&) {
  from->answer(Why(*from));
}

/// Heartbeats are taken and not kept.
void list_workers(directory&, const call_ptr& from, const wire::ListWorkersRequest&) {
  from->answer_empty();
}

template <class Request, rpc_status (*Why)(const call&)>
constexpr method_row off(std::string_view name, role needs) {
  return row<ways::here_in_namespace, refuse<Request, Why>>(name, needs);
}

constexpr std::array rows{
    off<wire::CreateScheduleRequest, schedules>(names::create_schedule, role::write),
    off<wire::DescribeScheduleRequest, schedules>(names::describe_schedule, role::read),
    off<wire::UpdateScheduleRequest, schedules>(names::update_schedule, role::write),
    off<wire::PatchScheduleRequest, schedules>(names::patch_schedule, role::write),
    off<wire::DeleteScheduleRequest, schedules>(names::delete_schedule, role::write),
    off<wire::ListSchedulesRequest, schedules>(names::list_schedules, role::read),
    off<wire::CountSchedulesRequest, schedules>(names::count_schedules, role::read),
    off<wire::ListScheduleMatchingTimesRequest, schedules>(
        names::list_schedule_matching_times, role::read),
    off<wire::PauseWorkflowExecutionRequest, pause>(names::pause_workflow_execution, role::write),
    off<wire::UpdateWorkerBuildIdCompatibilityRequest, version_sets>(
        names::update_worker_build_id_compatibility, role::write),
    off<wire::GetWorkerBuildIdCompatibilityRequest, version_sets>(
        names::get_worker_build_id_compatibility, role::read),
    off<wire::UpdateWorkerVersioningRulesRequest, version_rules>(
        names::update_worker_versioning_rules, role::write),
    off<wire::GetWorkerVersioningRulesRequest, version_rules>(
        names::get_worker_versioning_rules, role::read),
    off<wire::FetchWorkerConfigRequest, worker_config>(names::fetch_worker_config, role::read),
    off<wire::UpdateWorkerConfigRequest, worker_config>(names::update_worker_config, role::write),
    off<wire::ListArchivedWorkflowExecutionsRequest, archival>(
        names::list_archived_workflow_executions, role::read),
    row<ways::here_in_namespace, list_workers>(names::list_workers, role::read),
};

} // namespace

std::span<const method_row> off_calls() {
  return rows;
}

} // namespace troupe::embedded
