// SPDX-License-Identifier: Apache-2.0
// The outcome of an operation that is told by its callback: what replies that got lost, and a
// cancellation, lead to.
#include "test/runtime/client/call_fixture.hpp"

#include <troupe/client/nexus_completion.hpp>
#include <troupe/nexus/callback.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

struct completion_fixture : test::call_fixture {
  completion_fixture() {
    wire::StartWorkflowExecutionResponse started;
    started.mutable_eager_workflow_task()->set_task_token("the task");
    service.answer("StartWorkflowExecution", started);
  }

  void answer_look(bool is_open, enums::CallbackState delivery) {
    wire::DescribeWorkflowExecutionResponse seen;
    seen.mutable_workflow_execution_info()->set_status(
        is_open ? enums::WORKFLOW_EXECUTION_STATUS_RUNNING
                : enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
    seen.add_callbacks()->set_state(delivery);
    service.answer("DescribeWorkflowExecution", seen);
  }

  void begin(const cancellation_token& stop = {}) {
    nexus::callback where;
    where.url = "temporal://system";
    where.token = "mine-7";
    nexus_completion{*caller, where}.async().succeed(7).with_cancellation(stop).start(
        [this](result<void> got) { outcome = std::move(got); });
  }

  /// The code of the error; ok if there is none.
  status_code code() {
    BOOST_REQUIRE(outcome.has_value());
    if (*outcome)
      return status_code::ok;
    try {
      std::rethrow_exception(outcome->error());
    } catch (const rpc_error& error) {
      return error.code();
    }
  }

  /// Whose task ended the workflow, by the history.
  void tell_history(const std::string& identity) {
    wire::GetWorkflowExecutionHistoryReverseResponse history;
    history.mutable_history()
        ->add_events()
        ->mutable_workflow_execution_completed_event_attributes();
    history.mutable_history()
        ->add_events()
        ->mutable_workflow_task_completed_event_attributes()
        ->set_identity(identity);
    service.held.at("GetWorkflowExecutionHistoryReverse").back()->answer(history);
  }

  std::string identity_of_answer() {
    return service
        .request<wire::RespondWorkflowTaskCompletedRequest>("RespondWorkflowTaskCompleted")
        .identity();
  }

  std::optional<result<void>> outcome;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(completion_calls, completion_fixture)

BOOST_AUTO_TEST_CASE(an_answer_whose_reply_was_lost_is_known_again) {
  for (const bool is_ours : {true, false}) {
    service.fail("RespondWorkflowTaskCompleted", {status_code::not_found, "no such task", {}});
    service.hold("GetWorkflowExecutionHistoryReverse");
    answer_look(false, enums::CALLBACK_STATE_SUCCEEDED);
    if (is_ours)
      answer_look(false, enums::CALLBACK_STATE_SUCCEEDED);
    begin();
    clock.run_until_idle();
    BOOST_REQUIRE(!outcome);
    tell_history(is_ours ? identity_of_answer() : "somebody/else");
    clock.run_until_idle();
    BOOST_CHECK(code() == (is_ours ? status_code::ok : status_code::already_exists));
    outcome.reset();
    service.asked.clear();
    wire::StartWorkflowExecutionResponse started;
    started.mutable_eager_workflow_task()->set_task_token("another task");
    service.answer("StartWorkflowExecution", started);
  }
}

BOOST_AUTO_TEST_CASE(calls_differ_in_how_they_sign) {
  for (int i = 0; i < 2; ++i) {
    service.answer("RespondWorkflowTaskCompleted", wire::RespondWorkflowTaskCompletedResponse{});
    answer_look(false, enums::CALLBACK_STATE_SUCCEEDED);
    begin();
    clock.run_until_idle();
    BOOST_CHECK(code() == status_code::ok);
    wire::StartWorkflowExecutionResponse started;
    started.mutable_eager_workflow_task()->set_task_token("another task");
    service.answer("StartWorkflowExecution", started);
  }
  const auto identity = [&](std::size_t index) {
    return service
        .request<wire::RespondWorkflowTaskCompletedRequest>("RespondWorkflowTaskCompleted", index)
        .identity();
  };
  BOOST_TEST(identity(0) != identity(1));
  BOOST_TEST(identity(0).starts_with(caller->options().identity + "/"));
}

BOOST_AUTO_TEST_CASE(an_identity_that_a_service_just_takes_makes_a_signature_that_it_takes) {
  service.answer("RespondWorkflowTaskCompleted", wire::RespondWorkflowTaskCompletedResponse{});
  answer_look(false, enums::CALLBACK_STATE_SUCCEEDED);
  caller = local_client(
      service,
      clock,
      [this] { return clock.step(); },
      {.name_space = "ns", .identity = std::string(1000, 'i')});
  begin();
  clock.run_until_idle();
  BOOST_CHECK(code() == status_code::ok);
  BOOST_TEST(identity_of_answer().size() == 1000u);
  BOOST_TEST(identity_of_answer().starts_with(std::string(900, 'i')));
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_for_the_delivery_ends_at_once) {
  service.answer("RespondWorkflowTaskCompleted", wire::RespondWorkflowTaskCompletedResponse{});
  answer_look(false, enums::CALLBACK_STATE_SCHEDULED);
  cancellation_source stop;
  begin(stop.token());
  clock.run_until_idle();
  BOOST_REQUIRE(!outcome);
  const auto begun = clock.now();
  stop.cancel(cancel_reason::requested);
  BOOST_TEST(!outcome.has_value()); // never inside
  clock.run_until_idle();
  BOOST_CHECK(code() == status_code::cancelled);
  BOOST_CHECK(clock.now() == begun);
  BOOST_TEST(service.asked.at("DescribeWorkflowExecution").size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
