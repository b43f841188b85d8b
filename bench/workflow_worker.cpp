// SPDX-License-Identifier: Apache-2.0
// Troupe's worker under workflow tasks: `tiny` returns at once, `signalled` waits for one signal
// after the other (sticky tasks), `locals` runs local activities (`function_locals`: plain
// functions) one after the other, `parked` sleeps 24 h and stays in the cache, as does `waiting`,
// which has an activity that never ends. With --fill it takes that many runs which stay, says how
// large it grew on the way, and then how much CPU it uses idle.

#include "bench/support/counted.hpp"
#include "bench/support/measure.hpp"
#include "bench/support/process_info.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;
using namespace troupe::bench;

struct tiny {
  static constexpr std::string_view name = "tiny";
  troupe::async<> run(workflow::context) { co_return; }
};

struct parked {
  static constexpr std::string_view name = "parked";
  troupe::async<> run(workflow::context ctx) { co_await ctx.sleep(std::chrono::hours{24}); }
};

struct signalled {
  static constexpr std::string_view name = "signalled";
  troupe::async<> run(workflow::context ctx) {
    auto pokes = ctx.signal_channel<int>("poke");
    for (;;)
      co_await pokes.receive();
  }
};

constexpr activity::contract<void(int)> never{"never"};
constexpr activity::contract<int(int)> echo{"echo"};
constexpr activity::contract<int(int)> function_echo{"function_echo"};

struct waiting {
  static constexpr std::string_view name = "waiting";
  troupe::async<> run(workflow::context ctx) {
    co_await ctx.execute<never>({.start_to_close_timeout = std::chrono::hours{24}}, 1);
  }
};

int locals_of_a_run = 0; // set before the worker starts

template <const auto& Activity>
troupe::async<> run_locals(workflow::context ctx) {
  for (int i = 0; i < locals_of_a_run; ++i)
    if (co_await ctx.execute_local<Activity>({.start_to_close_timeout = std::chrono::seconds{5}}, i)
        != i)
      throw troupe::application_error("a wrong result");
}

struct locals {
  static constexpr std::string_view name = "locals";
  troupe::async<> run(workflow::context ctx) { return run_locals<echo>(ctx); }
};
struct function_locals {
  static constexpr std::string_view name = "function_locals";
  troupe::async<> run(workflow::context ctx) { return run_locals<function_echo>(ctx); }
};

struct options {
  std::string target = "127.0.0.1:7533";
  std::string name_space = "default";
  std::string task_queue = "bench-tq";
  double seconds = 3;
  double warm_up = 1;
  std::uint64_t max_tasks = 0;
  std::uint64_t fill = 0;
  double idle_seconds = 3;
  std::size_t slots = 200;
  std::size_t cache = 1000;
  int pollers = 64;
};

std::uint64_t answered(const troupe::worker& worker) {
  return answered_tasks(worker, "WorkflowWorker");
}

std::uint64_t cached_runs(const troupe::worker& worker) {
  const auto now = worker.snapshot();
  const auto found = now.metrics.find("sticky_cache_size");
  return found == now.metrics.end() ? 0 : found->second;
}

