// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/change.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/record/event/event_subject.hpp"
#include "runtime/embedded/record/event/task_events.hpp"
#include "runtime/embedded/record/patch.hpp"
#include "runtime/payload/failure_chain.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace troupe::embedded {
namespace {

bool goes_last(enums::EventType type) noexcept {
  switch (type) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT: return true;
  default: return false;
  }
}

// What is written must be readable: a chain of causes that fitted into a request need not fit into
// an answer. Only events whose attributes hold a failure are looked at.
void cut_long_causes(history_event& event) {
  static const auto holds_failure = [] {
    std::vector<bool> by_number;
    const auto& attributes = *history_event::descriptor()->FindOneofByName("attributes");
    for (int i = 0; i < attributes.field_count(); ++i) {
      const auto& field = *attributes.field(i);
      const auto number = static_cast<std::size_t>(field.number());
      by_number.resize(std::max(by_number.size(), number + 1));
      for (int n = 0; n < field.message_type()->field_count(); ++n)
        if (field.message_type()->field(n)->message_type()
            == api::failure::v1::Failure::descriptor())
          by_number[number] = true;
    }
    return by_number;
  }();
  const auto number = static_cast<std::size_t>(event.attributes_case());
  if (number >= holds_failure.size() || !holds_failure[number])
    return;
  const auto* field = history_event::descriptor()->FindFieldByNumber(static_cast<int>(number));
  cut_causes_in(*event.GetReflection()->MutableMessage(&event, field));
}

/// Which start and end of an activity belong together; nothing for other events.
std::int64_t scheduled_event_id_of(const history_event& event) {
  return event.has_activity_task_started_event_attributes()
             ? event.activity_task_started_event_attributes().scheduled_event_id()
             : ended_activity_of(event);
}

/// Calls `use` with the attributes of the end of a child; false if the event is none.
template <class Use>
bool with_child_end(history_event& event, Use use) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    use(*event.mutable_child_workflow_execution_completed_event_attributes());
    return true;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
    use(*event.mutable_child_workflow_execution_failed_event_attributes());
    return true;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    use(*event.mutable_child_workflow_execution_canceled_event_attributes());
    return true;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    use(*event.mutable_child_workflow_execution_timed_out_event_attributes());
    return true;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
    use(*event.mutable_child_workflow_execution_terminated_event_attributes());
    return true;
  default: return false;
  }
}

/// The end of a child whose start was buffered as well, with the id that this has now: a copy, as
/// the decision may be undone.
event_ptr fill_child_start(
    const event_ptr& event, const std::map<std::int64_t, std::int64_t>& started_children) {
  if (started_children.empty())
    return event;
  auto filled = std::make_shared<history_event>(*event);
  const bool is_end = with_child_end(*filled, [&](auto& to) {
    const auto found = started_children.find(to.initiated_event_id());
    if (to.started_event_id() == 0 && found != started_children.end())
      to.set_started_event_id(found->second);
  });
  return is_end ? filled : event;
}

/// True if nothing became of the activities but that the time of a next attempt has come, which was
/// known.
bool are_due_retries(const tracked_map<std::string, activity_state>& activities) {
  return std::ranges::all_of(activities.notes(), [&](const auto& note) {
    const auto now = activities.find(note.key);
    return note.before && now != activities.end()
           && note.before->state == activity::state::backing_off
           && now->second.state == activity::state::scheduled
           && note.before->scheduled_time == now->second.scheduled_time
           && note.before->paused == now->second.paused;
  });
}

} // namespace

void set_started_event_id(history_event& event, std::int64_t id) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    event.mutable_activity_task_completed_event_attributes()->set_started_event_id(id);
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
    event.mutable_activity_task_failed_event_attributes()->set_started_event_id(id);
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
    event.mutable_activity_task_canceled_event_attributes()->set_started_event_id(id);
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
    event.mutable_activity_task_timed_out_event_attributes()->set_started_event_id(id);
    break;
  default: break;
  }
}

void set_child_started(history_event& event, std::int64_t id) {
  with_child_end(event, [&](auto& to) { to.set_started_event_id(id); });
}

bool ends_activity(const history_event& event, std::int64_t scheduled_event_id) {
  return ended_activity_of(event) == scheduled_event_id;
}

bool is_close_event(enums::EventType type) noexcept {
  switch (type) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: return true;
  default: return false;
  }
}

