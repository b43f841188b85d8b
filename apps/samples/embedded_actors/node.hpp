// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/embedded_actors/phrasebook.hpp"

#include <troupe/caf.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <cstdint>
#include <string>

namespace embedded_actors {

/// A system of the user's own, with CAF's network layer.
struct networked : caf::actor_system_config {
  networked() {
    load<caf::io::middleman>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
    add_message_type<phrase>("phrase");
    troupe::nexus::add_message_types<phrasebook_service>(*this);
  }
};

/// The service of the sample: it has the endpoint, and operations without workflows.
inline troupe::service_options service_options() {
  return {
      .endpoints = {{endpoint, "default", task_queue}},
      .dynamic_config = {{"nexusoperation.enableStandalone", "true"}}};
}

/// A worker in the same system whose operations are served by an actor, wherever that lives.
inline troupe::worker
serve(caf::actor_system& system, troupe::service& service, const phrasebook& by) {
  auto worker = troupe::worker_in(system, service.connect(), {.task_queue = task_queue});
  worker.add(troupe::nexus::handler_by_actor<phrasebook_service>(by));
  return worker;
}

} // namespace embedded_actors
