// SPDX-License-Identifier: Apache-2.0
#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/marker_machine.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::test;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;

namespace {

constexpr auto completed = "RespondWorkflowTaskCompleted";
constexpr auto failed = "RespondWorkflowTaskFailed";
constexpr auto history = "GetWorkflowExecutionHistory";

wire::RespondWorkflowTaskCompletedRequest answer_in(const fake_service::call* call) {
  return call->as<wire::RespondWorkflowTaskCompletedRequest>();
}

struct local_caller {
  static constexpr std::string_view name = "LocalCaller";
  troupe::async<int> run(troupe::workflow::context ctx) { co_return co_await local_step(ctx, "a"); }
};

/// The whole history of a `Sleeper` whose timer has fired.
wire::GetWorkflowExecutionHistoryResponse whole_history(const std::string& run) {
  wire::GetWorkflowExecutionHistoryResponse page;
  *page.mutable_history() = worker_fixture::first_task(run).history();
  worker_fixture::add_events_after_timer(*page.mutable_history());
  return page;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(workflow_tasks, worker_fixture)

BOOST_AUTO_TEST_CASE(a_run_is_kept_and_its_next_task_comes_by_the_sticky_queue) {
  serve_workflows();
  start();
  give_workflow(first_task("r"));
  auto first = answer_in(service.open(completed).at(0));
  BOOST_TEST(first.task_token() == "token-r");
  BOOST_TEST(first.namespace_() == "default");
  BOOST_REQUIRE(first.commands_size() == 1);
  BOOST_TEST(first.commands(0).has_start_timer_command_attributes());
  BOOST_TEST(first.return_new_workflow_task());
  BOOST_TEST(first.capabilities().discard_speculative_workflow_task_with_events());
  const auto* sticky = workflow_poll(true);
  BOOST_REQUIRE(sticky != nullptr);
  BOOST_TEST(
      first.sticky_attributes().worker_task_queue().name()
      == sticky->as<wire::PollWorkflowTaskQueueRequest>().task_queue().name());
  BOOST_TEST(first.sticky_attributes().worker_task_queue().normal_name() == "queue");
  BOOST_TEST(first.sticky_attributes().schedule_to_start_timeout().seconds() == 10);
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 1u);

  give_workflow(timer_task("r"), true);
  auto second = answer_in(service.open(completed).at(0));
  BOOST_REQUIRE(second.commands_size() == 1);
  BOOST_TEST(second.commands(0).has_complete_workflow_execution_command_attributes());
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(service.all(history).empty());
  BOOST_TEST(metric("sticky_cache_hit", {{"workflow_type", "Sleeper"}}) == 1);
  BOOST_TEST(
      context->metrics->read()
          .histogram("workflow_task_execution_latency", {{"workflow_type", "Sleeper"}})
          .count
      == 2u);
  BOOST_TEST(counters().sticky_cache_size.get() == 0u); // closed runs are not kept
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 2u);
  BOOST_TEST(metric("workflow_completed", {{"workflow_type", "Sleeper"}}) == 1);
  BOOST_TEST(metric("request", {{"operation", "RespondWorkflowTaskCompleted"}}) == 2);
}

BOOST_AUTO_TEST_CASE(a_workflow_task_that_fails_is_a_line_that_names_the_run) {
  serve_workflows();
  captured_log log;
  start();
  give_workflow(first_task("r", "Broken"));
  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  const auto lines = log.lines_of("a workflow task failed");
  BOOST_REQUIRE(lines.size() == 1u);
  const std::map<std::string, std::string> expected{
      {"workflow_type", "Broken"},
      {"workflow_id", "id-r"},
      {"run_id", "r"},
      {"attempt", "1"},
      {"namespace", "default"},
      {"task_queue", "queue"}};
  for (const auto& [key, value] : expected)
    BOOST_TEST(lines[0].at(key) == value, key);
  BOOST_TEST(lines[0].at("error").find("a bug") != std::string::npos, lines[0].at("error"));
  BOOST_TEST(
      metric(
          "workflow_task_execution_failed",
          {{"failure_reason", "WorkflowError"}, {"workflow_type", "Broken"}})
      == 1);
}

