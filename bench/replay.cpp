// SPDX-License-Identifier: Apache-2.0
// What a workflow instance costs without any transport: replay per event, and a sticky task against
// the length of the history behind it, of timers, activities or children. With --replays it only
// replays a history of 1,000 events so often, for a count of instructions.

#include "bench/support/measure.hpp"
#include "bench/support/told_history.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/definition.hpp>

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace workflow = troupe::workflow;
using temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse;
using namespace troupe::bench;

struct ticker {
  static constexpr std::string_view name = "ticker";
  troupe::async<> run(workflow::context ctx) {
    for (;;)
      co_await ctx.sleep(std::chrono::seconds{1});
  }
};

/// What came is another number than what went.
void expect_echo(int number, int came) {
  if (came != number)
    throw troupe::application_error("a wrong result");
}

struct activity_caller {
  static constexpr std::string_view name = "activity_caller";
  troupe::async<> run(workflow::context ctx) {
    for (int number = 1;; ++number)
      expect_echo(
          number,
          co_await ctx.execute_activity<int>(
              "echo", {.start_to_close_timeout = std::chrono::seconds{5}}, number));
  }
};

struct parent {
  static constexpr std::string_view name = "parent";
  troupe::async<> run(workflow::context ctx) {
    for (int number = 1;; ++number)
      expect_echo(
          number,
          co_await ctx.execute_child<int>(
              "child", {.id = "child-" + std::to_string(number)}, number));
  }
};

/// A history, and the workflow whose history it is.
struct subject {
  std::string_view name;
  told_history::kind kind;
  std::shared_ptr<const workflow::definition> definition;

  [[nodiscard]] told_history tell(std::size_t events) const {
    told_history told{kind, definition->name};
    while (told.size() < events)
      told.step();
    return told;
  }
  [[nodiscard]] std::unique_ptr<workflow::instance> make_instance() const {
    static const auto environment = std::make_shared<const workflow::environment>();
    return std::make_unique<workflow::instance>(definition, environment);
  }
};

subject subject_of(std::string_view name) {
  if (name == "activities")
    return {name, told_history::kind::activities, workflow::define<activity_caller>()};
  if (name == "children")
    return {name, told_history::kind::children, workflow::define<parent>()};
  return {name, told_history::kind::timers, workflow::define<ticker>()};
}

void run_task(workflow::instance& run, PollWorkflowTaskQueueResponse& task) {
  if (run.begin(task).kind != workflow::activation_need::what::nothing)
    throw std::runtime_error("the task needs more than it has");
  const auto done = run.complete();
  if (done.kind != workflow::activation_result::verdict::completed)
    throw std::runtime_error("the task was not completed: " + done.reason);
}

} // namespace

int main(int argc, char** argv) try {
  int rounds = 5;
  int replays = 0;
  std::string told_of = "timers";
  CLI::App app{"Replay and sticky tasks of a workflow instance"};
  app.add_option("--rounds", rounds, "the best of so many counts");
  app.add_option("--replays", replays, "replays 1,000 events so often, prints nothing");
  app.add_option("--history", told_of, "what the workflow does, one after the other")
      ->check(CLI::IsMember({"timers", "activities", "children"}));
  CLI11_PARSE(app, argc, argv);
  const auto what = subject_of(told_of);
  if (replays > 0) {
    const auto bytes = what.tell(1'000).full_task().SerializeAsString();
    for (int i = 0; i < replays; ++i) {
      PollWorkflowTaskQueueResponse task;
      task.ParseFromString(bytes);
      run_task(*what.make_instance(), task);
    }
    return 0;
  }

  struct cost {
    std::size_t length;
    double replay = 1e18;
    double sticky = 1e18;
  };
  std::array<cost, 5> costs{{{10}, {100}, {1'000}, {10'000}, {50'000}}};
  for (int round = 0; round < rounds; ++round)
    for (auto& [length, replay, sticky] : costs) {
      auto told = what.tell(length);
      const auto bytes = told.full_task().SerializeAsString();
      auto run = what.make_instance();
      auto begin = now_nanoseconds();
      PollWorkflowTaskQueueResponse task;
      task.ParseFromString(bytes);
      run_task(*run, task);
      replay = std::min(
          replay,
          static_cast<double>(now_nanoseconds() - begin) / static_cast<double>(told.size()));
      // A step of a child has two tasks, which no worker gets as one.
      if (what.kind == told_history::kind::children)
        continue;
      std::array<std::int64_t, 200> spent{};
      for (auto& each : spent) {
        const auto events = told.step();
        const auto reply = told.task(events).SerializeAsString();
        begin = now_nanoseconds();
        PollWorkflowTaskQueueResponse next;
        next.ParseFromString(reply);
        run_task(*run, next);
        each = now_nanoseconds() - begin;
      }
      // The median: one task that the machine interrupts costs as much as all the others.
      std::ranges::nth_element(spent, spent.begin() + spent.size() / 2);
      sticky = std::min(sticky, static_cast<double>(spent[spent.size() / 2]));
    }
  for (const auto& [length, replay, sticky] : costs) {
    std::printf(
        R"({"program":"replay","history":"%s","history_events":%zu,"replay_ns_per_event":%.0f)",
        told_of.c_str(),
        length,
        replay);
    if (what.kind != told_history::kind::children)
      std::printf(R"(,"sticky_ns_per_task":%.0f)", sticky);
    std::printf("}\n");
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "replay: %s\n", error.what());
  return 1;
}
