// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/result.hpp>
#include <troupe/rpc_status.hpp>

namespace temporal::api::workflowservice::v1 {
class ListClosedWorkflowExecutionsRequest;
class ListOpenWorkflowExecutionsRequest;
class ListWorkflowExecutionsRequest;
class ScanWorkflowExecutionsRequest;
} // namespace temporal::api::workflowservice::v1

/// The lists from before there were queries: each is a list with a query that says the same, as the
/// real server makes them. Their answers have the fields of that list's.
namespace troupe::embedded {

using listed_as =
    result<temporal::api::workflowservice::v1::ListWorkflowExecutionsRequest, rpc_status>;

[[nodiscard]] listed_as
as_list(const temporal::api::workflowservice::v1::ListOpenWorkflowExecutionsRequest& request);
[[nodiscard]] listed_as
as_list(const temporal::api::workflowservice::v1::ListClosedWorkflowExecutionsRequest& request);
[[nodiscard]] listed_as
as_list(const temporal::api::workflowservice::v1::ScanWorkflowExecutionsRequest& request);

} // namespace troupe::embedded
