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

/// Where a workflow is to go on from: `handle.reset({.event_id = 7, .reason = "bad release"})`.
struct reset_options {
  /// The event that finished a workflow task (completed, failed or timed out), or the one behind
  /// the last one's start: what came after it is done again.
  std::int64_t event_id = 0;
  std::string reason = {};                   ///< for people
  std::vector<reset_exclusion> exclude = {}; ///< what is not brought along
  std::string request_id = {};               ///< the same resets once; empty: a fresh one
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

} // namespace troupe
