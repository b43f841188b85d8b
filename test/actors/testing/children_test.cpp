// SPDX-License-Identifier: Apache-2.0
// Children, other workflows, versions and upserts on our service in virtual time: once with all
// runs kept in memory, and once where every task is replayed from its history.

#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/testing/environment.hpp>
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
using workflow::child_cancellation_type;

/// Fails as often as it is told, then sleeps for a month.
struct persistent {
  static constexpr std::string_view name = "Persistent";
  troupe::async<int> run(workflow::context ctx, int number, int failures) {
    if (ctx.info().attempt <= failures)
      throw troupe::application_error("not yet");
    co_await ctx.sleep(24h * 30);
    co_return number* number;
  }
};

struct gathers {
  static constexpr std::string_view name = "Gathers";
  troupe::async<int> run(workflow::context ctx, int many) {
    std::vector<workflow::future<int>> all;
    for (int i = 0; i != many; ++i)
      all.push_back(ctx.execute_child<persistent>(
          {.retry_policy = workflow::retry_policy{.maximum_attempts = 3}}, i, i % 3));
    int sum = 0;
    for (const auto& each : all)
      sum += co_await each;
    co_return sum;
  }
};

/// Goes on as a new run each day, until it is told a word or cancelled.
struct daily {
  static constexpr std::string_view name = "Daily";
  troupe::async<std::string> run(workflow::context ctx, int days) {
    auto words = ctx.signal_channel<std::string>("word");
    auto word = words.receive();
    auto tomorrow = ctx.sleep(24h);
    co_await workflow::any(word, tomorrow);
    if (word.is_ready())
      co_return word.get() + " after " + std::to_string(days);
    tomorrow.get();
    ctx.continue_as_new(days + 1);
  }
};

struct speaks_to_daily {
  static constexpr std::string_view name = "SpeaksToDaily";
  troupe::async<std::string> run(workflow::context ctx, bool cancels) {
    const auto child = co_await ctx.start_child<daily>({.id = "daily"}, 0);
    co_await ctx.sleep(24h * 3 + 1h);
    if (cancels)
      child.cancel();
    else
      co_await child.signal("word", std::string{"hello"});
    auto outcome = co_await child.result().as_result();
    co_return outcome ? *outcome : troupe::is_canceled(outcome.error()) ? "canceled" : "failed";
  }
};

/// Takes a day to stop.
struct slow_to_stop {
  static constexpr std::string_view name = "SlowToStop";
  troupe::async<> run(workflow::context ctx) {
    auto waited = co_await ctx.sleep(24h * 365).as_result();
    co_await ctx.shielded().sleep(24h);
    if (!waited)
      std::rethrow_exception(waited.error());
  }
};

struct stops_its_child {
  static constexpr std::string_view name = "StopsItsChild";
  troupe::async<std::chrono::hours> run(workflow::context ctx, int type) {
    const auto child = co_await ctx.start_child<slow_to_stop>(
        {.cancellation_type = static_cast<child_cancellation_type>(type)});
    const auto begun = ctx.now();
    child.cancel();
    auto outcome = co_await child.result().as_result();
    if (outcome || !troupe::is_canceled(outcome.error()))
      throw troupe::application_error("it was not cancelled");
    co_return std::chrono::duration_cast<std::chrono::hours>(ctx.now() - begun);
  }
};

struct starts_itself {
  static constexpr std::string_view name = "StartsItself";
  troupe::async<std::string> run(workflow::context ctx) {
    auto outcome =
        co_await ctx.start_child<starts_itself>({.id = ctx.info().workflow_id}).as_result();
    co_return outcome ? "started" : troupe::to_failure_error(outcome.error())->message();
  }
};

struct tells_others {
  static constexpr std::string_view name = "TellsOthers";
  troupe::async<std::string> run(workflow::context ctx) {
    co_await ctx.external_workflow("listener").signal("word", std::string{"psst"});
    auto nobody = co_await ctx.external_workflow("nobody").cancel().as_result();
    try {
      nobody.value();
    } catch (const workflow::external_workflow_error& error) {
      co_return error.problem() == workflow::external_workflow_problem::not_found ? "not found"
                                                                                  : "?";
    }
    co_return "?";
  }
};

int computed = 0;

