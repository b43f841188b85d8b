// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/meter.hpp"
#include "runtime/telemetry/registry.hpp"
#include "runtime/telemetry/sdk_buckets.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace troupe;
using telemetry::metric_kind;
using telemetry::metric_unit;

namespace {

std::atomic<std::size_t> allocations{0};

constexpr telemetry::metric requests{.name = "requests", .help = "how many came"};
constexpr telemetry::metric open_polls{.name = "open_polls", .kind = metric_kind::gauge};
constexpr auto two_bounds = telemetry::milliseconds(1, 10);
constexpr telemetry::metric latency{
    .name = "latency",
    .kind = metric_kind::histogram,
    .unit = metric_unit::duration,
    .bounds = two_bounds};
constexpr telemetry::metric fine_latency{
    .name = "fine_latency",
    .kind = metric_kind::histogram,
    .unit = metric_unit::duration,
    .bounds = telemetry::buckets::other,
    .has_quantiles = true};

constexpr std::int64_t millisecond = 1'000'000;

} // namespace

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED // has an allocator of its own
#endif
#endif

#ifndef SANITIZED
// Counts what the program allocates; the rest is as the standard says.
void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* made = std::malloc(bytes))
    return made;
  throw std::bad_alloc{};
}
void operator delete(void* bytes) noexcept {
  std::free(bytes);
}
void operator delete(void* bytes, std::size_t) noexcept {
  std::free(bytes);
}
#endif

BOOST_AUTO_TEST_SUITE(registry)

BOOST_AUTO_TEST_CASE(adds_up_what_the_meters_counted) {
  auto all = std::make_shared<telemetry::registry>();
  auto one = all->add_meter();
  auto other = all->add_meter();
  auto here = one->counter(requests);
  here.add();
  here.add(2);
  other->counter(requests).add(4);
  one->counter(requests).add(10); // the same one
  BOOST_TEST(here.get() == 13u);
  one->gauge(open_polls).set(5);
  one->gauge(open_polls).add(-2);
  other->gauge(open_polls).set(1.5);
  const auto seen = all->read();
  BOOST_TEST(seen.total("requests") == 17);
  BOOST_TEST(seen.total("open_polls") == 4.5);
  BOOST_TEST(seen.total("absent") == 0);
  BOOST_TEST((seen.find("absent") == nullptr));
  BOOST_TEST(seen.find("requests")->help == "how many came");
  BOOST_TEST(seen.find("requests")->series.size() == 1u);
}

BOOST_AUTO_TEST_CASE(keeps_series_with_other_labels_apart) {
  auto all = std::make_shared<telemetry::registry>();
  auto meter = all->add_meter({{"task_queue", "q"}});
  auto of_another_queue = all->add_meter({{"task_queue", "other"}});
  meter->counter(requests, {{"operation", "Poll"}}).add(1);
  meter->counter(requests, {{"operation", "Respond"}}).add(2);
  of_another_queue->counter(requests, {{"operation", "Poll"}}).add(4);
  const auto seen = all->read();
  BOOST_REQUIRE(seen.find("requests")->series.size() == 3u);
  BOOST_TEST(seen.total("requests") == 7);
  BOOST_TEST(seen.total("requests", {{"operation", "Poll"}}) == 5);
  BOOST_TEST(seen.total("requests", {{"task_queue", "q"}, {"operation", "Poll"}}) == 1);
  BOOST_TEST(seen.total("requests", {{"operation", "Absent"}}) == 0);
  const auto& first = seen.find("requests")->series.front();
  BOOST_TEST(*first.label("operation") == "Poll");
  BOOST_TEST(!first.label("absent").has_value());
}

BOOST_AUTO_TEST_CASE(a_value_on_a_bound_belongs_to_its_bucket) {
  auto all = std::make_shared<telemetry::registry>();
  auto meter = all->add_meter();
  auto taken = meter->histogram(latency);
  for (const auto value :
       {-5 * millisecond,
        std::int64_t{0},
        millisecond,
        millisecond + 1,
        10 * millisecond,
        10 * millisecond + 1,
        3'600'000 * millisecond})
    taken.observe(value);
  const auto seen = all->read().histogram("latency");
  BOOST_TEST(seen.bounds == (std::vector<std::int64_t>{millisecond, 10 * millisecond}));
  BOOST_TEST(seen.counts == (std::vector<std::uint64_t>{3, 2, 2}));
  BOOST_TEST(seen.count == 7u);
  BOOST_TEST(taken.count() == 7u);
  BOOST_TEST(seen.sum == 3'600'022'000'002u);
  BOOST_TEST(seen.quantile(0.5) == 0u); // this one keeps none
}

