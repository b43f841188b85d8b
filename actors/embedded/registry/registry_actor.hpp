// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/service_actor.hpp"
#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"

#include <deque>
#include <vector>

namespace troupe::embedded {

class directory;

/// Namespaces, search attributes and Nexus endpoints of the service.
///
/// Owns:      the right to change the registries; all actors of the shard may read them.
/// Receives:  serve_call (method table), commit_ended (store).
/// Sends:     answers.
/// Dies when: the service does.
///
/// A change is made once it is durable, and answered then; what comes meanwhile waits in order.
class registry_actor final : public service_actor<registry_handle> {
public:
  registry_actor(caf::actor_config& cfg, actors::shard& home, directory& here);

  const char* name() const override { return "registry"; }
  behavior_type make_behavior() override;

  // -- what the rows of the method table ask for (call/registry_calls.cpp) -----------------------

  namespace_registry& namespaces();
  endpoint_registry& endpoints();
  [[nodiscard]] time_point now() const;

private:
  void serve_next();
  void change_for(const call_ptr& from);
  void finish_change(bool is_durable);

  directory& directory_;
  std::deque<call_ptr> waiting_;
  call_ptr changes_; ///< whose change is on its way to the store
  std::vector<namespace_entry> namespaces_to_put_;
  endpoint_registry::changes endpoints_to_put_;
};

} // namespace troupe::embedded
