// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <optional>
#include <string>
#include <vector>

/// What is written of a Nexus operation, and what that does to its state. Each but `write_started`
/// and `end_cancel_request` ends the operation: it is gone from its run afterwards.
namespace troupe::embedded {

[[nodiscard]] const api::history::v1::NexusOperationScheduledEventAttributes&
scheduled_attributes(const nexus_operation_state& operation);

/// Whoever waits for the operation is told, with a workflow task where there is one.
void after_operation_event(change& ch, run& on);

/// `when`: if the handler said so itself.
void write_started(
    change& ch,
    run& on,
    nexus_operation_state& operation,
    const std::string& token,
    const std::vector<api::common::v1::Link>& links,
    std::optional<time_point> when);

void end_succeeded(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::common::v1::Payload* result,
    const std::vector<api::common::v1::Link>& links);
void end_failed(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause);
void end_canceled(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause);
void end_timed_out(
    change& ch, run& on, const nexus_operation_state& operation, enums::TimeoutType type);

/// The request to cancel it ended; `failure`: null if it was taken.
void end_cancel_request(
    change& ch,
    run& on,
    nexus_operation_state& operation,
    const api::failure::v1::Failure* failure);

/// The attempt that is under way when something else decides was the last one.
void give_up_attempt(nexus_operation_state& operation);

[[nodiscard]] api::failure::v1::Failure
operation_timeout(const char* message, enums::TimeoutType type);

} // namespace troupe::embedded
