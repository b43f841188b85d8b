// SPDX-License-Identifier: Apache-2.0
// Activities: what the real server and a Python worker wrote, our service and our worker write too,
// also if the service dies at each of its commits. A scenario is one row.

#include "test/golden/comparison.hpp"
#include "test/golden/golden_world.hpp"
#include "test/golden/rows.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <ostream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

namespace wire = temporal::api::workflowservice::v1;

constexpr const char* the_activity = "golden-activity";

struct scenario {
  const char* name;
  /// What a client does once the workflow was started. Null: nothing.
  void (*happens)(golden_world&, const std::string& id) = nullptr;
  std::vector<word> words = {};
};

std::ostream& operator<<(std::ostream& out, const scenario& one) {
  return out << one.name;
}

template <class Request>
Request by_id(const std::string& id) {
  Request request;
  request.set_namespace_("caller-ns");
  request.set_identity("golden-client");
  if constexpr (requires { request.set_workflow_id(id); }) {
    request.set_workflow_id(id);
    request.set_activity_id(the_activity);
  } else {
    request.mutable_execution()->set_workflow_id(id);
    request.set_id(the_activity);
  }
  return request;
}

std::string method(const std::string& name) {
  return "/temporal.api.workflowservice.v1.WorkflowService/" + name;
}

void add_json(temporal::api::common::v1::Payloads& to, const std::string& json) {
  auto& payload = *to.add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(json);
}

// What is recorded and no row has its reason in coverage_test.cpp.
const scenario table[] = {
    {"success"},
    {"attempts-exhausted"},
    {"non-retryable-error"},
    {"non-retryable-type-in-policy"},
    {"retry-then-success"},
    {"next-retry-delay"},
    {"heartbeat-details-to-next-attempt"},
    {"heartbeat-timeout"},
    {"schedule-to-close-during-retries"},
    {"schedule-to-close-timeout"},
    {"schedule-to-close-timeout-nobody-polls"},
    {"schedule-to-close-timeout-second-attempt"},
    {"schedule-to-close-timeout-while-backing-off"},
    {"schedule-to-start-timeout"},
    {"start-to-close-timeout"},
    {"start-to-close-timeout-retried"},
    {"cancel-abandon"},
    {"cancel-wait-completed"},
    {"cancel-ignored"},
    {"workflow-canceled-during-activity",
     [](golden_world& world, const std::string& id) {
       world.advance(700ms);
       world.request_cancel(id);
     }},
    {"cancel-before-started-abandon"},
    {"cancel-before-started-try-cancel"},
    {"cancel-before-started-wait-completed"},
    {"cancel-same-task-abandon"},
    {"cancel-same-task-try-cancel"},
    {"cancel-same-task-wait-completed"},
    {"async-completed-by-id",
     [](golden_world& world, const std::string& id) {
       world.advance(400ms);
       auto request = by_id<wire::RespondActivityTaskCompletedByIdRequest>(id);
       add_json(*request.mutable_result(), R"("completed from outside")");
       world.call(method("RespondActivityTaskCompletedById"), request);
     }},
    {"async-failed-by-id",
     [](golden_world& world, const std::string& id) {
       world.advance(400ms);
       auto request = by_id<wire::RespondActivityTaskFailedByIdRequest>(id);
       request.mutable_failure()->set_message("failed from outside");
       auto& info = *request.mutable_failure()->mutable_application_failure_info();
       info.set_type("OutsideError");
       info.set_non_retryable(true);
       world.call(method("RespondActivityTaskFailedById"), request);
     }},
    {"async-canceled-by-id",
     [](golden_world& world, const std::string& id) {
       world.until(id, "ActivityTaskCancelRequested");
       wire::RecordActivityTaskHeartbeatByIdResponse heard;
       heard.ParseFromString(world.call(
           method("RecordActivityTaskHeartbeatById"),
           by_id<wire::RecordActivityTaskHeartbeatByIdRequest>(id)));
       BOOST_TEST(heard.cancel_requested());
       auto request = by_id<wire::RespondActivityTaskCanceledByIdRequest>(id);
       add_json(*request.mutable_details(), R"("details of cancel")");
       world.call(method("RespondActivityTaskCanceledById"), request);
     }},
    {"plain-exception", nullptr, {{"ValueError", "std::runtime_error"}}},
    {"worker-killed",
     [](golden_world& world, const std::string&) {
       world.start_worker(
           {.name_space = "caller-ns",
            .task_queue = "killed-activity-tq",
            .identity = "golden-second-worker",
            .runs_activities = true});
       world.advance(1s);
       world.kill_worker("golden-second-worker");
       world.advance(5s);
       world.terminate("activity-worker-killed", "terminated by user via frontend", R"("enough")");
     }},
    {"paused-and-unpaused",
     [](golden_world& world, const std::string& id) {
       world.advance(400ms);
       world.call(method("PauseActivity"), by_id<wire::PauseActivityRequest>(id));
       world.advance(2s);
       world.call(method("UnpauseActivity"), by_id<wire::UnpauseActivityRequest>(id));
     }},
    {"reset-activity",
     [](golden_world& world, const std::string& id) {
       world.advance(400ms);
       world.call(method("ResetActivity"), by_id<wire::ResetActivityRequest>(id));
     }},
    {"options-updated",
     [](golden_world& world, const std::string& id) {
       world.advance(400ms);
       auto request = by_id<wire::UpdateActivityOptionsRequest>(id);
       request.mutable_activity_options()->mutable_retry_policy()->set_maximum_attempts(2);
       request.mutable_update_mask()->add_paths("retry_policy.maximum_attempts");
       world.call(method("UpdateActivityOptions"), request);
     }},
};

