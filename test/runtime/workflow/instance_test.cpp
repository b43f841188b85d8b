// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/instance.hpp"
#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using verdict = workflow::activation_result::verdict;

namespace wire = temporal::api::workflowservice::v1;

namespace {

int runs = 0;
std::int64_t clock_of_replays = 0;

struct three_timers {
  async<std::string> run(workflow::context ctx) {
    ++runs;
    co_await ctx.sleep(1s);
    co_await ctx.sleep(2s);
    co_await ctx.sleep(3s);
    co_return "done";
  }
};

struct forever {
  async<void> run(workflow::context ctx) {
    co_await ctx.wait_condition([] { return false; });
  }
};

struct works_after_the_end {
  static async<void> late(workflow::context ctx) {
    (void)ctx.sleep(5s);
    co_return;
  }
  async<std::string> run(workflow::context ctx) {
    (void)ctx.spawn(late(ctx));
    co_return "done";
  }
};

struct wants_argument {
  async<std::string> run(workflow::context, std::string who, std::optional<int> number) {
    co_return who + std::to_string(number.value_or(7));
  }
};

history_builder after_first_timer() {
  return history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
}

const wire::RespondWorkflowTaskCompletedRequest& answer(const workflow::activation_result& result) {
  BOOST_REQUIRE(result.kind == verdict::completed);
  return static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer);
}

} // namespace

BOOST_AUTO_TEST_SUITE(instance)

BOOST_AUTO_TEST_CASE(a_sticky_task_continues_where_the_last_one_ended) {
  runs = 0;
  auto instance = make_instance<three_timers>();
  auto told = history().started("W").task_started();
  BOOST_CHECK_EQUAL(text_of(apply(instance, told.to_task())), "StartTimer 1 1000ms");
  auto seen = told.last_id();
  told.task_completed().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(text_of(apply(instance, told.to_task(seen))), "StartTimer 2 2000ms");
  seen = told.last_id();
  told.task_completed().timer_started("2", 2s).timer_fired("2").task_started();
  BOOST_CHECK_EQUAL(text_of(apply(instance, told.to_task(seen))), "StartTimer 3 3000ms");
  BOOST_CHECK_EQUAL(runs, 1);
  BOOST_CHECK_EQUAL(instance.history_length(), told.last_id());
}

BOOST_AUTO_TEST_CASE(a_replay_is_timed_from_its_first_code_to_the_first_new_one) {
  auto environment = *plain_environment();
  environment.steady_nanoseconds = [] { return clock_of_replays += 10; };
  clock_of_replays = 0;
  const auto shared = std::make_shared<const workflow::environment>(std::move(environment));
  workflow::instance instance{workflow::define<three_timers>("W"), shared};
  auto told = history().started("W").task_started();
  BOOST_TEST(!apply(instance, told.to_task()).replayed);
  const auto seen = told.last_id();
  told.task_completed().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_TEST(!apply(instance, told.to_task(seen)).replayed); // goes on where it was

  workflow::instance other{workflow::define<three_timers>("W"), shared};
  BOOST_TEST(clock_of_replays == 0);
  const auto result = apply(other, told.to_task());
  BOOST_REQUIRE(result.replayed.has_value());
  BOOST_TEST(result.replayed->count() == 10);
  BOOST_TEST(clock_of_replays == 20); // asked twice, however many tasks are replayed
}

BOOST_AUTO_TEST_CASE(a_whole_history_for_a_cached_run_costs_only_what_is_new) {
  runs = 0;
  auto instance = make_instance<three_timers>();
  (void)apply(instance, history().started("W").task_started().to_task());
  BOOST_CHECK_EQUAL(text_of(apply(instance, after_first_timer().to_task())), "StartTimer 2 2000ms");
  BOOST_CHECK_EQUAL(runs, 1);
}

BOOST_AUTO_TEST_CASE(after_eviction_the_whole_history_gives_the_same_answer) {
  auto instance = make_instance<three_timers>();
  const auto told = after_first_timer();
  auto task = told.to_task(3);
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"\"");
  // The service has not written down yet that the task has started: only the task itself says so.
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(0, 6))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "StartTimer 2 2000ms");
}

BOOST_AUTO_TEST_CASE(a_gap_behind_the_cached_state_wants_the_whole_history) {
  auto instance = make_instance<three_timers>();
  (void)apply(instance, history().started("W").task_started().to_task());
  const auto told = after_first_timer();
  auto task = told.to_task(5);
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"\"");
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(0, 8))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "StartTimer 2 2000ms");
}

