// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/call.hpp"

namespace troupe::embedded {

/// Answers a client's Nexus request with what a worker said: a `RespondNexusTaskCompleted`, or a
/// `...Failed`.
void answer_with(call& waiting, const call& said, bool is_failure);
/// Nobody answered in time.
void answer_late(call& waiting);

} // namespace troupe::embedded
