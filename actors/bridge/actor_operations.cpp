// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/executor.hpp"
#include "runtime/nexus/operation_state.hpp"

#include <troupe/caf.hpp>
#include <troupe/nexus/error.hpp>

#include <caf/sec.hpp>

namespace troupe::nexus::detail {

executor& home_of(const operation_context& context) noexcept {
  return *context_access::state(context).where;
}

void post_to(executor& home, unique_function<void()> work) {
  home.post(std::move(work));
}

void throw_actor_error(const caf::actor_system& system, const caf::error& error) {
  const bool gone = error == caf::sec::request_receiver_down || error == caf::sec::request_timeout;
  throw handler_error(
      gone ? handler_error_type::unavailable : handler_error_type::internal,
      "the actor that serves this operation answered with an error: " + system.render(error));
}

} // namespace troupe::nexus::detail
