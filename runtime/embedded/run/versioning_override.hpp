// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/rpc_status.hpp>

#include <string_view>

namespace temporal::api::workflow::v1 {
class VersioningOverride;
}

namespace troupe::embedded {

/// What is wrong with an override of a run on this queue. No worker of ours has a version, so there
/// is none that a run could be pinned to.
rpc_status check_override(
    const temporal::api::workflow::v1::VersioningOverride& what, std::string_view task_queue);

/// The form of one that is right: newer fields instead of older ones.
void normalize(temporal::api::workflow::v1::VersioningOverride& what);

} // namespace troupe::embedded
