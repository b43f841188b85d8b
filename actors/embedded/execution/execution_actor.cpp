// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/execution/execution_actor.hpp"

#include "actors/embedded/call/method_row.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/nexus/outside_reply.hpp"
#include "actors/embedded/store/record_rows.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/standalone/standalone.hpp"

#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <type_traits>
#include <variant>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
using actors::tell;

/// After an exception the same may go well later, or never: not in a hurry.
constexpr duration fault_pause = std::chrono::seconds{10};
/// A run that is about to end, or to be followed by another one, is asked again after this.
constexpr duration busy_pause = std::chrono::seconds{1};

} // namespace

execution_actor::execution_actor(
    caf::actor_config& cfg,
    actors::shard& home,
    directory& here,
    std::string namespace_id,
    std::string workflow_id)
    : service_actor(cfg, home), directory_(here),
      key_(std::make_shared<execution_key>(
          execution_key{std::move(namespace_id), std::move(workflow_id)})) {
  add_key_part(owner_, key_->namespace_id);
  add_key_part(owner_, key_->workflow_id);
}

execution_actor::behavior_type execution_actor::make_behavior() {
  load();
  return {
      [this](serve_call& message) { take(message); },
      [this](start_taken_task& message) { take(message); },
      [this](start_taken_activity& message) { take(message); },
      [this](nexus_answered& message) { take(message); },
      [this](const commit_ended& message) {
        if (message.life != life_)
          return;
        if (!is_busy())
          finish_commit(message.is_durable);
        else
          hold(nullptr, [this, message] {
            if (message.life == life_)
              finish_commit(message.is_durable);
          });
      },
      [this](ask_peer& message) {
        postponed_ -= std::exchange(message.is_postponed, false) ? 1 : 0;
        take(message);
      },
      [this](peer_told& message) { take(message); },
      [this](operation_completed& message) { take(message); },
      [this](callback_reported& message) { take(message); },
      [this](record_timer_due& message) { take(message); },
      [this](reader_done& message) { take(message); },
      [this](nexus_held& message) { take(message); },
      [this](fill_query& message) { take(message); },
      [this](delete_run& message) { take(message); },
      [this](report_queues& message) { take(message); },
      [this](const forget_if_empty&) {
        is_leaving_ = false;
        forget_when_empty();
      },
      [this](const record_loaded& message) {
        if (message.life == life_)
          loaded(message);
      },
      [this](const load_again&) {
        if (!record_)
          load();
      },
      [this](const next_slice&) {
        is_slice_due_ = false;
        go_on();
      },
      [this](const unload_if_idle& message) {
        if (message.ticket != ticket_)
          return;
        if (!std::exchange(is_used_, false) && is_idle())
          unload();
        else
          ticket_ = directory_.residents.stays(key_, !is_idle());
      },
  };
}

void execution_actor::on_exit() {
  // Its own end leaves nothing here; another one (the service stops) must not lose the record.
  const auto why = plain_status(status_code::unavailable, "the service is shutting down");
  let_go_of_slices(why);
  const auto due = timer_due_;
  const bool was_durable = undurable_.empty();
  auto left = std::move(record_);
  lose(why);
  for (auto& each : std::exchange(held_, {}))
    if (each.from)
      each.from->answer(why);
  if (directory_.store.keeps_rows()) {
    // Its end was no plan of its own: what it waited for is set going by a new one.
    if (!has_left_ && !directory_.is_stopping) {
      directory_.note_unresumed({*key_});
      directory_.deadlines.put(key_, directory_.now());
    }
    return;
  }
  if (!left || is_empty(*left) || !was_durable)
    return;
  directory_.store.keep(owner_, std::move(left));
  if (due)
    directory_.deadlines.put(key_, *due);
}

// -- messages ------------------------------------------------------------------------------------

template <class Message>
void execution_actor::take(Message& what) {
  is_used_ = true;
  if (is_ready() && held_.empty()) {
    run(what);
    return;
  }
  call_ptr from;
  if constexpr (std::is_same_v<Message, serve_call>)
    from = what.what;
  hold(std::move(from), [this, message = std::move(what)]() mutable { run(message); });
}