struct changes {
  static constexpr std::string_view name = "Changes";
  troupe::async<std::string> run(workflow::context ctx) {
    std::string text = ctx.patched("p") ? "new " : "old ";
    text += std::to_string(ctx.get_version("c", workflow::default_version, 3));
    text += std::to_string(ctx.side_effect([] { return ++computed; }));
    for (int i = 0; i != 4; ++i) {
      text += std::to_string(ctx.mutable_side_effect("m", [] { return computed++ / 2; }));
      co_await ctx.sleep(1h);
    }
    ctx.deprecate_patch("q");
    ctx.upsert_memo({{"note", troupe::encode_value(text)}});
    co_await ctx.sleep(1h);
    co_return text + " " + ctx.memo_of<std::string>("note").value_or("?");
  }
};

const std::size_t cached_runs[] = {1000, 0};

struct world {
  explicit world(std::size_t cached, troupe::worker_options options = {.task_queue = "q"})
      : client(env.connect()), worker(env.make_worker(client, with(std::move(options), cached))) {
    worker.add<persistent>()
        .add<gathers>()
        .add<daily>()
        .add<speaks_to_daily>()
        .add<slow_to_stop>()
        .add<stops_its_child>()
        .add<starts_itself>()
        .add<tells_others>()
        .add<changes>()
        .start();
  }
  static troupe::worker_options with(troupe::worker_options options, std::size_t cached) {
    options.task_queue = "q";
    options.max_cached_workflows = cached;
    return options;
  }

  template <class W, class... Args>
  auto execute(const Args&... args) {
    return client.execute_workflow<W>({.task_queue = "q"}, args...);
  }

  environment env;
  troupe::client client;
  troupe::worker worker;
};

} // namespace

BOOST_AUTO_TEST_SUITE(children)

BOOST_DATA_TEST_CASE(
    many_run_side_by_side_and_are_started_again,
    boost::unit_test::data::make(cached_runs),
    cached) {
  world all{cached};
  const auto begun = all.env.now();
  BOOST_TEST(all.execute<gathers>(30) == 8555);
  // The retries take seconds, the month is the same for all.
  BOOST_TEST((all.env.now() - begun < 24h * 31));
}

BOOST_DATA_TEST_CASE(
    a_handle_follows_its_child_from_run_to_run, boost::unit_test::data::make(cached_runs), cached) {
  for (const bool cancels : {false, true}) {
    world all{cached};
    BOOST_TEST(all.execute<speaks_to_daily>(cancels) == (cancels ? "canceled" : "hello after 3"));
  }
}

BOOST_DATA_TEST_CASE(
    each_cancellation_type_waits_as_long_as_it_says,
    boost::unit_test::data::make(cached_runs),
    cached) {
  using enum child_cancellation_type;
  world all{cached};
  for (const auto [type, waits] :
       {std::pair{wait_completed, 24h},
        std::pair{wait_requested, 0h},
        std::pair{try_cancel, 0h},
        std::pair{abandon, 0h}})
    BOOST_TEST((all.execute<stops_its_child>(static_cast<int>(type)) == waits));
}

BOOST_AUTO_TEST_CASE(a_child_with_the_id_of_its_parent_does_not_start) {
  world all{0};
  BOOST_TEST(all.execute<starts_itself>() == "Workflow execution already started");
}

BOOST_DATA_TEST_CASE(
    other_workflows_are_told_or_not_found, boost::unit_test::data::make(cached_runs), cached) {
  world all{cached};
  const auto listener = all.client.start_workflow<daily>({.id = "listener", .task_queue = "q"}, 0);
  BOOST_TEST(all.execute<tells_others>() == "not found");
  BOOST_TEST(listener.result() == "psst after 0");
}

BOOST_DATA_TEST_CASE(
    what_is_decided_and_computed_survives_replay,
    boost::unit_test::data::make(cached_runs),
    cached) {
  computed = 0;
  world all{cached};
  // The side effect is 1, and so the mutable one 0 1 1 2.
  BOOST_TEST(all.execute<changes>() == "new 310112 new 310112");
}

BOOST_AUTO_TEST_CASE(a_worker_can_hold_a_patch_back) {
  computed = 0;
  std::string asked;
  troupe::worker_options options{.task_queue = "q"};
  options.activates_patch = [&](const workflow::info& about, std::string_view id) {
    asked += about.workflow_type + ' ' + std::string{id} + ';';
    return false;
  };
  world all{0, options};
  BOOST_TEST(all.execute<changes>() == "old 310112 old 310112");
  BOOST_TEST(asked == "Changes p;");
}

BOOST_AUTO_TEST_SUITE_END()