bool is_bufferable(enums::EventType type) noexcept {
  if (is_close_event(type))
    return false;
  switch (type) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_STARTED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED:
  case enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
  case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
  case enums::EVENT_TYPE_TIMER_STARTED:
  case enums::EVENT_TYPE_TIMER_CANCELED:
  case enums::EVENT_TYPE_MARKER_RECORDED:
  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
  case enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED: return false;
  default: return true;
  }
}

change::change(record& on, const surroundings& here, transaction& into)
    : rec(on), around(here), tx(into), rec_(on), last_stamp_(on.last_stamp),
      last_task_id_(on.last_task_id), last_run_number_(on.last_run_number), armed_(on.armed) {}

change::opened_run& change::open(run& on) {
  for (auto& each : opened_)
    if (each.on == &on)
      return each;
  opened_.push_back({&on, false, false, false, on.history.size(), on.state});
  return opened_.back();
}

run* change::find(std::string_view run_id) {
  run* const found = run_id.empty() ? rec_.runs.find(rec_.last_run_number) : rec_.runs.find(run_id);
  if (found)
    open(*found);
  return found;
}

run* change::numbered(std::uint64_t number) {
  run* const found = rec_.runs.find(number);
  if (found)
    open(*found);
  return found;
}

run& change::add(std::unique_ptr<run> made) {
  made->number = ++rec_.last_run_number;
  auto& added = rec_.runs.add(std::move(made));
  opened_.push_back({&added, true, false, false, 0, {}});
  return added;
}

void change::remove(run& on) {
  open(on).is_removed = true;
}

event_ptr change::make(enums::EventType type) const {
  auto event = std::make_shared<history_event>();
  event->set_event_type(type);
  to_proto(around.now, *event->mutable_event_time());
  return event;
}

void change::append(run& on, const event_ptr& event) {
  const auto& task = on.state.task;
  if (task && task->speculative())
    make_task_real(on);
  if (task && task->started() && is_bufferable(event->event_type())) {
    on.state.buffered.put(++on.state.last_buffered, event);
    spend();
    return;
  }
  write(on, event);
}

void change::write(run& on, const event_ptr& event) {
  if (on.state.task && on.state.task->speculative())
    make_task_real(on);
  cut_long_causes(*event);
  event->set_event_id(on.state.next_event_id++);
  event->set_task_id(++rec_.last_task_id);
  const auto bytes = event->ByteSizeLong();
  on.state.history_size += static_cast<std::int64_t>(bytes);
  on.history.push_back(event);
  spend(1 + bytes / bytes_of_a_unit);
}

void change::make_task_real(run& on) {
  auto& task = *on.state.task;
  task.memory.speculative = false;
  if (!task.started() && !task.sticky)
    task.deadline.reset();
  on.state.first_task_due.reset(); // it came before the end of the first backoff
  write(on, scheduled_event(task, on));
  if (task.started())
    write(on, started_event(task));
}

run_updates& change::updates_of(run& on) {
  if (!on.updates)
    on.updates = std::make_unique<run_updates>();
  return *on.updates;
}