struct refuses {
  static constexpr std::string_view name = "Refuses";
  troupe::async<int> run(troupe::workflow::context) {
    throw troupe::application_error("no such customer", {.type = "NotFound"});
    co_return 0;
  }
};
struct shrugs {
  static constexpr std::string_view name = "Shrugs";
  troupe::async<int> run(troupe::workflow::context) {
    throw troupe::application_error("as usual", {.category = troupe::error_category::benign});
    co_return 0;
  }
};

BOOST_AUTO_TEST_CASE(a_run_that_fails_is_a_line_and_counted_once_the_service_knows) {
  serve_workflows({troupe::workflow::define<refuses>(), troupe::workflow::define<shrugs>()});
  captured_log log;
  start();
  give_workflow(first_task("r", "Refuses"));
  BOOST_TEST(log.lines_of("a workflow failed").empty());
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_REQUIRE(log.lines_of("a workflow failed").size() == 1u);
  const auto line = log.lines_of("a workflow failed")[0];
  BOOST_TEST(line.at("workflow_id") == "id-r");
  BOOST_TEST(line.at("error").starts_with("no such customer"));
  BOOST_TEST(metric("workflow_failed", {{"workflow_type", "Refuses"}}) == 1);
  // What its author expects is neither a warning nor a failure.
  give_workflow(first_task("s", "Shrugs"));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(log.lines_of("a workflow failed").size() == 1u);
  BOOST_TEST(metric("workflow_failed") == 1);
}

struct answers_much {
  static constexpr std::string_view name = "AnswersMuch";
  troupe::async<int> run(troupe::workflow::context ctx) {
    ctx.on_query("large", [] { return std::string(3'000'000, 'q'); });
    ctx.on_query("small", [] { return std::string{"small"}; });
    co_await ctx.sleep(1min);
    co_return 0;
  }
};

BOOST_AUTO_TEST_CASE(a_query_of_a_task_that_is_answered_with_too_much_fails_alone) {
  serve_workflows({troupe::workflow::define<answers_much>()});
  captured_log log;
  start();
  auto task = first_task("r", "AnswersMuch");
  (*task.mutable_queries())["q1"].set_query_type("large");
  (*task.mutable_queries())["q2"].set_query_type("small");
  give_workflow(task);
  const auto answered = answer_in(service.open(completed).at(0));
  BOOST_TEST(answered.commands_size() == 1);
  const auto& refused = answered.query_results().at("q1");
  BOOST_TEST(refused.result_type() == temporal::api::enums::v1::QUERY_RESULT_TYPE_FAILED);
  BOOST_TEST(!refused.has_answer());
  BOOST_TEST(
      refused.error_message().starts_with(
          "[TMPRL1103] Attempted to upload payloads with size that exceeded the error limit: "
          "query_result of 3000"),
      refused.error_message());
  BOOST_TEST(answered.query_results().at("q2").answer().payloads(0).data() == "\"small\"");
  const auto lines = log.lines_of("a workflow query failed");
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("query") == "large");
}

BOOST_AUTO_TEST_CASE(a_task_that_comes_with_the_reply_runs_in_the_same_slot) {
  serve_workflows();
  start();
  give_workflow(first_task("r"));
  wire::RespondWorkflowTaskCompletedResponse reply;
  *reply.mutable_workflow_task() = timer_task("r");
  answer(completed, reply);
  auto second = answer_in(service.open(completed).at(0));
  BOOST_TEST(second.task_token() == "token-2-r");
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().workflow_tasks.accepted.get() == 2u);
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 2u);
}

