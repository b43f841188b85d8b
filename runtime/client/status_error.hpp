// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/rpc_status.hpp>

#include <exception>
#include <string_view>

namespace troupe::detail {

/// What an error may want to know of the call that failed.
struct failed_call {
  const data_converter* converter = nullptr; ///< for failures in the details
  std::string_view workflow_id = {};         ///< or of what has none, its own
};

/// The exception for a failed call, as told by the status and its details:
///
/// | details | exception |
/// |---|---|
/// | WorkflowExecutionAlreadyStartedFailure | `workflow_already_started_error` |
/// | ActivityExecutionAlreadyStartedFailure | `activity_already_started_error` |
/// | NexusOperationExecutionAlreadyStartedFailure | `operation_already_started_error` |
/// | QueryFailedFailure | `workflow_query_failed_error` |
/// | MultiOperationExecutionFailure | that of the operation that failed first, not the ones that
/// were given up because of it | | others, none | `rpc_error` |
[[nodiscard]] std::exception_ptr to_exception(rpc_status status, const failed_call& what = {});

} // namespace troupe::detail
