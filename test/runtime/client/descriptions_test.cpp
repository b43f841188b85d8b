// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/time.hpp"
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

constexpr keyword_attribute customer{"Customer"};
constexpr integer_attribute count_of{"Count"};

struct fixture {
  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .identity = "me"});

  static void set(temporal::api::common::v1::Payload& to, const char* json, const char* type) {
    (*to.mutable_metadata())["encoding"] = "json/plain";
    (*to.mutable_metadata())["type"] = type;
    to.set_data(json);
  }
  static wall_time at(int seconds) { return wall_time{std::chrono::seconds{seconds}}; }
  static void set(google::protobuf::Timestamp& to, int seconds) { to.set_seconds(seconds); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(descriptions, fixture)

BOOST_AUTO_TEST_CASE(a_description_has_what_the_service_tells_of_a_run) {
  wire::DescribeWorkflowExecutionResponse response;
  auto& info = *response.mutable_workflow_execution_info();
  info.mutable_execution()->set_workflow_id("w");
  info.mutable_execution()->set_run_id("r");
  info.mutable_type()->set_name("Type");
  info.set_status(enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
  info.set_task_queue("q");
  info.set_history_length(7);
  info.set_history_size_bytes(700);
  info.set_state_transition_count(9);
  info.mutable_execution_duration()->set_seconds(3);
  info.mutable_parent_execution()->set_workflow_id("p");
  info.mutable_parent_execution()->set_run_id("pr");
  info.mutable_root_execution()->set_workflow_id("root");
  info.set_first_run_id("first");
  info.mutable_priority()->set_priority_key(2);
  info.mutable_priority()->set_fairness_key("tenant");
  set((*info.mutable_search_attributes()->mutable_indexed_fields())["Customer"],
      "\"Ann\"",
      "Keyword");
  set((*info.mutable_search_attributes()->mutable_indexed_fields())["Count"], "7", "Int");
  set((*info.mutable_memo()->mutable_fields())["note"], "\"late\"", "");
  auto& versioning = *info.mutable_versioning_info();
  versioning.set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
  versioning.mutable_deployment_version()->set_deployment_name("d");
  versioning.mutable_deployment_version()->set_build_id("1");
  versioning.mutable_versioning_override()->set_auto_upgrade(true);
  versioning.mutable_version_transition()->mutable_deployment_version()->set_build_id("2");
  auto& more = *response.mutable_workflow_extended_info();
  set(*more.mutable_run_expiration_time(), 50);
  more.set_cancel_requested(true);
  more.set_reset_run_id("r2");
  more.mutable_pause_info()->set_identity("Bob");
  more.mutable_pause_info()->set_reason("look");
  auto& task = *response.mutable_pending_workflow_task();
  task.set_state(enums::PENDING_WORKFLOW_TASK_STATE_STARTED);
  task.set_attempt(2);
  set(*task.mutable_started_time(), 40);
  service.answer("DescribeWorkflowExecution", response);

  const auto found = caller.get_workflow("w").describe();
  BOOST_TEST(found.id == "w");
  BOOST_CHECK(found.status == workflow_status::completed);
  BOOST_TEST(found.history_length == 7);
  BOOST_TEST(found.history_size_bytes == 700);
  BOOST_TEST(found.state_transition_count == 9);
  BOOST_CHECK(found.execution_duration == 3s);
  BOOST_TEST(found.parent_id == "p");
  BOOST_TEST(found.parent_run_id == "pr");
  BOOST_TEST(found.root_id == "root");
  BOOST_TEST(found.first_run_id == "first");
  BOOST_CHECK((found.priority == priority{.key = 2, .fairness_key = "tenant"}));
  BOOST_CHECK(found.search_attribute_of(customer) == "Ann");
  BOOST_CHECK(found.search_attribute_of(count_of) == 7);
  BOOST_CHECK(!found.search_attribute_of(integer_attribute{"Customer"})); // of another type
  BOOST_CHECK(!found.search_attribute_of(keyword_attribute{"Other"}));
  BOOST_CHECK(found.memo_of<std::string>("note") == "late");
  BOOST_CHECK(!found.memo_of<std::string>("other"));
  BOOST_CHECK_THROW((void)found.memo_of<int>("note"), payload_error);
  BOOST_TEST(found.versioning.behavior == "Pinned");
  BOOST_TEST(found.versioning.version.deployment_name == "d");
  BOOST_TEST(found.versioning.version.build_id == "1");
  BOOST_TEST(found.versioning.override_behavior == "AutoUpgrade");
  BOOST_REQUIRE(found.versioning.moving_to);
  BOOST_TEST(found.versioning.moving_to->build_id == "2");
  BOOST_CHECK(found.run_expiration == at(50));
  BOOST_CHECK(!found.execution_expiration);
  BOOST_TEST(found.is_cancel_requested);
  BOOST_TEST(found.reset_run_id == "r2");
  BOOST_TEST(found.is_paused);
  BOOST_TEST(found.paused_by == "Bob");
  BOOST_TEST(found.pause_reason == "look");
  BOOST_TEST(found.has_pending_task);
  BOOST_TEST(found.is_pending_task_started);
  BOOST_TEST(found.pending_task_attempt == 2);
  BOOST_CHECK(found.pending_task_started_at == at(40));
}

BOOST_AUTO_TEST_CASE(a_description_has_what_is_pending) {
  wire::DescribeWorkflowExecutionResponse response;
  auto& activity = *response.add_pending_activities();
  activity.set_activity_id("5");
  activity.mutable_activity_type()->set_name("charge");
  activity.set_state(enums::PENDING_ACTIVITY_STATE_STARTED);
  activity.set_attempt(3);
  activity.set_maximum_attempts(4);
  activity.mutable_last_failure()->set_message("no money");
  activity.set_last_worker_identity("worker");
  activity.mutable_current_retry_interval()->set_seconds(2);
  set(*activity.mutable_last_heartbeat_time(), 20);
  set(*activity.mutable_heartbeat_details()->add_payloads(), "\"half\"", "");
  activity.mutable_activity_options()->mutable_task_queue()->set_name("aq");
  activity.set_paused(true);
  activity.mutable_pause_info()->mutable_manual()->set_identity("Bob");
  activity.mutable_pause_info()->mutable_manual()->set_reason("wait");
  auto& child = *response.add_pending_children();
  child.set_workflow_id("c");
  child.set_run_id("cr");
  child.set_workflow_type_name("Child");
  child.set_initiated_id(6);
  child.set_parent_close_policy(enums::PARENT_CLOSE_POLICY_REQUEST_CANCEL);
  auto& operation = *response.add_pending_nexus_operations();
  operation.set_endpoint("e");
  operation.mutable_schedule_to_close_timeout()->set_seconds(9);
  operation.mutable_cancellation_info()->set_state(
      enums::NEXUS_OPERATION_CANCELLATION_STATE_BACKING_OFF);
  operation.mutable_cancellation_info()->set_attempt(1);
  operation.mutable_cancellation_info()->mutable_last_attempt_failure()->set_message("busy");
  auto& callback = *response.add_callbacks();
  set(*callback.mutable_registration_time(), 10);
  set(*callback.mutable_next_attempt_schedule_time(), 30);
  service.answer("DescribeWorkflowExecution", response);

  const auto found = caller.get_workflow("w").describe();
  BOOST_REQUIRE(found.activities.size() == 1);
  const auto& pending = found.activities.front();
  BOOST_TEST(pending.id == "5");
  BOOST_TEST(pending.type == "charge");
  BOOST_TEST(pending.state == "Started");
  BOOST_TEST(pending.task_queue == "aq");
  BOOST_TEST(pending.attempt == 3);
  BOOST_TEST(pending.maximum_attempts == 4);
  BOOST_TEST(pending.last_failure == "no money");
  BOOST_TEST(pending.last_worker_identity == "worker");
  BOOST_CHECK(pending.retry_interval == 2s);
  BOOST_CHECK(pending.last_heartbeat_time == at(20));
  BOOST_CHECK(!pending.next_attempt_time);
  BOOST_REQUIRE(pending.heartbeat_details.size() == 1);
  BOOST_TEST(decode_value<std::string>(pending.heartbeat_details.front()) == "half");
  BOOST_TEST(pending.is_paused);
  BOOST_TEST(pending.paused_by == "Bob");
  BOOST_TEST(pending.pause_reason == "wait");
  BOOST_REQUIRE(found.children.size() == 1);
  BOOST_TEST(found.children.front().id == "c");
  BOOST_TEST(found.children.front().run_id == "cr");
  BOOST_TEST(found.children.front().type == "Child");
  BOOST_TEST(found.children.front().initiated_event_id == 6);
  BOOST_TEST(found.children.front().parent_close_policy == "RequestCancel");
  BOOST_REQUIRE(found.nexus_operations.size() == 1);
  BOOST_CHECK(found.nexus_operations.front().schedule_to_close_timeout == 9s);
  BOOST_TEST(found.nexus_operations.front().is_cancel_requested);
  BOOST_TEST(found.nexus_operations.front().cancel_state == "BackingOff");
  BOOST_TEST(found.nexus_operations.front().cancel_attempt == 1);
  BOOST_TEST(found.nexus_operations.front().cancel_last_failure == "busy");
  BOOST_REQUIRE(found.callbacks.size() == 1);
  BOOST_CHECK(found.callbacks.front().registration_time == at(10));
  BOOST_CHECK(found.callbacks.front().next_attempt_time == at(30));
}

BOOST_AUTO_TEST_CASE(a_history_is_fetched_as_a_whole) {
  for (const int page : {0, 1}) {
    wire::GetWorkflowExecutionHistoryResponse response;
    for (const int index : {1, 2}) {
      auto& event = *response.mutable_history()->add_events();
      event.set_event_id((page * 2) + index);
      event.set_event_type(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
    }
    if (page == 0)
      response.set_next_page_token("more");
    service.answer("GetWorkflowExecutionHistory", response);
  }
  const auto found = caller.get_workflow("w", "r").fetch_history();
  BOOST_TEST(found.workflow_id == "w");
  BOOST_TEST(found.run_id == "r");
  BOOST_REQUIRE(found.events.size() == 4);
  BOOST_TEST(found.events.back().id() == 4);
  const auto second =
      service.request<wire::GetWorkflowExecutionHistoryRequest>("GetWorkflowExecutionHistory", 1);
  BOOST_TEST(second.next_page_token() == "more");
  BOOST_TEST(second.execution().run_id() == "r");
  BOOST_TEST(found.to_json().starts_with(R"({"events":[{"eventId":"1","eventType":"EVENT_TYPE_)"));
  temporal::api::history::v1::History binary;
  BOOST_REQUIRE(binary.ParseFromString(found.to_binary()));
  BOOST_TEST(binary.events_size() == 4);
  BOOST_TEST((workflow_history{"w", "r", {}}.to_json()) == R"({"events":[]})");
}

BOOST_AUTO_TEST_CASE(a_count_may_have_groups) {
  wire::CountWorkflowExecutionsResponse response;
  response.set_count(5);
  auto& group = *response.add_groups();
  group.set_count(3);
  set(*group.add_group_values(), "\"Running\"", "Keyword");
  service.answer("CountWorkflowExecutions", response);
  const auto found = caller.count_workflows_by_group("GROUP BY ExecutionStatus");
  BOOST_TEST(found.count == 5);
  BOOST_REQUIRE(found.groups.size() == 1);
  BOOST_TEST(found.groups.front().count == 3);
  BOOST_TEST(found.groups.front().value() == "Running");
  BOOST_TEST(
      service.request<wire::CountWorkflowExecutionsRequest>("CountWorkflowExecutions").query()
      == "GROUP BY ExecutionStatus");
}

BOOST_AUTO_TEST_SUITE_END()
