// SPDX-License-Identifier: Apache-2.0
#include <troupe/async.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

using troupe::async;

// A point where a coroutine waits until the test goes on.
struct gate {
  std::coroutine_handle<> waiting;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiting = handle; }
  void await_resume() const noexcept {}
};

struct flag_on_exit {
  bool* flag;
  ~flag_on_exit() { *flag = true; }
};

async<int> answer() {
  co_return 42;
}

async<int> answer_behind(gate* open) {
  co_await *open;
  co_return 42;
}

async<std::string> outer(gate* open) {
  co_return "got " + std::to_string(co_await answer_behind(open));
}

async<> fails() {
  throw std::runtime_error{"no"};
  co_return;
}

async<int> catches() {
  const auto outcome = co_await fails().as_result();
  co_return outcome.has_value() ? 0 : 1;
}

async<int> loops(int times) {
  int sum = 0;
  for (int i = 0; i < times; ++i)
    sum += co_await answer() - 41;
  co_return sum;
}

async<> never_done(gate* closed, bool* destroyed) {
  flag_on_exit guard{destroyed};
  co_await *closed;
}

async<> waits_for(gate* closed, bool* inner, bool* own) {
  flag_on_exit guard{own};
  co_await never_done(closed, inner);
}

} // namespace

BOOST_AUTO_TEST_SUITE(async)

BOOST_AUTO_TEST_CASE(runs_only_when_started) {
  const auto task = answer();
  BOOST_TEST(!task.done());
  task.start();
  BOOST_TEST(task.done());
  BOOST_TEST(task.take() == 42);
}

BOOST_AUTO_TEST_CASE(resumes_whoever_awaits_it) {
  gate open;
  const auto task = outer(&open);
  task.start();
  BOOST_TEST(!task.done());
  open.waiting.resume();
  BOOST_TEST(task.done());
  BOOST_TEST(task.take() == "got 42");
}

BOOST_AUTO_TEST_CASE(hands_exceptions_over_as_throw_or_as_value) {
  const auto task = fails();
  task.start();
  BOOST_CHECK_THROW(task.take(), std::runtime_error);
  const auto caught = catches();
  caught.start();
  BOOST_TEST(caught.take() == 1);
}

BOOST_AUTO_TEST_CASE(needs_no_stack_for_long_loops_of_awaits) {
  const auto task = loops(100'000);
  task.start();
  BOOST_TEST(task.take() == 100'000);
}

BOOST_AUTO_TEST_CASE(destroys_suspended_frames_with_all_they_await) {
  gate closed;
  bool inner = false;
  bool own = false;
  {
    const auto task = waits_for(&closed, &inner, &own);
    task.start();
    BOOST_TEST(!inner);
  }
  BOOST_TEST(inner);
  BOOST_TEST(own);
}

BOOST_AUTO_TEST_SUITE_END()
