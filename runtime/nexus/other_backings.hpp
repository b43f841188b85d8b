// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/task.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/nexus/context.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/nexus/handler_base.hpp>
#include <troupe/nexus/operation_token.hpp>
#include <troupe/payload/payload.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Operations that go on as an update of a workflow, or as an activity without one.
namespace troupe::nexus {

inline constexpr std::string_view update_workflow_method =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkflowExecution";
inline constexpr std::string_view start_activity_method =
    "/temporal.api.workflowservice.v1.WorkflowService/StartActivityExecution";
inline constexpr std::string_view cancel_activity_method =
    "/temporal.api.workflowservice.v1.WorkflowService/RequestCancelActivityExecution";

/// What is left open gets the values of the request: ids and task queue.
void fill_defaults(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_update_start& start);
void fill_defaults(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_activity_start& start);

/// The update, until it is accepted: idempotent by its id; its end is told to the caller, as the
/// callback carries the token. Throws a `handler_error` for what cannot be sent, and where there is
/// no callback.
[[nodiscard]] rpc::bytes make_update_request(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_update_start start,
    const trace_context* trace);

/// The start of the activity, in the same way.
[[nodiscard]] rpc::bytes make_activity_request(
    const dispatch_environment& environment,
    const nexus_task& task,
    detail::encoded_activity_start start,
    const trace_context* trace);

/// It is not accepted yet: the service is asked once more.
struct not_begun {};
/// The operation goes on.
struct begun {
  std::string token;
  std::optional<link> to;
};
/// The operation was done already.
struct done_already {
  payload value;
  std::optional<link> to;
};
using begin_answer = std::variant<not_begun, begun, done_already>;

/// Throws the `operation_error` of an update that failed or was refused, and a `handler_error` if
/// the reply cannot be read.
[[nodiscard]] begin_answer read_update_reply(
    const dispatch_environment& environment,
    const workflow_update_token& asked,
    const rpc::bytes& reply);
[[nodiscard]] begin_answer read_activity_reply(
    const dispatch_environment& environment, const activity_token& asked, const rpc::bytes& reply);

/// The cancel of the activity that a token names; the same task gives the same request id.
[[nodiscard]] rpc::bytes make_cancel_request(
    const dispatch_environment& environment, const nexus_task& task, const activity_token& token);

} // namespace troupe::nexus
