// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace temporal::api::failure::v1 {
class Failure;
}
namespace temporal::api::nexus::v1 {
class Failure;
}

/// Failures as Nexus has them over HTTP, `{message, stackTrace, metadata, details, cause}`, and
/// what they are to Temporal. The real server does the same (`common/nexus/failure.go`), so that a
/// failure that passes through both is the same in the end.
namespace troupe::protocol {

inline constexpr std::string_view handler_error_type = "nexus.HandlerError";
inline constexpr std::string_view operation_error_type = "nexus.OperationError";

/// What is empty is left out; details that are no JSON too.
[[nodiscard]] std::string failure_json(const temporal::api::nexus::v1::Failure& from);
/// Nothing if it is no JSON object whose members are of the right types.
[[nodiscard]] std::optional<temporal::api::nexus::v1::Failure>
parse_failure_json(std::string_view text);

/// A handler error becomes `nexus.HandlerError`; every other failure is packed as it is, cause by
/// cause.
void to_nexus(
    const temporal::api::failure::v1::Failure& from, temporal::api::nexus::v1::Failure& to);
/// The way back; what is of no known type becomes an application failure `NexusFailure` with the
/// rest in its details. False if the details are not what the type says.
[[nodiscard]] bool
from_nexus(const temporal::api::nexus::v1::Failure& from, temporal::api::failure::v1::Failure& to);

/// Its metadata `type`; empty if it has none.
[[nodiscard]] std::string_view failure_type(const temporal::api::nexus::v1::Failure& of);
/// What is no more than another failure in the envelope that Temporal services use between each
/// other, or the failure itself.
[[nodiscard]] const temporal::api::nexus::v1::Failure&
unwrapped(const temporal::api::nexus::v1::Failure& from);
/// The state in an operation error: how the operation ended. Nothing if it is no such error, or its
/// details are not of that kind.
[[nodiscard]] std::optional<std::string>
operation_state(const temporal::api::nexus::v1::Failure& from);

/// `{message, metadata: {type: nexus.HandlerError}, details: {type, retryableOverride}}`
[[nodiscard]] temporal::api::nexus::v1::Failure make_handler_error(
    std::string_view type, std::string_view message, std::optional<bool> is_retryable = {});
/// `{message, metadata: {type: nexus.OperationError}, details: {state}}`, a wrapper of its cause.
[[nodiscard]] temporal::api::nexus::v1::Failure wrap_operation_error(
    std::string_view message, std::string_view state, temporal::api::nexus::v1::Failure cause);

} // namespace troupe::protocol
