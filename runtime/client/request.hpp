// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/text/uuid.hpp"

#include <troupe/client/basic_client.hpp>
#include <troupe/client/basic_workflow_handle.hpp>

#include <temporal/api/common/v1/message.pb.h>

namespace temporal::api::workflowservice::v1 {
class StartWorkflowExecutionRequest;
}

namespace troupe::detail {

inline void
name_execution(const workflow_ref& which, temporal::api::common::v1::WorkflowExecution& to) {
  to.set_workflow_id(which.id);
  to.set_run_id(which.run_id);
}

/// The whole request, with new ids where the options say none.
[[nodiscard]] temporal::api::workflowservice::v1::StartWorkflowExecutionRequest
start_request(const call_origin& from, encoded_start start);

} // namespace troupe::detail
