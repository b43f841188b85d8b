// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history/history_slicer.hpp"
#include "test/support/history_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::test;
using namespace troupe::workflow;
using namespace std::chrono_literals;

namespace {

std::string steps(const history_builder& history) {
  std::string text;
  int from = 0;
  while (const auto step = next_step(history.all(), from)) {
    text += std::to_string(step->last + 1) + (step->runs_code ? " " : "! ");
    from = step->last + 1;
  }
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(history_slicer)

BOOST_AUTO_TEST_CASE(each_answered_task_ends_a_step) {
  BOOST_CHECK_EQUAL(steps(history().started("W").task_started()), "3 ");
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task();
  BOOST_CHECK_EQUAL(steps(told), "3 8 ");
}

BOOST_AUTO_TEST_CASE(failed_and_timed_out_tasks_end_none) {
  BOOST_CHECK_EQUAL(
      steps(history().started("W").task_started().task_failed().task_started()), "6 ");
  BOOST_CHECK_EQUAL(
      steps(history().started("W").task_started().task_timed_out().task_started()), "6 ");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_workflow_ends_a_step_without_code) {
  BOOST_CHECK_EQUAL(steps(history().started("W").task().completed(1)), "3 5! ");
  BOOST_CHECK_EQUAL(steps(history().started("W").task_started().terminated()), "4! ");
}

BOOST_AUTO_TEST_CASE(events_without_a_task_are_no_step) {
  BOOST_CHECK_EQUAL(steps(history().started("W")), "");
  BOOST_CHECK_EQUAL(steps(history().started("W").task().signaled("s")), "3 ");
}

BOOST_AUTO_TEST_SUITE_END()
