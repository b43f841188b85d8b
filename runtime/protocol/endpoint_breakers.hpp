// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <string>
#include <vector>

namespace temporal::api::nexus::v1 {
class Endpoint;
}

namespace troupe::protocol {

/// What a circuit breaker of a Nexus endpoint is doing: there is one for each caller namespace and
/// sort of request. One that is closed and has counted no failure is not told of.
///
/// The API of a Temporal server tells only of the operations that are held back. Here breakers are
/// a field of ours (1001) of `Endpoint`, in answers.
struct endpoint_breaker {
  enum class states : char { closed = 1, open, half_open };

  std::string caller_namespace;
  bool is_for_cancels = false; ///< or for starts
  states state = states::closed;
  int failures = 0;           ///< in a row, while it is closed
  std::string opened_by = {}; ///< `service/operation x6, ...`: what failed when it opened
  time_point open_until = {}; ///< while it is open

  friend bool operator==(const endpoint_breaker&, const endpoint_breaker&) = default;
};

[[nodiscard]] std::vector<endpoint_breaker>
circuit_breakers(const temporal::api::nexus::v1::Endpoint& of);
void add_circuit_breaker(temporal::api::nexus::v1::Endpoint& to, const endpoint_breaker& what);

/// `closed`, `open`, `half open`.
[[nodiscard]] const char* name_of(endpoint_breaker::states state) noexcept;

} // namespace troupe::protocol
