// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/trace_header.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"
#include "test/support/recorded_spans.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/protocol/v1/message.pb.h>
#include <temporal/api/update/v1/message.pb.h>

#include <memory>
#include <string>

using namespace troupe;
using namespace troupe::test;
namespace wire = temporal::api::workflowservice::v1;

namespace {

constexpr auto parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct echo_service : nexus::service<"s"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
  static constexpr auto operations = std::tuple{echo};
};

struct calls {
  async<std::string> run(workflow::context ctx) {
    auto client = ctx.nexus_client<echo_service>({.endpoint = "e"});
    co_return co_await client.execute<echo_service::echo>("you");
  }
};

struct calls_with_its_own {
  async<void> run(workflow::context ctx) {
    auto client = ctx.nexus_client<echo_service>({.endpoint = "e"});
    co_await client.execute<echo_service::echo>("you", {.headers = {{"TraceParent", "mine"}}});
  }
};

struct hears {
  async<int> run(workflow::context ctx) {
    int sum = 0;
    ctx.on_signal("add", [&sum](int more) { sum += more; });
    co_await ctx.wait_condition([&sum] { return sum > 2; });
    ctx.on_signal("late", [](int) {});
    co_return sum;
  }
};

template <class W>
workflow::instance traced(std::shared_ptr<tracer> to) {
  auto shared = std::make_shared<workflow::environment>();
  shared->tracer = std::move(to);
  return {workflow::define<W>("W"), std::move(shared)};
}

history_builder started(bool with_header = true) {
  history_builder history;
  history.started("W");
  if (with_header)
    protocol::write_trace_header(
        *from_traceparent(parent),
        *history.last().mutable_workflow_execution_started_event_attributes()->mutable_header());
  return history;
}

std::string sent_parent(const workflow::activation_result& result) {
  const auto& answer =
      static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer);
  const auto& headers =
      answer.commands(0).schedule_nexus_operation_command_attributes().nexus_header();
  const auto found = headers.find("traceparent");
  return found == headers.end() ? "none" : found->second;
}

} // namespace

BOOST_AUTO_TEST_SUITE(run_trace)

BOOST_AUTO_TEST_CASE(an_operation_lies_within_the_run_and_the_run_within_who_started_it) {
  auto run = traced<calls>(std::make_shared<recorded_spans>());
  auto history = started().task_started();
  const auto first = apply(run, history.to_task());
  BOOST_REQUIRE(first.spans.size() == 1u);
  const auto& operation = first.spans[0];
  BOOST_TEST(operation.name == "StartNexusOperation:s/echo");
  BOOST_TEST((operation.kind == span_kind::client));
  BOOST_TEST(sent_parent(first) == to_traceparent(operation.context));

  history.task_completed().nexus_scheduled("s", "echo", "you");
  history.nexus_completed(history.last_id(), "me");

  history.task_started();
  const auto last = apply(run, history.to_task(3));
  BOOST_REQUIRE(last.spans.size() == 1u);
  const auto& whole = last.spans[0];
  BOOST_TEST(whole.name == "RunWorkflow:W");
  BOOST_TEST((whole.kind == span_kind::server));
  BOOST_TEST((whole.context.trace == from_traceparent(parent)->trace));
  BOOST_TEST((whole.parent == from_traceparent(parent)->span));
  BOOST_TEST((operation.parent == whole.context.span));
  BOOST_TEST(whole.attributes[1].second == run.run_id());
  BOOST_TEST((whole.start < whole.end));
}

BOOST_AUTO_TEST_CASE(a_replay_records_nothing_again_and_gives_the_same_ids) {
  auto kept = traced<calls>(std::make_shared<recorded_spans>());
  auto history = started().task_started();
  const auto operation = apply(kept, history.to_task()).spans.at(0);
  history.task_completed().nexus_scheduled("s", "echo", "you");
  history.nexus_completed(history.last_id(), "me").task_started();
  auto again = traced<calls>(std::make_shared<recorded_spans>());
  const auto last = apply(again, history.to_task());
  BOOST_REQUIRE(last.spans.size() == 1u);
  BOOST_TEST(last.spans[0].name == "RunWorkflow:W");
  BOOST_TEST((last.spans[0].context.span == operation.parent));
}

