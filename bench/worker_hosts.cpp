// SPDX-License-Identifier: Apache-2.0
// Many task queues in one process: on a host with one budget, or each with a worker of its own.
// With tasks (of any frontend that gives them to all queues): what one costs, and how evenly the
// queues are served. Idle (--idle, against a service): what a queue without tasks costs.

#include "bench/support/measure.hpp"
#include "bench/support/process_info.hpp"

#include <troupe/client.hpp>
#include <troupe/log.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/worker_host.hpp>
#include <troupe/workflow/definition.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace nexus = troupe::nexus;
using namespace troupe::bench;

struct options {
  std::string target = "127.0.0.1:7233";
  std::string service = "my-hello-service";
  std::string operation = "say-hello";
  std::size_t queues = 100;
  std::size_t slots = 100; ///< of all queues together
  std::size_t heavy = 0;   ///< of the queues: those with three times the weight
  double sleep_ms = 0;
  double seconds = 3;
  double warm_up = 1;
  bool is_idle = false;
  bool is_separate = false;
};

struct does_nothing {
  static constexpr std::string_view name = "DoesNothing";
  troupe::async<> run(troupe::workflow::context) { co_return; }
};

/// Tasks of one queue.
struct queue_count {
  std::atomic<std::uint64_t> served{0};
};

nexus::async<std::string> echo(
    nexus::start_context ctx,
    std::string input,
    queue_count* count,
    std::chrono::nanoseconds keeps_slot) {
  if (keeps_slot.count() > 0 && !co_await ctx.sleep(keeps_slot))
    throw std::runtime_error("cancelled");
  ++count->served;
  co_return input;
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

class workers {
public:
  explicit workers(const options& chosen)
      : chosen_(chosen), counts_(chosen.queues), client_(connect(chosen)) {
    if (!chosen.is_separate)
      host_ = std::make_unique<troupe::worker_host>(troupe::worker_host_options{
          .slots = {
              .workflow_tasks = chosen.slots,
              .activities = chosen.slots,
              .local_activities = chosen.slots,
              .nexus_tasks = chosen.slots}});
  }

  void start() {
    for (std::size_t i = 0; i != chosen_.queues; ++i) {
      const auto queue = "bench-" + std::to_string(i);
      if (host_) {
        hosted_.push_back(
            host_->add(client_, {.task_queue = queue}, {.weight = i < chosen_.heavy ? 3.0 : 1.0}));
        begin(hosted_.back(), i);
      } else {
        const auto own = std::max<std::size_t>(1, chosen_.slots / chosen_.queues);
        separate_.push_back(std::make_unique<troupe::worker>(
            client_,
            troupe::worker_options{
                .task_queue = queue,
                .max_concurrent_nexus_tasks = own,
                .max_concurrent_workflow_tasks = std::max<std::size_t>(2, own)}));
        begin(*separate_.back(), i);
      }
    }
  }

  [[nodiscard]] std::vector<std::uint64_t> served() const {
    std::vector<std::uint64_t> all;
    for (const auto& each : counts_)
      all.push_back(each.served);
    return all;
  }
  /// Of the host's own book, where there is one: a snapshot of each of many workers looks at all
  /// actors of their shards.
  [[nodiscard]] std::uint64_t polls() const {
    std::uint64_t open = 0;
    if (host_)
      for (const auto& kind : host_->snapshot().kinds)
        for (const auto& each : kind.members)
          open += each.polls;
    for (const auto& each : separate_) {
      const auto now = each->snapshot({.most_runs = 0});
      const auto found = now.metrics.find("num_pollers");
      open += found == now.metrics.end() ? 0 : found->second;
    }
    return open;
  }

private:
  static troupe::client connect(const options& chosen) {
    troupe::connection_options to;
    to.target = chosen.target;
    to.lazy = true;
    return troupe::client::connect(to);
  }

  [[nodiscard]] std::chrono::nanoseconds slot_time() const {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(chosen_.sleep_ms * 1e6)};
  }

  void begin(troupe::worker& which, std::size_t index) {
    if (chosen_.is_idle)
      which.add<does_nothing>();
    else
      which.add(nexus::service_handler{
          chosen_.service,
          {nexus::dynamic_operation<std::string, std::string>(
              chosen_.operation,
              [count = &counts_[index],
               keeps = slot_time()](nexus::start_context ctx, std::string input) {
                return echo(ctx, std::move(input), count, keeps);
              })}});
    which.start();
  }

  const options chosen_;
  std::vector<queue_count> counts_;
  troupe::client client_;
  std::unique_ptr<troupe::worker_host> host_;
  std::vector<troupe::hosted_worker> hosted_;
  std::vector<std::unique_ptr<troupe::worker>> separate_;
};

