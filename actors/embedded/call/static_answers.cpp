// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/static_answers.hpp"

#include "actors/embedded/directory/directory.hpp"

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>

namespace troupe::embedded {

namespace wire = temporal::api::workflowservice::v1;

void answer_system_info(directory&, const call_ptr& from) {
  wire::GetSystemInfoResponse response;
  response.set_server_version(std::string{protocol_version});
  auto& can = *response.mutable_capabilities();
  can.set_signal_and_query_header(true);
  can.set_internal_error_differentiation(true);
  can.set_activity_failure_include_heartbeat(true);
  can.set_supports_schedules(true);
  can.set_encoded_failure_attributes(true);
  can.set_build_id_based_versioning(true);
  can.set_upsert_memo(true);
  can.set_eager_workflow_start(true);
  can.set_sdk_metadata(true);
  can.set_count_group_by_execution_status(true);
  can.set_nexus(true);
  can.set_server_scaled_deployments(true);
  from->answer(response);
}

void answer_cluster_info(directory& here, const call_ptr& from) {
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
  response.set_server_version(std::string{protocol_version});
  response.set_cluster_id(here.settings.cluster_id);
  response.set_cluster_name("active");
  response.set_history_shard_count(1);
  response.set_persistence_store("memory");
  response.set_visibility_store("memory");
  response.set_initial_failover_version(1);
  response.set_failover_version_increment(10);
  from->answer(response);
}

void answer_clusters(directory& here, const call_ptr& from) {
  temporal::api::operatorservice::v1::ListClustersResponse response;
  auto& self = *response.add_clusters();
  self.set_cluster_name("active");
  self.set_cluster_id(here.settings.cluster_id);
  self.set_initial_failover_version(1);
  self.set_history_shard_count(1);
  self.set_is_connection_enabled(true);
  from->answer(response);
}

} // namespace troupe::embedded
