// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <optional>

namespace troupe::embedded {

/// Timeouts of operations, retries that are due, answers that stayed out.
void serve_nexus_deadlines(change& ch, run& on);

/// The earliest of them.
std::optional<time_point> next_deadline(const nexus_operation_state& operation);

/// Queues the start and cancel requests of an open run that are not under way yet. Those of a run
/// that closed in the same decision are never sent.
void dispatch_nexus_requests(change& ch, run& on);

} // namespace troupe::embedded
