// SPDX-License-Identifier: Apache-2.0
#include <troupe/error.hpp>
#include <troupe/testing/activity_environment.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using testing::activity_environment;
using testing::activity_stop;
using kind = testing::activity_outcome::kind;

namespace {

inline constexpr activity::contract<std::string(std::string, int)> repeat{"repeat"};
inline constexpr activity::contract<int(int)> count{"count"};           ///< one heartbeat a second
inline constexpr activity::contract<int(int)> count_fast{"count_fast"}; ///< a plain function
inline constexpr activity::contract<void()> nothing{"nothing"};
inline constexpr activity::contract<int()> count_until_shutdown{"count_until_shutdown"};
inline constexpr activity::contract<void(std::string)> fails{"fails"};
inline constexpr activity::contract<double()> no_number{"no_number"};

struct repeater {
  std::string between;
  std::string repeat_it(const std::string& what, int times) const {
    std::string text;
    for (int i = 0; i != times; ++i)
      text.append(i == 0 ? "" : between).append(what);
    return text;
  }
};

activity_environment environment(activity_environment::options with = {}) {
  activity_environment env{std::move(with)};
  env.add(activity::implement<repeat>(
      std::make_shared<repeater>(repeater{", "}), &repeater::repeat_it));
  env.add(activity::implement<count>([](activity::context ctx, int to) -> activity::async<int> {
    int done = ctx.heartbeat_details<int>().value_or(0);
    for (; done < to; ++done) {
      if (!co_await ctx.sleep(1s)) {
        if (ctx.cancellation().reason() == cancel_reason::timed_out)
          co_return -1; // of no interest
        throw canceled_error("stopped", make_payloads(done));
      }
      ctx.heartbeat(done + 1);
    }
    co_return done;
  }));
  env.add(
      activity::implement<count_until_shutdown>([](activity::context ctx) -> activity::async<int> {
        int seconds = 0;
        while (!ctx.worker_shutdown().is_cancelled() && seconds < 100 && co_await ctx.sleep(1s))
          ++seconds;
        co_return seconds;
      }));
  env.add(activity::implement<count_fast>([](activity::context ctx, int to) {
    for (int done = 0; done < to; ++done) {
      ctx.throw_if_cancelled();
      ctx.heartbeat(done + 1);
    }
    return to;
  }));
  env.add(activity::implement<nothing>([](activity::context ctx) { ctx.complete_later(); }));
  env.add(activity::implement<fails>([](const std::string& how) {
    if (how == "for good")
      throw application_error(
          "no", {.type = "Refused", .non_retryable = true, .details = make_payloads(7)});
    throw std::runtime_error(how);
  }));
  env.add(activity::implement<no_number>([] { return std::numeric_limits<double>::quiet_NaN(); }));
  return env;
}

} // namespace

BOOST_AUTO_TEST_SUITE(activity_environments)

BOOST_AUTO_TEST_CASE(an_activity_runs_with_arguments_and_gives_its_result) {
  const auto env = environment();
  auto done = env.run<repeat>({}, "a", 3);
  BOOST_TEST((done.what == kind::completed));
  BOOST_TEST(done.get<std::string>() == "a, a, a");
  BOOST_TEST(done.heartbeats.empty());
  BOOST_TEST((done.took == 0s));
  BOOST_TEST((env.run_raw("repeat", make_payloads("b", 1)).get<std::string>() == "b"));
}

BOOST_AUTO_TEST_CASE(time_passes_at_once_and_all_heartbeats_are_kept) {
  const auto env = environment();
  auto done = env.run<count>({.last_heartbeat = make_payloads(2)}, 5);
  BOOST_TEST(done.get<int>() == 5);
  BOOST_TEST((done.took == 3s));
  BOOST_REQUIRE(done.heartbeats.size() == 3u);
  BOOST_TEST(done.heartbeat<int>(0) == 3);
  BOOST_TEST(done.heartbeat<int>(2) == 5);
  BOOST_CHECK_THROW((void)done.heartbeat<int>(3), std::out_of_range);
  BOOST_TEST((env.run<count_fast>({}, 4).heartbeats.size() == 4u));
}