bool change::flush_buffered(run& on) {
  auto& waiting = on.state.buffered;
  if (waiting.empty())
    return false;
  std::vector<event_ptr> last;
  std::vector<event_ptr> ordered;
  for (const auto& [place, event] : waiting)
    (goes_last(event->event_type()) ? last : ordered).push_back(event);
  waiting.clear();
  ordered.insert(ordered.end(), last.begin(), last.end());
  auto& ids = on.state.request_ids;
  std::map<std::int64_t, std::int64_t> starts; // of activities that start and end here
  std::map<std::int64_t, std::int64_t> started_children;
  for (const auto& waited : ordered) {
    const auto event = fill_child_start(waited, started_children);
    const auto of_activity = scheduled_event_id_of(*event);
    if (const auto started = starts.find(of_activity); started != starts.end())
      set_started_event_id(*event, started->second);
    write(on, event);
    if (event->event_type() == enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
      starts[of_activity] = event->event_id();
    if (event->has_child_workflow_execution_started_event_attributes())
      started_children.emplace(
          event->child_workflow_execution_started_event_attributes().initiated_event_id(),
          event->event_id());
    const auto settle = [&](const std::string& request_id) {
      const auto found = request_id.empty() ? ids.end() : ids.find(request_id);
      if (found == ids.end() || !found->second.buffered)
        return;
      auto& used = ids.edit(found);
      used.event_id = event->event_id();
      used.buffered = false;
    };
    if (event->has_workflow_execution_signaled_event_attributes())
      settle(event->workflow_execution_signaled_event_attributes().request_id());
    if (event->event_type() != enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED)
      continue;
    const auto& changed = event->workflow_execution_options_updated_event_attributes();
    settle(changed.attached_request_id());
    for (const auto& each : changed.workflow_update_options())
      settle(each.attached_request_id());
  }
  auto& peers = on.state.peers;
  for (const auto& [initiated, started] : started_children)
    if (const auto found = peers.find(initiated); found != peers.end())
      peers.edit(found).started_event_id = started;
  return true;
}

void change::show(run& on) {
  open(on).is_shown = true;
}

void change::undo() {
  for (auto& each : opened_)
    for (auto& history = each.on->history; each.is_new && !history.empty(); history.pop_back())
      spend();
  std::erase_if(opened_, [&](const opened_run& each) {
    if (each.is_new)
      rec_.runs.remove(each.on->number);
    return each.is_new;
  });
  for (auto& each : opened_) {
    run& on = *each.on;
    static_cast<run_scalars&>(on.state) = each.before;
    for (; on.history.size() > each.events; on.history.pop_back())
      spend();
    for_each_table([](auto& map) { map.undo(); }, on.state);
    if (on.updates)
      on.updates->undo();
    // Those that were flushed got an id meanwhile.
    for (const auto& [place, event] : on.state.buffered) {
      event->clear_event_id();
      event->clear_task_id();
      set_started_event_id(*event, 0);
    }
    each.is_removed = false;
    each.is_shown = false;
  }
  rec_.last_stamp = last_stamp_;
  rec_.last_task_id = last_task_id_;
  rec_.last_run_number = last_run_number_;
  rec_.armed = armed_;
  tx = {};
}

bool change::opened_run::differs() const {
  if (is_new || is_removed || grew() || !(before == static_cast<const run_scalars&>(on->state)))
    return true;
  bool noted = false;
  for_each_table([&](const auto& map) { noted = noted || !map.notes().empty(); }, on->state);
  return noted;
}

bool change::opened_run::counts() const {
  if (is_new || grew())
    return true;
  // What other workflows answered is bookkeeping of this service, unless an event tells of it.
  if (before.owes_report != on->state.owes_report)
    return false;
  if (!(before == static_cast<const run_scalars&>(on->state)))
    return true;
  bool noted = false;
  for_each_table(
      [&](const auto& map) {
        const void* const of = &map;
        const bool is_own =
            of != &on->state.peers
            && (of != &on->state.activities || !are_due_retries(on->state.activities));
        noted = noted || (is_own && !map.notes().empty());
      },
      on->state);
  return noted;
}

void change::close() {
  auto patch = std::make_shared<record_patch>();
  patch->runs.reserve(opened_.size());
  std::size_t removed = 0;
  for (auto& each : opened_) {
    run& on = *each.on;
    if (each.is_removed) {
      ++removed;
      for_each_table([](auto& map) { map.clear(); }, on.state);
    }
    // Also of a run that did not change: what is around it may have.
    update_deadlines(rec_, on, around, each.is_removed);
    if (!each.differs())
      continue;
    auto& of = patch->runs.emplace_back();
    of.run_id = on.id;
    of.number = on.number;
    of.is_new = each.is_new;
    of.is_removed = each.is_removed;
    of.scalars_differ = each.is_new || !(each.before == static_cast<const run_scalars&>(on.state));
    of.first_event = each.is_removed ? 0 : each.events;
    of.end_event = each.is_removed ? each.events : on.history.size();
  }
  tx.removed.reserve(removed);
  const auto next =
      rec_.deadlines.empty() ? std::nullopt : std::optional{rec_.deadlines.begin()->when};
  if (next != rec_.armed)
    tx.effects.push_back(record_timer{next});
  // Nothing below can fail.
  rec_.armed = next;
  for (const auto& each : opened_)
    if (each.on->updates)
      each.on->updates->forget_notes();
  auto of = patch->runs.begin();
  for (auto& each : opened_) {
    if (of == patch->runs.end())
      break;
    if (of->number != each.on->number)
      continue;
    for_each_table(
        [](auto& map, auto& touched) { map.give_notes_to(touched); }, each.on->state, of->touched);
    if (of->is_removed)
      tx.removed.push_back(rec_.runs.remove(of->number));
    ++of;
  }
  tx.changed = !patch->runs.empty();
  if (tx.changed)
    tx.patch = std::move(patch);
}

} // namespace troupe::embedded
