// SPDX-License-Identifier: Apache-2.0
// What becomes of Nexus operations that no workflow asked for: their attempts, ends and timeouts.

#include "test/actors/embedded/standalone_operations_fixture.hpp"

#include <string>
#include <vector>

using namespace troupe::test::standalone_operations;
using troupe::status_code;
using troupe::test::scripted_store;

BOOST_AUTO_TEST_SUITE(standalone_operations)

BOOST_FIXTURE_TEST_SUITE(rules, fixture)

BOOST_AUTO_TEST_CASE(a_handler_gets_it_like_any_other_and_its_result_is_kept) {
  auto request = job("o");
  request.mutable_user_metadata()->mutable_summary()->set_data("summary");
  request.mutable_schedule_to_close_timeout()->set_seconds(60);
  const auto run_id = start(request).run_id();
  const auto waits = poll("o");
  BOOST_TEST(!waits->is_answered);
  auto info = described("o").info();
  BOOST_CHECK(info.status() == enums::NEXUS_OPERATION_EXECUTION_STATUS_RUNNING);
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_SCHEDULED);
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(!info.has_last_attempt_complete_time());
  const auto task = poll_task();
  const auto& got = task.request();
  BOOST_TEST(got.endpoint() == "endpoint");
  BOOST_TEST(got.header().at("header") == "value");
  BOOST_TEST(got.start_operation().service() == "service");
  BOOST_TEST(got.start_operation().operation() == "operation");
  BOOST_TEST(got.start_operation().payload().data() == "in");
  BOOST_TEST(got.start_operation().request_id() == info.request_id());
  BOOST_REQUIRE(got.start_operation().links_size() == 1);
  BOOST_TEST(
      got.start_operation().links(0).url()
      == "temporal:///namespaces/default/nexus-operations/o/" + run_id + "/details");
  BOOST_TEST(got.start_operation().links(0).type() == "temporal.api.common.v1.Link.NexusOperation");
  shard.advance(2s);
  succeed(task);
  BOOST_REQUIRE(waits->is_answered);
  const auto told = waits->as<wire::PollNexusOperationExecutionResponse>();
  BOOST_TEST(told.run_id() == run_id);
  BOOST_CHECK(told.wait_stage() == enums::NEXUS_OPERATION_WAIT_STAGE_CLOSED);
  BOOST_TEST(told.result().data() == "out");
  const auto found = described("o");
  BOOST_TEST(found.run_id() == run_id);
  BOOST_TEST(found.input().data() == "in");
  BOOST_TEST(found.result().data() == "out");
  info = found.info();
  BOOST_TEST(info.operation_id() == "o");
  BOOST_CHECK(info.status() == enums::NEXUS_OPERATION_EXECUTION_STATUS_COMPLETED);
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_UNSPECIFIED);
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(info.identity() == "me");
  BOOST_TEST(info.nexus_header().at("header") == "value");
  BOOST_TEST(info.user_metadata().summary().data() == "summary");
  BOOST_TEST(info.execution_duration().seconds() == 2);
  BOOST_TEST(info.expiration_time().seconds() == info.schedule_time().seconds() + 60);
  BOOST_TEST(info.operation_token() == "");
}

BOOST_AUTO_TEST_CASE(a_workflow_behind_it_ends_it) {
  start(job("o"));
  const auto started = poll("o", enums::NEXUS_OPERATION_WAIT_STAGE_STARTED);
  const auto closed = poll("o");
  const auto task = poll_task();
  back_with_workflow(task, "w");
  start_async(task);
  BOOST_REQUIRE(started->is_answered);
  const auto told = started->as<wire::PollNexusOperationExecutionResponse>();
  BOOST_CHECK(told.wait_stage() == enums::NEXUS_OPERATION_WAIT_STAGE_STARTED);
  BOOST_TEST(told.operation_token() == "token");
  BOOST_TEST(!closed->is_answered);
  const auto info = described("o").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_STARTED);
  BOOST_TEST(info.operation_token() == "token");
  BOOST_REQUIRE(info.links_size() == 1);
  BOOST_TEST(info.links(0).workflow_event().workflow_id() == "w");
  close_workflow("done");
  BOOST_REQUIRE(closed->is_answered);
  BOOST_TEST(closed->as<wire::PollNexusOperationExecutionResponse>().result().data() == "done");
  BOOST_TEST(closed->as<wire::PollNexusOperationExecutionResponse>().operation_token() == "token");
  BOOST_TEST(described("o").info().links_size() == 1);
  BOOST_TEST(status_of("o") == "COMPLETED");
}

