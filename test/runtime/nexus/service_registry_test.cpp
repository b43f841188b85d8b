// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/service_registry.hpp"

#include <troupe/nexus/handler.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace troupe;
using nexus::dynamic_operation;
using nexus::service_handler;

namespace {

nexus::operation_entry echo(std::string name) {
  return dynamic_operation<payload, payload>(
      std::move(name), [](nexus::start_context, payload in) { return in; });
}

auto says(std::string text) {
  return [text](const std::exception& error) {
    BOOST_TEST(std::string{error.what()} == text);
    return true;
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(service_registry)

BOOST_AUTO_TEST_CASE(finds_an_operation_by_service_and_name) {
  nexus::service_registry services;
  BOOST_TEST(services.empty());
  services.add({"one", {echo("a"), echo("b")}});
  services.add({"two", {echo("a")}});
  BOOST_TEST(!services.empty());
  BOOST_TEST(services.find("one", "b") != nullptr);
  BOOST_TEST(services.find("two", "a") != services.find("one", "a"));
}

BOOST_AUTO_TEST_CASE(says_which_service_is_unknown) {
  nexus::service_registry services;
  services.add({"one", {echo("a")}});
  BOOST_CHECK_EXCEPTION(
      (void)services.find("no-such-service", "echo"),
      nexus::handler_error,
      [](const nexus::handler_error& error) {
        return error.type() == nexus::handler_error_type::not_found
               && error.message() == "No handler for service 'no-such-service'.";
      });
}

BOOST_AUTO_TEST_CASE(says_which_operation_is_unknown) {
  nexus::service_registry services;
  services.add({"one", {echo("a"), echo("b")}});
  BOOST_CHECK_EXCEPTION(
      (void)services.find("one", "c"), nexus::handler_error, [](const nexus::handler_error& error) {
        return error.type() == nexus::handler_error_type::not_found
               && error.message()
                      == "Nexus service definition 'one' has no operation 'c'. There are 2 "
                         "operations in the definition.";
      });
}

BOOST_AUTO_TEST_CASE(gives_unlisted_operations_to_the_fallback) {
  nexus::service_registry services;
  services.add({"gateway", {echo("a")}, echo("rest").handler});
  BOOST_TEST(services.find("gateway", "anything") != nullptr);
  BOOST_TEST(services.find("gateway", "anything") != services.find("gateway", "a"));
}

BOOST_AUTO_TEST_CASE(refuses_a_service_that_is_there_already) {
  nexus::service_registry services;
  services.add({"one", {echo("a")}});
  BOOST_CHECK_EXCEPTION(
      services.add({"one", {echo("b")}}),
      std::invalid_argument,
      says("the Nexus service 'one' is registered already"));
}

BOOST_AUTO_TEST_CASE(refuses_bad_names_and_missing_handlers) {
  nexus::service_registry services;
  BOOST_CHECK_EXCEPTION(
      services.add({"", {echo("a")}}), std::invalid_argument, says("a Nexus service needs a name"));
  BOOST_CHECK_EXCEPTION(
      services.add({"__temporal_system", {echo("a")}}),
      std::invalid_argument,
      says("the Nexus service name '__temporal_system' is reserved: names must not begin with "
           "'__temporal_'"));
  BOOST_CHECK_EXCEPTION(
      services.add({"s", {echo("a"), echo("a")}}),
      std::invalid_argument,
      says("the Nexus service 's' has two operations with the name 'a'"));
  BOOST_CHECK_EXCEPTION(
      services.add({"s", {{"a", nullptr}}}),
      std::invalid_argument,
      says("the operation 'a' of the Nexus service 's' has no handler"));
  BOOST_TEST(services.empty());
}

BOOST_AUTO_TEST_SUITE_END()
