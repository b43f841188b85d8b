// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/record/input.hpp"

namespace troupe::embedded {

/// The events by which a run hears what became of its children, signals and cancel requests; they
/// have no id yet.

event_ptr child_started_event(const change& ch, const peer_state& child);
event_ptr
child_not_started_event(const change& ch, const peer_state& child, const peer_answered& why);
event_ptr child_ended_event(const change& ch, const peer_state& child, const child_ended& how);

/// What came of a signal or a cancel request.
event_ptr
peer_outcome_event(const change& ch, const peer_state& request, const peer_answered& outcome);

} // namespace troupe::embedded
