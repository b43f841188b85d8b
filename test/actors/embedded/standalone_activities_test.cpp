// SPDX-License-Identifier: Apache-2.0
// Activities that no workflow asked for, by the calls of clients and workers.

#include "test/actors/embedded/standalone_fixture.hpp"

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::test::scripted_store;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

struct of_activities {
  using start_request = wire::StartActivityExecutionRequest;
  using start_response = wire::StartActivityExecutionResponse;
  using describe_request = wire::DescribeActivityExecutionRequest;
  using describe_response = wire::DescribeActivityExecutionResponse;
  using list_request = wire::ListActivityExecutionsRequest;
  using list_response = wire::ListActivityExecutionsResponse;
  using count_request = wire::CountActivityExecutionsRequest;
  using count_response = wire::CountActivityExecutionsResponse;
  static constexpr const char* noun = "ActivityExecution";
  static const auto& listed_in(const list_response& found) { return found.executions(); }
  static const auto& id_of(const auto& each) { return each.activity_id(); }
  static service_settings enabled() {
    service_settings made;
    made.standalone_activities = true;
    return made;
  }
};

template <class Base>
struct activities : standalone_fixture<of_activities, Base> {
  using parent = standalone_fixture<of_activities, Base>;
  using parent::parent;
  using typename parent::sent;

  static wire::StartActivityExecutionRequest job(const std::string& id) {
    wire::StartActivityExecutionRequest request;
    request.set_namespace_("default");
    request.set_activity_id(id);
    request.set_request_id("request of " + id);
    request.mutable_activity_type()->set_name("A");
    request.mutable_task_queue()->set_name("aq");
    request.mutable_start_to_close_timeout()->set_seconds(10);
    request.mutable_retry_policy()->set_maximum_attempts(2);
    auto& input = *request.mutable_input()->add_payloads();
    input.set_data("in");
    return request;
  }
  template <class Request>
  static Request with_token(const std::string& token) {
    Request request;
    request.set_namespace_("default");
    request.set_task_token(token);
    request.set_identity("worker");
    return request;
  }

  wire::PollActivityTaskQueueResponse poll_task() {
    wire::PollActivityTaskQueueRequest request;
    request.set_namespace_("default");
    request.set_identity("worker");
    request.mutable_task_queue()->set_name("aq");
    const auto answer = this->call("PollActivityTaskQueue", request);
    BOOST_TEST(answer->status.message == "");
    return answer->template as<wire::PollActivityTaskQueueResponse>();
  }
  sent complete(const std::string& token, const std::string& result = "out") {
    auto request = with_token<wire::RespondActivityTaskCompletedRequest>(token);
    request.mutable_result()->add_payloads()->set_data(result);
    return this->call("RespondActivityTaskCompleted", request);
  }
  sent fail(const std::string& token, const std::string& message = "no") {
    auto request = with_token<wire::RespondActivityTaskFailedRequest>(token);
    request.mutable_failure()->set_message(message);
    request.mutable_failure()->mutable_application_failure_info()->set_type("T");
    return this->call("RespondActivityTaskFailed", request);
  }

  std::string status_of(const std::string& id) {
    return enums::ActivityExecutionStatus_Name(this->described(id).info().status()).substr(26);
  }
  sent poll_outcome(const std::string& id) {
    auto made = this->send(
        "PollActivityExecution", parent::template of<wire::PollActivityExecutionRequest>(id));
    this->shard.run_until_idle();
    return made;
  }
  temporal::api::activity::v1::ActivityExecutionOutcome outcome(const std::string& id) {
    const auto answer = poll_outcome(id);
    BOOST_REQUIRE(answer->is_answered);
    return answer->template as<wire::PollActivityExecutionResponse>().outcome();
  }
};

using fixture = activities<switched_on<of_activities>>;
using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(standalone_activities)

BOOST_FIXTURE_TEST_SUITE(rules, fixture)

