// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/client/call_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

BOOST_FIXTURE_TEST_SUITE(call_threads, call_fixture)

BOOST_AUTO_TEST_CASE(answers_and_coroutines_that_give_up_race) {
  const auto threaded = local_client(service);
  for (int round = 0; round < 200; ++round) {
    auto& open = service.hold("SignalWorkflowExecution");
    open.clear();
    std::optional waits{owned_signal(threaded.get_workflow<int>("id"))};
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
