// SPDX-License-Identifier: Apache-2.0
// What is too large, and what is tried for ever, in virtual time: as on any server, a workflow
// outlives it.

#include "test/support/captured_log.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::test::captured_log;
using troupe::testing::environment;

namespace {

constexpr std::size_t large = 3'000'000;

inline constexpr activity::contract<int(std::string)> swallow{"swallow"};
inline constexpr activity::contract<int(int)> work{"work"};
inline constexpr activity::contract<int(int)> tell{"tell"};

struct answers {
  static constexpr std::string_view name = "Answers";
  async<std::string> run(workflow::context ctx) {
    ctx.on_update("value", [](std::size_t bytes) { return std::string(bytes, 'u'); });
    ctx.on_update("failure", [](std::size_t bytes) -> int {
      throw application_error(std::string(bytes, 'f'));
    });
    ctx.on_update(
        "rejects",
        [](std::size_t) { return 1; },
        [](const std::size_t& bytes) { throw application_error(std::string(bytes, 'r')); });
    bool done = false;
    ctx.on_signal("done", [&done] { done = true; });
    co_await ctx.wait_condition([&done] { return done; });
    co_return "done";
  }
};

/// Each argument fits, all of them are more than one message takes.
struct hands_out {
  static constexpr std::string_view name = "HandsOut";
  async<int> run(workflow::context ctx) {
    std::vector<workflow::future<int>> all;
    for (int i = 0; i != 6; ++i)
      all.push_back(
          ctx.execute<swallow>({.start_to_close_timeout = 5s}, std::string(1'000'000, 'x')));
    for (const auto& each : all)
      co_await each;
    co_return 6;
  }
};

struct tells {
  static constexpr std::string_view name = "Tells";
  async<int> run(workflow::context ctx) {
    co_return co_await ctx.execute<tell>({.start_to_close_timeout = 5s}, 1);
  }
};

int times_begun = 0;
struct works_locally {
  static constexpr std::string_view name = "WorksLocally";
  async<int> run(workflow::context ctx, int attempts) {
    ++times_begun;
    co_return co_await ctx.execute_local<work>(
        {.start_to_close_timeout = 5s,
         .retry_policy = workflow::retry_policy{.initial_interval = 0s, .backoff_coefficient = 0}},
        attempts);
  }
};

struct limits_fixture {
  captured_log log;
  environment env;
  client caller = env.connect();
  worker serves = env.make_worker(caller, {.task_queue = "q"});

  limits_fixture() {
    serves.add<answers>().add<hands_out>().add<works_locally>().add<tells>().add(
        activity::implement<swallow>([](std::string) { return 1; }));
  }
};

std::string failures_of(const untyped_workflow_handle& of) {
  std::string text;
  for (const auto& event : of.history())
    if (event.type() == "WorkflowTaskFailed")
      text += event.to_json();
  return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(limits, limits_fixture)

BOOST_AUTO_TEST_CASE(an_updates_result_that_is_too_large_fails_the_task_and_not_the_workflow) {
  serves.start();
  const auto handle = caller.start_workflow<answers>({.task_queue = "q"});
  BOOST_CHECK_THROW(
      (void)caller.with({.timeout = 5s})
          .get_workflow<std::string>(handle.id())
          .execute_update<std::string>("value", large),
      std::exception);
  BOOST_TEST(log.count("[TMPRL1103]") > 0U);
  BOOST_TEST(log.count("messages[1].body of 3000") > 0U);
  BOOST_TEST((handle.describe().status == workflow_status::running));
}

BOOST_AUTO_TEST_CASE(a_long_text_of_a_failed_or_rejected_update_is_cut) {
  serves.start();
  const auto handle = caller.start_workflow<answers>({.task_queue = "q"});
  for (const char* name : {"failure", "rejects"}) {
    BOOST_CHECK_EXCEPTION(
        (void)handle.execute_update<int>(name, large), std::exception, [](const std::exception& e) {
          const std::string_view text = e.what();
          return text.size() < 1'100'000U && text.find("failed: ") != std::string_view::npos;
        });
  }
  BOOST_TEST(log.count("the texts of a failure are too long and were cut") >= 2U);
  handle.signal("done");
  BOOST_TEST(handle.result() == "done");
}

BOOST_AUTO_TEST_CASE(an_answer_over_4_mb_fails_the_task_before_it_is_sent) {
  serves.start();
  const auto handle = caller.start_workflow<hands_out>({.task_queue = "q", .run_timeout = 30s});
  BOOST_CHECK_THROW((void)handle.result(), workflow_failed_error); // by its timeout
  const auto text = failures_of(handle);
  BOOST_TEST(text.find("all of the answer of 600") != std::string::npos, text.substr(0, 500));
  BOOST_TEST((handle.describe().status == workflow_status::timed_out));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_that_tells_too_much_fails_the_attempt_and_not_the_activity) {
  int attempts = 0;
  serves.add(activity::implement<tell>([&attempts](const activity::context& ctx, int) {
    ctx.heartbeat(std::string(++attempts == 1 ? large : 10, 'h'));
    return attempts;
  }));
  serves.start();
  const auto handle = caller.start_workflow<tells>({.task_queue = "q"});
  BOOST_TEST(handle.result() == 2);
  BOOST_TEST(log.count("heartbeat_details of 3000") > 0U);
}

BOOST_AUTO_TEST_CASE(a_request_over_4_mb_is_refused_as_by_any_server) {
  BOOST_CHECK_EXCEPTION(
      (void)caller.start_workflow<int>("Any", {.task_queue = "q"}, std::string(5'000'000, 'x')),
      std::exception,
      [](const std::exception& error) {
        return std::string_view{error.what()}.find("grpc: received message larger than max (50")
               != std::string_view::npos;
      });
}

BOOST_AUTO_TEST_CASE(a_local_activity_that_waits_in_timers_leaves_its_run_in_the_cache) {
  int tries = 0;
  serves.add(activity::implement<work>([&tries](int attempts) {
    if (++tries < attempts)
      throw application_error("fails");
    return tries;
  }));
  serves.start();
  times_begun = 0;
  const auto before = env.now();
  BOOST_TEST(caller.execute_workflow<works_locally>({.task_queue = "q"}, 20) == 20);
  BOOST_TEST(times_begun == 1); // never replayed
  // From a second on, doubled up to a hundred: zeros stand for what is usual.
  BOOST_TEST((env.now() - before >= 127s + 12 * 100s));
}

BOOST_AUTO_TEST_SUITE_END()
