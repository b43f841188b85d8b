// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <troupe/rpc_status.hpp>

#include <temporal/api/update/v1/message.pb.h>

#include <memory>
#include <string>
#include <vector>

namespace temporal::api::workflowservice::v1 {
class UpdateWorkflowExecutionResponse;
} // namespace temporal::api::workflowservice::v1

namespace troupe::embedded {

/// Callbacks that are set off by the end of an update, not of its run.

/// What is wrong with the id, callbacks and links of a request; cleans them up. All callbacks of
/// the run count, also those of requests that wait for their update to be accepted.
rpc_status check_update_callbacks(
    const change& ch,
    const run& on,
    const std::string& update_id,
    api::update::v1::Request& request);

/// The event that brings the update into the history shows the links of its request, and its
/// callbacks wait from now on. A request that was attached before changes nothing.
void take_update_callbacks(
    change& ch,
    run& on,
    const std::string& update_id,
    const api::update::v1::Request& request,
    const history_event& by);

/// One more request for an update that is under way: its callbacks are attached to it, by an event
/// of their own once it is accepted. One that has an outcome is left as it is.
void attach_to_update(
    change& ch, run& on, const std::string& update_id, const api::update::v1::Request& request);

/// What such an event says of one update: nothing if that is over, or known.
void put_update_callbacks(
    change& ch,
    run& on,
    const std::string& update_id,
    const std::string& request_id,
    const google::protobuf::RepeatedPtrField<api::common::v1::Callback>& callbacks,
    const history_event& by);

/// The same as `attach_to_update` for those that came before it was accepted.
void attach_all(
    change& ch,
    run& on,
    const std::string& update_id,
    const std::vector<held<api::update::v1::Request>>& requests);

/// The update has an outcome: who waits by a callback hears of it. `refusal`: of one that its
/// worker refused, though it stands in the history (a reset brought it there).
void release_update_callbacks(
    run& on, const std::string& update_id, const failure_ptr& refusal = nullptr);

/// Once the call has come as far as an event: the link to that, by the id of its request; of an
/// update that failed before, to the run.
void link_update(
    const std::string& name_space,
    const std::string& request_id,
    api::workflowservice::v1::UpdateWorkflowExecutionResponse& to);

} // namespace troupe::embedded