template <class Message>
void execution_actor::run(Message& what) {
  guard([&] { handle(what); }, [&](const rpc_status& fault) { fail(what, fault); });
  if (is_busy())
    return; // the end comes with its end
  if (!queries_.empty())
    settle_queries();
  forget_when_empty();
}

template <class Message>
void execution_actor::take_again_later(Message what) {
  home().schedule(
      fault_pause,
      [weak = caf::actor_cast<caf::actor_addr>(this), message = std::move(what)]() mutable {
        if (auto self = caf::actor_cast<execution_handle>(weak))
          tell(self, std::move(message));
      });
}

void execution_actor::postpone(ask_peer what, duration pause) {
  ++postponed_;
  what.is_postponed = true;
  asker_of(what.what.what).is_repeated = true;
  home().schedule(
      pause, [weak = caf::actor_cast<caf::actor_addr>(this), message = std::move(what)]() mutable {
        if (auto self = caf::actor_cast<execution_handle>(weak))
          tell(self, std::move(message));
      });
}

void execution_actor::handle(ask_peer& what) {
  const input asked = std::visit([](const auto& each) { return input{each}; }, what.what.what);
  apply(asked, [this, what](const reply& outcome) {
    // Not an answer: nothing was decided, or it was lost, or the run takes nothing right now.
    switch (outcome.status.code) {
    case status_code::resource_exhausted: postpone(what, busy_pause); return;
    case status_code::internal:
    case status_code::unavailable: postpone(what, fault_pause); return;
    default: break;
    }
    peer_answered answered{what.what.ask, outcome.status, {}, false};
    if (const auto* started =
            dynamic_cast<const wire::StartWorkflowExecutionResponse*>(outcome.message.get()))
      answered.run_id = started->run_id();
    if (what.what.ask.what == peer_ask::kind::system_operation)
      answered.response =
          std::dynamic_pointer_cast<const wire::SignalWithStartWorkflowExecutionResponse>(
              outcome.message);
    tell(directory_.execution(*what.source), peer_told{std::move(answered)});
  });
}

void execution_actor::handle(peer_told& what) {
  apply(what.what, [this, what](const reply& outcome) {
    if (outcome.status.code == status_code::internal)
      take_again_later(what);
  });
}

void execution_actor::handle(operation_completed& what) {
  apply(
      complete_nexus_operation{std::move(what.token), std::move(what.completion)},
      [this, delivery = what.delivery](const reply& outcome) {
        tell(
            directory_.deliverer("temporal://system"), operation_outcome{delivery, outcome.status});
      });
}

void execution_actor::handle(callback_reported& what) {
  apply(what.what, [this, what](const reply& outcome) {
    if (outcome.status.code == status_code::internal)
      take_again_later(what);
  });
}

void execution_actor::handle(record_timer_due& what) {
  if (what.generation != timer_generation_)
    return;
  disarm();
  apply(timers_due{});
}

void execution_actor::handle(nexus_held& what) {
  apply(nexus_request_held{what.attempt, what.is_blocked, what.opened_by});
}

template <class Input, class Request>
void execution_actor::delete_by(std::shared_ptr<Request> request) {
  const auto* const borrowed = request.get();
  apply(Input{*borrowed}, [this, request = std::move(request)](const reply& outcome) {
    if (outcome.status.code != status_code::not_found)
      return;
    std::string run_id;
    if constexpr (requires { request->run_id(); })
      run_id = request->run_id();
    else
      run_id = request->workflow_execution().run_id();
    tell(directory_.visibility(key_->namespace_id), remove_row{std::move(run_id)});
  });
}

void execution_actor::handle(delete_run& what) {
  const auto& key = key_->workflow_id;
  if (is_operation_key(key)) {
    auto request = std::make_shared<wire::DeleteNexusOperationExecutionRequest>();
    request->set_operation_id(std::string{standalone_id_of(key)});
    request->set_run_id(what.run_id);
    delete_by<delete_operation>(std::move(request));
  } else if (is_standalone_key(key)) {
    auto request = std::make_shared<wire::DeleteActivityExecutionRequest>();
    request->set_activity_id(std::string{standalone_id_of(key)});
    request->set_run_id(what.run_id);
    delete_by<delete_standalone>(std::move(request));
  } else {
    auto request = std::make_shared<wire::DeleteWorkflowExecutionRequest>();
    request->mutable_workflow_execution()->set_workflow_id(key);
    request->mutable_workflow_execution()->set_run_id(what.run_id);
    delete_by<delete_execution>(std::move(request));
  }
}

