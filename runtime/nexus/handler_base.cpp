// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_converter.hpp"

#include <troupe/nexus/error.hpp>
#include <troupe/nexus/handler_base.hpp>

#include <memory>
#include <stdexcept>

namespace troupe::nexus::detail {

payload operation_input::to_payload() const {
  payload copy;
  copy.metadata.reserve(metadata.size());
  for (const auto& [name, value] : metadata)
    copy.metadata.emplace_back(name, value);
  copy.data = view.data;
  return copy;
}

void throw_undecodable_input(const std::exception& problem) {
  throw handler_error{
      handler_error_type::bad_request,
      "Payload converter failed to decode Nexus operation input",
      retry_behavior::non_retryable,
      std::make_shared<application_error>(
          message_of(problem), application_error_options{.type = "PayloadError"})};
}

void throw_unencodable(const char* what, const std::exception& problem) {
  throw handler_error{
      handler_error_type::internal,
      std::string{"the operation's "} + what + " cannot be encoded",
      retry_behavior::non_retryable,
      std::make_shared<application_error>(
          message_of(problem), application_error_options{.type = "PayloadError"})};
}

// The dispatcher asks where a handler runs before it runs it, so reaching one of these is a bug of
// ours.
start_outcome handler_base::start(start_context, operation_input) const {
  throw std::logic_error("this Nexus handler is a coroutine");
}
async<start_outcome> handler_base::start_async(start_context, operation_input) const {
  throw std::logic_error("this Nexus handler is a plain function");
}
void handler_base::cancel(cancel_context) const {
  throw std::logic_error("this Nexus handler has no cancel function");
}
async<void> handler_base::cancel_async(cancel_context) const {
  throw std::logic_error("this Nexus handler has no cancel coroutine");
}

} // namespace troupe::nexus::detail
