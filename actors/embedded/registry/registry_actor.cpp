// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/registry/registry_actor.hpp"

#include "actors/embedded/batch/batch_rows.hpp"
#include "actors/embedded/call/method_row.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/registry/registry_rows.hpp"
#include "runtime/protocol/endpoint_breakers.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

#include <chrono>
#include <utility>

namespace troupe::embedded {

namespace {

/// Calls that were let in before the namespace was deleted have ended by then.
constexpr duration deletion_delay = std::chrono::seconds{1};
constexpr std::size_t deleted_in_one_step = 100;
constexpr duration deletion_pause = std::chrono::milliseconds{20};
constexpr duration fault_pause = std::chrono::seconds{10};

} // namespace

registry_actor::registry_actor(caf::actor_config& cfg, actors::shard& home, directory& here)
    : service_actor(cfg, home), directory_(here) {}

registry_actor::behavior_type registry_actor::make_behavior() {
  return {
      [this](const serve_call& message) {
        waiting_.push_back(message.what);
        serve_next();
      },
      [this](const commit_ended& message) {
        finish(message.is_durable);
        serve_next();
      },
      [this](const go_on_deleting& message) {
        guard(
            [&] { go_on(message.namespace_id); },
            [&](const rpc_status&) { go_on_later(message.namespace_id, fault_pause); });
        serve_next();
      },
  };
}

void registry_actor::serve_next() {
  while (!is_writing_ && !(waiting_.empty() && emptied_.empty())) {
    if (!emptied_.empty()) {
      auto next = std::move(emptied_.front());
      emptied_.pop_front();
      erase_namespace(std::move(next));
      continue;
    }
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    guard(
        [&] { change_for(next); },
        [&](const rpc_status& fault) {
          is_writing_ = false;
          changes_ = nullptr;
          next->replace_answer(fault);
        });
  }
}

void registry_actor::change_for(const call_ptr& from) {
  from->hold_answer();
  configs_to_put_ = directory_.queue_configs.plan([&] {
    endpoints_to_put_ = directory_.endpoints.plan(
        [&] { namespaces_to_put_ = directory_.namespaces.plan([&] { serve(*this, from); }); });
  });
  if (namespaces_to_put_.empty() && endpoints_to_put_.put.empty()
      && endpoints_to_put_.removed.empty() && configs_to_put_.empty()) {
    from->release_answer();
    return;
  }
  changes_ = from;
  commit(rows_of(namespaces_to_put_, endpoints_to_put_, configs_to_put_));
}

void registry_actor::erase_namespace(std::string id) {
  erasing_ = std::move(id);
  auto rows = rows_of_erased_namespace(erasing_, directory_.queue_configs.of_namespace(erasing_));
  for (const auto& job_id : directory_.batches_of(erasing_).ids())
    rows.rows.push_back({batch_key(erasing_, job_id), std::nullopt});
  commit(std::move(rows));
}

void registry_actor::commit(commit_batch rows) {
  is_writing_ = true;
  if (!directory_.store.keeps_rows()) {
    finish(true);
    return;
  }
  directory_.store.commit(
      registry_owner,
      std::move(rows),
      [weak = caf::actor_cast<caf::actor_addr>(this)](bool is_durable) {
        if (auto self = caf::actor_cast<registry_handle>(weak))
          actors::tell(self, commit_ended{0, is_durable});
      });
}

void registry_actor::finish(bool is_durable) {
  is_writing_ = false;
  if (changes_)
    finish_change(is_durable);
  else
    finish_erasing(is_durable);
}

void registry_actor::finish_change(bool is_durable) {
  const auto from = std::exchange(changes_, nullptr);
  if (!is_durable) {
    from->replace_answer(store_failed());
    return;
  }
  for (const auto& each : namespaces_to_put_)
    if (namespace_registry::is_being_deleted(each))
      go_on_later(each.id, deletion_delay);
  directory_.take_changes(std::move(namespaces_to_put_), std::move(endpoints_to_put_));
  for (auto& each : configs_to_put_)
    directory_.configure(std::move(each.of), std::move(each.to));
  from->release_answer();
}

// -- deleted namespaces --------------------------------------------------------------------------

void registry_actor::go_on(const std::string& deleted_namespace_id) {
  const auto* entry = directory_.namespaces.find_by_id(deleted_namespace_id);
  if (entry == nullptr || !namespace_registry::is_being_deleted(*entry))
    return;
  const auto runs = directory_.index_of(deleted_namespace_id).some(deleted_in_one_step);
  if (runs.empty()) {
    emptied_.push_back(deleted_namespace_id);
    return;
  }
  for (const auto& each : runs)
    actors::tell(directory_.execution(deleted_namespace_id, each.key), delete_run{each.run_id});
  go_on_later(deleted_namespace_id, deletion_pause);
}

void registry_actor::go_on_later(const std::string& deleted_namespace_id, duration pause) {
  home().schedule(
      pause, [weak = caf::actor_cast<caf::actor_addr>(this), id = deleted_namespace_id] {
        if (auto self = caf::actor_cast<registry_handle>(weak))
          actors::tell(self, go_on_deleting{id});
      });
}

void registry_actor::finish_erasing(bool is_durable) {
  const auto id = std::exchange(erasing_, {});
  if (!is_durable) {
    go_on_later(id, fault_pause);
    return;
  }
  directory_.namespaces.erase(id);
  directory_.queue_configs.erase_namespace(id);
  actors::tell(directory_.visibility(id), drop_index{});
  actors::tell(directory_.batches(id), drop_index{});
}

namespace_registry& registry_actor::namespaces() {
  return directory_.namespaces;
}

endpoint_registry& registry_actor::endpoints() {
  return directory_.endpoints;
}

queue_configs& registry_actor::configs() {
  return directory_.queue_configs;
}

time_point registry_actor::now() const {
  return directory_.now();
}

void registry_actor::tell_breakers(temporal::api::nexus::v1::Endpoint& of) const {
  const auto state_of = [](circuit_breaker::state state) {
    using enum protocol::endpoint_breaker::states;
    return state == circuit_breaker::state::open        ? open
           : state == circuit_breaker::state::half_open ? half_open
                                                        : closed;
  };
  for (auto& row : directory_.breakers.of(of.spec().name())) {
    const auto* caller = directory_.namespaces.find_by_id(row.caller_namespace_id);
    protocol::add_circuit_breaker(
        of,
        {.caller_namespace = caller != nullptr ? caller->name : row.caller_namespace_id,
         .is_for_cancels = row.is_for_cancels,
         .state = state_of(row.state),
         .failures = row.failures,
         .opened_by = std::move(row.opened_by),
         .open_until = row.open_until});
  }
}

} // namespace troupe::embedded
