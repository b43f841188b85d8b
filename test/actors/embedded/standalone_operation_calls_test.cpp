// SPDX-License-Identifier: Apache-2.0
// The calls about Nexus operations that no workflow asked for: what they refuse, ids, descriptions,
// lists, ends by clients.

#include "test/actors/embedded/standalone_operations_fixture.hpp"

#include <string>
#include <vector>

using namespace troupe::test::standalone_operations;
using troupe::status_code;

BOOST_FIXTURE_TEST_SUITE(standalone_operation_calls, fixture)

BOOST_AUTO_TEST_CASE(it_is_terminated_and_deleted) {
  start(job("o"));
  const auto task = poll_task();
  BOOST_TEST(terminate("o", "one").message == "");
  BOOST_TEST(terminate("o", "one").message == "");
  BOOST_TEST(terminate("o", "two").message == "already terminated with request ID one");
  BOOST_TEST(status_of("o") == "TERMINATED");
  const auto failure = outcome("o").failure();
  BOOST_TEST(failure.message() == "why");
  BOOST_TEST(failure.terminated_failure_info().identity() == "me");
  succeed(task); // nobody waits for it
  BOOST_TEST(status_of("o") == "TERMINATED");
  start(job("done"));
  succeed(poll_task());
  BOOST_TEST(terminate("done").message == "invalid transition from Succeeded");
  const auto remove = [&](const std::string& id) {
    return ask("Delete", of<wire::DeleteNexusOperationExecutionRequest>(id));
  };
  BOOST_TEST(remove("o").message == "");
  start(job("runs"));
  BOOST_TEST(remove("runs").message == "");
  for (const auto* id : {"o", "runs"})
    BOOST_TEST(
        ask("Describe", of<wire::DescribeNexusOperationExecutionRequest>(id)).message
        == std::string{"operation not found for ID: "} + id);
  BOOST_CHECK(remove("o").code == status_code::not_found);
  BOOST_TEST(listed("") == texts{"done"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_id_is_used_as_the_policies_say) {
  const auto first = start(job("o"));
  BOOST_TEST(first.started());
  const auto again = start(job("o")); // the same request
  BOOST_TEST(again.run_id() == first.run_id());
  BOOST_TEST(!again.started());
  auto other = job("o");
  other.set_request_id("another");
  BOOST_TEST(
      refusal(other).message
      == "nexus operation execution already started: request_id=request of o, run_id="
             + first.run_id());
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_conflict_policy(enums::NEXUS_OPERATION_ID_CONFLICT_POLICY_USE_EXISTING);
  BOOST_TEST(start(other).run_id() == first.run_id());
  BOOST_TEST(!start(other).started());
  succeed(poll_task());
  other.set_id_reuse_policy(enums::NEXUS_OPERATION_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_reuse_policy(enums::NEXUS_OPERATION_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY);
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_reuse_policy(enums::NEXUS_OPERATION_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  const auto second = start(other);
  BOOST_TEST(second.run_id() != first.run_id());
  BOOST_TEST(status_of("o") == "RUNNING");
  const auto former = call(
      "DescribeNexusOperationExecution",
      of<wire::DescribeNexusOperationExecutionRequest>("o", first.run_id()));
  BOOST_CHECK(
      former->as<wire::DescribeNexusOperationExecutionResponse>().info().status()
      == enums::NEXUS_OPERATION_EXECUTION_STATUS_COMPLETED);
}

BOOST_AUTO_TEST_CASE(bad_requests_are_refused_as_the_real_server_refuses_them) {
  const auto says = [&](auto change) {
    auto request = job("o");
    change(request);
    const auto status = refusal(request);
    BOOST_CHECK(status.code == status_code::invalid_argument);
    return status.message;
  };
  BOOST_TEST(says([](auto& r) { r.clear_operation_id(); }) == "operation_id is required");
  BOOST_TEST(says([](auto& r) { r.clear_endpoint(); }) == "endpoint is required");
  BOOST_TEST(says([](auto& r) { r.clear_service(); }) == "service is required");
  BOOST_TEST(says([](auto& r) { r.clear_operation(); }) == "operation is required");
  const std::string long_name(1001, 'a');
  const std::string too_long = " exceeds length limit. Length=1001 Limit=1000";
  BOOST_TEST(says([&](auto& r) { r.set_operation_id(long_name); }) == "operation_id" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_request_id(long_name); }) == "request_id" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_identity(long_name); }) == "identity" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_service(long_name); }) == "service" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_operation(long_name); }) == "operation" + too_long);
  BOOST_TEST(
      says([](auto& r) { r.mutable_start_to_close_timeout()->set_seconds(-1); })
      == "start_to_close_timeout is invalid: negative duration");
  BOOST_TEST(
      says([](auto& r) { r.mutable_input()->set_data(std::string(3'000'000, 'x')); })
      == "input exceeds size limit. Length=3000005 Limit=2097152");
  BOOST_TEST(
      says([](auto& r) {
        r.mutable_user_metadata()->mutable_summary()->set_data(std::string(500, 'x'));
      })
      == "user_metadata.summary exceeds size limit. Length=503 Limit=400");
  BOOST_TEST(
      says([](auto& r) { (*r.mutable_nexus_header())["Request-Timeout"] = "1s"; })
      == "nexus_header contains a disallowed key: \"Request-Timeout\"");
  BOOST_TEST(
      says([](auto& r) { (*r.mutable_nexus_header())["a"] = std::string(9000, 'x'); })
      == "nexus_header exceeds size limit");
  BOOST_TEST(
      says([](auto& r) { r.add_completion_callbacks()->mutable_nexus()->set_url("ftp://x"); })
      == "invalid url: unknown scheme: ftp://x");
  BOOST_TEST(
      says([](auto& r) { r.add_completion_callbacks()->mutable_nexus()->set_url("http://a.test"); })
      == "invalid url: url does not match any configured callback address: http://a.test");
  BOOST_TEST(
      says([](auto& r) {
        for (int i = 0; i < 11; ++i)
          r.add_links()->mutable_batch_job()->set_job_id("j");
      })
      == "cannot attach more than 10 links per request, got 11");
  auto request = job("o");
  request.set_endpoint("nowhere");
  BOOST_TEST(refusal(request).message == "could not find Nexus endpoint by name: nowhere");
  BOOST_CHECK(refusal(request).code == status_code::not_found);

  BOOST_TEST(no_description("").message == "operation_id is required");
  BOOST_TEST(no_description("o", "x").message == "run_id is not a valid UUID");
  BOOST_TEST(no_description("o").message == "operation not found for ID: o");
  auto reason = of<wire::TerminateNexusOperationExecutionRequest>("o");
  reason.set_reason(long_name);
  BOOST_TEST(ask("Terminate", reason).message == "reason" + too_long);
  // No workflow can take the place of one.
  auto workflow = start_request("\x01"
                                "operation/o");
  BOOST_CHECK(
      call("StartWorkflowExecution", workflow)->status.code == status_code::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_description_waits_for_a_change) {
  start(job("o"));
  auto request = of<wire::DescribeNexusOperationExecutionRequest>("o");
  const auto first = described("o");
  request.set_long_poll_token(first.long_poll_token());
  BOOST_TEST(
      ask("Describe", request).message == "run_id is required when long_poll_token is provided");
  request.set_run_id(first.run_id());
  const auto waits = wait_for_change(request);
  start_async(poll_task());
  BOOST_REQUIRE(waits->is_answered);
  BOOST_CHECK(
      waits->as<wire::DescribeNexusOperationExecutionResponse>().info().state()
      == enums::PENDING_NEXUS_OPERATION_STATE_STARTED);
  request.set_long_poll_token("x");
  BOOST_TEST(ask("Describe", request).message == "invalid long poll token");
}

