// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/nexus.hpp>

#include <boost/describe.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::testing::nexus_environment;
using troupe::testing::nexus_request;
using kind = troupe::testing::nexus_outcome::kind;

namespace {

struct hello_input {
  std::string name;
  int times = 1;
};
struct hello_output {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name, times))
BOOST_DESCRIBE_STRUCT(hello_output, (), (message))

struct hello_workflow {
  static constexpr std::string_view name = "HelloWorkflow";
  async<hello_output> run(workflow::context, hello_input in);
};

struct hello_service : nexus::service<"HelloService"> {
  static constexpr operation<hello_input, hello_output> hello{"hello"};
  static constexpr operation<hello_input, hello_output> say_hello{"say-hello"};
  static constexpr operation<std::string, std::string> where_am_i{"where-am-i"};
  static constexpr operation<void, int> wait{"wait"};
  static constexpr operation<std::string, std::string> either{"either"};
  static constexpr auto operations = std::tuple{hello, say_hello, where_am_i, wait, either};
};

struct watched {
  bool heard = false;
  cancel_reason reason = cancel_reason::none;
  std::string cancelled_token;
  std::chrono::nanoseconds left_at_shutdown{};
};

nexus::service_handler hello_handler(std::shared_ptr<watched> seen) {
  return nexus::handler_for<hello_service>(
      nexus::sync<hello_service::hello>([](nexus::start_context, hello_input in) -> hello_output {
        if (in.name.empty())
          throw nexus::operation_error::failed("nobody to greet");
        return {"Hello " + in.name};
      }),
      nexus::workflow_run<hello_service::say_hello>([](nexus::start_context, hello_input in) {
        return nexus::start_workflow<hello_workflow>({.id = "hello-" + in.name}, in);
      }),
      nexus::sync<hello_service::where_am_i>(
          [](nexus::start_context context, std::string what) -> std::string {
            if (what == "header")
              return std::string{context.header("MY-KEY").value_or("none")};
            if (what == "client")
              (void)context.client();
            return std::string{context.service()} + "/" + std::string{context.operation()} + "@"
                   + std::string{context.endpoint()} + " " + std::string{context.name_space()} + "/"
                   + std::string{context.task_queue()} + " " + std::string{context.request_id()};
          }),
      nexus::sync<hello_service::wait>([seen](nexus::start_context context) -> nexus::async<int> {
        const auto registration = context.cancellation().on_cancel([seen] { seen->heard = true; });
        const auto stops = context.worker_shutdown().on_cancel(
            [seen, context] { seen->left_at_shutdown = context.remaining().value(); });
        co_await context.sleep(20s);
        seen->reason = context.cancellation().reason();
        co_return static_cast<int>(context.remaining().value_or(-1s) / 1s);
      }),
      nexus::operation_handler<hello_service::either>(
          [](nexus::start_context, std::string what) -> nexus::start_result<std::string> {
            if (what == "later")
              return nexus::async_started{"token-of-mine"};
            if (what == "workflow")
              return nexus::start_workflow_named<std::string>(
                  "Other", {.id = "w"}, 1, std::string{"two"});
            return "at once: " + what;
          },
          [seen](nexus::cancel_context context) -> nexus::async<> {
            co_await context.sleep(1s);
            seen->cancelled_token = context.operation_token();
          }));
}

