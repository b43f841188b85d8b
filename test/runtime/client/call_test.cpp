// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/client/call_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

BOOST_FIXTURE_TEST_SUITE(call, call_fixture)

BOOST_AUTO_TEST_CASE(a_call_that_nobody_makes_sends_nothing) {
  {
    auto made = handle().async().signal("name");
  }
  clock.run_until_idle();
  BOOST_TEST(service.asked.empty());
}

BOOST_AUTO_TEST_CASE(blocks_where_one_may) {
  answer_signal();
  handle().async().signal("name").get();
  answer_signal();
  handle().signal("name");
  BOOST_TEST(service.asked.at("SignalWorkflowExecution").size() == 2);
}

BOOST_AUTO_TEST_CASE(is_made_once) {
  answer_signal();
  auto made = handle().async().signal("name");
  made.get();
  BOOST_CHECK_THROW(made.get(), std::logic_error);
  BOOST_CHECK_THROW((void)std::move(made).with_timeout(1s), std::logic_error);
}

BOOST_AUTO_TEST_CASE(calls_back_with_the_outcome) {
  wire::CountWorkflowExecutionsResponse response;
  response.set_count(7);
  service.answer("CountWorkflowExecutions", response);
  std::int64_t count = 0;
  caller->async().count_workflows().start(
      [&](result<std::int64_t> outcome) { count = outcome.value(); });
  BOOST_TEST(count == 0);
  clock.run_until_idle();
  BOOST_TEST(count == 7);

  std::exception_ptr error;
  caller->async().count_workflows().start(
      [&](const result<std::int64_t>& outcome) { error = outcome.error(); });
  clock.run_until_idle();
  BOOST_CHECK_THROW(std::rethrow_exception(error), rpc_error);
}

BOOST_AUTO_TEST_CASE(resumes_a_coroutine_of_any_kind) {
  answer_signal();
  signal(handle(), &seen);
  BOOST_TEST(seen.empty());
  clock.run_until_idle();
  BOOST_TEST(seen == "done");
}

BOOST_AUTO_TEST_CASE(resumes_where_the_caller_wants) {
  answer_signal();
  std::coroutine_handle<> waits;
  signal_with(
      handle().async().signal("name").resume_by(
          [&](std::coroutine_handle<> frame) { waits = frame; }),
      &seen);
  clock.run_until_idle();
  BOOST_TEST(seen.empty());
  BOOST_REQUIRE(waits);
  waits.resume();
  BOOST_TEST(seen == "done");
}

BOOST_AUTO_TEST_CASE(what_the_arguments_were_when_it_was_made_up_is_sent) {
  std::string text = "before";
  auto made = handle().async().signal("name", text);
  text = "after";
  answer_signal();
  made.get();
  BOOST_TEST(
      service.request<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution")
          .input()
          .payloads(0)
          .data()
      == "\"before\"");
}

BOOST_AUTO_TEST_CASE(every_list_can_be_awaited_page_by_page) {
  wire::ListWorkflowExecutionsResponse page;
  page.set_next_page_token("2");
  service.answer("ListWorkflowExecutions", page);
  page.Clear();
  page.add_executions()->mutable_execution()->set_workflow_id("a");
  service.answer("ListWorkflowExecutions", page);
  const auto list = caller->async().list_workflows("query");
  const auto first = list.page().get();
  BOOST_TEST(first.items.empty());
  const auto second = list.page(first.next_token).get();
  BOOST_REQUIRE(second.items.size() == 1);
  BOOST_TEST(second.items[0].id == "a");
  BOOST_TEST(second.next_token.empty());
  BOOST_TEST(
      service.request<wire::ListWorkflowExecutionsRequest>("ListWorkflowExecutions", 1)
          .next_page_token()
      == "2");
}

