// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/metrics_json.hpp"
#include "runtime/telemetry/meter.hpp"
#include "runtime/telemetry/program_metrics.hpp"
#include "runtime/telemetry/registry.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace tele = troupe::telemetry;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(metrics_json)

BOOST_AUTO_TEST_CASE(is_what_a_collector_takes) {
  constexpr auto bounds = tele::milliseconds(50, 1'000);
  const auto all = std::make_shared<tele::registry>();
  const auto one = all->add_meter({{"namespace", "d\"q"}});
  one->counter({.name = "request", .help = "calls"}).add(3);
  one->gauge({.name = "shards", .kind = tele::metric_kind::gauge, .is_ours = true}).set(1.5);
  one->histogram({.name = "request_latency",
                  .kind = tele::metric_kind::histogram,
                  .unit = tele::metric_unit::duration,
                  .bounds = bounds})
      .observe(std::chrono::milliseconds{70});
  BOOST_TEST(
      troupe::otlp::to_json(
          all->read(),
          {.resource = {{"service.name", "shop"}},
           .since = std::chrono::system_clock::time_point{1s},
           .now = std::chrono::system_clock::time_point{2s}})
      == R"({"resourceMetrics":[{"resource":{"attributes":[)"
         R"({"key":"service.name","value":{"stringValue":"shop"}}]},)"
         R"("scopeMetrics":[{"scope":{"name":"troupe"},"metrics":[)"
         R"({"name":"temporal_request","description":"calls","unit":"1","sum":{)"
         R"("aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"attributes":[)"
         R"({"key":"namespace","value":{"stringValue":"d\"q"}}],)"
         R"("startTimeUnixNano":"1000000000","timeUnixNano":"2000000000","asDouble":3}]}},)"
         R"({"name":"temporal_request_latency","description":"","unit":"s","histogram":{)"
         R"("aggregationTemporality":2,"dataPoints":[{"attributes":[)"
         R"({"key":"namespace","value":{"stringValue":"d\"q"}}],)"
         R"("startTimeUnixNano":"1000000000","timeUnixNano":"2000000000","count":"1","sum":0.07,)"
         R"("bucketCounts":["0","1","0"],"explicitBounds":[0.05,1]}]}},)"
         R"({"name":"troupe_shards","description":"","unit":"1","gauge":{"dataPoints":[{"attributes":[)"
         R"({"key":"namespace","value":{"stringValue":"d\"q"}}],)"
         R"("timeUnixNano":"2000000000","asDouble":1.5}]}}]}]}]})");
}

BOOST_AUTO_TEST_CASE(a_programs_own_metrics_have_no_prefix_and_numbers_that_need_not_be_whole) {
  const auto all = std::make_shared<tele::registry>();
  const auto programs = std::make_shared<troupe::detail::program_metrics>(
      all, troupe::detail::program_metrics::environment{});
  troupe::detail::make_meter(programs, {}).histogram("size", {.bounds = {2.5}}).record(0.25);
  const auto text = troupe::otlp::to_json(all->read(), {});
  BOOST_TEST(text.find(R"({"name":"size","description":"","unit":"1")") != std::string::npos, text);
  BOOST_TEST(text.find(R"("count":"1","sum":0.25,)") != std::string::npos, text);
  BOOST_TEST(text.find(R"("explicitBounds":[2.5])") != std::string::npos, text);
}

BOOST_AUTO_TEST_SUITE_END()
