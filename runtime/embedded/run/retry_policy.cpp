// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/run/retry_policy.hpp"

#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/record/errors.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::embedded {
namespace {

constexpr std::string_view timeout_prefix = "TemporalTimeout:";

bool names_type(const api::common::v1::RetryPolicy& policy, std::string_view type) {
  const auto& types = policy.non_retryable_error_types();
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_timeout_type(std::string_view name) {
  return name == "StartToClose" || name == "ScheduleToStart" || name == "ScheduleToClose"
         || name == "Heartbeat" || name == "Unspecified";
}

} // namespace

void fill_defaults(api::common::v1::RetryPolicy& policy) {
  const auto unset = [](const google::protobuf::Duration& value) {
    return value.seconds() == 0 && value.nanos() == 0;
  };
  if (unset(policy.initial_interval()))
    policy.mutable_initial_interval()->set_seconds(1);
  // Out of the range of a duration: nobody could read the event.
  const auto mend = [](google::protobuf::Duration& value) {
    constexpr std::int64_t most_seconds = 3'153'600'000; // a century
    if (value.seconds() > most_seconds || value.nanos() >= 1'000'000'000)
      cut_timeout(value);
  };
  mend(*policy.mutable_initial_interval());
  if (policy.has_maximum_interval())
    mend(*policy.mutable_maximum_interval());
  if (policy.backoff_coefficient() == 0)
    policy.set_backoff_coefficient(2);
  if (unset(policy.maximum_interval())) {
    // A negative one is refused by `check`, which comes after, and so is one whose hundredfold is
    // out of the range of a duration: in the real server that turns negative.
    const auto first = std::max(from_proto(policy.initial_interval()), duration{});
    auto& longest = *policy.mutable_maximum_interval();
    to_proto(first <= duration::max() / 100 ? first * 100 : duration{-1}, longest);
    cut_timeout(longest);
  }
}

rpc_status check(const api::common::v1::RetryPolicy& policy) {
  if (policy.maximum_attempts() == 1)
    return {};
  if (const auto problem = duration_problem(policy.initial_interval()); !problem.empty())
    return invalid_argument("invalid InitialInterval set on retry policy: " + std::string{problem});
  // NaN passes, as in the real server.
  if (policy.backoff_coefficient() < 1)
    return invalid_argument("BackoffCoefficient cannot be less than 1 on retry policy.");
  if (const auto problem = duration_problem(policy.maximum_interval()); !problem.empty())
    return invalid_argument("invalid MaximumInterval set on retry policy: " + std::string{problem});
  if (from_proto(policy.maximum_interval()) < from_proto(policy.initial_interval()))
    return invalid_argument("MaximumInterval cannot be less than InitialInterval on retry policy.");
  if (policy.maximum_attempts() < 0)
    return invalid_argument("MaximumAttempts cannot be negative on retry policy.");
  for (const std::string& type : policy.non_retryable_error_types()) {
    if (std::string_view{type}.starts_with(timeout_prefix)
        && !is_timeout_type(std::string_view{type}.substr(timeout_prefix.size())))
      return invalid_argument(
          "Invalid timeout type value: " + type.substr(timeout_prefix.size()) + '.');
  }
  return {};
}

bool is_retryable(
    const api::failure::v1::Failure& failure, const api::common::v1::RetryPolicy& policy) {
  using info = api::failure::v1::Failure;
  switch (failure.failure_info_case()) {
  case info::kTerminatedFailureInfo:
  case info::kCanceledFailureInfo: return false;
  case info::kTimeoutFailureInfo:
    switch (failure.timeout_failure_info().timeout_type()) {
    case enums::TIMEOUT_TYPE_START_TO_CLOSE:
      return !names_type(policy, "TemporalTimeout:StartToClose");
    case enums::TIMEOUT_TYPE_HEARTBEAT: return !names_type(policy, "TemporalTimeout:Heartbeat");
    default: return false;
    }
  case info::kServerFailureInfo: return !failure.server_failure_info().non_retryable();
  case info::kApplicationFailureInfo:
    return !failure.application_failure_info().non_retryable()
           && !names_type(policy, failure.application_failure_info().type());
  default: return true;
  }
}

retry_decision next_attempt(
    const held<api::common::v1::RetryPolicy>& policy,
    std::int32_t attempt,
    const api::failure::v1::Failure& failure,
    time_point now,
    std::optional<time_point> expiration) {
  if (!policy)
    return {enums::RETRY_STATE_RETRY_POLICY_NOT_SET, {}};
  if (!is_retryable(failure, *policy))
    return {enums::RETRY_STATE_NON_RETRYABLE_FAILURE, {}};
  if (policy->maximum_attempts() > 0 && attempt >= policy->maximum_attempts())
    return {enums::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED, {}};
  duration delay{};
  if (failure.has_application_failure_info()
      && failure.application_failure_info().has_next_retry_delay()) {
    delay = from_proto(failure.application_failure_info().next_retry_delay());
  } else {
    const double first =
        std::chrono::duration<double>(from_proto(policy->initial_interval())).count();
    const double longest =
        std::chrono::duration<double>(from_proto(policy->maximum_interval())).count();
    const double wanted = first * std::pow(policy->backoff_coefficient(), attempt - 1);
    const double limit = longest > 0 ? longest : 1e9;
    delay = seconds_of(wanted < limit ? wanted : limit); // with NaN the limit
  }
  if (expiration && later(now, delay) > *expiration)
    return {enums::RETRY_STATE_TIMEOUT, {}};
  return {enums::RETRY_STATE_IN_PROGRESS, std::max(delay, duration{})};
}

duration request_backoff(std::int32_t attempt, double jitter) {
  const double wanted = std::min(3600.0, std::pow(2.0, std::min(std::max(attempt, 1) - 1, 20)));
  return duration{static_cast<std::int64_t>(wanted * (0.8 + 0.2 * jitter) * 1e9)};
}

} // namespace troupe::embedded
