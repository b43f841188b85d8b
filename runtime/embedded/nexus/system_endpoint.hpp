// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/record/input.hpp"

#include <troupe/rpc_status.hpp>

#include <memory>
#include <string_view>

namespace temporal::api::command::v1 {
class ScheduleNexusOperationCommandAttributes;
}

/// The endpoint that the service itself serves: workflows signal others with a start by it.
namespace troupe::embedded {

inline constexpr std::string_view system_endpoint = "__temporal_system";

/// What a workflow may not ask of it, in the real server's words; ok: it may.
rpc_status check_system_call(
    const change& ch, const api::command::v1::ScheduleNexusOperationCommandAttributes& what);

/// What the operation has another record do: a request with the operation's request id and a link
/// to its event.
std::shared_ptr<const api::workflowservice::v1::SignalWithStartWorkflowExecutionRequest>
system_request(const change& ch, const run& on, const nexus_operation_state& operation);

/// What came of it, as the operation's result. `response` is that of the call.
std::shared_ptr<api::common::v1::Payload>
system_result(const api::workflowservice::v1::SignalWithStartWorkflowExecutionResponse& response);

} // namespace troupe::embedded
