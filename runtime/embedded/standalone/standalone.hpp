// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/record/change.hpp"

#include <string>
#include <string_view>

namespace troupe::embedded {

/// What the keys of records begin with whose runs are no workflows; no workflow id does.
inline constexpr std::string_view standalone_mark = "\x01";
inline constexpr std::string_view activity_prefix = "\x01"
                                                    "activity/";
inline constexpr std::string_view operation_prefix = "\x01"
                                                     "operation/";

/// The key of the record of an activity or operation id, in the place of a workflow id.
std::string standalone_key(std::string_view prefix, std::string_view id);
[[nodiscard]] inline bool is_standalone_key(std::string_view key) {
  return key.starts_with(standalone_mark);
}
[[nodiscard]] inline bool is_operation_key(std::string_view key) {
  return key.starts_with(operation_prefix);
}
/// The activity or operation id of such a key.
[[nodiscard]] inline std::string_view standalone_id_of(std::string_view key) {
  return key.substr(key.find('/') + 1);
}

/// True for a run that is a Nexus operation without a workflow.
[[nodiscard]] inline bool is_operation(const run& on) {
  return !on.history.empty()
         && on.history.front()->event_type() == enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED;
}
/// True for a run that is an activity or an operation without a workflow.
[[nodiscard]] inline bool is_standalone(const run& on) {
  return is_operation(on)
         || (!on.history.empty()
             && on.history.front()->event_type() == enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
}
/// The activity that the run is.
const activity_state& standalone_activity(const run& on);
/// The operation that the run is.
const nexus_operation_state& standalone_operation(const run& on);

/// Ends the run by the event that ends its activity, which stays to be looked at.
void end_standalone(change& ch, run& on, activity_entry at, const event_ptr& end);
/// An event of this type ended the run: its status, its time, its row.
void close_standalone(change& ch, run& on, enums::EventType end);

/// The texts in which the index marks rows of such runs as none of workflows
/// (`TemporalNamespaceDivision`).
inline constexpr std::string_view activity_division = "TemporalActivity";
inline constexpr std::string_view operation_division = "TemporalNexusOperation";

} // namespace troupe::embedded
