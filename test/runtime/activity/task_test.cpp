// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/task.hpp"

#include <troupe/payload/convert.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

BOOST_AUTO_TEST_SUITE(task)

BOOST_AUTO_TEST_CASE(what_the_service_says_of_an_attempt_is_in_its_info) {
  wire::PollActivityTaskQueueResponse polled;
  polled.set_task_token("token");
  polled.set_activity_id("7");
  polled.mutable_activity_type()->set_name("greet");
  polled.mutable_workflow_execution()->set_workflow_id("w");
  polled.mutable_workflow_execution()->set_run_id("r");
  polled.mutable_workflow_type()->set_name("Greeter");
  polled.set_workflow_namespace("default");
  polled.set_attempt(3);
  polled.mutable_scheduled_time()->set_seconds(10);
  polled.mutable_current_attempt_scheduled_time()->set_seconds(20);
  polled.mutable_started_time()->set_seconds(30);
  polled.mutable_start_to_close_timeout()->set_seconds(5);
  polled.mutable_schedule_to_close_timeout()->set_seconds(0);
  polled.mutable_heartbeat_timeout()->set_nanos(500'000'000);
  polled.mutable_retry_policy()->set_maximum_attempts(4);
  polled.mutable_priority()->set_priority_key(2);
  polled.mutable_priority()->set_fairness_key("tenant");
  polled.mutable_input()->add_payloads()->set_data("in");
  polled.mutable_heartbeat_details()->add_payloads()->set_data("half");
  polled.mutable_poller_scaling_decision()->set_poll_request_delta_suggestion(-1);

  auto answer = activity::read_poll_answer(polled.SerializeAsString(), "queue");
  BOOST_REQUIRE(answer);
  BOOST_CHECK_EQUAL(answer->poller_delta.value(), -1);
  const auto& [info, input, details] = answer->task.value();
  BOOST_CHECK_EQUAL(info.task_token, "token");
  BOOST_CHECK_EQUAL(info.activity_id, "7");
  BOOST_CHECK_EQUAL(info.activity_type, "greet");
  BOOST_CHECK_EQUAL(info.workflow_id + info.run_id + info.workflow_type, "wrGreeter");
  BOOST_CHECK_EQUAL(info.task_queue, "queue");
  BOOST_CHECK_EQUAL(info.attempt, 3);
  BOOST_CHECK(info.scheduled_time.time_since_epoch() == 10s);
  BOOST_CHECK(info.current_attempt_scheduled_time.time_since_epoch() == 20s);
  BOOST_CHECK(info.started_time.time_since_epoch() == 30s);
  BOOST_CHECK(info.start_to_close_timeout == 5s);
  BOOST_CHECK(!info.schedule_to_close_timeout);
  BOOST_CHECK(info.heartbeat_timeout == 500ms);
  BOOST_CHECK_EQUAL(info.retry_policy.value().maximum_attempts, 4);
  BOOST_CHECK((info.priority == priority{2, "tenant", 0}));
  BOOST_CHECK_EQUAL(input.at(0).data, "in");
  BOOST_CHECK_EQUAL(details.at(0).data, "half");
}

BOOST_AUTO_TEST_CASE(a_poll_that_brought_nothing_is_no_error_and_nonsense_is_one) {
  const auto empty = activity::read_poll_answer(rpc::bytes{}, "queue");
  BOOST_REQUIRE(empty);
  BOOST_CHECK(!empty->task);
  BOOST_CHECK(!activity::read_poll_answer(rpc::bytes{std::string{"\xff\xff"}}, "queue"));
  wire::PollActivityTaskQueueResponse no_type;
  no_type.set_task_token("token");
  BOOST_CHECK_EQUAL(
      activity::read_poll_answer(no_type.SerializeAsString(), "queue").error(),
      "an activity task without a type");
}

BOOST_AUTO_TEST_CASE(of_several_reasons_to_stop_the_gravest_counts) {
  wire::RecordActivityTaskHeartbeatResponse answer;
  const auto reason = [&] { return activity::read_heartbeat_answer(answer.SerializeAsString()); };
  BOOST_CHECK(reason() == cancel_reason::none);
  answer.set_activity_paused(true);
  BOOST_CHECK(reason() == cancel_reason::paused);
  answer.set_activity_reset(true);
  BOOST_CHECK(reason() == cancel_reason::reset);
  answer.set_cancel_requested(true);
  BOOST_CHECK(reason() == cancel_reason::requested);
}

BOOST_AUTO_TEST_CASE(a_poll_tells_the_queues_rate_only_if_there_is_one) {
  const auto polled = [](std::optional<double> rate) {
    wire::PollActivityTaskQueueRequest request;
    BOOST_REQUIRE(request.ParseFromString(
        activity::make_poll_request({"ns", "queue", "me", "key", rate}).str()));
    return request;
  };
  const auto plain = polled(std::nullopt);
  BOOST_CHECK_EQUAL(plain.task_queue().name(), "queue");
  BOOST_CHECK_EQUAL(plain.identity(), "me");
  BOOST_CHECK(!plain.has_task_queue_metadata());
  BOOST_CHECK_EQUAL(polled(2.5).task_queue_metadata().max_tasks_per_second().value(), 2.5);
}

BOOST_AUTO_TEST_SUITE_END()
