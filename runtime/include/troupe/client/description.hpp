// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/convert.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/priority.hpp>
#include <troupe/search_attribute.hpp>
#include <troupe/worker_deployment_version.hpp>

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

/// On which version of its workers a workflow runs, and why.
struct workflow_versioning {
  std::string behavior;              ///< `Unspecified`, `Pinned`, `AutoUpgrade`
  worker_deployment_version version; ///< that completed its last task; empty: unversioned
  /// What somebody ordered instead: `Pinned`, `AutoUpgrade`; empty: nothing.
  std::string override_behavior;
  worker_deployment_version override_version; ///< where it is pinned
  /// Where its next task takes it; absent: nowhere.
  std::optional<worker_deployment_version> moving_to;
};

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
  std::vector<std::pair<std::string, payload>> memo; ///< decoded by the codec; by name
  /// As the service keeps them, by name; typed by `search_attribute_of`.
  std::vector<std::pair<std::string, payload>> search_attributes;
  std::int64_t state_transition_count = 0; ///< how often the service changed it
  /// From its execution time to its end; absent while it runs.
  std::optional<std::chrono::nanoseconds> execution_duration;
  troupe::priority priority;      ///< of its tasks
  workflow_versioning versioning; ///< of its workers

  /// What a search attribute of the run is; nothing if it has no value, or one of another type.
  template <search_attribute_type Type>
  [[nodiscard]] std::optional<typename search_attribute<Type>::value_type>
  search_attribute_of(const search_attribute<Type>& which) const {
    return which.in(search_attributes);
  }
  /// A value of the memo; nothing if there is none of that name. Throws `payload_error` if it is of
  /// another type.
  template <class T>
  [[nodiscard]] std::optional<T> memo_of(std::string_view name) const {
    for (const auto& [key, value] : memo)
      if (key == name)
        return decode_value<std::optional<T>>(value);
    return std::nullopt;
  }
};

/// An activity that a workflow waits for.
struct pending_activity {
  std::string id;         ///< within the run
  std::string type;       ///< the name of its code
  std::string task_queue; ///< where its tasks go
  /// `Scheduled`, `Started`, `CancelRequested`, `Paused`, `PauseRequested`.
  std::string state;
  int attempt = 0;                                        ///< 1 for the first
  int maximum_attempts = 0;                               ///< 0: no limit
  std::optional<wall_time> scheduled_time;                ///< of this attempt
  std::optional<wall_time> expiration_time;               ///< of all attempts; absent: no limit
  std::optional<wall_time> last_started_time;             ///< of any attempt
  std::optional<wall_time> last_heartbeat_time;           ///< of any attempt
  std::optional<wall_time> last_complete_time;            ///< when the attempt before ended
  std::optional<wall_time> next_attempt_time;             ///< while it waits to be tried again
  std::optional<std::chrono::nanoseconds> retry_interval; ///< the pause that it waits
  payloads heartbeat_details;                             ///< decoded by the codec
  std::string last_failure;         ///< message of the last attempt's failure; empty: none
  std::string last_worker_identity; ///< who started an attempt last
  worker_deployment_version last_deployment_version; ///< of that worker; empty: unversioned
  troupe::priority priority;                         ///< its own
  bool is_paused = false;                            ///< somebody holds it back
  std::string paused_by;                             ///< identity of who did it
  std::string pause_reason;                          ///< for people
};

/// A child that a workflow waits for.
struct pending_child {
  std::string id;                      ///< the child's
  std::string run_id;                  ///< empty until it is started
  std::string type;                    ///< the name of its code
  std::int64_t initiated_event_id = 0; ///< the event that began it
  /// What becomes of it when its parent ends: `Terminate`, `Abandon`, `RequestCancel`.
  std::string parent_close_policy;
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
  std::optional<wall_time> scheduled_time;     ///< when the workflow asked for it
  std::optional<wall_time> next_attempt_time;  ///< absent unless it waits to be tried again
  std::optional<wall_time> last_complete_time; ///< when the last attempt ended
  std::string last_failure;                    ///< message of the last attempt's failure
  std::chrono::nanoseconds schedule_to_close_timeout{0}; ///< 0: none
  std::chrono::nanoseconds schedule_to_start_timeout{0}; ///< 0: none
  std::chrono::nanoseconds start_to_close_timeout{0};    ///< 0: none
  bool is_cancel_requested = false;                      ///< the workflow wants it no more
  /// How far that request is: `Scheduled`, `BackingOff`, `Succeeded`, `Failed`, `TimedOut`,
  /// `Blocked`; empty without one.
  std::string cancel_state;
  int cancel_attempt = 0;          ///< of that request
  std::string cancel_last_failure; ///< message of its last attempt's failure
};

/// Who is told when a workflow closes.
struct workflow_callback {
  std::string url;   ///< where the news of the run's end goes
  std::string state; ///< `Standby`, `Scheduled`, `BackingOff`, `Failed`, `Succeeded`, `Blocked`
  std::string blocked_reason; ///< why no request goes out; empty unless it is held back
  int attempt = 0;            ///< the number of the last try, 1 for the first
  std::string last_failure;   ///< of the last try; empty if none failed
  std::optional<wall_time> registration_time;  ///< when it was attached
  std::optional<wall_time> last_complete_time; ///< when the last try ended
  std::optional<wall_time> next_attempt_time;  ///< absent unless it waits to be tried again
};

/// What the service tells about one workflow.
struct workflow_description : workflow_summary {
  std::chrono::nanoseconds execution_timeout{0};         ///< of all runs together; 0: none
  std::chrono::nanoseconds run_timeout{0};               ///< of one run; 0: none
  std::chrono::nanoseconds task_timeout{0};              ///< of one workflow task
  std::optional<wall_time> execution_expiration;         ///< when all runs together are over
  std::optional<wall_time> run_expiration;               ///< when this run is over
  std::vector<pending_activity> activities;              ///< that have not ended
  std::vector<pending_child> children;                   ///< that have not ended
  std::vector<pending_nexus_operation> nexus_operations; ///< that have not ended
  std::vector<workflow_callback> callbacks;              ///< who hears of its end
  bool has_pending_task = false;        ///< a workflow task waits for a worker or runs there
  int pending_task_attempt = 0;         ///< of the workflow task that is pending; 0: none is
  bool is_pending_task_started = false; ///< a worker has it
  std::optional<wall_time> pending_task_scheduled_at; ///< when it was put into the queue
  std::optional<wall_time> pending_task_started_at;   ///< when a worker took it
  bool is_cancel_requested = false;                   ///< somebody asked it to cancel
  std::string reset_run_id;                           ///< the run that a reset made of this one
  std::optional<wall_time> last_reset_time;           ///< absent: it was not reset
  /// When the first of the runs began of which resets made this one; absent: there were none.
  std::optional<wall_time> original_start_time;
  bool is_paused = false;     ///< it gets no tasks
  std::string paused_by;      ///< identity of who paused it
  std::string pause_reason;   ///< for people
  std::string static_summary; ///< what its start said of it
  std::string static_details;
};

/// How many of the values that a count was grouped by.
struct count_group {
  std::vector<payload> values; ///< of what the query groups by
  std::int64_t count = 0;      ///< of runs that have them

  /// The value of the field that the query groups by, e.g. a status as the tools write it.
  template <class T = std::string>
  [[nodiscard]] T value(std::size_t index = 0) const {
    return decode_value<T>(values.at(index));
  }
};

/// What a count with groups gives.
struct grouped_count {
  std::int64_t count = 0;          ///< all together
  std::vector<count_group> groups; ///< one a value; empty if the query groups by nothing
};

} // namespace troupe
