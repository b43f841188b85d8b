// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_outcomes.hpp"
#include "test/runtime/embedded/nexus/nexus_fixture.hpp"

#include <array>
#include <optional>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

wire::RespondNexusTaskFailedRequest handler_error(const std::string& type) {
  wire::RespondNexusTaskFailedRequest request;
  request.mutable_failure()->set_message("handler error " + type);
  request.mutable_failure()->mutable_nexus_handler_failure_info()->set_type(type);
  return request;
}

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_rules)

BOOST_AUTO_TEST_CASE(a_retryable_error_is_tried_again_with_the_same_request_id) {
  calling service;
  const auto id = parse(service.nexus_requests.front()).start_operation().request_id();
  const auto error = handler_error("UNAVAILABLE");
  service.decide(embedded::nexus_request_done{service.take(), &error});
  BOOST_TEST((service.operation().state == embedded::nexus_operation::state::backing_off));
  BOOST_TEST((service.timer == service.now + 900ms));
  service.advance(900ms);
  BOOST_REQUIRE(service.nexus_requests.size() == 1U);
  BOOST_TEST(service.nexus_requests.front().attempt.number == 2);
  BOOST_TEST(parse(service.nexus_requests.front()).start_operation().request_id() == id);
}

BOOST_AUTO_TEST_CASE(late_and_doubled_answers_change_nothing) {
  calling service;
  const auto attempt = service.take();
  const auto error = handler_error("BAD_REQUEST");
  service.decide(embedded::nexus_request_done{attempt, &error});
  const auto events = service.event_types();
  BOOST_TEST(events.ends_with("NexusOperationFailed WorkflowTaskScheduled"));
  service.decide(embedded::nexus_request_done{attempt, &error});
  BOOST_TEST(service.event_types() == events);
}

BOOST_AUTO_TEST_CASE(an_empty_answer_counts_as_an_internal_error_that_is_retried) {
  calling service;
  const wire::RespondNexusTaskCompletedRequest empty;
  service.decide(embedded::nexus_request_done{service.take(), &empty});
  BOOST_TEST(service.operation().last_failure->message() == "empty outcome");
  BOOST_TEST(service.operation().attempt == 1);
}

BOOST_AUTO_TEST_CASE(a_result_that_is_too_large_fails_the_operation_for_good) {
  calling service;
  wire::RespondNexusTaskCompletedRequest request;
  request.mutable_response()
      ->mutable_start_operation()
      ->mutable_sync_success()
      ->mutable_payload()
      ->set_data(std::string(3'000'000, 'x'));
  service.decide(embedded::nexus_request_done{service.take(), &request});
  BOOST_TEST(service.event_types().ends_with("NexusOperationFailed WorkflowTaskScheduled"));
  const auto& failure =
      service.current().history.at(5)->nexus_operation_failed_event_attributes().failure();
  BOOST_TEST(failure.cause().message() == "http: response body too large");
  BOOST_TEST(failure.cause().application_failure_info().type() == "CallError");
  BOOST_TEST(failure.cause().application_failure_info().non_retryable());
  BOOST_TEST(service.nexus_requests.empty());
}

BOOST_AUTO_TEST_CASE(a_success_without_a_result_completes_the_operation_with_nothing) {
  calling service;
  wire::RespondNexusTaskCompletedRequest request;
  request.mutable_response()->mutable_start_operation()->mutable_sync_success();
  service.decide(embedded::nexus_request_done{service.take(), &request});
  const auto& result =
      service.current().history.at(5)->nexus_operation_completed_event_attributes().result();
  BOOST_TEST(result.metadata().at("encoding") == "binary/null");
  BOOST_TEST(result.data().empty());
}

BOOST_AUTO_TEST_CASE(a_bad_byte_in_details_becomes_one_replacement_character) {
  calling service;
  wire::RespondNexusTaskCompletedRequest request;
  auto& error = *request.mutable_response()->mutable_start_operation()->mutable_operation_error();
  error.set_operation_state("failed");
  error.mutable_failure()->set_details("{\"a\":\"h\xc3\xa9\xff\"}");
  BOOST_TEST(embedded::check(request, service.settings).message == "");
  service.decide(embedded::nexus_request_done{service.take(), &request});
  const auto& told =
      service.current().history.at(5)->nexus_operation_failed_event_attributes().failure();
  BOOST_TEST(
      told.cause().application_failure_info().details().payloads(0).data()
      == "{\"details\":{\"a\":\"h\xc3\xa9\xef\xbf\xbd\"}}");
}

