// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every message between the actors of the embedded service, and their interfaces. All of them live
// on one shard. `messages.md` is the map.

#include "actors/caf_compat.hpp"
#include "actors/embedded/call/call.hpp"
#include "runtime/embedded/decision/queue_waits.hpp"
#include "runtime/embedded/record/transaction.hpp"
#include "runtime/embedded/store/store.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace troupe::embedded {

using actors::sig;

struct outside_reply;

/// Names a record: whom to tell about what became of its task, request or callback.
struct execution_key {
  std::string namespace_id;
  std::string workflow_id;
};
using execution_ref = std::shared_ptr<const execution_key>;

// -- calls ----------------------------------------------------------------------------------------

/// A call of a client, for the actor that owns what it is about; its row says what it does with it.
struct serve_call {
  call_ptr what;
};

// -- task queues ----------------------------------------------------------------------------------

/// A worker's long poll. Waits in its task queue; a task takes it along to the execution.
struct poll {
  call_ptr from;
  std::uint64_t id = 0; ///< in its queue
  std::string identity;
  std::string build_id;
  std::uint64_t worker = 0; ///< in `present_workers`
  bool is_sticky = false;
  bool is_activity = false;
  std::optional<task_priority> taken; ///< of its task, if that counts against a limit
  time_point expires;                 ///< when it is answered empty
  executor::timer_id timer = 0;
};
using poll_ptr = std::shared_ptr<poll>;

/// The task that this poll took was stale: give it another one.
struct reopen_poll {
  poll_ptr what;
};
/// The client is gone, or the poll has waited long enough.
struct close_poll {
  std::uint64_t id = 0;
  bool is_expired = false;
};
struct add_workflow_task {
  execution_ref source;
  workflow_task_dispatch task;
};
struct add_activity_task {
  execution_ref source;
  activity_task_dispatch task;
};
/// Sync match only: a query for a worker.
struct offer_query {
  std::string task_id;
  execution_ref source;
  call_ptr query;
  std::string run_id;
  time_point ends;     ///< when nobody waits any longer, with or without a worker
  duration patience{}; ///< until it goes to `next_queue`, or fails if that is empty
  std::string next_queue;
};
/// The queue's limits of tasks per second may let a task through again, or have been changed.
struct look_at_limits {};
struct offer_expired {
  std::string task_id;
};
/// The client that sent this query is gone.
struct withdraw_query {
  std::string task_id;
};
/// The worker of this sticky queue has left: its tasks go to the normal queue.
struct unload_queue {};
/// End, unless somebody wants it: a queue, a dispatcher, a deliverer.
struct leave_if_idle {};
/// Say what of it waits for workers, or that it has some.
struct report_queues {
  std::shared_ptr<queue_report> to;
};

// -- executions -----------------------------------------------------------------------------------

/// A poll took this task.
struct start_taken_task {
  workflow_task_dispatch task;
  poll_ptr taker;
};
struct start_taken_activity {
  activity_task_dispatch task;
  poll_ptr taker;
};
struct fill_query {
  std::string task_id; ///< becomes the token
  std::string token;
  call_ptr query;
  std::string run_id;
  poll_ptr taker;
};
struct nexus_answered {
  nexus_attempt attempt;
  call_ptr answer; ///< RespondNexusTaskCompleted or -Failed; null: nobody answered in time
  bool is_failure = false;
  std::shared_ptr<const outside_reply> outside = {}; ///< instead, of a handler outside
};
struct nexus_held {
  nexus_attempt attempt;
  bool is_blocked = false;
  std::string opened_by = {};
};
struct record_timer_due {
  std::uint64_t generation = 0;
};
struct reader_done {
  std::uint64_t id = 0;
  bool is_expired = false;
};
struct forget_if_empty {};
/// What was committed is durable, or never will be.
struct commit_ended {
  std::uint64_t life = 0; ///< of the record in memory: it begins with every load
  bool is_durable = false;
};
struct record_loaded {
  std::uint64_t life = 0;
  std::shared_ptr<loaded_rows> rows;
};
struct load_again {};
/// It has more to do than fitted into one turn of the shard: go on with it.
struct next_slice {};
/// The namespace is deleted: its runs go, open or not.
struct delete_run {
  std::string run_id;
};
/// Leave the memory unless there is something to do.
struct unload_if_idle {
  std::uint64_t ticket = 0;
};

// -- other workflows ------------------------------------------------------------------------------

/// Another record (or this one) asks for something; `source` hears `peer_told`.
struct ask_peer {
  execution_ref source;
  peer_request what;
  bool is_postponed = false; ///< the record was asked before and could not answer
};
struct peer_told {
  peer_answered what;
};

