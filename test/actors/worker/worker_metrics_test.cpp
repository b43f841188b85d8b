// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/address.hpp"

#include <troupe/service.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace asio = boost::asio;

struct answers {
  static constexpr std::string_view name = "Answers";
  troupe::async<int> run(troupe::workflow::context) { co_return 42; }
};

std::string fetch(const std::string& address) {
  const auto to = troupe::http::parse_address(address);
  BOOST_REQUIRE_MESSAGE(to, address);
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  socket.connect({asio::ip::make_address(to->ip), to->port});
  asio::write(
      socket,
      asio::buffer(std::string{"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}));
  std::string all;
  boost::system::error_code error;
  asio::read(socket, asio::dynamic_buffer(all), error);
  return all;
}

/// The names of the families on a page.
std::set<std::string> names_on(const std::string& page) {
  std::set<std::string> names;
  std::istringstream lines{page};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("# TYPE "))
      names.insert(line.substr(7, line.find(' ', 7) - 7));
  return names;
}

std::string text_of(const std::string& path) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/../" + path};
  BOOST_REQUIRE_MESSAGE(file, path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(worker_metrics)

BOOST_AUTO_TEST_CASE(prometheus_finds_them_and_each_of_them_stands_in_the_document) {
  troupe::service service;
  auto client = service.connect();
  troupe::worker worker{client, {.task_queue = "q", .metrics_address = "127.0.0.1:0"}};
  worker.add<answers>();
  BOOST_TEST(worker.metrics_address().empty());
  worker.start();
  BOOST_TEST(client.execute_workflow<answers>({.id = "w", .task_queue = "q"}) == 42);
  worker.stop(); // the service's word on the last task is in then
  const auto page = fetch(worker.metrics_address());
  BOOST_TEST(page.starts_with("HTTP/1.1 200 OK"));
  BOOST_TEST(page.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
  for (const auto* line :
       {"temporal_workflow_completed{namespace=\"default\",task_queue=\"q\",workflow_type="
        "\"Answers\","
        "service_name=\"troupe\"} 1\n",
        "temporal_worker_start{namespace=\"default\",task_queue=\"q\",service_name=\"troupe\"} 1\n",
        "temporal_request{namespace=\"default\",operation=\"RespondWorkflowTaskCompleted\","
        "task_queue=\"q\",service_name=\"troupe\"} 1\n"})
    BOOST_TEST(page.find(line) != std::string::npos, line);
  const auto document = text_of("docs/logs-and-metrics.md");
  for (const auto& name : names_on(page))
    BOOST_TEST(document.find('`' + name + '`') != std::string::npos, name);
}

BOOST_AUTO_TEST_CASE(what_the_dashboard_asks_for_stands_in_the_document) {
  const auto document = text_of("docs/logs-and-metrics.md");
  const auto dashboard = text_of("docs/grafana/workers.json");
  const std::regex name{"(temporal|troupe)_[a-z_]+"};
  std::size_t found = 0;
  for (std::sregex_iterator each{dashboard.begin(), dashboard.end(), name}, end; each != end;
       ++each) {
    const auto wanted =
        std::regex_replace(each->str(), std::regex{"(_seconds|_milliseconds)?_bucket$"}, "");
    BOOST_TEST(document.find('`' + wanted + '`') != std::string::npos, wanted);
    ++found;
  }
  BOOST_TEST(found > 50u);
}

BOOST_AUTO_TEST_CASE(the_dashboards_show_all_that_the_document_lists) {
  const auto document = text_of("docs/logs-and-metrics.md");
  const auto dashboard =
      text_of("docs/grafana/workers.json") + text_of("docs/grafana/service.json");
  const std::regex name{"`((?:troupe|temporal)_[a-z_]+[a-z])`"};
  std::size_t found = 0;
  for (std::sregex_iterator each{document.begin(), document.end(), name}, end; each != end;
       ++each) {
    const auto counted = (*each)[1].str();
    if (counted == "temporal_worker_start" || counted.starts_with("temporal_long_request"))
      continue; // nothing that one looks at: polls have their own
    BOOST_TEST(dashboard.find(counted) != std::string::npos, counted);
    ++found;
  }
  BOOST_TEST(found > 45u);
}

BOOST_AUTO_TEST_CASE(workers_with_one_address_are_shown_together) {
  troupe::service service;
  auto client = service.connect();
  troupe::worker any{client, {.task_queue = "any", .metrics_address = "127.0.0.1:0"}};
  any.add<answers>();
  any.start();
  const auto address = any.metrics_address();
  any = troupe::worker{client, {.task_queue = "unused"}}; // frees the port
  troupe::worker first{client, {.task_queue = "first", .metrics_address = address}};
  troupe::worker second{client, {.task_queue = "second", .metrics_address = address}};
  first.add<answers>();
  second.add<answers>();
  first.start();
  second.start();
  const auto page = fetch(address);
  for (const auto* queue : {"first", "second"})
    BOOST_TEST(
        page.find(
            std::string{"temporal_worker_start{namespace=\"default\",task_queue=\""} + queue + "\"")
        != std::string::npos);
  BOOST_TEST(second.metrics_text().find("task_queue=\"first\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_had_fails_the_start_with_words) {
  troupe::service service;
  troupe::worker worker{service.connect(), {.task_queue = "q", .metrics_address = "9464"}};
  worker.add<answers>();
  BOOST_CHECK_EXCEPTION(
      worker.start(), troupe::worker_error, [](const troupe::worker_error& error) {
        return std::string{error.what()}
               == "the metrics address \"9464\" is not of the form ip:port, e.g. 127.0.0.1:9464";
      });
}

BOOST_AUTO_TEST_SUITE_END()
