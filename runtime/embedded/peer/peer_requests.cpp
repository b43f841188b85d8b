// SPDX-License-Identifier: Apache-2.0
// The side of who asks: what is sent to other records, and what their answers lead to.
#include "runtime/base/slices/slice.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/peer/peer_events.hpp"
#include "runtime/embedded/peer/peer_rules.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <algorithm>

namespace troupe::embedded {
namespace {

using kind = peer_ask::kind;

bool is_child(const peer_state& each) {
  return each.initiated->has_start_child_workflow_execution_initiated_event_attributes();
}

/// What its state has the other record asked for.
kind asked_for(const peer_state& each) {
  switch (each.state) {
  case peer::state::beginning: return kind::begin_child;
  case peer::state::closing: return kind::close_child;
  default: break;
  }
  if (is_child(each))
    return kind::start_child;
  return each.initiated->has_signal_external_workflow_execution_initiated_event_attributes()
             ? kind::signal
             : kind::cancel;
}

asking_run whoever_asks(const change& ch, const run& on, const sent_ask& sent) {
  return {ch.rec.name_space, ch.rec.namespace_id, ch.rec.workflow_id, on.id, 0, sent.is_repeated};
}

start_child start_of(const run& on, const peer_state& each, asking_run parent) {
  start_child start;
  start.initiated = each.initiated.share();
  start.request_id = each.request_id;
  const auto& own = on.started();
  const bool has_root = own.has_root_workflow_execution();
  start.root_workflow_id =
      has_root ? own.root_workflow_execution().workflow_id() : parent.workflow_id;
  start.root_run_id = has_root ? own.root_workflow_execution().run_id() : parent.run_id;
  const auto& wanted = each.initiated->start_child_workflow_execution_initiated_event_attributes();
  if (has_priority(on) || wanted.has_priority())
    start.priority = std::make_shared<const api::common::v1::Priority>(
        merged(priority_of(on), wanted.priority()));
  start.parent = std::move(parent);
  return start;
}

peer_input input_of(const run& on, const peer_state& each, asking_run from) {
  switch (asked_for(each)) {
  case kind::begin_child: return begin_child{std::move(from)};
  case kind::close_child:
    return close_child{
        std::move(from),
        each.child_run_id,
        each.initiated->start_child_workflow_execution_initiated_event_attributes()
                .parent_close_policy()
            == enums::PARENT_CLOSE_POLICY_TERMINATE};
  case kind::start_child: return start_of(on, each, std::move(from));
  case kind::signal:
    return signal_from_run{std::move(from), each.initiated.share(), each.request_id};
  default: return cancel_from_run{std::move(from), each.initiated.share()};
  }
}

/// Whose record it is, by the Initiated event.
std::pair<std::string, std::string> target_of(const history_event& initiated) {
  if (initiated.has_start_child_workflow_execution_initiated_event_attributes()) {
    const auto& child = initiated.start_child_workflow_execution_initiated_event_attributes();
    return {child.namespace_id(), child.workflow_id()};
  }
  if (initiated.has_signal_external_workflow_execution_initiated_event_attributes()) {
    const auto& signal = initiated.signal_external_workflow_execution_initiated_event_attributes();
    return {signal.namespace_id(), signal.workflow_execution().workflow_id()};
  }
  const auto& cancel =
      initiated.request_cancel_external_workflow_execution_initiated_event_attributes();
  return {cancel.namespace_id(), cancel.workflow_execution().workflow_id()};
}

void report_end(change& ch, run& on) {
  const auto& own = on.started();
  child_ended report;
  report.child = whoever_asks(ch, on, on.state.report);
  report.first_run_id = on.state.first_run_id;
  report.parent_run_id = own.parent_workflow_execution().run_id();
  report.initiated_event_id = own.parent_initiated_event_id();
  report.closing = on.history.back();
  ch.tx.effects.push_back(peer_request{
      {kind::report_end, on.id, 0},
      own.parent_workflow_namespace_id(),
      own.parent_workflow_execution().workflow_id(),
      std::move(report)});
  on.state.report.under_way = true;
}

/// An event from another workflow: the run hears of it with its next task.
void tell(change& ch, run& on, const event_ptr& event) {
  ch.append(on, event);
  want_task(ch, on);
  limit_buffer(ch, on);
}

void start_answered(change& ch, run& on, const peer_answered& what) {
  auto& all = on.state.peers;
  const auto found = all.find(what.what.initiated_event_id);
  if (!what.status.ok()) {
    const auto event = child_not_started_event(ch, found->second, what);
    all.erase(found);
    tell(ch, on, event);
    return;
  }
  auto& child = all.edit(found);
  child.state = *peer::next(child.state, peer::event::started);
  child.sent = {};
  child.child_run_id = what.run_id;
  const auto event = child_started_event(ch, child);
  ch.append(on, event);
  child.started_event_id = event->event_id();
  want_task(ch, on);
  limit_buffer(ch, on);
}

/// True if its state waits for this answer.
bool is_awaited(const run& on, const peer_state& each, const peer_answered& what) {
  if (!peer::is_asked(each.state) || asked_for(each) != what.what.what)
    return false;
  return on.open() || each.state != peer::state::asking;
}

} // namespace

void dispatch_peer_requests(change& ch, run& on) {
  if (on.state.owes_report && !on.state.report.under_way)
    report_end(ch, on);
  auto& all = on.state.peers;
  // Only what this decision changed can have to be sent. By index: sending changes more.
  for (std::size_t at = 0; at < all.notes().size(); ++at) {
    spend();
    const auto found = all.find(all.notes()[at].key);
    if (found == all.end())
      continue;
    const auto& each = found->second;
    if (!peer::is_asked(each.state) || each.sent.under_way)
      continue;
    auto from = whoever_asks(ch, on, each.sent);
    from.initiated_event_id = each.initiated_event_id;
    auto [namespace_id, workflow_id] = target_of(*each.initiated);
    ch.tx.effects.push_back(peer_request{
        {asked_for(each), on.id, each.initiated_event_id},
        std::move(namespace_id),
        std::move(workflow_id),
        input_of(on, each, std::move(from))});
    all.edit(found).sent.under_way = true;
  }
}

void ask_peers_again(run& on) {
  auto& all = on.state.peers;
  for (auto at = all.begin(); at != all.end(); ++at)
    if (peer::is_asked(at->second.state))
      all.edit(at).sent = {false, true};
  on.state.report = {false, true};
}

bool has_open_peer_requests(const run& on) {
  return on.state.owes_report
         || std::any_of(on.state.peers.begin(), on.state.peers.end(), [](const auto& each) {
              return peer::is_asked(each.second.state);
            });
}

void leave_peers(run& on, bool has_successor, bool is_reset) {
  auto& all = on.state.peers;
  for (auto at = all.begin(); at != all.end();) {
    spend();
    const auto& each = at->second;
    // Who was not asked yet never is.
    if (!is_child(each) || (each.state == peer::state::asking && !each.sent.under_way)) {
      const auto gone = at++;
      all.erase(gone);
      continue;
    }
    const auto policy = each.initiated->start_child_workflow_execution_initiated_event_attributes()
                            .parent_close_policy();
    const bool goes_on = is_reset
                         || (policy != enums::PARENT_CLOSE_POLICY_TERMINATE
                             && policy != enums::PARENT_CLOSE_POLICY_REQUEST_CANCEL);
    const auto to = peer::next(each.state, goes_on ? peer::event::left_alone : peer::event::closed);
    if (to && *to != each.state) {
      auto& child = all.edit(at);
      child.state = *to;
      child.sent = {};
    }
    ++at;
  }
  on.state.owes_report = !has_successor && on.started().has_parent_workflow_execution();
  on.state.report = {};
}

void handle(change& ch, const peer_answered& what) {
  run* const on = ch.find(what.what.run_id);
  if (!on || what.what.run_id.empty())
    return;
  if (what.what.what == kind::report_end) {
    on->state.owes_report = false;
    return;
  }
  if (what.what.what == kind::system_operation) {
    system_answered(ch, what);
    return;
  }
  auto& all = on->state.peers;
  const auto found = all.find(what.what.initiated_event_id);
  if (found == all.end() || !is_awaited(*on, found->second, what))
    return;
  switch (what.what.what) {
  case kind::start_child: start_answered(ch, *on, what); return;
  case kind::signal:
  case kind::cancel: {
    const auto event = peer_outcome_event(ch, found->second, what);
    all.erase(found);
    tell(ch, *on, event);
    return;
  }
  default: {
    auto& child = all.edit(found);
    child.state = *peer::next(child.state, peer::event::done);
    if (!on->open() && child.state == peer::state::running)
      child.state = *peer::next(child.state, peer::event::left_alone);
    child.sent = {};
  }
  }
}

void handle(change& ch, const child_ended& what) {
  run* const on = after_resets(ch, ch.find(what.parent_run_id));
  ch.tx.answer = {};
  if (!on || !on->open() || what.parent_run_id.empty())
    return;
  auto& all = on->state.peers;
  const auto found = all.find(what.initiated_event_id);
  // A run that was reset may have begun another child with this event.
  if (found == all.end() || !is_child(found->second)
      || target_of(*found->second.initiated).second != what.child.workflow_id
      || (!found->second.child_run_id.empty() && found->second.child_run_id != what.first_run_id)
      || !peer::next(found->second.state, peer::event::ended))
    return;
  auto child = found->second;
  if (child.state == peer::state::asking) {
    // Its start was not answered yet (an answer was lost), but this says that it did.
    child.child_run_id = what.first_run_id;
    const auto started = child_started_event(ch, child);
    ch.append(*on, started);
    child.started_event_id = started->event_id();
  }
  all.erase(what.initiated_event_id);
  tell(ch, *on, child_ended_event(ch, child, what));
}

} // namespace troupe::embedded
