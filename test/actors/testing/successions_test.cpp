// SPDX-License-Identifier: Apache-2.0
// Runs that follow each other, types that nobody knew before, and priorities, on our service in
// virtual time: once with all runs kept in memory, and once where every task is replayed.

#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/testing/replayer.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

namespace workflow = troupe::workflow;
using troupe::testing::environment;

std::vector<std::string> seen;

/// Counts on from what it said last; each third time it fails.
struct counts_on {
  static constexpr std::string_view name = "CountsOn";
  troupe::async<int> run(workflow::context ctx) {
    co_await ctx.sleep(1s);
    const auto last = ctx.last_completion_result<int>().value_or(0);
    const auto failure = ctx.last_failure();
    if (!ctx.is_replaying())
      seen.push_back(std::to_string(last) + (failure ? ' ' + failure->message() : ""));
    if (last % 3 == 2 && failure == nullptr)
      throw troupe::application_error("too many", {.type = "Full"});
    co_return last + (failure ? 10 : 1);
  }
};

struct tries_again {
  static constexpr std::string_view name = "TriesAgain";
  troupe::async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1s);
    const auto attempt = ctx.info().attempt;
    if (attempt < 3)
      throw troupe::application_error("attempt " + std::to_string(attempt));
    const auto failure = ctx.last_failure();
    co_return failure ? failure->message() : "none";
  }
};

/// Whatever it is called; goes on as `Last`, an hour later, with what it was given.
struct any_workflow {
  explicit any_workflow(workflow::context ctx) {
    ctx.on_query("type", [ctx] { return ctx.info().workflow_type; });
  }
  troupe::async<troupe::payload> run(workflow::context ctx, troupe::payloads input) {
    const auto info = ctx.info();
    co_await ctx.sleep(1min);
    if (info.workflow_type != "Last")
      ctx.continue_as_new(
          {.workflow_type = "Last",
           .backoff_start_interval = 1h,
           .memo = {{"from", troupe::encode_value(info.workflow_type)}}},
          input);
    co_return troupe::encode_value(
        ctx.memo_of<std::string>("from").value_or("nowhere") + " after "
        + std::to_string(
            std::chrono::duration_cast<std::chrono::minutes>(info.start_time - info.execution_time)
                .count())
        + " minutes: " + troupe::decode_value<std::string>(input.at(0)));
  }
};

struct known {
  static constexpr std::string_view name = "Known";
  troupe::async<std::string> run(workflow::context, std::string what) { co_return "known " + what; }
};

std::string text_of(const troupe::priority& of) {
  return std::to_string(of.key) + of.fairness_key
         + std::to_string(static_cast<int>(of.fairness_weight));
}

/// What priority it has, and so has its child and the run that follows.
struct ranked {
  static constexpr std::string_view name = "Ranked";
  troupe::async<std::string> run(workflow::context ctx, std::string so_far, int depth) {
    so_far += ' ' + text_of(ctx.info().priority);
    co_await ctx.sleep(1s);
    if (depth == 0)
      co_return so_far;
    if (depth == 1)
      co_return co_await ctx.execute_child<ranked>(
          {.priority = {.fairness_key = "child"}}, so_far, 0);
    ctx.continue_as_new<ranked>(so_far, depth - 1);
  }
};

struct never_ends {
  static constexpr std::string_view name = "NeverEnds";
  troupe::async<int> run(workflow::context ctx, int what) {
    if (what != 0)
      co_return what;
    co_await ctx.sleep(24h * 365);
    co_return what;
  }
};
struct replaces_its_child {
  static constexpr std::string_view name = "ReplacesItsChild";
  troupe::async<std::string> run(workflow::context ctx) {
    const workflow::child_workflow_options replaces{
        .id = "the child",
        .id_reuse_policy = troupe::workflow_id_reuse_policy::terminate_if_running};
    const auto first = co_await ctx.start_child<never_ends>(replaces, 0);
    const auto second = co_await ctx.start_child<never_ends>(replaces, 7);
    const auto ended = co_await first.result().as_result();
    const auto why = troupe::to_failure_error(ended.error());
    co_return std::string{why->cause()->kind()} + ' ' + std::to_string(co_await second.result());
  }
};

