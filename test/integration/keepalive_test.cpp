// SPDX-License-Identifier: Apache-2.0
// A worker behind a cable that is cut: nobody closes its connections, and nothing passes any more.
#include "test/support/mute_proxy.hpp"

#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <boost/test/unit_test.hpp>

namespace {

using namespace std::chrono_literals;

struct hello {
  static constexpr std::string_view name = "Hello";
  troupe::async<std::string> run(troupe::workflow::context, std::string who) {
    co_return "Hello " + who;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(keepalive)

BOOST_AUTO_TEST_CASE(a_worker_whose_connections_are_dead_notices_and_makes_others) {
  troupe::service here;
  const auto address = here.listen("127.0.0.1:0");
  troupe::test::mute_proxy proxy{std::stoi(address.substr(address.rfind(':') + 1))};
  troupe::worker worker{
      troupe::client::connect(
          {.target = proxy.address(), .keepalive = troupe::keepalive_options{100ms, 1s}}),
      {.task_queue = "q"}};
  worker.add<hello>().start();
  auto client = here.connect();
  BOOST_TEST(client.execute_workflow<hello>({.task_queue = "q"}, "once") == "Hello once");

  const auto before = proxy.seen().connections;
  proxy.go_mute();
  BOOST_TEST(proxy.wait_until(
      [&](const auto& now) { return now.left == before && now.connections > before; }));
  BOOST_TEST(client.execute_workflow<hello>({.task_queue = "q"}, "again") == "Hello again");
  worker.stop();
}

BOOST_AUTO_TEST_SUITE_END()
