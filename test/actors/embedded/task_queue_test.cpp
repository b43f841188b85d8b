// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/matching.hpp"
#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <map>
#include <set>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

struct fixture : service_fixture {
  std::string start(const std::string& id) {
    auto started = call("StartWorkflowExecution", start_request(id));
    BOOST_TEST(started->status.message == "");
    return started->as<wire::StartWorkflowExecutionResponse>().run_id();
  }

  sent
  poll(troupe::duration timeout = 70s, const std::string& queue = "q", bool is_sticky = false) {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.set_identity("worker");
    request.mutable_task_queue()->set_name(queue);
    if (is_sticky) {
      request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_STICKY);
      request.mutable_task_queue()->set_normal_name("q");
    }
    auto made = send("PollWorkflowTaskQueue", request, timeout);
    shard.run_until_idle();
    return made;
  }

  static std::string workflow_of(const sent& answer) {
    return answer->as<wire::PollWorkflowTaskQueueResponse>().workflow_execution().workflow_id();
  }

  sent complete(const std::string& token, bool sets_sticky = false) {
    wire::RespondWorkflowTaskCompletedRequest request;
    request.set_task_token(token);
    request.set_namespace_("default");
    if (sets_sticky) {
      request.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
      request.mutable_sticky_attributes()->mutable_schedule_to_start_timeout()->set_seconds(10);
    }
    return call("RespondWorkflowTaskCompleted", request);
  }

  void signal(const std::string& id) {
    wire::SignalWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_workflow_execution()->set_workflow_id(id);
    request.set_signal_name("s");
    BOOST_TEST(call("SignalWorkflowExecution", request)->status.message == "");
  }
};

BOOST_FIXTURE_TEST_SUITE(task_queue, fixture)

BOOST_AUTO_TEST_CASE(gives_a_waiting_poll_the_task_at_once) {
  auto waiting = poll();
  BOOST_TEST(!waiting->is_answered);
  start("w");
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(workflow_of(waiting) == "w");
}

BOOST_AUTO_TEST_CASE(keeps_tasks_in_order_until_somebody_polls) {
  start("one");
  start("two");
  BOOST_TEST(workflow_of(poll()) == "one");
  BOOST_TEST(workflow_of(poll()) == "two");
}

BOOST_AUTO_TEST_CASE(answers_an_empty_poll_a_second_before_its_deadline) {
  auto waiting = poll(10s);
  shard.advance(8999ms);
  BOOST_TEST(!waiting->is_answered);
  shard.advance(1ms);
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(waiting->status.ok());
  BOOST_TEST(waiting->body.empty());
}

BOOST_AUTO_TEST_CASE(waits_a_minute_at_most) {
  auto waiting = poll(10min);
  shard.advance(60s);
  BOOST_TEST(waiting->is_answered);
}

BOOST_AUTO_TEST_CASE(a_vanished_client_gets_no_task_and_loses_none) {
  auto vanished = poll();
  auto other = poll();
  vanished->cancel();
  shard.run_until_idle();
  BOOST_TEST(vanished->is_answered);
  BOOST_TEST((vanished->status.code == status_code::cancelled));
  start("w");
  BOOST_REQUIRE(other->is_answered);
  BOOST_TEST(workflow_of(other) == "w");
}

BOOST_AUTO_TEST_CASE(a_client_that_vanishes_while_its_task_is_on_the_way_does_not_lose_it) {
  auto vanished = poll();
  wire::StartWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.set_workflow_id("w");
  request.mutable_workflow_type()->set_name("Type");
  request.mutable_task_queue()->set_name("q");
  send("StartWorkflowExecution", request);
  vanished->cancel(); // both lie in the shard's queue now
  shard.run_until_idle();
  auto next = poll();
  // Either the first poll was answered before it was cancelled, or the second one has the task.
  BOOST_TEST((vanished->status.ok() ? workflow_of(vanished) == "w" : workflow_of(next) == "w"));
}

BOOST_AUTO_TEST_CASE(as_many_polls_as_may_wait_can_vanish_at_once) {
  std::vector<sent> vanishing;
  for (std::size_t i = 0; i < most_waiting_polls; ++i)
    vanishing.push_back(poll());
  BOOST_TEST((poll()->status.code == status_code::resource_exhausted));
  wire::StartWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.set_workflow_id("w");
  request.mutable_workflow_type()->set_name("Type");
  request.mutable_task_queue()->set_name("q");
  send("StartWorkflowExecution", request);
  // The task finds all of them cancelled and still in the queue.
  for (auto& each : vanishing)
    each->cancel();
  shard.run_until_idle();
  for (const auto& each : vanishing)
    BOOST_REQUIRE((each->status.code == status_code::cancelled));
  BOOST_TEST(workflow_of(poll()) == "w");
}

