// SPDX-License-Identifier: Apache-2.0
// Values of search attributes: what is taken, how errors cite them, how lists show them, and what
// commands with wrong ones lead to. All of it was asked of the real server 1.31.2.
#include "runtime/embedded/record/attribute_json.hpp"
#include "runtime/embedded/visibility/visibility.hpp"
#include "test/runtime/embedded/peer/peer_world.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflow/v1/message.pb.h>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using temporal::api::common::v1::Payload;

constexpr int keyword = enums::INDEXED_VALUE_TYPE_KEYWORD;
constexpr int integer = enums::INDEXED_VALUE_TYPE_INT;
constexpr int real = enums::INDEXED_VALUE_TYPE_DOUBLE;
constexpr int boolean = enums::INDEXED_VALUE_TYPE_BOOL;
constexpr int datetime = enums::INDEXED_VALUE_TYPE_DATETIME;
constexpr int list = enums::INDEXED_VALUE_TYPE_KEYWORD_LIST;

Payload payload(const std::string& data, const std::string& encoding = "json/plain") {
  Payload made;
  if (!encoding.empty())
    (*made.mutable_metadata())["encoding"] = encoding;
  made.set_data(data);
  return made;
}

std::string listed(const std::string& data, int type) {
  const auto shown = embedded::listed_attribute(payload(data), type);
  return shown ? shown->data() : "none";
}

using attributes = temporal::api::common::v1::SearchAttributes;

attributes one(const std::string& name, const Payload& value) {
  attributes made;
  (*made.mutable_indexed_fields())[name] = value;
  return made;
}

