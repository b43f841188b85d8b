// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/dispatch.hpp"
#include "test/runtime/nexus/support.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>

#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace troupe;
using namespace nexus_test;
using step = nexus::operation_call::step;
using temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE;
using temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_UNSPECIFIED;

namespace {

using nexus::dynamic_operation;
using nexus::start_context;

struct golden : fixture {
  golden() {
    services->add(
        {"golden",
         {dynamic_operation<std::string, std::string>(
              "echo", [](start_context, std::string in) { return in; }),
          dynamic_operation<std::string, std::string>(
              "slow",
              [](start_context context, std::string in) -> nexus::async<std::string> {
                const bool whole = co_await context.sleep(5s);
                co_return (whole ? "slept " : "woken ") + in;
              }),
          dynamic_operation<int, int>("number", [](start_context, int in) { return in; }),
          dynamic_operation<void, void>("nothing", [](start_context) {}),
          dynamic_operation<std::string, std::string>(
              "fail",
              [](start_context, const std::string&) -> std::string {
                throw nexus::operation_error::failed("operation failed");
              }),
          dynamic_operation<std::string, std::string>(
              "cancel",
              [](start_context, std::string) -> nexus::async<std::string> {
                throw nexus::operation_error::canceled("operation canceled");
                co_return "";
              }),
          dynamic_operation<std::string, std::string>(
              "crash",
              [](start_context, const std::string&) -> std::string {
                throw std::runtime_error("handler bug");
              }),
          dynamic_operation<std::string, std::string>(
              "token",
              [](start_context context, const std::string&) {
                context.add_link({"https://example.com/1", "example.Thing"});
                return nexus::async_started{"golden-token"};
              },
              [](nexus::cancel_context context) {
                if (context.operation_token() != "golden-token")
                  throw nexus::handler_error{
                      nexus::handler_error_type::not_found, "no such operation"};
              }),
          dynamic_operation<std::string, std::string>(
              "no-token", [](start_context, const std::string&) { return nexus::async_started{}; }),
          dynamic_operation<std::string, std::string>(
              "garbled-token",
              [](start_context, const std::string&) { return nexus::async_started{"caf\xc3"}; }),
          dynamic_operation<std::string, troupe::payload>(
              "garbled-result",
              [](start_context, const std::string&) {
                return troupe::payload{{{"encoding", "json/plain"}, {"caf\xc3", "x"}}, "1"};
              }),
          dynamic_operation<std::string, std::string>(
              "garbled-error", [](start_context, const std::string&) -> std::string {
                throw std::runtime_error("caf\xc3");
              })}});
  }

