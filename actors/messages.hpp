// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every message that actors of a worker send each other, and the interfaces of those actors.
// `messages.md` is the map: who sends what to whom. Facts are in the past tense, commands in the
// imperative. Messages carry no promises to answer: who needs an answer gets a message back, with
// the id that it sent.

#include "actors/caf_compat.hpp"
#include "actors/worker/slots/slot_supplier.hpp"
#include "runtime/base/executor.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/cancellation.hpp>
#include <troupe/rpc_status.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::actors {

struct activity_job; // actors/worker/activity/activity_actor.hpp
struct local_job;    // actors/worker/activity/local_activities.hpp
struct nexus_job;    // actors/worker/nexus/nexus_handler_actor.hpp
struct workflow_job; // actors/worker/workflow/workflow_job.hpp
} // namespace troupe::actors
namespace troupe::workflow {
class instance;      // runtime/workflow/instance.hpp
struct local_result; // runtime/workflow/instance.hpp
} // namespace troupe::workflow
namespace troupe::actors {

// -- polling
// ---------------------------------------------------------------------------------------

/// Open no poll any more and cancel those in flight; `poller_stopped` follows when none is left.
struct stop_polling {};
struct poller_stopped {
  std::uint64_t poller = 0;
};
struct poll_completed {
  std::uint64_t poll = 0;
  rpc_status status;
  rpc::bytes answer;
};
/// It is worth while to ask for a slot again.
struct slot_freed {};
/// An actor that a task was given to has finished with it and may be given another one; the slot
/// comes back with it.
struct task_ended {
  caf::strong_actor_ptr who;
  handoff<slot_permit> slot;
};
struct backoff_ended {
  std::uint64_t generation = 0;
};
/// The first poll after a failure has had its time.
struct trial_ended {
  std::uint64_t generation = 0;
};
/// The oldest poll should have ended long ago.
struct polls_due {};
/// The next poll is not too early any more.
struct pace_kept {};
/// What the service said when it was asked whether it is there again.
struct probe_answered {
  rpc_status status;
};
/// It has been there for a moment, and no poll has failed since.
struct reconnection_due {
  time_point asked; ///< when the probe that it answered was sent
};

// -- Nexus tasks
// -----------------------------------------------------------------------------------

struct run_nexus_task {
  handoff<nexus_job> job;
};
struct service_replied {
  std::uint64_t work = 0;
  rpc_status status;
  rpc::bytes answer;
};
struct answer_replied {
  std::uint64_t work = 0;
  rpc_status status;
  rpc::bytes answer;
};

// -- activity tasks
// --------------------------------------------------------------------------------

struct run_activity_task {
  handoff<activity_job> job;
};
/// The activity has told details that were not sent yet.
struct heartbeat_wanted {
  std::uint64_t work = 0;
};
/// It may send them now.
struct heartbeat_due {
  std::uint64_t work = 0;
};
struct heartbeat_replied {
  std::uint64_t work = 0;
  rpc_status status;
  rpc::bytes answer;
};

// -- local activities
// --------------------------------------------------------------------------------

struct run_local_activity {
  handoff<local_job> job;
};
/// A wait is over: that for the attempt's end, or the one before the next attempt.
struct local_timer_due {
  std::uint64_t timer = 0;
};
struct local_activity_ended {
  std::uint64_t work = 0; ///< of the instance that asked for it
  handoff<workflow::local_result> result;
};
/// The task lasts so long that the service has to hear that it goes on.
struct task_overdue {
  std::uint64_t work = 0;
};

// -- user's code
// ------------------------------------------------------------------------------------

/// To itself: what followed on the user's code threw; the actor ends of it.
struct code_failed {};

// -- cancellation
// ----------------------------------------------------------------------------------

/// Stop: the coordinator decided that the work is to be cancelled, and why.
struct cancel_work {
  std::uint64_t work = 0;
  cancel_reason reason = cancel_reason::none;
};
struct handler_left {
  caf::actor_id who = 0;
};
struct deadline_passed {
  std::uint64_t watch = 0; ///< which timer spoke: a later one may have replaced it
};
struct cancel_all {
  cancel_reason reason = cancel_reason::worker_shutdown;
};

// -- workflow tasks
// --------------------------------------------------------------------------------

struct run_workflow_task {
  handoff<workflow_job> job;
};
struct history_page_fetched {
  std::uint64_t work = 0;
  rpc_status status;
  rpc::bytes page;
};
/// A run has nothing to do: its actor gives it back and is free for another one.
struct run_idled {
  std::uint32_t lane = 0;          ///< which actor speaks, by the sticky cache's count
  handoff<workflow::instance> run; ///< empty when it must not be kept
};
/// The actor ends, and with it the run that it may hold.
struct end_instance {};
struct evict_all {};

// -- the worker as a whole
// -------------------------------------------------------------------------

struct start_worker {};
struct stop_worker {};
struct namespace_described {
  rpc_status status;
  rpc::bytes answer;
};
struct service_told {}; ///< that this worker is leaving
/// The pause before a dead actor is started again is over, or the one before the namespace is asked
/// for again.
struct retry_due {
  std::uint64_t poller = 0; ///< 0: the namespace
};
struct grace_ended {};
struct slots_returned {};

} // namespace troupe::actors