BOOST_AUTO_TEST_CASE(a_partial_history_of_a_run_that_is_not_held_is_completed_from_the_service) {
  serve_workflows();
  start();
  give_workflow(timer_task("r"), true);
  BOOST_TEST(counters().sticky_cache_miss.get() == 1u);
  auto wanted = service.open(history).at(0)->as<wire::GetWorkflowExecutionHistoryRequest>();
  BOOST_TEST(wanted.execution().run_id() == "r");
  BOOST_TEST(wanted.next_page_token().empty());
  answer(history, whole_history("r"));
  auto done = answer_in(service.open(completed).at(0));
  BOOST_REQUIRE(done.commands_size() == 1);
  BOOST_TEST(done.commands(0).has_complete_workflow_execution_command_attributes());
}

BOOST_AUTO_TEST_CASE(further_pages_of_a_history_are_fetched_as_the_run_needs_them) {
  serve_workflows();
  start();
  auto task = first_task("r");
  task.set_previous_started_event_id(3);
  task.set_started_event_id(8);
  task.set_next_page_token("page-2");
  give_workflow(task);
  BOOST_TEST(
      service.open(history).at(0)->as<wire::GetWorkflowExecutionHistoryRequest>().next_page_token()
      == "page-2");
  wire::GetWorkflowExecutionHistoryResponse empty;
  empty.set_next_page_token("page-3");
  answer(history, empty);
  BOOST_TEST(
      service.open(history).at(0)->as<wire::GetWorkflowExecutionHistoryRequest>().next_page_token()
      == "page-3");
  wire::GetWorkflowExecutionHistoryResponse page;
  add_events_after_timer(*page.mutable_history());
  answer(history, page);
  BOOST_TEST(answer_in(service.open(completed).at(0))
                 .commands(0)
                 .has_complete_workflow_execution_command_attributes());
}

BOOST_AUTO_TEST_CASE(tasks_that_take_long_are_told_of_once_for_their_type_and_counted) {
  serve_workflows();
  captured_log log;
  start();
  for (const auto took : {4s, 6s, 7s}) {
    auto task = first_task("r" + std::to_string(took.count()));
    task.set_previous_started_event_id(3);
    task.set_started_event_id(8);
    task.set_next_page_token("page-2");
    give_workflow(task);
    clock->advance(took);
    wire::GetWorkflowExecutionHistoryResponse page;
    add_events_after_timer(*page.mutable_history());
    answer(history, page);
    answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  }
  const auto lines = log.lines_of(
      "[TMPRL1104] a workflow task took longer than it should; others of this type are only "
      "counted");
  BOOST_REQUIRE(lines.size() == 1u);
  const std::map<std::string, std::string> expected{
      {"workflow_type", "Sleeper"},
      {"workflow_id", "id-r6"},
      {"run_id", "r6"},
      {"attempt", "1"},
      {"took_ms", "6000"},
      {"limit_ms", "5000"},
      {"history_events", "8"}};
  for (const auto& [key, value] : expected)
    BOOST_TEST(lines[0].at(key) == value, key);
  BOOST_TEST(metric("workflow_task_too_long", {{"workflow_type", "Sleeper"}}) == 2);
}

BOOST_AUTO_TEST_CASE(a_run_that_asks_for_a_local_activity_is_told_that_there_are_none) {
  serve_workflows({troupe::workflow::define<local_caller>()});
  start();
  give_workflow(first_task("r", "LocalCaller"));
  auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(why.failure().message() == "this worker runs no local activities");
  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
}

BOOST_AUTO_TEST_CASE(a_history_that_cannot_be_fetched_fails_the_task) {
  serve_workflows();
  start();
  give_workflow(timer_task("r"), true);
  refuse(history, troupe::status_code::permission_denied, "no");
  auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(why.task_token() == "token-2-r");
  BOOST_TEST(why.failure().message().find("could not be fetched: no") != std::string::npos);
  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
}

