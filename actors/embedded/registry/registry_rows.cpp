// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/registry/registry_rows.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/taskqueue/v1/message.pb.h>

#include <charconv>

namespace troupe::embedded {

namespace {

row_key key_of(table where, std::string_view id) {
  row_key made{where, {}};
  add_key_part(made.key, id);
  return made;
}

row_key key_of(const queue_config_key& of) {
  row_key made{table::queue_config, {}};
  add_key_part(made.key, of.namespace_id);
  add_key_part(made.key, of.queue);
  add_key_part(made.key, std::to_string(of.type));
  return made;
}

} // namespace

commit_batch rows_of(
    const std::vector<namespace_entry>& namespaces,
    const endpoint_registry::changes& endpoints,
    const std::vector<queue_configs::change>& configs) {
  commit_batch made;
  for (const auto& each : namespaces)
    made.rows.push_back({key_of(table::name_space, each.id), namespace_registry::to_bytes(each)});
  for (const auto& each : endpoints.put)
    made.rows.push_back({key_of(table::endpoint, each->id()), each->SerializeAsString()});
  for (const auto& id : endpoints.removed)
    made.rows.push_back({key_of(table::endpoint, id), std::nullopt});
  for (const auto& each : configs)
    made.rows.push_back({key_of(each.of), each.to->SerializeAsString()});
  return made;
}

commit_batch rows_of_erased_namespace(
    const std::string& id, const std::vector<queue_config_key>& configured_queues) {
  commit_batch made;
  made.rows.push_back({key_of(table::name_space, id), std::nullopt});
  for (const auto& each : configured_queues)
    made.rows.push_back({key_of(each), std::nullopt});
  return made;
}

std::optional<queue_config_key> configured_queue(const std::string& key) {
  const auto parts = key_parts(key);
  if (parts.size() != 3)
    return std::nullopt;
  queue_config_key found{parts[0], parts[1], 0};
  const auto* const end = parts[2].data() + parts[2].size();
  if (std::from_chars(parts[2].data(), end, found.type).ptr != end)
    return std::nullopt;
  return found;
}

std::vector<row_change> cluster_rows(const service_settings& of) {
  return {
      {key_of(table::cluster, cluster_id_row), of.cluster_id},
      {key_of(table::cluster, token_key_row), to_bytes(of.token_key)}};
}

} // namespace troupe::embedded
