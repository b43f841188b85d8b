// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/activity_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using workflow::activity_cancellation_type;

namespace {

struct executes {
  async<std::string> run(workflow::context ctx) {
    auto answer =
        co_await ctx.execute_activity<std::string>("greet", {.start_to_close_timeout = 5s}, 1)
            .as_result();
    if (answer)
      co_return *answer;
    const auto error = to_failure_error(answer.error());
    co_return error->message() + " <- " + std::string{error->cause()->kind()};
  }
};

struct cancels {
  async<std::string> run(workflow::context ctx, int type) {
    auto signals = ctx.signal_channel<std::string>("cancel");
    auto activity = ctx.execute_activity<std::string>(
        "greet",
        {.start_to_close_timeout = 5s,
         .cancellation_type = static_cast<activity_cancellation_type>(type)});
    co_await signals.receive();
    activity.cancel();
    activity.cancel();
    auto answer = co_await activity.as_result();
    co_await ctx.sleep(1s);
    co_return answer ? *answer : to_failure_error(answer.error())->message();
  }
};

struct cancels_at_once {
  async<std::string> run(workflow::context ctx, int type) {
    auto activity = ctx.execute_activity<std::string>(
        "greet",
        {.start_to_close_timeout = 5s,
         .cancellation_type = static_cast<activity_cancellation_type>(type)});
    activity.cancel();
    auto answer = co_await activity.as_result();
    co_return is_canceled(answer.error()) ? "canceled" : "?";
  }
};

constexpr int try_cancel = static_cast<int>(activity_cancellation_type::try_cancel);
constexpr int wait_completed = static_cast<int>(activity_cancellation_type::wait_completed);
constexpr int abandon = static_cast<int>(activity_cancellation_type::abandon);

history_builder scheduled() {
  return history().started("W").task().activity_scheduled("1", "greet");
}
history_builder cancelled(int type) {
  return history()
      .started("W", type)
      .task()
      .activity_scheduled("1", "greet")
      .signaled("cancel", std::string{});
}

} // namespace

BOOST_AUTO_TEST_SUITE(activity_machine)

BOOST_AUTO_TEST_CASE(schedules_with_its_number_as_id_and_yields_the_result) {
  BOOST_CHECK_EQUAL(
      run<executes>(history().started("W").task_started()), "ScheduleActivityTask 1 greet");
  BOOST_CHECK_EQUAL(
      run<executes>(scheduled()
                        .activity_started(5)
                        .activity_completed(5, std::string{"hello"})
                        .task_started()),
      "CompleteWorkflowExecution \"hello\"");
}

BOOST_AUTO_TEST_CASE(a_failure_says_why_in_its_cause) {
  BOOST_CHECK_EQUAL(
      run<executes>(scheduled().activity_started(5).activity_failed(5, "no").task_started()),
      "CompleteWorkflowExecution \"Activity task failed <- ApplicationFailure\"");
  BOOST_CHECK_EQUAL(
      run<executes>(scheduled().activity_timed_out(5).task_started()),
      "CompleteWorkflowExecution \"Activity task timed out <- TimeoutFailure\"");
  BOOST_CHECK_EQUAL(
      run<executes>(scheduled().activity_canceled(5).task_started()),
      "CompleteWorkflowExecution \"Activity cancelled <- CanceledFailure\"");
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_task_that_scheduled_it_is_never_sent) {
  for (const int type : {try_cancel, wait_completed, abandon})
    BOOST_CHECK_EQUAL(
        run<cancels_at_once>(history().started("W", type).task_started()),
        "CompleteWorkflowExecution \"canceled\"");
}

BOOST_AUTO_TEST_CASE(try_cancel_requests_and_goes_on) {
  auto told = cancelled(try_cancel).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "RequestCancelActivityTask 5; StartTimer 1 1000ms");
  told.task_completed().activity_cancel_requested(5).timer_started("1", 1s).activity_started(5);
  told.activity_failed(5, "late").timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "CompleteWorkflowExecution \"Activity cancelled\"");
}

BOOST_AUTO_TEST_CASE(wait_completed_waits_for_the_end) {
  auto told = cancelled(wait_completed).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "RequestCancelActivityTask 5");
  told.task_completed()
      .activity_cancel_requested(5)
      .activity_started(5)
      .activity_canceled(5)
      .task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(abandon_sends_nothing) {
  BOOST_CHECK_EQUAL(run<cancels>(cancelled(abandon).task_started()), "StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(another_type_or_id_in_the_history_is_nondeterminism) {
  const auto type =
      run<executes>(history().started("W").task().activity_scheduled("1", "insult").task_started());
  BOOST_CHECK(
      type.find("has activity type 'insult', but the workflow's code asked for 'greet'")
      != std::string::npos);
  const auto id =
      run<executes>(history().started("W").task().activity_scheduled("7", "greet").task_started());
  BOOST_CHECK(
      id.find("has activity id '7', but the workflow's code asked for '1'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(
    one_that_ended_before_the_task_that_cancels_it_is_not_cancelled_at_the_service) {
  for (const int type : {wait_completed, try_cancel, abandon}) {
    auto told = history().started("W", type).task().activity_scheduled("1", "greet");
    told.signaled("cancel", std::string{}).activity_started(5);
    told.activity_completed(5, std::string{"hello"}).task_started();
    BOOST_CHECK_EQUAL(run<cancels>(told), "StartTimer 1 1000ms");
  }
}

BOOST_AUTO_TEST_CASE(every_row_of_its_table_is_tested) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::activity_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
