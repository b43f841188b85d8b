// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/inspection.hpp"
#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe::test;
using troupe::snapshot_options;
using troupe::actors::inspected_part;
using troupe::actors::inspection;

namespace {

constexpr auto nexus_poll = "PollNexusTaskQueue";
constexpr auto completed = "RespondWorkflowTaskCompleted";

struct fixture : worker_fixture {
  std::vector<inspected_part> inspect(const snapshot_options& what = {}) {
    inspection asked{context, what};
    clock->run_until_idle();
    return asked.wait(0s);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(inspections, fixture)

BOOST_AUTO_TEST_CASE(shows_shards_with_their_actors_and_pollers_with_their_polls) {
  serve_nexus();
  serve_workflows();
  start(2);
  clock->advance(10s);
  const auto parts = inspect();
  BOOST_REQUIRE(parts.size() == 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& shard = parts[i].shard;
    BOOST_TEST(shard.number == i);
    BOOST_TEST(shard.answered);
    BOOST_TEST(shard.coroutine.empty());
    BOOST_TEST(shard.timers > 0u);
    BOOST_TEST(shard.threads_left_behind == 0u);
    BOOST_TEST(shard.actors.at("poller").count == 3u);
    BOOST_TEST(shard.actors.at("poller").messages == 0u);
    BOOST_TEST(shard.actors.at("sticky_cache").count == 1u);
    BOOST_TEST(shard.actors.contains("worker_root") == (i == 0));
    std::vector<std::string> types;
    for (const auto& each : parts[i].pollers) {
      types.push_back(each.type);
      BOOST_TEST(each.shard == i);
      BOOST_TEST(each.open == 1u);
      BOOST_TEST(each.wanted == 1u);
      BOOST_TEST((each.oldest_open == 10s));
      BOOST_TEST(!each.waits_for_slot);
      BOOST_TEST(!each.backs_off);
      BOOST_TEST(each.last_error.empty());
    }
    std::ranges::sort(types);
    BOOST_TEST(
        types == (std::vector<std::string>{"nexus_task", "sticky_workflow_task", "workflow_task"}),
        boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(shows_what_a_poller_has_against_polling) {
  nexus_slots = 1;
  nexus_pollers = {1, 1, 1};
  serve_nexus();
  start();
  refuse(nexus_poll, troupe::status_code::unavailable, "no route");
  auto poller = inspect().at(0).pollers.at(0);
  BOOST_TEST(poller.open == 0u);
  BOOST_TEST(poller.backs_off);
  BOOST_TEST(poller.last_error == "UNAVAILABLE: no route");
  clock->advance(1s);
  give(nexus_poll, nexus_task("waits", "a"));
  poller = inspect().at(0).pollers.at(0);
  BOOST_TEST(poller.waits_for_slot);
  BOOST_TEST(!poller.backs_off);
  BOOST_TEST(poller.last_error.empty()); // the last one worked
}

BOOST_AUTO_TEST_CASE(shows_runs_with_what_they_wait_for) {
  workflow_slots = 10;
  workflow_pollers = {5, 5, 5};
  serve_workflows();
  start();
  for (const char* run : {"a", "b"}) {
    give_workflow(first_task(run));
    answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  }
  give_workflow(first_task("c"));
  auto part = inspect().at(0);
  BOOST_TEST(part.runs_in_memory == 3u);
  BOOST_REQUIRE(part.runs.size() == 3u);
  const auto& busy = part.runs[0];
  BOOST_TEST(busy.run_id == "c");
  BOOST_TEST(busy.workflow_id == "id-c");
  BOOST_TEST(busy.has_task);
  BOOST_TEST(busy.waits_for.back() == "the service to take the answer to its task");
  const auto& idle = part.runs[1];
  BOOST_TEST(idle.run_id == "a");
  BOOST_TEST(idle.workflow_type == "Sleeper");
  BOOST_TEST(!idle.has_task);
  BOOST_TEST(idle.history_length == 3);
  BOOST_TEST(idle.bytes > 0u);
  BOOST_REQUIRE(idle.waits_for.size() == 1u);
  BOOST_TEST(idle.waits_for[0].find("timer") != std::string::npos, idle.waits_for[0]);

  part = inspect({.most_runs = 2}).at(0);
  BOOST_TEST(part.runs_in_memory == 3u);
  BOOST_TEST(part.runs.size() == 2u);
  part = inspect({.workflow_id = "id-c"}).at(0);
  BOOST_REQUIRE(part.runs.size() == 1u);
  BOOST_TEST(part.runs[0].run_id == "c");
}

BOOST_AUTO_TEST_CASE(shows_requests_and_the_last_failures) {
  captured_log log;
  serve_nexus();
  serve_workflows();
  start();
  give(nexus_poll, nexus_task("waits", "a"));
  give(nexus_poll, nexus_task("plain", "b"));
  give_workflow(first_task("r", "Broken"));
  clock->advance(2s);
  const auto part = inspect().at(0);
  BOOST_REQUIRE(part.requests.size() == 2u);
  std::map<std::string, troupe::worker_snapshot::request> by_operation;
  for (const auto& each : part.requests)
    by_operation[each.operation] = each;
  const auto& waits = by_operation.at("waits");
  BOOST_TEST(waits.service == "TestService");
  BOOST_TEST(waits.request_id == "request-a");
  BOOST_TEST(waits.step == "run_on_shard");
  BOOST_TEST((waits.age == 2s));
  BOOST_TEST((waits.remaining == 8s));
  BOOST_TEST(by_operation.at("plain").step == "run_on_pool");
  BOOST_REQUIRE(part.failures.size() == 1u);
  const auto& failure = part.failures[0];
  BOOST_TEST(failure.what == "a workflow task failed");
  BOOST_TEST(failure.source == "Broken");
  BOOST_TEST(failure.error == "a bug");
  BOOST_TEST(failure.fields.at("run_id") == "r");
}

BOOST_AUTO_TEST_CASE(a_shard_that_does_not_answer_is_shown_from_outside) {
  serve_nexus();
  start();
  inspection asked{context, {}};
  const auto parts = asked.wait(0s); // it has not come round
  BOOST_TEST(!parts.at(0).shard.answered);
  BOOST_TEST(parts.at(0).pollers.empty());
  clock->run_until_idle(); // the late answer finds nobody, and does no harm
  stop();
  shards[0]->stop();
  inspection late{context, {}};
  BOOST_TEST(!late.wait(1h).at(0).shard.answered); // at once: the shard drops what it is asked
}

BOOST_AUTO_TEST_SUITE_END()
