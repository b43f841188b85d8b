// SPDX-License-Identifier: Apache-2.0
// Queries, with a workflow task under way and without. The words are the real server's.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

using task = wire::PollWorkflowTaskQueueResponse;
using completion = wire::RespondWorkflowTaskCompletedRequest;

struct asking : service_fixture {
  using service_fixture::service_fixture;

  void start(const std::string& id) {
    BOOST_TEST(call("StartWorkflowExecution", start_request(id))->status.message == "");
  }
  void signal(const std::string& id) {
    BOOST_TEST(
        call("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>(id))
            ->status.message
        == "");
  }
  sent ask(const std::string& id, troupe::duration patience = 25s) {
    auto asked = send("QueryWorkflow", about<wire::QueryWorkflowRequest>(id), patience);
    shard.run_until_idle();
    return asked;
  }
  sent poll(bool is_sticky = false) {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.set_identity("worker");
    request.mutable_task_queue()->set_name(is_sticky ? "sticky" : "q");
    if (is_sticky) {
      request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_STICKY);
      request.mutable_task_queue()->set_normal_name("q");
    }
    auto made = send("PollWorkflowTaskQueue", request, 70s);
    shard.run_until_idle();
    return made;
  }
  task take(bool is_sticky = false) {
    const auto polled = poll(is_sticky);
    BOOST_REQUIRE(polled->is_answered);
    return polled->as<task>();
  }
  static completion completing(const task& done, bool is_sticky = false) {
    completion request;
    request.set_task_token(done.task_token());
    request.set_namespace_("default");
    if (is_sticky) {
      request.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
      request.mutable_sticky_attributes()->mutable_schedule_to_start_timeout()->set_seconds(10);
    }
    return request;
  }
  /// Completes a task, and answers all queries that came with it.
  sent complete(const task& done, const std::string& answer, bool is_sticky = false) {
    auto request = completing(done, is_sticky);
    for (const auto& [id, query] : done.queries()) {
      auto& result = (*request.mutable_query_results())[id];
      result.set_result_type(enums::QUERY_RESULT_TYPE_ANSWERED);
      result.mutable_answer()->add_payloads()->set_data(answer);
    }
    return call("RespondWorkflowTaskCompleted", request);
  }
  void answer(const task& query, const std::string& with) {
    wire::RespondQueryTaskCompletedRequest request;
    request.set_task_token(query.task_token());
    request.set_namespace_("default");
    request.set_completed_type(enums::QUERY_RESULT_TYPE_ANSWERED);
    request.mutable_query_result()->add_payloads()->set_data(with);
    BOOST_TEST(call("RespondQueryTaskCompleted", request)->status.message == "");
  }
  static std::string told(const sent& asked) {
    BOOST_REQUIRE(asked->is_answered);
    BOOST_TEST(asked->status.message == "");
    return asked->as<wire::QueryWorkflowResponse>().query_result().payloads(0).data();
  }
  /// A run that its worker holds, without a task.
  void hold(const std::string& id) {
    start(id);
    BOOST_TEST(complete(take(), "", true)->status.message == "");
    poll(true)->cancel(); // its worker was there a moment ago
    shard.run_until_idle();
  }
};

BOOST_FIXTURE_TEST_SUITE(query, asking)

BOOST_AUTO_TEST_CASE(is_refused_at_once_where_no_task_was_ever_scheduled) {
  auto request = start_request("later");
  request.mutable_workflow_start_delay()->set_seconds(60);
  BOOST_TEST(call("StartWorkflowExecution", request)->status.message == "");
  auto cron = start_request("cron");
  cron.set_cron_schedule("0 0 1 1 *");
  BOOST_TEST(call("StartWorkflowExecution", cron)->status.message == "");
  for (const auto* id : {"later", "cron"}) {
    const auto asked = ask(id);
    BOOST_REQUIRE(asked->is_answered);
    BOOST_TEST(
        static_cast<int>(asked->status.code) == static_cast<int>(status_code::failed_precondition));
    BOOST_TEST(asked->status.message == "Workflow task is not scheduled yet.");
  }
}

