// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/task_message.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace troupe::test;

namespace wire = temporal::api::workflowservice::v1;

namespace {

struct echo {
  async<std::string> run(workflow::context, std::string text) { co_return text; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(task_message)

BOOST_AUTO_TEST_CASE(the_next_task_uses_the_memory_again_and_finds_it_empty) {
  const wire::PollWorkflowTaskQueueResponse* before = nullptr;
  {
    workflow::task_message first;
    first->set_task_token(std::string(100, 't'));
    first->mutable_history()->add_events()->set_event_id(7);
    before = &*first;
  }
  const workflow::task_message second;
  BOOST_CHECK_EQUAL(&*second, before);
  BOOST_CHECK(second->task_token().empty());
  BOOST_CHECK(!second->has_history());
}

BOOST_AUTO_TEST_CASE(a_task_keeps_its_memory_when_it_moves) {
  workflow::task_message first;
  first->set_task_token("first");
  workflow::task_message second;
  second->set_task_token("second");
  first = std::move(second);
  workflow::task_message other; // takes what the first one had
  other->set_task_token("other");
  BOOST_CHECK_EQUAL(first->task_token(), "second");
}

BOOST_AUTO_TEST_CASE(a_task_may_be_part_of_a_reply) {
  workflow::task_message task;
  auto& reply = task.make<wire::RespondWorkflowTaskCompletedResponse>();
  reply.mutable_workflow_task()->set_task_token("inline");
  task.lies_in(*reply.mutable_workflow_task());
  const auto moved = std::move(task);
  BOOST_CHECK_EQUAL(moved->task_token(), "inline");
}

BOOST_AUTO_TEST_CASE(the_answer_lies_in_the_memory_of_its_task) {
  auto instance = make_instance<echo>();
  workflow::task_message task;
  BOOST_REQUIRE(task->ParseFromString(
      history().started("W", std::string(1000, 'x')).task_started().to_task().SerializeAsString()));
  const auto result = apply(instance, std::move(*task));
  BOOST_CHECK_EQUAL(text_of(result), "CompleteWorkflowExecution \"" + std::string(1000, 'x') + '"');
  BOOST_CHECK_EQUAL(result.answer->GetArena(), task->GetArena());
}

BOOST_AUTO_TEST_SUITE_END()
