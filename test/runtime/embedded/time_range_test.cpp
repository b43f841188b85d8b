// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/run/retry_policy.hpp"
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/json_util.h>

#include <array>
#include <limits>
#include <utility>

/// Durations near the end of the range: what they are for happens at the end of time, and nothing
/// else of the workflow suffers.
namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

/// Seconds that reach past the end of the range when they are added to the present, past it when
/// two of them are added, and past 64 bits of nanoseconds alone.
constexpr std::array<std::int64_t, 5> long_times{
    4'700'000'000, 7'500'000'000, 9'223'372'036, 315'576'000'000, std::int64_t{1} << 50};

/// Another timer of the same workflow still fires, and the record's own is not in the past.
void check_time_goes_on(service_fixture& service) {
  service.poll();
  auto tx = service.complete({start_timer("soon", 1s)});
  BOOST_REQUIRE(tx.answer.status.ok());
  BOOST_REQUIRE(service.timer.has_value());
  BOOST_TEST((*service.timer == service.now + 1s));
  service.advance(1s);
  BOOST_TEST(service.event_types().ends_with("TimerFired WorkflowTaskScheduled"));
  BOOST_TEST(service.current().open());
}

template <class Set>
void start_with(service_fixture& service, Set set) {
  auto request = service.start_request();
  set(request);
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
}

} // namespace

BOOST_AUTO_TEST_SUITE(time_range)

BOOST_AUTO_TEST_CASE(a_timer_of_centuries_holds_no_other_up) {
  for (const auto seconds : long_times) {
    service_fixture service;
    service.start();
    service.poll();
    auto command = start_timer("late", 1s);
    command.mutable_start_timer_command_attributes()->mutable_start_to_fire_timeout()->set_seconds(
        seconds);
    if (!service.complete({command}).answer.status.ok())
      continue; // the protocol's own limit of a duration
    wire::SignalWorkflowExecutionRequest signal;
    signal.mutable_workflow_execution()->set_workflow_id("w");
    signal.set_signal_name("s");
    service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{signal});
    BOOST_TEST((service.current().state.timers.at("late").due > service.now));
    check_time_goes_on(service);
    BOOST_TEST(service.current().state.timers.contains("late"));
  }
}

