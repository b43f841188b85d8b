// SPDX-License-Identifier: Apache-2.0
// Pings of a client: they keep a connection, and find one that is dead though nobody closed it.
#include "test/runtime/rpc/grpc_test_server.hpp"
#include "test/support/mute_proxy.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace troupe;

namespace {

using namespace std::chrono_literals;

struct fixture {
  test::grpc_test_server server;
  test::mute_proxy proxy{server.port()};

  [[nodiscard]] connection_options with(std::optional<keepalive_options> keepalive) const {
    return {.target = proxy.address(), .keepalive = keepalive};
  }
  /// Cuts the connection once a call waits for its answer.
  std::thread cut_in_a_call() {
    return std::thread{[this] {
      server.wait_for_hanging_call();
      proxy.go_mute();
    }};
  }
};

/// Soon, and with patience enough for a machine that has much to do.
constexpr keepalive_options quick{.interval = 50ms, .timeout = 1s};

} // namespace

BOOST_FIXTURE_TEST_SUITE(keepalive, fixture)

BOOST_AUTO_TEST_CASE(a_call_to_a_service_that_answers_no_pings_fails_long_before_its_deadline) {
  test::blocking_caller caller{with(quick)};
  auto cut = cut_in_a_call();
  const auto got = caller.call("/t/hang", "x", 5min);
  cut.join();
  BOOST_TEST((got.status.code == status_code::unavailable), got.status.message);
  BOOST_TEST(proxy.wait_until([](const auto& seen) { return seen.left == 1; }));
  // The next call has a connection of its own.
  const auto next = caller.call("/t/echo", "hello");
  BOOST_TEST(next.message == "hello");
  BOOST_TEST(proxy.seen().connections == 2);
}

BOOST_AUTO_TEST_CASE(without_pings_nobody_notices) {
  test::blocking_caller caller{with(std::nullopt)};
  auto cut = cut_in_a_call();
  const auto got = caller.call("/t/hang", "x", 300ms);
  cut.join();
  BOOST_TEST((got.status.code == status_code::deadline_exceeded), got.status.message);
  BOOST_TEST(proxy.seen().left == 0);
}

BOOST_AUTO_TEST_CASE(a_dead_connection_is_noticed_without_a_call) {
  test::blocking_caller caller{with(quick)};
  BOOST_TEST(caller.call("/t/echo", "hello").message == "hello");
  proxy.go_mute();
  BOOST_TEST(proxy.wait_until([](const auto& seen) { return seen.left == 1; }));
}

BOOST_AUTO_TEST_CASE(a_service_that_answers_keeps_its_connection) {
  test::blocking_caller caller{with(keepalive_options{.interval = 50ms, .timeout = 20s})};
  BOOST_TEST(caller.call("/t/echo", "hello").message == "hello");
  // Nothing else is said: these are pings.
  const auto before = proxy.seen().from_client;
  BOOST_TEST(proxy.wait_until([&](const auto& seen) { return seen.from_client >= before + 2; }));
  BOOST_TEST(caller.call("/t/echo", "again").message == "again");
  BOOST_TEST(proxy.seen().connections == 1);
}

BOOST_AUTO_TEST_SUITE_END()
