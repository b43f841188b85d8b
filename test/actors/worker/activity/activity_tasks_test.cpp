// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/activity_metrics.hpp"
#include "actors/worker/activity/activity_tasks.hpp"
#include "runtime/activity/environment.hpp"
#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/activity/implementation.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::test;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;

namespace {

constexpr auto poll = "PollActivityTaskQueue";
constexpr auto completed = "RespondActivityTaskCompleted";
constexpr auto failed = "RespondActivityTaskFailed";
constexpr auto canceled = "RespondActivityTaskCanceled";
constexpr auto heartbeat = "RecordActivityTaskHeartbeat";

inline constexpr activity::contract<std::string(std::string)> greet{"greet"}; ///< on the pool
inline constexpr activity::contract<std::string(std::string)> waits{"waits"}; ///< a coroutine
inline constexpr activity::contract<int(int)> beats{"beats"}; ///< so many heartbeats, one a second
inline constexpr activity::contract<void(std::string)> fails{"fails"};
inline constexpr activity::contract<void()> leaves{"leaves"}; ///< completed by somebody else

struct activity_fixture : worker_fixture {
  activity_fixture() {
    auto known = std::make_shared<activity::registry>();
    known->add(activity::implement<greet>([](std::string who) { return "hello " + who; }));
    known->add(activity::implement<waits>(
        [](activity::context ctx, std::string who) -> activity::async<std::string> {
          if (co_await ctx.sleep(1h))
            co_return "waited for " + who;
          if (who == "stubborn")
            co_return "finished anyway";
          throw canceled_error(who);
        }));
    known->add(
        activity::implement<beats>([](activity::context ctx, int times) -> activity::async<int> {
          const int first = ctx.heartbeat_details<int>().value_or(0);
          for (int i = first; i < times; ++i) {
            ctx.heartbeat(i + 1);
            if (!co_await ctx.sleep(1s))
              throw canceled_error("stopped");
          }
          co_return times - first;
        }));
    known->add(activity::implement<fails>([](std::string why) -> activity::async<> {
      if (why == "benign")
        throw application_error(why, {.category = error_category::benign});
      throw std::runtime_error(why);
      co_return;
    }));
    known->add(activity::implement<leaves>([](activity::context ctx) -> activity::async<> {
      ctx.complete_later();
      co_return;
    }));
    context->kinds.push_back(actors::activity_tasks(
        {.environment = std::make_shared<activity::environment>(
             activity::environment{.activities = known, .identity = "me"}),
         .slots = std::make_shared<actors::fixed_slot_supplier>(10),
         .pollers = {2, 2, 2}}));
  }

