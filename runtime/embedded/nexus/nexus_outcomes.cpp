// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_outcomes.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/message_parts.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/links.hpp"
#include "runtime/protocol/nexus_failure.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // workers still send the older format

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace nexus = temporal::api::nexus::v1;
using kind = nexus_verdict::kind;

/// What is taken apart in a few milliseconds, of a failure and its causes together. What is larger
/// is kept as the text that it is.
constexpr std::size_t largest_read_details = 512 * 1024;
constexpr std::size_t most_read_values = 5'000;

bool is_quick_to_read(const nexus::Failure& from) {
  std::size_t size = 0;
  std::size_t failures = 0;
  for (const auto* at = &from; at != nullptr; at = at->has_cause() ? &at->cause() : nullptr)
    size += at->details().size(), ++failures;
  if (size > largest_read_details)
    return false;
  for (const auto* at = &from; at != nullptr; at = at->has_cause() ? &at->cause() : nullptr)
    if (!has_few_values(at->details(), most_read_values / failures))
      return false;
  return true;
}

/// A bad byte in the details is no reason to lose what they say.
void mend_details(nexus::Failure& of) {
  for (auto* at = &of; at != nullptr; at = at->has_cause() ? at->mutable_cause() : nullptr)
    if (!is_utf8(at->details()))
      at->set_details(to_valid_utf8(at->details()));
}

/// Metadata and details as JSON, without taking the details apart.
std::string untouched(nexus::Failure from) {
  const auto details = std::move(*from.mutable_details());
  from.clear_message();
  from.clear_stack_trace();
  from.clear_details();
  from.clear_cause();
  auto made = protocol::failure_json(from);
  if (details.empty())
    return made;
  made.pop_back();
  made += made == "{" ? "\"details\":" : ",\"details\":";
  return made.append(details).append("}");
}

/// A Nexus failure of the older format: a Temporal failure packed into it, or something foreign.
api::failure::v1::Failure unpack(nexus::Failure from) {
  api::failure::v1::Failure failure;
  mend_details(from);
  if (is_quick_to_read(from) && protocol::from_nexus(from, failure))
    return failure;
  // What is too large, or not what its type says, which the real server never gets over.
  failure.Clear();
  failure.set_message(from.message());
  failure.set_stack_trace(from.stack_trace());
  auto& info = *failure.mutable_application_failure_info();
  info.set_type("NexusFailure");
  auto& payload = *info.mutable_details()->add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(untouched(std::move(from)));
  return failure;
}

bool says_how_it_ended(const nexus::UnsuccessfulOperationError& error) {
  return error.operation_state() == "failed" || error.operation_state() == "canceled";
}

/// An operation error somewhere in a handler error: as for the real server, it is what counts.
const nexus::Failure* operation_error_in(const nexus::Failure& from) {
  for (const auto* at = &from; at != nullptr; at = at->has_cause() ? &at->cause() : nullptr)
    if (protocol::failure_type(*at) == protocol::operation_error_type)
      return at;
  return nullptr;
}

nexus_verdict judge_operation_error(const nexus::UnsuccessfulOperationError& from) {
  nexus_verdict verdict;
  if (!says_how_it_ended(from)) {
    verdict.failure = handler_failure("INTERNAL", {});
    return verdict;
  }
  verdict.what = from.operation_state() == "canceled" ? kind::canceled : kind::failed;
  verdict.failure = unpack(from.failure());
  auto& failure = verdict.failure;
  if (verdict.what == kind::canceled && !failure.has_canceled_failure_info())
    failure = as_canceled(std::move(failure));
  return verdict;
}

nexus_verdict judge_handler_error(const api::failure::v1::Failure& failure) {
  nexus_verdict verdict;
  verdict.failure = failure;
  verdict.what = is_retryable_handler_error(failure) ? kind::retry : kind::refused;
  return verdict;
}

nexus_verdict empty_outcome() {
  return judge_handler_error(handler_failure("INTERNAL", "empty outcome"));
}

template <class Links>
void take_links(const Links& from, nexus_verdict& to) {
  for (const auto& link : from) {
    api::common::v1::Link parsed;
    if (protocol::from_nexus_link(link.url(), link.type(), parsed))
      to.links.push_back(std::move(parsed));
  }
}

