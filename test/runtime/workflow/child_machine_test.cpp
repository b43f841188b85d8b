// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/child_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using namespace temporal::api::enums::v1;
using workflow::child_cancellation_type;
using enum child_cancellation_type;

namespace {

constexpr child_cancellation_type all_types[] = {
    wait_completed, wait_requested, try_cancel, abandon};

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<std::string> run(workflow::context, std::string who, int times);
};

std::string text_of_error(const std::exception_ptr& error) {
  std::string text;
  for (auto one = to_failure_error(error); one; one = one->cause())
    text += (text.empty() ? "" : " <- ") + one->message() + "/" + std::string{one->kind()};
  return text;
}

struct executes {
  async<std::string> run(workflow::context ctx) {
    auto answer = co_await ctx.execute_child<greeter>({.id = "child"}, "Ann", 2).as_result();
    co_return answer ? *answer : text_of_error(answer.error());
  }
};

struct starts {
  async<std::string> run(workflow::context ctx) {
    auto started = co_await ctx.start_child<std::string>("Greeter", {.id = "child"}).as_result();
    if (!started)
      co_return "not started: " + text_of_error(started.error());
    const auto child = *started;
    co_await child.signal("hurry", 7);
    co_return child.workflow_id() + " " + child.run_id() + " " + co_await child.result();
  }
};

struct cancels {
  async<std::string> run(workflow::context ctx, int type) {
    auto signals = ctx.signal_channel<std::string>("cancel");
    auto child = ctx.execute_child<std::string>(
        "Greeter",
        {.id = "child", .cancellation_type = static_cast<child_cancellation_type>(type)});
    co_await signals.receive();
    child.cancel("enough");
    child.cancel("twice");
    auto answer = co_await child.as_result();
    co_await ctx.sleep(1s);
    co_return answer ? *answer : text_of_error(answer.error());
  }
};

struct cancels_at_once {
  async<std::string> run(workflow::context ctx, int type) {
    auto started = ctx.start_child<std::string>(
        "Greeter",
        {.id = "child", .cancellation_type = static_cast<child_cancellation_type>(type)});
    started.cancel();
    auto answer = co_await started.as_result();
    co_return is_canceled(answer.error()) ? "canceled" : "?";
  }
};

struct starts_in_cancelled_scope {
  async<std::string> run(workflow::context ctx) {
    auto scope = ctx.make_scope();
    scope.cancel("over");
    auto answer =
        co_await scope.context().execute_child<greeter>({.id = "child"}, "Ann", 1).as_result();
    co_return text_of_error(answer.error());
  }
};

history_builder initiated() {
  return history().started("W").task().child_initiated("child", "Greeter");
}
/// The child has event 5.
history_builder told_to_cancel(child_cancellation_type type, bool has_started) {
  auto told =
      history().started("W", static_cast<int>(type)).task().child_initiated("child", "Greeter");
  if (has_started)
    told.child_started(5, "child-run").task();
  return told.signaled("cancel", std::string{});
}

std::string replayed(const history_builder& told) {
  return run<executes>(told);
}

constexpr const char* asks_child =
    "RequestCancelExternalWorkflowExecution child child because enough";

} // namespace

BOOST_AUTO_TEST_SUITE(child_machine)

BOOST_AUTO_TEST_CASE(starts_and_yields_the_result) {
  BOOST_CHECK_EQUAL(
      replayed(history().started("W").task_started()),
      "StartChildWorkflowExecution child Greeter \"Ann\"");
  BOOST_CHECK_EQUAL(replayed(initiated().child_started(5, "child-run").task_started()), "");
  BOOST_CHECK_EQUAL(
      replayed(initiated()
                   .child_started(5, "child-run")
                   .child_completed(5, std::string{"hello"})
                   .task_started()),
      "CompleteWorkflowExecution \"hello\"");
}

