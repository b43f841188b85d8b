// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"

#include <cstdint>

namespace troupe::embedded {

// What an event is the end of: the id of the event that it began with; 0 if it is the end of
// nothing of that kind.

/// Of an activity, however it ended.
std::int64_t ended_activity_of(const history_event& event);
/// Of a Nexus operation.
std::int64_t ended_operation_of(const history_event& event);
/// Of a child that had started.
std::int64_t ended_child_of(const history_event& event);
/// Of a signal or cancel request to another workflow, or of a child that did not start.
std::int64_t answered_peer_of(const history_event& event);

} // namespace troupe::embedded
