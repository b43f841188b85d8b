// SPDX-License-Identifier: Apache-2.0
// What the sample prints is what its original in Python prints.

#include "apps/samples/nexus_standalone_operations/handler.hpp"
#include "apps/samples/nexus_standalone_operations/starter.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <regex>
#include <sstream>
#include <string>

BOOST_AUTO_TEST_SUITE(nexus_standalone_operations)

BOOST_AUTO_TEST_CASE(it_prints_what_its_original_prints) {
  namespace sample = nexus_standalone_operations;
  troupe::testing::environment env{
      {.service = {
           .namespaces = {{"my-handler-namespace"}, {"my-caller-namespace"}},
           .endpoints = {{sample::endpoint, "my-handler-namespace", sample::task_queue}},
           .dynamic_config = {{"nexusoperation.enableStandalone", "true"}}}}};
  auto at_handler = env.connect("my-handler-namespace");
  auto serves = env.make_worker(at_handler, {.task_queue = sample::task_queue});
  serves.add(sample::handler()).add<sample::hello_workflow>().start();
  std::ostringstream out;
  sample::run_starter(env.connect("my-caller-namespace"), out);
  // Ids are new ones each time. Both end at the same virtual time: the older one is listed first.
  const auto printed = std::regex_replace(out.str(), std::regex{"[0-9a-f]{8}-[0-9a-f-]{27}"}, "ID");
  BOOST_TEST(
      printed
      == "Echo result: hello\n"
         "Echo result from existing operation handle: hello\n"
         "\n"
         "Started `MyNexusService.Hello`. OperationID: hello-ID\n"
         "`MyNexusService.Hello` result: Hello, World!\n"
         "\n"
         "Listing Nexus operations:\n"
         " OperationId: echo-ID,  Operation: echo,  Status: COMPLETED\n"
         " OperationId: hello-ID,  Operation: hello,  Status: COMPLETED\n"
         "\n"
         "Total Nexus operations: 2\n");
}

BOOST_AUTO_TEST_SUITE_END()
