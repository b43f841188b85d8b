// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/timer_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct one_timer {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1500ms);
    co_return "fired";
  }
};

struct with_a_broken_summary {
  async<void> run(workflow::context ctx) { co_await ctx.sleep(1s, {.summary = "\xff"}); }
};

struct cancels_later {
  async<std::string> run(workflow::context ctx) {
    auto slow = ctx.sleep(1h);
    co_await ctx.sleep(1s);
    slow.cancel("no need");
    slow.cancel("twice");
    auto ended = co_await slow.as_result();
    co_return to_failure_error(ended.error())->message();
  }
};

struct cancels_at_once {
  async<std::string> run(workflow::context ctx) {
    auto slow = ctx.sleep(1h);
    auto other = ctx.sleep(2h);
    slow.cancel();
    auto ended = co_await slow.as_result();
    co_await other;
    co_return is_canceled(ended.error()) ? "canceled" : "?";
  }
};

struct cancels_when_told {
  async<std::string> run(workflow::context ctx) {
    auto signals = ctx.signal_channel<std::string>("cancel");
    auto timer = ctx.sleep(1s);
    co_await signals.receive();
    timer.cancel();
    auto ended = co_await timer.as_result();
    co_return is_canceled(ended.error()) ? "canceled" : "?";
  }
};

struct query_cancels {
  async<std::string> run(workflow::context ctx) {
    auto timer = ctx.sleep(1s);
    ctx.on_query("cancel", [timer] {
      timer.cancel("by a query");
      return 1;
    });
    co_await timer;
    co_return "fired";
  }
};

struct sleeps_not {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(0s);
    co_await ctx.sleep(-1s);
    co_return "at once";
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(timer_machine)

BOOST_AUTO_TEST_CASE(starts_with_its_number_as_id_and_resumes_when_fired) {
  BOOST_CHECK_EQUAL(run<one_timer>(history().started("W").task_started()), "StartTimer 1 1500ms");
  BOOST_CHECK_EQUAL(
      run<one_timer>(
          history().started("W").task().timer_started("1", 1500ms).timer_fired("1").task_started()),
      "CompleteWorkflowExecution \"fired\"");
}

BOOST_AUTO_TEST_CASE(cancelled_after_it_was_sent_it_fails_at_once_and_sends_a_command) {
  auto told =
      history().started("W").task().timer_started("1", 1h).timer_started("2", 1s).timer_fired("2");
  told.task_started();
  BOOST_CHECK_EQUAL(
      run<cancels_later>(told), "CancelTimer 1; CompleteWorkflowExecution \"no need\"");
  told.task_completed({3}).timer_canceled("1").completed(std::string{"no need"});
  BOOST_CHECK_EQUAL(run<cancels_later>(told), "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(cancelled_before_it_was_sent_it_leaves_no_trace_but_keeps_its_number) {
  BOOST_CHECK_EQUAL(
      run<cancels_at_once>(history().started("W").task_started()), "StartTimer 2 7200000ms");
  BOOST_CHECK_EQUAL(
      run<cancels_at_once>(
          history().started("W").task().timer_started("2", 2h).timer_fired("2").task_started()),
      "CompleteWorkflowExecution \"canceled\"");
}

BOOST_AUTO_TEST_CASE(no_time_needs_no_timer) {
  BOOST_CHECK_EQUAL(
      run<sleeps_not>(history().started("W").task_started()),
      "CompleteWorkflowExecution \"at once\"");
}

BOOST_AUTO_TEST_CASE(another_id_in_the_history_is_nondeterminism_unless_another_sdk_counted) {
  auto told = history().started("W").task().timer_started("5", 1s).timer_fired("5").task_started();
  BOOST_CHECK(run<one_timer>(told).starts_with(
      "failed: [TMPRL1100] Nondeterminism error: event 5 (TimerStarted) has timer id '5', but the "
      "workflow's code asked for '1'."));
  auto go = history().started("W").task_started().task_completed().sdk("temporal-go");
  go.timer_started("5", 1s).timer_fired("5").task_started();
  BOOST_CHECK_EQUAL(run<one_timer>(go), "CompleteWorkflowExecution \"fired\"");
}

BOOST_AUTO_TEST_CASE(a_query_that_cancels_it_is_refused_and_changes_nothing) {
  auto instance = make_instance<query_cancels>();
  auto told = history().started("W").task_started();
  auto task = told.to_task();
  (*task.mutable_queries())["q"].set_query_type("cancel");
  const auto asked = apply(instance, std::move(task));
  BOOST_CHECK_EQUAL(text_of(asked), "StartTimer 1 1000ms");
  const auto& answer =
      static_cast<const temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest&>(
          *asked.answer);
  BOOST_CHECK(
      answer.query_results().at("q").error_message().starts_with("a query handler must not"));
  const auto seen = told.last_id();
  told.task_completed().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(
      text_of(apply(instance, told.to_task(seen))), "CompleteWorkflowExecution \"fired\"");
}

BOOST_AUTO_TEST_CASE(an_event_of_another_kind_that_refers_to_it_is_a_damaged_history) {
  auto told = history().started("W").task().timer_started("1", 1s).activity_started(5);
  told.task_started();
  BOOST_CHECK_EQUAL(
      run<one_timer>(told),
      "failed: event 6 (ActivityTaskStarted) refers to event 5, which began something else");
}

BOOST_AUTO_TEST_CASE(a_timer_that_fires_twice_damages_nothing_but_the_task) {
  auto told =
      history().started("W").task().timer_started("1", 1s).timer_fired("1").timer_fired("1");
  told.task_started();
  BOOST_CHECK_EQUAL(
      run<one_timer>(told),
      "failed: event 7 (TimerFired) refers to event 5, where nothing is under way");
}

BOOST_AUTO_TEST_CASE(a_summary_that_is_no_text_is_named) {
  BOOST_CHECK_EXCEPTION(
      (void)run<with_a_broken_summary>(history().started("W").task_started()),
      payload_error,
      [](const payload_error& error) {
        return std::string_view{error.what()} == "at summary: the text is not valid UTF-8";
      });
}

BOOST_AUTO_TEST_CASE(
    one_that_fired_before_the_task_that_cancels_it_is_not_cancelled_at_the_service) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1");
  told.signaled("cancel", std::string{}).task_started();
  BOOST_CHECK_EQUAL(run<cancels_when_told>(told), "CompleteWorkflowExecution \"canceled\"");
}

BOOST_AUTO_TEST_CASE(every_row_of_its_table_is_tested) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::timer_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
