// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/log.hpp"
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_work.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/callback_rules.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/peer/peer_rules.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/run/history_limits.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/failure/v1/message.pb.h>

#include <algorithm>
#include <exception>

namespace troupe::embedded {
namespace {

constexpr auto timer_retry = std::chrono::seconds{10};

enum class why { happened, resumed };

/// What follows from the new state: requests, deliveries, rows.
void derive_effects(change& ch, why reason) {
  // By index: sending may change further runs.
  for (std::size_t at = 0; at < ch.opened().size(); ++at) {
    run& on = *ch.opened()[at].on;
    dispatch_activities(ch, on);
    dispatch_nexus_requests(ch, on);
    dispatch_callbacks(ch, on);
    dispatch_peer_requests(ch, on);
  }
  auto& out = ch.tx.effects;
  for (const auto& each : ch.opened()) {
    run& on = *each.on;
    if (each.is_removed) {
      out.push_back(visibility_remove{on.id});
      out.push_back(readers_wake{on.id});
      continue;
    }
    // Whatever was written to a run with a speculative task that was there before.
    const auto& task = on.state.task;
    if (task && task->speculative() && each.before.task && each.before.task->stamp == task->stamp
        && each.differs())
      ch.make_task_real(on);
    if (each.counts() && (reason == why::happened || each.grew()))
      ++on.state.transitions;
    if (each.is_shown)
      out.push_back(visibility_put{on.id, list_row(ch.rec, on.id)});
    if (each.grew() || (is_standalone(on) && each.differs()))
      out.push_back(readers_wake{on.id});
  }
}

/// What `resume` has to send again. Whatever was out is forgotten: whoever had it is gone as well,
/// or (a record that comes back) has it still.
void reopen(change& ch, run& on, resumes what) {
  auto& state = on.state;
  if (what == resumes::everything && on.open() && state.task && !state.task->started())
    ch.tx.effects.push_back(dispatch_of(on));
  auto& operations = state.nexus_operations;
  for (auto at = operations.begin(); at != operations.end(); ++at) {
    auto& operation = operations.edit(at);
    operation.sent = {};
    if (operation.cancel)
      operation.cancel->sent = {};
  }
  auto& activities = state.activities;
  for (auto at = activities.begin(); at != activities.end(); ++at)
    if (at->second.state == activity::state::scheduled)
      activities.edit(at).sent = {};
  auto& callbacks = state.callbacks;
  for (auto at = callbacks.begin(); at != callbacks.end(); ++at)
    callbacks.edit(at).sent = {};
  ask_peers_again(on);
}

/// As the real server's check of a run's transaction counts it (1.31.2): bytes that were there
/// before, and events; but events that could have waited, as long as nothing came after them, count
/// from the next time on.
const char* problem_with(const change& ch, const change::opened_run& each) {
  const auto& history = each.on->history;
  auto counted = history.size();
  while (counted > each.events && is_bufferable(history[counted - 1]->event_type()))
    --counted;
  return history_problem(ch.settings(), each.before.history_size, counted);
}

/// A decision that would make the history of a run too large is not made: the run ends instead, and
/// who wanted it hears why.
void end_what_grew_too_large(change& ch, const input& what) {
  const char* problem = nullptr;
  std::vector<std::string> ids;
  for (const auto& each : ch.opened())
    if (each.grew() && !each.is_new && !each.is_removed && each.on->open())
      if (const char* const found = problem_with(ch, each)) {
        problem = found;
        ids.push_back(each.on->id);
      }
  if (problem == nullptr)
    return;
  ch.undo();
  if (std::holds_alternative<timers_due>(what))
    ch.timer_came(); // what else was due is still due
  for (const auto& id : ids)
    terminate_run(ch, *ch.find(id), problem, nullptr, "history-service");
  refuse(
      ch,
      std::holds_alternative<start_workflow_task>(what) ? task_not_found()
                                                        : invalid_argument(problem));
}

/// All or nothing: what throws in the middle of a decision is this service's mistake, and leaves no
/// trace in the record; nor does one that is given up half-done.
template <class Work>
transaction decide_by(record& rec, const surroundings& around, why reason, Work work) {
  transaction tx;
  change ch{rec, around, tx};
  std::string error;
  bool is_abandoned = false;
  try {
    work(ch);
    derive_effects(ch, reason);
    ch.close();
    return tx;
  } catch (const slices_abandoned&) {
    is_abandoned = true;
  } catch (const std::exception& thrown) {
    error = thrown.what();
  } catch (...) {
    error = "not an exception of the standard library";
  }
  // It may be given up here as well, but only once.
  for (bool is_undone = false; !is_undone;)
    try {
      ch.undo();
      rebuild_deadlines(rec, around);
      is_undone = true;
    } catch (const slices_abandoned&) {
      is_abandoned = true;
    }
  if (is_abandoned) {
    tx.answer.status = plain_status(status_code::unavailable, "the decision was given up");
    return tx;
  }
  log::error("a decision failed", {{"error", error}, {"workflow_id", rec.workflow_id}});
  tx.answer.status = hidden_error(error);
  tx.answer.status.code = status_code::internal;
  return tx;
}

} // namespace

std::shared_ptr<record>
make_record(std::string name_space, std::string namespace_id, std::string workflow_id) {
  auto made = std::make_shared<record>();
  made->name_space = std::move(name_space);
  made->namespace_id = std::move(namespace_id);
  made->workflow_id = std::move(workflow_id);
  return made;
}

bool is_empty(const record& rec) {
  return rec.runs.empty();
}

std::size_t pending_weight(const record& rec) {
  std::size_t units = 0;
  if (const run* const now = rec.current())
    for_each_table([&](const auto& map) { units += map.size(); }, now->state);
  return units;
}

std::size_t whole_weight(const record& rec) {
  // Of all runs there have been; the largest events are most likely the current run's.
  auto units = pending_weight(rec) + static_cast<std::size_t>(rec.last_task_id);
  if (const run* const now = rec.current())
    units += static_cast<std::size_t>(now->state.history_size) / bytes_of_a_unit;
  return units;
}

bool needs_histories(const input& what) {
  return std::holds_alternative<reset_execution>(what)
         || std::holds_alternative<delete_execution>(what)
         || std::holds_alternative<timers_due>(what); // the time of a closed run may be over
}

bool is_open(const record& rec, std::string_view run_id) {
  const run* const found = rec.runs.find(run_id);
  return found != nullptr && found->open();
}

transaction decide(record& rec, const input& what, surroundings around) {
  auto tx = decide_by(rec, around, why::happened, [&](change& ch) {
    std::visit([&](const auto& each) { handle(ch, each); }, what);
    end_what_grew_too_large(ch, what);
  });
  if (tx.answer.status.code == status_code::internal && std::holds_alternative<timers_due>(what)) {
    // The timer is spent and what it was for is still due: not at once, it would fail again.
    rec.armed = later(around.now, timer_retry);
    tx.effects.push_back(record_timer{rec.armed});
  }
  return tx;
}

transaction resume(record& rec, surroundings around, resumes what) {
  rebuild_deadlines(rec, around);
  rec.armed.reset();
  auto decided = decide_by(rec, around, why::resumed, [&](change& ch) {
    std::vector<std::string> ids;
    rec.runs.for_each([&](const run& each) {
      spend();
      const auto& state = each.state;
      const bool is_busy =
          each.open() || has_open_peer_requests(each)
          || std::any_of(state.callbacks.begin(), state.callbacks.end(), [](const auto& one) {
               return one.second.state == callback::state::scheduled;
             });
      if (is_busy)
        ids.push_back(each.id);
    });
    for (const auto& id : ids)
      reopen(ch, *ch.find(id), what);
  });
  // What is new is kept: a request whose time has passed meanwhile, for one, wakes its workflow.
  if (what == resumes::timer)
    std::erase_if(decided.effects, [](const effect& each) {
      return std::holds_alternative<nexus_dispatch>(each)
             || std::holds_alternative<activity_task_dispatch>(each)
             || std::holds_alternative<callback_delivery>(each)
             || std::holds_alternative<peer_request>(each);
    });
  return decided;
}

} // namespace troupe::embedded
