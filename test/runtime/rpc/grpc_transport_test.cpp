// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/grpc_transport.hpp"
#include "runtime/rpc/retry.hpp"
#include "test/runtime/rpc/grpc_test_server.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/error.hpp>

#include <boost/test/unit_test.hpp>

#include <future>

using namespace troupe;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(grpc_transport)

BOOST_AUTO_TEST_CASE(carries_small_and_large_messages_both_ways) {
  test::grpc_test_server server;
  test::blocking_caller caller{{.target = server.target()}};
  for (std::size_t size : {0U, 1U, 23U, 24U, 1023U, 1024U, 100'000U, 3'000'000U}) {
    std::string text(size, 'x');
    if (size > 2)
      text[size / 2] = '\0';
    const auto got = caller.call("/t/echo", text);
    BOOST_TEST(got.status.ok(), got.status.message);
    BOOST_TEST((got.message == text), size);
  }
}

BOOST_AUTO_TEST_CASE(inflates_compressed_replies) {
  test::grpc_test_server server;
  test::blocking_caller caller{{.target = server.target()}};
  const std::string text(50'000, 'z');
  const auto got = caller.call("/t/gzip", text);
  BOOST_TEST(got.status.ok(), got.status.message);
  BOOST_TEST((got.message == text));
}

BOOST_AUTO_TEST_CASE(carries_status_message_and_details) {
  test::grpc_test_server server;
  test::blocking_caller caller{{.target = server.target()}};
  const auto got = caller.call("/t/fail", "x");
  BOOST_TEST((got.status.code == status_code::not_found));
  BOOST_TEST(got.status.message == "there is no such thing");
  BOOST_TEST((got.status.details == std::string{"raw \0 details", 13}));
  const auto unknown = caller.call("/t/nothing", "x");
  BOOST_TEST((unknown.status.code == status_code::unimplemented));
}

BOOST_AUTO_TEST_CASE(sends_the_headers_of_connection_and_call) {
  test::grpc_test_server server;
  test::blocking_caller caller{
      {.target = server.target(),
       .name_space = "mine",
       .disable_tls = true,
       .api_key = "secret",
       .headers = {{"X-Mine", "1"}, {"raw-bin", std::string{"\0\1", 2}}}}};
  const auto lines = caller.call("/t/headers", "x").message;
  for (std::string line :
       {"authorization=Bearer secret\n",
        "client-name=troupe-cpp\n",
        "per-call=yes\n",
        "temporal-namespace=mine\n",
        "x-mine=1\n"})
    BOOST_TEST(lines.find(line) != std::string::npos, line << " in " << lines);
  BOOST_TEST(lines.find(std::string{"raw-bin=\0\1\n", 11}) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ends_a_call_at_its_deadline) {
  test::grpc_test_server server;
  test::blocking_caller caller{{.target = server.target()}};
  const auto got = caller.call("/t/hang", "x", 50ms);
  BOOST_TEST((got.status.code == status_code::deadline_exceeded));
  server.wait_for_abandoned_call();
}

BOOST_AUTO_TEST_CASE(cancels_a_call_and_tells_the_server) {
  test::grpc_test_server server;
  test::blocking_caller caller{{.target = server.target()}};
  std::promise<rpc_status> ended;
  rpc::transport::call_id id = 0;
  caller.on_loop([&] {
    id = caller.transport->start(
        {"/t/hang", rpc::bytes{std::string{"x"}}, 20s, {}},
        [&](rpc_status status, rpc::bytes) { ended.set_value(std::move(status)); });
  });
  server.wait_for_hanging_call();
  caller.on_loop([&] { caller.transport->cancel(id); });
  BOOST_TEST((ended.get_future().get().code == status_code::cancelled));
  server.wait_for_abandoned_call();
  // The slot is used again; the old id cancels nobody.
  caller.on_loop([&] { caller.transport->cancel(id); });
  BOOST_TEST(caller.call("/t/echo", "again").message == "again");
}

BOOST_AUTO_TEST_CASE(destroying_it_cancels_calls_in_flight) {
  test::grpc_test_server server;
  test::blocking_caller caller{{.target = server.target()}};
  std::promise<rpc_status> ended;
  caller.on_loop([&] {
    caller.transport->start(
        {"/t/hang", rpc::bytes{std::string{"x"}}, 20s, {}},
        [&](rpc_status status, rpc::bytes) { ended.set_value(std::move(status)); });
  });
  server.wait_for_hanging_call();
  caller.on_loop([&] { caller.transport.reset(); });
  BOOST_TEST((ended.get_future().get().code == status_code::cancelled));
}

BOOST_AUTO_TEST_CASE(a_vanished_server_is_unavailable_until_it_is_back) {
  auto server = std::make_unique<test::grpc_test_server>();
  const int port = server->port();
  test::blocking_caller caller{{.target = server->target()}};
  BOOST_TEST(caller.call("/t/echo", "1").status.ok());

  // A call in flight when the server goes down ends, too.
  std::promise<rpc_status> ended;
  caller.on_loop([&] {
    caller.transport->start(
        {"/t/hang", rpc::bytes{std::string{"x"}}, 20s, {}},
        [&](rpc_status status, rpc::bytes) { ended.set_value(std::move(status)); });
  });
  server->wait_for_hanging_call();
  server.reset();
  BOOST_TEST(!ended.get_future().get().ok());
  BOOST_TEST((caller.call("/t/echo", "2").status.code == status_code::unavailable));

  server = std::make_unique<test::grpc_test_server>(port);
  std::optional<rpc::retrying_transport> retrying;
  caller.on_loop([&] { retrying.emplace(*caller.transport, caller.loop); });
  const auto got = rpc::waiter{caller.loop}.wait<std::string>([&](auto done) {
    retrying->start(
        {"/t/echo", rpc::bytes{std::string{"3"}}, 20s, {}},
        [done](rpc_status, rpc::bytes message) mutable {
          done(result<std::string>{message.str()});
        });
  });
  BOOST_TEST(got == "3");
  caller.on_loop([&] { retrying.reset(); });
}

BOOST_AUTO_TEST_CASE(refuses_replies_above_the_limit) {
  test::grpc_test_server server;
  test::blocking_caller caller{{.target = server.target(), .max_message_bytes = 1000}};
  BOOST_TEST(caller.call("/t/echo", std::string(900, 'x')).status.ok());
  const auto got = caller.call("/t/echo", std::string(1100, 'x'));
  BOOST_TEST((got.status.code == status_code::resource_exhausted));
  BOOST_TEST(!rpc::is_retryable(got.status), got.status.message);
}

BOOST_AUTO_TEST_CASE(a_blocking_call_on_the_loops_own_thread_is_refused) {
  rpc::client_loop loop;
  std::promise<bool> refused;
  loop.post([&] {
    try {
      rpc::waiter{loop}.wait<void>([](auto) {});
      refused.set_value(false);
    } catch (const std::logic_error&) {
      refused.set_value(true);
    }
  });
  BOOST_TEST(refused.get_future().get());
}

BOOST_AUTO_TEST_CASE(the_loop_outlives_what_its_work_throws_and_logs_it_with_its_causes) {
  const test::captured_log log;
  std::promise<void> done;
  {
    rpc::client_loop loop;
    loop.post([] {
      throw application_error{"outer", {.cause = std::make_shared<canceled_error>("inner")}};
    });
    loop.post([] { throw 1; });
    loop.post([&] { done.set_value(); });
    done.get_future().get();
  }
  const auto lines = log.lines_of("work of a client threw");
  BOOST_REQUIRE_EQUAL(lines.size(), 2U);
  BOOST_TEST(lines[0].at("error") == "outer: inner");
  BOOST_TEST(lines[1].at("error") == "an exception that is no std::exception: int");
}

BOOST_AUTO_TEST_CASE(the_loop_runs_timers_in_order_and_forgets_cancelled_ones) {
  rpc::client_loop loop;
  std::promise<std::string> done;
  std::string order;
  loop.post([&] {
    loop.schedule(3ms, [&] { done.set_value(order); });
    loop.schedule(2ms, [&] { order += "b"; });
    loop.schedule(1ms, [&] { order += "a"; });
    loop.cancel(loop.schedule(1ms, [&] { order += "x"; }));
  });
  BOOST_TEST(done.get_future().get() == "ab");
}

BOOST_AUTO_TEST_SUITE_END()
