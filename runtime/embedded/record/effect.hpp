// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/record/api_fwd.hpp"
#include "runtime/embedded/record/input.hpp"
#include "runtime/embedded/record/surroundings.hpp"

#include <troupe/rpc_status.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::embedded {

/// What follows from a decision outside its record, once the decision is durable. Each alternative
/// says what acknowledges it: the input with which it comes back, after which the record does not
/// derive it again. An effect without acknowledgement is derived from the state by `resume` for a
/// record that was read from a store, so it may happen twice: its `key`, unique in its record,
/// tells the second from a new one.

/// What decides when a task is handed out among others of its queue; what is empty or 0 is absent.
struct task_priority {
  std::int32_t key = 0; ///< lower ones first
  std::string fairness_key;
  float fairness_weight = 0;
};

/// Put a workflow task into a task queue. Acknowledged by `start_workflow_task`.
///
/// Sticky: if nobody has polled the sticky queue lately, put it into `normal_queue` at once; the
/// poll that takes it there starts it with `sticky_poll = false`. The schedule-to-start timeout is
/// the record's business (`record_timer`); a task that times out becomes stale, is dispatched anew,
/// and answers `not_found` when it is started.
struct workflow_task_dispatch {
  std::string task_queue;
  bool sticky = false;
  std::string normal_queue; ///< equal to `task_queue` unless sticky
  std::string run_id;
  std::int64_t scheduled_event_id = 0;
  std::uint64_t stamp = 0;
  time_point scheduled_time{};
  task_priority priority;

  [[nodiscard]] std::string key() const {
    return "workflow_task/" + run_id + '/' + std::to_string(stamp);
  }
};

/// Put an activity task into a task queue. Acknowledged by `start_activity_task`, which answers
/// `not_found` for one that is stale.
struct activity_task_dispatch {
  std::string task_queue;
  std::string run_id;
  std::string activity_id;
  std::uint64_t stamp = 0;
  time_point scheduled_time{};
  task_priority priority; ///< its own, the workflow's where it has none

  [[nodiscard]] std::string key() const {
    return "activity_task/" + run_id + '/' + std::to_string(stamp);
  }
};

/// Send a request to a Nexus handler: offer it to the target's task queue, sync match only; or post
/// it to the target's URL, with `dispatch_timeout` for all of it.
/// Acknowledged by `nexus_request_done`: when the worker responded, or with `nexus_no_answer` when
/// `dispatch_timeout` has passed.
///
/// `request` is a serialised `temporal.api.nexus.v1.Request` that lacks nothing but the two
/// request-timeout headers, which say how much is left when a poll takes it: append
/// `request-timeout` and `Request-Timeout` of `NNNNms` then.
struct nexus_dispatch {
  nexus_attempt attempt;
  endpoint_info target;
  duration dispatch_timeout{};
  std::shared_ptr<const std::string> request;

  [[nodiscard]] std::string key() const {
    return (attempt.cancelation ? "nexus_cancel/" : "nexus_start/") + attempt.run_id + '/'
           + std::to_string(attempt.scheduled_event_id) + '/' + std::to_string(attempt.number);
  }
};

/// Tell whoever asked (a callback of the start request) how an execution ended. Acknowledged by
/// `callback_done`.
///
/// `temporal://system`: decode the header `temporal-callback-token`, give that record
/// `complete_nexus_operation`, and report with `callback_done` (`delivered`, or `refused` for
/// `not_found`, or `retry` if the record could not be asked); so too for a callback whose header
/// `source` says that a service made it. Other URLs: HTTP POST.
struct callback_delivery {
  std::string run_id;
  std::string callback_id;
  std::int32_t attempt = 0; ///< 1 for the first
  std::string url;
  std::map<std::string, std::string> headers; ///< lower-case names
  nexus_completion completion;

  [[nodiscard]] std::string key() const {
    return "callback/" + run_id + '/' + callback_id + '/' + std::to_string(attempt);
  }
};

/// Ask another record of this service (or this one) for something: start a child, signal or cancel
/// a workflow, tell a parent. Acknowledged by `peer_answered` with the same `ask`: what `what`
/// answers, or `not_found` if there is no such namespace any more.
struct peer_request {
  peer_ask ask;
  std::string namespace_id; ///< whom
  std::string workflow_id;
  peer_input what;

  [[nodiscard]] std::string key() const {
    return "peer/" + std::to_string(static_cast<int>(ask.what)) + '/' + ask.run_id + '/'
           + std::to_string(ask.initiated_event_id);
  }
};

/// Write the run's row of the visibility index: on start, on search attribute or memo changes, on
/// close. The row replaces an older one of the run, so it needs no acknowledgement.
struct visibility_put {
  std::string run_id;
  std::shared_ptr<const api::workflow::v1::WorkflowExecutionInfo> info;

  [[nodiscard]] std::string key() const { return "visibility_put/" + run_id; }
};

/// The run was deleted: take its row out of the visibility index. Needs no acknowledgement.
struct visibility_remove {
  std::string run_id;

  [[nodiscard]] std::string key() const { return "visibility_remove/" + run_id; }
};

/// Come back with `timers_due` then, which acknowledges it. Replaces what was armed before.
struct record_timer {
  std::optional<time_point> when; ///< nothing: no timer is needed

  [[nodiscard]] std::string key() const { return "timer"; }
};

/// The run's history grew, it closed, or it is gone: look at the waiting history reads again.
struct readers_wake {
  std::string run_id;

  [[nodiscard]] std::string key() const { return "readers/" + run_id; }
};

/// An update of the run came as far as this: tell the calls that wait for it. Needs no
/// acknowledgement: who asks later finds it in the record, or finds that it is gone.
struct update_told {
  std::string run_id;
  std::string update_id;
  rpc_status status; ///< not ok: it was aborted, and no outcome will come
  bool completed = false;
  std::shared_ptr<const api::update::v1::Outcome> outcome; ///< once completed

  [[nodiscard]] std::string key() const {
    return "update/" + run_id + '/' + update_id + (completed ? "/completed" : "/accepted");
  }
};

using effect = std::variant<
    workflow_task_dispatch,
    activity_task_dispatch,
    nexus_dispatch,
    callback_delivery,
    peer_request,
    visibility_put,
    visibility_remove,
    record_timer,
    readers_wake,
    update_told>;

/// In the order in which they are to happen.
using effects = std::vector<effect>;

/// The idempotency key of an effect, unique in its record: the same effect derived again has the
/// same key, another one has another.
inline std::string key_of(const effect& what) {
  return std::visit([](const auto& each) { return each.key(); }, what);
}

} // namespace troupe::embedded
