// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

using wall_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// How far a workflow is. The numbers are those of the wire; a newer service may send others.
enum class workflow_status {
  unspecified = 0,
  running = 1,
  completed = 2,
  failed = 3,
  canceled = 4,
  terminated = 5,
  continued_as_new = 6,
  timed_out = 7,
  paused = 8,
};

/// As the Temporal tools write it: `Running`, `Completed`, ...; `Unspecified` for unknown numbers.
[[nodiscard]] std::string_view to_string(workflow_status status) noexcept;

/// One line of a list. Absent times are those that have not come yet.
struct workflow_summary {
  std::string id;
  std::string run_id;
  std::string type;
  std::string task_queue;
  workflow_status status = workflow_status::unspecified;
  std::optional<wall_time> start_time;
  std::optional<wall_time> execution_time; ///< when the first task was due (start delay, cron)
  std::optional<wall_time> close_time;
  std::int64_t history_length = 0;
  std::int64_t history_size_bytes = 0;
  std::string parent_id; ///< empty without a parent
  std::string parent_run_id;
  std::string root_id;
  std::string first_run_id;
  std::vector<std::pair<std::string, payload>> memo; ///< decoded by the codec
};

/// A Nexus operation that a workflow waits for.
struct pending_nexus_operation {
  std::string endpoint;
  std::string service;
  std::string operation;
  std::string operation_token; ///< empty until started
  std::string state; ///< as the tools write it: `Scheduled`, `BackingOff`, `Started`, `Blocked`
  std::string blocked_reason;
  std::int64_t scheduled_event_id = 0;
  int attempt = 0;
  std::optional<wall_time> scheduled_time;
  std::optional<wall_time> next_attempt_time;
  std::string last_failure; ///< message of the last attempt's failure
  bool is_cancel_requested = false;
};

/// Who is told when a workflow closes.
struct workflow_callback {
  std::string url;
  std::string state; ///< `Standby`, `Scheduled`, `BackingOff`, `Failed`, `Succeeded`, `Blocked`
  std::string blocked_reason;
  int attempt = 0;
  std::string last_failure;
};

/// What the service tells about one workflow.
struct workflow_description : workflow_summary {
  std::chrono::nanoseconds execution_timeout{0};
  std::chrono::nanoseconds run_timeout{0};
  std::chrono::nanoseconds task_timeout{0};
  std::vector<pending_nexus_operation> nexus_operations;
  std::vector<workflow_callback> callbacks;
  std::size_t pending_activities = 0;
  std::size_t pending_children = 0;
  bool has_pending_task = false; ///< a workflow task waits for a worker or runs there
  int pending_task_attempt = 0;
  std::string static_summary;
  std::string static_details;
};

} // namespace troupe
