// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/description.hpp>
#include <troupe/payload/data_converter.hpp>

namespace temporal::api::workflow::v1 {
class WorkflowExecutionInfo;
}
namespace temporal::api::workflowservice::v1 {
class DescribeWorkflowExecutionResponse;
}

namespace troupe {

[[nodiscard]] workflow_summary summary_from(
    const temporal::api::workflow::v1::WorkflowExecutionInfo& from,
    const data_converter& converter);

[[nodiscard]] workflow_description description_from(
    const temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse& from,
    const data_converter& converter);

} // namespace troupe