BOOST_AUTO_TEST_CASE(each_ending_is_an_error_that_says_which) {
  const auto ended = [](auto end) {
    auto told = initiated().child_started(5, "child-run");
    end(told);
    return replayed(told.task_started());
  };
  BOOST_CHECK_EQUAL(
      ended([](auto& told) { told.child_failed(5, "no"); }),
      "CompleteWorkflowExecution \"Child Workflow execution failed/ChildWorkflowExecutionFailure "
      "<- "
      "no/ApplicationFailure\"");
  BOOST_CHECK_EQUAL(
      ended([](auto& told) { told.child_canceled(5); }),
      "CompleteWorkflowExecution \"Child Workflow execution "
      "cancelled/ChildWorkflowExecutionFailure <- /CanceledFailure\"");
  BOOST_CHECK_EQUAL(
      ended([](auto& told) { told.child_timed_out(5); }),
      "CompleteWorkflowExecution \"Child Workflow execution timed "
      "out/ChildWorkflowExecutionFailure <- Timed out/TimeoutFailure\"");
  BOOST_CHECK_EQUAL(
      ended([](auto& told) { told.child_terminated(5); }),
      "CompleteWorkflowExecution \"Child Workflow execution "
      "terminated/ChildWorkflowExecutionFailure <- Terminated/TerminatedFailure\"");
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_is_heard_by_all_who_wait) {
  const auto failed = [](auto why) {
    return initiated().child_start_failed(5, why).task_started();
  };
  const auto exists = failed(START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  BOOST_CHECK_EQUAL(
      replayed(exists),
      "CompleteWorkflowExecution \"Workflow execution already started/ApplicationFailure\"");
  BOOST_CHECK_EQUAL(
      run<starts>(exists),
      "CompleteWorkflowExecution \"not started: Workflow execution already "
      "started/ApplicationFailure\"");
  BOOST_CHECK_EQUAL(
      replayed(failed(START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND)),
      "CompleteWorkflowExecution \"Child Workflow execution could not be "
      "started/ChildWorkflowExecutionFailure <- namespace not found: "
      "namespace/ApplicationFailure\"");
}

BOOST_AUTO_TEST_CASE(a_started_one_has_ids_and_takes_signals) {
  auto told = initiated().child_started(5, "child-run").task_started();
  BOOST_CHECK_EQUAL(run<starts>(told), "SignalExternalWorkflowExecution child child hurry 7");
  told.task_completed().external_signal_initiated("child", "hurry").external_signaled(10);
  told.child_completed(5, std::string{"hello"}).task_started();
  BOOST_CHECK_EQUAL(run<starts>(told), "CompleteWorkflowExecution \"child child-run hello\"");
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_task_that_starts_it_is_never_sent) {
  for (const auto type : all_types)
    BOOST_CHECK_EQUAL(
        run<cancels_at_once>(history().started("W", static_cast<int>(type)).task_started()),
        "CompleteWorkflowExecution \"canceled\"");
  BOOST_CHECK_EQUAL(
      run<starts_in_cancelled_scope>(history().started("W").task_started()),
      "CompleteWorkflowExecution \"Child Workflow execution "
      "cancelled/ChildWorkflowExecutionFailure <- over/CanceledFailure\"");
}

BOOST_AUTO_TEST_CASE(try_cancel_asks_and_goes_on) {
  for (const bool has_started : {false, true}) {
    auto told = told_to_cancel(try_cancel, has_started).task_started();
    BOOST_CHECK_EQUAL(run<cancels>(told), std::string{asks_child} + "; StartTimer 1 1000ms");
    told.task_completed().external_cancel_initiated("child");
    const auto request = told.last_id();
    told.timer_started("1", 1s);
    if (!has_started)
      told.child_started(5, "child-run");
    // Whatever it comes to: nobody waits for it.
    told.external_cancel_requested(request).child_completed(5, std::string{"late"});
    told.timer_fired("1").task_started();
    BOOST_CHECK_EQUAL(
        run<cancels>(told),
        "CompleteWorkflowExecution \"Child Workflow execution "
        "cancelled/ChildWorkflowExecutionFailure <- enough/CanceledFailure\"");
  }
}

BOOST_AUTO_TEST_CASE(abandon_sends_nothing) {
  for (const bool has_started : {false, true})
    BOOST_CHECK_EQUAL(
        run<cancels>(told_to_cancel(abandon, has_started).task_started()), "StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(wait_completed_waits_for_the_end_whatever_becomes_of_the_request) {
  for (const bool is_refused : {false, true}) {
    auto told = told_to_cancel(wait_completed, true).task_started();
    BOOST_CHECK_EQUAL(run<cancels>(told), asks_child);
    told.task_completed().external_cancel_initiated("child");
    const auto request = told.last_id();
    if (is_refused)
      told.external_cancel_failed(
          request,
          CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
    else
      told.external_cancel_requested(request);
    told.task_started();
    BOOST_CHECK_EQUAL(run<cancels>(told), "");
    told.task_completed().child_completed(5, std::string{"done"}).task_started();
    BOOST_CHECK_EQUAL(run<cancels>(told), "StartTimer 1 1000ms");
  }
}

BOOST_AUTO_TEST_CASE(one_that_has_not_begun_is_waited_for_as_well) {
  auto told = told_to_cancel(wait_completed, false).task();
  told.external_cancel_initiated("child");
  const auto request = told.last_id();
  told.child_started(5, "child-run").external_cancel_requested(request).child_canceled(5);
  BOOST_CHECK_EQUAL(run<cancels>(told.task_started()), "StartTimer 1 1000ms");

  auto never = told_to_cancel(wait_completed, false).task();
  never.external_cancel_initiated("child").child_start_failed(
      5, START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  BOOST_CHECK_EQUAL(run<cancels>(never.task_started()), "StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(wait_requested_waits_for_the_answer_to_the_request) {
  for (const bool has_started : {false, true})
    for (const bool is_refused : {false, true}) {
      auto told = told_to_cancel(wait_requested, has_started).task_started();
      BOOST_CHECK_EQUAL(run<cancels>(told), asks_child);
      told.task_completed().external_cancel_initiated("child");
      const auto request = told.last_id();
      if (is_refused)
        told.external_cancel_failed(
            request,
            CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
      else
        told.external_cancel_requested(request);
      told.task_started();
      BOOST_CHECK_EQUAL(run<cancels>(told), "StartTimer 1 1000ms");
      told.task_completed().timer_started("1", 1s).child_terminated(5);
      told.timer_fired("1").task_started();
      BOOST_CHECK_EQUAL(
          run<cancels>(told),
          is_refused
              ? "CompleteWorkflowExecution \"Child Workflow execution could not be "
                "cancelled/ChildWorkflowExecutionFailure <- Unable to cancel external workflow "
                "because not found/ApplicationFailure\""
              : "CompleteWorkflowExecution \"Child Workflow execution "
                "cancelled/ChildWorkflowExecutionFailure <- /CanceledFailure\"");
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_child_wins_over_the_answer_to_the_request) {
  auto told = told_to_cancel(wait_requested, true).task();
  told.external_cancel_initiated("child");
  const auto request = told.last_id();
  told.child_completed(5, std::string{"done"}).external_cancel_requested(request);
  BOOST_CHECK_EQUAL(run<cancels>(told.task_started()), "StartTimer 1 1000ms");
}

struct starts_without_id {
  async<std::string> run(workflow::context ctx) {
    auto child = co_await ctx.start_child<std::string>("Greeter", {});
    co_return child.workflow_id();
  }
};

BOOST_AUTO_TEST_CASE(an_id_that_the_code_leaves_out_is_the_same_each_time) {
  const auto once = run<starts_without_id>(history().started("W").task_started());
  BOOST_CHECK_EQUAL(once, run<starts_without_id>(history().started("W").task_started()));
  BOOST_CHECK_EQUAL(once.size(), std::string{"StartChildWorkflowExecution  Greeter"}.size() + 36);
}

BOOST_AUTO_TEST_CASE(an_id_that_another_worker_chose_is_taken_over) {
  const auto told = [](const char* sdk) {
    auto all = history().started("W").task().sdk(sdk).child_initiated("theirs", "Greeter");
    return all.child_started(5, "child-run").task_started();
  };
  for (const char* sdk : {"temporal-python", "temporal-go"})
    BOOST_CHECK_EQUAL(run<starts_without_id>(told(sdk)), "CompleteWorkflowExecution \"theirs\"");
  const auto own = run<starts_without_id>(told("troupe"));
  BOOST_CHECK(
      own.find("has workflow id 'theirs', but the workflow's code asked for '")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_type_or_id_in_the_history_is_nondeterminism) {
  const auto type =
      replayed(history().started("W").task().child_initiated("child", "Other").task_started());
  BOOST_CHECK(
      type.find("has workflow type 'Other', but the workflow's code asked for 'Greeter'")
      != std::string::npos);
  const auto id =
      replayed(history().started("W").task().child_initiated("other", "Greeter").task_started());
  BOOST_CHECK(
      id.find("has workflow id 'other', but the workflow's code asked for 'child'")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_event_of_a_child_that_nobody_started_is_a_damaged_history) {
  const auto text = replayed(initiated().child_started(4, "child-run").task_started());
  BOOST_CHECK_MESSAGE(text.find("where nothing is under way") != std::string::npos, text);
  const auto twice = replayed(
      initiated().child_started(5, "child-run").child_started(5, "child-run").task_started());
  BOOST_CHECK_MESSAGE(twice.find("cannot happen now") != std::string::npos, twice);
}

struct sends_all_options {
  async<> run(workflow::context ctx) {
    co_await ctx.execute_child<void>(
        "Greeter",
        {.id = "child",
         .task_queue = "others",
         .parent_close_policy = workflow::parent_close_policy::request_cancel,
         .id_reuse_policy = workflow_id_reuse_policy::reject_duplicate,
         .execution_timeout = 3s,
         .run_timeout = 2s,
         .task_timeout = 1s,
         .retry_policy = workflow::retry_policy{.maximum_attempts = 4},
         .cron_schedule = "@every 1h",
         .memo = {{"note", encode_value(5)}},
         .search_attributes = {{"Customer", encode_value(std::string{"Ann"})}},
         .priority = {.key = 2, .fairness_key = "f", .fairness_weight = 3},
         .static_summary = "summary",
         .static_details = "details",
         .name_space = "elsewhere"},
        payloads{encode_value(1), encode_value(2)});
  }
};

BOOST_AUTO_TEST_CASE(every_option_is_in_the_command) {
  auto instance = make_instance<sends_all_options>();
  const auto result = apply(instance, history().started("W").task_started().to_task());
  const auto& answer =
      static_cast<const temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest&>(
          *result.answer);
  BOOST_REQUIRE_EQUAL(answer.commands_size(), 1);
  const auto& command = answer.commands(0);
  const auto& sent = command.start_child_workflow_execution_command_attributes();
  BOOST_CHECK_EQUAL(sent.namespace_(), "elsewhere");
  BOOST_CHECK_EQUAL(sent.workflow_id(), "child");
  BOOST_CHECK_EQUAL(sent.task_queue().name(), "others");
  BOOST_CHECK_EQUAL(sent.input().payloads_size(), 2);
  BOOST_CHECK_EQUAL(sent.parent_close_policy(), PARENT_CLOSE_POLICY_REQUEST_CANCEL);
  BOOST_CHECK_EQUAL(sent.workflow_id_reuse_policy(), WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_CHECK_EQUAL(sent.workflow_execution_timeout().seconds(), 3);
  BOOST_CHECK_EQUAL(sent.workflow_run_timeout().seconds(), 2);
  BOOST_CHECK_EQUAL(sent.workflow_task_timeout().seconds(), 1);
  BOOST_CHECK_EQUAL(sent.retry_policy().maximum_attempts(), 4);
  BOOST_CHECK_EQUAL(sent.cron_schedule(), "@every 1h");
  BOOST_CHECK_EQUAL(sent.memo().fields().at("note").data(), "5");
  BOOST_CHECK_EQUAL(sent.search_attributes().indexed_fields().at("Customer").data(), "\"Ann\"");
  BOOST_CHECK_EQUAL(sent.priority().priority_key(), 2);
  BOOST_CHECK_EQUAL(sent.priority().fairness_key(), "f");
  BOOST_CHECK_EQUAL(sent.priority().fairness_weight(), 3);
  BOOST_CHECK_EQUAL(command.user_metadata().summary().data(), "\"summary\"");
  BOOST_CHECK_EQUAL(command.user_metadata().details().data(), "\"details\"");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_left_to_the_service) {
  auto instance = make_instance<starts>();
  const auto result = apply(instance, history().started("W").task_started().to_task());
  const auto& sent =
      static_cast<const temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest&>(
          *result.answer)
          .commands(0)
          .start_child_workflow_execution_command_attributes();
  BOOST_CHECK_EQUAL(sent.task_queue().name(), "queue");
  BOOST_CHECK_EQUAL(sent.parent_close_policy(), PARENT_CLOSE_POLICY_TERMINATE);
  BOOST_CHECK(
      !sent.has_workflow_run_timeout() && !sent.has_retry_policy() && !sent.has_memo()
      && !sent.has_search_attributes() && !sent.has_priority());
}

namespace {

/// Its destructor runs when the run is evicted, and asks for everything again.
struct meddler {
  workflow::context ctx;
  workflow::child_workflow_handle<std::string> child;
  ~meddler() {
    child.cancel();
    (void)child.signal("late");
    (void)ctx.execute_child<greeter>({.id = "late"}, "Ann", 1);
    (void)ctx.external_workflow("late").signal("late");
    (void)ctx.external_workflow("late").cancel();
    (void)ctx.patched("late");
    (void)ctx.get_version("late", 1, 2);
    ctx.upsert_memo({{"late", encode_value(1)}});
    (void)ctx.side_effect([] { return 1; });
    (void)ctx.mutable_side_effect("late", [] { return 1; });
  }
};

struct is_evicted {
  async<std::string> run(workflow::context ctx) {
    const auto child = co_await ctx.start_child<std::string>("Greeter", {.id = "child"});
    const meddler last{ctx, child};
    auto telling = child.signal("hurry");
    child.cancel(); // its request holds the child, and the other way round nothing
    co_await workflow::all(telling, child.result());
    co_return "?";
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(an_evicted_run_lets_go_of_children_and_of_what_is_under_way) {
  for (const bool is_sent : {false, true}) {
    auto told = initiated().child_started(5, "child-run").task_started();
    auto instance = make_instance<is_evicted>();
    BOOST_CHECK_EQUAL(
        text_of(apply(instance, told.to_task())),
        "SignalExternalWorkflowExecution child child hurry; RequestCancelExternalWorkflowExecution "
        "child child");
    if (!is_sent)
      continue;
    const auto seen = told.last_id();
    told.task_completed().external_signal_initiated("child", "hurry");
    told.external_cancel_initiated("child").external_cancel_requested(11).task_started();
    BOOST_CHECK_EQUAL(text_of(apply(instance, told.to_task(seen))), "");
    BOOST_CHECK_EQUAL(instance.waits_for().size(), 2u);
  }
}

BOOST_AUTO_TEST_CASE(every_row_of_its_table_is_tested) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::child_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
