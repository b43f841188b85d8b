// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/trace_header.hpp"
#include "test/runtime/nexus/support.hpp"
#include "test/support/recorded_spans.hpp"

#include <troupe/nexus/error.hpp>
#include <troupe/payload/codec.hpp>
#include <troupe/payload/data_converter.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace troupe;
using namespace nexus_test;

namespace {

constexpr auto parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct waiting_codec final : payload_codec {
  [[nodiscard]] payloads encode(payloads plain) const override { return plain; }
  [[nodiscard]] payloads decode(payloads encoded) const override { return encoded; }
  [[nodiscard]] bool may_block() const noexcept override { return true; }
};

struct traced : fixture {
  traced() {
    services->add(
        {"s",
         {nexus::dynamic_operation<std::string, std::string>(
              "echo",
              [this](nexus::start_context context, std::string in) {
                seen = context.trace();
                return in;
              }),
          nexus::dynamic_operation<std::string, std::string>(
              "fail",
              [](nexus::start_context, const std::string&) -> std::string {
                throw nexus::operation_error::failed("no more");
              }),
          nexus::dynamic_operation<std::string, std::string>(
              "slow",
              [](nexus::start_context context, std::string in) -> nexus::async<std::string> {
                co_await context.sleep(5s);
                co_return in;
              }),
          nexus::dynamic_operation<std::string, std::string>(
              "run", [](nexus::start_context, const std::string&) {
                return nexus::start_workflow_named<std::string>(
                    "Greeter", {.id = "w"}, std::string{"you"});
              })}});
    tracer = spans;
  }

  static service::PollNexusTaskQueueResponse task(std::string operation) {
    auto made = start_task("s", std::move(operation));
    (*made.mutable_request()->mutable_header())["Traceparent"] = parent;
    return made;
  }

  std::shared_ptr<test::recorded_spans> spans = std::make_shared<test::recorded_spans>();
  std::optional<trace_context> seen;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(call_trace, traced)

BOOST_AUTO_TEST_CASE(a_handlers_span_lies_within_the_callers) {
  const auto call = accept(task("echo"));
  where.advance(2s);
  run(*call);
  const auto all = spans->all();
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_TEST(all[0].name == "RunStartNexusOperationHandler:s/echo");
  BOOST_TEST((all[0].kind == span_kind::server));
  BOOST_TEST((all[0].context.trace == from_traceparent(parent)->trace));
  BOOST_TEST((all[0].parent == from_traceparent(parent)->span));
  BOOST_TEST(((all[0].end - all[0].start) == 2s));
  BOOST_TEST(!all[0].error.has_value());
  BOOST_TEST((seen == all[0].context));
}

BOOST_AUTO_TEST_CASE(a_request_without_a_trace_begins_one) {
  run(*accept(start_task("s", "echo")));
  BOOST_REQUIRE(spans->all().size() == 1u);
  BOOST_TEST((spans->all()[0].parent == span_id{}));
}

BOOST_AUTO_TEST_CASE(a_failure_is_said) {
  run(*accept(task("fail")));
  BOOST_REQUIRE(spans->all().size() == 1u);
  BOOST_REQUIRE(spans->all()[0].error.has_value());
  BOOST_TEST(spans->all()[0].error->find("no more") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_whose_time_is_over_is_recorded_once) {
  const auto call = accept(task("slow"));
  call->run_on_shard([] {});
  where.advance(1s);
  call->cancel(cancel_reason::timed_out);
  where.advance(10s);
  BOOST_REQUIRE(spans->all().size() == 1u);
  BOOST_TEST(spans->all()[0].error.value() == "deadline exceeded");
}

BOOST_AUTO_TEST_CASE(what_a_pool_with_a_codec_that_waits_came_to_shows_once_the_shard_is_told) {
  using step = nexus::operation_call::step;
  converter.codec = std::make_shared<waiting_codec>();
  for (const auto* operation : {"echo", "fail", "run"}) {
    const auto before = spans->all().size();
    const auto call = accept(task(operation));
    BOOST_REQUIRE(call->next() == step::run_on_pool);
    call->run_on_pool();
    BOOST_TEST((call->next() == step::run_on_pool));
    BOOST_TEST(spans->all().size() == before);
    call->pool_finished();
    BOOST_TEST((call->next() == (operation == "run"s ? step::call_service : step::answer)));
    if (operation == "run"s)
      call->on_reply({}, rpc::bytes{service::StartWorkflowExecutionResponse{}.SerializeAsString()});
    BOOST_TEST(call->failure_reason().empty() == (operation != "fail"s));
    BOOST_TEST(spans->all().back().error.has_value() == (operation == "fail"s));
  }
}

BOOST_AUTO_TEST_CASE(a_workflow_that_is_started_takes_the_trace_along) {
  const auto call = accept(task("run"));
  run(*call);
  const auto request = sent<service::StartWorkflowExecutionRequest>(call->service_call());
  where.advance(1s);
  call->on_reply({}, rpc::bytes{service::StartWorkflowExecutionResponse{}.SerializeAsString()});
  const auto all = spans->all();
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].name == "StartWorkflow:Greeter");
  BOOST_TEST((all[0].kind == span_kind::client));
  BOOST_TEST((all[0].parent == all[1].context.span));
  BOOST_TEST(((all[0].end - all[0].start) == 1s));
  BOOST_TEST(all[1].name == "RunStartNexusOperationHandler:s/run");
  BOOST_TEST((protocol::read_trace_header(request.header()) == all[0].context));
}

BOOST_AUTO_TEST_CASE(a_start_that_is_refused_is_an_error_of_both) {
  const auto call = accept(task("run"));
  run(*call);
  call->on_reply({status_code::already_exists, "there is one", {}}, {});
  const auto all = spans->all();
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].error.value() == "there is one");
  BOOST_TEST(all[1].error.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_sampled_is_passed_on_and_not_recorded) {
  auto task_ = task("run");
  auto& header = (*task_.mutable_request()->mutable_header())["Traceparent"];
  header.back() = '0';
  const auto call = accept(task_);
  run(*call);
  const auto request = sent<service::StartWorkflowExecutionRequest>(call->service_call());
  const auto passed = protocol::read_trace_header(request.header());
  BOOST_REQUIRE(passed.has_value());
  BOOST_TEST(!passed->is_sampled);
  call->on_reply({}, rpc::bytes{service::StartWorkflowExecutionResponse{}.SerializeAsString()});
  BOOST_TEST(spans->all().empty());
}

BOOST_AUTO_TEST_CASE(without_a_tracer_nothing_is_passed_on) {
  tracer = nullptr;
  const auto call = accept(task("run"));
  run(*call);
  const auto request = sent<service::StartWorkflowExecutionRequest>(call->service_call());
  BOOST_TEST(!request.has_header());
}

BOOST_AUTO_TEST_SUITE_END()
