// SPDX-License-Identifier: Apache-2.0
// The deterministic executor: coroutines side by side, groups, conditions, and what eviction does
// to them.

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/workflow/channel.hpp>

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

async<int> doubled(workflow::context ctx, int value) {
  co_await ctx.sleep(std::chrono::seconds{value});
  co_return value * 2;
}

async<void> fails(workflow::context ctx) {
  co_await ctx.sleep(1s);
  throw application_error("from below");
}

struct spawns {
  async<int> run(workflow::context ctx) {
    auto one = ctx.spawn(doubled(ctx, 1));
    auto two = ctx.spawn(doubled(ctx, 2));
    co_await workflow::all(one, two);
    co_return one.get() + two.get();
  }
};

struct spawn_fails {
  async<std::string> run(workflow::context ctx) {
    auto below = ctx.spawn(fails(ctx));
    auto ended = co_await below.as_result();
    co_return to_failure_error(ended.error())->message();
  }
};

struct nested {
  async<int> inner(workflow::context ctx) {
    co_await ctx.sleep(1s);
    co_return 1;
  }
  async<int> run(workflow::context ctx) {
    int sum = 0;
    for (int i = 0; i != 1000; ++i)
      sum += co_await ready();
    co_return sum + co_await inner(ctx);
  }
  static async<int> ready() { co_return 1; }
};

struct first_of {
  async<std::size_t> run(workflow::context ctx) {
    auto slow = ctx.sleep(1h);
    auto fast = ctx.sleep(1s);
    const auto first = co_await workflow::any(slow, fast);
    co_return first;
  }
};

/// Futures of a timer, a coroutine, a condition, a cancellation and a channel side by side.
struct waits_for_all_kinds {
  static async<std::string> word(workflow::context ctx) {
    co_await ctx.sleep(1s);
    co_return "word";
  }
  async<std::string> run(workflow::context ctx) {
    workflow::channel<int> numbers;
    int seen = 0;
    auto spoken = ctx.spawn(word(ctx));
    auto timer = ctx.sleep(1h);
    auto enough = ctx.wait_condition([&seen] { return seen == 1; });
    auto cancel = ctx.cancelled();
    auto number = numbers.receive(ctx);
    const auto first = co_await workflow::any(timer, enough, cancel, number, spoken);
    std::string text = std::to_string(first) + spoken.get();
    seen = 1;
    auto sent = numbers.send(ctx, 7);
    text += std::to_string(co_await workflow::any(timer, cancel, number));
    co_await workflow::all(enough, sent, number, spoken);
    co_return text + std::to_string(number.get().value());
  }
};

struct draws_ids {
  async<std::string> run(workflow::context ctx) {
    const auto random = ctx.uuid();
    const auto by_time = ctx.uuid7();
    co_await ctx.sleep(1s);
    const auto later = ctx.uuid7();
    co_return random + ' ' + by_time + ' ' + (by_time < later ? "then " : "before ") + later;
  }
};

struct returns_a_default {
  async<std::string> run(workflow::context) { co_return {}; }
};

struct nothing_to_wait_for {
  async<std::size_t> run(workflow::context) {
    const std::vector<workflow::future<void>> none;
    co_await workflow::all(none);
    co_return co_await workflow::any(none);
  }
};

struct waits_for_condition {
  int count = 0;
  async<std::string> run(workflow::context ctx) {
    ctx.on_signal("add", [this](int value) { count += value; });
    const bool in_time = co_await ctx.wait_condition([this] { return count >= 3; }, 10s);
    co_return in_time ? "enough" : "too few";
  }
};

struct condition_throws {
  async<std::string> run(workflow::context ctx) {
    auto ended =
        co_await ctx.wait_condition([]() -> bool { throw application_error("bad condition"); })
            .as_result();
    co_return to_failure_error(ended.error())->message();
  }
};

