// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/matching/queue_configs.hpp"
#include "runtime/embedded/record/surroundings.hpp"
#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/embedded/store/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// The owner of the rows of all registries, as the store knows it.
inline const std::string registry_owner = "registries";

/// What a namespace without runs leaves behind in the store.
commit_batch rows_of_erased_namespace(
    const std::string& id, const std::vector<queue_config_key>& configured_queues);

/// The rows that a change of the registries writes.
commit_batch rows_of(
    const std::vector<namespace_entry>& namespaces,
    const endpoint_registry::changes& endpoints,
    const std::vector<queue_configs::change>& configs = {});

/// Whose configuration a row holds, by its key; nothing if the key is none.
std::optional<queue_config_key> configured_queue(const std::string& key);

/// What a store keeps of the cluster itself.
inline constexpr std::string_view cluster_id_row = "id";
inline constexpr std::string_view token_key_row = "token_key";

/// The rows that say who this cluster is: the first ones of a store.
std::vector<row_change> cluster_rows(const service_settings& of);

} // namespace troupe::embedded
