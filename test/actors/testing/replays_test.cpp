// SPDX-License-Identifier: Apache-2.0
// Histories of a service are replayed.

#include "test/actors/testing/words_fixture.hpp"

#include <troupe/client.hpp>
#include <troupe/testing/replayer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

using namespace words;

namespace {

/// Goes by its run.
struct names_its_run {
  static constexpr std::string_view name = "NamesItsRun";
  troupe::async<std::string> run(troupe::workflow::context ctx) {
    co_await ctx.sleep(1h, {.summary = ctx.info().run_id});
    co_return ctx.info().run_id;
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

BOOST_AUTO_TEST_CASE(a_run_that_a_reset_made_is_replayed_as_itself) {
  auto other = env.make_worker(client, {.task_queue = "other"});
  other.add<names_its_run>().start();
  const auto first = client.start_workflow<names_its_run>({.id = "r", .task_queue = "other"});
  BOOST_TEST(first.result() == first.run_id());
  const auto run_id = first.reset({.to = troupe::reset_point::first_workflow_task});
  const auto second = client.get_workflow<std::string>("r", run_id);
  BOOST_TEST(second.result() == run_id);
  troupe::testing::replayer replayer{{.compare_contents = true}};
  replayer.add<names_its_run>();
  const auto report = replayer.replay_workflows(client, "WorkflowId = 'r'");
  BOOST_TEST(report.ok(), report.text());
  BOOST_TEST(report.results.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
