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