struct order {
  std::string log;
  async<void> step(std::string name) {
    log += name;
    co_return;
  }
  async<std::string> run(workflow::context ctx) {
    auto a = ctx.spawn(step("a"));
    auto b = ctx.spawn(step("b"));
    log += "m";
    co_await workflow::all(a, b);
    co_return log;
  }
};

int destroyed = 0;

struct calls_from_destructor {
  struct local {
    workflow::context ctx;
    ~local() {
      ++destroyed;
      auto timer = ctx.sleep(1s);
      timer.cancel();
      (void)ctx.spawn(doubled(ctx, 1));
      (void)ctx.nexus_client({.endpoint = "e", .service = "s"}).execute<payload>("o", 1);
      (void)ctx.execute_activity<int>("a", {});
      (void)ctx.wait_condition([] { return true; });
      ctx.on_signal("late", [] {});
      ctx.log().info("from a destructor");
      ctx.make_scope().cancel();
    }
  };
  static async<void> other(workflow::context ctx) {
    local guard{ctx};
    co_await ctx.wait_condition([] { return false; });
  }
  async<void> run(workflow::context ctx) {
    local guard{ctx};
    (void)ctx.spawn(other(ctx));
    co_await ctx.sleep(1h);
  }
};

std::optional<workflow::context> escaped;

struct lets_its_context_escape {
  async<void> run(workflow::context ctx) {
    escaped = ctx;
    co_await ctx.sleep(1h);
  }
};

struct not_a_failure {
  async<void> run(workflow::context ctx) {
    co_await ctx.sleep(1s);
    throw std::runtime_error("bug");
  }
};

struct my_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct lists_its_error {
  using failure_types = std::tuple<my_error>;
  async<void> run(workflow::context) {
    throw my_error("mine");
    co_return;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(coroutines)

BOOST_AUTO_TEST_CASE(braces_are_a_default_result) {
  BOOST_TEST(
      run<returns_a_default>(history_builder{}.started("W").task_started())
      == "CompleteWorkflowExecution \"\"");
}

BOOST_AUTO_TEST_CASE(spawned_coroutines_run_side_by_side) {
  BOOST_CHECK_EQUAL(
      run<spawns>(history().started("W").task_started()),
      "StartTimer 1 1000ms; StartTimer 2 2000ms");
  auto told = history().started("W").task().timer_started("1", 1s).timer_started("2", 2s);
  told.timer_fired("2").task().timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<spawns>(told), "CompleteWorkflowExecution 6");
}

BOOST_AUTO_TEST_CASE(an_error_of_a_spawned_coroutine_reaches_who_awaits_it) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<spawn_fails>(told), "CompleteWorkflowExecution \"from below\"");
}

BOOST_AUTO_TEST_CASE(nested_coroutines_do_not_grow_the_stack) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<nested>(told), "CompleteWorkflowExecution 1001");
}

BOOST_AUTO_TEST_CASE(any_names_the_first_that_is_ready) {
  auto told = history().started("W").task().timer_started("1", 1h).timer_started("2", 1s);
  told.timer_fired("2").task_started();
  BOOST_CHECK_EQUAL(run<first_of>(told), "CompleteWorkflowExecution 1");
}

BOOST_AUTO_TEST_CASE(groups_are_of_futures_of_all_kinds) {
  BOOST_TEST(
      run<waits_for_all_kinds>(history()
                                   .started("W")
                                   .task_started()
                                   .task_completed()
                                   .timer_started("1", 1h)
                                   .timer_started("2", 1s)
                                   .timer_fired("2")
                                   .task_started())
      == "CompleteWorkflowExecution \"4word27\"");
}

