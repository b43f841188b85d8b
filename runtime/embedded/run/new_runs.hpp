// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/run/run_rules.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace troupe::embedded {

/// What becomes of start requests, whoever sends them.

using start_request = api::workflowservice::v1::StartWorkflowExecutionRequest;

/// The run that a checked request asks for.
new_run make_new_run(change& ch, const start_request& request, std::string run_id);

completion_callback make_callback(
    change& ch,
    const api::common::v1::Callback& what,
    const std::string& request_id,
    bool attached_later);

/// Adds the links of the request to the event, but for those that one of its callbacks carries
/// already.
void add_links(const start_request& request, history_event& to);

/// What a start may do when the workflow id is known already: `ok` to go on with a new run.
rpc_status check_existing(
    const run& existing,
    enums::WorkflowIdReusePolicy reuse,
    enums::WorkflowIdConflictPolicy conflict,
    const record& rec);

/// Ends the run that a new one takes the place of.
void terminate_existing(change& ch, run& existing, const std::string& new_run_id);

} // namespace troupe::embedded
