// SPDX-License-Identifier: Apache-2.0
// Interceptors that give the workflow something else than what came back: another start, another
// result, or one without anything behind it.

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/worker_interceptor.hpp>
#include <troupe/workflow/interceptor.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

using texts = std::vector<std::string>;

inline constexpr activity::contract<std::string(std::string)> speak{"speak"};

struct echo_service : nexus::service<"Echo"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
  static constexpr operation<std::string, std::string> later{"later"};
  static constexpr auto operations = std::tuple{echo, later};
};

struct child {
  static constexpr std::string_view name = "Child";
  async<std::string> run(workflow::context ctx, std::string in) {
    std::string heard;
    ctx.on_signal("say", [&heard](std::string what) { heard = what; });
    co_await ctx.sleep(10s);
    co_return in + heard;
  }
};

struct parent {
  static constexpr std::string_view name = "Parent";
  async<texts> run(workflow::context ctx) {
    texts seen;
    seen.push_back(co_await ctx.execute<speak>({.start_to_close_timeout = 10s}, "activity"));
    seen.push_back(co_await ctx.execute_local<speak>({.start_to_close_timeout = 10s}, "local"));
    seen.push_back(co_await ctx.execute_child<child>({.id = "c1"}, "child"));
    auto started = co_await ctx.start_child<child>({.id = "c2"}, "child");
    seen.push_back(started.workflow_id() + (started.run_id().empty() ? "" : " runs"));
    co_await started.signal("say", "!");
    seen.push_back(co_await started.result());
    auto operations = ctx.nexus_client<echo_service>({.endpoint = "echoes"});
    seen.push_back(co_await operations.execute<echo_service::echo>("operation"));
    auto later = co_await operations.start<echo_service::later>("later");
    seen.emplace_back(later.operation_token().empty() ? "no token" : "token");
    seen.push_back(co_await later.result());
    co_return seen;
  }
};

/// Awaits what came and says it twice; an error becomes a text.
async<payload> twice(workflow::context ctx, workflow::future<payload> came) {
  auto outcome = co_await came.as_result();
  if (!outcome.has_value())
    co_return ctx.converter().to_payload("failed");
  const auto text = ctx.converter().from_payload<std::string>(*outcome);
  co_return ctx.converter().to_payload(text + text);
}

class doubling final : public workflow::interceptor {
  workflow::future<payload>
  start_activity(workflow::context ctx, workflow::activity_input in, next_activity next) override {
    return ctx.spawn(twice(ctx, next(ctx, std::move(in))));
  }
  workflow::future<payload> start_local_activity(
      workflow::context ctx, workflow::local_activity_input in, next_local_activity next) override {
    return ctx.spawn(twice(ctx, next(ctx, std::move(in))));
  }
  workflow::begun
  start_child(workflow::context ctx, workflow::child_input in, next_child next) override {
    const auto came = next(ctx, std::move(in));
    return came.with_result(ctx.spawn(twice(ctx, came.result())));
  }
  workflow::begun start_nexus_operation(
      workflow::context ctx,
      workflow::nexus_operation_input in,
      next_nexus_operation next) override {
    const auto came = next(ctx, std::move(in));
    return came.with_result(ctx.spawn(twice(ctx, came.result())));
  }
};

/// Goes on with nothing: all of it comes from here.
class making_up final : public workflow::interceptor {
  static async<payload> made_up(workflow::context ctx, std::string what) {
    co_await ctx.sleep(1s);
    co_return ctx.converter().to_payload(what);
  }
  static async<void> soon(workflow::context ctx) { co_await ctx.sleep(1ms); }

  workflow::future<payload>
  start_activity(workflow::context ctx, workflow::activity_input, next_activity) override {
    return ctx.spawn(made_up(ctx, "no activity"));
  }
  workflow::begun start_child(workflow::context ctx, workflow::child_input, next_child) override {
    return {ctx.spawn(soon(ctx)), ctx.spawn(made_up(ctx, "no child"))};
  }
  workflow::begun start_nexus_operation(
      workflow::context ctx, workflow::nexus_operation_input, next_nexus_operation) override {
    return {ctx.spawn(soon(ctx)), ctx.spawn(made_up(ctx, "no operation"))};
  }
};

/// A child is started for the code a minute later than it is; an operation is not, whatever it
/// does.
class holding_back final : public workflow::interceptor {
  static async<void> late(workflow::context ctx, workflow::future<void> started) {
    co_await started;
    co_await ctx.sleep(1min);
  }
  static async<void> refused(workflow::context ctx) {
    co_await ctx.sleep(1s);
    throw application_error("not today", {.non_retryable = true});
  }
  workflow::begun
  start_child(workflow::context ctx, workflow::child_input in, next_child next) override {
    const auto came = next(ctx, std::move(in));
    return came.with_start(ctx.spawn(late(ctx, came.started())));
  }
  workflow::begun start_nexus_operation(
      workflow::context ctx,
      workflow::nexus_operation_input in,
      next_nexus_operation next) override {
    return next(ctx, std::move(in)).with_start(ctx.spawn(refused(ctx)));
  }
};

