// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/failure_chain.hpp"
#include "runtime/rpc/unary.hpp"
#include "test/support/deep_bytes.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

using namespace troupe;
using namespace troupe::test;
namespace history = temporal::api::history::v1;

namespace {

using page = temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse;

/// A page with one event: a workflow failed, with so many causes of each other.
rpc::bytes failed(int links) {
  using event = history::HistoryEvent;
  using attributes = history::WorkflowExecutionFailedEventAttributes;
  const auto one = field_of(
      event::kWorkflowExecutionFailedEventAttributesFieldNumber,
      field_of(attributes::kFailureFieldNumber, deep_failure(links)));
  return rpc::bytes{
      field_of(page::kHistoryFieldNumber, field_of(history::History::kEventsFieldNumber, one))};
}

} // namespace

BOOST_AUTO_TEST_SUITE(unary)

BOOST_AUTO_TEST_CASE(a_history_of_the_real_server_is_read_however_deep_its_failures_are) {
  for (const int links : {1, 90, 98, 5'000}) {
    page read;
    BOOST_REQUIRE(rpc::decode(failed(links), read));
    const auto& failure =
        read.history().events(0).workflow_execution_failed_event_attributes().failure();
    BOOST_TEST(failure.message() == "1");
    BOOST_TEST(links_of(failure) == (links <= 90 ? links : max_failure_depth + 1));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_such_message_is_not_read) {
  page read;
  BOOST_TEST(!rpc::decode(rpc::bytes{std::string{"\x0a\x05half"}}, read));
  BOOST_TEST(rpc::decode(rpc::bytes{}, read));
}

BOOST_AUTO_TEST_SUITE_END()
