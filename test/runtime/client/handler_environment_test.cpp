// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/testing/nexus.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

namespace {

struct counting : nexus::service<"Counting"> {
  static constexpr operation<std::string, std::int64_t> awaits{"awaits"};
  static constexpr operation<std::string, std::int64_t> blocks{"blocks"};
  static constexpr operation<std::string, std::int64_t> blocks_a_shard{"blocks-a-shard"};
  static constexpr auto operations = std::tuple{awaits, blocks, blocks_a_shard};
};

nexus::service_handler handler() {
  return nexus::handler_for<counting>(
      nexus::sync<counting::awaits>(
          [](nexus::start_context ctx, std::string query) -> nexus::async<std::int64_t> {
            co_await ctx.sleep(1s);
            const auto before = ctx.remaining();
            const auto count = co_await ctx.client().async().count_workflows(query);
            // The handler's time stands still while it calls.
            co_return before == ctx.remaining() ? count : -1;
          }),
      nexus::sync<counting::blocks>([](nexus::start_context ctx, std::string query) {
        return ctx.client().count_workflows(std::move(query));
      }),
      nexus::sync<counting::blocks_a_shard>(
          [](nexus::start_context ctx, std::string query) -> nexus::async<std::int64_t> {
            co_return ctx.client().count_workflows(query);
          }));
}

/// Handlers without a worker, with the client that a test gives them.
struct fixture {
  fixture() { environment.add(handler()); }

  void answer(std::int64_t count) {
    wire::CountWorkflowExecutionsResponse response;
    response.set_count(count);
    service.answer("CountWorkflowExecutions", response);
  }

  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(service, clock, [this] { return clock.step(); });
  testing::nexus_environment environment{{.client = &caller}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(handler_environment, fixture)

BOOST_AUTO_TEST_CASE(a_coroutine_awaits_the_client_of_the_test) {
  answer(7);
  const auto outcome = environment.start<counting, counting::awaits>("all");
  BOOST_TEST(outcome.get<std::int64_t>() == 7);
  BOOST_TEST(
      service.request<wire::CountWorkflowExecutionsRequest>("CountWorkflowExecutions").query()
      == "all");
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_service_is_the_handlers_error) {
  service.fail("CountWorkflowExecutions", {status_code::not_found, "no such namespace", {}});
  const auto outcome = environment.start<counting, counting::awaits>("all");
  BOOST_TEST((outcome.handler_error().type() == nexus::handler_error_type::not_found));
}

BOOST_AUTO_TEST_CASE(a_plain_function_blocks) {
  answer(8);
  BOOST_TEST((environment.start<counting, counting::blocks>("all").get<std::int64_t>() == 8));
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_blocks_is_told_what_to_do_as_on_a_shard) {
  const auto outcome = environment.start<counting, counting::blocks_a_shard>("all");
  const auto error = outcome.handler_error();
  BOOST_TEST(std::string{error.what()}.find("co_await client.async()") != std::string::npos);
  BOOST_TEST(service.asked.empty());
}

BOOST_AUTO_TEST_SUITE_END()