template <class Interceptor>
class everywhere final : public worker_interceptor {
  std::unique_ptr<workflow::interceptor>
  intercept_workflow(const workflow::info& run) const override {
    return run.workflow_type == "Child" ? nullptr : std::make_unique<Interceptor>();
  }
};

struct fixture {
  environment env{{.service = {.endpoints = {{"echoes", "default", "q"}}}}};
  client with = env.connect();

  template <class Interceptor, class Workflow>
  worker serve(std::size_t cached = 1000) {
    worker made = env.make_worker(
        with,
        {.task_queue = "q",
         .max_cached_workflows = cached,
         .interceptors = {std::make_shared<everywhere<Interceptor>>()}});
    made.add<Workflow>();
    made.add<child>()
        .add(activity::implement<speak>([](std::string in) { return in; }))
        .add(nexus::handler_for<echo_service>(
            nexus::sync<echo_service::echo>(
                [](nexus::start_context, std::string in) { return in; }),
            nexus::workflow_run<echo_service::later>([](nexus::start_context, std::string in) {
              return nexus::start_workflow<child>({.id = "behind"}, in);
            })));
    made.start();
    return made;
  }
};

/// Starts a child and waits for it, as the interceptor lets it.
struct watching {
  static constexpr std::string_view name = "Watching";
  async<texts> run(workflow::context ctx) {
    texts seen;
    const auto began = ctx.now();
    auto started = co_await ctx.start_child<child>({.id = "c"}, "child");
    seen.emplace_back(ctx.now() - began >= 1min ? "late" : "at once");
    seen.push_back(co_await started.result());
    auto operations = ctx.nexus_client<echo_service>({.endpoint = "echoes"});
    auto refused = co_await operations.start<echo_service::later>("x").as_result();
    seen.emplace_back(refused.has_value() ? "began" : describe(refused.error()));
    co_return seen;
  }
};

/// Cancels a child whose result is another one.
struct cancelling {
  static constexpr std::string_view name = "Cancelling";
  async<std::string> run(workflow::context ctx) {
    auto result = ctx.execute_child<child>({.id = "c"}, "child");
    co_await ctx.sleep(1s);
    result.cancel();
    auto outcome = co_await result.as_result();
    co_return outcome.has_value() ? *outcome : "canceled";
  }
};

/// Signals a child that there is not.
struct signalling {
  static constexpr std::string_view name = "Signalling";
  async<std::string> run(workflow::context ctx) {
    auto started = co_await ctx.start_child<child>({.id = "c"}, "child");
    try {
      co_await started.signal("say", "!");
    } catch (const std::logic_error& error) {
      co_return error.what();
    }
    co_return "signalled";
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(replacing_interceptors, fixture)

BOOST_AUTO_TEST_CASE(the_results_of_all_calls_can_be_others) {
  for (const std::size_t cached : {1000, 0}) { // and the same in every replay
    auto worker = serve<doubling, parent>(cached);
    BOOST_TEST(
        with.execute_workflow<parent>({.id = "p", .task_queue = "q"})
            == (texts{
                "activityactivity",
                "locallocal",
                "childchild",
                "c2 runs",
                "child!child!",
                "operationoperation",
                "token",
                "laterlater"}),
        boost::test_tools::per_element());
    worker.stop();
  }
}

BOOST_AUTO_TEST_CASE(nothing_need_be_behind_them) {
  for (const std::size_t cached : {1000, 0}) {
    auto worker = serve<making_up, signalling>(cached);
    BOOST_TEST(
        with.execute_workflow<signalling>({.id = "s", .task_queue = "q"})
        == "this child was not started: an interceptor gave its result instead, so nobody hears "
           "signals");
    for (const auto& event : with.get_workflow("s").history())
      BOOST_TEST(event.type().find("Child") == std::string::npos, event.type());
    worker.stop();
  }
}

BOOST_AUTO_TEST_CASE(a_start_can_be_later_or_fail) {
  for (const std::size_t cached : {1000, 0}) {
    auto worker = serve<holding_back, watching>(cached);
    const auto seen = with.execute_workflow<watching>({.id = "w", .task_queue = "q"});
    BOOST_TEST(seen.at(0) == "late");
    BOOST_TEST(seen.at(1) == "child");
    BOOST_TEST(seen.at(2).find("not today") != std::string::npos, seen.at(2));
    with.get_workflow("behind").terminate();
    worker.stop();
  }
}

BOOST_AUTO_TEST_CASE(
    a_cancelled_call_cancels_what_was_begun_and_the_interceptor_says_what_comes_of_it) {
  auto worker = serve<doubling, cancelling>();
  BOOST_TEST(with.execute_workflow<cancelling>({.id = "x", .task_queue = "q"}) == "failed");
  BOOST_TEST((with.get_workflow("c").describe().status == troupe::workflow_status::canceled));
}

BOOST_AUTO_TEST_SUITE_END()
