// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/exporter.hpp"
#include "runtime/telemetry/meter.hpp"
#include "test/runtime/otlp/collector.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <string>

namespace tele = troupe::telemetry;
using namespace std::chrono_literals;
using pusher = troupe::otlp::exporter;
using troupe::otlp::resolve;
using troupe::test::collector;

namespace {

constexpr tele::metric calls{.name = "request", .help = "calls"};

troupe::otlp::environment of(std::map<std::string, std::string> variables) {
  return [all = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional{found->second};
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(exporter)

BOOST_AUTO_TEST_CASE(the_environment_fills_what_the_program_leaves_open) {
  const auto bare = resolve({}, of({}));
  BOOST_TEST(bare.endpoint == "http://localhost:4318");
  BOOST_TEST(bare.resource.at("service.name") == "troupe");
  const auto from =
      of({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://there:1"},
          {"OTEL_EXPORTER_OTLP_HEADERS", "a=1, b = x%20y"},
          {"OTEL_SERVICE_NAME", "shop"},
          {"OTEL_RESOURCE_ATTRIBUTES", "service.name=not this,zone=b"}});
  const auto filled = resolve({}, from);
  BOOST_TEST(filled.endpoint == "http://there:1");
  BOOST_REQUIRE(filled.headers.size() == 2u);
  BOOST_TEST(filled.headers[1].first == "b");
  BOOST_TEST(filled.headers[1].second == "x y");
  BOOST_TEST(filled.resource.at("service.name") == "shop");
  BOOST_TEST(filled.resource.at("zone") == "b");
  const auto own = resolve({.endpoint = "http://mine", .service_name = "mine"}, from);
  BOOST_TEST(own.endpoint == "http://mine");
  BOOST_TEST(own.resource.at("service.name") == "mine");
  BOOST_CHECK_THROW(
      (void)resolve({}, of({{"OTEL_EXPORTER_OTLP_HEADERS", "novalue"}})),
      troupe::otlp::options_error);
}

BOOST_AUTO_TEST_CASE(pushes_again_and_again_and_a_last_time) {
  const auto all = std::make_shared<tele::registry>();
  const auto one = all->add_meter();
  one->counter(calls).add(3);
  collector to;
  auto pushes = std::make_unique<pusher>(
      all, resolve({.endpoint = to.url() + "/otlp/", .interval = 1ms}, of({})));
  BOOST_TEST(to.wait_for(2)[1].starts_with("POST /otlp/v1/metrics HTTP/1.1\r\n"));
  one->counter(calls).add(39);
  pushes = nullptr;
  const auto requests = to.wait_for(2);
  BOOST_TEST(requests[0].find("\"asDouble\":3}") != std::string::npos);
  BOOST_TEST(requests.back().find("\"asDouble\":42}") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_collector_that_refuses_is_told_once) {
  troupe::test::captured_log log;
  const auto all = std::make_shared<tele::registry>();
  {
    collector to{"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"};
    const pusher pushes{all, resolve({.endpoint = to.url(), .interval = 1ms}, of({}))};
    to.wait_for(5);
  }
  const auto lines = log.lines_of("metrics could not be pushed, trying again");
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("error") == "HTTP 503 busy");
}

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_refused) {
  const auto all = std::make_shared<tele::registry>();
  for (const troupe::otlp_options& bad : std::vector<troupe::otlp_options>{
           {.endpoint = "ftp://safe:4318"},
           {.endpoint = "nonsense"},
           {.interval = 0ms},
           {.timeout = 0ms}})
    BOOST_CHECK_THROW(pusher(all, resolve(bad, of({}))), troupe::otlp::options_error);
}

BOOST_AUTO_TEST_SUITE_END()
