// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history/step_jobs.hpp"
#include "test/support/history_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/protocol/v1/message.pb.h>

#include <string>
#include <utility>
#include <vector>

using namespace troupe::test;
using namespace troupe::workflow;
using namespace std::chrono_literals;

namespace {

struct fixture {
  step_jobs jobs;

  /// What the code is told of a history and messages, given as ids and the events that they name.
  std::string
  told(const history_builder& history, std::vector<std::pair<const char*, int>> messages = {}) {
    step_jobs::protocol_messages sent;
    for (const auto& [id, event] : messages) {
      auto& message = *sent.Add();
      message.set_id(id);
      message.set_event_id(event);
    }
    auto events = history.all();
    jobs.begin(messages.empty() ? nullptr : &sent);
    for (auto& event : *events.mutable_events())
      jobs.add(event, *find_event(event.event_type()));
    jobs.end();
    std::string text;
    for (const auto& [event, protocol] : jobs.messages())
      text += protocol != nullptr
                  ? protocol->id() + " "
                  : event->workflow_execution_signaled_event_attributes().signal_name() + " ";
    text += "|";
    for (const auto& [event, row] : jobs.resolutions())
      text += " " + event_name(event->event_type());
    return text;
  }
};

history_builder some_history() {
  return history().started("W").signaled("a").signaled("b").cancel_requested().signaled("c");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(history_step_jobs, fixture)

BOOST_AUTO_TEST_CASE(signals_come_before_all_else_and_each_in_the_order_of_the_history) {
  BOOST_CHECK_EQUAL(
      told(some_history()), "a b c | WorkflowExecutionStarted WorkflowExecutionCancelRequested");
}

BOOST_AUTO_TEST_CASE(a_message_has_its_place_behind_the_event_that_it_names) {
  BOOST_CHECK_EQUAL(
      told(some_history(), {{"m1", 1}, {"m2", 2}, {"m4", 4}}),
      "m1 a m2 b m4 c | WorkflowExecutionStarted WorkflowExecutionCancelRequested");
}

BOOST_AUTO_TEST_CASE(messages_are_put_in_order_and_keep_theirs_at_the_same_event) {
  BOOST_CHECK_EQUAL(
      told(some_history(), {{"x", 4}, {"y", 2}, {"z", 4}, {"first", 0}}),
      "first a y b x z c | WorkflowExecutionStarted WorkflowExecutionCancelRequested");
}

BOOST_AUTO_TEST_CASE(a_message_behind_the_last_event_comes_last) {
  BOOST_CHECK_EQUAL(
      told(some_history(), {{"m5", 5}, {"m9", 9}}),
      "a b c m5 m9 | WorkflowExecutionStarted WorkflowExecutionCancelRequested");
}

BOOST_AUTO_TEST_CASE(nothing_of_one_step_is_left_for_the_next) {
  (void)told(some_history(), {{"m9", 9}});
  BOOST_CHECK_EQUAL(told(history().signaled("d")), "d |");
}

BOOST_AUTO_TEST_SUITE_END()
