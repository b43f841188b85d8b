// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/execution/execution_actor.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "runtime/base/log.hpp"
#include "runtime/embedded/matching/matching.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
using actors::tell;

constexpr duration longest_history_poll = std::chrono::seconds{20};
constexpr duration default_query_patience = std::chrono::seconds{10};

/// The method's name behind the last slash.
std::string_view short_name(std::string_view method) {
  return method.substr(method.rfind('/') + 1);
}

} // namespace

execution_actor::execution_actor(
    caf::actor_config& cfg,
    actors::shard& home,
    directory& here,
    std::string namespace_id,
    std::string workflow_id)
    : pinned_actor(cfg, home), directory_(here),
      key_(std::make_shared<execution_key>(execution_key{namespace_id, workflow_id})) {
  const auto* name_space = here.namespaces.find_by_id(namespace_id);
  record_ = make_record(
      name_space ? name_space->name : std::string{},
      std::move(namespace_id),
      std::move(workflow_id));
}

execution_actor::behavior_type execution_actor::make_behavior() {
  return {
      [this](const serve_call& message) { serve(message.what); },
      [this](start_taken_task& message) { start_task(message); },
      [this](const nexus_answered& message) { request_answered(message); },
      [this](operation_completed& message) {
        apply(
            complete_nexus_operation{std::move(message.token), std::move(message.completion)},
            [this, delivery = message.delivery](const reply& outcome) {
              tell(
                  directory_.deliverer("temporal://system"),
                  operation_outcome{delivery, outcome.status});
            });
      },
      [this](callback_reported& message) { apply(std::move(message.what)); },
      [this](const record_timer_due& message) {
        if (message.generation != timer_generation_)
          return;
        timer_ = 0;
        timer_due_.reset();
        apply(timers_due{});
      },
      [this](const reader_done& message) { finish_reader(message.id, message.is_expired); },
      [this](nexus_held& message) {
        apply(nexus_request_held{std::move(message.attempt), message.is_blocked});
      },
      [this](fill_query& message) { answer_query_task(message); },
      [this](const forget_if_empty&) {
        is_leaving_ = false;
        forget_when_empty();
      },
  };
}

void execution_actor::on_exit() {
  if (timer_ != 0)
    home().cancel(timer_);
  for (auto& [id, waiting] : readers_)
    home().cancel(waiting.timer);
  readers_.clear();
}

void execution_actor::serve(const call_ptr& from) {
  const auto method = short_name(from->method());
  const auto answer = [from](const reply& outcome) { from->answer(outcome); };
  if (method == "RespondWorkflowTaskCompleted")
    apply(
        complete_workflow_task{from->as<wire::RespondWorkflowTaskCompletedRequest>(), from->token},
        answer);
  else if (method == "StartWorkflowExecution")
    apply(start_execution{from->as<wire::StartWorkflowExecutionRequest>()}, answer);
  else if (method == "GetWorkflowExecutionHistory")
    read_history_for(from);
  else if (method == "DescribeWorkflowExecution")
    from->answer(describe(*record_, from->as<wire::DescribeWorkflowExecutionRequest>()));
  else if (method == "SignalWorkflowExecution")
    apply(signal_execution{from->as<wire::SignalWorkflowExecutionRequest>()}, answer);
  else if (method == "SignalWithStartWorkflowExecution")
    apply(
        signal_with_start_execution{from->as<wire::SignalWithStartWorkflowExecutionRequest>()},
        answer);
  else if (method == "RequestCancelWorkflowExecution")
    apply(cancel_execution{from->as<wire::RequestCancelWorkflowExecutionRequest>()}, answer);
  else if (method == "TerminateWorkflowExecution")
    apply(terminate_execution{from->as<wire::TerminateWorkflowExecutionRequest>()}, answer);
  else if (method == "DeleteWorkflowExecution")
    apply(delete_execution{from->as<wire::DeleteWorkflowExecutionRequest>()}, answer);
  else if (method == "UpdateWorkflowExecution")
    apply(update_execution{from->as<wire::UpdateWorkflowExecutionRequest>()}, answer);
  else if (method == "RespondWorkflowTaskFailed")
    apply(
        fail_workflow_task{from->as<wire::RespondWorkflowTaskFailedRequest>(), from->token},
        answer);
  else if (method == "ResetStickyTaskQueue")
    apply(reset_sticky_task_queue{from->as<wire::ResetStickyTaskQueueRequest>()}, answer);
  else if (method == "GetWorkflowExecutionHistoryReverse")
    from->answer(read_history_reverse(
        *record_, from->as<wire::GetWorkflowExecutionHistoryReverseRequest>()));
  else if (method == "QueryWorkflow")
    plan_query_for(from);
  else
    from->answer(plain_status(status_code::unimplemented, "unknown method " + std::string{method}));
  forget_when_empty();
}

