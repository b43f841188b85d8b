// SPDX-License-Identifier: Apache-2.0
// What coroutines use while they wait: what is kept for them, and what is refused because nobody
// could keep it.

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

const std::string long_text = "a text that is too long to lie inside of its string object";

async<std::string> by_value(workflow::context ctx, std::string text) {
  co_await ctx.sleep(1s);
  co_return text;
}
async<std::string> by_reference(workflow::context ctx, const std::string& text) {
  co_await ctx.sleep(1s);
  co_return text;
}
async<std::string> by_view(workflow::context ctx, std::string_view text) {
  co_await ctx.sleep(1s);
  co_return std::string{text};
}
async<void> appends(workflow::context ctx, std::string& to) {
  co_await ctx.sleep(1s);
  to += "!";
}

struct keeps_lambdas {
  async<std::string> run(workflow::context ctx) {
    auto text = long_text;
    auto with_context = ctx.spawn(
        [text](workflow::context own, std::string end) -> async<std::string> {
          co_await own.sleep(1s);
          co_return text + end;
        },
        "?");
    auto without = ctx.spawn([ctx, text]() -> async<std::string> {
      co_await ctx.sleep(1s);
      co_return text;
    });
    text.clear();
    co_await workflow::all(with_context, without);
    co_return with_context.get() == long_text + "?" && without.get() == long_text ? "kept" : "gone";
  }
};

struct spawns_its_parts {
  std::string log;

  async<int> part(workflow::context ctx, std::string name, int result) {
    co_await ctx.cancelled();
    log += name;
    co_return result;
  }
  async<std::string> run(workflow::context ctx) {
    auto one = ctx.spawn(&spawns_its_parts::part, this, "one", 1);
    auto two = ctx.spawn(&spawns_its_parts::part, std::ref(*this), "two", 2);
    two.cancel();
    const int second = co_await two;
    one.cancel();
    const int first = co_await one;
    co_return log + std::to_string(second) + std::to_string(first);
  }
};

/// What awaiting the direct call gives, and what `spawn` says of the same coroutine.
struct spawns_borrowers {
  async<std::string> member(workflow::context ctx, std::string text) {
    co_await ctx.sleep(1s);
    co_return text;
  }
  template <class Body>
  static std::string refusal(const workflow::context& ctx, Body body) {
    try {
      (void)ctx.spawn(body());
      return "taken";
    } catch (const std::logic_error& error) {
      const std::string text = error.what();
      if (text.find("lifetimes_test.cpp:") == text.npos)
        return "unnamed";
      if (text.find("hand over the lambda itself") != text.npos)
        return "lambda";
      return text.find("take it by value") != text.npos ? "parameter" : text;
    }
  }
  async<std::string> run(workflow::context ctx) {
    const auto say = [&](auto body) { return refusal(ctx, body) + " "; };
    std::string out = long_text;
    std::string said;
    said += say([&] { return by_value(ctx, out); });
    said += say([&] { return by_reference(ctx, out); });
    said += say([&] { return by_view(ctx, out); });
    said += say([&] { return appends(ctx, out); });
    said += say([&] { return member(ctx, out); });
    said += say([&] { return [out]() -> async<void> { co_return (void) out; }(); });
    said += say([&] { return [&out]() -> async<void> { co_return (void) out; }(); });
    said += say([&] { return [this]() -> async<void> { co_return (void) this; }(); });
    said += say([&] { return [](workflow::context) -> async<void> { co_return; }(ctx); });
    said += say([&] { return [](const auto&) -> async<void> { co_return; }(out); });
    said += say([&] { return [](auto) -> async<void> { co_return; }(out); });
    said += co_await by_reference(ctx, std::string{"awaited"}); // the expression keeps it
    co_return said;
  }
};

struct replaces_its_handler {
  std::string log;

