// SPDX-License-Identifier: Apache-2.0
// What leaves the service for other servers: callbacks and operations of endpoints elsewhere.
#include "actors/shard/pinned_actor.hpp"
#include "runtime/embedded/workflow_task/workflow_token.hpp"
#include "test/actors/embedded/nexus_fixture.hpp"

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

#include <deque>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using troupe::http::outgoing;
using troupe::http::received;

/// Keeps what is sent; the test says what comes back.
class fake_outbound final : public outbound {
public:
  struct request {
    outgoing what;
    reader read;
  };
  explicit fake_outbound(troupe::actors::shard& home) : home_(home) {}
  void send(outgoing what, reader read) override {
    sent.push_back({std::move(what), std::move(read)});
  }
  void answer(received with) {
    auto first = std::move(sent.front());
    sent.pop_front();
    home_.post(first.read(std::move(with)));
  }
  std::deque<request> sent;

private:
  troupe::actors::shard& home_;
};

service_settings allowing() {
  service_settings made;
  made.callback_addresses = {{"*.test", true}};
  made.nexus_callback_template = "http://me/namespaces/{{.NamespaceName}}/nexus/callback";
  return made;
}

struct fixture : nexus_fixture {
  fixture() : nexus_fixture(allowing()) {
    auto made = std::make_unique<fake_outbound>(shard);
    out = made.get();
    host->here().outbound = std::move(made);
  }

  void answer(received with) {
    BOOST_REQUIRE(!out->sent.empty());
    out->answer(std::move(with));
    shard.run_until_idle();
  }
  static std::string header(const outgoing& of, std::string_view name) {
    for (const auto& [key, value] : of.headers)
      if (key == name)
        return value;
    return {};
  }

  /// A workflow that is done at once, and tells it to this URL.
  troupe::rpc_status
  start_told(const std::string& id, const std::string& url, const std::string& source = "") {
    wire::StartWorkflowExecutionRequest start;
    start.set_namespace_("default");
    start.set_workflow_id(id);
    start.mutable_workflow_type()->set_name("Type");
    start.mutable_task_queue()->set_name("callers");
    auto& callback = *start.add_completion_callbacks()->mutable_nexus();
    callback.set_url(url);
    (*callback.mutable_header())["Own"] = "v";
    if (!source.empty())
      (*callback.mutable_header())["source"] = source;
    const auto status = call("StartWorkflowExecution", start)->status;
    if (!status.ok())
      return status;
    auto done = complete_task(id);
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
    auto& result = *command.mutable_complete_workflow_execution_command_attributes()
                        ->mutable_result()
                        ->add_payloads();
    (*result.mutable_metadata())["encoding"] = "json/plain";
    result.set_data("1");
    return call("RespondWorkflowTaskCompleted", done)->status;
  }
  temporal::api::workflow::v1::CallbackInfo callback_of(const std::string& id) {
    return describe(id).callbacks(0);
  }
  temporal::api::workflow::v1::PendingNexusOperationInfo pending(const std::string& id) {
    return describe(id).pending_nexus_operations(0);
  }

  fake_outbound* out = nullptr;
};

