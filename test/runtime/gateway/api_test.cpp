// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/api.hpp"
#include "runtime/rpc/caller.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <map>
#include <optional>

namespace wf = temporal::api::workflowservice::v1;
namespace op = temporal::api::operatorservice::v1;
using namespace std::chrono_literals;
using troupe::rpc_status;
using troupe::status_code;
using troupe::http::incoming;
using troupe::http::response;

namespace {

/// Keeps the last call; who wants to answers it.
class fake_service final : public troupe::rpc::local_service {
public:
  cancel_function handle(request what, troupe::rpc::reply_handler on_reply) override {
    called = std::move(what);
    reply = std::move(on_reply);
    return [this] { is_cancelled = true; };
  }
  template <class Request>
  [[nodiscard]] std::string message() const {
    Request parsed;
    BOOST_TEST(parsed.ParseFromString(called->message.str()));
    return parsed.ShortDebugString();
  }

  std::optional<request> called;
  troupe::rpc::reply_handler reply;
  bool is_cancelled = false;
};

struct fixture {
  void serve(incoming request) {
    answer.reset();
    cancel = api.serve(
        std::make_shared<const incoming>(std::move(request)),
        [this](troupe::http::answer_maker make) { answer = make(); });
  }
  /// An error that needs no service.
  std::string refused(incoming request) {
    serve(std::move(request));
    BOOST_REQUIRE(answer);
    BOOST_TEST(!service.called);
    return std::to_string(answer->status) + ' ' + answer->body;
  }
  std::string answered(rpc_status status, const google::protobuf::Message& message) {
    service.reply(std::move(status), message.SerializeAsString());
    BOOST_REQUIRE(answer);
    return std::to_string(answer->status) + ' ' + answer->body;
  }

  fake_service service;
  troupe::gateway::api api{service};
  troupe::unique_function<void()> cancel;
  std::optional<response> answer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api, fixture)

BOOST_AUTO_TEST_CASE(a_request_is_a_call_and_its_answer_the_answer) {
  serve({.method = "GET", .path = "/api/v1/namespaces/a/workflows", .query = "pageSize=2"});
  BOOST_REQUIRE(service.called);
  BOOST_TEST(
      service.called->method
      == "/temporal.api.workflowservice.v1.WorkflowService/ListWorkflowExecutions");
  BOOST_TEST(
      service.message<wf::ListWorkflowExecutionsRequest>() == R"(namespace: "a" page_size: 2)");
  BOOST_TEST((service.called->deadline == troupe::time_point::max()));
  wf::ListWorkflowExecutionsResponse list;
  list.add_executions()->mutable_execution()->set_workflow_id("w");
  BOOST_TEST(answered({}, list) == R"(200 {"executions":[{"execution":{"workflowId":"w"}}]})");
}

BOOST_AUTO_TEST_CASE(the_path_has_the_last_word_over_the_body) {
  serve(
      {.method = "POST",
       .path = "/api/v1/namespaces/a/workflows/w%20%25",
       .body = R"({"namespace":"b","workflowId":"x","identity":"i"})"});
  BOOST_TEST(
      service.message<wf::StartWorkflowExecutionRequest>()
      == R"(namespace: "a" workflow_id: "w %" identity: "i")");
}

BOOST_AUTO_TEST_CASE(methods_of_the_operator_are_there) {
  serve({.method = "DELETE", .path = "/api/v1/nexus/endpoints/e", .query = "version=7"});
  BOOST_TEST(
      service.called->method
      == "/temporal.api.operatorservice.v1.OperatorService/DeleteNexusEndpoint");
  BOOST_TEST(service.message<op::DeleteNexusEndpointRequest>() == R"(id: "e" version: 7)");
  BOOST_TEST(answered({}, op::DeleteNexusEndpointResponse{}) == "200 {}");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_service_is_the_answer) {
  serve({.method = "GET", .path = "/api/v1/system-info"});
  BOOST_TEST(
      answered({status_code::unavailable, "later", {}}, wf::GetSystemInfoResponse{})
      == R"(503 {"code":14,"message":"later"})");
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_read_is_an_internal_error) {
  serve({.method = "GET", .path = "/api/v1/system-info"});
  service.reply({}, std::string{"\xff"});
  BOOST_TEST(answer->status == 500);
}

BOOST_AUTO_TEST_CASE(unknown_paths_methods_and_spellings_are_told) {
  BOOST_TEST(
      refused({.method = "GET", .path = "/nope"}) == R"(404 {"code":5,"message":"Not Found"})");
  for (const auto* method : {"POST", "PUT", "HEAD", "OPTIONS", "BREW"})
    BOOST_TEST(
        refused({.method = method, .path = "/api/v1/system-info"})
        == R"(501 {"code":12,"message":"Method Not Allowed"})");
  BOOST_TEST(refused({.method = "GET", .path = "/api/v1/%zz"}) == "400 400 Bad Request");
  BOOST_TEST(refused({.method = "GET", .path = "/api/v1/%ff"}) == "400 400 Bad Request");
}

BOOST_AUTO_TEST_CASE(other_spellings_of_a_path_are_sent_to_the_clean_one) {
  serve({.method = "GET", .path = "/api/../api//v1/system-info", .query = "a=b"});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->status == 301);
  BOOST_TEST(answer->headers.front().second == "/api/v1/system-info?a=b");
}

