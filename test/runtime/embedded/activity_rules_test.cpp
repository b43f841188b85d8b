// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/activity/activity_machine.hpp"
#include "runtime/embedded/activity/failure_size.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "test/runtime/embedded/activity_fixture.hpp"

#include <boost/test/unit_test.hpp>

/// What becomes of activities between the command that scheduled them and their end.
namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;
using attributes = wanted_activity;

constexpr const char* gone =
    "invalid activityID or activity already timed out or invoking workflow is completed";

std::function<void(attributes&)> retried(int first, int attempts = 0) {
  return [=](attributes& a) {
    a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(first);
    a.mutable_retry_policy()->set_maximum_attempts(attempts);
  };
}

std::string state(enums::RetryState of) {
  return enums::RetryState_Name(of);
}

/// Sends a result, a failure, a cancellation and a heartbeat; all must be refused with these words.
void refuse_all(
    activity_fixture& service, const embedded::activity_ref& which, const std::string& words) {
  const auto failure = application_failure();
  const std::string me = "me";
  const auto refused = [&](const embedded::input& what) {
    const auto tx = service.decide(what);
    BOOST_TEST((tx.answer.status.code == status_code::not_found));
    BOOST_TEST(tx.answer.status.message == words);
    BOOST_TEST(!tx.changed);
  };
  refused(embedded::complete_activity{which, nullptr, me});
  refused(embedded::fail_activity{which, &failure, nullptr, me});
  refused(embedded::cancel_activity{which, nullptr, me});
  refused(embedded::heartbeat_activity{which, nullptr, me});
}

} // namespace

BOOST_AUTO_TEST_SUITE(activity_rules)

