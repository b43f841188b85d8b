// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/json_body.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "runtime/protocol/endpoint_access.hpp"
#include "test/support/deep_bytes.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

namespace wf = temporal::api::workflowservice::v1;
using troupe::gateway::read_json;
using troupe::protocol::payload_style;

namespace {

std::string read(std::string_view text, payload_style payloads = payload_style::shorthand) {
  wf::StartWorkflowExecutionRequest request;
  if (auto problem = read_json(text, payloads, request); !problem.empty())
    return problem;
  return request.ShortDebugString();
}

wf::StartWorkflowExecutionRequest request_of(std::string_view text) {
  wf::StartWorkflowExecutionRequest request;
  BOOST_TEST(read_json(text, payload_style::shorthand, request) == "");
  return request;
}

/// `encoding/messageType data` of one of the input's payloads.
std::string payload(const temporal::api::common::v1::Payload& of) {
  const auto& metadata = of.metadata();
  std::string text = metadata.count("encoding") != 0 ? metadata.at("encoding") : "?";
  if (metadata.count("messageType") != 0)
    text += '/' + metadata.at("messageType");
  return text + ' ' + of.data();
}
std::string input(std::string_view text) {
  const auto request = request_of(R"({"input":)" + std::string{text} + '}');
  std::string all;
  for (const auto& each : request.input().payloads())
    all += payload(each) + ';';
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_body)

BOOST_AUTO_TEST_CASE(an_endpoint_may_name_its_callers) {
  namespace operators = temporal::api::operatorservice::v1;
  using troupe::protocol::allowed_callers;
  const auto read = [](std::string_view text, auto& request) {
    return read_json(text, payload_style::raw, request);
  };
  operators::CreateNexusEndpointRequest made;
  BOOST_TEST(
      read(R"({"spec":{"name":"e","allowedCallerNamespaces":["a","b"],"target":{}}})", made) == "");
  BOOST_TEST(made.spec().name() == "e");
  BOOST_TEST(made.spec().has_target());
  BOOST_TEST((*allowed_callers(made.spec()) == std::vector<std::string>{"a", "b"}));

  operators::CreateNexusEndpointRequest otherwise;
  BOOST_TEST(read(R"({"spec":{"allowed_caller_namespaces":["a"]}})", otherwise) == "");
  BOOST_TEST((*allowed_callers(otherwise.spec()) == std::vector<std::string>{"a"}));

  operators::UpdateNexusEndpointRequest changed;
  BOOST_TEST(
      read(R"({"version":"12345678901234567","spec":{"allowedCallerNamespaces":[]}})", changed)
      == "");
  BOOST_TEST(changed.version() == 12345678901234567);
  BOOST_TEST(allowed_callers(changed.spec())->empty());
  for (const auto* says_nothing :
       {R"({"spec":{}})", R"({"spec":{"allowedCallerNamespaces":null}})"}) {
    operators::UpdateNexusEndpointRequest request;
    BOOST_TEST(read(says_nothing, request) == "");
    BOOST_TEST(!allowed_callers(request.spec()).has_value(), says_nothing);
  }
  operators::UpdateNexusEndpointRequest without;
  BOOST_TEST(read("{}", without) == "");
  BOOST_TEST(!without.has_spec());
  for (const auto* wrong :
       {R"({"spec":{"allowedCallerNamespaces":"a"}})",
        R"({"spec":{"allowedCallerNamespaces":[1]}})",
        R"({"spec":{"allowedCallerNamespaces":["a"],"allowedCallerNamespaces":["a"]}})",
        R"({"spec":{"allowedCallerNamespaces":["a"],"allowed_caller_namespaces":["a"]}})",
        R"({"allowedCallerNamespaces":["a"]})"}) {
    operators::UpdateNexusEndpointRequest request;
    const auto problem = read(wrong, request);
    BOOST_TEST(problem.starts_with("the body is no UpdateNexusEndpointRequest"), wrong);
    BOOST_TEST(problem.find("allowedCallerNamespaces") != problem.npos, problem);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_an_empty_message) {
  BOOST_TEST(read("") == "");
  BOOST_TEST(read(" \n") == "");
  BOOST_TEST(read("{}") == "");
}

BOOST_AUTO_TEST_CASE(fields_have_two_spellings) {
  BOOST_TEST(
      read(R"({"workflowType":{"name":"T"},"task_queue":{"name":"q"}})")
      == R"(workflow_type { name: "T" } task_queue { name: "q" })");
}

BOOST_AUTO_TEST_CASE(nothing_is_given_twice) {
  for (const auto style : {payload_style::shorthand, payload_style::raw}) {
    BOOST_TEST(
        read(R"({"workflowType":{},"workflow_type":{}})", style)
        == R"(the body is no JSON: duplicate field "workflow_type")");
    BOOST_TEST(
        read(R"({"workflowType":{"name":"T","name":"U"}})", style)
        == R"(the body is no JSON: duplicate field "name")");
    BOOST_TEST(
        read(R"({"memo":{"fields":{"a":{},"a":{}}}})", style)
        == R"(the body is no JSON: duplicate map key "a")");
  }
  BOOST_TEST(input(R"([{"a":1,"a":2}])") == R"(json/plain {"a":1,"a":2};)"); // its reader's matter
}

BOOST_AUTO_TEST_CASE(a_value_is_the_payload_that_holds_it) {
  BOOST_TEST(
      input(R"([{"b":1,"a":[2]},"s",12345678901234567890,true])")
      == R"(json/plain {"b":1,"a":[2]};json/plain "s";json/plain 12345678901234567890;json/plain true;)");
  BOOST_TEST(input("[null]") == "binary/null ;");
  BOOST_TEST(input("[]") == "");
}

BOOST_AUTO_TEST_CASE(a_message_names_its_type) {
  BOOST_TEST(input(R"([{"x":1,"_protoMessageType":"a.B"}])") == R"(json/protobuf/a.B {"x":1};)");
  BOOST_TEST(input(R"([{"_protoMessageType":7}])") == R"(json/plain {"_protoMessageType":7};)");
}

BOOST_AUTO_TEST_CASE(payloads_may_be_as_they_travel) {
  const std::string whole = R"({"metadata":{"encoding":"eA=="},"data":"MQ=="})";
  BOOST_TEST(input("[" + whole + ",2]") == "x 1;json/plain 2;");
  BOOST_TEST(input(R"({"payloads":[)" + whole + ",2]}") == "x 1;json/plain 2;");
  // Not quite one: the value is meant.
  BOOST_TEST(
      input(R"([{"metadata":{"encoding":"eA=="}}])")
      == R"(json/plain {"metadata":{"encoding":"eA=="}};)");
  BOOST_TEST(
      input(R"([{"metadata":{"a":"b"},"data":"?"}])")
      == R"(json/plain {"metadata":{"a":"b"},"data":"?"};)");
  BOOST_TEST(input(R"([{"metadata":{"encoding":"YmluYXJ5L251bGw="}}])") == "binary/null ;");
}

BOOST_AUTO_TEST_CASE(maps_hold_payloads_too) {
  const auto request =
      request_of(R"({"memo":{"fields":{"x":5,"y":null}},"header":{"fields":{"h":"v"}}})");
  BOOST_TEST(payload(request.memo().fields().at("x")) == "json/plain 5");
  BOOST_TEST(payload(request.memo().fields().at("y")) == "binary/null ");
  BOOST_TEST(payload(request.header().fields().at("h")) == R"(json/plain "v")");
}

BOOST_AUTO_TEST_CASE(null_leaves_a_field_out) {
  BOOST_TEST(read(R"({"input":null,"memo":null,"identity":null})") == "");
}

BOOST_AUTO_TEST_CASE(without_the_shorthand_values_are_no_payloads) {
  BOOST_TEST(
      read(R"({"input":{"payloads":[{"data":"MQ=="}]}})", payload_style::raw)
      == R"(input { payloads { data: "1" } })");
  BOOST_TEST(read(R"({"input":["x"]})", payload_style::raw)
                 .starts_with("the body is no StartWorkflowExecutionRequest: "));
}

BOOST_AUTO_TEST_CASE(enums_have_short_names) {
  const std::string whole = "workflow_id_reuse_policy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE";
  BOOST_TEST(read(R"({"workflowIdReusePolicy":"RejectDuplicate"})") == whole);
  BOOST_TEST(
      read(R"({"workflowIdReusePolicy":"WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE"})") == whole);
  BOOST_TEST(read(R"({"workflowIdReusePolicy":3})") == whole);
}

BOOST_AUTO_TEST_CASE(what_is_no_such_json_is_refused) {
  for (const auto* text :
       {"{bad", "[]", "null", "{} {}", "{\"a\":", "\"x\"", "\xff", "{\"a\":\"\xff\"}"})
    BOOST_TEST(read(text).starts_with("the body is no "), text);
  BOOST_TEST(
      read(R"({"bogus":1})")
      == "the body is no StartWorkflowExecutionRequest: bogus: Cannot find field.");
  for (const auto* text :
       {R"({"workflowType":1})",
        R"({"input":"x"})",
        R"({"workflowIdReusePolicy":"x"})",
        R"({"workflowRunTimeout":"soon"})",
        R"({"workflowType":[]})"})
    BOOST_TEST(read(text).starts_with("the body is no StartWorkflowExecutionRequest: "), text);
}

BOOST_AUTO_TEST_CASE(payloads_are_bounded_and_what_one_holds_is_not) {
  const auto zeros = [](std::size_t count) {
    std::string many;
    for (std::size_t i = 0; i < count; ++i)
      many += i == 0 ? "0" : ",0";
    return many;
  };
  BOOST_TEST(request_of("{\"input\":[" + zeros(20'000) + "]}").input().payloads_size() == 20'000);
  BOOST_TEST(
      read("{\"input\":[" + zeros(20'001) + "]}").find("there are more than 20000 payloads")
      != std::string::npos);
  BOOST_TEST(request_of("{\"input\":[[" + zeros(500'000) + "]]}").input().payloads_size() == 1);
}

BOOST_AUTO_TEST_CASE(what_has_to_be_taken_apart_is_bounded) {
  const auto values = [](int many) {
    std::string list;
    for (int i = 0; i < many; ++i)
      list += list.empty() ? "1" : ",1";
    return '[' + list + ']';
  };
  const std::string words = "there are more than 100000 values in a payload";
  const auto message = [&](int many) {
    return R"({"input":[{"_protoMessageType":"a.B","list":)" + values(many) + "}]}";
  };
  BOOST_TEST(
      payload(request_of(message(100'000)).input().payloads(0)).starts_with("json/protobuf/a.B {"));
  BOOST_TEST(read(message(100'001)).find(words) != std::string::npos);
  std::string metadata;
  for (int i = 0; i < 100'002; ++i)
    metadata += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":\"\"";
  BOOST_TEST(
      read(R"({"input":[{"data":"","metadata":{)" + metadata + "}}]}").find(words)
      != std::string::npos);
  // These stay as they are.
  for (const auto& plain :
       {R"({"data":)" + values(200'000) + "}",
        R"({"metadata":{},"list":)" + values(200'000) + "}",
        R"({"list":)" + values(200'000) + R"(,"in":{"_protoMessageType":"a.B"}})"})
    BOOST_TEST((input('[' + plain + ']') == "json/plain " + plain + ';'));
}

BOOST_AUTO_TEST_CASE(numbers_are_bounded_in_shorthand) {
  for (const auto& huge : {std::string{"1e400"}, std::string{"-1E+400"}, std::string(400, '9')})
    for (const auto& in : {huge, "[1," + huge + "]", "{\"a\":{\"b\":" + huge + "}}"})
      BOOST_TEST(
          read("{\"input\":[" + in + "]}")
              == "the body is no JSON: a number in a payload is too large",
          in);
  for (const std::string fine : {"1e-400", "1.7e308", "\"1e400\"", "\"\\\"1e400\"", "[1,2.50]"})
    BOOST_TEST(input("[" + fine + "]") == "json/plain " + fine + ";");
}

BOOST_AUTO_TEST_CASE(depth_is_bounded) {
  const auto nested = [](std::size_t depth) {
    return R"({"input":[)" + std::string(depth, '[') + std::string(depth, ']') + "]}";
  };
  BOOST_TEST(request_of(nested(400)).input().payloads_size() == 1);
  BOOST_TEST(read(nested(10'000)).starts_with("the body is no "));
}

BOOST_AUTO_TEST_CASE(long_chains_of_causes_are_cut_as_ever) {
  const auto nested = [](int links, payload_style payloads) {
    std::string text;
    for (int i = 1; i < links; ++i)
      text += R"({"message":")" + std::to_string(i) + R"(","cause":)";
    text = R"({"continuedFailure":)" + text + R"({"message":"last"})"
           + std::string(static_cast<std::size_t>(links), '}');
    wf::StartWorkflowExecutionRequest request;
    BOOST_TEST(read_json(text, payloads, request) == "", links);
    return request.continued_failure();
  };
  for (const auto payloads : {payload_style::shorthand, payload_style::raw}) {
    const auto whole = nested(troupe::max_failure_depth, payloads);
    BOOST_TEST(troupe::test::links_of(whole) == troupe::max_failure_depth);
    for (const int links : {troupe::max_failure_depth + 1, 98, 500}) {
      const auto cut = nested(links, payloads);
      BOOST_TEST(troupe::test::links_of(cut) == troupe::max_failure_depth + 1);
      BOOST_TEST(cut.cause().message() == "2");
      const auto* last = &cut;
      while (last->has_cause())
        last = &last->cause();
      BOOST_TEST(last->application_failure_info().type() == "CauseChainTooLong");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
