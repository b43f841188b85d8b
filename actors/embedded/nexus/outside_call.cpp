// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/nexus/outside_call.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/activity/failure_size.hpp"
#include "runtime/embedded/checks/message_parts.hpp"
#include "runtime/embedded/nexus/nexus_outcomes.hpp"
#include "runtime/nexus_http/calling.hpp"

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::embedded {

namespace {

using temporal::api::failure::v1::Failure;

/// A failure of its kind, no larger than what may be written of one.
void cut(Failure& failure, std::size_t most) {
  if (failure.ByteSizeLong() <= most)
    return;
  if (!failure.has_nexus_handler_failure_info() && !failure.has_canceled_failure_info()) {
    failure = cut_failure(failure, most, true);
    return;
  }
  Failure kept;
  kept.set_message(excerpt(failure.message(), most / 4));
  if (failure.has_nexus_handler_failure_info()) {
    auto& info = *kept.mutable_nexus_handler_failure_info();
    info.set_type(excerpt(failure.nexus_handler_failure_info().type(), 200));
    info.set_retry_behavior(failure.nexus_handler_failure_info().retry_behavior());
  } else {
    kept.mutable_canceled_failure_info();
  }
  if (failure.has_cause())
    *kept.mutable_cause() = cut_failure(failure.cause(), most / 2, true);
  failure = std::move(kept);
}

} // namespace

result<http::outgoing, std::string> make_outside_call(const nexus_dispatch& request) {
  auto to = http::parse_http_url(request.target.external_url);
  temporal::api::nexus::v1::Request message;
  if (!to)
    return unexpected{
        std::string{"the URL of the endpoint cannot be called: it is no http://host:port/path"}};
  if (!request.request || !message.ParseFromString(*request.request))
    return unexpected{std::string{"the request cannot be read again"}};
  if (nexus_http::names_no_operation(message))
    return unexpected{std::string{nexus_http::no_operation_problem}};
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(request.dispatch_timeout);
  return nexus_http::make_call(
      std::move(*to), message, std::max(time, std::chrono::milliseconds{1}));
}

std::shared_ptr<const outside_reply>
read_outside_answer(http::received came, bool is_cancel, std::size_t longest_token) {
  auto made = std::make_shared<outside_reply>();
  // An answer of 200 is one payload, whatever it holds; of all others the JSON is read.
  if (came.status != 200 && !has_few_values(came.body)) {
    made->what = nexus_call_failed{
        "the handler's answer has more than " + std::to_string(most_json_values) + " values", true};
    return made;
  }
  auto outcome = nexus_http::read_answer(std::move(came), is_cancel);
  if (outcome.refused) {
    const bool is_kept = is_retryable_handler_error(*outcome.refused);
    cut(*outcome.refused, is_kept ? most_kept_failure_bytes : most_written_failure_bytes);
    *made->what.emplace<1>().mutable_failure() = std::move(*outcome.refused);
  } else if (outcome.response) {
    const auto token = outcome.response->start_operation().async_success().operation_token().size();
    if (token > longest_token)
      made->what = nexus_call_failed{
          "invalid operation token: length exceeds allowed limit (" + std::to_string(token) + '/'
              + std::to_string(longest_token) + ')',
          true};
    else {
      if (outcome.response->start_operation().has_failure())
        cut(*outcome.response->mutable_start_operation()->mutable_failure(),
            most_written_failure_bytes);
      *made->what.emplace<0>().mutable_response() = std::move(*outcome.response);
    }
  } else {
    made->what = nexus_call_failed{std::move(outcome.problem), outcome.is_problem_final};
  }
  return made;
}

} // namespace troupe::embedded
