// SPDX-License-Identifier: Apache-2.0
#include <troupe/caf/error.hpp>
#include <troupe/client/standalone_operation.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>

using namespace troupe;
using nexus::handler_error_type;
using nexus::operation_state;

namespace {

struct fixture {
  nexus::handler_error request_of(const caf::error& error) {
    return std::get<nexus::handler_error>(nexus::meaning_of(system, error));
  }
  nexus::operation_error outcome_of(const caf::error& error) {
    return std::get<nexus::operation_error>(nexus::meaning_of(system, error));
  }
  template <class Error>
  static caf::error told(const Error& thrown) {
    return nexus::actor_error(std::make_exception_ptr(thrown));
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actor_errors, fixture)

BOOST_AUTO_TEST_CASE(every_type_comes_back_as_it_was_made) {
  for (auto type :
       {handler_error_type::bad_request,
        handler_error_type::unauthenticated,
        handler_error_type::unauthorized,
        handler_error_type::not_found,
        handler_error_type::request_timeout,
        handler_error_type::conflict,
        handler_error_type::resource_exhausted,
        handler_error_type::internal,
        handler_error_type::not_implemented,
        handler_error_type::unavailable,
        handler_error_type::upstream_timeout}) {
    const auto read = request_of(nexus::actor_error(type, "why"));
    BOOST_TEST((read.type() == type));
    BOOST_TEST(read.message() == "why");
    BOOST_TEST(read.is_retryable() == nexus::is_retryable(type));
  }
  for (auto state : {operation_state::failed, operation_state::canceled}) {
    const auto read = outcome_of(nexus::actor_error(state, "why"));
    BOOST_TEST((read.state() == state));
    BOOST_TEST(read.message() == "why");
  }
}

BOOST_AUTO_TEST_CASE(an_actor_may_say_whether_to_try_again) {
  const auto never = request_of(nexus::actor_error(
      handler_error_type::internal, "broken", nexus::retry_behavior::non_retryable));
  BOOST_TEST(!never.is_retryable());
  const auto again = request_of(
      nexus::actor_error(handler_error_type::not_found, "yet", nexus::retry_behavior::retryable));
  BOOST_TEST(again.is_retryable());
}

BOOST_AUTO_TEST_CASE(errors_of_caf_have_a_type_of_their_own) {
  const auto is = [&](const caf::error& error, handler_error_type type, bool retryable) {
    const auto read = request_of(error);
    BOOST_TEST((read.type() == type), read.what());
    BOOST_TEST(read.is_retryable() == retryable, read.what());
  };
  is(caf::sec::invalid_argument, handler_error_type::bad_request, false);
  is(caf::sec::unexpected_message, handler_error_type::not_implemented, false);
  is(caf::sec::unexpected_response, handler_error_type::internal, false);
  is(caf::sec::request_timeout, handler_error_type::upstream_timeout, true);
  is(caf::sec::request_receiver_down, handler_error_type::unavailable, true);
  is(caf::sec::no_route_to_receiving_node, handler_error_type::unavailable, true);
  is(caf::sec::runtime_error, handler_error_type::internal, true);
  is(caf::exit_reason::remote_link_unreachable, handler_error_type::unavailable, true);
  is(caf::error{7, caf::atom("shop")}, handler_error_type::internal, true);
  is(caf::error{200, caf::atom("nexus")}, handler_error_type::internal, true);
}

BOOST_AUTO_TEST_CASE(who_asked_is_told_how_the_operation_ended) {
  const auto ended_by = [](failure_cause cause) {
    return operation_failed_error{"id", "run", std::move(cause)};
  };
  const auto failed =
      outcome_of(told(ended_by(std::make_shared<application_error>("no such customer"))));
  BOOST_TEST((failed.state() == operation_state::failed));
  BOOST_TEST(failed.message() == "no such customer");
  const auto canceled = outcome_of(told(ended_by(std::make_shared<canceled_error>("enough"))));
  BOOST_TEST((canceled.state() == operation_state::canceled));
  const auto refused = request_of(told(ended_by(
      std::make_shared<nexus::handler_error>(handler_error_type::unauthorized, "not you"))));
  BOOST_TEST((refused.type() == handler_error_type::unauthorized));
  BOOST_TEST((outcome_of(told(ended_by(nullptr))).state() == operation_state::failed));
}

BOOST_AUTO_TEST_CASE(who_asked_is_told_that_the_service_could_not_be_asked) {
  const auto gone =
      request_of(told(rpc_error{rpc_status{status_code::unavailable, "nobody there"}}));
  BOOST_TEST((gone.type() == handler_error_type::unavailable));
  BOOST_TEST(gone.message().find("nobody there") != std::string::npos);
  BOOST_TEST(
      (request_of(told(rpc_error{rpc_status{status_code::not_found, "no such endpoint"}})).type()
       == handler_error_type::not_found));
  BOOST_TEST(
      (request_of(told(std::runtime_error{"broken"})).type() == handler_error_type::internal));
}

BOOST_AUTO_TEST_SUITE_END()
