// SPDX-License-Identifier: Apache-2.0
#include "test/support/captured_log.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/describe.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

namespace workflow = troupe::workflow;
namespace nexus = troupe::nexus;
using std::chrono::years;
using troupe::testing::environment;

struct word {
  std::string value;
};
BOOST_DESCRIBE_STRUCT(word, (), (value))

struct word_service : nexus::service<"WordService"> {
  static constexpr operation<word, word> echo{"echo"};
  static constexpr operation<word, word> spell{"spell"};
  static constexpr auto operations = std::tuple{echo, spell};
};

struct sleeper {
  static constexpr std::string_view name = "Sleeper";
  troupe::async<int> run(workflow::context ctx, std::chrono::hours length) {
    co_await ctx.sleep(length);
    co_return 7;
  }
};

struct speller {
  static constexpr std::string_view name = "Speller";
  troupe::async<word> run(workflow::context ctx, word in) {
    co_await ctx.sleep(24h * 30);
    co_return word{in.value + "!"};
  }
};

/// Asks both operations, one after the other.
struct asker {
  static constexpr std::string_view name = "Asker";
  troupe::async<std::string> run(workflow::context ctx, std::string in) {
    auto words = ctx.nexus_client<word_service>({.endpoint = "words"});
    const auto echoed = co_await words.execute<word_service::echo>({in});
    const auto spelled = co_await words.execute<word_service::spell>({echoed.value});
    co_return spelled.value;
  }
};

inline constexpr troupe::activity::contract<void()> hire{"hire"};

/// Has a worker made for what comes then.
struct hires {
  static constexpr std::string_view name = "Hires";
  troupe::async<int> run(workflow::context ctx) {
    co_await ctx.execute<hire>({.start_to_close_timeout = 1min});
    co_return co_await ctx.execute_child<sleeper>({.task_queue = "second"}, 24h);
  }
};

struct waits_for_ever {
  static constexpr std::string_view name = "WaitsForEver";
  troupe::async<> run(workflow::context ctx) {
    co_await ctx.wait_condition([] { return false; });
  }
};

/// Says by which of two waits, each longer than nanoseconds tell, it was ended too early.
struct waits_for_ages {
  static constexpr std::string_view name = "WaitsForAges";
  troupe::async<std::string> run(workflow::context ctx) {
    auto sleeps = ctx.spawn([](workflow::context in) -> troupe::async<> {
      co_await in.sleep(std::chrono::hours::max());
    }(ctx));
    co_await ctx.wait_condition([&] { return sleeps.is_ready(); }, years{400});
    co_return sleeps.is_ready() ? "the sleep" : "the condition";
  }
};

struct has_a_bug {
  static constexpr std::string_view name = "HasABug";
  troupe::async<> run(workflow::context) {
    throw std::runtime_error("a plain bug");
    co_return;
  }
};

struct ticks_for_ever {
  static constexpr std::string_view name = "TicksForEver";
  troupe::async<> run(workflow::context ctx) {
    while (true)
      co_await ctx.sleep(24h);
  }
};

/// Says its name when it has slept.
struct teller {
  static constexpr std::string_view name = "Teller";
  static inline std::string told;
  troupe::async<> run(workflow::context ctx, std::string what) {
    co_await ctx.sleep(1h);
    if (!ctx.is_replaying())
      told += what;
  }
};

troupe::testing::environment_options with_endpoint() {
  return {
      .service = {
          .namespaces = {{.name = "callers"}, {.name = "handlers"}},
          .endpoints = {{"words", "handlers", "words"}}}};
}

/// `echo` is a plain function.
template <class Echo>
nexus::service_handler word_handler(Echo echo) {
  return nexus::handler_for<word_service>(
      nexus::sync<word_service::echo>(std::move(echo)),
      nexus::workflow_run<word_service::spell>([](nexus::start_context, word in) {
        return nexus::start_workflow<speller>({.id = "spell-" + in.value}, in);
      }));
}

