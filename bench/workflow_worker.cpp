// SPDX-License-Identifier: Apache-2.0
// Troupe's worker under workflow tasks: `tiny` returns at once, `parked` sleeps 24 h and stays in
// the cache.

#include "bench/support/measure.hpp"

#include <troupe/client.hpp>
#include <troupe/worker.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>

namespace {

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

struct options {
  std::string target = "127.0.0.1:7533";
  std::string name_space = "default";
  std::string task_queue = "bench-tq";
  double seconds = 3;
  double warm_up = 1;
  std::size_t slots = 100;
  std::size_t cache = 1000;
  int pollers = 64;
};

std::uint64_t answered(const troupe::worker& worker) {
  const auto now = worker.snapshot();
  const auto found = now.workflow.outcomes.find("answered");
  return found == now.workflow.outcomes.end() ? 0 : found->second;
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
  app.add_option("--slots", chosen.slots);
  app.add_option("--pollers", chosen.pollers);
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
  worker.add<parked>();
  worker.start();
  std::this_thread::sleep_for(std::chrono::duration<double>(chosen.warm_up));
  interval measured;
  const auto first = answered(worker);
  const auto rss = resident_kib();
  measured.begin(first);
  std::this_thread::sleep_for(std::chrono::duration<double>(chosen.seconds));
  const auto figures = measured.end(answered(worker));
  const auto end = worker.snapshot();
  const auto cached = end.metrics.find("sticky_cache_size");
  std::printf(
      R"({"program":"troupe_workflow_worker","tasks":%llu,"tasks_per_second":%.0f,"cpu_us_per_task":%.2f,)"
      R"("rss_kib":%ld,"rss_growth_kib":%ld,"cached_runs":%llu})"
      "\n",
      static_cast<unsigned long long>(figures.tasks),
      figures.tasks_per_second,
      figures.cpu_per_task,
      resident_kib(),
      resident_kib() - rss,
      static_cast<unsigned long long>(cached == end.metrics.end() ? 0 : cached->second));
  std::fflush(stdout);
  std::_Exit(figures.tasks > 0 ? 0 : 1);
} catch (const std::exception& error) {
  std::fprintf(stderr, "workflow_worker: %s\n", error.what());
  return 1;
}
