// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "test/runtime/payload/failure_support.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/error.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/payload/data_converter.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/message_differencer.h>
#include <temporal/api/failure/v1/message.pb.h>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace std::literals;
using namespace troupe;
using google::protobuf::util::MessageDifferencer;
using temporal::api::failure::v1::Failure;

namespace {

const data_converter plain;

// Failures as the real server recorded them, written by Python workers.
Failure recorded(const std::string& name) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/runtime/payload/data/" + name + ".json"};
  std::stringstream text;
  text << file.rdbuf();
  return test::from_proto_json<Failure>(text.str());
}

Failure written(const failure_error& error, const data_converter& converter = plain) {
  Failure failure;
  to_failure(error, converter, failure);
  return failure;
}

template <class Error>
const Error& as(const failure_cause& error) {
  const auto* found = dynamic_cast<const Error*>(error.get());
  BOOST_REQUIRE(found != nullptr);
  return *found;
}

int length_of(const Failure& failure) {
  int length = 1;
  for (const auto* level = &failure; level->has_cause(); level = &level->cause())
    ++length;
  return length;
}

class reversing_codec final : public payload_codec {
public:
  payloads encode(payloads plain_payloads) const override {
    return reverse(std::move(plain_payloads));
  }
  payloads decode(payloads encoded) const override { return reverse(std::move(encoded)); }

private:
  static payloads reverse(payloads all) {
    for (auto& one : all)
      std::reverse(one.data.begin(), one.data.end());
    return all;
  }
};

