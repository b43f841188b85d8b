// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/record/input.hpp"

#include <cstdint>
#include <vector>

namespace troupe::embedded {

struct nexus_verdict;

/// Handles one answer, of a handler or of this service itself. Unknown and late ones change
/// nothing.
void attempt_done(change& ch, const nexus_attempt& attempt, const nexus_verdict& verdict);

/// Timeouts of operations, retries that are due, answers that stayed out, of the operations with
/// these scheduled event ids, which ascend.
void serve_nexus_deadlines(change& ch, run& on, const std::vector<std::int64_t>& due);

/// The call of the system endpoint that this operation made was answered.
void system_answered(change& ch, const peer_answered& what);

/// Ends the run that is an operation without a workflow by this event.
void end_operation(change& ch, run& on, const event_ptr& end);

/// Sends the start and cancel requests that this decision made necessary, of an open run. Those of
/// a run that closed in the same decision are never sent.
void dispatch_nexus_requests(change& ch, run& on);

} // namespace troupe::embedded