std::string dropped(const troupe::worker& worker) {
  std::string all;
  for (const auto& [name, count] : worker.snapshot().workflow.outcomes)
    if (name != "answered" && count != 0)
      all += (all.empty() ? "" : ",") + name + ':' + std::to_string(count);
  return all;
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// Waits until `chosen.fill` runs are cached; a line at each tenth of them, and one for being idle.
int fill(const troupe::worker& worker, const options& chosen) {
  auto moved = std::chrono::steady_clock::now();
  std::uint64_t last = 0;
  for (int tenth = 1; tenth <= 10; ++tenth) {
    auto runs = cached_runs(worker);
    for (; runs < chosen.fill * tenth / 10; runs = cached_runs(worker)) {
      const auto now = std::chrono::steady_clock::now();
      if (runs != last)
        moved = now;
      if (now - moved > std::chrono::seconds{20})
        throw std::runtime_error("only " + std::to_string(runs) + " runs came");
      last = runs;
      sleep_seconds(0.005);
    }
    std::printf(
        R"({"program":"troupe_workflow_worker","cached_runs":%llu,"rss_kib":%ld})"
        "\n",
        static_cast<unsigned long long>(runs),
        resident_kib());
    std::fflush(stdout);
  }
  sleep_seconds(1); // what the last tasks left to do
  const auto runs = cached_runs(worker);
  const auto rss = resident_kib();
  const auto cpu = cpu_microseconds();
  sleep_seconds(chosen.idle_seconds);
  std::printf(
      R"({"program":"troupe_workflow_worker","cached_runs":%llu,"rss_kib":%ld,"idle_seconds":%.1f,"idle_percent":%.3f})"
      "\n",
      static_cast<unsigned long long>(runs),
      rss,
      chosen.idle_seconds,
      (cpu_microseconds() - cpu) / 1e4 / chosen.idle_seconds);
  std::fflush(stdout);
  std::_Exit(0);
}

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{"Troupe's worker, running workflow tasks"};
  app.add_option("--target", chosen.target, "HOST:PORT of any frontend");
  app.add_option("--namespace", chosen.name_space);
  app.add_option("--task-queue", chosen.task_queue);
  app.add_option("--seconds", chosen.seconds, "measured time, after the warm-up");
  app.add_option("--warm-up", chosen.warm_up);
  app.add_option("--max-tasks", chosen.max_tasks, "ends after so many tasks instead");
  app.add_option("--fill", chosen.fill, "takes so many runs that stay, then is idle");
  app.add_option("--idle-seconds", chosen.idle_seconds, "how long it is watched idle");
  app.add_option("--slots", chosen.slots, "tasks at the same time");
  app.add_option("--pollers", chosen.pollers, "polls in flight, of either queue");
  app.add_option("--locals", locals_of_a_run, "local activities of a run of such a type");
  app.add_option("--cache", chosen.cache, "runs kept in memory");
  CLI11_PARSE(app, argc, argv);

  troupe::connection_options to;
  to.target = chosen.target;
  to.name_space = chosen.name_space;
  to.lazy = true;
  auto client = troupe::client::connect(to);
  troupe::worker worker{
      client,
      {.task_queue = chosen.task_queue,
       .max_concurrent_workflow_tasks = chosen.slots,
       .workflow_pollers = {chosen.pollers, chosen.pollers, chosen.pollers},
       .max_cached_workflows = chosen.cache,
       .max_cached_bytes = std::size_t{8} << 30}};
  worker.add<tiny>();
  worker.add<signalled>();
  worker.add<parked>();
  worker.add<waiting>();
  worker.add<locals>();
  worker.add<function_locals>();
  if (locals_of_a_run > 0)
    worker
        .add(activity::implement<echo>([](int input) -> activity::async<int> { co_return input; }))
        .add(activity::implement<function_echo>([](int input) { return input; }));
  worker.start();
  if (chosen.fill > 0)
    return fill(worker, chosen);
  interval measured;
  measured.begin(0);
  if (chosen.max_tasks > 0) {
    while (answered(worker) < chosen.max_tasks)
      sleep_seconds(0.05);
  } else {
    sleep_seconds(chosen.warm_up);
    measured.begin(answered(worker));
    sleep_seconds(chosen.seconds);
  }
  const auto figures = measured.end(answered(worker));
  std::printf(
      R"({"program":"troupe_workflow_worker","linkage":"%s","tasks":%llu,"tasks_per_second":%.0f,)"
      R"("cpu_us_per_task":%.2f,"rss_kib":%ld,"cached_runs":%llu,"dropped":"%s"})"
      "\n",
      linkage().c_str(),
      static_cast<unsigned long long>(figures.tasks),
      figures.tasks_per_second,
      figures.cpu_per_task,
      resident_kib(),
      static_cast<unsigned long long>(cached_runs(worker)),
      dropped(worker).c_str());
  std::fflush(stdout);
  std::_Exit(figures.tasks > 0 ? 0 : 1);
} catch (const std::exception& error) {
  std::fprintf(stderr, "workflow_worker: %s\n", error.what());
  return 1;
}
