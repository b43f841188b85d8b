// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/protocol/start_request.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/message_differencer.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using request = temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;

request filled(start_workflow_options options, payloads args = {}) {
  request made;
  const data_converter converter;
  protocol::fill_start_request(
      "Type", std::move(options), std::move(args), {"space", "me", converter}, made);
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(start_request)

BOOST_AUTO_TEST_CASE(carries_every_option) {
  const auto made = filled(
      {.id = "w",
       .task_queue = "q",
       .id_reuse_policy = workflow_id_reuse_policy::reject_duplicate,
       .id_conflict_policy = workflow_id_conflict_policy::use_existing,
       .execution_timeout = 1h,
       .run_timeout = 10min,
       .task_timeout = 5s,
       .start_delay = 1500ms,
       .retry_policy = workflow::retry_policy{.initial_interval = 2s, .maximum_attempts = 3},
       .cron_schedule = "@daily",
       .memo = {{"note", encode_value(std::string{"m"})}},
       .search_attributes = {{"Key", encode_value(7)}},
       .links = {{"n", "x", "r", 5, 1}},
       .request_id = "once",
       .static_summary = "s",
       .static_details = "d"},
      data_converter{}.to_payloads(1, std::string{"two"}));
  BOOST_TEST(made.namespace_() == "space");
  BOOST_TEST(made.identity() == "me");
  BOOST_TEST(made.workflow_id() == "w");
  BOOST_TEST(made.request_id() == "once");
  BOOST_TEST(made.workflow_type().name() == "Type");
  BOOST_TEST(made.task_queue().name() == "q");
  BOOST_TEST(made.input().payloads_size() == 2);
  BOOST_TEST(made.workflow_execution_timeout().seconds() == 3600);
  BOOST_TEST(made.workflow_run_timeout().seconds() == 600);
  BOOST_TEST(made.workflow_task_timeout().seconds() == 5);
  BOOST_TEST(made.workflow_start_delay().nanos() == 500'000'000);
  BOOST_TEST(made.workflow_id_reuse_policy() == 3);
  BOOST_TEST(made.workflow_id_conflict_policy() == 2);
  BOOST_TEST(made.retry_policy().maximum_attempts() == 3);
  BOOST_TEST(made.retry_policy().initial_interval().seconds() == 2);
  BOOST_TEST(made.cron_schedule() == "@daily");
  BOOST_TEST(made.memo().fields().at("note").data() == "\"m\"");
  BOOST_TEST(made.search_attributes().indexed_fields().at("Key").data() == "7");
  BOOST_TEST(made.links(0).workflow_event().event_ref().event_id() == 5);
  BOOST_TEST(made.user_metadata().summary().data() == "\"s\"");
  BOOST_TEST(made.user_metadata().details().data() == "\"d\"");
}

BOOST_AUTO_TEST_CASE(leaves_unset_what_is_empty) {
  request expected;
  expected.set_namespace_("space");
  expected.set_identity("me");
  expected.mutable_workflow_type()->set_name("Type");
  expected.mutable_task_queue()->set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  const auto made = filled({});
  BOOST_TEST(
      google::protobuf::util::MessageDifferencer::Equals(made, expected), made.DebugString());
}

BOOST_AUTO_TEST_CASE(a_retry_policy_comes_back_as_it_went) {
  const workflow::retry_policy policy{
      .initial_interval = 2s,
      .backoff_coefficient = 1.5,
      .maximum_interval = 1min,
      .maximum_attempts = 4,
      .non_retryable_error_types = {"A", "B"}};
  temporal::api::common::v1::RetryPolicy wire;
  protocol::write_retry_policy(policy, wire);
  const auto back = protocol::read_retry_policy(wire);
  BOOST_CHECK(back.initial_interval == policy.initial_interval);
  BOOST_CHECK(back.maximum_interval == policy.maximum_interval);
  BOOST_TEST(back.backoff_coefficient == policy.backoff_coefficient);
  BOOST_TEST(back.maximum_attempts == policy.maximum_attempts);
  BOOST_TEST(back.non_retryable_error_types == policy.non_retryable_error_types);
  BOOST_CHECK(!protocol::read_retry_policy({}).initial_interval.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
