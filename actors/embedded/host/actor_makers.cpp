// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/actor_makers.hpp"

#include "actors/embedded/batch/batch_actor.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "actors/embedded/matching/task_queue_actor.hpp"
#include "actors/embedded/nexus/callback_deliverer_actor.hpp"
#include "actors/embedded/nexus/nexus_dispatcher_actor.hpp"
#include "actors/embedded/registry/registry_actor.hpp"
#include "actors/embedded/visibility/visibility_actor.hpp"

#include <caf/actor_system.hpp>

#include <functional>

namespace troupe::embedded {
namespace {

template <class Actor, class Handle, class... Args>
Handle make(directory& in, Args... args) {
  return in.system.spawn<Actor>(std::ref(in.home), std::ref(in), std::move(args)...);
}

} // namespace

const actor_makers service_actors{
    .execution =
        [](directory& in, const std::string& namespace_id, const std::string& workflow_id) {
          return make<execution_actor, execution_handle>(in, namespace_id, workflow_id);
        },
    .queue =
        [](directory& in,
           const std::string& namespace_id,
           const std::string& name,
           queue_kind kind) {
          return make<task_queue_actor, task_queue_handle>(in, namespace_id, name, kind);
        },
    .dispatcher =
        [](directory& in, const std::string& caller_namespace_id, const std::string& endpoint) {
          return make<nexus_dispatcher_actor, nexus_dispatcher_handle>(
              in, caller_namespace_id, endpoint);
        },
    .deliverer =
        [](directory& in, const std::string& destination) {
          return make<callback_deliverer_actor, callback_deliverer_handle>(in, destination);
        },
    .visibility =
        [](directory& in, const std::string& namespace_id) {
          return make<visibility_actor, visibility_handle>(in, namespace_id);
        },
    .batches =
        [](directory& in, const std::string& namespace_id) {
          return make<batch_actor, batch_handle>(in, namespace_id);
        },
    .registry = [](directory& in) { return make<registry_actor, registry_handle>(in); },
};

} // namespace troupe::embedded
