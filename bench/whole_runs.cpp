// SPDX-License-Identifier: Apache-2.0
// Whole workflow runs against any service, worker and client in this process: workflows of one
// activity, updates beside signals and queries, children, and workflows that have very much to do.
// Prints one line for each size or kind that was asked for.

#include "bench/support/measure.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;
using namespace std::chrono_literals;
using namespace troupe::bench;

constexpr std::string_view queue = "bench-runs-tq";

constexpr activity::contract<int(int)> echo{"echo"};

struct one_activity {
  static constexpr std::string_view name = "BenchOneActivity";
  troupe::async<int> run(workflow::context ctx, int input) {
    co_return co_await ctx.execute<echo>({.schedule_to_close_timeout = 60s}, input);
  }
};

/// Ends at once, as a child.
struct echo_child {
  static constexpr std::string_view name = "BenchChild";
  troupe::async<int> run(workflow::context, int input) { co_return input; }
};

struct counter {
  static constexpr std::string_view name = "BenchCounter";
  static constexpr workflow::update<int(int)> add{"add"};
  static constexpr workflow::signal<int> tell{"tell"};
  static constexpr workflow::query<int()> sum{"sum"};
  static constexpr workflow::signal<> stop{"stop"};

  explicit counter(workflow::context ctx) {
    ctx.on_update<add>([this](int more) { return total += more; });
    ctx.on_signal<tell>([this](int more) { total += more; });
    ctx.on_query<sum>([this] { return total; });
    ctx.on_signal<stop>([this] { stopped = true; });
  }
  troupe::async<int> run(workflow::context ctx) {
    co_await ctx.wait_condition([this] { return stopped; });
    co_return total;
  }

  int total = 0;
  bool stopped = false;
};

/// How long things took as their workflow saw them: to the start of a child, and to its end. The
/// one shard of the worker writes, `main` reads once the workflow has ended.
struct child_latencies {
  latencies start;
  latencies end;
};
child_latencies& of_children() {
  static child_latencies all;
  return all;
}

struct sequential_parent {
  static constexpr std::string_view name = "BenchSequentialParent";
  troupe::async<int> run(workflow::context ctx, int children) {
    int done = 0;
    for (; done < children; ++done) {
      // The real clock, which no workflow should read: nothing that the workflow does depends on
      // it.
      const auto began = now_nanoseconds();
      auto child = co_await ctx.start_child<echo_child>({}, done);
      const auto started = now_nanoseconds();
      if (co_await child.result() != done)
        throw troupe::application_error("a wrong result");
      if (!ctx.is_replaying()) {
        of_children().start.add(started - began);
        of_children().end.add(now_nanoseconds() - began);
      }
    }
    co_return done;
  }
};

/// Has `items` things to do, `at_a_time` of them under way.
struct busy {
  static constexpr std::string_view name = "BenchBusy";
  troupe::async<int> run(workflow::context ctx, int items, int at_a_time, bool children) {
    int done = 0;
    while (done < items) {
      std::vector<workflow::future<int>> under_way;
      for (int i = done; i < std::min(items, done + at_a_time); ++i)
        under_way.push_back(
            children ? ctx.execute_child<echo_child>({}, i)
                     : ctx.execute<echo>({.schedule_to_close_timeout = 60s}, i));
      for (auto& each : under_way)
        if (co_await each != done++)
          throw troupe::application_error("a wrong result");
    }
    co_return done;
  }
};

struct options {
  std::string target = "127.0.0.1:7233";
  std::string name_space = "default";
  std::string kind = "one-activity";
  int runs = 1'000;
  int in_flight = 100;
  std::vector<int> items = {1'000};
  int at_a_time = 40;
};

std::string unused_id(const std::string& of) {
  static int last = 0;
  return "bench-" + of + '-' + std::to_string(now_nanoseconds()) + '-' + std::to_string(++last);
}

/// Runs `options.runs` workflows, `options.in_flight` at a time, each to its result.
class many_runs {
public:
  many_runs(const troupe::client& client, const options& chosen)
      : client_(client), chosen_(chosen), prefix_(unused_id("one") + '-'),
        lanes_(chosen.in_flight) {}

  void run() {
    for (int i = 0; i < chosen_.in_flight; ++i)
      next();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return lanes_ == 0; });
    if (!problem_.empty())
      throw std::runtime_error(problem_);
  }

private:
  /// The next run of a lane; without one the lane ends.
  void next() {
    const int number = started_++;
    if (number >= chosen_.runs)
      return end_lane({});
    client_.async()
        .execute_workflow<one_activity>(
            {.id = prefix_ + std::to_string(number), .task_queue = std::string{queue}}, number)
        .start([this, number](troupe::result<int> result) { on_end(number, result); });
  }
  /// On the client's thread.
  void on_end(int number, const troupe::result<int>& result) {
    if (result && *result == number)
      next();
    else
      end_lane(result ? "a wrong result" : troupe::describe(result.error()));
  }
  void end_lane(const std::string& problem) {
    const std::lock_guard lock{mutex_};
    if (problem_.empty())
      problem_ = problem;
    if (--lanes_ == 0)
      changed_.notify_one();
  }

  const troupe::client& client_;
  const options& chosen_;
  std::string prefix_;
  std::atomic<int> started_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int lanes_;
  std::string problem_;
};