BOOST_AUTO_TEST_CASE(lists_and_counts_have_them_apart_from_workflows) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.message == "");
  add_endpoint("other");
  start(job("a"));
  succeed(poll_task());
  shard.advance(1s);
  auto other = job("b");
  other.set_endpoint("other");
  other.set_service("S2");
  other.set_operation("O2");
  start(other);
  using boost::test_tools::per_element;
  BOOST_TEST(listed("") == (texts{"b", "a"}), per_element());
  BOOST_TEST(listed("Endpoint = 'other'") == texts{"b"}, per_element());
  BOOST_TEST(
      listed("Service = \"service\" AND Operation = 'operation'") == texts{"a"}, per_element());
  BOOST_TEST(listed("ExecutionStatus = 'Running'") == texts{"b"}, per_element());
  BOOST_TEST(listed("`OperationId`=\"a\"") == texts{"a"}, per_element());
  BOOST_TEST(
      listed("RequestId = '" + described("b").info().request_id() + "'") == texts{"b"},
      per_element());
  wire::ListNexusOperationExecutionsRequest request;
  request.set_namespace_("default");
  request.set_query("OperationId = 'a'");
  const auto row = call("ListNexusOperationExecutions", request)
                       ->as<wire::ListNexusOperationExecutionsResponse>()
                       .operations(0);
  BOOST_TEST(row.endpoint() == "endpoint");
  BOOST_TEST(row.service() == "service");
  BOOST_TEST(row.operation() == "operation");
  BOOST_TEST(row.has_close_time());
  BOOST_TEST(row.search_attributes().indexed_fields().empty());
  BOOST_CHECK(row.status() == enums::NEXUS_OPERATION_EXECUTION_STATUS_COMPLETED);
  BOOST_TEST(workflows_listed() == 1);
  const auto by_status = counted("GROUP BY ExecutionStatus");
  BOOST_TEST(by_status.count() == 2);
  BOOST_TEST(by_status.groups_size() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
