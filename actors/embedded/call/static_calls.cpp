// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/version.hpp>

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace names = rpc::methods::workflow_service;
namespace operator_names = rpc::methods::operator_service;

void answer_system_info(directory&, const call_ptr& from, const wire::GetSystemInfoRequest&) {
  wire::GetSystemInfoResponse response;
  response.set_server_version(std::string{temporal_server_version});
  // What is named here works, and a test shows it for each: clients choose their ways by it.
  auto& can = *response.mutable_capabilities();
  can.set_signal_and_query_header(true);
  can.set_internal_error_differentiation(true);
  can.set_activity_failure_include_heartbeat(true);
  can.set_encoded_failure_attributes(true);
  can.set_eager_workflow_start(true);
  // Workers say their build by their stamp then, rather than as a checksum.
  can.set_build_id_based_versioning(true);
  can.set_upsert_memo(true);
  can.set_sdk_metadata(true);
  can.set_count_group_by_execution_status(true);
  can.set_nexus(true);
  from->answer(response);
}

void answer_cluster_info(
    directory& here, const call_ptr& from, const wire::GetClusterInfoRequest&) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> clients{
      {{"temporal-go", "<2.0.0"},
       {"temporal-java", "<2.0.0"},
       {"temporal-php", "<2.0.0"},
       {"temporal-typescript", "<2.0.0"},
       {"temporal-cli", "<2.0.0"},
       {"temporal-server", "<2.0.0"},
       {"temporal-ui", "<3.0.0"},
       {"Nexus-go-sdk", "<2.0.0"}}};
  wire::GetClusterInfoResponse response;
  for (const auto& [name, range] : clients)
    (*response.mutable_supported_clients())[std::string{name}] = range;
  response.set_server_version(std::string{temporal_server_version});
  response.set_cluster_id(here.settings.cluster_id);
  response.set_cluster_name("active");
  response.set_history_shard_count(1);
  response.set_persistence_store("memory");
  response.set_visibility_store("memory");
  response.set_initial_failover_version(1);
  response.set_failover_version_increment(10);
  from->answer(response);
}

void answer_clusters(directory& here, const call_ptr& from, const operators::ListClustersRequest&) {
  operators::ListClustersResponse response;
  auto& self = *response.add_clusters();
  self.set_cluster_name("active");
  self.set_cluster_id(here.settings.cluster_id);
  self.set_initial_failover_version(1);
  self.set_history_shard_count(1);
  self.set_is_connection_enabled(true);
  from->answer(response);
}

constexpr std::array rows{
    row<ways::here, answer_system_info>(names::get_system_info, role::anyone),
    row<ways::here, answer_cluster_info>(names::get_cluster_info, role::read),
    row<ways::here, answer_clusters>(operator_names::list_clusters, role::admin),
};

} // namespace

std::span<const method_row> static_calls() {
  return rows;
}

} // namespace troupe::embedded
