// SPDX-License-Identifier: Apache-2.0
#include "test/golden/played_activities.hpp"

#include "runtime/base/time/saturate.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace troupe::test {

using namespace std::chrono_literals;
using activity::async;
using activity::context;
using activity::contract;

struct played_step {
  int step = 0;
};
BOOST_DESCRIBE_STRUCT(played_step, (), (step))

struct played_detail {
  int d = 0;
};
BOOST_DESCRIBE_STRUCT(played_detail, (), (d))

namespace {

inline constexpr contract<std::string(std::string)> greet{"greet"};
inline constexpr contract<std::string(std::string)> go_greet{"Greet"};
inline constexpr contract<std::string()> cleanup{"cleanup"};
inline constexpr contract<std::string()> crash{"crash"};
inline constexpr contract<std::string(double)> sleepy{"sleepy"};
inline constexpr contract<std::string(int)> flaky{"flaky"};
inline constexpr contract<void(std::string)> always_fails{"always-fails"};
inline constexpr contract<void(std::string)> fails_for_good{"fails-non-retryable"};
inline constexpr contract<std::string()> slow_second{"slow-second"};
inline constexpr contract<std::string()> fails_with_delay{"fail-with-delay"};
inline constexpr contract<std::vector<json_value>()> beats_then_fails{"beat-then-fail"};
inline constexpr contract<void()> beats_then_hangs{"beat-then-hang"};
inline constexpr contract<void()> completes_later{"complete-later"};
inline constexpr contract<std::string()> ignores_cancel{"beat-ignore-cancel"};
inline constexpr contract<void(double)> beats_until_cancelled{"beat-until-cancelled"};

} // namespace

std::shared_ptr<const activity::registry> played_activities() {
  auto all = std::make_shared<activity::registry>();
  all->add(activity::implement<greet>(
      [](std::string who) -> async<std::string> { co_return "hello " + who; }));
  all->add(activity::implement<go_greet>(
      [](std::string who) -> async<std::string> { co_return "hello " + who; }));
  all->add(activity::implement<cleanup>([]() -> async<std::string> { co_return "cleaned"; }));
  all->add(activity::implement<crash>([]() -> async<std::string> {
    throw std::runtime_error("plain exception");
    co_return "";
  }));
  all->add(activity::implement<sleepy>([](context ctx, double seconds) -> async<std::string> {
    co_await ctx.sleep(seconds_of(seconds));
    co_return "slept";
  }));
  all->add(activity::implement<flaky>([](context ctx, int times) -> async<std::string> {
    const auto attempt = ctx.info().attempt;
    if (attempt <= times)
      throw application_error("flaky attempt " + std::to_string(attempt), {.type = "FlakyError"});
    co_return "ok at attempt " + std::to_string(attempt);
  }));
  all->add(activity::implement<always_fails>([](std::string why) -> async<> {
    throw application_error(
        why, {.type = "AlwaysError", .details = {encode_value(played_detail{1})}});
    co_return;
  }));
  all->add(activity::implement<fails_for_good>([](std::string why) -> async<> {
    throw application_error(why, {.type = "FatalError", .non_retryable = true});
    co_return;
  }));
  all->add(activity::implement<slow_second>([](context ctx) -> async<std::string> {
    if (ctx.info().attempt == 1)
      throw application_error("first", {.type = "SlowError"});
    co_await ctx.sleep(10s);
    co_return "slow";
  }));
  all->add(activity::implement<fails_with_delay>([](context ctx) -> async<std::string> {
    if (ctx.info().attempt == 1)
      throw application_error("later", {.type = "DelayError", .next_retry_delay = 2s});
    co_return "ok";
  }));
  all->add(activity::implement<beats_then_fails>([](context ctx) -> async<std::vector<json_value>> {
    if (ctx.info().attempt == 1) {
      ctx.heartbeat(std::string{"progress"}, played_step{2});
      co_await ctx.sleep(300ms);
      throw application_error("after heartbeat", {.type = "BeatError"});
    }
    co_return std::vector<json_value>{
        ctx.heartbeat_details<json_value>(0).value(), ctx.heartbeat_details<json_value>(1).value()};
  }));
  all->add(activity::implement<beats_then_hangs>([](context ctx) -> async<> {
    ctx.heartbeat(std::string{"progress"}, played_step{2});
    co_await ctx.sleep(1h);
  }));
  all->add(activity::implement<completes_later>([](context ctx) -> async<> {
    ctx.complete_later();
    co_return;
  }));
  all->add(activity::implement<ignores_cancel>([](context ctx) -> async<std::string> {
    co_await ctx.sleep(3s);
    co_return "finished anyway";
  }));
  all->add(activity::implement<beats_until_cancelled>([](context ctx, double) -> async<> {
    while (!ctx.is_cancelled()) {
      ctx.heartbeat();
      co_await ctx.sleep(200ms);
    }
    throw canceled_error();
  }));
  return all;
}

} // namespace troupe::test
