// SPDX-License-Identifier: Apache-2.0
// What a worker is told, and the metrics of its programs, on our service in virtual time.

#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;
using troupe::testing::environment;

inline constexpr activity::contract<int(int)> twice{"twice"};

struct doubling : troupe::nexus::service<"Doubling"> {
  static constexpr operation<int, int> twice{"twice"};
  static constexpr auto operations = std::tuple{twice};
};

struct counts {
  static constexpr std::string_view name = "Counts";
  troupe::async<int> run(workflow::context ctx) {
    const auto steps = ctx.metrics().with({{"kind", "timer"}}).counter("steps");
    steps.add();
    co_await ctx.sleep(1min);
    steps.add();
    ctx.on_query("look", [ctx] {
      ctx.metrics().counter("steps").add(100);
      return 1;
    });
    ctx.metrics().gauge("stock").set(4);
    const auto two = co_await ctx.execute<twice>({.start_to_close_timeout = 1min}, 1);
    auto operations = ctx.nexus_client<doubling>({.endpoint = "doubling"});
    const auto four = co_await operations.execute<doubling::twice>(two);
    ctx.metrics().timer("lasted").record(ctx.now() - ctx.info().start_time);
    co_return four;
  }
};

struct many_activities {
  static constexpr std::string_view name = "ManyActivities";
  troupe::async<std::chrono::seconds> run(workflow::context ctx, int many) {
    const auto begun = ctx.now();
    std::vector<workflow::future<int>> all;
    for (int i = 0; i != many; ++i)
      all.push_back(ctx.execute<twice>({.start_to_close_timeout = 1h}, i));
    co_await workflow::all(all);
    co_return std::chrono::duration_cast<std::chrono::seconds>(ctx.now() - begun);
  }
};

inline constexpr activity::contract<int(int)> beats{"beats"};

struct beats_for_a_while {
  static constexpr std::string_view name = "BeatsForAWhile";
  troupe::async<int> run(workflow::context ctx, std::int64_t timeout) {
    workflow::activity_options options{.start_to_close_timeout = 1h};
    if (timeout != 0)
      options.heartbeat_timeout = std::chrono::nanoseconds{timeout};
    co_return co_await ctx.execute<beats>(options, 100);
  }
};

struct my_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct throws_own {
  static constexpr std::string_view name = "ThrowsOwn";
  troupe::async<> run(workflow::context ctx) {
    ctx.on_update("also", []() -> troupe::async<int> {
      throw my_error("in an update");
      co_return 1;
    });
    co_await ctx.sleep(1h);
    throw my_error("mine");
  }
};

/// Another one each time it is run.
struct changes {
  static constexpr std::string_view name = "Changes";
  inline static bool has_changed = false;
  troupe::async<> run(workflow::context ctx) {
    if (has_changed)
      co_await ctx.execute<twice>({.start_to_close_timeout = 1min}, 1);
    co_await ctx.sleep(1h);
  }
};

void has_line(const std::string& text, const std::string& line) {
  BOOST_CHECK_MESSAGE(
      ("\n" + text).find("\n" + line + "\n") != std::string::npos, line + " is not in\n" + text);
}