void execution_actor::handle(report_queues& what) {
  add_queue_waits(*record_, directory_.around().known, *what.to);
}

void execution_actor::fail(start_taken_task& what, const rpc_status& fault) {
  home().cancel(what.taker->timer);
  what.taker->from->answer(fault);
  put_task_back(what.task);
}

void execution_actor::fail(start_taken_activity& what, const rpc_status& fault) {
  home().cancel(what.taker->timer);
  what.taker->from->answer(fault);
  put_task_back(what.task);
}

void execution_actor::fail(ask_peer& what, const rpc_status&) {
  postpone(what, fault_pause);
}

void execution_actor::fail(peer_told& what, const rpc_status&) {
  take_again_later(what);
}

void execution_actor::fail(operation_completed& what, const rpc_status& fault) {
  tell(directory_.deliverer("temporal://system"), operation_outcome{what.delivery, fault});
}

void execution_actor::fail(callback_reported& what, const rpc_status&) {
  take_again_later(what);
}

void execution_actor::fail(record_timer_due&, const rpc_status&) {
  arm(directory_.now() + fault_pause);
}

void execution_actor::fail(nexus_held& what, const rpc_status&) {
  take_again_later(what);
}

void execution_actor::fail(fill_query& what, const rpc_status& fault) {
  what.query->answer(fault);
  reopen(what.taker);
}

// -- calls ---------------------------------------------------------------------------------------

void execution_actor::handle(serve_call& what) {
  serve(*this, what.what);
}

void execution_actor::decide_for(const call_ptr& from, const input& what) {
  apply(what, [from](const reply& outcome) { from->answer(outcome); }, from->size());
}

void execution_actor::decide_update_for(const call_ptr& from, const input& what, bool is_repeated) {
  apply(
      what,
      [this, from, is_repeated](const reply& outcome) {
        wait_for_update(from, outcome, is_repeated);
      },
      from->size());
}

// -- decisions and their order ------------------------------------------------------------------

template <class Then>
void execution_actor::apply(const input& what, Then then, std::size_t bytes) {
  if (is_large(bytes) || std::holds_alternative<reset_execution>(what)
      || (needs_histories(what) && is_long()))
    decide_in_slices(what, std::move(then));
  else
    commit(decide(*record_, what, directory_.around()), std::move(then));
}

void execution_actor::apply(const input& what) {
  apply(what, [](const reply&) {});
}

template <class Then>
void execution_actor::commit(transaction decided, Then then, commit_batch* made) {
  const bool changes = decided.changed;
  if (changes && ticket_ == 0 && !is_empty(*record_))
    ticket_ = directory_.residents.stays(key_, false);
  for (auto& gone : decided.removed)
    directory_.slices.discard(std::move(gone));
  if (undurable_.empty() && (!changes || !directory_.store.keeps_rows())) {
    if (decided.effects.size() <= most_effects_at_once) {
      send_out(decided);
      then(decided.answer);
      return;
    }
    outgoing_.push_back(
        {std::move(decided.answer), std::move(decided.effects), 0, continuation{std::move(then)}});
    send_some();
    return;
  }
  if (!changes) {
    auto answer = std::move(decided.answer);
    undurable_.back().followers.push_back(
        {std::move(answer), std::move(decided), continuation{std::move(then)}});
    return;
  }
  undurable_.push_back({std::move(decided), continuation{std::move(then)}, {}});
  if (*has_failed_)
    return;
  commit_batch rows;
  try {
    rows = made != nullptr ? std::move(*made)
                           : rows_of_commit(*key_, *record_, undurable_.back().decided);
  } catch (...) {
    // What was decided cannot be written: it must not be there either.
    lose(store_failed());
    is_resuming_ = true;
    load();
    throw;
  }
  directory_.store.commit(
      owner_,
      std::move(rows),
      [weak = caf::actor_cast<caf::actor_addr>(this), life = life_, failed = has_failed_](
          bool is_durable) {
        *failed = *failed || !is_durable;
        if (auto self = caf::actor_cast<execution_handle>(weak))
          tell(self, commit_ended{life, is_durable});
      });
}

