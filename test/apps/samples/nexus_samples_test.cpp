// SPDX-License-Identifier: Apache-2.0
// The samples of the published Nexus guides, with a service, workers and clients in virtual time;
// and what they put on the wire, which is what the originals in Python and .NET put there.

#include "apps/samples/nexus_cancel/contract.hpp"
#include "apps/samples/nexus_cancel/race.hpp"
#include "apps/samples/nexus_cancellation/contract.hpp"
#include "apps/samples/nexus_multi_arg/workflows.hpp"
#include "apps/samples/nexus_multiple_args/workflows.hpp"
#include "apps/samples/nexus_simple/workflows.hpp"
#include "temporal/api/history/v1/message.pb.h"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

namespace {

namespace history = temporal::api::history::v1;

/// Two namespaces, an endpoint between them, and a worker in each.
struct two_sides {
  two_sides(
      std::string handler_namespace,
      std::string handler_queue,
      std::string caller_namespace,
      std::string caller_queue,
      std::string endpoint)
      : env{{.service = {.namespaces = {{handler_namespace}, {caller_namespace}}, .endpoints = {{std::move(endpoint), handler_namespace, handler_queue}}}}},
        at_handler(env.connect(handler_namespace)), at_caller(env.connect(caller_namespace)),
        handler(env.make_worker(at_handler, {.task_queue = std::move(handler_queue)})),
        caller(env.make_worker(at_caller, {.task_queue = caller_queue})),
        queue(std::move(caller_queue)) {}

  /// The operations that a workflow of the caller has scheduled.
  std::vector<history::NexusOperationScheduledEventAttributes> scheduled(const std::string& id) {
    std::vector<history::NexusOperationScheduledEventAttributes> found;
    for (const auto& event : at_caller.get_workflow(id).history())
      if (event.message().has_nexus_operation_scheduled_event_attributes())
        found.push_back(event.message().nexus_operation_scheduled_event_attributes());
    return found;
  }

