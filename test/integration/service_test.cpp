// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/service.hpp>

#include <boost/test/unit_test.hpp>

namespace {

BOOST_AUTO_TEST_SUITE(service)

BOOST_AUTO_TEST_CASE(is_reached_in_the_process_and_over_the_wire) {
  troupe::service here{{.namespaces = {{"one"}}, .endpoints = {{"endpoint", "one", "q"}}}};
  auto inside = here.connect("one");
  auto outside =
      troupe::client::connect({.target = here.listen("127.0.0.1:0"), .name_space = "one"});
  auto started = inside.start_workflow("Type", {.id = "w", .task_queue = "q"});
  BOOST_TEST(outside.get_workflow("w").describe().run_id == started.run_id());
  outside.get_workflow("w").terminate("enough");
  BOOST_CHECK_THROW(inside.get_workflow("w").signal("late"), troupe::rpc_error);
}

BOOST_AUTO_TEST_CASE(listens_on_several_addresses) {
  troupe::service here;
  const auto first = here.listen("127.0.0.1:0");
  BOOST_CHECK_THROW(here.listen(first), troupe::service_error);
  const auto second = here.listen("127.0.0.1:0");
  BOOST_TEST(first != second);
  for (const auto& address : {first, second})
    BOOST_CHECK_NO_THROW((void)troupe::client::connect({.target = address}));
}

BOOST_AUTO_TEST_CASE(says_which_namespace_does_not_exist) {
  troupe::service here;
  BOOST_CHECK_EXCEPTION(
      (void)here.connect("no-such-ns"), troupe::rpc_error, [](const troupe::rpc_error& error) {
        return std::string{error.what()} == "Namespace no-such-ns is not found.";
      });
}

BOOST_AUTO_TEST_CASE(says_that_a_port_is_in_use) {
  troupe::service one;
  troupe::service other;
  const auto address = one.listen("127.0.0.1:0");
  BOOST_CHECK_EXCEPTION(
      other.listen(address), troupe::service_error, [&](const troupe::service_error& error) {
        return std::string{error.what()}.find(address + "': the port is in use")
               != std::string::npos;
      });
}

BOOST_AUTO_TEST_CASE(refuses_settings_and_endpoints_that_cannot_work) {
  BOOST_CHECK_THROW(
      troupe::service({.dynamic_config = {{"limit.historyCount.suggestContinueAsNew", "many"}}}),
      troupe::service_error);
  BOOST_CHECK_THROW(
      troupe::service({.endpoints = {{"e", "no-such-ns", "q"}}}), troupe::service_error);
  for (const std::size_t size : {0, 1'001})
    BOOST_CHECK_THROW(
        troupe::service({.namespaces = {{std::string(size, 'n')}}}), troupe::service_error);
  BOOST_CHECK_NO_THROW(troupe::service({.dynamic_config = {{"unknown.key", "\"x\""}}}));
}

BOOST_AUTO_TEST_CASE(stops_twice_and_refuses_what_comes_after) {
  troupe::service here;
  auto client = here.connect();
  here.stop();
  here.stop();
  BOOST_CHECK_THROW(here.listen("127.0.0.1:0"), troupe::service_error);
  BOOST_CHECK_THROW((void)here.connect(), troupe::rpc_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