BOOST_AUTO_TEST_CASE(a_completion_may_overtake_the_answer_to_the_start) {
  start(job("o"));
  const auto task = poll_task();
  back_with_workflow(task, "w");
  close_workflow("done");
  BOOST_TEST(outcome("o").result().data() == "done");
  const auto info = described("o").info();
  BOOST_TEST(info.operation_token() == "token");
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(info.links_size() == 1);
  start_async(task); // late, and changes nothing
  BOOST_TEST(status_of("o") == "COMPLETED");
}

BOOST_AUTO_TEST_CASE(another_operation_may_be_behind_it) {
  start(job("o"));
  const auto task = poll_task();
  auto inner = job("inner");
  add_callback(task, inner);
  const auto run_id = start(inner).run_id();
  start_async(task);
  auto callbacks = described("inner").completion_callbacks();
  BOOST_REQUIRE(callbacks.size() == 1);
  BOOST_TEST(callbacks[0].trigger().has_operation_completed());
  BOOST_CHECK(callbacks[0].info().state() == enums::CALLBACK_STATE_STANDBY);
  BOOST_TEST(status_of("o") == "RUNNING");
  succeed(poll_task(), "done");
  callbacks = described("inner").completion_callbacks();
  BOOST_CHECK(callbacks[0].info().state() == enums::CALLBACK_STATE_SUCCEEDED);
  BOOST_TEST(outcome("o").result().data() == "done");

  // One that overtakes the answer to the start says where it comes from.
  start(job("p"));
  const auto late = poll_task();
  auto failing = job("failing");
  add_callback(late, failing);
  const auto failing_run = start(failing).run_id();
  fail(poll_task(), "BAD_REQUEST", "no");
  BOOST_TEST(status_of("p") == "FAILED");
  BOOST_TEST(outcome("p").failure().message() == outcome("failing").failure().message());
  const auto links = described("p").info().links();
  BOOST_REQUIRE(links.size() == 1);
  BOOST_TEST(links[0].nexus_operation().operation_id() == "failing");
  BOOST_TEST(links[0].nexus_operation().run_id() == failing_run);
  BOOST_TEST(links[0].nexus_operation().namespace_() == "default");
}

BOOST_AUTO_TEST_CASE(how_it_ended_is_told_as_it_was) {
  for (const auto* how : {"CANCELED", "TERMINATED", "TIMED_OUT"}) {
    const std::string id = how;
    start(job(id));
    const auto task = poll_task();
    auto inner = job("behind " + id);
    inner.mutable_schedule_to_close_timeout()->set_seconds(30);
    add_callback(task, inner);
    start(inner);
    start_async(task);
    const auto behind = poll_task();
    if (id == "TERMINATED") {
      BOOST_TEST(terminate("behind " + id).ok());
    } else if (id == "TIMED_OUT") {
      shard.advance(40s);
    } else {
      nexus::Response response;
      auto& failure = *response.mutable_start_operation()->mutable_failure();
      failure.set_message("canceled");
      failure.mutable_canceled_failure_info();
      respond(behind, response);
    }
    BOOST_TEST(status_of("behind " + id) == id);
    BOOST_TEST(status_of(id) == (id == "CANCELED" ? "CANCELED" : "FAILED"));
  }
}

