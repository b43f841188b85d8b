// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/client.hpp"

#include <troupe/unique_function.hpp>

namespace troupe::embedded {

/// How the service's requests to other servers leave it: callbacks to addresses of theirs, and
/// operations whose endpoint is one.
class outbound {
public:
  /// Reads an answer, away from the shard; what it returns runs there.
  using reader = unique_function<unique_function<void()>(http::received)>;

  virtual ~outbound() = default;

  /// On the shard. `read` is called once, unless the service ends before.
  virtual void send(http::outgoing what, reader read) = 0;
};

} // namespace troupe::embedded
