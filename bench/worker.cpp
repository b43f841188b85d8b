// SPDX-License-Identifier: Apache-2.0
// Troupe's worker under load: serves an echo of a JSON string (or of a struct) from any frontend
// and prints one line. With --sleep-ms the handler waits as one that calls somebody would. With
// --activity it is an activity that echoes, not a Nexus operation.

#include "bench/support/basket.hpp"
#include "bench/support/counted.hpp"
#include "bench/support/measure.hpp"
#include "bench/support/process_info.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/caf.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>

#include <caf/actor_system_config.hpp>

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace activity = troupe::activity;
namespace nexus = troupe::nexus;
using namespace troupe::bench;

struct options {
  std::string target = "127.0.0.1:7533";
  std::string name_space = "default";
  std::string task_queue = "bench-tq";
  std::string service = "my-hello-service";
  std::string operation = "say-hello";
  std::string handler = "coroutine";
  bool as_struct = false;
  bool is_activity = false;
  double seconds = 3;
  double warm_up = 1;
  double linger = 0;
  double sleep_ms = 0;
  std::uint64_t max_tasks = 0;
  std::size_t slots = 100;
  int pollers = 64;
  std::size_t shards = 1;
};

template <class T>
nexus::async<T> late_echo(nexus::start_context ctx, std::chrono::nanoseconds after, T input) {
  if (!co_await ctx.sleep(after))
    throw std::runtime_error("cancelled");
  co_return input;
}

struct actor_service : nexus::service<"bench"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
};

using echo_handle = caf::typed_actor<caf::replies_to<std::string>::with<std::string>>;

class echo_actor final : public echo_handle::base {
public:
  using echo_handle::base::base;

  behavior_type make_behavior() override {
    return {[](std::string& input) { return std::move(input); }};
  }
};

/// Of a system of its own, as a program has one: with a thread of its scheduler's.
nexus::operation_entry echo_by_actor(const options& chosen, caf::actor_system& system) {
  const echo_handle by = system.spawn<echo_actor>();
  return {
      chosen.operation,
      nexus::by_actor<actor_service::echo>(by, {.max_outstanding = chosen.slots}).handler};
}

template <class T>
nexus::operation_entry echo(const options& chosen) {
  if (chosen.sleep_ms > 0)
    return nexus::dynamic_operation<T, T>(
        chosen.operation,
        [for_so_long = std::chrono::nanoseconds{static_cast<std::int64_t>(chosen.sleep_ms * 1e6)}](
            nexus::start_context ctx, T input) { return late_echo(ctx, for_so_long, input); });
  if (chosen.handler == "function")
    return nexus::dynamic_operation<T, T>(
        chosen.operation, [](nexus::start_context, T input) -> T { return input; });
  return nexus::dynamic_operation<T, T>(
      chosen.operation, [](nexus::start_context, T input) -> nexus::async<T> { co_return input; });
}