void execution_actor::apply(const input& what, unique_function<void(const reply&)> then) {
  auto decided = std::make_shared<transaction>(decide(*record_, what, directory_.around()));
  if (!decided->changed && decided->removed_runs.empty()) {
    // Nothing to make durable; but the effects may hold a request that is let go again.
    send_out(*decided);
    if (then)
      then(decided->answer);
    return;
  }
  // An actor that ends while its transaction is under way takes the record with it: then nobody is
  // to be told.
  directory_.store->commit(
      key_,
      *record_,
      decided,
      [this,
       self = caf::actor_cast<caf::strong_actor_ptr>(this),
       decided,
       then = std::move(then)]() mutable {
        send_out(*decided);
        if (then)
          then(decided->answer);
      });
}

void execution_actor::send_out(const transaction& decided) {
  for (const auto& each : decided.effects)
    std::visit([this](const auto& what) { perform(what); }, each);
}

void execution_actor::perform(const workflow_task_dispatch& task) {
  tell(
      directory_.queue(
          key_->namespace_id,
          task.task_queue,
          task.sticky ? queue_kind::sticky : queue_kind::workflow),
      add_workflow_task{key_, task});
}

void execution_actor::perform(const nexus_dispatch& request) {
  tell(
      directory_.dispatcher(key_->namespace_id, request.target.name),
      dispatch_request{key_, request});
}

void execution_actor::perform(const callback_delivery& delivery) {
  tell(directory_.deliverer(delivery.url), deliver_callback{key_, delivery});
}

void execution_actor::perform(const visibility_put& row) {
  tell(directory_.visibility(key_->namespace_id), put_row{row.info});
}

void execution_actor::perform(const visibility_remove& row) {
  tell(directory_.visibility(key_->namespace_id), remove_row{row.run_id});
}

void execution_actor::arm(std::optional<time_point> when) {
  if (when == timer_due_)
    return;
  if (timer_ != 0)
    home().cancel(std::exchange(timer_, 0));
  timer_due_ = when;
  ++timer_generation_;
  if (!when)
    return;
  timer_ = home().schedule(
      *when - directory_.now(),
      [weak = caf::actor_cast<caf::actor_addr>(this), generation = timer_generation_] {
        if (auto self = caf::actor_cast<execution_handle>(weak))
          tell(self, record_timer_due{generation});
      });
}

void execution_actor::start_task(start_taken_task& taken) {
  auto& taker = taken.taker;
  const auto& task = taken.task;
  if (taker->from->is_cancelled() || taker->from->is_answered()) {
    // The client vanished between the match and now: the task goes back to where it came from.
    tell(
        directory_.queue(
            key_->namespace_id,
            task.task_queue,
            task.sticky ? queue_kind::sticky : queue_kind::workflow),
        add_workflow_task{key_, task});
    return;
  }
  start_workflow_task start{
      task.run_id,
      task.scheduled_event_id,
      task.stamp,
      taker->is_sticky,
      taker->identity,
      directory_.ids->uuid(),
      taker->build_id};
  apply(std::move(start), [this, taker](const reply& outcome) {
    if (outcome.status.ok()) {
      home().cancel(taker->timer);
      taker->from->answer(outcome);
      return;
    }
    const auto& request = taker->from->as<wire::PollWorkflowTaskQueueRequest>();
    tell(
        directory_.queue(
            key_->namespace_id,
            request.task_queue().name(),
            taker->is_sticky ? queue_kind::sticky : queue_kind::workflow),
        reopen_poll{taker});
  });
  forget_when_empty();
}

void execution_actor::request_answered(const nexus_answered& done) {
  if (!done.answer)
    apply(nexus_request_done{done.attempt, nexus_no_answer{}});
  else if (done.is_failure)
    apply(
        nexus_request_done{done.attempt, &done.answer->as<wire::RespondNexusTaskFailedRequest>()});
  else
    apply(nexus_request_done{
        done.attempt, &done.answer->as<wire::RespondNexusTaskCompletedRequest>()});
  forget_when_empty();
}

