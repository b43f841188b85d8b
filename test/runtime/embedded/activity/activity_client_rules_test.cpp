// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/activity/activity_fixture.hpp"

#include <boost/test/unit_test.hpp>

/// What clients do to pending activities: pause, unpause, reset, change their options.
namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;
using attributes = wanted_activity;
using pause_request = wire::PauseActivityRequest;
using unpause_request = wire::UnpauseActivityRequest;
using reset_request = wire::ResetActivityRequest;
using options_request = wire::UpdateActivityOptionsRequest;

template <class Request>
Request about(const std::string& id = "a") {
  Request request;
  request.mutable_execution()->set_workflow_id("w");
  request.set_identity("client");
  request.set_id(id);
  return request;
}

embedded::input input_of(const pause_request& request) {
  return embedded::pause_activity{request};
}
embedded::input input_of(const unpause_request& request) {
  return embedded::unpause_activity{request};
}
embedded::input input_of(const reset_request& request) {
  return embedded::reset_activity{request};
}
embedded::input input_of(const options_request& request) {
  return embedded::update_activity_options{request};
}

struct fixture : activity_fixture {
  template <class Request>
  rpc_status ask(const Request& request) {
    return decide(input_of(request)).answer.status;
  }
  void pause(const std::string& reason = "why") {
    auto request = about<pause_request>();
    request.set_reason(reason);
    BOOST_TEST(ask(request).ok());
  }
  wire::RecordActivityTaskHeartbeatResponse
  heartbeat(const wire::PollActivityTaskQueueResponse& task) {
    const auto details = payloads("1");
    return expect<wire::RecordActivityTaskHeartbeatResponse>(
        embedded::heartbeat_activity{by_token(task.task_token()), &details, "me"});
  }
  std::string state() { return enums::PendingActivityState_Name(described().state()); }
};

void rest_a_minute(attributes& a) {
  a.mutable_retry_policy()->mutable_initial_interval()->set_seconds(60);
}

template <class Request>
void refuses_what_cannot_be() {
  fixture service;
  service.begin({schedule_activity("a")});
  const auto words = [&](const std::function<void(Request&)>& change) {
    auto request = about<Request>();
    if constexpr (std::is_same_v<Request, options_request>) {
      request.mutable_activity_options();
      request.mutable_update_mask();
    }
    change(request);
    return service.ask(request).message;
  };
  const std::string unknown =
      "Can't find pending activity with such ID. Invalid activityID or activity already completed";
  BOOST_TEST(
      words([](Request& r) { r.clear_id(); })
      == "Either Activity.Id or Activity.Type should be set on request.");
  BOOST_TEST(words([](Request& r) { r.set_id("nope"); }) == unknown);
  BOOST_TEST(words([](Request& r) { r.set_type("nope"); }) == unknown);
  BOOST_TEST(
      words([](Request& r) { r.mutable_execution()->clear_workflow_id(); })
      == "WorkflowId is not set on request.");
  BOOST_TEST(
      words([](Request& r) { r.mutable_execution()->set_run_id("bad"); })
      == "RunId is not valid UUID.");
  service.hold_task();
  service.complete({complete_workflow()});
  BOOST_TEST(words([](Request&) {}) == "workflow execution already completed");
}

} // namespace

BOOST_AUTO_TEST_SUITE(activity_client_rules)

BOOST_AUTO_TEST_CASE(requests_name_an_activity_that_is_there) {
  refuses_what_cannot_be<pause_request>();
  refuses_what_cannot_be<unpause_request>();
  refuses_what_cannot_be<reset_request>();
  refuses_what_cannot_be<options_request>();
}

BOOST_AUTO_TEST_CASE(a_paused_activity_is_in_no_queue_and_no_time_counts) {
  fixture service;
  service.begin({schedule_activity(
      "a", [](attributes& a) { a.mutable_schedule_to_close_timeout()->set_seconds(5); })});
  service.pause();
  service.pause("again"); // the first one counts
  const auto shown = service.described();
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_PAUSED");
  BOOST_TEST(shown.paused());
  BOOST_TEST(shown.pause_info().manual().identity() == "client");
  BOOST_TEST(shown.pause_info().manual().reason() == "why");
  BOOST_CHECK_THROW(service.take(), std::exception);
  service.advance(1h);
  service.crash();
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_PAUSED");
  BOOST_TEST(service.activities.empty());
}