nexus_verdict judge_call_error(const nexus_call_failed& problem) {
  nexus_verdict verdict;
  verdict.what = problem.is_final ? kind::refused : kind::retry;
  verdict.failure.set_message(problem.message);
  verdict.failure.mutable_application_failure_info()->set_type("CallError");
  verdict.failure.mutable_application_failure_info()->set_non_retryable(problem.is_final);
  return verdict;
}

/// The same answer comes again, so trying again would not help. The real server says it in the
/// words of its HTTP client.
nexus_verdict too_large() {
  return judge_call_error({"http: response body too large", true});
}

nexus_verdict
judge_start(const nexus::StartOperationResponse& response, const service_settings& settings) {
  using variant = nexus::StartOperationResponse;
  nexus_verdict verdict;
  switch (response.variant_case()) {
  case variant::kSyncSuccess: {
    const auto& from = response.sync_success();
    if (from.payload().ByteSizeLong() > settings.max_blob_bytes)
      return too_large();
    verdict.what = kind::succeeded;
    auto result = std::make_shared<api::common::v1::Payload>(from.payload());
    if (!from.has_payload())
      (*result->mutable_metadata())["encoding"] = "binary/null";
    verdict.result = std::move(result);
    take_links(from.links(), verdict);
    return verdict;
  }
  case variant::kAsyncSuccess: {
    const auto& from = response.async_success();
    verdict.what = kind::started;
    verdict.operation_token =
        from.operation_token().empty() ? from.operation_id() : from.operation_token();
    take_links(from.links(), verdict);
    return verdict;
  }
  case variant::kOperationError: return judge_operation_error(response.operation_error());
  case variant::kFailure:
    verdict.failure = response.failure();
    verdict.what = response.failure().has_canceled_failure_info() ? kind::canceled : kind::failed;
    return verdict;
  default: return empty_outcome();
  }
}

/// What a handler error of the older format is, without its cause.
api::failure::v1::Failure older_handler_failure(const nexus::HandlerError& from) {
  auto failure = handler_failure(from.error_type(), {});
  failure.mutable_nexus_handler_failure_info()->set_retry_behavior(from.retry_behavior());
  return failure;
}

nexus_verdict judge_failed(const wire::RespondNexusTaskFailedRequest& request, bool cancelation) {
  if (request.has_failure())
    return judge_handler_error(request.failure());
  const auto& error = request.error();
  if (const auto* const of_operation = operation_error_in(error.failure());
      of_operation != nullptr && !cancelation) {
    nexus::UnsuccessfulOperationError instead;
    instead.set_operation_state(protocol::operation_state(*of_operation).value_or(""));
    *instead.mutable_failure() = protocol::unwrapped(*of_operation);
    return judge_operation_error(instead);
  }
  auto failure = older_handler_failure(error);
  // The real server has a cause there even if it says nothing.
  *failure.mutable_cause() = unpack(error.failure());
  return judge_handler_error(failure);
}

nexus_verdict
judge_answer(const nexus_outcome& outcome, bool cancelation, const service_settings& settings) {
  if (const auto* failed = std::get_if<const wire::RespondNexusTaskFailedRequest*>(&outcome))
    return judge_failed(**failed, cancelation);
  if (const auto* problem = std::get_if<nexus_call_failed>(&outcome))
    return judge_call_error(*problem);
  const auto* completed = std::get_if<const wire::RespondNexusTaskCompletedRequest*>(&outcome);
  if (!completed)
    return judge_handler_error(handler_failure("UPSTREAM_TIMEOUT", "upstream timeout"));
  const auto& response = (*completed)->response();
  if (cancelation) {
    if (!response.has_cancel_operation())
      return empty_outcome();
    nexus_verdict verdict;
    verdict.what = kind::canceling;
    return verdict;
  }
  if (!response.has_start_operation())
    return empty_outcome();
  return judge_start(response.start_operation(), settings);
}

} // namespace

