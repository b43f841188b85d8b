// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/error/class_name.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/payload/failure_access.hpp"
#include "runtime/payload/failure_converter.hpp"

#include <troupe/error.hpp>
#include <troupe/nexus/error.hpp>

#include <array>
#include <typeinfo>

namespace troupe {
namespace {

failure_cause convert(const std::exception_ptr& error, int depth);

failure_cause nested_cause(const std::nested_exception* nested, int depth) {
  return nested != nullptr && depth > 0 ? convert(nested->nested_ptr(), depth - 1) : nullptr;
}

// The error as it is, kept alive by the exception that holds it; copied only if it has to get a
// cause.
failure_cause
share(const std::exception_ptr& holder, const failure_error& error, failure_cause nested) {
  if (!nested || error.cause())
    return {std::make_shared<std::exception_ptr>(holder), &error};
  const auto copy = error.to_exception_ptr();
  try {
    std::rethrow_exception(copy);
  } catch (failure_error& own) {
    detail::failure_access::set_cause(own, std::move(nested));
    return {std::make_shared<std::exception_ptr>(copy), &own};
  }
}

failure_cause convert(const std::exception_ptr& error, int depth) {
  if (!error)
    return nullptr;
  try {
    std::rethrow_exception(error);
  } catch (const failure_error& failure) {
    return share(
        error, failure, nested_cause(dynamic_cast<const std::nested_exception*>(&failure), depth));
  } catch (const std::exception& other) {
    const auto* caused = dynamic_cast<const detail::caused_error*>(&other);
    return std::make_shared<application_error>(
        to_valid_utf8(message_of(other)),
        application_error_options{
            .type = class_name(typeid(other)),
            .cause =
                caused != nullptr
                    ? caused->cause()
                    : nested_cause(dynamic_cast<const std::nested_exception*>(&other), depth)});
  } catch (...) {
    const auto name = class_name_of_current();
    return std::make_shared<application_error>(
        "an exception that is no std::exception: " + name, application_error_options{.type = name});
  }
}

} // namespace

std::string message_of(const std::exception& error) {
  if (const auto* failure = dynamic_cast<const failure_error*>(&error))
    return failure->message();
  if (const auto* caused = dynamic_cast<const detail::caused_error*>(&error))
    return caused->message();
  return error.what();
}

failure_cause to_failure_error(const std::exception_ptr& error) {
  return convert(error, max_failure_depth);
}

bool is_canceled(const std::exception& error) noexcept {
  const auto* at = &error;
  for (int depth = 0; at != nullptr && depth < detail::max_causes; ++depth) {
    if (dynamic_cast<const canceled_error*>(at) != nullptr)
      return true;
    if (const auto* operation = dynamic_cast<const nexus::operation_error*>(at))
      return operation->state() == nexus::operation_state::canceled;
    const bool only_says_where = dynamic_cast<const activity_error*>(at) != nullptr
                                 || dynamic_cast<const child_workflow_error*>(at) != nullptr
                                 || dynamic_cast<const nexus_operation_error*>(at) != nullptr;
    if (only_says_where)
      at = static_cast<const failure_error&>(*at).cause().get();
    else if (const auto* caused = dynamic_cast<const detail::caused_error*>(at)) // what a client
                                                                                 // gets
      at = caused->cause().get();
    else
      return false;
  }
  return false;
}

bool is_canceled(const std::exception_ptr& error) noexcept {
  const auto* first = detail::as_exception(error);
  return first != nullptr && is_canceled(*first);
}

bool is_benign(const failure_error& error) noexcept {
  const auto* application = dynamic_cast<const application_error*>(&error);
  return application != nullptr && application->category() == error_category::benign;
}

bool is_benign(const std::exception_ptr& error) {
  const auto readable = to_failure_error(error);
  return readable != nullptr && is_benign(*readable);
}

std::string_view to_string(timeout_type type) noexcept {
  switch (type) {
  case timeout_type::start_to_close: return "START_TO_CLOSE";
  case timeout_type::schedule_to_start: return "SCHEDULE_TO_START";
  case timeout_type::schedule_to_close: return "SCHEDULE_TO_CLOSE";
  case timeout_type::heartbeat: return "HEARTBEAT";
  case timeout_type::unspecified: break;
  }
  return "UNSPECIFIED";
}

namespace nexus {
namespace {

struct handler_error_row {
  handler_error_type type;
  std::string_view text;
  bool retryable;
};

// The types of the specification; what is retried is the service's rule.
constexpr std::array handler_error_rows{
    handler_error_row{handler_error_type::bad_request, "BAD_REQUEST", false},
    handler_error_row{handler_error_type::unauthenticated, "UNAUTHENTICATED", false},
    handler_error_row{handler_error_type::unauthorized, "UNAUTHORIZED", false},
    handler_error_row{handler_error_type::not_found, "NOT_FOUND", false},
    handler_error_row{handler_error_type::request_timeout, "REQUEST_TIMEOUT", true},
    handler_error_row{handler_error_type::conflict, "CONFLICT", false},
    handler_error_row{handler_error_type::resource_exhausted, "RESOURCE_EXHAUSTED", true},
    handler_error_row{handler_error_type::internal, "INTERNAL", true},
    handler_error_row{handler_error_type::not_implemented, "NOT_IMPLEMENTED", false},
    handler_error_row{handler_error_type::unavailable, "UNAVAILABLE", true},
    handler_error_row{handler_error_type::upstream_timeout, "UPSTREAM_TIMEOUT", true},
};

} // namespace

std::string_view to_string(handler_error_type type) noexcept {
  for (const auto& row : handler_error_rows)
    if (row.type == type)
      return row.text;
  return "INTERNAL";
}

std::optional<handler_error_type> parse_handler_error_type(std::string_view text) noexcept {
  for (const auto& row : handler_error_rows)
    if (row.text == text)
      return row.type;
  return std::nullopt;
}

bool is_retryable(handler_error_type type) noexcept {
  for (const auto& row : handler_error_rows)
    if (row.type == type)
      return row.retryable;
  return true;
}

std::string_view to_string(operation_state state) noexcept {
  return state == operation_state::canceled ? "canceled" : "failed";
}

} // namespace nexus
} // namespace troupe
