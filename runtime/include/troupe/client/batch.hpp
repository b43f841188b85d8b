// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/description.hpp>
#include <troupe/client/workflow_changes.hpp>
#include <troupe/headers.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/priority.hpp>
#include <troupe/workflow/info.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The same done to many workflows, by the service:
///
///     client.start_batch({.query = "WorkflowType = 'Order'", .reason = "sold out"},
///                        troupe::batch_cancel{});
namespace troupe {

/// To which workflows something is done, and why.
struct batch_options {
  std::string query = {}; ///< a list filter
  /// Workflow and run ids (an empty run id: the current run), instead of a query.
  std::vector<std::pair<std::string, std::string>> workflows = {};
  std::string reason = {}; ///< for people; needed
  std::string id = {};     ///< empty: a new UUID; an id is used once
  /// How many a second at most; 0: the service's choice.
  float operations_per_second = 0;
};

/// A signal; `troupe::message("approve", 7)` encodes the arguments, too.
struct batch_signal {
  std::string name;             ///< the signal's
  payloads arguments = {};      ///< encoded, the codec included
  troupe::headers headers = {}; ///< what travels beside the arguments
};
/// Each is asked to cancel itself.
struct batch_cancel {};
/// Each is ended at once.
struct batch_terminate {
  payloads details = {}; ///< see `troupe::make_payloads`
};
/// Each is deleted with its history; those that run are terminated before.
struct batch_delete {};
/// Each goes on from an earlier point of its history, in a new run.
struct batch_reset {
  /// Which point that is.
  enum class point {
    first_workflow_task, ///< it begins anew
    last_workflow_task,  ///< its last task is done again
    build_id,            ///< the first task that workers of that build completed
  };
  point to = point::last_workflow_task;      ///< where each goes on
  std::string build_id = {};                 ///< for `point::build_id`
  std::vector<reset_exclusion> exclude = {}; ///< what is not brought along
  bool current_run_only = false;             ///< for `point::build_id`: no run before that one
};
/// Options of each are changed.
struct batch_change_options {
  workflow_options_change change; ///< what is absent stays
};
/// Paused activities go on.
struct batch_unpause_activities {
  std::string type = {};              ///< of the activities; empty: all
  bool resets_attempts = false;       ///< they count from 1 again
  bool resets_heartbeat = false;      ///< the next attempt begins without details
  std::chrono::nanoseconds jitter{0}; ///< each at a random moment within
};
/// Activities begin anew with their first attempt.
struct batch_reset_activities {
  std::string type = {};                  ///< of the activities; empty: all
  bool resets_attempts = true;            ///< they count from 1 again
  bool resets_heartbeat = false;          ///< the next attempt begins without details
  bool keeps_paused = false;              ///< those that are paused stay so
  bool restores_original_options = false; ///< changed ones are as they were scheduled
  std::chrono::nanoseconds jitter{0};     ///< each at a random moment within
};
/// What is to change of activities; what is absent stays. Times count from the next attempt on.
struct activity_options_change {
  std::optional<std::string> task_queue = {}; ///< where their next tasks go
  /// Of all attempts together, from when it was scheduled; 0: none.
  std::optional<std::chrono::nanoseconds> schedule_to_close_timeout = {};
  /// Until an attempt is taken by a worker; 0: none.
  std::optional<std::chrono::nanoseconds> schedule_to_start_timeout = {};
  std::optional<std::chrono::nanoseconds> start_to_close_timeout = {}; ///< of an attempt
  std::optional<std::chrono::nanoseconds> heartbeat_timeout = {};      ///< 0: none
  std::optional<workflow::retry_policy> retry_policy = {};             ///< as a whole
  std::optional<troupe::priority> priority = {};                       ///< of their tasks
};
/// Options of activities are changed.
struct batch_change_activity_options {
  std::string type = {};               ///< of the activities; empty: all
  activity_options_change change = {}; ///< nothing, if the next one holds
  bool restores_original = false;      ///< changed ones are as they were scheduled
};

/// What is done to each.
using batch_operation = std::variant<
    batch_signal,
    batch_cancel,
    batch_terminate,
    batch_delete,
    batch_reset,
    batch_change_options,
    batch_unpause_activities,
    batch_reset_activities,
    batch_change_activity_options>;

/// How far a batch operation is. The numbers are those of the wire.
enum class batch_state {
  unspecified = 0,
  running = 1,
  completed = 2, ///< all were tried, whatever came of each
  failed = 3,    ///< it was stopped, or could not go on
};

/// As the Temporal tools write it: `Running`, `Completed`, `Failed`; `Unspecified` for unknown
/// numbers.
[[nodiscard]] std::string_view to_string(batch_state state) noexcept;

/// One line of a list of batch operations.
struct batch_summary {
  std::string id;                               ///< as its start said
  batch_state state = batch_state::unspecified; ///< running, or how it ended
  /// What it does, as the tools write it: `SignalWorkflow`, `ResetActivity`, ...; empty where the
  /// service does not say.
  std::string operation;
  std::optional<wall_time> start_time; ///< when it was started
  std::optional<wall_time> close_time; ///< absent while it runs
};

/// What the service tells about one batch operation.
struct batch_description : batch_summary {
  std::int64_t total_count = 0;     ///< workflows that it is about, as counted when it began
  std::int64_t completed_count = 0; ///< of which it is done with so many
  std::int64_t failed_count = 0;    ///< and so many refused it
  std::string identity;             ///< who started it
  std::string reason;               ///< why
  std::string query;                ///< empty if it was given workflows
};

} // namespace troupe