BOOST_AUTO_TEST_CASE(a_start_that_meets_one_may_leave_its_callbacks_and_links_there) {
  start(job("a"));
  const auto first = poll_task();
  start(job("b"));
  const auto second = poll_task();
  const auto link = [](const std::string& workflow) {
    temporal::api::common::v1::Link made;
    made.mutable_workflow_event()->set_namespace_("default");
    made.mutable_workflow_event()->set_workflow_id(workflow);
    made.mutable_workflow_event()->set_run_id("r");
    return made;
  };
  auto inner = job("inner");
  add_callback(first, inner);
  *inner.add_links() = link("w1");
  start(inner);
  start_async(first);
  auto again = job("inner");
  again.set_request_id("another");
  again.set_id_conflict_policy(enums::NEXUS_OPERATION_ID_CONFLICT_POLICY_USE_EXISTING);
  add_callback(second, again);
  *again.add_links() = link("w1");
  *again.add_links() = link("w2");
  BOOST_TEST(!start(again).started()); // it says nothing of them
  BOOST_TEST(described("inner").completion_callbacks_size() == 1);
  again.mutable_on_conflict_options()->set_attach_completion_callbacks(true);
  BOOST_TEST(
      refusal(again).message
      == "on_conflict_options: attach_completion_callbacks requires attach_request_id to be set");
  again.mutable_on_conflict_options()->set_attach_request_id(true);
  again.mutable_on_conflict_options()->set_attach_links(true);
  for (int i = 0; i < 2; ++i) { // the second time it is a retry
    BOOST_TEST(!start(again).started());
    const auto found = described("inner");
    BOOST_TEST(found.completion_callbacks_size() == 2);
    BOOST_REQUIRE(found.info().links_size() == 2);
    BOOST_TEST(found.info().links(0).workflow_event().workflow_id() == "w1");
    BOOST_TEST(found.info().links(1).workflow_event().workflow_id() == "w2");
  }
  start_async(second);
  succeed(poll_task(), "both");
  BOOST_TEST(outcome("a").result().data() == "both");
  BOOST_TEST(outcome("b").result().data() == "both");
}

BOOST_AUTO_TEST_CASE(it_is_tried_again_until_the_handler_says_it_makes_no_sense) {
  start(job("o"));
  fail(poll_task(), "INTERNAL", "first");
  auto info = described("o").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_BACKING_OFF);
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(info.last_attempt_failure().message() == "first");
  BOOST_TEST(info.has_next_attempt_schedule_time());
  shard.advance(1s);
  info = described("o").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_SCHEDULED);
  BOOST_TEST(info.attempt() == 2);
  fail(poll_task(), "BAD_REQUEST", "second");
  BOOST_TEST(status_of("o") == "FAILED");
  const auto failure = outcome("o").failure();
  BOOST_TEST(failure.message() == "second"); // as it is: no workflow wraps it
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "BAD_REQUEST");
  info = described("o").info();
  BOOST_TEST(info.attempt() == 2);
  BOOST_TEST(info.last_attempt_failure().message() == "second");
  BOOST_TEST(!info.has_next_attempt_schedule_time());
}

BOOST_AUTO_TEST_CASE(an_operation_that_fails_or_is_canceled_says_why) {
  for (const bool is_canceled : {false, true}) {
    const std::string id = is_canceled ? "canceled" : "failed";
    start(job(id));
    nexus::Response response;
    auto& failure = *response.mutable_start_operation()->mutable_failure();
    failure.set_message("the reason");
    if (is_canceled)
      failure.mutable_canceled_failure_info();
    else
      failure.mutable_application_failure_info()->set_type("T");
    respond(poll_task(), response);
    BOOST_TEST(status_of(id) == (is_canceled ? "CANCELED" : "FAILED"));
    BOOST_TEST(outcome(id).failure().message() == "the reason");
    BOOST_TEST(outcome(id).failure().has_canceled_failure_info() == is_canceled);
    BOOST_TEST(!outcome(id).failure().has_cause());
    BOOST_TEST(described(id).failure().message() == "the reason");
  }
}

