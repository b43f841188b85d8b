// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/registry/registry_rows.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

namespace troupe::embedded {

namespace {

row_key key_of(table where, std::string_view id) {
  row_key made{where, {}};
  add_key_part(made.key, id);
  return made;
}

} // namespace

commit_batch rows_of(
    const std::vector<namespace_entry>& namespaces, const endpoint_registry::changes& endpoints) {
  commit_batch made;
  for (const auto& each : namespaces)
    made.rows.push_back({key_of(table::name_space, each.id), namespace_registry::to_bytes(each)});
  for (const auto& each : endpoints.put)
    made.rows.push_back({key_of(table::endpoint, each->id()), each->SerializeAsString()});
  for (const auto& id : endpoints.removed)
    made.rows.push_back({key_of(table::endpoint, id), std::nullopt});
  return made;
}

commit_batch rows_of_erased_namespace(const std::string& id) {
  commit_batch made;
  made.rows.push_back({key_of(table::name_space, id), std::nullopt});
  return made;
}

std::vector<row_change> cluster_rows(const service_settings& of) {
  return {
      {key_of(table::cluster, cluster_id_row), of.cluster_id},
      {key_of(table::cluster, token_key_row), to_bytes(of.token_key)}};
}

} // namespace troupe::embedded
