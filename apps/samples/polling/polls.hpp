// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/workflow/definition.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

// Something outside has to be asked again and again until it is ready. How often decides who asks.
namespace polling_sample {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;

/// Asks once; fails with the type `NotReady` if it is not.
inline constexpr activity::contract<std::string(std::string)> ask_once{"ask_once"};
/// Asks each second until it is ready.
inline constexpr activity::contract<std::string(std::string)> ask_often{"ask_often"};

/// Once a minute or less often: a retry of the activity is a poll. Nothing of it is in the history
/// until it is ready, and no worker is kept busy.
struct infrequent {
  static constexpr std::string_view name = "InfrequentPolling";

  troupe::async<std::string> run(workflow::context ctx, std::string what) {
    co_return co_await ctx.execute<ask_once>(
        {.start_to_close_timeout = std::chrono::seconds{5},
         .retry_policy =
             workflow::retry_policy{
                 .initial_interval = std::chrono::minutes{1}, .backoff_coefficient = 1}},
        what);
  }
};

/// More often: one activity asks in a loop. Its heartbeats tell that it lives, so that another
/// worker goes on soon if it dies.
struct frequent {
  static constexpr std::string_view name = "FrequentPolling";

  troupe::async<std::string> run(workflow::context ctx, std::string what) {
    co_return co_await ctx.execute<ask_often>(
        {.start_to_close_timeout = std::chrono::hours{1},
         .heartbeat_timeout = std::chrono::seconds{10}},
        what);
  }
};

/// What is asked changes from time to time: a child workflow asks, and continues as new before its
/// history gets long. Its parent sees one child.
struct periodic_child {
  static constexpr std::string_view name = "PeriodicChild";
  static constexpr int polls_per_run = 10;

  troupe::async<std::string>
  run(workflow::context ctx, std::string what, std::chrono::seconds every) {
    for (int i = 0; i != polls_per_run; ++i) {
      const auto answer = co_await ctx
                              .execute<ask_once>(
                                  {.start_to_close_timeout = std::chrono::seconds{5},
                                   .retry_policy = workflow::retry_policy{.maximum_attempts = 1}},
                                  what)
                              .as_result();
      if (answer)
        co_return *answer;
      co_await ctx.sleep(every);
    }
    ctx.continue_as_new(what, every);
  }
};

struct periodic {
  static constexpr std::string_view name = "PeriodicPolling";

  troupe::async<std::string> run(workflow::context ctx, std::string what) {
    co_return co_await ctx.execute_child<periodic_child>({}, what, std::chrono::seconds{30});
  }
};

/// Stands for a service elsewhere: each thing is ready when it was asked for so many times.
class slow_service {
public:
  explicit slow_service(int ready_after) : left_(ready_after) {}

  std::string ask_once(const std::string& what) {
    if (left_.fetch_sub(1) > 1)
      throw troupe::application_error(
          what + " is not ready", {.type = "NotReady", .category = troupe::error_category::benign});
    return what + " is ready";
  }

  activity::async<std::string> ask_often(activity::context ctx, std::string what) {
    while (left_.fetch_sub(1) > 1) {
      ctx.heartbeat();
      if (!co_await ctx.sleep(std::chrono::seconds{1}))
        throw troupe::canceled_error("stopped asking for " + what);
    }
    co_return what + " is ready";
  }

private:
  std::atomic<int> left_;
};

} // namespace polling_sample
