// SPDX-License-Identifier: Apache-2.0
// Queries. While a workflow task is pending one waits for it, goes out with it and is answered with
// its completion; else it is a task of its own. So it sees all that came before it.

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
using actors::tell;

// The real server's, whatever the client's deadline is.
constexpr duration longest_query = std::chrono::seconds{30};

} // namespace

void execution_actor::plan_query_for(const call_ptr& from) {
  follow(
      from,
      plan_query(
          *record_, from->as<wire::QueryWorkflowRequest>(), directory_.settings.max_blob_bytes));
}

void execution_actor::follow(const call_ptr& from, query_plan plan) {
  if (plan.goes == query_plan::way::refuse) {
    answer(from, std::move(plan.refused));
    return;
  }
  if (directory_.is_stopping) {
    from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
    return;
  }
  // Whoever drains the service does not wait for a worker that may never come.
  from->is_long_poll = true;
  from->idle.status = plain_status(status_code::unavailable, "the service is shutting down");
  if (plan.goes == query_plan::way::with_task) {
    hold_query(from, std::move(plan.run_id));
    return;
  }
  tell_after_commits({}, [this, from, plan = std::move(plan)](const reply& told) {
    if (!told.status.ok()) {
      from->answer(told);
      return;
    }
    const auto now = directory_.now();
    const auto ends = std::min(from->deadline(), now + longest_query);
    const bool is_sticky = !plan.sticky_queue.empty();
    tell(
        directory_.queue(
            key_->namespace_id,
            is_sticky ? plan.sticky_queue : plan.normal_queue,
            is_sticky ? queue_kind::sticky : queue_kind::workflow),
        offer_query{
            directory_.ids->uuid(),
            key_,
            from,
            plan.run_id,
            ends,
            is_sticky ? std::min(ends - now, plan.sticky_timeout) : ends - now,
            is_sticky ? plan.normal_queue : std::string{}});
  });
}

void execution_actor::hold_query(const call_ptr& from, std::string run_id) {
  for (const auto& [id, waiting] : queries_)
    if (waiting.run_id == run_id) {
      from->answer(too_many_queries());
      return;
    }
  const auto number = ++last_reader_;
  const auto end = [weak = caf::actor_cast<caf::actor_addr>(this), number](bool is_expired) {
    if (auto self = caf::actor_cast<execution_handle>(weak))
      tell(self, reader_done{number, is_expired});
  };
  from->on_cancel([end] { end(false); });
  const auto patience = std::min(from->deadline() - directory_.now(), longest_query);
  queries_.emplace(
      directory_.ids->uuid(),
      waiting_query{
          from, std::move(run_id), number, home().schedule(patience, [end] { end(true); })});
}

void execution_actor::finish_query(std::uint64_t number, bool is_expired) {
  const auto found =
      std::ranges::find(queries_, number, [](const auto& each) { return each.second.number; });
  if (found == queries_.end())
    return;
  auto waiting = std::move(found->second);
  queries_.erase(found);
  home().cancel(waiting.timer);
  if (is_expired)
    waiting.from->answer(plain_status(
        status_code::deadline_exceeded, "query timed out before a worker could process it"));
  else
    waiting.from->answer(plain_status(status_code::cancelled, "the call was cancelled"));
}

void execution_actor::add_queries(
    const std::string& run_id, wire::PollWorkflowTaskQueueResponse& to) const {
  for (const auto& [id, waiting] : queries_)
    if (waiting.run_id == run_id && !waiting.from->is_answered())
      (*to.mutable_queries())[id] = waiting.from->as<wire::QueryWorkflowRequest>().query();
}

void execution_actor::answer_poll(
    const poll_ptr& taker, const std::string& run_id, const reply& task) {
  home().cancel(taker->timer);
  if (queries_.empty()) {
    taker->from->answer(task);
    return;
  }
  wire::PollWorkflowTaskQueueResponse besides;
  add_queries(run_id, besides);
  // What is behind a message adds to it.
  taker->from->answer(task.bytes + besides.SerializeAsString());
}

void execution_actor::answer_queries(const call& from, const reply& outcome) {
  for (const auto& [id, result] :
       from.as<wire::RespondWorkflowTaskCompletedRequest>().query_results()) {
    const auto found = queries_.find(id);
    if (found == queries_.end() || found->second.run_id != from.token.run_id)
      continue;
    home().cancel(found->second.timer);
    found->second.from->answer(query_outcome(result));
    queries_.erase(found);
  }
  // The task that goes back with the answer takes along what came meanwhile.
  auto& told = static_cast<wire::RespondWorkflowTaskCompletedResponse&>(*outcome.message);
  if (told.has_workflow_task())
    add_queries(from.token.run_id, *told.mutable_workflow_task());
}

void execution_actor::settle_queries() {
  if (queries_.empty() || !is_ready() || !undurable_.empty())
    return;
  std::vector<waiting_query> free;
  for (auto at = queries_.begin(); at != queries_.end();) {
    if (has_pending_task(*record_, at->second.run_id)) {
      ++at;
      continue;
    }
    home().cancel(at->second.timer);
    free.push_back(std::move(at->second));
    at = queries_.erase(at);
  }
  for (const auto& [from, run_id, number, timer] : free) {
    if (from->is_answered() || from->is_cancelled())
      continue;
    follow(from, plan_waited_query(*record_, from->as<wire::QueryWorkflowRequest>(), run_id));
  }
}

void execution_actor::handle(fill_query& wanted) {
  if (wanted.query->is_answered() || wanted.query->is_cancelled()) {
    reopen(wanted.taker);
    return;
  }
  auto task = query_task(*record_, wanted.run_id, wanted.taker->is_sticky);
  if (!task) {
    answer(wanted.query, {absent("workflow not found for ID: " + key_->workflow_id), nullptr});
    reopen(wanted.taker);
    return;
  }
  task->set_task_token(wanted.token);
  *task->mutable_query() = wanted.query->as<wire::QueryWorkflowRequest>().query();
  tell_after_commits({{}, std::move(task)}, [this, wanted](const reply& told) {
    if (!told.status.ok()) {
      wanted.query->answer(told);
      reopen(wanted.taker);
      return;
    }
    home().cancel(wanted.taker->timer);
    wanted.taker->from->answer(told);
  });
}

} // namespace troupe::embedded
