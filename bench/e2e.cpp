// SPDX-License-Identifier: Apache-2.0
// End to end: caller workflows that run Nexus operations one after the other, handler and caller in
// this process, against any service. Prints operations per second and the latency of an operation.

#include "bench/support/measure.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/backing.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;
using namespace troupe::bench;

struct echo_service : nexus::service<"BenchService"> {
  static constexpr operation<std::string, std::string> at_once{"at-once"};
  static constexpr operation<std::string, std::string> by_workflow{"by-workflow"};
  static constexpr operation<std::string, std::string> by_update{"by-update"};
  static constexpr auto operations = std::tuple{at_once, by_workflow, by_update};
};

/// What the operation that is an update asks of.
struct desk_contract {
  static constexpr workflow::update<std::string(std::string)> echo{"echo"};
  static constexpr workflow::signal<> close{"close"};
};

struct echo_workflow {
  static constexpr std::string_view name = "BenchEcho";
  troupe::async<std::string> run(workflow::context, std::string input) { co_return input; }
};

struct desk_workflow {
  static constexpr std::string_view name = "BenchDesk";
  explicit desk_workflow(workflow::context ctx) {
    ctx.on_update<desk_contract::echo>([](std::string input) { return input; });
    ctx.on_signal<desk_contract::close>([this] { is_closed_ = true; });
  }
  troupe::async<> run(workflow::context ctx) {
    co_await ctx.wait_condition([this] { return is_closed_; });
  }

private:
  bool is_closed_ = false;
};

/// How long each operation took as its caller saw it. The one shard of the calling worker writes,
/// `main` reads once all callers have ended.
latencies& operation_latencies() {
  static latencies all;
  return all;
}

struct caller_workflow {
  static constexpr std::string_view name = "BenchCaller";
  troupe::async<int>
  run(workflow::context ctx, std::string endpoint, int operations, std::string kind) {
    auto bench = ctx.nexus_client<echo_service>({.endpoint = endpoint});
    // The update asks the desk that is named like this caller.
    const std::string input = kind == "update" ? ctx.info().workflow_id : "hello";
    int done = 0;
    for (; done < operations; ++done) {
      // The real clock, which no workflow should read: nothing that the workflow does depends on
      // it.
      const auto began = now_nanoseconds();
      std::string answer;
      if (kind == "sync")
        answer = co_await bench.execute<echo_service::at_once>(input);
      else if (kind == "async")
        answer = co_await bench.execute<echo_service::by_workflow>(input);
      else
        answer = co_await bench.execute<echo_service::by_update>(input);
      if (answer != input)
        throw troupe::application_error("wrong answer: " + answer);
      if (!ctx.is_replaying())
        operation_latencies().add(now_nanoseconds() - began);
    }
    co_return done;
  }
};

std::string desk_of(const std::string& caller) {
  return caller + "-desk";
}

struct options {
  std::string target = "127.0.0.1:7233";
  std::string caller_namespace = "default";
  std::string handler_namespace = "default";
  std::string endpoint = "bench-endpoint";
  std::string kind = "sync";
  int workflows = 20;
  int operations = 50;
  std::string handler_queue = "bench-handler-tq";
};

} // namespace

int main(int argc, char** argv) try {
  options chosen;
  CLI::App app{"Nexus operations end to end, against any service"};
  app.add_option("--target", chosen.target, "HOST:PORT of the service");
  app.add_option("--endpoint", chosen.endpoint, "made if it is not there");
  app.add_option("--namespace", chosen.caller_namespace);
  app.add_option("--handler-namespace", chosen.handler_namespace);
  app.add_option("--workflows", chosen.workflows, "caller workflows at the same time");
  app.add_option("--operations", chosen.operations, "operations of each, one after the other");
  app.add_option("--kind", chosen.kind)->check(CLI::IsMember({"sync", "async", "update"}));
  CLI11_PARSE(app, argc, argv);

  const auto connect = [&](const std::string& name_space) {
    troupe::connection_options to;
    to.target = chosen.target;
    to.name_space = name_space;
    return troupe::client::connect(to);
  };
  auto caller = connect(chosen.caller_namespace);
  auto handler = connect(chosen.handler_namespace);
  try {
    (void)caller.find_nexus_endpoint(chosen.endpoint);
  } catch (const troupe::rpc_error& error) {
    if (error.code() != troupe::status_code::not_found)
      throw;
    (void)caller.create_nexus_endpoint(
        {.name = chosen.endpoint,
         .target_namespace = chosen.handler_namespace,
         .target_task_queue = chosen.handler_queue});
  }
  troupe::worker serving{handler, {.task_queue = chosen.handler_queue}};
  serving.add(nexus::handler_for<echo_service>(
      nexus::sync<echo_service::at_once>(
          [](nexus::start_context, std::string input) -> nexus::async<std::string> {
            co_return input;
          }),
      nexus::workflow_run<echo_service::by_workflow>(
          [](nexus::start_context ctx, std::string input) {
            return nexus::start_workflow<echo_workflow>(
                {.id = "bench-" + std::string{ctx.request_id()}}, input);
          }),
      nexus::operation_handler<echo_service::by_update>(
          [](nexus::start_context, std::string input) -> nexus::start_result<std::string> {
            return nexus::start_update<desk_contract::echo>({.workflow_id = desk_of(input)}, input);
          })));
  serving.add<echo_workflow>();
  serving.add<desk_workflow>();
  serving.start();
  troupe::worker calling{caller, {.task_queue = "bench-caller-tq", .max_cached_workflows = 10'000}};
  calling.add<caller_workflow>();
  calling.start();

  const auto run_tag = std::to_string(now_nanoseconds());
  const auto id_of = [&](int i) { return "bench-caller-" + run_tag + '-' + std::to_string(i); };
  std::vector<troupe::workflow_handle<void>> desks;
  for (int i = 0; i < chosen.workflows && chosen.kind == "update"; ++i)
    desks.push_back(handler.start_workflow<desk_workflow>(
        {.id = desk_of(id_of(i)), .task_queue = chosen.handler_queue}));
  const auto start = now_nanoseconds();
  const auto cpu = cpu_microseconds();
  std::vector<troupe::workflow_handle<int>> handles;
  for (int i = 0; i < chosen.workflows; ++i)
    handles.push_back(caller.start_workflow<caller_workflow>(
        {.id = id_of(i), .task_queue = "bench-caller-tq"},
        chosen.endpoint,
        chosen.operations,
        chosen.kind));
  std::int64_t done = 0;
  for (auto& handle : handles)
    done += handle.result();
  const auto seconds = static_cast<double>(now_nanoseconds() - start) / 1e9;
  for (auto& desk : desks)
    desk.signal<desk_contract::close>();
  const auto expected = static_cast<std::int64_t>(chosen.workflows) * chosen.operations;
  std::printf(
      R"({"program":"e2e","kind":"%s","workflows":%d,"operations":%d,"done":%lld,"seconds":%.3f,)"
      R"("operations_per_second":%.1f,"ms_per_operation":%.3f,"p50_us":%.1f,"p99_us":%.1f,)"
      R"("worker_cpu_us_per_operation":%.1f})"
      "\n",
      chosen.kind.c_str(),
      chosen.workflows,
      chosen.operations,
      static_cast<long long>(done),
      seconds,
      static_cast<double>(done) / seconds,
      seconds * 1000 * chosen.workflows / static_cast<double>(done),
      operation_latencies().quantile(0.5),
      operation_latencies().quantile(0.99),
      (cpu_microseconds() - cpu) / static_cast<double>(done));
  return done == expected ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "e2e: %s\n", error.what());
  return 1;
}
