// SPDX-License-Identifier: Apache-2.0
// Pollers, slots and the worker root with a kind of task and a supplier of slots that they have
// never heard of.

#include "test/actors/worker/echo_tasks.hpp"
#include "test/actors/worker/worker_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <vector>

using namespace troupe::test;
using troupe::unique_function;
using troupe::actors::slot_permit;
using troupe::actors::slot_request;
using troupe::actors::slot_supplier;
using troupe::actors::slot_use;
using troupe::actors::worker_phase;

namespace {

constexpr auto poll = "PollEcho";
constexpr auto sticky_poll = "PollStickyEcho";
constexpr auto respond = "RespondEcho";

struct raw {
  std::string bytes;
  std::string SerializeAsString() const { return bytes; }
};

/// Gives out as many slots as the test says at the moment, and keeps a book of them.
class scripted_supplier final : public slot_supplier {
public:
  explicit scripted_supplier(std::size_t limit) : limit_(limit) {}

  std::string_view sort() const noexcept override { return "Custom"; }
  std::size_t guaranteed() const noexcept override { return 2; }
  std::optional<std::size_t> capacity() const noexcept override { return std::nullopt; }
  void begin(std::size_t count) override { pollers = count; }

  slot_permit try_reserve(const slot_request& by) override {
    if (out >= limit_)
      return {};
    ++out;
    asked.push_back(by);
    return make_permit(++last_);
  }
  slot_permit try_reserve_spare(const slot_request&) override { return {}; }
  void when_free(const slot_request& by, unique_function<void()> on_free) override {
    waiting_[by.poller] = std::move(on_free);
  }
  void stop_waiting(const slot_request& by) noexcept override { waiting_.erase(by.poller); }
  bool try_keep(const slot_permit&, const slot_request&, bool) override { return false; }
  void when_all_free(unique_function<void()> on_all_free) override {
    if (out == 0 && on_all_free)
      on_all_free();
    else
      on_all_free_ = std::move(on_all_free);
  }

  /// Another limit from now on; who waits may try again.
  void set_limit(std::size_t limit) {
    limit_ = limit;
    for (auto& [poller, tell] : std::exchange(waiting_, {}))
      tell();
  }

  std::size_t pollers = 0;
  std::size_t out = 0;
  std::vector<slot_request> asked;
  std::vector<std::string> uses;
  std::map<std::uint32_t, int> releases; ///< by tag

private:
  void used(const slot_permit& slot, const slot_use& what) override {
    BOOST_TEST(slot.tag() <= last_);
    uses.push_back(
        std::string{what.kind} + (what.is_sticky ? " sticky " : " ") + std::string{what.task_queue}
        + " " + std::string{what.type}
        + (what.operation.empty() ? "" : "/" + std::string{what.operation}));
  }
  void released(std::uint32_t tag) noexcept override {
    ++releases[tag];
    if (--out == 0)
      if (auto tell = std::exchange(on_all_free_, nullptr))
        tell();
    if (!waiting_.empty() && out < limit_) {
      auto first = waiting_.extract(waiting_.begin());
      first.mapped()();
    }
  }

  std::size_t limit_;
  std::uint32_t last_ = 0;
  std::map<std::uint32_t, unique_function<void()>> waiting_;
  unique_function<void()> on_all_free_;
};

struct fixture : worker_fixture {
  std::shared_ptr<scripted_supplier> slots = std::make_shared<scripted_supplier>(4);

  void serve_echo() { context->kinds.push_back(echo_tasks(slots, {2, 2, 2})); }

