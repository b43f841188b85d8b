// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/meter.hpp"
#include "runtime/telemetry/program_metrics.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;

namespace {

struct door final : detail::metric_gate {
  bool is_open() const noexcept override { return open; }
  bool open = true;
};

struct fixture {
  std::shared_ptr<telemetry::registry> registry = std::make_shared<telemetry::registry>();
  std::vector<std::string> warnings;
  std::shared_ptr<detail::program_metrics> all = std::make_shared<detail::program_metrics>(
      registry,
      detail::program_metrics::environment{
          [this](const std::string& what) { warnings.push_back(what); },
          [](std::string_view text) { return text != "\xff"; }});
  meter metrics = detail::make_meter(all, {{"task_queue", "q"}});

  [[nodiscard]] std::string text() const {
    return telemetry::to_prometheus(registry->read(), {.attach_service_name = false});
  }
  void shows(const std::string& line) const {
    const auto seen = text();
    BOOST_CHECK_MESSAGE(seen.find(line + "\n") != std::string::npos, line + " is not in\n" + seen);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(program_metrics, fixture)

BOOST_AUTO_TEST_CASE(are_shown_under_their_own_names_with_their_labels) {
  metrics.counter("orders", {.description = "that were taken"}).add();
  metrics.counter("orders").add(2);
  metrics.with({{"region", "eu"}}).counter("orders").add();
  metrics.gauge("stock").set(1.5);
  metrics.gauge("stock").set(-2);
  shows("# HELP orders that were taken");
  shows("# TYPE orders counter");
  shows("orders{task_queue=\"q\"} 3");
  shows("orders{region=\"eu\",task_queue=\"q\"} 1");
  shows("stock{task_queue=\"q\"} -2");
}

BOOST_AUTO_TEST_CASE(histograms_have_buckets_of_their_own_and_numbers_that_need_not_be_whole) {
  metrics.histogram("size", {.bounds = {2.5, 0.5}}).record(0.5);
  metrics.histogram("size").record(2.25);
  metrics.histogram("size").record(1e300);
  metrics.histogram("size").record(-1);
  metrics.histogram("size").record(std::numeric_limits<double>::quiet_NaN());
  shows("size_bucket{task_queue=\"q\",le=\"0.5\"} 3");
  shows("size_bucket{task_queue=\"q\",le=\"2.5\"} 4");
  shows("size_bucket{task_queue=\"q\",le=\"+Inf\"} 5");
  metrics.histogram("usual").record(60);
  shows("usual_bucket{task_queue=\"q\",le=\"50\"} 0");
  shows("usual_bucket{task_queue=\"q\",le=\"100\"} 1");
  shows("usual_sum{task_queue=\"q\"} 60");
}

BOOST_AUTO_TEST_CASE(timers_are_shown_as_the_librarys_latencies_are) {
  metrics.timer("packing").record(70ms);
  shows("packing_bucket{task_queue=\"q\",le=\"50\"} 0");
  shows("packing_bucket{task_queue=\"q\",le=\"100\"} 1");
  shows("packing_sum{task_queue=\"q\"} 70");
  const auto seconds = telemetry::to_prometheus(
      registry->read(), {.durations_as_seconds = true, .attach_service_name = false});
  BOOST_TEST(seconds.find("packing_sum{task_queue=\"q\"} 0.07\n") != std::string::npos, seconds);
}

BOOST_AUTO_TEST_CASE(do_not_meet_with_the_librarys) {
  const auto own = registry->add_meter();
  own->counter({.name = "request"}).add(7);
  metrics.counter("request").add();
  shows("temporal_request 7");
  shows("request{task_queue=\"q\"} 1");
  BOOST_TEST(registry->read().total("request") == 7);
  // Where the library's have no prefix.
  const auto bare =
      telemetry::to_prometheus(registry->read(), {.prefix = "", .attach_service_name = false});
  BOOST_TEST(bare.find("\nrequest 7\n") != std::string::npos, bare);
  BOOST_TEST(bare.find("\nrequest_of_program{task_queue=\"q\"} 1\n") != std::string::npos, bare);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_told_once_and_not_counted) {
  metrics.counter("temporal_mine").add();
  metrics.counter("temporal_mine").add();
  metrics.counter("").add();
  metrics.counter("stock").add();
  metrics.gauge("stock").set(5);
  metrics.gauge("stock").set(5);
  BOOST_REQUIRE_EQUAL(warnings.size(), 3u);
  BOOST_TEST(
      warnings[0]
      == "the metric 'temporal_mine' is not counted: names that begin with temporal_ or troupe_ "
         "are "
         "the library's");
  BOOST_TEST(warnings[1] == "the metric '' is not counted: it has no name");
  BOOST_TEST(
      warnings[2]
      == "the metric 'stock' is not counted: there is one of that name and another kind");
  BOOST_TEST(text() == "# HELP stock \n# TYPE stock counter\nstock{task_queue=\"q\"} 1\n");
}

BOOST_AUTO_TEST_CASE(names_and_values_become_what_can_be_shown) {
  metrics.with({{"a.b", "\xff"}, {"le", "1"}, {"task_queue", "mine"}, {"2", "x"}})
      .counter("orders.taken/2")
      .add();
  shows("orders_taken_2{_2=\"x\",a_b=\"invalid\",le_=\"1\",task_queue=\"mine\"} 1");
}

BOOST_AUTO_TEST_CASE(labels_without_end_are_counted_together) {
  for (int i = 0; i != 1000; ++i)
    metrics.with({{"id", std::to_string(i)}}).counter("orders").add();
  shows("orders{overflow=\"true\"} 800");
  BOOST_TEST(warnings.size() == 1u);
  metrics.with({{"id", "5"}}).counter("orders").add();
  shows("orders{id=\"5\",task_queue=\"q\"} 2");
  // Nor may all together grow without end.
  for (int name = 0; name != 300; ++name)
    for (int i = 0; i != 20; ++i)
      metrics.with({{"id", std::to_string(i)}}).counter("n" + std::to_string(name)).add();
  std::size_t series = 0;
  double sum = 0;
  for (const auto& family : registry->read().families) {
    series += family.series.size();
    for (const auto& each : family.series)
      sum += each.value;
  }
  BOOST_TEST(series == 1000u + 160u);   // 40 names have theirs, the 160 behind them share one each
  BOOST_TEST(sum == 1001 + 199 * 20.0); // 200 names with the first
}

BOOST_AUTO_TEST_CASE(count_only_while_their_gate_is_open) {
  const auto gate = std::make_shared<door>();
  const auto gated = detail::make_meter(all, {}, gate);
  gate->open = false;
  const auto kept = gated.counter("orders");
  kept.add();
  gated.timer("packing").record(1s);
  shows("orders 0");
  gate->open = true;
  kept.add();
  gated.with({{"region", "eu"}}).counter("orders").add();
  shows("orders 1");
  shows("orders{region=\"eu\"} 1");
  shows("packing_count 0");
}

BOOST_AUTO_TEST_CASE(of_nobody_count_nothing) {
  const meter none;
  none.counter("a").add();
  none.with({{"b", "c"}}).timer("a").record(1s);
  detail::make_meter(nullptr, {{"a", "b"}}).histogram("a").record(1);
  BOOST_TEST(text() == "");
}

BOOST_AUTO_TEST_CASE(several_threads_count_the_same) {
  constexpr int each = 5000;
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i)
    threads.emplace_back([this] {
      for (int n = 0; n != each; ++n) {
        metrics.with({{"n", std::to_string(n % 50)}}).counter("orders").add();
        metrics.histogram("size").record(n);
      }
    });
  for (auto& thread : threads)
    thread.join();
  BOOST_TEST(registry->read().total("orders") == 4 * each);
  BOOST_TEST(registry->read().histogram("size").count == 4u * each);
  BOOST_TEST(registry->read().find("orders")->series.size() == 50u);
}

BOOST_AUTO_TEST_SUITE_END()