BOOST_AUTO_TEST_CASE(a_completion_with_a_wrong_request_id_finds_no_operation) {
  calling service;
  embedded::operation_token_ref token{
      service.rec().namespace_id, "w", service.current().id, 5, "other"};
  const auto status = service.decide(embedded::complete_nexus_operation{token, {}}).answer.status;
  BOOST_TEST(to_string(status.code) == "NOT_FOUND");
  BOOST_TEST(status.message == "operation not found");
}

BOOST_AUTO_TEST_CASE(a_held_request_uses_up_no_attempt) {
  calling service;
  const auto attempt = service.take();
  service.decide(embedded::nexus_request_held{attempt, true});
  BOOST_TEST(service.operation().sent.blocked);
  BOOST_TEST(service.nexus_requests.empty());
  service.decide(embedded::nexus_request_held{attempt, false});
  BOOST_REQUIRE(service.nexus_requests.size() == 1U);
  BOOST_TEST(service.nexus_requests.front().attempt.number == 1);
}

BOOST_AUTO_TEST_CASE(older_workers_answer_in_the_older_format) {
  calling service;
  wire::RespondNexusTaskCompletedRequest request;
  auto& error = *request.mutable_response()->mutable_start_operation()->mutable_operation_error();
  error.set_operation_state("canceled");
  error.mutable_failure()->set_message("no more");
  (*error.mutable_failure()->mutable_metadata())["type"] = "temporal.api.failure.v1.Failure";
  error.mutable_failure()->set_details(R"({"canceledFailureInfo":{}})");
  BOOST_TEST(embedded::check(request, service.settings).ok());
  service.decide(embedded::nexus_request_done{service.take(), &request});
  const auto& event = service.current().history.at(5);
  const auto& failure = event->nexus_operation_canceled_event_attributes().failure();
  BOOST_TEST(failure.cause().message() == "no more");
  BOOST_TEST(failure.cause().has_canceled_failure_info());
}

