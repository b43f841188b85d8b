// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/activity/attempt.hpp"
#include "runtime/rpc/transport.hpp"

#include <exception>

namespace troupe::activity {

/// What tells the service the outcome of an attempt (which is not `later`):
/// RespondActivityTaskCompleted, ...Failed with the heartbeat details that were not sent yet, or
/// ...Canceled. `call::problem` says why it must not be sent.
[[nodiscard]] rpc::call answer_of(const attempt& what, std::chrono::milliseconds timeout);
/// Another answer instead: that it failed with this error.
[[nodiscard]] rpc::call failure_answer(
    const attempt& what, const std::exception_ptr& why, std::chrono::milliseconds timeout);
/// RecordActivityTaskHeartbeat.
[[nodiscard]] rpc::call
heartbeat_of(const attempt& what, payloads details, std::chrono::milliseconds timeout);

} // namespace troupe::activity