// -- limits ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(ends_when_its_time_is_over) {
  const auto& open = service.hold("SignalWorkflowExecution");
  signal_with(handle().async().signal("name").with_timeout(2s), &seen);
  BOOST_REQUIRE(open.size() == 1);
  BOOST_TEST((open[0]->deadline == clock.now() + 2s));
  clock.advance(2s);
  BOOST_TEST(seen == "DEADLINE_EXCEEDED");
  BOOST_TEST(open[0]->was_cancelled);
}

BOOST_AUTO_TEST_CASE(a_wait_of_many_polls_ends_when_its_time_is_over) {
  auto& open = service.hold("GetWorkflowExecutionHistory");
  std::exception_ptr error;
  handle().async().result().with_timeout(100s).start(
      [&](const result<int>& outcome) { error = outcome.error(); });
  clock.advance(99s);
  BOOST_TEST(open.size() == 2);
  BOOST_TEST(!error);
  clock.advance(1s);
  BOOST_CHECK_EXCEPTION(std::rethrow_exception(error), rpc_error, [](const auto& late) {
    return late.code() == status_code::deadline_exceeded;
  });
  clock.advance(1h);
  BOOST_TEST(open.size() == 2);
}

BOOST_AUTO_TEST_CASE(a_token_cancels_it) {
  const auto& open = service.hold("SignalWorkflowExecution");
  cancellation_source source;
  signal_with(handle().async().signal("name").with_cancellation(source.token()), &seen);
  source.cancel(cancel_reason::requested);
  clock.run_until_idle();
  BOOST_TEST(seen == "CANCELLED");
  BOOST_TEST(open.at(0)->was_cancelled);
}

BOOST_AUTO_TEST_CASE(a_token_that_was_cancelled_before_lets_nothing_out) {
  cancellation_source source;
  source.cancel(cancel_reason::requested);
  signal_with(handle().async().signal("name").with_cancellation(source.token()), &seen);
  clock.run_until_idle();
  BOOST_TEST(seen == "CANCELLED");
  BOOST_TEST(service.asked.empty());
}

BOOST_AUTO_TEST_CASE(a_wait_between_attempts_is_cancelled_too) {
  service.fail("SignalWorkflowExecution", {status_code::unavailable, "away", {}});
  cancellation_source source;
  signal_with(handle().async().signal("name").with_cancellation(source.token()), &seen);
  clock.run_until_idle();
  BOOST_TEST(seen.empty());
  source.cancel(cancel_reason::requested);
  clock.run_until_idle();
  BOOST_TEST(seen == "CANCELLED");
}

BOOST_AUTO_TEST_CASE(destroying_the_coroutine_cancels_it) {
  const auto& open = service.hold("SignalWorkflowExecution");
  std::optional waits{owned_signal(handle())};
  waits->start();
  BOOST_REQUIRE(open.size() == 1);
  waits.reset();
  clock.run_until_idle();
  BOOST_TEST(open[0]->was_cancelled);
}

BOOST_AUTO_TEST_CASE(destroying_the_client_cancels_what_is_under_way) {
  (void)service.hold("SignalWorkflowExecution");
  signal_with(handle().async().signal("name"), &seen);
  std::string called;
  handle().async().signal("name").start(
      [&](const result<void>& outcome) { called = outcome ? "done" : "failed"; });
  clock.run_until_idle();
  caller.reset();
  clock.run_until_idle();
  BOOST_TEST(called == "failed");
  BOOST_TEST(seen == "CANCELLED");
}

BOOST_AUTO_TEST_CASE(a_wait_does_not_poll_again_once_the_client_is_gone) {
  auto& open = service.hold("GetWorkflowExecutionHistory");
  std::exception_ptr error;
  handle().async().result().start([&](const result<int>& outcome) { error = outcome.error(); });
  clock.run_until_idle();
  BOOST_REQUIRE(open.size() == 1);
  // The answer is on its way when the client goes.
  open[0]->answer(wire::GetWorkflowExecutionHistoryResponse{});
  caller.reset();
  clock.run_until_idle();
  BOOST_CHECK_THROW(std::rethrow_exception(error), rpc_error);
  BOOST_TEST(open.size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