api::failure::v1::Failure as_canceled(api::failure::v1::Failure from) {
  api::failure::v1::Failure failure;
  failure.set_message(std::move(*from.mutable_message()));
  failure.set_stack_trace(std::move(*from.mutable_stack_trace()));
  failure.mutable_canceled_failure_info();
  if (from.has_cause())
    *failure.mutable_cause() = std::move(*from.mutable_cause());
  return failure;
}

api::failure::v1::Failure handler_failure(const std::string& type, const std::string& message) {
  api::failure::v1::Failure failure;
  failure.set_message(message);
  failure.mutable_nexus_handler_failure_info()->set_type(type);
  return failure;
}

bool is_retryable_handler_error(const api::failure::v1::Failure& failure) {
  const auto& info = failure.nexus_handler_failure_info();
  switch (info.retry_behavior()) {
  case enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE: return true;
  case enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE: return false;
  default: break;
  }
  for (const std::string_view type :
       {"BAD_REQUEST",
        "UNAUTHENTICATED",
        "UNAUTHORIZED",
        "NOT_FOUND",
        "NOT_IMPLEMENTED",
        "CONFLICT"}) {
    if (info.type() == type)
      return false;
  }
  return true;
}

nexus_verdict
judge(const nexus_outcome& outcome, bool cancelation, const service_settings& settings) {
  auto verdict = judge_answer(outcome, cancelation, settings);
  cut_causes(verdict.failure);
  return verdict;
}

// Without `judge`, which copies whatever the answer holds.
bool trips_breaker(const nexus_outcome& outcome) {
  if (const auto* failed = std::get_if<const wire::RespondNexusTaskFailedRequest*>(&outcome)) {
    const auto& request = **failed;
    if (request.has_failure())
      return is_retryable_handler_error(request.failure());
    // An operation error in it may say how the operation ended.
    return operation_error_in(request.error().failure()) != nullptr
               ? judge_failed(request, false).what == kind::retry
               : is_retryable_handler_error(older_handler_failure(request.error()));
  }
  if (const auto* problem = std::get_if<nexus_call_failed>(&outcome))
    return !problem->is_final;
  const auto* completed = std::get_if<const wire::RespondNexusTaskCompletedRequest*>(&outcome);
  if (completed == nullptr)
    return true; // nobody answered
  const auto& response = (*completed)->response();
  if (response.has_cancel_operation())
    return false;
  const auto& start = response.start_operation();
  if (start.has_operation_error())
    return !says_how_it_ended(start.operation_error());
  return start.variant_case() == nexus::StartOperationResponse::VARIANT_NOT_SET;
}

namespace {

rpc_status check_details(const std::string& details) {
  if (!has_few_values(details))
    return invalid_argument(
        "the failure details have more than " + std::to_string(most_json_values) + " values");
  // A bad byte is mended where the details are taken over; it is no reason to lose the answer.
  if (!details.empty() && !protocol::is_json(to_valid_utf8(details)))
    return invalid_argument("failure details must be JSON serializable");
  return {};
}

} // namespace

rpc_status
check(const wire::RespondNexusTaskCompletedRequest& request, const service_settings& settings) {
  const auto& start = request.response().start_operation();
  if (start.has_async_success()) {
    const auto& from = start.async_success();
    const auto& token =
        from.operation_token().empty() ? from.operation_id() : from.operation_token();
    // The misspelling is the real server's.
    if (token.empty())
      return invalid_argument("missing opration token in response");
    if (token.size() > settings.max_operation_token_bytes)
      return invalid_argument(
          "operation token length exceeds allowed limit (" + std::to_string(token.size()) + '/'
          + std::to_string(settings.max_operation_token_bytes) + ')');
  }
  if (start.has_operation_error())
    return check_details(start.operation_error().failure().details());
  return {};
}

rpc_status check(const wire::RespondNexusTaskFailedRequest& request) {
  if (request.has_failure()) {
    if (!request.failure().has_nexus_handler_failure_info())
      return invalid_argument(
          "request Failure must contain a Nexus handler failure info: failure_info is missing");
    return {};
  }
  if (!request.has_error())
    return invalid_argument("request must contain error or failure");
  return check_details(request.error().failure().details());
}

} // namespace troupe::embedded