class absent_codec final : public payload_codec {
public:
  payloads encode(payloads) const override { throw std::runtime_error{"no key"}; }
  payloads decode(payloads) const override { throw std::runtime_error{"no key"}; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(failure_converter)

BOOST_DATA_TEST_CASE(
    writes_recorded_failures_back_unchanged,
    boost::unit_test::data::make(std::vector<std::string>{
        "child-fails",
        "child-terminated",
        "fail-application-error",
        "heartbeat-timeout",
        "next-retry-delay",
        "operation-error-canceled",
        "operation-error-failed-with-cause",
        "run-handler-fails",
        "run-handler-terminated",
        "started-schedule-to-close",
        "unknown-operation"})) {
  const auto original = recorded(sample);
  const auto error = from_failure(original, plain);
  Failure back;
  to_failure(error, plain, back);
  BOOST_TEST(MessageDifferencer::Equals(original, back));
  // Also as the cause of an error of ours, and there also level by level.
  const auto wrapped =
      written(application_error{"outer", {.cause = failure_error_from(original, plain)}});
  BOOST_TEST(MessageDifferencer::Equals(original, wrapped.cause()));
  if (original.has_cause()) {
    const auto cause = failure_error_from(original, plain)->cause();
    BOOST_TEST(MessageDifferencer::Equals(original.cause(), written(*cause)));
  }
}

BOOST_AUTO_TEST_CASE(reads_a_failed_operation_with_its_cause) {
  const auto error = failure_error_from(recorded("run-handler-fails"), plain);
  const auto& operation = as<nexus_operation_error>(error);
  BOOST_TEST(operation.message() == "nexus operation completed unsuccessfully");
  BOOST_TEST(operation.endpoint() == "golden-endpoint");
  BOOST_TEST(operation.service() == "golden-service");
  BOOST_TEST(operation.operation() == "run");
  BOOST_TEST(operation.scheduled_event_id() == 5);
  BOOST_TEST(operation.operation_token().starts_with("eyJ0IjoxLCJucyI6"));
  const auto& cause = as<application_error>(operation.cause());
  BOOST_TEST(cause.message() == "handler workflow failed");
  BOOST_TEST(cause.type() == "GoldenError");
  BOOST_TEST(cause.non_retryable());
  BOOST_TEST(cause.stack_trace().starts_with("  File \"site-packages/temporalio"));
  BOOST_REQUIRE(cause.details().size() == 1u);
  BOOST_TEST((decode_value<std::map<std::string, int>>(cause.details()[0]).at("k") == 1));
  BOOST_CHECK_THROW(
      std::rethrow_exception(from_failure(recorded("run-handler-fails"), plain)),
      nexus_operation_error);
}

BOOST_AUTO_TEST_CASE(reads_each_kind_of_recorded_cause) {
  const auto cause_of = [](const char* name) {
    return failure_error_from(recorded(name), plain)->cause();
  };
  BOOST_TEST(
      as<canceled_error>(cause_of("operation-error-canceled")).message() == "operation canceled");
  BOOST_TEST(
      as<application_error>(cause_of("operation-error-failed-with-cause")).type()
      == "OperationError");
  BOOST_TEST(
      as<application_error>(cause_of("operation-error-failed-with-cause")->cause()).type()
      == "InnerError");
  const auto unknown = cause_of("unknown-operation");
  BOOST_TEST((as<nexus::handler_error>(unknown).type() == nexus::handler_error_type::not_found));
  BOOST_TEST(!as<nexus::handler_error>(unknown).is_retryable());
  BOOST_TEST(
      (as<timeout_error>(cause_of("started-schedule-to-close")).type()
       == timeout_type::schedule_to_close));
  BOOST_TEST(
      as<terminated_error>(cause_of("run-handler-terminated")).message() == "operation terminated");
  BOOST_TEST((as<timeout_error>(cause_of("heartbeat-timeout")).type() == timeout_type::heartbeat));
  BOOST_TEST(is_canceled(*failure_error_from(recorded("operation-error-canceled"), plain)));

  const auto activity = failure_error_from(recorded("heartbeat-timeout"), plain);
  BOOST_TEST(!as<activity_error>(activity).info().activity_type.empty());
  const auto child = failure_error_from(recorded("child-fails"), plain);
  BOOST_TEST(!as<child_workflow_error>(child).info().workflow_id.empty());
  BOOST_TEST((as<child_workflow_error>(child).info().retry_state != retry_state::unspecified));
  BOOST_TEST(as<application_error>(failure_error_from(recorded("next-retry-delay"), plain))
                 .next_retry_delay()
                 .has_value());

  const auto two = failure_error_from(recorded("fail-application-error"), plain);
  BOOST_TEST(
      (decode_values<std::tuple<std::map<std::string, int>, std::string>>(
           as<application_error>(two).details())
       == std::tuple{std::map<std::string, int>{{"a", 1}}, "two"s}));
}

BOOST_AUTO_TEST_CASE(writes_and_reads_every_kind_of_error_of_ours) {
  const auto cause = std::make_shared<application_error>(
      "the cause", application_error_options{.type = "CauseError"});
  const auto details = make_payloads(1, "two"s);
  const std::vector<failure_cause> errors{
      std::make_shared<application_error>(
          "app",
          application_error_options{
              .type = "T",
              .non_retryable = true,
              .details = details,
              .next_retry_delay = 1500ms,
              .category = error_category::benign,
              .cause = cause}),
      std::make_shared<canceled_error>("stop", details, cause),
      std::make_shared<timeout_error>("late", timeout_type::heartbeat, details, cause),
      std::make_shared<terminated_error>("gone", cause),
      std::make_shared<server_error>("server", true, cause),
      std::make_shared<activity_error>(
          "activity",
          activity_error_info{5, 6, "me", "type", "id", retry_state::maximum_attempts_reached},
          cause),
      std::make_shared<child_workflow_error>(
          "child",
          child_workflow_error_info{"ns", "w", "r", "type", 5, 6, retry_state::timeout},
          cause),
      std::make_shared<nexus_operation_error>(
          "operation", nexus_operation_error_info{5, "e", "s", "o", "token"}, cause),
      std::make_shared<nexus::handler_error>(
          nexus::handler_error_type::unavailable,
          "handler",
          nexus::retry_behavior::non_retryable,
          cause),
  };
  for (const auto& error : errors) {
    const auto wire = written(*error);
    const auto back = failure_error_from(wire, plain);
    const auto& read = *back;
    const auto& made = *error;
    BOOST_TEST(typeid(read).name() == typeid(made).name());
    BOOST_TEST(back->message() == error->message());
    BOOST_TEST(back->kind() == error->kind());
    BOOST_TEST(as<application_error>(back->cause()).type() == "CauseError");
    BOOST_TEST(MessageDifferencer::Equals(wire, written(*back)));
  }
  BOOST_TEST(
      written(*errors[0]).ShortDebugString()
      == written(*failure_error_from(written(*errors[0]), plain)).ShortDebugString());
  const auto info = written(*errors[0]).application_failure_info();
  BOOST_TEST(info.next_retry_delay().nanos() == 500'000'000);
  BOOST_TEST(info.category() == 1);
}

BOOST_AUTO_TEST_CASE(writes_operation_errors_as_callers_expect_them) {
  const auto failed =
      written(nexus::operation_error::failed("no", std::make_shared<server_error>("why")));
  BOOST_TEST(failed.message() == "no");
  BOOST_TEST(failed.application_failure_info().type() == "OperationError");
  BOOST_TEST(failed.application_failure_info().non_retryable());
  BOOST_TEST(failed.cause().has_server_failure_info());
  const auto canceled = written(nexus::operation_error::canceled("stop"));
  BOOST_TEST(canceled.has_canceled_failure_info());
  BOOST_TEST(!canceled.has_application_failure_info());
}

BOOST_AUTO_TEST_CASE(writes_foreign_exceptions_as_retryable_application_failures) {
  Failure wire;
  to_failure(std::make_exception_ptr(std::out_of_range{"index"}), plain, wire);
  BOOST_TEST(wire.message() == "index");
  BOOST_TEST(wire.application_failure_info().type() == "std::out_of_range");
  BOOST_TEST(!wire.application_failure_info().non_retryable());
  to_failure(std::exception_ptr{}, plain, wire);
  BOOST_TEST(wire.has_application_failure_info());
}

BOOST_AUTO_TEST_CASE(reads_failures_without_info_and_of_reset_runs_as_application_errors) {
  Failure bare;
  bare.set_message("something");
  bare.set_source("GoSDK");
  const auto error = failure_error_from(bare, plain);
  BOOST_TEST(as<application_error>(error).type() == "");
  BOOST_TEST(!as<application_error>(error).non_retryable());
  BOOST_TEST(error->source() == "GoSDK");
  bare.mutable_reset_workflow_failure_info();
  BOOST_TEST(as<application_error>(failure_error_from(bare, plain)).non_retryable());
  BOOST_TEST(written(*failure_error_from(bare, plain)).has_reset_workflow_failure_info());
}

BOOST_AUTO_TEST_CASE(cuts_hostile_chains_of_causes) {
  Failure deep;
  auto* level = &deep;
  for (int i = 0; i < 5'000; ++i) {
    level->set_message(std::to_string(i));
    level = level->mutable_cause();
  }
  auto error = failure_error_from(deep, plain);
  BOOST_TEST(length_of(written(*error)) == max_failure_depth + 1);
  int length = 0;
  const failure_error* last = nullptr;
  for (const auto* at = error.get(); at != nullptr; at = at->cause().get(), last = at ? at : last)
    ++length;
  BOOST_TEST(length == max_failure_depth + 1);
  BOOST_TEST(dynamic_cast<const application_error&>(*last).type() == "CauseChainTooLong");

  failure_cause chain;
  for (int i = 0; i < 5'000; ++i)
    chain = std::make_shared<application_error>(
        std::to_string(i), application_error_options{.cause = chain});
  const auto wire = written(*chain);
  BOOST_TEST(length_of(wire) == max_failure_depth + 1);
  // Even in an event inside a history it stays within what protobuf parsers follow.
  BOOST_TEST(Failure{}.ParseFromString(wire.SerializeAsString()));
  // Released level by level: a recursive release of very long chains of ours would overrun the
  // stack.
  while (chain)
    chain = failure_cause{chain->cause()};
}

BOOST_AUTO_TEST_CASE(applies_the_codec_at_every_level) {
  const data_converter coded{.codec = std::make_shared<reversing_codec>()};
  const auto details = make_payloads(12);
  const application_error error{
      "outer",
      {.details = details,
       .cause = std::make_shared<activity_error>(
           "middle",
           activity_error_info{},
           std::make_shared<timeout_error>("inner", timeout_type::heartbeat, details))}};
  const auto wire = written(error, coded);
  BOOST_TEST(wire.application_failure_info().details().payloads(0).data() == "21");
  BOOST_TEST(
      wire.cause().cause().timeout_failure_info().last_heartbeat_details().payloads(0).data()
      == "21");
  BOOST_TEST(wire.message() == "outer");
  const auto back = failure_error_from(wire, coded);
  BOOST_TEST((as<application_error>(back).details() == details));
  BOOST_TEST((as<timeout_error>(back->cause()->cause()).last_heartbeat_details() == details));
  BOOST_TEST(MessageDifferencer::Equals(wire, written(*back, coded)));
}

BOOST_AUTO_TEST_CASE(moves_texts_into_encoded_attributes_where_asked_for) {
  const data_converter hiding{
      .codec = std::make_shared<reversing_codec>(), .encode_failure_attributes = true};
  const application_error error{
      "secret \"x\"", {.cause = std::make_shared<canceled_error>("also secret")}};
  const auto wire = written(error, hiding);
  BOOST_TEST(wire.message() == "Encoded failure");
  BOOST_TEST(wire.stack_trace() == "");
  BOOST_TEST(wire.cause().message() == "Encoded failure");
  auto attributes = wire.encoded_attributes().data();
  std::reverse(attributes.begin(), attributes.end());
  BOOST_TEST(attributes == R"({"message":"secret \"x\"","stack_trace":""})");
  BOOST_TEST(wire.SerializeAsString().find("secret \\\"x") == std::string::npos);

  const auto back = failure_error_from(wire, hiding);
  BOOST_TEST(back->message() == "secret \"x\"");
  BOOST_TEST(back->cause()->message() == "also secret");
  BOOST_TEST(MessageDifferencer::Equals(wire, written(*back, hiding)));
  // A reader whose own setting is off restores them too, and does not publish them when it writes.
  const data_converter reading{.codec = std::make_shared<reversing_codec>()};
  const auto read = failure_error_from(wire, reading);
  BOOST_TEST(read->message() == "secret \"x\"");
  BOOST_TEST(MessageDifferencer::Equals(wire, written(*read, reading)));
}

BOOST_AUTO_TEST_CASE(cuts_texts_that_are_too_long_for_a_service_as_they_will_be_sent) {
  constexpr std::size_t room = 1 << 20;
  // Of each character of the text: 1, 2, or 6 bytes in JSON.
  for (const auto& [character, size] : {std::pair{'x', 1U}, {'"', 2U}, {'\x01', 6U}}) {
    BOOST_TEST_CONTEXT("a character of " << size << " bytes in JSON") {
      const application_error error{
          std::string(room, character),
          {.cause = std::make_shared<canceled_error>(std::string(1000, character))}};
      const auto in_the_open = written(error);
      BOOST_TEST(in_the_open.message().size() == room);
      BOOST_TEST(in_the_open.cause().message() == "... (1000 bytes, cut)");

      const data_converter hiding{.encode_failure_attributes = true};
      const auto hidden = written(error, hiding);
      BOOST_TEST(hidden.ByteSizeLong() > room - 100);
      BOOST_TEST(hidden.ByteSizeLong() < room + 1000);
      const auto back = failure_error_from(hidden, hiding);
      BOOST_TEST(back->message().starts_with(std::string(room / size - 10, character)));
      BOOST_TEST(back->message().ends_with(" (1048576 bytes, cut)") == (size > 1));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_log_tells_what_was_cut_and_not_what_it_says) {
  const test::captured_log log;
  const application_error error{
      "secret number one " + std::string(1 << 20, 'x'),
      {.type = "Denied", .cause = std::make_shared<canceled_error>("secret number two")}};
  const auto cut = written(error, {.encode_failure_attributes = true});
  const application_error in_a_cause{
      "short", {.cause = std::make_shared<canceled_error>(std::string(2 << 20, 'y'))}};
  (void)written(in_a_cause);
  const auto lines = log.lines_of("the texts of a failure are too long and were cut");
  BOOST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(lines[0].at("failure") == "Denied");
  BOOST_TEST(lines[0].at("causes") == "1");
  BOOST_TEST(lines[0].at("cut_from") == "message");
  BOOST_TEST(lines[0].at("limit_bytes") == "1048576");
  BOOST_TEST(lines[0].at("bytes") == "1048611"); // both messages
  BOOST_TEST(lines[0].at("cut_bytes") == "35");
  BOOST_TEST(lines[1].at("failure") == "application_failure_info");
  BOOST_TEST(lines[1].at("cut_from") == "message of cause 1");
  for (const auto* said : {"secret", "xxx", "yyy", "short"})
    BOOST_TEST(log.count(said) == 0U, said);
}

BOOST_AUTO_TEST_CASE(reads_attributes_of_python_and_ignores_what_it_cannot_read) {
  auto wire = test::from_proto_json<Failure>(
      R"({"message":"Encoded failure","encodedAttributes":{"metadata":{"encoding":"anNvbi9wbGFpbg=="},)"
      R"("data":"eyJtZXNzYWdlIjoibXNnIiwic3RhY2tfdHJhY2UiOiJzdCIsIm5ldyI6MX0="},"applicationFailureInfo":{}})");
  const auto error = failure_error_from(wire, plain);
  BOOST_TEST(error->message() == "msg");
  BOOST_TEST(error->stack_trace() == "st");
  for (const auto* odd : {"", "{", "[]", "{\"message\":1}", "null"}) {
    wire.mutable_encoded_attributes()->set_data(odd);
    BOOST_TEST(failure_error_from(wire, plain)->message() == "Encoded failure");
  }
}

BOOST_AUTO_TEST_CASE(still_answers_when_the_codec_fails) {
  const data_converter broken{.codec = std::make_shared<absent_codec>()};
  const application_error error{"boom", {.type = "T", .details = make_payloads("secret"s)}};
  const auto wire = written(error, broken);
  BOOST_TEST(
      wire.message()
      == "boom (its details could not be encoded: the payload codec failed to encode: no key)");
  BOOST_TEST(wire.application_failure_info().type() == "T");
  BOOST_TEST(wire.application_failure_info().details().payloads_size() == 0);

  const data_converter hiding{
      .codec = std::make_shared<absent_codec>(), .encode_failure_attributes = true};
  BOOST_TEST(written(error, hiding).ShortDebugString().find("boom") == std::string::npos);

  BOOST_CHECK_THROW(
      std::rethrow_exception(from_failure(written(error), broken)), payload_codec_error);
}

BOOST_AUTO_TEST_CASE(one_bad_byte_becomes_one_replacement_in_every_text_of_every_error) {
  const std::string bad = "h\u00e9llo \u4e2d \xff";
  const std::string mended = "h\u00e9llo \u4e2d \ufffd";
  const auto cause =
      std::make_shared<application_error>(bad, application_error_options{.type = bad});
  const auto application = written(application_error{bad, {.type = bad, .cause = cause}});
  BOOST_TEST(application.message() == mended);
  BOOST_TEST(application.application_failure_info().type() == mended);
  BOOST_TEST(application.cause().message() == mended);
  const nexus_operation_error operation{bad, {5, bad, bad, bad, bad}, cause};
  const activity_error activity{bad, {1, 2, bad, bad, bad, retry_state::timeout}, cause};
  const nexus::handler_error handler{bad, bad, nexus::retry_behavior::unspecified, cause};
  for (const failure_error* error :
       std::initializer_list<const failure_error*>{&operation, &activity, &handler}) {
    const auto failure = written(*error);
    // What protobuf reads back, everyone can read.
    Failure back;
    BOOST_TEST(back.ParseFromString(failure.SerializeAsString()));
    BOOST_TEST(back.message() == mended);
    BOOST_TEST(back.cause().message() == mended);
  }
  BOOST_TEST(written(operation).nexus_operation_execution_failure_info().service() == mended);
}

BOOST_AUTO_TEST_SUITE_END()
