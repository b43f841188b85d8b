// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/activity/activity_machine.hpp"
#include "runtime/embedded/nexus/callback_machine.hpp"
#include "runtime/embedded/nexus/nexus_cancelation_machine.hpp"
#include "runtime/embedded/nexus/nexus_operation_machine.hpp"
#include "runtime/embedded/peer/peer_machine.hpp"
#include "runtime/embedded/record/deadline.hpp"
#include "runtime/embedded/record/held.hpp"
#include "runtime/embedded/record/run_set.hpp"
#include "runtime/embedded/record/tracked_map.hpp"
#include "runtime/embedded/record/updates.hpp"

#include <temporal/api/activity/v1/message.pb.h>
#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/enums/v1/event_type.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflow/v1/message.pb.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::embedded {

namespace api = temporal::api;
namespace enums = temporal::api::enums::v1;

using history_event = api::history::v1::HistoryEvent;
using event_ptr = std::shared_ptr<history_event>;
using failure_ptr = held<api::failure::v1::Failure>;

/// What is known of a workflow task as long as the service lives; it makes no difference between
/// two states.
struct task_in_memory {
  bool speculative = false;      ///< no event tells of it yet, and perhaps none ever will
  bool heartbeat = false;        ///< only keeps its worker going: it brings no update twice
  bool too_many_updates = false; ///< why it suggests to continue as new

  bool operator==(const task_in_memory&) const { return true; }
};

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
  task_in_memory memory;

  [[nodiscard]] bool started() const { return started_event_id != 0; }
  [[nodiscard]] bool transient() const { return attempt > 1; }
  [[nodiscard]] bool speculative() const { return memory.speculative; }
  /// Its events are in the history, not made up.
  [[nodiscard]] bool is_written() const { return !transient() && !speculative(); }

  bool operator==(const workflow_task&) const = default;
};

/// The workflow task of a run, or none. One that is speculative is none to what is durable.
struct pending_task : std::optional<workflow_task> {
  using std::optional<workflow_task>::optional;
  using std::optional<workflow_task>::operator=;

  [[nodiscard]] bool durable() const { return has_value() && !(*this)->speculative(); }

  friend bool operator==(const pending_task& left, const pending_task& right) {
    return left.durable() == right.durable() && (!left.durable() || *left == *right);
  }
};

struct user_timer {
  std::string id;
  std::int64_t started_event_id = 0;
  time_point due{};

  bool operator==(const user_timer&) const = default;
};

/// What is known of a request or delivery that is out. It is not durable: `resume` forgets it and
/// sends again. So it never makes a difference between two states.
struct sent_request {
  std::optional<time_point> answer_overdue; ///< while an attempt is under way
  bool blocked = false;                     ///< the circuit breaker holds it back
  std::string blocked_by; ///< the operations that opened the breaker; empty: not known

  bool operator==(const sent_request&) const { return true; }
};

struct nexus_cancel_request {
  nexus_cancelation::state state = nexus_cancelation::state::held;
  std::int64_t requested_event_id = 0;
  time_point requested_time{};
  std::int32_t attempt = 0; ///< finished attempts
  std::optional<time_point> last_attempt_complete;
  failure_ptr last_failure;
  std::optional<time_point> next_attempt; ///< while backing off
  sent_request sent;

  bool operator==(const nexus_cancel_request&) const = default;
};

struct nexus_operation_state {
  std::int64_t scheduled_event_id = 0;
  held<history_event>
      scheduled; ///< the event: endpoint, service, operation, input, headers, timeouts
  std::string request_id;
  nexus_operation::state state = nexus_operation::state::scheduled;
  time_point scheduled_time{};
  std::optional<time_point> started_time;
  std::string operation_token;
  std::int32_t attempt = 0; ///< finished attempts
  std::optional<time_point> last_attempt_complete;
  failure_ptr last_failure;
  std::optional<time_point> next_attempt; ///< while backing off
  sent_request sent;
  std::optional<nexus_cancel_request> cancel;

  bool operator==(const nexus_operation_state&) const = default;
};

/// Whether an activity's task is in a queue; not durable, like `sent_request`.
struct sent_task {
  bool is_queued = false;

  bool operator==(const sent_task&) const { return true; }
};

/// Who holds an activity back.
struct activity_pause {
  time_point since{};
  std::string identity;
  std::string reason;

  bool operator==(const activity_pause&) const = default;
};