BOOST_AUTO_TEST_CASE(timeouts_of_centuries_end_nothing) {
  for (const auto seconds : long_times) {
    for (const bool of_run : {false, true}) {
      service_fixture service;
      start_with(service, [&](auto& request) {
        (of_run ? request.mutable_workflow_run_timeout()
                : request.mutable_workflow_execution_timeout())
            ->set_seconds(seconds);
      });
      const auto& state = service.current().state;
      BOOST_TEST((!state.run_expiration || *state.run_expiration > service.now));
      BOOST_TEST((!state.execution_expiration || *state.execution_expiration > service.now));
      check_time_goes_on(service);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_start_delay_of_centuries_is_not_over) {
  for (const auto seconds : long_times) {
    service_fixture service;
    start_with(service, [&](auto& request) {
      request.mutable_workflow_start_delay()->set_seconds(seconds);
      request.mutable_workflow_run_timeout()->set_seconds(seconds);
    });
    BOOST_TEST(service.tasks.empty());
    BOOST_REQUIRE(service.timer.has_value());
    BOOST_TEST((*service.timer > service.now + 24h));
    service.advance(24h);
    BOOST_TEST(service.tasks.empty());
    BOOST_TEST(service.current().open());
  }
}

// The real server takes it, too.
BOOST_AUTO_TEST_CASE(a_coefficient_that_is_no_number_waits_the_longest_from_the_second_retry_on) {
  service_fixture service;
  start_with(service, [&](auto& request) {
    auto& policy = *request.mutable_retry_policy();
    policy.mutable_initial_interval()->set_seconds(1);
    policy.mutable_maximum_interval()->set_seconds(5);
    policy.set_backoff_coefficient(std::numeric_limits<double>::quiet_NaN());
  });
  for (const int seconds : {1, 5, 5}) {
    service.poll();
    service.complete({fail_workflow("again")});
    BOOST_TEST(service.current().started().first_workflow_task_backoff().seconds() == seconds);
    service.advance(std::chrono::seconds{seconds});
  }
}

BOOST_AUTO_TEST_CASE(a_retry_after_centuries_is_not_due) {
  for (const auto seconds : long_times) {
    service_fixture service;
    start_with(service, [&](auto& request) {
      auto& policy = *request.mutable_retry_policy();
      policy.mutable_initial_interval()->set_seconds(seconds);
      policy.mutable_maximum_interval()->set_seconds(seconds);
      policy.set_backoff_coefficient(1e308);
    });
    const auto& policy = service.current().started().retry_policy();
    BOOST_TEST(policy.initial_interval().seconds() == 3'153'600'000); // a century
    BOOST_TEST(policy.maximum_interval().seconds() == 3'153'600'000);
    service.poll();
    service.complete({fail_workflow("first")});
    BOOST_TEST(service.current().state.attempt == 2);
    BOOST_TEST(service.tasks.empty());
    service.advance(24h);
    BOOST_TEST(service.tasks.empty());
    BOOST_TEST(service.current().open());
  }
}

BOOST_AUTO_TEST_CASE(a_first_interval_whose_hundredfold_is_no_duration_is_refused) {
  for (const auto seconds : long_times) {
    temporal::api::common::v1::RetryPolicy policy;
    policy.mutable_initial_interval()->set_seconds(seconds);
    embedded::fill_defaults(policy);
    BOOST_TEST(
        embedded::check(policy).message
        == "invalid MaximumInterval set on retry policy: negative duration");
  }
  temporal::api::common::v1::RetryPolicy policy;
  policy.mutable_initial_interval()->set_seconds(31'536'000); // a year
  embedded::fill_defaults(policy);
  BOOST_TEST(embedded::check(policy).ok());
  BOOST_TEST(policy.maximum_interval().seconds() == 3'153'600'000);
}

BOOST_AUTO_TEST_CASE(the_pause_a_failure_asks_for_may_be_centuries) {
  for (const auto seconds : long_times) {
    service_fixture service;
    start_with(service, [&](auto& request) {
      request.mutable_retry_policy()->set_backoff_coefficient(2);
      request.mutable_workflow_execution_timeout()->set_seconds(1'000'000);
    });
    service.poll();
    auto command = fail_workflow("first");
    command.mutable_fail_workflow_execution_command_attributes()
        ->mutable_failure()
        ->mutable_application_failure_info()
        ->mutable_next_retry_delay()
        ->set_seconds(seconds);
    service.complete({command});
    // It would come after the execution's timeout, so there is none.
    BOOST_TEST(!service.current().open());
    BOOST_TEST(service.current().state.attempt == 1);
  }
}

BOOST_AUTO_TEST_CASE(timeouts_of_operations_may_be_centuries) {
  for (const auto seconds : long_times) {
    service_fixture service;
    service.start();
    service.poll();
    auto command = schedule_operation();
    auto& asked = *command.mutable_schedule_nexus_operation_command_attributes();
    asked.mutable_schedule_to_close_timeout()->set_seconds(seconds);
    asked.mutable_schedule_to_start_timeout()->set_seconds(seconds);
    asked.mutable_start_to_close_timeout()->set_seconds(seconds);
    if (!service.complete({command}).answer.status.ok())
      continue;
    BOOST_REQUIRE(service.nexus_requests.size() == 1U);
    wire::RespondNexusTaskCompletedRequest answer;
    answer.mutable_response()
        ->mutable_start_operation()
        ->mutable_async_success()
        ->set_operation_token("token");
    service.decide(embedded::nexus_request_done{service.nexus_requests.front().attempt, &answer});
    BOOST_TEST(service.current().state.nexus_operations.size() == 1U);
    check_time_goes_on(service);
    BOOST_TEST(service.current().state.nexus_operations.size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_task_of_centuries_is_not_overdue) {
  for (const auto seconds : long_times) {
    service_fixture service;
    start_with(service, [&](auto& request) {
      request.mutable_workflow_task_timeout()->set_seconds(seconds);
    });
    service.poll();
    wire::RespondWorkflowTaskCompletedRequest request;
    request.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
    request.mutable_sticky_attributes()->mutable_schedule_to_start_timeout()->set_seconds(seconds);
    request.set_force_create_new_workflow_task(true);
    service.respond(std::move(request));
    BOOST_REQUIRE(service.current().state.task.has_value());
    BOOST_TEST((service.current().state.task->deadline.value() > service.now));
    service.advance(1s);
    BOOST_TEST(service.current().state.task->sticky);
  }
}

BOOST_AUTO_TEST_CASE(no_event_has_a_duration_that_cannot_be_read) {
  // Two seconds in nanoseconds are no duration to readers of JSON, nor are the ages of the
  // universe.
  const std::array<std::pair<std::int64_t, std::int32_t>, 3> odd{
      {{1, 2'000'000'000}, {std::int64_t{1} << 62, 0}, {1'000'000'000'000, 1}}};
  for (const auto& [seconds, nanos] : odd) {
    const auto set = [s = seconds, n = nanos](google::protobuf::Duration* to) {
      to->set_seconds(s);
      to->set_nanos(n);
    };
    service_fixture service;
    start_with(service, [&](auto& request) {
      set(request.mutable_workflow_run_timeout());
      set(request.mutable_workflow_execution_timeout());
      set(request.mutable_retry_policy()->mutable_initial_interval());
      set(request.mutable_retry_policy()->mutable_maximum_interval());
    });
    service.poll();
    auto timer = start_timer("t", 1s);
    set(timer.mutable_start_timer_command_attributes()->mutable_start_to_fire_timeout());
    command_api::Command child;
    child.set_command_type(enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
    auto& asked = *child.mutable_start_child_workflow_execution_command_attributes();
    asked.set_workflow_id("child");
    asked.mutable_workflow_type()->set_name("C");
    set(asked.mutable_workflow_run_timeout());
    set(asked.mutable_workflow_execution_timeout());
    set(asked.mutable_workflow_task_timeout());
    set(asked.mutable_retry_policy()->mutable_initial_interval());
    set(asked.mutable_retry_policy()->mutable_maximum_interval());
    BOOST_REQUIRE(service.complete({timer, child}).answer.status.ok());
    BOOST_TEST(
        service.event_types().ends_with("TimerStarted StartChildWorkflowExecutionInitiated"));
    for (const auto& event : service.current().history) {
      std::string text;
      BOOST_TEST(
          google::protobuf::util::MessageToJsonString(*event, &text).ok(),
          event->ShortDebugString());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_retention_of_centuries_keeps_what_is_closed) {
  service_fixture service;
  service.known.retained = duration::max();
  service.start();
  service.poll();
  service.complete({complete_workflow()});
  service.advance(1000h);
  BOOST_TEST(!embedded::is_empty(service.rec()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
