// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/service_access.hpp"

#include <troupe/caf.hpp>

#include <utility>

namespace troupe {

service service_in(caf::actor_system& system, service_options options) {
  return embedded::service_access::in(system, std::move(options));
}

} // namespace troupe