BOOST_AUTO_TEST_CASE(a_worker_gets_it_like_any_other_and_its_result_is_kept) {
  auto request = job("a");
  request.mutable_user_metadata()->mutable_summary()->set_data("summary");
  request.mutable_priority()->set_priority_key(2);
  const auto run_id = start(request).run_id();
  const auto waits = poll_outcome("a");
  BOOST_TEST(!waits->is_answered);
  const auto task = poll_task();
  BOOST_TEST(task.activity_id() == "a");
  BOOST_TEST(task.activity_run_id() == run_id);
  BOOST_TEST(task.activity_type().name() == "A");
  BOOST_TEST(task.input().payloads(0).data() == "in");
  BOOST_TEST(task.workflow_namespace() == "default");
  BOOST_TEST(task.workflow_execution().workflow_id() == "");
  BOOST_TEST(!task.has_workflow_type());
  BOOST_TEST(task.attempt() == 1);
  BOOST_TEST(task.priority().priority_key() == 2);
  const auto running = described("a").info();
  BOOST_CHECK(running.run_state() == enums::PENDING_ACTIVITY_STATE_STARTED);
  BOOST_TEST(running.last_worker_identity() == "worker");
  shard.advance(2s);
  BOOST_TEST(complete(task.task_token())->status.message == "");
  BOOST_REQUIRE(waits->is_answered);
  const auto told = waits->as<wire::PollActivityExecutionResponse>();
  BOOST_TEST(told.run_id() == run_id);
  BOOST_TEST(told.outcome().result().payloads(0).data() == "out");
  const auto found = described("a");
  BOOST_TEST(found.run_id() == run_id);
  BOOST_TEST(found.input().payloads(0).data() == "in");
  BOOST_TEST(found.outcome().result().payloads(0).data() == "out");
  const auto& info = found.info();
  BOOST_CHECK(info.status() == enums::ACTIVITY_EXECUTION_STATUS_COMPLETED);
  BOOST_CHECK(info.run_state() == enums::PENDING_ACTIVITY_STATE_UNSPECIFIED);
  BOOST_TEST(info.task_queue() == "aq");
  BOOST_TEST(info.has_last_attempt_complete_time());
  BOOST_TEST(info.execution_duration().seconds() == 2);
  BOOST_TEST(info.user_metadata().summary().data() == "summary");
  BOOST_TEST(info.retry_policy().maximum_attempts() == 2);
  BOOST_TEST(complete(task.task_token())->status.message == "activity not found for ID: a");
}

BOOST_AUTO_TEST_CASE(it_is_tried_again_as_its_policy_says) {
  start(job("a"));
  BOOST_TEST(fail(poll_task().task_token(), "first")->status.message == "");
  auto info = described("a").info();
  BOOST_TEST(info.attempt() == 2);
  BOOST_TEST(info.last_failure().message() == "first");
  BOOST_CHECK(info.run_state() == enums::PENDING_ACTIVITY_STATE_SCHEDULED);
  BOOST_TEST(info.current_retry_interval().seconds() == 1);
  shard.advance(1s);
  const auto again = poll_task();
  BOOST_TEST(again.attempt() == 2);
  BOOST_TEST(fail(again.task_token(), "second")->status.message == "");
  BOOST_TEST(status_of("a") == "FAILED");
  BOOST_TEST(outcome("a").failure().message() == "second");
  info = described("a").info();
  BOOST_TEST(info.last_failure().message() == "second");
  BOOST_TEST(!info.has_current_retry_interval());
}

