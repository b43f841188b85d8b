// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

namespace workflow = troupe::workflow;
using troupe::testing::environment;

std::atomic<bool> may_go_on{false};
std::atomic<int> spinners_gone{0};

/// Until it is let go; no thread of the test's stays with it.
struct spinner {
  static constexpr std::string_view name = "Spinner";
  troupe::async<int> run(workflow::context) {
    may_go_on.wait(false);
    co_return 1;
  }
  ~spinner() {
    ++spinners_gone;
    spinners_gone.notify_all();
  }
};

struct sleeper {
  static constexpr std::string_view name = "Sleeper";
  troupe::async<int> run(workflow::context ctx) {
    co_await ctx.sleep(24h);
    co_return 2;
  }
};

std::thread::id thread_of_code;

struct tells_its_thread {
  static constexpr std::string_view name = "TellsItsThread";
  troupe::async<> run(workflow::context) {
    thread_of_code = std::this_thread::get_id();
    co_return;
  }
};

struct fixture {
  fixture() {
    may_go_on = false;
    spinners_gone = 0;
  }

  void let_go() {
    may_go_on = true;
    may_go_on.notify_all();
    spinners_gone.wait(0);
  }
};

bool says(const std::exception& error, std::string_view part) {
  return std::string_view{error.what()}.find(part) != std::string_view::npos;
}

bool names_the_spinner(const std::logic_error& error) {
  BOOST_TEST_MESSAGE(error.what());
  return says(error, "a test environment gives up") && says(error, "[TMPRL1101]")
         && says(error, "Spinner") && says(error, "workflow stuck-1")
         && says(error, "spinning_code_test.cpp:") && says(error, "TEMPORAL_DEBUG");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(spinning_code, fixture)

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_it_fails_and_names_it_and_the_others_go_on) {
  environment env{{.deadlock_timeout = 3s}};
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<spinner>().add<sleeper>().start();
  BOOST_CHECK_EXCEPTION(
      (void)client.execute_workflow<spinner>({.id = "stuck-1", .task_queue = "q"}),
      std::logic_error,
      names_the_spinner);
  BOOST_TEST(client.execute_workflow<sleeper>({.task_queue = "q"}) == 2);
  let_go();
  BOOST_TEST(client.execute_workflow<sleeper>({.task_queue = "q"}) == 2);
}

BOOST_AUTO_TEST_CASE(who_moves_the_time_hears_of_it_too) {
  environment env{{.deadlock_timeout = 3s}};
  const auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<spinner>().start();
  (void)client.start_workflow<spinner>({.id = "stuck-1", .task_queue = "q", .start_delay = 1h});
  BOOST_CHECK_EXCEPTION(env.advance(2h), std::logic_error, names_the_spinner);
  env.run(); // once is enough
  let_go();
}

BOOST_AUTO_TEST_CASE(the_world_may_end_before_the_code_does) {
  {
    environment env{{.deadlock_timeout = 3s}};
    const auto client = env.connect();
    auto worker = env.make_worker(client, {.task_queue = "q"});
    worker.add<spinner>().start();
    BOOST_CHECK_THROW(
        (void)client.execute_workflow<spinner>({.id = "stuck-1", .task_queue = "q"}),
        std::logic_error);
  }
  BOOST_TEST(spinners_gone == 0);
  let_go();
}

BOOST_AUTO_TEST_CASE(without_a_limit_code_runs_on_the_thread_that_waits_for_it) {
  for (const bool is_limited : {true, false}) {
    environment env{{.deadlock_timeout = is_limited ? 10s : 0s}};
    const auto client = env.connect();
    auto worker = env.make_worker(client, {.task_queue = "q"});
    worker.add<tells_its_thread>().start();
    client.execute_workflow<tells_its_thread>({.task_queue = "q"});
    BOOST_TEST((thread_of_code == std::this_thread::get_id()) == !is_limited);
  }
}

BOOST_AUTO_TEST_SUITE_END()
