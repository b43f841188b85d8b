// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/wire.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/embedded/record/patch.hpp"
#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/table_rows.hpp"

#include <troupe/embedded/v1/record.pb.h>

#include <algorithm>
#include <unordered_map>

namespace troupe::embedded {
namespace {

/// Of what an older reader would misread.
constexpr std::uint32_t format = 1;

std::string record_key(std::string_view namespace_id, std::string_view workflow_id) {
  std::string key;
  add_key_part(key, namespace_id);
  add_key_part(key, workflow_id);
  return key;
}

std::string run_key(const std::string& of_record, std::uint64_t number) {
  auto key = of_record;
  add_key_part(key, number);
  return key;
}

void add_item_part(std::string& key, const std::string& item) {
  add_key_part(key, std::string_view{item});
}

void add_item_part(std::string& key, std::int64_t item) {
  add_key_part(key, static_cast<std::uint64_t>(item));
}

template <class Item>
row_key item_key(table where, std::string of_run, const Item& item) {
  add_item_part(of_run, item);
  return {where, std::move(of_run)};
}

void add_head(const record& after, const std::string& key, commit_batch& to) {
  if (after.runs.empty()) {
    to.rows.push_back({{table::record, key}, std::nullopt});
    return;
  }
  v1::RecordHead head;
  head.set_format(format);
  head.set_name_space(after.name_space);
  head.set_namespace_id(after.namespace_id);
  head.set_workflow_id(after.workflow_id);
  head.set_last_stamp(after.last_stamp);
  head.set_last_task_id(after.last_task_id);
  head.set_last_run_number(after.last_run_number);
  to.rows.push_back({{table::record, key}, head.SerializeAsString()});
}

/// The rows of the entries that changed, each once. `now` is null if the run is gone.
template <class Map>
void add_entries(const std::string& of_run, const Map* now, const Map& touched, commit_batch& to) {
  using rows = table_rows<Map>;
  const auto& notes = touched.notes();
  std::vector<std::size_t> order(notes.size());
  for (std::size_t at = 0; at < order.size(); ++at)
    order[at] = at;
  std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return notes[left].key != notes[right].key ? notes[left].key < notes[right].key : left < right;
  });
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto& first = notes[order[at]];
    if (at > 0 && notes[order[at - 1]].key == first.key)
      continue;
    spend();
    auto key = item_key(rows::where, of_run, first.key);
    if (now != nullptr)
      if (const auto found = now->find(first.key); found != now->end()) {
        to.rows.push_back({std::move(key), rows::write(found->first, found->second)});
        continue;
      }
    if (first.before) // what came and went within the decision has no row
      to.rows.push_back({std::move(key), std::nullopt});
  }
}

void add_removed(const std::string& of_run, const run_patch& patch, commit_batch& to) {
  if (patch.is_new)
    return; // it came and went within the decision
  to.rows.push_back({{table::run, of_run}, std::nullopt});
  to.rows.push_back({{table::run_state, of_run}, std::nullopt});
  for (auto at = patch.first_event; at < patch.end_event; ++at) {
    spend();
    to.rows.push_back(
        {item_key(table::event, of_run, static_cast<std::int64_t>(at + 1)), std::nullopt});
  }
  for_each_table(
      [&](const auto& touched) {
        add_entries(of_run, static_cast<decltype(&touched)>(nullptr), touched, to);
      },
      patch.touched);
}

void add_run(const std::string& of_run, const run& on, const run_patch& patch, commit_batch& to) {
  if (patch.is_new)
    to.rows.push_back({{table::run, of_run}, write_origin(on)});
  if (patch.scalars_differ)
    to.rows.push_back({{table::run_state, of_run}, write_scalars(on.state)});
  for (auto at = patch.first_event; at < patch.end_event; ++at) {
    auto bytes = on.history[at]->SerializeAsString();
    spend(1 + bytes.size() / bytes_of_a_unit);
    to.rows.push_back(
        {item_key(table::event, of_run, static_cast<std::int64_t>(at + 1)), std::move(bytes)});
  }
  for_each_table(
      [&](const auto& now, const auto& touched) { add_entries(of_run, &now, touched, to); },
      static_cast<const run_tables&>(on.state),
      patch.touched);
}

