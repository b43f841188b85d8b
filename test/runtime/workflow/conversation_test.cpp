// SPDX-License-Identifier: Apache-2.0
// What lies between the beginning of a task and its answer: pages of history, local activities,
// messages, and a look at what the history says of the code that is about to run.

#include "test/runtime/workflow/workflow_fixture.hpp"
#include "test/support/marker_machine.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/update/v1/message.pb.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
using verdict = workflow::activation_result::verdict;

namespace wire = temporal::api::workflowservice::v1;

namespace {

int computed = 0;

struct three_timers {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1s);
    co_await ctx.sleep(2s);
    co_await ctx.sleep(3s);
    co_return "done";
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

struct two_side_effects {
  async<int> run(workflow::context ctx) {
    const auto next = [] { return ++computed; };
    const int first = co_await side_effect(ctx, "effect", next);
    co_await ctx.sleep(1s);
    co_return first * 100 + co_await side_effect(ctx, "effect", next);
  }
};

struct one_local_step {
  async<int> run(workflow::context ctx) {
    ctx.on_query("ask", [] { return 42; });
    co_return co_await local_step(ctx, "a") + 1;
  }
};

struct two_local_steps {
  async<int> run(workflow::context ctx) {
    auto a = local_step(ctx, "a");
    auto b = local_step(ctx, "b");
    co_return co_await a * 10 + co_await b;
  }
};

struct cancels_one_of_two {
  async<int> run(workflow::context ctx) {
    auto at_once = local_step(ctx, "at-once");
    at_once.cancel("at once");
    auto quick = local_step(ctx, "quick");
    auto slow = local_step(ctx, "slow");
    const int first = co_await quick;
    slow.cancel("late");
    const auto ended = co_await slow.as_result();
    const auto first_ended = co_await at_once.as_result();
    co_return first + (ended.has_value() ? 0 : 10) + (first_ended.has_value() ? 0 : 100);
  }
};

struct does_not_wait {
  async<int> run(workflow::context ctx) {
    (void)local_step(ctx, "a");
    co_return 1;
  }
};

struct fails_after_a_local_step {
  async<int> run(workflow::context ctx) {
    (void)co_await local_step(ctx, "a");
    throw std::logic_error("a bug");
  }
};

/// Three tasks: events 1-3, 4-8, 9-13.
history_builder long_history() {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task();
  return told.timer_started("2", 2s).timer_fired("2").task_started();
}

workflow::local_result came(std::uint64_t id, int value) {
  return {.id = id, .value = encode_value(value), .failure = {}};
}

const wire::RespondWorkflowTaskCompletedRequest&
answer(const workflow::activation_result& completed) {
  BOOST_REQUIRE_MESSAGE(completed.kind == verdict::completed, completed.reason);
  return static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*completed.answer);
}

void add_update(wire::PollWorkflowTaskQueueResponse& to, const std::string& id, int event) {
  temporal::api::update::v1::Request request;
  request.mutable_input()->set_name("change");
  auto& message = *to.add_messages();
  message.set_id(id + "/request");
  message.set_protocol_instance_id(id);
  message.set_event_id(event);
  message.mutable_body()->PackFrom(request);
}

} // namespace

BOOST_AUTO_TEST_SUITE(conversation)

// -- pages --

BOOST_AUTO_TEST_CASE(each_page_is_replayed_before_the_next_one_is_asked_for) {
  auto instance = make_instance<three_timers>();
  const auto told = long_history();
  auto task = told.to_paged_task(0, 3, "p2");
  // What the first task's code did is in the next page.
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"p2\"");
  BOOST_CHECK_EQUAL(instance.history_length(), 0);
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(3, 8, "p3"))), "page \"p3\"");
  BOOST_CHECK_EQUAL(instance.history_length(), 3);
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(8, 13))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "StartTimer 3 3000ms");
}

BOOST_AUTO_TEST_CASE(pages_may_be_cut_anywhere_be_empty_and_repeat_events) {
  const auto told = long_history();
  for (std::int64_t cut = 1; cut != told.last_id(); ++cut) {
    auto instance = make_instance<three_timers>();
    auto task = told.to_paged_task(0, cut, "p2");
    BOOST_REQUIRE_EQUAL(text_of(instance.begin(task)), "page \"p2\"");
    BOOST_REQUIRE_EQUAL(text_of(instance.resume(told.to_page(0, 0, "p3"))), "page \"p3\"");
    BOOST_REQUIRE_EQUAL(text_of(instance.resume(told.to_page(cut - 1, 13, "p4"))), "page \"p4\"");
    BOOST_REQUIRE_EQUAL(text_of(instance.resume(told.to_page(0, 0))), "nothing");
    BOOST_REQUIRE_EQUAL(text_of(instance.complete()), "StartTimer 3 3000ms");
  }
}

BOOST_AUTO_TEST_CASE(a_cached_run_takes_pages_of_what_is_new) {
  auto instance = make_instance<three_timers>();
  const auto told = long_history();
  (void)apply(instance, history().started("W").task_started().to_task());
  auto task = told.to_paged_task(3, 8, "p2");
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"p2\"");
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(8, 13))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "StartTimer 3 3000ms");
}

