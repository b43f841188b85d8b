// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/client/call_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

BOOST_FIXTURE_TEST_SUITE(call_scope, call_fixture)

BOOST_AUTO_TEST_CASE(a_blocking_call_on_a_shard_is_an_error_with_words) {
  answer_signal();
  const auto has_words = [](const std::logic_error& error) {
    return std::string_view{error.what()}.find("co_await client.async()") != std::string_view::npos;
  };
  on_shard([&] {
    BOOST_CHECK_EXCEPTION(handle().signal("name"), std::logic_error, has_words);
    BOOST_CHECK_EXCEPTION(handle().async().signal("name").get(), std::logic_error, has_words);
    BOOST_CHECK_EXCEPTION((void)handle().history().collect(), std::logic_error, has_words);
    BOOST_CHECK_EXCEPTION(caller->connection()->check(), std::logic_error, has_words);
  });
  BOOST_TEST(service.asked.empty());
}

BOOST_AUTO_TEST_CASE(a_client_of_elsewhere_resumes_on_the_shard) {
  answer_signal();
  const auto waits = owned_signal(handle(), &seen);
  on_shard([&] { waits.start(); });
  clock.run_until_idle();
  BOOST_TEST(seen.empty()); // the answer is there; the shard is to resume it
  run_shard();
  BOOST_TEST(seen == "done");
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_is_none_of_ours_goes_on_where_the_client_is_served) {
  answer_signal();
  on_shard([&] { signal(handle(), &seen); });
  clock.run_until_idle();
  BOOST_TEST(seen == "done");
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_is_gone_when_its_shard_comes_to_it_is_not_resumed) {
  answer_signal();
  std::optional waits{owned_signal(handle())};
  on_shard([&] { waits->start(); });
  clock.run_until_idle();
  on_shard([&] { waits.reset(); });
  run_shard();
  BOOST_TEST(service.asked.at("SignalWorkflowExecution").size() == 1);
}

BOOST_FIXTURE_TEST_CASE(in_a_scope_the_shard_calls_for_itself, scoped_fixture) {
  answer_signal();
  on_shard([&] { signal(bound(), &seen); });
  BOOST_TEST(service.asked.at("SignalWorkflowExecution").size() == 1);
  BOOST_TEST(!clock.run_until_idle()); // nothing for the client's thread
  run_shard();
  BOOST_TEST(seen == "done");
}

BOOST_FIXTURE_TEST_CASE(calls_of_a_scope_end_at_its_deadline, scoped_fixture) {
  scope->deadline = shard.now() + 3s;
  const auto& open = service.hold("SignalWorkflowExecution");
  on_shard([&] { signal(bound(), &seen); });
  BOOST_TEST((open.at(0)->deadline == shard.now() + 3s));
  shard.advance(3s);
  BOOST_TEST(seen == "DEADLINE_EXCEEDED Deadline Exceeded");
}

BOOST_FIXTURE_TEST_CASE(calls_of_a_scope_are_cancelled_with_it, scoped_fixture) {
  const auto& open = service.hold("SignalWorkflowExecution");
  on_shard([&] {
    signal(bound(), &seen);
    cancellation.cancel(cancel_reason::worker_shutdown);
  });
  run_shard();
  BOOST_TEST(seen == "CANCELLED the call was cancelled: worker shutdown");
  BOOST_TEST(open.at(0)->was_cancelled);
}

BOOST_FIXTURE_TEST_CASE(destroying_a_coroutine_in_a_scope_cancels_its_call, scoped_fixture) {
  const auto& open = service.hold("SignalWorkflowExecution");
  std::optional waits{owned_signal(bound())};
  on_shard([&] {
    waits->start();
    waits.reset();
  });
  run_shard();
  BOOST_TEST(open.at(0)->was_cancelled);
}

BOOST_FIXTURE_TEST_CASE(what_lives_longer_than_its_scope_is_like_any_other, scoped_fixture) {
  scope->deadline = shard.now() - 1s;
  cancellation.cancel(cancel_reason::timed_out);
  const auto kept = bound();
  scope->is_open = false;
  answer_signal();
  kept.signal("name");
  answer_signal();
  const auto waits = owned_signal(kept, &seen);
  on_shard([&] { waits.start(); });
  clock.run_until_idle();
  run_shard();
  BOOST_TEST(seen == "done");
}

BOOST_FIXTURE_TEST_CASE(a_wait_that_outlives_its_scope_polls_no_more, scoped_fixture) {
  auto& open = service.hold("GetWorkflowExecutionHistory");
  std::exception_ptr error;
  on_shard([&] {
    bound().async().result().start([&](const result<int>& outcome) { error = outcome.error(); });
  });
  scope->is_open = false;
  open.at(0)->answer(wire::GetWorkflowExecutionHistoryResponse{});
  run_shard();
  BOOST_CHECK_THROW(std::rethrow_exception(error), rpc_error);
  BOOST_TEST(open.size() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_plain_function_in_a_scope_may_block, scoped_fixture) {
  scope->deadline = clock.now() + 5s;
  const auto& open = service.hold("SignalWorkflowExecution");
  BOOST_CHECK_EXCEPTION(bound().signal("name"), rpc_error, [](const auto& error) {
    return error.code() == status_code::deadline_exceeded;
  });
  BOOST_TEST(open.size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
