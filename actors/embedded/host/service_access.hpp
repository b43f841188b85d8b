// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/service.hpp>

namespace caf {
class actor_system;
}

namespace troupe::embedded {

/// What the rest of the library may do with a service that users may not.
struct service_access {
  /// A service whose actors live in the user's own actor system, which must outlive it.
  static service in(caf::actor_system& system, service_options options);
};

} // namespace troupe::embedded
