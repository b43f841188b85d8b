// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/protocol/start_request.hpp"

#include <troupe/client/start_activity_options.hpp>
#include <troupe/payload/payload.hpp>

#include <string_view>

namespace temporal::api::workflowservice::v1 {
class StartActivityExecutionRequest;
}

namespace troupe::protocol {

/// Fills the request that starts an activity without a workflow, as clients and Nexus operations
/// send it. Ids are taken as they are; what is empty or zero stays unset. Throws what encoding
/// texts throws.
void fill_activity_start(
    std::string_view type,
    start_activity_options options,
    payloads args,
    const starter& by,
    temporal::api::workflowservice::v1::StartActivityExecutionRequest& to);

} // namespace troupe::protocol