BOOST_AUTO_TEST_CASE(no_state_has_two_ways_for_one_event) {
  using namespace embedded::activity;
  for (const auto& row : transitions)
    BOOST_TEST((next(row.from, row.on) == row.to));
  BOOST_TEST((next(state::started, event::started) == std::nullopt));
  BOOST_TEST((next(state::backing_off, event::started) == std::nullopt));
  BOOST_TEST((next(state::ended, event::ended) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(a_worker_gets_all_that_it_needs) {
  activity_fixture service;
  auto request = service.start_request();
  request.mutable_priority()->set_priority_key(2);
  request.mutable_priority()->set_fairness_key("of the run");
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  service.poll();
  service.complete({schedule_activity("a", [](attributes& a) {
    *a.mutable_input() = payloads("1");
    (*a.mutable_header()->mutable_fields())["h"].set_data("2");
    a.mutable_heartbeat_timeout()->set_seconds(3);
    a.mutable_priority()->set_fairness_key("its own");
  })});
  BOOST_REQUIRE(service.activities.size() == 1U);
  BOOST_TEST(service.activities.front().task_queue == "aq");
  service.now += 2s;
  const auto task = service.take();
  BOOST_TEST(task.activity_id() == "a");
  BOOST_TEST(task.activity_type().name() == "A");
  BOOST_TEST(task.workflow_type().name() == "W");
  BOOST_TEST(task.workflow_namespace() == service.rec().name_space);
  BOOST_TEST(task.workflow_execution().workflow_id() == "w");
  BOOST_TEST(task.workflow_execution().run_id() == service.current().id);
  BOOST_TEST(task.input().payloads(0).data() == "1");
  BOOST_TEST(task.header().fields().at("h").data() == "2");
  BOOST_TEST(task.attempt() == 1);
  BOOST_TEST(task.start_to_close_timeout().seconds() == 10);
  BOOST_TEST(task.heartbeat_timeout().seconds() == 3);
  BOOST_TEST(task.has_schedule_to_close_timeout());
  BOOST_TEST(task.retry_policy().backoff_coefficient() == 2);
  BOOST_TEST((from_proto(task.started_time()) - from_proto(task.scheduled_time()) == 2s));
  BOOST_TEST(task.priority().priority_key() == 2);
  BOOST_TEST(task.priority().fairness_key() == "its own");
}

BOOST_AUTO_TEST_CASE(start_and_end_are_written_together) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take("taker");
  const auto started = service.now;
  BOOST_TEST(service.event_types().ends_with("ActivityTaskScheduled"));
  service.now += 3s;
  BOOST_TEST(service.complete_activity(task).answer.status.ok());
  BOOST_TEST(service.event_types().ends_with(
      "ActivityTaskScheduled ActivityTaskStarted ActivityTaskCompleted WorkflowTaskScheduled"));
  const auto& event = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED);
  BOOST_TEST((from_proto(event.event_time()) == started));
  BOOST_TEST(event.activity_task_started_event_attributes().identity() == "taker");
  BOOST_TEST(
      service.last(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
          .activity_task_completed_event_attributes()
          .started_event_id()
      == event.event_id());
  BOOST_TEST(service.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(an_end_during_a_workflow_task_waits_behind_other_events) {
  activity_fixture service;
  service.begin({schedule_activity("a"), schedule_activity("b")});
  const auto first = service.take();
  const auto second = service.take();
  service.hold_task();
  service.complete_activity(first);
  service.fail_attempt(second, application_failure("no", true));
  service.signal();
  service.complete({});
  BOOST_TEST(service.event_types().ends_with(
      "WorkflowTaskCompleted ActivityTaskStarted ActivityTaskStarted WorkflowExecutionSignaled "
      "ActivityTaskCompleted ActivityTaskFailed WorkflowTaskScheduled"));
  const auto& completed = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
                              .activity_task_completed_event_attributes();
  const auto& failed =
      service.last(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED).activity_task_failed_event_attributes();
  const auto scheduled_by = [&](std::int64_t started) {
    return service.current()
        .history[static_cast<std::size_t>(started - 1)]
        ->activity_task_started_event_attributes()
        .scheduled_event_id();
  };
  BOOST_TEST(scheduled_by(completed.started_event_id()) == completed.scheduled_event_id());
  BOOST_TEST(scheduled_by(failed.started_event_id()) == failed.scheduled_event_id());
}

BOOST_AUTO_TEST_CASE(a_refused_completion_leaves_waiting_ends_as_they_were) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  service.hold_task();
  service.complete_activity(task);
  BOOST_TEST(service.complete({complete_workflow()}).answer.status.message == "UnhandledCommand");
  BOOST_TEST(service.event_types().ends_with(
      "WorkflowTaskFailed ActivityTaskStarted ActivityTaskCompleted WorkflowTaskScheduled"));
  BOOST_TEST(
      service.last(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED)
          .activity_task_completed_event_attributes()
          .started_event_id()
      == service.last(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED).event_id());
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_is_tried_again_and_no_event) {
  activity_fixture service;
  service.begin({schedule_activity("a", retried(1, 3))});
  const auto first = service.take("one");
  const auto events = service.current().history.size();
  BOOST_TEST(service.fail_attempt(first).answer.status.ok());
  refuse_all(service, service.by_token(first.task_token()), gone);
  BOOST_TEST(service.current().history.size() == events);
  BOOST_TEST(service.activities.empty());
  auto shown = service.described();
  BOOST_TEST(shown.state() == enums::PENDING_ACTIVITY_STATE_SCHEDULED);
  BOOST_TEST(shown.attempt() == 2);
  BOOST_TEST(shown.maximum_attempts() == 3);
  BOOST_TEST(shown.last_failure().message() == "boom");
  BOOST_TEST(shown.last_worker_identity() == "one");
  BOOST_TEST(shown.current_retry_interval().seconds() == 1);
  BOOST_TEST((from_proto(shown.next_attempt_schedule_time()) == service.now + 1s));
  BOOST_TEST(!shown.has_last_started_time());
  service.advance(1s);
  const auto second = service.take();
  BOOST_TEST(second.attempt() == 2);
  BOOST_TEST((from_proto(second.current_attempt_scheduled_time()) == service.now));
  service.fail_attempt(second, application_failure("two"));
  service.advance(1s);
  BOOST_TEST(service.activities.empty()); // the pause has doubled
  service.advance(1s);
  service.fail_attempt(service.take(), application_failure("three"));
  BOOST_TEST(service.event_types().ends_with(
      "ActivityTaskScheduled ActivityTaskStarted ActivityTaskFailed WorkflowTaskScheduled"));
  const auto& started = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
                            .activity_task_started_event_attributes();
  BOOST_TEST(started.attempt() == 3);
  BOOST_TEST(started.last_failure().message() == "two");
  const auto& failed =
      service.last(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED).activity_task_failed_event_attributes();
  BOOST_TEST(failed.failure().message() == "three");
  BOOST_TEST(state(failed.retry_state()) == "RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED");
}

BOOST_AUTO_TEST_CASE(what_ends_the_attempts_is_told) {
  const auto told = [](const std::function<void(attributes&)>& with,
                       const temporal::api::failure::v1::Failure& failure) {
    activity_fixture service;
    service.begin({schedule_activity("a", with)});
    service.fail_attempt(service.take(), failure);
    return state(service.last(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED)
                     .activity_task_failed_event_attributes()
                     .retry_state());
  };
  BOOST_TEST(told({}, application_failure("no", true)) == "RETRY_STATE_NON_RETRYABLE_FAILURE");
  BOOST_TEST(
      told(
          [](attributes& a) { a.mutable_retry_policy()->add_non_retryable_error_types("E"); },
          application_failure())
      == "RETRY_STATE_NON_RETRYABLE_FAILURE");
  BOOST_TEST(
      told(
          [](attributes& a) {
            a.mutable_schedule_to_close_timeout()->set_seconds(3);
            a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(4);
          },
          application_failure())
      == "RETRY_STATE_TIMEOUT");
}

BOOST_AUTO_TEST_CASE(a_failure_may_say_when_to_try_again) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  auto failure = application_failure();
  failure.mutable_application_failure_info()->mutable_next_retry_delay()->set_seconds(500);
  service.fail_attempt(service.take(), failure);
  BOOST_TEST(service.described().current_retry_interval().seconds() == 500);
  service.advance(499s);
  BOOST_TEST(service.activities.empty());
  service.advance(1s);
  BOOST_TEST(service.activities.size() == 1U);
}

BOOST_AUTO_TEST_CASE(each_timeout_has_its_words_and_its_consequence) {
  struct row {
    const char* what;
    std::function<void(attributes&)> with;
    bool is_started;
    enums::TimeoutType type;
    const char* words;
    const char* state;
  };
  constexpr const char* late =
      "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up "
      "retrying";
  const std::vector<row> all{
      {"schedule-to-start",
       [](attributes& a) { a.mutable_schedule_to_start_timeout()->set_seconds(1); },
       false,
       enums::TIMEOUT_TYPE_SCHEDULE_TO_START,
       "activity ScheduleToStart timeout",
       "RETRY_STATE_TIMEOUT"},
      {"schedule-to-close, nobody polls",
       [](attributes& a) { a.mutable_schedule_to_close_timeout()->set_seconds(1); },
       false,
       enums::TIMEOUT_TYPE_SCHEDULE_TO_START,
       "activity ScheduleToStart timeout",
       "RETRY_STATE_TIMEOUT"},
      {"start-to-close",
       [](attributes& a) { a.mutable_retry_policy()->set_maximum_attempts(1); },
       true,
       enums::TIMEOUT_TYPE_START_TO_CLOSE,
       "activity StartToClose timeout",
       "RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED"},
      {"heartbeat",
       [](attributes& a) {
         a.mutable_retry_policy()->set_maximum_attempts(1);
         a.mutable_heartbeat_timeout()->set_seconds(1);
       },
       true,
       enums::TIMEOUT_TYPE_HEARTBEAT,
       "activity Heartbeat timeout",
       "RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED"},
      {"heartbeat that is not to be retried",
       [](attributes& a) {
         a.mutable_retry_policy()->add_non_retryable_error_types("TemporalTimeout:Heartbeat");
         a.mutable_heartbeat_timeout()->set_seconds(1);
       },
       true,
       enums::TIMEOUT_TYPE_HEARTBEAT,
       "activity Heartbeat timeout",
       "RETRY_STATE_NON_RETRYABLE_FAILURE"},
      {"schedule-to-close",
       [](attributes& a) { a.mutable_schedule_to_close_timeout()->set_seconds(5); },
       true,
       enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE,
       late,
       "RETRY_STATE_TIMEOUT"},
      {"no time for another attempt",
       [](attributes& a) {
         a.mutable_schedule_to_close_timeout()->set_seconds(12);
         a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(5);
       },
       true,
       enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE,
       late,
       "RETRY_STATE_TIMEOUT"},
  };
  for (const auto& each : all) {
    BOOST_TEST_CONTEXT(each.what) {
      activity_fixture service;
      service.begin({schedule_activity("a", each.with)});
      if (each.is_started)
        service.take();
      service.advance_to(service.timer.value());
      BOOST_TEST(service.event_types().ends_with(
          each.is_started ? "ActivityTaskStarted ActivityTaskTimedOut WorkflowTaskScheduled"
                          : "ActivityTaskScheduled ActivityTaskTimedOut WorkflowTaskScheduled"));
      const auto& out = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT)
                            .activity_task_timed_out_event_attributes();
      BOOST_TEST(out.failure().message() == each.words);
      BOOST_TEST(out.failure().source() == "Server");
      BOOST_TEST(out.failure().timeout_failure_info().timeout_type() == each.type);
      BOOST_TEST(state(out.retry_state()) == each.state);
      BOOST_TEST((out.started_event_id() != 0) == each.is_started);
      BOOST_TEST(service.pending() == 0U);
      BOOST_TEST(service.rec().deadlines.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(heartbeats_put_off_their_timeout_and_go_to_the_next_attempt) {
  activity_fixture service;
  service.begin({schedule_activity(
      "a", [](attributes& a) { a.mutable_heartbeat_timeout()->set_seconds(2); })});
  const auto task = service.take();
  const auto details = payloads("7");
  for (int each = 0; each < 3; ++each) {
    service.advance(1500ms);
    const auto answer = service.expect<wire::RecordActivityTaskHeartbeatResponse>(
        embedded::heartbeat_activity{service.by_token(task.task_token()), &details, "me"});
    BOOST_TEST(!answer.cancel_requested());
    BOOST_TEST(!answer.activity_paused());
    BOOST_TEST(!answer.activity_reset());
  }
  BOOST_TEST(service.described().heartbeat_details().payloads(0).data() == "7");
  service.advance(2s);
  const auto shown = service.described();
  BOOST_TEST(shown.attempt() == 2);
  BOOST_TEST(
      shown.last_failure().timeout_failure_info().timeout_type() == enums::TIMEOUT_TYPE_HEARTBEAT);
  service.advance(1s);
  BOOST_TEST(service.take().heartbeat_details().payloads(0).data() == "7");
  // The clock of the new attempt starts with it, not with the last heartbeat.
  service.advance(1s);
  BOOST_TEST(service.described().state() == enums::PENDING_ACTIVITY_STATE_STARTED);
}

BOOST_AUTO_TEST_CASE(a_timeout_tells_the_last_heartbeat_and_the_failure_before) {
  activity_fixture service;
  service.begin({schedule_activity("a", retried(1, 2))});
  service.fail_attempt(service.take(), application_failure("first"));
  service.advance(1s);
  const auto task = service.take();
  const auto details = payloads("9");
  service.decide(embedded::heartbeat_activity{service.by_token(task.task_token()), &details, "me"});
  service.advance(10s);
  const auto& failure = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT)
                            .activity_task_timed_out_event_attributes()
                            .failure();
  BOOST_TEST(failure.timeout_failure_info().last_heartbeat_details().payloads(0).data() == "9");
  BOOST_TEST(failure.cause().message() == "first");
}

BOOST_AUTO_TEST_CASE(a_failure_may_bring_the_last_heartbeat_along) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  const auto failure = application_failure();
  const auto details = payloads("7");
  service.decide(
      embedded::fail_activity{service.by_token(task.task_token()), &failure, &details, "me"});
  service.advance(1s);
  BOOST_TEST(service.take().heartbeat_details().payloads(0).data() == "7");
}

BOOST_AUTO_TEST_CASE(a_running_activity_is_asked_to_stop_and_may_do_as_it_likes) {
  for (const std::string ending : {"canceled", "completed", "failed", "timed out"}) {
    BOOST_TEST_CONTEXT(ending) {
      activity_fixture service;
      service.begin({schedule_activity("a")});
      const auto task = service.take();
      const auto which = service.by_token(task.task_token());
      service.hold_task();
      service.complete({cancel_activity(5)});
      BOOST_TEST(service.event_types().ends_with("ActivityTaskCancelRequested"));
      BOOST_TEST(service.described().state() == enums::PENDING_ACTIVITY_STATE_CANCEL_REQUESTED);
      BOOST_TEST(service
                     .expect<wire::RecordActivityTaskHeartbeatResponse>(
                         embedded::heartbeat_activity{which, nullptr, "me"})
                     .cancel_requested());
      if (ending == "canceled") {
        const auto details = payloads("2");
        BOOST_TEST(
            service.decide(embedded::cancel_activity{which, &details, "me"}).answer.status.ok());
        const auto& event = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED)
                                .activity_task_canceled_event_attributes();
        BOOST_TEST(event.latest_cancel_requested_event_id() == 10);
        BOOST_TEST(event.details().payloads(0).data() == "2");
        BOOST_TEST(event.started_event_id() == 11);
      } else if (ending == "completed") {
        service.complete_activity(task);
        BOOST_TEST(service.event_types().ends_with("ActivityTaskCompleted WorkflowTaskScheduled"));
      } else if (ending == "failed") {
        service.fail_attempt(task);
        BOOST_TEST(
            state(service.last(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED)
                      .activity_task_failed_event_attributes()
                      .retry_state())
            == "RETRY_STATE_CANCEL_REQUESTED");
      } else {
        service.advance(10s);
        BOOST_TEST(
            state(service.last(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT)
                      .activity_task_timed_out_event_attributes()
                      .retry_state())
            == "RETRY_STATE_CANCEL_REQUESTED");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_cancel_between_two_attempts_ends_it) {
  activity_fixture service;
  service.begin({schedule_activity("a", retried(30))});
  service.fail_attempt(service.take());
  service.hold_task();
  service.complete({cancel_activity(5)});
  BOOST_TEST(service.event_types().ends_with(
      "ActivityTaskCancelRequested ActivityTaskCanceled WorkflowTaskScheduled"));
  BOOST_TEST(service.rec().deadlines.empty());
}

BOOST_AUTO_TEST_CASE(nobody_cancels_what_was_not_asked_to_stop) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto which = service.by_token(service.take().task_token());
  const auto tx = service.decide(embedded::cancel_activity{which, nullptr, "me"});
  BOOST_TEST((tx.answer.status.code == status_code::invalid_argument));
  BOOST_TEST(
      tx.answer.status.message
      == "unable to mark activity as canceled without activity being request canceled first");
  BOOST_TEST(!tx.changed);
}

BOOST_AUTO_TEST_CASE(a_failure_is_one_of_an_application) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  temporal::api::failure::v1::Failure failure;
  failure.mutable_canceled_failure_info();
  const auto tx = service.fail_attempt(task, failure);
  BOOST_TEST(tx.answer.status.message == "Failure must have ApplicationFailureInfo.");
  // Without any failure it is one that can be tried again.
  BOOST_TEST(service
                 .decide(embedded::fail_activity{
                     service.by_token(task.task_token()), nullptr, nullptr, "me"})
                 .answer.status.ok());
  BOOST_TEST(service.described().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(answers_to_what_is_over_are_refused_in_words) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  const auto which = service.by_token(task.task_token());
  const std::string unknown =
      "cannot find pending activity with ActivityID a, check workflow execution history for more "
      "details";
  service.complete_activity(task);
  refuse_all(service, which, gone);
  refuse_all(service, service.by_id("a"), unknown);
  service.poll();
  service.complete({complete_workflow()});
  refuse_all(service, which, "workflow execution already completed");
  refuse_all(service, service.by_id("a"), "workflow execution already completed");
  auto other_run = service.by_id("a");
  other_run.token.run_id = "00000000-0000-4000-8000-00000000dead";
  refuse_all(
      service,
      other_run,
      "workflow execution not found for workflow ID \"w\" and run ID "
      "\"00000000-0000-4000-8000-00000000dead\"");
  auto no_run = service.by_id("a");
  no_run.token.run_id = "no id";
  BOOST_TEST(
      service.decide(embedded::complete_activity{no_run, nullptr, "me"}).answer.status.message
      == "RunId is not valid UUID.");
}

BOOST_AUTO_TEST_CASE(by_its_id_an_activity_completes_even_unstarted) {
  activity_fixture service;
  service.begin({schedule_activity("a", retried(60)), schedule_activity("b")});
  const auto failure = application_failure();
  const auto refused = [&](const embedded::input& what) {
    BOOST_TEST(service.decide(what).answer.status.message == gone);
  };
  refused(embedded::fail_activity{service.by_id("b"), &failure, nullptr, "me"});
  refused(embedded::cancel_activity{service.by_id("b"), nullptr, "me"});
  refused(embedded::heartbeat_activity{service.by_id("b"), nullptr, "me"});
  service.fail_attempt(service.take());
  const auto result = payloads("5");
  BOOST_TEST(service.decide(embedded::complete_activity{service.by_id("a"), &result, "by id"})
                 .answer.status.ok());
  const auto& started = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
                            .activity_task_started_event_attributes();
  BOOST_TEST(started.identity() == "by id");
  BOOST_TEST(started.request_id() == "");
  BOOST_TEST(started.attempt() == 2);
  BOOST_TEST(started.last_failure().message() == "boom");
  service.take();
  BOOST_TEST(service.decide(embedded::complete_activity{service.by_id("b"), nullptr, "by id"})
                 .answer.status.ok());
  BOOST_TEST(
      service.last(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
          .activity_task_started_event_attributes()
          .identity()
      == "aworker");
}

BOOST_AUTO_TEST_CASE(more_than_can_be_kept_fails_the_activity_for_good) {
  const auto big = payloads(std::string(2 << 20, 'x'));
  const auto failed_with = [](activity_fixture& service) {
    const auto& failed = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED)
                             .activity_task_failed_event_attributes();
    BOOST_TEST(failed.failure().server_failure_info().non_retryable());
    BOOST_TEST(state(failed.retry_state()) == "RETRY_STATE_NON_RETRYABLE_FAILURE");
    return failed.failure().message();
  };
  {
    activity_fixture service;
    service.begin({schedule_activity("a")});
    const auto which = service.by_token(service.take().task_token());
    BOOST_TEST(service.decide(embedded::complete_activity{which, &big, "me"}).answer.status.ok());
    BOOST_TEST(failed_with(service) == "Complete result exceeds size limit.");
  }
  {
    activity_fixture service;
    service.begin({schedule_activity("a")});
    BOOST_TEST(
        service.decide(embedded::complete_activity{service.by_id("a"), &big, "me"})
            .answer.status.message
        == gone);
  }
  {
    activity_fixture service;
    service.begin({schedule_activity("a")});
    const auto which = service.by_token(service.take().task_token());
    BOOST_TEST(service
                   .expect<wire::RecordActivityTaskHeartbeatResponse>(
                       embedded::heartbeat_activity{which, &big, "me"})
                   .cancel_requested());
    BOOST_TEST(failed_with(service) == "Heartbeat details exceed size limit.");
  }
  {
    activity_fixture service;
    service.begin({schedule_activity("a")});
    const auto which = service.by_token(service.take().task_token());
    service.decide(embedded::cancel_activity{which, &big, "me"});
    BOOST_TEST(failed_with(service) == "Cancel details exceed size limit.");
  }
  {
    activity_fixture service;
    service.begin({schedule_activity("a")});
    const auto task = service.take();
    const auto failure = application_failure(std::string(2 << 20, 'm'));
    const auto tx = service.fail_attempt(task, failure);
    BOOST_TEST(failed_with(service) == "Failure exceeds size limit.");
    const auto& told = static_cast<wire::RespondActivityTaskFailedResponse&>(*tx.answer.message);
    BOOST_REQUIRE(told.failures_size() == 1);
    BOOST_TEST(told.failures(0).ByteSizeLong() < 600U * 1024);
  }
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  const auto failure = application_failure();
  const auto told = service.expect<wire::RespondActivityTaskFailedResponse>(
      embedded::fail_activity{service.by_token(task.task_token()), &failure, &big, "me"});
  BOOST_REQUIRE(told.failures_size() == 1);
  BOOST_TEST(told.failures(0).message() == "Heartbeat details exceed size limit.");
  BOOST_TEST(service.described().attempt() == 2); // that alone is no reason to give up
}

BOOST_AUTO_TEST_CASE(of_a_large_failure_so_much_is_kept_as_the_real_server_keeps) {
  auto failure = application_failure(std::string(3000, 'm'));
  failure.set_source("PythonSDK");
  failure.set_stack_trace(std::string(500, 's'));
  auto& cause = *failure.mutable_cause();
  cause.set_message(std::string(3000, 'c'));
  cause.mutable_application_failure_info()->set_type("C");
  const auto cut = embedded::cut_failure(failure, 4096, false);
  BOOST_TEST(cut.message() == "Failure exceeds size limit.");
  BOOST_TEST(cut.cause().message().size() == 3000U);
  BOOST_TEST(cut.cause().stack_trace().size() == 500U);
  BOOST_TEST(cut.cause().cause().message().size() == 545U);
  failure.clear_cause();
  failure.clear_stack_trace();
  failure.set_message(std::string(5000, 'm'));
  BOOST_TEST(embedded::cut_failure(failure, 4096, false).cause().message().size() == 4070U);
  failure.set_message("short");
  failure.set_stack_trace(std::string(9000, 's'));
  BOOST_TEST(embedded::cut_failure(failure, 4096, false).cause().stack_trace().size() == 4061U);
  failure.clear_source();
  failure.clear_stack_trace();
  failure.set_message(std::string(5000, 'm'));
  BOOST_TEST(embedded::cut_failure(failure, 4096, false).cause().message().size() == 4083U);
  failure.set_source("PythonSDK");
  // Not in the middle of a character, and not without an end.
  failure.set_message("\xc3\xa4" + std::string(4067, 'm') + "\xc3\xa4");
  BOOST_TEST(embedded::cut_failure(failure, 4096, false).cause().message().size() == 4069U);
  auto* deep = &failure;
  for (int level = 0; level < 500; ++level)
    deep = deep->mutable_cause();
  failure.set_message("");
  int levels = 0;
  const auto short_chain = embedded::cut_failure(failure, 4096, false);
  for (const auto* at = &short_chain; at->has_cause(); at = &at->cause())
    ++levels;
  BOOST_TEST(levels <= max_failure_depth);
}

BOOST_AUTO_TEST_CASE(a_workflow_that_closes_takes_its_activities_along) {
  activity_fixture service;
  service.begin({schedule_activity("a"), schedule_activity("b")});
  const auto task = service.take();
  const auto other = service.activities.front();
  service.hold_task();
  const auto tx = service.complete({complete_workflow()});
  BOOST_TEST(tx.answer.status.ok());
  BOOST_TEST(service.pending() == 0U);
  refuse_all(service, service.by_token(task.task_token()), "workflow execution already completed");
  BOOST_TEST(!service
                  .decide(embedded::start_activity_task{
                      other.run_id, other.activity_id, other.stamp, "x", "y"})
                  .answer.status.ok());
}

BOOST_AUTO_TEST_CASE(a_crash_loses_no_activity) {
  activity_fixture service;
  service.begin(
      {schedule_activity("waiting"),
       schedule_activity("running"),
       schedule_activity("resting", retried(60))});
  std::map<std::string, wire::PollActivityTaskQueueResponse> taken;
  const auto waiting = service.activities;
  while (!service.activities.empty()) {
    auto task = service.take();
    taken[task.activity_id()] = std::move(task);
  }
  service.fail_attempt(taken.at("waiting"));
  service.fail_attempt(taken.at("resting"));
  service.advance(1s);
  BOOST_REQUIRE(service.activities.size() == 1U);
  const auto key = service.activities.front().key();
  const auto timer = service.timer;
  service.crash();
  BOOST_REQUIRE(service.activities.size() == 1U);
  BOOST_TEST(service.activities.front().key() == key);
  BOOST_TEST((service.timer == timer));
  BOOST_TEST(service.take().activity_id() == "waiting");
  service.crash();
  BOOST_TEST(service.activities.empty()); // it is a worker's now
  BOOST_TEST(service.complete_activity(taken.at("running")).answer.status.ok());
  service.advance(60s);
  BOOST_TEST(service.described("resting").attempt() == 2);
}

BOOST_AUTO_TEST_CASE(all_that_time_out_at_once_are_told_with_one_task) {
  activity_fixture service;
  const auto short_wait = [](attributes& a) {
    a.mutable_schedule_to_start_timeout()->set_seconds(1);
  };
  service.begin({schedule_activity("a", short_wait), schedule_activity("b", short_wait)});
  service.advance(1s);
  BOOST_TEST(service.event_types().ends_with(
      "ActivityTaskTimedOut ActivityTaskTimedOut WorkflowTaskScheduled"));
}

BOOST_AUTO_TEST_CASE(the_last_failure_of_an_attempt_can_be_described_and_read) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  auto failure = application_failure();
  auto* level = &failure;
  for (int i = 0; i < 95; ++i)
    level = level->mutable_cause();
  service.fail_attempt(service.take(), failure);
  wire::DescribeWorkflowExecutionRequest request;
  request.mutable_execution()->set_workflow_id("w");
  wire::DescribeWorkflowExecutionResponse described;
  BOOST_TEST(described.ParseFromString(
      embedded::describe(service.rec(), request).message->SerializeAsString()));
  BOOST_TEST(service.kept.read() != nullptr);
}

BOOST_AUTO_TEST_CASE(far_times_are_no_near_ones) {
  activity_fixture service;
  service.begin({schedule_activity("a", [](attributes& a) {
    a.mutable_start_to_close_timeout()->set_seconds(315'576'000'000);
    a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(315'576'000'000);
    a.mutable_retry_policy()->set_backoff_coefficient(1e300);
  })});
  service.fail_attempt(service.take());
  service.advance(24h * 365);
  BOOST_TEST(service.activities.empty());
  BOOST_TEST(service.described().attempt() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