BOOST_AUTO_TEST_CASE(a_cached_run_whose_task_timed_out_starts_over) {
  runs = 0;
  auto instance = make_instance<three_timers>();
  auto told = history().started("W").task_started();
  (void)apply(instance, told.to_task());
  const auto seen = told.last_id();
  told.task_timed_out().task_started();
  auto task = told.to_task(seen);
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"\"");
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(0, told.last_id()))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "StartTimer 1 1000ms");
  BOOST_CHECK_EQUAL(runs, 2);
}

BOOST_AUTO_TEST_CASE(the_closing_answer_says_that_the_run_is_finished) {
  auto told = after_first_timer().task_completed().timer_started("2", 2s).timer_fired("2").task();
  told.timer_started("3", 3s).timer_fired("3").task_started();
  auto instance = make_instance<three_timers>();
  const auto result = apply(instance, told.to_task());
  BOOST_CHECK_EQUAL(text_of(result), "CompleteWorkflowExecution \"done\"");
  BOOST_CHECK(result.finished);
  BOOST_CHECK(result.evict);
}

BOOST_AUTO_TEST_CASE(the_closing_command_is_the_last_one) {
  BOOST_CHECK_EQUAL(
      run<works_after_the_end>(history().started("W").task_started()),
      "StartTimer 1 5000ms; CompleteWorkflowExecution \"done\"");
}

BOOST_AUTO_TEST_CASE(histories_of_old_workers_end_with_the_first_closing_command) {
  auto instance = make_instance<works_after_the_end>();
  BOOST_CHECK(
      apply(instance, history().started("W").task().completed(std::string{"done"}).to_task()).kind
      == verdict::ignored);
  auto newer = make_instance<works_after_the_end>();
  auto told = history().started("W").task_started().task_completed({3}).timer_started("1", 5s);
  BOOST_CHECK(apply(newer, told.completed(std::string{"done"}).to_task()).kind == verdict::ignored);
}

BOOST_AUTO_TEST_CASE(the_answer_carries_token_identity_and_flags_once) {
  auto instance = make_instance<three_timers>();
  auto told = history().started("W").task_started();
  const auto first = apply(instance, told.to_task());
  BOOST_CHECK_EQUAL(answer(first).task_token(), "token");
  BOOST_CHECK_EQUAL(answer(first).identity(), "identity");
  BOOST_CHECK_EQUAL(answer(first).namespace_(), "namespace");
  BOOST_CHECK(answer(first).capabilities().discard_speculative_workflow_task_with_events());
  BOOST_CHECK_EQUAL(answer(first).sdk_metadata().core_used_flags_size(), 3);
  BOOST_CHECK_EQUAL(answer(first).sdk_metadata().sdk_name(), "troupe");
  const auto seen = told.last_id();
  told.task_completed({1, 2, 3}).timer_started("1", 1s).timer_fired("1").task_started();
  const auto second = apply(instance, told.to_task(seen));
  BOOST_CHECK_EQUAL(answer(second).sdk_metadata().core_used_flags_size(), 0);
  BOOST_CHECK_EQUAL(answer(second).sdk_metadata().sdk_name(), "");
}

BOOST_AUTO_TEST_CASE(unknown_events_are_ignored_only_if_they_may_be) {
  auto told = history()
                  .started("W")
                  .task()
                  .timer_started("1", 1s)
                  .unknown(true)
                  .timer_fired("1")
                  .task_started();
  BOOST_CHECK_EQUAL(run<three_timers>(told), "StartTimer 2 2000ms");
  auto fatal = history()
                   .started("W")
                   .task()
                   .timer_started("1", 1s)
                   .unknown(false)
                   .timer_fired("1")
                   .task_started();
  BOOST_CHECK(
      run<three_timers>(fatal).starts_with("failed: event 6 (unknown type 9999) is of a kind"));
}

BOOST_AUTO_TEST_CASE(only_the_first_attempt_of_a_failing_task_is_reported) {
  auto told = history().started("W").task().timer_started("1", 5s).timer_fired("1").task();
  told.timer_started("2", 1s).nexus_scheduled("s", "o", 1).task_started();
  auto first = make_instance<three_timers>();
  const auto reported = apply(first, told.to_task());
  BOOST_REQUIRE(reported.answer);
  const auto& failed = static_cast<const wire::RespondWorkflowTaskFailedRequest&>(*reported.answer);
  BOOST_CHECK_EQUAL(
      failed.cause(), temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR);
  BOOST_CHECK(
      reported.reason.find("event 11 (NexusOperationScheduled) has no command")
      != std::string::npos);
  auto second = make_instance<three_timers>();
  const auto silent = apply(second, told.to_task(0, 2));
  BOOST_CHECK(silent.kind == verdict::failed);
  BOOST_CHECK(!silent.answer);
  BOOST_CHECK(silent.evict);
}

