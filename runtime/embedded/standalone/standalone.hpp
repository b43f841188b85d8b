// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/record/change.hpp"

#include <string>
#include <string_view>

namespace troupe::embedded {

/// What the key of a record begins with whose runs are activities; no workflow id does.
inline constexpr std::string_view standalone_prefix = "\x01"
                                                      "activity/";

/// The key of the record of an activity id, in the place of a workflow id.
std::string standalone_key(std::string_view activity_id);
[[nodiscard]] inline bool is_standalone_key(std::string_view key) {
  return key.starts_with(standalone_prefix);
}
/// The activity id of such a key.
[[nodiscard]] inline std::string_view activity_id_of(std::string_view key) {
  return key.substr(standalone_prefix.size());
}

/// True for a run that is an activity without a workflow.
[[nodiscard]] inline bool is_standalone(const run& on) {
  return !on.history.empty()
         && on.history.front()->event_type() == enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED;
}
/// The activity that the run is.
const activity_state& standalone_activity(const run& on);

/// Ends the run by the event that ends its activity, which stays to be looked at.
void end_standalone(change& ch, run& on, activity_entry at, const event_ptr& end);

/// The text in which the index marks rows of such runs as none of workflows
/// (`TemporalNamespaceDivision`).
inline constexpr std::string_view standalone_division = "TemporalActivity";

} // namespace troupe::embedded
