// SPDX-License-Identifier: Apache-2.0
// The first task of a workflow with the answer to its start, as the real server gives it out.

#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

struct fixture : service_fixture {
  fixture() { eager.set_request_eager_execution(true); }

  wire::StartWorkflowExecutionResponse start_eagerly() {
    return expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{eager});
  }
  embedded::transaction respond_to(const wire::StartWorkflowExecutionResponse& started) {
    task_token = started.eager_workflow_task().task_token();
    return respond({});
  }
  bool is_accepted() { return current().started().eager_execution_accepted(); }

  wire::StartWorkflowExecutionRequest eager = start_request();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(eager_starts, fixture)

BOOST_AUTO_TEST_CASE(the_answer_brings_the_first_task_which_is_in_no_queue) {
  eager.set_identity("starter");
  eager.set_request_id("r");
  const auto started = start_eagerly();
  BOOST_TEST(event_types() == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted");
  const auto& task = started.eager_workflow_task();
  BOOST_TEST(task.workflow_execution().run_id() == started.run_id());
  BOOST_TEST(task.workflow_type().name() == "W");
  BOOST_TEST(task.started_event_id() == 3);
  BOOST_TEST(task.attempt() == 1);
  BOOST_TEST(task.history().events_size() == 3);
  BOOST_TEST(is_accepted());
  const auto& by = task.history().events(2).workflow_task_started_event_attributes();
  BOOST_TEST(by.identity() == "starter");
  BOOST_TEST(by.request_id() == "r");
  BOOST_TEST(by.history_size_bytes() == 0);
  BOOST_CHECK_THROW(poll(), std::exception);
  BOOST_TEST(respond_to(started).answer.status.message == "");
}

BOOST_AUTO_TEST_CASE(the_same_request_gets_the_same_task_while_nobody_has_answered_it) {
  eager.set_request_id("r");
  const auto first = start_eagerly();
  const auto again = start_eagerly();
  BOOST_TEST(again.run_id() == first.run_id());
  BOOST_TEST(again.eager_workflow_task().started_event_id() == 3);
  BOOST_TEST(event_types() == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted");
  // Whoever answers first has answered: the task has one outcome.
  BOOST_TEST(respond_to(again).answer.status.message == "");
  BOOST_TEST(!respond_to(first).answer.status.ok());
  BOOST_TEST(!start_eagerly().has_eager_workflow_task());
  // Nor has one who does not ask for it any right to it.
  eager.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
  eager.set_request_id("s");
  BOOST_TEST(start_eagerly().has_eager_workflow_task());
  eager.clear_request_eager_execution();
  BOOST_TEST(!start_eagerly().has_eager_workflow_task());
}

BOOST_AUTO_TEST_CASE(a_task_that_nobody_answers_comes_to_the_queue_when_its_time_is_over) {
  const auto started = start_eagerly();
  advance(11s);
  BOOST_TEST(!respond_to(started).answer.status.ok());
  BOOST_TEST(!start_eagerly().has_eager_workflow_task());
  BOOST_TEST(poll().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(a_first_task_that_has_to_wait_is_not_given_out) {
  for (const bool cron : {false, true}) {
    service_fixture service;
    auto request = service.start_request();
    request.set_request_eager_execution(true);
    if (cron)
      request.set_cron_schedule("0 0 * * *");
    else
      request.mutable_workflow_start_delay()->set_seconds(5);
    const auto started =
        service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
    BOOST_TEST(!started.has_eager_workflow_task());
    BOOST_TEST(!service.current().started().eager_execution_accepted());
    BOOST_TEST(service.event_types() == "WorkflowExecutionStarted");
  }
}

BOOST_AUTO_TEST_CASE(who_attaches_to_a_running_workflow_gets_no_task) {
  start_eagerly();
  eager.set_request_id("another");
  eager.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  const auto attached = start_eagerly();
  BOOST_TEST(!attached.started());
  BOOST_TEST(!attached.has_eager_workflow_task());
}

BOOST_AUTO_TEST_CASE(it_can_be_switched_off) {
  settings.eager_starts = false;
  BOOST_TEST(!start_eagerly().has_eager_workflow_task());
  BOOST_TEST(!is_accepted());
  BOOST_TEST(poll().started_event_id() == 3);
}

BOOST_AUTO_TEST_CASE(a_decision_that_fails_leaves_no_trace) {
  plants_faults = true;
  const auto started = start_eagerly();
  BOOST_TEST(started.has_eager_workflow_task());
  BOOST_TEST(respond_to(started).answer.status.message == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
