// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/nexus/callback_machine.hpp"
#include "runtime/embedded/nexus/nexus_cancelation_machine.hpp"
#include "runtime/embedded/nexus/nexus_operation_machine.hpp"

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/enums/v1/event_type.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflow/v1/message.pb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

namespace api = temporal::api;
namespace enums = temporal::api::enums::v1;

using history_event = api::history::v1::HistoryEvent;
using event_ptr = std::shared_ptr<history_event>;
using failure_ptr = std::shared_ptr<const api::failure::v1::Failure>;

/// The pending workflow task of a run: scheduled, or started by a worker.
///
/// From the second attempt on a task is *transient*: its Scheduled and Started events are not in
/// the history but made up for whoever needs them, under the next two ids.
struct workflow_task {
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0; ///< 0 until started
  std::int32_t attempt = 1;
  std::uint64_t stamp = 0;
  std::string task_queue; ///< the sticky one if the task was put there
  bool sticky = false;
  duration start_to_close{};
  time_point scheduled_time{};
  time_point original_scheduled_time{};
  time_point started_time{};
  std::optional<time_point> deadline; ///< schedule-to-start (sticky) or start-to-close
  std::string identity;
  std::string request_id;
  std::string build_id;
  std::int64_t history_size = 0; ///< as told in the Started event
  bool too_many_events = false;  ///< why it suggests to continue as new
  bool too_many_bytes = false;

  [[nodiscard]] bool started() const { return started_event_id != 0; }
  [[nodiscard]] bool transient() const { return attempt > 1; }
};

struct user_timer {
  std::string id;
  std::int64_t started_event_id = 0;
  time_point due{};
};

struct nexus_cancel_request {
  nexus_cancelation::state state = nexus_cancelation::state::held;
  std::int64_t requested_event_id = 0;
  time_point requested_time{};
  std::int32_t attempt = 0; ///< finished attempts
  std::optional<time_point> last_attempt_complete;
  failure_ptr last_failure;
  std::optional<time_point> next_attempt;   ///< while backing off
  std::optional<time_point> answer_overdue; ///< while an attempt is under way
  bool blocked = false;
};

struct nexus_operation_state {
  std::int64_t scheduled_event_id = 0;
  event_ptr scheduled; ///< the event: endpoint, service, operation, input, headers, timeouts
  std::string request_id;
  nexus_operation::state state = nexus_operation::state::scheduled;
  time_point scheduled_time{};
  std::optional<time_point> started_time;
  std::string operation_token;
  std::int32_t attempt = 0; ///< finished attempts
  std::optional<time_point> last_attempt_complete;
  failure_ptr last_failure;
  std::optional<time_point> next_attempt;   ///< while backing off
  std::optional<time_point> answer_overdue; ///< while an attempt is under way
  bool blocked = false;
  std::optional<nexus_cancel_request> cancel;
};

struct completion_callback {
  std::string id;
  api::common::v1::Callback what;
  time_point registered{};
  /// How the link to this execution reads in the caller's history: the event that attached the
  /// callback.
  std::string request_id;
  bool attached_later = false;
  callback::state state = callback::state::standby;
  std::int32_t attempt = 0; ///< finished attempts
  std::optional<time_point> last_attempt_complete;
  failure_ptr last_failure;
  std::optional<time_point> next_attempt; ///< while backing off
  bool under_way = false;                 ///< a delivery was sent and not reported on
};

struct request_id_use {
  enums::EventType event_type{};
  std::int64_t event_id = 0;
  bool buffered = false;
};

/// What is known of one run besides its events. A value: commands work on it and are undone by
/// putting the old one back.
struct run_state {
  // Fixed at the start; from the Started event.
  std::string workflow_type;
  std::string task_queue;
  duration execution_timeout{}; ///< 0: none
  duration run_timeout{};       ///< 0: none
  duration task_timeout{};
  std::string first_run_id;
  std::string start_request_id;
  std::int32_t attempt = 1;
  std::optional<api::common::v1::RetryPolicy> retry_policy;
  std::string cron_schedule;
  time_point start_time{};
  time_point execution_time{}; ///< start time and first backoff
  std::optional<time_point> execution_expiration;
  std::optional<time_point> run_expiration;

  enums::WorkflowExecutionStatus status = enums::WORKFLOW_EXECUTION_STATUS_RUNNING;
  time_point close_time{};
  std::string next_run_id;

  std::int64_t next_event_id = 1;
  std::int64_t history_size = 0;
  std::int64_t transitions = 0; ///< decisions that changed the run
  std::vector<event_ptr> buffered;

  std::optional<time_point> first_task_due; ///< while the first workflow task is held back
  std::optional<workflow_task> task;
  std::int32_t next_attempt = 1; ///< of the next workflow task
  std::string sticky_queue;      ///< empty: no worker holds the run
  duration sticky_timeout{};
  std::int64_t last_completed_started_id = 0; ///< Started of the last completed workflow task
  /// The last close command was refused because of events that the worker had not seen.
  bool close_attempted = false;

  bool cancel_requested = false;
  std::set<std::string, std::less<>> signal_request_ids;
  std::int64_t signal_count = 0;
  std::map<std::string, request_id_use, std::less<>> request_ids;

  std::map<std::string, user_timer, std::less<>> timers;
  std::map<std::int64_t, nexus_operation_state> nexus_operations;
  std::vector<completion_callback> callbacks;

  std::optional<api::common::v1::Memo> memo;
  std::optional<api::common::v1::SearchAttributes> search_attributes;
  std::optional<api::common::v1::Payloads> last_completion_result;
  api::workflow::v1::ResetPoints reset_points;
  std::set<std::string> build_ids;
  std::string last_build_id;

  [[nodiscard]] bool open() const { return status == enums::WORKFLOW_EXECUTION_STATUS_RUNNING; }
};

struct run {
  std::string id;
  run_state state;
  /// Event n is history[n - 1]. An event here was measured (`ByteSizeLong`) and never changes
  /// again, so its cached size is good.
  std::vector<event_ptr> history;

  [[nodiscard]] bool open() const { return state.open(); }
  [[nodiscard]] const api::history::v1::WorkflowExecutionStartedEventAttributes& started() const {
    return history.front()->workflow_execution_started_event_attributes();
  }
};

struct record {
  std::string name_space;
  std::string namespace_id;
  std::string workflow_id;
  std::vector<std::unique_ptr<run>> runs; ///< oldest first; the last one is current
  std::uint64_t last_stamp = 0;
  std::int64_t last_task_id = 0;

  [[nodiscard]] run* current() const { return runs.empty() ? nullptr : runs.back().get(); }

  /// An empty id means the current run.
  [[nodiscard]] run* find(std::string_view run_id) const {
    if (run_id.empty())
      return current();
    for (auto at = runs.rbegin(); at != runs.rend(); ++at) {
      if ((*at)->id == run_id)
        return at->get();
    }
    return nullptr;
  }
};

} // namespace troupe::embedded
