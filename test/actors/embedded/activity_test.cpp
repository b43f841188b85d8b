// SPDX-License-Identifier: Apache-2.0
#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <optional>
#include <vector>

/// Activities by the calls of workers and clients: their way to queues, polls and executions.
namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

constexpr const char* gone =
    "invalid activityID or activity already timed out or invoking workflow is completed";

struct fixture : service_fixture {
  /// Starts a workflow whose first task schedules these activities in the queue `aq`.
  void begin(const std::string& id, const std::vector<std::string>& activities) {
    BOOST_TEST(call("StartWorkflowExecution", start_request(id))->status.message == "");
    wire::PollWorkflowTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("q");
    workflow_token =
        call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>().task_token();
    wire::RespondWorkflowTaskCompletedRequest request;
    request.set_namespace_("default");
    request.set_task_token(workflow_token);
    for (const auto& each : activities) {
      auto& command = *request.add_commands();
      command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
      auto& to = *command.mutable_schedule_activity_task_command_attributes();
      to.set_activity_id(each);
      to.mutable_activity_type()->set_name("A");
      to.mutable_task_queue()->set_name("aq");
      to.mutable_start_to_close_timeout()->set_seconds(10);
    }
    BOOST_TEST(call("RespondWorkflowTaskCompleted", request)->status.message == "");
  }

  /// A poll of a worker that wants no more than this.
  sent poll_at(double per_second) {
    wire::PollActivityTaskQueueRequest request;
    request.set_namespace_("default");
    request.set_identity("worker");
    request.mutable_task_queue()->set_name("aq");
    request.mutable_task_queue_metadata()->mutable_max_tasks_per_second()->set_value(per_second);
    auto made = send("PollActivityTaskQueue", request, 70s);
    shard.run_until_idle();
    return made;
  }

  sent poll(troupe::duration timeout = 70s, const std::string& queue = "aq") {
    wire::PollActivityTaskQueueRequest request;
    request.set_namespace_("default");
    request.set_identity("worker");
    request.mutable_task_queue()->set_name(queue);
    auto made = send("PollActivityTaskQueue", request, timeout);
    shard.run_until_idle();
    return made;
  }
  static wire::PollActivityTaskQueueResponse task_of(const sent& answer) {
    BOOST_REQUIRE(answer->is_answered);
    BOOST_TEST(answer->status.message == "");
    return answer->as<wire::PollActivityTaskQueueResponse>();
  }

  template <class Request>
  static Request with_token(const std::string& token) {
    Request request;
    request.set_namespace_("default");
    request.set_task_token(token);
    return request;
  }
  template <class Request>
  static Request with_ids(const std::string& id, const std::string& activity) {
    Request request;
    request.set_namespace_("default");
    request.set_workflow_id(id);
    request.set_activity_id(activity);
    return request;
  }
  sent complete(const std::string& token) {
    return call(
        "RespondActivityTaskCompleted",
        with_token<wire::RespondActivityTaskCompletedRequest>(token));
  }

  wire::DescribeTaskQueueResponse describe_queue() {
    wire::DescribeTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("aq");
    request.set_task_queue_type(enums::TASK_QUEUE_TYPE_ACTIVITY);
    request.set_report_stats(true);
    return call("DescribeTaskQueue", request)->as<wire::DescribeTaskQueueResponse>();
  }
  wire::DescribeWorkflowExecutionResponse describe(const std::string& id) {
    return call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>(id))
        ->as<wire::DescribeWorkflowExecutionResponse>();
  }

  std::string workflow_token;
};

BOOST_FIXTURE_TEST_SUITE(activity, fixture)

BOOST_AUTO_TEST_CASE(a_waiting_poll_of_another_queue_than_the_workflows_gets_it) {
  auto waiting = poll();
  begin("w", {"a"});
  const auto task = task_of(waiting);
  BOOST_TEST(task.activity_id() == "a");
  BOOST_TEST(complete(task.task_token())->status.message == "");
  wire::PollWorkflowTaskQueueRequest next;
  next.set_namespace_("default");
  next.mutable_task_queue()->set_name("q");
  const auto told = call("PollWorkflowTaskQueue", next)->as<wire::PollWorkflowTaskQueueResponse>();
  BOOST_TEST(told.workflow_execution().workflow_id() == "w");
}

