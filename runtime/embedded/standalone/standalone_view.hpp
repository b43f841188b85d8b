// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/record/record.hpp"

namespace temporal::api::activity::v1 {
class ActivityExecutionListInfo;
class ActivityExecutionOutcome;
} // namespace temporal::api::activity::v1

namespace troupe::embedded {

/// DescribeActivityExecution; with a token it waits until something has changed since.
read_result describe_activity(
    const record& rec,
    const api::workflowservice::v1::DescribeActivityExecutionRequest& request,
    std::size_t max_id_bytes);

/// PollActivityExecution: waits for the end.
read_result poll_activity(
    const record& rec,
    const api::workflowservice::v1::PollActivityExecutionRequest& request,
    std::size_t max_id_bytes);

/// The row of such a run, or of an operation, in the index.
void fill_standalone_row(
    const record& rec, const run& on, api::workflow::v1::WorkflowExecutionInfo& to);

/// Such a row as lists of activities show it.
void show_activity_row(
    const api::workflow::v1::WorkflowExecutionInfo& from,
    api::activity::v1::ActivityExecutionListInfo& to);

/// How an activity ended; only of a run that is closed.
void fill_outcome(const run& on, api::activity::v1::ActivityExecutionOutcome& to);

/// Where an activity can be looked at.
void link_to_activity(const record& rec, const run& on, api::common::v1::Link& to);

/// What marks a row as none of a workflow.
inline constexpr std::string_view division_attribute = "TemporalNamespaceDivision";

/// Sets a search attribute of the row.
void set_keyword(
    api::workflow::v1::WorkflowExecutionInfo& row, std::string_view name, std::string_view text);

} // namespace troupe::embedded