  std::shared_ptr<nexus::operation_call> done(const service::PollNexusTaskQueueResponse& task) {
    auto call = accept(task);
    run(*call);
    BOOST_REQUIRE(call->next() == step::answer);
    return call;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(dispatch, golden)

BOOST_AUTO_TEST_CASE(a_plain_function_runs_on_the_pool) {
  const auto call = accept(start_task("golden", "echo"));
  BOOST_REQUIRE(call->next() == step::run_on_pool);
  call->run_on_pool();
  call->pool_finished();
  BOOST_REQUIRE(call->next() == step::answer);
  BOOST_TEST(!call->is_failure());
  const auto answer = completed(*call);
  BOOST_TEST(answer.namespace_() == "handler-ns");
  BOOST_TEST(answer.identity() == "handler-worker");
  BOOST_TEST(answer.task_token() == "task-token");
  BOOST_TEST(answer.response().start_operation().sync_success().payload().data() == "\"in\"");
}

BOOST_AUTO_TEST_CASE(a_request_with_too_many_entries_is_answered_and_no_handler_sees_it) {
  auto task = start_task("golden", "crash");
  for (int i = 0; i < 257; ++i)
    (*task.mutable_request()->mutable_header())["header-" + std::to_string(i)] = "v";
  const auto call = accept(task);
  BOOST_REQUIRE(call->next() == step::answer);
  const auto answer = failed(*call);
  BOOST_TEST(answer.failure().message() == "the request has more than 256 headers");
  BOOST_TEST(answer.failure().nexus_handler_failure_info().type() == "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(a_coroutine_runs_on_the_shard_and_may_wait) {
  const auto call = accept(start_task("golden", "slow"));
  BOOST_REQUIRE(call->next() == step::run_on_shard);
  bool is_finished = false;
  call->run_on_shard([&] { is_finished = true; });
  where.advance(4s);
  BOOST_TEST(!is_finished);
  where.advance(1s);
  BOOST_TEST(is_finished);
  BOOST_TEST(
      completed(*call).response().start_operation().sync_success().payload().data()
      == "\"slept in\"");
}

BOOST_AUTO_TEST_CASE(cancelling_wakes_a_waiting_coroutine) {
  const auto call = accept(start_task("golden", "slow"));
  call->run_on_shard([] {});
  call->cancel(cancel_reason::worker_shutdown);
  where.advance(0s);
  BOOST_REQUIRE(call->next() == step::answer);
  BOOST_TEST(
      completed(*call).response().start_operation().sync_success().payload().data()
      == "\"woken in\"");
  BOOST_TEST(where.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(a_dropped_call_takes_its_coroutine_and_timer_with_it) {
  auto call = accept(start_task("golden", "slow"));
  call->run_on_shard([] { BOOST_ERROR("nobody is left to be told"); });
  call->cancel(cancel_reason::timed_out);
  call.reset();
  BOOST_TEST(where.waiting() <= 1U); // the posted wake-up, which finds nobody
  where.advance(1h);
}

BOOST_AUTO_TEST_CASE(nothing_in_and_nothing_out_is_a_null_payload) {
  auto task = start_task("golden", "nothing");
  task.mutable_request()->mutable_start_operation()->clear_payload();
  const auto answer = completed(*done(task));
  BOOST_TEST(
      answer.response().start_operation().sync_success().payload().metadata().at("encoding")
      == "binary/null");
}

BOOST_AUTO_TEST_CASE(the_poller_group_goes_back_with_the_answer) {
  auto task = start_task("golden", "echo");
  task.set_poller_group_id("group-1");
  BOOST_TEST(completed(*done(task)).poller_group_id() == "group-1");
}

BOOST_AUTO_TEST_CASE(a_failed_operation_is_an_outcome) {
  const auto call = done(start_task("golden", "fail"));
  BOOST_TEST(!call->is_failure());
  BOOST_TEST(call->failure_text() == "operation failed");
  const auto failure = completed(*call).response().start_operation().failure();
  BOOST_TEST(failure.message() == "operation failed");
  BOOST_TEST(failure.application_failure_info().type() == "OperationError");
  BOOST_TEST(failure.application_failure_info().non_retryable());
}

BOOST_AUTO_TEST_CASE(a_canceled_operation_is_an_outcome) {
  const auto failure =
      completed(*done(start_task("golden", "cancel"))).response().start_operation().failure();
  BOOST_TEST(failure.message() == "operation canceled");
  BOOST_TEST(failure.has_canceled_failure_info());
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_fails_the_task) {
  const auto call = done(start_task("golden", "crash"));
  BOOST_TEST(call->is_failure());
  const auto answer = failed(*call);
  BOOST_TEST(answer.task_token() == "task-token");
  BOOST_TEST(!answer.has_error());
  const auto& failure = answer.failure();
  BOOST_TEST(failure.message() == "Internal handler error");
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "INTERNAL");
  BOOST_CHECK(
      failure.nexus_handler_failure_info().retry_behavior()
      == NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_UNSPECIFIED);
  BOOST_TEST(failure.cause().message() == "handler bug");
}

BOOST_AUTO_TEST_CASE(an_older_caller_gets_the_operation_outcome_as_json) {
  auto task = start_task("golden", "fail");
  task.mutable_request()->clear_capabilities();
  const auto response = completed(*done(task)).response().start_operation();
  BOOST_REQUIRE(response.has_operation_error());
  BOOST_TEST(response.operation_error().operation_state() == "failed");
  const auto& failure = response.operation_error().failure();
  BOOST_TEST(failure.message() == "operation failed");
  BOOST_TEST(failure.metadata().at("type") == "temporal.api.failure.v1.Failure");
  temporal::api::failure::v1::Failure inner;
  BOOST_REQUIRE(google::protobuf::util::JsonStringToMessage(failure.details(), &inner).ok());
  BOOST_TEST(inner.message().empty());
  BOOST_TEST(inner.application_failure_info().type() == "OperationError");
}

BOOST_AUTO_TEST_CASE(an_older_caller_gets_a_canceled_outcome_as_json) {
  auto task = start_task("golden", "cancel");
  task.mutable_request()->clear_capabilities();
  const auto response = completed(*done(task)).response().start_operation();
  BOOST_TEST(response.operation_error().operation_state() == "canceled");
}

BOOST_AUTO_TEST_CASE(an_older_caller_gets_the_handler_error_as_json) {
  auto task = start_task("golden", "crash");
  task.mutable_request()->clear_capabilities();
  const auto answer = failed(*done(task));
  BOOST_TEST(!answer.has_failure());
  BOOST_TEST(answer.error().error_type() == "INTERNAL");
  BOOST_TEST(answer.error().failure().message() == "Internal handler error");
  BOOST_TEST(answer.error().failure().metadata().at("type") == "temporal.api.failure.v1.Failure");
  BOOST_TEST(answer.error().failure().details().find("handler bug") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_asynchronous_start_answers_its_token_and_links) {
  const auto response =
      completed(*done(start_task("golden", "token"))).response().start_operation();
  BOOST_TEST(response.async_success().operation_token() == "golden-token");
  BOOST_REQUIRE_EQUAL(response.async_success().links_size(), 1);
  BOOST_TEST(response.async_success().links(0).url() == "https://example.com/1");
}

BOOST_AUTO_TEST_CASE(an_asynchronous_start_without_token_is_the_handlers_bug) {
  const auto info =
      failed(*done(start_task("golden", "no-token"))).failure().nexus_handler_failure_info();
  BOOST_TEST(info.type() == "INTERNAL");
  BOOST_CHECK(info.retry_behavior() == NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
}

BOOST_AUTO_TEST_CASE(an_answer_with_a_text_that_is_not_utf8_is_the_handlers_bug_and_names_it) {
  constexpr struct {
    const char* operation;
    const char* named;
  } garbled[] = {
      {"garbled-token", "field response.start_operation.async_success.operation_token"},
      {"garbled-result", "a metadata key of its result"},
  };
  for (const auto& each : garbled) {
    const auto call = done(start_task("golden", each.operation));
    BOOST_TEST(call->is_failure());
    BOOST_TEST(call->failure_reason() == "handler_error_INTERNAL");
    const auto answer = failed(*call).failure();
    BOOST_TEST(
        answer.message()
        == "the handler's answer cannot be sent: " + std::string{each.named}
               + " is not valid UTF-8");
    BOOST_CHECK(
        answer.nexus_handler_failure_info().retry_behavior()
        == NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  }
  // What an exception says is better damaged than lost.
  const auto thrown = failed(*done(start_task("golden", "garbled-error"))).failure();
  BOOST_TEST(thrown.message() == "Internal handler error");
  BOOST_TEST(thrown.cause().message() == "caf\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(the_handler_cancels_by_its_own_token) {
  BOOST_TEST(completed(*done(cancel_task("golden", "token", "golden-token")))
                 .response()
                 .has_cancel_operation());
  BOOST_TEST(
      failed(*done(cancel_task("golden", "token", "other")))
          .failure()
          .nexus_handler_failure_info()
          .type()
      == "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_synchronous_operation_cannot_be_cancelled) {
  const auto failure = failed(*done(cancel_task("golden", "echo", "t"))).failure();
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "NOT_IMPLEMENTED");
  BOOST_TEST(failure.message() == "the operation 'echo' cannot be cancelled");
}

BOOST_AUTO_TEST_CASE(unknown_names_are_not_found) {
  BOOST_TEST(
      failed(*done(start_task("x", "echo"))).failure().message() == "No handler for service 'x'.");
  const auto failure = failed(*done(start_task("golden", "x"))).failure();
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "NOT_FOUND");
  BOOST_TEST(
      failure.message()
      == "Nexus service definition 'golden' has no operation 'x'. There are 12 operations in the "
         "definition.");
  BOOST_TEST(
      failed(*done(cancel_task("golden", "x", "t"))).failure().nexus_handler_failure_info().type()
      == "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_request_of_an_unknown_kind_is_not_implemented) {
  auto task = start_task("golden", "echo");
  task.mutable_request()->clear_start_operation();
  BOOST_TEST(
      failed(*done(task)).failure().nexus_handler_failure_info().type() == "NOT_IMPLEMENTED");
}

BOOST_AUTO_TEST_CASE(input_that_does_not_fit_is_a_bad_request) {
  for (const char* operation : {"number", "crash"}) {
    auto task = start_task("golden", operation);
    task.mutable_request()->mutable_start_operation()->mutable_payload()->set_data("{\"broken\":");
    const auto failure = failed(*done(task)).failure();
    BOOST_TEST(failure.nexus_handler_failure_info().type() == "BAD_REQUEST");
    BOOST_TEST(failure.message() == "Payload converter failed to decode Nexus operation input");
    BOOST_TEST(!failure.cause().message().empty());
  }
  const auto failure = failed(*done(start_task("golden", "number"))).failure();
  BOOST_TEST(failure.cause().message() == "expected number, got string \"in\"");
}

BOOST_AUTO_TEST_CASE(input_in_an_unknown_encoding_is_a_bad_request) {
  auto task = start_task("golden", "echo");
  (*task.mutable_request()
        ->mutable_start_operation()
        ->mutable_payload()
        ->mutable_metadata())["encoding"] = "other/x";
  BOOST_TEST(failed(*done(task)).failure().nexus_handler_failure_info().type() == "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(the_deadline_comes_from_the_header_in_any_case) {
  for (const char* name : {"request-timeout", "Request-Timeout"}) {
    auto task = start_task("golden", "echo");
    (*task.mutable_request()->mutable_header())[name] = "8.5s";
    const auto call = accept(task);
    BOOST_REQUIRE(call->deadline().has_value());
    BOOST_CHECK(*call->deadline() == where.now() + 8500ms);
    run(*call);
    BOOST_CHECK(call->answer().timeout == 8500ms);
  }
  BOOST_TEST(!accept(start_task("golden", "echo"))->deadline().has_value());
}

BOOST_AUTO_TEST_CASE(a_bad_deadline_is_a_bad_request) {
  auto task = start_task("golden", "echo");
  (*task.mutable_request()->mutable_header())["request-timeout"] = "soon";
  const auto failure = failed(*done(task)).failure();
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "BAD_REQUEST");
  BOOST_TEST(failure.message() == "invalid request-timeout header: 'soon'");
}

BOOST_AUTO_TEST_SUITE_END()