BOOST_AUTO_TEST_CASE(tells_quantiles_over_all_meters) {
  auto all = std::make_shared<telemetry::registry>();
  auto one = all->add_meter({{"shard", "one"}});
  auto other = all->add_meter({{"shard", "other"}});
  const auto odd = one->histogram(fine_latency);
  const auto even = other->histogram(fine_latency);
  for (std::int64_t i = 1; i <= 1000; ++i)
    (i % 2 == 0 ? even : odd).observe(i * 1000);
  odd.observe(std::chrono::nanoseconds{-5});
  const auto seen = all->read().histogram("fine_latency");
  BOOST_TEST(seen.count == 1001u);
  BOOST_TEST(seen.sum == 500'500'000u);
  const auto tolerance = boost::test_tools::tolerance(0.07);
  BOOST_TEST(static_cast<double>(seen.quantile(0.5)) == 500'000.0, tolerance);
  BOOST_TEST(static_cast<double>(seen.quantile(0.99)) == 990'000.0, tolerance);
  BOOST_TEST(telemetry::histogram_value{}.quantile(0.5) == 0u);
}

BOOST_AUTO_TEST_CASE(the_log_scale_knows_every_value) {
  using telemetry::log_scale;
  for (std::uint64_t value : {0ULL, 7ULL, 8ULL, 15ULL, 16ULL, 1'000'000ULL, ~0ULL}) {
    const auto bucket = log_scale::bucket_of(value);
    BOOST_REQUIRE(bucket < log_scale::bucket_count);
    BOOST_TEST(log_scale::bucket_of(log_scale::value_of(bucket)) == bucket);
  }
}

BOOST_AUTO_TEST_CASE(what_a_meter_counted_stays_when_it_is_gone_and_its_gauges_do_not) {
  auto all = std::make_shared<telemetry::registry>();
  for (int i = 0; i < 3; ++i) {
    auto meter = all->add_meter();
    meter->counter(requests).add(5);
    meter->gauge(open_polls).set(7);
    meter->histogram(latency).observe(millisecond);
  }
  const auto seen = all->read();
  BOOST_TEST(seen.total("requests") == 15);
  BOOST_TEST(seen.histogram("latency").counts == (std::vector<std::uint64_t>{3, 0, 0}));
  BOOST_TEST(seen.find("open_polls")->series.empty());
}

BOOST_AUTO_TEST_CASE(a_meter_keeps_the_registry_alive) {
  auto meter = std::make_shared<telemetry::registry>()->add_meter();
  meter->counter(requests).add();
  BOOST_TEST(meter->counter(requests).get() == 1u);
}

BOOST_AUTO_TEST_CASE(a_name_has_one_shape) {
  auto all = std::make_shared<telemetry::registry>();
  auto meter = all->add_meter();
  (void)meter->counter(requests);
  BOOST_CHECK_THROW((void)meter->gauge(requests), std::invalid_argument);
  auto other = requests;
  other.kind = metric_kind::gauge;
  BOOST_CHECK_THROW((void)meter->gauge(other), std::invalid_argument);
  BOOST_CHECK_THROW((void)all->observe(other, {}, [] { return 1.0; }), std::invalid_argument);
  BOOST_CHECK_THROW((void)all->observe(latency, {}, [] { return 1.0; }), std::invalid_argument);
  (void)meter->histogram(latency);
  auto more = latency;
  more.bounds = telemetry::buckets::other;
  BOOST_CHECK_THROW((void)meter->histogram(more), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(asks_what_is_observed_until_it_ends) {
  auto all = std::make_shared<telemetry::registry>();
  auto meter = all->add_meter();
  meter->gauge(open_polls).set(1);
  double free_slots = 3;
  {
    auto asked = all->observe(open_polls, {}, [&] { return free_slots; });
    BOOST_TEST(all->read().total("open_polls") == 4);
    free_slots = 8;
    auto moved = std::move(asked);
    BOOST_TEST(all->read().total("open_polls") == 9);
  }
  BOOST_TEST(all->read().total("open_polls") == 1);
}

BOOST_AUTO_TEST_CASE(a_label_from_outside_has_so_many_values_at_most) {
  auto all = std::make_shared<telemetry::registry>();
  auto meter = all->add_meter();
  telemetry::counters_by_label reasons{*meter, requests, "reason", {}, 3};
  for (int i = 0; i < 100; ++i)
    reasons.of("reason-" + std::to_string(i % 50)).add();
  const auto seen = all->read();
  BOOST_TEST(seen.find("requests")->series.size() == 4u);
  BOOST_TEST(seen.total("requests", {{"reason", "reason-1"}}) == 2);
  BOOST_TEST(seen.total("requests", {{"reason", "other"}}) == 94);
  BOOST_TEST(reasons.get() == 100u);
}

struct two_counts {
  two_counts(telemetry::meter& meter, const telemetry::labels& with)
      : asked(meter.counter(requests, with)), open(meter.gauge(open_polls, with)) {}
  telemetry::counter asked;
  telemetry::gauge open;
};

BOOST_AUTO_TEST_CASE(cells_by_several_labels_are_found_again_and_so_many_at_most) {
  auto all = std::make_shared<telemetry::registry>();
  auto meter = all->add_meter();
  telemetry::cells_by<two_counts, 2> cells{*meter, {"kind", "who"}, 3};
  const auto& first = cells.of({"a", "b"});
  for (int i = 0; i < 100; ++i) {
    const auto who = "who-" + std::to_string(i % 50);
    cells.of({"a", who}).asked.add();
  }
  // Neither joined nor mixed up.
  cells.of({"a", "b"}).asked.add();
  BOOST_TEST(&cells.of({"a", "b"}) == &first);
  const auto seen = all->read();
  BOOST_TEST(seen.find("requests")->series.size() == 4u);
  BOOST_TEST(seen.total("requests", {{"kind", "a"}, {"who", "b"}}) == 1);
  BOOST_TEST(seen.total("requests", {{"kind", "a"}, {"who", "who-1"}}) == 2);
  BOOST_TEST(seen.total("requests", {{"kind", "other"}, {"who", "other"}}) == 96);
  BOOST_TEST(seen.total("requests") == 101);
  const auto before = allocations.load();
  for (int i = 0; i < 1000; ++i)
    cells.of({"a", "b"}).asked.add();
  BOOST_TEST(allocations.load() == before);
}

BOOST_AUTO_TEST_CASE(no_two_meters_have_cells_in_one_cache_line) {
  constexpr std::uintptr_t line = 64;
  auto all = std::make_shared<telemetry::registry>();
  std::vector<std::unique_ptr<telemetry::meter>> meters;
  std::vector<std::vector<std::uintptr_t>> lines(3);
  for (std::size_t i = 0; i < lines.size(); ++i)
    meters.push_back(all->add_meter());
  for (int k = 0; k < 1200; ++k) // several blocks of each, in turns
    for (std::size_t i = 0; i < lines.size(); ++i)
      lines[i].push_back(
          std::bit_cast<std::uintptr_t>(meters[i]->counter(requests, {{"k", std::to_string(k)}}))
          / line);
  for (const auto each : lines[0])
    for (std::size_t i = 1; i < lines.size(); ++i)
      BOOST_REQUIRE(std::ranges::find(lines[i], each) == lines[i].end());
}

BOOST_AUTO_TEST_CASE(counting_allocates_nothing) {
  auto all = std::make_shared<telemetry::registry>();
  auto meter = all->add_meter();
  const auto count = meter->counter(requests);
  const auto open = meter->gauge(open_polls);
  const auto taken = meter->histogram(fine_latency);
  telemetry::counters_by_label reasons{*meter, requests, "reason"};
  reasons.of("a reason that is known").add();
  const auto before = allocations.load();
  for (int i = 0; i < 1000; ++i) {
    count.add();
    open.set(i);
    taken.observe(i);
    reasons.of("a reason that is known").add();
  }
  BOOST_TEST(allocations.load() == before);
}

BOOST_AUTO_TEST_CASE(is_read_while_threads_count) {
  constexpr int threads = 4;
  constexpr std::uint64_t each = 50'000;
  auto all = std::make_shared<telemetry::registry>();
  std::atomic<int> running{threads};
  std::vector<std::jthread> counting;
  for (int i = 0; i < threads; ++i)
    counting.emplace_back([&, i] {
      auto meter = all->add_meter();
      const auto count = meter->counter(requests);
      const auto taken = meter->histogram(latency);
      for (std::uint64_t k = 0; k < each; ++k) {
        count.add();
        taken.observe(millisecond);
        if (k % 1000 == 0) // new ones come while others are read
          meter->counter(requests, {{"of", std::to_string(i) + ' ' + std::to_string(k)}}).add();
      }
      --running;
    });
  double last = 0;
  while (running > 0) {
    const auto seen = all->read();
    const auto now = seen.total("requests");
    BOOST_REQUIRE(now >= last); // never back, also while a meter goes
    last = now;
  }
  counting.clear();
  BOOST_TEST(all->read().total("requests") == threads * (each + each / 1000));
  BOOST_TEST(all->read().histogram("latency").counts[0] == threads * each);
}

BOOST_AUTO_TEST_SUITE_END()