BOOST_AUTO_TEST_CASE(a_query_that_expired_takes_no_poll_along) {
  start("w");
  complete(poll()->as<wire::PollWorkflowTaskQueueResponse>().task_token());
  auto vanished = poll();
  const auto query = about<wire::QueryWorkflowRequest>("w");
  auto asked = send("QueryWorkflow", query, 10s);
  vanished->cancel(); // the query is offered to it and comes back to the queue
  shard.advance(11s);
  BOOST_TEST(asked->is_answered);
  BOOST_TEST((asked->status.code == status_code::deadline_exceeded));
  auto waiting = poll();
  BOOST_TEST(!waiting->is_answered);
  signal("w");
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(workflow_of(waiting) == "w");
}

BOOST_AUTO_TEST_CASE(a_query_waits_half_a_minute_for_a_worker_and_no_longer) {
  start("w");
  complete(poll()->as<wire::PollWorkflowTaskQueueResponse>().task_token());
  const auto query = about<wire::QueryWorkflowRequest>("w");
  for (const auto patience : {troupe::duration::max(), troupe::duration{40s}}) {
    auto asked = send("QueryWorkflow", query, patience);
    shard.advance(29s);
    BOOST_TEST(!asked->is_answered);
    shard.advance(2s);
    BOOST_REQUIRE(asked->is_answered);
    BOOST_TEST((asked->status.code == status_code::deadline_exceeded));
    BOOST_TEST(asked->status.message == "query timed out before a worker could process it");
  }
  // One that a worker took and never answers ends as well.
  auto taken = send("QueryWorkflow", query, troupe::duration::max());
  BOOST_TEST(poll()->is_answered);
  shard.advance(31s);
  BOOST_TEST(taken->is_answered);
}

BOOST_AUTO_TEST_CASE(a_query_whose_client_vanished_takes_no_poll) {
  start("w");
  complete(poll()->as<wire::PollWorkflowTaskQueueResponse>().task_token());
  const auto query = about<wire::QueryWorkflowRequest>("w");
  auto asked = send("QueryWorkflow", query, 10s);
  shard.run_until_idle();
  asked->cancel();
  auto waiting = poll();
  BOOST_TEST((asked->status.code == status_code::cancelled));
  BOOST_TEST(!waiting->is_answered);
}

BOOST_AUTO_TEST_CASE(skips_tasks_that_are_stale) {
  start("terminated");
  wire::TerminateWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_workflow_execution()->set_workflow_id("terminated");
  BOOST_TEST(call("TerminateWorkflowExecution", request)->status.ok());
  auto waiting = poll();
  BOOST_TEST(!waiting->is_answered);
  start("w");
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(workflow_of(waiting) == "w");
}

BOOST_AUTO_TEST_CASE(a_poll_that_saw_a_stale_task_still_ends_in_time) {
  start("terminated");
  wire::TerminateWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_workflow_execution()->set_workflow_id("terminated");
  call("TerminateWorkflowExecution", request);
  auto waiting = poll(10s);
  shard.advance(9s);
  BOOST_TEST(waiting->is_answered);
}

BOOST_AUTO_TEST_CASE(sticky_tasks_go_to_the_sticky_queue_while_it_is_polled) {
  auto sticky = poll(70s, "sticky", true);
  start("w");
  auto first = poll();
  BOOST_TEST(
      complete(first->as<wire::PollWorkflowTaskQueueResponse>().task_token(), true)->status.message
      == "");
  auto normal = poll();
  signal("w");
  BOOST_TEST(sticky->is_answered);
  BOOST_TEST(!normal->is_answered);
}

BOOST_AUTO_TEST_CASE(sticky_tasks_go_to_the_normal_queue_when_nobody_polled_the_sticky_one) {
  start("w");
  auto first = poll();
  complete(first->as<wire::PollWorkflowTaskQueueResponse>().task_token(), true);
  auto normal = poll();
  signal("w");
  BOOST_TEST(normal->is_answered);
}

