// SPDX-License-Identifier: Apache-2.0
#include "actors/public/snapshot_json.hpp"
#include "runtime/http/address.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/client.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct waits {
  static constexpr std::string_view name = "Waits";
  troupe::async<> run(troupe::workflow::context ctx) { co_await ctx.sleep(1h); }
};

/// The status and the body.
std::pair<int, std::string> fetch(const std::string& address, const std::string& path) {
  const auto to = troupe::http::parse_address(address);
  BOOST_REQUIRE_MESSAGE(to, address);
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  socket.connect({asio::ip::make_address(to->ip), to->port});
  asio::write(
      socket, asio::buffer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  std::string all;
  boost::system::error_code error;
  asio::read(socket, asio::dynamic_buffer(all), error);
  return {std::stoi(all.substr(all.find(' '))), all.substr(all.find("\r\n\r\n") + 4)};
}

using answer = std::pair<int, std::string>;

struct fixture {
  troupe::service service;
  troupe::client client = service.connect();

  static troupe::worker_options options(std::string address) {
    return {.task_queue = "q", .metrics_address = std::move(address)};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(worker_ports, fixture)

BOOST_AUTO_TEST_CASE(probes_say_whether_a_worker_is_alive_and_ready) {
  troupe::worker worker{client, options("127.0.0.1:0")};
  worker.add<waits>();
  worker.start();
  const auto at = worker.metrics_address();
  BOOST_TEST((fetch(at, "/livez") == answer{200, "ok\n"}));
  BOOST_TEST((fetch(at, "/readyz") == answer{200, "ok\n"}));
  worker.stop();
  BOOST_TEST((fetch(at, "/livez") == answer{200, "ok\n"}));
  BOOST_TEST((fetch(at, "/readyz") == answer{503, "it has stopped\n"}));
}

BOOST_AUTO_TEST_CASE(a_worker_without_a_service_is_alive_and_not_ready_and_says_why) {
  troupe::test::captured_log log;
  troupe::worker worker{
      troupe::client::connect({.target = "127.0.0.1:1", .lazy = true}), options("127.0.0.1:0")};
  worker.add<waits>();
  worker.start();
  BOOST_TEST((fetch(worker.metrics_address(), "/livez") == answer{200, "ok\n"}));
  BOOST_TEST(
      (fetch(worker.metrics_address(), "/readyz")
       == answer{503, "the service has not answered yet\n"}));
  const auto lines = log.lines_of("the service cannot be reached, trying again");
  BOOST_REQUIRE(!lines.empty());
  BOOST_TEST(lines[0].at("hint").starts_with("nobody listens there"), lines[0].at("hint"));
}

BOOST_AUTO_TEST_CASE(inspect_shows_what_the_snapshot_has) {
  troupe::worker worker{client, options("127.0.0.1:0")};
  worker.add<waits>();
  worker.start();
  for (const char* id : {"one", "two"})
    (void)client.start_workflow<waits>({.id = id, .task_queue = "q"});
  troupe::worker_snapshot here;
  do
    here = worker.snapshot();
  while (here.runs.size() != 2
         || std::ranges::any_of(here.runs, &troupe::worker_snapshot::run::has_task));
  const auto inspect = [&](const std::string& query) {
    const auto [status, body] = fetch(worker.metrics_address(), "/inspect" + query);
    BOOST_TEST(status == 200, body);
    auto all = troupe::from_json<troupe::detail::inspected_workers>(body);
    BOOST_REQUIRE(all.workers.size() == 1u);
    return std::move(all.workers[0]);
  };
  const auto there = inspect("");
  BOOST_TEST((there.state == troupe::worker_state::running));
  BOOST_TEST(there.task_queue == "q");
  BOOST_TEST(there.name_space == "default");
  BOOST_TEST(there.identity == here.identity);
  BOOST_TEST(there.workflow.accepted == here.workflow.accepted);
  BOOST_TEST(there.shards.at(0).answered);
  BOOST_TEST(there.pollers.size() == here.pollers.size());
  BOOST_REQUIRE(there.slot_kinds.size() == 1u);
  BOOST_TEST(there.slot_kinds[0].kind == "workflow");
  BOOST_TEST((there.slot_kinds[0].capacity == 100u));
  BOOST_TEST(there.runs_in_memory == 2u);
  BOOST_REQUIRE(there.runs.size() == 2u);
  BOOST_TEST(there.runs[0].waits_for == here.runs[0].waits_for, boost::test_tools::per_element());
  BOOST_TEST(inspect("?runs=1").runs.size() == 1u);
  const auto only = inspect("?workflow-id=two&runs=10").runs;
  BOOST_REQUIRE(only.size() == 1u);
  BOOST_TEST(only[0].workflow_id == "two");
  for (const char* bad : {"?runs=x", "?runs=", "?what=1", "?runs", "?workflow-id=%zz"})
    BOOST_TEST(fetch(worker.metrics_address(), std::string{"/inspect"} + bad).first == 400, bad);
}

BOOST_AUTO_TEST_CASE(workers_of_one_port_are_shown_together_and_ready_together) {
  std::string at;
  {
    asio::io_context context;
    const asio::ip::tcp::acceptor free{context, {asio::ip::make_address("127.0.0.1"), 0}};
    at = "127.0.0.1:" + std::to_string(free.local_endpoint().port());
  }
  troupe::worker first{client, options(at)};
  first.add<waits>().start();
  {
    troupe::worker second{
        troupe::client::connect({.target = "127.0.0.1:1", .lazy = true}), options(at)};
    second.add<waits>().start();
    const auto all =
        troupe::from_json<troupe::detail::inspected_workers>(fetch(at, "/inspect").second);
    BOOST_REQUIRE(all.workers.size() == 2u);
    BOOST_TEST((all.workers[0].state == troupe::worker_state::running));
    BOOST_TEST((all.workers[1].state == troupe::worker_state::connecting));
    BOOST_TEST(fetch(at, "/readyz").first == 503);
  }
  BOOST_TEST(fetch(at, "/readyz").first == 200);
}

BOOST_AUTO_TEST_SUITE_END()
