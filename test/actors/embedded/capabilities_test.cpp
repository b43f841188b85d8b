// SPDX-License-Identifier: Apache-2.0
// Clients choose their ways by what a service says it can: each thing that it names works, and what
// it does not name is answered as by the real server where that is switched off.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <google/protobuf/descriptor.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/update/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <map>
#include <set>
#include <vector>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // builds travel in old fields

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;
namespace history_api = temporal::api::history::v1;

struct fixture : service_fixture {
  void start(const std::string& id) {
    BOOST_TEST(call("StartWorkflowExecution", start_request(id))->status.message == "");
  }

  sent send_poll(troupe::duration timeout = 30s) {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("q");
    auto made = send("PollWorkflowTaskQueue", request, timeout);
    shard.run_until_idle();
    return made;
  }

  wire::PollWorkflowTaskQueueResponse take() {
    const auto answer = send_poll();
    BOOST_REQUIRE(answer->is_answered);
    return answer->as<wire::PollWorkflowTaskQueueResponse>();
  }

  void complete(wire::RespondWorkflowTaskCompletedRequest done) {
    done.set_namespace_("default");
    done.set_task_token(take().task_token());
    BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
  }

  std::vector<history_api::HistoryEvent> events(const std::string& id) {
    wire::GetWorkflowExecutionHistoryRequest request;
    request.set_namespace_("default");
    request.mutable_execution()->set_workflow_id(id);
    const auto page = call("GetWorkflowExecutionHistory", request)
                          ->as<wire::GetWorkflowExecutionHistoryResponse>();
    BOOST_REQUIRE(page.history().events_size() > 0);
    return {page.history().events().begin(), page.history().events().end()};
  }
  history_api::HistoryEvent last_event(const std::string& id) { return events(id).back(); }

  wire::DescribeWorkflowExecutionResponse describe(const std::string& id) {
    wire::DescribeWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_execution()->set_workflow_id(id);
    return call("DescribeWorkflowExecution", request)
        ->as<wire::DescribeWorkflowExecutionResponse>();
  }

  template <class Request>
  void is_refused(const std::string& method, status_code code, const std::string& words) {
    Request request;
    request.set_namespace_("default");
    const auto answer = call(method, request);
    BOOST_TEST_CONTEXT(method) {
      BOOST_TEST((answer->status.code == code));
      BOOST_TEST(answer->status.message == words);
    }
  }

  // -- what is named ------------------------------------------------------------------------------

  void failures_of_activities_bring_their_heartbeat() {
    start("activity");
    wire::RespondWorkflowTaskCompletedRequest done;
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
    auto& activity = *command.mutable_schedule_activity_task_command_attributes();
    activity.set_activity_id("a");
    activity.mutable_activity_type()->set_name("A");
    activity.mutable_task_queue()->set_name("q");
    activity.mutable_start_to_close_timeout()->set_seconds(10);
    complete(done);
    const auto take_activity = [this] {
      wire::PollActivityTaskQueueRequest poll;
      poll.set_namespace_("default");
      poll.mutable_task_queue()->set_name("q");
      return call("PollActivityTaskQueue", poll)->as<wire::PollActivityTaskQueueResponse>();
    };
    wire::RespondActivityTaskFailedRequest failed;
    failed.set_namespace_("default");
    failed.set_task_token(take_activity().task_token());
    failed.mutable_failure()->mutable_application_failure_info();
    failed.mutable_last_heartbeat_details()->add_payloads()->set_data("7");
    BOOST_TEST(call("RespondActivityTaskFailed", failed)->status.message == "");
    shard.advance(1s);
    BOOST_TEST(take_activity().heartbeat_details().payloads(0).data() == "7");
  }

  sent send_update(
      const std::string& id,
      enums::UpdateWorkflowExecutionLifecycleStage wanted,
      const std::string& callback = "") {
    wire::UpdateWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_workflow_execution()->set_workflow_id(id);
    request.mutable_wait_policy()->set_lifecycle_stage(wanted);
    request.mutable_request()->mutable_meta()->set_update_id("update");
    request.mutable_request()->mutable_input()->set_name("name");
    if (!callback.empty()) {
      request.mutable_request()->set_request_id("request");
      request.mutable_request()->add_completion_callbacks()->mutable_nexus()->set_url(callback);
    }
    auto made = send("UpdateWorkflowExecution", request);
    shard.run_until_idle();
    return made;
  }

