// SPDX-License-Identifier: Apache-2.0
// User's code that does not come back, in virtual time: in the middle of the code its shard goes on
// without it, and what the code does after that has no effect.

#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>

using namespace troupe::test;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;

namespace {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

constexpr auto nexus_poll = "PollNexusTaskQueue";
constexpr auto nexus_completed = "RespondNexusTaskCompleted";
constexpr auto nexus_failed = "RespondNexusTaskFailed";
constexpr auto completed = "RespondWorkflowTaskCompleted";
constexpr auto failed = "RespondWorkflowTaskFailed";
constexpr auto history = "GetWorkflowExecutionHistory";

/// What the code below does where it would block.
std::function<void()> blocks;

struct stuck {
  static constexpr std::string_view name = "Stuck";
  troupe::async<int> run(workflow::context ctx) {
    blocks();
    co_await ctx.sleep(1min);
    co_return 1;
  }
};

struct stuck_in_a_callee {
  static constexpr std::string_view name = "StuckInACallee";
  troupe::async<int> run(workflow::context ctx) {
    co_await ctx.sleep(1h);
    co_return co_await callee(ctx);
  }
  static troupe::async<int> callee(workflow::context ctx) {
    blocks();
    co_await ctx.sleep(1min);
    co_return 1;
  }
};

struct asked {
  static constexpr std::string_view name = "Asked";
  troupe::async<int> run(workflow::context ctx) {
    ctx.on_query("state", [] {
      blocks();
      return 1;
    });
    co_await ctx.sleep(1h);
    co_return 1;
  }
};

/// Says that it is destroyed.
struct witness {
  explicit witness(int& of) : deaths(of) {}
  witness(const witness&) = delete;
  witness& operator=(const witness&) = delete;
  ~witness() { ++deaths; }
  int& deaths;
};

struct fixture : worker_fixture {
  fixture() {
    blocks = [this] { leave_behind(); };
  }
  ~fixture() { blocks = nullptr; }

  void leave_behind() {
    const auto seen = shards[0]->look_at_foreign();
    BOOST_TEST(seen.excursion != 0u);
    BOOST_TEST(shards[0]->leave_behind(seen));
    BOOST_TEST(!shards[0]->leave_behind(seen));
  }

  void serve_stuck_workflows() {
    serve_workflows(
        {workflow::define<stuck>(),
         workflow::define<stuck_in_a_callee>(),
         workflow::define<asked>()});
  }

  /// `quick` blocks at once, `waits` after it slept for a minute; both would sleep then.
  void serve_stuck_handlers() {
    auto services = std::make_shared<nexus::service_registry>();
    services->add(nexus::handler_for<test_service>(
        nexus::sync<test_service::plain>([](nexus::start_context, text in) -> text { return in; }),
        nexus::sync<test_service::waits>(
            [this](nexus::start_context ctx, text in) -> nexus::async<text> {
              const witness here{deaths};
              co_await ctx.sleep(1min);
              blocks();
              was_cancelled = ctx.is_cancelled();
              co_await ctx.sleep(1min);
              ++went_on;
              co_return in;
            }),
        nexus::sync<test_service::quick>(
            [this](nexus::start_context ctx, text in) -> nexus::async<text> {
              const witness here{deaths};
              blocks();
              co_await ctx.sleep(1min);
              ++went_on;
              co_return in;
            })));
    serve_nexus(services);
  }

  wire::RespondWorkflowTaskFailedRequest failure() {
    return service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  }

