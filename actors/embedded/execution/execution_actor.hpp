// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/service_actor.hpp"
#include "actors/embedded/execution/update_waits.hpp"
#include "runtime/base/slices/sliced_work.hpp"
#include "runtime/embedded/decision/execution.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::embedded {

class directory;
struct read_outcome;

/// One workflow id of one namespace with all its runs: the only one that changes the record, by
/// `decide`.
///
/// Owns:      the record while it is in memory, its timer, what was decided and is not durable yet,
///            the history reads, queries and calls about updates that wait.
/// Receives:  serve_call (method table), start_taken_task, start_taken_activity and fill_query
///            (task queues), ask_peer and peer_told (other executions, or itself),
///            nexus_answered and nexus_held (Nexus dispatchers), operation_completed and
///            callback_reported (callback deliverers), delete_run (registry), commit_ended and
///            record_loaded (store), unload_if_idle (residents), record_timer_due, reader_done,
///            load_again, next_slice and forget_if_empty (itself), report_queues (directory).
/// Sends:     a transaction's effects, once it is durable: add_workflow_task, add_activity_task,
///            dispatch_request, deliver_callback, ask_peer, put_row, remove_row; peer_told;
///            reopen_poll if a taken task was stale; answers to calls.
/// Dies when: its record is empty (never started, or deleted), or unused for long, and nothing
///            waits for it.
///
/// The record has an order of commits: whatever tells of it, be it an answer, a read or an effect,
/// waits for the commits before it. What comes while the record is loaded, or while a decision
/// about it goes on for several turns of the shard, waits in order. A commit that fails ends the
/// record in memory: who waits hears `unavailable`, and it is loaded anew as it was last committed.
class execution_actor final : public service_actor<execution_handle> {
public:
  execution_actor(
      caf::actor_config& cfg,
      actors::shard& home,
      directory& here,
      std::string namespace_id,
      std::string workflow_id);

  const char* name() const override { return "execution"; }
  behavior_type make_behavior() override;
  void on_exit() override;

  // -- what the rows of the method table ask for (call/execution_calls.cpp) ----------------------

  /// Decides and answers the call with what was decided.
  void decide_for(const call_ptr& from, const input& what);
  /// Answers the call with what `read` finds in the record, once what it finds is durable.
  void read_for(const call_ptr& from, reply (*read)(const record& rec, const call& asked));
  /// Answers a read of the history, now or when there is something new.
  void read_history_for(const call_ptr& from, std::optional<time_point> ends = {});
  /// What `read` finds of an activity or operation without a workflow, once there is something.
  using standalone_read = read_result (*)(const record& rec, const call& asked);
  void read_standalone_for(
      const call_ptr& from, standalone_read read, std::optional<time_point> ends = {});
  /// Decides about an update, and answers when it has come as far as the call wants.
  void decide_update_for(const call_ptr& from, const input& what, bool is_repeated = false);
  /// Answers when the update has come as far as the call wants.
  void poll_update_for(const call_ptr& from);
  /// Sends a query to a worker, which answers it: with the workflow task that is pending, or alone.
  void plan_query_for(const call_ptr& from);
  /// Decides about a completed workflow task, which may answer queries too.
  void complete_task_for(const call_ptr& from);

private:
  /// What follows a decision or a read. Hears the answer, or `unavailable` if what it depends on
  /// was lost.
  using continuation = unique_function<void(reply&)>;

  struct reader {
    call_ptr from;
    std::string run_id;
    time_point ends; ///< however often something happens meanwhile
    executor::timer_id timer = 0;
    standalone_read standalone = nullptr; ///< null: it reads a history
  };
  /// A query that came while a workflow task was pending.
  struct waiting_query {
    call_ptr from;
    std::string run_id;
    std::uint64_t number = 0; ///< of readers and queries together
    executor::timer_id timer = 0;
  };
  struct timed_update_wait {
    update_wait what;
    executor::timer_id timer = 0;
  };
  /// Tells what was true after the commits before it.
  struct follower {
    reply what;
    std::optional<transaction> effects; ///< of a decision that changed nothing
    continuation then;
  };
  /// A decision that is not durable yet, and what may be told once it is.
  struct undurable {
    transaction decided;
    continuation then;
    std::vector<follower> followers;
  };
  /// Came while the record was loaded, or busy.
  struct held_message {
    call_ptr from; ///< null if it is no call
    unique_function<void()> handle;
  };
  /// Work on the record that may take several turns of the shard; nothing else touches the record
  /// meanwhile. `end` hears null once it is over, or why it will never be.
  struct sliced {
    std::unique_ptr<sliced_work> work;
    unique_function<void(const rpc_status*)> end;
  };
  /// What is durable and may be told; its effects go first, if need be in several turns.
  struct outgoing {
    reply what;
    effects left;
    std::size_t sent = 0; ///< of the effects
    continuation then;
  };

