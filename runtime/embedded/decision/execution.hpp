// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/input.hpp"
#include "runtime/embedded/record/surroundings.hpp"
#include "runtime/embedded/record/transaction.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::query::v1 {
class WorkflowQueryResult;
}

/// The seam between what the embedded service decides and what runs it.
///
///     record, input, surroundings -> decide -> record', transaction
///
/// One actor owns one record and calls `decide` for each thing that happens; it then commits the
/// transaction, and only then lets the effects and the answer go. All functions here are pure but
/// for the record: no clock, no thread, no random source of their own. They do not throw; bad input
/// of any kind becomes a status.
namespace troupe::embedded {

/// (namespace, workflow id) with all its runs. See record.hpp for what is inside.
struct record;

/// An empty record: no run yet.
std::shared_ptr<record>
make_record(std::string name_space, std::string namespace_id, std::string workflow_id);

/// True if no run is left, so the owner may forget the record.
bool is_empty(const record& rec);

/// How much work it may be to go through all that is pending in the current run, as its end does:
/// in units of slices (`runtime/base/slices`).
std::size_t pending_weight(const record& rec);
/// The same for the histories of all runs.
std::size_t whole_weight(const record& rec);
/// True for what may go through whole histories.
bool needs_histories(const input& what);

/// True for a run that is there and has not ended.
bool is_open(const record& rec, std::string_view run_id);

/// Decides. The record is changed in place, completely or (if the input was refused) not at all.
transaction decide(record& rec, const input& what, surroundings around);

/// What a record that comes into memory has to set going.
enum class resumes {
  everything, ///< nothing of it is under way: its service began, or its commit failed
  timer,      ///< tasks, requests and callbacks are still under way in this process
};

/// The effects of a record that was read from a store: tasks, requests, callbacks and the timer
/// that have no acknowledgement yet, derived from its state.
transaction resume(record& rec, surroundings around, resumes what = resumes::everything);

// --- reads: they change nothing ---------------------------------------------------------------

/// The answer to a read, or the advice to wait for `readers_wake`.
struct read_result {
  reply answer; ///< always set; with `wait`, what to answer when the caller's patience ends
  bool wait =
      false; ///< nothing new yet: ask again when the run changed, answer when the time is over
  std::string run_id; ///< the run that was meant
};

/// GetWorkflowExecutionHistory: paging, close-event filter, long poll. Wait at most 20 s (or 1 s
/// less than the caller's deadline). `client_name` is the request header of that name; tools
/// (`temporal-cli`, `temporal-ui`) see no synthetic events of transient workflow tasks.
/// `follows_next_run` is true if the header `supported-features` holds `follows-next-run-id`.
read_result read_history(
    const record& rec,
    const api::workflowservice::v1::GetWorkflowExecutionHistoryRequest& request,
    std::string_view client_name,
    bool follows_next_run = true);

/// GetWorkflowExecutionHistoryReverse: newest first.
reply read_history_reverse(
    const record& rec,
    const api::workflowservice::v1::GetWorkflowExecutionHistoryReverseRequest& request);

/// DescribeWorkflowExecution.
reply describe(
    const record& rec, const api::workflowservice::v1::DescribeWorkflowExecutionRequest& request);

/// The row of one run as List shows it; null if there is no such run. An empty run id means the
/// current one.
std::shared_ptr<const api::workflow::v1::WorkflowExecutionInfo>
list_row(const record& rec, std::string_view run_id);

/// PollWorkflowExecutionUpdate: how far the update has come; who wants more waits for
/// `update_told`.
reply poll_update(
    const record& rec, const api::workflowservice::v1::PollWorkflowExecutionUpdateRequest& request);

/// What to do with a query.
struct query_plan {
  enum class way {
    refuse,    ///< with an error, or a QueryWorkflowResponse that says rejected
    with_task, ///< a workflow task is pending, and what it brings came before the query
    direct,    ///< nothing came that its worker has not seen: in a task of its own
  };
  way goes = way::refuse;
  reply refused;
  std::string run_id;
  std::string sticky_queue; ///< ask there first, with `sticky_timeout`; empty: nobody holds the run
  duration sticky_timeout{};
  std::string normal_queue;
};
query_plan plan_query(
    const record& rec,
    const api::workflowservice::v1::QueryWorkflowRequest& request,
    std::size_t max_blob_bytes);

/// True if a query of the run still has to wait for a workflow task.
bool has_pending_task(const record& rec, std::string_view run_id);

/// The same for a query that waited for a task of this run, which did not take it along.
query_plan plan_waited_query(
    const record& rec,
    const api::workflowservice::v1::QueryWorkflowRequest& request,
    std::string_view run_id);

/// Of a run that has such a query already.
rpc_status too_many_queries();

/// What the worker's answer is to the client who asked.
reply query_outcome(const api::query::v1::WorkflowQueryResult& answer);

/// The poll response for a planned query, all but `task_token` and `query`. History is empty for
/// the sticky queue.
std::shared_ptr<api::workflowservice::v1::PollWorkflowTaskQueueResponse>
query_task(const record& rec, std::string_view run_id, bool sticky_poll);

/// Checks of a Nexus worker's answer that the worker itself hears about (status of the Respond
/// call).
rpc_status check(
    const api::workflowservice::v1::RespondNexusTaskCompletedRequest& request,
    const service_settings& settings);
rpc_status check(const api::workflowservice::v1::RespondNexusTaskFailedRequest& request);

/// True if the outcome is one that trips the circuit breaker: a retryable handler error, or no
/// answer.
bool trips_breaker(const nexus_outcome& outcome);

} // namespace troupe::embedded
