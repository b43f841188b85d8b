// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/retry_policy.hpp"

#include "runtime/base/time/time.hpp"

namespace troupe::protocol {

void write_retry_policy(
    const workflow::retry_policy& from, temporal::api::common::v1::RetryPolicy& to) {
  if (from.initial_interval)
    to_proto(*from.initial_interval, *to.mutable_initial_interval());
  if (from.maximum_interval)
    to_proto(*from.maximum_interval, *to.mutable_maximum_interval());
  to.set_backoff_coefficient(from.backoff_coefficient);
  to.set_maximum_attempts(from.maximum_attempts);
  for (const auto& type : from.non_retryable_error_types)
    to.add_non_retryable_error_types(type);
}

workflow::retry_policy read_retry_policy(const temporal::api::common::v1::RetryPolicy& from) {
  workflow::retry_policy to;
  if (from.has_initial_interval())
    to.initial_interval = from_proto(from.initial_interval());
  if (from.has_maximum_interval())
    to.maximum_interval = from_proto(from.maximum_interval());
  to.backoff_coefficient = from.backoff_coefficient();
  to.maximum_attempts = from.maximum_attempts();
  to.non_retryable_error_types = {
      from.non_retryable_error_types().begin(), from.non_retryable_error_types().end()};
  return to;
}

} // namespace troupe::protocol