  template <class Message>
  void take(Message& what);
  template <class Message>
  void run(Message& what);

  void handle(serve_call& what);
  void handle(start_taken_task& what);
  void handle(start_taken_activity& what);
  void handle(nexus_answered& what);
  void handle(ask_peer& what);
  void handle(peer_told& what);
  void handle(operation_completed& what);
  void handle(callback_reported& what);
  void handle(record_timer_due& what);
  void handle(reader_done& what) {
    if (!finish_update_wait(what.id, what.is_expired))
      finish_reader(what.id, what.is_expired);
  }
  void handle(nexus_held& what);
  void handle(fill_query& what);
  void handle(delete_run& what);
  void handle(report_queues& what);
  template <class Input, class Request>
  void delete_by(std::shared_ptr<Request> request);

  // What becomes of a message that ran into an exception: nobody waits for ever.
  void fail(serve_call& what, const rpc_status& fault) { what.what->answer(fault); }
  void fail(start_taken_task& what, const rpc_status& fault);
  void fail(start_taken_activity& what, const rpc_status& fault);
  void fail(nexus_answered&, const rpc_status&) {} // its time will be over
  void fail(ask_peer& what, const rpc_status& fault);
  void fail(peer_told& what, const rpc_status& fault);
  void fail(operation_completed& what, const rpc_status& fault);
  void fail(callback_reported& what, const rpc_status& fault);
  void fail(record_timer_due& what, const rpc_status& fault);
  void fail(reader_done&, const rpc_status&) {}
  void fail(nexus_held& what, const rpc_status& fault);
  void fail(fill_query& what, const rpc_status& fault);
  void fail(delete_run&, const rpc_status&) {} // it is asked again
  void fail(report_queues&, const rpc_status&) {}
  template <class Message>
  void take_again_later(Message what);
  void postpone(ask_peer what, duration pause);

  void tell_history(
      const call_ptr& from,
      std::optional<time_point> ends,
      read_result found,
      standalone_read standalone = nullptr);
  void wake_readers(const std::string& run_id);
  void finish_reader(std::uint64_t id, bool is_expired);

  void follow(const call_ptr& from, query_plan plan);
  void hold_query(const call_ptr& from, std::string run_id);
  void finish_query(std::uint64_t number, bool is_expired);
  void add_queries(
      const std::string& run_id, api::workflowservice::v1::PollWorkflowTaskQueueResponse& to) const;
  void answer_poll(const poll_ptr& taker, const std::string& run_id, const reply& task);
  void answer_queries(const call& from, const reply& outcome);
  /// Sends on the queries whose runs have no task any more that they could go with.
  void settle_queries();
  // execution_updates.cpp
  void wait_for_update(const call_ptr& from, const reply& so_far, bool was_repeated);
  bool finish_update_wait(std::uint64_t id, bool is_expired);
  void lose_update_waits(const rpc_status& why);

  /// Decides, commits, performs the effects, then hands the answer to `then`. What the input points
  /// to lives as long as `then`. `bytes` are those of the request, if it may be a large one.
  template <class Then>
  void apply(const input& what, Then then, std::size_t bytes = 0);
  void apply(const input& what);
  /// `rows` are those of the decision if they were made already.
  template <class Then>
  void commit(transaction decided, Then then, commit_batch* rows = nullptr);
  /// Hands `what` to `then` once all that was decided so far is durable.
  void tell_after_commits(reply what, continuation then);
  void answer(const call_ptr& from, reply what);
  void finish_commit(bool is_durable);

