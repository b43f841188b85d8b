// SPDX-License-Identifier: Apache-2.0
// Nexus operations without a workflow, from a client through the service to a handler, in virtual
// time.

#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

struct desk : nexus::service<"Desk"> {
  static constexpr operation<std::string, std::string> greet{"greet"};
  static constexpr operation<std::string, std::string> wait{"wait"};
  static constexpr operation<void, void> refuse{"refuse"};
  static constexpr auto operations = std::tuple{greet, wait, refuse};
};

struct waiter {
  static constexpr std::string_view name = "Waiter";
  async<std::string> run(workflow::context ctx, std::string who) {
    bool is_open = false;
    ctx.on_signal("open", [&is_open] { is_open = true; });
    co_await ctx.wait_condition([&is_open] { return is_open; });
    co_return "Hello " + who;
  }
};

struct fixture {
  environment env{{.service = {.dynamic_config = {{"nexusoperation.enableStandalone", "true"}}}}};
  client caller = env.connect();
  worker serves = env.make_worker(caller, {.task_queue = "q"});
  std::optional<std::string> header;

  fixture() {
    caller.create_nexus_endpoint(
        {.name = "desk", .target_namespace = "default", .target_task_queue = "q"});
    serves.add<waiter>().add(nexus::handler_for<desk>(
        nexus::sync<desk::greet>([this](nexus::start_context ctx, std::string who) -> std::string {
          header = ctx.header("name").value_or("");
          return "Hi " + who;
        }),
        nexus::workflow_run<desk::wait>([](nexus::start_context, std::string who) {
          return nexus::start_workflow<waiter>({.id = "waits for " + who}, who);
        }),
        nexus::sync<desk::refuse>([](nexus::start_context) {
          throw nexus::handler_error(nexus::handler_error_type::bad_request, "not today");
        })));
    serves.start();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(standalone_operations, fixture)

BOOST_AUTO_TEST_CASE(a_client_calls_one_and_has_its_output) {
  const auto to = caller.nexus_client<desk>("desk");
  BOOST_TEST(to.execute<desk::greet>("Ann", {.headers = {{"name", "value"}}}) == "Hi Ann");
  BOOST_TEST(header.value_or("") == "value");
  const auto handle = to.start<desk::greet>("Bob", {.id = "b", .static_summary = "greets Bob"});
  BOOST_TEST(handle.result() == "Hi Bob");
  const auto found = handle.describe();
  BOOST_CHECK(found.status == operation_status::completed);
  BOOST_TEST(found.static_summary == "greets Bob");
  BOOST_TEST(caller.get_operation<std::string>("b").result() == "Hi Bob");
  BOOST_TEST(caller.count_operations("Endpoint = 'desk'") == 2);
  BOOST_TEST(caller.list_operations("OperationId = 'b'").collect().front().operation == "greet");
  handle.remove();
  BOOST_TEST(caller.count_operations() == 1);
}

BOOST_AUTO_TEST_CASE(one_that_a_workflow_is_behind_ends_with_it) {
  const auto handle = caller.nexus_client<desk>("desk").start<desk::wait>("Ann", {.id = "w"});
  env.advance(5s);
  BOOST_TEST(handle.describe().state == "Started");
  caller.get_workflow("waits for Ann").signal("open");
  BOOST_TEST(handle.result() == "Hello Ann");
}

BOOST_AUTO_TEST_CASE(one_is_cancelled_or_terminated) {
  const auto to = caller.nexus_client<desk>("desk");
  const auto asked = to.start<desk::wait>("Ann", {.id = "asked"});
  env.advance(5s);
  asked.cancel("enough");
  BOOST_CHECK_EXCEPTION((void)asked.result(), operation_failed_error, [](const auto& error) {
    return dynamic_cast<const canceled_error*>(error.cause().get()) != nullptr;
  });
  BOOST_TEST(asked.describe().cancel_state == "Succeeded");
  const auto ended = to.start<desk::wait>("Bob", {.id = "ended"});
  env.advance(5s);
  ended.terminate("enough");
  BOOST_CHECK_EXCEPTION((void)ended.result(), operation_failed_error, [](const auto& error) {
    return dynamic_cast<const terminated_error*>(error.cause().get()) != nullptr;
  });
  const auto late = to.start<desk::wait>("Eve", {.id = "late", .schedule_to_close_timeout = 1min});
  BOOST_CHECK_EXCEPTION((void)late.result(), operation_failed_error, [](const auto& error) {
    return dynamic_cast<const timeout_error*>(error.cause().get()) != nullptr;
  });
}

BOOST_AUTO_TEST_CASE(what_its_handler_refuses_says_why) {
  BOOST_CHECK_EXCEPTION(
      caller.nexus_client<desk>("desk").execute<desk::refuse>(),
      operation_failed_error,
      [](const auto& error) {
        const auto* const cause = find_cause<nexus::handler_error>(error);
        return cause != nullptr && cause->type() == nexus::handler_error_type::bad_request;
      });
  BOOST_CHECK_EXCEPTION(
      caller.nexus_client<desk>("nowhere").execute<desk::refuse>(),
      rpc_error,
      [](const auto& error) { return error.code() == status_code::not_found; });
}

BOOST_AUTO_TEST_CASE(an_id_is_used_once_at_a_time) {
  const auto to = caller.nexus_client<desk>("desk");
  const auto first = to.start<desk::wait>("Ann", {.id = "w"});
  BOOST_CHECK_EXCEPTION(
      (void)to.start<desk::wait>("Ann", {.id = "w"}),
      operation_already_started_error,
      [&](const auto& error) { return error.run_id() == first.run_id(); });
  BOOST_TEST(
      to.start<desk::wait>(
            "Ann", {.id = "w", .id_conflict_policy = operation_id_conflict_policy::use_existing})
          .run_id()
      == first.run_id());
}

BOOST_AUTO_TEST_SUITE_END()
