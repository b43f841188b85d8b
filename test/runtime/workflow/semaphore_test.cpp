// SPDX-License-Identifier: Apache-2.0
// Semaphores and mutexes of a run: order, cancel, what is dropped, eviction.

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/workflow/mutex.hpp>
#include <troupe/workflow/semaphore.hpp>

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

async<void>
use(workflow::context ctx, workflow::semaphore of, int count, std::string name, std::string* log) {
  const auto held = co_await of.acquire(ctx, count);
  *log += "+" + name;
  co_await ctx.sleep(1s);
  *log += "-" + name;
}

/// Three use two permits, one of them both: who came first is served first.
struct in_order {
  workflow::semaphore of{2};
  std::string log;

  async<std::string> run(workflow::context ctx) {
    auto a = ctx.spawn(use(ctx, of, 1, "a", &log));
    auto b = ctx.spawn(use(ctx, of, 2, "b", &log)); // would starve if c could pass it
    auto c = ctx.spawn(use(ctx, of, 1, "c", &log));
    co_await workflow::all(a, b, c);
    co_return log + " " + std::to_string(of.available());
  }
};

/// Who gives up in front of others does not hold them up.
struct gives_up {
  workflow::semaphore of{2};
  std::string log;

  async<std::string> run(workflow::context ctx) {
    auto mine = co_await of.acquire(ctx);
    auto many = of.acquire(ctx, 2);
    auto few = of.acquire(ctx);
    log += few.is_ready() ? "passed " : "waits ";
    many.cancel("changed its mind");
    log += few.is_ready() ? "served " : "forgotten ";
    const auto gone = co_await many.as_result();
    log += to_failure_error(gone.error())->message();
    {
      const auto held = few.get();
    }
    co_return log + " " + std::to_string(of.available());
  }
};

struct drops {
  workflow::semaphore of{1};

  async<std::string> run(workflow::context ctx) {
    std::string log;
    {
      const auto granted = of.acquire(ctx);
    }
    log += std::to_string(of.available());
    auto held = co_await of.acquire(ctx);
    auto last = of.acquire(ctx);
    {
      const auto waits = of.acquire(ctx);
    } // behind it, and gone again
    held.release();
    log += last.is_ready() ? " handed on" : " lost";
    log += of.try_acquire() ? " taken" : " busy";
    {
      auto first = last.get();
      auto second = std::move(first);
      log += " " + std::to_string(first.count()) + std::to_string(second.count());
    }
    log += " " + std::to_string(of.available());
    for (const int count : {0, 2}) {
      try {
        (void)of.try_acquire(count);
      } catch (const std::invalid_argument& error) {
        log += std::string{"; "} + error.what();
      }
    }
    co_return log;
  }
};

/// In a scope that is cancelled nothing is granted; in a shielded one it is.
struct cancelled_scope {
  workflow::mutex only;

  async<std::string> run(workflow::context ctx) {
    auto scope = ctx.make_scope();
    scope.cancel("enough");
    const auto refused = co_await only.lock(scope.context()).as_result();
    const auto held = co_await only.lock(scope.context().shielded());
    co_return to_failure_error(refused.error())->message()
        + (only.is_locked() ? " locked" : " free");
  }
};

struct waits_for_lock {
  workflow::mutex only;

  async<void> hold(workflow::context ctx) {
    const auto held = co_await only.lock(ctx);
    co_await ctx.sleep(1h);
  }
  async<void> run(workflow::context ctx) {
    auto first = ctx.spawn(hold(ctx));
    auto second = ctx.spawn(hold(ctx));
    co_await workflow::all(first, second);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(semaphore)

BOOST_AUTO_TEST_CASE(who_came_first_is_served_first) {
  const auto all = history_builder{}
                       .started("W")
                       .task()
                       .timer_started("1", 1s)
                       .timer_fired("1")
                       .task()
                       .timer_started("2", 1s)
                       .timer_fired("2")
                       .task()
                       .timer_started("3", 1s)
                       .timer_fired("3")
                       .task_started();
  BOOST_TEST(run<in_order>(all) == "CompleteWorkflowExecution \"+a-a+b-b+c-c 2\"");
}

BOOST_AUTO_TEST_CASE(who_gives_up_lets_the_next_go_on) {
  BOOST_TEST(
      run<gives_up>(history_builder{}.started("W").task_started())
      == "CompleteWorkflowExecution \"waits served changed its mind 1\"");
}

BOOST_AUTO_TEST_CASE(what_is_dropped_goes_back) {
  BOOST_TEST(
      run<drops>(history_builder{}.started("W").task_started())
      == "CompleteWorkflowExecution \"1 handed on busy 01 1; a semaphore of 1 cannot give 0 "
         "permits; "
         "a semaphore of 1 cannot give 2 permits\"");
}

BOOST_AUTO_TEST_CASE(a_semaphore_has_a_permit) {
  BOOST_CHECK_THROW(workflow::semaphore{0}, std::invalid_argument);
  BOOST_CHECK_THROW(workflow::semaphore{-1}, std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_cancelled_scope_gets_no_lock) {
  BOOST_TEST(
      run<cancelled_scope>(history_builder{}.started("W").task_started())
      == "CompleteWorkflowExecution \"enough locked\"");
}

BOOST_AUTO_TEST_CASE(an_evicted_run_gives_nothing_to_its_own_coroutines) {
  auto instance = make_instance<waits_for_lock>();
  BOOST_TEST(
      text_of(apply(instance, history_builder{}.started("W").task_started().to_task()))
      == "StartTimer 1 3600000ms");
  std::string waits;
  for (const auto& one : instance.waits_for())
    waits += one.substr(0, one.rfind(" in ")) + "; ";
  BOOST_TEST(waits == "timer 1; a permit; ");
  // Destroys the holder first or last: the other one must not run.
}

BOOST_AUTO_TEST_SUITE_END()
