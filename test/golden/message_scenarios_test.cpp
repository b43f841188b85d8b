// SPDX-License-Identifier: Apache-2.0
// Updates, and what workflows say of themselves: what the real server and a Python worker wrote,
// our service and our worker write too, also if the service dies at each of its commits. A scenario
// is one row.

#include "test/golden/comparison.hpp"
#include "test/golden/golden_world.hpp"
#include "test/golden/rows.hpp"
#include "test/support/golden_messages.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
namespace wire = temporal::api::workflowservice::v1;

struct scenario {
  const char* name;
  /// What a client does, and what it hears.
  void (*happens)(golden_world&, const history& recorded);
  std::vector<word> words = {};
  const char* folder = "messages/";
  /// Why a service that decides something twice may write something else; null: it may not.
  const char* unless_it_repeats = nullptr;
};

std::ostream& operator<<(std::ostream& out, const scenario& one) {
  return out << one.name;
}

const std::string& id_of(const history& recorded) {
  return recorded.events(0).workflow_execution_started_event_attributes().workflow_id();
}

wire::UpdateWorkflowExecutionRequest update_request(
    const std::string& id,
    const std::string& update_id,
    const std::string& name,
    const std::string& json,
    enums::UpdateWorkflowExecutionLifecycleStage stage) {
  wire::UpdateWorkflowExecutionRequest request;
  request.set_namespace_("caller-ns");
  request.mutable_workflow_execution()->set_workflow_id(id);
  request.mutable_wait_policy()->set_lifecycle_stage(stage);
  auto& update = *request.mutable_request();
  update.mutable_meta()->set_update_id(update_id);
  update.mutable_meta()->set_identity("golden-client");
  update.mutable_input()->set_name(name);
  if (!json.empty()) {
    auto& one = *update.mutable_input()->mutable_args()->add_payloads();
    (*one.mutable_metadata())["encoding"] = "json/plain";
    one.set_data(json);
  }
  return request;
}

/// The outcome in words: the data of its result or the message of its failure.
std::string text_of(const temporal::api::update::v1::Outcome& outcome) {
  return outcome.has_failure() ? "failed: " + outcome.failure().message()
                               : outcome.success().payloads(0).data();
}

/// Sends an update to its end, and gives that.
std::string update(
    golden_world& world,
    const history& to,
    const std::string& update_id,
    const std::string& name,
    const std::string& json = {}) {
  wire::UpdateWorkflowExecutionResponse answer;
  answer.ParseFromString(world.call(
      "UpdateWorkflowExecution",
      update_request(
          id_of(to),
          update_id,
          name,
          json,
          enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED)));
  return text_of(answer.outcome());
}

/// Sends an update until it is accepted.
void accept(
    golden_world& world,
    const history& to,
    const std::string& update_id,
    const std::string& name,
    const std::string& json) {
  world.call(
      "UpdateWorkflowExecution",
      update_request(
          id_of(to),
          update_id,
          name,
          json,
          enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED));
}

void start(golden_world& world, const history& recorded) {
  world.start_as(recorded);
  world.until(id_of(recorded), "WorkflowTaskCompleted");
}

void stop(golden_world& world, const history& recorded) {
  world.signal(id_of(recorded), "stop", "");
}