// -- callbacks ------------------------------------------------------------------------------------

struct deliver_callback {
  execution_ref source;
  callback_delivery what;
};
struct operation_completed {
  std::uint64_t delivery = 0;
  operation_token_ref token;
  nexus_completion completion;
};
struct operation_outcome {
  std::uint64_t delivery = 0;
  rpc_status status;
};
struct callback_reported {
  callback_done what;
};
/// What came of the POST that this delivery was.
struct callback_posted {
  std::uint64_t delivery = 0;
  callback_done::result outcome = callback_done::result::delivered;
  std::string problem; ///< unless delivered
};

// -- Nexus dispatch -------------------------------------------------------------------------------

struct dispatch_request {
  execution_ref source;
  nexus_dispatch what;
};
struct request_answered {
  std::string task_id;
  call_ptr answer;
  bool is_failure = false;
};
struct request_expired {
  std::string task_id;
};
/// A handler outside answered, or could not be asked.
struct request_posted {
  std::string task_id;
  std::shared_ptr<const outside_reply> answer;
};
/// Requests wait for a place: see whether there is one.
struct let_waiting_go {};
struct breaker_ticked {
  bool is_cancelation = false;
};

// -- visibility -----------------------------------------------------------------------------------

struct put_row {
  std::shared_ptr<const api::workflow::v1::WorkflowExecutionInfo> info;
};
struct remove_row {
  std::string run_id;
};
/// The namespace is gone with all its runs: so is its index.
struct drop_index {};

// -- batch operations -----------------------------------------------------------------------------

/// What one of the service's own methods answered.
struct batch_answered {
  std::uint64_t number = 0; ///< of the request
  rpc_status status;
  std::string reply;
};
/// It may ask more (0), or this request once more.
struct batch_asks {
  std::uint64_t turn = 0;
  std::uint64_t number = 0;
};
/// Begin with the operation that runs, or go on where its row says.
struct batch_goes_on {};

// -- registries -----------------------------------------------------------------------------------

/// Deletes another part of what a deleted namespace still holds, or the namespace itself.
struct go_on_deleting {
  std::string namespace_id;
};

} // namespace troupe::embedded

// None of these crosses a process border, so none can be serialised. CAF 0.17 wants the mark,
// CAF 1.x the id as well.
#define TROUPE_SERVICE_MESSAGE(name)                                                               \
  CAF_ADD_TYPE_ID(troupe_service, (troupe::embedded::name))                                        \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::embedded::name)

