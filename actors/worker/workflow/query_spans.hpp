// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/instance.hpp"

#include <troupe/tracing.hpp>

namespace troupe::actors {

/// Records the queries of a task that was worked on from `began` to `ended`: those that tell of
/// whom they come, as the SDKs do. What a query does is not part of its run.
void trace_queries(
    tracer& to,
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    const workflow::activation_result& result,
    time_point began,
    time_point ended);

} // namespace troupe::actors