struct fixture {
  explicit fixture(bool keeps_runs)
      : worker(env.make_worker(
            client, {.task_queue = "q", .max_cached_workflows = keeps_runs ? 100u : 0u})) {
    worker.add<counts_on>()
        .add<tries_again>()
        .add<known>()
        .add<ranked>()
        .add<never_ends>()
        .add<replaces_its_child>()
        .add(workflow::define_others<any_workflow>())
        .start();
  }
  environment env;
  troupe::client client = env.connect();
  troupe::worker worker;
};

} // namespace

BOOST_AUTO_TEST_SUITE(successions)

BOOST_DATA_TEST_CASE(
    cron_runs_know_what_came_of_those_before, boost::unit_test::data::make({true, false}), keeps) {
  seen.clear();
  fixture with{keeps};
  auto handle = with.client.start_workflow<counts_on>(
      {.id = "cron", .task_queue = "q", .cron_schedule = "@every 1h"});
  with.env.advance(6h + 1min);
  handle.terminate();
  BOOST_TEST(seen == (std::vector<std::string>{"0", "1", "2", "2 too many", "12", "13"}));
}

BOOST_DATA_TEST_CASE(
    retries_know_the_failure_before, boost::unit_test::data::make({true, false}), keeps) {
  fixture with{keeps};
  BOOST_TEST(
      with.client.execute_workflow<tries_again>(
          {.task_queue = "q", .retry_policy = workflow::retry_policy{.maximum_attempts = 5}})
      == "attempt 2");
}

BOOST_DATA_TEST_CASE(
    one_workflow_serves_all_other_types, boost::unit_test::data::make({true, false}), keeps) {
  fixture with{keeps};
  BOOST_TEST(
      with.client.execute_workflow<known>({.task_queue = "q"}, std::string{"one"}) == "known one");
  auto handle = with.client.start_workflow<std::string>(
      "Billing", {.id = "b", .task_queue = "q"}, std::string{"ten"}, 2);
  BOOST_TEST(handle.query<std::string>("type") == "Billing");
  BOOST_TEST(handle.result() == "Billing after 60 minutes: ten");
  BOOST_TEST(with.client.get_workflow("b").query<std::string>("type") == "Last");
  // And a replayer, too.
  troupe::testing::replayer replayer;
  replayer.add(workflow::define_others<any_workflow>());
  replayer.add<known>();
  const auto report = replayer.replay_workflows(with.client);
  BOOST_TEST(report.ok(), report.text());
  BOOST_TEST(report.results.size() == 3u);
}

BOOST_DATA_TEST_CASE(
    a_priority_is_handed_down, boost::unit_test::data::make({true, false}), keeps) {
  fixture with{keeps};
  BOOST_TEST(
      with.client.execute_workflow<ranked>(
          {.task_queue = "q", .priority = {2, "ann", 3}}, std::string{}, 2)
      == " 2ann3 2ann3 2child3");
  BOOST_TEST(with.client.execute_workflow<ranked>({.task_queue = "q"}, std::string{}, 0) == " 00");
}

BOOST_AUTO_TEST_CASE(a_start_with_a_signal_has_a_priority_too) {
  fixture with{true};
  auto handle = with.client.signal_with_start_workflow<ranked>(
      {.id = "s", .task_queue = "q", .priority = {4}},
      troupe::message("anything"),
      std::string{},
      0);
  BOOST_TEST(handle.result() == " 40");
}

BOOST_DATA_TEST_CASE(
    a_child_replaces_one_that_runs, boost::unit_test::data::make({true, false}), keeps) {
  fixture with{keeps};
  BOOST_TEST(
      with.client.execute_workflow<replaces_its_child>({.task_queue = "q"})
      == "TerminatedFailure 7");
}

BOOST_AUTO_TEST_SUITE_END()
