// SPDX-License-Identifier: Apache-2.0
//
// A worker to try by hand against a running service: serves HelloService (echo as a plain function,
// say-hello as a workflow) and the workflows HelloCallerWorkflow and HelloHandlerWorkflow on one
// task queue.
//
//     serve ADDRESS NAMESPACE TASK_QUEUE ENDPOINT [SHARDS]
//
// Ends when its standard input ends.

#include "actors/shard/threaded_shard.hpp"
#include "actors/worker/work_pool.hpp"
#include "actors/worker/worker_core.hpp"
#include "runtime/base/log.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/rpc/connector.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/context.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <boost/describe.hpp>

#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;
namespace actors = troupe::actors;

namespace sample {

struct hello_input {
  std::string name;
};
struct hello_output {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name))
BOOST_DESCRIBE_STRUCT(hello_output, (), (message))

struct hello_service : troupe::nexus::service<"HelloService"> {
  static constexpr operation<hello_input, hello_output> echo{"echo"};
  static constexpr operation<hello_input, hello_output> say_hello{"say-hello"};
  static constexpr auto operations = std::tuple{echo, say_hello};
};

struct hello_handler_workflow {
  static constexpr std::string_view name = "HelloHandlerWorkflow";
  troupe::async<hello_output> run(troupe::workflow::context ctx, hello_input in) {
    co_await ctx.sleep(100ms);
    co_return hello_output{"hello " + in.name};
  }
};

std::string endpoint;

struct hello_caller_workflow {
  static constexpr std::string_view name = "HelloCallerWorkflow";
  troupe::async<std::string> run(troupe::workflow::context ctx, std::string who) {
    auto hello = ctx.nexus_client<hello_service>({.endpoint = endpoint});
    auto echoed =
        co_await hello.execute(hello_service::echo, {who}, {.schedule_to_close_timeout = 10s});
    auto said =
        co_await hello.execute(hello_service::say_hello, {who}, {.schedule_to_close_timeout = 10s});
    co_return echoed.message + " / " + said.message;
  }
};

} // namespace sample

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "serve ADDRESS NAMESPACE TASK_QUEUE ENDPOINT [SHARDS]\n";
    return 1;
  }
  troupe::log::configure(troupe::log::level::debug, troupe::log::format::text);
  sample::endpoint = argv[4];

  auto connector =
      troupe::rpc::grpc_connector(troupe::rpc::resolve({.target = argv[1], .name_space = argv[2]}));

  auto services = std::make_shared<troupe::nexus::service_registry>();
  services->add(troupe::nexus::handler_for<sample::hello_service>(
      troupe::nexus::sync<sample::hello_service::echo>(
          [](troupe::nexus::start_context, sample::hello_input in) -> sample::hello_output {
            return {in.name};
          }),
      troupe::nexus::workflow_run<sample::hello_service::say_hello>(
          [](troupe::nexus::start_context ctx, sample::hello_input in) {
            return troupe::nexus::start_workflow<sample::hello_handler_workflow>(
                {.id = "hello-" + std::string{ctx.request_id()}}, in);
          })));

  caf::actor_system_config config;
  caf::actor_system system{config};
  auto context = std::make_shared<actors::worker_context>();
  context->settings.name_space = argv[2];
  context->settings.task_queue = argv[3];
  context->settings.identity = "serve@test";
  context->pool = std::make_shared<actors::thread_work_pool>(100);
  context->nexus = std::make_shared<troupe::nexus::dispatch_environment>(
      troupe::nexus::dispatch_environment{services, {}, argv[2], argv[3], "serve@test", nullptr});
  context->workflow_environment = std::make_shared<troupe::workflow::environment>(
      troupe::workflow::environment{{}, argv[2], argv[3], "serve@test"});
  for (auto definition :
       {troupe::workflow::define<sample::hello_handler_workflow>(),
        troupe::workflow::define<sample::hello_caller_workflow>()})
    context->workflows[definition->name] = definition;

  std::vector<std::unique_ptr<actors::threaded_shard>> shards;
  std::vector<actors::shard*> homes;
  for (int i = 0; i < (argc > 5 ? std::stoi(argv[5]) : 1); ++i) {
    shards.push_back(
        std::make_unique<actors::threaded_shard>(system, "shard-" + std::to_string(i)));
    homes.push_back(shards.back().get());
  }
  actors::worker_core core{system, context, homes, [&](actors::shard& where, std::size_t index) {
                             return connector->connect(where, shards[index]->completion_queue());
                           }};
  std::atomic<bool> stopped{false};
  core.on_phase([&](actors::worker_phase phase, const std::string& error) {
    std::cerr << "phase: " << to_string(phase) << ' ' << error << '\n';
    if (phase == actors::worker_phase::stopped) {
      stopped = true;
      stopped.notify_all();
    }
  });
  core.start();
  for (std::string line; std::getline(std::cin, line);) {
  }
  core.stop();
  stopped.wait(false);
  core.release();
  for (auto& each : shards)
    each->stop();
  for (const auto& each : context->shards)
    for (auto* tasks : {&each->counters.nexus_tasks, &each->counters.workflow_tasks}) {
      std::cerr << (tasks == &each->counters.nexus_tasks ? "nexus" : "workflow")
                << " tasks: " << tasks->accepted.get();
      for (std::size_t i = 0; i < actors::task_outcome_count; ++i)
        if (auto ended = tasks->ended[i].get())
          std::cerr << ", " << to_string(static_cast<actors::task_outcome>(i)) << ' ' << ended;
      std::cerr << '\n';
    }
}
