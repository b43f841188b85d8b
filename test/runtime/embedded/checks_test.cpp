// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

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
      {"attribute type",
       [](request& r) {
         (*r.mutable_search_attributes()->mutable_indexed_fields())["Number"].set_data(
             "\"not int\"");
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
      {"attach",
       [](request& r) { r.mutable_on_conflict_options()->set_attach_completion_callbacks(true); },
       "attaching request ID is required for attaching completion callbacks"},
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
