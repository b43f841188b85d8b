// SPDX-License-Identifier: Apache-2.0
// What a worker does not send, as the service would end the workflow for it.
#include "actors/worker/payload_sizes.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <atomic>
#include <cstddef>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::actors::find_large_payloads;
using troupe::actors::judge_payloads;
using troupe::actors::payload_limits;
using troupe::actors::refuse_large_details;
using troupe::test::captured_log;
namespace wire = temporal::api::workflowservice::v1;

namespace {

constexpr std::size_t kilobyte = 1024;
constexpr std::size_t megabyte = kilobyte * kilobyte;

inline constexpr activity::contract<std::size_t(std::string)> measure{"measure"};
inline constexpr activity::contract<std::string(std::size_t)> fill{"fill"};

/// What the code hands out; a new deployment makes it smaller.
std::atomic<std::size_t> size_of_argument = 0;

struct sends_much {
  static constexpr std::string_view name = "SendsMuch";
  async<std::size_t> run(workflow::context ctx) {
    co_return co_await ctx.execute<measure>(
        {.start_to_close_timeout = 30s}, std::string(size_of_argument, 'x'));
  }
};

struct receives_much {
  static constexpr std::string_view name = "ReceivesMuch";
  async<std::size_t> run(workflow::context ctx, std::size_t wanted) {
    const auto text = co_await ctx.execute<fill>(
        {.start_to_close_timeout = 30s,
         .retry_policy = workflow::retry_policy{.initial_interval = 10ms}},
        wanted);
    co_return text.size();
  }
};

std::string fill_up(const activity::context& ctx, std::size_t wanted) {
  return std::string(ctx.info().attempt == 1 ? wanted : wanted / 3, 'x');
}

struct fixture {
  explicit fixture(worker_options options = {.task_queue = "q"})
      : client(service.connect()), worker(client, std::move(options)) {
    worker.add<sends_much>()
        .add<receives_much>()
        .add(activity::implement<measure>([](const std::string& text) { return text.size(); }))
        .add(activity::implement<fill>(&fill_up))
        .start();
  }

  std::size_t failed_tasks(const untyped_workflow_handle& of) const {
    std::size_t found = 0;
    for (const auto& event : of.history())
      if (event.type() == "WorkflowTaskFailed") {
        ++found;
        const auto json = event.to_json();
        BOOST_TEST(json.find("PAYLOADS_TOO_LARGE") != std::string::npos, json);
        BOOST_TEST(json.find("[TMPRL1103]") != std::string::npos, json);
        BOOST_TEST(
            json.find("activity_task_command_attributes.input of 3") != std::string::npos, json);
      }
    return found;
  }

