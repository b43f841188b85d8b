// SPDX-License-Identifier: Apache-2.0
#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::test;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;

namespace {

constexpr auto poll = "PollNexusTaskQueue";
constexpr auto completed = "RespondNexusTaskCompleted";
constexpr auto failed = "RespondNexusTaskFailed";

} // namespace

BOOST_FIXTURE_TEST_SUITE(nexus_tasks, worker_fixture)

BOOST_AUTO_TEST_CASE(a_plain_function_runs_on_the_pool_and_its_result_is_answered) {
  serve_nexus();
  start();
  give(poll, nexus_task("plain", "a"));
  BOOST_TEST(service.all(completed).empty());
  BOOST_TEST(pool->run_one());
  clock->run_until_idle();
  auto answered = service.open(completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  BOOST_TEST(answered.task_token() == "a");
  BOOST_TEST(
      answered.response().start_operation().sync_success().payload().data() == R"({"value":"v"})");
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(counters().nexus_tasks.accepted.get() == 1u);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(a_coroutine_runs_on_its_shard) {
  serve_nexus();
  start();
  give(poll, nexus_task("quick", "a"));
  BOOST_TEST(pool->queue.empty());
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(
    a_failing_handler_is_a_line_that_names_request_and_caller_and_is_not_repeated) {
  auto services = std::make_shared<troupe::nexus::service_registry>();
  services->add(troupe::nexus::handler_for<test_service>(
      troupe::nexus::sync<test_service::plain>(
          [](troupe::nexus::start_context, text in) -> text { return in; }),
      troupe::nexus::sync<test_service::waits>(
          [](troupe::nexus::start_context, text in) -> troupe::nexus::async<text> {
            throw troupe::nexus::operation_error::failed("sold out");
            co_return in;
          }),
      troupe::nexus::sync<test_service::quick>(
          [](troupe::nexus::start_context, text in) -> troupe::nexus::async<text> {
            throw std::runtime_error("no room");
            co_return in;
          })));
  serve_nexus(services);
  captured_log log;
  start();
  auto task = nexus_task("quick", "a");
  task.mutable_request()->set_endpoint("hello");
  auto& link = *task.mutable_request()->mutable_start_operation()->add_links();
  link.set_url("temporal:///namespaces/callers/workflows/w%2F1/r1/"
               "history?eventID=5&eventType=NexusOperationScheduled&referenceType=EventReference");
  link.set_type("temporal.api.common.v1.Link.WorkflowEvent");
  give(poll, task);
  answer(failed, wire::RespondNexusTaskFailedResponse{});
  const auto lines = log.lines_of("a Nexus task failed");
  BOOST_REQUIRE(lines.size() == 1u);
  const std::map<std::string, std::string> expected{
      {"service", "TestService"},
      {"operation", "quick"},
      {"request", "start"},
      {"reason", "handler_error_INTERNAL"},
      {"endpoint", "hello"},
      {"request_id", "request-a"},
      {"caller_namespace", "callers"},
      {"caller_workflow_id", "w/1"},
      {"caller_run_id", "r1"},
      {"namespace", "default"},
      {"task_queue", "queue"}};
  for (const auto& [key, value] : expected)
    BOOST_TEST(lines[0].at(key) == value, key);
  BOOST_TEST(lines[0].at("error").find("no room") != std::string::npos, lines[0].at("error"));

  give(poll, nexus_task("waits", "b"));
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_REQUIRE(log.lines_of("a Nexus operation failed").size() == 1u);
  BOOST_TEST(log.lines_of("a Nexus operation failed")[0].at("error").find("sold out") == 0u);

  for (int i = 0; i < 50; ++i) {
    give(poll, nexus_task("quick", std::to_string(i)));
    answer(failed, wire::RespondNexusTaskFailedResponse{});
  }
  BOOST_TEST(log.lines_of("a Nexus task failed").size() == 5u);
  clock->advance(61s);
  BOOST_REQUIRE(log.lines_of("a Nexus task failed").size() == 6u);
  BOOST_TEST(log.lines_of("a Nexus task failed")[5].at("times") == "46");
}

BOOST_AUTO_TEST_CASE(an_operation_that_takes_more_than_half_of_its_time_is_told_of_once) {
  constexpr auto message =
      "a Nexus operation takes more than half of the time that its requests have";
  serve_nexus();
  start();
  captured_log log;
  const auto run_after = [&](std::chrono::seconds time, const std::string& token) {
    give(poll, nexus_task("plain", token, "10s"));
    clock->advance(time);
    BOOST_TEST(pool->run_one());
    clock->run_until_idle();
    answer(completed, wire::RespondNexusTaskCompletedResponse{});
  };
  run_after(4s, "a");
  BOOST_TEST(log.lines_of(message).empty());
  run_after(6s, "b");
  run_after(7s, "c");
  const auto lines = log.lines_of(message);
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("service") == "TestService");
  BOOST_TEST(lines[0].at("operation") == "plain");
  BOOST_TEST(lines[0].at("took_ms") == "6000");
  BOOST_TEST(lines[0].at("allowed_ms") == "10000");
  BOOST_TEST(lines[0].at("advice").find("nexus::workflow_run") != std::string::npos);
  // One that is never answered is told of, too.
  give(poll, nexus_task("waits", "d", "3s"));
  clock->advance(3s);
  BOOST_TEST(log.lines_of(message).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_request_that_would_have_no_thread_in_time_is_refused_if_that_is_wished) {
  serve_nexus();
  context->settings.refuses_late_requests = true;
  start();
  pool->wait = 5s;
  give(poll, nexus_task("plain", "late", "5s"));
  BOOST_TEST(pool->queue.empty());
  const auto answered = service.open(failed).at(0)->as<wire::RespondNexusTaskFailedRequest>();
  BOOST_TEST(answered.task_token() == "late");
  BOOST_TEST(answered.error().error_type() == "RESOURCE_EXHAUSTED");
  answer(failed, wire::RespondNexusTaskFailedResponse{});
  BOOST_TEST(counters().nexus_task_refused.get() == 1u);
  // One with more time waits for its turn, and coroutines need none.
  give(poll, nexus_task("plain", "in time", "6s"));
  give(poll, nexus_task("plain", "also in time"));
  BOOST_TEST(pool->queue.size() == 2u);
  give(poll, nexus_task("quick", "a", "5s"));
  BOOST_TEST(service.open(completed).size() == 1u);
  BOOST_TEST(counters().nexus_task_refused.get() == 1u);
}

BOOST_AUTO_TEST_CASE(a_request_waits_for_its_turn_unless_refusals_are_wished) {
  serve_nexus();
  start();
  pool->wait = 1h;
  give(poll, nexus_task("plain", "a", "5s"));
  BOOST_TEST(pool->queue.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_unknown_operation_is_answered_not_found) {
  serve_nexus();
  start();
  give(poll, nexus_task("nonsense", "a"));
  BOOST_TEST(service.open(failed).size() == 1u);
  answer(failed, wire::RespondNexusTaskFailedResponse{});
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(metric("nexus_task_execution_failed") == 1);
}

BOOST_AUTO_TEST_CASE(a_task_with_a_hundred_thousand_metadata_keys_is_answered_bad_request) {
  serve_nexus();
  start();
  auto task = nexus_task("quick", "a");
  auto& metadata =
      *task.mutable_request()->mutable_start_operation()->mutable_payload()->mutable_metadata();
  for (int i = 0; i < 100'000; ++i)
    metadata["key-" + std::to_string(i)] = "v";
  give(poll, task);
  auto refused = service.open(failed).at(0)->as<wire::RespondNexusTaskFailedRequest>();
  BOOST_TEST(refused.task_token() == "a");
  BOOST_TEST(refused.error().error_type() == "BAD_REQUEST");
  answer(failed, wire::RespondNexusTaskFailedResponse{});
  BOOST_TEST(counters().nexus_tasks.accepted.get() == 1u);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(handlers_are_used_again) {
  serve_nexus();
  start();
  const auto before = shards[0]->pinned_actors();
  for (int i = 0; i < 20; ++i) {
    give(poll, nexus_task("quick", "t" + std::to_string(i)));
    answer(completed, wire::RespondNexusTaskCompletedResponse{});
  }
  BOOST_TEST(shards[0]->pinned_actors() == before + 1);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 20u);
}

BOOST_AUTO_TEST_CASE(an_answer_is_sent_again_after_an_error_that_may_pass) {
  serve_nexus();
  start();
  give(poll, nexus_task("quick", "a"));
  refuse(completed, troupe::status_code::unavailable);
  clock->advance(1s);
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(service.all(completed).size() == 2u);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(a_task_that_the_service_no_longer_knows_is_dropped_for_that_reason) {
  serve_nexus();
  start();
  give(poll, nexus_task("quick", "a"));
  refuse(completed, troupe::status_code::not_found, "Nexus task not found or already expired");
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::task_gone) == 1u);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 0u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_is_not_sent_again) {
  serve_nexus();
  start();
  give(poll, nexus_task("quick", "a"));
  refuse(
      completed,
      troupe::status_code::resource_exhausted,
      "grpc: received message after decompression larger than max 4194304");
  clock->advance(9s);
  BOOST_TEST(service.all(completed).size() == 1u);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answer_failed) == 1u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(past_its_deadline_a_coroutine_is_cancelled_and_its_task_dropped) {
  serve_nexus();
  start();
  give(poll, nexus_task("waits", "a", "5s"));
  clock->advance(5s);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::deadline_passed) == 1u);
  clock->advance(2h);
  BOOST_TEST(service.all(completed).empty());
  BOOST_TEST(service.all(failed).empty());
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_CASE(past_its_deadline_a_function_keeps_its_slot_until_it_returns) {
  nexus_slots = 1;
  serve_nexus();
  start();
  give(poll, nexus_task("plain", "a", "5s"));
  clock->advance(6s);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::deadline_passed) == 1u);
  BOOST_TEST(service.open(poll).empty());
  pool->run_one();
  clock->run_until_idle();
  BOOST_TEST(service.all(completed).empty());
  BOOST_TEST(service.open(poll).size() == 1u);
  BOOST_TEST(counters().nexus_tasks.accepted.get() == 1u);
}

BOOST_AUTO_TEST_CASE(shutdown_waits_for_running_handlers_and_answers_them) {
  serve_nexus();
  start();
  give(poll, nexus_task("plain", "a", "60s"));
  stop();
  BOOST_TEST((core->phase() == worker_phase::draining));
  BOOST_TEST(service.all("ShutdownWorker").size() == 1u);
  BOOST_TEST(service.open(poll).empty());
  pool->run_one();
  clock->run_until_idle();
  BOOST_TEST((core->phase() == worker_phase::draining));
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(after_the_grace_what_still_runs_is_cancelled_and_may_still_answer) {
  serve_nexus();
  start();
  give(poll, nexus_task("waits", "a", "60s"));
  stop();
  clock->advance(9s);
  BOOST_TEST(service.all(completed).empty());
  clock->advance(2s);
  auto answered = service.open(completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  BOOST_TEST(
      answered.response().start_operation().sync_success().payload().data()
      == R"({"value":"v cancelled"})");
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_worker_that_does_nothing_stops_at_once) {
  serve_nexus();
  serve_workflows();
  start(2);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(core->error().empty());
}

BOOST_AUTO_TEST_CASE(a_shard_that_is_stopped_under_it_leaves_no_task_without_an_outcome) {
  serve_nexus();
  start();
  give(poll, nexus_task("plain", "a"));
  shards[0]->stop();
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::shutdown) == 1u);
  BOOST_TEST((core->phase() == worker_phase::stopped));
  pool->run_one(); // its result comes back to nobody
}

BOOST_AUTO_TEST_SUITE_END()
