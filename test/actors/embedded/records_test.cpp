// SPDX-License-Identifier: Apache-2.0
// Records come into memory and leave it, actors end, functions throw: nobody who calls notices more
// than an error.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::rpc_status;
using troupe::status_code;
using troupe::time_point;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

/// Ids that run out at a chosen moment, once: an exception anywhere in a decision.
class failing_ids final : public id_source {
public:
  explicit failing_ids(std::shared_ptr<int> left) : left_(std::move(left)) {}

  std::string uuid() override {
    count();
    return ids_.uuid();
  }
  std::string time_ordered_uuid(time_point now) override {
    count();
    return ids_.time_ordered_uuid(now);
  }
  double uniform() override {
    count();
    return ids_.uniform();
  }

private:
  void count() {
    if (*left_ > 0 && --*left_ == 0)
      throw std::runtime_error{"no more ids"};
  }

  std::shared_ptr<int> left_;
  random_ids ids_{7};
};

service_settings idle_after(troupe::duration time, std::size_t most = 1000) {
  service_settings made;
  made.record_idle_time = time;
  made.most_loaded_records = most;
  return made;
}

struct fixture : service_fixture {
  explicit fixture(
      service_settings settings = idle_after(10s),
      std::unique_ptr<id_source> ids = std::make_unique<random_ids>(7))
      : service_fixture(std::move(settings), std::move(ids)) {}

  std::vector<std::string> history(const std::string& id) {
    const auto read =
        call("GetWorkflowExecutionHistory", about<wire::GetWorkflowExecutionHistoryRequest>(id));
    std::vector<std::string> types;
    if (!read->status.ok())
      return types;
    const auto page = read->as<wire::GetWorkflowExecutionHistoryResponse>();
    for (const auto& event : page.history().events())
      types.push_back(enums::EventType_Name(event.event_type()).substr(11));
    return types;
  }

  sent poll(troupe::duration timeout = 30s) {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("q");
    return send("PollWorkflowTaskQueue", request, timeout);
  }

  void kill(const auto& handle) {
    caf::anon_send_exit(handle, caf::exit_reason::kill);
    shard.run_until_idle();
  }

  std::string namespace_id() { return host->here().namespaces.find("default")->id; }
};

using events = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(records, fixture)

BOOST_AUTO_TEST_CASE(an_idle_record_gives_up_its_actor_and_comes_back_by_a_call) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.ok());
  BOOST_TEST(host->here().loaded_executions() == 1);
  shard.advance(21s);
  BOOST_TEST(host->here().loaded_executions() == 0);
  const events before{"WORKFLOW_EXECUTION_STARTED", "WORKFLOW_TASK_SCHEDULED"};
  BOOST_TEST(history("w") == before, boost::test_tools::per_element());
  BOOST_TEST(host->here().loaded_executions() == 1);
  BOOST_TEST(call("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>("w"))
                 ->status.ok());
  shard.advance(21s);
  BOOST_TEST(host->here().loaded_executions() == 0);
  BOOST_TEST(history("w").size() == 3);
}

BOOST_AUTO_TEST_CASE(a_record_in_use_keeps_its_actor) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.ok());
  for (int second = 0; second < 60; ++second) {
    shard.advance(1s);
    BOOST_TEST(!history("w").empty());
    BOOST_TEST(host->here().loaded_executions() == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_waits_keeps_the_record_in_memory) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.ok());
  auto request = about<wire::GetWorkflowExecutionHistoryRequest>("w");
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  auto waits = send("GetWorkflowExecutionHistory", request, 10min);
  for (int n = 0; n < 10; ++n) {
    shard.advance(1900ms);
    BOOST_TEST(host->here().loaded_executions() == 1);
  }
  BOOST_TEST(call("TerminateWorkflowExecution", about<wire::TerminateWorkflowExecutionRequest>("w"))
                 ->status.ok());
  BOOST_TEST(waits->is_answered);
}

BOOST_AUTO_TEST_CASE(a_timer_of_a_record_without_an_actor_fires_in_its_time) {
  for (int n = 0; n < 300; ++n) {
    auto request = start_request("w" + std::to_string(n));
    request.mutable_workflow_run_timeout()->set_seconds(60 + n % 3);
    BOOST_TEST(call("StartWorkflowExecution", request)->status.ok());
  }
  shard.advance(59s);
  BOOST_TEST(host->here().loaded_executions() == 0);
  BOOST_TEST(host->here().deadlines.size() == 300);
  shard.advance(4s);
  BOOST_TEST(host->here().deadlines.size() == 0);
  wire::CountWorkflowExecutionsRequest count;
  count.set_namespace_("default");
  count.set_query("ExecutionStatus = 'TimedOut'");
  BOOST_TEST(
      call("CountWorkflowExecutions", count)->as<wire::CountWorkflowExecutionsResponse>().count()
      == 300);
}

