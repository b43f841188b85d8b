// SPDX-License-Identifier: Apache-2.0
// Calls that wait for what lies in a task queue without a worker: each ends early and says where.

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

using namespace std::chrono_literals;

namespace {

namespace activity = troupe::activity;
namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;
using std::chrono::days;
using troupe::testing::environment;
using duration = std::chrono::nanoseconds;

inline constexpr activity::contract<int(int)> twice{"twice"};

struct doubling : nexus::service<"Doubling"> {
  static constexpr operation<int, int> twice{"twice"};
  static constexpr auto operations = std::tuple{twice};
};

struct child {
  static constexpr std::string_view name = "Child";
  troupe::async<int> run(workflow::context, int one) { co_return 2 * one; }
};

/// Which way 1 is doubled, in which queue, with which time in all (zero: any).
struct asks {
  static constexpr std::string_view name = "Asks";
  troupe::async<int> run(workflow::context ctx, std::string way, std::string queue, duration time) {
    const auto limit = time == 0ns ? std::nullopt : std::optional{time};
    if (way == "operation") {
      auto operations = ctx.nexus_client<doubling>({.endpoint = "doubling"});
      co_return co_await operations.execute<doubling::twice>(
          1, {.schedule_to_close_timeout = limit});
    }
    if (way == "activity")
      co_return co_await ctx.execute<twice>(
          {.task_queue = queue,
           .schedule_to_close_timeout = limit,
           .start_to_close_timeout = 24h * 100},
          1);
    if (way == "forgotten child")
      (void)co_await ctx.start_child<child>(
          {.id = "forgotten",
           .task_queue = queue,
           .parent_close_policy = workflow::parent_close_policy::abandon},
          1);
    else
      co_return co_await ctx.execute_child<child>({.id = "its child", .task_queue = queue}, 1);
    co_await ctx.sleep(time);
    co_return 7;
  }
};

struct fixture {
  environment env{
      {.service = {
           .namespaces = {{.name = "handlers"}},
           .endpoints = {{"doubling", "handlers", "doublers"}},
           .dynamic_config = {{"activity.enableStandalone", "true"}}}}};
  troupe::client client = env.connect();
  troupe::client handlers = env.connect("handlers");
  troupe::worker worker = env.make_worker(client, {.task_queue = "q"});
  fixture() { worker.add<asks>().start(); }

  int ask(const std::string& way, const std::string& queue = "Q", duration time = {}) {
    return client.execute_workflow<asks>({.id = "asker", .task_queue = "q"}, way, queue, time);
  }