received json(unsigned status, std::string body) {
  return {
      .status = status, .headers = {{"content-type", "application/json"}}, .body = std::move(body)};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(outside, fixture)

BOOST_AUTO_TEST_CASE(a_callback_is_posted_where_it_may_lead) {
  BOOST_TEST(start_told("w", "http://a.test/done?x=1").message == "");
  BOOST_REQUIRE(out->sent.size() == 1U);
  const auto& what = out->sent.front().what;
  BOOST_TEST(what.to.host == "a.test");
  BOOST_TEST(what.to.path == "/done?x=1");
  BOOST_TEST(what.body == "1");
  BOOST_TEST(header(what, "own") == "v");
  BOOST_TEST(header(what, "nexus-operation-state") == "succeeded");
  BOOST_TEST((callback_of("w").state() == enums::CALLBACK_STATE_SCHEDULED));
  answer({.status = 204});
  BOOST_TEST((callback_of("w").state() == enums::CALLBACK_STATE_SUCCEEDED));
}

BOOST_AUTO_TEST_CASE(where_it_may_not_lead_it_is_refused_at_the_start) {
  for (const auto& [url, words] : std::vector<std::pair<std::string, std::string>>{
           {"http://b.example/x",
            "invalid url: url does not match any configured callback address: http://b.example/x"},
           {"ftp://a.test/x", "invalid url: unknown scheme: ftp://a.test/x"},
           {"nothing", "invalid url: unknown scheme: nothing"},
           {"http://", "invalid url: missing host"},
           {"http://u:p@a.test/x",
            "invalid url: it cannot be called: it names a user, which is not sent: give the "
            "credentials as a header"},
           {"http://b.example?a.test", // the host that is dialled is the one that is looked at
            "invalid url: url does not match any configured callback address: "
            "http://b.example?a.test"}})
    BOOST_TEST(start_told("w", url).message == words);
}

BOOST_AUTO_TEST_CASE(a_pattern_has_stars_for_any_characters) {
  auto& allowed = host->here().settings.callback_addresses;
  int count = 0;
  const auto fits = [&](const std::string& pattern, const std::string& host_and_port) {
    allowed = {{"nowhere", true}, {pattern, true}};
    return start_told("w" + std::to_string(++count), "http://" + host_and_port + "/x").ok();
  };
  BOOST_TEST(fits("*", "a.b:1"));
  BOOST_TEST(fits("a.b:1", "a.b:1"));
  BOOST_TEST(fits("a.*.c", "a.b.b.c"));
  BOOST_TEST(fits("a*b*b", "axbb"));
  BOOST_TEST(!fits("a.b", "a.b:1"));
  BOOST_TEST(!fits("a*b", "xab"));
  BOOST_TEST(!fits("a*b", "abx"));
  BOOST_TEST(!fits("ab*ba", "aba"));
  BOOST_TEST(!fits("a*b*b", "axb"));
  allowed = {{"*.test", false}};
  BOOST_TEST(
      start_told("insecure", "http://a.test/x").message
      == "invalid url: callback address does not allow insecure connections: http://a.test/x");
  BOOST_TEST(start_told("secure", "https://a.test/x").ok());
}

BOOST_AUTO_TEST_CASE(a_callback_is_posted_again_until_it_is_taken_or_refused_for_good) {
  start_told("w", "http://a.test/x");
  answer({.problem = "a.test:80: connect: Connection refused"});
  BOOST_TEST((callback_of("w").state() == enums::CALLBACK_STATE_BACKING_OFF));
  BOOST_TEST(
      callback_of("w").last_attempt_failure().message()
      == "a.test:80: connect: Connection refused");
  shard.advance(2s);
  answer({.status = 302, .headers = {{"location", "http://b"}}});
  BOOST_TEST(
      callback_of("w").last_attempt_failure().message()
      == "the callback's address redirects (302) to \"http://b\", which is not followed");
  shard.advance(4s);
  answer(json(
      503,
      R"({"message":"later","metadata":{"type":"nexus.HandlerError"},"details":{"type":"UNAVAILABLE"}})"));
  BOOST_TEST(
      callback_of("w").last_attempt_failure().message() == "handler error (UNAVAILABLE): later");
  BOOST_TEST(callback_of("w").attempt() == 3);
  shard.advance(8s);
  answer(json(
      404,
      R"({"message":"gone","metadata":{"type":"nexus.HandlerError"},"details":{"type":"NOT_FOUND"}})"));
  BOOST_TEST((callback_of("w").state() == enums::CALLBACK_STATE_FAILED));
  BOOST_TEST(callback_of("w").last_attempt_failure().application_failure_info().non_retryable());
  shard.advance(10'000s);
  BOOST_TEST(out->sent.empty());
}

BOOST_AUTO_TEST_CASE(a_callback_that_this_service_made_leads_here_whatever_its_host) {
  start_told("w", "http://a.test/x", host->here().settings.cluster_id);
  BOOST_TEST(out->sent.empty());
  BOOST_TEST(
      callback_of("w").last_attempt_failure().message()
      == "handler error (BAD_REQUEST): invalid callback token");
  BOOST_TEST(callback_of("w").last_attempt_failure().application_failure_info().non_retryable());
  start_told("other", "http://a.test/x", "another cluster");
  BOOST_TEST(out->sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_post_that_waits_behind_callbacks_to_this_service_is_sent) {
  auto& here = host->here();
  const auto name_space = here.namespaces.find("default")->id;
  const auto to = here.deliverer("http://a.test");
  callback_delivery what;
  what.run_id = "run";
  what.callback_id = "callback";
  what.attempt = 1;
  what.url = "http://a.test/x";
  auto inside = what;
  inside.headers = {
      {"source", here.settings.cluster_id},
      {"temporal-callback-token",
       encode(
           operation_token_ref{name_space, "nobody", "run", 5, "request"},
           here.settings.token_key)}};
  const auto source = std::make_shared<const execution_key>(execution_key{name_space, "closed"});
  for (int i = 0; i < 64; ++i)
    troupe::actors::tell(to, deliver_callback{source, inside});
  troupe::actors::tell(to, deliver_callback{source, what});
  shard.run_until_idle();
  BOOST_TEST(out->sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_cut_at_the_end_was_no_try) {
  make_endpoint_outside("elsewhere", "http://c.test");
  start_caller("w", "elsewhere");
  start_told("told", "http://a.test/x");
  auto& here = host->here();
  auto cut = std::exchange(out->sent, {});
  BOOST_REQUIRE(cut.size() == 2U);
  here.is_stopping = true;
  here.outbound.reset();
  for (auto& each : cut)
    shard.post(each.read({.problem = "the HTTP client was closed"}));
  shard.run_until_idle();
  here.is_stopping = false;
  BOOST_TEST((callback_of("told").state() == enums::CALLBACK_STATE_SCHEDULED));
  BOOST_TEST(!callback_of("told").has_last_attempt_failure());
  BOOST_TEST(!pending("w").has_last_attempt_failure());
}

BOOST_AUTO_TEST_CASE(failures_from_elsewhere_are_cut_to_what_may_be_kept) {
  make_endpoint_outside("elsewhere", "http://c.test");
  const std::string much(1'000'000, 'x');
  start_caller("failed", "elsewhere");
  answer(json(
      424,
      R"({"message":")" + much
          + R"(","metadata":{"type":"nexus.OperationError"},"details":{"state":"failed"}})"));
  BOOST_TEST(last_event("failed").has_nexus_operation_failed_event_attributes());
  BOOST_TEST(last_event("failed").ByteSizeLong() < 600'000U);
  start_caller("canceled", "elsewhere");
  answer(json(
      424,
      R"({"message":")" + much
          + R"(","metadata":{"type":"nexus.OperationError"},"details":{"state":"canceled"}})"));
  BOOST_TEST(last_event("canceled").has_nexus_operation_canceled_event_attributes());
  BOOST_TEST(last_event("canceled").ByteSizeLong() < 600'000U);
  const auto refusal = [&](const std::string& type) {
    return R"({"message":")" + much
           + R"(","metadata":{"type":"nexus.HandlerError"},"details":{"type":")" + type + "\"}}";
  };
  start_caller("refused", "elsewhere");
  answer(json(403, refusal("UNAUTHORIZED")));
  const auto refused = last_event("refused");
  BOOST_TEST(refused.ByteSizeLong() < 600'000U);
  BOOST_TEST(
      refused.nexus_operation_failed_event_attributes()
          .failure()
          .cause()
          .nexus_handler_failure_info()
          .type()
      == "UNAUTHORIZED");
  start_caller("tried", "elsewhere");
  answer(json(503, refusal("UNAVAILABLE")));
  BOOST_TEST(pending("tried").last_attempt_failure().ByteSizeLong() < 8'000U);
  BOOST_TEST(
      pending("tried").last_attempt_failure().nexus_handler_failure_info().type() == "UNAVAILABLE");
  start_told("told", "http://a.test/x");
  answer(json(503, refusal("UNAVAILABLE")));
  BOOST_TEST(callback_of("told").last_attempt_failure().ByteSizeLong() < 8'000U);
}

BOOST_AUTO_TEST_CASE(so_many_posts_to_one_server_at_once) {
  for (int i = 0; i < 70; ++i)
    start_told("w" + std::to_string(i), "http://a.test/" + std::to_string(i));
  start_told("other", "http://b.test/x");
  BOOST_TEST(out->sent.size() == 65U);
  answer({.status = 200});
  BOOST_TEST(out->sent.size() == 65U);
  BOOST_TEST(out->sent.back().what.to.path == "/64");
}

BOOST_AUTO_TEST_CASE(an_operation_goes_to_the_url_of_its_endpoint) {
  make_endpoint_outside("elsewhere", "http://c.test:8080/base");
  start_caller("w", "elsewhere");
  BOOST_REQUIRE(out->sent.size() == 1U);
  const auto what = out->sent.front().what;
  BOOST_TEST(what.to.host == "c.test");
  BOOST_TEST(
      what.to.path
      == "/base/service/"
         "operation?callback=http%3A%2F%2Fme%2Fnamespaces%2Fdefault%2Fnexus%2Fcallback");
  BOOST_TEST((what.time == 10s));
  BOOST_TEST(!header(what, "nexus-callback-temporal-callback-token").empty());
  BOOST_TEST(header(what, "nexus-callback-source") == "");
  answer(json(201, R"({"token":"t","state":"running"})"));
  BOOST_TEST(last_event("w").nexus_operation_started_event_attributes().operation_token() == "t");
}

BOOST_AUTO_TEST_CASE(so_many_operations_at_one_server_at_once) {
  make_endpoint_outside("elsewhere", "http://c.test");
  for (int i = 0; i < 70; ++i)
    start_caller("w" + std::to_string(i), "elsewhere");
  BOOST_TEST(out->sent.size() == 64U);
  for (int i = 0; i < 64; ++i)
    answer(json(200, "1"));
  shard.advance(1s);
  BOOST_TEST(out->sent.size() == 6U);
}

BOOST_AUTO_TEST_CASE(what_a_handler_elsewhere_says_ends_the_operation) {
  make_endpoint_outside("elsewhere", "http://c.test");
  start_caller("done", "elsewhere");
  answer(json(200, "2"));
  BOOST_TEST(
      last_event("done").nexus_operation_completed_event_attributes().result().data() == "2");
  start_caller("failed", "elsewhere");
  answer(json(
      424,
      R"({"message":"no","metadata":{"type":"nexus.OperationError"},"details":{"state":"failed"}})"));
  BOOST_TEST(
      last_event("failed").nexus_operation_failed_event_attributes().failure().cause().message()
      == "no");
  start_caller("refused", "elsewhere");
  answer({.status = 403});
  BOOST_TEST(
      last_event("refused")
          .nexus_operation_failed_event_attributes()
          .failure()
          .cause()
          .nexus_handler_failure_info()
          .type()
      == "UNAUTHORIZED");
  start_caller("large", "elsewhere");
  answer({.problem = "http: response body too large", .is_too_large = true});
  BOOST_TEST(
      last_event("large").nexus_operation_failed_event_attributes().failure().cause().message()
      == "http: response body too large");
  start_caller("token", "elsewhere");
  answer(json(201, R"({"state":"running","token":")" + std::string(5000, 't') + "\"}"));
  BOOST_TEST(
      last_event("token").nexus_operation_failed_event_attributes().failure().cause().message()
      == "invalid operation token: length exceeds allowed limit (5000/4096)");
}

BOOST_AUTO_TEST_CASE(an_operation_that_is_tried_again_follows_its_endpoint) {
  const auto id = make_endpoint_outside("endpoint", "http://c.test");
  start_caller("w");
  answer({.status = 503});
  temporal::api::nexus::v1::EndpointTarget target;
  target.mutable_external()->set_url("http://d.test");
  BOOST_TEST(update(id, target, 1)->status.message == "");
  shard.advance(2s);
  BOOST_REQUIRE(out->sent.size() == 1U);
  BOOST_TEST(out->sent.front().what.to.host == "d.test");
  answer({.status = 503});
  BOOST_TEST(remove_endpoint(id, 2)->status.message == "");
  shard.advance(4s);
  BOOST_TEST(out->sent.empty());
  BOOST_TEST(
      last_event("w").nexus_operation_failed_event_attributes().failure().cause().message()
      == "endpoint not registered");
}

BOOST_AUTO_TEST_CASE(an_address_that_does_not_answer_is_tried_again_and_opens_the_breaker) {
  make_endpoint_outside("elsewhere", "http://c.test");
  start_caller("w", "elsewhere");
  answer({.problem = "c.test:80: connect: Connection refused"});
  BOOST_TEST(
      pending("w").last_attempt_failure().message() == "c.test:80: connect: Connection refused");
  BOOST_TEST(pending("w").last_attempt_failure().application_failure_info().type() == "CallError");
  for (const auto pause : {1s, 2s, 4s, 8s, 16s}) {
    shard.advance(pause);
    answer({.problem = "no"});
  }
  shard.advance(32s);
  BOOST_TEST(out->sent.empty());
  BOOST_TEST((pending("w").state() == enums::PENDING_NEXUS_OPERATION_STATE_BLOCKED));
}

BOOST_AUTO_TEST_CASE(without_a_way_to_tell_the_end_nothing_is_started) {
  host->here().settings.nexus_callback_template.clear();
  make_endpoint_outside("elsewhere", "http://c.test");
  start_caller("w", "elsewhere");
  BOOST_TEST(out->sent.empty());
  BOOST_TEST(pending("w").last_attempt_failure().message().starts_with(
      "a handler outside could not tell how the operation ended"));
  host->here().settings.nexus_callback_template = "http://me";
  shard.advance(2s);
  BOOST_TEST(out->sent.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_service_in_virtual_time_sends_nothing) {
  host->here().outbound.reset();
  make_endpoint_outside("elsewhere", "http://c.test");
  start_caller("w", "elsewhere");
  BOOST_TEST(
      pending("w").last_attempt_failure().message()
      == "this service sends nothing over HTTP: it runs in virtual time");
  start_told("told", "http://a.test/x");
  BOOST_TEST((callback_of("told").state() == enums::CALLBACK_STATE_BACKING_OFF));
}

BOOST_AUTO_TEST_SUITE_END()
