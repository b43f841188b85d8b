// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/failure/v1/message.pb.h>

#include <cstddef>

namespace troupe::embedded {

/// What is kept of a failure between two attempts: larger ones are cut to this.
inline constexpr std::size_t most_kept_failure_bytes = 4096;
/// What is written of one that is too large to be written as it is.
inline constexpr std::size_t most_written_failure_bytes = 512 * 1024;

/// `Failure exceeds size limit.`, caused by as much of the failure as fits into so many bytes:
/// messages before stack traces before causes.
temporal::api::failure::v1::Failure cut_failure(
    const temporal::api::failure::v1::Failure& from, std::size_t most, bool is_non_retryable);

/// A failure of the service itself.
temporal::api::failure::v1::Failure server_failure(const char* message, bool is_non_retryable);

} // namespace troupe::embedded
