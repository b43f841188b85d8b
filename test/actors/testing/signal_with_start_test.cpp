// SPDX-License-Identifier: Apache-2.0
// Workflows that signal others with a start, by the service's own endpoint, in virtual time.

#include <troupe/error.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/worker_interceptor.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

/// Collects what it is given until it has two.
struct collector {
  static constexpr std::string_view name = "Collector";
  async<std::string> run(workflow::context ctx, std::string prefix) {
    std::vector<std::string> all;
    ctx.on_signal("give", [&all](std::string what) { all.push_back(std::move(what)); });
    co_await ctx.wait_condition([&all] { return all.size() == 2; });
    co_return prefix + all[0] + all[1] + ctx.info().headers.get<std::string>("user").value_or("");
  }
};

struct giver {
  static constexpr std::string_view name = "Giver";
  async<std::string> run(workflow::context ctx, std::string what) {
    const auto got = co_await ctx.signal_with_start_workflow<collector>(
        {.id = "collector"}, message("give", what), "got ");
    co_return (got.is_started ? "started " : "found ") + got.run_id;
  }
};

/// Gives a header along to every operation, as context propagation does.
class gives_along final : public workflow::interceptor {
  workflow::begun start_nexus_operation(
      workflow::context ctx,
      workflow::nexus_operation_input in,
      next_nexus_operation next) override {
    in.options.headers.emplace_back("user", "Ann");
    return next(std::move(ctx), std::move(in));
  }
};
struct gives_along_everywhere final : worker_interceptor {
  std::unique_ptr<workflow::interceptor> intercept_workflow(const workflow::info&) const override {
    return std::make_unique<gives_along>();
  }
};

struct fixture {
  environment env{
      {.service = {.dynamic_config = {{"history.enableSignalWithStartFromWorkflow", "true"}}}}};
  client caller = env.connect();
  worker serves = env.make_worker(caller, {.task_queue = "q"});

  fixture() { serves.add<collector>().add<giver>().start(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(signal_with_start, fixture)

BOOST_AUTO_TEST_CASE(the_first_signal_starts_the_workflow_and_the_second_finds_it) {
  const auto first = caller.execute_workflow<giver>({.id = "g1", .task_queue = "q"}, "a");
  const auto second = caller.execute_workflow<giver>({.id = "g2", .task_queue = "q"}, "b");
  BOOST_TEST(first.starts_with("started "));
  BOOST_TEST(second.starts_with("found "));
  BOOST_TEST(first.substr(8) == second.substr(6));
  BOOST_TEST(caller.get_workflow<std::string>("collector").result() == "got ab");
}

BOOST_AUTO_TEST_CASE(headers_of_interceptors_go_to_the_workflow_that_is_started) {
  auto other = env.make_worker(
      caller,
      {.task_queue = "other", .interceptors = {std::make_shared<gives_along_everywhere>()}});
  other.add<collector>().add<giver>().start();
  for (const auto* id : {"g1", "g2"})
    (void)caller.execute_workflow<giver>({.id = id, .task_queue = "other"}, "a");
  BOOST_TEST(caller.get_workflow<std::string>("collector").result() == "got aaAnn");
}

BOOST_AUTO_TEST_SUITE_END()
