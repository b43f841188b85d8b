// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/error_mapping.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <vector>

using namespace troupe;
using namespace troupe::nexus;

namespace {

template <class Error>
handler_error classified(const Error& error) {
  return std::get<handler_error>(classify(std::make_exception_ptr(error)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(error_mapping)

BOOST_AUTO_TEST_CASE(leaves_operation_errors_as_they_are) {
  const auto mapped = std::get<operation_error>(
      classify(std::make_exception_ptr(operation_error::canceled("no more"))));
  BOOST_CHECK(mapped.state() == operation_state::canceled);
  BOOST_TEST(mapped.message() == "no more");
}

BOOST_AUTO_TEST_CASE(leaves_handler_errors_as_they_are) {
  const auto mapped =
      classified(handler_error{handler_error_type::conflict, "busy", retry_behavior::retryable});
  BOOST_CHECK(mapped.type() == handler_error_type::conflict);
  BOOST_CHECK(mapped.retry() == retry_behavior::retryable);
  BOOST_TEST(mapped.message() == "busy");
}

BOOST_AUTO_TEST_CASE(does_not_retry_non_retryable_application_errors) {
  const auto mapped =
      classified(application_error{"bad order", {.type = "BadOrder", .non_retryable = true}});
  BOOST_CHECK(mapped.type() == handler_error_type::internal);
  BOOST_CHECK(mapped.retry() == retry_behavior::non_retryable);
  BOOST_TEST(mapped.message() == "Handler failed with non-retryable application error");
  BOOST_REQUIRE(mapped.cause());
  BOOST_TEST(mapped.cause()->message() == "bad order");
}

BOOST_AUTO_TEST_CASE(retries_everything_else) {
  for (const auto& mapped :
       {classified(application_error{"busy"}),
        classified(std::runtime_error{"busy"}),
        classified(canceled_error{"busy"}),
        std::get<handler_error>(classify(std::make_exception_ptr(17)))}) {
    BOOST_CHECK(mapped.type() == handler_error_type::internal);
    BOOST_CHECK(mapped.retry() == retry_behavior::unspecified);
    BOOST_TEST(mapped.is_retryable());
    BOOST_TEST(mapped.message() == "Internal handler error");
    BOOST_TEST(mapped.cause() != nullptr);
  }
}

BOOST_AUTO_TEST_CASE(maps_every_code_of_a_client_call) {
  struct row {
    status_code code;
    handler_error_type type;
    retry_behavior retry = retry_behavior::unspecified;
  };
  using enum handler_error_type;
  const std::vector<row> table{
      {status_code::invalid_argument, bad_request},
      {status_code::already_exists, internal, retry_behavior::non_retryable},
      {status_code::failed_precondition, internal, retry_behavior::non_retryable},
      {status_code::out_of_range, internal, retry_behavior::non_retryable},
      {status_code::aborted, handler_error_type::unavailable},
      {status_code::unavailable, handler_error_type::unavailable},
      {status_code::cancelled, internal},
      {status_code::data_loss, internal},
      {status_code::internal, internal},
      {status_code::unknown, internal},
      {status_code::unauthenticated, internal},
      {status_code::permission_denied, internal},
      {status_code::not_found, not_found},
      {status_code::resource_exhausted, resource_exhausted},
      {status_code::unimplemented, not_implemented},
      {status_code::deadline_exceeded, upstream_timeout},
      {static_cast<status_code>(99), internal},
  };
  for (const auto& [code, type, retry] : table) {
    BOOST_TEST_CONTEXT(to_string(code)) {
      const auto mapped = classified(rpc_error{{code, "said the service", {}}});
      BOOST_CHECK(mapped.type() == type);
      BOOST_CHECK(mapped.retry() == retry);
      BOOST_TEST(mapped.message() == "said the service");
      const auto* cause = dynamic_cast<const application_error*>(mapped.cause().get());
      BOOST_REQUIRE(cause);
      BOOST_TEST(cause->type() == "RPCError");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