  double ended(const std::string& outcome) {
    return metric("task_ended", {{"worker_type", "EchoWorker"}, {"outcome", outcome}});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(task_kinds, fixture)

BOOST_AUTO_TEST_CASE(a_kind_that_the_worker_has_never_heard_of_is_polled_run_and_counted) {
  serve_echo();
  start();
  BOOST_TEST(service.open(poll).size() == 2u);
  BOOST_TEST(service.open(sticky_poll).size() == 2u);
  BOOST_TEST(service.open(poll).front()->request == "queue");
  BOOST_TEST(metric("num_pollers", {{"poller_type", "echo_task"}}) == 2);
  BOOST_TEST(metric("num_pollers", {{"poller_type", "sticky_echo_task"}}) == 2);
  BOOST_TEST(metric("long_request", {{"operation", "PollEcho"}}) == 2);
  give(poll, raw{"hello"});
  BOOST_TEST(metric("worker_task_slots_used", {{"worker_type", "EchoWorker"}}) == 1);
  BOOST_REQUIRE(service.open(respond).size() == 1u);
  BOOST_TEST(service.open(respond).front()->request == "hello");
  answer(respond, raw{});
  BOOST_TEST(metric("worker_task_slots_used", {{"worker_type", "EchoWorker"}}) == 0);
  BOOST_TEST(ended("answered") == 1);
  BOOST_TEST(service.open(poll).size() == 2u);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
  const auto told = service.all("ShutdownWorker").at(0)->as<wire::ShutdownWorkerRequest>();
  BOOST_REQUIRE(told.task_queue_types_size() == 1);
  BOOST_TEST(told.task_queue_types(0) == temporal::api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY);
}

BOOST_AUTO_TEST_CASE(a_supplier_decides_how_much_is_polled_and_is_told_what_for) {
  slots->set_limit(1);
  serve_echo();
  start();
  BOOST_TEST(slots->pollers == 2u);
  BOOST_TEST(service.open(poll).size() + service.open(sticky_poll).size() == 1u);
  slots->set_limit(3);
  clock->run_until_idle();
  BOOST_TEST(service.open(poll).size() + service.open(sticky_poll).size() == 3u);
  give(sticky_poll, raw{"a"});
  BOOST_TEST(slots->uses == std::vector<std::string>{"echo sticky queue a"});
  BOOST_TEST(slots->out == 3u); // the task has its slot
  answer(respond, raw{});
  BOOST_TEST(slots->out == 3u); // and a poll the next one
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(slots->out == 0u);
  BOOST_TEST(slots->releases.size() == slots->asked.size());
  for (const auto& [tag, times] : slots->releases)
    BOOST_TEST(times == 1);
}

BOOST_AUTO_TEST_CASE(who_asks_for_a_slot_says_for_what) {
  serve_echo();
  start(5); // the supplier surely has two slots: enough for one shard
  BOOST_TEST(slots->pollers == 2u);
  for (const auto& each : slots->asked) {
    BOOST_TEST(each.kind == "echo");
    BOOST_TEST(each.task_queue == "queue");
    BOOST_TEST(each.poller == (each.is_sticky ? 1u : 0u));
  }
  BOOST_TEST(std::ranges::any_of(slots->asked, &slot_request::is_sticky));
}

BOOST_AUTO_TEST_CASE(the_worker_waits_for_a_task_of_any_kind_before_it_stops) {
  serve_echo();
  start();
  give(poll, raw{"slow"});
  stop();
  BOOST_TEST((core->phase() == worker_phase::draining));
  answer(respond, raw{});
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(ended("answered") == 1);
}

BOOST_AUTO_TEST_CASE(a_kind_without_polls_is_opened_on_every_shard_and_closed) {
  int opened = 0;
  int closed = 0;
  class silent_station final : public troupe::actors::task_station {
  public:
    explicit silent_station(int& count) : closed_(count) {}
    std::unique_ptr<troupe::actors::poll_source>
    make_source(const std::shared_ptr<troupe::actors::worker_context>&, std::size_t) override {
      throw std::logic_error("nobody polls");
    }
    void close() override { ++closed_; }

  private:
    int& closed_;
  };
  context->kinds.push_back(
      {.name = "local",
       .worker_type = "LocalWorker",
       .polls = {},
       .pollers = {},
       .slots = std::make_shared<troupe::actors::fixed_slot_supplier>(7),
       .open = [&](const auto&) {
         ++opened;
         return std::make_unique<silent_station>(closed);
       }});
  start(3);
  BOOST_TEST(opened == 3);
  BOOST_TEST((core->phase() == worker_phase::running));
  BOOST_TEST(metric("worker_task_slots_available", {{"worker_type", "LocalWorker"}}) == 7);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(closed >= 3);
}

BOOST_AUTO_TEST_CASE(nexus_and_workflow_tasks_are_two_kinds_beside_it) {
  serve_nexus();
  serve_workflows();
  serve_echo();
  auto of_nexus = std::make_shared<scripted_supplier>(2);
  auto of_workflows = std::make_shared<scripted_supplier>(4);
  context->kinds[0].slots = of_nexus;
  context->kinds[1].slots = of_workflows;
  start();
  give("PollNexusTaskQueue", nexus_task("quick", "a"));
  answer("RespondNexusTaskCompleted", wire::RespondNexusTaskCompletedResponse{});
  give_workflow(first_task("r"));
  answer("RespondWorkflowTaskCompleted", wire::RespondWorkflowTaskCompletedResponse{});
  give_workflow(timer_task("r"), true);
  answer("RespondWorkflowTaskCompleted", wire::RespondWorkflowTaskCompletedResponse{});
  give(poll, raw{"c"});
  answer(respond, raw{});
  BOOST_TEST(of_nexus->uses == std::vector<std::string>{"nexus queue TestService/quick"});
  BOOST_TEST(
      of_workflows->uses
      == (std::vector<std::string>{"workflow queue Sleeper", "workflow sticky queue Sleeper"}));
  BOOST_TEST(slots->uses == std::vector<std::string>{"echo queue c"});
  BOOST_TEST(metric("task_accepted") == 4);
  BOOST_TEST(metric("task_ended", {{"outcome", "answered"}}) == 4);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(of_nexus->out + of_workflows->out + slots->out == 0u);
}

BOOST_AUTO_TEST_CASE(slots_that_are_free_and_in_use_are_seen_in_the_metrics) {
  nexus_slots = 5;
  serve_nexus();
  start(2);
  const troupe::telemetry::labels of_nexus{
      {"worker_type", "NexusWorker"}, {"namespace", "default"}, {"task_queue", "queue"}};
  BOOST_TEST(metric("worker_task_slots_available", of_nexus) == 5); // reserved ones are free
  give("PollNexusTaskQueue", nexus_task("plain", "a"));
  BOOST_TEST(metric("worker_task_slots_available", of_nexus) == 4);
  BOOST_TEST(metric("worker_task_slots_used", of_nexus) == 1);
  pool->run_one();
  clock->run_until_idle();
  answer("RespondNexusTaskCompleted", wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(metric("worker_task_slots_available", of_nexus) == 5);
  stop();
  BOOST_TEST(metric("worker_start") == 1);
}

BOOST_AUTO_TEST_CASE(failures_are_counted_by_their_reason) {
  serve_nexus();
  start();
  const auto count = [&](const char* reason) {
    return metric("nexus_task_execution_failed", {{"failure_reason", reason}});
  };
  give("PollNexusTaskQueue", nexus_task("nonsense", "a"));
  answer("RespondNexusTaskFailed", wire::RespondNexusTaskFailedResponse{});
  BOOST_TEST(count("handler_error_NOT_FOUND") == 1);
  BOOST_TEST(
      metric(
          "nexus_task_execution_failed",
          {{"nexus_service", "TestService"}, {"nexus_operation", "nonsense"}})
      == 1);
  give("PollNexusTaskQueue", nexus_task("waits", "b", "5s"));
  clock->advance(6s);
  BOOST_TEST(count("timeout") == 1);
  BOOST_TEST(metric("nexus_task_execution_failed") == 2);
  service.fail(
      *service.open("PollNexusTaskQueue").front(), troupe::status_code::unavailable, "gone");
  clock->run_until_idle();
  BOOST_TEST(
      metric(
          "long_request_failure",
          {{"operation", "PollNexusTaskQueue"}, {"status_code", "UNAVAILABLE"}})
      == 1);
}

BOOST_AUTO_TEST_SUITE_END()