void one_activity_runs(const troupe::client& client, const options& chosen) {
  many_runs all{client, chosen};
  interval measured;
  measured.begin(0);
  all.run();
  const auto figures = measured.end(static_cast<std::uint64_t>(chosen.runs));
  std::printf(
      R"({"program":"whole_runs","kind":"one-activity","runs":%d,"runs_per_second":%.1f,)"
      R"("worker_cpu_us_per_run":%.1f})"
      "\n",
      chosen.runs,
      figures.tasks_per_second,
      figures.cpu_per_task);
}

void messages(const troupe::client& client, const options& chosen) {
  const auto handle = client.start_workflow<counter>(
      {.id = unused_id("counter"), .task_queue = std::string{queue}});
  latencies update;
  latencies signal_and_query;
  int sum = 0;
  for (int i = 0; i < chosen.runs; ++i) {
    auto began = now_nanoseconds();
    sum += 1;
    if (handle.execute_update<counter::add>(1) != sum)
      throw std::runtime_error("an update gave a wrong result");
    update.add(now_nanoseconds() - began);
    began = now_nanoseconds();
    sum += 1;
    handle.signal<counter::tell>(1);
    if (handle.query<counter::sum>() != sum)
      throw std::runtime_error("a query gave a wrong answer");
    signal_and_query.add(now_nanoseconds() - began);
  }
  handle.signal<counter::stop>();
  (void)handle.result();
  std::printf(
      R"({"program":"whole_runs","kind":"messages","rounds":%d,"update_p50_us":%.1f,"update_p99_us":%.1f,)"
      R"("signal_and_query_p50_us":%.1f,"signal_and_query_p99_us":%.1f})"
      "\n",
      chosen.runs,
      update.quantile(0.5),
      update.quantile(0.99),
      signal_and_query.quantile(0.5),
      signal_and_query.quantile(0.99));
}

void sequential_children(const troupe::client& client, const options& chosen) {
  (void)client.execute_workflow<sequential_parent>(
      {.id = unused_id("parent"), .task_queue = std::string{queue}}, chosen.runs);
  std::printf(
      R"({"program":"whole_runs","kind":"child","children":%d,"start_p50_us":%.1f,"end_p50_us":%.1f})"
      "\n",
      chosen.runs,
      of_children().start.quantile(0.5),
      of_children().end.quantile(0.5));
}

void much_to_do(const troupe::client& client, const options& chosen) {
  for (const int items : chosen.items) {
    interval measured;
    measured.begin(0);
    const int done = client.execute_workflow<busy>(
        {.id = unused_id(chosen.kind), .task_queue = std::string{queue}},
        items,
        chosen.at_a_time,
        chosen.kind == "children");
    const auto figures = measured.end(static_cast<std::uint64_t>(done));
    std::printf(
        R"({"program":"whole_runs","kind":"%s","items":%d,"us_per_item":%.2f,"worker_cpu_us_per_item":%.2f})"
        "\n",
        chosen.kind.c_str(),
        done,
        1e6 / figures.tasks_per_second,
        figures.cpu_per_task);
    std::fflush(stdout);
  }
}

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{"Whole workflow runs, against any service"};
  app.add_option("--target", chosen.target, "HOST:PORT of the service");
  app.add_option("--namespace", chosen.name_space);
  app.add_option(
         "--kind",
         chosen.kind,
         "one-activity, messages, child (one after the other), or one workflow with many "
         "activities or children")
      ->check(CLI::IsMember({"one-activity", "messages", "child", "activities", "children"}));
  app.add_option("--runs", chosen.runs, "runs, rounds of messages, or children");
  app.add_option("--in-flight", chosen.in_flight, "one-activity: runs at the same time");
  app.add_option("--items", chosen.items, "activities, children: how many, a run for each number");
  app.add_option("--at-a-time", chosen.at_a_time, "activities, children: so many under way");
  CLI11_PARSE(app, argc, argv);

  troupe::connection_options to;
  to.target = chosen.target;
  to.name_space = chosen.name_space;
  auto client = troupe::client::connect(to);
  constexpr troupe::poller_options polls{20, 20, 20};
  troupe::worker worker{
      client,
      {.task_queue = std::string{queue},
       .max_concurrent_workflow_tasks = 200,
       .max_concurrent_activities = 1'000,
       .workflow_pollers = polls,
       .activity_pollers = polls,
       .max_cached_workflows = 10'000}};
  worker.add(activity::implement<echo>([](int input) -> activity::async<int> { co_return input; }));
  worker.add<one_activity>();
  worker.add<echo_child>();
  worker.add<counter>();
  worker.add<sequential_parent>();
  worker.add<busy>();
  worker.start();
  if (chosen.kind == "one-activity")
    one_activity_runs(client, chosen);
  else if (chosen.kind == "messages")
    messages(client, chosen);
  else if (chosen.kind == "child")
    sequential_children(client, chosen);
  else
    much_to_do(client, chosen);
} catch (const std::exception& error) {
  std::fprintf(stderr, "whole_runs: %s\n", error.what());
  return 1;
}