/// Reads rows of one record, in any order.
class reader {
public:
  read_outcome read(const std::vector<row>& rows) {
    if (rows.empty())
      return {};
    if (read_head(rows)) {
      for (const auto& each : rows)
        if (each.key.where == table::run && !read_run(each))
          break;
      for (const auto& each : rows) {
        if (!problem_.empty())
          break;
        spend(1 + each.value.size() / bytes_of_a_unit);
        read_row(each);
      }
    }
    if (problem_.empty())
      finish();
    if (!problem_.empty())
      return {nullptr, std::move(problem_)};
    return {std::move(rec_), {}};
  }

private:
  bool fail(std::string why) {
    if (problem_.empty())
      problem_ = std::move(why);
    return false;
  }

  bool read_head(const std::vector<row>& rows) {
    const auto head = std::find_if(
        rows.begin(), rows.end(), [](const row& each) { return each.key.where == table::record; });
    v1::RecordHead from;
    if (head == rows.end())
      return fail("the record has no head");
    if (!from.ParseFromString(head->value))
      return fail("the head of the record cannot be parsed");
    if (from.format() != format)
      return fail(
          "the record has format " + std::to_string(from.format()) + ", known is "
          + std::to_string(format));
    rec_ = std::make_shared<record>();
    rec_->name_space = from.name_space();
    rec_->namespace_id = from.namespace_id();
    rec_->workflow_id = from.workflow_id();
    rec_->last_stamp = from.last_stamp();
    rec_->last_task_id = from.last_task_id();
    rec_->last_run_number = from.last_run_number();
    prefix_ = record_key(rec_->namespace_id, rec_->workflow_id);
    if (head->key.key != prefix_)
      return fail("the head of the record lies in another one's place");
    return true;
  }

  bool read_run(const row& from) {
    auto made = std::make_unique<run>();
    if (!read_origin(from.value, *made))
      return fail("a run cannot be parsed");
    if (from.key.key != run_key(prefix_, made->number) || runs_.contains(made->number))
      return fail("a run lies in another one's place");
    // In the order of their keys runs come by number, as the set wants them.
    const auto number = made->number;
    runs_.emplace(number, std::move(made));
    return true;
  }

  /// The run that a row belongs to, by its key; null if there is none.
  run* owner(const row& from) {
    const std::string_view key = from.key.key;
    if (key.size() < prefix_.size() + sizeof(std::uint64_t) || !key.starts_with(prefix_))
      return nullptr;
    std::uint64_t number = 0;
    for (const char each : key.substr(prefix_.size(), sizeof number))
      number = number << 8U | static_cast<unsigned char>(each);
    const auto found = runs_.find(number);
    return found == runs_.end() ? nullptr : found->second.get();
  }

  void read_row(const row& from) {
    if (from.key.where == table::record || from.key.where == table::run)
      return;
    run* const on = owner(from);
    if (!on) {
      fail("a row belongs to no run of the record");
      return;
    }
    if (from.key.where == table::run_state) {
      if (!read_scalars(from.value, on->state))
        fail("the state of a run cannot be parsed");
      return;
    }
    if (from.key.where == table::event) {
      auto event = std::make_shared<history_event>();
      if (!event->ParseFromString(from.value))
        fail("an event cannot be parsed");
      event->ByteSizeLong(); // readers of histories rely on its cached size
      on->history.push_back(std::move(event));
      return;
    }
    bool known = false;
    for_each_table([&](auto& map) { known = read_entry(from, map) || known; }, on->state);
    if (!known)
      fail("a row belongs to no table of a run");
  }

  /// False if the row is of another table.
  template <class Map>
  bool read_entry(const row& from, Map& map) {
    if (from.key.where != table_rows<Map>::where)
      return false;
    if (!table_rows<Map>::read(from.value, map))
      fail("an entry of a run cannot be parsed");
    return true;
  }

