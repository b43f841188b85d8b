// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/rpc_status.hpp>
#include <troupe/unique_function.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::rpc {

class caller;

using metadata = std::vector<std::pair<std::string, std::string>>; ///< lower-case keys; `-bin` keys
                                                                   ///< hold raw bytes

/// One unary call: the full method name, the serialised request, and how long the caller is willing
/// to wait.
struct call {
  std::string_view
      method; ///< `/temporal.api.workflowservice.v1.WorkflowService/PollNexusTaskQueue`;
              ///< must be a literal or outlive the call
  bytes request;
  std::chrono::milliseconds timeout{30'000}; ///< becomes the deadline that the service sees
  metadata headers; ///< besides those that the transport adds to every call, unless they are here
  bool is_long_poll = false;  ///< the service answers when something happens: counted apart
  bool is_tried_once = false; ///< also by a transport that would try again
  /// Why it must not be sent (what the caller gave is no message that the service could read); ends
  /// with `invalid_argument` if it is started on a transport that tries again.
  std::string problem = {};
};

using reply_handler = unique_function<void(rpc_status, bytes)>;

/// Unary calls to one Temporal service, as bytes. Long polls are calls that take long.
///
/// Bound to one executor: calls are started on its thread and every handler runs there, exactly
/// once, never inside `start`. Cancelling makes the handler run soon with `cancelled`. Destroying
/// the transport cancels what is in flight; its executor must outlive it. Implementations: gRPC
/// (`grpc_transport`), in memory (`direct_transport`).
class transport {
public:
  using call_id = std::uint64_t; ///< never 0

  virtual ~transport() = default;

  virtual call_id start(call what, reply_handler on_reply) = 0;
  virtual void cancel(call_id id) = 0;
};

/// A Temporal service that can be called without a network: what the embedded service offers its
/// fronts and the direct transport. One request in, one reply out, both as bytes.
class local_service {
public:
  virtual ~local_service() = default;

  struct request {
    std::string method; ///< full name, leading slash
    bytes message;
    time_point deadline; ///< `time_point::max()` if the caller set none
    metadata headers;    ///< of a call in this process; the others' are the caller's
    /// Lives until the call is answered; null: somebody in this process, with these headers.
    const caller* from = nullptr;
  };

  /// Tells a call that its caller is gone (a client that vanished in a long poll). Thread-safe, may
  /// be called late.
  using cancel_function = unique_function<void()>;

  /// Serves one call. Thread-safe. `on_reply` runs exactly once, on the service's thread, also for
  /// unknown methods
  /// (`unimplemented`, `unknown method ...`) and after cancel (`cancelled`).
  virtual cancel_function handle(request what, reply_handler on_reply) = 0;
};

/// A service that outlives whoever holds this.
inline std::shared_ptr<local_service> not_owned(local_service& service) {
  return {std::shared_ptr<void>{}, &service};
}

} // namespace troupe::rpc
