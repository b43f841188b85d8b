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
namespace troupe::nexus_http {

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

/// `{message, metadata: {type: nexus.HandlerError}, details: {type, retryableOverride}}`
[[nodiscard]] temporal::api::nexus::v1::Failure make_handler_error(
    std::string_view type, std::string_view message, std::optional<bool> is_retryable = {});
/// `{message, metadata: {type: nexus.OperationError}, details: {state}}`, a wrapper of its cause.
[[nodiscard]] temporal::api::nexus::v1::Failure wrap_operation_error(
    std::string_view message, std::string_view state, temporal::api::nexus::v1::Failure cause);

/// The HTTP status of a handler error's type; 500 for unknown ones.
[[nodiscard]] unsigned status_of(std::string_view handler_error_type) noexcept;
/// The type of a status; empty if it stands for none.
[[nodiscard]] std::string_view type_of(unsigned status) noexcept;

} // namespace troupe::nexus_http
