// SPDX-License-Identifier: Apache-2.0
// What the real server and a Python worker wrote, our service and our worker write too: a scenario
// is one row.

#include "test/golden/golden_world.hpp"
#include "test/support/golden_workflows.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/json_util.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

using history = golden_world::history;

/// A word that each language has its own for: what the recording says, what C++ says.
struct word {
  const char* recorded;
  const char* ours;
};

struct scenario {
  const char* name;
  /// What a client and the workers' owners do, after the workflow was started and before
  /// everything that was recorded is waited for. Null: nothing.
  void (*happens)(golden_world&) = nullptr;
  /// Histories to compare besides NAME, NAME.handler and NAME.run-2.
  std::vector<const char*> also = {};
  std::vector<word> words = {};
  /// Starts the workers; null: the usual ones.
  void (*workers)(golden_world&) = nullptr;
};

std::ostream& operator<<(std::ostream& out, const scenario& one) {
  return out << one.name;
}

const std::string& workflow_id(const history& recorded) {
  return recorded.events(0).workflow_execution_started_event_attributes().workflow_id();
}

const scenario table[] = {
    {.name = "nexus/sync-success"},
    {.name = "nexus/sync-object"},
    {.name = "nexus/sync-void"},
    {.name = "nexus/run-success"},
    {.name = "nexus/run-object"},
    {.name = "nexus/operation-error-failed"},
    {.name = "nexus/operation-error-canceled"},
    {.name = "nexus/unknown-operation"},
    {.name = "nexus/no-worker-schedule-to-close"},
    {.name = "nexus/started-schedule-to-close"},
    {.name = "nexus/cancel-after-started-wait-completed"},
    {.name = "nexus/caller-worker-killed",
     .happens =
         [](golden_world& world) {
           world.until("caller-worker-killed", "WorkflowTaskCompleted", 2);
           world.kill_worker("golden-killed-worker");
           world.signal("caller-worker-killed-handler", "release", R"("go")");
           world.advance(1s);
           world.start_worker({"caller-ns", "killed-tq", "golden-second-worker"});
         },
     .workers =
         [](golden_world& world) {
           world.start_usual_workers();
           world.start_worker({"caller-ns", "killed-tq", "golden-killed-worker"});
         }},

    {.name = "workflow/complete"},
    {.name = "workflow/complete-void"},
    {.name = "workflow/fail-application-error"},
    {.name = "workflow/timers"},
    {.name = "workflow/timer-started-and-cancelled-in-one-task"},
    {.name = "workflow/continue-as-new"},
    {.name = "workflow/cancel-handled",
     .happens =
         [](golden_world& world) {
           world.until("cancel-handled", "WorkflowTaskCompleted");
           world.request_cancel("cancel-handled");
         }},
    {.name = "workflow/terminated",
     .happens =
         [](golden_world& world) {
           world.until("terminated", "WorkflowTaskCompleted");
           world.terminate("terminated", "golden reason", "\"detail one\"\n{\"detail\":2}");
         }},
    {.name = "workflow/bug-then-fixed", .words = {{"RuntimeError", "std::runtime_error"}}},
    {.name = "messages/signal",
     .happens =
         [](golden_world& world) {
           world.until("signal", "WorkflowTaskCompleted");
           world.signal("signal", "golden-signal", R"("value")");
         }},
};

// -- comparing ------------------------------------------------------------------------------------

std::string as_json(const temporal::api::history::v1::HistoryEvent& event) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  (void)google::protobuf::util::MessageToJsonString(event, &text, options);
  return text;
}

void replace_all(std::string& in, const std::string& from, const std::string& to) {
  for (auto at = in.find(from); at != std::string::npos; at = in.find(from, at + to.size()))
    in.replace(at, from.size(), to);
}

/// Says in C++'s words what the recording says in Python's.
history in_our_words(const history& recorded, const std::vector<word>& words) {
  if (words.empty())
    return recorded;
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(recorded, &text);
  for (const auto& each : words)
    replace_all(text, each.recorded, each.ours);
  history out;
  (void)google::protobuf::util::JsonStringToMessage(text, &out);
  return out;
}

std::string event_types(const history& of) {
  std::string text;
  for (const auto& event : of.events())
    text += (text.empty() ? "" : " ") + type_name(event);
  return text;
}

/// Empty if both say the same; otherwise the first event that differs, both sides as JSON.
std::string compare(const history& recorded, const history& made) {
  const int count = std::max(recorded.events_size(), made.events_size());
  for (int at = 0; at < count; ++at) {
    auto want = at < recorded.events_size() ? recorded.events(at) : recorded.events().Get(0);
    auto got = at < made.events_size() ? made.events(at) : want;
    const bool both = at < recorded.events_size() && at < made.events_size();
    if (both && difference(want, got).empty())
      continue;
    normalise(want);
    normalise(got);
    std::string report = "event " + std::to_string(at + 1) + " differs\nrecorded types: "
                         + event_types(recorded) + "\nour types:      " + event_types(made);
    report += "\nrecorded: " + (at < recorded.events_size() ? as_json(want) : "no more events\n");
    report += "ours: " + (at < made.events_size() ? as_json(got) : "no more events\n");
    if (both)
      report += difference(want, got);
    return report;
  }
  return {};
}

/// The run after this one; empty if there is none.
std::string next_run(const history& of) {
  if (of.events().empty())
    return {};
  const auto& last = *of.events().rbegin();
  if (last.has_workflow_execution_continued_as_new_event_attributes())
    return last.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_completed_event_attributes())
    return last.workflow_execution_completed_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_failed_event_attributes())
    return last.workflow_execution_failed_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_timed_out_event_attributes())
    return last.workflow_execution_timed_out_event_attributes().new_execution_run_id();
  return {};
}

bool is_recorded(const std::string& name) {
  return std::filesystem::exists(std::string{TROUPE_TEST_DATA} + "/histories/" + name + ".json");
}

const std::string& first_run(const history& made) {
  return made.events(0).workflow_execution_started_event_attributes().first_execution_run_id();
}

void check(golden_world& world, const scenario& one, const std::string& name, int run) {
  const auto recorded = in_our_words(load_history(name + ".json"), one.words);
  const auto& id = workflow_id(recorded);
  auto made = world.read(id);
  if (made.events().empty()) {
    BOOST_ERROR(name << ": " << id << " was never started");
    return;
  }
  auto run_id = first_run(made);
  for (int at = 1; at < run; ++at)
    run_id = next_run(world.read(id, run_id));
  world.until_events(id, run_id, recorded.events_size());
  const auto report = compare(recorded, world.read(id, run_id));
  BOOST_CHECK_MESSAGE(report.empty(), name << ": " << report);
}

} // namespace

BOOST_AUTO_TEST_SUITE(scenarios)

BOOST_DATA_TEST_CASE(
    our_service_and_worker_write_the_recorded_history, boost::unit_test::data::make(table), one) {
  set_golden_bugs(2);
  golden_world world;
  if (one.workers != nullptr)
    one.workers(world);
  else
    world.start_usual_workers();
  const std::string name = one.name;
  world.start_as(load_history(name + ".json"));
  if (one.happens != nullptr)
    one.happens(world);
  check(world, one, name, 1);
  if (is_recorded(name + ".run-2"))
    check(world, one, name + ".run-2", 2);
  if (is_recorded(name + ".handler"))
    check(world, one, name + ".handler", 1);
  for (const char* each : one.also)
    check(world, one, each, 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
