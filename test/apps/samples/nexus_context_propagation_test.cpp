// SPDX-License-Identifier: Apache-2.0
// The user arrives where the original in .NET reads him, by headers as the original writes them.

#include "apps/samples/nexus_context_propagation/workflows.hpp"
#include "temporal/api/history/v1/message.pb.h"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace nexus_context_propagation;

namespace {

// Of the workflow that a client has started.
std::string started_with(const troupe::client& client, const std::string& id) {
  for (const auto& event : client.get_workflow(id).history())
    if (event.message().has_workflow_execution_started_event_attributes()) {
      const auto& fields =
          event.message().workflow_execution_started_event_attributes().header().fields();
      const auto found = fields.find(context_key);
      return found == fields.end() ? "" : found->second.data();
    }
  return "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_context_propagation)

BOOST_AUTO_TEST_CASE(the_user_goes_along_from_client_to_the_workflow_behind_the_operation) {
  troupe::testing::environment env{
      {.service = {
           .namespaces = {{handler_namespace}, {caller_namespace}},
           .endpoints = {{endpoint, handler_namespace, handler_task_queue}}}}};
  const std::vector<std::shared_ptr<const troupe::client_interceptor>> interceptors{
      std::make_shared<context_propagation_sample::user_propagation>(context_key)};
  auto at_handler = env.connect(handler_namespace, {}, interceptors);
  auto at_caller = env.connect(caller_namespace, {}, interceptors);
  auto handler = env.make_worker(at_handler, {.task_queue = handler_task_queue});
  handler.add(hello_service_handler()).add<hello_handler_workflow>().start();
  auto caller = env.make_worker(at_caller, {.task_queue = caller_task_queue});
  caller.add<hello_caller_workflow>().start();

  const context_propagation_sample::acting_for user{"some-user"};
  BOOST_TEST(
      at_caller.execute_workflow<hello_caller_workflow>(
          {.id = "nexus-context-propagation-id", .task_queue = caller_task_queue},
          "Temporal",
          hello_language::es)
      == "¡Hola! Temporal 👋 (user id: some-user)");
  BOOST_TEST(started_with(at_caller, "nexus-context-propagation-id") == "\"some-user\"");
  BOOST_TEST(started_with(at_handler, "hello-Es-Temporal") == "\"some-user\"");
  for (const auto& event : at_caller.get_workflow("nexus-context-propagation-id").history())
    if (event.message().has_nexus_operation_scheduled_event_attributes()) {
      const auto& scheduled = event.message().nexus_operation_scheduled_event_attributes();
      BOOST_TEST(scheduled.service() == "HelloService");
      BOOST_TEST(scheduled.operation() == "SayHello");
      BOOST_TEST(scheduled.input().data() == R"({"Name":"Temporal","Language":3})");
      BOOST_TEST(scheduled.nexus_header().at(context_key) == "some-user");
    }
}

BOOST_AUTO_TEST_SUITE_END()
