// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct waits {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1h);
    co_return "slept";
  }
};

struct cleans_up {
  async<std::string> run(workflow::context ctx) {
    auto slept = co_await ctx.sleep(1h).as_result();
    if (slept)
      co_return "slept";
    co_await ctx.shielded().sleep(1s);
    std::rethrow_exception(slept.error());
  }
};

struct swallows {
  async<std::string> run(workflow::context ctx) {
    (void)co_await ctx.sleep(1h).as_result();
    co_return ctx.cancel_reason();
  }
};

struct stays_cancelled {
  async<std::string> run(workflow::context ctx) {
    (void)co_await ctx.sleep(1h).as_result();
    auto again = co_await ctx.sleep(1s).as_result();
    auto operation = co_await ctx.nexus_client({.endpoint = "e", .service = "s"})
                         .execute<int>("o", 1)
                         .as_result();
    co_return std::string{again ? "slept" : "refused"} + (operation ? " ran" : " never sent");
  }
};

struct scopes {
  static async<std::string> waits_in(workflow::context ctx, workflow::duration time) {
    auto slept = co_await ctx.sleep(time).as_result();
    co_return slept ? "slept" : "canceled";
  }
  async<std::string> run(workflow::context ctx) {
    auto outer = ctx.make_scope();
    auto inner = outer.context().make_scope();
    auto a = ctx.spawn(waits_in(ctx, 1h));
    auto b = ctx.spawn(waits_in(outer.context(), 2h));
    auto c = ctx.spawn(waits_in(inner.context(), 3h));
    auto d = ctx.spawn(waits_in(inner.context().shielded(), 4h));
    co_await ctx.sleep(1s);
    outer.cancel();
    co_await workflow::all(b, c);
    co_return b.get() + " " + c.get() + " " + (a.is_ready() ? "a" : "-")
        + (d.is_ready() ? "d" : "-");
  }
};

struct cancels_what_it_spawned {
  async<std::string> run(workflow::context ctx) {
    auto below = ctx.spawn(
        [](workflow::context mine, int hours) -> async<int> {
          co_await mine.sleep(std::chrono::hours{hours});
          co_return hours;
        },
        2);
    co_await ctx.sleep(1s);
    below.cancel("enough");
    auto ended = co_await below.as_result();
    co_return to_failure_error(ended.error())->message();
  }
};

struct watches {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.cancelled();
    co_return "noticed " + ctx.cancel_reason();
  }
};

struct throws_canceled {
  async<void> run(workflow::context) {
    throw canceled_error("on my own");
    co_return;
  }
};

struct cancelled_operation {
  async<int> run(workflow::context ctx) {
    co_return co_await ctx.nexus_client({.endpoint = "e", .service = "s"})
        .execute<int>("o", 1, {.cancellation_type = workflow::nexus_cancellation_type::try_cancel});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(cancellation)

BOOST_AUTO_TEST_CASE(a_cancelled_workflow_that_lets_the_error_out_ends_canceled) {
  auto told =
      history().started("W").task().timer_started("1", 1h).cancel_requested("why").task_started();
  BOOST_CHECK_EQUAL(run<waits>(told), "CancelTimer 1; CancelWorkflowExecution");
}

BOOST_AUTO_TEST_CASE(an_operation_error_that_the_cancel_caused_ends_it_canceled_too) {
  auto told =
      history().started("W").task().nexus_scheduled("s", "o", 1).cancel_requested().task_started();
  BOOST_CHECK_EQUAL(
      run<cancelled_operation>(told), "RequestCancelNexusOperation 5; CancelWorkflowExecution");
}

BOOST_AUTO_TEST_CASE(cleanup_runs_shielded_before_the_error_goes_out) {
  auto told =
      history().started("W").task().timer_started("1", 1h).cancel_requested().task_started();
  BOOST_CHECK_EQUAL(run<cleans_up>(told), "CancelTimer 1; StartTimer 2 1000ms");
  told.task_completed().timer_canceled("1").timer_started("2", 1s).timer_fired("2").task_started();
  BOOST_CHECK_EQUAL(run<cleans_up>(told), "CancelWorkflowExecution");
}

BOOST_AUTO_TEST_CASE(swallowing_the_error_completes_the_workflow) {
  auto told =
      history().started("W").task().timer_started("1", 1h).cancel_requested("why").task_started();
  BOOST_CHECK_EQUAL(run<swallows>(told), "CancelTimer 1; CompleteWorkflowExecution \"why\"");
}

BOOST_AUTO_TEST_CASE(a_cancelled_scope_stays_cancelled_and_sends_nothing_more) {
  auto told =
      history().started("W").task().timer_started("1", 1h).cancel_requested().task_started();
  BOOST_CHECK_EQUAL(
      run<stays_cancelled>(told),
      "CancelTimer 1; CompleteWorkflowExecution \"refused never sent\"");
}

BOOST_AUTO_TEST_CASE(cancelling_a_scope_reaches_its_children_but_neither_parents_nor_shields) {
  auto told = history().started("W").task();
  told.timer_started("1", 1s).timer_started("2", 1h).timer_started("3", 2h).timer_started("4", 3h);
  told.timer_started("5", 4h).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(
      run<scopes>(told),
      "CancelTimer 3; CancelTimer 4; CompleteWorkflowExecution \"canceled canceled --\"");
}

BOOST_AUTO_TEST_CASE(a_spawned_coroutine_can_be_cancelled_alone) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_started("2", 2h);
  told.timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(
      run<cancels_what_it_spawned>(told), "CancelTimer 2; CompleteWorkflowExecution \"enough\"");
}

BOOST_AUTO_TEST_CASE(the_cancel_itself_can_be_awaited) {
  BOOST_CHECK_EQUAL(
      run<watches>(history().started("W").task().cancel_requested("why").task_started()),
      "CompleteWorkflowExecution \"noticed why\"");
}

BOOST_AUTO_TEST_CASE(a_cancel_error_that_nobody_asked_for_is_a_failure) {
  BOOST_CHECK_EQUAL(
      run<throws_canceled>(history().started("W").task_started()),
      "FailWorkflowExecution on my own");
}

BOOST_AUTO_TEST_SUITE_END()
