// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/work_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <future>
#include <mutex>

using namespace std::chrono_literals;
using namespace troupe::actors;

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

BOOST_AUTO_TEST_SUITE(work_pool)

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

BOOST_AUTO_TEST_CASE(the_expected_wait_is_that_of_those_before) {
  using troupe::actors::expected_wait;
  // A thread is free.
  BOOST_TEST((expected_wait({.threads = 2, .busy = 1, .usual_time = 4s}) == 0s));
  // Every thread is busy: one of them is free after its share of the usual time.
  BOOST_TEST((expected_wait({.threads = 2, .busy = 2, .usual_time = 4s, .stalled = 1h}) == 2s));
  BOOST_TEST((expected_wait({.threads = 2, .busy = 2, .waiting = 3, .usual_time = 4s}) == 8s));
  // Functions take longer than they used to: nobody has had a turn for a while.
  BOOST_TEST(
      (expected_wait({.threads = 2, .busy = 2, .waiting = 3, .usual_time = 1ms, .stalled = 5s})
       == 20s));
  BOOST_TEST(
      (expected_wait({.threads = 1, .busy = 1, .waiting = 3, .usual_time = troupe::duration::max()})
       == troupe::duration::max()));
}

BOOST_AUTO_TEST_CASE(a_pool_whose_threads_block_expects_what_comes_to_wait) {
  std::promise<void> begun;
  std::promise<void> go;
  auto wait = go.get_future().share();
  discarding_executor nowhere;
  thread_work_pool pool{1};
  BOOST_TEST((pool.expected_wait() == 0s));
  submit(pool, nowhere, [&begun, wait] {
    begun.set_value();
    wait.wait();
  });
  begun.get_future().wait();
  submit(pool, nowhere, [] {});
  BOOST_TEST((pool.expected_wait() > 0s));
  go.set_value();
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_idle_expects_no_long_wait) {
  discarding_executor nowhere;
  thread_work_pool pool{1};
  submit(pool, nowhere, [] {}); // whether its thread is awake already or not
  BOOST_TEST((pool.expected_wait() < 1min));
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

BOOST_AUTO_TEST_SUITE_END()