BOOST_AUTO_TEST_CASE(
    of_a_run_that_waits_for_its_backoff_is_refused_and_one_of_the_run_before_is_not) {
  const auto minute = [](auto& span) { span.set_seconds(60); };
  auto retried = start_request("retry");
  minute(*retried.mutable_retry_policy()->mutable_initial_interval());
  auto cron = start_request("cron");
  cron.set_cron_schedule("@every 1h");
  auto plain = start_request("new");
  for (auto* request : {&cron, &retried, &plain}) {
    BOOST_TEST_CONTEXT(request->workflow_id()) {
      BOOST_TEST(call("StartWorkflowExecution", *request)->status.message == "");
      const auto& id = request->workflow_id();
      if (id == "cron")
        shard.advance(1h);
      const auto given = take();
      auto done = completing(given);
      auto& command = *done.add_commands();
      if (id == "retry") {
        command.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
        auto& failure = *command.mutable_fail_workflow_execution_command_attributes();
        failure.mutable_failure()->set_message("once more");
        failure.mutable_failure()->mutable_application_failure_info();
      } else if (id == "cron") {
        command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
        command.mutable_complete_workflow_execution_command_attributes();
      } else {
        command.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
        auto& next = *command.mutable_continue_as_new_workflow_execution_command_attributes();
        next.mutable_workflow_type()->set_name("Type");
        next.mutable_task_queue()->set_name("q");
        minute(*next.mutable_backoff_start_interval());
      }
      BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
      const auto asked = ask(id);
      BOOST_REQUIRE(asked->is_answered);
      BOOST_TEST(
          static_cast<int>(asked->status.code)
          == static_cast<int>(status_code::failed_precondition));
      BOOST_TEST(asked->status.message == "Workflow task is not scheduled yet.");
      const auto of_the_first = send(
          "QueryWorkflow",
          about<wire::QueryWorkflowRequest>(id, given.workflow_execution().run_id()));
      answer(take(), "as it ended");
      BOOST_TEST(told(of_the_first) == "as it ended");
    }
  }
}

BOOST_AUTO_TEST_CASE(goes_out_with_the_task_that_is_scheduled_and_is_answered_with_it) {
  hold("w");
  signal("w");
  const auto asked = ask("w");
  const auto given = take(true);
  BOOST_TEST(given.started_event_id() > 0);
  BOOST_TEST(!given.has_query());
  BOOST_REQUIRE(given.queries_size() == 1);
  BOOST_TEST(given.queries().begin()->second.query_type() == "query");
  BOOST_TEST(!asked->is_answered);
  complete(given, "with the task", true);
  BOOST_TEST(told(asked) == "with the task");
}

BOOST_AUTO_TEST_CASE(that_comes_while_a_task_is_with_its_worker_is_asked_once_it_is_done) {
  hold("w");
  signal("w");
  const auto given = take(true);
  const auto asked = ask("w");
  const auto idle = poll(true);
  BOOST_TEST(!idle->is_answered); // it would see the state before the task
  complete(given, "", true);
  BOOST_REQUIRE(idle->is_answered);
  const auto alone = idle->as<task>();
  BOOST_TEST(alone.has_query());
  BOOST_TEST(alone.previous_started_event_id() == given.started_event_id());
  answer(alone, "alone");
  BOOST_TEST(told(asked) == "alone");
}

BOOST_AUTO_TEST_CASE(goes_with_the_task_that_the_reply_to_a_completion_brings) {
  hold("w");
  signal("w");
  const auto given = take(true);
  const auto asked = ask("w");
  signal("w");
  auto request = completing(given, true);
  request.set_return_new_workflow_task(true);
  const auto reply = call("RespondWorkflowTaskCompleted", request)
                         ->as<wire::RespondWorkflowTaskCompletedResponse>();
  BOOST_REQUIRE(reply.workflow_task().queries_size() == 1);
  complete(reply.workflow_task(), "inline", true);
  BOOST_TEST(told(asked) == "inline");
}

