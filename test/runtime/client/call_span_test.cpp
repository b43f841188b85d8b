// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/protocol/trace_header.hpp"
#include "runtime/rpc/call_scope.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"
#include "test/support/recorded_spans.hpp"

#include <troupe/client.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <memory>
#include <string>

using namespace troupe;
namespace wire = temporal::api::workflowservice::v1;

namespace {

struct traced {
  test::manual_executor clock;
  test::scripted_service service;
  std::shared_ptr<test::recorded_spans> spans = std::make_shared<test::recorded_spans>();
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .tracer = spans});

  void answer_start() {
    wire::StartWorkflowExecutionResponse response;
    response.set_run_id("run");
    service.answer("StartWorkflowExecution", response);
  }
  trace_context sent_with_start() {
    const auto request =
        service.request<wire::StartWorkflowExecutionRequest>("StartWorkflowExecution");
    return protocol::read_trace_header(request.header()).value();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(call_span, traced)

BOOST_AUTO_TEST_CASE(a_start_begins_a_trace_and_takes_it_along) {
  answer_start();
  (void)caller.start_workflow("Greeter", {.id = "w", .task_queue = "q"});
  const auto all = spans->all();
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_TEST(all[0].name == "StartWorkflow:Greeter");
  BOOST_TEST((all[0].kind == span_kind::client));
  BOOST_TEST((all[0].parent == span_id{}));
  BOOST_TEST(all[0].attributes[0].second == "w");
  BOOST_TEST(!all[0].error.has_value());
  BOOST_TEST((sent_with_start() == all[0].context));
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_says_so) {
  service.fail("SignalWorkflowExecution", {status_code::not_found, "no such workflow", {}});
  BOOST_CHECK_THROW(caller.get_workflow("w").signal("approve", 1), rpc_error);
  const auto all = spans->all();
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_TEST(all[0].name == "SignalWorkflow:approve");
  BOOST_REQUIRE(all[0].error.has_value());
  BOOST_TEST(all[0].error->find("no such workflow") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_call_within_a_request_lies_within_its_span) {
  answer_start();
  const auto handlers = std::make_shared<test::recorded_spans>();
  const auto scope = std::make_shared<rpc::call_scope>();
  scope->where = &clock;
  scope->traced_by = handlers;
  scope->within = from_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  client inside{caller.connection(), scope};
  (void)inside.start_workflow("Greeter", {.id = "w", .task_queue = "q"});
  BOOST_TEST(spans->all().empty());
  const auto all = handlers->all();
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_TEST((all[0].parent == scope->within->span));
  BOOST_TEST((all[0].context.trace == scope->within->trace));
  BOOST_TEST((sent_with_start() == all[0].context));
}

BOOST_AUTO_TEST_CASE(a_query_carries_its_trace) {
  service.answer("QueryWorkflow", wire::QueryWorkflowResponse{});
  (void)caller.get_workflow("w").query<payloads>("state");
  const auto request = service.request<wire::QueryWorkflowRequest>("QueryWorkflow");
  BOOST_REQUIRE(spans->all().size() == 1u);
  BOOST_TEST(spans->all()[0].name == "QueryWorkflow:state");
  BOOST_TEST((protocol::read_trace_header(request.query().header()) == spans->all()[0].context));
}

BOOST_AUTO_TEST_CASE(what_is_never_made_is_not_recorded) {
  (void)caller.async().get_workflow("w").signal("approve", 1);
  BOOST_TEST(spans->all().empty());
  BOOST_TEST(service.asked.empty());
}

BOOST_AUTO_TEST_SUITE_END()