// The service ends a task that is out when too many events come for it; a worker that still reads
// their pages finds the end in one of them.
BOOST_AUTO_TEST_CASE(a_task_whose_end_stands_in_its_own_history_needs_no_answer) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  auto task = told.to_paged_task(3, 6, "p2");
  told.task_failed().signaled("s", 1).signaled("s", 2);
  auto instance = make_instance<three_timers>();
  (void)apply(instance, history().started("W").task_started().to_task());
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"p2\"");
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(6, told.last_id()))), "nothing");
  const auto result = instance.complete();
  BOOST_CHECK_EQUAL(
      text_of(result), "ignored: the service has ended the task while its history was read");
  BOOST_TEST(result.evict);
}

BOOST_AUTO_TEST_CASE(flags_of_the_next_page_hold_for_the_code_before_it) {
  auto instance = make_instance<works_after_the_end>();
  auto told = history().started("W").task_started().task_completed({3}).timer_started("1", 5s);
  told.completed(std::string{"done"});
  auto task = told.to_paged_task(0, 3, "p2");
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"p2\"");
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(3, 6))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(pages_that_end_too_early_or_have_a_hole_fail_the_task) {
  const auto told = long_history();
  auto early = make_instance<three_timers>();
  auto task = told.to_paged_task(0, 3, "p2");
  (void)early.begin(task);
  BOOST_CHECK_EQUAL(text_of(early.resume(told.to_page(3, 8))), "nothing");
  BOOST_CHECK(failure_of(early.complete()).find("before the task's event 13") != std::string::npos);
  auto hole = make_instance<three_timers>();
  auto other = told.to_paged_task(0, 3, "p2");
  (void)hole.begin(other);
  BOOST_CHECK_EQUAL(text_of(hole.resume(told.to_page(4, 13))), "nothing");
  BOOST_CHECK(failure_of(hole.complete()).find("event 4 is missing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_run_may_be_evicted_while_a_page_is_on_its_way) {
  const auto told = long_history();
  auto task = told.to_paged_task(0, 8, "p2");
  {
    auto instance = make_instance<three_timers>();
    BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"p2\"");
    BOOST_CHECK_EQUAL(instance.history_length(), 3);
  }
  BOOST_CHECK_EQUAL(task.task_token(), "token");
}

// -- what is ahead --

BOOST_AUTO_TEST_CASE(the_marker_of_a_task_is_known_before_its_code_runs) {
  computed = 0;
  BOOST_CHECK_EQUAL(
      run<two_side_effects>(history().started("W").task_started()),
      "RecordMarker effect 1; StartTimer 1 1000ms");
  BOOST_CHECK_EQUAL(computed, 1);
  auto told = history().started("W").task().marker("effect", 5).timer_started("1", 1s);
  told.timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(
      run<two_side_effects>(told), "RecordMarker effect 2; CompleteWorkflowExecution 502");
}

BOOST_AUTO_TEST_CASE(markers_of_later_tasks_are_not_ahead) {
  computed = 0;
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task();
  told.marker("effect", 7).completed(7);
  // The first task recorded none: its code computes anew, which its history then contradicts.
  BOOST_CHECK(
      run<two_side_effects>(told).find("(TimerStarted) does not match the command that the "
                                       "workflow's code issued: RecordMarker (effect)")
      != std::string::npos);
  BOOST_CHECK_EQUAL(computed, 1);
}

BOOST_AUTO_TEST_CASE(another_marker_than_the_code_asks_for_is_nondeterminism) {
  auto told =
      history().started("W").task().marker("other", 5).timer_started("1", 1s).task_started();
  BOOST_CHECK(
      run<two_side_effects>(told).find("has marker name 'other', but the workflow's code asked for "
                                       "'effect'")
      != std::string::npos);
}

// -- local activities --

BOOST_AUTO_TEST_CASE(a_task_waits_for_its_local_activities) {
  auto instance = make_instance<two_local_steps>();
  auto task = history().started("W").task_started().to_task();
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "start 1 a; start 2 b");
  BOOST_CHECK_EQUAL(text_of(instance.resume(came(2, 7))), "wait");
  BOOST_CHECK_EQUAL(text_of(instance.resume(came(99, 7))), "wait"); // nobody waits for that
  BOOST_CHECK_EQUAL(text_of(instance.resume(came(1, 4))), "nothing");
  const auto done = instance.complete();
  BOOST_CHECK_EQUAL(
      text_of(done), "RecordMarker b 7; RecordMarker a 4; CompleteWorkflowExecution 47");
  BOOST_CHECK(!answer(done).force_create_new_workflow_task());
}

