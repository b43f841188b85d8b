// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/nexus_operation_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/nexus/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using workflow::nexus_cancellation_type;

namespace {

struct greeting_service : nexus::service<"greetings"> {
  static constexpr operation<std::string, std::string> greet{"greet"};
  static constexpr operation<void, void> wave{"wave"};
  static constexpr auto operations = std::tuple{greet, wave};
};

std::string chain(const std::exception_ptr& error) {
  std::string text;
  for (auto one = to_failure_error(error); one; one = one->cause())
    text += (text.empty() ? "" : " <- ") + std::string{one->kind()} + " " + one->message();
  return text;
}

struct executes {
  async<std::string> run(workflow::context ctx) {
    auto client = ctx.nexus_client<greeting_service>({.endpoint = "endpoint"});
    auto answer = co_await client.execute<greeting_service::greet>("you").as_result();
    co_return answer ? *answer : chain(answer.error());
  }
};

struct starts {
  async<std::string> run(workflow::context ctx) {
    auto client = ctx.nexus_client<greeting_service>({.endpoint = "endpoint"});
    auto handle = co_await client.start<greeting_service::greet>("you");
    co_await ctx.sleep(1s);
    co_return "[" + handle.operation_token() + "] " + co_await handle.result();
  }
};

/// Endpoint, service and operation as told.
struct calls_by_name {
  async<std::string>
  run(workflow::context ctx, std::string endpoint, std::string service, std::string operation) {
    auto client = ctx.nexus_client({.endpoint = endpoint, .service = service});
    co_return co_await client.execute<std::string>(operation, "you");
  }
};

struct forgets_the_endpoint {
  async<std::string> run(workflow::context ctx) {
    co_return co_await ctx.nexus_client<greeting_service>({}).execute<greeting_service::greet>(
        "you");
  }
};

struct waves {
  async<void> run(workflow::context ctx) {
    auto client = ctx.nexus_client<greeting_service>({.endpoint = "endpoint"});
    co_await client.execute<greeting_service::wave>();
  }
};

/// Cancels after a signal, twice, and then waits for what the type says.
struct cancels {
  async<std::string> run(workflow::context ctx, int type) {
    auto client = ctx.nexus_client<greeting_service>({.endpoint = "endpoint"});
    auto signals = ctx.signal_channel<std::string>("cancel");
    auto operation = client.execute<greeting_service::greet>(
        "you", {.cancellation_type = static_cast<nexus_cancellation_type>(type)});
    co_await signals.receive();
    operation.cancel();
    operation.cancel();
    auto answer = co_await operation.as_result();
    co_await ctx.sleep(1s);
    co_await signals.receive();
    co_return answer ? *answer : chain(answer.error());
  }
};

struct cancels_at_once {
  async<std::string> run(workflow::context ctx, int type) {
    auto client = ctx.nexus_client<greeting_service>({.endpoint = "endpoint"});
    auto starting = client.start<greeting_service::greet>(
        "you", {.cancellation_type = static_cast<nexus_cancellation_type>(type)});
    starting.cancel();
    auto started = co_await starting.as_result();
    co_return chain(started.error());
  }
};

constexpr int wait_completed = static_cast<int>(nexus_cancellation_type::wait_completed);
constexpr int wait_requested = static_cast<int>(nexus_cancellation_type::wait_requested);
constexpr int try_cancel = static_cast<int>(nexus_cancellation_type::try_cancel);
constexpr int abandon = static_cast<int>(nexus_cancellation_type::abandon);

const std::string canceled_text = "NexusOperationFailure nexus operation completed unsuccessfully "
                                  "<- CanceledFailure operation canceled";

history_builder scheduled(int type) {
  return history().started("W", type).task().nexus_scheduled(
      "greetings", "greet", std::string{"you"});
}

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_operation_machine)

BOOST_AUTO_TEST_CASE(schedules_and_yields_what_a_synchronous_answer_holds) {
  auto told = history().started("W").task_started();
  BOOST_CHECK_EQUAL(run<executes>(told), "ScheduleNexusOperation greetings/greet \"you\"");
  told.task_completed().nexus_scheduled("greetings", "greet", std::string{"you"});
  told.nexus_completed(5, std::string{"hello"}).task_started();
  BOOST_CHECK_EQUAL(run<executes>(told), "CompleteWorkflowExecution \"hello\"");
}

