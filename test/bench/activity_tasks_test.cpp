// SPDX-License-Identifier: Apache-2.0
#include "bench/support/bare_messages.hpp"
#include "bench/support/task_bytes.hpp"
#include "runtime/activity/task.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>

using namespace troupe::bench;
using namespace std::chrono_literals;
namespace wf = temporal::api::workflowservice::v1;

BOOST_AUTO_TEST_SUITE(activity_tasks)

BOOST_AUTO_TEST_CASE(a_worker_reads_an_activity_task_with_its_token_and_its_payload) {
  const auto bytes = activity_task(100, 0).with({5, 6, 7, 8});
  auto answer = troupe::activity::read_poll_answer(troupe::rpc::bytes{bytes}, "queue");
  BOOST_REQUIRE(answer.has_value());
  BOOST_REQUIRE(answer->task.has_value());
  const auto& task = *answer->task;
  BOOST_TEST(task_token::read(task.info.task_token).number == 5U);
  BOOST_TEST(task.info.activity_type == "say-hello");
  BOOST_REQUIRE(task.input.size() == 1U);
  BOOST_TEST(task.input[0].data.size() == 100U);
  BOOST_TEST(!task.info.heartbeat_timeout.has_value());
}

BOOST_AUTO_TEST_CASE(a_heartbeat_timeout_may_have_a_fraction_of_a_second) {
  const auto bytes = activity_task(2, 1.25).with({1, 0, 0, 0});
  auto answer = troupe::activity::read_poll_answer(troupe::rpc::bytes{bytes}, "queue");
  BOOST_REQUIRE(answer.has_value());
  BOOST_REQUIRE(answer->task.has_value());
  BOOST_TEST((answer->task->info.heartbeat_timeout == 1250ms));
}

BOOST_AUTO_TEST_CASE(a_raw_answer_to_an_activity_task_says_the_same_as_a_typed_one) {
  const bare_messages messages{"default", "queue"};
  const auto bytes = activity_task(100, 0).with({5, 6, 7, 8});
  wf::PollActivityTaskQueueResponse task;
  BOOST_REQUIRE(task.ParseFromString(bytes));
  BOOST_TEST(
      messages.raw_activity_answer(bytes) == messages.activity_answer(task).SerializeAsString());
}

BOOST_AUTO_TEST_SUITE_END()
