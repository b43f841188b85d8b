// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/task.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/nexus/context.hpp>
#include <troupe/payload/payload.hpp>

#include <span>

namespace troupe::nexus {

/// A RespondNexusTaskCompletedRequest with a synchronous success: the hot answer, so no message
/// object is built. A small payload is copied into it once, a large one lies in it as it is.
[[nodiscard]] rpc::bytes write_sync_answer(
    const dispatch_environment& environment,
    const nexus_task& task,
    payload value,
    std::span<const link> links);

} // namespace troupe::nexus
