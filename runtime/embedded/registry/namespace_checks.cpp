// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/registry/namespace_checks.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {
namespace {

/// `limit.badBinaries`
constexpr std::size_t max_bad_binaries = 10;

rpc_status unknown_cluster(std::string_view name) {
  return bad_argument("Invalid cluster name: " + excerpt(name, longest_error_text));
}

template <class Clusters>
rpc_status check_names(const Clusters& in) {
  if (const auto& name = in.active_cluster_name(); !name.empty() && name != cluster_name)
    return unknown_cluster(name);
  for (const auto& cluster : in.clusters())
    if (cluster.cluster_name() != cluster_name)
      return unknown_cluster(cluster.cluster_name());
  return {};
}

} // namespace

rpc_status
check_clusters(const temporal::api::workflowservice::v1::RegisterNamespaceRequest& request) {
  return check_names(request);
}

rpc_status check_update(const temporal::api::workflowservice::v1::UpdateNamespaceRequest& request) {
  // Bad binaries are taken and forgotten, as by the real server.
  const auto& binaries = request.config().bad_binaries().binaries();
  if (binaries.size() > max_bad_binaries)
    return bad_argument(
        "Total resetBinaries cannot exceed the max limit: " + std::to_string(max_bad_binaries));
  if (const auto& checksum = request.delete_bad_binary();
      !checksum.empty() && !binaries.contains(checksum))
    return bad_argument(
        "Bad binary checksum " + excerpt(checksum, longest_error_text) + " doesn't exists.");
  const auto& replication = request.replication_config();
  if (replication.state() == temporal::api::enums::v1::REPLICATION_STATE_HANDOVER)
    return bad_argument("Handover can only be set for global namespace");
  if (auto status = check_names(replication); !status.ok())
    return status;
  if (request.promote_namespace())
    return bad_argument(
        "global namespace is not enabled on this cluster, cannot update global namespace or "
        "promote local namespace: "
        + request.namespace_());
  return {};
}

rpc_status check_namespace_id(std::string_view id) {
  // Without hyphens, in braces, as a URN: these are read as well, and no namespace has such an id.
  for (const std::size_t size : {32, 38, 45})
    if (id.size() == size)
      return {};
  auto why = uuid_problem(id);
  return why.empty() ? rpc_status{} : plain_status(status_code::unknown, std::move(why));
}

} // namespace troupe::embedded
