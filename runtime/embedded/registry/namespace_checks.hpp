// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/rpc_status.hpp>

#include <string_view>

namespace temporal::api::workflowservice::v1 {
class RegisterNamespaceRequest;
class UpdateNamespaceRequest;
} // namespace temporal::api::workflowservice::v1

namespace troupe::embedded {

/// The only cluster that there is.
inline constexpr std::string_view cluster_name = "active";

/// What a new namespace says of clusters: ok if it says nothing or what is so.
[[nodiscard]] rpc_status
check_clusters(const temporal::api::workflowservice::v1::RegisterNamespaceRequest& request);

/// What an update says of clusters and archives, of which there are none: ok if it says nothing or
/// what is so.
[[nodiscard]] rpc_status
check_update(const temporal::api::workflowservice::v1::UpdateNamespaceRequest& request);

/// Ok if a namespace may have this id: any form of a UUID.
[[nodiscard]] rpc_status check_namespace_id(std::string_view id);

} // namespace troupe::embedded
