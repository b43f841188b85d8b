// SPDX-License-Identifier: Apache-2.0
#pragma once

// For programs that have an actor system of their own: the only public header, with those of the
// folder `troupe/caf` that it includes, that shows CAF. Written for CAF 0.17.6.

#include <troupe/caf/ask.hpp>
#include <troupe/caf/error.hpp>
#include <troupe/caf/messages.hpp>
#include <troupe/caf/serve.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

namespace troupe {

/// A worker whose actors live in `system`, beside the user's own. Its shards are still threads of
/// its own, and it uses neither the system's scheduler nor its clock. The system must outlive the
/// worker; stop the worker before the system ends, which otherwise waits for its actors. Link
/// `troupe::worker`.
[[nodiscard]] worker worker_in(caf::actor_system& system, client client, worker_options options);

/// A service whose actors live in `system`, beside the user's own. Its shard is still a thread of
/// its own, and it uses neither the system's scheduler nor its clock. The system must outlive the
/// service; stop the service before the system ends. Throws `service_error` as its constructor
/// does. Link `troupe::service`.
[[nodiscard]] service service_in(caf::actor_system& system, service_options options = {});

} // namespace troupe
