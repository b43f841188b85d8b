// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/nexus/callback_post.hpp"

#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/activity/failure_size.hpp"
#include "runtime/embedded/checks/message_parts.hpp"
#include "runtime/embedded/nexus/nexus_outcomes.hpp"
#include "runtime/nexus_http/calling.hpp"
#include "runtime/nexus_http/completing.hpp"
#include "runtime/protocol/links.hpp"

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <utility>

namespace troupe::embedded {

namespace {

std::string state_of(nexus_completion::state outcome) {
  switch (outcome) {
  case nexus_completion::state::succeeded: return "succeeded";
  case nexus_completion::state::canceled: return "canceled";
  case nexus_completion::state::failed: break;
  }
  return "failed";
}

} // namespace

std::string destination_of(const std::string& url) {
  const auto host = url.find("://");
  return url.substr(0, host == url.npos ? host : url.find_first_of("/?#", host + 3));
}

http::outgoing make_post(http::http_url to, const callback_delivery& what, duration timeout) {
  const auto& from = what.completion;
  nexus_http::completion made;
  made.state = state_of(from.outcome);
  made.operation_token = from.operation_token;
  if (from.start_time != time_point{})
    made.start_time = from.start_time;
  if (from.close_time != time_point{})
    made.close_time = from.close_time;
  for (const auto& each : from.links)
    if (const auto link = protocol::to_nexus_link(*each))
      made.links.push_back({link->url, std::string{link->type}});
  made.result = from.result;
  made.failure = from.failure;
  return nexus_http::make_completion(
      std::move(to),
      {what.headers.begin(), what.headers.end()},
      made,
      std::chrono::duration_cast<std::chrono::milliseconds>(timeout));
}

callback_posted read_post(const http::received& came) {
  using result = callback_done::result;
  callback_posted told;
  if (came.problem.empty() && came.status >= 200 && came.status < 300)
    return told;
  told.outcome = result::retry;
  if (came.problem.empty() && came.status >= 300 && came.status < 400) {
    told.problem =
        "the callback's address redirects (" + std::to_string(came.status) + ") to "
        + quote_as_go(to_valid_utf8(std::string{nexus_http::find(came.headers, "location")}))
        + ", which is not followed";
    return told;
  }
  if (!has_few_values(came.body)) {
    told.problem =
        "the answer to the callback has more than " + std::to_string(most_json_values) + " values";
    return told;
  }
  const auto outcome = nexus_http::read_refusal(came);
  if (!outcome.refused) {
    told.problem = outcome.problem;
    return told;
  }
  const auto& info = outcome.refused->nexus_handler_failure_info();
  told.problem = "handler error (" + excerpt(info.type(), 200) + ')';
  if (!outcome.refused->message().empty())
    told.problem += ": " + excerpt(outcome.refused->message(), most_kept_failure_bytes);
  if (!is_retryable_handler_error(*outcome.refused))
    told.outcome = result::refused;
  return told;
}

} // namespace troupe::embedded