struct mistakes_service : nexus::service<"Mistakes"> {
  static constexpr operation<std::string, std::string> borrows{"borrows"};
  static constexpr operation<std::string, std::string> keeps{"keeps"};
  static constexpr operation<void, std::string> forgets{"forgets"};
  static constexpr auto operations = std::tuple{borrows, keeps, forgets};
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
nexus::async<std::string> forgets_its_result(nexus::start_context context) {
  co_await context.sleep(1s);
}
#pragma GCC diagnostic pop

nexus::service_handler mistakes_handler() {
  const std::string text = "a text that is too long to lie inside of its string object";
  return nexus::handler_for<mistakes_service>(
      // What the compiler cannot see: the parameter is a reference only once it is called.
      nexus::sync<mistakes_service::borrows>(
          [](nexus::start_context context, const auto& in) -> nexus::async<std::string> {
            co_await context.sleep(1s);
            co_return in;
          }),
      nexus::sync<mistakes_service::keeps>(
          [text](nexus::start_context context, auto in) -> nexus::async<std::string> {
            co_await context.sleep(1s);
            co_return text + in;
          }),
      nexus::sync<mistakes_service::forgets>(forgets_its_result));
}

struct counted_service : nexus::service<"Counted"> {
  static constexpr operation<int, int> add{"add"};
  static constexpr auto operations = std::tuple{add};
};

struct hello {
  std::shared_ptr<watched> seen = std::make_shared<watched>();
  nexus_environment environment;
  hello() { environment.add(hello_handler(seen)); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(handler, hello)

BOOST_AUTO_TEST_CASE(a_sync_operation_returns_its_result) {
  const auto outcome = environment.start<hello_service, hello_service::hello>({.name = "world"});
  BOOST_CHECK(outcome.what == kind::succeeded);
  BOOST_TEST(outcome.get<hello_output>().message == "Hello world");
  BOOST_CHECK_THROW((void)outcome.handler_error(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(an_operation_error_is_the_operations_outcome) {
  const auto outcome = environment.start<hello_service, hello_service::hello>({.name = ""});
  BOOST_CHECK(outcome.what == kind::failed);
  BOOST_TEST(outcome.operation_error().message() == "nobody to greet");
  BOOST_CHECK_THROW((void)outcome.get<hello_output>(), nexus::operation_error);
}

BOOST_AUTO_TEST_CASE(a_workflow_run_operation_starts_its_workflow) {
  const auto outcome =
      environment.start<hello_service, hello_service::say_hello>({.name = "world"});
  BOOST_CHECK(outcome.what == kind::started);
  BOOST_REQUIRE(outcome.workflow.has_value());
  BOOST_TEST(outcome.workflow->type == "HelloWorkflow");
  BOOST_TEST(outcome.workflow->id == "hello-world");
  BOOST_TEST(outcome.workflow->task_queue == "test-task-queue");
  BOOST_TEST(outcome.workflow->request_id == "test-request-id");
  BOOST_REQUIRE_EQUAL(outcome.workflow->arguments.size(), 1U);
  BOOST_TEST(decode_value<hello_input>(outcome.workflow->arguments[0]).name == "world");
  BOOST_TEST(outcome.links.size() == 1U);
  BOOST_CHECK_THROW((void)outcome.get<hello_output>(), std::logic_error);

  const auto cancelled = environment.cancel("HelloService", "say-hello", outcome.token);
  BOOST_CHECK(cancelled.what == kind::succeeded);
  BOOST_TEST(cancelled.cancelled_workflow.value_or("none") == "hello-world");
}

BOOST_AUTO_TEST_CASE(a_service_that_refuses_the_start_is_a_handler_error) {
  environment.refuse_calls({status_code::permission_denied, "not you", {}});
  const auto outcome =
      environment.start<hello_service, hello_service::say_hello>({.name = "world"});
  BOOST_CHECK(outcome.what == kind::refused);
  BOOST_CHECK(outcome.handler_error().type() == nexus::handler_error_type::internal);
  BOOST_TEST(outcome.handler_error().message() == "not you");
}

BOOST_AUTO_TEST_CASE(the_context_tells_what_the_request_was) {
  BOOST_TEST(
      (environment.start<hello_service, hello_service::where_am_i>("").get<std::string>())
      == "HelloService/where-am-i@test-endpoint test-namespace/test-task-queue test-request-id");
  nexus_request request;
  request.headers = {{"my-key", "my value"}};
  BOOST_TEST(
      (environment.start<hello_service, hello_service::where_am_i>("header", request)
           .get<std::string>())
      == "my value");
}

BOOST_AUTO_TEST_CASE(a_handler_without_a_client_says_so) {
  const auto outcome = environment.start<hello_service, hello_service::where_am_i>("client");
  BOOST_TEST(
      outcome.handler_error().cause()->message()
      == "this Nexus handler runs where there is no client");
}

BOOST_AUTO_TEST_CASE(a_coroutine_with_a_reference_that_the_compiler_cannot_see_is_refused) {
  environment.add(mistakes_handler());
  const auto outcome = environment.start<mistakes_service, mistakes_service::borrows>("in");
  BOOST_CHECK(outcome.handler_error().type() == nexus::handler_error_type::internal);
  const auto why = outcome.handler_error().cause()->message();
  BOOST_TEST_CONTEXT(why)
  BOOST_CHECK(
      why.find("(handler_test.cpp:") != why.npos
      && why.ends_with("may be gone when it runs: take it by value"));
}

BOOST_AUTO_TEST_CASE(what_a_handlers_lambda_captured_lives_as_long_as_its_coroutines) {
  environment.add(mistakes_handler());
  BOOST_TEST(
      (environment.start<mistakes_service, mistakes_service::keeps>("!").get<std::string>())
      == "a text that is too long to lie inside of its string object!");
}

BOOST_AUTO_TEST_CASE(a_handler_that_forgets_its_co_return_is_named) {
  environment.add(mistakes_handler());
  const auto outcome = environment.start<mistakes_service, mistakes_service::forgets>();
  BOOST_CHECK(outcome.handler_error().type() == nexus::handler_error_type::internal);
  const auto why = outcome.handler_error().cause()->message();
  BOOST_TEST_CONTEXT(why)
  BOOST_CHECK(
      why.find("forgets_its_result(") != why.npos
      && why.ends_with("ended without co_return: it has no result"));
}

BOOST_AUTO_TEST_CASE(waiting_takes_no_time) {
  nexus_request request;
  request.timeout = 30s;
  BOOST_TEST((environment.start<hello_service, hello_service::wait>(request).get<int>()) == 10);
  BOOST_TEST(!seen->heard);
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_too_slow_is_told_and_dropped) {
  const auto outcome = environment.start<hello_service, hello_service::wait>();
  BOOST_CHECK(outcome.what == kind::too_late);
  BOOST_TEST(seen->heard);
}

BOOST_AUTO_TEST_CASE(a_worker_that_stops_tells_its_handlers_which_may_still_answer) {
  nexus_request request;
  request.timeout = 30s;
  request.shutdown_after = 5s;
  BOOST_TEST((environment.start<hello_service, hello_service::wait>(request).get<int>()) == 25);
  BOOST_TEST(seen->heard);
  BOOST_CHECK(seen->reason == cancel_reason::worker_shutdown);
}

BOOST_AUTO_TEST_CASE(a_handler_hears_at_once_that_its_worker_stops_and_is_cancelled_later) {
  nexus_request request;
  request.timeout = 30s;
  request.shutdown_begins_after = 3s;
  request.shutdown_after = 5s;
  BOOST_TEST((environment.start<hello_service, hello_service::wait>(request).get<int>()) == 25);
  BOOST_TEST((seen->left_at_shutdown == 27s));
  BOOST_CHECK(seen->reason == cancel_reason::worker_shutdown);
}

BOOST_AUTO_TEST_CASE(the_general_form_answers_in_three_ways) {
  BOOST_TEST(
      (environment.start<hello_service, hello_service::either>("now").get<std::string>())
      == "at once: now");
  const auto later = environment.start<hello_service, hello_service::either>("later");
  BOOST_TEST(later.token == "token-of-mine");
  const auto workflow = environment.start<hello_service, hello_service::either>("workflow");
  BOOST_TEST(workflow.workflow->type == "Other");
  BOOST_TEST(workflow.workflow->arguments.size() == 2U);

  BOOST_CHECK(environment.cancel("HelloService", "either", later.token).what == kind::succeeded);
  BOOST_TEST(seen->cancelled_token == "token-of-mine");
}

BOOST_AUTO_TEST_CASE(undecodable_input_is_refused_and_says_where) {
  payload input;
  input.set("encoding", "json/plain");
  input.data = R"({"name":"x","times":"many"})";
  const auto error = environment.start_raw("HelloService", "hello", input).handler_error();
  BOOST_CHECK(error.type() == nexus::handler_error_type::bad_request);
  BOOST_TEST(!error.is_retryable());
  BOOST_TEST(error.cause()->message() == "at .times: expected number, got string \"many\"");
}

BOOST_AUTO_TEST_CASE(a_payload_passes_through_a_dynamic_operation) {
  environment.add(
      {"gateway",
       {},
       nexus::dynamic_operation<payload, payload>("", [](nexus::start_context, payload in) {
         in.set("seen", "yes");
         return in;
       }).handler});
  payload input;
  input.set("encoding", "custom/x");
  input.data = "opaque";
  const auto outcome = environment.start_raw("gateway", "anything", input);
  BOOST_TEST(outcome.value.data == "opaque");
  BOOST_TEST(outcome.value.get("encoding") == "custom/x");
  BOOST_TEST(outcome.value.get("seen") == "yes");
}

BOOST_AUTO_TEST_CASE(a_result_that_json_cannot_hold_is_refused_for_good) {
  environment.add(
      {"numbers", {}, nexus::dynamic_operation<int, double>("", [](nexus::start_context, int) {
                        return std::numeric_limits<double>::quiet_NaN();
                      }).handler});
  payload input;
  input.set("encoding", "json/plain");
  input.data = "1";
  const auto nan = environment.start_raw("numbers", "any", input).handler_error();
  BOOST_CHECK(nan.type() == nexus::handler_error_type::internal);
  BOOST_TEST(!nan.is_retryable());
  BOOST_TEST(nan.message() == "the operation's result cannot be encoded");
  BOOST_TEST(nan.cause()->message() == "JSON has no NaN");
}

BOOST_AUTO_TEST_CASE(a_result_that_is_no_utf8_is_refused_for_good) {
  environment.add(
      {"texts", {}, nexus::dynamic_operation<int, std::string>("", [](nexus::start_context, int) {
                      return std::string{"\xff"};
                    }).handler});
  payload input;
  input.set("encoding", "json/plain");
  input.data = "1";
  const auto error = environment.start_raw("texts", "any", input).handler_error();
  BOOST_TEST(!error.is_retryable());
  BOOST_TEST(error.cause()->message() == "the text is not valid UTF-8");
}

BOOST_AUTO_TEST_CASE(a_handler_speaks_the_names_of_its_converter) {
  const data_converter dot_net{.json = {.naming = naming::pascal_case, .refuse_unknown = true}};
  nexus_environment strict{{.converter = dot_net}};
  strict.add(hello_handler(seen));
  payload input;
  input.set("encoding", "json/plain");
  input.data = R"({"Name":"world"})";
  const auto outcome = strict.start_raw("HelloService", "hello", input);
  BOOST_TEST(outcome.value.data == R"({"Message":"Hello world"})");
  BOOST_TEST(outcome.get<hello_output>(dot_net).message == "Hello world");
  input.data = R"({"name":"world"})";
  const auto refused = strict.start_raw("HelloService", "hello", input).handler_error();
  BOOST_CHECK(refused.type() == nexus::handler_error_type::bad_request);
  BOOST_TEST(
      describe(refused)
      == "Payload converter failed to decode Nexus operation input (BAD_REQUEST): at .name: there "
         "is no such member, only Name, Times (PayloadError)");
}

BOOST_AUTO_TEST_CASE(what_handlers_count_can_be_read) {
  nexus_environment env;
  env.add(nexus::handler_for<counted_service>(
      nexus::sync<counted_service::add>([](nexus::start_context ctx, int by) {
        ctx.metrics().with({{"sign", by < 0 ? "minus" : "plus"}}).counter("added").add();
        return by;
      })));
  for (const int by : {1, 2, -1})
    (void)env.start<counted_service, counted_service::add>(by);
  const auto text = env.metrics_text();
  BOOST_TEST(
      text.find(R"(added{namespace="test-namespace",nexus_operation="add",nexus_service="Counted",)"
                R"(sign="plus",task_queue="test-task-queue"} 2)")
          != std::string::npos,
      text);
}

BOOST_AUTO_TEST_SUITE_END()
