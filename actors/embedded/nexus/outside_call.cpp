// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/nexus/outside_call.hpp"

#include "runtime/embedded/checks/message_parts.hpp"
#include "runtime/nexus_http/calling.hpp"

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::embedded {

std::optional<http::outgoing> make_outside_call(const nexus_dispatch& request) {
  auto to = http::parse_http_url(request.target.external_url);
  temporal::api::nexus::v1::Request message;
  if (!to || !request.request || !message.ParseFromString(*request.request))
    return std::nullopt;
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
    *made->what.emplace<1>().mutable_failure() = std::move(*outcome.refused);
  } else if (outcome.response) {
    const auto token = outcome.response->start_operation().async_success().operation_token().size();
    if (token > longest_token)
      made->what = nexus_call_failed{
          "invalid operation token: length exceeds allowed limit (" + std::to_string(token) + '/'
              + std::to_string(longest_token) + ')',
          true};
    else
      *made->what.emplace<0>().mutable_response() = std::move(*outcome.response);
  } else {
    made->what = nexus_call_failed{std::move(outcome.problem), outcome.is_problem_final};
  }
  return made;
}

} // namespace troupe::embedded
