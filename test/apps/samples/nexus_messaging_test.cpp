// SPDX-License-Identifier: Apache-2.0
// The sample of messages through Nexus, both patterns in both contracts, with a service, workers
// and clients in virtual time.

#include "apps/samples/nexus_messaging/dotnet/caller.hpp"
#include "apps/samples/nexus_messaging/dotnet/handler.hpp"
#include "apps/samples/nexus_messaging/python/caller.hpp"
#include "apps/samples/nexus_messaging/python/handler.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using lines = std::vector<std::string>;

void check(const lines& got, const lines& wanted) {
  BOOST_TEST(got == wanted, boost::test_tools::per_element());
}

/// The last event of its kind, as JSON.
template <class Handle>
std::string event_of(const Handle& workflow, std::string_view type) {
  std::string found;
  for (const auto& each : workflow.fetch_history().events)
    if (each.type() == type)
      found = each.to_json();
  return found;
}

/// Each side's history leads to the other's.
template <class Greets, class Caller>
void check_links(const Greets& greets, const Caller& caller, std::string_view caller_namespace) {
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  for (const char* type : {"WorkflowExecutionSignaled", "WorkflowExecutionUpdateAccepted"})
    BOOST_TEST(has(event_of(greets, type), caller_namespace), type);
  // The last operation sent a signal.
  const auto approved = event_of(caller, "NexusOperationCompleted");
  BOOST_TEST(has(approved, greets.id()), approved);
  BOOST_TEST(has(approved, "EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED"), approved);
}

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_messaging)

BOOST_AUTO_TEST_CASE(callers_of_the_python_contract_talk_to_a_workflow_they_do_not_know) {
  using namespace ::nexus_messaging::python;
  troupe::testing::environment env{
      {.service = {
           .namespaces = {{handler_namespace}, {caller_namespace}},
           .endpoints = {{endpoint, handler_namespace, handler_task_queue}}}}};
  auto at_handler = env.connect(handler_namespace);
  auto at_caller = env.connect(caller_namespace);
  auto handler = env.make_worker(at_handler, {.task_queue = handler_task_queue});
  auto caller = env.make_worker(at_caller, {.task_queue = caller_task_queue});
  handler.add(greeting_handler()).add<greeting_workflow>().add(greeting_service()).start();
  caller.add<caller_workflow>().start();
  const auto greets = at_handler.start_workflow<greeting_workflow>(
      {.id = ::nexus_messaging::workflow_id_of("user-1"), .task_queue = handler_task_queue});
  check(
      at_caller.execute_workflow<caller_workflow>(
          {.id = "caller", .task_queue = caller_task_queue}, "user-1"),
      {"Supported languages: [<Language.CHINESE: 2>, <Language.ENGLISH: 3>]",
       "Language changed: ENGLISH -> ARABIC",
       "Workflow approved"});
  BOOST_TEST(greets.result() == "مرحبا بالعالم");
  check_links(greets, at_caller.get_workflow("caller"), caller_namespace);
}

BOOST_AUTO_TEST_CASE(callers_of_the_python_contract_start_the_workflows_that_they_talk_to) {
  using namespace ::nexus_messaging::python;
  troupe::testing::environment env{
      {.service = {
           .namespaces = {{handler_namespace}, {caller_namespace}},
           .endpoints = {{endpoint, handler_namespace, handler_task_queue}}}}};
  auto handler =
      env.make_worker(env.connect(handler_namespace), {.task_queue = handler_task_queue});
  auto at_caller = env.connect(caller_namespace);
  auto caller = env.make_worker(at_caller, {.task_queue = remote_caller_task_queue});
  handler.add(remote_greeting_handler()).add<greeting_workflow>().add(greeting_service()).start();
  caller.add<caller_remote_workflow>().start();
  check(
      at_caller.execute_workflow<caller_remote_workflow>({.task_queue = remote_caller_task_queue}),
      {"started remote greeting workflow: UserId One",
       "started remote greeting workflow: UserId Two",
       "Supported languages for UserId One: [<Language.CHINESE: 2>, <Language.ENGLISH: 3>]",
       "Supported languages for UserId Two: [<Language.CHINESE: 2>, <Language.ENGLISH: 3>]",
       "UserId One changed language: ENGLISH -> ARABIC",
       "UserId Two changed language: ENGLISH -> HINDI",
       "Workflows approved",
       "Workflow one result: مرحبا بالعالم",
       "Workflow two result: नमस्ते दुनिया"});
}

BOOST_AUTO_TEST_CASE(callers_of_the_dotnet_contract_talk_to_a_workflow_they_do_not_know) {
  using namespace ::nexus_messaging::dotnet;
  troupe::testing::environment env{
      {.service = {
           .namespaces = {{handler_namespace}, {caller_namespace}},
           .endpoints = {{endpoint, handler_namespace, handler_task_queue}}}}};
  auto at_handler = env.connect(handler_namespace);
  auto at_caller = env.connect(caller_namespace);
  auto handler = env.make_worker(at_handler, {.task_queue = handler_task_queue});
  auto caller = env.make_worker(at_caller, {.task_queue = caller_task_queue});
  handler.add(greeting_handler()).add<greeting_workflow>().add(greeting_activities()).start();
  caller.add<caller_workflow>().start();
  const auto greets = at_handler.start_workflow<greeting_workflow>(
      {.id = ::nexus_messaging::workflow_id_of("default-user"), .task_queue = handler_task_queue},
      "default-user");
  check(
      at_caller.execute_workflow<caller_workflow>(
          {.id = "caller", .task_queue = caller_task_queue}, "default-user"),
      {"Supported languages: Chinese, English",
       "Current language: English",
       "Set language from English to Chinese",
       "Approved workflow"});
  BOOST_TEST(greets.result() == "你好，世界 (approved by CallerWorkflow)");
  check_links(greets, at_caller.get_workflow("caller"), caller_namespace);
}

BOOST_AUTO_TEST_CASE(callers_of_the_dotnet_contract_start_the_workflows_that_they_talk_to) {
  using namespace ::nexus_messaging::dotnet;
  troupe::testing::environment env{
      {.service = {
           .namespaces = {{handler_namespace}, {caller_namespace}},
           .endpoints = {{remote_endpoint, handler_namespace, handler_task_queue}}}}};
  auto handler =
      env.make_worker(env.connect(handler_namespace), {.task_queue = handler_task_queue});
  auto at_caller = env.connect(caller_namespace);
  auto caller = env.make_worker(at_caller, {.task_queue = caller_task_queue});
  handler.add(remote_greeting_handler())
      .add<greeting_workflow>()
      .add(greeting_activities())
      .start();
  caller.add<caller_remote_workflow>().start();
  check(
      at_caller.execute_workflow<caller_remote_workflow>({.task_queue = caller_task_queue}),
      {"Started remote workflow for user: user-one",
       "Started remote workflow for user: user-two",
       "[One] Supported languages: Chinese, English",
       "[One] Set language from English to Spanish",
       "[One] Approved",
       "[Two] Current language: English",
       "[Two] Set language from English to French",
       "[Two] Approved",
       "[One] Result: Hola, mundo (approved by CallerRemoteWorkflow)",
       "[Two] Result: Bonjour, monde (approved by CallerRemoteWorkflow)"});
}

BOOST_AUTO_TEST_SUITE_END()