BOOST_AUTO_TEST_CASE(tasks_wait_in_order_and_are_counted) {
  begin("w", {"a", "b"});
  shard.advance(3s);
  auto described = describe_queue();
  BOOST_TEST(described.stats().approximate_backlog_count() == 2);
  BOOST_TEST(described.stats().approximate_backlog_age().seconds() == 3);
  BOOST_TEST(task_of(poll()).activity_id() == "a");
  BOOST_TEST(task_of(poll()).activity_id() == "b");
  described = describe_queue();
  BOOST_TEST(described.stats().approximate_backlog_count() == 0);
  BOOST_REQUIRE(described.pollers_size() == 1);
  BOOST_TEST(described.pollers(0).identity() == "worker");
}

BOOST_AUTO_TEST_CASE(tasks_go_no_faster_than_the_last_poll_wants) {
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i)
    ids.push_back(std::to_string(i));
  begin("w", ids);
  std::vector<sent> polls;
  for (int i = 0; i < 12; ++i)
    polls.push_back(poll_at(3));
  const auto answered = [&] {
    return std::count_if(
        polls.begin(), polls.end(), [](const sent& each) { return each->is_answered; });
  };
  BOOST_TEST(answered() == 4); // a second's worth and one more, as the real server
  auto described = describe_queue();
  BOOST_TEST(described.effective_rate_limit().requests_per_second() == 3);
  BOOST_TEST(
      described.effective_rate_limit().rate_limit_source() == enums::RATE_LIMIT_SOURCE_WORKER);
  BOOST_TEST(described.pollers(0).rate_per_second() == 3);
  BOOST_TEST(described.stats().approximate_backlog_count() == 8);
  shard.advance(990ms);
  BOOST_TEST(answered() == 6);
  shard.advance(1s);
  BOOST_TEST(answered() == 9);
  shard.advance(1100ms);
  BOOST_TEST(answered() == 12);
  for (std::size_t i = 0; i < polls.size(); ++i)
    BOOST_TEST(task_of(polls[i]).activity_id() == ids[i]);
}

BOOST_AUTO_TEST_CASE(a_poll_without_a_limit_ends_that_of_others) {
  begin("w", {"at once", "a", "b", "c", "d"});
  BOOST_TEST(poll_at(1)->is_answered);
  BOOST_TEST(poll_at(1)->is_answered);
  auto second = poll_at(1);
  auto none = poll_at(0);
  shard.advance(30s);
  BOOST_TEST(!second->is_answered);
  BOOST_TEST(!none->is_answered);
  auto last = poll();
  BOOST_TEST(task_of(second).activity_id() == "b");
  BOOST_TEST(task_of(none).activity_id() == "c");
  BOOST_TEST(task_of(last).activity_id() == "d");
}

BOOST_AUTO_TEST_CASE(a_higher_limit_holds_from_a_second_and_a_task_on) {
  begin("w", {"a", "b", "c"});
  BOOST_TEST(poll_at(0.0001)->is_answered);
  auto second = poll_at(0.0001);
  BOOST_TEST(!second->is_answered);
  auto third = poll_at(2);
  shard.advance(1500ms);
  BOOST_TEST(task_of(second).activity_id() == "b");
  shard.advance(500ms);
  BOOST_TEST(task_of(third).activity_id() == "c");
}

BOOST_AUTO_TEST_CASE(polls_that_go_away_while_the_limit_holds_tasks_back_lose_nothing) {
  begin("w", {"a", "b"});
  BOOST_TEST(poll_at(0.5)->is_answered);
  auto gone = poll_at(0.5);
  gone->cancel();
  shard.advance(10s);
  BOOST_TEST(describe_queue().stats().approximate_backlog_count() == 1);
  auto waiting = poll_at(0.5);
  shard.advance(3s);
  BOOST_TEST(task_of(waiting).activity_id() == "b");
}

BOOST_AUTO_TEST_CASE(a_poll_that_took_a_stale_task_gets_the_next_one) {
  begin("stale", {"a"});
  BOOST_TEST(
      call(
          "PauseActivity",
          [] {
            auto request = about<wire::PauseActivityRequest>("stale");
            request.set_id("a");
            return request;
          }())
          ->status.message
      == "");
  auto waiting = poll();
  BOOST_TEST(!waiting->is_answered);
  begin("fresh", {"b"});
  BOOST_TEST(task_of(waiting).activity_id() == "b");
}

