// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/task.hpp"

#include <troupe/nexus/context.hpp>
#include <troupe/payload/payload.hpp>

#include <span>
#include <string>

namespace troupe::nexus {

/// A RespondNexusTaskCompletedRequest with a synchronous success, written in one piece: the hot
/// answer, so no message object is built and the payload is copied once.
[[nodiscard]] std::string write_sync_answer(
    const dispatch_environment& environment,
    const nexus_task& task,
    const payload& value,
    std::span<const link> links);

} // namespace troupe::nexus
