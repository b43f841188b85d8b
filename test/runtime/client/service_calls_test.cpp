// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/client/call_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

namespace {

struct service_call_fixture : test::call_fixture {
  service_call_fixture() {
    wire::GetSystemInfoResponse info;
    info.set_server_version("1.2.3");
    answered = info.SerializeAsString();
    service.answer("GetSystemInfo", info);
  }
  std::string answered;
};

test::detached ask(async_client with, std::string* seen) {
  *seen = co_await with.call_service("WorkflowService/GetSystemInfo", "request");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(service_calls, service_call_fixture)

BOOST_AUTO_TEST_CASE(a_call_by_name_takes_and_gives_bytes) {
  BOOST_TEST(caller->call_service("WorkflowService/GetSystemInfo", "request") == answered);
  BOOST_TEST(service.asked.at("GetSystemInfo").front() == "request");
}

BOOST_AUTO_TEST_CASE(a_call_by_name_is_awaited_on_a_shard) {
  on_shard([&] { ask(caller->async(), &seen); });
  while (seen.empty() && (clock.step() || run_shard())) {
  }
  BOOST_TEST(seen == answered);
}

BOOST_AUTO_TEST_CASE(names_are_short_or_full) {
  for (const auto* each :
       {"/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo",
        "temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo"}) {
    service.answer("GetSystemInfo", wire::GetSystemInfoResponse{});
    (void)caller->call_service(each, {});
  }
  BOOST_CHECK_EXCEPTION(
      (void)caller->call_service("OperatorService/NoSuch", {}),
      rpc_error,
      [](const rpc_error& error) { return error.code() == status_code::unimplemented; });
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_refused_before_it_is_sent) {
  for (const auto* each :
       {"",
        "/",
        "GetSystemInfo",
        "WorkflowService/",
        "/GetSystemInfo",
        "a/b/c",
        "a b/c",
        "WorkflowService/Get System",
        "WorkflowService/Get\n",
        "a/b.c"})
    BOOST_CHECK_THROW((void)caller->call_service(each, {}), std::invalid_argument);
  BOOST_CHECK_THROW(
      (void)caller->call_service("WorkflowService/" + std::string(300, 'a'), {}),
      std::invalid_argument);
  BOOST_TEST(service.asked.empty());
}

BOOST_AUTO_TEST_CASE(a_long_poll_takes_as_long_as_it_is_given) {
  auto& held = service.hold("PollNexusTaskQueue");
  const auto begun = clock.now();
  BOOST_CHECK_EXCEPTION(
      (void)caller->with({.timeout = 70s, .is_tried_once = true})
          .call_service("WorkflowService/PollNexusTaskQueue", {}),
      rpc_error,
      [](const rpc_error& error) { return error.code() == status_code::deadline_exceeded; });
  BOOST_REQUIRE(!held.empty());
  BOOST_CHECK(held.front()->deadline - begun == 70s);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_the_service_said) {
  service.fail("CountWorkers", {status_code::permission_denied, "not you", {}});
  BOOST_CHECK_EXCEPTION(
      (void)caller->call_service("WorkflowService/CountWorkers", {}),
      rpc_error,
      [](const rpc_error& error) {
        return std::string{error.what()}.find("not you") != std::string::npos;
      });
}

BOOST_AUTO_TEST_SUITE_END()
