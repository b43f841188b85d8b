// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/current_executor.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/rpc/call_scope.hpp"
#include "runtime/rpc/direct_transport.hpp"
#include "runtime/rpc/retry.hpp"
#include "test/runtime/client/detached.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/client.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

namespace {

using test::detached;

/// A client on an executor that the test drains, and a second one in the place of a shard.
struct fixture {
  test::manual_executor clock;
  test::manual_executor shard;
  test::scripted_service service;
  std::optional<client> caller =
      local_client(service, clock, [this] { return clock.step(); }, {.name_space = "ns"});
  std::string seen;

  [[nodiscard]] workflow_handle<int> handle() const {
    return caller->get_workflow<int>("id", "run");
  }
  void answer_signal() {
    service.answer("SignalWorkflowExecution", wire::SignalWorkflowExecutionResponse{});
  }

  /// Runs what a coroutine on the shard does until it waits.
  template <class Begin>
  void on_shard(Begin begin) {
    const executor_scope here{shard};
    begin();
  }
  bool run_shard() {
    const executor_scope here{shard};
    return shard.run_until_idle();
  }
};

/// What an awaited call ended with: `done`, or the code and text of its error.
detached signal(workflow_handle<int> handle, std::string* seen) {
  const auto outcome = co_await handle.async().signal("name", 1).as_result();
  if (outcome)
    *seen = "done";
  else
    try {
      std::rethrow_exception(outcome.error());
    } catch (const rpc_error& error) {
      *seen = std::string{to_string(error.code())} + " " + error.what();
    }
}

detached signal_with(call<void> made, std::string* seen) {
  try {
    co_await made;
    *seen = "done";
  } catch (const rpc_error& error) {
    *seen = to_string(error.code());
  }
}

/// The scope of a request on the shard, and a client bound to it.
struct scoped_fixture : fixture {
  rpc::direct_transport transport{service, shard, {}};
  rpc::retrying_transport retrying{transport, shard};
  cancellation_source cancellation;
  std::shared_ptr<rpc::call_scope> scope = make_scope();

  std::shared_ptr<rpc::call_scope> make_scope() {
    auto made = std::make_shared<rpc::call_scope>();
    made->where = &shard;
    made->over = &retrying;
    made->token = cancellation.token();
    return made;
  }
  [[nodiscard]] workflow_handle<int> bound() const {
    return client{caller->connection(), scope}.get_workflow<int>("id", "run");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(call, fixture)

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
  std::optional waits{test::owned_signal(handle())};
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

// -- on a shard -----------------------------------------------------------------------------------

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
  const auto waits = test::owned_signal(handle(), &seen);
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
  std::optional waits{test::owned_signal(handle())};
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
  std::optional waits{test::owned_signal(bound())};
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
  const auto waits = test::owned_signal(kept, &seen);
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

// -- with threads ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(answers_and_coroutines_that_give_up_race) {
  const auto threaded = local_client(service);
  for (int round = 0; round < 200; ++round) {
    auto& open = service.hold("SignalWorkflowExecution");
    open.clear();
    std::optional waits{test::owned_signal(threaded.get_workflow<int>("id"))};
    std::mutex mutex;
    std::condition_variable changed;
    bool is_sent = false;
    on_shard([&] { waits->start(); });
    // Behind the call on the client's thread.
    threaded.connection()->runs_on().post([&] {
      const std::lock_guard lock{mutex};
      is_sent = true;
      changed.notify_one();
    });
    {
      std::unique_lock lock{mutex};
      changed.wait(lock, [&] { return is_sent; });
    }
    std::thread answers{[&] { open.at(0)->answer(wire::SignalWorkflowExecutionResponse{}); }};
    on_shard([&] { waits.reset(); });
    answers.join();
    run_shard();
  }
}

BOOST_AUTO_TEST_CASE(the_last_client_may_go_on_its_own_thread_and_ends_the_other_calls) {
  (void)service.hold("CountWorkflowExecutions");
  answer_signal();
  std::promise<bool> counted;
  std::promise<bool> signalled;
  auto threaded = std::make_shared<client>(local_client(service));
  threaded->async().count_workflows().start(
      [&](const result<std::int64_t>& outcome) { counted.set_value(outcome.has_value()); });
  threaded->async().get_workflow("id").signal("name").start(
      [&, kept = threaded](const result<void>& outcome) mutable {
        kept.reset();
        signalled.set_value(outcome.has_value());
      });
  threaded.reset();
  BOOST_TEST(signalled.get_future().get());
  BOOST_TEST(!counted.get_future().get());
}

BOOST_AUTO_TEST_CASE(a_token_and_the_end_of_the_client_race) {
  (void)service.hold("SignalWorkflowExecution");
  for (int round = 0; round < 100; ++round) {
    std::promise<bool> signalled;
    cancellation_source source;
    std::optional threaded{local_client(service)};
    threaded->async()
        .get_workflow("id")
        .signal("name")
        .with_cancellation(source.token())
        .start([&](const result<void>& outcome) { signalled.set_value(outcome.has_value()); });
    std::thread cancels{[&] { source.cancel(cancel_reason::requested); }};
    threaded.reset();
    cancels.join();
    BOOST_TEST(!signalled.get_future().get());
  }
}

BOOST_AUTO_TEST_SUITE_END()
