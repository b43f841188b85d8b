// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/local_activity_machine.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/activity/contract.hpp>
#include <troupe/error.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <limits>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using workflow::activity_cancellation_type;

namespace {

namespace wire = temporal::api::workflowservice::v1;

inline constexpr activity::contract<std::string(int)> greet{"greet"};

struct executes {
  async<std::string> run(workflow::context ctx) {
    auto answer = co_await ctx.execute_local<greet>({.start_to_close_timeout = 5s}, 1).as_result();
    if (answer)
      co_return *answer;
    const auto error = to_failure_error(answer.error());
    co_return error->message() + " (" + std::string{error->kind()} + ")";
  }
};

struct beside_a_timer {
  async<std::string> run(workflow::context ctx) {
    auto greeting = ctx.execute_local<greet>({.start_to_close_timeout = 5s}, 1);
    auto timer = ctx.sleep(1s);
    const auto text = co_await greeting;
    co_await timer;
    co_return text;
  }
};

struct first_of_two {
  async<int> run(workflow::context ctx) {
    auto one = ctx.execute_local<greet>({.start_to_close_timeout = 5s}, 1);
    auto two = ctx.execute_local<greet>({.start_to_close_timeout = 5s}, 2);
    const auto first = co_await workflow::any(one, two);
    co_await workflow::all(one, two);
    co_await ctx.sleep(1s);
    co_return static_cast<int>(first) + 1;
  }
};

/// What its retry policy is; a struct, so that it need not travel.
workflow::retry_policy policy_now;

struct with_a_policy {
  async<std::string> run(workflow::context ctx) {
    co_return co_await ctx.execute_local<greet>(
        {.start_to_close_timeout = 5s, .retry_policy = policy_now}, 1);
  }
};

struct cancels {
  async<std::string> run(workflow::context ctx, int type) {
    auto slow = ctx.execute_local<greet>(
        {.start_to_close_timeout = 5s,
         .cancellation_type = static_cast<activity_cancellation_type>(type)},
        1);
    co_await ctx.execute_local<greet>({.start_to_close_timeout = 5s}, 2);
    slow.cancel("enough");
    slow.cancel("twice");
    auto answer = co_await slow.as_result();
    co_await ctx.sleep(1s);
    co_return answer ? *answer : is_canceled(answer.error()) ? "canceled" : "failed";
  }
};

struct without_a_time_limit {
  async<> run(workflow::context ctx) { co_await ctx.execute_local<greet>({}, 1); }
};

struct in_a_cancelled_scope {
  async<std::string> run(workflow::context ctx) {
    auto scope = ctx.make_scope();
    scope.cancel("over");
    auto answer = co_await scope.context()
                      .execute_local<greet>({.start_to_close_timeout = 5s}, 1)
                      .as_result();
    co_return is_canceled(answer.error()) ? "canceled" : "?";
  }
};

workflow::local_result came(std::uint64_t id, const std::string& text) {
  return {
      .id = id, .value = encode_value(text), .failure = {}, .started = workflow::time_point{1s}};
}

const auto& commands_of(const workflow::activation_result& completed) {
  BOOST_REQUIRE_MESSAGE(
      completed.kind == workflow::activation_result::verdict::completed, completed.reason);
  return static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*completed.answer)
      .commands();
}

/// The event that the command of a marker becomes.
void record(history_builder& to, const temporal::api::command::v1::Command& command) {
  to.marker_with("", payload{});
  const auto& from = command.record_marker_command_attributes();
  auto& event = *to.last().mutable_marker_recorded_event_attributes();
  event.set_marker_name(from.marker_name());
  *event.mutable_details() = from.details();
  if (from.has_failure())
    *event.mutable_failure() = from.failure();
}

history_builder first_task(std::optional<int> input = std::nullopt) {
  return input ? history().started("W", *input).task_started()
               : history().started("W").task_started();
}

} // namespace

BOOST_AUTO_TEST_SUITE(local_activity_machine)

