// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/priority.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What else one can do to a workflow by its handle.
namespace troupe {

/// What a reset does not bring along to the new run. The numbers are those of the wire.
enum class reset_exclusion {
  signals = 1,          ///< those that came since
  updates = 2,          ///< those that were accepted since
  nexus_operations = 3, ///< how those ended that the new run has begun
};

/// On which version of its workers a workflow runs.
enum class versioning_override {
  none,         ///< as its workers say
  auto_upgrade, ///< on the current one, whatever its workers say
};

/// What is to change of a running workflow; what is absent stays.
struct workflow_options_change {
  std::optional<troupe::priority> priority = {};              ///< of its tasks from now on
  std::optional<troupe::versioning_override> versioning = {}; ///< of its next workflow tasks
};

/// Which workflow task of a run is done again, with all that came after it.
enum class reset_point {
  event_id,              ///< the one that `reset_options::event_id` finished
  first_workflow_task,   ///< the first that was completed: it begins anew
  last_workflow_task,    ///< the last that was completed
  last_continued_as_new, ///< the last that was completed of the run that this one continued
  build_id,              ///< the first that workers of `reset_options::build_id` completed
};

/// Where a workflow is to go on from: `handle.reset({.event_id = 7, .reason = "bad release"})`,
/// `handle.reset({.to = reset_point::first_workflow_task})`. Points without an event id are looked
/// up by the client, in some more calls, before the workflow is reset.
struct reset_options {
  /// The event that finished a workflow task (completed, failed or timed out), or the one behind
  /// the last one's start: what came after it is done again.
  std::int64_t event_id = 0;
  reset_point to = reset_point::event_id; ///< what else says it
  std::string build_id = {};              ///< for `reset_point::build_id`; perhaps an earlier run
  std::string reason = {};                ///< for people
  std::vector<reset_exclusion> exclude = {}; ///< what is not brought along
  workflow_options_change change = {};       ///< of the new run, before it goes on
  std::string request_id = {};               ///< the same resets once; empty: a fresh one
};

} // namespace troupe
