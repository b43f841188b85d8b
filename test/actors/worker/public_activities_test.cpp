// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>
#include <troupe/client/activity_handle.hpp>
#include <troupe/error.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};
inline constexpr activity::contract<int(int)> count_to{"count_to"};
inline constexpr activity::contract<void()> beat{"beat"};
inline constexpr activity::contract<std::string()> approve{"approve"};
inline constexpr activity::contract<void()> spin{"spin"};

struct counter {
  std::atomic<int> calls = 0;
  int count(int up_to) {
    ++calls;
    return up_to;
  }
};

activity::async<> beats(activity::context ctx) {
  do
    ctx.heartbeat();
  while (co_await ctx.sleep(20ms));
  throw canceled_error(std::string{to_string(ctx.cancellation().reason())});
}

struct calls_them {
  static constexpr std::string_view name = "CallsThem";
  async<std::vector<std::string>> run(workflow::context ctx) {
    const workflow::activity_options options{.start_to_close_timeout = 30s};
    std::vector<std::string> seen;
    auto text = ctx.execute<greet>(options, "Ann");
    auto number = ctx.execute<count_to>(options, 3);
    seen.push_back(co_await text);
    seen.push_back(std::to_string(co_await number));
    seen.push_back(
        std::to_string(co_await ctx.execute_local<count_to>({.start_to_close_timeout = 5s}, 4)));
    auto beating = ctx.execute<beat>(
        {.start_to_close_timeout = 30s,
         .heartbeat_timeout = 1s,
         .cancellation_type = workflow::activity_cancellation_type::wait_completed});
    co_await ctx.sleep(100ms);
    beating.cancel();
    seen.emplace_back(
        is_canceled((co_await beating.as_result()).error()) ? "canceled" : "not canceled");
    co_return seen;
  }
};

struct asks {
  static constexpr std::string_view name = "Asks";
  async<std::string> run(workflow::context ctx) {
    co_return co_await ctx.execute<approve>({.start_to_close_timeout = 30s});
  }
};

struct gets_stuck {
  static constexpr std::string_view name = "GetsStuck";
  async<std::string> run(workflow::context ctx) {
    auto outcome = co_await ctx
                       .execute<spin>(
                           {.start_to_close_timeout = 30s,
                            .retry_policy = workflow::retry_policy{.maximum_attempts = 1}})
                       .as_result();
    const auto* error = find_cause<application_error>(outcome.error());
    co_return error == nullptr ? "no error" : error->type();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(public_activities)

BOOST_AUTO_TEST_CASE(a_worker_runs_what_its_workflows_call_on_a_service_in_the_same_process) {
  service at;
  auto client = at.connect();
  worker one{client, {.task_queue = "q"}};
  auto numbers = std::make_shared<counter>();
  one.add<calls_them>()
      .add(activity::implement<greet>([](const std::string& who) { return "hello " + who; }))
      .add(activity::implement<count_to>(numbers, &counter::count))
      .add(activity::implement<beat>(&beats))
      .start();
  const auto seen = client.execute_workflow<calls_them>({.id = "w", .task_queue = "q"});
  BOOST_TEST((seen == std::vector<std::string>{"hello Ann", "3", "4", "canceled"}));
  BOOST_TEST(numbers->calls == 2);
  one.stop();
  const auto snapshot = one.snapshot();
  BOOST_TEST(snapshot.activity.accepted == 3u);
  BOOST_TEST(snapshot.activity.outcomes.at("answered") == 3u);
}

BOOST_AUTO_TEST_CASE(an_activity_is_completed_by_somebody_else_with_its_token) {
  service at;
  auto client = at.connect();
  worker one{client, {.task_queue = "q"}};
  std::promise<std::string> token;
  one.add<asks>()
      .add(activity::implement<approve>([&](activity::context ctx) -> std::string {
        token.set_value(ctx.info().task_token);
        ctx.complete_later();
      }))
      .start();
  auto asking = client.start_workflow<asks>({.id = "w", .task_queue = "q"});
  const activity_handle open{client, token.get_future().get()};
  BOOST_CHECK(open.heartbeat(1) == cancel_reason::none);
  open.complete(std::string{"granted"});
  BOOST_TEST(asking.result() == "granted");
  BOOST_CHECK_THROW(open.complete(std::string{"twice"}), rpc_error);
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_does_not_give_its_thread_back_fails_its_attempt_alone) {
  service at;
  auto client = at.connect();
  std::promise<void> enough;
  auto may_go = enough.get_future().share();
  {
    worker one{client, {.task_queue = "q", .deadlock_timeout = 100ms}};
    one.add<gets_stuck>()
        .add(activity::implement<spin>([may_go]() -> activity::async<> {
          may_go.wait();
          co_return;
        }))
        .start();
    BOOST_TEST(
        client.execute_workflow<gets_stuck>({.id = "w", .task_queue = "q"}) == "DeadlockError");
    one.stop();
    BOOST_TEST(one.snapshot().activity.outcomes.at("answered") == 1u);
  }
  enough.set_value();
}

BOOST_AUTO_TEST_SUITE_END()
