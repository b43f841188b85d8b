// SPDX-License-Identifier: Apache-2.0
#include <troupe/client/errors.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::literals;
using namespace troupe;

namespace error_test_types {

struct out_of_stock : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace error_test_types

namespace {

template <class Error>
std::exception_ptr thrown(Error error) {
  return std::make_exception_ptr(std::move(error));
}

template <class Call>
std::exception_ptr caught(Call call) {
  try {
    call();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

const application_error& as_application(const failure_cause& error) {
  return dynamic_cast<const application_error&>(*error);
}

} // namespace

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(gives_foreign_exceptions_their_class_name_as_type) {
  const auto error = to_failure_error(thrown(error_test_types::out_of_stock{"none left"}));
  BOOST_TEST(error->message() == "none left");
  BOOST_TEST(error->kind() == "ApplicationFailure");
  BOOST_TEST(as_application(error).type() == "error_test_types::out_of_stock");
  BOOST_TEST(!as_application(error).non_retryable());
  BOOST_TEST(
      as_application(to_failure_error(thrown(std::runtime_error{"x"}))).type()
      == "std::runtime_error");
}

BOOST_AUTO_TEST_CASE(takes_things_that_are_no_exceptions) {
  const auto error = to_failure_error(thrown(5));
  BOOST_TEST(as_application(error).type() == "int");
  BOOST_TEST(error->message() == "an exception that is no std::exception: int");
  BOOST_TEST(to_failure_error(nullptr) == nullptr);
}

BOOST_AUTO_TEST_CASE(keeps_errors_of_the_family_as_they_are) {
  const auto error = to_failure_error(thrown(timeout_error{"late", timeout_type::heartbeat}));
  BOOST_TEST((dynamic_cast<const timeout_error&>(*error).type() == timeout_type::heartbeat));
  BOOST_TEST(to_string(timeout_type::schedule_to_close) == "SCHEDULE_TO_CLOSE");
}

BOOST_AUTO_TEST_CASE(takes_nested_exceptions_as_causes) {
  const auto error = to_failure_error(caught([] {
    try {
      try {
        throw error_test_types::out_of_stock{"inner"};
      } catch (...) {
        std::throw_with_nested(application_error{"middle", {.type = "Middle"}});
      }
    } catch (...) {
      std::throw_with_nested(std::runtime_error{"outer"});
    }
  }));
  BOOST_TEST(error->message() == "outer");
  BOOST_TEST(as_application(error->cause()).type() == "Middle");
  BOOST_TEST(error->cause()->cause()->message() == "inner");
  BOOST_TEST(error->cause()->cause()->cause() == nullptr);
}

BOOST_AUTO_TEST_CASE(replaces_bytes_that_are_not_utf8_in_texts_of_foreign_exceptions) {
  BOOST_TEST(
      to_failure_error(thrown(std::runtime_error{"bad \xff byte"}))->message()
      == "bad \xef\xbf\xbd byte");
}

BOOST_AUTO_TEST_CASE(raises_a_copy_by_its_dynamic_type) {
  const auto cause =
      std::make_shared<nexus::handler_error>(nexus::handler_error_type::conflict, "taken");
  const nexus_operation_error error{"failed", {.endpoint = "e", .operation = "o"}, cause};
  const failure_error& base = error;
  BOOST_CHECK_THROW(base.raise(), nexus_operation_error);
  BOOST_CHECK_THROW(error.cause()->raise(), nexus::handler_error);
}

BOOST_AUTO_TEST_CASE(knows_what_counts_as_canceled) {
  const auto cause = std::make_shared<canceled_error>("stop");
  BOOST_TEST(is_canceled(canceled_error{}));
  BOOST_TEST(is_canceled(activity_error{"a", {}, cause}));
  BOOST_TEST(is_canceled(child_workflow_error{"c", {}, cause}));
  BOOST_TEST(is_canceled(nexus_operation_error{"n", {}, cause}));
  BOOST_TEST(is_canceled(nexus::operation_error::canceled("c")));
  BOOST_TEST(is_canceled(thrown(canceled_error{})));
  // What a client throws of a workflow that was cancelled.
  BOOST_TEST(is_canceled(workflow_failed_error{"w", "r", cause}));
  BOOST_TEST(is_canceled(thrown(workflow_failed_error{"w", "r", cause})));
  BOOST_TEST(
      !is_canceled(workflow_failed_error{"w", "r", std::make_shared<terminated_error>("t")}));
  BOOST_TEST(!is_canceled(workflow_failed_error{"w", "r", nullptr}));
  BOOST_TEST(!is_canceled(std::runtime_error{"r"}));
  // Wrappers within wrappers, as deep as they come.
  failure_cause deep = cause;
  for (int i = 0; i < 20; ++i) {
    deep = std::make_shared<activity_error>("a", activity_error_info{}, deep);
    deep = std::make_shared<child_workflow_error>("c", child_workflow_error_info{}, deep);
    deep = std::make_shared<nexus_operation_error>("n", nexus_operation_error_info{}, deep);
    BOOST_TEST(is_canceled(*deep));
  }
  BOOST_TEST(!is_canceled(nexus::operation_error::failed("f")));
  // A failure of its own, wherever it stands.
  const auto own =
      std::make_shared<application_error>("a", application_error_options{.cause = cause});
  BOOST_TEST(!is_canceled(activity_error{"a", {}, own}));
  BOOST_TEST(!is_canceled(child_workflow_error{
      "c", {}, std::make_shared<activity_error>("a", activity_error_info{}, own)}));
  BOOST_TEST(!is_canceled(application_error{"a", {.cause = cause}}));
  BOOST_TEST(!is_canceled(activity_error{"a", {}}));
  BOOST_TEST(!is_canceled(thrown(5)));
  BOOST_TEST(!is_canceled(std::exception_ptr{}));
}

BOOST_AUTO_TEST_CASE(knows_the_eleven_handler_error_types) {
  using enum nexus::handler_error_type;
  struct row {
    nexus::handler_error_type type;
    std::string_view text;
    bool retryable;
  };
  for (const auto& [type, text, retryable] : {
           row{bad_request, "BAD_REQUEST", false},
           row{unauthenticated, "UNAUTHENTICATED", false},
           row{unauthorized, "UNAUTHORIZED", false},
           row{not_found, "NOT_FOUND", false},
           row{request_timeout, "REQUEST_TIMEOUT", true},
           row{conflict, "CONFLICT", false},
           row{resource_exhausted, "RESOURCE_EXHAUSTED", true},
           row{internal, "INTERNAL", true},
           row{not_implemented, "NOT_IMPLEMENTED", false},
           row{unavailable, "UNAVAILABLE", true},
           row{upstream_timeout, "UPSTREAM_TIMEOUT", true},
       }) {
    BOOST_TEST(nexus::to_string(type) == text);
    BOOST_TEST((nexus::parse_handler_error_type(text) == type));
    BOOST_TEST((nexus::handler_error{type, "m"}.is_retryable()) == retryable);
  }
  BOOST_TEST(!nexus::parse_handler_error_type("bad_request").has_value());
  BOOST_TEST(
      (!nexus::handler_error{internal, "m", nexus::retry_behavior::non_retryable}.is_retryable()));
  const nexus::handler_error unknown{"FUTURE"s, "m", nexus::retry_behavior::unspecified};
  BOOST_TEST(unknown.type_text() == "FUTURE");
  BOOST_TEST(unknown.is_retryable());
}

BOOST_AUTO_TEST_SUITE_END()
