// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/start_workflow_options.hpp>
#include <troupe/payload/data_converter.hpp>

#include <string>
#include <string_view>

namespace temporal::api::workflowservice::v1 {
class SignalWithStartWorkflowExecutionRequest;
class StartWorkflowExecutionRequest;
} // namespace temporal::api::workflowservice::v1

namespace troupe::protocol {

/// Who starts a workflow, and how its values travel.
struct starter {
  std::string_view name_space;
  std::string_view identity;
  const data_converter& converter;
};

/// Fills the request that starts a workflow, as clients, Nexus operations and tools all send it.
/// `options.id` and `options.request_id` are taken as they are: who wants new ones makes them
/// before. What is empty or zero stays unset. Throws what encoding memo and texts throws.
void fill_start_request(
    std::string_view type,
    start_workflow_options options,
    payloads args,
    const starter& by,
    temporal::api::workflowservice::v1::StartWorkflowExecutionRequest& to);

/// The same start with a signal. The service gives out no task with the answer to it.
[[nodiscard]] temporal::api::workflowservice::v1::SignalWithStartWorkflowExecutionRequest
with_signal(
    temporal::api::workflowservice::v1::StartWorkflowExecutionRequest start,
    std::string signal_name,
    payloads args);

} // namespace troupe::protocol
