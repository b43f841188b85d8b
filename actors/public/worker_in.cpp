// SPDX-License-Identifier: Apache-2.0
#include "actors/public/threaded_home.hpp"
#include "actors/public/worker_impl.hpp"

#include <troupe/caf.hpp>

namespace troupe {

worker worker_in(caf::actor_system& system, client client, worker_options options) {
  return worker{std::make_unique<detail::worker_impl>(
      std::make_unique<detail::threaded_home>(&system), std::move(client), std::move(options))};
}

} // namespace troupe
