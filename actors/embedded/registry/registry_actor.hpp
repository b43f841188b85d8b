// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/service_actor.hpp"
#include "runtime/embedded/matching/queue_configs.hpp"
#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/embedded/store/store.hpp"

#include <deque>
#include <string>
#include <vector>

namespace temporal::api::nexus::v1 {
class Endpoint;
}

namespace troupe::embedded {

class directory;

/// Namespaces, search attributes, Nexus endpoints and configurations of task queues.
///
/// Owns:      the right to change the registries; all actors of the shard may read them.
/// Receives:  serve_call (method table), commit_ended (store), go_on_deleting (itself, and once for
///            each namespace that a former service did not get to the end with).
/// Sends:     answers; look_at_limits (task queues whose configuration changed); delete_run
///            (executions) and drop_index (visibility, batch) for deleted namespaces.
/// Dies when: the service does.
///
/// A change is made once it is durable, and answered then; what comes meanwhile waits in order.
///
/// A deleted namespace goes in steps, as it may have very many runs: some of them are deleted, then
/// some more once those are gone, then its row. Its task queues end when they are looked at next.
class registry_actor final : public service_actor<registry_handle> {
public:
  registry_actor(caf::actor_config& cfg, actors::shard& home, directory& here);

  const char* name() const override { return "registry"; }
  behavior_type make_behavior() override;

  // -- what the rows of the method table ask for (call/registry_calls.cpp) -----------------------

  namespace_registry& namespaces();
  endpoint_registry& endpoints();
  queue_configs& configs();
  [[nodiscard]] time_point now() const;
  /// Says in an answer what the endpoint's circuit breakers are doing.
  void tell_breakers(temporal::api::nexus::v1::Endpoint& of) const;

private:
  void serve_next();
  void change_for(const call_ptr& from);
  void erase_namespace(std::string id);
  void commit(commit_batch rows);
  void finish(bool is_durable);
  void finish_change(bool is_durable);
  void finish_erasing(bool is_durable);
  void go_on(const std::string& deleted_namespace_id);
  void go_on_later(const std::string& deleted_namespace_id, duration pause);

  directory& directory_;
  std::deque<call_ptr> waiting_;
  std::deque<std::string> emptied_; ///< ids of deleted namespaces that have no runs any more
  bool is_writing_ = false;
  call_ptr changes_;    ///< whose change is on its way to the store, or
  std::string erasing_; ///< the id of a namespace that is
  std::vector<namespace_entry> namespaces_to_put_;
  endpoint_registry::changes endpoints_to_put_;
  std::vector<queue_configs::change> configs_to_put_;
};

} // namespace troupe::embedded
