// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/connection.hpp>
#include <troupe/rpc_status.hpp>

#include <string>

namespace troupe::rpc {

/// Why a service could not be reached and what to do, in words for whoever set the options, from
/// what gRPC says: a call that ended with `unavailable` or `deadline_exceeded` before any answer.
/// Empty if the status tells nothing of that sort.
[[nodiscard]] std::string connect_hint(const rpc_status& status, const connection_options& options);
/// The same of a connection that has worked with these options: what was right then is not doubted.
[[nodiscard]] std::string
reconnect_hint(const rpc_status& status, const connection_options& options);

} // namespace troupe::rpc
