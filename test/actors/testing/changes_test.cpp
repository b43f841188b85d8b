// SPDX-License-Identifier: Apache-2.0
// What a client does to a running workflow besides messages.

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;

inline constexpr activity::contract<int()> own_priority{"own_priority"};

/// Words that came by signals, and the priority that an activity has at the end.
struct collects {
  static constexpr std::string_view name = "Collects";
  std::vector<std::string> words;
  troupe::async<std::string> run(workflow::context ctx) {
    ctx.on_signal("say", [this](std::string word) { words.push_back(std::move(word)); });
    co_await ctx.wait_condition([this] { return words.size() >= 2; });
    const int key = co_await ctx.execute<own_priority>({.start_to_close_timeout = 1min});
    co_return words[0] + " " + words[1] + " " + std::to_string(key) + " "
        + ctx.info().static_summary;
  }
};

struct fixture {
  troupe::testing::environment env;
  troupe::client client = env.connect();
  troupe::worker worker = env.make_worker(client, {.task_queue = "queue"});
  fixture() {
    worker.add<collects>()
        .add(activity::implement<own_priority>(
            [](activity::context ctx) { return ctx.info().priority.key; }))
        .start();
  }
  auto start() {
    auto handle = client.start_workflow<collects>(
        {.id = "w", .task_queue = "queue", .static_summary = "of words"});
    env.run(); // its first task is done, events 1 to 4
    handle.signal("say", std::string{"one"});
    env.run();
    return handle;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(changes, fixture)

BOOST_AUTO_TEST_CASE(a_priority_counts_from_its_change_on) {
  auto handle = start();
  handle.change_options({.priority = troupe::priority{.key = 4}});
  handle.signal("say", std::string{"two"});
  BOOST_TEST(handle.result() == "one two 4 of words");
}

BOOST_AUTO_TEST_CASE(a_reset_run_goes_on_with_what_came_since) {
  auto handle = start();
  handle.change_options(
      {.priority = troupe::priority{.key = 2},
       .versioning = troupe::versioning_override::auto_upgrade});
  const auto run = handle.reset({.event_id = 4, .reason = "again"});
  BOOST_TEST(run != handle.run_id());
  auto again = client.get_workflow<std::string>("w", run);
  again.signal("say", std::string{"two"});
  BOOST_TEST(again.result() == "one two 2 of words");

  auto other = start();
  const auto without = other.reset({.event_id = 4, .exclude = {troupe::reset_exclusion::signals}});
  auto fresh = client.get_workflow<std::string>("w", without);
  fresh.signal("say", std::string{"two"});
  fresh.signal("say", std::string{"three"});
  BOOST_TEST(fresh.result() == "two three 0 of words");
}

BOOST_AUTO_TEST_CASE(what_the_service_refuses_is_thrown) {
  auto handle = start();
  BOOST_CHECK_THROW(handle.reset({.event_id = 1}), troupe::rpc_error);
  BOOST_CHECK_THROW(handle.pause(), troupe::rpc_error);
  handle.terminate();
  BOOST_CHECK_THROW(
      handle.change_options({.priority = troupe::priority{.key = 1}}), troupe::rpc_error);
}

BOOST_AUTO_TEST_SUITE_END()
