// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/error.hpp>

#include <caf/error.hpp>
#include <caf/fwd.hpp>

#include <exception>
#include <string>
#include <variant>

/// One table between the errors of actors and those of Nexus, both ways: what an actor that serves
/// an operation answers with, and what an actor that asked for one is told.
namespace troupe::nexus {

/// The request could not be served, for this reason: an actor answers with it, and the service
/// tries again or not as the type says, unless `retry` does. May be sent to other nodes.
[[nodiscard]] caf::error actor_error(
    handler_error_type type, std::string text, retry_behavior retry = retry_behavior::unspecified);

/// The operation itself has failed, or was cancelled, for good. May be sent to other nodes.
[[nodiscard]] caf::error actor_error(operation_state state, std::string text);

/// Any exception of ours as the error that an actor would be told: the outcome of an operation that
/// was called (`operation_failed_error`, `nexus_operation_error` and what they were caused by), a
/// call that failed (`rpc_error`), or what a handler throws. An operation that was cancelled or
/// failed is an error of that state, one that ran out of time is `caf::sec::request_timeout`, all
/// others are of a handler error's type.
[[nodiscard]] caf::error actor_error(const std::exception_ptr& thrown);

/// What Nexus knows of errors.
using actor_failure = std::variant<operation_error, handler_error>;

/// What `error` stands for; `system` renders those that are not in this table:
///
/// | `caf::error` | is | tried again |
/// |---|---|---|
/// | `actor_error(type, text, retry)` | that `handler_error` | as it says |
/// | `actor_error(state, text)` | that `operation_error` | no |
/// | `sec::invalid_argument` | BAD_REQUEST | no |
/// | `sec::unexpected_message` | NOT_IMPLEMENTED | no |
/// | `sec::unexpected_response` | INTERNAL | no |
/// | `sec::request_timeout` | UPSTREAM_TIMEOUT | yes |
/// | an exit reason; `sec::request_receiver_down` and what says that a node cannot be reached |
/// UNAVAILABLE | yes | | any other | INTERNAL | yes |
[[nodiscard]] actor_failure meaning_of(const caf::actor_system& system, const caf::error& error);

} // namespace troupe::nexus