activity::implementation echo_activity(const options& chosen) {
  using echo_type = std::string(std::string);
  if (chosen.handler == "function")
    return activity::implement_named<echo_type>(
        chosen.operation, [](std::string input) { return input; });
  return activity::implement_named<echo_type>(
      chosen.operation, [](std::string input) -> activity::async<std::string> { co_return input; });
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// Of a snapshot: the tasks that this program is about.
const troupe::worker_snapshot::tasks&
tasks_of(const troupe::worker_snapshot& now, const options& chosen) {
  return chosen.is_activity ? now.activity : now.nexus;
}

std::uint64_t answered(const troupe::worker& worker, const options& chosen) {
  return answered_tasks(worker, chosen.is_activity ? "ActivityWorker" : "NexusWorker");
}

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{"Troupe's worker, serving an echo operation or activity"};
  app.add_option("--target", chosen.target, "HOST:PORT of any frontend");
  app.add_option("--namespace", chosen.name_space);
  app.add_option("--task-queue", chosen.task_queue);
  app.add_option("--service", chosen.service);
  app.add_option("--operation", chosen.operation);
  app.add_option("--seconds", chosen.seconds, "measured time, after the warm-up");
  app.add_option("--warm-up", chosen.warm_up);
  app.add_option("--linger", chosen.linger, "goes on serving so long after the measured time");
  app.add_option("--max-tasks", chosen.max_tasks, "ends after so many tasks instead");
  app.add_option("--sleep-ms", chosen.sleep_ms, "the handler waits so long, without blocking");
  app.add_option("--slots", chosen.slots, "tasks at the same time");
  app.add_option("--pollers", chosen.pollers, "polls in flight");
  app.add_option("--shards", chosen.shards, "threads");
  app.add_option("--handler", chosen.handler)
      ->check(CLI::IsMember({"coroutine", "function", "actor"}));
  auto* as_struct = app.add_flag(
      "--struct", chosen.as_struct, "decode and encode a described struct, not a string");
  app.add_flag("--activity", chosen.is_activity, "an activity, not a Nexus operation")
      ->excludes(as_struct);
  CLI11_PARSE(app, argc, argv);

  troupe::connection_options to;
  to.target = chosen.target;
  to.name_space = chosen.name_space;
  to.lazy = true;
  auto client = troupe::client::connect(to);
  troupe::worker worker{
      client,
      {.task_queue = chosen.task_queue,
       .shards = chosen.shards,
       .max_concurrent_nexus_tasks = chosen.slots,
       .max_concurrent_activities = chosen.slots,
       .nexus_pollers = {chosen.pollers, chosen.pollers, chosen.pollers},
       .activity_pollers = {chosen.pollers, chosen.pollers, chosen.pollers}}};
  caf::actor_system_config system_config;
  system_config.set("scheduler.policy", caf::atom("sharing"));
  system_config.set("scheduler.max-threads", std::size_t{1});
  std::unique_ptr<caf::actor_system> system;
  if (chosen.is_activity)
    worker.add(echo_activity(chosen));
  else if (chosen.handler == "actor") {
    if (chosen.as_struct || chosen.sleep_ms > 0)
      throw std::invalid_argument{"an actor echoes strings at once"};
    system = std::make_unique<caf::actor_system>(system_config);
    worker.add(nexus::service_handler{chosen.service, {echo_by_actor(chosen, *system)}});
  } else
    worker.add(nexus::service_handler{
        chosen.service, {chosen.as_struct ? echo<basket>(chosen) : echo<std::string>(chosen)}});
  worker.start();
  interval measured;
  measured.begin(0);
  std::string rss_over_time;
  if (chosen.max_tasks > 0) {
    while (answered(worker, chosen) < chosen.max_tasks)
      sleep_seconds(0.05);
  } else {
    sleep_seconds(chosen.warm_up);
    measured.begin(answered(worker, chosen));
    constexpr int samples = 20;
    for (int i = 0; i < samples; ++i) {
      rss_over_time += (i == 0 ? "" : ",") + std::to_string(resident_kib());
      sleep_seconds(chosen.seconds / samples);
    }
  }
  const auto figures = measured.end(answered(worker, chosen));
  sleep_seconds(chosen.linger);
  const auto end = worker.snapshot();
  // Warm-up included. Of an operation from the poll's answer to the service's word that it took
  // ours; of an activity until its code has ended.
  const auto& taken = end.latencies.at(
      chosen.is_activity ? "activity_execution_latency" : "nexus_task_endtoend_latency");
  const auto microseconds = [](std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::micro>{time}.count();
  };
  std::string dropped;
  for (const auto& [name, count] : tasks_of(end, chosen).outcomes)
    if (name != "answered" && count != 0)
      dropped += (dropped.empty() ? "" : ",") + name + ':' + std::to_string(count);
  std::printf(
      R"({"program":"troupe_worker","kind":"%s","handler":"%s","payload":"%s","slots":%zu,"pollers":%d,"shards":%zu,)"
      R"("linkage":"%s","accepted":%llu,"tasks":%llu,)"
      R"("tasks_per_second":%.0f,"cpu_us_per_task":%.2f,"p50_us":%.1f,"p99_us":%.1f,"rss_kib":%ld,"rss_kib_over_time":[%s],"dropped":"%s"})"
      "\n",
      chosen.is_activity ? "activity" : "nexus",
      chosen.handler.c_str(),
      chosen.as_struct ? "struct" : "string",
      chosen.slots,
      chosen.pollers,
      chosen.shards,
      linkage().c_str(),
      static_cast<unsigned long long>(tasks_of(end, chosen).accepted),
      static_cast<unsigned long long>(figures.tasks),
      figures.tasks_per_second,
      figures.cpu_per_task,
      microseconds(taken.p50),
      microseconds(taken.p99),
      resident_kib(),
      rss_over_time.c_str(),
      dropped.c_str());
  std::fflush(stdout);
  // A saturating frontend never runs dry, so a graceful stop is not part of the figure.
  std::_Exit(figures.tasks > 0 ? 0 : 1);
} catch (const std::exception& error) {
  std::fprintf(stderr, "worker: %s\n", error.what());
  return 1;
}
