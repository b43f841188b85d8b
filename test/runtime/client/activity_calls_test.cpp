// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/client/messages_fixture.hpp"

#include <troupe/client/activity_handle.hpp>
#include <troupe/error.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>

#include <string>

using namespace troupe;
using namespace troupe::test;

namespace {

struct activity_fixture : messages_fixture {
  activity_handle by_token{caller, "token"};
  activity_handle by_ids{caller, "w", "r", "a"};

  template <class Request>
  Request sent(const char* method) {
    auto request = service.request<Request>(method);
    BOOST_TEST(request.namespace_() == "ns");
    BOOST_TEST(request.identity() == "me");
    if constexpr (requires { request.activity_id(); })
      BOOST_TEST(request.workflow_id() + request.run_id() + request.activity_id() == "wra");
    else
      BOOST_TEST(request.task_token() == "token");
    return request;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(activity_calls, activity_fixture)

BOOST_AUTO_TEST_CASE(an_activity_is_completed_by_its_token_or_by_its_ids) {
  service.answer("RespondActivityTaskCompleted", wire::RespondActivityTaskCompletedResponse{});
  by_token.complete(std::string{"done"});
  BOOST_TEST(
      sent<wire::RespondActivityTaskCompletedRequest>("RespondActivityTaskCompleted")
          .result()
          .payloads(0)
          .data()
      == R"("done")");
  service.answer(
      "RespondActivityTaskCompletedById", wire::RespondActivityTaskCompletedByIdResponse{});
  by_ids.complete();
  BOOST_TEST(
      sent<wire::RespondActivityTaskCompletedByIdRequest>("RespondActivityTaskCompletedById")
          .result()
          .payloads(0)
          .metadata()
          .at("encoding")
      == "binary/null");
}

BOOST_AUTO_TEST_CASE(an_activity_is_failed_by_its_token_or_by_its_ids) {
  service.answer("RespondActivityTaskFailed", wire::RespondActivityTaskFailedResponse{});
  by_token.fail(application_error("no", {.type = "Refused", .non_retryable = true}));
  const auto request = sent<wire::RespondActivityTaskFailedRequest>("RespondActivityTaskFailed");
  BOOST_TEST(request.failure().message() == "no");
  BOOST_TEST(request.failure().application_failure_info().type() == "Refused");
  BOOST_TEST(request.failure().application_failure_info().non_retryable());
  service.answer("RespondActivityTaskFailedById", wire::RespondActivityTaskFailedByIdResponse{});
  by_ids.fail(std::runtime_error("disk full"));
  BOOST_TEST(
      sent<wire::RespondActivityTaskFailedByIdRequest>("RespondActivityTaskFailedById")
          .failure()
          .message()
      == "disk full");
}

BOOST_AUTO_TEST_CASE(an_activity_is_reported_cancelled_by_its_token_or_by_its_ids) {
  service.answer("RespondActivityTaskCanceled", wire::RespondActivityTaskCanceledResponse{});
  by_token.report_cancellation(7);
  BOOST_TEST(
      sent<wire::RespondActivityTaskCanceledRequest>("RespondActivityTaskCanceled")
          .details()
          .payloads(0)
          .data()
      == "7");
  service.answer(
      "RespondActivityTaskCanceledById", wire::RespondActivityTaskCanceledByIdResponse{});
  by_ids.report_cancellation();
  BOOST_TEST(!sent<wire::RespondActivityTaskCanceledByIdRequest>("RespondActivityTaskCanceledById")
                  .has_details());
}

BOOST_AUTO_TEST_CASE(a_heartbeat_says_whether_and_why_the_activity_should_stop) {
  wire::RecordActivityTaskHeartbeatResponse response;
  response.set_activity_paused(true);
  service.answer("RecordActivityTaskHeartbeat", response);
  BOOST_CHECK(by_token.heartbeat(3, std::string{"of 5"}) == cancel_reason::paused);
  BOOST_TEST(
      sent<wire::RecordActivityTaskHeartbeatRequest>("RecordActivityTaskHeartbeat")
          .details()
          .payloads_size()
      == 2);
  wire::RecordActivityTaskHeartbeatByIdResponse by_id;
  by_id.set_cancel_requested(true);
  service.answer("RecordActivityTaskHeartbeatById", by_id);
  BOOST_CHECK(by_ids.heartbeat() == cancel_reason::requested);
  service.answer(
      "RecordActivityTaskHeartbeatById", wire::RecordActivityTaskHeartbeatByIdResponse{});
  BOOST_CHECK(by_ids.heartbeat() == cancel_reason::none);
}

BOOST_AUTO_TEST_SUITE_END()
