// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/error_mapping.hpp"

#include <memory>
#include <string>
#include <utility>

namespace troupe::nexus {

namespace {

using enum handler_error_type;

std::pair<handler_error_type, retry_behavior> type_for(status_code code) {
  using enum retry_behavior;
  switch (code) {
  case status_code::invalid_argument: return {bad_request, unspecified};
  case status_code::already_exists:
  case status_code::failed_precondition:
  case status_code::out_of_range: return {internal, non_retryable};
  case status_code::aborted:
  case status_code::unavailable: return {handler_error_type::unavailable, unspecified};
  case status_code::not_found: return {not_found, unspecified};
  case status_code::resource_exhausted: return {resource_exhausted, unspecified};
  case status_code::unimplemented: return {not_implemented, unspecified};
  case status_code::deadline_exceeded: return {upstream_timeout, unspecified};
  case status_code::ok:
  case status_code::cancelled:
  case status_code::unknown:
  case status_code::internal:
  case status_code::data_loss:
  case status_code::unauthenticated:
  case status_code::permission_denied: break;
  }
  return {internal, unspecified};
}

} // namespace

handler_error from_rpc(const rpc_status& status, std::string message) {
  const auto [type, retry] = type_for(status.code);
  std::string text = status.message.empty() ? std::string{to_string(status.code)} : status.message;
  failure_cause cause =
      std::make_shared<application_error>(text, application_error_options{.type = "RPCError"});
  if (message.empty())
    message = std::move(text);
  else
    // What was refused stands between, as the SDKs have an error of their own for it.
    cause = std::make_shared<failure_error>(message, std::move(cause));
  return {type, std::move(message), retry, std::move(cause)};
}

handler_outcome_error classify(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const operation_error& error) {
    return error;
  } catch (const handler_error& error) {
    return error;
  } catch (const application_error& error) {
    if (error.non_retryable())
      return handler_error{
          internal,
          "Handler failed with non-retryable application error",
          retry_behavior::non_retryable,
          to_failure_error(thrown)};
  } catch (const rpc_error& error) {
    return from_rpc(error.status(), {});
  } catch (...) {
    // The general case below.
  }
  return handler_error{
      internal, "Internal handler error", retry_behavior::unspecified, to_failure_error(thrown)};
}

} // namespace troupe::nexus