BOOST_AUTO_TEST_CASE(a_stale_task_that_no_limit_counted_does_not_stop_a_queue_that_has_one_now) {
  begin("stale", {"a"});
  auto pause = about<wire::PauseActivityRequest>("stale");
  pause.set_id("a");
  BOOST_TEST(call("PauseActivity", pause)->status.message == "");
  const auto ask = [&](std::optional<double> per_second) {
    wire::PollActivityTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("aq");
    if (per_second)
      request.mutable_task_queue_metadata()->mutable_max_tasks_per_second()->set_value(*per_second);
    return send("PollActivityTaskQueue", request, 70s);
  };
  // The limit comes while the stale task is with its run.
  auto first = ask(std::nullopt);
  auto second = ask(5);
  shard.run_until_idle();
  begin("fresh", {"b", "c"});
  BOOST_TEST(task_of(first).activity_id() == "b");
  BOOST_TEST(task_of(second).activity_id() == "c");
}

BOOST_AUTO_TEST_CASE(an_empty_poll_ends_before_its_deadline_and_loses_nothing) {
  auto waiting = poll(10s);
  shard.advance(9s);
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(waiting->body.empty());
  auto vanished = poll();
  vanished->cancel();
  begin("w", {"a"});
  shard.run_until_idle();
  BOOST_TEST(task_of(poll()).activity_id() == "a");
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ran_out_of_time_comes_again) {
  begin("w", {"a"});
  const auto first = task_of(poll());
  shard.advance(10s);
  BOOST_TEST(complete(first.task_token())->status.message == gone);
  auto waiting = poll();
  shard.advance(1s);
  BOOST_TEST(task_of(waiting).attempt() == 2);
}

BOOST_AUTO_TEST_CASE(a_failure_a_heartbeat_and_a_cancellation_find_their_activity) {
  begin("w", {"a"});
  const auto task = task_of(poll());
  auto heartbeat = with_token<wire::RecordActivityTaskHeartbeatRequest>(task.task_token());
  heartbeat.mutable_details()->add_payloads()->set_data("1");
  BOOST_TEST(call("RecordActivityTaskHeartbeat", heartbeat)->status.message == "");
  BOOST_TEST(describe("w").pending_activities(0).heartbeat_details().payloads(0).data() == "1");
  BOOST_TEST(
      call(
          "RespondActivityTaskCanceled",
          with_token<wire::RespondActivityTaskCanceledRequest>(task.task_token()))
          ->status.message
      == "unable to mark activity as canceled without activity being request canceled first");
  auto failed = with_token<wire::RespondActivityTaskFailedRequest>(task.task_token());
  failed.mutable_failure()->set_message("boom");
  failed.mutable_failure()->mutable_application_failure_info();
  BOOST_TEST(call("RespondActivityTaskFailed", failed)->status.message == "");
  BOOST_TEST(describe("w").pending_activities(0).attempt() == 2);
}

BOOST_AUTO_TEST_CASE(by_ids_an_activity_is_found_as_well) {
  begin("w", {"a", "b"});
  task_of(poll());
  BOOST_TEST(
      call(
          "RecordActivityTaskHeartbeatById",
          with_ids<wire::RecordActivityTaskHeartbeatByIdRequest>("w", "a"))
          ->status.message
      == "");
  BOOST_TEST(
      call(
          "RespondActivityTaskCanceledById",
          with_ids<wire::RespondActivityTaskCanceledByIdRequest>("w", "a"))
          ->status.message
      == "unable to mark activity as canceled without activity being request canceled first");
  auto failed = with_ids<wire::RespondActivityTaskFailedByIdRequest>("w", "a");
  failed.mutable_failure()->mutable_application_failure_info()->set_non_retryable(true);
  BOOST_TEST(call("RespondActivityTaskFailedById", failed)->status.message == "");
  BOOST_TEST(
      call(
          "RespondActivityTaskCompletedById",
          with_ids<wire::RespondActivityTaskCompletedByIdRequest>("w", "b"))
          ->status.message
      == "");
  BOOST_TEST(describe("w").pending_activities_size() == 0);
}

