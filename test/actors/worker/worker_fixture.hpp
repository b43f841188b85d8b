// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/manual_shard.hpp"
#include "actors/worker/nexus/nexus_metrics.hpp"
#include "actors/worker/nexus/nexus_tasks.hpp"
#include "actors/worker/slots/fixed_slot_supplier.hpp"
#include "actors/worker/work_pool.hpp"
#include "actors/worker/worker_core.hpp"
#include "actors/worker/workflow/workflow_metrics.hpp"
#include "actors/worker/workflow/workflow_tasks.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/workflow/instance.hpp"
#include "test/support/fake_transport.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/context.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

#include <boost/describe.hpp>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

namespace wire = temporal::api::workflowservice::v1;
using namespace std::chrono_literals;

struct text {
  std::string value;
};
BOOST_DESCRIBE_STRUCT(text, (), (value))

struct test_service : nexus::service<"TestService"> {
  static constexpr operation<text, text> plain{"plain"}; ///< a function on the pool
  static constexpr operation<text, text> waits{"waits"}; ///< a coroutine that waits for an hour
  static constexpr operation<text, text> quick{"quick"}; ///< a coroutine that is done at once
  static constexpr auto operations = std::tuple{plain, waits, quick};
};

/// Runs what is submitted when the test says so.
class manual_pool final : public actors::work_pool {
public:
  void submit(std::vector<actors::pool_work> batch) override {
    for (auto& work : batch)
      queue.push_back(std::move(work));
  }
  bool run_one() {
    if (queue.empty())
      return false;
    auto work = std::move(queue.front());
    queue.pop_front();
    work.run();
    work.back->post(std::move(work.done));
    return true;
  }
  [[nodiscard]] duration expected_wait() const override { return wait; }

  std::deque<actors::pool_work> queue;
  duration wait{}; ///< what it tells
};

struct sleeper {
  static constexpr std::string_view name = "Sleeper";
  async<int> run(workflow::context ctx) {
    co_await ctx.sleep(1h);
    co_return 7;
  }
};

/// Fails its workflow task with an error that is a bug, not a result.
struct broken {
  static constexpr std::string_view name = "Broken";
  async<int> run(workflow::context) {
    throw std::logic_error("a bug");
    co_return 0;
  }
};

/// A worker on hand-drained shards, in virtual time, against a scripted service that knows the
/// namespace.
struct worker_fixture {
  worker_fixture() {
    service.answer_with("DescribeNamespace", [](const auto&) { return std::string{}; });
    service.answer_with("ShutdownWorker", [](const auto&) { return std::string{}; });
    context->settings.task_queue = "queue";
    context->settings.identity = "me";
    context->pool = pool;
  }

  ~worker_fixture() {
    // Tests may end with tasks open: actors first, then what they used.
    for (auto& each : shards)
      each->stop();
    for (auto& each : context->shards) {
      each->calls = nullptr;
      each->transport = nullptr;
    }
  }

  void serve_nexus() {
    auto services = std::make_shared<nexus::service_registry>();
    services->add(nexus::handler_for<test_service>(
        nexus::sync<test_service::plain>([](nexus::start_context ctx, text in) -> text {
          return {in.value + (ctx.is_cancelled() ? " cancelled" : "")};
        }),
        nexus::sync<test_service::waits>(
            [](nexus::start_context ctx, text in) -> nexus::async<text> {
              auto full = co_await ctx.sleep(1h);
              co_return text{in.value + (full ? " done" : " cancelled")};
            }),
        nexus::sync<test_service::quick>([](nexus::start_context, text in) -> nexus::async<text> {
          co_return text{in.value};
        })));
    serve_nexus(services);
  }
  void serve_nexus(std::shared_ptr<nexus::service_registry> services) {
    context->kinds.push_back(actors::nexus_tasks(
        {std::make_shared<nexus::dispatch_environment>(nexus::dispatch_environment{
             std::move(services), {}, "default", "queue", "me", handlers_client}),
         std::make_shared<actors::fixed_slot_supplier>(nexus_slots),
         nexus_pollers}));
  }

