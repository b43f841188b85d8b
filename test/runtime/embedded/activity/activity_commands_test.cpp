// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/activity/activity_fixture.hpp"

#include <boost/test/unit_test.hpp>

/// What a worker may schedule and cancel, in the real server's words.
namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;
using attributes = wanted_activity;

struct bad_command {
  const char* what;
  std::function<void(attributes&)> change;
  const char* words;
};

std::string cause(activity_fixture& service) {
  return enums::WorkflowTaskFailedCause_Name(service.last(enums::EVENT_TYPE_WORKFLOW_TASK_FAILED)
                                                 .workflow_task_failed_event_attributes()
                                                 .cause());
}

history_api::ActivityTaskScheduledEventAttributes scheduled(
    const std::function<void(attributes&)>& with,
    const std::function<void(wire::StartWorkflowExecutionRequest&)>& run = {}) {
  activity_fixture service;
  auto request = service.start_request();
  if (run)
    run(request);
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  service.poll();
  const auto tx = service.complete({schedule_activity("a", with)});
  BOOST_REQUIRE_MESSAGE(tx.answer.status.ok(), tx.answer.status.message);
  return service.last(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
      .activity_task_scheduled_event_attributes();
}

std::array<std::int64_t, 4> timeouts(const history_api::ActivityTaskScheduledEventAttributes& of) {
  return {
      of.schedule_to_close_timeout().seconds(),
      of.schedule_to_start_timeout().seconds(),
      of.start_to_close_timeout().seconds(),
      of.heartbeat_timeout().seconds()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(activity_commands)

BOOST_AUTO_TEST_CASE(what_is_wrong_with_an_activity_is_said_in_the_real_servers_words) {
  const std::string long_text(1001, 'x');
  const std::vector<bad_command> all{
      {"queue", [](attributes& a) { a.clear_task_queue(); }, "taskQueue is not set"},
      {"queue without a name",
       [](attributes& a) { a.mutable_task_queue()->clear_name(); },
       "missing task queue name"},
      {"same build on another queue",
       [](attributes& a) {
         a.set_use_workflow_build_id(true);
         a.mutable_task_queue()->set_name("elsewhere");
       },
       "Activity with UseCompatibleVersion cannot run on different task queue."},
      {"long queue",
       [&](attributes& a) { a.mutable_task_queue()->set_name(long_text); },
       "taskQueue length exceeds limit"},
      {"reserved queue",
       [](attributes& a) { a.mutable_task_queue()->set_name("/_sys/x"); },
       "task queue name cannot start with reserved prefix /_sys/"},
      {"the service's queue",
       [](attributes& a) { a.mutable_task_queue()->set_name("temporal-sys-per-ns-tq"); },
       "cannot use internal per-namespace task queue:temporal-sys-per-ns-tq (in parent component "
       "task queue: tq)"},
      {"id", [](attributes& a) { a.clear_activity_id(); }, "activityId is not set"},
      {"type", [](attributes& a) { a.clear_activity_type(); }, "activityType is not set"},
      {"long id",
       [&](attributes& a) { a.set_activity_id(long_text); },
       "activityId exceeds length limit. Length=1001 Limit=1000"},
      {"long type",
       [&](attributes& a) { a.mutable_activity_type()->set_name(long_text); },
       "activityType exceeds length limit. Length=1001 Limit=1000"},
      {"no timeout",
       [](attributes& a) { a.clear_start_to_close_timeout(); },
       "a valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand. "
       "ActivityId=a ActivityType=A"},
      {"start-to-close",
       [](attributes& a) { a.mutable_start_to_close_timeout()->set_seconds(-1); },
       "invalid StartToCloseTimeout: negative duration"},
      {"schedule-to-close",
       [](attributes& a) { a.mutable_schedule_to_close_timeout()->set_seconds(-1); },
       "invalid ScheduleToCloseTimeout: negative duration"},
      {"schedule-to-start",
       [](attributes& a) { a.mutable_schedule_to_start_timeout()->set_nanos(-1); },
       "invalid ScheduleToStartTimeout: negative duration"},
      {"heartbeat",
       [](attributes& a) { a.mutable_heartbeat_timeout()->set_seconds(-1); },
       "invalid HeartbeatTimeout: negative duration"},
      {"signs",
       [](attributes& a) { a.mutable_start_to_close_timeout()->set_nanos(-1); },
       "invalid StartToCloseTimeout: duration has seconds and nanos with different signs"},
      {"coefficient",
       [](attributes& a) { a.mutable_retry_policy()->set_backoff_coefficient(0.5); },
       "BackoffCoefficient cannot be less than 1 on retry policy."},
      {"interval",
       [](attributes& a) { a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(-1); },
       "invalid InitialInterval set on retry policy: negative duration"},
      {"longest interval",
       [](attributes& a) {
         a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(10);
         a.mutable_retry_policy()->mutable_maximum_interval()->set_seconds(5);
       },
       "MaximumInterval cannot be less than InitialInterval on retry policy."},
      {"attempts",
       [](attributes& a) { a.mutable_retry_policy()->set_maximum_attempts(-1); },
       "MaximumAttempts cannot be negative on retry policy."},
      {"error type",
       [](attributes& a) {
         a.mutable_retry_policy()->add_non_retryable_error_types("TemporalTimeout:Nope");
       },
       "Invalid timeout type value: Nope."},
      {"priority",
       [](attributes& a) { a.mutable_priority()->set_priority_key(-1); },
       "invalid priorities: priority key can't be negative"},
      {"fairness key",
       [](attributes& a) { a.mutable_priority()->set_fairness_key(std::string(65, 'k')); },
       "invalid priorities: fairness key length exceeds limit"},
      {"fairness weight",
       [](attributes& a) { a.mutable_priority()->set_fairness_weight(-1); },
       "invalid priorities: must be greater than zero"},
  };
  for (const auto& each : all) {
    BOOST_TEST_CONTEXT(each.what) {
      activity_fixture service;
      const auto tx = service.begin({schedule_activity("a", each.change)});
      BOOST_TEST((tx.answer.status.code == status_code::invalid_argument));
      BOOST_TEST(
          tx.answer.status.message == std::string{"BadScheduleActivityAttributes: "} + each.words);
      BOOST_TEST(cause(service) == "WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES");
      BOOST_TEST(service.pending() == 0U);
      BOOST_TEST(service.activities.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(commands_without_attributes_are_refused) {
  for (const auto& [type, words] :
       {std::pair{
            enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
            "BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes is not set on "
            "ScheduleActivityTaskCommand."},
        std::pair{
            enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK,
            "BadRequestCancelActivityAttributes: RequestCancelActivityTaskCommandAttributes is "
            "not set on RequestCancelActivityTaskCommand."}}) {
    activity_fixture service;
    command_api::Command command;
    command.set_command_type(type);
    BOOST_TEST(service.begin({command}).answer.status.message == words);
  }
}

BOOST_AUTO_TEST_CASE(an_input_that_is_too_large_ends_the_workflow) {
  activity_fixture service;
  const auto tx = service.begin({schedule_activity(
      "a", [](attributes& a) { *a.mutable_input() = payloads(std::string(2 << 20, 'x')); })});
  const std::string words =
      "BadScheduleActivityAttributes: ScheduleActivityTaskCommandAttributes.Input exceeds size "
      "limit.";
  BOOST_TEST(tx.answer.status.message == words);
  BOOST_TEST(service.event_types().ends_with("WorkflowTaskFailed WorkflowExecutionTerminated"));
  BOOST_TEST(
      service.last_event().workflow_execution_terminated_event_attributes().reason() == words);
}

BOOST_AUTO_TEST_CASE(an_id_is_taken_while_its_activity_is_pending) {
  activity_fixture service;
  const auto tx = service.begin({schedule_activity("a"), schedule_activity("a")});
  BOOST_TEST(
      tx.answer.status.message
      == "ScheduleActivityDuplicateId: invalid history builder state for action: "
         "add-activitytask-scheduled-event, ActivityID: a");
  BOOST_TEST(cause(service) == "WORKFLOW_TASK_FAILED_CAUSE_SCHEDULE_ACTIVITY_DUPLICATE_ID");
}

BOOST_AUTO_TEST_CASE(an_id_is_free_again_once_its_activity_has_ended_or_was_cancelled) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  service.hold_task();
  service.complete_activity(task);
  BOOST_TEST(service.complete({schedule_activity("a")}).answer.status.ok());
  activity_fixture other;
  BOOST_TEST(other.begin({schedule_activity("a"), cancel_activity(5), schedule_activity("a")})
                 .answer.status.ok());
  BOOST_TEST(other.event_types().ends_with(
      "ActivityTaskScheduled ActivityTaskCancelRequested ActivityTaskScheduled "
      "ActivityTaskCanceled WorkflowTaskScheduled"));
  BOOST_TEST(other.current().state.activities.at("a").scheduled_event_id == 7);
}

BOOST_AUTO_TEST_CASE(so_many_activities_are_pending_and_not_one_more) {
  activity_fixture service;
  service.settings.max_pending_activities = 3;
  service.begin({schedule_activity("1"), schedule_activity("2"), schedule_activity("3")});
  service.hold_task();
  const auto tx = service.complete({schedule_activity("4")});
  BOOST_TEST(
      tx.answer.status.message
      == "PendingActivitiesLimitExceeded: the number of pending activities, 3, has reached the "
         "per-workflow limit of 3");
  BOOST_TEST(service.pending() == 3U);
}

BOOST_AUTO_TEST_CASE(timeouts_that_are_not_set_follow_from_the_others) {
  using four = std::array<std::int64_t, 4>;
  const auto with = [](int close, int start, int attempt, int heartbeat) {
    return [=](attributes& a) {
      a.mutable_schedule_to_close_timeout()->set_seconds(close);
      a.mutable_schedule_to_start_timeout()->set_seconds(start);
      a.mutable_start_to_close_timeout()->set_seconds(attempt);
      a.mutable_heartbeat_timeout()->set_seconds(heartbeat);
    };
  };
  const auto in_run = [](int seconds) {
    return [=](wire::StartWorkflowExecutionRequest& request) {
      request.mutable_workflow_run_timeout()->set_seconds(seconds);
    };
  };
  BOOST_TEST((timeouts(scheduled(with(0, 0, 5, 0))) == four{0, 0, 5, 0}));
  BOOST_TEST((timeouts(scheduled(with(5, 0, 0, 0))) == four{5, 5, 5, 0}));
  BOOST_TEST((timeouts(scheduled(with(5, 8, 9, 20))) == four{5, 5, 5, 5}));
  BOOST_TEST((timeouts(scheduled(with(50, 8, 9, 20))) == four{50, 8, 9, 9}));
  BOOST_TEST((timeouts(scheduled(with(0, 0, 50, 0), in_run(20))) == four{20, 20, 20, 0}));
  BOOST_TEST((timeouts(scheduled(with(0, 50, 5, 0), in_run(20))) == four{20, 20, 5, 0}));
  BOOST_TEST((timeouts(scheduled(with(50, 0, 0, 40), in_run(20))) == four{20, 20, 20, 20}));
  BOOST_TEST((timeouts(scheduled(with(50, 0, 3, 40), in_run(100))) == four{50, 50, 3, 3}));
  const auto longest = scheduled(
      [](attributes& a) { a.mutable_start_to_close_timeout()->set_seconds(300'000'000'000); });
  BOOST_TEST(longest.start_to_close_timeout().seconds() == 3'153'600'000);
  BOOST_TEST(longest.has_heartbeat_timeout()); // all four are set, also those that are none
}

BOOST_AUTO_TEST_CASE(a_retry_policy_is_filled_in) {
  const auto none = scheduled({}).retry_policy();
  BOOST_TEST(none.initial_interval().seconds() == 1);
  BOOST_TEST(none.backoff_coefficient() == 2);
  BOOST_TEST(none.maximum_interval().seconds() == 100);
  const auto some = scheduled(
      [](attributes& a) { a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(3); });
  BOOST_TEST(some.retry_policy().maximum_interval().seconds() == 300);
}

BOOST_AUTO_TEST_CASE(a_cancel_command_names_an_activity_that_is_there) {
  const auto refusal = [](std::int64_t id) {
    activity_fixture service;
    return service.begin({schedule_activity("a"), cancel_activity(id)}).answer.status.message;
  };
  for (const std::int64_t id : {-1, 0})
    BOOST_TEST(
        refusal(id)
        == "BadRequestCancelActivityAttributes: ScheduledEventId is not set on "
           "RequestCancelActivityTaskCommand.");
  for (const std::int64_t id : {1, 4, 99})
    BOOST_TEST(
        refusal(id)
        == "BadRequestCancelActivityAttributes: invalid history builder state for action: "
           "add-activitytask-cancel-requested-event, ScheduledEventID: "
               + std::to_string(id));
}

BOOST_AUTO_TEST_CASE(what_has_not_started_is_cancelled_at_once) {
  activity_fixture service;
  service.begin({schedule_activity("a"), cancel_activity(5), cancel_activity(5)});
  BOOST_TEST(service.event_types().ends_with(
      "ActivityTaskScheduled ActivityTaskCancelRequested ActivityTaskCancelRequested "
      "ActivityTaskCanceled WorkflowTaskScheduled"));
  const auto& canceled = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED)
                             .activity_task_canceled_event_attributes();
  BOOST_TEST(canceled.details().payloads(0).data() == "\"ACTIVITY_ID_NOT_STARTED\"");
  BOOST_TEST(canceled.latest_cancel_requested_event_id() == 6);
  BOOST_TEST(canceled.started_event_id() == 0);
  BOOST_TEST(canceled.identity() == "worker");
  BOOST_TEST(service.activities.empty());
  BOOST_TEST(service.pending() == 0U);
}

BOOST_AUTO_TEST_CASE(a_workflow_that_cancels_and_closes_hears_of_nothing_any_more) {
  activity_fixture service;
  const auto tx = service.begin({schedule_activity("a"), cancel_activity(5), complete_workflow()});
  BOOST_TEST(tx.answer.status.ok());
  BOOST_TEST(service.event_types().ends_with(
      "ActivityTaskScheduled ActivityTaskCancelRequested WorkflowExecutionCompleted"));
}

BOOST_AUTO_TEST_CASE(a_cancel_that_crosses_the_end_changes_nothing) {
  activity_fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  service.hold_task();
  service.complete_activity(task);
  BOOST_TEST(service.complete({cancel_activity(5)}).answer.status.ok());
  BOOST_TEST(service.event_types().ends_with(
      "WorkflowTaskCompleted ActivityTaskCancelRequested ActivityTaskStarted "
      "ActivityTaskCompleted WorkflowTaskScheduled"));
}

BOOST_AUTO_TEST_CASE(a_worker_starts_what_it_schedules_only_where_that_is_switched_on) {
  const auto eager = [](attributes& a) { a.set_request_eager_execution(true); };
  const auto tasks = [&](bool is_on, const std::vector<command_api::Command>& commands) {
    activity_fixture service;
    service.settings.eager_activities = is_on;
    const auto tx = service.begin(commands);
    BOOST_REQUIRE(tx.answer.status.ok());
    auto response = static_cast<wire::RespondWorkflowTaskCompletedResponse&>(*tx.answer.message);
    BOOST_TEST(
        service.activities.size() + static_cast<std::size_t>(response.activity_tasks_size())
        == service.pending());
    if (response.activity_tasks_size() > 0) {
      BOOST_TEST(service.complete_activity(response.activity_tasks(0)).answer.status.ok());
      const auto& started = service.last(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
                                .activity_task_started_event_attributes();
      BOOST_TEST(started.identity() == "worker");
      BOOST_TEST(!started.request_id().empty());
    }
    return response.activity_tasks_size();
  };
  BOOST_TEST(tasks(false, {schedule_activity("a", eager)}) == 0);
  BOOST_TEST(tasks(true, {schedule_activity("a", eager)}) == 1);
  BOOST_TEST(
      tasks(
          true,
          {schedule_activity("a", eager), schedule_activity("b"), schedule_activity("c", eager)})
      == 2);
  BOOST_TEST(tasks(true, {schedule_activity("a", eager), cancel_activity(5)}) == 0);
  BOOST_TEST(tasks(true, {schedule_activity("a", eager), complete_workflow()}) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
