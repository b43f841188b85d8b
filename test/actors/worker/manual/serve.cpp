// SPDX-License-Identifier: Apache-2.0
//
// A worker to try by hand against a running service: serves HelloService (echo as a plain function,
// say-hello as a workflow) and the workflows HelloCallerWorkflow and HelloHandlerWorkflow on one
// task queue, until it is signalled.
//
//     manual_serve ADDRESS NAMESPACE TASK_QUEUE ENDPOINT [SHARDS [GRACE_MILLISECONDS]]

#include <troupe/activity/contract.hpp>
#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/describe.hpp>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
namespace nexus = troupe::nexus;

namespace sample {

struct hello_input {
  std::string name;
};
struct hello_output {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name))
BOOST_DESCRIBE_STRUCT(hello_output, (), (message))

struct hello_service : nexus::service<"HelloService"> {
  static constexpr operation<hello_input, hello_output> echo{"echo"};
  static constexpr operation<hello_input, hello_output> say_hello{"say-hello"};
  static constexpr operation<void, void> never{"never"}; ///< does not come back, whatever happens
  static constexpr auto operations = std::tuple{echo, say_hello, never};
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
        co_await hello.execute<hello_service::echo>({who}, {.schedule_to_close_timeout = 60s});
    auto said =
        co_await hello.execute<hello_service::say_hello>({who}, {.schedule_to_close_timeout = 60s});
    co_return echoed.message + " / " + said.message;
  }
};

struct never_caller_workflow {
  static constexpr std::string_view name = "NeverCallerWorkflow";
  troupe::async<> run(troupe::workflow::context ctx) {
    co_await ctx.nexus_client<hello_service>({.endpoint = endpoint})
        .execute<hello_service::never>({.schedule_to_close_timeout = 60s});
  }
};

inline constexpr troupe::activity::contract<void()> never_ends{"NeverEnds"};

void does_not_end(const troupe::activity::context&) {
  std::cout << "it has begun\n" << std::flush;
  for (;;)
    pause();
}

struct never_ending_workflow {
  static constexpr std::string_view name = "NeverEndingWorkflow";
  troupe::async<> run(troupe::workflow::context ctx) {
    co_await ctx.execute<never_ends>({.start_to_close_timeout = 60s, .activity_id = "stuck"});
  }
};

auto hello_handler() {
  return nexus::handler_for<hello_service>(
      nexus::sync<hello_service::echo>(
          [](nexus::start_context, hello_input in) -> hello_output { return {in.name}; }),
      nexus::workflow_run<hello_service::say_hello>([](nexus::start_context ctx, hello_input in) {
        return nexus::start_workflow<hello_handler_workflow>(
            {.id = "hello-" + std::string{ctx.request_id()}}, in);
      }),
      nexus::sync<hello_service::never>([](nexus::start_context) {
        std::cout << "it has begun\n" << std::flush;
        for (;;)
          pause();
      }));
}

void print(const char* what, const troupe::worker_snapshot::tasks& tasks) {
  std::cout << what << " tasks: accepted " << tasks.accepted;
  for (const auto& [outcome, count] : tasks.outcomes)
    std::cout << ", " << outcome << ' ' << count;
  std::cout << ", running " << tasks.running() << '\n';
}

} // namespace sample

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr
        << "manual_serve ADDRESS NAMESPACE TASK_QUEUE ENDPOINT [SHARDS [GRACE_MILLISECONDS]]\n";
    return 1;
  }
  sample::endpoint = argv[4];
  auto client = troupe::client::connect({.target = argv[1], .name_space = argv[2], .lazy = true});
  troupe::worker worker{
      client,
      {.task_queue = argv[3],
       .shards = argc > 5 ? static_cast<std::size_t>(std::stoul(argv[5])) : 1,
       .graceful_shutdown_timeout =
           argc > 6 ? std::chrono::milliseconds{std::stoi(argv[6])} : std::chrono::seconds{10}}};
  worker.add(sample::hello_handler());
  worker.add<sample::hello_handler_workflow>();
  worker.add<sample::hello_caller_workflow>();
  worker.add<sample::never_caller_workflow>();
  worker.add<sample::never_ending_workflow>();
  worker.add(troupe::activity::implement<sample::never_ends>(&sample::does_not_end));
  auto code = worker.run_until_signal();
  auto seen = worker.snapshot();
  sample::print("nexus", seen.nexus);
  sample::print("workflow", seen.workflow);
  for (const auto& [name, value] : seen.metrics)
    if (value != 0)
      std::cout << name << ' ' << value << '\n';
  return code;
}
