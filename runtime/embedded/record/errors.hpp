// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"

#include <troupe/rpc_status.hpp>

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

/// Statuses as the real server words them, with the packed `temporal.api.errordetails.v1` message
/// that SDKs look for.
namespace troupe::embedded {

/// A status with one detail message.
rpc_status
with_detail(status_code code, std::string message, const google::protobuf::Message& detail);

rpc_status invalid_argument(std::string message);
rpc_status not_found(std::string message);
rpc_status failed_precondition(std::string message);
rpc_status unimplemented(std::string message);

/// `workflow not found for ID: W`, or the longer text if the request named a run.
rpc_status run_not_found(const record& rec, std::string_view run_id);
rpc_status already_completed(); ///< `workflow execution already completed`
rpc_status task_not_found();    ///< `Workflow task not found.`
rpc_status already_started(std::string message, const run& existing);
rpc_status workflow_not_ready(std::string message);

/// The checks every call on an existing execution begins with.
rpc_status check_execution(
    bool has_execution,
    const api::common::v1::WorkflowExecution& execution,
    std::size_t max_id_bytes);

} // namespace troupe::embedded