  /// What a call that gives up says, having waited for no longer than it had to.
  template <class Call>
  std::string told_by(Call call, duration longest = days{60}) {
    const auto begun = env.now();
    std::string text = "nothing";
    try {
      call();
    } catch (const std::logic_error& error) {
      text = error.what();
    }
    BOOST_TEST_MESSAGE(text);
    BOOST_TEST((env.now() - begun <= longest));
    return text;
  }
};

nexus::service_handler handler() {
  return nexus::handler_for<doubling>(
      nexus::sync<doubling::twice>([](nexus::start_context, int one) { return 2 * one; }));
}

bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(unpolled_queues, fixture)

BOOST_AUTO_TEST_CASE(an_operation_whose_worker_was_not_started_names_its_queue) {
  auto other = env.make_worker(handlers, {.task_queue = "doublres"});
  other.add(handler()).start();
  auto text = told_by([&] { (void)ask("operation"); });
  BOOST_TEST(has(text, "longest_unpolled"));
  BOOST_TEST(has(text, "the Nexus operation Doubling/twice at the endpoint doubling"));
  BOOST_TEST(has(text, "of the workflow Asks (id asker)"));
  BOOST_TEST(has(text, R"(Nexus tasks of the queue "doublers" in the namespace "handlers")"));
  BOOST_TEST(has(text, R"(Nexus tasks of the queue "doublres" in the namespace "handlers")"));
  BOOST_TEST(has(text, R"(workflow tasks of the queue "q" in the namespace "default")"));
}

BOOST_AUTO_TEST_CASE(so_do_activities_children_and_workflows) {
  BOOST_TEST(has(
      told_by([&] { (void)ask("activity"); }),
      R"(the activity twice of the workflow Asks (id asker) waits for who takes activity tasks of the queue "Q")"));
  client.get_workflow("asker").terminate();
  BOOST_TEST(has(
      told_by([&] { (void)ask("child"); }),
      R"(a task of the workflow Child (id its child) waits for who takes workflow tasks of the queue "Q")"));
  BOOST_TEST(
      has(told_by([&] { (void)client.execute_workflow<child>({.id = "c", .task_queue = "Q"}, 1); }),
          "a task of the workflow Child (id c)"));
  BOOST_TEST(
      has(told_by([&] {
            (void)client.execute_activity<twice>(
                {.id = "a", .task_queue = "Q", .start_to_close_timeout = 1h}, 1);
          }),
          "the activity twice without a workflow (id a)"));
}

BOOST_AUTO_TEST_CASE(a_worker_that_left_is_none) {
  auto doubler = env.make_worker(handlers, {.task_queue = "doublers"});
  doubler.add(handler()).start();
  BOOST_TEST(ask("operation") == 2);
  doubler.stop();
  BOOST_TEST(has(told_by([&] { (void)ask("operation"); }), R"(queue "doublers")"));
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_busy_is_one) {
  auto doubler = env.make_worker(client, {.task_queue = "Q", .max_concurrent_activities = 1});
  doubler.add(
      activity::implement<twice>([](activity::context ctx, int one) -> activity::async<int> {
        (void)co_await ctx.sleep(24h * 90);
        co_return 2 * one;
      }));
  doubler.start();
  const auto first = client.start_workflow<asks>({.task_queue = "q"}, "activity", "Q", 0ns);
  const auto second = client.start_workflow<asks>({.task_queue = "q"}, "activity", "Q", 0ns);
  BOOST_TEST(first.result() == 2); // one after the other, as closed runs are not kept for so long
  BOOST_TEST(second.result() == 2);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_busy_is_one_though_another_one_left) {
  const auto make = [this] {
    auto made = env.make_worker(client, {.task_queue = "Q", .max_concurrent_activities = 1});
    made.add(activity::implement<twice>([](activity::context ctx, int one) -> activity::async<int> {
      (void)co_await ctx.sleep(24h * 90);
      co_return 2 * one;
    }));
    made.start();
    return made;
  };
  auto busy = make();
  const auto first = client.start_workflow<asks>({.task_queue = "q"}, "activity", "Q", 0ns);
  env.advance(1min);
  auto other = make(); // of the same identity, as it has the same client
  env.advance(1min);
  other.stop();
  const auto second = client.start_workflow<asks>({.task_queue = "q"}, "activity", "Q", 0ns);
  BOOST_TEST(first.result() == 2);
  BOOST_TEST(second.result() == 2);
  busy.stop();
  BOOST_TEST(has(told_by([&] { (void)ask("activity"); }), R"(activity tasks of the queue "Q")"));
}

BOOST_AUTO_TEST_CASE(what_has_a_timeout_is_waited_for) {
  for (const auto* way : {"operation", "activity"}) {
    const auto begun = env.now();
    BOOST_CHECK_THROW((void)ask(way, "Q", days{100}), troupe::workflow_failed_error);
    BOOST_TEST((env.now() - begun >= days{99}));
  }
  BOOST_CHECK_THROW(
      (void)client.execute_workflow<child>({.task_queue = "Q", .execution_timeout = days{100}}, 1),
      troupe::workflow_failed_error);
}

BOOST_AUTO_TEST_CASE(what_nobody_waits_for_may_lie_there_for_a_while) {
  BOOST_TEST(ask("forgotten child", "Q", days{20}) == 7);
  // The time of a call counts, not what was before.
  env.advance(days{40});
  auto other = env.make_worker(client, {.task_queue = "q2"});
  other.add<child>().start();
  BOOST_TEST(ask("child", "q2") == 2);
}

BOOST_AUTO_TEST_CASE(the_bound_may_be_another_or_none) {
  environment patient{{.longest_wait = days{1'000}, .longest_unpolled = 0ns}};
  const auto with = patient.connect();
  const auto begun = patient.now();
  const auto text = [&] {
    try {
      (void)with.execute_workflow<child>({.id = "c", .task_queue = "Q"}, 1);
    } catch (const std::logic_error& error) {
      return std::string{error.what()};
    }
    return std::string{};
  }();
  BOOST_TEST((patient.now() - begun > days{1'000}));
  // It is told all the same.
  BOOST_TEST(has(text, "longest_wait"));
  BOOST_TEST(has(text, R"(workflow tasks of the queue "Q")"));
  BOOST_TEST(has(text, "No worker polls at all"));
}

BOOST_AUTO_TEST_SUITE_END()
