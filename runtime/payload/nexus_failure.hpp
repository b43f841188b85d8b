// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace temporal::api::failure::v1 {
class Failure;
}
namespace temporal::api::nexus::v1 {
class HandlerError;
class UnsuccessfulOperationError;
} // namespace temporal::api::nexus::v1

/// The older wire form of Nexus errors, in which a worker answers where the service does not
/// announce `temporal_failure_responses`: the Temporal failure inside a Nexus one, whose metadata
/// `type` says so. The service reads both forms by `runtime/protocol/nexus_failure.hpp`. Nothing
/// here throws.
namespace troupe {

/// A failure with nexus_handler_failure_info as the older message; any other failure counts as
/// INTERNAL.
void to_handler_error(
    const temporal::api::failure::v1::Failure& from, temporal::api::nexus::v1::HandlerError& to);

/// The outcome of an operation that failed or was canceled (canceled_failure_info), as the older
/// message.
void to_operation_error(
    const temporal::api::failure::v1::Failure& from,
    temporal::api::nexus::v1::UnsuccessfulOperationError& to);

} // namespace troupe
