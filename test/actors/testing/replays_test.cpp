// SPDX-License-Identifier: Apache-2.0
// Histories of a service are replayed.

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/testing/replayer.hpp>
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

BOOST_FIXTURE_TEST_SUITE(replays, fixture)

BOOST_AUTO_TEST_CASE(all_workflows_of_a_namespace_can_be_replayed) {
  for (const auto* id : {"a", "b"}) {
    auto handle = client.start_workflow<collects>({.id = id, .task_queue = "queue"});
    handle.signal("say", std::string{"one"});
    handle.signal("say", std::string{"two"});
    (void)handle.result();
  }
  troupe::testing::replayer replayer;
  replayer.add<collects>();
  const auto report = replayer.replay_workflows(client);
  BOOST_TEST(report.ok(), report.text());
  BOOST_REQUIRE(report.results.size() == 2u);
  BOOST_TEST(report.results[0].source.starts_with("a/"));
}

BOOST_AUTO_TEST_SUITE_END()
