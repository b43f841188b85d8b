// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/api_fwd.hpp"

#include <troupe/rpc_status.hpp>

#include <string>

namespace troupe::embedded {

namespace api = temporal::api;

/// The workflow id that the operations are about. Not ok: they are not exactly a start and an
/// update.
rpc_status find_workflow_id(
    const api::workflowservice::v1::ExecuteMultiOperationRequest& request, std::string& found);

/// Why a start and an update together failed: what became of each. Ok is "it was done", `aborted`
/// with the words of `operation_aborted` is "it was not to blame".
rpc_status operations_failed(const rpc_status& start, const rpc_status& update);
rpc_status operation_aborted();

} // namespace troupe::embedded