BOOST_AUTO_TEST_CASE(a_worker_that_leaves_gives_its_sticky_tasks_back) {
  start("w");
  auto first = poll();
  complete(first->as<wire::PollWorkflowTaskQueueResponse>().task_token(), true);
  auto sticky = poll(70s, "sticky", true);
  sticky->cancel();
  shard.run_until_idle();
  signal("w"); // waits in the sticky queue: it was polled a moment ago
  auto normal = poll();
  BOOST_TEST(!normal->is_answered);
  wire::ShutdownWorkerRequest leaving;
  leaving.set_namespace_("default");
  leaving.set_sticky_task_queue("sticky");
  BOOST_TEST(call("ShutdownWorker", leaving)->status.ok());
  BOOST_TEST(normal->is_answered);
}

BOOST_AUTO_TEST_CASE(refuses_polls_as_the_real_server_does) {
  wire::PollWorkflowTaskQueueRequest request;
  request.set_namespace_("no-such-ns");
  BOOST_TEST(
      call("PollWorkflowTaskQueue", request)->status.message
      == "Namespace no-such-ns is not found.");
  request.set_namespace_("default");
  BOOST_TEST(call("PollWorkflowTaskQueue", request)->status.message == "taskQueue is not set");
  BOOST_TEST(
      call("PollWorkflowTaskQueue", request, 1s)->status.message
      == "Context timeout is too short.");
  request.mutable_task_queue()->set_name("q");
  BOOST_TEST(
      call("PollWorkflowTaskQueue", request, troupe::duration::max())->status.message
      == "Context timeout is not set.");
  BOOST_TEST(
      call("PollWorkflowTaskQueue", request, 1s)->status.message
      == "Context timeout is too short.");
}

BOOST_AUTO_TEST_CASE(describes_who_polls) {
  poll();
  wire::DescribeTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("q");
  const auto described = call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
  BOOST_REQUIRE(described.pollers_size() == 1);
  BOOST_TEST(described.pollers(0).identity() == "worker");
  BOOST_TEST(!described.has_task_queue_status());
}

