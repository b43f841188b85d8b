// SPDX-License-Identifier: Apache-2.0
// Activities that tell over and over that they are alive, far more often than anybody wants to hear
// it: how many RPCs the worker makes of it, and what CPU it takes. The frontend gives as many
// activity tasks as there are slots; none of them ends.

#include "bench/support/measure.hpp"
#include "bench/support/process_info.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace activity = troupe::activity;
using namespace troupe::bench;

struct options {
  std::string target = "127.0.0.1:7533";
  std::string name_space = "default";
  std::string task_queue = "bench-tq";
  std::size_t activities = 100;
  double per_second = 100;
  double seconds = 3;
  double warm_up = 2;
};

/// Calls of `heartbeat`, of all activities together.
std::atomic<std::uint64_t> told = 0;

/// What has to pass between two heartbeats that are sent.
std::chrono::nanoseconds due_interval(const activity::info& of) {
  return of.heartbeat_timeout.value_or(std::chrono::seconds{30}) * 4 / 5;
}

/// `phase`, from 0 to 1: when it begins within that interval. If all began at once all would send
/// at once, and what is counted would depend on where the measured time begins and ends.
activity::async<std::string> keep_telling(
    activity::context ctx, std::chrono::nanoseconds every, double phase, std::string input) {
  const auto first = static_cast<double>(due_interval(ctx.info()).count()) * phase;
  if (!co_await ctx.sleep(std::chrono::nanoseconds{static_cast<std::int64_t>(first)}))
    throw troupe::canceled_error("stopped");
  // From a plan: what one round takes does not delay the next.
  auto next = std::chrono::steady_clock::now();
  for (std::uint64_t count = 1;; ++count) {
    next += every;
    if (!co_await ctx.sleep(next - std::chrono::steady_clock::now()))
      throw troupe::canceled_error("stopped");
    ctx.heartbeat(count, input);
    told.fetch_add(1, std::memory_order_relaxed);
  }
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

std::uint64_t sent(const troupe::worker& worker) {
  const auto now = worker.snapshot();
  const auto found = now.metrics.find(R"(request{operation="RecordActivityTaskHeartbeat"})");
  return found == now.metrics.end() ? 0 : found->second;
}

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{"Troupe's worker with activities that tell how far they are"};
  app.add_option("--target", chosen.target, "HOST:PORT of a frontend with --activities");
  app.add_option("--namespace", chosen.name_space);
  app.add_option("--task-queue", chosen.task_queue);
  app.add_option("--activities", chosen.activities, "as many as the frontend gives");
  app.add_option("--per-second", chosen.per_second, "how often each of them tells");
  app.add_option("--seconds", chosen.seconds, "measured time, after the warm-up");
  app.add_option("--warm-up", chosen.warm_up);
  CLI11_PARSE(app, argc, argv);

  troupe::connection_options to;
  to.target = chosen.target;
  to.name_space = chosen.name_space;
  to.lazy = true;
  auto client = troupe::client::connect(to);
  const auto polls = static_cast<int>(chosen.activities);
  troupe::worker worker{
      client,
      {.task_queue = chosen.task_queue,
       .max_concurrent_activities = chosen.activities,
       .activity_pollers = {polls, polls, polls}}};
  const std::chrono::nanoseconds every{static_cast<std::int64_t>(1e9 / chosen.per_second)};
  worker.add(activity::implement_named<std::string(std::string)>(
      "say-hello", [every, &chosen](activity::context ctx, std::string input) {
        static std::atomic<std::size_t> begun = 0;
        const auto phase = static_cast<double>(begun++ % chosen.activities)
                           / static_cast<double>(chosen.activities);
        return keep_telling(ctx, every, phase, std::move(input));
      }));
  worker.start();
  sleep_seconds(chosen.warm_up);
  const auto running = worker.snapshot().activity.running();
  const auto told_before = told.load();
  const auto sent_before = sent(worker);
  const auto cpu = cpu_microseconds();
  const auto began = now_nanoseconds();
  sleep_seconds(chosen.seconds);
  const auto sent_now = sent(worker) - sent_before;
  const auto told_now = told.load() - told_before;
  const auto seconds = static_cast<double>(now_nanoseconds() - began) / 1e9;
  const auto used = cpu_microseconds() - cpu;
  if (running != chosen.activities)
    throw std::runtime_error(
        "only " + std::to_string(running) + " of " + std::to_string(chosen.activities)
        + " activities run");
  std::printf(
      R"({"program":"heartbeats","linkage":"%s","activities":%llu,"told_per_activity_second":%.2f,)"
      R"("rpcs_per_activity_second":%.3f,"cpu_us_per_heartbeat":%.3f,"cpu_percent":%.2f})"
      "\n",
      linkage().c_str(),
      static_cast<unsigned long long>(running),
      static_cast<double>(told_now) / seconds / static_cast<double>(running),
      static_cast<double>(sent_now) / seconds / static_cast<double>(running),
      used / static_cast<double>(told_now),
      used / 1e4 / seconds);
  std::fflush(stdout);
  std::_Exit(told_now > 0 ? 0 : 1);
} catch (const std::exception& error) {
  std::fprintf(stderr, "heartbeats: %s\n", error.what());
  return 1;
}
