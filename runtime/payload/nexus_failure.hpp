// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace temporal::api::failure::v1 {
class Failure;
}
namespace temporal::api::nexus::v1 {
class Failure;
class HandlerError;
class UnsuccessfulOperationError;
} // namespace temporal::api::nexus::v1

/// The older wire form of Nexus errors, still spoken where the caller does not announce
/// `temporal_failure_responses`, and over HTTP. Both sides need it: workers that answer, and the
/// service that receives. Nothing here throws; what cannot be understood becomes a failure that
/// says so. Sources: the Nexus specification, temporal.api.nexus.v1.
namespace troupe {

/// A Temporal failure inside a Nexus one: message, metadata `type`, and the rest as protobuf JSON
/// in the details.
void to_nexus_failure(
    const temporal::api::failure::v1::Failure& from, temporal::api::nexus::v1::Failure& to);

/// The Temporal failure inside a Nexus one. Understands the three types in use (a Temporal failure,
/// `nexus.HandlerError`, `nexus.OperationError`); anything else becomes an application failure of
/// type `NexusFailure`, with the Nexus failure as JSON in its details. `retryable` is what that
/// says about retrying.
void from_nexus_failure(
    const temporal::api::nexus::v1::Failure& from,
    temporal::api::failure::v1::Failure& to,
    bool retryable = false);

/// A failure with nexus_handler_failure_info as the older message; any other failure counts as
/// INTERNAL.
void to_handler_error(
    const temporal::api::failure::v1::Failure& from, temporal::api::nexus::v1::HandlerError& to);
/// The failure with nexus_handler_failure_info that the older message stands for; the packed
/// failure is its cause, unless it is that failure itself.
void from_handler_error(
    const temporal::api::nexus::v1::HandlerError& from, temporal::api::failure::v1::Failure& to);

/// The outcome of an operation that failed or was canceled (canceled_failure_info), as the older
/// message.
void to_operation_error(
    const temporal::api::failure::v1::Failure& from,
    temporal::api::nexus::v1::UnsuccessfulOperationError& to);
/// The failure of such an outcome: with canceled_failure_info if it was canceled.
void from_operation_error(
    const temporal::api::nexus::v1::UnsuccessfulOperationError& from,
    temporal::api::failure::v1::Failure& to);

} // namespace troupe
