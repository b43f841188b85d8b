// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/directory.hpp"

namespace troupe::embedded {

/// The actors that a service is made of, for its directory.
extern const actor_makers service_actors;

} // namespace troupe::embedded
