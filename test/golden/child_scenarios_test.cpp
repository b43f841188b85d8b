// SPDX-License-Identifier: Apache-2.0
// Parents and children: what the real server and a Python worker wrote, our service and our worker
// write too, also if the service dies at each of its commits. A scenario is one row.

#include "test/golden/comparison.hpp"
#include "test/golden/golden_world.hpp"
#include "test/golden/rows.hpp"
#include "test/support/history_normaliser.hpp"
#include "test/support/recordings.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

struct scenario {
  const char* name;
  /// What a client does once the parent was started. Null: nothing.
  void (*happens)(golden_world&) = nullptr;
  /// Why a service that dies or loads in between may write something else; null: it may not.
  const char* unless_it_dies = nullptr;
  /// The same of one that only loads in between.
  const char* unless_it_unloads = unless_it_dies;
};

std::ostream& operator<<(std::ostream& out, const scenario& one) {
  return out << one.name;
}

// What is recorded and no row has its reason in coverage_test.cpp.
constexpr const char* signal_first =
    "the child may end before its parent hears that the signal came";

const scenario table[] = {
    {"child-completes"},
    {"child-fails"},
    {"child-retries"},
    {"child-times-out"},
    {"child-cron",
     [](golden_world& world) {
       world.advance(2500ms);
       world.terminate("child-cron-child", "enough");
     }},
    {"child-already-started", nullptr, signal_first},
    {"child-signalled-by-parent", nullptr, signal_first},
    {"child-cancel-abandon"},
    {"child-cancel-try-cancel"},
    {"child-cancel-wait-completed"},
    {"child-cancel-wait-requested"},
    {"child-cancel-same-task-abandon"},
    {"child-cancel-same-task-try-cancel"},
    {"child-cancel-same-task-wait-completed"},
    {"child-cancel-same-task-wait-requested"},
    {"parent-canceled",
     [](golden_world& world) {
       world.until("parent-canceled-child", "WorkflowTaskCompleted");
       world.until("parent-canceled", "WorkflowTaskCompleted", 2);
       world.request_cancel("parent-canceled");
     }},
    {"parent-close-abandon",
     [](golden_world& world) {
       world.until("parent-close-abandon-child", "WorkflowTaskCompleted");
       world.advance(1500ms);
       world.signal("parent-close-abandon-child", "golden-signal", R"("bye")");
     }},
    {"parent-close-request-cancel",
     nullptr,
     nullptr,
     "the disk has a say in whether a task of the child comes before the cancel"},
    {"parent-close-terminate-idle-child",
     [](golden_world& world) {
       world.until("parent-close-terminate-idle-child-child", "WorkflowTaskCompleted");
       world.until("parent-close-terminate-idle-child", "WorkflowTaskCompleted", 2);
       world.terminate(
           "parent-close-terminate-idle-child", "terminated by user via frontend", R"("golden")");
     }},
};

history recording(const std::string& name) {
  auto recorded = load_history("child/" + name + ".json");
  forget_builds(recorded);
  // The recordings' workers named the child's run, too, when they asked it to cancel.
  for (auto& event : *recorded.mutable_events())
    if (event.has_request_cancel_external_workflow_execution_initiated_event_attributes())
      event.mutable_request_cancel_external_workflow_execution_initiated_event_attributes()
          ->mutable_workflow_execution()
          ->clear_run_id();
    else if (event.has_external_workflow_execution_cancel_requested_event_attributes())
      event.mutable_external_workflow_execution_cancel_requested_event_attributes()
          ->mutable_workflow_execution()
          ->clear_run_id();
  return recorded;
}

std::vector<scenario> table_unless(const char* scenario::* reason) {
  std::vector<scenario> played;
  for (const auto& one : table)
    if (one.*reason == nullptr)
      played.push_back(one);
  return played;
}

/// What is played with a service that dies.
std::vector<scenario> mortal_table() {
  return table_unless(&scenario::unless_it_dies);
}

/// Plays the scenario and compares parent and child.
golden_world::troubles play(const scenario& one, mortal_service::dies when) {
  golden_world world{golden_world::pace{}, when};
  const std::string name = one.name;
  const auto recorded = recording(name);
  world.start_as(recorded);
  if (one.happens != nullptr)
    one.happens(world);
  const auto& id = recorded.events(0).workflow_execution_started_event_attributes().workflow_id();
  world.until_events(id, world.runs(id).front(), recorded.events_size());
  history_comparison ids;
  check_recorded(world, ids, recorded, name);
  if (is_recorded("child/" + name + ".child"))
    check_recorded(world, ids, recording(name + ".child"), name + ".child");
  if (is_recorded("child/" + name + ".child.run-2"))
    check_recorded(world, ids, recording(name + ".child.run-2"), name + ".child.run-2", 1);
  return world.seen();
}

} // namespace

std::vector<std::string> child_scenarios_rows() {
  std::vector<std::string> all;
  for (const auto& one : table) {
    const auto name = "child/" + std::string{one.name};
    all.push_back(name);
    for (const char* of_child : {".child", ".child.run-2"})
      if (is_recorded(name + of_child))
        all.push_back(name + of_child);
  }
  return all;
}

BOOST_AUTO_TEST_SUITE(child_scenarios)

BOOST_DATA_TEST_CASE(
    our_service_and_worker_write_the_recorded_history, boost::unit_test::data::make(table), one) {
  play(one, mortal_service::dies::never);
}

BOOST_DATA_TEST_CASE(
    a_service_that_dies_after_each_commit_writes_the_same,
    boost::unit_test::data::make(mortal_table()),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::after_commits).deaths >= 3U);
}

BOOST_DATA_TEST_CASE(
    a_service_that_dies_before_each_commit_writes_the_same,
    boost::unit_test::data::make(mortal_table()),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::before_commits).deaths >= 3U);
}

BOOST_DATA_TEST_CASE(
    a_service_that_keeps_no_idle_record_in_memory_writes_the_same,
    boost::unit_test::data::make(table_unless(&scenario::unless_it_unloads)),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::never_but_unloads).loads >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
