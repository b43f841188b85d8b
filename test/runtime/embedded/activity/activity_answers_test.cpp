// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/activity/failure_size.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "test/runtime/embedded/activity/activity_fixture.hpp"

#include <boost/test/unit_test.hpp>

/// What workers, or whoever completes in their place, say of activities, and what they hear.
namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;
using attributes = wanted_activity;

std::function<void(attributes&)> retried(int first, int attempts = 0) {
  return [=](attributes& a) {
    a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(first);
    a.mutable_retry_policy()->set_maximum_attempts(attempts);
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(activity_answers)

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
  service.refuse_all(which, activity_gone);
  service.refuse_all(service.by_id("a"), unknown);
  service.poll();
  service.complete({complete_workflow()});
  service.refuse_all(which, "workflow execution already completed");
  service.refuse_all(service.by_id("a"), "workflow execution already completed");
  auto other_run = service.by_id("a");
  other_run.token.run_id = "00000000-0000-4000-8000-00000000dead";
  service.refuse_all(
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
    BOOST_TEST(service.decide(what).answer.status.message == activity_gone);
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
        == activity_gone);
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