BOOST_AUTO_TEST_CASE(its_result_is_in_a_marker_and_replay_reads_it_there) {
  auto told = first_task();
  auto task = told.to_task();
  auto live = make_instance<executes>();
  BOOST_CHECK_EQUAL(text_of(live.begin(task)), "start 1 greet");
  BOOST_CHECK_EQUAL(text_of(live.resume(came(1, "hello"))), "nothing");
  const auto done = live.complete();
  BOOST_REQUIRE_EQUAL(commands_of(done).size(), 2);
  const auto& marker = commands_of(done)[0].record_marker_command_attributes();
  BOOST_CHECK_EQUAL(marker.marker_name(), "core_local_activity");
  BOOST_CHECK_EQUAL(marker.details().at("result").payloads(0).data(), R"("hello")");
  BOOST_CHECK_EQUAL(
      marker.details().at("data").payloads(0).data(),
      R"({"seq":1,"attempt":1,"activity_id":"1","activity_type":"greet","complete_time":)"
      R"({"seconds":1700000003,"nanos":0},"backoff":null,"original_schedule_time":)"
      R"({"seconds":1,"nanos":0}})");
  told.task_completed();
  record(told, commands_of(done)[0]);
  told.completed(std::string{"hello"});
  BOOST_CHECK_EQUAL(run<executes>(told), "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(its_marker_may_stand_anywhere_among_the_commands_of_its_task) {
  auto told = first_task();
  auto task = told.to_task();
  auto live = make_instance<beside_a_timer>();
  BOOST_CHECK_EQUAL(text_of(live.begin(task)), "start 1 greet");
  BOOST_CHECK_EQUAL(text_of(live.resume(came(1, "hello"))), "nothing");
  const auto done = live.complete();
  BOOST_REQUIRE_EQUAL(commands_of(done).size(), 2);
  BOOST_CHECK(commands_of(done)[0].has_start_timer_command_attributes());
  for (const bool marker_first : {true, false}) {
    auto replayed = told;
    replayed.task_completed();
    if (marker_first)
      record(replayed, commands_of(done)[1]);
    replayed.timer_started("1", 1s);
    if (!marker_first)
      record(replayed, commands_of(done)[1]);
    replayed.timer_fired("1").task_started();
    BOOST_CHECK_EQUAL(run<beside_a_timer>(replayed), "CompleteWorkflowExecution \"hello\"");
  }
}

BOOST_AUTO_TEST_CASE(what_came_first_comes_first_in_replay) {
  auto told = first_task();
  auto task = told.to_task();
  auto live = make_instance<first_of_two>();
  BOOST_CHECK_EQUAL(text_of(live.begin(task)), "start 1 greet; start 2 greet");
  BOOST_CHECK_EQUAL(text_of(live.resume(came(2, "two"))), "wait");
  BOOST_CHECK_EQUAL(text_of(live.resume(came(1, "one"))), "nothing");
  const auto done = live.complete();
  BOOST_REQUIRE_EQUAL(commands_of(done).size(), 3);
  told.task_completed();
  record(told, commands_of(done)[0]);
  record(told, commands_of(done)[1]);
  told.timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<first_of_two>(told), "CompleteWorkflowExecution 2");
}