BOOST_AUTO_TEST_CASE(bad_requests_do_not_reach_the_service) {
  BOOST_TEST(refused({.method = "POST", .path = "/api/v1/namespaces/a/workflows/w", .body = "{bad"})
                 .starts_with(R"(400 {"code":3,"message":"the body is no JSON: )"));
  BOOST_TEST(
      refused({.method = "GET", .path = "/api/v1/namespaces/a/workflows", .query = "pageSize=x"})
      == R"(400 {"code":3,"message":"parsing field \"page_size\": strconv.ParseInt: parsing \"x\": invalid syntax"})");
  BOOST_TEST(
      refused({.method = "GET", .path = "/api/v1/system-info", .headers = {{"grpc-timeout", "x"}}})
      == R"(400 {"code":3,"message":"invalid grpc-timeout: x"})");
}

BOOST_AUTO_TEST_CASE(it_describes_itself) {
  for (const auto* path : {"/openapi.json", "/openapi.yaml", "/api/v1/openapi.json"}) {
    serve({.method = "GET", .path = path});
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->body.starts_with(R"({"openapi":"3.0.3")"));
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_is_a_deadline) {
  const auto before = std::chrono::system_clock::now();
  serve({.method = "GET", .path = "/api/v1/system-info", .headers = {{"grpc-timeout", "5S"}}});
  BOOST_TEST((service.called->deadline >= before + 5s));
  BOOST_TEST((service.called->deadline <= std::chrono::system_clock::now() + 5s));
  for (const auto* ages : {"99999999H", "99999999M"}) {
    serve({.method = "GET", .path = "/api/v1/system-info", .headers = {{"grpc-timeout", ages}}});
    BOOST_TEST((service.called->deadline >= before + 24h * 365 * 100));
  }
}

BOOST_AUTO_TEST_CASE(a_form_may_stand_for_a_query) {
  serve(
      {.method = "POST",
       .path = "/api/v1/namespaces/a/workflows",
       .query = "pageSize=2",
       .headers = {{"content-type", "application/x-www-form-urlencoded"}},
       .body = "query=x"});
  BOOST_TEST(
      service.message<wf::ListWorkflowExecutionsRequest>()
      == R"(namespace: "a" page_size: 2 query: "x")");
}

BOOST_AUTO_TEST_CASE(the_service_sees_who_calls) {
  serve(
      {.method = "GET",
       .path = "/api/v1/system-info",
       .headers = {{"authorization", "Bearer x"}, {"grpc-metadata-own", "v"}, {"cookie", "secret"}},
       .peer = "ipv4:127.0.0.1:1"});
  const auto& from = *service.called->from;
  BOOST_TEST(from.peer() == "ipv4:127.0.0.1:1");
  BOOST_TEST(from.header("authorization") == "Bearer x");
  BOOST_TEST(from.header("own") == "v");
  BOOST_TEST(from.header("cookie") == "");
  BOOST_TEST(from.header("client-name") == "temporal-server-http");
}

BOOST_AUTO_TEST_CASE(headers_of_bytes_are_base64) {
  const auto with = [](std::string value) {
    return incoming{
        .method = "GET",
        .path = "/api/v1/system-info",
        .headers = {{"grpc-metadata-x-bin", std::move(value)}}};
  };
  const std::string problem =
      R"(400 {"code":3,"message":"invalid binary header Grpc-Metadata-X-Bin: illegal base64 data)";
  BOOST_TEST(refused(with("!!!")) == problem + " at input byte 0\"}");
  BOOST_TEST(refused(with("a b")) == problem + " at input byte 1\"}");
  BOOST_TEST(refused(with("Y")) == problem + "\"}");
  for (const auto* good : {"YQ", "YQ==", ""}) {
    service.called.reset();
    serve(with(good));
    BOOST_TEST(service.called.has_value(), good);
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_is_gone_cancels_its_call) {
  serve({.method = "GET", .path = "/api/v1/system-info"});
  cancel();
  BOOST_TEST(service.is_cancelled);
}

BOOST_AUTO_TEST_SUITE_END()
