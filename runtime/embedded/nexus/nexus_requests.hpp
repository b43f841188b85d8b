// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <memory>
#include <string>

namespace troupe::embedded {

/// The request that starts the operation, as a handler gets it, but for the request timeout: a
/// serialised `temporal.api.nexus.v1.Request`.
std::shared_ptr<const std::string> start_operation_request(
    const change& ch,
    const run& on,
    const nexus_operation_state& operation,
    const endpoint_info& target);

/// The request that cancels it.
std::shared_ptr<const std::string> cancel_request(
    const change& ch, const nexus_operation_state& operation, const endpoint_info& target);

} // namespace troupe::embedded