BOOST_AUTO_TEST_CASE(an_error_of_its_code_comes_as_it_is) {
  auto told = first_task();
  auto task = told.to_task();
  auto live = make_instance<executes>();
  (void)live.begin(task);
  workflow::local_result failed{.id = 1};
  failed.failure = std::make_exception_ptr(application_error("no", {.type = "Refused"}));
  BOOST_CHECK_EQUAL(text_of(live.resume(std::move(failed))), "nothing");
  const auto done = live.complete();
  BOOST_CHECK_EQUAL(
      commands_of(done)[1]
          .complete_workflow_execution_command_attributes()
          .result()
          .payloads(0)
          .data(),
      "\"no (ApplicationFailure)\"");
  told.task_completed();
  record(told, commands_of(done)[0]);
  told.completed(std::string{"no (ApplicationFailure)"});
  BOOST_CHECK_EQUAL(run<executes>(told), "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(a_long_wait_before_the_next_attempt_is_a_timer_of_the_workflow) {
  auto told = first_task();
  auto task = told.to_task();
  auto live = make_instance<executes>();
  (void)live.begin(task);
  workflow::local_result failed{.id = 1, .attempt = 4, .backoff = 3min};
  failed.started = workflow::time_point{7s};
  failed.failure = std::make_exception_ptr(application_error("not yet"));
  BOOST_CHECK_EQUAL(text_of(live.resume(std::move(failed))), "nothing");
  const auto done = live.complete();
  BOOST_REQUIRE_EQUAL(commands_of(done).size(), 2);
  told.task_completed();
  record(told, commands_of(done)[0]);
  told.timer_started("1", 3min).timer_fired("1").task_started();
  auto next = told.to_task();
  auto replayed = make_instance<executes>();
  const auto need = replayed.begin(next);
  BOOST_REQUIRE_EQUAL(text_of(need), "start 2 greet");
  BOOST_CHECK_EQUAL(need.start[0].request.attempt, 5);
  BOOST_CHECK(need.start[0].request.scheduled == workflow::time_point{7s});
  BOOST_CHECK_EQUAL(need.start[0].request.options.activity_id, "2");
  BOOST_CHECK_EQUAL(need.start[0].request.input.size(), 1u);
  BOOST_CHECK_EQUAL(text_of(replayed.resume(came(2, "hello"))), "nothing");
  BOOST_CHECK_EQUAL(commands_of(replayed.complete()).size(), 2);
}

BOOST_AUTO_TEST_CASE(cancelling_asks_it_to_stop_and_waits_or_not_as_its_type_says) {
  struct row {
    activity_cancellation_type type;
    std::string need;
  };
  for (const auto& [type, expected] : std::initializer_list<row>{
           {activity_cancellation_type::wait_completed, "cancel 1"},
           {activity_cancellation_type::try_cancel, "nothing"},
           {activity_cancellation_type::abandon, "nothing"}}) {
    auto told = first_task(static_cast<int>(type));
    auto task = told.to_task();
    auto live = make_instance<cancels>();
    BOOST_CHECK_EQUAL(text_of(live.begin(task)), "start 1 greet; start 2 greet");
    auto need = live.resume(came(2, "two"));
    BOOST_CHECK_EQUAL(text_of(need), expected);
    BOOST_CHECK_EQUAL(need.cancel.size(), type == activity_cancellation_type::abandon ? 0u : 1u);
    if (type == activity_cancellation_type::wait_completed)
      BOOST_CHECK_EQUAL(text_of(live.resume(came(1, "finished"))), "nothing");
    const auto done = live.complete();
    const std::string result = type == activity_cancellation_type::wait_completed
                                   ? "CompleteWorkflowExecution \"finished\""
                                   : "CompleteWorkflowExecution \"canceled\"";
    BOOST_REQUIRE_EQUAL(commands_of(done).size(), 3);
    told.task_completed();
    record(told, commands_of(done)[0]);
    record(told, commands_of(done)[1]);
    told.timer_started("1", 1s).timer_fired("1").task_started();
    BOOST_CHECK_EQUAL(run<cancels>(told), result);
  }
}

BOOST_AUTO_TEST_CASE(in_a_cancelled_scope_it_is_never_run) {
  BOOST_CHECK_EQUAL(
      run<in_a_cancelled_scope>(first_task()), "CompleteWorkflowExecution \"canceled\"");
}

BOOST_AUTO_TEST_CASE(without_a_time_limit_the_task_fails) {
  BOOST_CHECK_EQUAL(
      run<without_a_time_limit>(first_task()),
      "failed: a local activity needs start_to_close_timeout or schedule_to_close_timeout "
      "(std::invalid_argument)");
}

BOOST_AUTO_TEST_CASE(a_retry_policy_that_makes_no_sense_fails_the_task) {
  const auto said = [](workflow::retry_policy policy) {
    policy_now = std::move(policy);
    auto instance = make_instance<with_a_policy>();
    auto task = first_task().to_task();
    auto need = text_of(instance.begin(task));
    const auto text = text_of(instance.complete());
    return need == "nothing" ? text : need;
  };
  const std::string refused = "failed: the retry policy of a local activity: ";
  const std::string type = " (std::invalid_argument)";
  BOOST_TEST(
      said({.initial_interval = -1s})
      == refused + "initial_interval must not be negative; 0 is one second" + type);
  BOOST_TEST(
      said({.backoff_coefficient = 0.5})
      == refused + "backoff_coefficient is 0.500000, and must be 1 or more; 0 is 2" + type);
  BOOST_TEST(
      said({.backoff_coefficient = std::numeric_limits<double>::quiet_NaN()})
      == refused + "backoff_coefficient is nan, and must be 1 or more; 0 is 2" + type);
  BOOST_TEST(
      said({.maximum_interval = -1s})
      == refused + "maximum_interval must not be negative; 0 is a hundred times the first interval"
             + type);
  BOOST_TEST(
      said({.maximum_interval = 500ms})
      == refused
             + "maximum_interval must not be less than initial_interval, which is 1 s if it is not "
               "set"
             + type);
  BOOST_TEST(
      said({.maximum_attempts = -1})
      == refused + "maximum_attempts is -1, and must not be negative; 0 is no limit" + type);
  // As the service: zeros stand for what is usual, and of a single attempt nothing else is read.
  BOOST_TEST(
      said({.initial_interval = 0s, .backoff_coefficient = 0, .maximum_interval = 0s})
      == "start 1 greet");
  BOOST_TEST(said({.initial_interval = -1s, .maximum_attempts = 1}) == "start 1 greet");
}

BOOST_AUTO_TEST_CASE(another_type_in_its_marker_is_nondeterminism) {
  auto told = first_task();
  auto task = told.to_task();
  auto live = make_instance<executes>();
  (void)live.begin(task);
  (void)live.resume(came(1, "hello"));
  auto marker = commands_of(live.complete())[0];
  auto& data = *(*marker.mutable_record_marker_command_attributes()->mutable_details())["data"]
                    .mutable_payloads(0)
                    ->mutable_data();
  data.replace(data.find("greet"), 5, "shout");
  told.task_completed();
  record(told, marker);
  told.task_started();
  BOOST_CHECK(
      run<executes>(told).find(
          "has activity type 'shout', but the workflow's code asked for 'greet'")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_row_of_its_table_is_tested) {
  BOOST_CHECK_EQUAL(rows_not_taken<workflow::local_activity_transitions>(), "");
}

BOOST_AUTO_TEST_SUITE_END()