  captured_log log;
  troupe::service service;
  troupe::client client;
  troupe::worker worker;
};

BOOST_AUTO_TEST_SUITE(payload_sizes)

BOOST_AUTO_TEST_CASE(too_much_fails_the_task_and_the_workflow_lives_on) {
  size_of_argument = 3 * megabyte;
  fixture now;
  const auto handle = now.client.start_workflow<sends_much>({.task_queue = "q"});
  while (now.failed_tasks(handle) == 0)
    (void)handle.describe();
  size_of_argument = 10;
  BOOST_TEST(handle.result() == 10U);
  BOOST_TEST(now.log.count("[TMPRL1103]") > 0U);
  BOOST_TEST(now.log.count("exceeded the error limit") > 0U);
}

BOOST_AUTO_TEST_CASE(much_is_logged_and_sent) {
  size_of_argument = 600 * kilobyte;
  fixture now;
  const auto handle = now.client.start_workflow<sends_much>({.task_queue = "q"});
  BOOST_TEST(handle.result() == 600 * kilobyte);
  BOOST_TEST(now.failed_tasks(handle) == 0U);
  BOOST_TEST(now.log.count("exceeded the warning limit") == 1U);
}

BOOST_AUTO_TEST_CASE(a_result_that_is_too_large_fails_the_attempt) {
  fixture now;
  BOOST_TEST(
      now.client.execute_workflow<receives_much>({.task_queue = "q"}, 3 * megabyte) == megabyte);
  BOOST_TEST(now.log.count("result of 3") == 1U);
  BOOST_TEST(now.log.count("exceeded the warning limit") == 1U); // the second attempt's
}

BOOST_AUTO_TEST_CASE(a_worker_without_limits_leaves_it_to_the_service) {
  size_of_argument = 3 * megabyte;
  fixture now{{.task_queue = "q", .payload_size_warning = 0, .payload_size_limit = 0}};
  const auto handle = now.client.start_workflow<sends_much>({.task_queue = "q"});
  BOOST_CHECK_THROW((void)handle.result(), workflow_failed_error);
  BOOST_TEST(now.log.count("[TMPRL1103]") == 0U);
}

BOOST_AUTO_TEST_CASE(fields_are_named_and_only_so_many) {
  wire::RespondWorkflowTaskCompletedRequest answer;
  const auto add = [&](std::size_t bytes) {
    auto& command = *answer.add_commands()->mutable_schedule_activity_task_command_attributes();
    command.mutable_input()->add_payloads()->set_data(std::string(bytes, 'x'));
  };
  add(10);
  add(2000);
  answer.add_commands()
      ->mutable_complete_workflow_execution_command_attributes()
      ->mutable_result()
      ->add_payloads()
      ->set_data(std::string(1500, 'x'));
  // Together, not one by one.
  auto& memo = *answer.add_commands()
                    ->mutable_modify_workflow_properties_command_attributes()
                    ->mutable_upserted_memo();
  for (const char* key : {"a", "b"})
    (*memo.mutable_fields())[key].set_data(std::string(600, 'x'));
  const auto found = find_large_payloads(answer, 1000);
  BOOST_REQUIRE(found.size() == 3U);
  BOOST_TEST(found[0].field == "commands[1].schedule_activity_task_command_attributes.input");
  BOOST_TEST(found[1].field == "commands[2].complete_workflow_execution_command_attributes.result");
  BOOST_TEST(
      found[2].field == "commands[3].modify_workflow_properties_command_attributes.upserted_memo");
  BOOST_TEST(found[1].bytes == 1506U);
  for (int more = 0; more < 10; ++more)
    add(1100);
  const auto verdict =
      judge_payloads(answer, answer.ByteSizeLong(), {.warning = 500, .most = 1000});
  BOOST_TEST(verdict.error.ends_with(" and 10 more"), verdict.error);
  BOOST_TEST(verdict.warning == "");
  BOOST_TEST(judge_payloads(answer, 400, {.warning = 500, .most = 1000}).error == "");
  BOOST_TEST(
      judge_payloads(answer, answer.ByteSizeLong(), {.warning = 500, .most = 0}).error == "");
}

BOOST_AUTO_TEST_CASE(details_of_a_heartbeat_count_as_the_service_counts_them) {
  const auto tell = [](std::size_t bytes, payload_limits limits) {
    refuse_large_details({payload{.metadata = {}, .data = std::string(bytes, 'x')}}, limits);
  };
  // As seen there: with what frames them, 2 MB and no byte more.
  tell(2 * megabyte - 8, {});
  BOOST_CHECK_EXCEPTION(tell(2 * megabyte - 7, {}), application_error, [](const auto& error) {
    return error.message().ends_with("heartbeat_details of 2097153 bytes")
           && !error.non_retryable();
  });
  tell(3 * megabyte, {.warning = 0, .most = 0});
  // Many small ones are a large one.
  BOOST_CHECK_THROW(
      refuse_large_details(
          payloads(1000, payload{.metadata = {}, .data = "x"}), {.warning = 0, .most = 2000}),
      application_error);
}

BOOST_AUTO_TEST_CASE(what_a_protocol_message_carries_has_the_same_limit) {
  wire::RespondWorkflowTaskCompletedRequest answer;
  answer.add_messages()->mutable_body()->set_value(std::string(1000, 'x'));
  answer.add_messages()->mutable_body()->set_value(std::string(1001, 'x'));
  const auto found = find_large_payloads(answer, 1000);
  BOOST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].field == "messages[1].body");
  BOOST_TEST(found[0].bytes == 1001U);
}

BOOST_AUTO_TEST_CASE(an_answer_larger_than_any_message_may_be_is_refused) {
  wire::RespondWorkflowTaskCompletedRequest answer;
  for (int i = 0; i < 5; ++i)
    answer.add_commands()
        ->mutable_schedule_activity_task_command_attributes()
        ->mutable_input()
        ->add_payloads()
        ->set_data(std::string(megabyte, 'x'));
  const auto verdict = judge_payloads(answer, answer.ByteSizeLong(), {});
  BOOST_TEST(verdict.error.find("all of the answer of 52") != std::string::npos, verdict.error);
  BOOST_TEST(verdict.error.ends_with(", and 4194304 is what the service takes"), verdict.error);
  BOOST_TEST(judge_payloads(answer, answer.ByteSizeLong(), {.warning = 0, .most = 0}).error == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
