// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/info.hpp>

#include <temporal/api/common/v1/message.pb.h>

namespace troupe::protocol {

/// Retry policies as they travel and ours, both ways.
void write_retry_policy(
    const workflow::retry_policy& from, temporal::api::common::v1::RetryPolicy& to);
[[nodiscard]] workflow::retry_policy
read_retry_policy(const temporal::api::common::v1::RetryPolicy& from);

} // namespace troupe::protocol