// As `test/interop/nexus_by_hand_test.py` has them from the real server.
BOOST_AUTO_TEST_CASE(failures_of_the_older_format_keep_what_they_say) {
  struct row {
    const char* message;
    std::vector<std::pair<std::string, std::string>> metadata;
    const char* details;
    const char* type; ///< of the application failure; empty: it has none
    const char* kept; ///< in its details; empty: it has none
    bool is_operation_error = false;
  };
  const row rows[] = {
      {"m", {}, "", "", ""},
      {"m",
       {{"a", "b"}, {"c", "<&>"}},
       "",
       "NexusFailure",
       R"({"metadata":{"a":"b","c":"\u003c\u0026\u003e"}})"},
      {"m",
       {},
       R"({ "b" : 1.50,
 "a" : [ ] })",
       "NexusFailure",
       R"({"details":{"b":1.50,"a":[]}})"},
      {"m",
       {{"type", "acme.Error"}},
       R"({"code":7})",
       "NexusFailure",
       R"({"metadata":{"type":"acme.Error"},"details":{"code":7}})"},
      {"m",
       {{"type", "temporal.api.failure.v1.Failure"}, {"a", "b"}},
       R"({"applicationFailureInfo":{"type":"T","new":1}})",
       "T",
       ""},
      {"m",
       {{"type", "nexus.OperationError"}},
       R"({"state":"failed"})",
       "OperationError",
       "",
       true},
      {"m",
       {{"type", "temporal.api.failure.v1.Failure"}},
       R"({"applicationFailureInfo":1})",
       "NexusFailure",
       R"({"metadata":{"type":"temporal.api.failure.v1.Failure"},"details":{"applicationFailureInfo":1}})"},
  };
  for (const auto& each : rows) {
    temporal::api::nexus::v1::Failure from;
    from.set_message(each.message);
    for (const auto& [name, value] : each.metadata)
      (*from.mutable_metadata())[name] = value;
    from.set_details(each.details);
    const auto check = [&](const temporal::api::failure::v1::Failure& told) {
      BOOST_TEST(told.message() == each.message);
      const auto& info = told.application_failure_info();
      BOOST_TEST(told.has_application_failure_info() == (*each.type != 0));
      BOOST_TEST(info.type() == each.type);
      BOOST_TEST(info.details().payloads_size() == (*each.kept != 0 ? 1 : 0));
      if (info.details().payloads_size() == 1)
        BOOST_TEST(info.details().payloads(0).data() == each.kept);
    };
    wire::RespondNexusTaskFailedRequest refused;
    refused.mutable_error()->set_error_type("BAD_REQUEST");
    *refused.mutable_error()->mutable_failure() = from;
    for (const bool is_cancel : {false, true}) {
      const auto by_handler = embedded::judge(&refused, is_cancel, {});
      if (!is_cancel && each.is_operation_error) {
        BOOST_TEST((by_handler.what == embedded::nexus_verdict::kind::failed));
        check(by_handler.failure);
        continue;
      }
      BOOST_TEST((by_handler.what == embedded::nexus_verdict::kind::refused));
      BOOST_TEST(by_handler.failure.message() == "");
      BOOST_TEST(by_handler.failure.nexus_handler_failure_info().type() == "BAD_REQUEST");
      check(by_handler.failure.cause());
    }
    wire::RespondNexusTaskCompletedRequest failed;
    auto& error = *failed.mutable_response()->mutable_start_operation()->mutable_operation_error();
    error.set_operation_state("failed");
    *error.mutable_failure() = from;
    const auto by_operation = embedded::judge(&failed, false, {});
    BOOST_TEST((by_operation.what == embedded::nexus_verdict::kind::failed));
    check(by_operation.failure);
    error.set_operation_state("canceled");
    const auto canceled = embedded::judge(&failed, false, {});
    BOOST_TEST((canceled.what == embedded::nexus_verdict::kind::canceled));
    BOOST_TEST(canceled.failure.message() == each.message);
    BOOST_TEST(canceled.failure.has_canceled_failure_info());
    error.set_operation_state("running"); // neither: the handler is asked again
    const auto again = embedded::judge(&failed, false, {});
    BOOST_TEST((again.what == embedded::nexus_verdict::kind::retry));
    BOOST_TEST(again.failure.nexus_handler_failure_info().type() == "INTERNAL");
  }
}

BOOST_AUTO_TEST_CASE(an_async_answer_without_token_is_refused) {
  wire::RespondNexusTaskCompletedRequest request;
  request.mutable_response()->mutable_start_operation()->mutable_async_success();
  BOOST_TEST(
      embedded::check(request, embedded::service_settings{}).message
      == "missing opration token in response");
}

BOOST_AUTO_TEST_CASE(a_closed_execution_tells_who_asked_and_tries_again) {
  service_fixture service;
  auto asked = service.start_request();
  auto& nexus = *asked.add_completion_callbacks()->mutable_nexus();
  nexus.set_url("temporal://system");
  (*nexus.mutable_header())["Nexus-Operation-Token"] = "token";
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  service.poll();
  service.complete({complete_workflow("\"done\"")});
  BOOST_REQUIRE(service.callbacks.size() == 1U);
  const auto first = service.callbacks.front();
  BOOST_TEST(first.completion.operation_token == "token");
  BOOST_TEST(first.completion.result->data() == "\"done\"");
  service.decide(embedded::callback_done{
      first.run_id, first.callback_id, 1, embedded::callback_done::result::retry, nullptr});
  service.advance(1s);
  BOOST_REQUIRE(service.callbacks.size() == 2U);
  BOOST_TEST(service.callbacks.back().attempt == 2);
  service.decide(embedded::callback_done{
      first.run_id, first.callback_id, 2, embedded::callback_done::result::delivered, nullptr});
  BOOST_TEST(!service.timer.has_value());
}

