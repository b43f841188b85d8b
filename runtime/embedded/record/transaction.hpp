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
#include <vector>

namespace troupe::embedded {

/// Put a workflow task into a task queue.
///
/// Sticky: if nobody has polled the sticky queue lately, put it into `normal_queue` at once; the
/// poll that takes it there starts it with `sticky_poll = false`. The schedule-to-start timeout is
/// the record's business (`next_timer`); a task that times out becomes stale, is dispatched anew,
/// and answers `not_found` when it is started.
struct workflow_task_dispatch {
  std::string task_queue;
  bool sticky = false;
  std::string normal_queue; ///< equal to `task_queue` unless sticky
  std::string run_id;
  std::int64_t scheduled_event_id = 0;
  std::uint64_t stamp = 0;
  time_point scheduled_time{};
};

/// Send a request to a Nexus handler: offer it to the target's task queue, sync match only.
///
/// Answer with `nexus_request_done` when the worker responded, or with `nexus_no_answer` when
/// `dispatch_timeout` has passed. `request` is a serialised `temporal.api.nexus.v1.Request` that
/// lacks nothing but the two request-timeout headers, which say how much is left when a poll takes
/// it: append `request-timeout` and `Request-Timeout` of `NNNNms` then.
struct nexus_dispatch {
  nexus_attempt attempt;
  endpoint_info target;
  duration dispatch_timeout{};
  std::shared_ptr<const std::string> request;
};

/// Tell whoever asked (a callback of the start request) how an execution ended.
///
/// `temporal://system`: decode the header `temporal-callback-token`, give that record
/// `complete_nexus_operation`, and report with `callback_done` (`delivered`, or `refused` for
/// `not_found`, or `retry` if the record could not be asked). Other URLs: HTTP POST.
struct callback_delivery {
  std::string run_id;
  std::string callback_id;
  std::int32_t attempt = 0; ///< 1 for the first
  std::string url;
  std::map<std::string, std::string> headers; ///< lower-case names
  nexus_completion completion;
};

/// A row of the visibility index: written on start, on search attribute or memo changes, on close.
struct visibility_row {
  std::shared_ptr<const api::workflow::v1::WorkflowExecutionInfo> info;
};

/// What the caller hears once the transaction is durable.
struct reply {
  rpc_status status;
  std::shared_ptr<google::protobuf::Message> message; ///< null unless the status is ok
  std::string bytes{}; ///< instead of `message`: the hot answers come serialised
};

/// What one decision changed and what must happen because of it: the unit of commit.
///
/// The record itself is changed in place, so a store writes `appended` and the record's state, and
/// reads the record anew if that failed. Nothing of the outbox and no answer may leave before.
struct transaction {
  struct run_events {
    std::string run_id;
    std::vector<std::shared_ptr<const api::history::v1::HistoryEvent>> events;
  };

  bool changed = false; ///< the record differs from before
  std::vector<run_events> appended;
  std::vector<std::string> removed_runs;

  std::vector<workflow_task_dispatch> workflow_tasks;
  std::vector<nexus_dispatch> nexus_requests;
  std::vector<callback_delivery> callbacks;
  std::vector<visibility_row> visibility;
  /// Runs whose history grew or closed: look at the waiting history reads again.
  std::vector<std::string> wake_readers;

  /// When to come back with `timers_due`; replaces what was armed before. Nothing: no timer is
  /// needed.
  std::optional<time_point> next_timer;

  reply answer;
};

} // namespace troupe::embedded
