// SPDX-License-Identifier: Apache-2.0
// Texts of user code that are not UTF-8, on their way out of the worker.
#include "test/actors/worker/worker_fixture.hpp"

#include <troupe/error.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace troupe::test;
using run_context = troupe::workflow::context;

namespace {

constexpr auto completed = "RespondWorkflowTaskCompleted";
constexpr auto failed = "RespondWorkflowTaskFailed";
constexpr auto queried = "RespondQueryTaskCompleted";

const std::string bad = "caf\xc3 \xff";

/// What the workflow of the test does: user code that was given bytes that are no text.
std::function<troupe::async<int>(run_context)> code;

struct speaker {
  static constexpr std::string_view name = "Speaker";
  troupe::async<int> run(run_context ctx) {
    ctx.on_query("payload", [] { return 1; });
    return code(std::move(ctx));
  }
};

troupe::workflow::nexus_operation_options with_header(std::string key, std::string value) {
  troupe::workflow::nexus_operation_options options;
  options.headers.emplace_back(std::move(key), std::move(value));
  return options;
}

struct saying {
  const char* where; ///< how the failure has to name the field
  std::function<troupe::async<int>(run_context)> code;
};

template <class Ask>
auto asking(Ask ask) {
  return [ask](run_context ctx) -> troupe::async<int> { co_return co_await ask(ctx); };
}
template <class Throw>
auto ending(Throw end) {
  return [end](run_context ctx) -> troupe::async<int> {
    end(ctx);
    co_return 0;
  };
}
troupe::workflow::activity_options minute() {
  troupe::workflow::activity_options options;
  options.start_to_close_timeout = 1min;
  return options;
}

const saying sayings[] = {
    {"commands[0].schedule_nexus_operation_command_attributes.endpoint",
     asking([](const run_context& ctx) {
       return ctx.nexus_client({.endpoint = bad, .service = "s"}).execute<int>("o", 1);
     })},
    {"commands[0].schedule_nexus_operation_command_attributes.service",
     asking([](const run_context& ctx) {
       return ctx.nexus_client({.endpoint = "e", .service = bad}).execute<int>("o", 1);
     })},
    {"commands[0].schedule_nexus_operation_command_attributes.operation",
     asking([](const run_context& ctx) {
       return ctx.nexus_client({.endpoint = "e", .service = "s"}).execute<int>(bad, 1);
     })},
    {"commands[0].schedule_nexus_operation_command_attributes.nexus_header (a key)",
     asking([](const run_context& ctx) {
       return ctx.nexus_client({.endpoint = "e", .service = "s"})
           .execute<int>("o", 1, with_header(bad, "v"));
     })},
    {"commands[0].schedule_nexus_operation_command_attributes.nexus_header[k]",
     asking([](const run_context& ctx) {
       return ctx.nexus_client({.endpoint = "e", .service = "s"})
           .execute<int>("o", 1, with_header("k", bad));
     })},
    {"commands[0].schedule_activity_task_command_attributes.activity_type.name",
     asking([](const run_context& ctx) { return ctx.execute_activity<int>(bad, minute()); })},
    {"commands[0].schedule_activity_task_command_attributes.activity_id",
     asking([](const run_context& ctx) {
       auto options = minute();
       options.activity_id = bad;
       return ctx.execute_activity<int>("a", options);
     })},
    {"commands[0].schedule_activity_task_command_attributes.task_queue.name",
     asking([](const run_context& ctx) {
       auto options = minute();
       options.task_queue = bad;
       return ctx.execute_activity<int>("a", options);
     })},
    {"commands[0].schedule_activity_task_command_attributes.retry_policy"
     ".non_retryable_error_types[1]",
     asking([](const run_context& ctx) {
       auto options = minute();
       options.retry_policy = troupe::workflow::retry_policy{};
       options.retry_policy->non_retryable_error_types = {"good", bad};
       return ctx.execute_activity<int>("a", options);
     })},
    {"commands[0].continue_as_new_workflow_execution_command_attributes.task_queue.name",
     ending([](const run_context& ctx) { ctx.continue_as_new({.task_queue = bad}); })},
    {"commands[0].continue_as_new_workflow_execution_command_attributes.memo.fields (a key)",
     ending([](const run_context& ctx) {
       troupe::workflow::continue_as_new_options options;
       options.memo.emplace_back(bad, troupe::payload{});
       ctx.continue_as_new(options);
     })},
    {"commands[0].continue_as_new_workflow_execution_command_attributes.memo.fields[k]"
     ".metadata (a key)",
     ending([](const run_context& ctx) {
       troupe::workflow::continue_as_new_options options;
       troupe::payload odd;
       odd.metadata.emplace_back(bad, "x");
       options.memo.emplace_back("k", odd);
       ctx.continue_as_new(options);
     })},
};

struct fixture : worker_fixture {
  void serve(std::function<troupe::async<int>(run_context)> what) {
    code = std::move(what);
    serve_workflows({troupe::workflow::define<speaker>()});
    start();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(answer_texts, fixture)

BOOST_AUTO_TEST_CASE(a_command_with_a_text_that_is_not_utf8_fails_the_task_and_names_the_field) {
  serve([](run_context) -> troupe::async<int> { co_return 0; });
  int run = 0;
  for (const auto& each : sayings) {
    BOOST_TEST_CONTEXT(each.where) {
      code = each.code;
      give_workflow(first_task("r" + std::to_string(++run), "Speaker"));
      BOOST_TEST(service.open(completed).empty());
      BOOST_REQUIRE(service.open(failed).size() == 1u);
      const auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
      BOOST_TEST(
          why.failure().message()
          == "the workflow's answer cannot be sent: field " + std::string{each.where}
                 + " is not valid UTF-8");
      BOOST_TEST(
          why.cause()
          == temporal::api::enums::v1::
              WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
      answer(failed, wire::RespondWorkflowTaskFailedResponse{});
    }
  }
  BOOST_TEST(
      metric("workflow_task_execution_failed", {{"failure_reason", "WorkflowError"}}) == run);
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_workflow_arrives_with_its_text_repaired) {
  serve([](run_context) -> troupe::async<int> {
    throw troupe::application_error{"broken: " + bad, {.type = bad}};
    co_return 0;
  });
  give_workflow(first_task("r", "Speaker"));
  BOOST_REQUIRE(service.open(completed).size() == 1u);
  const auto sent = service.open(completed).at(0)->as<wire::RespondWorkflowTaskCompletedRequest>();
  const auto& failure = sent.commands(0).fail_workflow_execution_command_attributes().failure();
  BOOST_TEST(failure.message() == "broken: caf\xef\xbf\xbd \xef\xbf\xbd");
  BOOST_TEST(failure.application_failure_info().type() == "caf\xef\xbf\xbd \xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(an_error_that_is_a_bug_arrives_with_its_text_repaired) {
  serve([](run_context) -> troupe::async<int> {
    throw std::logic_error{bad};
    co_return 0;
  });
  give_workflow(first_task("r", "Speaker"));
  BOOST_REQUIRE(service.open(failed).size() == 1u);
  const auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(why.failure().message() == "caf\xef\xbf\xbd \xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(a_failed_query_arrives_with_its_text_repaired) {
  serve([](run_context ctx) -> troupe::async<int> {
    ctx.on_query("throws", []() -> int { throw std::runtime_error{bad}; });
    co_await ctx.sleep(1h);
    co_return 0;
  });
  auto task = first_task("r", "Speaker");
  task.mutable_query()->set_query_type("throws");
  give_workflow(task);
  BOOST_REQUIRE(service.open(queried).size() == 1u);
  const auto sent = service.open(queried).at(0)->as<wire::RespondQueryTaskCompletedRequest>();
  BOOST_TEST(sent.error_message() == "caf\xef\xbf\xbd \xef\xbf\xbd");
  BOOST_TEST(sent.failure().message() == "caf\xef\xbf\xbd \xef\xbf\xbd");
}

BOOST_AUTO_TEST_SUITE_END()