  void finish() {
    for (auto& [number, each] : runs_) {
      auto& history = each->history;
      std::sort(history.begin(), history.end(), [](const event_ptr& left, const event_ptr& right) {
        return left->event_id() < right->event_id();
      });
      if (history.empty()
          || each->state.next_event_id != static_cast<std::int64_t>(history.size()) + 1
          || history.back()->event_id() != static_cast<std::int64_t>(history.size()))
        fail("the history of run " + each->id + " has gaps");
      const auto event = [&](std::int64_t id) {
        return id < 1 || id > static_cast<std::int64_t>(history.size())
                   ? event_ptr{}
                   : history[static_cast<std::size_t>(id - 1)];
      };
      auto& operations = each->state.nexus_operations;
      for (auto at = operations.begin(); at != operations.end() && problem_.empty(); ++at)
        if (auto scheduled = event(at->first))
          operations.edit(at).scheduled = std::move(scheduled);
        else
          fail("an operation has no event");
      auto& activities = each->state.activities;
      for (auto at = activities.begin(); at != activities.end() && problem_.empty(); ++at)
        if (auto scheduled = event(at->second.scheduled_event_id))
          activities.edit(at).scheduled = std::move(scheduled);
        else
          fail("an activity has no event");
      auto& peers = each->state.peers;
      for (auto at = peers.begin(); at != peers.end() && problem_.empty(); ++at)
        if (auto initiated = event(at->first))
          peers.edit(at).initiated = std::move(initiated);
        else
          fail("a child, signal or cancel request has no event");
      for_each_table([](auto& map) { map.forget_notes(); }, each->state);
      find_updates(*each);
      if (problem_.empty())
        rec_->runs.add(std::move(each));
    }
  }

  /// What the history tells of updates.
  static void find_updates(run& on) {
    for (const auto& event : on.history) {
      if (event->event_type() != enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED
          && event->event_type() != enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
          && event->event_type() != enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED)
        continue;
      if (!on.updates)
        on.updates = std::make_unique<run_updates>();
      auto& all = *on.updates;
      if (event->has_workflow_execution_update_admitted_event_attributes()) {
        all.by_event.put(
            event->workflow_execution_update_admitted_event_attributes()
                .request()
                .meta()
                .update_id(),
            event->event_id());
        continue;
      }
      if (event->has_workflow_execution_update_accepted_event_attributes()) {
        const auto& accepted =
            event->workflow_execution_update_accepted_event_attributes().protocol_instance_id();
        all.by_event.erase(accepted);
        all.accepted.put(accepted, event->event_id());
        continue;
      }
      const auto& id =
          event->workflow_execution_update_completed_event_attributes().meta().update_id();
      all.accepted.erase(id);
      all.completed.put(id, event->event_id());
    }
    if (on.updates)
      on.updates->forget_notes();
  }

  std::shared_ptr<record> rec_;
  std::string prefix_;
  std::map<std::uint64_t, std::unique_ptr<run>> runs_;
  std::string problem_;
};

} // namespace

commit_batch rows_of(const record& after, const transaction& what) {
  commit_batch batch;
  if (!what.patch)
    return batch;
  const auto key = record_key(after.namespace_id, after.workflow_id);
  add_head(after, key, batch);
  for (const auto& patch : what.patch->runs) {
    const auto of_run = run_key(key, patch.number);
    if (patch.is_removed)
      add_removed(of_run, patch, batch);
    else if (const run* const on = after.runs.find(std::string_view{patch.run_id}))
      add_run(of_run, *on, patch, batch);
  }
  return batch;
}

std::vector<row_range> ranges_of(std::string_view namespace_id, std::string_view workflow_id) {
  const auto key = record_key(namespace_id, workflow_id);
  std::vector<row_range> ranges;
  for (const auto where : {table::record, table::run, table::run_state, table::event})
    ranges.push_back({where, key});
  const run_tables any;
  for_each_table(
      [&](const auto& map) {
        ranges.push_back({table_rows<std::remove_cvref_t<decltype(map)>>::where, key});
      },
      any);
  return ranges;
}

read_outcome read_record(const std::vector<row>& rows) {
  return reader{}.read(rows);
}

} // namespace troupe::embedded