BOOST_AUTO_TEST_CASE(the_longest_unused_run_is_evicted_and_replayed_when_it_comes_back) {
  max_cached_workflows = 2;
  serve_workflows();
  start();
  for (const char* run : {"a", "b", "c"}) {
    give_workflow(first_task(run));
    answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  }
  BOOST_TEST(counters().sticky_cache_size.get() == 2u);
  BOOST_TEST(counters().sticky_cache_total_forced_eviction.get() == 1u);
  give_workflow(timer_task("b"), true); // still there
  BOOST_TEST(service.open(history).empty());
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  give_workflow(timer_task("a"), true);
  answer(history, whole_history("a"));
  BOOST_TEST(answer_in(service.open(completed).at(0))
                 .commands(0)
                 .has_complete_workflow_execution_command_attributes());
}

BOOST_AUTO_TEST_CASE(only_runs_with_a_task_have_an_actor_and_actors_are_used_again) {
  serve_workflows();
  start();
  const auto without = shards[0]->pinned_actors();
  for (const char* run : {"a", "b", "c"}) {
    give_workflow(first_task(run));
    answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
    BOOST_TEST(shards[0]->pinned_actors() == without + 1);
  }
  BOOST_TEST(counters().sticky_cache_size.get() == 3u);
  // Two at the same time take two.
  give_workflow(timer_task("a"), true);
  give_workflow(timer_task("b"), true);
  BOOST_TEST(shards[0]->pinned_actors() == without + 2);
  for (int i = 0; i < 2; ++i)
    answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 5u);
  BOOST_TEST(counters().sticky_cache_size.get() == 1u);
  BOOST_TEST(shards[0]->pinned_actors() == without + 2);
}

BOOST_AUTO_TEST_CASE(without_a_cache_there_is_no_sticky_queue) {
  max_cached_workflows = 0;
  serve_workflows();
  start();
  BOOST_TEST(workflow_poll(true) == nullptr);
  give_workflow(first_task("r"));
  auto first = answer_in(service.open(completed).at(0));
  BOOST_TEST(!first.has_sticky_attributes());
  BOOST_TEST(!first.return_new_workflow_task());
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
}

BOOST_AUTO_TEST_CASE(a_stale_task_evicts_its_run) {
  serve_workflows();
  start();
  give_workflow(first_task("r"));
  refuse(completed, troupe::status_code::not_found, "Workflow task not found.");
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::task_gone) == 1u);
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
}

BOOST_AUTO_TEST_CASE(an_unhandled_command_evicts_the_run_and_counts_as_answered) {
  serve_workflows();
  start();
  give_workflow(first_task("r"));
  refuse(completed, troupe::status_code::invalid_argument, "UnhandledCommand");
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_fails_the_task_instead) {
  serve_workflows();
  start();
  give_workflow(first_task("r"));
  const std::string too_large =
      "grpc: received message after decompression larger than max 4194304";
  refuse(completed, troupe::status_code::resource_exhausted, too_large);
  const auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(
      why.cause() == temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE);
  BOOST_TEST(why.failure().message() == too_large);
  BOOST_TEST(
      metric("workflow_task_execution_failed", {{"failure_reason", "GrpcMessageTooLarge"}}) == 1);
  BOOST_TEST(metric("workflow_task_execution_failed") == 1);
  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  clock->advance(1min);
  BOOST_TEST(service.all(completed).size() == 1u);
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
}

BOOST_AUTO_TEST_CASE(a_failed_task_is_reported_once_and_then_left_to_its_timeout) {
  serve_workflows();
  start();
  give_workflow(first_task("r", "Broken"));
  auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(why.failure().message() == "a bug");
  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  give_workflow(first_task("r", "Broken", 2));
  BOOST_TEST(service.open(failed).empty());
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::repeated_failure) == 1u);
  BOOST_TEST(metric("workflow_task_execution_failed", {{"failure_reason", "WorkflowError"}}) == 2);
  BOOST_TEST(metric("workflow_task_execution_failed") == 2);
  // Others are not touched.
  give_workflow(first_task("other"));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().sticky_cache_size.get() == 1u);
}