  captured_log log;
  int deaths = 0;
  int went_on = 0;
  std::optional<bool> was_cancelled;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(left_behind, fixture)

BOOST_AUTO_TEST_CASE(a_workflow_task_whose_code_blocks_fails_and_names_the_coroutine) {
  workflow_slots = 2;
  serve_stuck_workflows();
  start();
  give_workflow(first_task("r", "Stuck"));
  BOOST_TEST(service.open(completed).empty());
  const auto answered = failure();
  BOOST_TEST(answered.task_token() == "token-r");
  BOOST_TEST(answered.namespace_() == "default");
  BOOST_TEST(
      answered.cause()
      == temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  const auto& words = answered.failure().message();
  BOOST_TEST(words.starts_with("[TMPRL1101] the code blocks or spins"), words);
  BOOST_TEST(words.find("stuck::run") != std::string::npos, words);
  BOOST_TEST(words.find("left_behind_test.cpp:") != std::string::npos, words);

  const auto lines = log.lines_of("a workflow's code does not come back, going on without it");
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("workflow_type") == "Stuck");
  BOOST_TEST(lines[0].at("workflow_id") == "id-r");
  BOOST_TEST(lines[0].at("run_id") == "r");
  BOOST_TEST(lines[0].at("error").find("stuck::run") != std::string::npos);

  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(counters().sticky_cache_size.get() == 0);
  BOOST_TEST(metric("workflow_task_execution_failed") == 1);
  BOOST_TEST(shards[0]->counters().left_behind.load() == 1u);
  // The slot is back, the next run is served, and so is this one when its code behaves.
  give_workflow(first_task("other"));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  blocks = [] {};
  give_workflow(first_task("r", "Stuck", 2));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 2);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_task_that_fails_again_like_this_is_not_answered_again) {
  serve_stuck_workflows();
  start();
  give_workflow(first_task("r", "Stuck", 2));
  BOOST_TEST(service.all(failed).empty());
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::repeated_failure) == 1u);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(code_that_blocks_behind_several_pages_of_history_loses_its_run_only) {
  serve_stuck_workflows();
  start();
  give_workflow(first_task("r", "StuckInACallee"));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  give_workflow(first_task("other"));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 2);
  auto task = timer_task("r");
  task.mutable_workflow_type()->set_name("StuckInACallee");
  auto rest = std::exchange(*task.mutable_history(), {});
  for (int i = 0; i < 3; ++i)
    *task.mutable_history()->add_events() = rest.events(i);
  rest.mutable_events()->DeleteSubrange(0, 3);
  task.set_next_page_token("more");
  give_workflow(task, true);
  wire::GetWorkflowExecutionHistoryResponse page;
  *page.mutable_history() = rest;
  answer(history, page);
  const auto words = failure().failure().message();
  BOOST_TEST(words.find("stuck_in_a_callee::callee") != std::string::npos, words);
  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 1);
  give_workflow(timer_task("other"), true);
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_query_that_blocks_is_answered_with_that) {
  serve_stuck_workflows();
  start();
  auto task = first_task("r", "Asked");
  task.mutable_query()->set_query_type("state");
  give_workflow(task);
  const auto answered =
      service.open("RespondQueryTaskCompleted").at(0)->as<wire::RespondQueryTaskCompletedRequest>();
  BOOST_TEST(answered.task_token() == "token-r");
  BOOST_TEST(answered.error_message().starts_with("[TMPRL1101]"), answered.error_message());
  answer("RespondQueryTaskCompleted", wire::RespondQueryTaskCompletedResponse{});
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_coroutine_handler_that_blocks_is_answered_and_its_actor_serves_the_next) {
  nexus_slots = 1;
  serve_stuck_handlers();
  start();
  const auto actors = shards[0]->pinned_actors();
  give(nexus_poll, nexus_task("quick", "a"));
  const auto answered = service.open(nexus_failed).at(0)->as<wire::RespondNexusTaskFailedRequest>();
  BOOST_TEST(answered.task_token() == "a");
  BOOST_TEST(answered.error().error_type() == "INTERNAL");
  const auto lines = log.lines_of("a Nexus task failed");
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("service") == "TestService");
  BOOST_TEST(lines[0].at("operation") == "quick");
  const auto& words = lines[0].at("error");
  BOOST_TEST(words.find("the code blocks or spins") != std::string::npos, words);
  BOOST_TEST(words.find("left_behind_test.cpp:") != std::string::npos, words);
  answer(nexus_failed, wire::RespondNexusTaskFailedResponse{});
  // It would have slept, but nobody waits for it: its thread destroyed it.
  BOOST_TEST(deaths == 1);
  clock->advance(1h);
  BOOST_TEST(went_on == 0);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);

  blocks = [] {};
  give(nexus_poll, nexus_task("quick", "b", "10m"));
  clock->advance(1min);
  answer(nexus_completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(went_on == 1);
  BOOST_TEST(deaths == 2);
  BOOST_TEST(shards[0]->pinned_actors() == actors + 1);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_coroutine_handler_that_blocks_after_it_waited_is_answered_and_cancelled) {
  serve_stuck_handlers();
  start();
  blocks = [this] {
    leave_behind();
    clock->advance(0s); // the shard goes on while the code is still there
  };
  give(nexus_poll, nexus_task("waits", "a", "10m"));
  BOOST_TEST(service.open(nexus_failed).empty());
  clock->advance(1min);
  BOOST_TEST(service.open(nexus_failed).size() == 1u);
  BOOST_TEST(was_cancelled.value_or(false));
  answer(nexus_failed, wire::RespondNexusTaskFailedResponse{});
  BOOST_TEST(deaths == 1);
  clock->advance(1h);
  BOOST_TEST(service.all(nexus_completed).empty()); // though it may have ended by itself
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(the_deadline_of_a_request_holds_for_its_failure_too) {
  serve_stuck_handlers();
  start();
  give(nexus_poll, nexus_task("quick", "a", "10s"));
  BOOST_TEST(service.open(nexus_failed).size() == 1u);
  clock->advance(10s); // nobody takes the answer
  BOOST_TEST(metric("task_ended") == 1);
  BOOST_TEST(metric("worker_task_slots_used") == 0);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(code_of_one_kind_keeps_only_so_many_threads) {
  serve_stuck_workflows();
  serve_stuck_handlers();
  start();
  // One inside of the other, each on the thread that the last one left.
  std::size_t depth = 0;
  constexpr auto most = troupe::actors::away_list::most_of_a_kind;
  std::function<void()> next;
  blocks = [&] {
    leave_behind();
    ++depth;
    next(); // the last one is refused without having run
  };
  next = [&] { give_workflow(first_task(std::to_string(depth), "Stuck")); };
  next();
  BOOST_TEST(depth == most);
  BOOST_TEST(shards[0]->counters().left_behind.load() == most);
  BOOST_TEST(service.open(failed).size() == most + 1);
  const auto last = service.open(failed).back()->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(last.failure().message().find("runs no more code") != std::string::npos);
  depth = 0;
  next = [&] { give(nexus_poll, nexus_task("quick", std::to_string(depth))); };
  blocks = [&] {
    leave_behind();
    ++depth;
    next();
  };
  next();
  BOOST_TEST(depth == most);
  BOOST_TEST(service.open(nexus_failed).size() == most + 1);
  // They are all back by now.
  blocks = [] {};
  give_workflow(first_task("another", "Stuck"));
  BOOST_TEST(service.open(completed).size() == 1u);
  stop();
}

BOOST_AUTO_TEST_CASE(a_run_whose_code_is_away_does_not_run_twice_at_a_time) {
  serve_stuck_workflows();
  start();
  int runs = 0;
  blocks = [&] {
    if (++runs > 1)
      return;
    leave_behind();
    clock->run_until_idle();
    answer(failed, wire::RespondWorkflowTaskFailedResponse{});
    give_workflow(first_task("r", "Stuck", 2));
    BOOST_TEST(counters().workflow_tasks.of(task_outcome::repeated_failure) == 1u);
    give_workflow(first_task("other", "Stuck"));
    answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  };
  give_workflow(first_task("r", "Stuck"));
  BOOST_TEST(runs == 2);
  give_workflow(first_task("r", "Stuck", 3));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(runs == 3);
  stop();
}

BOOST_AUTO_TEST_CASE(a_worker_that_stops_while_code_is_away_does_not_wait_for_it) {
  serve_stuck_workflows();
  serve_stuck_handlers();
  start();
  const auto stops_inside = [this] {
    leave_behind();
    clock->run_until_idle();
    if (!service.open(failed).empty())
      answer(failed, wire::RespondWorkflowTaskFailedResponse{});
    if (!service.open(nexus_failed).empty())
      answer(nexus_failed, wire::RespondNexusTaskFailedResponse{});
  };
  blocks = [&] {
    stops_inside();
    blocks = [&] {
      stops_inside();
      stop();
      BOOST_TEST((core->phase() == worker_phase::stopped));
    };
    give(nexus_poll, nexus_task("quick", "a"));
  };
  give_workflow(first_task("r", "Stuck"));
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(deaths == 1);
  BOOST_TEST(service.all(completed).empty());
  BOOST_TEST(service.all(nexus_completed).empty());
}

BOOST_AUTO_TEST_SUITE_END()
