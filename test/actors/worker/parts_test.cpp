// SPDX-License-Identifier: Apache-2.0
#include "actors/caf_compat.hpp"
#include "actors/supervision/backoff.hpp"
#include "actors/worker/poll/poller_target.hpp"
#include "actors/worker/slots/fixed_slot_supplier.hpp"
#include "actors/worker/task_outcome.hpp"
#include "actors/worker/work_pool.hpp"
#include "runtime/telemetry/registry.hpp"

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

slot_request of(std::uint32_t poller) {
  slot_request by;
  by.poller = poller;
  return by;
}

void submit(work_pool& pool, troupe::executor& back, troupe::unique_function<void()> run) {
  std::vector<pool_work> batch;
  batch.push_back({std::move(run), &back, [] {}});
  pool.submit(std::move(batch));
}

} // namespace

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(a_permit_gives_its_slot_back_once) {
  auto slots = std::make_shared<fixed_slot_supplier>(1);
  slots->begin(1);
  auto permit = slots->try_reserve({});
  BOOST_TEST(static_cast<bool>(permit));
  BOOST_TEST(!slots->try_reserve({}));
  auto moved = std::move(permit);
  permit.release();
  BOOST_TEST(slots->free() == 0u);
  moved.release();
  moved.release();
  BOOST_TEST(slots->free() == 1u);
}

BOOST_AUTO_TEST_CASE(each_poller_has_a_slot_of_its_own_and_shares_the_rest) {
  auto slots = std::make_shared<fixed_slot_supplier>(4);
  slots->begin(2);
  const slot_request first = of(0);
  const slot_request second = of(1);
  auto own = slots->try_reserve(first);
  auto shared = slots->try_reserve(first);
  auto last_shared = slots->try_reserve(first);
  BOOST_TEST(!slots->try_reserve(first)); // what is left is the other one's
  auto own_of_second = slots->try_reserve(second);
  BOOST_TEST(static_cast<bool>(own_of_second));
  BOOST_TEST(!slots->try_reserve(second));
  own.release();
  BOOST_TEST(!slots->try_reserve(second));
  shared.release();
  BOOST_TEST(static_cast<bool>(slots->try_reserve(second)));
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_slot_is_told_in_order) {
  auto slots = std::make_shared<fixed_slot_supplier>(4);
  slots->begin(3);
  const slot_request by[] = {of(0), of(1), of(2)};
  std::vector<slot_permit> own;
  for (const auto& each : by)
    own.push_back(slots->try_reserve(each));
  auto shared = slots->try_reserve(by[0]);
  std::string told;
  for (const auto& each : by)
    slots->when_free(each, [&told, name = static_cast<char>('a' + each.poller)] { told += name; });
  slots->when_all_free([&] { told += "!"; });
  own[1].release(); // only for the second
  BOOST_TEST(told == "b");
  shared.release(); // for the first of those that wait
  BOOST_TEST(told == "ba");
  shared = slots->try_reserve(by[0]);
  shared.release(); // not for the second: it has been told
  BOOST_TEST(told == "bac");
  own[0].release();
  BOOST_TEST(told == "bac");
  own[2].release();
  BOOST_TEST(told == "bac!");
  slots->when_free(by[0], [&] { told += "d"; });
  slots->when_all_free([&] { told += "?"; });
  BOOST_TEST(told == "bac!d?"); // at once
}

BOOST_AUTO_TEST_CASE(who_no_longer_waits_for_a_slot_is_not_told) {
  auto slots = std::make_shared<fixed_slot_supplier>(3);
  slots->begin(2);
  const slot_request by[] = {of(0), of(1)};
  auto own = slots->try_reserve(by[0]);
  auto other = slots->try_reserve(by[1]);
  auto shared = slots->try_reserve(by[0]);
  std::string told;
  slots->when_free(by[0], [&] { told += "a"; });
  slots->when_free(by[1], [&] { told += "b"; });
  slots->when_all_free([&] { told += "!"; });
  slots->stop_waiting(by[0]);
  slots->when_all_free({});
  shared.release();
  own.release();
  other.release();
  BOOST_TEST(told == "b");
}

BOOST_AUTO_TEST_CASE(a_slot_is_kept_unless_another_poller_waits_for_it) {
  auto slots = std::make_shared<fixed_slot_supplier>(3);
  slots->begin(2);
  const slot_request by[] = {of(0), of(1)};
  auto own = slots->try_reserve(by[0]);
  auto other = slots->try_reserve(by[1]);
  auto shared = slots->try_reserve(by[0]);
  BOOST_TEST(slots->try_keep(shared, by[0], false));
  slots->when_free(by[0], [] {});
  BOOST_TEST(slots->try_keep(shared, by[0], true)); // only itself
  slots->when_free(by[1], [] {});
  BOOST_TEST(!slots->try_keep(shared, by[0], true));
  BOOST_TEST(slots->try_keep(own, by[0], true)); // nobody else may have it
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
  auto meter = std::make_shared<troupe::telemetry::registry>()->add_meter();
  outcome_counters counters{*meter, "TestWorker"};
  {
    outcome_guard first{counters, "test"};
    outcome_guard second{counters, "test"};
    second.record(task_outcome::answered);
    second.record(task_outcome::died);
    auto moved = std::move(first);
    BOOST_TEST(counters.slots_used.get() == 1);
  }
  BOOST_TEST(counters.slots_used.get() == 0);
  BOOST_TEST(counters.accepted.get() == 2u);
  BOOST_TEST(counters.of(task_outcome::answered) == 1u);
  BOOST_TEST(counters.of(task_outcome::died) == 0u);
  BOOST_TEST(counters.of(task_outcome::forgotten) == 1u);
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