  void
  serve_workflows(const std::vector<std::shared_ptr<const workflow::definition>>& others = {}) {
    actors::workflow_definitions all;
    for (auto each : {workflow::define<sleeper>(), workflow::define<broken>()})
      all[each->name] = each;
    for (const auto& each : others)
      all[each->name] = each;
    context->kinds.push_back(actors::workflow_tasks(
        {.environment = std::make_shared<workflow::environment>(
             workflow::environment{{}, "default", "queue", "me"}),
         .definitions = std::move(all),
         .slots = std::make_shared<actors::fixed_slot_supplier>(workflow_slots),
         .pollers = workflow_pollers,
         .max_cached_workflows = max_cached_workflows}));
  }

  void start(std::size_t shard_count = 1) {
    std::vector<actors::shard*> homes;
    for (std::size_t i = 0; i < shard_count; ++i) {
      shards.push_back(std::make_unique<actors::manual_shard>(system, clock));
      homes.push_back(shards.back().get());
    }
    core = std::make_unique<actors::worker_core>(
        system,
        context,
        homes,
        [this](actors::shard& where, std::size_t) { return service.connect(where); },
        [] { return 0.5; });
    core->start();
    clock->run_until_idle();
  }

  void stop() {
    core->stop();
    clock->run_until_idle();
  }

  // -- tasks --------------------------------------------------------------------------------------

  static wire::PollNexusTaskQueueResponse nexus_task(
      const std::string& operation, const std::string& token, const std::string& timeout = "10s") {
    wire::PollNexusTaskQueueResponse task;
    task.set_task_token(token);
    auto& request = *task.mutable_request();
    (*request.mutable_header())["request-timeout"] = timeout;
    auto& start = *request.mutable_start_operation();
    start.set_service("TestService");
    start.set_operation(operation);
    start.set_request_id("request-" + token);
    (*start.mutable_payload()->mutable_metadata())["encoding"] = "json/plain";
    start.mutable_payload()->set_data(R"({"value":"v"})");
    return task;
  }

