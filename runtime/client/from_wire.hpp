// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/description.hpp>
#include <troupe/payload/data_converter.hpp>

#include <string>
#include <string_view>

namespace temporal::api::workflow::v1 {
class WorkflowExecutionInfo;
}
namespace temporal::api::workflowservice::v1 {
class DescribeWorkflowExecutionResponse;
}

namespace troupe {

/// `EVENT_TYPE_TIMER_FIRED` without the prefix `EVENT_TYPE_`, as the Temporal tools write it:
/// `TimerFired`. Names that do not begin with the prefix lose nothing.
[[nodiscard]] std::string tool_name(std::string_view enum_name, std::string_view prefix);

[[nodiscard]] workflow_summary summary_from(
    const temporal::api::workflow::v1::WorkflowExecutionInfo& from,
    const data_converter& converter);

[[nodiscard]] workflow_description description_from(
    const temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse& from,
    const data_converter& converter);

} // namespace troupe