// None of these crosses a process border, so none can be serialised. CAF 0.17 wants the mark,
// CAF 1.x the id as well.
#define TROUPE_MESSAGE(name)                                                                       \
  CAF_ADD_TYPE_ID(troupe_actors, (troupe::actors::name))                                           \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::name)

CAF_BEGIN_TYPE_ID_BLOCK(troupe_actors, caf::first_custom_type_id + 20'000)
  TROUPE_MESSAGE(stop_polling)
  TROUPE_MESSAGE(poller_stopped)
  TROUPE_MESSAGE(poll_completed)
  TROUPE_MESSAGE(slot_freed)
  TROUPE_MESSAGE(task_ended)
  TROUPE_MESSAGE(backoff_ended)
  TROUPE_MESSAGE(trial_ended)
  TROUPE_MESSAGE(polls_due)
  TROUPE_MESSAGE(pace_kept)
  TROUPE_MESSAGE(probe_answered)
  TROUPE_MESSAGE(reconnection_due)
  TROUPE_MESSAGE(run_nexus_task)
  TROUPE_MESSAGE(service_replied)
  TROUPE_MESSAGE(answer_replied)
  TROUPE_MESSAGE(run_activity_task)
  TROUPE_MESSAGE(heartbeat_wanted)
  TROUPE_MESSAGE(heartbeat_due)
  TROUPE_MESSAGE(heartbeat_replied)
  TROUPE_MESSAGE(run_local_activity)
  TROUPE_MESSAGE(local_timer_due)
  TROUPE_MESSAGE(local_activity_ended)
  TROUPE_MESSAGE(task_overdue)
  TROUPE_MESSAGE(code_failed)
  TROUPE_MESSAGE(cancel_work)
  TROUPE_MESSAGE(handler_left)
  TROUPE_MESSAGE(deadline_passed)
  TROUPE_MESSAGE(cancel_all)
  TROUPE_MESSAGE(run_workflow_task)
  TROUPE_MESSAGE(history_page_fetched)
  TROUPE_MESSAGE(run_idled)
  TROUPE_MESSAGE(end_instance)
  TROUPE_MESSAGE(evict_all)
  TROUPE_MESSAGE(start_worker)
  TROUPE_MESSAGE(stop_worker)
  TROUPE_MESSAGE(namespace_described)
  TROUPE_MESSAGE(service_told)
  TROUPE_MESSAGE(retry_due)
  TROUPE_MESSAGE(grace_ended)
  TROUPE_MESSAGE(slots_returned)

  namespace troupe::actors {

  // -- interfaces
  // ------------------------------------------------------------------------------------

  using nexus_handler_handle = caf::typed_actor<
      sig<void(run_nexus_task)>,
      sig<void(answer_replied)>,
      sig<void(service_replied)>,
      sig<void(code_failed)>,
      sig<void(cancel_work)>>;

  using cancellable_handle = caf::typed_actor<sig<void(cancel_work)>>;

  struct watch_work {
    std::uint64_t work = 0;
    cancellable_handle who;
    std::optional<time_point> deadline;
  };

  } // namespace troupe::actors

  TROUPE_MESSAGE(watch_work)
CAF_END_TYPE_ID_BLOCK(troupe_actors)

namespace troupe::actors {

using poller_handle = caf::typed_actor<
    sig<void(poll_completed)>,
    sig<void(slot_freed)>,
    sig<void(task_ended)>,
    sig<void(backoff_ended)>,
    sig<void(trial_ended)>,
    sig<void(polls_due)>,
    sig<void(pace_kept)>,
    sig<void(probe_answered)>,
    sig<void(reconnection_due)>,
    sig<void(stop_polling)>>;

using activity_handle = caf::typed_actor<
    sig<void(run_activity_task)>,
    sig<void(heartbeat_wanted)>,
    sig<void(heartbeat_due)>,
    sig<void(heartbeat_replied)>,
    sig<void(answer_replied)>,
    sig<void(code_failed)>,
    sig<void(cancel_work)>>;

using local_activity_handle = caf::typed_actor<
    sig<void(run_local_activity)>,
    sig<void(local_timer_due)>,
    sig<void(code_failed)>,
    sig<void(cancel_work)>>;

using coordinator_handle = caf::typed_actor<
    sig<void(watch_work)>,
    sig<void(deadline_passed)>,
    sig<void(handler_left)>,
    sig<void(cancel_all)>>;

using workflow_instance_handle = caf::typed_actor<
    sig<void(run_workflow_task)>,
    sig<void(answer_replied)>,
    sig<void(history_page_fetched)>,
    sig<void(local_activity_ended)>,
    sig<void(task_overdue)>,
    sig<void(code_failed)>,
    sig<void(end_instance)>>;

using sticky_cache_handle =
    caf::typed_actor<sig<void(run_workflow_task)>, sig<void(run_idled)>, sig<void(evict_all)>>;

using worker_root_handle = caf::typed_actor<
    sig<void(start_worker)>,
    sig<void(stop_worker)>,
    sig<void(namespace_described)>,
    sig<void(poller_stopped)>,
    sig<void(service_told)>,
    sig<void(retry_due)>,
    sig<void(grace_ended)>,
    sig<void(slots_returned)>>;

} // namespace troupe::actors
