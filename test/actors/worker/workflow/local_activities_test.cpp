// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/environment.hpp"
#include "test/actors/worker/worker_fixture.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/command/v1/message.pb.h>

#include <string>

using namespace troupe;
using namespace troupe::test;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;

namespace {

constexpr auto completed = "RespondWorkflowTaskCompleted";

inline constexpr activity::contract<std::string(std::string)> greet{"greet"}; ///< on the pool
inline constexpr activity::contract<int(int)> flaky{"flaky"}; ///< fails so many times
inline constexpr activity::contract<void()> sleeps{"sleeps"}; ///< for a minute, or until cancelled

inline constexpr activity::contract<std::string()> whose{"whose"}; ///< the run that asks

struct greets {
  async<std::string> run(workflow::context ctx) {
    co_return co_await ctx.execute_local<greet>({.start_to_close_timeout = 5s}, "Ann");
  }
};
struct tries {
  async<int> run(workflow::context ctx) {
    co_return co_await ctx.execute_local<flaky>(
        {.start_to_close_timeout = 5s,
         .retry_policy = workflow::retry_policy{.initial_interval = 40s}},
        2);
  }
};
struct tries_twice {
  async<std::string> run(workflow::context ctx) {
    auto outcome = co_await ctx
                       .execute_local<flaky>(
                           {.start_to_close_timeout = 5s,
                            .retry_policy = workflow::retry_policy{.maximum_attempts = 2}},
                           5)
                       .as_result();
    co_return to_failure_error(outcome.error())->message();
  }
};
struct waits_for_a_sleeper {
  async<std::string> run(workflow::context ctx) {
    auto outcome = co_await ctx.execute_local<sleeps>({.start_to_close_timeout = 2min}).as_result();
    co_return outcome ? "slept" : "failed";
  }
};
struct has_no_time_for_a_sleeper {
  async<std::string> run(workflow::context ctx) {
    auto outcome =
        co_await ctx.execute_local<sleeps>({.schedule_to_close_timeout = 2s}).as_result();
    const auto error = to_failure_error(outcome.error());
    co_return error->message() + ": "
        + std::string{to_string(dynamic_cast<const timeout_error&>(*error->cause()).type())};
  }
};
struct leaves_a_sleeper {
  async<std::string> run(workflow::context ctx) {
    auto sleeper = ctx.execute_local<sleeps>(
        {.start_to_close_timeout = 2min,
         .cancellation_type = workflow::activity_cancellation_type::wait_completed});
    co_await ctx.execute_local<greet>({.start_to_close_timeout = 5s}, "Ann");
    sleeper.cancel();
    co_return is_canceled((co_await sleeper.as_result()).error()) ? "canceled" : "?";
  }
};

struct asks_twice {
  async<std::string> run(workflow::context ctx) {
    const auto first = co_await ctx.execute_local<whose>({.start_to_close_timeout = 5s});
    co_return first + " " + co_await ctx.execute_local<whose>({.start_to_close_timeout = 5s});
  }
};

struct local_fixture : worker_fixture {
  local_fixture() {
    auto known = std::make_shared<activity::registry>();
    known->add(activity::implement<greet>([](std::string who) { return "hello " + who; }));
    known->add(
        activity::implement<flaky>([](activity::context ctx, int failures) -> activity::async<int> {
          if (ctx.info().attempt <= failures)
            throw std::runtime_error("attempt " + std::to_string(ctx.info().attempt));
          co_return ctx.info().attempt;
        }));
    known->add(activity::implement<sleeps>([](activity::context ctx) -> activity::async<> {
      if (!co_await ctx.sleep(1min))
        throw canceled_error("stopped");
    }));
    known->add(
        activity::implement<whose>([](activity::context ctx) -> activity::async<std::string> {
          co_return ctx.info().run_id;
        }));
    actors::workflow_definitions all;
    for (const auto& each :
         {workflow::define<greets>("Greets"),
          workflow::define<tries>("Tries"),
          workflow::define<tries_twice>("TriesTwice"),
          workflow::define<waits_for_a_sleeper>("Waits"),
          workflow::define<has_no_time_for_a_sleeper>("NoTime"),
          workflow::define<leaves_a_sleeper>("Leaves"),
          workflow::define<asks_twice>("AsksTwice")})
      all[each->name] = each;
    context->kinds.push_back(actors::workflow_tasks(
        {.environment = std::make_shared<workflow::environment>(
             workflow::environment{{}, "default", "queue", "me"}),
         .definitions = std::move(all),
         .slots = std::make_shared<actors::fixed_slot_supplier>(10),
         .pollers = {2, 2, 2},
         .activities =
             std::make_shared<activity::environment>(activity::environment{.activities = known}),
         .local_slots = std::make_shared<actors::fixed_slot_supplier>(1)}));
  }