  /// A new run's first task: started, task scheduled, task started.
  static wire::PollWorkflowTaskQueueResponse
  first_task(const std::string& run, const std::string& type = "Sleeper", int attempt = 1) {
    wire::PollWorkflowTaskQueueResponse task;
    task.set_task_token("token-" + run);
    task.mutable_workflow_execution()->set_workflow_id("id-" + run);
    task.mutable_workflow_execution()->set_run_id(run);
    task.mutable_workflow_type()->set_name(type);
    task.set_started_event_id(3);
    task.set_attempt(attempt);
    auto& history = *task.mutable_history();
    auto& started =
        add_event(history, 1, temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
    auto& attributes = *started.mutable_workflow_execution_started_event_attributes();
    attributes.mutable_workflow_type()->set_name(type);
    attributes.set_original_execution_run_id(run);
    attributes.set_first_execution_run_id(run);
    attributes.set_attempt(1);
    add_task_events(history, 2);
    return task;
  }

  /// The task after the timer of a `Sleeper` fired; only what is new.
  static wire::PollWorkflowTaskQueueResponse timer_task(const std::string& run) {
    wire::PollWorkflowTaskQueueResponse task;
    task.set_task_token("token-2-" + run);
    task.mutable_workflow_execution()->set_workflow_id("id-" + run);
    task.mutable_workflow_execution()->set_run_id(run);
    task.mutable_workflow_type()->set_name("Sleeper");
    task.set_previous_started_event_id(3);
    task.set_started_event_id(8);
    task.set_attempt(1);
    add_events_after_timer(*task.mutable_history());
    return task;
  }

  static void add_events_after_timer(temporal::api::history::v1::History& history) {
    using namespace temporal::api::enums::v1;
    add_event(history, 4, EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        .mutable_workflow_task_completed_event_attributes()
        ->set_started_event_id(3);
    auto& timer =
        *add_event(history, 5, EVENT_TYPE_TIMER_STARTED).mutable_timer_started_event_attributes();
    timer.set_timer_id("1");
    timer.mutable_start_to_fire_timeout()->set_seconds(3600);
    timer.set_workflow_task_completed_event_id(4);
    auto& fired =
        *add_event(history, 6, EVENT_TYPE_TIMER_FIRED).mutable_timer_fired_event_attributes();
    fired.set_timer_id("1");
    fired.set_started_event_id(5);
    add_task_events(history, 7);
  }

  static temporal::api::history::v1::HistoryEvent& add_event(
      temporal::api::history::v1::History& history,
      std::int64_t id,
      temporal::api::enums::v1::EventType type) {
    auto& event = *history.add_events();
    event.set_event_id(id);
    event.set_event_type(type);
    event.mutable_event_time()->set_seconds(1'700'000'000 + id);
    return event;
  }

  static void add_task_events(temporal::api::history::v1::History& history, std::int64_t id) {
    using namespace temporal::api::enums::v1;
    add_event(history, id, EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
        .mutable_workflow_task_scheduled_event_attributes()
        ->set_attempt(1);
    add_event(history, id + 1, EVENT_TYPE_WORKFLOW_TASK_STARTED)
        .mutable_workflow_task_started_event_attributes()
        ->set_scheduled_event_id(id);
  }

  // -- looking ------------------------------------------------------------------------------------

  template <class Message>
  void give(const std::string& method, const Message& task, std::size_t which = 0) {
    auto open = service.open(method);
    if (which >= open.size())
      throw std::runtime_error("no open call of " + method);
    service.succeed(*open[which], task);
    clock->run_until_idle();
  }
  /// The oldest open poll for workflow tasks on the worker's queue, or on a sticky one.
  const fake_service::call* workflow_poll(bool sticky) {
    for (const auto* each : service.open("PollWorkflowTaskQueue")) {
      auto kind = each->as<wire::PollWorkflowTaskQueueRequest>().task_queue().kind();
      if ((kind == temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY) == sticky)
        return each;
    }
    return nullptr;
  }
  void give_workflow(const wire::PollWorkflowTaskQueueResponse& task, bool sticky = false) {
    const auto* poll = workflow_poll(sticky);
    if (poll == nullptr)
      throw std::runtime_error("no open workflow poll");
    service.succeed(*poll, task);
    clock->run_until_idle();
  }
  template <class Message>
  void answer(const std::string& method, const Message& with) {
    give(method, with);
  }
  void
  refuse(const std::string& method, status_code code, const std::string& message = "scripted") {
    service.fail(*service.open(method).at(0), code, message);
    clock->run_until_idle();
  }
  /// What one shard counted of both kinds.
  struct both_metrics : actors::nexus_metrics, actors::workflow_metrics {
    explicit both_metrics(telemetry::meter& meter)
        : nexus_metrics(meter), workflow_metrics(meter) {}
  };
  both_metrics counters(std::size_t shard = 0) {
    return both_metrics{*context->shards.at(shard)->meter};
  }
  /// What the whole worker counted.
  double metric(std::string_view name, const telemetry::labels& with = {}) {
    return context->metrics->read().total(name, with);
  }

  // What the kinds are made with.
  troupe::client* handlers_client = nullptr; ///< what `context.client()` gives
  std::size_t nexus_slots = 100;
  std::size_t workflow_slots = 100;
  actors::poller_limits nexus_pollers{2, 2, 2};
  actors::poller_limits workflow_pollers{2, 2, 2};
  std::size_t max_cached_workflows = 1000;

  caf::actor_system_config config{[] {
    caf::actor_system_config made;
    made.set("scheduler.policy", caf::atom("sharing"));
    made.set("scheduler.max-threads", 1u);
    return made;
  }()};
  caf::actor_system system{config};
  std::shared_ptr<actors::manual_clock> clock = std::make_shared<actors::manual_clock>();
  fake_service service;
  std::shared_ptr<manual_pool> pool = std::make_shared<manual_pool>();
  std::shared_ptr<actors::worker_context> context = std::make_shared<actors::worker_context>();
  std::vector<std::unique_ptr<actors::manual_shard>> shards;
  std::unique_ptr<actors::worker_core> core;
};

} // namespace troupe::test
