// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/actors/worker/worker_fixture.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace troupe::test;
using troupe::actors::task_outcome;
namespace nexus = troupe::nexus;

namespace {

constexpr auto poll = "PollNexusTaskQueue";
constexpr auto completed = "RespondNexusTaskCompleted";
constexpr auto failed = "RespondNexusTaskFailed";
constexpr auto signalled = "SignalWorkflowExecution";
constexpr auto history = "GetWorkflowExecutionHistory";

/// A worker whose handlers use the client of their context. What goes over the shard's transport
/// is seen by `service`, what goes the client's own way by `elsewhere`.
struct client_fixture : worker_fixture {
  client_fixture() {
    handlers_client = &caller;
    auto services = std::make_shared<nexus::service_registry>();
    services->add(nexus::handler_for<test_service>(
        nexus::sync<test_service::plain>([](nexus::start_context ctx, text in) -> text {
          ctx.client().get_workflow("id").signal("hello", in);
          return in;
        }),
        nexus::sync<test_service::waits>(
            [this](nexus::start_context ctx, text in) -> nexus::async<text> {
              const auto client = ctx.client().async();
              const auto handle = client.get_workflow<std::string>("id");
              auto outcome = co_await handle.result().as_result();
              ++went_on;
              if (blocks)
                blocks();
              co_return text{in.value + (outcome ? *outcome : " gave up")};
            }),
        nexus::sync<test_service::quick>(
            [this](nexus::start_context ctx, text in) -> nexus::async<text> {
              const auto handle = ctx.client().async().get_workflow("id");
              if (in.value == "block")
                handle.blocking().signal("hello");
              if (blocks)
                blocks();
              co_await handle.signal("hello", in);
              co_return text{in.value + " signalled"};
            })));
    serve_nexus(services);
    start();
  }

  /// The shard goes on without the code that called this.
  void leave_behind() { BOOST_TEST(shards[0]->leave_behind(shards[0]->look_at_foreign())); }

