// SPDX-License-Identifier: Apache-2.0
// All recorded histories of other SDKs' workers against the same workflows in C++: every command,
// its contents, and the result.

#include "test/support/golden_workflows.hpp"
#include "test/support/recordings.hpp"

#include <troupe/testing/replayer.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// The recordings of the folder `go`, or of all others. A Go worker counts its ids by other rules
/// and writes other inputs: of its recordings only the commands are compared.
std::vector<std::string> scenarios(bool of_go) {
  std::vector<std::string> all;
  for (const auto& name : test::recordings())
    if ((name.starts_with("go/") && !name.ends_with(".handler")) == of_go)
      all.push_back(name);
  return all;
}

std::string read(const std::string& scenario) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/histories/" + scenario + ".json"};
  BOOST_REQUIRE_MESSAGE(file, "no history " << scenario);
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct never_run {
  async<> run(workflow::context) { co_return; }
};

testing::replayer golden_replayer(bool compare_contents = true) {
  testing::replayer replayer{{.compare_contents = compare_contents}};
  for (auto& definition : test::golden_workflows())
    replayer.add(std::move(definition));
  // Its recorder did not know it either, so that no task of it was answered.
  replayer.add(workflow::define<never_run>("NoSuchType"));
  return replayer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(replay)

// Each recording is a row: one that no workflow here fits fails.
BOOST_DATA_TEST_CASE(
    replays_the_recorded_history, boost::unit_test::data::make(scenarios(false)), scenario) {
  const auto result = golden_replayer().replay_json(read(scenario));
  BOOST_CHECK_MESSAGE(result.ok(), scenario << ": " << result.message);
  BOOST_CHECK(!result.run_id.empty());
}

BOOST_DATA_TEST_CASE(
    replays_the_history_of_a_go_worker, boost::unit_test::data::make(scenarios(true)), scenario) {
  const auto result = golden_replayer(false).replay_json(read(scenario));
  BOOST_CHECK_MESSAGE(result.ok(), scenario << ": " << result.message);
}

struct timers_in_another_order {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1s, {.summary = "short timer"});
    co_return "timers done";
  }
};

BOOST_AUTO_TEST_CASE(changed_code_is_told_which_event_and_command_differ_and_what_to_do) {
  testing::replayer replayer;
  replayer.add(workflow::define<timers_in_another_order>("Timers"));
  const auto result = replayer.replay_json(read("workflow/timers"));
  BOOST_CHECK(result.nondeterministic);
  BOOST_CHECK_EQUAL(
      result.message,
      "[TMPRL1100] Nondeterminism error: event 6 (TimerStarted) has no command: the workflow's "
      "code did not issue one. The "
      "workflow's code no longer does what it did when this history was written: restore the old "
      "order of commands, let "
      "new code run for new workflows only, or reset the workflow.");
}

struct ends_too_early {
  async<std::string> run(workflow::context) { co_return "timers done"; }
};

BOOST_AUTO_TEST_CASE(a_command_of_another_kind_is_named) {
  testing::replayer replayer;
  replayer.add(workflow::define<ends_too_early>("Timers"));
  const auto result = replayer.replay_json(read("workflow/timers"));
  BOOST_CHECK(result.nondeterministic);
  BOOST_CHECK(result.message.starts_with(
      "[TMPRL1100] Nondeterminism error: event 5 (TimerStarted) does not match the command that "
      "the workflow's code issued: CompleteWorkflowExecution."));
}

struct asks_for_more {
  async<std::string> run(workflow::context ctx, std::string who) {
    co_await ctx.sleep(1s);
    co_return "hello " + who;
  }
};

BOOST_AUTO_TEST_CASE(a_command_without_an_event_is_named) {
  testing::replayer replayer;
  replayer.add(workflow::define<asks_for_more>("Complete"));
  const auto result = replayer.replay_json(read("workflow/complete"));
  BOOST_CHECK(result.nondeterministic);
  BOOST_CHECK(
      result.message.find("event 5 (WorkflowExecutionCompleted) does not match the command that "
                          "the workflow's code "
                          "issued: StartTimer (timer 1)")
      != std::string::npos);
}

struct another_result {
  async<std::string> run(workflow::context, std::string who) { co_return "bye " + who; }
};

BOOST_AUTO_TEST_CASE(another_result_is_found_only_if_contents_are_compared) {
  testing::replayer strict{{.compare_contents = true}};
  strict.add(workflow::define<another_result>("Complete"));
  BOOST_CHECK(strict.replay_json(read("workflow/complete")).nondeterministic);
  testing::replayer lenient;
  lenient.add(workflow::define<another_result>("Complete"));
  BOOST_CHECK(lenient.replay_json(read("workflow/complete")).ok());
}

BOOST_AUTO_TEST_CASE(what_is_no_history_is_refused_with_a_reason) {
  const auto replayer = golden_replayer();
  BOOST_CHECK(!replayer.replay_json("{").ok());
  BOOST_CHECK(!replayer.replay_json("{}").ok());
  BOOST_CHECK(!replayer.replay_json("[]").ok());
  BOOST_CHECK(!replayer.replay_binary("\xff\xff\xff").ok());
  BOOST_CHECK(!replayer.replay_binary("").ok());
  testing::replayer empty;
  BOOST_CHECK_EQUAL(
      empty.replay_json(read("workflow/complete")).message,
      "no workflow of type 'Complete' was added to the replayer");
}

BOOST_AUTO_TEST_SUITE_END()