BOOST_AUTO_TEST_CASE(a_command_that_the_history_lacks_is_nondeterminism) {
  auto told = history().started("W").task().signaled("x").task_started();
  BOOST_CHECK(run<three_timers>(told).starts_with(
      "failed: [TMPRL1100] Nondeterminism error: the workflow's code issued the command StartTimer "
      "(timer 1), but "
      "the history has no event for it behind event 4 (WorkflowTaskCompleted)."));
}

BOOST_AUTO_TEST_CASE(damaged_histories_fail_the_task) {
  auto no_start = history().started("W").task_started().to_task();
  no_start.mutable_history()->mutable_events(0)->set_event_type(
      temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  auto instance = make_instance<three_timers>();
  BOOST_CHECK(!failure_of(apply(instance, std::move(no_start))).empty());
  auto hole = after_first_timer().to_task();
  hole.mutable_history()->mutable_events()->DeleteSubrange(4, 1);
  auto other = make_instance<three_timers>();
  BOOST_CHECK(
      failure_of(apply(other, std::move(hole))).find("event 5 is missing") != std::string::npos);
  auto cut = after_first_timer().to_task();
  cut.mutable_history()->mutable_events()->DeleteSubrange(6, 2);
  auto third = make_instance<three_timers>();
  BOOST_CHECK(
      failure_of(apply(third, std::move(cut))).find("before the task's event")
      != std::string::npos);
  auto twice = history().started("W").started("W").task_started().to_task();
  auto fourth = make_instance<three_timers>();
  BOOST_CHECK(
      failure_of(apply(fourth, std::move(twice))).find("a second time") != std::string::npos);
  wire::PollWorkflowTaskQueueResponse nothing;
  auto fifth = make_instance<three_timers>();
  BOOST_CHECK(apply(fifth, std::move(nothing)).kind == verdict::ignored);
}

BOOST_AUTO_TEST_CASE(arguments_that_do_not_fit_fail_the_task_with_the_place) {
  BOOST_CHECK_EQUAL(
      run<wants_argument>(history().started("W", std::string{"a"}).task_started()),
      "CompleteWorkflowExecution \"a7\"");
  BOOST_CHECK(
      run<wants_argument>(history().started("W", 1, 2).task_started()).starts_with("failed: "));
  BOOST_CHECK(run<wants_argument>(history().started("W").task_started()).starts_with("failed: "));
}

BOOST_AUTO_TEST_CASE(a_speculative_task_can_be_undone) {
  auto instance = make_instance<three_timers>();
  auto told = after_first_timer();
  (void)apply(instance, told.to_task());
  told.task_completed().timer_started("2", 2s);
  auto speculative = told;
  speculative.task_started();
  BOOST_CHECK_EQUAL(text_of(apply(instance, speculative.to_task(8))), "");
  instance.undo_speculative_task(10);
  BOOST_CHECK_EQUAL(instance.history_length(), 10);
  told.timer_fired("2").task_started();
  BOOST_CHECK_EQUAL(text_of(apply(instance, told.to_task(10))), "StartTimer 3 3000ms");
}

BOOST_AUTO_TEST_CASE(an_unknown_type_is_refused_with_the_known_ones) {
  const auto result = workflow::reject_unknown_type(
      history().started("Other").task_started().to_task(), *plain_environment(), "A, B");
  BOOST_CHECK_EQUAL(
      result.reason,
      "Workflow type Other is not registered on this worker, available workflows: A, B "
      "(NotFoundError)");
  BOOST_CHECK(result.answer);
}

BOOST_AUTO_TEST_CASE(an_idle_cached_run_is_small) {
  auto instance = make_instance<forever>();
  (void)apply(instance, history().started("W").task_started().to_task());
  BOOST_TEST_MESSAGE("idle run: " << instance.memory_bytes() << " bytes");
  BOOST_CHECK_LT(instance.memory_bytes(), 4096);
  auto timers = make_instance<three_timers>();
  (void)apply(timers, after_first_timer().to_task());
  BOOST_TEST_MESSAGE("waiting for a timer: " << timers.memory_bytes() << " bytes");
  BOOST_CHECK_LT(timers.memory_bytes(), 4096);
}

BOOST_AUTO_TEST_SUITE_END()
