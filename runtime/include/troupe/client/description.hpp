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

/// A point of time as the service tells it: UTC, in nanoseconds.
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
  std::string id;                                        ///< the workflow's, which its runs share
  std::string run_id;                                    ///< the run's own
  std::string type;                                      ///< the name of its code
  std::string task_queue;                                ///< where its tasks go
  workflow_status status = workflow_status::unspecified; ///< running, or how it was closed
  std::optional<wall_time> start_time;                   ///< when the run was started
  std::optional<wall_time> execution_time; ///< when the first task was due (start delay, cron)
  std::optional<wall_time> close_time;     ///< absent while it runs
  std::int64_t history_length = 0;         ///< events
  std::int64_t history_size_bytes = 0;     ///< as the service counts them
  std::string parent_id;                   ///< empty without a parent
  std::string parent_run_id;               ///< empty if it is nobody's child
  std::string root_id; ///< the workflow at the top of its family, itself if it is nobody's child
  std::string first_run_id; ///< of the chain that continued as new, was retried, or comes by cron
  std::vector<std::pair<std::string, payload>> memo; ///< decoded by the codec
};

/// A Nexus operation that a workflow waits for.
struct pending_nexus_operation {
  std::string endpoint;        ///< the endpoint that it goes to
  std::string service;         ///< the contract's name
  std::string operation;       ///< the operation's name
  std::string operation_token; ///< empty until started
  std::string state; ///< as the tools write it: `Scheduled`, `BackingOff`, `Started`, `Blocked`
  std::string blocked_reason;          ///< why no request goes out; empty unless it is held back
  std::int64_t scheduled_event_id = 0; ///< the event that began it
  int attempt = 0;                     ///< the number of the last try, 1 for the first
  std::optional<wall_time> scheduled_time;    ///< when the workflow asked for it
  std::optional<wall_time> next_attempt_time; ///< absent unless it waits to be tried again
  std::string last_failure;                   ///< message of the last attempt's failure
  bool is_cancel_requested = false;           ///< the workflow wants it no more
};

/// Who is told when a workflow closes.
struct workflow_callback {
  std::string url;   ///< where the news of the run's end goes
  std::string state; ///< `Standby`, `Scheduled`, `BackingOff`, `Failed`, `Succeeded`, `Blocked`
  std::string blocked_reason; ///< why no request goes out; empty unless it is held back
  int attempt = 0;            ///< the number of the last try, 1 for the first
  std::string last_failure;   ///< of the last try; empty if none failed
};

/// What the service tells about one workflow.
struct workflow_description : workflow_summary {
  std::chrono::nanoseconds execution_timeout{0};         ///< of all runs together; 0: none
  std::chrono::nanoseconds run_timeout{0};               ///< of one run; 0: none
  std::chrono::nanoseconds task_timeout{0};              ///< of one workflow task
  std::vector<pending_nexus_operation> nexus_operations; ///< that have not ended
  std::vector<workflow_callback> callbacks;              ///< who hears of its end
  std::size_t pending_activities = 0;                    ///< that have not ended
  std::size_t pending_children = 0;                      ///< that have not ended
  bool has_pending_task = false; ///< a workflow task waits for a worker or runs there
  int pending_task_attempt = 0;  ///< of the workflow task that is pending; 0: none is
  std::string static_summary;    ///< what its start said of it
  std::string static_details;
};

} // namespace troupe