history recording(const scenario& one) {
  auto recorded = load_history("activity/" + std::string{one.name} + ".json");
  forget_builds(recorded);
  in_our_words(recorded, one.words);
  return recorded;
}

/// Plays the scenario and compares.
golden_world::troubles play(const scenario& one, mortal_service::dies when) {
  golden_world world{golden_world::pace{}, when};
  world.start_worker(
      {.name_space = "caller-ns",
       .task_queue = "activity-tq",
       .identity = "golden-worker",
       // No attempt took no time at all: limits that fall together would mean something else.
       .latencies = {{"RespondActivityTaskFailed", 5ms}},
       .runs_activities = true});
  const auto recorded = recording(one);
  world.start_as(recorded);
  const auto& id = recorded.events(0).workflow_execution_started_event_attributes().workflow_id();
  if (one.happens != nullptr)
    one.happens(world, id);
  BOOST_REQUIRE(world.runs(id).size() == 1U);
  history_comparison ids;
  check_recorded(world, ids, recorded, one.name);
  return world.seen();
}

} // namespace

std::vector<std::string> activity_scenarios_rows() {
  std::vector<std::string> all;
  for (const auto& one : table)
    all.push_back("activity/" + std::string{one.name});
  return all;
}

BOOST_AUTO_TEST_SUITE(activity_scenarios)

BOOST_DATA_TEST_CASE(
    our_service_and_worker_write_the_recorded_history, boost::unit_test::data::make(table), one) {
  play(one, mortal_service::dies::never);
}

BOOST_DATA_TEST_CASE(
    a_service_that_dies_after_each_commit_writes_the_same,
    boost::unit_test::data::make(table),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::after_commits).deaths >= 3U);
}

BOOST_DATA_TEST_CASE(
    a_service_that_dies_before_each_commit_writes_the_same,
    boost::unit_test::data::make(table),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::before_commits).deaths >= 3U);
}

BOOST_DATA_TEST_CASE(
    a_service_that_keeps_no_idle_record_in_memory_writes_the_same,
    boost::unit_test::data::make(table),
    one) {
  BOOST_TEST(play(one, mortal_service::dies::never_but_unloads).loads >= 3U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