BOOST_AUTO_TEST_CASE(a_run_that_nobody_traced_begins_a_trace) {
  auto run = traced<calls>(std::make_shared<recorded_spans>());
  const auto first = apply(run, started(false).task_started().to_task());
  BOOST_REQUIRE(first.spans.size() == 1u);
  BOOST_TEST(from_traceparent(sent_parent(first)).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_sampled_is_passed_on_and_not_recorded) {
  auto run = traced<calls>(std::make_shared<recorded_spans>(false));
  const auto first = apply(run, started(false).task_started().to_task());
  BOOST_TEST(first.spans.empty());
  BOOST_TEST(sent_parent(first).ends_with("-00"));
}

BOOST_AUTO_TEST_CASE(a_header_of_the_codes_own_stays) {
  auto run = traced<calls_with_its_own>(std::make_shared<recorded_spans>());
  BOOST_TEST(sent_parent(apply(run, started().task_started().to_task())) == "mine");
}

BOOST_AUTO_TEST_CASE(a_signal_lies_within_who_sent_it_or_else_within_the_run) {
  auto run = traced<hears>(std::make_shared<recorded_spans>());
  auto history = started().signaled("late", 1).signaled("add", 1);
  history.signaled("add", 2);
  protocol::write_trace_header(
      *from_traceparent(parent),
      *history.last().mutable_workflow_execution_signaled_event_attributes()->mutable_header());
  history.signaled("add", std::string{"what"}).task_started();
  const auto spans = apply(run, history.to_task()).spans;
  BOOST_REQUIRE(spans.size() == 5u);
  // In the order in which they are handled: the one that came first waited for its handler.
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(spans[i].name == "HandleSignal:add");
  BOOST_TEST(spans[3].name == "HandleSignal:late");
  BOOST_TEST(spans[4].name == "RunWorkflow:W");
  BOOST_TEST((spans[0].kind == span_kind::server));
  BOOST_TEST((spans[0].parent == spans[4].context.span));
  BOOST_TEST((spans[1].parent == from_traceparent(parent)->span));
  BOOST_TEST((spans[1].context.trace == from_traceparent(parent)->trace));
  BOOST_TEST(!spans[1].error.has_value());
  BOOST_TEST(spans[2].error.value_or("").starts_with("at argument 1: expected number"));
  BOOST_TEST(spans[0].attributes[1].second == run.run_id());
}

struct takes_updates {
  async<void> run(workflow::context ctx) {
    ctx.on_update("add", [](int) {});
    co_await ctx.wait_condition([] { return false; });
  }
};

BOOST_AUTO_TEST_CASE(an_update_lies_within_who_sent_it_or_else_within_the_run) {
  auto run = traced<takes_updates>(std::make_shared<recorded_spans>());
  auto history = started().task_started();
  auto task = history.to_task();
  for (const char* const argument : {"1", "\"what\""}) {
    auto& message = *task.add_messages();
    message.set_id("u/request");
    message.set_protocol_instance_id("u");
    temporal::api::update::v1::Request request;
    request.mutable_input()->set_name("add");
    auto& one = *request.mutable_input()->mutable_args()->add_payloads();
    (*one.mutable_metadata())["encoding"] = "json/plain";
    one.set_data(argument);
    if (task.messages_size() == 1)
      protocol::write_trace_header(
          *from_traceparent(parent), *request.mutable_input()->mutable_header());
    message.mutable_body()->PackFrom(request);
  }
  const auto spans = apply(run, std::move(task)).spans;
  BOOST_REQUIRE(spans.size() == 2u);
  BOOST_TEST(spans[0].name == "HandleUpdate:add");
  BOOST_TEST((spans[0].parent == from_traceparent(parent)->span));
  BOOST_TEST(!spans[0].error.has_value());
  BOOST_TEST((spans[1].parent != spans[0].parent));
  BOOST_TEST(spans[1].error.value_or("").starts_with("at argument 1: expected number"));
}

BOOST_AUTO_TEST_CASE(a_replayed_signal_is_not_recorded_again) {
  auto run = traced<hears>(std::make_shared<recorded_spans>());
  auto history = started().signaled("add", 1).task().signaled("add", 1).task_started();
  const auto spans = apply(run, history.to_task()).spans;
  BOOST_REQUIRE(spans.size() == 1u);
  BOOST_TEST(spans[0].name == "HandleSignal:add");
}

BOOST_AUTO_TEST_CASE(without_a_tracer_there_is_no_header) {
  auto run = make_instance<calls>();
  BOOST_TEST(sent_parent(apply(run, started().task_started().to_task())) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