  async<std::string> run(workflow::context ctx) {
    ctx.on_signal("s", [this, text = long_text](workflow::context own) -> async<> {
      co_await own.sleep(1s);
      log += text == long_text ? "first " : "gone ";
    });
    co_await ctx.wait_condition([this] { return !log.empty(); }, 500ms);
    ctx.on_signal("s", [this] { log += "second "; });
    co_await ctx.wait_condition([this] { return log.size() > 10; });
    co_return log;
  }
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
async<std::unique_ptr<int>> forgets(workflow::context ctx) {
  co_await ctx.sleep(1s);
}
struct forgets_its_result {
  async<std::string> run(workflow::context ctx) { co_await ctx.sleep(1s); }
};
#pragma GCC diagnostic pop

struct awaits_who_forgets {
  async<std::string> run(workflow::context ctx) {
    auto ended = co_await ctx.spawn(forgets(ctx)).as_result();
    try {
      std::rethrow_exception(ended.error());
    } catch (const std::logic_error& error) {
      co_return error.what();
    }
  }
};

struct awaits_what_was_moved {
  async<void> run(workflow::context ctx) {
    auto body = by_value(ctx, "text");
    auto other = std::move(body);
    co_await body;
  }
};

async<std::string> gives(workflow::context, std::string what) {
  co_return what;
}
struct awaits_twice {
  async<void> run(workflow::context ctx) {
    auto body = gives(ctx, "text");
    (void)co_await body;
    (void)co_await body;
  }
};

history_builder one_timer() {
  return history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
}

} // namespace

BOOST_AUTO_TEST_SUITE(lifetimes)

BOOST_AUTO_TEST_CASE(a_spawned_lambda_is_kept_with_what_it_captured) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_started("2", 1s);
  told.timer_fired("1").timer_fired("2").task_started();
  BOOST_CHECK_EQUAL(run<keeps_lambdas>(told), "CompleteWorkflowExecution \"kept\"");
}

BOOST_AUTO_TEST_CASE(a_member_function_is_spawned_with_a_context_of_its_own) {
  BOOST_CHECK_EQUAL(
      run<spawns_its_parts>(history().started("W").task_started()),
      "CompleteWorkflowExecution \"twoone21\"");
}

BOOST_AUTO_TEST_CASE(a_called_coroutine_that_borrows_is_refused_by_spawn) {
  BOOST_CHECK_EQUAL(
      run<spawns_borrowers>(history()
                                .started("W")
                                .task()
                                .timer_started("1", 1s)
                                .timer_started("2", 1s)
                                .timer_started("3", 1s)
                                .timer_started("4", 1s)
                                .timer_fired("1")
                                .task_started()),
      "CompleteWorkflowExecution \"taken parameter parameter taken taken lambda lambda lambda "
      "taken parameter taken awaited\"");
}

BOOST_AUTO_TEST_CASE(a_handler_lives_as_long_as_its_coroutines) {
  auto told = history().started("W").signaled("s").task();
  told.timer_started("1", 500ms).timer_started("2", 1s).timer_fired("1").task();
  told.timer_fired("2").signaled("s").task_started();
  BOOST_CHECK_EQUAL(run<replaces_its_handler>(told), "CompleteWorkflowExecution \"second first \"");
}

BOOST_AUTO_TEST_CASE(a_forgotten_co_return_names_the_coroutine) {
  const auto failed = run<forgets_its_result>(one_timer());
  BOOST_TEST_CONTEXT(failed) {
    BOOST_CHECK(failed.starts_with("failed: the coroutine "));
    BOOST_CHECK(failed.find("forgets_its_result::run(") != failed.npos);
    BOOST_CHECK(failed.find("(lifetimes_test.cpp:") != failed.npos);
    BOOST_CHECK(failed.ends_with("ended without co_return: it has no result"));
  }
  const auto told = run<awaits_who_forgets>(one_timer());
  BOOST_TEST_CONTEXT(told)
  BOOST_CHECK(told.find("forgets(") != told.npos && told.ends_with("it has no result\""));
}

BOOST_AUTO_TEST_CASE(awaiting_what_was_moved_away_is_an_error) {
  BOOST_CHECK_EQUAL(
      run<awaits_what_was_moved>(history().started("W").task_started()),
      "failed: a coroutine was awaited that had been moved away");
}

BOOST_AUTO_TEST_CASE(awaiting_a_coroutine_twice_is_an_error_that_names_it) {
  const auto failed = run<awaits_twice>(history().started("W").task_started());
  BOOST_TEST_CONTEXT(failed)
  BOOST_CHECK(failed.find("gives(") != failed.npos && failed.find("awaited twice") != failed.npos);
}

BOOST_AUTO_TEST_SUITE_END()
