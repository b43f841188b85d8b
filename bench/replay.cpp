// SPDX-License-Identifier: Apache-2.0
// What a workflow instance costs without any transport: replay per event, and a sticky task against
// the length of the history behind it. With --replays it only replays a history of 1,000 events so
// often, for a count of instructions.

#include "bench/support/measure.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/workflow/definition.hpp>

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace api = temporal::api;
namespace workflow = troupe::workflow;
using api::workflowservice::v1::PollWorkflowTaskQueueResponse;
using namespace troupe::bench;

struct ticker {
  static constexpr std::string_view name = "ticker";
  troupe::async<> run(workflow::context ctx) {
    for (;;)
      co_await ctx.sleep(std::chrono::seconds{1});
  }
};

/// A run of `ticker`, told tick by tick: completed, timer started, timer fired, scheduled, started.
class history {
public:
  history() {
    auto& started = add(api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
    auto& attributes = *started.mutable_workflow_execution_started_event_attributes();
    attributes.mutable_workflow_type()->set_name("ticker");
    attributes.mutable_task_queue()->set_name("bench");
    attributes.set_original_execution_run_id("00000000-1111-2222-3333-444444444444");
    attributes.set_attempt(1);
    schedule_and_start();
  }

  /// Appends one tick and returns its five events.
  std::vector<api::history::v1::HistoryEvent> tick() {
    const auto first = events_.size();
    auto& completed = add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
    completed.mutable_workflow_task_completed_event_attributes()->set_scheduled_event_id(
        completed.event_id() - 2);
    completed.mutable_workflow_task_completed_event_attributes()->set_started_event_id(
        completed.event_id() - 1);
    const auto completed_id = completed.event_id();
    auto& timer = add(api::enums::v1::EVENT_TYPE_TIMER_STARTED);
    timer.mutable_timer_started_event_attributes()->set_timer_id(std::to_string(++timers_));
    timer.mutable_timer_started_event_attributes()->mutable_start_to_fire_timeout()->set_seconds(1);
    timer.mutable_timer_started_event_attributes()->set_workflow_task_completed_event_id(
        completed_id);
    const auto timer_id = timer.event_id();
    auto& fired = add(api::enums::v1::EVENT_TYPE_TIMER_FIRED);
    fired.mutable_timer_fired_event_attributes()->set_timer_id(std::to_string(timers_));
    fired.mutable_timer_fired_event_attributes()->set_started_event_id(timer_id);
    schedule_and_start();
    return {events_.begin() + static_cast<std::ptrdiff_t>(first), events_.end()};
  }

  [[nodiscard]] std::size_t size() const { return events_.size(); }

  [[nodiscard]] PollWorkflowTaskQueueResponse
  task(const std::vector<api::history::v1::HistoryEvent>& events) const {
    PollWorkflowTaskQueueResponse task;
    task.set_task_token("token");
    task.mutable_workflow_execution()->set_workflow_id("bench");
    task.mutable_workflow_execution()->set_run_id("00000000-1111-2222-3333-444444444444");
    task.mutable_workflow_type()->set_name("ticker");
    task.set_attempt(1);
    task.set_started_event_id(static_cast<std::int64_t>(events_.size()));
    task.set_previous_started_event_id(
        events_.size() > 3 ? static_cast<std::int64_t>(events_.size()) - 5 : 0);
    for (const auto& event : events)
      *task.mutable_history()->add_events() = event;
    return task;
  }
  [[nodiscard]] PollWorkflowTaskQueueResponse full_task() const { return task(events_); }

private:
  api::history::v1::HistoryEvent& add(api::enums::v1::EventType type) {
    auto& event = events_.emplace_back();
    event.set_event_id(static_cast<std::int64_t>(events_.size()));
    event.set_event_type(type);
    event.mutable_event_time()->set_seconds(1'760'000'000 + timers_);
    return event;
  }
  void schedule_and_start() {
    add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
        .mutable_workflow_task_scheduled_event_attributes()
        ->mutable_task_queue()
        ->set_name("bench");
    auto& started = add(api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED);
    started.mutable_workflow_task_started_event_attributes()->set_scheduled_event_id(
        started.event_id() - 1);
  }

  std::vector<api::history::v1::HistoryEvent> events_;
  std::int64_t timers_ = 0;
};

std::unique_ptr<workflow::instance> make_instance() {
  static const auto definition = workflow::define<ticker>();
  static const auto environment = std::make_shared<const workflow::environment>();
  return std::make_unique<workflow::instance>(definition, environment);
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
  CLI::App app{"Replay and sticky tasks of a workflow instance"};
  int replays = 0;
  app.add_option("--rounds", rounds, "the best of so many counts");
  app.add_option("--replays", replays, "replays 1,000 events so often, prints nothing");
  CLI11_PARSE(app, argc, argv);
  if (replays > 0) {
    history told;
    while (told.size() < 1'000)
      told.tick();
    const auto bytes = told.full_task().SerializeAsString();
    for (int i = 0; i < replays; ++i) {
      PollWorkflowTaskQueueResponse task;
      task.ParseFromString(bytes);
      run_task(*make_instance(), task);
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
      history told;
      while (told.size() < length)
        told.tick();
      const auto bytes = told.full_task().SerializeAsString();
      auto run = make_instance();
      auto begin = now_nanoseconds();
      PollWorkflowTaskQueueResponse task;
      task.ParseFromString(bytes);
      run_task(*run, task);
      replay = std::min(
          replay,
          static_cast<double>(now_nanoseconds() - begin) / static_cast<double>(told.size()));
      std::array<std::int64_t, 200> spent{};
      for (auto& each : spent) {
        const auto events = told.tick();
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
  for (const auto& [length, replay, sticky] : costs)
    std::printf(
        R"({"program":"replay","history_events":%zu,"replay_ns_per_event":%.0f,"sticky_ns_per_task":%.0f})"
        "\n",
        length,
        replay,
        sticky);
} catch (const std::exception& error) {
  std::fprintf(stderr, "replay: %s\n", error.what());
  return 1;
}