  template <class... Args>
  static wire::PollActivityTaskQueueResponse
  task(const std::string& type, const std::string& token, const Args&... args) {
    wire::PollActivityTaskQueueResponse made;
    made.set_task_token(token);
    made.set_activity_id("id-" + token);
    made.mutable_activity_type()->set_name(type);
    made.mutable_workflow_execution()->set_workflow_id("w");
    made.mutable_workflow_execution()->set_run_id("r");
    made.mutable_workflow_type()->set_name("Greeter");
    made.set_workflow_namespace("default");
    made.set_attempt(2);
    for (const auto& each : make_payloads(args...)) {
      auto& to = *made.mutable_input()->add_payloads();
      (*to.mutable_metadata())["encoding"] = std::string{each.encoding()};
      to.set_data(each.data);
    }
    return made;
  }
  /// As the one open call of a method.
  template <class Request>
  Request asked(const std::string& method) {
    const auto open = service.open(method);
    BOOST_REQUIRE_EQUAL(open.size(), 1u);
    return open[0]->as<Request>();
  }
  void cancel_by_heartbeat() {
    wire::RecordActivityTaskHeartbeatResponse reply;
    reply.set_cancel_requested(true);
    answer(heartbeat, reply);
  }
  std::uint64_t ended(task_outcome outcome) {
    return actors::activity_metrics{*context->shards.at(0)->meter}.activity_tasks.of(outcome);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(activity_tasks, activity_fixture)

BOOST_AUTO_TEST_CASE(a_plain_function_runs_on_the_pool_and_its_result_is_answered) {
  start();
  BOOST_TEST(service.open(poll).size() == 2u);
  give(poll, task("greet", "a", std::string{"Ann"}));
  BOOST_TEST(service.all(completed).empty());
  BOOST_TEST(pool->run_one());
  clock->run_until_idle();
  const auto request = asked<wire::RespondActivityTaskCompletedRequest>(completed);
  BOOST_TEST(request.task_token() == "a");
  BOOST_TEST(request.identity() == "me");
  BOOST_TEST(request.result().payloads(0).data() == R"("hello Ann")");
  answer(completed, wire::RespondActivityTaskCompletedResponse{});
  BOOST_TEST(ended(task_outcome::answered) == 1u);
  const troupe::telemetry::labels its{{"activity_type", "greet"}, {"workflow_type", "Greeter"}};
  BOOST_TEST(metric("activity_task_received", its) == 1);
  BOOST_TEST(metric("activity_task_received", {{"eager", "false"}}) == 1);
  const auto seen = context->metrics->read();
  BOOST_TEST(seen.histogram("activity_execution_latency", its).count == 1u);
  BOOST_TEST(seen.histogram("activity_succeed_endtoend_latency", its).count == 1u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_coroutine_runs_on_its_shard_and_actors_are_used_again) {
  start();
  const auto before = shards[0]->pinned_actors();
  for (int i = 0; i < 20; ++i) {
    give(poll, task("waits", std::to_string(i), std::string{"Ann"}));
    clock->advance(1h);
    BOOST_TEST(
        asked<wire::RespondActivityTaskCompletedRequest>(completed).result().payloads(0).data()
        == R"("waited for Ann")");
    answer(completed, wire::RespondActivityTaskCompletedResponse{});
  }
  BOOST_TEST(pool->queue.empty());
  BOOST_TEST(shards[0]->pinned_actors() <= before + 2);
  BOOST_TEST(ended(task_outcome::answered) == 20u);
}

BOOST_AUTO_TEST_CASE(heartbeats_are_sent_at_once_and_then_no_oftener_than_their_interval) {
  start();
  auto one = task("beats", "a", 60);
  one.mutable_heartbeat_timeout()->set_seconds(10);
  give(poll, one);
  BOOST_TEST(
      asked<wire::RecordActivityTaskHeartbeatRequest>(heartbeat).details().payloads(0).data()
      == "1");
  answer(heartbeat, wire::RecordActivityTaskHeartbeatResponse{});
  clock->advance(7s);
  BOOST_TEST(service.open(heartbeat).empty());
  clock->advance(1s); // 80 % of ten seconds
  BOOST_TEST(
      asked<wire::RecordActivityTaskHeartbeatRequest>(heartbeat).details().payloads(0).data()
      == "9");
  answer(heartbeat, wire::RecordActivityTaskHeartbeatResponse{});
  for (int i = 0; i < 6; ++i) {
    clock->advance(8s);
    answer(heartbeat, wire::RecordActivityTaskHeartbeatResponse{});
  }
  clock->advance(8s);
  BOOST_TEST(asked<wire::RespondActivityTaskCompletedRequest>(completed).task_token() == "a");
  // The newest details of one that succeeds are of no interest any more.
  BOOST_TEST(service.open(heartbeat).empty());
  answer(completed, wire::RespondActivityTaskCompletedResponse{});
  BOOST_TEST(service.all(heartbeat).size() == 8u);
}

BOOST_AUTO_TEST_CASE(a_next_attempt_goes_on_where_the_last_one_was) {
  start();
  auto one = task("beats", "a", 3);
  auto& details = *one.mutable_heartbeat_details()->add_payloads();
  (*details.mutable_metadata())["encoding"] = "json/plain";
  details.set_data("2");
  give(poll, one);
  clock->advance(1s);
  BOOST_TEST(
      asked<wire::RespondActivityTaskCompletedRequest>(completed).result().payloads(0).data()
      == "1");
}

BOOST_AUTO_TEST_CASE(an_activity_hears_by_its_heartbeat_that_it_is_cancelled_and_ends_so) {
  start();
  give(poll, task("beats", "a", 60));
  cancel_by_heartbeat();
  BOOST_TEST(asked<wire::RespondActivityTaskCanceledRequest>(canceled).task_token() == "a");
  answer(canceled, wire::RespondActivityTaskCanceledResponse{});
  BOOST_TEST(ended(task_outcome::answered) == 1u);
  BOOST_TEST(metric("activity_execution_failed") == 0);
}

BOOST_AUTO_TEST_CASE(a_paused_or_reset_activity_fails_and_is_begun_anew_by_the_service) {
  start();
  for (const bool paused : {true, false}) {
    give(poll, task("beats", "a", 60));
    wire::RecordActivityTaskHeartbeatResponse reply;
    reply.set_activity_paused(paused);
    reply.set_activity_reset(!paused);
    answer(heartbeat, reply);
    const auto request = asked<wire::RespondActivityTaskFailedRequest>(failed);
    const auto& info = request.failure();
    BOOST_TEST(
        info.application_failure_info().type() == (paused ? "ActivityPause" : "ActivityReset"));
    BOOST_TEST(!info.application_failure_info().non_retryable());
    answer(failed, wire::RespondActivityTaskFailedResponse{});
  }
}

BOOST_AUTO_TEST_CASE(an_activity_that_the_service_does_not_know_any_more_is_stopped_unanswered) {
  start();
  give(poll, task("beats", "a", 60));
  refuse(heartbeat, status_code::not_found);
  for (const auto* method : {completed, failed, canceled})
    BOOST_TEST(service.all(method).empty());
  BOOST_TEST(ended(task_outcome::task_gone) == 1u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_heartbeat_that_is_lost_stops_nothing) {
  start();
  give(poll, task("beats", "a", 2));
  refuse(heartbeat, status_code::permission_denied);
  clock->advance(2s);
  answer(completed, wire::RespondActivityTaskCompletedResponse{});
  BOOST_TEST(ended(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(an_attempt_whose_time_is_over_is_told_so_and_not_answered) {
  start();
  captured_log log;
  auto one = task("waits", "a", std::string{"stubborn"});
  one.mutable_start_to_close_timeout()->set_seconds(60);
  give(poll, one);
  clock->advance(66s);
  BOOST_TEST(ended(task_outcome::deadline_passed) == 1u);
  BOOST_TEST(service.all(completed).empty());
  BOOST_TEST(service.all(failed).empty());
  BOOST_TEST(log.lines_of("an activity ran past its time and is not answered").size() == 1u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_failure_is_a_line_that_names_the_attempt_but_a_benign_one_is_quiet) {
  start();
  captured_log log;
  give(poll, task("fails", "a", std::string{"disk full"}));
  const auto request = asked<wire::RespondActivityTaskFailedRequest>(failed);
  BOOST_TEST(request.failure().message() == "disk full");
  answer(failed, wire::RespondActivityTaskFailedResponse{});
  const auto lines = log.lines_of("an activity failed");
  BOOST_REQUIRE_EQUAL(lines.size(), 1u);
  const std::map<std::string, std::string> expected{
      {"activity_type", "fails"},
      {"activity_id", "id-a"},
      {"attempt", "2"},
      {"workflow_type", "Greeter"},
      {"workflow_id", "w"},
      {"run_id", "r"},
      {"namespace", "default"},
      {"task_queue", "queue"}};
  for (const auto& [key, value] : expected)
    BOOST_TEST(lines[0].at(key) == value, key);
  BOOST_TEST(lines[0].at("error").find("disk full") != std::string::npos);
  give(poll, task("fails", "b", std::string{"benign"}));
  answer(failed, wire::RespondActivityTaskFailedResponse{});
  BOOST_TEST(log.lines_of("an activity failed").size() == 1u);
  BOOST_TEST(metric("activity_execution_failed") == 1);
}

BOOST_AUTO_TEST_CASE(an_unknown_type_is_answered_as_a_failure_that_names_the_known_ones) {
  start();
  give(poll, task("sink", "a"));
  BOOST_TEST(
      asked<wire::RespondActivityTaskFailedRequest>(failed).failure().message().find(
          "available activities: beats, fails, greet, leaves, waits")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_that_is_completed_later_is_left_open_and_its_slot_comes_back) {
  start();
  give(poll, task("leaves", "a"));
  for (const auto* method : {completed, failed, canceled})
    BOOST_TEST(service.all(method).empty());
  BOOST_TEST(ended(task_outcome::not_needed) == 1u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_result_that_the_service_refuses_becomes_a_failure_that_is_not_retried) {
  start();
  captured_log log;
  give(poll, task("greet", "a", std::string{"Ann"}));
  BOOST_TEST(pool->run_one());
  clock->run_until_idle();
  refuse(completed, status_code::invalid_argument, "too large");
  const auto request = asked<wire::RespondActivityTaskFailedRequest>(failed);
  BOOST_TEST(request.task_token() == "a");
  BOOST_TEST(request.failure().application_failure_info().non_retryable());
  BOOST_TEST(request.failure().message().find("too large") != std::string::npos);
  answer(failed, wire::RespondActivityTaskFailedResponse{});
  BOOST_TEST(ended(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_too_late_is_no_failure) {
  start();
  give(poll, task("greet", "a", std::string{"Ann"}));
  BOOST_TEST(pool->run_one());
  clock->run_until_idle();
  refuse(completed, status_code::not_found);
  BOOST_TEST(ended(task_outcome::task_gone) == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_could_not_be_delivered_is_tried_again) {
  start();
  give(poll, task("greet", "a", std::string{"Ann"}));
  BOOST_TEST(pool->run_one());
  clock->run_until_idle();
  refuse(completed, status_code::unavailable);
  clock->advance(1s);
  answer(completed, wire::RespondActivityTaskCompletedResponse{});
  BOOST_TEST(ended(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(at_shutdown_activities_are_left_alone_then_cancelled_and_waited_for) {
  start();
  give(poll, task("waits", "a", std::string{"gives up"}));
  stop();
  BOOST_TEST(service.open(poll).empty());
  clock->advance(9s);
  BOOST_TEST(service.all(failed).empty());
  clock->advance(1s);
  const auto request = asked<wire::RespondActivityTaskFailedRequest>(failed);
  BOOST_TEST(request.failure().application_failure_info().type() == "WorkerShutdown");
  BOOST_CHECK(core->phase() == worker_phase::draining);
  answer(failed, wire::RespondActivityTaskFailedResponse{});
  BOOST_CHECK(core->phase() == worker_phase::stopped);
  BOOST_TEST(ended(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(many_activities_share_one_timer_for_their_heartbeats) {
  start();
  const auto before = shards[0]->pending_timers();
  for (int i = 0; i < 10; ++i) {
    // What a poll brings takes a slot; ten run at a time.
    auto one = task("beats", std::to_string(i), 60);
    one.mutable_heartbeat_timeout()->set_seconds(10);
    give(poll, one);
    answer(heartbeat, wire::RecordActivityTaskHeartbeatResponse{});
  }
  clock->advance(5s);
  // One sleep each, the polls that are gone, and one for all heartbeats.
  BOOST_TEST(shards[0]->pending_timers() <= before + 10 + 1);
  clock->advance(3s);
  BOOST_TEST(service.open(heartbeat).size() == 10u);
}

BOOST_AUTO_TEST_SUITE_END()
