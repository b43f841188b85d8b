// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // forms that older clients send

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using request = wire::StartWorkflowExecutionRequest;

struct row {
  const char* what;
  std::function<void(request&)> spoil;
  std::string message;
};

rpc_status start_with(service_fixture& service, const std::function<void(request&)>& spoil) {
  auto asked = service.start_request();
  spoil(asked);
  return service.decide(embedded::start_execution{asked}).answer.status;
}

} // namespace

BOOST_AUTO_TEST_SUITE(checks)

BOOST_AUTO_TEST_CASE(bad_start_requests_are_refused_in_the_servers_words) {
  const std::vector<row> rows{
      {"no id", [](request& r) { r.clear_workflow_id(); }, "WorkflowId is not set on request."},
      {"long id",
       [](request& r) { r.set_workflow_id(std::string(1001, 'x')); },
       "WorkflowId length exceeds limit."},
      {"no type",
       [](request& r) { r.clear_workflow_type(); },
       "WorkflowType is not set on request."},
      {"long type",
       [](request& r) { r.mutable_workflow_type()->set_name(std::string(1001, 'x')); },
       "WorkflowType length exceeds limit."},
      {"no queue", [](request& r) { r.clear_task_queue(); }, "taskQueue is not set"},
      {"empty queue",
       [](request& r) { r.mutable_task_queue()->clear_name(); },
       "missing task queue name"},
      {"long queue",
       [](request& r) { r.mutable_task_queue()->set_name(std::string(1001, 'x')); },
       "taskQueue length exceeds limit"},
      {"system queue",
       [](request& r) { r.mutable_task_queue()->set_name("/_sys/x"); },
       "task queue name cannot start with reserved prefix /_sys/"},
      {"long request id",
       [](request& r) { r.set_request_id(std::string(1001, 'x')); },
       "RequestId length exceeds limit."},
      {"many callbacks",
       [](request& r) {
         for (int at = 0; at < 33; ++at)
           r.add_completion_callbacks()->mutable_nexus()->set_url("temporal://system");
       },
       "cannot attach more than 32 callbacks to a workflow"},
      {"negative timeout",
       [](request& r) { r.mutable_workflow_run_timeout()->set_seconds(-1); },
       "An invalid WorkflowRunTimeoutSeconds is set on request. cause: negative duration"},
      {"coefficient",
       [](request& r) { r.mutable_retry_policy()->set_backoff_coefficient(0.5); },
       "BackoffCoefficient cannot be less than 1 on retry policy."},
      {"attempts",
       [](request& r) { r.mutable_retry_policy()->set_maximum_attempts(-1); },
       "MaximumAttempts cannot be negative on retry policy."},
      {"cron", [](request& r) { r.set_cron_schedule("not a cron"); }, "invalid CronSchedule."},
      {"cron and delay",
       [](request& r) {
         r.set_cron_schedule("* * * * *");
         r.mutable_workflow_start_delay()->set_seconds(1);
       },
       "CronSchedule and WorkflowStartDelay may not be used together."},
      {"attribute",
       [](request& r) {
         (*r.mutable_search_attributes()->mutable_indexed_fields())["Nope"].set_data("1");
       },
       "Namespace caller-ns has no mapping defined for search attribute Nope"},
      {"attribute of the service's own",
       [](request& r) {
         (*r.mutable_search_attributes()->mutable_indexed_fields())["Own"].set_data("1");
       },
       "Own attribute can't be set in SearchAttributes"},
      {"attribute type",
       [](request& r) {
         auto& value = (*r.mutable_search_attributes()->mutable_indexed_fields())["Number"];
         (*value.mutable_metadata())["encoding"] = "json/plain";
         value.set_data("\"not int\"");
       },
       "invalid value for search attribute Number of type Int: not int"},
      {"blob",
       [](request& r) { r.mutable_input()->add_payloads()->set_data(std::string(3'000'000, 'x')); },
       "Blob data size exceeds limit."},
      {"memo",
       [](request& r) {
         (*r.mutable_memo()->mutable_fields())["m"].set_data(std::string(3'000'000, 'x'));
       },
       "Memo size exceeds limit."},
      {"callback",
       [](request& r) { r.add_completion_callbacks()->mutable_nexus()->set_url("ftp://x"); },
       "invalid url: unknown scheme: ftp://x"},
      {"callback of the service's own",
       [](request& r) { r.add_completion_callbacks()->mutable_internal(); },
       "unknown callback variant: *common.Callback_Internal_"},
      {"callback to no URL",
       [](request& r) { r.add_completion_callbacks()->mutable_nexus()->set_url("http://a b/"); },
       "invalid callback url: parse \"http://a b/\": invalid character \" \" in host name"},
      {"callback to no host",
       [](request& r) { r.add_completion_callbacks()->mutable_nexus()->set_url("http:/x"); },
       "invalid url: missing host"},
      {"callback to a stranger",
       [](request& r) { r.add_completion_callbacks()->mutable_nexus()->set_url("HTTP://a/ b"); },
       "invalid url: url does not match any configured callback address: http://a/%20b"},
      {"attach",
       [](request& r) { r.mutable_on_conflict_options()->set_attach_completion_callbacks(true); },
       "attaching request ID is required for attaching completion callbacks"},
      {"link without a namespace",
       [](request& r) { r.add_links()->mutable_workflow_event()->set_workflow_id("w"); },
       "workflow event link must not have an empty namespace field"},
      {"link without a workflow id",
       [](request& r) { r.add_links()->mutable_workflow_event()->set_namespace_("n"); },
       "workflow event link must not have an empty workflow ID field"},
      {"link without a run id",
       [](request& r) {
         auto& link = *r.add_links()->mutable_workflow_event();
         link.set_namespace_("n");
         link.set_workflow_id("w");
       },
       "workflow event link must not have an empty run ID field"},
      {"link to no batch job",
       [](request& r) { r.add_links()->mutable_batch_job(); },
       "batch job link must not have an empty job ID"},
      {"link to nothing", [](request& r) { r.add_links(); }, "unsupported link variant"},
      {"link to an activity",
       [](request& r) { r.add_links()->mutable_activity()->set_activity_id("a"); },
       "activity link must not have an empty namespace field"},
      {"link to an operation without a workflow",
       [](request& r) {
         auto& link = *r.add_links()->mutable_nexus_operation();
         link.set_namespace_("n");
         link.set_operation_id("o");
       },
       "nexus operation link must not have an empty run ID field"},
      {"override without behavior",
       [](request& r) { r.mutable_versioning_override(); },
       "override behavior is required"},
      {"override without version",
       [](request& r) { r.mutable_versioning_override()->mutable_pinned(); },
       "must provide version if override is pinned."},
      {"override pinned in no way",
       [](request& r) { r.mutable_versioning_override()->mutable_pinned()->mutable_version(); },
       "must specify pinned override behavior if override is pinned."},
      {"older override without version",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
       },
       "must provide deployment (deprecated) or pinned version if behavior is 'PINNED'"},
      {"older override by a deployment without a name",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
         r.mutable_versioning_override()->mutable_deployment()->set_build_id("b");
       },
       "deployment name cannot be empty"},
      {"older override by a deployment with a name of two parts",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
         r.mutable_versioning_override()->mutable_deployment()->set_series_name("d.e");
       },
       "deployment name cannot contain '.' or ':'"},
      {"older override by a deployment without a build",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
         r.mutable_versioning_override()->mutable_deployment()->set_series_name("d");
       },
       "deployment build ID cannot be empty"},
      {"older override with half a version",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
         r.mutable_versioning_override()->set_pinned_version("d.");
       },
       "invalid version string \"d.\", expected format is \"<deployment_name>.<build_id>\""},
      {"auto upgrade with a version",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
         r.mutable_versioning_override()->set_pinned_version("d.b");
       },
       "only provide pinned version if behavior is 'PINNED'"},
      {"auto upgrade with a deployment",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
         r.mutable_versioning_override()->mutable_deployment();
       },
       "only provide deployment if behavior is 'PINNED'"},
      {"unknown behavior",
       [](request& r) {
         r.mutable_versioning_override()->set_behavior(static_cast<enums::VersioningBehavior>(77));
       },
       "override behavior 77 not recognized"},
      {"policies",
       [](request& r) {
         r.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
         r.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
       },
       "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used "
       "together with WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.what) {
      service_fixture service;
      service.known.attributes["Number"] = enums::INDEXED_VALUE_TYPE_INT;
      service.known.attributes["Own"] = enums::INDEXED_VALUE_TYPE_UNSPECIFIED;
      const auto status = start_with(service, row.spoil);
      BOOST_TEST(to_string(status.code) == "INVALID_ARGUMENT");
      BOOST_TEST(status.message == row.message);
      BOOST_TEST(embedded::is_empty(service.rec()));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_running_id_is_taken_unless_the_policy_says_otherwise) {
  service_fixture service;
  const auto first = service.start();
  const auto status = start_with(service, [](request&) {});
  BOOST_TEST(to_string(status.code) == "ALREADY_EXISTS");
  BOOST_TEST(
      status.message
      == "Workflow execution is already running. WorkflowId: w, RunId: " + first.run_id() + '.');
  BOOST_TEST(!status.details.empty());

  auto existing = service.start_request();
  existing.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  const auto used =
      service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{existing});
  BOOST_TEST(used.run_id() == first.run_id());
  BOOST_TEST(!used.started());
}

BOOST_AUTO_TEST_CASE(a_repeated_request_id_returns_the_same_run_even_closed) {
  service_fixture service;
  const auto asked = service.start_request();
  const auto first =
      service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  service.poll();
  service.complete({complete_workflow()});
  const auto again =
      service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  BOOST_TEST(again.run_id() == first.run_id());
  BOOST_TEST(again.started());
  BOOST_TEST(again.status() == enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
}

BOOST_AUTO_TEST_CASE(reuse_policies_look_at_how_the_last_run_ended) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({complete_workflow()});
  const auto refused = start_with(service, [](request& r) {
    r.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY);
  });
  BOOST_TEST(refused.message.starts_with("Workflow execution already finished successfully. "));
  const auto rejected = start_with(service, [](request& r) {
    r.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  });
  BOOST_TEST(rejected.message.ends_with("Workflow Id reuse policy: reject duplicate workflow Id."));
  BOOST_TEST(start_with(service, [](request&) {}).ok());
  BOOST_TEST(service.rec().runs.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