BOOST_AUTO_TEST_CASE(code_that_does_not_fit_its_history_is_counted_as_such) {
  serve_workflows();
  start();
  for (int attempt = 1; attempt <= 2; ++attempt) { // the second is not reported, but counted
    auto task = first_task("r", "Sleeper", attempt);
    auto& events = *task.mutable_history();
    add_events_after_timer(events);
    events.mutable_events(4)->mutable_timer_started_event_attributes()->set_timer_id("another");
    events.mutable_events(5)->mutable_timer_fired_event_attributes()->set_timer_id("another");
    task.set_started_event_id(8);
    give_workflow(task);
    if (attempt == 1) {
      const auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
      BOOST_TEST(
          why.cause()
          == temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR);
      answer(failed, wire::RespondWorkflowTaskFailedResponse{});
    }
    BOOST_TEST(
        metric("workflow_task_execution_failed", {{"failure_reason", "NonDeterminismError"}})
        == attempt);
    BOOST_TEST(metric("workflow_task_execution_failed") == attempt);
  }
}

BOOST_AUTO_TEST_CASE(every_attempt_of_every_call_is_counted_by_its_operation) {
  serve_workflows();
  start();
  const auto of = [&](const char* name, const char* operation) {
    return metric(name, {{"operation", operation}});
  };
  BOOST_TEST(of("request", "DescribeNamespace") == 1);
  BOOST_TEST(of("long_request", "PollWorkflowTaskQueue") == 4);
  give_workflow(first_task("r"));
  BOOST_TEST(of("request", completed) == 1);
  BOOST_TEST(of("request_latency", completed) == 0);
  clock->advance(80ms);
  refuse(completed, troupe::status_code::unavailable);
  clock->advance(5s);
  BOOST_TEST(of("request", completed) == 2);
  BOOST_TEST(
      metric("request_failure", {{"operation", completed}, {"status_code", "UNAVAILABLE"}}) == 1);
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(context->metrics->read().histogram("request_latency").count == 3u);
  BOOST_TEST(metric("request_failure") == 1);
  BOOST_TEST(of("request", "PollWorkflowTaskQueue") == 0);
  BOOST_TEST(
      metric("request", {{"namespace", "default"}, {"task_queue", "queue"}}) == metric("request"));
  stop();
  BOOST_TEST(of("request", "ShutdownWorker") == 1);
  BOOST_TEST(metric("long_request_failure") == 0); // cancelled polls have found nothing
}

BOOST_AUTO_TEST_CASE(an_unknown_workflow_type_fails_the_task_and_lists_the_known_ones) {
  serve_workflows();
  start();
  give_workflow(first_task("r", "Nonsense"));
  auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(why.failure().message().find("Nonsense") != std::string::npos);
  BOOST_TEST(why.failure().message().find("Sleeper") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_task_for_a_busy_run_waits_its_turn) {
  serve_workflows();
  start();
  give_workflow(first_task("r"));
  give_workflow(timer_task("r"), true);
  BOOST_TEST(service.open(completed).size() == 1u);
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(answer_in(service.open(completed).at(0)).task_token() == "token-2-r");
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 2u);
}

BOOST_AUTO_TEST_CASE(shutdown_answers_the_running_task_and_asks_for_no_more) {
  serve_workflows();
  start();
  give_workflow(first_task("r"));
  stop();
  BOOST_TEST((core->phase() == worker_phase::draining));
  auto told = service.all("ShutdownWorker").at(0)->as<wire::ShutdownWorkerRequest>();
  BOOST_TEST(told.sticky_task_queue() == context->shards[0]->unique_name);
  wire::RespondWorkflowTaskCompletedResponse reply;
  *reply.mutable_workflow_task() = timer_task("r"); // came all the same
  answer(completed, reply);
  BOOST_TEST(!answer_in(service.open(completed).at(0)).return_new_workflow_task());
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(shards[0]->pinned_actors() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
