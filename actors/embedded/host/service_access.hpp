// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/service.hpp>

#include <string>

namespace caf {
class actor_system;
}

namespace troupe::gateway {
struct site_files;
struct site_options;
} // namespace troupe::gateway

namespace troupe::embedded {

/// What the rest of the library may do with a service that users may not.
struct service_access {
  /// A service whose actors live in the user's own actor system, which must outlive it.
  static service in(caf::actor_system& system, service_options options);

  /// A service that counts its calls also if `options` name no address for metrics: its Web UI
  /// shows them.
  static service counted(service_options options);

  /// An HTTP front that serves a page's files, and the JSON API below `api/`; and to whom
  /// `read` is granted for the service its metrics, if it counts. Says to the page whether keys
  /// are taken. Returns its address and throws as `service::listen_http` does, also if an option
  /// cannot be what it should.
  static std::string listen_ui(
      service& on,
      const std::string& address,
      gateway::site_files files,
      gateway::site_options options);
};

} // namespace troupe::embedded