CAF_BEGIN_TYPE_ID_BLOCK(troupe_service, caf::first_custom_type_id + 21'000)
  TROUPE_SERVICE_MESSAGE(serve_call)
  TROUPE_SERVICE_MESSAGE(reopen_poll)
  TROUPE_SERVICE_MESSAGE(close_poll)
  TROUPE_SERVICE_MESSAGE(add_workflow_task)
  TROUPE_SERVICE_MESSAGE(add_activity_task)
  TROUPE_SERVICE_MESSAGE(offer_query)
  TROUPE_SERVICE_MESSAGE(look_at_limits)
  TROUPE_SERVICE_MESSAGE(offer_expired)
  TROUPE_SERVICE_MESSAGE(unload_queue)
  TROUPE_SERVICE_MESSAGE(start_taken_task)
  TROUPE_SERVICE_MESSAGE(start_taken_activity)
  TROUPE_SERVICE_MESSAGE(fill_query)
  TROUPE_SERVICE_MESSAGE(nexus_answered)
  TROUPE_SERVICE_MESSAGE(nexus_held)
  TROUPE_SERVICE_MESSAGE(record_timer_due)
  TROUPE_SERVICE_MESSAGE(reader_done)
  TROUPE_SERVICE_MESSAGE(forget_if_empty)
  TROUPE_SERVICE_MESSAGE(deliver_callback)
  TROUPE_SERVICE_MESSAGE(operation_completed)
  TROUPE_SERVICE_MESSAGE(operation_outcome)
  TROUPE_SERVICE_MESSAGE(callback_reported)
  TROUPE_SERVICE_MESSAGE(callback_posted)
  TROUPE_SERVICE_MESSAGE(request_posted)
  TROUPE_SERVICE_MESSAGE(dispatch_request)
  TROUPE_SERVICE_MESSAGE(request_answered)
  TROUPE_SERVICE_MESSAGE(request_expired)
  TROUPE_SERVICE_MESSAGE(breaker_ticked)
  TROUPE_SERVICE_MESSAGE(let_waiting_go)
  TROUPE_SERVICE_MESSAGE(put_row)
  TROUPE_SERVICE_MESSAGE(remove_row)
  TROUPE_SERVICE_MESSAGE(withdraw_query)
  TROUPE_SERVICE_MESSAGE(commit_ended)
  TROUPE_SERVICE_MESSAGE(record_loaded)
  TROUPE_SERVICE_MESSAGE(load_again)
  TROUPE_SERVICE_MESSAGE(next_slice)
  TROUPE_SERVICE_MESSAGE(unload_if_idle)
  TROUPE_SERVICE_MESSAGE(leave_if_idle)
  TROUPE_SERVICE_MESSAGE(delete_run)
  TROUPE_SERVICE_MESSAGE(drop_index)
  TROUPE_SERVICE_MESSAGE(go_on_deleting)
  TROUPE_SERVICE_MESSAGE(ask_peer)
  TROUPE_SERVICE_MESSAGE(peer_told)
  TROUPE_SERVICE_MESSAGE(batch_answered)
  TROUPE_SERVICE_MESSAGE(batch_asks)
  TROUPE_SERVICE_MESSAGE(batch_goes_on)
  TROUPE_SERVICE_MESSAGE(report_queues)

  namespace troupe::embedded {

  using nexus_dispatcher_handle = caf::typed_actor<
      sig<void(dispatch_request)>,
      sig<void(request_answered)>,
      sig<void(request_expired)>,
      sig<void(request_posted)>,
      sig<void(breaker_ticked)>,
      sig<void(let_waiting_go)>,
      sig<void(leave_if_idle)>>;

  /// Sync match only: a Nexus request. The sender hears `request_answered` or `request_expired`.
  struct offer_request {
    std::string task_id;
    nexus_dispatch what;
    nexus_dispatcher_handle sender;
    call_ptr caller = nullptr;                     ///< who waits itself, instead of a sender
    std::optional<time_point> operation_ends = {}; ///< for the header that says how much is left
  };

  } // namespace troupe::embedded

  TROUPE_SERVICE_MESSAGE(offer_request)
CAF_END_TYPE_ID_BLOCK(troupe_service)

namespace troupe::embedded {

// Hot messages first: CAF 0.17 compares a message with one handler after the other.

using execution_handle = caf::typed_actor<
    sig<void(serve_call)>,
    sig<void(start_taken_task)>,
    sig<void(start_taken_activity)>,
    sig<void(nexus_answered)>,
    sig<void(commit_ended)>,
    sig<void(ask_peer)>,
    sig<void(peer_told)>,
    sig<void(operation_completed)>,
    sig<void(callback_reported)>,
    sig<void(record_timer_due)>,
    sig<void(reader_done)>,
    sig<void(nexus_held)>,
    sig<void(fill_query)>,
    sig<void(forget_if_empty)>,
    sig<void(record_loaded)>,
    sig<void(load_again)>,
    sig<void(next_slice)>,
    sig<void(unload_if_idle)>,
    sig<void(delete_run)>,
    sig<void(report_queues)>>;

using task_queue_handle = caf::typed_actor<
    sig<void(serve_call)>,
    sig<void(add_workflow_task)>,
    sig<void(add_activity_task)>,
    sig<void(offer_request)>,
    sig<void(close_poll)>,
    sig<void(look_at_limits)>,
    sig<void(offer_expired)>,
    sig<void(reopen_poll)>,
    sig<void(offer_query)>,
    sig<void(unload_queue)>,
    sig<void(withdraw_query)>,
    sig<void(leave_if_idle)>,
    sig<void(report_queues)>>;

using callback_deliverer_handle = caf::typed_actor<
    sig<void(deliver_callback)>,
    sig<void(operation_outcome)>,
    sig<void(callback_posted)>,
    sig<void(leave_if_idle)>>;

using visibility_handle = caf::typed_actor<
    sig<void(put_row)>,
    sig<void(remove_row)>,
    sig<void(serve_call)>,
    sig<void(drop_index)>>;

using batch_handle = caf::typed_actor<
    sig<void(batch_answered)>,
    sig<void(serve_call)>,
    sig<void(commit_ended)>,
    sig<void(batch_asks)>,
    sig<void(batch_goes_on)>,
    sig<void(drop_index)>>;

using registry_handle =
    caf::typed_actor<sig<void(serve_call)>, sig<void(commit_ended)>, sig<void(go_on_deleting)>>;

} // namespace troupe::embedded
