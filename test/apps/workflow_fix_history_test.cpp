// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_fix_history.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::cli;

namespace {

std::string error_of(const std::string& json) {
  try {
    (void)fixed_history(json);
  } catch (const command_error& error) {
    return error.what();
  }
  return "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(workflow_fix_history)

BOOST_AUTO_TEST_CASE(short_names_of_enums_become_whole_ones) {
  BOOST_TEST(
      fixed_history(R"({"events":[
        {"eventId":"1","eventType":"WorkflowExecutionStarted","workflowExecutionStartedEventAttributes":
          {"taskQueue":{"name":"q","kind":"Normal"},"continuedFailure":{"message":"TimerFired"}}},
        {"eventId":"2","eventType":"EVENT_TYPE_TIMER_FIRED","timerFiredEventAttributes":{"timerId":"Normal"}},
        {"eventId":3,"eventType":"WorkflowExecutionUpdateAccepted"}]})")
      == R"({
  "events": [
    {
      "eventId": "1",
      "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
      "workflowExecutionStartedEventAttributes": {
        "taskQueue": {
          "name": "q",
          "kind": "TASK_QUEUE_KIND_NORMAL"
        },
        "continuedFailure": {
          "message": "TimerFired"
        }
      }
    },
    {
      "eventId": "2",
      "eventType": "EVENT_TYPE_TIMER_FIRED",
      "timerFiredEventAttributes": {
        "timerId": "Normal"
      }
    },
    {
      "eventId": "3",
      "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED"
    }
  ]
})");
}

BOOST_AUTO_TEST_CASE(what_nobody_knows_any_more_is_left_out) {
  BOOST_TEST(fixed_history(R"({"old":1,"events":[{"eventId":"1","former":{"a":[]}}]})") == R"({
  "events": [
    {
      "eventId": "1"
    }
  ]
})");
  BOOST_TEST(fixed_history(R"({"x":1})") == "{}");
  BOOST_TEST(fixed_history(R"({"x":1e400})") == "{}");
}

BOOST_AUTO_TEST_CASE(what_is_no_history_is_named) {
  BOOST_TEST(error_of("nope") == "the history is not valid JSON");
  BOOST_TEST(error_of("[]") == "the history is not a JSON object");
  BOOST_TEST(error_of("{\"x\":\"\xff\"}") == "the history is not UTF-8");
  BOOST_TEST(
      error_of(
          R"({"events":[{"workflowExecutionStartedEventAttributes":{"retryPolicy":{"backoffCoefficient":1e400}}}]})")
          .starts_with("this is no history: "));
  BOOST_TEST(error_of("").starts_with("the history is not valid JSON"));
  BOOST_TEST(error_of(R"({"events":3})").starts_with("this is no history: "));
  BOOST_TEST(
      error_of(std::string(2000, '[') + std::string(2000, ']')).find("nested deeper")
      != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
