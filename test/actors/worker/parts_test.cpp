// SPDX-License-Identifier: Apache-2.0
#include "actors/caf_compat.hpp"
#include "actors/supervision/backoff.hpp"
#include "actors/worker/poller_target.hpp"
#include "actors/worker/slot_pool.hpp"
#include "actors/worker/work_pool.hpp"
#include "actors/worker/worker_counters.hpp"

#include <boost/test/unit_test.hpp>

#include <barrier>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// Where results go that nobody asks for.
class discarding_executor : public troupe::executor {
public:
  void post(troupe::unique_function<void()> work) override { work(); }
  timer_id schedule(troupe::duration, troupe::unique_function<void()>) override { return 0; }
  void cancel(timer_id) override {}
  [[nodiscard]] troupe::time_point now() const override { return {}; }
  [[nodiscard]] bool runs_here() const override { return true; }
};

/// Counts what came back; a test can wait for it.
class telling_executor final : public discarding_executor {
public:
  void tell() {
    std::lock_guard guard{mutex_};
    ++told_;
    changed_.notify_all();
  }
  void wait_for(int results) {
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [&] { return told_ >= results; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int told_ = 0;
};

void submit(work_pool& pool, troupe::executor& back, troupe::unique_function<void()> run) {
  std::vector<pool_work> batch;
  batch.push_back({std::move(run), &back, [] {}});
  pool.submit(std::move(batch));
}

} // namespace

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(a_permit_gives_its_slot_back_once) {
  auto pool = std::make_shared<slot_pool>(1);
  auto permit = pool->try_take();
  BOOST_TEST(static_cast<bool>(permit));
  BOOST_TEST(!pool->try_take());
  auto moved = std::move(permit);
  permit.release();
  BOOST_TEST(pool->free() == 0u);
  moved.release();
  moved.release();
  BOOST_TEST(pool->free() == 1u);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_slot_is_told_in_order) {
  auto pool = std::make_shared<slot_pool>(1);
  auto permit = pool->try_take();
  std::string told;
  pool->when_free([&] { told += "a"; });
  pool->when_free([&] { told += "b"; });
  pool->when_all_free([&] { told += "!"; });
  permit.release();
  BOOST_TEST(told == "a!");
  pool->try_take().release();
  BOOST_TEST(told == "a!b");
}

BOOST_AUTO_TEST_CASE(backoff_grows_to_its_cap_and_starts_again_after_success) {
  backoff wait{{.initial = 200ms, .maximum = 1s}};
  BOOST_TEST((wait.next(0) == 200ms));
  BOOST_TEST((wait.next(0) == 400ms));
  BOOST_TEST((wait.next(0) == 800ms));
  BOOST_TEST((wait.next(0) == 1s));
  BOOST_TEST((wait.next(1) == 1200ms));
  for (int i = 0; i < 5000; ++i)
    wait.next(0);
  BOOST_TEST((wait.next(-1) == 800ms));
  wait.reset();
  BOOST_TEST((wait.next(0) == 200ms));
}

BOOST_AUTO_TEST_CASE(the_poller_target_stays_between_its_bounds) {
  poller_target target{{1, 5, 10}};
  target.on_answer(true, std::nullopt);
  BOOST_TEST(target.value() == 5); // this service has never given advice
  target.on_answer(false, 100);
  BOOST_TEST(target.value() == 10);
  target.on_error(true);
  BOOST_TEST(target.value() == 5);
  target.on_answer(true, std::nullopt);
  BOOST_TEST(target.value() == 4);
  target.on_answer(false, -2'000'000'000);
  BOOST_TEST(target.value() == 1);
}

BOOST_AUTO_TEST_CASE(a_forgotten_task_is_counted_as_such) {
  outcome_counters counters;
  {
    outcome_guard first{counters, "test"};
    outcome_guard second{counters, "test"};
    second.record(task_outcome::answered);
    second.record(task_outcome::died);
    auto moved = std::move(first);
  }
  BOOST_TEST(counters.accepted.get() == 2u);
  BOOST_TEST(counters.of(task_outcome::answered) == 1u);
  BOOST_TEST(counters.of(task_outcome::died) == 0u);
  BOOST_TEST(counters.of(task_outcome::forgotten) == 1u);
}

BOOST_AUTO_TEST_CASE(a_latency_tells_quantiles_within_its_buckets) {
  latency one;
  latency other;
  for (std::int64_t i = 1; i <= 1000; ++i)
    (i % 2 == 0 ? one : other).observe(i * 1000);
  one.observe(-5); // a clock that went back
  latency_total all;
  all.add(one);
  all.add(other);
  BOOST_TEST(all.count == 1001u);
  BOOST_TEST(all.sum_nanoseconds == 500'500'000u);
  BOOST_TEST(
      static_cast<double>(all.quantile(0.5)) == 500'000.0, boost::test_tools::tolerance(0.07));
  BOOST_TEST(
      static_cast<double>(all.quantile(0.99)) == 990'000.0, boost::test_tools::tolerance(0.07));
  BOOST_TEST(latency_total{}.quantile(0.5) == 0u);
  for (std::uint64_t value : {0ULL, 7ULL, 8ULL, 15ULL, 16ULL, 1'000'000ULL, ~0ULL}) {
    const auto bucket = latency::bucket_of(value);
    BOOST_REQUIRE(bucket < latency::bucket_count);
    BOOST_TEST(latency::bucket_of(latency::nanoseconds_of(bucket)) == bucket);
  }
}

BOOST_AUTO_TEST_CASE(the_work_pool_has_no_more_threads_than_its_limit) {
  std::promise<void> go;
  auto wait = go.get_future().share();
  std::atomic<int> running{0};
  std::promise<void> both;
  std::promise<void> all;
  std::atomic<int> done{0};
  discarding_executor nowhere;
  thread_work_pool pool{2};
  for (int i = 0; i < 10; ++i)
    submit(pool, nowhere, [&] {
      if (++running == 2)
        both.set_value();
      wait.wait();
      if (++done == 10)
        all.set_value();
    });
  both.get_future().wait();
  BOOST_TEST(running == 2);
  BOOST_TEST(pool.threads() == 2u);
  go.set_value();
  all.get_future().wait();
}

BOOST_AUTO_TEST_CASE(the_work_pool_does_not_let_work_wait_behind_a_function_that_blocks) {
  discarding_executor nowhere;
  // Many quick ones first, so that the pool thinks that functions are quick.
  std::promise<void> warm;
  std::atomic<int> left{1000};
  std::barrier together{50};
  std::promise<void> all;
  std::atomic<int> done{0};
  thread_work_pool pool{100}; // last: its threads end before what they use
  for (int i = 0; i < 1000; ++i)
    submit(pool, nowhere, [&] {
      if (--left == 0)
        warm.set_value();
    });
  warm.get_future().wait();
  // All of these run at the same time, or none of them ends.
  std::vector<pool_work> batch;
  for (int i = 0; i < 50; ++i)
    batch.push_back(
        {[&] {
           together.arrive_and_wait();
           if (++done == 50)
             all.set_value();
         },
         &nowhere,
         [] {}});
  pool.submit(std::move(batch));
  all.get_future().wait();
  BOOST_TEST(pool.threads() <= 100u);
}

BOOST_AUTO_TEST_CASE(a_result_of_the_work_pool_does_not_wait_for_a_function_that_blocks) {
  telling_executor back;
  std::promise<void> go;
  auto wait = go.get_future().share();
  thread_work_pool pool{4};
  std::vector<pool_work> batch;
  batch.push_back({[] {}, &back, [&] { back.tell(); }});
  batch.push_back({[wait] { wait.wait(); }, &back, [&] { back.tell(); }});
  pool.submit(std::move(batch));
  back.wait_for(1);
  go.set_value();
  back.wait_for(2);
}

BOOST_AUTO_TEST_CASE(the_work_pool_runs_each_piece_once_and_tells_of_each) {
  telling_executor back;
  std::atomic<int> run{0};
  thread_work_pool pool{8};
  for (int i = 0; i < 500; ++i) {
    std::vector<pool_work> batch;
    for (int k = 0; k < 4; ++k)
      batch.push_back({[&] { ++run; }, &back, [&] { back.tell(); }});
    pool.submit(std::move(batch));
  }
  back.wait_for(2000);
  BOOST_TEST(run == 2000);
}

BOOST_AUTO_TEST_CASE(a_handoff_is_taken_once) {
  auto parcel = make_handoff<std::unique_ptr<int>>(std::make_unique<int>(7));
  auto moved = std::move(parcel);
  BOOST_TEST(**moved.take() == 7);
  BOOST_TEST((moved.take() == nullptr));
  auto copy_of_empty = moved;
  BOOST_TEST((copy_of_empty.get() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