BOOST_AUTO_TEST_CASE(what_a_failure_says_of_the_last_heartbeat_counts_only_if_it_is_the_end) {
  const auto details_of = [](const auto& of) {
    std::string all;
    for (const auto& each : of.heartbeat_details().payloads())
      all += each.data();
    return all;
  };
  const auto fail_with = [&](const std::string& token, const std::string& details) {
    auto request = with_token<wire::RespondActivityTaskFailedRequest>(token);
    request.mutable_failure()->mutable_application_failure_info()->set_type("T");
    request.mutable_last_heartbeat_details()->add_payloads()->set_data(details);
    BOOST_TEST(call("RespondActivityTaskFailed", request)->status.message == "");
  };
  start(job("a"));
  const auto first = poll_task();
  auto heartbeat = with_token<wire::RecordActivityTaskHeartbeatRequest>(first.task_token());
  heartbeat.mutable_details()->add_payloads()->set_data("told");
  BOOST_TEST(call("RecordActivityTaskHeartbeat", heartbeat)->status.message == "");
  fail_with(first.task_token(), "with the first failure");
  BOOST_TEST(details_of(described("a").info()) == "told");
  shard.advance(1s);
  const auto second = poll_task();
  BOOST_TEST(details_of(second) == "told");
  fail_with(second.task_token(), "with the last failure");
  BOOST_TEST(status_of("a") == "FAILED");
  BOOST_TEST(details_of(described("a").info()) == "with the last failure");
}

BOOST_AUTO_TEST_CASE(its_time_may_be_over) {
  auto request = job("attempt");
  request.mutable_retry_policy()->set_maximum_attempts(1);
  start(request);
  (void)poll_task();
  request = job("queue");
  request.mutable_schedule_to_start_timeout()->set_seconds(5);
  start(request);
  request = job("all");
  request.mutable_schedule_to_close_timeout()->set_seconds(7);
  request.mutable_task_queue()->set_name("other");
  start(request);
  shard.advance(11s);
  for (const auto& [id, text] :
       {std::pair{"attempt", "activity StartToClose timeout"},
        std::pair{"queue", "activity ScheduleToStart timeout"},
        std::pair{"all", "activity ScheduleToStart timeout"}}) {
    BOOST_TEST(status_of(id) == "TIMED_OUT");
    BOOST_TEST(outcome(id).failure().message() == text);
    BOOST_TEST(outcome(id).failure().source() == "");
  }
}

BOOST_AUTO_TEST_CASE(heartbeats_keep_it_alive_and_bring_the_request_to_cancel) {
  auto request = job("a");
  request.mutable_start_to_close_timeout()->set_seconds(100);
  request.mutable_heartbeat_timeout()->set_seconds(5);
  start(request);
  const auto token = poll_task().task_token();
  const auto beat = [&] {
    auto heartbeat = with_token<wire::RecordActivityTaskHeartbeatRequest>(token);
    heartbeat.mutable_details()->add_payloads()->set_data("half");
    const auto answer = call("RecordActivityTaskHeartbeat", heartbeat);
    BOOST_TEST(answer->status.message == "");
    return answer->as<wire::RecordActivityTaskHeartbeatResponse>().cancel_requested();
  };
  for (int at = 0; at < 3; ++at) {
    shard.advance(4s);
    BOOST_TEST(!beat());
  }
  const auto cancel = [&](const std::string& request_id) {
    auto asked = of<wire::RequestCancelActivityExecutionRequest>("a");
    asked.set_request_id(request_id);
    return call("RequestCancelActivityExecution", asked)->status;
  };
  BOOST_TEST(cancel("one").message == "");
  BOOST_TEST(cancel("one").message == "");
  BOOST_TEST(cancel("two").message == "cancellation already requested with request ID one");
  BOOST_CHECK(cancel("two").code == status_code::failed_precondition);
  auto info = described("a").info();
  BOOST_CHECK(info.run_state() == enums::PENDING_ACTIVITY_STATE_CANCEL_REQUESTED);
  BOOST_CHECK(info.status() == enums::ACTIVITY_EXECUTION_STATUS_RUNNING);
  BOOST_TEST(info.canceled_reason() == "why");
  BOOST_TEST(info.heartbeat_details().payloads(0).data() == "half");
  BOOST_TEST(beat());
  auto done = with_token<wire::RespondActivityTaskCanceledRequest>(token);
  done.mutable_details()->add_payloads()->set_data("cleaned up");
  BOOST_TEST(call("RespondActivityTaskCanceled", done)->status.message == "");
  BOOST_TEST(status_of("a") == "CANCELED");
  const auto failure = outcome("a").failure();
  BOOST_TEST(failure.message() == "Activity canceled");
  BOOST_TEST(failure.canceled_failure_info().details().payloads(0).data() == "cleaned up");
  BOOST_TEST(failure.canceled_failure_info().identity() == "me");
}