BOOST_AUTO_TEST_CASE(a_task_of_a_record_without_an_actor_finds_it_again) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.ok());
  shard.advance(30s);
  BOOST_TEST(host->here().loaded_executions() == 0);
  auto taken = poll();
  shard.run_until_idle();
  BOOST_REQUIRE(taken->is_answered);
  const auto task = taken->as<wire::PollWorkflowTaskQueueResponse>();
  BOOST_TEST(task.workflow_execution().workflow_id() == "w");
  shard.advance(9s); // its start-to-close timeout comes a second later
  wire::RespondWorkflowTaskCompletedRequest done;
  done.set_namespace_("default");
  done.set_task_token(task.task_token());
  BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.ok());
}

BOOST_AUTO_TEST_CASE(no_more_records_stay_in_memory_than_were_set) {
  fixture few{idle_after(1h, 10)};
  for (int n = 0; n < 100; ++n)
    BOOST_TEST(
        few.call("StartWorkflowExecution", start_request("w" + std::to_string(n)))->status.ok());
  few.shard.run_until_idle();
  BOOST_TEST(few.host->here().loaded_executions() <= 12);
  for (int n = 0; n < 100; ++n)
    BOOST_TEST(few.history("w" + std::to_string(n)).size() == 2);
}

// They would be asked again and again, and the shard would do nothing else.
BOOST_AUTO_TEST_CASE(records_that_cannot_leave_are_left_alone_for_a_while) {
  fixture few{idle_after(1h, 1)};
  for (const std::string id : {"a", "b", "c"}) {
    BOOST_TEST(few.call("StartWorkflowExecution", start_request(id))->status.ok());
    auto request = about<wire::GetWorkflowExecutionHistoryRequest>(id);
    request.set_wait_new_event(true);
    request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
    (void)few.send("GetWorkflowExecutionHistory", request, 10min);
  }
  few.shard.run_until_idle();
  const auto before = few.shard.counters().resumed.load();
  few.shard.advance(10s);
  BOOST_TEST(few.shard.counters().resumed.load() - before < 100u);
  few.shard.advance(60s); // the readers have gone
  BOOST_TEST(few.host->here().loaded_executions() <= 1);
}

BOOST_AUTO_TEST_CASE(a_reader_is_answered_in_time_however_often_something_happens) {
  fixture here{idle_after(1h)};
  BOOST_TEST(here.call("StartWorkflowExecution", start_request("w"))->status.ok());
  auto request = about<wire::GetWorkflowExecutionHistoryRequest>("w");
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  const auto waits = here.send("GetWorkflowExecutionHistory", request, 10min);
  for (int second = 0; second < 20; second += 4) {
    here.shard.run_until_idle();
    BOOST_TEST(!waits->is_answered);
    here.shard.advance(4s);
    auto signal = about<wire::SignalWorkflowExecutionRequest>("w");
    signal.set_signal_name("s");
    BOOST_TEST(here.call("SignalWorkflowExecution", signal)->status.ok());
  }
  BOOST_TEST(waits->is_answered);
}

BOOST_AUTO_TEST_CASE(calls_about_what_is_not_there_leave_nothing_in_memory) {
  for (int n = 0; n < 100; ++n)
    call(
        "SignalWorkflowExecution",
        about<wire::SignalWorkflowExecutionRequest>("no" + std::to_string(n)));
  BOOST_TEST(host->here().loaded_executions() == 0);
  BOOST_TEST(host->here().store.kept() == 0);
}