bool says(const std::exception& error, const std::string& what) {
  BOOST_TEST_MESSAGE(error.what());
  return std::string{error.what()}.find(what) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(environments)

BOOST_AUTO_TEST_CASE(a_workflow_that_sleeps_for_a_year_ends_at_once) {
  environment env;
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<sleeper>().start();
  const auto begun = env.now();
  const auto real = std::chrono::steady_clock::now();
  BOOST_TEST(client.execute_workflow<sleeper>({.task_queue = "q"}, 24h * 365) == 7);
  BOOST_TEST((env.now() - begun == 24h * 365));
  // A poll or a look at something idle for every minute of a year would take longer by far.
  BOOST_TEST((std::chrono::steady_clock::now() - real < 30s));
}

BOOST_AUTO_TEST_CASE(operations_across_namespaces_are_retried_in_their_own_time) {
  environment env{with_endpoint()};
  const auto handlers = env.connect("handlers");
  std::vector<std::chrono::nanoseconds> asked;
  auto handler = env.make_worker(handlers, {.task_queue = "words"});
  handler
      .add(word_handler([&](nexus::start_context, const word& in) -> word {
        asked.push_back(env.now().time_since_epoch());
        if (asked.size() < 4)
          throw nexus::handler_error(nexus::handler_error_type::unavailable, "not now");
        return in;
      }))
      .add<speller>()
      .start();
  const auto callers = env.connect("callers");
  auto caller = env.make_worker(callers, {.task_queue = "q", .max_cached_workflows = 0});
  caller.add<asker>().start();

  const auto begun = env.now();
  BOOST_TEST(callers.execute_workflow<asker>({.task_queue = "q"}, "abc") == "abc!");
  BOOST_TEST((env.now() - begun >= 24h * 30));
  BOOST_TEST((env.now() - begun < 24h * 30 + 1h));
  BOOST_REQUIRE(asked.size() == 4u);
  // The service's backoff doubles from a second, with a jitter of a fifth.
  for (std::size_t i = 1; i < asked.size(); ++i) {
    const auto pause = asked[i] - asked[i - 1];
    BOOST_TEST((pause > 0.7s * (1 << (i - 1)) && pause < 1.3s * (1 << (i - 1))));
  }
}

BOOST_AUTO_TEST_CASE(a_circuit_breaker_opens_and_closes_again) {
  environment env{with_endpoint()};
  const auto handlers = env.connect("handlers");
  int asked = 0;
  auto handler = env.make_worker(handlers, {.task_queue = "words"});
  handler
      .add(word_handler([&](nexus::start_context, const word& in) -> word {
        if (++asked <= 6) // one more than it takes
          throw nexus::handler_error(nexus::handler_error_type::unavailable, "not now");
        return in;
      }))
      .add<speller>()
      .start();
  const auto callers = env.connect("callers");
  auto caller = env.make_worker(callers, {.task_queue = "q"});
  caller.add<asker>().start();
  const auto handle = callers.start_workflow<asker>({.task_queue = "q"}, "abc");
  const auto state = [&] {
    const auto pending = handle.describe().nexus_operations;
    return pending.empty() ? std::string{} : pending.front().state;
  };
  BOOST_TEST(env.run_until([&] { return asked == 6; }, 10min));
  BOOST_TEST(env.run_until([&] { return state() == "Blocked"; }, 10min));
  BOOST_TEST(handle.result() == "abc!");
  BOOST_TEST(asked == 7);
}

BOOST_AUTO_TEST_CASE(a_plain_function_waits_for_the_service_while_others_go_on) {
  environment env{with_endpoint()};
  const auto handlers = env.connect("handlers");
  auto handler = env.make_worker(handlers, {.task_queue = "words"});
  // Two of them wait at the same time for workflows that take hours.
  handler
      .add(word_handler([](nexus::start_context ctx, const word& in) -> word {
        const auto got = ctx.client().execute_workflow<sleeper>({.task_queue = "words"}, 0h);
        return {in.value + std::to_string(got)};
      }))
      .add<speller>()
      .add<sleeper>()
      .start();
  const auto callers = env.connect("callers");
  auto caller = env.make_worker(callers, {.task_queue = "q"});
  caller.add<asker>().start();
  const auto one = callers.start_workflow<asker>({.task_queue = "q"}, "a");
  const auto other = callers.start_workflow<asker>({.task_queue = "q"}, "b");
  BOOST_TEST(one.result() == "a7!");
  BOOST_TEST(other.result() == "b7!");
}

BOOST_AUTO_TEST_CASE(calls_of_a_plain_function_take_no_time_while_the_time_is_moved) {
  environment env;
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  std::vector<troupe::wall_time> times;
  worker.add<hires>()
      .add(troupe::activity::implement<hire>([&](troupe::activity::context ctx) {
        for (int calls = 0; calls < 3; ++calls) {
          times.push_back(env.now());
          (void)ctx.client().get_workflow(ctx.info().workflow_id).describe();
        }
        times.push_back(env.now());
      }))
      .start();
  const auto handle = client.start_workflow<hires>({.task_queue = "q"});
  env.advance(1h);
  BOOST_REQUIRE_EQUAL(times.size(), 4U);
  BOOST_TEST((times.front() == times.back()));
  handle.terminate();
}

BOOST_AUTO_TEST_CASE(time_can_be_held_and_advanced) {
  environment env;
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<sleeper>().start();
  const auto handle = client.start_workflow<sleeper>({.task_queue = "q"}, 10h);
  const auto begun = env.now();
  {
    const auto held = env.hold_time();
    BOOST_CHECK_EXCEPTION((void)handle.result(), std::logic_error, [](const auto& error) {
      return says(error, "and that is held");
    });
    BOOST_TEST((env.now() == begun));
    env.advance(9h);
    BOOST_TEST((env.now() - begun == 9h));
    BOOST_TEST((handle.describe().status == troupe::workflow_status::running));
    env.advance(1h);
    BOOST_TEST(handle.result() == 7);
  }
  const auto next = client.start_workflow<sleeper>({.task_queue = "q"}, 3h);
  BOOST_TEST(next.result() == 7);
  BOOST_TEST((env.now() - begun == 13h));
}

BOOST_AUTO_TEST_CASE(a_wait_with_a_limit_ends_with_it) {
  environment env;
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<sleeper>().start();
  const auto handle = client.start_workflow<sleeper>({.task_queue = "q"}, 1h);
  for (const auto limit : {500ms, 1000ms, 3000ms}) {
    const auto begun = env.now();
    BOOST_CHECK_THROW((void)handle.result({.timeout = limit}), troupe::rpc_error);
    BOOST_TEST((env.now() - begun == limit));
  }
  BOOST_TEST(handle.result() == 7);
}

BOOST_AUTO_TEST_CASE(a_wait_for_what_never_comes_ends_with_words) {
  environment env{{.longest_wait = 24h * 20}};
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<waits_for_ever>().add<ticks_for_ever>().start();
  const auto silent = client.start_workflow<waits_for_ever>({.task_queue = "q"});
  BOOST_CHECK_THROW((void)silent.result(), std::logic_error);
  const auto ticking = client.start_workflow<ticks_for_ever>({.task_queue = "q"});
  const auto begun = env.now();
  BOOST_CHECK_EXCEPTION((void)ticking.result(), std::logic_error, [](const auto& error) {
    return says(error, "longest_wait");
  });
  BOOST_TEST((env.now() - begun < 24h * 22));
}

BOOST_AUTO_TEST_CASE(times_beyond_those_of_nanoseconds_do_not_end_at_once) {
  environment env;
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<waits_for_ages>().start();
  const auto begun = env.now();
  BOOST_CHECK_THROW(
      (void)client.execute_workflow<waits_for_ages>(
          {.task_queue = "q", .execution_timeout = 24h * 700}),
      troupe::workflow_failed_error);
  BOOST_TEST((env.now() - begun >= 24h * 700));
}

BOOST_AUTO_TEST_CASE(a_wait_for_code_with_a_bug_ends_soon_and_names_the_bug) {
  troupe::test::captured_log log;
  environment env;
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<has_a_bug>().start();
  const auto run = client.start_workflow<has_a_bug>({.task_queue = "q"});
  BOOST_CHECK_EXCEPTION((void)run.result(), std::logic_error, [](const auto& error) {
    return says(error, "most_failures") && says(error, "HasABug") && says(error, "a plain bug");
  });
  BOOST_TEST(log.lines_of("a workflow task failed").size() < 30u);
}

BOOST_AUTO_TEST_CASE(run_until_gives_up_in_time) {
  environment env;
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<ticks_for_ever>().start();
  (void)client.start_workflow<ticks_for_ever>({.task_queue = "q"});
  const auto begun = env.now();
  BOOST_TEST(!env.run_until([] { return false; }, 24h * 3));
  BOOST_TEST((env.now() - begun <= 24h * 3));
  BOOST_TEST(env.run_until([&] { return env.now() - begun > 24h * 5; }));
}

BOOST_AUTO_TEST_CASE(the_seed_decides_what_goes_on_first) {
  const auto told_with = [](std::uint64_t seed) {
    environment env{{.seed = seed}};
    const auto client = env.connect();
    std::vector<troupe::worker> workers;
    teller::told.clear();
    for (const std::string queue : {"a", "b", "c", "d", "e"}) {
      workers.push_back(env.make_worker(client, {.task_queue = queue}));
      workers.back().add<teller>().start();
    }
    for (const std::string queue : {"a", "b", "c", "d", "e"})
      (void)client.start_workflow<teller>({.id = queue, .task_queue = queue}, queue);
    env.advance(2h);
    return teller::told;
  };
  std::map<std::string, int> orders;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto once = told_with(seed);
    BOOST_TEST(once.size() == 5u);
    BOOST_TEST(told_with(seed) == once);
    ++orders[once];
  }
  BOOST_TEST(orders.size() > 1u);
}