BOOST_AUTO_TEST_CASE(a_long_task_is_kept_alive_by_answers_that_ask_for_another_one) {
  auto instance = make_instance<one_local_step>();
  auto told = history().started("W").task_started();
  auto first = told.to_task();
  BOOST_CHECK_EQUAL(text_of(instance.begin(first)), "start 1 a");
  const auto heartbeat = instance.complete();
  BOOST_CHECK_EQUAL(text_of(heartbeat), "");
  BOOST_CHECK(answer(heartbeat).force_create_new_workflow_task());
  BOOST_CHECK(!heartbeat.evict);
  const auto seen = told.last_id();
  told.task_completed().task_started();
  auto second = told.to_task(seen);
  BOOST_CHECK_EQUAL(text_of(instance.begin(second)), "wait"); // it runs already
  BOOST_CHECK_EQUAL(text_of(instance.resume(came(1, 4))), "nothing");
  const auto done = instance.complete();
  BOOST_CHECK_EQUAL(text_of(done), "RecordMarker a 4; CompleteWorkflowExecution 5");
  BOOST_CHECK(!answer(done).force_create_new_workflow_task());
}

BOOST_AUTO_TEST_CASE(what_a_marker_says_of_a_local_activity_is_not_done_again) {
  // In the task that asked for it, and in one behind a heartbeat.
  BOOST_CHECK_EQUAL(
      run<one_local_step>(history().started("W").task().marker("a", 4).completed(5)),
      "ignored: the run is closed already");
  BOOST_CHECK_EQUAL(
      run<one_local_step>(history().started("W").task().task().task().marker("a", 4).completed(5)),
      "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(a_local_activity_that_no_marker_tells_of_is_run_when_replay_is_over) {
  auto instance = make_instance<two_local_steps>();
  auto task = history().started("W").task().marker("a", 4).task_started().to_task();
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "start 2 b");
  BOOST_CHECK_EQUAL(text_of(instance.resume(came(2, 7))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "RecordMarker b 7; CompleteWorkflowExecution 47");
}

BOOST_AUTO_TEST_CASE(a_local_activity_that_is_cancelled_is_run_and_tells_how_it_ended) {
  auto instance = make_instance<cancels_one_of_two>();
  auto task = history().started("W").task_started().to_task();
  BOOST_CHECK_EQUAL(
      text_of(instance.begin(task)), "start 1 at-once; start 2 quick; start 3 slow; cancel 1");
  BOOST_CHECK_EQUAL(text_of(instance.resume(came(2, 1))), "cancel 3");
  auto stopped = came(3, 0);
  stopped.failure = workflow::detail::make_canceled("late");
  BOOST_CHECK_EQUAL(text_of(instance.resume(std::move(stopped))), "wait");
  auto first = came(1, 0);
  first.failure = workflow::detail::make_canceled("at once");
  BOOST_CHECK_EQUAL(text_of(instance.resume(std::move(first))), "nothing");
  BOOST_CHECK_EQUAL(
      text_of(instance.complete()),
      "RecordMarker quick 1; RecordMarker slow 0; RecordMarker at-once 0; "
      "CompleteWorkflowExecution 111");
}

BOOST_AUTO_TEST_CASE(a_run_that_ends_or_fails_waits_for_no_local_activity) {
  auto ends = make_instance<does_not_wait>();
  auto task = history().started("W").task_started().to_task();
  BOOST_CHECK_EQUAL(text_of(ends.begin(task)), "nothing");
  const auto done = ends.complete();
  BOOST_CHECK_EQUAL(text_of(done), "CompleteWorkflowExecution 1");
  BOOST_CHECK(!answer(done).force_create_new_workflow_task());
  auto fails = make_instance<fails_after_a_local_step>();
  auto other = history().started("W").task_started().to_task();
  BOOST_CHECK_EQUAL(text_of(fails.begin(other)), "start 1 a");
  BOOST_CHECK_EQUAL(text_of(fails.resume(came(1, 4))), "nothing");
  BOOST_CHECK_EQUAL(text_of(fails.complete()), "failed: a bug");
}

BOOST_AUTO_TEST_CASE(a_query_starts_no_local_activities) {
  auto instance = make_instance<one_local_step>();
  auto task = history().started("W").task().to_task();
  task.mutable_query()->set_query_type("ask");
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "answer 42");
}

// -- messages --

BOOST_AUTO_TEST_CASE(messages_are_answered_once_and_in_their_order) {
  auto instance = make_instance<three_timers>();
  const auto told = long_history();
  auto task = told.to_paged_task(0, 8, "p2");
  add_update(task, "later", 12);
  add_update(task, "earlier", 9);
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"p2\"");
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(8, 13))), "nothing");
  const auto done = instance.complete();
  BOOST_REQUIRE_EQUAL(answer(done).messages_size(), 2);
  BOOST_CHECK_EQUAL(answer(done).messages(0).protocol_instance_id(), "earlier");
  BOOST_CHECK_EQUAL(answer(done).messages(1).protocol_instance_id(), "later");
  // They went out with that answer.
  auto next = told;
  next.task_completed().timer_started("3", 3s).signaled("x").task_started();
  const auto after = apply(instance, next.to_task(13));
  BOOST_CHECK_EQUAL(answer(after).messages_size(), 0);
}

BOOST_AUTO_TEST_SUITE_END()