BOOST_AUTO_TEST_CASE(shows_the_status_that_older_tools_ask_for) {
  wire::DescribeTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("q");
  request.set_include_task_queue_status(true);
  const auto described = call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
  BOOST_REQUIRE(described.has_task_queue_status());
  BOOST_TEST(described.task_queue_status().backlog_count_hint() == 0);
  BOOST_TEST(described.task_queue_status().rate_per_second() == 4000);
  BOOST_TEST(described.task_queue_status().task_id_block().end_id() == 100'000);
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_not_there_is_described_as_empty_and_not_made) {
  wire::DescribeTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("unknown");
  for (auto mode :
       {enums::DESCRIBE_TASK_QUEUE_MODE_UNSPECIFIED, enums::DESCRIBE_TASK_QUEUE_MODE_ENHANCED}) {
    request.set_api_mode(mode);
    const auto described =
        call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
    BOOST_TEST(described.pollers_size() == 0);
    if (mode == enums::DESCRIBE_TASK_QUEUE_MODE_ENHANCED)
      BOOST_TEST(described.versions_info().at("").types_info().size() == 2U);
    else
      BOOST_TEST(described.effective_rate_limit().requests_per_second() == 4000);
  }
  BOOST_TEST(host->here().queues() == 0U);
}

BOOST_AUTO_TEST_CASE(hands_out_tasks_by_the_priority_of_their_workflows) {
  std::set<int> known;
  for (const int key : {5, 4, 3, 2, 1, 0, 7, 2}) {
    auto request = start_request("w" + std::to_string(key) + (known.insert(key).second ? "" : "b"));
    request.mutable_priority()->set_priority_key(key);
    BOOST_TEST(call("StartWorkflowExecution", request)->status.message == "");
  }
  wire::DescribeTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("q");
  request.set_report_stats(true);
  shard.advance(2s);
  auto described = call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
  BOOST_TEST(described.stats().approximate_backlog_count() == 8);
  BOOST_TEST(described.stats().approximate_backlog_age().seconds() == 2);
  BOOST_TEST(described.stats().tasks_add_rate() == 4);
  const auto& levels = described.stats_by_priority_key();
  BOOST_TEST(levels.size() == 5U);
  for (const auto& [level, count] : std::map<int, int>{{1, 1}, {2, 2}, {3, 2}, {4, 1}, {5, 2}})
    BOOST_TEST(levels.at(level).approximate_backlog_count() == count);
  for (const auto* next : {"w1", "w2", "w2b", "w3", "w0", "w4", "w5", "w7"})
    BOOST_TEST(workflow_of(poll()) == next);
  described = call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
  BOOST_TEST(described.stats().approximate_backlog_count() == 0);
  BOOST_TEST(described.stats().tasks_dispatch_rate() == 8);
}

BOOST_AUTO_TEST_CASE(describes_the_kinds_and_parts_that_are_asked_for) {
  start("w");
  start("v");
  poll();
  wire::DescribeTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("q");
  request.set_api_mode(enums::DESCRIBE_TASK_QUEUE_MODE_ENHANCED);
  const auto ask = [&] {
    const auto answer = call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
    BOOST_TEST(!answer.has_versioning_info());
    BOOST_TEST(!answer.has_effective_rate_limit());
    return answer;
  };
  auto types = ask().versions_info().at("").types_info();
  BOOST_TEST(types.size() == 2U);
  BOOST_TEST(types.at(1).pollers_size() == 0);
  BOOST_TEST(!types.at(1).has_stats());
  BOOST_TEST(!types.at(2).has_stats());
  request.set_report_pollers(true);
  BOOST_TEST(ask().versions_info().at("").types_info().at(1).pollers_size() == 1);
  request.set_report_stats(true);
  types = ask().versions_info().at("").types_info();
  BOOST_TEST(types.at(1).stats().approximate_backlog_count() == 1);
  BOOST_TEST(types.at(2).stats().approximate_backlog_count() == 0);
  // In any order, twice, and ones that there are not.
  for (const auto type : {3, 2, 3, 9, 0})
    request.add_task_queue_types(static_cast<enums::TaskQueueType>(type));
  types = ask().versions_info().at("").types_info();
  BOOST_TEST(types.size() == 4U);
  BOOST_TEST(!types.contains(1));
  request.set_report_task_reachability(true);
  request.mutable_versions()->add_build_ids("x");
  auto versions = ask().versions_info();
  BOOST_TEST(versions.size() == 1U);
  BOOST_TEST(versions.at("x").task_reachability() == enums::BUILD_ID_TASK_REACHABILITY_UNREACHABLE);
  request.mutable_versions()->set_unversioned(true);
  versions = ask().versions_info();
  BOOST_TEST(versions.size() == 2U);
  BOOST_TEST(versions.at("").task_reachability() == enums::BUILD_ID_TASK_REACHABILITY_REACHABLE);
  request.mutable_versions()->Clear();
  request.mutable_versions()->set_all_active(true);
  BOOST_TEST(ask().versions_info().empty());
  for (int i = 0; i < 201; ++i)
    request.mutable_versions()->add_build_ids(std::to_string(i));
  BOOST_TEST(
      call("DescribeTaskQueue", request)->status.message
      == "too many task queue types or build ids are asked for");
}

BOOST_AUTO_TEST_CASE(a_queue_that_nobody_wants_ends_and_comes_back) {
  auto waiting = poll(5s);
  BOOST_TEST(host->here().queues() == 1U);
  shard.advance(4s);
  BOOST_TEST(waiting->is_answered);
  shard.advance(11min);
  BOOST_TEST(host->here().queues() == 0U);
  start("w");
  BOOST_TEST(workflow_of(poll()) == "w");
}

BOOST_AUTO_TEST_CASE(a_queue_with_tasks_or_polls_stays) {
  start("w");
  auto waiting = poll(60min, "other");
  shard.advance(30min);
  BOOST_TEST(workflow_of(poll()) == "w");
  (void)waiting;
}

BOOST_AUTO_TEST_CASE(the_sticky_queue_of_a_worker_that_is_gone_ends_and_gives_its_tasks_back) {
  start("w");
  complete(poll()->as<wire::PollWorkflowTaskQueueResponse>().task_token(), true);
  auto sticky = poll(5s, "sticky", true);
  shard.advance(4s);
  BOOST_TEST(sticky->is_answered);
  signal("w"); // its worker polled a moment ago, so the task goes to the sticky queue
  shard.advance(11min);
  BOOST_TEST(workflow_of(poll()) == "w");
  shard.advance(20min);
  const auto* name_space = host->here().namespaces.find("default");
  BOOST_TEST(!host->here().find_queue(name_space->id, "sticky", queue_kind::sticky));
}

BOOST_AUTO_TEST_CASE(polls_of_activities_wait_and_end_empty) {
  wire::PollActivityTaskQueueRequest request;
  request.set_namespace_("default");
  request.mutable_task_queue()->set_name("q");
  auto waiting = send("PollActivityTaskQueue", request, 5s);
  shard.advance(4s);
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(waiting->status.ok());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
