// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/testing/mock.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/describe.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <tuple>
#include <vector>

using namespace std::chrono_literals;

namespace {

namespace activity = troupe::activity;
namespace nexus = troupe::nexus;
namespace testing = troupe::testing;
namespace workflow = troupe::workflow;

inline constexpr activity::contract<bool(std::string, int)> charge{"charge"};
inline constexpr activity::contract<void(std::string)> tell{"tell"};

struct sum {
  int cents = 0;
};
BOOST_DESCRIBE_STRUCT(sum, (), (cents))

struct bank : nexus::service<"Bank"> {
  static constexpr operation<std::string, sum> balance{"balance"};
  static constexpr operation<void, sum> all{"all"};
  static constexpr auto operations = std::tuple{balance, all};
};

struct shipping {
  static constexpr std::string_view name = "Shipping";
  troupe::async<int> run(workflow::context, std::string) { co_return -1; }
};

/// An order in all its parts.
struct order {
  static constexpr std::string_view name = "Order";
  troupe::async<std::string> run(workflow::context ctx, std::string who) {
    const auto begun = ctx.now();
    const bool charged = co_await ctx.execute<charge>({.start_to_close_timeout = 1h}, who, 100);
    co_await ctx.execute_local<tell>({.start_to_close_timeout = 1h}, who);
    const int days = co_await ctx.execute_child<shipping>({}, who);
    auto client = ctx.nexus_client<bank>({.endpoint = "bank"});
    const auto left = co_await client.execute<bank::balance>(who);
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(ctx.now() - begun);
    co_return (charged ? "paid, " : "free, ") + std::to_string(days) + " days, "
        + std::to_string(left.cents) + " left, " + std::to_string(hours.count()) + " hours";
  }
};

/// Asks for all that the bank has.
struct asks {
  static constexpr std::string_view name = "Asks";
  troupe::async<int> run(workflow::context ctx) {
    co_return (co_await ctx.nexus_client<bank>({.endpoint = "bank"}).execute<bank::all>()).cents;
  }
};

struct fixture {
  testing::environment env{{.service = {.endpoints = {{"bank", "default", "orders"}}}}};
  troupe::client client = env.connect();
  testing::mock<bool(std::string, int)> charged = testing::mock_activity<charge>();
  testing::mock<void(std::string)> told = testing::mock_activity<tell>();
  testing::mock<int(std::string)> shipped = testing::mock_workflow<shipping>();
  testing::mock<sum(std::string)> balance = testing::mock_operation<bank, bank::balance>();

  void replace_all() {
    env.replace(charged);
    env.replace(told);
    env.replace(shipped);
    env.replace(balance);
  }
  troupe::worker start(std::size_t cached = 1000) {
    auto worker = env.make_worker(client, {.task_queue = "orders", .max_cached_workflows = cached});
    worker.add<order>().start();
    return worker;
  }
  std::string run(const std::string& who = "Ann") {
    return client.execute_workflow<order>({.id = "order-" + who, .task_queue = "orders"}, who);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(mocks, fixture)

BOOST_AUTO_TEST_CASE(
    activities_children_and_operations_are_replaced_where_nothing_implements_them) {
  charged.returns(true);
  shipped.answers([](const std::string& who) { return static_cast<int>(who.size()); });
  balance.returns(sum{42});
  replace_all();
  auto worker = start();
  BOOST_TEST(run() == "paid, 3 days, 42 left, 0 hours");
  BOOST_TEST((charged.calls() == std::vector{std::tuple{std::string{"Ann"}, 100}}));
  BOOST_TEST(told.call_count() == 1u);
  BOOST_TEST((shipped.calls() == std::vector{std::tuple{std::string{"Ann"}}}));
  BOOST_TEST(balance.call_count() == 1u);
  BOOST_TEST(charged.name() == "charge");
  BOOST_TEST(shipped.name() == "Shipping");
  BOOST_TEST(balance.name() == "Bank/balance");
}

BOOST_AUTO_TEST_CASE(mocks_fail_as_often_as_they_are_told_and_take_their_time) {
  charged.fails(2, troupe::application_error("busy"))
      .fails(1, std::runtime_error("broken"))
      .takes(30min)
      .returns(false);
  shipped.takes(48h).returns(2);
  balance.fails(1, nexus::handler_error{nexus::handler_error_type::unavailable, "closed"})
      .takes(2s)
      .returns(sum{});
  replace_all();
  auto worker = start();
  BOOST_TEST(run() == "free, 2 days, 0 left, 50 hours");
  BOOST_TEST(charged.call_count() == 4u);
  BOOST_TEST(shipped.call_count() == 1u);
  BOOST_TEST(balance.call_count() == 2u);
}

BOOST_AUTO_TEST_CASE(replays_are_no_calls) {
  charged.returns(true);
  shipped.fails(1, troupe::application_error("lost")).takes(1h).returns(7);
  balance.returns(sum{1});
  replace_all();
  auto worker = start(0); // each task is a replay of all before
  BOOST_CHECK_EXCEPTION((void)run("Ann"), troupe::workflow_failed_error, [](const auto& error) {
    return std::string{troupe::describe(std::make_exception_ptr(error))}.find("lost")
           != std::string::npos;
  });
  BOOST_TEST(shipped.call_count() == 1u);
  BOOST_TEST(run("Bob") == "paid, 7 days, 1 left, 1 hours");
  BOOST_TEST(shipped.call_count() == 2u);
}

BOOST_AUTO_TEST_CASE(a_mock_replaces_what_is_there_and_an_earlier_mock) {
  charged.returns(true);
  shipped.returns(1);
  balance.returns(sum{1});
  replace_all();
  env.replace(testing::mock_workflow<int(std::string)>("Shipping").returns(5));
  env.replace(testing::mock_activity<bool(std::string, int)>("charge").returns(false));
  auto worker = env.make_worker(client, {.task_queue = "orders"});
  worker.add<order>()
      .add<shipping>()
      .add(activity::implement<charge>([](const std::string&, int) { return true; }))
      .add(nexus::handler_for<bank>(
          nexus::sync<bank::balance>([](nexus::start_context, std::string) { return sum{-1}; }),
          nexus::sync<bank::all>([](nexus::start_context) { return sum{99}; })))
      .start();
  BOOST_TEST(run() == "free, 5 days, 1 left, 0 hours");
  BOOST_TEST(charged.call_count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_mock_that_was_told_nothing_says_so_and_is_not_tried_again) {
  replace_all();
  auto worker = start();
  BOOST_CHECK_EXCEPTION((void)run(), troupe::workflow_failed_error, [](const auto& error) {
    return std::string{troupe::describe(std::make_exception_ptr(error))}.find(
               "the mock of charge was not told what to answer")
           != std::string::npos;
  });
  BOOST_TEST(charged.call_count() == 1u);
}

BOOST_AUTO_TEST_CASE(operations_without_input_and_other_queues_can_be_mocked) {
  auto all = testing::mock_operation<bank, bank::all>();
  all.returns(sum{7});
  env.replace(all);
  auto worker = env.make_worker(client, {.task_queue = "orders"});
  worker.start(); // has the operation alone
  auto callers = env.make_worker(client, {.task_queue = "callers"});
  callers.add<asks>().start();
  BOOST_TEST(client.execute_workflow<asks>({.task_queue = "callers"}) == 7);
  BOOST_TEST(all.call_count() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
