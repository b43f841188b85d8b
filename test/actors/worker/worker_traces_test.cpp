// SPDX-License-Identifier: Apache-2.0
#include "test/support/recorded_spans.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/nexus/workflow_run.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;

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

struct counts {
  static constexpr std::string_view name = "Counts";
  async<int> run(workflow::context ctx) {
    int sum = 0;
    ctx.on_signal("add", [&sum](int more) { sum += more; });
    ctx.on_query("sum", [&sum] { return sum; });
    ctx.on_query("bad", []() -> int { throw application_error("cannot say"); });
    co_await ctx.wait_condition([&sum] { return sum > 1; });
    co_return sum;
  }
};

inline constexpr activity::contract<std::string(std::string)> echo{"echo"};

struct parent {
  static constexpr std::string_view name = "Parent";
  async<std::string> run(workflow::context ctx, bool again) {
    if (again)
      ctx.continue_as_new(false);
    auto who = co_await ctx.execute<echo>({.start_to_close_timeout = 30s}, "you");
    who = co_await ctx.execute_local<echo>({.start_to_close_timeout = 30s}, who);
    co_await ctx.external_workflow("counts").signal("add", 2);
    co_return co_await ctx.execute_child<greeter>({}, who);
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

BOOST_AUTO_TEST_CASE(one_trace_goes_through_activities_children_and_runs_that_follow) {
  service here;
  const auto client = here.connect();
  const auto spans = std::make_shared<test::recorded_spans>();
  worker serves{client, {.task_queue = "q", .tracer = spans}};
  serves.add<greeter>().add<counts>().add<parent>();
  serves.add(activity::implement<echo>([](activity::context ctx, std::string in) {
    ctx.client().get_workflow("counts").signal("add", 0);
    return in;
  }));
  serves.start();
  const auto other = client.start_workflow<counts>({.id = "counts", .task_queue = "q"});
  BOOST_TEST(client.execute_workflow<parent>({.id = "p", .task_queue = "q"}, true) == "hello you");

  // `counts` is signalled by both activities and then by the parent, which ends it.
  std::multimap<std::string, trace_span> all;
  for (auto& each : spans->wait_for(15))
    all.emplace(each.name, each);
  const auto one = [&](const char* name) -> const trace_span& {
    const auto found = all.find(name);
    BOOST_REQUIRE_MESSAGE(found != all.end(), name);
    return found->second;
  };
  BOOST_TEST(all.count("RunWorkflow:Parent") == 2u);
  const auto& first = one("RunWorkflow:Parent");
  const std::pair<const char*, const char*> inside[] = {
      {"StartActivity:echo", "RunActivity:echo"},
      {"StartChildWorkflow:Greeter", "RunWorkflow:Greeter"},
      {"SignalExternalWorkflow:add", "HandleSignal:add"}};
  for (const auto& [asked, done] : inside) {
    BOOST_TEST((one(asked).context.trace == first.context.trace), asked);
    BOOST_TEST((one(asked).kind == span_kind::client), asked);
    bool is_inside = false;
    for (auto [at, end] = all.equal_range(done); at != end; ++at)
      for (auto [by, last] = all.equal_range(asked); by != last; ++by)
        is_inside |= at->second.parent == by->second.context.span;
    BOOST_TEST(is_inside, done);
  }
  BOOST_TEST(all.count("RunActivity:echo") == 2u); // one of them was local
  bool signals_inside = false;
  for (auto [at, end] = all.equal_range("RunActivity:echo"); at != end; ++at)
    signals_inside |= one("SignalWorkflow:add").parent == at->second.context.span;
  BOOST_TEST(signals_inside);
  for (const auto& [name, span] : all)
    if (name != "RunWorkflow:Counts")
      BOOST_TEST((span.context.trace == first.context.trace), name);
  serves.stop();
}

BOOST_AUTO_TEST_CASE(signals_and_queries_lie_within_the_calls_that_sent_them) {
  const auto spans = std::make_shared<test::recorded_spans>();
  service here;
  const auto plain = here.connect();
  const auto traced = client::connect({.target = here.listen("127.0.0.1:0"), .tracer = spans});
  worker serves{plain, {.task_queue = "q", .tracer = spans}};
  serves.add<counts>().start();
  const auto run = plain.start_workflow<counts>({.id = "w", .task_queue = "q"});
  auto from = traced.get_workflow<int>("w");
  BOOST_TEST(from.query<int>("sum") == 0);
  BOOST_CHECK_THROW((void)from.query<int>("bad"), workflow_query_failed_error);
  BOOST_TEST(plain.get_workflow<int>("w").query<int>("sum") == 0); // no header, no span
  from.signal("add", 2);
  BOOST_TEST(run.result() == 2);

  std::map<std::string, trace_span> all;
  for (auto& each : spans->wait_for(7))
    BOOST_TEST(all.emplace(each.name, each).second, each.name);
  for (const auto& [sent, handled] :
       {std::pair{"QueryWorkflow:sum", "HandleQuery:sum"},
        {"QueryWorkflow:bad", "HandleQuery:bad"},
        {"SignalWorkflow:add", "HandleSignal:add"}}) {
    BOOST_REQUIRE(all.contains(sent));
    BOOST_REQUIRE(all.contains(handled));
    BOOST_TEST((all[handled].parent == all[sent].context.span), handled);
    BOOST_TEST((all[handled].kind == span_kind::server), handled);
    BOOST_TEST((all[handled].start <= all[handled].end), handled);
  }
  BOOST_TEST(all["HandleQuery:bad"].error.value_or("") == "cannot say");
  BOOST_TEST(all.contains("RunWorkflow:Counts"));
  serves.stop();
}

BOOST_AUTO_TEST_SUITE_END()