BOOST_AUTO_TEST_CASE(one_that_no_worker_has_is_cancelled_at_once) {
  start(job("a"));
  BOOST_TEST(
      call("RequestCancelActivityExecution", of<wire::RequestCancelActivityExecutionRequest>("a"))
          ->status.message
      == "");
  BOOST_TEST(status_of("a") == "CANCELED");
  BOOST_TEST(
      outcome("a").failure().canceled_failure_info().details().payloads(0).data() == "\"why\"");
  wire::PollActivityTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("aq");
  const auto idle = send("PollActivityTaskQueue", poll, 70s);
  shard.run_until_idle();
  BOOST_TEST(!idle->is_answered); // its task is stale
}

BOOST_AUTO_TEST_CASE(it_is_terminated_and_deleted) {
  start(job("a"));
  const auto token = poll_task().task_token();
  const auto terminate = [&](const std::string& request_id) {
    auto request = of<wire::TerminateActivityExecutionRequest>("a");
    request.set_request_id(request_id);
    return call("TerminateActivityExecution", request)->status;
  };
  BOOST_TEST(terminate("one").message == "");
  BOOST_TEST(terminate("one").message == "");
  BOOST_TEST(terminate("two").message == "already terminated with request ID one");
  auto cancel = of<wire::RequestCancelActivityExecutionRequest>("a");
  BOOST_TEST(
      call("RequestCancelActivityExecution", cancel)->status.message
      == "invalid transition from Terminated");
  BOOST_TEST(status_of("a") == "TERMINATED");
  BOOST_TEST(outcome("a").failure().message() == "why");
  BOOST_TEST(outcome("a").failure().terminated_failure_info().identity() == "me");
  BOOST_TEST(complete(token)->status.message == "activity not found for ID: a");
  const auto remove = [&](const std::string& id) {
    return call("DeleteActivityExecution", of<wire::DeleteActivityExecutionRequest>(id))->status;
  };
  BOOST_TEST(remove("a").message == "");
  start(job("b"));
  BOOST_TEST(remove("b").message == ""); // one that runs, too
  for (const auto* id : {"a", "b"})
    BOOST_TEST(
        call("DescribeActivityExecution", of<wire::DescribeActivityExecutionRequest>(id))
            ->status.message
        == std::string{"activity not found for ID: "} + id);
  BOOST_CHECK(remove("a").code == status_code::not_found);
  BOOST_TEST(listed("").empty());
}

