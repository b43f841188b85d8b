// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/embedded/directory/service_actor.hpp"

namespace troupe::embedded {

class directory;

/// Namespaces, search attributes and Nexus endpoints of the service.
///
/// Owns:      the right to change the registries; all actors of the shard may read them.
/// Receives:  serve_call (method table).
/// Sends:     answers.
/// Dies when: the service does.
class registry_actor final : public service_actor<registry_handle> {
public:
  registry_actor(caf::actor_config& cfg, actors::shard& home, directory& here);

  const char* name() const override { return "registry"; }
  behavior_type make_behavior() override;

private:
  void serve(const call_ptr& from);
  bool serve_namespaces(const call_ptr& from, std::string_view method);
  bool serve_attributes(const call_ptr& from, std::string_view method);
  bool serve_endpoints(const call_ptr& from, std::string_view method);

  directory& directory_;
};

} // namespace troupe::embedded