std::string threads_of_this_process() {
  std::string line(256, '\0');
  std::string found;
  if (auto* file = std::fopen("/proc/self/status", "r")) {
    while (std::fgets(line.data(), static_cast<int>(line.size()), file) != nullptr)
      if (line.starts_with("Threads:"))
        found = std::to_string(std::stoi(line.substr(8)));
    std::fclose(file);
  }
  return found.empty() ? "0" : found;
}

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{"many task queues in one process"};
  app.add_option("--target", chosen.target, "HOST:PORT of a frontend");
  app.add_option("--service", chosen.service);
  app.add_option("--operation", chosen.operation);
  app.add_option("--queues", chosen.queues)->check(CLI::PositiveNumber);
  app.add_option("--slots", chosen.slots, "tasks at the same time, of all queues together");
  app.add_option("--sleep-ms", chosen.sleep_ms, "a task keeps its slot so long, without blocking");
  app.add_option("--heavy", chosen.heavy, "so many of the queues have three times the weight");
  app.add_option("--seconds", chosen.seconds, "measured time, after the warm-up");
  app.add_option("--warm-up", chosen.warm_up);
  app.add_flag("--idle", chosen.is_idle, "workflow workers without tasks");
  app.add_flag("--separate", chosen.is_separate, "a worker of its own for each, without a host");
  CLI11_PARSE(app, argc, argv);
  troupe::log::set_level(troupe::log::level::warn); // a line for each worker would be counted

  const auto rss_before = resident_kib();
  workers all{chosen};
  const auto began = now_nanoseconds();
  all.start();
  const auto start_seconds = static_cast<double>(now_nanoseconds() - began) / 1e9;
  sleep_seconds(chosen.warm_up);
  const auto before = all.served();
  const auto cpu_before = cpu_microseconds();
  const auto from = now_nanoseconds();
  sleep_seconds(chosen.seconds);
  const auto seconds = static_cast<double>(now_nanoseconds() - from) / 1e9;
  const auto cpu = cpu_microseconds() - cpu_before;
  const auto rss = resident_kib();
  auto served = all.served();
  for (std::size_t i = 0; i != served.size(); ++i)
    served[i] -= before[i];
  const auto sum = [&](std::size_t first, std::size_t last) {
    return std::accumulate(
        served.begin() + static_cast<std::ptrdiff_t>(first),
        served.begin() + static_cast<std::ptrdiff_t>(last),
        std::uint64_t{0});
  };
  const auto tasks = sum(0, served.size());
  const auto of_heavy = sum(0, std::min(chosen.heavy, served.size()));
  const auto [least, most] = std::ranges::minmax(served);
  std::printf(
      R"({"program":"worker_hosts","kind":"%s","how":"%s","queues":%zu,"slots":%zu,"linkage":"%s","threads":%s,)"
      R"("start_seconds":%.2f,"rss_kib":%ld,"rss_kib_per_queue":%.1f,"cpu_ms_per_second":%.2f,"polls":%llu,)"
      R"("tasks":%llu,"tasks_per_second":%.0f,"cpu_us_per_task":%.2f,"least":%llu,"most":%llu,"heavy_tasks":%llu})"
      "\n",
      chosen.is_idle ? "idle" : "nexus",
      chosen.is_separate ? "separate" : "host",
      chosen.queues,
      chosen.slots,
      linkage().c_str(),
      threads_of_this_process().c_str(),
      start_seconds,
      rss,
      static_cast<double>(rss - rss_before) / static_cast<double>(chosen.queues),
      cpu / 1000 / seconds,
      static_cast<unsigned long long>(all.polls()),
      static_cast<unsigned long long>(tasks),
      static_cast<double>(tasks) / seconds,
      tasks == 0 ? 0.0 : cpu / static_cast<double>(tasks),
      static_cast<unsigned long long>(least),
      static_cast<unsigned long long>(most),
      static_cast<unsigned long long>(of_heavy));
  std::fflush(stdout);
  // A saturating frontend never runs dry, so a graceful stop is not part of the figure.
  std::_Exit(0);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
