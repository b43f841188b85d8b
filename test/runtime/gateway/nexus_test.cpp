// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/nexus.hpp"
#include "runtime/nexus_http/headers.hpp"
#include "runtime/rpc/caller.hpp"

#include <troupe/embedded/v1/nexus.pb.h>

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace std::chrono_literals;
using troupe::rpc_status;
using troupe::status_code;
using troupe::http::incoming;
using troupe::http::response;
namespace wire = troupe::embedded::v1;

namespace {

/// Keeps the last call; who wants to answers it.
class fake_service final : public troupe::rpc::local_service {
public:
  cancel_function handle(request what, troupe::rpc::reply_handler on_reply) override {
    called = std::move(what);
    reply = std::move(on_reply);
    return [this] { is_cancelled = true; };
  }

  std::optional<request> called;
  troupe::rpc::reply_handler reply;
  bool is_cancelled = false;
};

class nothing_else final : public troupe::http::handler {
public:
  troupe::unique_function<void()>
  serve(std::shared_ptr<const incoming>, troupe::http::answer_function answer) override {
    answer([] { return response{.status = 204}; });
    return {};
  }
};

struct fixture {
  void serve(incoming request) {
    answer.reset();
    cancel = nexus.serve(
        std::make_shared<const incoming>(std::move(request)),
        [this](troupe::http::answer_maker make) { answer = make(); });
  }
  unsigned status_of(const std::string& path, const std::string& method = "POST") {
    serve({.method = method, .path = path});
    return answer ? answer->status : 0;
  }
  template <class Request>
  Request called(const std::string& method) {
    BOOST_REQUIRE(service.called);
    BOOST_TEST(service.called->method == "/temporal.api.nexusservice.v1.NexusService/" + method);
    Request parsed;
    BOOST_TEST(parsed.ParseFromString(service.called->message.str()));
    return parsed;
  }
  std::string answered(rpc_status status, const google::protobuf::Message& message) {
    service.reply(std::move(status), message.SerializeAsString());
    BOOST_REQUIRE(answer);
    return std::to_string(answer->status) + ' ' + answer->body;
  }