  // execution_slices.cpp
  /// A request of so many bytes may take more than one turn.
  [[nodiscard]] bool is_large(std::size_t bytes) const;
  /// So may what goes through the whole record.
  [[nodiscard]] bool is_long() const;
  /// Something goes on for more than this turn.
  [[nodiscard]] bool is_busy() const { return sliced_.work != nullptr || !outgoing_.empty(); }
  [[nodiscard]] bool is_ready() const { return record_ && !is_busy(); }
  void hold(call_ptr from, unique_function<void()> handle);
  void take_held();
  void run_in_slices(unique_function<void()> what, unique_function<void(const rpc_status*)> end);
  void decide_in_slices(const input& what, continuation then);
  void commit_sliced(transaction decided, continuation then, commit_batch* rows);
  void resume_in_slices(resumes what);
  void read_in_slices(
      const call_ptr& from,
      unique_function<reply(const record&)> read,
      unique_function<void(reply)> then);
  void go_on();
  void go_on_later();
  void run_slice();
  void send_some();
  void let_go_of_slices(const rpc_status& why);

  void load();
  void loaded(const record_loaded& what);
  void take_record(read_outcome outcome);
  void set_going();
  void came_into_memory();
  /// The record in memory is not to be trusted any more: who waits for it hears `unavailable`.
  void lose(const rpc_status& why);
  void unload();
  void leave();
  [[nodiscard]] bool is_idle();

  void send_out(transaction& decided); ///< takes the effects out of it
  void perform(workflow_task_dispatch& task) { put_task_back(std::move(task)); }
  void perform(activity_task_dispatch& task) { put_task_back(std::move(task)); }
  void perform(nexus_dispatch& request);
  void perform(callback_delivery& delivery);
  void perform(peer_request& request);
  void perform(visibility_put& row);
  void perform(visibility_remove& row);
  void perform(record_timer& timer) { arm(timer.when); }
  void perform(readers_wake& readers) { wake_readers(readers.run_id); }
  void perform(update_told& told);
  void put_task_back(workflow_task_dispatch task);
  void put_task_back(activity_task_dispatch task);
  /// Starts a task that a poll took, and answers the poll.
  template <class Start, class Task>
  void start_taken(Start start, const Task& task, const poll_ptr& taker);
  void reopen(const poll_ptr& taker);
  void arm(std::optional<time_point> when);
  void disarm();
  void forget_when_empty();
  execution_handle me() { return caf::actor_cast<execution_handle>(this); }

  /// So many are sent in one turn of the shard, and so much of what was held is taken.
  static constexpr std::size_t most_effects_at_once = 100;
  static constexpr std::size_t most_held_at_once = 50;

  directory& directory_;
  execution_ref key_;
  std::string owner_;              ///< the key as the store knows it
  std::shared_ptr<record> record_; ///< null while it is loaded
  std::uint64_t life_ = 0;   ///< of the record in memory; late news of a former one is no news
  std::uint64_t ticket_ = 0; ///< among the residents; 0 while it is none
  bool is_used_ = false;     ///< since it was asked to leave last
  bool is_leaving_ = false;
  bool has_left_ = false;    ///< its end is its own plan
  bool is_resuming_ = false; ///< its effects may be lost: derive them all once it is loaded
  executor::timer_id timer_ = 0;
  std::optional<time_point> timer_due_;
  std::uint64_t timer_generation_ = 0;
  std::deque<held_message> held_;
  sliced sliced_;                 ///< under way, or nothing
  std::deque<outgoing> outgoing_; ///< what took more than one turn to send, oldest first
  bool is_slice_due_ = false;     ///< `next_slice` is on its way
  std::size_t postponed_ = 0;     ///< what other records ask and will ask again: it stays for them
  std::deque<undurable> undurable_; ///< oldest first
  /// A commit of this life failed, whether or not the news has come: what is decided on it is not
  /// written.
  std::shared_ptr<bool> has_failed_ = std::make_shared<bool>(false);
  std::map<std::uint64_t, reader> readers_;
  std::map<std::string, waiting_query> queries_; ///< by the id that the worker knows them by
  std::map<std::uint64_t, timed_update_wait> update_waits_; ///< by ids like those of readers
  std::uint64_t last_reader_ = 0;
};

} // namespace troupe::embedded