BOOST_AUTO_TEST_CASE(workers_come_and_go) {
  environment env;
  const auto client = env.connect();
  const auto handle = client.start_workflow<sleeper>({.task_queue = "q"}, 1h);
  {
    auto first = env.make_worker(client, {.task_queue = "q"});
    first.add<sleeper>().start();
    env.advance(30min);
    BOOST_TEST(first.snapshot().runs_in_memory == 1u);
    first.stop();
    BOOST_CHECK((first.state() == troupe::worker_state::stopped));
  }
  env.advance(24h);
  BOOST_TEST((handle.describe().status == troupe::workflow_status::running));
  auto second = env.make_worker(client, {.task_queue = "q"});
  second.add<sleeper>().start();
  BOOST_TEST(handle.result() == 7);
}

BOOST_AUTO_TEST_CASE(a_worker_may_be_made_by_code_that_runs_here) {
  environment env;
  const auto client = env.connect();
  std::optional<troupe::worker> second;
  auto first = env.make_worker(client, {.task_queue = "q"});
  first.add<hires>().add(troupe::activity::implement<hire>([&] {
    second.emplace(env.make_worker(client, {.task_queue = "second"}));
    second->add<sleeper>().start();
  }));
  first.start();
  BOOST_TEST(client.execute_workflow<hires>({.task_queue = "q"}) == 7);
  BOOST_TEST(second->snapshot().workflow.accepted > 0u);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
  BOOST_CHECK_THROW(
      environment({.service = {.endpoints = {{"e", "no-such-ns", "q"}}}}), troupe::service_error);
  environment env;
  environment other;
  BOOST_CHECK_EXCEPTION(
      (void)env.connect("no-such-ns"), troupe::rpc_error, [](const troupe::rpc_error& error) {
        return says(error, "Namespace no-such-ns is not found.");
      });
  BOOST_CHECK_THROW(
      (void)env.make_worker(other.connect(), {.task_queue = "q"}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_client_may_outlive_its_environment) {
  auto env = std::make_unique<environment>();
  const auto client = env->connect();
  env = nullptr;
  BOOST_TEST(!client.get_workflow("w").run_id().size());
  BOOST_CHECK_THROW((void)client.get_workflow("w").describe(), troupe::rpc_error);
}

BOOST_AUTO_TEST_SUITE_END()
