// SPDX-License-Identifier: Apache-2.0
// Every row of the table of updates, by replay and by the answers to tasks.

#include "runtime/workflow/machines/update_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct waits_in_update {
  int total = 0;
  async<int> run(workflow::context ctx) {
    ctx.on_update("add", [this, ctx](int n) { return add(ctx, n); });
    ctx.on_update("now", [this](int n) { return total += n; });
    co_await ctx.wait_condition([this] { return total >= 10; });
    co_return total;
  }
  async<int> add(workflow::context ctx, int n) {
    co_await ctx.sleep(1s);
    co_return total += n;
  }
};

history_builder waiting() {
  return history().started("W").task();
}

} // namespace

BOOST_AUTO_TEST_SUITE(update_machine)

BOOST_AUTO_TEST_CASE(accepted_in_one_task_and_completed_in_a_later_one) {
  auto told = waiting().task().update_accepted("u1", "add", 10).timer_started("1", 1s);
  told.timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(
      run<waits_in_update>(told), "ProtocolMessage u1/complete; CompleteWorkflowExecution 10");
  told.task_completed().update_completed("u1", 10).completed(10);
  auto whole = make_instance<waits_in_update>();
  BOOST_CHECK_EQUAL(text_of(apply(whole, told.to_task())), "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(accepted_and_completed_in_one_task) {
  auto told = waiting().task().update_accepted("u1", "now", 1).update_completed("u1", 1);
  told.task().update_accepted("u2", "now", 9).update_completed("u2", 10).completed(10);
  auto whole = make_instance<waits_in_update>();
  BOOST_CHECK_EQUAL(text_of(apply(whole, told.to_task())), "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(an_event_of_another_update_does_not_fit) {
  auto told = waiting().task().update_accepted("u1", "add", 1).timer_started("1", 1s);
  told.timer_fired("1").task().update_completed("u2", 1).task_started();
  auto instance = make_instance<waits_in_update>();
  const auto wrong = failure_of(apply(instance, told.to_task()));
  BOOST_CHECK_MESSAGE(wrong.find("update id") != std::string::npos, wrong);
}

BOOST_AUTO_TEST_CASE(an_answer_where_the_code_only_accepts_does_not_fit) {
  auto told = waiting().task().update_completed("u1", 1).task_started();
  auto instance = make_instance<waits_in_update>();
  const auto unasked = failure_of(apply(instance, told.to_task()));
  BOOST_CHECK_MESSAGE(unasked.find("has no command") != std::string::npos, unasked);

  auto twice = waiting().task().update_accepted("u1", "now", 1).update_accepted("u1", "now", 1);
  twice.task_started();
  auto other = make_instance<waits_in_update>();
  const auto wrong = failure_of(apply(other, twice.to_task()));
  BOOST_CHECK_MESSAGE(wrong.find("what the update's handler does") != std::string::npos, wrong);
}

BOOST_AUTO_TEST_CASE(every_row_was_taken) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::update_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
