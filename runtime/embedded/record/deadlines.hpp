// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/surroundings.hpp"

#include <optional>

namespace troupe::embedded {

/// When time alone changes something, and the index of it.

/// When the operation's schedule-to-close timeout is over; nothing without one.
std::optional<time_point> close_expiry(const nexus_operation_state& operation);
/// Schedule-to-start, which counts until the operation has started.
std::optional<time_point> start_expiry(const nexus_operation_state& operation);
/// Start-to-close, which counts from then on.
std::optional<time_point> run_expiry(const nexus_operation_state& operation);

/// The earliest deadline of one item; nothing if it has none.
std::optional<time_point> deadline_of(const user_timer& timer);
std::optional<time_point> deadline_of(const nexus_operation_state& operation);
std::optional<time_point> deadline_of(const completion_callback& callback);
std::optional<time_point> deadline_of(const activity_state& activity);
/// Of the run itself: its timeouts, its first task, its workflow task. Of a closed one the end of
/// its retention.
std::optional<time_point> deadline_of(const record& rec, const run& on, const surroundings& around);

/// Brings the index up to date with what the notes of the run's tables say, and with the run. A
/// removed run has no entry.
void update_deadlines(record& rec, run& on, const surroundings& around, bool is_removed = false);

/// Makes the index anew from the whole state.
void rebuild_deadlines(record& rec, const surroundings& around);

} // namespace troupe::embedded