BOOST_AUTO_TEST_CASE(stays_when_a_task_fails_and_goes_with_the_next) {
  hold("w");
  signal("w");
  const auto asked = ask("w");
  const auto lost = take(true);
  BOOST_TEST(lost.queries_size() == 1);
  wire::RespondWorkflowTaskFailedRequest failed;
  failed.set_task_token(lost.task_token());
  failed.set_namespace_("default");
  failed.set_cause(enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  BOOST_TEST(call("RespondWorkflowTaskFailed", failed)->status.message == "");
  const auto again = take();
  BOOST_TEST(again.queries_size() == 1);
  complete(again, "after a failure");
  BOOST_TEST(told(asked) == "after a failure");
}

BOOST_AUTO_TEST_CASE(goes_on_alone_when_the_run_ends_or_no_result_is_for_it) {
  hold("ended");
  signal("ended");
  auto given = take(true);
  auto asked = ask("ended");
  BOOST_TEST(
      call("TerminateWorkflowExecution", about<wire::TerminateWorkflowExecutionRequest>("ended"))
          ->status.message
      == "");
  answer(take(), "of an ended run");
  BOOST_TEST(told(asked) == "of an ended run");

  hold("other");
  signal("other");
  asked = ask("other");
  given = take(true);
  auto request = completing(given, true);
  (*request.mutable_query_results())["nobody's"].set_result_type(enums::QUERY_RESULT_TYPE_ANSWERED);
  BOOST_TEST(call("RespondWorkflowTaskCompleted", request)->status.message == "");
  BOOST_TEST(!asked->is_answered);
  answer(take(true), "late");
  BOOST_TEST(told(asked) == "late");
}

BOOST_AUTO_TEST_CASE(that_is_answered_without_a_result_has_none) {
  hold("w");
  const auto asked = ask("w");
  wire::RespondQueryTaskCompletedRequest request;
  request.set_task_token(take(true).task_token());
  request.set_namespace_("default");
  request.set_completed_type(enums::QUERY_RESULT_TYPE_ANSWERED);
  BOOST_TEST(call("RespondQueryTaskCompleted", request)->status.message == "");
  BOOST_REQUIRE(asked->is_answered);
  BOOST_TEST(!asked->as<wire::QueryWorkflowResponse>().has_query_result());
}

BOOST_AUTO_TEST_CASE(that_fails_says_so_in_the_workers_words) {
  hold("w");
  signal("w");
  const auto asked = ask("w");
  const auto given = take(true);
  auto request = completing(given, true);
  auto& result = (*request.mutable_query_results())[given.queries().begin()->first];
  result.set_result_type(enums::QUERY_RESULT_TYPE_FAILED);
  result.set_error_message("no such query");
  call("RespondWorkflowTaskCompleted", request);
  BOOST_REQUIRE(asked->is_answered);
  BOOST_TEST((asked->status.code == status_code::invalid_argument));
  BOOST_TEST(asked->status.message == "no such query");
  // Nothing is made up where the worker sent no failure.
  google::rpc::Status told;
  BOOST_REQUIRE(told.ParseFromString(asked->status.details));
  temporal::api::errordetails::v1::QueryFailedFailure detail;
  BOOST_REQUIRE(told.details_size() == 1);
  BOOST_TEST(told.details(0).UnpackTo(&detail));
  BOOST_TEST(!detail.has_failure());
}

BOOST_AUTO_TEST_CASE(of_a_run_whose_worker_is_gone_does_not_wait_for_that_worker) {
  hold("w");
  shard.advance(11s); // so long nobody has polled the sticky queue
  const auto asked = ask("w");
  const auto alone = take();
  BOOST_TEST(alone.has_query());
  BOOST_TEST(alone.history().events_size() == 4); // another worker knows nothing of the run
  answer(alone, "at once");
  BOOST_TEST(told(asked) == "at once");
}

BOOST_AUTO_TEST_CASE(of_a_run_whose_worker_was_just_there_waits_for_it_first) {
  hold("w");
  const auto asked = ask("w");
  const auto other = poll();
  shard.advance(9s);
  BOOST_TEST(!other->is_answered);
  shard.advance(2s); // the schedule-to-start timeout of the sticky queue
  BOOST_REQUIRE(other->is_answered);
  answer(other->as<task>(), "by another");
  BOOST_TEST(told(asked) == "by another");
}

BOOST_AUTO_TEST_CASE(is_one_a_run_while_it_waits) {
  hold("w");
  signal("w");
  const auto first = ask("w");
  const auto second = ask("w");
  BOOST_REQUIRE(second->is_answered);
  BOOST_TEST((second->status.code == status_code::resource_exhausted));
  BOOST_TEST(
      second->status.message
      == "consistent query buffer is full, this may be caused by too many queries and workflow not "
         "able to process query fast enough");
  BOOST_TEST(!first->is_answered);
  // The one that waits gives up: there is room again, and its id is no task's any more.
  first->cancel();
  shard.run_until_idle();
  BOOST_TEST((first->status.code == status_code::cancelled));
  const auto third = ask("w");
  complete(take(true), "third", true);
  BOOST_TEST(told(third) == "third");
}

BOOST_AUTO_TEST_CASE(ends_with_its_callers_patience_or_half_a_minute) {
  start("w"); // whose task nobody takes
  for (const auto patience : {troupe::duration{5s}, troupe::duration::max()}) {
    const auto asked = ask("w", patience);
    shard.advance(patience == 5s ? 4s : 29s);
    BOOST_TEST(!asked->is_answered);
    shard.advance(2s);
    BOOST_REQUIRE(asked->is_answered);
    BOOST_TEST((asked->status.code == status_code::deadline_exceeded));
    BOOST_TEST(asked->status.message == "query timed out before a worker could process it");
  }
  BOOST_TEST(take().queries().empty());
}

BOOST_AUTO_TEST_CASE(that_waits_does_not_hold_up_the_end_of_the_service) {
  hold("w");
  signal("w");
  const auto asked = ask("w", troupe::duration::max());
  host->release_long_polls();
  shard.run_until_idle();
  BOOST_REQUIRE(asked->is_answered);
  BOOST_TEST((asked->status.code == status_code::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
