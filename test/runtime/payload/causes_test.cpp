// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_converter.hpp"

#include <troupe/client/errors.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/payload_error.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>

#include <thread>

using namespace std::literals;
using namespace troupe;

namespace causes_test_types {

struct out_of_stock : std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace causes_test_types

namespace {

using causes_test_types::out_of_stock;

template <class Error, class... Args>
failure_cause cause(Args&&... args) {
  return std::make_shared<Error>(std::forward<Args>(args)...);
}

failure_cause application(std::string message, std::string type, failure_cause because = nullptr) {
  return cause<application_error>(
      std::move(message),
      application_error_options{.type = std::move(type), .cause = std::move(because)});
}

// The exception that `outer` becomes around `inner`.
template <class Inner, class Outer>
std::exception_ptr nested(Inner inner, Outer outer) {
  try {
    try {
      throw std::move(inner);
    } catch (...) {
      std::throw_with_nested(std::move(outer));
    }
  } catch (...) {
    return std::current_exception();
  }
}

failure_cause over_the_wire(const std::exception_ptr& error) {
  temporal::api::failure::v1::Failure wire;
  to_failure(error, {}, wire);
  return failure_error_from(wire, {});
}

} // namespace

BOOST_AUTO_TEST_SUITE(causes)

BOOST_AUTO_TEST_CASE(tells_the_whole_chain_in_one_line) {
  const activity_error error{
      "activity error",
      {.activity_type = "compose_greeting"},
      application("no such customer", "OutOfStock", cause<server_error>("connection refused"))};
  const auto* line =
      "activity error (compose_greeting): no such customer (OutOfStock): connection refused";
  BOOST_TEST(error.what() == line);
  BOOST_TEST(describe(error) == line);
  BOOST_TEST(describe(std::make_exception_ptr(error)) == line);
  BOOST_TEST(error.message() == "activity error");
}

BOOST_AUTO_TEST_CASE(says_what_tells_the_errors_of_each_family_apart) {
  const struct {
    failure_cause error;
    std::string_view line;
  } rows[] = {
      {cause<failure_error>("plain"), "plain"},
      {application("m", "OutOfStock"), "m (OutOfStock)"},
      {application("m", "shop::out_of_stock"), "m (shop::out_of_stock)"},
      {application("m", ""), "m"},
      {application("m", "std::runtime_error"), "m"},
      {application("m", "OperationError"), "m"},
      {application("m", "std::out_of_range"), "m (std::out_of_range)"},
      {cause<canceled_error>(), "canceled"},
      {cause<timeout_error>("too late", timeout_type::schedule_to_close),
       "too late (SCHEDULE_TO_CLOSE)"},
      {cause<timeout_error>("too late", timeout_type::unspecified), "too late"},
      {cause<terminated_error>("stop"), "stop"},
      {cause<server_error>("broken"), "broken"},
      {cause<activity_error>("failed", activity_error_info{.activity_type = "pay"}),
       "failed (pay)"},
      {cause<activity_error>("failed", activity_error_info{}), "failed"},
      {cause<child_workflow_error>(
           "failed", child_workflow_error_info{.workflow_id = "w-1", .workflow_type = "order"}),
       "failed (order w-1)"},
      {cause<nexus_operation_error>(
           "failed", nexus_operation_error_info{.endpoint = "e", .service = "s", .operation = "o"}),
       "failed (e/s/o)"},
      {cause<nexus_operation_error>("failed", nexus_operation_error_info{.operation = "o"}),
       "failed (o)"},
      {cause<nexus::handler_error>(nexus::handler_error_type::not_found, "no such order"),
       "no such order (NOT_FOUND)"},
      {cause<nexus::handler_error>("FUTURE"s, "what", nexus::retry_behavior::unspecified),
       "what (FUTURE)"},
      {cause<nexus::operation_error>(nexus::operation_state::failed, "no"), "no"},
  };
  for (const auto& row : rows) {
    BOOST_TEST(row.error->what() == row.line);
    BOOST_TEST(describe(*row.error) == row.line);
  }
}

BOOST_AUTO_TEST_CASE(names_what_is_no_failure_by_its_class_or_code) {
  const auto of = [](auto error) { return describe(std::make_exception_ptr(std::move(error))); };
  BOOST_TEST(of(std::runtime_error{"plain"}) == "plain");
  BOOST_TEST(of(std::out_of_range{"index"}) == "index (std::out_of_range)");
  BOOST_TEST(of(out_of_stock{"none left"}) == "none left (causes_test_types::out_of_stock)");
  BOOST_TEST(of(payload_error{".lang", "expected number"}) == "at .lang: expected number");
  BOOST_TEST(
      of(rpc_error{{status_code::not_found, "no such workflow", {}}})
      == "no such workflow (NOT_FOUND)");
  BOOST_TEST(of(rpc_error{{status_code::unavailable, {}, {}}}) == "UNAVAILABLE");
  BOOST_TEST(of(5) == "an exception that is no std::exception: int");
  BOOST_TEST(describe(std::exception_ptr{}) == "");
}

BOOST_AUTO_TEST_CASE(says_nothing_twice) {
  // As the service wraps errors, and as people do.
  const auto twice = [](std::string outer, failure_cause inner) {
    return describe(failure_error{std::move(outer), std::move(inner)});
  };
  BOOST_TEST(twice("gone", cause<failure_error>("gone")) == "gone");
  BOOST_TEST(twice("cannot pay: gone", cause<failure_error>("gone")) == "cannot pay: gone");
  BOOST_TEST(
      twice("cannot pay: gone", application("gone", "NoMoney", cause<failure_error>("why")))
      == "cannot pay: gone (NoMoney): why");
  BOOST_TEST(twice("vanished", cause<failure_error>("ed")) == "vanished: ed");
  BOOST_TEST(
      describe(nexus::handler_error{nexus::handler_error_type::internal, "handler error INTERNAL"})
      == "handler error INTERNAL");
  // Without a word of its own an error is known by its kind.
  BOOST_TEST(twice("", application("inner", "")) == "Failure: inner");
  BOOST_TEST(describe(application_error{"", {.type = "Empty"}}) == "ApplicationFailure (Empty)");
}

BOOST_AUTO_TEST_CASE(stays_one_line_of_bounded_length) {
  BOOST_TEST(
      describe(
          failure_error{"Traceback:\n  file \"a\"\r\n  line 3\n", cause<failure_error>("b\x1b")})
      == "Traceback: file \"a\" line 3: b\\u001b");
  BOOST_TEST(describe(std::runtime_error{"bad \xff byte"}) == "bad \xef\xbf\xbd byte");
  BOOST_TEST(describe(failure_error{std::string(1 << 20, 'x')}).size() < 17'000u);
  failure_cause chain = cause<failure_error>("level 0");
  for (int i = 1; i < 2'000; ++i)
    chain = cause<failure_error>("level " + std::to_string(i), chain);
  BOOST_TEST(describe(*chain).starts_with("level 1999: level 1998: "));
  BOOST_TEST(describe(*chain).size() < 17'000u);
}

BOOST_AUTO_TEST_CASE(follows_nested_exceptions) {
  const auto error = nested(out_of_stock{"none left"}, std::invalid_argument{"cannot ship"});
  BOOST_TEST(
      describe(error)
      == "cannot ship (std::invalid_argument): none left (causes_test_types::out_of_stock)");
  BOOST_TEST(find_cause<out_of_stock>(error)->what() == "none left"s);
  BOOST_TEST(find_cause<std::invalid_argument>(error) != nullptr);

  const auto failure = nested(5, application_error{"no", {.type = "Odd"}});
  BOOST_TEST(describe(failure) == "no (Odd): an exception that is no std::exception: int");
  BOOST_TEST(
      describe(*over_the_wire(failure)) == "no (Odd): an exception that is no std::exception: int");
  // The class is the one that was thrown, not what the standard library makes of it.
  BOOST_TEST(
      describe(*over_the_wire(error))
      == "cannot ship (std::invalid_argument): none left (causes_test_types::out_of_stock)");
}

BOOST_AUTO_TEST_CASE(finds_the_first_cause_of_a_class) {
  const auto inner =
      application("inner", "Second", cause<timeout_error>("late", timeout_type::heartbeat));
  const activity_error error{"activity error", {}, application("outer", "First", inner)};
  BOOST_TEST(find_cause<activity_error>(error) == &error);
  BOOST_TEST(find_cause<application_error>(error)->type() == "First");
  BOOST_TEST((find_cause<timeout_error>(error)->type() == timeout_type::heartbeat));
  BOOST_TEST(find_cause<canceled_error>(error) == nullptr);
  const auto is = [](std::string_view type) {
    return [type](const application_error& one) { return one.type() == type; };
  };
  BOOST_TEST(find_cause<application_error>(error, is("Second")) == inner.get());
  BOOST_TEST(find_cause<application_error>(error, is("Third")) == nullptr);

  BOOST_TEST(find_cause<application_error>(error.cause())->type() == "First");
  BOOST_TEST(find_cause<timeout_error>(std::make_exception_ptr(error)) != nullptr);
  BOOST_TEST(find_cause<timeout_error>(std::exception_ptr{}) == nullptr);
  BOOST_TEST(find_cause<timeout_error>(failure_cause{}) == nullptr);
  BOOST_TEST(find_cause<timeout_error>(std::make_exception_ptr(5)) == nullptr);
}

BOOST_AUTO_TEST_CASE(the_cause_of_a_failed_workflow_is_found_and_travels) {
  const workflow_failed_error error{
      "w-1",
      "r-1",
      cause<activity_error>(
          "activity error",
          activity_error_info{.activity_type = "pay"},
          application("no money", "Broke"))};
  BOOST_TEST(error.what() == "workflow w-1 failed: activity error (pay): no money (Broke)"s);
  BOOST_TEST(describe(error) == error.what());
  BOOST_TEST(find_cause<application_error>(error)->type() == "Broke");
  // Let out by a handler, it says on the wire what it always said; its causes go along.
  const auto read = over_the_wire(std::make_exception_ptr(error));
  BOOST_TEST(read->message() == "workflow w-1 failed: activity error");
  BOOST_TEST(find_cause<activity_error>(read)->info().activity_type == "pay");
  BOOST_TEST(find_cause<application_error>(read->cause())->type() == "Broke");
}

BOOST_AUTO_TEST_CASE(what_travels_is_the_message_alone) {
  const application_error error{"outer", {.type = "Outer", .cause = application("inner", "Inner")}};
  BOOST_TEST(error.what() == "outer (Outer): inner (Inner)"s);
  temporal::api::failure::v1::Failure wire;
  to_failure(error, {}, wire);
  BOOST_TEST(wire.message() == "outer");
  BOOST_TEST(wire.cause().message() == "inner");
  BOOST_TEST(message_of(error) == "outer");
  BOOST_TEST(message_of(std::runtime_error{"x"}) == "x");
}

BOOST_AUTO_TEST_CASE(the_text_lives_as_long_as_the_error_and_may_be_asked_for_by_many) {
  const auto error = application("outer", "Outer", application("inner", "Inner"));
  const char* texts[4] = {};
  {
    std::vector<std::jthread> readers;
    for (auto& text : texts)
      readers.emplace_back([&] { text = error->what(); });
  }
  for (const auto* text : texts)
    BOOST_TEST(text == static_cast<const void*>(error->what()));
  const auto copy = static_cast<const application_error&>(*error);
  BOOST_TEST(copy.what() == "outer (Outer): inner (Inner)"s);
  BOOST_TEST(static_cast<const void*>(copy.what()) != error->what());
  application_error assigned{"other"};
  BOOST_TEST(assigned.what() == "other"s);
  assigned = copy;
  BOOST_TEST(assigned.what() == "outer (Outer): inner (Inner)"s);
}

BOOST_AUTO_TEST_SUITE_END()
