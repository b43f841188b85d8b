// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/convert.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/priority.hpp>
#include <troupe/workflow/info.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What happens if a workflow with the same id has run and is closed. The numbers are those of the
/// wire.
enum class workflow_id_reuse_policy {
  unspecified = 0, ///< the service's default: allow_duplicate
  allow_duplicate = 1,
  allow_duplicate_failed_only = 2, ///< only if the last one did not succeed
  reject_duplicate = 3,
  /// As `allow_duplicate`, but a run that is open is terminated first: for children, which have no
  /// `workflow_id_conflict_policy`. Clients say `terminate_existing` there.
  terminate_if_running = 4,
};

/// What happens if a workflow with the same id is running. The numbers are those of the wire.
enum class workflow_id_conflict_policy {
  unspecified = 0,        ///< the service's default: fail
  fail = 1,               ///< `workflow_already_started_error`
  use_existing = 2,       ///< the handle is that of the running one
  terminate_existing = 3, ///< the running one is terminated first
};

/// Points from a new workflow to the event that led to it; shown by the UI.
struct workflow_event_link {
  std::string name_space;    ///< of the workflow that is linked to
  std::string workflow_id;   ///< of the workflow that is linked to
  std::string run_id;        ///< of the run that is linked to
  std::int64_t event_id = 0; ///< the event that is meant
  int event_type = 0;        ///< number of `temporal.api.enums.v1.EventType`
};

/// How a workflow is started. Zero durations mean "not limited", or the service's default.
struct start_workflow_options {
  std::string id = {}; ///< empty: a new UUID; business-meaningful ids make starts idempotent
  std::string task_queue = {}; ///< needed
  /// If there is a closed run of that id.
  workflow_id_reuse_policy id_reuse_policy = workflow_id_reuse_policy::unspecified;
  /// If a run of that id is open.
  workflow_id_conflict_policy id_conflict_policy = workflow_id_conflict_policy::unspecified;
  std::chrono::nanoseconds execution_timeout{0}; ///< all runs together, retries included
  std::chrono::nanoseconds run_timeout{0};       ///< of one run; 0: none of its own
  std::chrono::nanoseconds task_timeout{0}; ///< of one workflow task; the service's default is 10 s
  std::chrono::nanoseconds start_delay{0};  ///< until its first task
  /// Absent: a run that fails is not started again.
  std::optional<workflow::retry_policy> retry_policy = {};
  std::string cron_schedule = {}; ///< empty: once
  /// Values for people and lists, made with `troupe::encode_value(x)`; not seen by the workflow's
  /// code.
  std::vector<std::pair<std::string, payload>> memo = {};
  /// Indexed values for queries: payloads that carry their `type` in the metadata.
  std::vector<std::pair<std::string, payload>> search_attributes = {};
  troupe::priority priority = {};              ///< of its tasks, and of what it schedules
  std::vector<workflow_event_link> links = {}; ///< to where the start comes from
  std::string request_id = {};                 ///< dedupes this very start; empty: a new UUID
  std::string static_summary = {};             ///< one line for people, shown by the UI
  std::string static_details = {};
  /// True: if a worker that was made with this client (or a copy) serves the queue and the type and
  /// has a free slot, it is given the first task with the answer to the start, without a poll. The
  /// service may decline, which then changes nothing; it does where the first task has to wait.
  /// For `start_workflow` and `execute_workflow`; signal-with-start, update-with-start and Nexus
  /// operations have no such way.
  bool request_eager_start = false;
};

} // namespace troupe