  fake_service service;
  nothing_else otherwise;
  troupe::gateway::nexus nexus{service, otherwise};
  troupe::unique_function<void()> cancel;
  std::optional<response> answer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nexus, fixture)

BOOST_AUTO_TEST_CASE(an_operation_is_a_request_to_the_endpoint_or_to_the_queue) {
  serve(
      {.method = "POST",
       .path = "/nexus/endpoints/the%20id/services/s/o",
       .headers = {{"content-type", "application/json"}, {"request-timeout", "2s"}},
       .body = "1"});
  const auto by_endpoint = called<wire::DispatchByEndpointRequest>("DispatchByEndpoint");
  BOOST_TEST(by_endpoint.endpoint_id() == "the id");
  BOOST_TEST(by_endpoint.request().start_operation().payload().data() == "1");
  const auto left = service.called->deadline - std::chrono::system_clock::now();
  BOOST_TEST((left > 1s && left <= 2s));
  serve(
      {.method = "POST",
       .path = "/namespaces/n/task-queues/a%2Fb/nexus-services/s/o/cancel",
       .headers = {{"nexus-operation-token", "t"}}});
  const auto by_queue =
      called<wire::DispatchByNamespaceAndTaskQueueRequest>("DispatchByNamespaceAndTaskQueue");
  BOOST_TEST(by_queue.namespace_() == "n");
  BOOST_TEST(by_queue.task_queue() == "a/b");
  BOOST_TEST(by_queue.request().cancel_operation().operation_token() == "t");
  BOOST_TEST((service.called->deadline - std::chrono::system_clock::now() > 50s));
  cancel();
  BOOST_TEST(service.is_cancelled);
}

BOOST_AUTO_TEST_CASE(what_comes_of_it_is_the_answer) {
  const auto ask = [&] { serve({.method = "POST", .path = "/nexus/endpoints/e/services/s/o"}); };
  ask();
  wire::DispatchNexusTaskResponse outcome;
  (*outcome.mutable_response()
        ->mutable_start_operation()
        ->mutable_sync_success()
        ->mutable_payload()
        ->mutable_metadata())["encoding"] = "json/plain";
  outcome.mutable_response()
      ->mutable_start_operation()
      ->mutable_sync_success()
      ->mutable_payload()
      ->set_data("2");
  BOOST_TEST(answered({}, outcome) == "200 2");
  ask();
  outcome.mutable_timeout();
  BOOST_TEST(answered({}, outcome).starts_with(R"(520 {"message":"upstream timeout")"));
  BOOST_TEST(answer->headers.front().first == "Temporal-Nexus-Failure-Source");
  ask();
  outcome.mutable_refusal()->set_message("no such endpoint");
  outcome.mutable_refusal()->mutable_nexus_handler_failure_info()->set_type("NOT_FOUND");
  BOOST_TEST(answered({}, outcome).starts_with(R"(404 {"message":"no such endpoint")"));
  BOOST_TEST(answer->headers.empty());
  ask();
  BOOST_TEST(answered({status_code::invalid_argument, "bad", {}}, outcome)
                 .starts_with(R"(400 {"message":"bad")"));
  ask();
  BOOST_TEST(answered({status_code::internal, "secret", {}}, outcome)
                 .starts_with(R"(500 {"message":"internal error")"));
  ask();
  service.reply({}, std::string{"\xff\xff"});
  BOOST_TEST(answer->status == 500U);
}

BOOST_AUTO_TEST_CASE(a_completion_is_told_to_the_service) {
  const troupe::nexus_http::headers said{
      {"nexus-operation-state", "failed"},
      {"nexus-operation-token", "t"},
      {"nexus-operation-start-time", "Sun, 22 Nov 2026 04:24:26 GMT"},
      {"temporal-callback-token", "secret"},
      {"content-type", "application/json"}};
  serve(
      {.method = "POST",
       .path = "/namespaces/n/nexus/callback",
       .headers = said,
       .body = R"({"message":"m"})"});
  const auto told = called<wire::CompleteNexusOperationRequest>("CompleteNexusOperation");
  BOOST_TEST(told.namespace_() == "n");
  BOOST_TEST(told.callback_token() == "secret");
  BOOST_TEST(told.state() == "failed");
  BOOST_TEST(told.operation_token() == "t");
  BOOST_TEST(told.failure().message() == "m");
  BOOST_TEST(told.has_start_time());
  BOOST_TEST(answered({}, wire::CompleteNexusOperationResponse{}) == "200 ");
  serve({.method = "POST", .path = "/nexus/callback", .headers = said, .body = "{}"});
  BOOST_TEST(
      called<wire::CompleteNexusOperationRequest>("CompleteNexusOperation").namespace_() == "");
  BOOST_TEST(answered(
                 {status_code::not_found, "operation not found", {}},
                 wire::CompleteNexusOperationResponse{})
                 .starts_with("404"));
}

BOOST_AUTO_TEST_CASE(other_paths_are_anothers_business) {
  for (const char* path :
       {"/",
        "/api/v1/namespaces/n/workflows",
        "/nexus/endpoints/e/services",
        "/nexus/endpoints",
        "/namespaces/n/task-queues/q/nexus-services",
        "/namespaces/n/nexus",
        "/nexus/callback/x",
        "/namespaces/n/task-queues/q"})
    BOOST_TEST(status_of(path) == 204U, path);
  BOOST_TEST(status_of("/nexus/endpoints/e/services/s/o", "GET") == 400U);
  BOOST_TEST(status_of("/nexus/endpoints/e/services/s") == 404U);
  BOOST_TEST(status_of("/nexus/endpoints/%zz/services/s/o") == 400U);
  BOOST_TEST(status_of("/namespaces/%ff/nexus/callback") == 400U);
  BOOST_TEST(!service.called);
}

BOOST_AUTO_TEST_SUITE_END()
