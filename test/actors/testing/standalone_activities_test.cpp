// SPDX-License-Identifier: Apache-2.0
// Activities without a workflow, from a client through the service to a worker, in virtual time.

#include <troupe/activity/implementation.hpp>
#include <troupe/client/activity_handle.hpp>
#include <troupe/error.hpp>
#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

constexpr activity::contract<std::string(std::string, int)> charge{"charge"};
constexpr activity::contract<void()> wait_for_ever{"wait_for_ever"};
constexpr activity::contract<std::string()> leave_open{"leave_open"};

struct fixture {
  environment env{{.service = {.dynamic_config = {{"activity.enableStandalone", "true"}}}}};
  client caller = env.connect();
  worker serves = env.make_worker(caller, {.task_queue = "q"});
  std::optional<activity::info> seen;

  fixture() {
    serves.add(activity::implement<charge>(
        [this](activity::context ctx, const std::string& who, int amount) -> std::string {
          seen = ctx.info();
          if (ctx.info().attempt < 3)
            throw application_error("no money yet", {.type = "Poor"});
          return who + " paid " + std::to_string(amount);
        }));
    serves.add(activity::implement<wait_for_ever>([](activity::context ctx) -> activity::async<> {
      do
        ctx.heartbeat("alive");
      while (co_await ctx.sleep(1s));
      ctx.throw_if_cancelled();
    }));
    serves.add(activity::implement<leave_open>(
        [](activity::context ctx) -> std::string { ctx.complete_later(); }));
    serves.start();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(standalone_activities, fixture)

BOOST_AUTO_TEST_CASE(a_client_starts_one_and_has_its_result) {
  const auto handle = caller.start_activity<charge>(
      {.id = "a", .task_queue = "q", .start_to_close_timeout = 10s}, "Ann", 7);
  BOOST_TEST(handle.result() == "Ann paid 7");
  BOOST_REQUIRE(seen);
  BOOST_TEST(seen->workflow_id == "");
  BOOST_TEST(seen->run_id == "");
  BOOST_TEST(seen->activity_id == "a");
  BOOST_TEST(seen->activity_run_id == handle.run_id());
  BOOST_TEST(seen->attempt == 3);
  const auto found = handle.describe();
  BOOST_CHECK(found.status == activity_status::completed);
  BOOST_TEST(found.attempt == 3);
  BOOST_TEST(found.last_failure == "no money yet");
  BOOST_CHECK(found.execution_duration >= 3s); // the pauses of two retries
  BOOST_TEST(caller.count_activities("ActivityType = 'charge'") == 1);
  handle.remove();
  BOOST_TEST(caller.count_activities() == 0);
}

BOOST_AUTO_TEST_CASE(one_that_fails_says_why) {
  BOOST_CHECK_EXCEPTION(
      (void)caller.execute_activity<charge>(
          {.task_queue = "q",
           .start_to_close_timeout = 10s,
           .retry_policy = workflow::retry_policy{.maximum_attempts = 2}},
          "Ann",
          7),
      activity_failed_error,
      [](const auto& error) {
        const auto* const cause = find_cause<application_error>(error);
        return cause != nullptr && cause->type() == "Poor";
      });
}

BOOST_AUTO_TEST_CASE(one_is_cancelled_by_its_heartbeats) {
  const auto handle = caller.start_activity<wait_for_ever>(
      {.id = "w", .task_queue = "q", .start_to_close_timeout = 1h, .heartbeat_timeout = 10s});
  env.advance(5s);
  BOOST_TEST(handle.describe().run_state == "Started");
  handle.cancel("enough");
  BOOST_CHECK_EXCEPTION(handle.result(), activity_failed_error, [](const auto& error) {
    return dynamic_cast<const canceled_error*>(error.cause().get()) != nullptr;
  });
  BOOST_TEST(handle.describe().canceled_reason == "enough");
}

BOOST_AUTO_TEST_CASE(one_is_terminated_or_runs_out_of_time) {
  const auto ended = caller.start_activity<wait_for_ever>(
      {.id = "w", .task_queue = "q", .start_to_close_timeout = 1h});
  env.advance(5s);
  ended.terminate("enough");
  BOOST_CHECK_EXCEPTION(ended.result(), activity_failed_error, [](const auto& error) {
    return dynamic_cast<const terminated_error*>(error.cause().get()) != nullptr;
  });
  const auto late = caller.start_activity<wait_for_ever>(
      {.id = "late", .task_queue = "q", .schedule_to_close_timeout = 1min});
  BOOST_CHECK_EXCEPTION(late.result(), activity_failed_error, [](const auto& error) {
    return dynamic_cast<const timeout_error*>(error.cause().get()) != nullptr;
  });
}

BOOST_AUTO_TEST_CASE(one_is_completed_from_elsewhere) {
  const auto handle = caller.start_activity<leave_open>(
      {.id = "open", .task_queue = "q", .start_to_close_timeout = 1h});
  env.advance(1s);
  activity_handle{caller, "", handle.run_id(), "open"}.complete(std::string{"from elsewhere"});
  BOOST_TEST(handle.result() == "from elsewhere");
}

BOOST_AUTO_TEST_CASE(an_id_is_used_once_at_a_time) {
  const start_activity_options options{.id = "w", .task_queue = "q", .start_to_close_timeout = 1h};
  const auto first = caller.start_activity<wait_for_ever>(options);
  BOOST_CHECK_EXCEPTION(
      (void)caller.start_activity<wait_for_ever>(options),
      activity_already_started_error,
      [&](const auto& error) { return error.run_id() == first.run_id(); });
  auto joining = options;
  joining.id_conflict_policy = activity_id_conflict_policy::use_existing;
  BOOST_TEST(caller.start_activity<wait_for_ever>(joining).run_id() == first.run_id());
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct waiter {
  static constexpr std::string_view name = "Waiter";
  async<std::string> run(workflow::context ctx) {
    std::optional<std::string> got;
    ctx.on_signal("give", [&got](std::string what) { got = std::move(what); });
    co_await ctx.wait_condition([&got] { return got.has_value(); });
    co_return *got;
  }
};

constexpr activity::contract<std::string()> second_try{"second_try"};

/// Waits for an activity whose second attempt is far away.
struct patient {
  static constexpr std::string_view name = "Patient";
  async<std::string> run(workflow::context ctx) {
    co_return co_await ctx.execute<second_try>(
        {.start_to_close_timeout = 10s,
         .retry_policy = workflow::retry_policy{.initial_interval = 24h * 365}});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_batches, fixture)

BOOST_AUTO_TEST_CASE(a_client_changes_options_of_activities_of_many_workflows) {
  auto patients = env.make_worker(caller, {.task_queue = "patients"});
  patients.add<patient>()
      .add(activity::implement<second_try>([](activity::context ctx) -> std::string {
        if (ctx.info().attempt == 1)
          throw application_error("not yet");
        return "at last";
      }))
      .start();
  std::vector<workflow_handle<std::string>> all;
  for (int at = 0; at < 3; ++at)
    all.push_back(caller.start_workflow<patient>({.task_queue = "patients"}));
  env.advance(1h);
  for (const auto& each : all)
    BOOST_TEST(each.describe().activities.size() == 1U);
  const auto began = env.now();
  const auto id = caller.start_batch(
      {.query = "WorkflowType = 'Patient'", .reason = "too long"},
      batch_change_activity_options{
          .type = "second_try",
          .change = {
              .retry_policy =
                  workflow::retry_policy{.initial_interval = 2h, .maximum_interval = 2h}}});
  for (const auto& each : all)
    BOOST_TEST(each.result() == "at last");
  BOOST_CHECK(env.now() - began < 3h);
  BOOST_TEST(caller.describe_batch(id).completed_count == 3);
  BOOST_TEST(caller.describe_batch(id).operation == "UpdateActivityOptions");
}

BOOST_AUTO_TEST_CASE(a_client_signals_many_workflows_at_once) {
  auto waiters = env.make_worker(caller, {.task_queue = "waiters"});
  waiters.add<waiter>().start();
  std::vector<workflow_handle<std::string>> all;
  for (int at = 0; at < 5; ++at)
    all.push_back(caller.start_workflow<waiter>({.task_queue = "waiters"}));
  env.advance(1s);
  const auto id = caller.start_batch(
      {.query = "WorkflowType = 'Waiter'", .reason = "it is time"},
      message("give", std::string{"x"}));
  for (const auto& each : all)
    BOOST_TEST(each.result() == "x");
  const auto found = caller.describe_batch(id);
  BOOST_CHECK(found.state == batch_state::completed);
  BOOST_TEST(found.completed_count == 5);
  BOOST_TEST(found.operation == "SignalWorkflow");
  BOOST_TEST(found.reason == "it is time");
  BOOST_TEST(caller.list_batches().collect().size() == 1);
  BOOST_CHECK_THROW(caller.stop_batch(id, "late"), rpc_error);
  const auto groups = caller.count_workflows_by_group("GROUP BY ExecutionStatus").groups;
  BOOST_REQUIRE(groups.size() == 1);
  BOOST_TEST(groups.front().value() == "Completed");
  BOOST_TEST(groups.front().count == 5);
}

BOOST_AUTO_TEST_SUITE_END()
