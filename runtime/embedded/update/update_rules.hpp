// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <troupe/rpc_status.hpp>

#include <temporal/api/enums/v1/update.pb.h>
#include <temporal/api/update/v1/message.pb.h>

#include <memory>
#include <optional>
#include <string>

namespace temporal::api::workflowservice::v1 {
class UpdateWorkflowExecutionRequest;
class UpdateWorkflowExecutionResponse;
} // namespace temporal::api::workflowservice::v1

namespace troupe::embedded {

using update_stage = enums::UpdateWorkflowExecutionLifecycleStage;

/// How far an update has come.
struct update_progress {
  update_stage stage = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_UNSPECIFIED;
  std::shared_ptr<const api::update::v1::Outcome> outcome; ///< once completed
};

/// Of an update that the run knows, waiting or not; nothing if it knows none of that id. One that
/// was accepted and not completed has failed if the run is closed.
std::optional<update_progress> progress_of(const run& on, const std::string& update_id);

/// What is wrong with the request, whatever run it is for.
rpc_status check_update(
    const change& ch, const api::workflowservice::v1::UpdateWorkflowExecutionRequest& request);

/// Joins the update of that id, or admits a new one and sees to a workflow task; fills the answer
/// with how far it has come. `update_id` is the request's, or a made-up one.
rpc_status join_or_admit(
    change& ch,
    run& on,
    const api::workflowservice::v1::UpdateWorkflowExecutionRequest& request,
    const std::string& update_id,
    api::workflowservice::v1::UpdateWorkflowExecutionResponse& answer);

/// Puts an update into the line.
void admit(
    change& ch, run& on, const std::string& update_id, const api::update::v1::Request& request);

/// Tells who waits: the update was accepted, or (with an outcome) is completed. Of what one
/// decision tells of an update only the last counts.
void tell_update(
    change& ch,
    run& on,
    const std::string& update_id,
    std::shared_ptr<const api::update::v1::Outcome> outcome,
    const rpc_status& aborted = {});

/// The run ends (its state says how): what waits is aborted, what was accepted fails.
void end_updates(change& ch, run& on);

/// The service failed the started workflow task: what it brought is aborted.
void abort_sent_updates(change& ch, run& on);

} // namespace troupe::embedded