auto implementation() {
  return activity::implement<twice>([](activity::context ctx, int value) {
    ctx.metrics().counter("doubled").add();
    return 2 * value;
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(worker_settings)

/// What the metrics say of all that counts.
void count_all(bool keeps) {
  environment env{{.service = {.endpoints = {{"doubling", "default", "q"}}}}};
  auto client = env.connect();
  auto worker = env.make_worker(
      client,
      {.task_queue = "q",
       .max_cached_workflows = keeps ? 100u : 0u,
       .prometheus = {.attach_service_name = false}});
  worker.add<counts>()
      .add(implementation())
      .add(troupe::nexus::handler_for<doubling>(
          troupe::nexus::sync<doubling::twice>([](troupe::nexus::start_context ctx, int value) {
            ctx.metrics().with({{"how", "sync"}}).histogram("operands").record(value);
            return 2 * value;
          })))
      .start();
  auto handle = client.start_workflow<counts>({.task_queue = "q"});
  BOOST_TEST(handle.result() == 4);
  BOOST_TEST(handle.query<int>("look") == 1);
  const auto text = worker.metrics_text();
  const std::string of_workflow = R"(namespace="default",task_queue="q",workflow_type="Counts")";
  // Once each, though it was replayed.
  has_line(text, R"(steps{kind="timer",)" + of_workflow + "} 2");
  has_line(text, "stock{" + of_workflow + "} 4");
  has_line(text, "lasted_sum{" + of_workflow + "} 60000");
  has_line(text, R"(doubled{activity_type="twice",namespace="default",task_queue="q"} 1)");
  has_line(
      text,
      R"(operands_sum{how="sync",namespace="default",nexus_operation="twice",nexus_service="Doubling",task_queue="q"} 2)");
  // Queries count nothing.
  has_line(text, "steps{" + of_workflow + "} 0");
}

BOOST_DATA_TEST_CASE(
    programs_count_in_all_they_run, boost::unit_test::data::make({true, false}), keeps) {
  count_all(keeps);
}

BOOST_AUTO_TEST_CASE(activities_are_started_no_faster_than_the_worker_is_told) {
  environment env;
  auto client = env.connect();
  auto worker = env.make_worker(
      client, {.task_queue = "q", .activity_pollers = {1, 1, 1}, .max_activities_per_second = 0.5});
  worker.add<many_activities>().add(implementation()).start();
  const auto took = client.execute_workflow<many_activities>({.task_queue = "q"}, 11);
  BOOST_TEST(took.count() >= 18);
  BOOST_TEST(took.count() <= 22);
}

BOOST_AUTO_TEST_CASE(only_local_activities_run_where_others_are_not_wanted) {
  environment env;
  auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q", .no_remote_activities = true});
  worker.add<many_activities>().add(implementation()).start();
  auto handle = client.start_workflow<many_activities>({.task_queue = "q"}, 1);
  env.advance(30s);
  BOOST_CHECK(handle.describe().status == troupe::workflow_status::running);
  auto other = env.make_worker(client, {.task_queue = "q"});
  other.add(implementation()).start();
  BOOST_TEST(handle.result().count() == 30);
  auto alone = env.make_worker(client, {.task_queue = "q", .no_remote_activities = true});
  alone.add(implementation());
  BOOST_CHECK_THROW(alone.start(), troupe::worker_error);
}

/// How many heartbeats of an activity are sent that tells of each of a hundred seconds.
int sent_heartbeats(
    troupe::worker_options options, std::optional<std::chrono::nanoseconds> timeout) {
  environment env;
  auto client = env.connect();
  options.prometheus.attach_service_name = false;
  auto worker = env.make_worker(client, std::move(options));
  worker.add<beats_for_a_while>()
      .add(activity::implement<beats>(
          [](activity::context ctx, int seconds) -> activity::async<int> {
            for (int i = 0; i != seconds; ++i) {
              ctx.heartbeat(i);
              (void)co_await ctx.sleep(1s);
            }
            co_return seconds;
          }))
      .start();
  (void)client.execute_workflow<beats_for_a_while>(
      {.task_queue = "q"}, timeout ? timeout->count() : 0);
  const auto text = worker.metrics_text();
  const std::string line =
      R"(temporal_request{namespace="default",operation="RecordActivityTaskHeartbeat",task_queue="q"} )";
  const auto at = text.find(line);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, text);
  return std::stoi(text.substr(at + line.size()));
}

BOOST_AUTO_TEST_CASE(heartbeats_are_sent_as_often_as_the_worker_is_told) {
  BOOST_TEST(sent_heartbeats({.task_queue = "q"}, std::nullopt) == 4); // at once, and each 30 s
  BOOST_TEST(
      sent_heartbeats({.task_queue = "q", .default_heartbeat_throttle_interval = 10s}, std::nullopt)
      == 10);
  BOOST_TEST(sent_heartbeats({.task_queue = "q"}, 1h) == 2); // each minute
  BOOST_TEST(sent_heartbeats({.task_queue = "q", .max_heartbeat_throttle_interval = 20s}, 1h) == 5);
  BOOST_TEST(
      sent_heartbeats({.task_queue = "q", .max_heartbeat_throttle_interval = 20s}, std::nullopt)
      == 5);
  BOOST_TEST(
      sent_heartbeats({.task_queue = "q", .default_heartbeat_throttle_interval = 10s}, 25s) == 5);
  environment env;
  auto client = env.connect();
  BOOST_CHECK_THROW(
      (void)env.make_worker(client, {.task_queue = "q", .max_heartbeat_throttle_interval = 0s}),
      troupe::worker_error);
  BOOST_CHECK_THROW(
      (void)env.make_worker(client, {.task_queue = "q", .max_activities_per_second = 0}),
      troupe::worker_error);
}

BOOST_AUTO_TEST_CASE(listed_errors_fail_workflows_and_updates) {
  environment env;
  auto client = env.connect();
  auto worker = env.make_worker(
      client,
      {.task_queue = "q", .workflow_failure_types = workflow::failure_types::of<my_error>()});
  worker.add<throws_own>().start();
  auto handle = client.start_workflow<throws_own>({.task_queue = "q"});
  BOOST_CHECK_THROW(handle.execute_update<int>("also"), troupe::workflow_update_failed_error);
  BOOST_CHECK_EXCEPTION(handle.result(), troupe::workflow_failed_error, [](const auto& error) {
    return error.cause()->message() == "mine";
  });
}

BOOST_AUTO_TEST_CASE(a_run_that_does_not_fit_its_code_ends_if_the_worker_wants_it) {
  environment env;
  auto client = env.connect();
  auto worker = env.make_worker(
      client,
      {.task_queue = "q",
       .max_cached_workflows = 0,
       .workflow_failure_types = workflow::failure_types::of<workflow::nondeterminism_error>(),
       .prometheus = {.attach_service_name = false}});
  worker.add<changes>().start();
  changes::has_changed = false;
  auto handle = client.start_workflow<changes>({.task_queue = "q"});
  env.advance(1min);
  changes::has_changed = true;
  BOOST_CHECK_EXCEPTION(handle.result(), troupe::workflow_failed_error, [](const auto& error) {
    return std::string{error.cause()->message()}.starts_with("[TMPRL1100]");
  });
  has_line(
      worker.metrics_text(),
      R"(temporal_workflow_failed{namespace="default",task_queue="q",workflow_type="Changes"} 1)");
}

BOOST_AUTO_TEST_CASE(tasks_that_replay_say_how_long_that_took) {
  for (const std::size_t cached : {1000U, 0U}) {
    environment env;
    const auto client = env.connect();
    auto worker = env.make_worker(client, {.task_queue = "q", .max_cached_workflows = cached});
    worker.add(activity::implement<twice>([](int one) { return 2 * one; }));
    worker.add<many_activities>().start();
    (void)client.execute_workflow<many_activities>({.task_queue = "q"}, 1);
    const auto text = worker.metrics_text();
    const auto at = text.find("temporal_workflow_task_replay_latency_count{");
    BOOST_TEST((at == text.npos) == (cached != 0));
    if (at != text.npos) {
      const auto line = text.substr(at, text.find('\n', at) - at);
      BOOST_TEST(line.find("workflow_type=\"ManyActivities\"") != line.npos, line);
      BOOST_TEST(line.ends_with(" 1"), line); // of its two tasks
    }
  }
}

BOOST_AUTO_TEST_CASE(a_long_activity_hears_at_once_that_its_worker_stops) {
  environment env;
  auto client = env.connect();
  auto decides = env.make_worker(client, {.task_queue = "q", .no_remote_activities = true});
  decides.add<beats_for_a_while>().start();
  auto worker = env.make_worker(client, {.task_queue = "q", .graceful_shutdown_timeout = 1min});
  auto reason = troupe::cancel_reason::none;
  worker.add(activity::implement<beats>([&](activity::context ctx, int) -> activity::async<int> {
    int seconds = 0;
    while (!ctx.worker_shutdown().is_cancelled() && co_await ctx.sleep(1s))
      ++seconds;
    reason = ctx.cancellation().reason();
    co_return seconds;
  }));
  worker.start();
  auto handle = client.start_workflow<beats_for_a_while>({.task_queue = "q"}, 0);
  env.advance(9500ms);
  const auto begun = env.now();
  worker.stop();
  BOOST_TEST((env.now() - begun <= 1s)); // well before it would have been cancelled
  BOOST_TEST((reason == troupe::cancel_reason::none));
  const auto seconds = handle.result();
  BOOST_TEST(seconds >= 9);
  BOOST_TEST(seconds <= 10);
}

BOOST_AUTO_TEST_SUITE_END()