BOOST_AUTO_TEST_CASE(ids_that_name_nothing_are_refused_in_words) {
  begin("w", {"a"});
  using request = wire::RespondActivityTaskCompletedByIdRequest;
  const auto words = [&](const std::string& id, const std::string& activity) {
    return call("RespondActivityTaskCompletedById", with_ids<request>(id, activity))
        ->status.message;
  };
  BOOST_TEST(words("w", "") == "ActivityId is not set on request.");
  BOOST_TEST(words("", "a") == "activity not found for ID: a");
  BOOST_TEST(words("nowhere", "a") == "workflow not found for ID: nowhere");
  BOOST_TEST(
      words("w", "b")
      == "cannot find pending activity with ActivityID b, check workflow execution history for "
         "more details");
  auto long_identity = with_ids<request>("w", "a");
  long_identity.set_identity(std::string(1001, 'x'));
  BOOST_TEST(
      call("RespondActivityTaskCompletedById", long_identity)->status.message
      == "Identity length exceeds limit.");
}

BOOST_AUTO_TEST_CASE(tokens_of_others_are_refused_in_words) {
  begin("w", {"a"});
  const auto task = task_of(poll());
  const auto other = complete(workflow_token);
  BOOST_TEST((other->status.code == status_code::not_found));
  BOOST_TEST(other->status.message == gone);
  // And the other way round, wherever a token is taken.
  const auto told = [&](const std::string& method, auto request) {
    const auto got = call(method, request);
    BOOST_TEST((got->status.code == status_code::not_found));
    return got->status.message;
  };
  for (const auto& token : {task.task_token(), workflow_token}) {
    BOOST_TEST(
        told("RespondQueryTaskCompleted", with_token<wire::RespondQueryTaskCompletedRequest>(token))
        == "query task not found, or already expired");
    BOOST_TEST(
        told("RespondNexusTaskCompleted", with_token<wire::RespondNexusTaskCompletedRequest>(token))
        == "Nexus task not found or already expired");
  }
  BOOST_TEST(
      told(
          "RespondWorkflowTaskFailed",
          with_token<wire::RespondWorkflowTaskFailedRequest>(task.task_token()))
      == "Workflow task not found.");
  auto elsewhere = with_token<wire::RespondActivityTaskCompletedRequest>(task.task_token());
  elsewhere.set_namespace_("temporal-system");
  BOOST_TEST(
      call("RespondActivityTaskCompleted", elsewhere)->status.message
      == "Operation requested with a token from a different namespace.");
  auto forged = task.task_token();
  forged.back() = static_cast<char>(forged.back() + 1);
  BOOST_TEST(complete(forged)->status.message == "Error deserializing task token.");
  BOOST_TEST(complete(task.task_token())->status.ok());
  BOOST_TEST(complete(task.task_token())->status.message == gone);
}

BOOST_AUTO_TEST_CASE(clients_pause_reset_and_change_activities) {
  begin("w", {"a"});
  const auto ask = [&](const std::string& method, auto request) {
    request.set_id("a");
    return call(method, request)->status.message;
  };
  BOOST_TEST(ask("PauseActivity", about<wire::PauseActivityRequest>("w")) == "");
  BOOST_TEST(describe("w").pending_activities(0).paused());
  BOOST_TEST(ask("UnpauseActivity", about<wire::UnpauseActivityRequest>("w")) == "");
  auto options = about<wire::UpdateActivityOptionsRequest>("w");
  options.mutable_activity_options()->mutable_task_queue()->set_name("elsewhere");
  options.mutable_update_mask()->add_paths("task_queue.name");
  BOOST_TEST(ask("UpdateActivityOptions", options) == "");
  BOOST_TEST(ask("ResetActivity", about<wire::ResetActivityRequest>("w")) == "");
  BOOST_TEST(task_of(poll(70s, "elsewhere")).activity_id() == "a");
  BOOST_TEST(!poll()->is_answered); // all that is left in the old queue is stale
}

BOOST_AUTO_TEST_CASE(a_workflow_that_is_gone_takes_its_tasks_along) {
  begin("w", {"a", "b"});
  const auto task = task_of(poll());
  BOOST_TEST(call("TerminateWorkflowExecution", about<wire::TerminateWorkflowExecutionRequest>("w"))
                 ->status.ok());
  BOOST_TEST(complete(task.task_token())->status.message == "workflow execution already completed");
  BOOST_TEST(!poll()->is_answered);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
