// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <optional>
#include <string>

namespace temporal::api::history::v1 {
class HistoryEvent;
}
namespace temporal::api::workflowservice::v1 {
class DescribeWorkflowExecutionResponse;
}

namespace troupe::cli {

/// `workflow describe` as text. `closed` is the event that closed the run, null while it is open.
void print_description(
    const temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse& of,
    const temporal::api::history::v1::HistoryEvent* closed,
    const std::string& name_space,
    const global_flags& flags);

/// `workflow describe --reset-points` as text.
void print_reset_points(
    const temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse& of,
    const global_flags& flags);

/// `workflow describe -o json`: the response, with `closeEvent` and `result` of a closed run.
std::string description_json(
    const temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse& of,
    const temporal::api::history::v1::HistoryEvent* closed,
    const global_flags& flags);

} // namespace troupe::cli
