// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/record/record.hpp"

namespace temporal::api::activity::v1 {
class ActivityExecutionListInfo;
}

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

/// The row of such a run in the index.
void fill_activity_row(
    const record& rec, const run& on, api::workflow::v1::WorkflowExecutionInfo& to);

/// Such a row as lists of activities show it.
void show_activity_row(
    const api::workflow::v1::WorkflowExecutionInfo& from,
    api::activity::v1::ActivityExecutionListInfo& to);

/// What all requests about one activity are checked for, in the real server's words.
rpc_status check_activity_id(
    const std::string& activity_id, const std::string& run_id, std::size_t max_id_bytes);

/// `activity not found for ID: A`
rpc_status activity_not_found(std::string_view activity_id);

} // namespace troupe::embedded
