// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/activity/activity_machine.hpp"
#include "runtime/embedded/record/wire.hpp"
#include "test/runtime/embedded/activity/activity_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

/// What becomes of activities between the command that scheduled them and their end.
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

BOOST_AUTO_TEST_CASE(an_attempt_that_failed_without_a_word_shows_no_failure) {
  activity_fixture service;
  service.begin({schedule_activity("a", retried(1, 3))});
  const auto which = service.by_token(service.take().task_token());
  service.decide(embedded::fail_activity{which, nullptr, nullptr, "me"});
  BOOST_TEST(service.described().attempt() == 2);
  BOOST_TEST(!service.described().has_last_failure());
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_is_tried_again_and_no_event) {
  activity_fixture service;
  service.begin({schedule_activity("a", retried(1, 3))});
  const auto first = service.take("one");
  const auto events = service.current().history.size();
  BOOST_TEST(service.fail_attempt(first).answer.status.ok());
  service.refuse_all(service.by_token(first.task_token()), activity_gone);
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

BOOST_AUTO_TEST_CASE(a_failure_that_asks_for_no_pause_at_all_is_the_last_one) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  auto failure = application_failure();
  failure.mutable_application_failure_info()->mutable_next_retry_delay();
  service.fail_attempt(service.take(), failure);
  const auto& last = service.current().history;
  const auto failed = std::find_if(last.rbegin(), last.rend(), [](const auto& event) {
    return event->has_activity_task_failed_event_attributes();
  });
  BOOST_REQUIRE((failed != last.rend()));
  BOOST_TEST(
      (*failed)->activity_task_failed_event_attributes().retry_state()
      == temporal::api::enums::v1::RETRY_STATE_TIMEOUT);
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

BOOST_AUTO_TEST_CASE(a_workflow_that_closes_takes_its_activities_along) {
  activity_fixture service;
  service.begin({schedule_activity("a"), schedule_activity("b")});
  const auto task = service.take();
  const auto other = service.activities.front();
  service.hold_task();
  const auto tx = service.complete({complete_workflow()});
  BOOST_TEST(tx.answer.status.ok());
  BOOST_TEST(service.pending() == 0U);
  service.refuse_all(service.by_token(task.task_token()), "workflow execution already completed");
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

BOOST_AUTO_TEST_CASE(an_activity_that_ends_touches_no_other) {
  service_fixture service;
  service.start();
  service.poll();
  std::vector<command_api::Command> commands;
  for (int each = 0; each < 500; ++each)
    commands.push_back(schedule_activity(std::to_string(each)));
  service.complete(commands);
  BOOST_TEST(service.activities.size() == 500U);
  const auto task = service.activities.front();
  const auto activity_rows = [&](const embedded::transaction& tx) {
    const auto rows = embedded::rows_of(service.rec(), tx).rows;
    return std::count_if(rows.begin(), rows.end(), [](const auto& row) {
      return row.key.where == embedded::table::activity;
    });
  };
  const auto started = service.decide(embedded::start_activity_task{
      task.run_id, task.activity_id, task.stamp, "worker", service.ids.uuid()});
  BOOST_TEST(activity_rows(started) == 1);
  const auto ended =
      service.decide(embedded::complete_activity{{{}, task.activity_id}, nullptr, "me"});
  BOOST_TEST(activity_rows(ended) == 1);
  BOOST_TEST(all_of<embedded::activity_task_dispatch>(ended).empty());
  BOOST_TEST(service.rec().deadlines.size() == 0U); // the rest waits without a limit
}

BOOST_AUTO_TEST_CASE(far_times_are_no_near_ones) {
  activity_fixture service;
  service.begin({schedule_activity("a", [](attributes& a) {
    a.mutable_start_to_close_timeout()->set_seconds(315'576'000'000);
    a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(315'576'000'000);
    a.mutable_retry_policy()->mutable_maximum_interval()->set_seconds(315'576'000'000);
    a.mutable_retry_policy()->set_backoff_coefficient(1e300);
  })});
  service.fail_attempt(service.take());
  service.advance(24h * 365);
  BOOST_TEST(service.activities.empty());
  BOOST_TEST(service.described().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(a_next_attempt_that_is_due_is_no_transition_of_its_run) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  service.fail_attempt(service.take(), application_failure());
  const auto count = [&] { return service.current().state.transitions; };
  const auto failed = count();
  service.advance(std::chrono::seconds{2});
  BOOST_TEST(count() == failed);
  service.take();
  BOOST_TEST(count() == failed + 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
