// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/registry/registry_actor.hpp"

#include "actors/embedded/call/method_row.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/registry/registry_rows.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

namespace troupe::embedded {

registry_actor::registry_actor(caf::actor_config& cfg, actors::shard& home, directory& here)
    : service_actor(cfg, home), directory_(here) {}

registry_actor::behavior_type registry_actor::make_behavior() {
  return {
      [this](const serve_call& message) {
        waiting_.push_back(message.what);
        serve_next();
      },
      [this](const commit_ended& message) {
        finish_change(message.is_durable);
        serve_next();
      },
  };
}

void registry_actor::serve_next() {
  while (!changes_ && !waiting_.empty()) {
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    guard(
        [&] { change_for(next); },
        [&](const rpc_status& fault) {
          changes_ = nullptr;
          next->replace_answer(fault);
        });
  }
}

void registry_actor::change_for(const call_ptr& from) {
  from->hold_answer();
  endpoints_to_put_ = directory_.endpoints.plan(
      [&] { namespaces_to_put_ = directory_.namespaces.plan([&] { serve(*this, from); }); });
  if (namespaces_to_put_.empty() && endpoints_to_put_.put.empty()
      && endpoints_to_put_.removed.empty()) {
    from->release_answer();
    return;
  }
  changes_ = from;
  if (!directory_.store.keeps_rows()) {
    finish_change(true);
    return;
  }
  directory_.store.commit(
      registry_owner,
      rows_of(namespaces_to_put_, endpoints_to_put_),
      [weak = caf::actor_cast<caf::actor_addr>(this)](bool is_durable) {
        if (auto self = caf::actor_cast<registry_handle>(weak))
          actors::tell(self, commit_ended{0, is_durable});
      });
}

void registry_actor::finish_change(bool is_durable) {
  const auto from = std::exchange(changes_, nullptr);
  if (!is_durable) {
    from->replace_answer(store_failed());
    return;
  }
  directory_.take_changes(std::move(namespaces_to_put_), std::move(endpoints_to_put_));
  from->release_answer();
}

namespace_registry& registry_actor::namespaces() {
  return directory_.namespaces;
}

endpoint_registry& registry_actor::endpoints() {
  return directory_.endpoints;
}

time_point registry_actor::now() const {
  return directory_.now();
}

} // namespace troupe::embedded