BOOST_AUTO_TEST_CASE(an_operation_without_input_and_output_travels_as_null) {
  auto told = history().started("W").task_started();
  BOOST_CHECK_EQUAL(run<waves>(told), "ScheduleNexusOperation greetings/wave ");
  told.task_completed()
      .nexus_scheduled("greetings", "wave", nullptr)
      .nexus_completed(5, nullptr)
      .task_started();
  BOOST_CHECK_EQUAL(run<waves>(told), "CompleteWorkflowExecution ");
}

BOOST_AUTO_TEST_CASE(a_started_operation_has_a_token_and_a_result) {
  auto told =
      history().started("W").task().nexus_scheduled("greetings", "greet", std::string{"you"});
  told.nexus_started(5, "token").task_started();
  BOOST_CHECK_EQUAL(run<starts>(told), "StartTimer 1 1000ms");
  told.task_completed()
      .timer_started("1", 1s)
      .nexus_completed(5, std::string{"hello"})
      .timer_fired("1");
  told.task_started();
  BOOST_CHECK_EQUAL(run<starts>(told), "CompleteWorkflowExecution \"[token] hello\"");
}

BOOST_AUTO_TEST_CASE(an_operation_that_fails_before_it_started_fails_the_start) {
  auto told =
      history().started("W").task().nexus_scheduled("greetings", "greet", std::string{"you"});
  told.nexus_failed(5, "no").task_started();
  BOOST_CHECK_EQUAL(
      run<starts>(told), "FailWorkflowExecution nexus operation completed unsuccessfully");
  BOOST_CHECK_EQUAL(
      run<executes>(told),
      "CompleteWorkflowExecution \"NexusOperationFailure nexus operation completed unsuccessfully "
      "<- "
      "ApplicationFailure no\"");
}

BOOST_AUTO_TEST_CASE(cancelled_in_the_task_that_scheduled_it_is_never_sent_whatever_the_type) {
  for (const int type : {wait_completed, wait_requested, try_cancel, abandon})
    BOOST_CHECK_EQUAL(
        run<cancels_at_once>(history().started("W", type).task_started()),
        "CompleteWorkflowExecution \"" + canceled_text + "\"");
}

BOOST_AUTO_TEST_CASE(wait_completed_requests_once_and_waits_for_the_end) {
  auto told = scheduled(wait_completed).signaled("cancel", std::string{}).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "RequestCancelNexusOperation 5");
  told.task_completed().nexus_cancel_requested(5).nexus_started(5, "token");
  told.nexus_cancel_request_completed(5).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "");
  auto canceled = told;
  canceled.task_completed().nexus_canceled(5).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(canceled), "StartTimer 1 1000ms");
  auto completed = told;
  completed.task_completed()
      .nexus_completed(5, std::string{"all the same"})
      .signaled("cancel", std::string{});
  completed.task().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<cancels>(completed), "CompleteWorkflowExecution \"all the same\"");
}

BOOST_AUTO_TEST_CASE(wait_completed_may_end_before_it_starts) {
  auto told =
      scheduled(wait_completed).signaled("cancel", std::string{}).task().nexus_cancel_requested(5);
  told.nexus_failed(5, "timeout").task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(wait_requested_waits_for_the_handlers_word) {
  auto told =
      scheduled(wait_requested).nexus_started(5, "token").task().signaled("cancel", std::string{});
  told.task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "RequestCancelNexusOperation 5");
  told.task_completed().nexus_cancel_requested(5);
  auto taken = told;
  taken.nexus_cancel_request_completed(5).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(taken), "StartTimer 1 1000ms");
  taken.task_completed().timer_started("1", 1s).nexus_canceled(5).timer_fired("1");
  taken.signaled("cancel", std::string{}).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(taken), "CompleteWorkflowExecution \"" + canceled_text + "\"");
  auto refused = told;
  refused.nexus_cancel_request_failed(5, "who?").signaled("cancel", std::string{}).task();
  refused.timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(
      run<cancels>(refused),
      "CompleteWorkflowExecution \"NexusOperationFailure nexus operation completed unsuccessfully "
      "<- "
      "NexusHandlerFailure who?\"");
}

