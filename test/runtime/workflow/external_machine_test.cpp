// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/external_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using namespace temporal::api::enums::v1;

namespace {

struct signals {
  async<std::string> run(workflow::context ctx) {
    const auto other = ctx.external_workflow("other", "run");
    auto sent = co_await other.signal("go", 1, std::string{"two"}).as_result();
    if (sent)
      co_return "sent";
    const auto error = to_failure_error(sent.error());
    const auto* external = dynamic_cast<const workflow::external_workflow_error*>(error.get());
    co_return error->message() + " " + external->type() + " " + external->workflow_id();
  }
};

constexpr workflow::signal<int, std::string> go{"go"};
constexpr workflow::signal<std::string> word{"word"};
constexpr workflow::signal<> stop{"stop"};

struct signals_by_contract {
  async<> run(workflow::context ctx) {
    const auto other = ctx.external_workflow("other");
    (void)other.signal<go>(1, "two");
    (void)other.signal<word>("one");
    co_await other.signal<stop>();
  }
};

struct cancels {
  async<std::string> run(workflow::context ctx) {
    auto asked = co_await ctx.external_workflow("other", "run").cancel("enough").as_result();
    co_return asked ? "asked" : to_failure_error(asked.error())->message();
  }
};

struct takes_a_signal_back {
  async<std::string> run(workflow::context ctx) {
    auto sent = ctx.external_workflow("other").signal("go");
    sent.cancel();
    auto outcome = co_await sent.as_result();
    co_return is_canceled(outcome.error()) ? "canceled" : "?";
  }
};

/// Cancels a signal and a request that are on their way: nothing comes of it.
struct cancels_what_is_sent {
  async<std::string> run(workflow::context ctx) {
    auto sent = ctx.external_workflow("other").signal("go");
    auto asked = ctx.external_workflow("other").cancel();
    asked.cancel();
    auto late = ctx.signal_channel<int>("late");
    co_await late.receive();
    sent.cancel();
    asked.cancel();
    co_await sent;
    co_await asked;
    co_return "both";
  }
};

struct cleans_up {
  async<std::string> run(workflow::context ctx) {
    (void)co_await ctx.sleep(1h).as_result();
    auto sent = co_await ctx.external_workflow("other").signal("go").as_result();
    co_await ctx.external_workflow("other").cancel();
    co_return is_canceled(sent.error()) ? "canceled" : "?";
  }
};

history_builder signal_initiated() {
  return history().started("W").task().external_signal_initiated("other", "go");
}
history_builder cancel_initiated() {
  return history().started("W").task().external_cancel_initiated("other");
}

} // namespace

BOOST_AUTO_TEST_SUITE(external_machine)

BOOST_AUTO_TEST_CASE(a_signal_is_sent_and_done_when_it_is_recorded_there) {
  BOOST_CHECK_EQUAL(
      run<signals>(history().started("W").task_started()),
      "SignalExternalWorkflowExecution other go 1");
  BOOST_CHECK_EQUAL(run<signals>(signal_initiated().task_started()), "");
  BOOST_CHECK_EQUAL(
      run<signals>(signal_initiated().external_signaled(5).task_started()),
      "CompleteWorkflowExecution \"sent\"");
}

BOOST_AUTO_TEST_CASE(a_signal_can_be_sent_by_its_contract) {
  BOOST_CHECK_EQUAL(
      run<signals_by_contract>(history().started("W").task_started()),
      "SignalExternalWorkflowExecution other go 1; SignalExternalWorkflowExecution other word "
      "\"one\"; SignalExternalWorkflowExecution other stop");
}

BOOST_AUTO_TEST_CASE(a_signal_that_cannot_be_delivered_says_why) {
  const auto failed = [](auto why) {
    return run<signals>(signal_initiated().external_signal_failed(5, why).task_started());
  };
  BOOST_CHECK_EQUAL(
      failed(SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND),
      "CompleteWorkflowExecution \"Unable to signal external workflow because it was not found "
      "ExternalWorkflowExecutionNotFound other\"");
  BOOST_CHECK_EQUAL(
      failed(SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND),
      "CompleteWorkflowExecution \"Unable to signal external workflow because its namespace was "
      "not found NamespaceNotFound other\"");
  BOOST_CHECK_EQUAL(
      failed(SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED),
      "CompleteWorkflowExecution \"Unable to signal external workflow because it has got as many "
      "signals as a workflow may get SignalCountLimitExceeded other\"");
}

BOOST_AUTO_TEST_CASE(a_cancel_is_sent_and_done_when_it_is_recorded_there) {
  BOOST_CHECK_EQUAL(
      run<cancels>(history().started("W").task_started()),
      "RequestCancelExternalWorkflowExecution other run because enough");
  BOOST_CHECK_EQUAL(
      run<cancels>(cancel_initiated().external_cancel_requested(5).task_started()),
      "CompleteWorkflowExecution \"asked\"");
  BOOST_CHECK_EQUAL(
      run<cancels>(cancel_initiated()
                       .external_cancel_failed(
                           5, CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND)
                       .task_started()),
      "CompleteWorkflowExecution \"Unable to cancel external workflow because its namespace was "
      "not found\"");
}

BOOST_AUTO_TEST_CASE(a_signal_is_taken_back_only_in_the_task_that_sends_it) {
  BOOST_CHECK_EQUAL(
      run<takes_a_signal_back>(history().started("W").task_started()),
      "CompleteWorkflowExecution \"canceled\"");
  auto told = history().started("W").task();
  told.external_signal_initiated("other", "go").external_cancel_initiated("other");
  told.signaled("late", 1).task_started();
  BOOST_CHECK_EQUAL(run<cancels_what_is_sent>(told), "");
  told.task_completed().external_cancel_requested(6).external_signaled(5).task_started();
  BOOST_CHECK_EQUAL(run<cancels_what_is_sent>(told), "CompleteWorkflowExecution \"both\"");
}

BOOST_AUTO_TEST_CASE(a_cancelled_workflow_still_cancels_others) {
  auto told = history().started("W").task().timer_started("1", 1h);
  told.cancel_requested().task_started();
  BOOST_CHECK_EQUAL(
      run<cleans_up>(told), "CancelTimer 1; RequestCancelExternalWorkflowExecution other");
}

BOOST_AUTO_TEST_CASE(another_workflow_or_signal_in_the_history_is_nondeterminism) {
  const auto of = [](const char* id, const char* name) {
    return run<signals>(
        history().started("W").task().external_signal_initiated(id, name).task_started());
  };
  BOOST_CHECK(
      of("others", "go").find("has workflow id 'others', but the workflow's code asked for 'other'")
      != std::string::npos);
  BOOST_CHECK(
      of("other", "stop").find("has signal name 'stop', but the workflow's code asked for 'go'")
      != std::string::npos);
  BOOST_CHECK(
      run<cancels>(history().started("W").task().external_cancel_initiated("others").task_started())
          .find("has workflow id 'others', but the workflow's code asked for 'other'")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_row_of_its_table_is_tested) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::external_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
