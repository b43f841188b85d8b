// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/task.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/nexus/error.hpp>
#include <troupe/nexus/handler_base.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}
namespace temporal::api::common::v1 {
class Callback;
class Link;
} // namespace temporal::api::common::v1

namespace troupe::nexus {

inline constexpr std::string_view start_workflow_method =
    "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution";
inline constexpr std::string_view cancel_workflow_method =
    "/temporal.api.workflowservice.v1.WorkflowService/RequestCancelWorkflowExecution";

/// The start of the workflow behind an operation: idempotent by the Nexus request id; the
/// completion callback carries the operation token and the caller's links; a running workflow gets
/// all of that attached if the policy is Use-Existing; `trace`, if there is one, goes into the
/// header of the workflow. Throws a `handler_error` if the description
/// names no workflow id, or holds text that nobody could read.
[[nodiscard]] rpc::bytes make_start_request(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_workflow_start start,
    std::string_view operation_token,
    const trace_context* trace);

/// The callback of the request, whose outcome is that of what the token names; it shows the links.
void add_callback(
    const nexus_task& task,
    std::string_view operation_token,
    const google::protobuf::RepeatedPtrField<temporal::api::common::v1::Link>& links,
    google::protobuf::RepeatedPtrField<temporal::api::common::v1::Callback>& to);

/// The same for the same task, so that a repeated cancel is known.
[[nodiscard]] std::string cancel_request_id(const nexus_task& task);

/// Why a workflow cannot be started whose description has text in this field that is not UTF-8.
[[nodiscard]] handler_error unsendable(const std::string& field);

/// The link to what was started: the service's, or, from services that give none, one to the first
/// event. Nothing if the reply cannot be read.
[[nodiscard]] std::optional<link> link_to_started(
    const dispatch_environment& environment, std::string_view workflow_id, const rpc::bytes& reply);

/// The cancel of the workflow that a token names, whichever run is current. The same task gives the
/// same request id, so a repeated call is recognised.
[[nodiscard]] rpc::bytes make_cancel_request(
    const dispatch_environment& environment, const nexus_task& task, std::string_view workflow_id);

} // namespace troupe::nexus