  /// Answers the update of the task that waits, with its outcome or without.
  void answer_update(bool completes) {
    const auto task = take();
    BOOST_REQUIRE(task.messages_size() == 1);
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(task.task_token());
    temporal::api::update::v1::Acceptance accepted;
    accepted.set_accepted_request_message_id(task.messages(0).id());
    accepted.set_accepted_request_sequencing_event_id(task.messages(0).event_id());
    done.add_messages()->mutable_body()->PackFrom(accepted);
    if (completes) {
      temporal::api::update::v1::Response response;
      response.mutable_meta()->set_update_id("update");
      response.mutable_outcome()->mutable_success();
      done.add_messages()->mutable_body()->PackFrom(response);
    }
    for (auto& each : *done.mutable_messages())
      each.set_protocol_instance_id("update");
    BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
  }

  void updates_are_waited_for() {
    start("updated");
    const auto updating =
        send_update("updated", enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
    answer_update(true);
    BOOST_REQUIRE(updating->is_answered);
    BOOST_TEST(updating->as<wire::UpdateWorkflowExecutionResponse>().outcome().has_success());
    terminate("updated");
  }

  void updates_are_left_once_they_are_accepted() {
    start("left");
    const auto updating =
        send_update("left", enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
    answer_update(false);
    BOOST_REQUIRE(updating->is_answered);
    BOOST_TEST(!updating->as<wire::UpdateWorkflowExecutionResponse>().has_outcome());
    terminate("left");
  }

  void signals_and_queries_carry_headers() {
    start("headers");
    wire::SignalWorkflowExecutionRequest signal;
    signal.set_namespace_("default");
    signal.mutable_workflow_execution()->set_workflow_id("headers");
    signal.set_signal_name("s");
    (*signal.mutable_header()->mutable_fields())["key"].set_data("of the signal");
    call("SignalWorkflowExecution", signal);
    BOOST_TEST(
        last_event("headers")
            .workflow_execution_signaled_event_attributes()
            .header()
            .fields()
            .at("key")
            .data()
        == "of the signal");
    complete({});
    wire::QueryWorkflowRequest query;
    query.set_namespace_("default");
    query.mutable_execution()->set_workflow_id("headers");
    query.mutable_query()->set_query_type("q");
    (*query.mutable_query()->mutable_header()->mutable_fields())["key"].set_data("of the query");
    const auto asked = send("QueryWorkflow", query);
    shard.run_until_idle();
    BOOST_TEST(take().query().header().fields().at("key").data() == "of the query");
    asked->cancel();
    shard.run_until_idle();
  }

  void errors_of_its_own_have_a_code_of_their_own() {
    const auto broken = send_bytes("StartWorkflowExecution", "\xff");
    shard.run_until_idle();
    BOOST_TEST((broken->status.code == status_code::internal));
    BOOST_TEST(
        (call("StartWorkflowExecution", start_request(""))->status.code
         == status_code::invalid_argument));
  }

  void failures_keep_their_encoded_attributes() {
    start("encoded");
    wire::RespondWorkflowTaskFailedRequest failed;
    failed.set_namespace_("default");
    failed.set_task_token(take().task_token());
    failed.mutable_failure()->mutable_encoded_attributes()->set_data("secret");
    BOOST_TEST(call("RespondWorkflowTaskFailed", failed)->status.message == "");
    // Behind it stands the task that is tried again.
    std::string kept;
    for (const auto& event : events("encoded"))
      if (event.has_workflow_task_failed_event_attributes())
        kept = event.workflow_task_failed_event_attributes().failure().encoded_attributes().data();
    BOOST_TEST(kept == "secret");
    terminate("encoded");
  }

  void workflows_change_their_memo() {
    start("memo");
    wire::RespondWorkflowTaskCompletedRequest done;
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES);
    auto& fields = *command.mutable_modify_workflow_properties_command_attributes()
                        ->mutable_upserted_memo()
                        ->mutable_fields();
    fields["key"].set_data("\"value\"");
    complete(std::move(done));
    BOOST_TEST(
        describe("memo").workflow_execution_info().memo().fields().at("key").data() == "\"value\"");
  }

  void tasks_keep_the_metadata_of_their_sdk() {
    start("metadata");
    wire::RespondWorkflowTaskCompletedRequest done;
    done.mutable_sdk_metadata()->add_lang_used_flags(7);
    complete(std::move(done));
    const auto kept = last_event("metadata").workflow_task_completed_event_attributes();
    BOOST_REQUIRE(kept.sdk_metadata().lang_used_flags_size() == 1);
    BOOST_TEST(kept.sdk_metadata().lang_used_flags(0) == 7U);
  }

  void runs_are_counted_by_their_status() {
    start("counted");
    start("ended");
    terminate("ended");
    wire::CountWorkflowExecutionsRequest count;
    count.set_namespace_("default");
    count.set_query("WorkflowId IN ('counted', 'ended') GROUP BY ExecutionStatus");
    const auto counted =
        call("CountWorkflowExecutions", count)->as<wire::CountWorkflowExecutionsResponse>();
    BOOST_TEST(counted.count() == 2);
    std::set<std::string> groups;
    for (const auto& group : counted.groups()) {
      BOOST_TEST(group.count() == 1);
      groups.insert(group.group_values(0).data());
    }
    BOOST_TEST((groups == std::set<std::string>{"\"Running\"", "\"Terminated\""}));
    terminate("counted");
  }

  void operations_reach_a_handler_and_its_answer_the_caller() {
    operators::CreateNexusEndpointRequest endpoint;
    endpoint.mutable_spec()->set_name("endpoint");
    auto& target = *endpoint.mutable_spec()->mutable_target()->mutable_worker();
    target.set_namespace_("default");
    target.set_task_queue("handlers");
    call("/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint", endpoint);
    start("caller");
    wire::RespondWorkflowTaskCompletedRequest done;
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
    auto& what = *command.mutable_schedule_nexus_operation_command_attributes();
    what.set_endpoint("endpoint");
    what.set_service("service");
    what.set_operation("operation");
    complete(std::move(done));
    wire::PollNexusTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("handlers");
    wire::RespondNexusTaskCompletedRequest answer;
    answer.set_namespace_("default");
    answer.set_task_token(
        call("PollNexusTaskQueue", poll)->as<wire::PollNexusTaskQueueResponse>().task_token());
    answer.mutable_response()
        ->mutable_start_operation()
        ->mutable_sync_success()
        ->mutable_payload()
        ->set_data("1");
    BOOST_TEST(call("RespondNexusTaskCompleted", answer)->status.message == "");
    const auto task = take();
    bool is_completed = false;
    for (const auto& event : task.history().events())
      is_completed |= event.has_nexus_operation_completed_event_attributes();
    BOOST_TEST(is_completed);
    terminate("caller");
  }

  void an_eager_start_brings_the_first_task() {
    auto request = start_request("eager");
    request.set_request_eager_execution(true);
    const auto started =
        call("StartWorkflowExecution", request)->as<wire::StartWorkflowExecutionResponse>();
    BOOST_TEST(started.eager_workflow_task().history().events_size() == 3);
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(started.eager_workflow_task().task_token());
    BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
    terminate("eager");
  }

  // -- what is not named --------------------------------------------------------------------------

  void schedules_are_off() {
    const std::string words = "Schedules are disabled on this namespace.";
    constexpr auto code = status_code::permission_denied;
    is_refused<wire::CreateScheduleRequest>("CreateSchedule", code, words);
    is_refused<wire::DescribeScheduleRequest>("DescribeSchedule", code, words);
    is_refused<wire::UpdateScheduleRequest>("UpdateSchedule", code, words);
    is_refused<wire::PatchScheduleRequest>("PatchSchedule", code, words);
    is_refused<wire::DeleteScheduleRequest>("DeleteSchedule", code, words);
    is_refused<wire::ListSchedulesRequest>("ListSchedules", code, words);
    is_refused<wire::CountSchedulesRequest>("CountSchedules", code, words);
    is_refused<wire::ListScheduleMatchingTimesRequest>("ListScheduleMatchingTimes", code, words);
    // Not before it is known which namespace is meant.
    BOOST_TEST(
        call("CreateSchedule", wire::CreateScheduleRequest{})->status.message
        == "Namespace is empty.");
  }

  void ends_of_updates_are_told_to_callbacks() {
    start("calls back");
    const auto updating = send_update(
        "calls back",
        enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
        "temporal://system");
    answer_update(false);
    const auto waits = describe("calls back");
    BOOST_REQUIRE(waits.callbacks_size() == 1);
    const auto& trigger = waits.callbacks(0).trigger();
    BOOST_TEST(trigger.update_workflow_execution_completed().update_id() == "update");
    BOOST_CHECK(waits.callbacks(0).state() == enums::CALLBACK_STATE_STANDBY);
    terminate("calls back");
    BOOST_TEST(updating->is_answered);
    BOOST_CHECK(describe("calls back").callbacks(0).state() != enums::CALLBACK_STATE_STANDBY);
  }

  /// By their stamp; as with the real server that is all, the calls for versions are refused.
  void workers_say_their_build() {
    start("built");
    wire::PollWorkflowTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("q");
    poll.mutable_worker_version_capabilities()->set_build_id("b1");
    const auto task =
        call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>();
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(task.task_token());
    done.mutable_worker_version_stamp()->set_build_id("b1");
    BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
    const auto made = events("built");
    BOOST_REQUIRE(made.size() == 4U);
    BOOST_TEST(
        made[2].workflow_task_started_event_attributes().worker_version().build_id() == "b1");
    BOOST_TEST(
        made[3].workflow_task_completed_event_attributes().worker_version().build_id() == "b1");
    wire::CountWorkflowExecutionsRequest counted;
    counted.set_namespace_("default");
    for (const auto& [query, count] : std::map<std::string, int>{
             {"BuildIds IS NOT NULL", 1},
             {"BuildIds = 'unversioned:b1'", 1},
             {"BuildIds = 'unversioned'", 1},
             {"BuildIds = 'unversioned:b2'", 0},
             {"BinaryChecksums IS NOT NULL", 0}}) {
      counted.set_query(query);
      BOOST_TEST_CONTEXT(query)
      BOOST_TEST(
          call("CountWorkflowExecutions", counted)
              ->as<wire::CountWorkflowExecutionsResponse>()
              .count()
          == count);
    }
    versioning_is_off();
    terminate("built");
  }

  void versioning_is_off() {
    constexpr auto code = status_code::permission_denied;
    const std::string sets =
        "Worker versioning v0.1 (Version Set-based, deprecated) is disabled on this namespace.";
    is_refused<wire::GetWorkerBuildIdCompatibilityRequest>(
        "GetWorkerBuildIdCompatibility", code, sets);
    is_refused<wire::UpdateWorkerBuildIdCompatibilityRequest>(
        "UpdateWorkerBuildIdCompatibility", code, sets);
    const std::string rules =
        "Worker versioning v0.2 (Rules-based, deprecated) is disabled on this namespace.";
    is_refused<wire::GetWorkerVersioningRulesRequest>("GetWorkerVersioningRules", code, rules);
    is_refused<wire::UpdateWorkerVersioningRulesRequest>(
        "UpdateWorkerVersioningRules", code, rules);
  }

  void pausing_is_off() {
    is_refused<wire::PauseWorkflowExecutionRequest>(
        "PauseWorkflowExecution",
        status_code::unimplemented,
        "workflow pause is not enabled for namespace: default");
  }

  void standalone_activities_are_off() {
    const std::string words = "Standalone activity is disabled";
    constexpr auto code = status_code::unimplemented;
    is_refused<wire::StartActivityExecutionRequest>("StartActivityExecution", code, words);
    is_refused<wire::DescribeActivityExecutionRequest>("DescribeActivityExecution", code, words);
    is_refused<wire::PollActivityExecutionRequest>("PollActivityExecution", code, words);
    is_refused<wire::ListActivityExecutionsRequest>("ListActivityExecutions", code, words);
    is_refused<wire::CountActivityExecutionsRequest>("CountActivityExecutions", code, words);
    is_refused<wire::RequestCancelActivityExecutionRequest>(
        "RequestCancelActivityExecution", code, words);
    is_refused<wire::TerminateActivityExecutionRequest>("TerminateActivityExecution", code, words);
    is_refused<wire::DeleteActivityExecutionRequest>("DeleteActivityExecution", code, words);
  }

  void standalone_operations_are_off() {
    const std::string words = "Standalone Nexus operation is disabled";
    constexpr auto code = status_code::unimplemented;
    is_refused<wire::StartNexusOperationExecutionRequest>(
        "StartNexusOperationExecution", code, words);
    is_refused<wire::DescribeNexusOperationExecutionRequest>(
        "DescribeNexusOperationExecution", code, words);
    is_refused<wire::PollNexusOperationExecutionRequest>(
        "PollNexusOperationExecution", code, words);
    is_refused<wire::ListNexusOperationExecutionsRequest>(
        "ListNexusOperationExecutions", code, words);
    is_refused<wire::CountNexusOperationExecutionsRequest>(
        "CountNexusOperationExecutions", code, words);
    is_refused<wire::RequestCancelNexusOperationExecutionRequest>(
        "RequestCancelNexusOperationExecution", code, words);
    is_refused<wire::TerminateNexusOperationExecutionRequest>(
        "TerminateNexusOperationExecution", code, words);
    is_refused<wire::DeleteNexusOperationExecutionRequest>(
        "DeleteNexusOperationExecution", code, words);
  }

  void heartbeats_of_workers_are_taken_and_not_kept() {
    wire::RecordWorkerHeartbeatRequest beat;
    beat.set_namespace_("default");
    beat.add_worker_heartbeat()->set_worker_instance_key("worker");
    BOOST_TEST(call("RecordWorkerHeartbeat", beat)->status.message == "");
    wire::ListWorkersRequest list;
    list.set_namespace_("default");
    const auto listed = call("ListWorkers", list);
    BOOST_TEST(listed->status.message == "");
    BOOST_TEST(listed->body.empty());
  }

  void workers_get_no_commands() {
    is_refused<wire::FetchWorkerConfigRequest>(
        "FetchWorkerConfig",
        status_code::unimplemented,
        "FetchWorkerConfig command is not enabled.");
    is_refused<wire::UpdateWorkerConfigRequest>(
        "UpdateWorkerConfig",
        status_code::unimplemented,
        "UpdateWorkerConfig command is not enabled.");
  }

  void problems_of_a_run_are_no_attribute_of_it() {
    start("troubled");
    for (int i = 0; i < 6; ++i) {
      wire::RespondWorkflowTaskFailedRequest failed;
      failed.set_namespace_("default");
      failed.set_task_token(take().task_token());
      call("RespondWorkflowTaskFailed", failed);
      shard.advance(10min);
    }
    BOOST_TEST(!describe("troubled")
                    .workflow_execution_info()
                    .search_attributes()
                    .indexed_fields()
                    .contains("TemporalReportedProblems"));
    terminate("troubled");
  }

  void polls_outlive_the_farewell_of_their_worker() {
    const auto waiting = send_poll();
    wire::ShutdownWorkerRequest farewell;
    farewell.set_namespace_("default");
    farewell.set_sticky_task_queue("sticky");
    BOOST_TEST(call("ShutdownWorker", farewell)->status.ok());
    BOOST_TEST(!waiting->is_answered);
    shard.advance(30s);
    BOOST_TEST(waiting->is_answered);
  }

  void polls_say_nothing_of_how_many_there_should_be() {
    start("polled");
    BOOST_TEST(!take().has_poller_scaling_decision());
    terminate("polled");
  }

  void terminate(const std::string& id) {
    wire::TerminateWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_workflow_execution()->set_workflow_id(id);
    BOOST_TEST(call("TerminateWorkflowExecution", request)->status.message == "");
  }
};

using probe = void (fixture::*)();
using probes = std::map<std::string, probe>;

/// What shows that a thing works that is named.
const probes when_named{
    {"signal_and_query_header", &fixture::signals_and_queries_carry_headers},
    {"internal_error_differentiation", &fixture::errors_of_its_own_have_a_code_of_their_own},
    {"activity_failure_include_heartbeat", &fixture::failures_of_activities_bring_their_heartbeat},
    {"encoded_failure_attributes", &fixture::failures_keep_their_encoded_attributes},
    {"eager_workflow_start", &fixture::an_eager_start_brings_the_first_task},
    {"upsert_memo", &fixture::workflows_change_their_memo},
    {"build_id_based_versioning", &fixture::workers_say_their_build},
    {"sdk_metadata", &fixture::tasks_keep_the_metadata_of_their_sdk},
    {"count_group_by_execution_status", &fixture::runs_are_counted_by_their_status},
    {"sync_update", &fixture::updates_are_waited_for},
    {"async_update", &fixture::updates_are_left_once_they_are_accepted},
    {"workflow_update_callbacks", &fixture::ends_of_updates_are_told_to_callbacks},
    {"nexus", &fixture::operations_reach_a_handler_and_its_answer_the_caller}};

/// What shows that a thing is off that is not named.
const probes when_not_named{
    {"supports_schedules", &fixture::schedules_are_off},
    {"worker_heartbeats", &fixture::heartbeats_of_workers_are_taken_and_not_kept},
    {"worker_commands", &fixture::workers_get_no_commands},
    {"reported_problems_search_attribute", &fixture::problems_of_a_run_are_no_attribute_of_it},
    {"workflow_pause", &fixture::pausing_is_off},
    {"worker_poll_complete_on_shutdown", &fixture::polls_outlive_the_farewell_of_their_worker},
    {"poller_autoscaling", &fixture::polls_say_nothing_of_how_many_there_should_be},
    {"poller_autoscaling_auto_enroll", &fixture::polls_say_nothing_of_how_many_there_should_be},
    {"standalone_activities", &fixture::standalone_activities_are_off},
    {"standalone_activity_start_delay", &fixture::standalone_activities_are_off},
    {"standalone_activity_batch_operations", &fixture::standalone_activities_are_off},
    {"standalone_activity_operator_commands", &fixture::standalone_activities_are_off},
    {"standalone_nexus_operation", &fixture::standalone_operations_are_off}};

/// What the real server has no switch for, so that there is nothing to be compared with.
const std::set<std::string> without_a_switch{
    "server_scaled_deployments",
    "server_scaled_provider_cloud_run",
    "workflow_task_completion_pagination"};

/// What is named and what is not, the same way for all that a message tells.
void check(const google::protobuf::Message& capabilities) {
  const auto* type = capabilities.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    const bool is_named = capabilities.GetReflection()->GetBool(capabilities, field);
    BOOST_TEST_CONTEXT(field->full_name() << (is_named ? ", named" : ", not named")) {
      if (!is_named && without_a_switch.contains(field->name()))
        continue;
      const auto& all = is_named ? when_named : when_not_named;
      const auto found = all.find(field->name());
      BOOST_REQUIRE((found != all.end()));
      fixture service;
      (service.*found->second)();
    }
  }
}

BOOST_FIXTURE_TEST_SUITE(capabilities, fixture)

BOOST_AUTO_TEST_CASE(what_the_system_names_works_and_what_it_does_not_is_off) {
  check(call("GetSystemInfo", wire::GetSystemInfoRequest{})
            ->as<wire::GetSystemInfoResponse>()
            .capabilities());
}

BOOST_AUTO_TEST_CASE(what_a_namespace_names_works_and_what_it_does_not_is_off) {
  wire::DescribeNamespaceRequest describe;
  describe.set_namespace_("default");
  const auto described = call("DescribeNamespace", describe)->as<wire::DescribeNamespaceResponse>();
  check(described.namespace_info().capabilities());
  BOOST_TEST(!described.namespace_info().supports_schedules()); // the older place to say it
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