BOOST_AUTO_TEST_CASE(an_id_is_used_as_the_policies_say) {
  const auto first = start(job("a"));
  BOOST_TEST(first.started());
  const auto again = start(job("a")); // the same request
  BOOST_TEST(again.run_id() == first.run_id());
  BOOST_TEST(!again.started());
  auto other = job("a");
  other.set_request_id("another");
  BOOST_TEST(refusal(other).message == "activity execution already started");
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_conflict_policy(enums::ACTIVITY_ID_CONFLICT_POLICY_USE_EXISTING);
  BOOST_TEST(start(other).run_id() == first.run_id());
  BOOST_TEST(!start(other).started());
  BOOST_TEST(complete(poll_task().task_token())->status.message == "");
  other.set_id_reuse_policy(enums::ACTIVITY_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_reuse_policy(enums::ACTIVITY_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY);
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_reuse_policy(enums::ACTIVITY_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  const auto second = start(other);
  BOOST_TEST(second.run_id() != first.run_id());
  BOOST_TEST(status_of("a") == "RUNNING");
  auto former = of<wire::DescribeActivityExecutionRequest>("a", first.run_id());
  BOOST_CHECK(
      call("DescribeActivityExecution", former)
          ->as<wire::DescribeActivityExecutionResponse>()
          .info()
          .status()
      == enums::ACTIVITY_EXECUTION_STATUS_COMPLETED);
}

BOOST_AUTO_TEST_CASE(bad_requests_are_refused_as_the_real_server_refuses_them) {
  auto request = job("");
  BOOST_TEST(refusal(request).message == "activityId is not set");
  request = job("a");
  request.clear_activity_type();
  BOOST_TEST(refusal(request).message == "activityType is not set");
  request = job("a");
  request.clear_start_to_close_timeout();
  BOOST_TEST(
      refusal(request).message
      == "a valid StartToClose or ScheduleToCloseTimeout is not set on "
         "ScheduleActivityTaskCommand. ActivityId=a ActivityType=A");
  request = job("a");
  request.mutable_retry_policy()->set_backoff_coefficient(0.5);
  BOOST_TEST(
      refusal(request).message == "BackoffCoefficient cannot be less than 1 on retry policy.");
  request = job("a");
  request.mutable_priority()->set_priority_key(-1);
  BOOST_TEST(refusal(request).message == "invalid priorities: priority key can't be negative");
  request = job("a");
  request.set_id_reuse_policy(static_cast<enums::ActivityIdReusePolicy>(77));
  BOOST_TEST(refusal(request).message == "unsupported ID reuse policy: 77");
  request = job("a");
  request.set_id_conflict_policy(static_cast<enums::ActivityIdConflictPolicy>(77));
  BOOST_TEST(refusal(request).message == "unsupported ID conflict policy: 77");
  // Also without a value.
  (*request.mutable_search_attributes()->mutable_indexed_fields())["Nope"];
  BOOST_TEST(
      refusal(request).message
      == "Namespace default has no mapping defined for search attribute Nope");
  BOOST_TEST(
      refusal(job(std::string(1001, 'a'))).message
      == "activityId exceeds length limit. Length=1001 Limit=1000");
  BOOST_TEST(no_description("").message == "activity ID is required");
  BOOST_TEST(no_description("a", "x").message == "invalid run id: must be a valid UUID");
  BOOST_TEST(no_description("a").message == "activity not found for ID: a");
  // No workflow can take the place of one.
  auto workflow = start_request("\x01"
                                "activity/a");
  BOOST_CHECK(
      call("StartWorkflowExecution", workflow)->status.code == status_code::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_description_waits_for_a_change) {
  start(job("a"));
  auto request = of<wire::DescribeActivityExecutionRequest>("a");
  const auto first = described("a");
  request.set_run_id(first.run_id());
  request.set_long_poll_token(first.long_poll_token());
  auto waits = wait_for_change(request);
  (void)poll_task();
  BOOST_REQUIRE(waits->is_answered);
  const auto second = waits->as<wire::DescribeActivityExecutionResponse>();
  BOOST_CHECK(second.info().run_state() == enums::PENDING_ACTIVITY_STATE_STARTED);
  // Nothing in 20 seconds: an empty answer, to be asked again.
  request.set_long_poll_token(second.long_poll_token());
  waits = send("DescribeActivityExecution", request, 60s);
  shard.advance(5s);
  BOOST_TEST(!waits->is_answered);
  shard.advance(4s);
  request.set_long_poll_token("x");
  BOOST_TEST(
      call("DescribeActivityExecution", request)->status.message == "invalid long poll token");
}

BOOST_AUTO_TEST_CASE(lists_and_counts_have_them_apart_from_workflows) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.message == "");
  start(job("a"));
  shard.advance(1s);
  auto other = job("b");
  other.mutable_activity_type()->set_name("B");
  other.mutable_task_queue()->set_name("bq");
  start(other);
  BOOST_TEST(complete(poll_task().task_token())->status.message == "");
  BOOST_TEST(listed("") == (texts{"b", "a"}), boost::test_tools::per_element());
  BOOST_TEST(listed("ActivityType = 'A'") == texts{"a"}, boost::test_tools::per_element());
  BOOST_TEST(
      listed("ExecutionStatus = 'Running' AND TaskQueue = 'bq'") == texts{"b"},
      boost::test_tools::per_element());
  BOOST_TEST(listed("ActivityId STARTS_WITH 'a'") == texts{"a"}, boost::test_tools::per_element());
  BOOST_TEST(workflows_listed() == 1);
  const auto by_status = counted("GROUP BY ExecutionStatus");
  BOOST_TEST(by_status.count() == 2);
  BOOST_REQUIRE(by_status.groups_size() == 2);
  BOOST_TEST(
      no_count("Nope = 1").message
      == "invalid query: invalid expression: column name 'Nope' is not a valid search attribute");
}

BOOST_AUTO_TEST_CASE(they_are_completed_by_their_ids_from_elsewhere) {
  const auto run_id = start(job("a")).run_id();
  wire::RespondActivityTaskCompletedByIdRequest done;
  done.set_namespace_("default");
  done.set_activity_id("a");
  done.mutable_result()->add_payloads()->set_data("out");
  BOOST_TEST(
      call("RespondActivityTaskCompletedById", done)->status.message
      == "activity not found for ID: a");
  (void)poll_task();
  done.set_run_id(run_id);
  BOOST_TEST(call("RespondActivityTaskCompletedById", done)->status.message == "");
  BOOST_TEST(status_of("a") == "COMPLETED");
  done.set_activity_id("nobody");
  done.clear_run_id();
  BOOST_TEST(
      call("RespondActivityTaskCompletedById", done)->status.message
      == "activity not found for ID: nobody");
}

BOOST_AUTO_TEST_CASE(closed_ones_go_when_their_retention_is_over) {
  start(job("a"));
  BOOST_TEST(complete(poll_task().task_token())->status.message == "");
  shard.advance(24h * 31);
  BOOST_TEST(listed("").empty());
  BOOST_CHECK(no_description("a").code == status_code::not_found);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(off, activities<service_fixture>)

BOOST_AUTO_TEST_CASE(they_are_refused_where_they_are_switched_off) {
  BOOST_TEST(refusal(job("a")).message == "Standalone activity is disabled");
  BOOST_CHECK(refusal(job("a")).code == status_code::unimplemented);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

using life = activities<stored_life<of_activities>>;

} // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(they_go_on_in_the_next_life) {
  const auto disk = std::make_shared<scripted_store::disk>();
  std::string token;
  {
    life first{disk};
    first.start(life::job("started"));
    token = first.poll_task().task_token();
    first.start(life::job("waits"));
    first.start(life::job("done"));
    const auto one = first.poll_task();
    const auto two = first.poll_task();
    BOOST_TEST(first.complete(two.task_token())->status.message == "");
    BOOST_TEST(first.fail(one.task_token(), "first")->status.message == "");
  }
  life second{disk, 8};
  BOOST_TEST(second.complete(token)->status.message == "");
  BOOST_TEST(second.status_of("started") == "COMPLETED");
  BOOST_TEST(second.outcome("done").result().payloads(0).data() == "out");
  second.shard.advance(1s);
  const auto again = second.poll_task();
  BOOST_TEST(again.activity_id() == "waits");
  BOOST_TEST(again.attempt() == 2);
  BOOST_TEST(second.listed("").size() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
