// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/reset/rebuilt_run.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/record/event/event_subject.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/update/update_callbacks.hpp"
#include "runtime/embedded/workflow_task/build_ids.hpp"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // worker versions are still read

namespace troupe::embedded {
namespace {

const event_ptr& event_of(const run& on, std::int64_t id) {
  return on.history[static_cast<std::size_t>(id - 1)];
}

template <class Map>
void merge(Map& into, const Map& from) {
  for (const auto& [name, payload] : from) {
    if (is_null(payload))
      into.erase(name);
    else
      into[name] = payload;
  }
}

/// Makes the state of a run from its events, each right after it was written.
class builder {
public:
  builder(change& ch, run& on, const run& base) : ch_(ch), on_(on), base_(base) {}

  void take(const event_ptr& event) {
    const auto& is = *event;
    auto& state = on_.state;
    switch (is.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED: complete_task(is); break;
    case enums::EVENT_TYPE_TIMER_STARTED: {
      const auto& from = is.timer_started_event_attributes();
      state.timers.put(
          from.timer_id(),
          {from.timer_id(),
           is.event_id(),
           later(from_proto(is.event_time()), from_proto(from.start_to_fire_timeout()))});
      break;
    }
    case enums::EVENT_TYPE_TIMER_FIRED:
      state.timers.erase(is.timer_fired_event_attributes().timer_id());
      break;
    case enums::EVENT_TYPE_TIMER_CANCELED:
      state.timers.erase(is.timer_canceled_event_attributes().timer_id());
      break;
    case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: schedule_activity(event); break;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
      ++state.signal_count;
      note_signal(ch_, on_, is);
      break;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
      state.cancel_requested = true;
      break;
    case enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
      merge(
          *state.search_attributes.edit().mutable_indexed_fields(),
          is.upsert_workflow_search_attributes_event_attributes()
              .search_attributes()
              .indexed_fields());
      replace_builds(
          state, is.upsert_workflow_search_attributes_event_attributes().search_attributes());
      break;
    case enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
      merge(
          *state.memo.edit().mutable_fields(),
          is.workflow_properties_modified_event_attributes().upserted_memo().fields());
      break;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED: attach(is); break;
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED: {
      const auto& request = is.workflow_execution_update_admitted_event_attributes().request();
      const auto& id = request.meta().update_id();
      ch_.updates_of(on_).by_event.put(id, is.event_id());
      take_update_callbacks(ch_, on_, id, request, is);
      break;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: {
      auto& all = ch_.updates_of(on_);
      const auto& id =
          is.workflow_execution_update_accepted_event_attributes().protocol_instance_id();
      all.by_event.erase(id);
      all.accepted.put(id, is.event_id());
      take_update_callbacks(
          ch_,
          on_,
          id,
          is.workflow_execution_update_accepted_event_attributes().accepted_request(),
          is);
      break;
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED: {
      auto& all = ch_.updates_of(on_);
      const auto& id = is.workflow_execution_update_completed_event_attributes().meta().update_id();
      all.accepted.erase(id);
      all.completed.put(id, is.event_id());
      drop_callbacks(id);
      break;
    }
    case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
      ask_peer(event);
      break;
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED: start_child(is); break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED: schedule_operation(event); break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED: start_operation(is); break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED: cancel_operation(is); break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
      answer_cancel(
          is.nexus_operation_cancel_request_completed_event_attributes().scheduled_event_id(),
          nexus_cancelation::state::succeeded);
      break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED:
      answer_cancel(
          is.nexus_operation_cancel_request_failed_event_attributes().scheduled_event_id(),
          nexus_cancelation::state::failed);
      break;
    default: end(is); break;
    }
  }

private:
  void complete_task(const history_event& is) {
    const auto& from = is.workflow_task_completed_event_attributes();
    on_.state.last_completed_started_id = from.started_event_id();
    note_build(ch_, on_, {from.worker_version().build_id(), from.binary_checksum()}, is.event_id());
  }

  void schedule_activity(const event_ptr& event) {
    activity_state activity;
    activity.scheduled_event_id = event->event_id();
    activity.scheduled = event;
    activity.stamp = ch_.next_stamp();
    // Its time begins anew, as no worker may have heard of it.
    activity.first_scheduled_time = ch_.now();
    activity.scheduled_time = ch_.now();
    on_.state.activities.put(
        event->activity_task_scheduled_event_attributes().activity_id(), std::move(activity));
  }

  /// Of an update that ended before: the run that it ended in has told of it.
  void drop_callbacks(const std::string& update_id) {
    auto& all = on_.state.callbacks;
    for (auto at = all.begin(); at != all.end();)
      if (at->second.update_id == update_id)
        all.erase(at++);
      else
        ++at;
  }

  void attach(const history_event& is) {
    const auto& from = is.workflow_execution_options_updated_event_attributes();
    take_options(on_, from);
    for (const auto& each : from.workflow_update_options())
      put_update_callbacks(
          ch_,
          on_,
          each.update_id(),
          each.attached_request_id(),
          each.attached_completion_callbacks(),
          is);
    if (from.attached_request_id().empty())
      return;
    on_.state.request_ids.put(
        from.attached_request_id(),
        {enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, is.event_id(), false});
  }

  /// Asked for once more: if it was asked for before, whoever is asked knows it by its request id.
  void ask_peer(const event_ptr& event) {
    peer_state made;
    made.initiated_event_id = event->event_id();
    made.initiated = event;
    made.request_id = ch_.around.ids.uuid();
    made.sent.is_repeated = true;
    const auto before = base_.state.peers.find(event->event_id());
    if (before != base_.state.peers.end())
      made.request_id = before->second.request_id;
    on_.state.peers.put(event->event_id(), std::move(made));
  }

  void start_child(const history_event& is) {
    const auto& from = is.child_workflow_execution_started_event_attributes();
    const auto found = on_.state.peers.find(from.initiated_event_id());
    if (found == on_.state.peers.end())
      return;
    auto& child = on_.state.peers.edit(found);
    child.state = peer::state::running;
    child.sent = {};
    child.started_event_id = is.event_id();
    child.child_run_id = from.workflow_execution().run_id();
  }

  void schedule_operation(const event_ptr& event) {
    nexus_operation_state operation;
    operation.scheduled_event_id = event->event_id();
    operation.scheduled = event;
    operation.request_id = event->nexus_operation_scheduled_event_attributes().request_id();
    operation.scheduled_time = from_proto(event->event_time());
    on_.state.nexus_operations.put(event->event_id(), std::move(operation));
  }

  void start_operation(const history_event& is) {
    const auto& from = is.nexus_operation_started_event_attributes();
    auto& all = on_.state.nexus_operations;
    const auto found = all.find(from.scheduled_event_id());
    if (found == all.end())
      return;
    auto& operation = all.edit(found);
    operation.state = nexus_operation::state::started;
    operation.started_time = from_proto(is.event_time());
    operation.attempt = 1;
    operation.last_attempt_complete = operation.started_time;
    operation.operation_token = from.operation_token();
    if (operation.cancel && operation.cancel->state == nexus_cancelation::state::held)
      operation.cancel->state = nexus_cancelation::state::scheduled;
  }

  void cancel_operation(const history_event& is) {
    auto& all = on_.state.nexus_operations;
    const auto found =
        all.find(is.nexus_operation_cancel_requested_event_attributes().scheduled_event_id());
    if (found == all.end())
      return;
    auto& operation = all.edit(found);
    auto& cancel = operation.cancel.emplace();
    cancel.requested_event_id = is.event_id();
    cancel.requested_time = from_proto(is.event_time());
    if (operation.state == nexus_operation::state::started)
      cancel.state = nexus_cancelation::state::scheduled;
  }

  void answer_cancel(std::int64_t scheduled_event_id, nexus_cancelation::state answer) {
    auto& all = on_.state.nexus_operations;
    const auto found = all.find(scheduled_event_id);
    if (found == all.end() || !found->second.cancel)
      return;
    all.edit(found).cancel->state = answer;
  }

  void end(const history_event& is) {
    auto& state = on_.state;
    if (const auto id = ended_activity_of(is); id != 0)
      state.activities.erase(
          event_of(on_, id)->activity_task_scheduled_event_attributes().activity_id());
    else if (const auto operation = ended_operation_of(is); operation != 0)
      state.nexus_operations.erase(operation);
    else if (const auto child = ended_child_of(is); child != 0)
      state.peers.erase(child);
    else if (const auto peer = answered_peer_of(is); peer != 0)
      state.peers.erase(peer);
  }

  change& ch_;
  run& on_;
  const run& base_;
};

} // namespace

std::optional<pending_at> task_pending_after(const run& on, std::int64_t event_id) {
  std::optional<pending_at> pending;
  for (std::int64_t id = 1; id <= event_id; ++id) {
    if (id % 16 == 0)
      spend();
    const auto& is = *event_of(on, id);
    switch (is.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: pending = {id, 0}; break;
    case enums::EVENT_TYPE_WORKFLOW_TASK_STARTED:
      if (pending)
        pending->started_event_id = id;
      break;
    case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
    case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED:
    case enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT: pending.reset(); break;
    default: break;
    }
  }
  return pending;
}

run& rebuild_run(change& ch, const run& base, std::string run_id, std::int64_t last_event_id) {
  new_run what;
  what.run_id = std::move(run_id);
  what.request_id = base.state.start_request_id;
  what.started = std::make_shared<history_event>(*base.history.front());
  what.first_task_backoff = from_proto(base.started().first_workflow_task_backoff());
  auto& on = add_run(ch, what);
  on.state.first_task_due.reset(); // its first task was there
  builder state{ch, on, base};
  for (std::int64_t id = 2; id <= last_event_id; ++id) {
    auto copy = std::make_shared<history_event>(*event_of(base, id));
    ch.write(on, copy);
    state.take(copy);
  }
  return on;
}

void reapply(
    change& ch, run& on, const history_event& event, const reapplied_kinds& which, bool own) {
  auto& state = on.state;
  const auto again = [&] {
    auto copy = std::make_shared<history_event>(event);
    // Its start may have come along under another id.
    if (const auto child = state.peers.find(ended_child_of(event)); child != state.peers.end())
      set_child_started(*copy, child->second.started_event_id);
    to_proto(ch.now(), *copy->mutable_event_time());
    ch.write(on, copy);
    builder{ch, on, on}.take(copy);
  };
  const auto admit = [&](const api::update::v1::Request& request) {
    const auto& id = request.meta().update_id();
    const auto& all = ch.updates_of(on);
    if (!which.updates || id.empty() || all.by_event.contains(id) || all.accepted.contains(id)
        || all.completed.contains(id))
      return;
    auto admitted = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED);
    auto& to = *admitted->mutable_workflow_execution_update_admitted_event_attributes();
    *to.mutable_request() = request;
    to.set_origin(enums::UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY);
    ch.write(on, admitted);
    builder{ch, on, on}.take(admitted);
  };
  switch (event.event_type()) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
    if (which.signals)
      again();
    return;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
    admit(event.workflow_execution_update_admitted_event_attributes().request());
    return;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
    if (event.workflow_execution_update_accepted_event_attributes().has_accepted_request())
      admit(event.workflow_execution_update_accepted_event_attributes().accepted_request());
    return;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED:
    if (which.others)
      again();
    return;
  default: break;
  }
  if (!own)
    return;
  std::int64_t operation = ended_operation_of(event);
  switch (event.event_type()) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED:
    operation = event.nexus_operation_started_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
    operation =
        event.nexus_operation_cancel_request_completed_event_attributes().scheduled_event_id();
    break;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED:
    operation = event.nexus_operation_cancel_request_failed_event_attributes().scheduled_event_id();
    break;
  default: break;
  }
  if (operation != 0) {
    const auto found = state.nexus_operations.find(operation);
    const bool is_of_cancel = event.has_nexus_operation_cancel_request_completed_event_attributes()
                              || event.has_nexus_operation_cancel_request_failed_event_attributes();
    if (which.operations && found != state.nexus_operations.end()
        && (!is_of_cancel || found->second.cancel))
      again();
    return;
  }
  std::int64_t child = ended_child_of(event);
  if (event.has_child_workflow_execution_started_event_attributes())
    child = event.child_workflow_execution_started_event_attributes().initiated_event_id();
  else if (event.has_start_child_workflow_execution_failed_event_attributes())
    child = event.start_child_workflow_execution_failed_event_attributes().initiated_event_id();
  if (child != 0 && which.others && state.peers.contains(child))
    again();
}

} // namespace troupe::embedded
