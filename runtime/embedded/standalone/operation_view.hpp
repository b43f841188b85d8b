// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/record/input.hpp"
#include "runtime/embedded/record/record.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace temporal::api::nexus::v1 {
class NexusOperationExecutionListInfo;
}

/// Nexus operations that no workflow asked for, as clients see them.
namespace troupe::embedded {

/// DescribeNexusOperationExecution; with a token it waits until something has changed since.
read_result describe_operation(
    const record& rec,
    const api::workflowservice::v1::DescribeNexusOperationExecutionRequest& request,
    std::size_t max_id_bytes);

/// PollNexusOperationExecution: waits for the stage that is asked for, or the end.
read_result poll_operation(
    const record& rec,
    const api::workflowservice::v1::PollNexusOperationExecutionRequest& request,
    std::size_t max_id_bytes);

/// How an operation that is closed looks to whoever its callbacks tell.
void fill_completion(const run& on, nexus_completion& to);

/// Where it is found.
void link_to_operation(const record& rec, const run& on, api::common::v1::Link& to);

/// What filters of lists of operations call what their rows keep.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 5> operation_columns{
    {{"OperationId", "WorkflowId"},
     {"Endpoint", "TemporalKeyword01"},
     {"Service", "TemporalKeyword02"},
     {"Operation", "TemporalKeyword03"},
     {"RequestId", "TemporalKeyword04"}}};

/// True for the columns of which no other rows have any.
[[nodiscard]] inline bool is_operation_column(std::string_view name) {
  return name.starts_with("TemporalKeyword");
}

/// What only a row of an operation says.
void fill_operation_row(
    const nexus_operation_state& from, api::workflow::v1::WorkflowExecutionInfo& to);

/// Such a row as lists of operations show it.
void show_operation_row(
    const api::workflow::v1::WorkflowExecutionInfo& from,
    api::nexus::v1::NexusOperationExecutionListInfo& to);

} // namespace troupe::embedded