BOOST_AUTO_TEST_CASE(what_stops_an_activity_decides_what_its_cancellation_is) {
  const auto env = environment();
  const auto ended = [&](cancel_reason reason) {
    auto done = env.run<count>({.stops = {{.reason = reason, .after = 2500ms}}}, 10);
    BOOST_TEST((done.asked == reason));
    BOOST_TEST((done.took == 2500ms));
    std::string text = done.what == kind::canceled
                           ? "canceled " + std::to_string(decode_value<int>(done.details.at(0)))
                       : done.what == kind::failed ? done.failure().type()
                                                   : "completed";
    return text;
  };
  BOOST_TEST(ended(cancel_reason::requested) == "canceled 2");
  BOOST_TEST(ended(cancel_reason::paused) == "ActivityPause");
  BOOST_TEST(ended(cancel_reason::reset) == "ActivityReset");
  BOOST_TEST(ended(cancel_reason::worker_shutdown) == "WorkerShutdown");
  BOOST_TEST(ended(cancel_reason::not_found) == "CanceledError");
}

BOOST_AUTO_TEST_CASE(an_activity_can_be_stopped_before_it_begins_or_at_a_heartbeat) {
  const auto env = environment();
  auto before = env.run<count_fast>({.stops = {{}}}, 3);
  BOOST_TEST((before.what == kind::canceled));
  BOOST_TEST(before.heartbeats.empty());
  auto at_second = env.run<count_fast>({.stops = {{.at_heartbeat = 2}, {.at_heartbeat = 9}}}, 9);
  BOOST_TEST((at_second.what == kind::canceled));
  BOOST_TEST(at_second.heartbeats.size() == 2u);
  // The first that comes counts.
  auto both = env.run<count>(
      {.stops =
           {{.reason = cancel_reason::paused, .after = 5s},
            {.reason = cancel_reason::reset, .at_heartbeat = 2}}},
      9);
  BOOST_TEST((both.asked == cancel_reason::reset));
}

BOOST_AUTO_TEST_CASE(timeouts_count) {
  const auto env = environment();
  testing::activity_attempt attempt;
  attempt.info.start_to_close_timeout = 3500ms;
  auto late = env.run<count>(attempt, 10);
  BOOST_TEST((late.what == kind::too_late));
  BOOST_TEST((late.asked == cancel_reason::timed_out));
  BOOST_TEST(late.heartbeats.size() == 3u);
  BOOST_CHECK_THROW((void)late.get<int>(), std::logic_error);
  attempt.info.schedule_to_close_timeout = 1500ms;
  BOOST_TEST(env.run<count>(attempt, 10).heartbeats.size() == 1u);
  attempt.info = {.heartbeat_timeout = 1500ms};
  BOOST_TEST((env.run<count>(attempt, 10).what == kind::completed));
  // It hears of that when it tells something, as from the service.
  attempt.info.heartbeat_timeout = 500ms;
  auto silent = env.run<count>(attempt, 10);
  BOOST_TEST((silent.what == kind::too_late));
  BOOST_TEST((silent.asked == cancel_reason::not_found));
  BOOST_TEST(silent.heartbeats.size() == 1u);
}