/// Starts the recorded workflow, or finds it running, and updates it in one request.
std::string update_with_start(
    golden_world& world,
    const history& recorded,
    const std::string& update_id,
    const std::string& json,
    enums::WorkflowIdConflictPolicy conflict_policy) {
  const auto& from = recorded.events(0).workflow_execution_started_event_attributes();
  wire::ExecuteMultiOperationRequest request;
  request.set_namespace_("caller-ns");
  auto& begin = *request.add_operations()->mutable_start_workflow();
  begin.set_namespace_("caller-ns");
  begin.set_workflow_id(from.workflow_id());
  *begin.mutable_workflow_type() = from.workflow_type();
  *begin.mutable_task_queue() = from.task_queue();
  *begin.mutable_workflow_task_timeout() = from.workflow_task_timeout();
  begin.set_identity("golden-client");
  begin.set_request_id("request");
  begin.set_workflow_id_conflict_policy(conflict_policy);
  *request.add_operations()->mutable_update_workflow() = update_request(
      from.workflow_id(),
      update_id,
      "add",
      json,
      enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  wire::ExecuteMultiOperationResponse answer;
  answer.ParseFromString(world.call("ExecuteMultiOperation", request));
  BOOST_REQUIRE_EQUAL(answer.responses_size(), 2);
  return text_of(answer.responses(1).update_workflow().outcome());
}

// What is recorded and no row has its reason in coverage_test.cpp.
const scenario table[] = {
    {"update-completed",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       BOOST_TEST(update(world, recorded, "upd-1", "add", "5") == "5");
       stop(world, recorded);
     }},
    {"update-void",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       BOOST_TEST(update(world, recorded, "upd-void", "void") == "");
       stop(world, recorded);
     }},
    {"update-fails",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       BOOST_TEST(update(world, recorded, "upd-fail", "fail", "3") == "failed: update failed");
       stop(world, recorded);
     }},
    {"update-rejected",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       BOOST_TEST(
           update(world, recorded, "upd-rej", "add", "-1") == "failed: negative not allowed");
       stop(world, recorded);
     }},
    {"update-unknown-name",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       BOOST_TEST(
           update(world, recorded, "upd-unknown", "no-such-update")
               .starts_with("failed: Update handler for 'no-such-update' expected but not found"));
       stop(world, recorded);
     }},
    {"update-accepted-then-timer",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       accept(world, recorded, "upd-slow", "slow-add", "7");
       world.until(id_of(recorded), "WorkflowExecutionUpdateCompleted");
       stop(world, recorded);
     }},
    {"update-open-at-termination",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       accept(world, recorded, "upd-open", "slow-add", "7");
       const auto& end =
           recorded.events().rbegin()->workflow_execution_terminated_event_attributes();
       world.terminate(id_of(recorded), end.reason(), end.details().payloads(0).data());
     }},
    {"update-with-activity",
     [](golden_world& world, const history& recorded) {
       world.stop_worker("golden-worker");
       world.start_worker(
           {.name_space = "caller-ns",
            .task_queue = "basic-tq",
            .identity = "golden-worker",
            .runs_activities = true});
       start(world, recorded);
       BOOST_TEST(
           update(world, recorded, "upd-act", "with-activity", R"("upd")") == R"("hello upd")");
       stop(world, recorded);
     }},
    {"update-handler-bug-then-fixed",
     [](golden_world& world, const history& recorded) {
       set_golden_update_bugs(1);
       start(world, recorded);
       BOOST_TEST(update(world, recorded, "upd-crash", "crash") == "");
       stop(world, recorded);
     },
     {{"RuntimeError", "std::runtime_error"}},
     "messages/",
     "the bug is met once, and that a task failed by it may be forgotten"},
    {"update-with-start",
     [](golden_world& world, const history& recorded) {
       const auto answer = update_with_start(
           world, recorded, "upd-ws", "9", enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
       BOOST_TEST(answer == "9");
       stop(world, recorded);
     }},
    {"upsert-memo-and-search-attributes",
     [](golden_world& world, const history& recorded) { start(world, recorded); },
     {},
     "workflow/"},
    {"update-with-start-existing",
     [](golden_world& world, const history& recorded) {
       start(world, recorded);
       const auto answer = update_with_start(
           world, recorded, "upd-ws2", "4", enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
       BOOST_TEST(answer == "4");
       stop(world, recorded);
     }},
};

golden_world::troubles play(const scenario& one, mortal_service::dies when) {
  set_golden_update_bugs(0);
  golden_world world{golden_world::pace{}, when};
  const auto name = one.folder + std::string{one.name};
  auto recorded = load_history(name + ".json");
  forget_builds(recorded);
  in_our_words(recorded, one.words);
  one.happens(world, recorded);
  BOOST_REQUIRE(world.runs(id_of(recorded)).size() == 1U);
  history_comparison ids;
  check_recorded(world, ids, recorded, name);
  return world.seen();
}

std::vector<scenario> repeatable_table() {
  std::vector<scenario> played;
  for (const auto& one : table)
    if (one.unless_it_repeats == nullptr)
      played.push_back(one);
  return played;
}

} // namespace

std::vector<std::string> message_scenarios_rows() {
  std::vector<std::string> all;
  for (const auto& one : table)
    all.push_back(one.folder + std::string{one.name});
  return all;
}

BOOST_AUTO_TEST_SUITE(message_scenarios)

BOOST_DATA_TEST_CASE(
    our_service_and_worker_write_the_recorded_history, boost::unit_test::data::make(table), one) {
  play(one, mortal_service::dies::never);
}

// An update that is not accepted yet is nowhere but in memory: its client sends it again.
BOOST_DATA_TEST_CASE(
    a_service_that_dies_after_each_commit_writes_the_same,
    boost::unit_test::data::make(table),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::after_commits).deaths >= 3U);
}

BOOST_DATA_TEST_CASE(
    a_service_that_dies_before_each_commit_writes_the_same,
    boost::unit_test::data::make(repeatable_table()),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::before_commits).deaths >= 3U);
}

BOOST_DATA_TEST_CASE(
    a_service_that_keeps_no_idle_record_in_memory_writes_the_same,
    boost::unit_test::data::make(table),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::never_but_unloads).loads >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
