// SPDX-License-Identifier: Apache-2.0
#include "test/support/recorded_spans.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/nexus/workflow_run.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <string>

using namespace troupe;

namespace {

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<std::string> run(workflow::context, std::string who) { co_return "hello " + who; }
};

struct greeting_service : nexus::service<"Greetings"> {
  static constexpr operation<std::string, std::string> greet{"greet"};
  static constexpr auto operations = std::tuple{greet};
};

struct caller {
  static constexpr std::string_view name = "Caller";
  async<std::string> run(workflow::context ctx) {
    auto greetings = ctx.nexus_client<greeting_service>({.endpoint = "greetings"});
    co_return co_await greetings.execute<greeting_service::greet>("you");
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(worker_traces)

BOOST_AUTO_TEST_CASE(one_trace_goes_from_the_caller_to_the_workflow_behind_its_operation) {
  service here{{.endpoints = {{"greetings", "default", "q"}}}};
  const auto client = here.connect();
  const auto spans = std::make_shared<test::recorded_spans>();
  worker serves{client, {.task_queue = "q", .tracer = spans}};
  serves.add<greeter>();
  serves.add<caller>();
  serves.add(nexus::handler_for<greeting_service>(
      nexus::workflow_run<greeting_service::greet>([](nexus::start_context, std::string who) {
        return nexus::start_workflow<greeter>({.id = "behind"}, who);
      })));
  serves.start();
  BOOST_TEST(client.execute_workflow<caller>({.id = "c", .task_queue = "q"}) == "hello you");

  std::map<std::string, trace_span> all;
  for (auto& each : spans->wait_for(5))
    all.emplace(each.name, each);
  BOOST_REQUIRE(all.size() == 5u);
  const char* chain[] = {
      "RunWorkflow:Caller",
      "StartNexusOperation:Greetings/greet",
      "RunStartNexusOperationHandler:Greetings/greet",
      "StartWorkflow:Greeter",
      "RunWorkflow:Greeter"};
  span_id parent{};
  for (const auto* name : chain) {
    BOOST_REQUIRE(all.contains(name));
    BOOST_TEST((all[name].context.trace == all[chain[0]].context.trace), name);
    BOOST_TEST((all[name].parent == parent), name);
    BOOST_TEST(!all[name].error.has_value(), name);
    parent = all[name].context.span;
  }
  serves.stop();
}

BOOST_AUTO_TEST_SUITE_END()