BOOST_AUTO_TEST_CASE(its_time_may_be_over) {
  auto request = job("start");
  request.mutable_schedule_to_start_timeout()->set_seconds(5);
  start(request);
  request = job("all");
  request.mutable_schedule_to_close_timeout()->set_seconds(7);
  request.mutable_schedule_to_start_timeout()->set_seconds(700); // cut to the whole
  start(request);
  BOOST_TEST(described("all").info().schedule_to_start_timeout().seconds() == 7);
  request = job("run");
  request.mutable_start_to_close_timeout()->set_seconds(3);
  start(request);
  for (int at = 0; at < 3; ++at) {
    const auto task = poll_task();
    if (task.request().header().contains("operation-timeout")
        && task.request().header().at("operation-timeout") == "3000ms")
      start_async(task);
  }
  shard.advance(11s);
  for (const auto& [id, type] :
       {std::pair{"start", enums::TIMEOUT_TYPE_SCHEDULE_TO_START},
        std::pair{"all", enums::TIMEOUT_TYPE_SCHEDULE_TO_START},
        std::pair{"run", enums::TIMEOUT_TYPE_START_TO_CLOSE}}) {
    BOOST_TEST_CONTEXT(id) {
      BOOST_TEST(status_of(id) == "TIMED_OUT");
      const auto failure = outcome(id).failure();
      BOOST_TEST(failure.message() == "operation timed out");
      BOOST_CHECK(failure.timeout_failure_info().timeout_type() == type);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_handler_is_asked_to_cancel_once_it_has_started) {
  start(job("o"));
  const auto task = poll_task();
  BOOST_TEST(cancel("o", "one").message == "");
  auto info = described("o").info();
  BOOST_TEST(info.cancellation_info().reason() == "why");
  BOOST_TEST(info.cancellation_info().has_requested_time());
  BOOST_CHECK(
      info.cancellation_info().state() == enums::NEXUS_OPERATION_CANCELLATION_STATE_UNSPECIFIED);
  BOOST_TEST(cancel("o", "one").message == ""); // the same request
  BOOST_TEST(cancel("o", "two").message == "cancellation already requested with request ID one");
  BOOST_CHECK(cancel("o", "two").code == status_code::failed_precondition);
  start_async(task);
  info = described("o").info();
  BOOST_CHECK(
      info.cancellation_info().state() == enums::NEXUS_OPERATION_CANCELLATION_STATE_SCHEDULED);
  BOOST_TEST(info.cancellation_info().attempt() == 1);
  const auto asked = poll_task();
  BOOST_TEST(asked.request().cancel_operation().operation_token() == "token");
  BOOST_TEST(asked.request().cancel_operation().operation() == "operation");
  nexus::Response acknowledged;
  acknowledged.mutable_cancel_operation();
  respond(asked, acknowledged);
  info = described("o").info();
  BOOST_CHECK(
      info.cancellation_info().state() == enums::NEXUS_OPERATION_CANCELLATION_STATE_SUCCEEDED);
  BOOST_TEST(info.cancellation_info().has_last_attempt_complete_time());
  BOOST_TEST(status_of("o") == "RUNNING"); // until the handler tells its end
  BOOST_TEST(terminate("o").message == "");
  BOOST_TEST(cancel("o", "one").message == "");
  BOOST_TEST(cancel("o", "two").message == "operation already completed");
}

BOOST_AUTO_TEST_CASE(the_breaker_holds_back_what_its_endpoint_refuses) {
  for (int at = 0; at < 6; ++at) {
    start(job("o" + std::to_string(at)));
    fail(poll_task(), "INTERNAL");
  }
  start(job("held"));
  const auto info = described("held").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_BLOCKED);
  BOOST_TEST(info.blocked_reason() == "The circuit breaker is open. Failed: service/operation x6");
}

BOOST_AUTO_TEST_CASE(closed_ones_go_when_their_retention_is_over) {
  start(job("o"));
  succeed(poll_task());
  shard.advance(24h * 31);
  BOOST_TEST(listed("").empty());
  BOOST_CHECK(no_description("o").code == status_code::not_found);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(off, operations<service_fixture>)

BOOST_AUTO_TEST_CASE(they_are_refused_where_they_are_switched_off) {
  BOOST_TEST(refusal(job("o")).message == "Standalone Nexus operation is disabled");
  BOOST_CHECK(refusal(job("o")).code == status_code::unimplemented);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

using life = operations<stored_life<of_operations>>;

} // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(they_go_on_in_the_next_life) {
  const auto disk = std::make_shared<scripted_store::disk>();
  wire::PollNexusTaskQueueResponse task;
  {
    life first{disk};
    first.add_endpoint();
    first.start(life::job("done"));
    first.succeed(first.poll_task());
    first.start(life::job("runs"));
    task = first.poll_task();
    first.back_with_workflow(task, "w");
    first.start_async(task);
    BOOST_TEST(first.cancel("runs").message == "");
    first.start(life::job("again"));
  }
  life second{disk, 8};
  BOOST_TEST(second.outcome("done").result().data() == "out");
  BOOST_TEST(second.described("done").info().identity() == "me");
  BOOST_TEST(second.described("runs").info().cancellation_info().reason() == "why");
  for (int at = 0; at < 2; ++at) {
    const auto got = second.poll_task();
    if (got.request().has_cancel_operation())
      BOOST_TEST(got.request().cancel_operation().operation_token() == "token");
    else
      second.succeed(got, "late");
  }
  BOOST_TEST(second.outcome("again").result().data() == "late");
  second.close_workflow("out");
  BOOST_TEST(second.outcome("runs").result().data() == "out");
  BOOST_TEST(second.listed("").size() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
