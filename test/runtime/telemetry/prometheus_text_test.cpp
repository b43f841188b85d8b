// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/meter.hpp"
#include "runtime/telemetry/prometheus_text.hpp"
#include "runtime/telemetry/registry.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <memory>
#include <string>

namespace {

using namespace troupe::telemetry;

constexpr auto bounds = milliseconds(1, 50, 1'000'000);
constexpr metric polls{.name = "long_request", .help = "polls that were begun"};
constexpr metric slots{
    .name = "worker_task_slots_used", .kind = metric_kind::gauge, .help = "in use"};
constexpr metric call_latency{
    .name = "request_latency",
    .kind = metric_kind::histogram,
    .help = "how long calls took",
    .unit = metric_unit::duration,
    .bounds = bounds};
constexpr metric stalls{.name = "shard_stalls", .help = "stalls", .is_ours = true};

struct fixture {
  std::shared_ptr<registry> all = std::make_shared<registry>();
  std::unique_ptr<meter> one = all->add_meter({{"namespace", "default"}});

  [[nodiscard]] std::string text(const troupe::prometheus_options& options = {}) const {
    return to_prometheus(all->read(), options);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(prometheus_text, fixture)

BOOST_AUTO_TEST_CASE(is_what_the_sdks_write_by_default) {
  one->counter(polls, {{"operation", "PollNexusTaskQueue"}}).add(3);
  one->gauge(slots).set(2.5);
  const auto seen = one->histogram(call_latency);
  seen.observe(std::chrono::microseconds{500});
  seen.observe(std::chrono::milliseconds{7});
  seen.observe(std::chrono::hours{1});
  BOOST_TEST(text() == R"(# HELP temporal_long_request polls that were begun
# TYPE temporal_long_request counter
temporal_long_request{namespace="default",operation="PollNexusTaskQueue",service_name="troupe"} 3
# HELP temporal_request_latency how long calls took
# TYPE temporal_request_latency histogram
temporal_request_latency_bucket{namespace="default",service_name="troupe",le="1"} 1
temporal_request_latency_bucket{namespace="default",service_name="troupe",le="50"} 2
temporal_request_latency_bucket{namespace="default",service_name="troupe",le="1000000"} 2
temporal_request_latency_bucket{namespace="default",service_name="troupe",le="+Inf"} 3
temporal_request_latency_sum{namespace="default",service_name="troupe"} 3600007.5
temporal_request_latency_count{namespace="default",service_name="troupe"} 3
# HELP temporal_worker_task_slots_used in use
# TYPE temporal_worker_task_slots_used gauge
temporal_worker_task_slots_used{namespace="default",service_name="troupe"} 2.5
)");
}

BOOST_AUTO_TEST_CASE(names_units_and_labels_are_what_the_options_say) {
  one->counter(polls).add();
  one->counter(stalls).add();
  one->histogram(call_latency).observe(std::chrono::milliseconds{250});
  const auto written = text(
      {.prefix = "my_",
       .counters_total_suffix = true,
       .unit_suffix = true,
       .durations_as_seconds = true,
       .attach_service_name = false,
       .labels = {{"zone", "b\"\\\n"}, {"namespace", "never twice"}}});
  for (const auto* line :
       {"my_long_request_total{namespace=\"default\",zone=\"b\\\"\\\\\\n\"} 1\n",
        "troupe_shard_stalls_total{namespace=\"default\",zone=\"b\\\"\\\\\\n\"} 1\n",
        "my_request_latency_seconds_bucket{namespace=\"default\",zone=\"b\\\"\\\\\\n\",le=\"0.05\"}"
        " 0\n",
        "my_request_latency_seconds_sum{namespace=\"default\",zone=\"b\\\"\\\\\\n\"} 0.25\n"})
    BOOST_TEST(written.find(line) != std::string::npos, written);
  BOOST_TEST(written.find("never twice") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_from_outside_are_made_to_fit) {
  one->counter({.name = "9-lives", .help = "a\nb\\c"}).add();
  BOOST_TEST(
      text({.prefix = ""}).starts_with("# HELP _9_lives a\\nb\\\\c\n# TYPE _9_lives counter\n"));
}

BOOST_AUTO_TEST_CASE(snapshots_of_several_registries_are_summed) {
  const auto other = std::make_shared<registry>();
  const auto two = other->add_meter({{"namespace", "default"}});
  const auto three = other->add_meter({{"namespace", "elsewhere"}});
  one->counter(polls).add(1);
  two->counter(polls).add(2);
  three->counter(polls).add(4);
  one->histogram(call_latency).observe(std::chrono::milliseconds{2});
  two->histogram(call_latency).observe(std::chrono::milliseconds{3});
  two->counter(stalls).add(8);
  auto sum = all->read();
  sum.merge(other->read());
  BOOST_TEST(sum.total("long_request", {{"namespace", "default"}}) == 3);
  BOOST_TEST(sum.total("long_request") == 7);
  BOOST_TEST(sum.total("shard_stalls") == 8);
  BOOST_TEST(sum.histogram("request_latency").count == 2u);
  BOOST_REQUIRE(sum.families.size() == 3u);
  BOOST_TEST(sum.find("request_latency")->series.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