  troupe::testing::environment env;
  troupe::client at_handler;
  troupe::client at_caller;
  troupe::worker handler;
  troupe::worker caller;
  std::string queue;
};

/// The arguments of a workflow as they travelled.
std::vector<std::string> arguments_of(const troupe::client& client, const std::string& id) {
  std::vector<std::string> found;
  for (const auto& event : client.get_workflow(id).history())
    if (event.message().has_workflow_execution_started_event_attributes())
      for (const auto& each :
           event.message().workflow_execution_started_event_attributes().input().payloads())
        found.push_back(each.data());
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_samples)

BOOST_AUTO_TEST_CASE(nexus_simple_answers_at_once_and_by_a_workflow) {
  using namespace nexus_simple;
  two_sides both{
      handler_namespace, handler_task_queue, caller_namespace, caller_task_queue, endpoint};
  both.handler.add(hello_service_handler()).add<hello_handler_workflow>().start();
  both.caller.add<echo_caller_workflow>().add<hello_caller_workflow>().start();
  BOOST_TEST(
      both.at_caller.execute_workflow<echo_caller_workflow>(
          {.id = "echo", .task_queue = both.queue}, "Nexus Echo 👋")
      == "Nexus Echo 👋");
  BOOST_TEST(
      both.at_caller.execute_workflow<hello_caller_workflow>(
          {.id = "hello", .task_queue = both.queue}, "Temporal", hello_language::es)
      == "¡Hola! Temporal 👋");
  const auto echo = both.scheduled("echo").at(0);
  BOOST_TEST(echo.service() == "HelloService");
  BOOST_TEST(echo.operation() == "Echo");
  BOOST_TEST(echo.input().data() == R"({"Message":"Nexus Echo 👋"})");
  const auto hello = both.scheduled("hello").at(0);
  BOOST_TEST(hello.operation() == "SayHello");
  BOOST_TEST(hello.input().data() == R"({"Name":"Temporal","Language":3})");
  BOOST_TEST(
      both.at_handler.get_workflow<hello_output>("hello-Es-Temporal").result().message
      == "¡Hola! Temporal 👋");
}

BOOST_AUTO_TEST_CASE(nexus_multi_arg_unpacks_its_input_with_the_language_first) {
  using namespace nexus_multi_arg;
  two_sides both{
      handler_namespace, handler_task_queue, caller_namespace, caller_task_queue, endpoint};
  both.handler.add(hello_service_handler()).add<hello_handler_workflow>().start();
  both.caller.add<hello_caller_workflow>().start();
  BOOST_TEST(
      both.at_caller.execute_workflow<hello_caller_workflow>(
          {.task_queue = both.queue}, "Temporal", hello_language::tr)
      == "Merhaba Temporal 👋");
  BOOST_TEST(
      arguments_of(both.at_handler, "hello-Tr-Temporal")
          == (std::vector<std::string>{"4", "\"Temporal\""}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nexus_multiple_args_unpacks_its_input_with_the_name_first) {
  using namespace nexus_multiple_args;
  two_sides both{
      handler_namespace, handler_task_queue, caller_namespace, caller_task_queue, endpoint};
  both.handler.add(my_nexus_service_handler()).add<hello_handler_workflow>().start();
  both.caller.add<caller>().start();
  const auto ask = [&](const std::string& language) {
    return both.at_caller.execute_workflow<caller>(
        {.id = language, .task_queue = both.queue}, "Nexus", language);
  };
  BOOST_TEST(ask("en") == "Hello Nexus 👋");
  BOOST_TEST(ask("es") == "¡Hola! Nexus 👋");
  BOOST_TEST(both.scheduled("en").at(0).service() == "MyNexusService");
  BOOST_TEST(both.scheduled("en").at(0).input().data() == R"({"name":"Nexus","language":"en"})");
  BOOST_TEST(
      arguments_of(both.at_handler, "hello-multi-args-Nexus-es")
          == (std::vector<std::string>{"\"Nexus\"", "\"es\""}),
      boost::test_tools::per_element());
  BOOST_CHECK_EXCEPTION(ask("it"), troupe::workflow_failed_error, [](const auto& error) {
    const auto why = troupe::find_cause<troupe::application_error>(error);
    return why && std::string{why->message()} == "Unsupported language: it";
  });
}

namespace {

/// Runs the race until it is over, and looks how each of the five ended.
template <class Contract>
void race(two_sides both, const std::string& who) {
  both.handler.add(nexus_cancel::hello_handler<Contract>())
      .template add<nexus_cancel::hello_handler_workflow<Contract>>()
      .start();
  both.caller.add<nexus_cancel::hello_caller_workflow<Contract>>().start();
  const auto message =
      both.at_caller.execute_workflow<nexus_cancel::hello_caller_workflow<Contract>>(
          {.id = "race", .task_queue = both.queue}, who);
  BOOST_TEST(both.scheduled("race").size() == 5U);
  int completed = 0;
  int canceled = 0;
  bool wins = false;
  for (int language = 0; language != 5; ++language) {
    const auto in = static_cast<nexus_common::hello_language>(language);
    const auto id = Contract::handler_id({.name = who, .language = in});
    const auto handle = both.at_handler.get_workflow<typename Contract::output>(id);
    try {
      wins = handle.result().message == message || wins;
      ++completed;
    } catch (const troupe::workflow_failed_error& error) {
      BOOST_TEST((error.cause() && troupe::is_canceled(*error.cause())));
      ++canceled;
    }
  }
  // Those that took as long as the first one ended, too.
  BOOST_TEST(wins);
  BOOST_TEST(completed + canceled == 5);
  BOOST_TEST(completed >= 1);
}

} // namespace

BOOST_AUTO_TEST_CASE(nexus_cancel_takes_the_first_greeting_and_cancels_the_others) {
  using namespace nexus_cancel;
  race<nexus_service>(
      {handler_namespace,
       handler_task_queue,
       caller_namespace,
       caller_task_queue,
       nexus_service::endpoint},
      "Nexus");
}

BOOST_AUTO_TEST_CASE(nexus_cancellation_does_so_in_the_words_of_dotnet) {
  using namespace nexus_cancellation;
  race<hello_service>(
      {handler_namespace,
       handler_task_queue,
       caller_namespace,
       caller_task_queue,
       hello_service::endpoint},
      "Temporal");
}

BOOST_AUTO_TEST_SUITE_END()