BOOST_AUTO_TEST_CASE(callbacks_follow_a_retried_workflow_to_its_last_run) {
  service_fixture service;
  auto asked = service.start_request();
  asked.mutable_retry_policy()->set_maximum_attempts(2);
  asked.add_completion_callbacks()->mutable_nexus()->set_url("temporal://system");
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  service.poll();
  service.complete({fail_workflow("first")});
  BOOST_TEST(service.callbacks.empty());
  service.advance(1s);
  service.poll();
  service.complete({fail_workflow("second")});
  BOOST_REQUIRE(service.callbacks.size() == 1U);
  BOOST_TEST(service.callbacks.front().completion.failure->message() == "second");
}

BOOST_AUTO_TEST_CASE(what_was_under_way_is_sent_again_after_a_restart) {
  calling service;
  const auto tx = embedded::resume(service.rec(), service.around());
  const auto requests = all_of<embedded::nexus_dispatch>(tx);
  BOOST_REQUIRE(requests.size() == 1U);
  BOOST_TEST(requests.front().attempt.number == 1);
}

BOOST_AUTO_TEST_CASE(links_that_are_no_utf8_behind_their_escapes_are_skipped) {
  calling service;
  wire::RespondNexusTaskCompletedRequest answer;
  auto& started = *answer.mutable_response()->mutable_start_operation()->mutable_async_success();
  started.set_operation_token("t");
  for (const char* id : {"w%ff", "good", "%e4%b8"}) {
    auto& link = *started.add_links();
    link.set_url(
        std::string{"temporal:///namespaces/n/workflows/"} + id
        + "/r/history?eventID=1&eventType=WorkflowExecutionStarted&referenceType=EventReference");
    link.set_type("temporal.api.common.v1.Link.WorkflowEvent");
  }
  service.decide(embedded::nexus_request_done{service.take(), &answer});
  for (const auto& event : service.current().history) {
    history_api::HistoryEvent back;
    BOOST_TEST(back.ParseFromString(event->SerializeAsString()));
    if (event->has_nexus_operation_started_event_attributes()) {
      BOOST_REQUIRE(event->links_size() == 1);
      BOOST_TEST(event->links(0).workflow_event().workflow_id() == "good");
    }
  }
  BOOST_TEST(service.event_types().find("NexusOperationStarted") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_outcome_with_a_long_chain_of_causes_can_be_read_again) {
  const auto chain = [](temporal::api::failure::v1::Failure& to) {
    auto* level = &to;
    for (int i = 0; i < 95; ++i)
      level = level->mutable_cause();
    level->set_message("the end");
  };
  for (const bool is_retryable : {true, false}) {
    calling service;
    auto error = handler_error(is_retryable ? "UNAVAILABLE" : "BAD_REQUEST");
    chain(*error.mutable_failure()->mutable_cause());
    service.decide(embedded::nexus_request_done{service.take(), &error});
    wire::GetWorkflowExecutionHistoryResponse page;
    for (const auto& event : service.current().history)
      *page.mutable_history()->add_events() = *event;
    BOOST_TEST(
        wire::GetWorkflowExecutionHistoryResponse{}.ParseFromString(page.SerializeAsString()));
    if (is_retryable) {
      wire::DescribeWorkflowExecutionResponse described;
      *described.add_pending_nexus_operations()->mutable_last_attempt_failure() =
          *service.operation().last_failure;
      BOOST_TEST(
          wire::DescribeWorkflowExecutionResponse{}.ParseFromString(described.SerializeAsString()));
    }
  }
}

BOOST_AUTO_TEST_CASE(details_may_be_nested_as_deep_as_json_is_read_here) {
  const auto nested = [](std::size_t levels) {
    wire::RespondNexusTaskFailedRequest request;
    request.mutable_error()->mutable_failure()->set_details(
        std::string(levels, '[') + std::string(levels, ']'));
    return embedded::check(request);
  };
  BOOST_TEST(nested(34).ok());
  BOOST_TEST(nested(512).ok());
  for (const std::size_t levels : {513, 100'000})
    BOOST_TEST(nested(levels).message == "failure details must be JSON serializable");
}

BOOST_AUTO_TEST_CASE(a_packed_failure_that_takes_long_to_unpack_is_kept_as_text) {
  const auto packed = [](std::size_t payloads, std::size_t text) {
    wire::RespondNexusTaskFailedRequest request;
    request.mutable_error()->set_error_type("BAD_REQUEST");
    auto& failure = *request.mutable_error()->mutable_failure();
    failure.set_message("m");
    (*failure.mutable_metadata())["type"] = "temporal.api.failure.v1.Failure";
    std::string list;
    for (std::size_t i = 0; i < payloads; ++i)
      list += i == 0 ? "{}" : ",{}";
    failure.set_details(
        R"({"applicationFailureInfo":{"type":"T","details":{"payloads":[)" + list
        + R"(]}},"stackTrace":")" + std::string(text, 'x') + "\"}");
    return request;
  };
  const auto outcome = [](const wire::RespondNexusTaskFailedRequest& request) {
    BOOST_TEST(embedded::check(request).ok());
    calling service;
    service.decide(embedded::nexus_request_done{service.take(), &request});
    return service.current().history.at(5)->nexus_operation_failed_event_attributes().failure();
  };
  const auto small = outcome(packed(3, 10));
  BOOST_TEST(small.cause().cause().application_failure_info().type() == "T");
  BOOST_TEST(small.cause().cause().application_failure_info().details().payloads_size() == 3);
  for (const auto& request : {packed(10'000, 0), packed(1, 600 * 1024)}) {
    const auto large = outcome(request);
    const auto& info = large.cause().cause().application_failure_info();
    BOOST_TEST(info.type() == "NexusFailure");
    BOOST_REQUIRE(info.details().payloads_size() == 1);
    BOOST_TEST(
        (info.details().payloads(0).data()
         == R"({"metadata":{"type":"temporal.api.failure.v1.Failure"},"details":)"
                + request.error().failure().details() + '}'));
  }
  const auto refused = embedded::check(packed(200'000, 0));
  BOOST_TEST((refused.code == status_code::invalid_argument));
  BOOST_TEST(refused.message == "the failure details have more than 200000 values");
}

BOOST_AUTO_TEST_CASE(the_breaker_judges_every_outcome_as_the_operation_does) {
  const auto both = [](const embedded::nexus_outcome& outcome, bool cancelation) {
    const auto judged = embedded::judge(outcome, cancelation, {}).what;
    BOOST_TEST(
        embedded::trips_breaker(outcome) == (judged == embedded::nexus_verdict::kind::retry));
  };
  both(embedded::nexus_no_answer{}, false);
  for (const char* type : {"", "INTERNAL", "BAD_REQUEST", "NOT_FOUND", "UNAVAILABLE"})
    for (const auto behavior :
         {enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_UNSPECIFIED,
          enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE,
          enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE}) {
      auto newer = handler_error(type);
      newer.mutable_failure()->mutable_nexus_handler_failure_info()->set_retry_behavior(behavior);
      both(&newer, false);
      wire::RespondNexusTaskFailedRequest older;
      older.mutable_error()->set_error_type(type);
      older.mutable_error()->set_retry_behavior(behavior);
      both(&older, false);
      auto& failure = *older.mutable_error()->mutable_failure();
      (*failure.mutable_metadata())["type"] = "temporal.api.failure.v1.Failure";
      failure.set_details("not JSON");
      both(&older, false);
      failure.set_details(R"({"nexusHandlerFailureInfo":{"type":"BAD_REQUEST"}})");
      both(&older, false);
      both(&older, true);
      (*failure.mutable_metadata())["type"] = "nexus.OperationError";
      for (const char* details : {"", R"({"state":"failed"})", R"({"state":"running"})"}) {
        failure.set_details(details);
        both(&older, false);
      }
    }
  wire::RespondNexusTaskCompletedRequest answer;
  both(&answer, false);
  answer.mutable_response()->mutable_start_operation();
  both(&answer, false);
  answer.mutable_response()->mutable_start_operation()->mutable_sync_success();
  both(&answer, false);
  answer.mutable_response()->mutable_start_operation()->mutable_async_success();
  both(&answer, false);
  auto& error = *answer.mutable_response()->mutable_start_operation()->mutable_operation_error();
  for (const char* state : {"", "failed", "canceled", "running"}) {
    error.set_operation_state(state);
    both(&answer, false);
  }
  answer.mutable_response()->mutable_start_operation()->mutable_failure();
  both(&answer, false);
  answer.mutable_response()->mutable_cancel_operation();
  both(&answer, true);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