struct activity_state {
  std::int64_t scheduled_event_id = 0;
  held<history_event> scheduled; ///< the event: type, input, timeouts, retry policy, ...
  activity::state state = activity::state::scheduled;
  std::int32_t attempt = 1;
  std::uint64_t stamp = 0; ///< of the task that is in a queue, of the start that a worker has
  time_point first_scheduled_time{};
  time_point scheduled_time{}; ///< of this attempt; while it backs off, when it will be
  time_point started_time{};   ///< of this attempt, once it is started
  std::string identity;        ///< of the worker that started an attempt last
  std::string request_id;      ///< of that start
  std::optional<time_point> last_heartbeat;
  held<api::common::v1::Payloads> heartbeat_details; ///< of any attempt
  std::optional<time_point> last_attempt_complete;
  failure_ptr last_failure;
  std::int64_t cancel_requested_event_id = 0; ///< 0: nobody asked for it
  std::optional<activity_pause> paused;
  bool reset_requested = false;                     ///< tell the worker that it may stop
  bool resets_heartbeat = false;                    ///< the next attempt begins without details
  held<api::activity::v1::ActivityOptions> options; ///< instead of the event's, if changed
  sent_task sent;

  bool operator==(const activity_state&) const = default;
};

/// What is known of a delivery that is out; not durable, like `sent_request`.
struct sent_delivery {
  bool under_way = false; ///< and not reported on

  bool operator==(const sent_delivery&) const { return true; }
};

struct completion_callback {
  std::string id;
  held<api::common::v1::Callback> what;
  time_point registered{};
  /// How the link to this execution reads in the caller's history: the event that attached the
  /// callback.
  std::string request_id;
  bool attached_later = false;
  std::string update_id; ///< empty: the end of the run sets it off, else that of this update
  failure_ptr refusal;   ///< of an update that came to no outcome
  callback::state state = callback::state::standby;
  std::int32_t attempt = 0; ///< finished attempts
  std::optional<time_point> last_attempt_complete;
  failure_ptr last_failure;
  std::optional<time_point> next_attempt; ///< while backing off
  sent_delivery sent;

  bool operator==(const completion_callback&) const = default;
};

/// What is known of a request to another record; not durable, like `sent_request`.
struct sent_ask {
  bool under_way = false;   ///< and not answered
  bool is_repeated = false; ///< it may have been done before

  bool operator==(const sent_ask&) const { return true; }
};

/// What a run has going on with another workflow: a child, or a signal or cancel request to it.
struct peer_state {
  std::int64_t initiated_event_id = 0;
  held<history_event> initiated; ///< the event: which workflow, what of it
  peer::state state = peer::state::asking;
  std::string request_id;            ///< of the child's start, of the signal
  std::int64_t started_event_id = 0; ///< of a child; 0 while its Started event has no id
  std::string child_run_id;          ///< the first run of a child, once it is known
  sent_ask sent;

  bool operator==(const peer_state&) const = default;
};

struct request_id_use {
  enums::EventType event_type{};
  std::int64_t event_id = 0;
  bool buffered = false;

  bool operator==(const request_id_use&) const = default;
};

/// What a run begins with: from its Started event, never changed.
struct run_origin {
  std::string workflow_type;
  std::string task_queue;
  duration execution_timeout{}; ///< 0: none
  duration run_timeout{};       ///< 0: none
  duration task_timeout{};
  std::string first_run_id;
  std::string start_request_id;
  std::string start_identity; ///< of operations without a workflow, whose events do not say it
  std::int32_t attempt = 1;
  held<api::common::v1::RetryPolicy> retry_policy;
  std::string cron_schedule;
  time_point start_time{};
  time_point execution_time{}; ///< start time and first backoff
  std::optional<time_point> execution_expiration;
  std::optional<time_point> run_expiration;
  held<api::common::v1::Payloads> last_completion_result;

  bool operator==(const run_origin&) const = default;
};

/// What changes while a run lives and is not one of many: copied when a decision begins, so it
/// stays cheap to copy.
struct run_scalars {
  enums::WorkflowExecutionStatus status = enums::WORKFLOW_EXECUTION_STATUS_RUNNING;
  time_point close_time{};
  std::string next_run_id;
  std::string reset_run_id; ///< the run that a reset made of this one last
  std::optional<time_point> last_reset_time;
  /// When the first run of a row of resets began; nothing: this one does not come from a reset.
  std::optional<time_point> original_start_time;

