// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/embedded/store/store.hpp"

#include <string>
#include <vector>

namespace troupe::embedded {

/// The owner of the rows of all registries, as the store knows it.
inline const std::string registry_owner = "registries";

/// The rows that a change of the registries writes.
commit_batch rows_of(
    const std::vector<namespace_entry>& namespaces, const endpoint_registry::changes& endpoints);

/// The row that says who this cluster is; it is the first one of a store.
row_change cluster_row(const std::string& cluster_id);

} // namespace troupe::embedded