BOOST_AUTO_TEST_CASE(ids_are_the_same_in_a_replay_and_those_by_time_sort) {
  const auto started = history().started("W").task_started();
  auto instance = make_instance<draws_ids>();
  (void)apply(instance, started.to_task());
  const auto whole = history()
                         .started("W")
                         .task_started()
                         .task_completed()
                         .timer_started("1", 1s)
                         .timer_fired("1")
                         .task_started();
  const auto replayed = run<draws_ids>(whole);
  BOOST_TEST(replayed == run<draws_ids>(whole));
  BOOST_TEST(replayed.find(" then ") != std::string::npos, replayed);
  // The versions and variants of RFC 9562.
  const auto ids = replayed.substr(replayed.find('"') + 1);
  BOOST_TEST(ids.size() == 36u * 3 + 7 + 1, ids);
  BOOST_TEST(ids[14] == '4', ids);
  BOOST_TEST(std::string{"89ab"}.find(ids[19]) != std::string::npos, ids);
  BOOST_TEST(ids[37 + 14] == '7', ids);
  BOOST_TEST(std::string{"89ab"}.find(ids[37 + 19]) != std::string::npos, ids);
}

BOOST_AUTO_TEST_CASE(empty_groups_do_not_wait) {
  BOOST_CHECK_EQUAL(
      run<nothing_to_wait_for>(history().started("W").task_started()),
      "CompleteWorkflowExecution 0");
}

BOOST_AUTO_TEST_CASE(a_condition_is_asked_again_after_each_event_and_its_timer_taken_back) {
  auto told = history().started("W").task().timer_started("1", 10s).signaled("add", 1).task();
  told.signaled("add", 2).task_started();
  BOOST_CHECK_EQUAL(
      run<waits_for_condition>(told), "CancelTimer 1; CompleteWorkflowExecution \"enough\"");
  auto late = history().started("W").task().timer_started("1", 10s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<waits_for_condition>(late), "CompleteWorkflowExecution \"too few\"");
}

BOOST_AUTO_TEST_CASE(a_condition_that_throws_fails_the_wait) {
  BOOST_CHECK_EQUAL(
      run<condition_throws>(history().started("W").task_started()),
      "CompleteWorkflowExecution \"bad condition\"");
}

BOOST_AUTO_TEST_CASE(coroutines_run_in_the_order_in_which_they_became_ready) {
  BOOST_CHECK_EQUAL(
      run<order>(history().started("W").task_started()), "CompleteWorkflowExecution \"mab\"");
}

BOOST_AUTO_TEST_CASE(eviction_destroys_the_frames_and_refuses_what_destructors_ask) {
  destroyed = 0;
  {
    auto instance = make_instance<calls_from_destructor>();
    BOOST_CHECK_EQUAL(
        text_of(apply(instance, history().started("W").task_started().to_task())),
        "StartTimer 1 3600000ms");
    BOOST_CHECK_EQUAL(destroyed, 0);
  }
  BOOST_CHECK_EQUAL(destroyed, 2);
}

BOOST_AUTO_TEST_CASE(a_context_that_outlives_its_run_is_harmless) {
  {
    auto instance = make_instance<lets_its_context_escape>();
    (void)apply(instance, history().started("W").task_started().to_task());
  }
  BOOST_REQUIRE(escaped.has_value());
  (void)escaped->sleep(1s);
  BOOST_CHECK_EQUAL(escaped->info().workflow_id, "workflow");
  escaped.reset();
}

BOOST_AUTO_TEST_CASE(an_error_that_is_no_failure_fails_the_task_not_the_workflow) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  auto instance = make_instance<not_a_failure>();
  const auto result = apply(instance, told.to_task());
  BOOST_CHECK_EQUAL(text_of(result), "failed: bug");
  BOOST_CHECK(result.evict);
  BOOST_CHECK(!result.finished);
}

BOOST_AUTO_TEST_CASE(errors_that_the_workflow_lists_fail_it) {
  BOOST_CHECK_EQUAL(
      run<lists_its_error>(history().started("W").task_started()), "FailWorkflowExecution mine");
}

BOOST_AUTO_TEST_SUITE_END()