void execution_actor::read_history_for(const call_ptr& from) {
  const auto features = from->header("supported-features");
  // Clients that send no list at all are the raw ones; they get what is there.
  const bool follows =
      features.empty() || features.find("follows-next-run-id") != std::string_view::npos;
  auto found = read_history(
      *record_,
      from->as<wire::GetWorkflowExecutionHistoryRequest>(),
      from->header("client-name"),
      follows);
  const auto patience =
      from->deadline() == time_point::max()
          ? longest_history_poll
          : std::min(longest_history_poll, from->deadline() - directory_.now() - poll_margin);
  if (!found.wait || patience <= duration::zero()) {
    from->answer(found.answer);
    return;
  }
  if (directory_.is_stopping) {
    from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
    return;
  }
  from->is_long_poll = true;
  from->idle = std::move(found.answer);
  const auto id = ++last_reader_;
  auto weak = caf::actor_cast<caf::actor_addr>(this);
  const auto end = [weak, id](bool is_expired) {
    if (auto self = caf::actor_cast<execution_handle>(weak))
      tell(self, reader_done{id, is_expired});
  };
  from->on_cancel([end] { end(false); });
  readers_[id] = {from, found.run_id, home().schedule(patience, [end] { end(true); })};
}

void execution_actor::wake_readers(const std::string& run_id) {
  std::vector<call_ptr> woken;
  for (auto at = readers_.begin(); at != readers_.end();) {
    if (at->second.run_id != run_id) {
      ++at;
      continue;
    }
    home().cancel(at->second.timer);
    woken.push_back(std::move(at->second.from));
    at = readers_.erase(at);
  }
  for (const auto& from : woken)
    if (!from->is_answered())
      read_history_for(from);
}

void execution_actor::finish_reader(std::uint64_t id, bool is_expired) {
  auto found = readers_.find(id);
  if (found == readers_.end())
    return;
  auto waiting = std::move(found->second);
  readers_.erase(found);
  home().cancel(waiting.timer);
  if (is_expired)
    waiting.from->answer(read_history(
                             *record_,
                             waiting.from->as<wire::GetWorkflowExecutionHistoryRequest>(),
                             waiting.from->header("client-name"))
                             .answer);
  else
    waiting.from->answer(plain_status(status_code::cancelled, "the call was cancelled"));
}

void execution_actor::plan_query_for(const call_ptr& from) {
  auto plan = plan_query(*record_, from->as<wire::QueryWorkflowRequest>());
  if (!plan.dispatch) {
    from->answer(plan.refused);
    return;
  }
  auto left = from->deadline() == time_point::max() ? default_query_patience
                                                    : from->deadline() - directory_.now();
  const auto task_id = directory_.ids->uuid();
  if (plan.sticky_queue.empty()) {
    tell(
        directory_.queue(key_->namespace_id, plan.normal_queue, queue_kind::workflow),
        offer_query{task_id, key_, from, plan.run_id, left, {}});
    return;
  }
  tell(
      directory_.queue(key_->namespace_id, plan.sticky_queue, queue_kind::sticky),
      offer_query{
          task_id,
          key_,
          from,
          plan.run_id,
          std::min(left, plan.sticky_timeout),
          plan.normal_queue});
}

void execution_actor::answer_query_task(fill_query& wanted) {
  auto task = query_task(*record_, wanted.run_id, wanted.taker->is_sticky);
  if (!task) {
    wanted.query->answer(absent("workflow not found for ID: " + key_->workflow_id));
    const auto& request = wanted.taker->from->as<wire::PollWorkflowTaskQueueRequest>();
    tell(
        directory_.queue(
            key_->namespace_id,
            request.task_queue().name(),
            wanted.taker->is_sticky ? queue_kind::sticky : queue_kind::workflow),
        reopen_poll{wanted.taker});
    return;
  }
  task->set_task_token(wanted.token);
  *task->mutable_query() = wanted.query->as<wire::QueryWorkflowRequest>().query();
  home().cancel(wanted.taker->timer);
  wanted.taker->from->answer(*task);
}

void execution_actor::forget_when_empty() {
  if (is_leaving_ || !is_empty(*record_))
    return;
  if (mailbox().empty()) {
    directory_.forget_execution(*key_);
    quit();
    return;
  }
  // Something came meanwhile, perhaps a start: look again behind it.
  is_leaving_ = true;
  tell(me(), forget_if_empty{});
}

} // namespace troupe::embedded