BOOST_AUTO_TEST_CASE(try_cancel_requests_and_goes_on_whatever_comes_later) {
  auto told = scheduled(try_cancel).signaled("cancel", std::string{}).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "RequestCancelNexusOperation 5; StartTimer 1 1000ms");
  told.task_completed().nexus_cancel_requested(5).timer_started("1", 1s).nexus_started(5, "token");
  told.nexus_cancel_request_completed(5).nexus_canceled(5).timer_fired("1");
  told.signaled("cancel", std::string{}).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "CompleteWorkflowExecution \"" + canceled_text + "\"");
}

BOOST_AUTO_TEST_CASE(try_cancel_and_abandon_work_after_the_start_too) {
  auto trying =
      scheduled(try_cancel).nexus_started(5, "token").task().signaled("cancel", std::string{});
  BOOST_CHECK_EQUAL(
      run<cancels>(trying.task_started()), "RequestCancelNexusOperation 5; StartTimer 1 1000ms");
  auto leaving =
      scheduled(abandon).nexus_started(5, "token").task().signaled("cancel", std::string{});
  BOOST_CHECK_EQUAL(run<cancels>(leaving.task_started()), "StartTimer 1 1000ms");
}

BOOST_AUTO_TEST_CASE(abandon_sends_nothing_and_goes_on_whatever_comes_later) {
  auto told = scheduled(abandon).signaled("cancel", std::string{}).task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "StartTimer 1 1000ms");
  told.task_completed().timer_started("1", 1s).nexus_started(5, "token");
  told.nexus_completed(5, std::string{"too late"})
      .timer_fired("1")
      .signaled("cancel", std::string{});
  told.task_started();
  BOOST_CHECK_EQUAL(run<cancels>(told), "CompleteWorkflowExecution \"" + canceled_text + "\"");
}

BOOST_AUTO_TEST_CASE(
    one_that_ended_before_the_task_that_cancels_it_is_not_cancelled_at_the_service) {
  for (const int type : {wait_completed, wait_requested, try_cancel, abandon}) {
    auto told = scheduled(type).signaled("cancel", std::string{});
    told.nexus_completed(5, std::string{"hello"}).task_started();
    BOOST_CHECK_EQUAL(run<cancels>(told), "StartTimer 1 1000ms");
  }
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_cancel_may_come_after_the_end) {
  auto told =
      history().started("W").task().nexus_scheduled("greetings", "greet", std::string{"you"});
  told.nexus_completed(5, std::string{"hello"}).nexus_cancel_request_completed(5).task_started();
  BOOST_CHECK_EQUAL(run<executes>(told), "CompleteWorkflowExecution \"hello\"");
}

BOOST_AUTO_TEST_CASE(another_operation_in_the_history_is_nondeterminism) {
  auto told =
      history().started("W").task().nexus_scheduled("greetings", "insult", std::string{"you"});
  BOOST_CHECK(
      run<executes>(told.task_started())
          .starts_with(
              "failed: [TMPRL1100] Nondeterminism error: event 5 (NexusOperationScheduled) has "
              "operation 'greetings/insult', but the workflow's code asked for "
              "'greetings/greet'."));
}

BOOST_AUTO_TEST_CASE(a_result_that_cannot_be_read_fails_the_task_with_the_place) {
  auto told =
      history().started("W").task().nexus_scheduled("greetings", "greet", std::string{"you"});
  told.nexus_completed(5, 42).task_started();
  BOOST_CHECK(run<starts>(told) == "StartTimer 1 1000ms");
  BOOST_CHECK(run<executes>(told).find("expected") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_call_that_says_not_whom_fails_the_workflow_and_says_what_to_do) {
  const auto typed = run<forgets_the_endpoint>(history().started("W").task_started());
  BOOST_TEST(typed.starts_with("FailWorkflowExecution"));
  BOOST_TEST(typed.find("needs the endpoint that it calls") != typed.npos);

  const auto said = [](const char* endpoint, const char* service, const char* operation) {
    return run<calls_by_name>(
        history()
            .started("W", std::string{endpoint}, std::string{service}, std::string{operation})
            .task_started());
  };
  BOOST_TEST(said("", "s", "o") == typed);
  BOOST_TEST(said("e", "", "o").find("needs the service that it calls") != std::string::npos);
  BOOST_TEST(said("e", "s", "").find("needs the name of an operation") != std::string::npos);
  BOOST_TEST(said("e", "s", "o").starts_with("ScheduleNexusOperation"));
}

BOOST_AUTO_TEST_CASE(every_row_of_its_table_is_tested) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::nexus_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
