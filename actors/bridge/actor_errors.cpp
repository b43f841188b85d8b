// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/error_mapping.hpp"

#include <troupe/caf/error.hpp>
#include <troupe/client/standalone_handle.hpp>
#include <troupe/rpc_status.hpp>

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <cstdint>
#include <utility>

namespace troupe::nexus {

namespace {

// What travels to other nodes: handler errors and outcomes are counted by the order of their enums.
const auto ours = caf::atom("nexus");
constexpr int first_type = 1;
constexpr int last_type = first_type + static_cast<int>(handler_error_type::upstream_timeout);
constexpr int first_state = 32;
constexpr int last_state = first_state + static_cast<int>(operation_state::canceled);

caf::error make(int code, std::string text, retry_behavior retry) {
  return {
      static_cast<std::uint8_t>(code),
      ours,
      caf::make_message(std::move(text), static_cast<std::int32_t>(retry))};
}

actor_failure read_ours(const caf::error& error, std::string rendered) {
  const auto& context = error.context();
  auto retry = retry_behavior::unspecified;
  std::string text;
  if (context.match_elements<std::string, std::int32_t>()) {
    text = context.get_as<std::string>(0);
    retry = static_cast<retry_behavior>(context.get_as<std::int32_t>(1));
  }
  const int code = error.code();
  if (code >= first_type && code <= last_type)
    return handler_error{
        static_cast<handler_error_type>(code - first_type), std::move(text), retry};
  if (code >= first_state && code <= last_state)
    return operation_error{static_cast<operation_state>(code - first_state), std::move(text)};
  return handler_error{handler_error_type::internal, std::move(rendered)}; // of a newer node
}

handler_error read_system(caf::sec code, std::string text) {
  using enum handler_error_type;
  switch (code) {
  case caf::sec::invalid_argument: return {bad_request, std::move(text)};
  case caf::sec::unexpected_message: return {not_implemented, std::move(text)};
  case caf::sec::unexpected_response:
    return {internal, std::move(text), retry_behavior::non_retryable};
  case caf::sec::request_timeout: return {upstream_timeout, std::move(text)};
  case caf::sec::request_receiver_down:
  case caf::sec::no_actor_published_at_port:
  case caf::sec::disconnect_during_handshake:
  case caf::sec::cannot_forward_to_invalid_actor:
  case caf::sec::no_route_to_receiving_node:
  case caf::sec::cannot_connect_to_node:
  case caf::sec::remote_linking_failed:
  case caf::sec::socket_disconnected:
  case caf::sec::unavailable_or_would_block:
  case caf::sec::remote_lookup_failed:
  case caf::sec::connection_timeout: return {unavailable, std::move(text)};
  default: return {internal, std::move(text)};
  }
}

} // namespace

caf::error actor_error(handler_error_type type, std::string text, retry_behavior retry) {
  return make(first_type + static_cast<int>(type), std::move(text), retry);
}

caf::error actor_error(operation_state state, std::string text) {
  return make(first_state + static_cast<int>(state), std::move(text), retry_behavior::unspecified);
}

caf::error actor_error(const std::exception_ptr& thrown) {
  if (const auto* error = find_cause<operation_error>(thrown))
    return actor_error(error->state(), error->message());
  if (const auto* error = find_cause<handler_error>(thrown))
    return actor_error(error->type(), error->message(), error->retry());
  if (const auto* error = find_cause<timeout_error>(thrown))
    return caf::make_error(caf::sec::request_timeout, error->message());
  if (const auto* error = find_cause<canceled_error>(thrown))
    return actor_error(operation_state::canceled, error->message());
  // Of an operation that was called: how its handler let it end.
  const auto* called = find_cause<nexus_operation_error>(thrown);
  if (find_cause<standalone_failed_error>(thrown) != nullptr || called != nullptr) {
    if (const auto* error = find_cause<application_error>(thrown))
      return actor_error(operation_state::failed, error->message());
    return actor_error(operation_state::failed, describe(thrown));
  }
  return std::visit(
      [&]<class Error>(const Error& error) {
        if constexpr (std::is_same_v<Error, handler_error>)
          return actor_error(error.type(), describe(thrown), error.retry());
        else
          return actor_error(error.state(), error.message());
      },
      classify(thrown));
}

actor_failure meaning_of(const caf::actor_system& system, const caf::error& error) {
  if (!error)
    return handler_error{handler_error_type::internal, "no error"};
  auto rendered = system.render(error);
  if (error.category() == ours)
    return read_ours(error, std::move(rendered));
  if (error.category() == caf::atom("system"))
    return read_system(static_cast<caf::sec>(error.code()), std::move(rendered));
  if (error.category() == caf::atom("exit"))
    return handler_error{
        handler_error_type::unavailable, "the actor has ended: " + std::move(rendered)};
  return handler_error{handler_error_type::internal, std::move(rendered)};
}

} // namespace troupe::nexus