BOOST_AUTO_TEST_CASE(an_actor_that_ended_is_replaced_by_the_next_message) {
  auto request = start_request("w");
  request.mutable_workflow_run_timeout()->set_seconds(60);
  BOOST_TEST(call("StartWorkflowExecution", request)->status.ok());
  auto& here = host->here();
  const auto id = namespace_id();
  kill(here.execution(id, "w"));
  BOOST_TEST(here.loaded_executions() == 0);
  BOOST_TEST(history("w").size() == 2);
  kill(here.execution(id, "w"));

  wire::ListWorkflowExecutionsRequest list;
  list.set_namespace_("default");
  kill(here.visibility(id));
  BOOST_TEST(
      call("ListWorkflowExecutions", list)
          ->as<wire::ListWorkflowExecutionsResponse>()
          .executions_size()
      == 1);
  kill(here.registry());
  wire::ListNamespacesRequest namespaces;
  BOOST_TEST(call("ListNamespaces", namespaces)->status.ok());
  kill(here.queue(id, "other", queue_kind::workflow));
  BOOST_TEST(!here.find_queue(id, "other", queue_kind::workflow));
  auto first = here.dispatcher(id, "endpoint");
  kill(first);
  BOOST_TEST((here.dispatcher(id, "endpoint") != first));
  auto deliverer = here.deliverer("temporal://system");
  kill(deliverer);
  BOOST_TEST((here.deliverer("temporal://system") != deliverer));
  shard.advance(1min); // its deadline was not forgotten
  BOOST_TEST(history("w").back() == "WORKFLOW_EXECUTION_TIMED_OUT");
}

BOOST_AUTO_TEST_CASE(an_exception_is_answered_internal_and_leaves_the_record_as_it_was) {
  // Wherever an id is needed, the exception comes there once.
  bool did_throw = true;
  for (int at = 1; did_throw; ++at) {
    auto left = std::make_shared<int>(0);
    fixture world{idle_after(10s), std::make_unique<failing_ids>(left)};
    BOOST_TEST(world.call("StartWorkflowExecution", start_request("w"))->status.ok());
    const auto before = world.history("w");
    *left = at;
    auto again = start_request("w");
    again.set_request_id("another");
    again.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
    const auto failed = world.call("StartWorkflowExecution", again);
    did_throw = *left == 0;
    *left = 0;
    if (did_throw) {
      BOOST_TEST((failed->status.code == status_code::internal));
      BOOST_TEST(world.history("w") == before, boost::test_tools::per_element());
    }
    // Nobody is hurt: it can be used as before.
    BOOST_TEST(world.call("StartWorkflowExecution", again)->status.ok());
    auto taken = world.poll();
    world.shard.run_until_idle();
    BOOST_TEST(taken->is_answered);
    BOOST_TEST(taken->status.ok());
  }
}

BOOST_AUTO_TEST_CASE(a_task_whose_start_ran_into_an_exception_is_given_out_again) {
  auto left = std::make_shared<int>(0);
  fixture world{idle_after(10s), std::make_unique<failing_ids>(left)};
  BOOST_TEST(world.call("StartWorkflowExecution", start_request("w"))->status.ok());
  *left = 1;
  auto first = world.poll();
  world.shard.run_until_idle();
  BOOST_REQUIRE(first->is_answered);
  BOOST_TEST((first->status.code == status_code::internal));
  auto second = world.poll();
  world.shard.run_until_idle();
  BOOST_REQUIRE(second->is_answered);
  BOOST_TEST(
      second->as<wire::PollWorkflowTaskQueueResponse>().workflow_execution().workflow_id() == "w");
}

BOOST_AUTO_TEST_CASE(a_query_that_waits_ends_with_its_client_and_with_the_service) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.ok());
  auto taken = poll();
  shard.run_until_idle();
  wire::RespondWorkflowTaskCompletedRequest done;
  done.set_namespace_("default");
  done.set_task_token(taken->as<wire::PollWorkflowTaskQueueResponse>().task_token());
  BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.ok());

  const auto query = about<wire::QueryWorkflowRequest>("w");
  auto left = send("QueryWorkflow", query, 10min);
  shard.run_until_idle();
  BOOST_TEST(!left->is_answered);
  left->cancel();
  shard.run_until_idle();
  BOOST_REQUIRE(left->is_answered);
  BOOST_TEST((left->status.code == status_code::cancelled));

  auto waits = send("QueryWorkflow", query, 10min);
  auto other = poll(); // is not given what was withdrawn
  shard.run_until_idle();
  BOOST_REQUIRE(other->is_answered);
  BOOST_TEST(!waits->is_answered);
  auto unserved = send("QueryWorkflow", query, 10min);
  shard.run_until_idle();
  host->release_long_polls();
  shard.run_until_idle();
  for (const auto& each : {waits, unserved}) {
    BOOST_REQUIRE(each->is_answered);
    BOOST_TEST((each->status.code == status_code::unavailable));
  }
  BOOST_TEST((call("QueryWorkflow", query)->status.code == status_code::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