BOOST_AUTO_TEST_CASE(an_unpaused_activity_is_to_be_started_at_once) {
  fixture service;
  service.begin({schedule_activity("a", rest_a_minute)});
  service.fail_attempt(service.take());
  service.pause();
  BOOST_TEST(service.ask(about<unpause_request>()).ok());
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_SCHEDULED");
  BOOST_TEST(!service.described().has_last_failure());
  BOOST_TEST(service.take().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(unpausing_may_forget_what_was) {
  fixture service;
  service.begin({schedule_activity("a", rest_a_minute)});
  const auto task = service.take();
  service.heartbeat(task);
  service.pause();
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_PAUSE_REQUESTED");
  BOOST_TEST(service.heartbeat(task).activity_paused());
  service.fail_attempt(task);
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_PAUSED");
  BOOST_TEST(service.described().attempt() == 2);
  BOOST_TEST(!service.described().has_next_attempt_schedule_time());
  auto request = about<unpause_request>();
  request.set_reset_attempts(true);
  request.set_reset_heartbeat(true);
  service.ask(request);
  const auto again = service.take();
  BOOST_TEST(again.attempt() == 1);
  BOOST_TEST(!again.has_heartbeat_details());
}

BOOST_AUTO_TEST_CASE(who_was_asked_to_pause_may_go_on) {
  fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  service.pause();
  service.advance(1h); // no timeout counts
  service.ask(about<unpause_request>());
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_STARTED");
  BOOST_TEST(!service.heartbeat(task).activity_paused());
  service.pause();
  BOOST_TEST(service.complete_activity(task).answer.status.ok());
}

BOOST_AUTO_TEST_CASE(what_is_not_paused_cannot_be_unpaused) {
  fixture service;
  service.begin({schedule_activity("a", rest_a_minute)});
  service.fail_attempt(service.take());
  auto request = about<unpause_request>();
  request.set_reset_attempts(true);
  BOOST_TEST(service.ask(request).ok());
  BOOST_TEST(service.described().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(the_pause_between_attempts_runs_out_while_paused) {
  fixture service;
  service.begin({schedule_activity("a", rest_a_minute)});
  service.fail_attempt(service.take());
  service.pause();
  BOOST_TEST(service.described().has_next_attempt_schedule_time());
  service.advance(60s);
  BOOST_TEST(!service.described().has_next_attempt_schedule_time());
  BOOST_TEST(service.described().current_retry_interval().seconds() == 120);
  BOOST_TEST(service.activities.empty());
}

BOOST_AUTO_TEST_CASE(jitter_spreads_the_starts) {
  fixture service;
  service.begin({schedule_activity("a")});
  service.pause();
  auto request = about<unpause_request>();
  request.mutable_jitter()->set_seconds(10);
  service.ask(request);
  BOOST_TEST(service.activities.size() == 1U); // the task from before, which is stale
  BOOST_CHECK_THROW(service.take(), std::exception);
  service.advance(5s); // half of it, as the random source of tests has it
  BOOST_TEST(service.take().attempt() == 1);
  request.mutable_jitter()->set_seconds(-1);
  BOOST_TEST((service.ask(request).code == status_code::invalid_argument));
}

BOOST_AUTO_TEST_CASE(a_type_means_all_activities_of_it) {
  fixture service;
  service.begin(
      {schedule_activity("a"), schedule_activity("b"), schedule_activity("c", [](attributes& a) {
         a.mutable_activity_type()->set_name("B");
       })});
  auto request = about<pause_request>();
  request.set_type("A");
  service.ask(request);
  BOOST_TEST(service.described("a").paused());
  BOOST_TEST(service.described("b").paused());
  BOOST_TEST(!service.described("c").paused());
}

BOOST_AUTO_TEST_CASE(a_run_says_which_types_of_its_activities_are_paused) {
  fixture service;
  service.begin(
      {schedule_activity("a"), schedule_activity("b"), schedule_activity("c", [](attributes& a) {
         a.mutable_activity_type()->set_name("B\"\\");
       })});
  const auto row = [&] {
    return embedded::list_row(service.rec(), service.current().id)->search_attributes();
  };
  const auto told = [&](const auto& request) {
    BOOST_TEST(service.ask(request).ok());
    const auto shown = row();
    const auto found = shown.indexed_fields().find("TemporalPauseInfo");
    return found == shown.indexed_fields().end() ? std::string{"none"} : found->second.data();
  };
  BOOST_TEST(told(about<unpause_request>("a")) == "none");
  const std::string one = R"(["property:activityType=A"])";
  const std::string both = R"(["property:activityType=A","property:activityType=B\"\\"])";
  BOOST_TEST(told(about<pause_request>("a")) == one);
  BOOST_TEST(told(about<pause_request>("a")) == one);
  BOOST_TEST(told(about<pause_request>("b")) == one);
  BOOST_TEST(told(about<pause_request>("c")) == both);
  BOOST_TEST(told(about<unpause_request>("a")) == both);
  auto keeps = about<reset_request>("c");
  keeps.set_keep_paused(true);
  BOOST_TEST(told(keeps) == both);
  BOOST_TEST(told(about<reset_request>("c")) == one);
  BOOST_TEST(told(about<unpause_request>("b")) == "null");
}

BOOST_AUTO_TEST_CASE(a_reset_begins_the_attempts_anew) {
  fixture service;
  service.begin({schedule_activity("a", rest_a_minute)});
  const auto first = service.take();
  service.heartbeat(first);
  service.fail_attempt(first);
  service.ask(about<reset_request>());
  auto shown = service.described();
  BOOST_TEST(shown.attempt() == 1);
  BOOST_TEST(!shown.has_last_failure());
  BOOST_TEST(shown.current_retry_interval().seconds() == 60);
  BOOST_TEST(shown.has_heartbeat_details());
  auto request = about<reset_request>();
  request.set_reset_heartbeat(true);
  service.ask(request);
  BOOST_TEST(!service.described().has_heartbeat_details());
  BOOST_TEST(service.take().attempt() == 1);
}

BOOST_AUTO_TEST_CASE(a_running_activity_is_told_of_its_reset) {
  fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  service.heartbeat(task);
  auto request = about<reset_request>();
  request.set_reset_heartbeat(true);
  service.ask(request);
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_STARTED");
  BOOST_TEST(service.heartbeat(task).activity_reset());
  service.fail_attempt(task);
  BOOST_TEST(service.described().attempt() == 2);
  BOOST_TEST(!service.described().has_heartbeat_details());
  service.advance(1s);
  const auto again = service.take();
  BOOST_TEST(!service.heartbeat(again).activity_reset());
}

BOOST_AUTO_TEST_CASE(a_later_attempt_loses_its_worker_by_a_reset) {
  fixture service;
  service.begin({schedule_activity("a")});
  service.fail_attempt(service.take());
  service.advance(1s);
  const auto second = service.take();
  service.ask(about<reset_request>());
  BOOST_TEST((service.fail_attempt(second).answer.status.code == status_code::not_found));
  service.advance(10s); // its time is over
  BOOST_TEST(service.described().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(a_reset_unpauses_unless_it_is_not_to) {
  fixture service;
  service.begin({schedule_activity("a")});
  service.pause();
  auto request = about<reset_request>();
  request.set_keep_paused(true);
  service.ask(request);
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_PAUSED");
  request.set_keep_paused(false);
  service.ask(request);
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_SCHEDULED");
  service.take();
}

BOOST_AUTO_TEST_CASE(a_reset_leaves_an_attempt_that_runs_paused) {
  fixture service;
  service.begin({schedule_activity("a")});
  service.take();
  service.pause();
  service.ask(about<reset_request>());
  BOOST_TEST(service.state() == "PENDING_ACTIVITY_STATE_PAUSE_REQUESTED");
}

BOOST_AUTO_TEST_CASE(options_are_changed_field_by_field) {
  fixture service;
  service.begin({schedule_activity("a")});
  const auto update = [&](const std::string& path, auto change) {
    auto request = about<options_request>();
    change(*request.mutable_activity_options());
    request.mutable_update_mask()->add_paths(path);
    return service
        .expect<wire::UpdateActivityOptionsResponse>(embedded::update_activity_options{request})
        .activity_options();
  };
  using options = temporal::api::activity::v1::ActivityOptions;
  const auto heartbeat = [](options& o) { o.mutable_heartbeat_timeout()->set_seconds(3); };
  BOOST_TEST(update("heartbeatTimeout", heartbeat).heartbeat_timeout().seconds() == 3);
  BOOST_TEST(update("nope", heartbeat).heartbeat_timeout().seconds() == 3);
  const auto policy = [](options& o) {
    o.mutable_retry_policy()->set_maximum_attempts(7);
    o.mutable_retry_policy()->set_backoff_coefficient(5);
  };
  const auto retried = update("retry_policy.maximum_attempts", policy).retry_policy();
  BOOST_TEST(retried.maximum_attempts() == 7);
  BOOST_TEST(retried.backoff_coefficient() == 2);
  const auto bounded = update("schedule_to_close_timeout", [](options& o) {
    o.mutable_schedule_to_close_timeout()->set_seconds(8);
  });
  BOOST_TEST(bounded.schedule_to_start_timeout().seconds() == 8);
  BOOST_TEST(bounded.start_to_close_timeout().seconds() == 8);
  const auto prior = update(
      "priority.priority_key", [](options& o) { o.mutable_priority()->set_priority_key(2); });
  BOOST_TEST(prior.priority().priority_key() == 2);
  const auto shown = service.described();
  BOOST_TEST(shown.activity_options().heartbeat_timeout().seconds() == 3);
  BOOST_TEST(shown.maximum_attempts() == 7);
  BOOST_TEST((from_proto(shown.expiration_time()) == service.now + 8s));
  BOOST_TEST(shown.priority().priority_key() == 2);
  service.crash();
  BOOST_TEST(service.described().maximum_attempts() == 7);
}

BOOST_AUTO_TEST_CASE(another_queue_gets_the_task_and_the_old_one_is_stale) {
  fixture service;
  service.begin({schedule_activity("a")});
  auto request = about<options_request>();
  request.mutable_activity_options()->mutable_task_queue()->set_name("other");
  request.mutable_update_mask()->add_paths("task_queue.name");
  service.ask(request);
  BOOST_REQUIRE(service.activities.size() == 2U);
  const auto old = service.activities.front();
  BOOST_TEST(
      !service
           .decide(embedded::start_activity_task{old.run_id, old.activity_id, old.stamp, "x", "y"})
           .answer.status.ok());
  BOOST_TEST(service.activities.back().task_queue == "other");
  service.take();
}

BOOST_AUTO_TEST_CASE(a_new_policy_counts_for_the_pause_that_runs) {
  fixture service;
  service.begin({schedule_activity("a", rest_a_minute)});
  service.fail_attempt(service.take());
  auto request = about<options_request>();
  request.mutable_activity_options()
      ->mutable_retry_policy()
      ->mutable_initial_interval()
      ->set_seconds(2);
  request.mutable_update_mask()->add_paths("retry_policy.initial_interval");
  service.ask(request);
  BOOST_TEST(service.described().current_retry_interval().seconds() == 4);
  service.advance(4s);
  BOOST_TEST(service.take().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(a_shorter_timeout_counts_for_the_attempt_that_runs) {
  fixture service;
  service.begin({schedule_activity("a")});
  service.take();
  auto request = about<options_request>();
  request.mutable_activity_options()->mutable_start_to_close_timeout()->set_seconds(1);
  request.mutable_update_mask()->add_paths("start_to_close_timeout");
  service.ask(request);
  service.advance(1s);
  BOOST_TEST(service.described().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(options_that_cannot_be_change_nothing) {
  fixture service;
  service.begin({schedule_activity("a"), schedule_activity("b")});
  const auto words = [&](const std::vector<std::string>& paths, auto change) {
    auto request = about<options_request>();
    request.set_type("A");
    change(*request.mutable_activity_options());
    for (const auto& path : paths)
      request.mutable_update_mask()->add_paths(path);
    const auto tx = service.decide(embedded::update_activity_options{request});
    BOOST_TEST(!tx.changed);
    return tx.answer.status.message;
  };
  using options = temporal::api::activity::v1::ActivityOptions;
  BOOST_TEST(
      words({"start_to_close_timeout"}, [](options&) {})
      == "a valid StartToClose or ScheduleToCloseTimeout is not set on "
         "ScheduleActivityTaskCommand. ActivityId=a ActivityType=A");
  BOOST_TEST(
      words(
          {"heartbeat_timeout"}, [](options& o) { o.mutable_heartbeat_timeout()->set_seconds(-1); })
      == "invalid HeartbeatTimeout: negative duration");
  BOOST_TEST(words({"task_queue.name"}, [](options&) {}) == "TaskQueue is not provided");
  BOOST_TEST(
      words({"task_queue.name"}, [](options& o) { o.mutable_task_queue(); })
      == "missing task queue name");
  BOOST_TEST(
      words({"retry_policy.maximum_attempts"}, [](options&) {}) == "RetryPolicy is not provided");
  BOOST_TEST(words({"priority.fairness_key"}, [](options&) {}) == "Priority is not provided");
  BOOST_TEST(
      words({"priority"}, [](options& o) { o.mutable_priority()->set_priority_key(-1); })
      == "priority key can't be negative");
  auto request = about<options_request>();
  BOOST_TEST(service.ask(request).message == "ActivityOptions are not provided");
  request.mutable_activity_options();
  BOOST_TEST(service.ask(request).message == "UpdateMask is not provided");
  request.set_restore_original(true);
  request.mutable_update_mask();
  BOOST_TEST(service.ask(request).message == "Both UpdateMask and RestoreOriginal are provided");
  // Before all but the workflow's id, whatever the mask names.
  request.mutable_activity_options()->mutable_priority()->set_priority_key(-1);
  BOOST_TEST(service.ask(request).message == "priority key can't be negative");
  request.mutable_execution()->clear_workflow_id();
  BOOST_TEST(service.ask(request).message == "WorkflowId is not set on request.");
}

BOOST_AUTO_TEST_CASE(an_interval_that_is_named_and_not_set_is_taken_away) {
  fixture service;
  service.begin({schedule_activity("a")});
  auto request = about<options_request>();
  request.mutable_activity_options()->mutable_retry_policy()->set_maximum_attempts(3);
  for (const auto* path : {"initial_interval", "maximum_interval", "maximum_attempts"})
    request.mutable_update_mask()->add_paths("retry_policy." + std::string{path});
  const auto policy =
      service
          .expect<wire::UpdateActivityOptionsResponse>(embedded::update_activity_options{request})
          .activity_options()
          .retry_policy();
  BOOST_TEST(!policy.has_initial_interval());
  BOOST_TEST(!policy.has_maximum_interval());
  BOOST_TEST(policy.maximum_attempts() == 3);
}

BOOST_AUTO_TEST_CASE(a_policy_that_was_emptied_knows_no_next_attempt) {
  fixture service;
  service.begin({schedule_activity("a")});
  const auto task = service.take();
  auto request = about<options_request>();
  request.mutable_activity_options()->mutable_retry_policy()->set_maximum_attempts(7);
  request.mutable_update_mask()->add_paths("retry_policy");
  service.ask(request);
  service.fail_attempt(task);
  BOOST_TEST(
      service.last(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED)
          .activity_task_failed_event_attributes()
          .retry_state()
      == enums::RETRY_STATE_TIMEOUT);
}

BOOST_AUTO_TEST_CASE(the_options_of_the_command_can_be_had_again) {
  fixture service;
  service.begin({schedule_activity("a")});
  auto request = about<options_request>();
  request.mutable_activity_options()->mutable_start_to_close_timeout()->set_seconds(1);
  request.mutable_update_mask()->add_paths("start_to_close_timeout");
  service.ask(request);
  auto restore = about<options_request>();
  restore.set_restore_original(true);
  BOOST_TEST(service.ask(restore).ok());
  BOOST_TEST(service.described().activity_options().start_to_close_timeout().seconds() == 10);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
