// SPDX-License-Identifier: Apache-2.0
#include "bench/support/bare_messages.hpp"
#include "bench/support/workflow_tasks.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/workflow/definition.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe::bench;
namespace workflow = troupe::workflow;
namespace wf = temporal::api::workflowservice::v1;

namespace {

int received = 0;

struct signalled {
  static constexpr std::string_view name = "signalled";
  troupe::async<> run(workflow::context ctx) {
    auto pokes = ctx.signal_channel<int>("poke");
    for (;;)
      received += co_await pokes.receive();
  }
};

wf::PollWorkflowTaskQueueResponse parsed(const std::string& bytes) {
  wf::PollWorkflowTaskQueueResponse task;
  BOOST_REQUIRE(task.ParseFromString(bytes));
  return task;
}

} // namespace

BOOST_AUTO_TEST_SUITE(workflow_tasks)

BOOST_AUTO_TEST_CASE(a_strict_worker_accepts_a_run_that_goes_on_and_on) {
  troupe::bench::workflow_tasks tasks{"signalled", "queue"};
  workflow::instance run{
      workflow::define<signalled>(), std::make_shared<const workflow::environment>()};
  const auto completed = workflow::activation_result::verdict::completed;
  received = 0;
  const auto answered = [&](wf::PollWorkflowTaskQueueResponse task) {
    BOOST_REQUIRE(run.begin(task).kind == workflow::activation_need::what::nothing);
    const auto result = run.complete();
    BOOST_REQUIRE_MESSAGE(result.kind == completed, result.reason);
  };
  answered(parsed(tasks.first({1, 0, 0, 7})));
  auto last = troupe::bench::workflow_tasks::first_events;
  // Far enough for event ids of three bytes.
  for (int i = 0; i < 5'000; ++i) {
    answered(parsed(tasks.sticky({2, 0, 0, 7}, last)));
    last += troupe::bench::workflow_tasks::sticky_events;
    BOOST_REQUIRE(run.history_length() == last);
  }
  BOOST_TEST(received == 5'000);
}

BOOST_AUTO_TEST_CASE(tasks_carry_their_token_and_their_run) {
  troupe::bench::workflow_tasks tasks{"signalled", "queue"};
  const auto first = parsed(tasks.first({5, 6, 7, 0xABC}));
  const auto sticky = parsed(tasks.sticky({8, 6, 7, 0xABC}, 3));
  BOOST_TEST(task_token::read(first.task_token()).number == 5U);
  BOOST_TEST(task_token::read(sticky.task_token()).number == 8U);
  BOOST_TEST(first.workflow_execution().run_id() == "00000000-0000-4000-8000-000000000abc");
  BOOST_TEST(sticky.workflow_execution().run_id() == first.workflow_execution().run_id());
}

BOOST_AUTO_TEST_CASE(raw_answers_say_the_same_as_typed_ones) {
  const bare_messages messages{"default", "queue"};
  troupe::bench::workflow_tasks tasks{"signalled", "queue"};
  const auto bytes = tasks.first({5, 6, 7, 8});
  for (const bool completes : {false, true})
    BOOST_TEST(
        messages.raw_workflow_answer(bytes, completes, true)
        == messages.workflow_answer(parsed(bytes).task_token(), completes, true)
               .SerializeAsString());
  const task_token token{5, 6, 7, 8};
  const auto nexus = nexus_task(100, false).with(token);
  wf::PollNexusTaskQueueResponse task;
  BOOST_REQUIRE(task.ParseFromString(nexus));
  BOOST_TEST(messages.raw_nexus_answer(nexus) == messages.nexus_answer(task).SerializeAsString());
}

BOOST_AUTO_TEST_SUITE_END()