  std::function<void()> blocks; ///< what handlers do where they would block
  int went_on = 0;
  manual_executor thread;
  scripted_service elsewhere;
  troupe::client caller = troupe::local_client(
      elsewhere, thread, [this] { return thread.step(); }, {.name_space = "default"});
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(handler_client, client_fixture)

BOOST_AUTO_TEST_CASE(a_coroutine_calls_through_its_shard_and_is_resumed_there) {
  give(poll, nexus_task("quick", "a"));
  const auto open = service.open(signalled);
  BOOST_REQUIRE(open.size() == 1u);
  BOOST_TEST((open[0]->where == shards[0].get()));
  const auto sent = open[0]->as<wire::SignalWorkflowExecutionRequest>();
  BOOST_TEST(sent.workflow_execution().workflow_id() == "id");
  BOOST_TEST(sent.input().payloads(0).data() == R"({"value":"v"})");
  BOOST_TEST(service.open(completed).empty());
  answer(signalled, wire::SignalWorkflowExecutionResponse{});
  const auto answered = service.open(completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  BOOST_TEST(
      answered.response().start_operation().sync_success().payload().data()
      == R"({"value":"v signalled"})");
  BOOST_TEST(elsewhere.asked.empty());
  BOOST_TEST(metric("request", {{"operation", signalled}}) == 1);
}

BOOST_AUTO_TEST_CASE(a_call_carries_the_links_of_its_request_and_brings_its_own_back) {
  auto task = nexus_task("quick", "a");
  auto& link = *task.mutable_request()->mutable_start_operation()->add_links();
  link.set_url("temporal:///namespaces/callers/workflows/caller/run/history"
               "?eventID=5&eventType=NexusOperationScheduled&referenceType=EventReference");
  link.set_type("temporal.api.common.v1.Link.WorkflowEvent");
  give(poll, task);
  const auto sent = service.open(signalled).at(0)->as<wire::SignalWorkflowExecutionRequest>();
  BOOST_REQUIRE(sent.links_size() == 1);
  BOOST_TEST(sent.links(0).workflow_event().workflow_id() == "caller");
  BOOST_TEST(sent.links(0).workflow_event().event_ref().event_id() == 5);
  wire::SignalWorkflowExecutionResponse reply;
  auto& to = *reply.mutable_link()->mutable_workflow_event();
  to.set_namespace_("default");
  to.set_workflow_id("id");
  to.set_run_id("the-run");
  to.mutable_request_id_ref()->set_request_id("r");
  to.mutable_request_id_ref()->set_event_type(
      temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  answer(signalled, reply);
  const auto answered = service.open(completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  const auto& links = answered.response().start_operation().sync_success().links();
  BOOST_REQUIRE(links.size() == 1);
  BOOST_TEST(
      links[0].url()
      == "temporal:///namespaces/default/workflows/id/the-run/history"
         "?eventType=WorkflowExecutionSignaled&referenceType=RequestIdReference&requestID=r");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_is_the_handlers_error) {
  auto task = nexus_task("quick", "a");
  task.mutable_request()->mutable_capabilities()->set_temporal_failure_responses(true);
  give(poll, task);
  refuse(signalled, troupe::status_code::not_found, "workflow not found for ID: id");
  const auto answered = service.open(failed).at(0)->as<wire::RespondNexusTaskFailedRequest>();
  BOOST_TEST(answered.failure().message() == "workflow not found for ID: id");
  BOOST_TEST(answered.failure().nexus_handler_failure_info().type() == "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_call_has_no_more_time_than_its_request) {
  give(poll, nexus_task("quick", "a", "3s"));
  BOOST_TEST((service.open(signalled).at(0)->timeout == 3s));
  clock->advance(3s);
  BOOST_TEST(service.open(signalled).empty());
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::deadline_passed) == 1u);
}

BOOST_AUTO_TEST_CASE(a_shutdown_cancels_the_call_and_the_handler_may_still_answer) {
  give(poll, nexus_task("waits", "a", "1h"));
  BOOST_TEST(service.open(history).size() == 1u);
  stop();
  clock->advance(context->settings.graceful_shutdown_timeout);
  BOOST_TEST(service.open(history).empty());
  const auto answered = service.open(completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  BOOST_TEST(
      answered.response().start_operation().sync_success().payload().data()
      == R"({"value":"v gave up"})");
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_cancels_the_calls_of_its_handlers) {
  give(poll, nexus_task("waits", "a", "1h"));
  BOOST_TEST(service.open(history).size() == 1u);
  shards[0]->stop();
  BOOST_TEST(service.open(history).empty());
}

BOOST_AUTO_TEST_CASE(a_blocking_call_in_a_coroutine_is_an_error_with_words) {
  auto task = nexus_task("quick", "a");
  task.mutable_request()->mutable_capabilities()->set_temporal_failure_responses(true);
  task.mutable_request()->mutable_start_operation()->mutable_payload()->set_data(
      R"({"value":"block"})");
  give(poll, task);
  const auto answered = service.open(failed).at(0)->as<wire::RespondNexusTaskFailedRequest>();
  BOOST_TEST(
      answered.failure().cause().message().find("co_await client.async()") != std::string::npos);
  BOOST_TEST(service.open(signalled).empty());
}

BOOST_AUTO_TEST_CASE(a_call_of_code_that_its_shard_left_behind_is_not_sent) {
  blocks = [this] { leave_behind(); };
  give(poll, nexus_task("quick", "a"));
  BOOST_TEST(service.all(signalled).empty());
  BOOST_TEST(service.open(failed).size() == 1u); // answered for it
  BOOST_TEST(elsewhere.asked.empty());
}

BOOST_AUTO_TEST_CASE(a_reply_resumes_a_coroutine_that_may_block_without_the_shard) {
  give(poll, nexus_task("waits", "a"));
  blocks = [this] { leave_behind(); };
  refuse(history, troupe::status_code::not_found);
  BOOST_TEST(went_on == 1);
  BOOST_TEST(service.open(failed).size() == 1u);
  // The shard is as good as new.
  blocks = nullptr;
  answer(failed, wire::RespondNexusTaskFailedResponse{});
  give(poll, nexus_task("quick", "b"));
  answer(signalled, wire::SignalWorkflowExecutionResponse{});
  BOOST_TEST(service.open(completed).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_plain_function_blocks_on_the_pool) {
  elsewhere.answer(signalled, wire::SignalWorkflowExecutionResponse{});
  give(poll, nexus_task("plain", "a"));
  BOOST_TEST(pool->run_one());
  clock->run_until_idle();
  BOOST_TEST(service.open(completed).size() == 1u);
  BOOST_TEST(elsewhere.asked.at(signalled).size() == 1u);
  BOOST_TEST(service.open(signalled).empty());
}

BOOST_AUTO_TEST_SUITE_END()
