// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>
#include <troupe/priority.hpp>
#include <troupe/workflow/info.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What happens if an activity with the same id has run and is closed. The numbers are those of
/// the wire.
enum class activity_id_reuse_policy {
  unspecified = 0, ///< the service's default: allow_duplicate
  allow_duplicate = 1,
  allow_duplicate_failed_only = 2, ///< only if the last one did not succeed
  reject_duplicate = 3,
};

/// What happens if an activity with the same id is running. The numbers are those of the wire.
enum class activity_id_conflict_policy {
  unspecified = 0,  ///< the service's default: fail
  fail = 1,         ///< `activity_already_started_error`
  use_existing = 2, ///< the handle is that of the running one
};

/// How an activity is started by itself. Zero durations: none, or the service's default. One of
/// `schedule_to_close_timeout` and `start_to_close_timeout` is needed.
struct start_activity_options {
  std::string id = {}; ///< empty: a new UUID; business-meaningful ids make starts idempotent
  std::string task_queue = {};                           ///< needed
  std::chrono::nanoseconds schedule_to_close_timeout{0}; ///< over all attempts
  std::chrono::nanoseconds schedule_to_start_timeout{0}; ///< until a worker took it
  std::chrono::nanoseconds start_to_close_timeout{0};    ///< of one attempt
  std::chrono::nanoseconds heartbeat_timeout{0};         ///< of silence
  /// Absent: the service's default, which tries again without an end.
  std::optional<workflow::retry_policy> retry_policy = {};
  /// If there is a closed one of that id.
  activity_id_reuse_policy id_reuse_policy = activity_id_reuse_policy::unspecified;
  /// If one of that id is running.
  activity_id_conflict_policy id_conflict_policy = activity_id_conflict_policy::unspecified;
  /// Indexed values for queries: payloads that carry their `type` in the metadata.
  std::vector<std::pair<std::string, payload>> search_attributes = {};
  troupe::priority priority = {};  ///< of its tasks
  std::string request_id = {};     ///< dedupes this very start; empty: a new UUID
  std::string static_summary = {}; ///< one line for people, shown by the UI
  std::string static_details = {};
};

} // namespace troupe
