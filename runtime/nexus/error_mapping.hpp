// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/error.hpp>
#include <troupe/rpc_status.hpp>

#include <exception>
#include <variant>

namespace troupe::nexus {

/// What left a handler, as what the service understands.
using handler_outcome_error = std::variant<operation_error, handler_error>;

/// The one place where errors change families:
///
/// | thrown | becomes |
/// |---|---|
/// | `operation_error` | itself |
/// | `handler_error` | itself |
/// | non-retryable `application_error` | INTERNAL, NON_RETRYABLE, with it as the cause |
/// | `rpc_error` (a client call in the handler) | by its code, see `from_rpc`, with it as the cause
/// | | anything else | INTERNAL, with it as the cause; retried |
///
/// Input that cannot be decoded never gets here: it is a BAD_REQUEST `handler_error` where it is
/// noticed.
[[nodiscard]] handler_outcome_error classify(const std::exception_ptr& thrown);

/// | gRPC code | handler error |
/// |---|---|
/// | INVALID_ARGUMENT | BAD_REQUEST |
/// | ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE | INTERNAL, NON_RETRYABLE |
/// | ABORTED, UNAVAILABLE | UNAVAILABLE |
/// | NOT_FOUND | NOT_FOUND |
/// | RESOURCE_EXHAUSTED | RESOURCE_EXHAUSTED |
/// | UNIMPLEMENTED | NOT_IMPLEMENTED |
/// | DEADLINE_EXCEEDED | UPSTREAM_TIMEOUT |
/// | CANCELLED, UNKNOWN, INTERNAL, DATA_LOSS, UNAUTHENTICATED, PERMISSION_DENIED, others | INTERNAL
/// |
///
/// The last row is deliberate: a worker without permission is the handler's trouble, not the
/// caller's.
[[nodiscard]] handler_error from_rpc(const rpc_status& status, std::string message);

} // namespace troupe::nexus
