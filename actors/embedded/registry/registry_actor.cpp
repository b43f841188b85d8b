// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/registry/registry_actor.hpp"

#include "actors/embedded/call/method_row.hpp"
#include "actors/embedded/directory/directory.hpp"

namespace troupe::embedded {

registry_actor::registry_actor(caf::actor_config& cfg, actors::shard& home, directory& here)
    : service_actor(cfg, home), directory_(here) {}

registry_actor::behavior_type registry_actor::make_behavior() {
  return {[this](const serve_call& message) {
    guard(
        [&] { serve(*this, message.what); },
        [&](const rpc_status& fault) { message.what->answer(fault); });
  }};
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
