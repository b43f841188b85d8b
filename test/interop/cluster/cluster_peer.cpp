// SPDX-License-Identifier: Apache-2.0
// Half of the workers of cluster.py: two callers in one namespace, two handlers in the other.
//
//     cluster_peer CALLER_NAMESPACE HANDLER_NAMESPACE ENDPOINT

#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

using namespace std::chrono_literals;
namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

namespace {

std::string endpoint;

struct errand {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(errand, (), (id))

struct done {
  std::string what;
};
BOOST_DESCRIBE_STRUCT(done, (), (what))

struct errands : nexus::service<"Errands"> {
  static constexpr operation<errand, done> ask{"ask"};
  static constexpr operation<errand, done> run{"run"};
  static constexpr auto operations = std::tuple{ask, run};
};

/// What an asynchronous operation is: it waits on a timer of the cluster.
struct errand_run {
  static constexpr std::string_view name = "Errand";
  troupe::async<done> run(workflow::context ctx, errand in) {
    co_await ctx.sleep(500ms);
    co_return done{"ran " + in.id};
  }
};

/// So many rounds of a synchronous and an asynchronous operation; all that was answered.
struct errand_caller {
  static constexpr std::string_view name = "Caller";
  troupe::async<std::vector<std::string>> run(workflow::context ctx, int rounds) {
    const auto client = ctx.nexus_client<errands>({.endpoint = endpoint});
    std::vector<std::string> all;
    for (int round = 0; round < rounds; ++round) {
      const errand of{ctx.info().workflow_id + '-' + std::to_string(round)};
      const auto asked = client.execute<errands::ask>(of);
      const auto ran = client.execute<errands::run>(of);
      all.push_back((co_await asked).what);
      all.push_back((co_await ran).what);
    }
    co_return all;
  }
};

auto handler() {
  return nexus::handler_for<errands>(
      nexus::sync<errands::ask>(
          [](nexus::start_context, errand in) -> done { return {"asked " + in.id}; }),
      nexus::workflow_run<errands::run>([](nexus::start_context, errand in) {
        return nexus::start_workflow<errand_run>({.id = in.id}, in);
      }));
}

} // namespace

int main(int count, char** words) try {
  if (count != 4)
    throw std::runtime_error("usage: cluster_peer CALLER_NAMESPACE HANDLER_NAMESPACE ENDPOINT");
  endpoint = words[3];
  auto options = troupe::connection_options_from_environment();
  options.name_space = words[1];
  const auto callers = troupe::client::connect(options);
  options.name_space = words[2];
  const auto handlers = troupe::client::connect(options);

  std::deque<troupe::worker> workers;
  for (int n = 0; n < 2; ++n) {
    auto& caller = workers.emplace_back(callers, troupe::worker_options{.task_queue = "callers"});
    caller.add<errand_caller>();
    auto& handler_worker =
        workers.emplace_back(handlers, troupe::worker_options{.task_queue = "handlers"});
    handler_worker.add<errand_run>().add(handler());
  }
  for (std::size_t n = 1; n < workers.size(); ++n)
    workers[n].start();
  return workers.front().run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