BOOST_AUTO_TEST_CASE(errors_come_as_the_workflow_sees_them) {
  const auto env = environment();
  auto refused = env.run<fails>({}, "for good");
  BOOST_TEST((refused.what == kind::failed));
  BOOST_TEST(refused.failure().type() == "Refused");
  BOOST_TEST(refused.failure().non_retryable());
  BOOST_TEST(decode_value<int>(refused.failure().details().at(0)) == 7);
  BOOST_CHECK_THROW(refused.get<void>(), application_error);
  BOOST_TEST(env.run<fails>({}, "broken").failure().message() == "broken");
  BOOST_TEST(env.run_raw("unknown", {})
                 .failure()
                 .message()
                 .starts_with(
                     "Activity function unknown for workflow test-workflow-id is not registered"));
  BOOST_TEST((env.run_raw("repeat", make_payloads(1)).what == kind::failed));
  BOOST_TEST((env.run<no_number>({}).what == kind::failed));
  BOOST_CHECK_THROW((void)env.run<repeat>({}, "a", 1).failure(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(one_that_is_completed_later_has_no_result_and_a_local_one_cannot_be) {
  const auto env = environment();
  auto later = env.run<nothing>({});
  BOOST_TEST((later.what == kind::later));
  BOOST_CHECK_THROW(later.get<void>(), std::logic_error);
  auto local = env.run<nothing>({.info = {.is_local = true}});
  BOOST_TEST((local.what == kind::failed));
}

BOOST_AUTO_TEST_CASE(an_activity_is_told_who_asked_for_it) {
  activity_environment env{{.name_space = "here", .task_queue = "queue"}};
  env.add(activity::implement_others([](activity::context ctx, const payloads&) -> payload {
    const auto& info = ctx.info();
    return encode_value(
        info.activity_type + " " + info.workflow_id + " " + info.name_space + " " + info.task_queue
        + " " + std::to_string(info.attempt) + " " + info.task_token
        + (info.started_time == workflow::time_point{} ? " never" : ""));
  }));
  BOOST_TEST(
      env.run_raw("any", {}).get<std::string>()
      == "any test-workflow-id here queue 1 test-task-token");
  testing::activity_attempt third;
  third.info.attempt = 3;
  third.info.workflow_id = "order-7";
  BOOST_TEST(
      env.run_raw("any", {}, third).get<std::string>()
      == "any order-7 here queue 3 test-task-token");
  BOOST_CHECK_THROW(
      env.add(activity::implement_others(
          [](activity::context, const payloads&) -> payload { return {}; })),
      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(interceptors_of_the_worker_stand_around_it) {
  struct twice final : activity::interceptor {
    payload
    execute(activity::context ctx, activity::execute_input in, next_execute next) const override {
      in.arguments = ctx.converter().to_payloads(std::string{"x"}, 2);
      return next(std::move(ctx), std::move(in));
    }
  };
  activity_environment::options with;
  with.interceptors.push_back(std::make_shared<twice>());
  const auto env = environment(std::move(with));
  BOOST_TEST((env.run<repeat>({}, "a", 5).get<std::string>() == "x, x"));
}

BOOST_AUTO_TEST_CASE(one_that_waits_for_what_never_comes_is_named) {
  activity_environment env;
  env.add(activity::implement<count>([](activity::context ctx, int) -> activity::async<int> {
    struct never {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) const noexcept {}
      void await_resume() const noexcept {}
    };
    ctx.heartbeat(1);
    co_await never{};
    co_return 0;
  }));
  BOOST_CHECK_EXCEPTION(
      (void)env.run<count>({}, 1), std::logic_error, [](const std::logic_error& error) {
        return std::string{error.what()}
               == "the activity count waits for something that never comes";
      });
  testing::activity_attempt limited;
  limited.info.start_to_close_timeout = 1h;
  BOOST_TEST((env.run<count>(limited, 1).what == kind::too_late));
}

BOOST_AUTO_TEST_CASE(what_is_counted_can_be_read) {
  activity_environment env;
  env.add(activity::implement<count_fast>([](activity::context ctx, int to) {
    ctx.metrics().counter("counted").add(static_cast<std::uint64_t>(to));
    return to;
  }));
  (void)env.run<count_fast>({}, 3);
  (void)env.run<count_fast>({}, 4);
  BOOST_TEST(
      env.metrics_text()
      == "# HELP counted \n# TYPE counted counter\n"
         "counted{activity_type=\"count_fast\",namespace=\"test-namespace\","
         "task_queue=\"test-task-queue\"} 7\n");
}

BOOST_AUTO_TEST_CASE(an_activity_hears_that_its_worker_begins_to_stop) {
  const auto env = environment();
  const auto stopped = env.run<count_until_shutdown>({.worker_stops_after = 7500ms});
  BOOST_TEST((stopped.what == kind::completed));
  BOOST_TEST(stopped.get<int>() == 8);
  BOOST_TEST((stopped.asked == cancel_reason::none)); // nobody cancelled it
  BOOST_TEST(env.run<count_until_shutdown>({.worker_stops_after = 0s}).get<int>() == 0);
  BOOST_TEST(env.run<count_until_shutdown>({}).get<int>() == 100);
}

BOOST_AUTO_TEST_SUITE_END()