/// The three commands that bring search attributes along.
std::vector<command_api::Command> commands_with(const attributes& these) {
  auto child = start_child("c");
  *child.mutable_start_child_workflow_execution_command_attributes()->mutable_search_attributes() =
      these;
  auto next = continue_as_new();
  *next.mutable_continue_as_new_workflow_execution_command_attributes()
       ->mutable_search_attributes() = these;
  command_api::Command upsert;
  upsert.set_command_type(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  *upsert.mutable_upsert_workflow_search_attributes_command_attributes()
       ->mutable_search_attributes() = these;
  return {child, next, upsert};
}

struct fixture {
  std::unique_ptr<service_fixture> service;

  void begin() {
    service = std::make_unique<service_fixture>();
    for (const auto* name : {"Word", "Other"})
      service->known.attributes[name] = keyword;
    service->known.attributes["Number"] = integer;
    for (int i = 0; i < 25; ++i)
      service->known.attributes["W" + std::to_string(i)] = keyword;
    service->start();
    service->poll();
  }
  /// What a fresh run makes of each of the three commands.
  std::vector<std::string> answers(const attributes& these) {
    std::vector<std::string> told;
    for (const auto& command : commands_with(these)) {
      begin();
      const auto status = service->complete({command}).answer.status;
      told.push_back(status.ok() ? "ok" : status.message);
      const bool terminated = service->event_types().ends_with("WorkflowExecutionTerminated");
      if (terminated)
        told.back() += " and ends the run";
    }
    return told;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(search_attributes, fixture)

BOOST_AUTO_TEST_CASE(lists_show_values_as_the_store_gives_them_back) {
  BOOST_TEST(listed("  \"a\\u0026b\"  ", keyword) == R"("a\u0026b")");
  BOOST_TEST(listed(R"("<a>&\/")", keyword) == R"("\u003ca\u003e\u0026/")");
  BOOST_TEST(listed(R"("\u0001\b\f\u00e9\u2028")", keyword) == "\"\\u0001\\b\\f\u00e9\\u2028\"");
  BOOST_TEST(listed(R"("\ud800")", keyword) == "\"\uFFFD\"");
  BOOST_TEST(listed("\"\x7f\"", keyword) == "\"\x7f\"");
  BOOST_TEST(listed(R"(["a"])", keyword) == R"("a")");
  BOOST_TEST(listed(" 7 ", integer) == "7");
  BOOST_TEST(listed("-0", integer) == "0");
  BOOST_TEST(listed("9223372036854775807", integer) == "9223372036854776000");
  BOOST_TEST(listed("1.50e2", real) == "150");
  BOOST_TEST(listed("-0.0", real) == "-0");
  BOOST_TEST(listed("1e21", real) == "1e+21");
  BOOST_TEST(listed("1e-7", real) == "1e-7");
  BOOST_TEST(listed("1e-6", real) == "0.000001");
  BOOST_TEST(listed(" true", boolean) == "true");
  BOOST_TEST(listed("\"2020-01-01T00:00:00.100+00:00\"", datetime) == "\"2020-01-01T00:00:00.1Z\"");
  BOOST_TEST(
      listed("\"2020-01-01T00:00:00.123456789123+05:00\"", datetime)
      == "\"2020-01-01T00:00:00.123456789+05:00\"");
  BOOST_TEST(listed("[\"a\" , \"b<\"]", list) == R"(["a","b\u003c"])");
  // Go's JSON leaves an element that is `null` as it begins.
  BOOST_TEST(listed(R"(["a",null])", list) == R"(["a",""])");
  BOOST_TEST(listed("[null]", list) == R"([""])");
  BOOST_TEST(listed("[null]", keyword) == R"("")");
  BOOST_TEST(listed("[null]", integer) == "0");
  BOOST_TEST(listed("[null]", real) == "0");
  BOOST_TEST(listed("[null]", boolean) == "false");
  BOOST_TEST(listed("[null]", datetime) == "\"0001-01-01T00:00:00Z\"");
  for (const int type : {keyword, integer, real, boolean, datetime, list})
    for (const auto* nothing : {"null", " null ", "[ ]"})
      BOOST_TEST(listed(nothing, type) == "none");
}

BOOST_AUTO_TEST_CASE(a_list_tells_the_type_that_the_attribute_has_and_nothing_else) {
  auto given = payload("\"a\"");
  (*given.mutable_metadata())["type"] = "Int";
  (*given.mutable_metadata())["foo"] = "bar";
  embedded::namespace_entry name_space;
  name_space.custom_attributes["Word"] = {"Keyword01", embedded::attribute_type::keyword};
  embedded::visibility_index index;
  temporal::api::workflow::v1::WorkflowExecutionInfo row;
  row.mutable_execution()->set_run_id("r");
  *row.mutable_search_attributes() = one("Word", given);
  (*row.mutable_search_attributes()->mutable_indexed_fields())["Gone"] = payload("1");
  index.put(row);
  wire::ListWorkflowExecutionsResponse response;
  BOOST_REQUIRE(index.list({}, name_space, response).ok());
  const auto& shown = response.executions(0).search_attributes().indexed_fields();
  BOOST_REQUIRE(shown.size() == 1u);
  BOOST_TEST(shown.at("Word").metadata().size() == 2u);
  BOOST_TEST(shown.at("Word").metadata().at("type") == "Keyword");
}

BOOST_AUTO_TEST_CASE(what_is_no_value_of_the_type_is_cited_as_it_was_understood) {
  const auto cited = [](const Payload& value, int type) {
    return embedded::holds_attribute(value, type) ? "fine" : embedded::attribute_text(value);
  };
  BOOST_TEST(cited(payload("1.0"), integer) == "1");
  BOOST_TEST(cited(payload("1e2"), integer) == "100");
  BOOST_TEST(cited(payload("9223372036854775808"), integer) == "9.223372036854776e+18");
  BOOST_TEST(cited(payload("1e-5"), integer) == "1e-05");
  BOOST_TEST(cited(payload("0.0001"), keyword) == "0.0001");
  BOOST_TEST(cited(payload("12345678"), keyword) == "1.2345678e+07");
  BOOST_TEST(cited(payload("[1,2]"), integer) == "[1 2]");
  BOOST_TEST(cited(payload("\"a\""), list) == "a");
  BOOST_TEST(cited(payload(R"(["a",1])"), list) == "[a 1]");
  BOOST_TEST(
      cited(payload(R"([1.50,"x",null,true,{"c":1,"b":[2]}])"), keyword)
      == "[1.5 x <nil> true map[b:[2] c:1]]");
  BOOST_TEST(cited(payload("{}"), keyword) == "map[]");
  BOOST_TEST(cited(payload("\"2020-01-01\""), datetime) == "2020-01-01");
  BOOST_TEST(
      cited(payload("nope"), keyword)
      == "value from <metadata:{key:\"encoding\" value:\"json/plain\"} data:\"nope\">");
  BOOST_TEST(cited(payload("1e400"), real).starts_with("value from <"));
  BOOST_TEST(cited(payload("\"a\"", ""), keyword) == "value from <data:\"\\\"a\\\"\">");
  BOOST_TEST(cited(payload("\"a\"", "binary/plain"), keyword) == "[34 97 34]");
  BOOST_TEST(cited(payload("", "binary/null"), keyword) == "fine");
  BOOST_TEST(cited(payload("null", "json/protobuf"), keyword) == "fine");
  BOOST_TEST(cited(payload("[]"), integer) == "fine");
}

BOOST_AUTO_TEST_CASE(too_large_ones_end_the_run_and_others_fail_the_task) {
  const std::string large = "search attribute Word value size 3002 exceeds size limit 2048";
  const std::string ends = " and ends the run";
  BOOST_TEST(
      answers(one("Word", payload('"' + std::string(3000, 'k') + '"')))
          == (std::vector{
              "BadStartChildExecutionAttributes: " + large + ends,
              "BadContinueAsNewAttributes: " + large + ends,
              "BadSearchAttributes: " + large + ends}),
      boost::test_tools::per_element());
  attributes many;
  for (int i = 0; i < 21; ++i)
    (*many.mutable_indexed_fields())["W" + std::to_string(i)] =
        payload('"' + std::string(2000, 'k') + '"');
  // As the store keeps them: under the names of its columns, without the type.
  // What is upserted is counted with the build ids of the run.
  const auto total = [](int bytes) {
    return "total size of search attributes " + std::to_string(bytes) + " exceeds size limit 40960";
  };
  BOOST_TEST(
      answers(many)
          == (std::vector{
              "BadStartChildExecutionAttributes: " + total(21 * 2046) + ends,
              "BadContinueAsNewAttributes: " + total(21 * 2046) + ends,
              "BadSearchAttributes: " + total(21 * 2046 + 76) + ends}),
      boost::test_tools::per_element());
  const std::string unknown = "BadSearchAttributes: Namespace caller-ns has no mapping defined for "
                              "search attribute Nope";
  BOOST_TEST(
      answers(one("Nope", payload("1"))) == (std::vector{unknown, unknown, unknown}),
      boost::test_tools::per_element());
  const std::string value = "invalid value for search attribute Number of type Int: x";
  BOOST_TEST(
      answers(one("Number", payload("\"x\"")))
          == (std::vector<std::string>{
              "BadSearchAttributes: invalid SearchAttributes on StartChildWorkflowCommand: " + value
                  + ". WorkflowId=c WorkflowType=C Namespace=caller-ns",
              "BadSearchAttributes: invalid SearchAttributes on "
              "ContinueAsNewWorkflowExecutionCommand: "
                  + value + ". WorkflowType=W TaskQueue=name:\"tq\" kind:TASK_QUEUE_KIND_NORMAL",
              "BadSearchAttributes: " + value}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_upsert_is_measured_with_what_the_run_has_already) {
  attributes half, other;
  for (int i = 0; i < 12; ++i) {
    (*half.mutable_indexed_fields())["W" + std::to_string(i)] =
        payload('"' + std::string(2000, 'k') + '"');
    (*other.mutable_indexed_fields())["W" + std::to_string(i + 12)] =
        payload('"' + std::string(2000, 'k') + '"');
  }
  begin();
  auto upserts = std::vector{commands_with(half)[2], commands_with(half)[2]};
  BOOST_TEST(service->complete(upserts).answer.status.ok());
  begin();
  upserts[1] = commands_with(other)[2];
  BOOST_TEST(service->complete(upserts).answer.status.message.starts_with(
      "BadSearchAttributes: total size of search attributes "));
}

BOOST_AUTO_TEST_CASE(only_what_is_empty_deletes_and_is_dropped) {
  auto asked = service_fixture{}.start_request();
  auto given = one("Word", payload("null"));
  (*given.mutable_indexed_fields())["Other"] = payload("[]");
  (*given.mutable_indexed_fields())["Number"] = payload("", "binary/null");
  *asked.mutable_search_attributes() = given;
  (*asked.mutable_memo()->mutable_fields())["kept"] = payload("null");
  (*asked.mutable_memo()->mutable_fields())["dropped"] = payload("[]", "");
  begin();
  service_fixture fresh;
  fresh.known.attributes = service->known.attributes;
  fresh.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  const auto& started = fresh.current().started();
  BOOST_TEST(started.search_attributes().indexed_fields().size() == 1u);
  BOOST_TEST(started.search_attributes().indexed_fields().contains("Word"));
  BOOST_TEST(started.memo().fields().size() == 1u);
  BOOST_TEST(started.memo().fields().contains("kept"));

  BOOST_TEST(service->complete({commands_with(given)[2]}, true).answer.status.ok());
  const auto& event =
      service->current().history.back()->upsert_workflow_search_attributes_event_attributes();
  BOOST_TEST(event.search_attributes().indexed_fields().size() == 3u);
  BOOST_TEST(service->current().state.search_attributes->indexed_fields().size() == 1u);
  for (const auto& command : {commands_with(given)[0], commands_with(given)[1]}) {
    begin();
    BOOST_TEST(service->complete({command}).answer.status.ok());
    const auto& last = *service->rec().runs.find(std::uint64_t{1})->history.back();
    const auto& kept =
        last.has_start_child_workflow_execution_initiated_event_attributes()
            ? last.start_child_workflow_execution_initiated_event_attributes().search_attributes()
            : last.workflow_execution_continued_as_new_event_attributes().search_attributes();
    BOOST_TEST(kept.indexed_fields().size() == 1u);
    BOOST_TEST(kept.indexed_fields().contains("Word"));
  }
}

BOOST_AUTO_TEST_CASE(a_type_that_a_client_names_stays) {
  auto value = payload("\"a\"");
  (*value.mutable_metadata())["type"] = "Text";
  auto asked = service_fixture{}.start_request();
  *asked.mutable_search_attributes() = one("Word", value);
  (*asked.mutable_search_attributes()->mutable_indexed_fields())["Other"] = payload("\"b\"");
  begin();
  service_fixture fresh;
  fresh.known.attributes = service->known.attributes;
  fresh.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  const auto& fields = fresh.current().started().search_attributes().indexed_fields();
  BOOST_TEST(fields.at("Word").metadata().at("type") == "Text");
  BOOST_TEST(fields.at("Other").metadata().at("type") == "Keyword");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