void execution_actor::commit_sliced(transaction decided, continuation then, commit_batch* rows) {
  commit(std::move(decided), std::move(then), rows);
}

void execution_actor::finish_commit(bool is_durable) {
  if (!is_durable) {
    log::error("a commit failed", {{"workflow_id", key_->workflow_id}});
    lose(store_failed());
    is_resuming_ = true;
    load();
    return;
  }
  auto done = std::move(undurable_.front());
  undurable_.pop_front();
  if (done.decided.effects.size() > most_effects_at_once) {
    const auto add = [this](reply& what, effects left, continuation& then) {
      outgoing_.push_back({std::move(what), std::move(left), 0, std::move(then)});
    };
    add(done.decided.answer, std::move(done.decided.effects), done.then);
    for (auto& each : done.followers)
      add(each.what, each.effects ? std::move(each.effects->effects) : effects{}, each.then);
    send_some();
    if (!is_busy())
      settle_queries();
    forget_when_empty();
    return;
  }
  const auto tell_one = [this](transaction* effects, reply& what, continuation& then) {
    guard(
        [&] {
          if (effects)
            send_out(*effects);
        },
        [](const rpc_status&) {});
    guard([&] { then(what); }, [](const rpc_status&) {});
  };
  tell_one(&done.decided, done.decided.answer, done.then);
  for (auto& each : done.followers)
    tell_one(each.effects ? &*each.effects : nullptr, each.what, each.then);
  settle_queries();
  forget_when_empty();
}

/// What a record that was read waits for. Where its effects are still under way in this process,
/// only its timer is set again.
void execution_actor::set_going() {
  const bool all = directory_.take_unresumed(*key_) || std::exchange(is_resuming_, false);
  const auto what = all ? resumes::everything : resumes::timer;
  if (is_long())
    resume_in_slices(what);
  else
    commit(embedded::resume(*record_, directory_.around(), what), [](const reply&) {});
}

// -- workers -------------------------------------------------------------------------------------

template <class Start, class Task>
void execution_actor::start_taken(Start start, const Task& task, const poll_ptr& taker) {
  if (taker->from->is_cancelled() || taker->from->is_answered()) {
    // The client vanished between the match and now: the task goes back to where it came from.
    put_task_back(task);
    return;
  }
  apply(std::move(start), [this, taker, task](const reply& outcome) {
    if (outcome.status.code == status_code::internal) {
      // Our mistake, not the task's: it must not be lost, nor the worker wait.
      home().cancel(taker->timer);
      taker->from->answer(outcome);
      put_task_back(task);
      return;
    }
    if (!outcome.status.ok()) {
      reopen(taker);
      return;
    }
    if (!taker->is_activity) {
      answer_poll(taker, task.run_id, outcome);
      return;
    }
    home().cancel(taker->timer);
    taker->from->answer(outcome);
  });
}

void execution_actor::complete_task_for(const call_ptr& from) {
  const auto& request = from->as<wire::RespondWorkflowTaskCompletedRequest>();
  apply(
      complete_workflow_task{request, from->token},
      [this, from](const reply& outcome) {
        if (!queries_.empty() && outcome.status.ok())
          answer_queries(*from, outcome);
        from->answer(outcome);
      },
      from->size());
}

void execution_actor::handle(start_taken_task& taken) {
  const auto& taker = taken.taker;
  const auto& task = taken.task;
  start_taken(
      start_workflow_task{
          task.run_id,
          task.scheduled_event_id,
          task.stamp,
          taker->is_sticky,
          taker->identity,
          directory_.ids->uuid(),
          taker->build_id},
      task,
      taker);
}

void execution_actor::handle(start_taken_activity& taken) {
  const auto& taker = taken.taker;
  const auto& task = taken.task;
  start_taken(
      start_activity_task{
          task.run_id, task.activity_id, task.stamp, taker->identity, directory_.ids->uuid()},
      task,
      taker);
}

void execution_actor::handle(nexus_answered& done) {
  apply(
      nexus_request_done{done.attempt, outcome_of(done)},
      [answer = done.answer, outside = done.outside](const reply&) {});
}

} // namespace troupe::embedded
