// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/record/record.hpp"

#include <troupe/rpc_status.hpp>

#include <optional>

namespace troupe::embedded {

/// Fills what a user left unset: 1 s, coefficient 2, at most a hundred times the first interval, no
/// limit of attempts.
void fill_defaults(api::common::v1::RetryPolicy& policy);

/// The server's checks, in its words.
rpc_status check(const api::common::v1::RetryPolicy& policy);

/// True if the policy says to try again after such a failure, limits aside.
bool is_retryable(
    const api::failure::v1::Failure& failure, const api::common::v1::RetryPolicy& policy);

struct retry_decision {
  enums::RetryState state = enums::RETRY_STATE_UNSPECIFIED;
  duration delay{}; ///< if the state is IN_PROGRESS
};

/// Whether attempt `attempt`, which failed now, is followed by another one before `expiration`.
retry_decision next_attempt(
    const held<api::common::v1::RetryPolicy>& policy,
    std::int32_t attempt,
    const api::failure::v1::Failure& failure,
    time_point now,
    std::optional<time_point> expiration);

/// The pause before attempt `attempt` + 1 of things that are retried without a user's policy (Nexus
/// requests, callbacks): 1 s, doubled each time, at most an hour, up to a fifth of it taken off by
/// `jitter` in [0, 1).
duration request_backoff(std::int32_t attempt, double jitter);

} // namespace troupe::embedded
