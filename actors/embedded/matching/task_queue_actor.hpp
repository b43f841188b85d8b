// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/directory/leaving_actor.hpp"
#include "actors/embedded/directory/messages.hpp"
#include "runtime/embedded/matching/fair_order.hpp"
#include "runtime/embedded/matching/matching.hpp"
#include "runtime/embedded/matching/present_workers.hpp"
#include "runtime/embedded/matching/queue_configs.hpp"
#include "runtime/embedded/matching/task_limits.hpp"
#include "runtime/embedded/matching/task_rates.hpp"

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

namespace temporal::api::nexus::v1 {
class Request;
}
namespace temporal::api::workflowservice::v1 {
class RespondQueryTaskCompletedRequest;
} // namespace temporal::api::workflowservice::v1

namespace troupe::embedded {

/// One task queue of one namespace and kind: brings tasks and polls together.
///
/// Owns:      the backlog, the polls that wait, the Nexus requests and queries that a worker has
///            and must answer.
/// Receives:  serve_call (method table: polls; answers to Nexus tasks and queries; describe; Nexus
///            requests of clients),
///            add_workflow_task, add_activity_task, offer_query and reopen_poll (executions),
///            offer_request (Nexus dispatchers), close_poll, offer_expired and leave_if_idle (own
///            timers), look_at_limits (own timer, registry), withdraw_query (a client that left),
///            unload_queue (method table: a worker leaves), report_queues (directory).
/// Sends:     start_taken_task, start_taken_activity and fill_query to executions, request_answered
/// and request_expired
///            to dispatchers, answers to polls.
/// Dies when: it is empty and nobody wanted it for five minutes, or its worker said that it leaves.
///
/// Workflow and activity tasks wait; Nexus requests and queries are for a worker that is there now:
/// they are kept for as long as their sender waits, and never stored.
class task_queue_actor final : public leaving_actor<task_queue_handle> {
public:
  task_queue_actor(
      caf::actor_config& cfg,
      actors::shard& home,
      directory& here,
      std::string namespace_id,
      std::string name,
      queue_kind kind);

  const char* name() const override { return "task_queue"; }
  behavior_type make_behavior() override;
  void on_exit() override;

  // -- what the rows of the method table ask for (call/task_queue_calls.cpp) ---------------------

  /// `worker`: what tells this worker from others, also from those of its identity.
  /// `most_per_second`: what the worker wants of this queue at most; the last poll counts.
  void accept_poll(
      const call_ptr& from,
      const std::string& identity,
      const std::string& worker,
      std::string build_id,
      std::optional<double> most_per_second);
  /// A worker answered a Nexus task; `checked` is what it hears of its answer.
  void finish_request(const call_ptr& from, const rpc_status& checked, bool is_failure);
  void finish_query(
      const call_ptr& from,
      const temporal::api::workflowservice::v1::RespondQueryTaskCompletedRequest& request);
  void describe(const call_ptr& from);
  /// A client's own Nexus request, which waits for a worker as those of workflows do. With the name
  /// of the endpoint that it came by, if any.
  void offer_for(
      const call_ptr& from, const temporal::api::nexus::v1::Request& request, std::string endpoint);
  [[nodiscard]] const directory& here() const noexcept { return directory_; }
  [[nodiscard]] const service_settings& settings() const noexcept { return directory_.settings; }

private:
  /// What a worker may take: a workflow task, an activity task, or the id of an offer.
  struct task {
    task_place place;
    std::variant<add_workflow_task, add_activity_task, std::string> what;

    [[nodiscard]] const task_priority& priority() const;
  };
  struct waiting_poll {
    std::uint64_t id = 0;
    poll_ptr what;
  };
  /// A request or query from its offer until its answer, in the queue or with a worker.
  struct offer {
    std::variant<offer_request, offer_query> what;
    std::optional<task_place> queued_as; ///< in the matcher; nothing while a worker has it
    time_point expires;
    executor::timer_id timer = 0;
  };

  template <class Message>
  void take(Message& what);
  void handle(serve_call& what);
  void handle(add_workflow_task& what) { add_task(what); }
  void handle(add_activity_task& what);
  void handle(offer_request& what);
  void handle(close_poll& what) { close(what.id, what.is_expired); }
  void handle(look_at_limits&);
  void handle(offer_expired& what) { expire_offer(what.task_id); }
  void handle(reopen_poll& what);
  void handle(offer_query& what);
  void handle(unload_queue& what);
  void handle(withdraw_query& what) { withdraw(what.task_id); }
  void handle(report_queues& what);

  // What becomes of a message that ran into an exception: nobody waits for ever.
  void fail(serve_call& what, const rpc_status& fault) { what.what->answer(fault); }
  void fail(add_workflow_task& what, const rpc_status&) { add_again_later(what); }
  void fail(add_activity_task& what, const rpc_status&) { add_again_later(what); }
  template <class Message>
  void add_again_later(const Message& what);
  void fail(offer_request& what, const rpc_status& fault);
  void fail(reopen_poll& what, const rpc_status& fault) { what.what->from->answer(fault); }
  void fail(offer_query& what, const rpc_status& fault);
  template <class Message>
  void fail(Message&, const rpc_status&) {} // nobody waits for these

  void close(std::uint64_t id, bool is_expired);
  void add_task(add_workflow_task& what);
  /// A task and a poll that came: they wait, or are handed over as far as the limit allows.
  void put(task what);
  void put(waiting_poll what, bool is_first);
  /// Hands over what waits as far as the limits allow, and comes back when they allow more.
  void hand_over_waiting();
  void read_config();
  void limits_changed();
  /// Where a task that comes now stands.
  [[nodiscard]] task_place place_of(const task_priority& priority);
  void note_gone(const task_place& which);
  /// The worker withdrew a poll: it is away, unless another one of its waits here.
  void note_left(const poll& withdrawn);
  /// A sticky queue whose worker is gone: nobody will come for what waits there.
  [[nodiscard]] bool is_deserted() const;
  void pass_on(offer_query query); ///< to the queue that is next
  /// `is_counted`: the limits were asked for the task, which is given back if it does not go.
  void hand_over(matcher<task, waiting_poll>::match found, bool is_counted);
  void give_back(const task_priority& taken);
  /// False if the offer is wanted no more: the poll is still free.
  bool give_offer(const std::string& task_id, const poll_ptr& taker);
  void
  add_offer(std::string task_id, std::variant<offer_request, offer_query> what, duration patience);
  void expire_offer(const std::string& task_id);
  void withdraw(const std::string& task_id);
  void withdraw_when_cancelled(const call_ptr& from, const std::string& task_id);
  void unload();
  void leave();
  [[nodiscard]] bool is_idle() const override;
  void forget() override;
  task_queue_handle me() { return caf::actor_cast<task_queue_handle>(this); }

  directory& directory_;
  std::string namespace_id_;
  std::string name_;
  queue_kind kind_;
  matcher<task, waiting_poll> matcher_;
  fair_order fair_order_;
  poller_history pollers_;
  queue_configs::config config_; ///< what clients have set of it; null: nothing
  task_limits limits_;
  executor::timer_id limit_timer_ = 0;          ///< armed while tasks and polls wait for a limit
  std::array<task_rate, priority_levels> came_; ///< by level
  std::array<task_rate, priority_levels> went_;
  std::unordered_map<std::string, offer> offers_;
  std::uint64_t last_id_ = 0;
  present_workers workers_;
};

} // namespace troupe::embedded