  /// The one answer that is on its way.
  wire::RespondWorkflowTaskCompletedRequest answered() {
    const auto open = service.open(completed);
    BOOST_REQUIRE_EQUAL(open.size(), 1u);
    return open[0]->as<wire::RespondWorkflowTaskCompletedRequest>();
  }
  static std::string result_of(const wire::RespondWorkflowTaskCompletedRequest& answer) {
    BOOST_REQUIRE_GE(answer.commands_size(), 1);
    return answer.commands(answer.commands_size() - 1)
        .complete_workflow_execution_command_attributes()
        .result()
        .payloads(0)
        .data();
  }
  static const auto& marker_in(const wire::RespondWorkflowTaskCompletedRequest& answer) {
    return answer.commands(0).record_marker_command_attributes();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(local_activities, local_fixture)

BOOST_AUTO_TEST_CASE(a_task_is_answered_with_the_result_of_its_local_activity_and_a_marker) {
  start();
  const troupe::telemetry::labels slots{{"worker_type", "LocalActivityWorker"}};
  const auto free = metric("worker_task_slots_available", slots);
  BOOST_TEST(free > 0);
  give_workflow(first_task("r", "Greets"));
  BOOST_TEST(service.open(completed).empty());
  BOOST_TEST(metric("worker_task_slots_used", slots) == 1);
  BOOST_TEST(metric("worker_task_slots_available", slots) == free - 1);
  BOOST_TEST(pool->run_one());
  clock->run_until_idle();
  const auto answer = answered();
  BOOST_TEST(answer.commands_size() == 2);
  BOOST_TEST(marker_in(answer).marker_name() == "core_local_activity");
  BOOST_TEST(marker_in(answer).details().at("result").payloads(0).data() == R"("hello Ann")");
  BOOST_TEST(result_of(answer) == R"("hello Ann")");
  const troupe::telemetry::labels its{{"activity_type", "greet"}, {"workflow_type", "Greets"}};
  BOOST_TEST(metric("local_activity_total", its) == 1);
  const auto seen = context->metrics->read();
  BOOST_TEST(seen.histogram("local_activity_execution_latency", its).count == 1u);
  BOOST_TEST(seen.histogram("local_activity_succeed_endtoend_latency", its).count == 1u);
  BOOST_TEST(metric("worker_task_slots_used", slots) == 0);
  BOOST_TEST(metric("worker_task_slots_available", slots) == free);
}

BOOST_AUTO_TEST_CASE(runs_that_one_actor_has_after_each_other_are_told_apart) {
  start();
  give_workflow(first_task("r", "AsksTwice"));
  BOOST_TEST(result_of(answered()) == R"("r r")");
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  give_workflow(first_task("s", "AsksTwice"));
  BOOST_TEST(result_of(answered()) == R"("s s")");
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_is_tried_again_within_the_task_or_in_a_timer) {
  start();
  give_workflow(first_task("r", "Tries"));
  // The first wait is 40 s: within the task, which heartbeats meanwhile and does not end.
  clock->advance(8s);
  const auto heartbeat = answered();
  BOOST_TEST(heartbeat.commands_size() == 0);
  BOOST_TEST(heartbeat.force_create_new_workflow_task());
}

BOOST_AUTO_TEST_CASE(the_last_of_the_attempts_fails_it) {
  start();
  give_workflow(first_task("r", "TriesTwice"));
  BOOST_TEST(service.open(completed).empty());
  clock->advance(1s);
  const auto answer = answered();
  BOOST_TEST(marker_in(answer).failure().message() == "attempt 2");
  BOOST_TEST(result_of(answer) == R"("attempt 2")");
  BOOST_TEST(metric("local_activity_execution_failed") == 2);
}

BOOST_AUTO_TEST_CASE(a_long_one_keeps_its_task_alive_and_goes_on_in_the_next_one) {
  start();
  give_workflow(first_task("r", "Waits"));
  auto told = first_task("r", "Waits");
  std::int64_t last = 3;
  for (int i = 0; i < 7; ++i) {
    clock->advance(8s);
    BOOST_TEST(answered().force_create_new_workflow_task());
    wire::RespondWorkflowTaskCompletedResponse next;
    auto& task = *next.mutable_workflow_task();
    task.set_task_token("token-" + std::to_string(i));
    *task.mutable_workflow_execution() = told.workflow_execution();
    *task.mutable_workflow_type() = told.workflow_type();
    task.set_previous_started_event_id(last);
    task.set_started_event_id(last + 3);
    task.set_attempt(1);
    add_event(
        *task.mutable_history(),
        last + 1,
        temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        .mutable_workflow_task_completed_event_attributes()
        ->set_started_event_id(last);
    add_task_events(*task.mutable_history(), last + 2);
    last += 3;
    answer(completed, next);
  }
  clock->advance(4s); // that makes a minute
  const auto done = answered();
  BOOST_TEST(done.task_token() == "token-6");
  BOOST_TEST(!done.force_create_new_workflow_task());
  BOOST_TEST(result_of(done) == R"("slept")");
  BOOST_TEST(metric("local_activity_total") == 1);
}

BOOST_AUTO_TEST_CASE(a_run_whose_next_task_does_not_come_along_is_begun_anew) {
  start();
  give_workflow(first_task("r", "Waits"));
  clock->advance(8s);
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(one_whose_time_is_over_fails_and_says_which_limit_it_was) {
  start();
  give_workflow(first_task("r", "NoTime"));
  clock->advance(2s);
  BOOST_TEST(result_of(answered()) == R"("Activity task timed out: SCHEDULE_TO_CLOSE")");
}

BOOST_AUTO_TEST_CASE(one_that_is_cancelled_is_told_so_and_others_wait_for_its_slot) {
  start();
  give_workflow(first_task("r", "Leaves"));
  // One at a time: the second one waits for the first, which sleeps.
  BOOST_TEST(!pool->run_one());
  clock->advance(7s);
  BOOST_TEST(service.open(completed).empty());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_lost_takes_its_local_activities_along) {
  start();
  give_workflow(first_task("r", "Waits"));
  clock->advance(8s);
  refuse(completed, status_code::not_found);
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::task_gone) == 1u);
  give_workflow(first_task("s", "Greets"));
  BOOST_TEST(pool->run_one()); // the slot is free again
  clock->run_until_idle();
  BOOST_TEST(result_of(answered()) == R"("hello Ann")");
}

BOOST_AUTO_TEST_SUITE_END()