  std::int64_t next_event_id = 1;
  std::int64_t history_size = 0;
  std::int64_t transitions = 0; ///< decisions that changed the run
  std::int64_t last_buffered = 0;
  std::int64_t last_callback = 0;

  std::optional<time_point> first_task_due; ///< while the first workflow task is held back
  pending_task task;
  std::int32_t next_attempt = 1; ///< of the next workflow task
  std::string sticky_queue;      ///< empty: no worker holds the run
  duration sticky_timeout{};
  std::int64_t last_completed_started_id = 0; ///< Started of the last completed workflow task
  /// The last close command was refused because of events that the worker had not seen.
  bool close_attempted = false;

  bool cancel_requested = false;
  std::int64_t signal_count = 0;

  /// A child's run that ended, with none after it: its parent has not heard of it yet.
  bool owes_report = false;
  sent_ask report;

  held<api::common::v1::Memo> memo;
  held<api::common::v1::SearchAttributes> search_attributes;
  held<api::workflow::v1::ResetPoints> reset_points;
  /// Null: as its start said; see `run/run_options.hpp`.
  held<api::workflow::v1::WorkflowExecutionOptions> options;
  held<std::vector<std::string>> build_ids; ///< as they came; the oldest give way
  std::string last_build_id;

  [[nodiscard]] bool open() const { return status == enums::WORKFLOW_EXECUTION_STATUS_RUNNING; }

  bool operator==(const run_scalars&) const = default;
};

/// What a run has many of, each a row of its own in a store: how to add one stands in
/// ARCHITECTURE.md.
struct run_tables {
  tracked_map<std::string, user_timer> timers;
  tracked_map<std::string, activity_state> activities;               ///< by activity id
  tracked_map<std::int64_t, nexus_operation_state> nexus_operations; ///< by scheduled event id
  tracked_map<std::int64_t, completion_callback> callbacks;          ///< in the order they came
  tracked_map<std::int64_t, peer_state> peers;                       ///< by Initiated event id
  tracked_map<std::string, request_id_use> request_ids;
  tracked_map<std::string, std::monostate> signal_request_ids;
  tracked_map<std::int64_t, event_ptr> buffered; ///< events without an id, in the order they came
};

/// Calls `visit(map)` for each table, or `visit(map, map)` for those of two runs.
template <class Visit, class... Tables>
void for_each_table(Visit visit, Tables&... of) {
  visit(of.timers...);
  visit(of.activities...);
  visit(of.nexus_operations...);
  visit(of.callbacks...);
  visit(of.peers...);
  visit(of.request_ids...);
  visit(of.signal_request_ids...);
  visit(of.buffered...);
}

/// What is known of one run besides its events.
struct run_state : run_origin, run_scalars, run_tables {};

struct run {
  std::string id;
  std::uint64_t number = 0; ///< in its record, from 1, in the order of their starts
  run_state state;
  /// Event n is history[n - 1]. An event here was measured (`ByteSizeLong`) and never changes
  /// again, so its cached size is good.
  std::vector<event_ptr> history;
  std::unique_ptr<run_updates> updates; ///< null until there is one
  /// The deadline of the run itself as the record's index has it.
  std::optional<time_point> indexed;

  [[nodiscard]] bool open() const { return state.open(); }
  [[nodiscard]] const api::history::v1::WorkflowExecutionStartedEventAttributes& started() const {
    return history.front()->workflow_execution_started_event_attributes();
  }
};

struct record {
  std::string name_space;
  std::string namespace_id;
  std::string workflow_id;
  run_set runs; ///< only the last that was begun may be open
  std::uint64_t last_stamp = 0;
  std::int64_t last_task_id = 0;
  std::uint64_t last_run_number = 0;

  /// All deadlines of all runs; follows from the state, so it is not durable.
  deadline_index deadlines;
  /// The timer that was asked for last, which is on its way to `timers_due`; not durable.
  std::optional<time_point> armed;

  /// The run that was begun last. None if that was deleted: those before it do not come back, and
  /// are there by their own ids alone.
  [[nodiscard]] const run* current() const {
    const run* const newest = runs.newest();
    return newest != nullptr && newest->number == last_run_number ? newest : nullptr;
  }

  /// An empty id means the current run.
  [[nodiscard]] const run* find(std::string_view run_id) const {
    return run_id.empty() ? current() : runs.find(run_id);
  }
};

} // namespace troupe::embedded
