// SPDX-License-Identifier: Apache-2.0
// A program that links troupe::determinism: what its workflows must not do fails their tasks.
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <coroutine>
#include <cstdlib>
#include <ctime>
#include <future>
#include <random>
#include <string>
#include <thread>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Does something in the coroutine of its second task, or in one that it awaits.
template <class Impure>
struct does {
  static async<int> inner(workflow::context ctx) {
    co_await ctx.sleep(1s);
    co_return Impure::act(ctx);
  }
  async<int> run(workflow::context ctx) { co_return co_await inner(ctx); }
};

template <class Impure>
std::string failure_of_doing() {
  auto instance = make_instance<does<Impure>>();
  return failure_of(apply(
      instance,
      history()
          .started("W")
          .task()
          .timer_started("1", 1s)
          .timer_fired("1")
          .task_started()
          .to_task()));
}

struct system_time {
  static int act(const workflow::context&) {
    return std::chrono::system_clock::now().time_since_epoch().count() != 0 ? 1 : 0;
  }
};
struct steady_time {
  static int act(const workflow::context&) {
    return std::chrono::steady_clock::now().time_since_epoch().count() != 0 ? 1 : 0;
  }
};
struct old_time {
  static int act(const workflow::context&) { return std::time(nullptr) != 0 ? 1 : 0; }
};
struct short_sleep {
  static int act(const workflow::context&) {
    std::this_thread::sleep_for(1us);
    return 1;
  }
};
struct random_seed {
  static int act(const workflow::context&) { return std::random_device{}() != 0 ? 1 : 2; }
};
struct old_random {
  static int act(const workflow::context&) {
    return std::rand() != 0 ? 1 : 2; // NOLINT(concurrency-mt-unsafe)
  }
};
struct thread_beside {
  static int act(const workflow::context&) {
    std::thread{[] {}}.join();
    return 1;
  }
};

struct only_what_is_allowed {
  static int act(const workflow::context& ctx) {
    const auto kept = ctx.side_effect([] {
      return static_cast<std::int64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    });
    ctx.log().warn("a line with a time");
    return kept != 0 && ctx.now().time_since_epoch().count() != 0 && ctx.random()() != 0
                   && !ctx.uuid().empty()
               ? 1
               : 2;
  }
};

/// Is resumed by a thread of its own.
struct elsewhere {
  std::promise<std::coroutine_handle<>>* to;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> frame) const { to->set_value(frame); }
  void await_resume() const noexcept {}
};

struct leaves_its_thread {
  static inline std::promise<std::coroutine_handle<>> frame;
  static inline std::string refused;
  async<int> run(workflow::context ctx) {
    co_await elsewhere{&frame};
    try {
      (void)ctx.sleep(1s);
    } catch (const std::logic_error& error) {
      refused = error.what();
      throw;
    }
    co_return 1;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(impure_workflows)

BOOST_AUTO_TEST_CASE(clocks_sleeps_random_devices_and_threads_fail_the_task_and_are_named) {
  const auto told = [](const std::string& failure, const std::string& what) {
    BOOST_TEST(
        failure.starts_with(
            "[TMPRL1100] Nondeterminism error: the workflow's code " + what + " in "),
        failure);
    BOOST_TEST(failure.find("inner(") != std::string::npos, failure);
    BOOST_TEST(failure.find("impure_workflows_test.cpp:") != std::string::npos, failure);
  };
  told(failure_of_doing<system_time>(), "reads a clock");
  told(failure_of_doing<steady_time>(), "reads a clock");
  told(failure_of_doing<old_time>(), "reads a clock");
  told(failure_of_doing<short_sleep>(), "sleeps");
  told(failure_of_doing<random_seed>(), "draws a random number");
  told(failure_of_doing<old_random>(), "draws a random number");
  told(failure_of_doing<thread_beside>(), "starts a thread");
  BOOST_TEST(failure_of_doing<system_time>().ends_with("; use ctx.now()"));
  BOOST_TEST(failure_of_doing<short_sleep>().ends_with("; use co_await ctx.sleep(...)"));
}

BOOST_AUTO_TEST_CASE(what_is_not_replayed_may_do_what_it_likes) {
  BOOST_TEST(failure_of_doing<only_what_is_allowed>() == "");
}

BOOST_AUTO_TEST_CASE(other_code_of_the_thread_may_too) {
  (void)std::chrono::system_clock::now();
  BOOST_TEST(
      run<does<only_what_is_allowed>>(history().started("W").task_started())
      == "StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_another_thread_resumes_is_refused_and_named) {
  auto instance = make_instance<leaves_its_thread>("Leaves");
  auto frame = leaves_its_thread::frame.get_future();
  (void)apply(instance, history().started("W").task_started().to_task());
  std::thread{[&] { frame.get().resume(); }}.join();
  BOOST_TEST(
      leaves_its_thread::refused.starts_with(
          "the workflow Leaves goes on in a place that is not its own"),
      leaves_its_thread::refused);
  BOOST_TEST(
      leaves_its_thread::refused.find("The coroutine that ran last is async<int> (anonymous "
                                      "namespace)::leaves_its_thread::run(")
          != std::string::npos,
      leaves_its_thread::refused);
}

BOOST_AUTO_TEST_SUITE_END()
