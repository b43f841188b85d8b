// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/fields.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace wf = temporal::api::workflowservice::v1;
using namespace troupe::gateway;

namespace {

/// What came of a query, as text, or why it was refused.
template <class Request>
std::string read(std::string_view text, std::vector<std::string_view> except = {}) {
  const auto query = read_query(text);
  if (!query)
    return query.error();
  Request request;
  if (auto problem = set_fields(request, *query, except); !problem.empty())
    return problem;
  return request.ShortDebugString();
}

const auto list = &read<wf::ListWorkflowExecutionsRequest>;
const auto history = &read<wf::GetWorkflowExecutionHistoryRequest>;

} // namespace

BOOST_AUTO_TEST_SUITE(fields)

BOOST_AUTO_TEST_CASE(both_spellings_of_a_name_are_taken) {
  BOOST_TEST(list("pageSize=3", {}) == "page_size: 3");
  BOOST_TEST(list("page_size=3", {}) == "page_size: 3");
  BOOST_TEST(list("query=a+b%3D'c'", {}) == R"(query: "a b=\'c\'")");
}

BOOST_AUTO_TEST_CASE(dots_lead_into_messages) {
  BOOST_TEST(history("execution.runId=r", {}) == R"(execution { run_id: "r" })");
  BOOST_TEST(
      read<wf::ListNamespacesRequest>("namespaceFilter.includeDeleted=true")
      == "namespace_filter { include_deleted: true }");
}

BOOST_AUTO_TEST_CASE(what_the_path_says_stays) {
  BOOST_TEST(
      history("execution.workflowId=b&execution.runId=r", {"execution.workflow_id"})
      == R"(execution { run_id: "r" })");
}

BOOST_AUTO_TEST_CASE(unknown_names_are_ignored) {
  BOOST_TEST(list("bogus=1&bogus.x=2&&=", {}) == "");
  BOOST_TEST(list("pretty", {}) == "");
}

BOOST_AUTO_TEST_CASE(enums_are_names_or_numbers) {
  const std::string close = "history_event_filter_type: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT";
  BOOST_TEST(history("historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT", {}) == close);
  BOOST_TEST(history("historyEventFilterType=2", {}) == close);
  BOOST_TEST(
      history("historyEventFilterType=bad", {})
      == R"(parsing field "history_event_filter_type": "bad" is not a valid value)");
  BOOST_TEST(
      history("historyEventFilterType=77", {})
      == R"(parsing field "history_event_filter_type": "77" is not a valid value)");
}

BOOST_AUTO_TEST_CASE(lists_take_all_values) {
  BOOST_TEST(
      read<wf::DescribeTaskQueueRequest>("versions.buildIds=a&versions.buildIds=b")
      == R"(versions { build_ids: "a" build_ids: "b" })");
  BOOST_TEST(list("pageSize=1&pageSize=2", {}) == R"(too many values for field "page_size": 1, 2)");
}

BOOST_AUTO_TEST_CASE(bytes_are_base64_of_either_alphabet) {
  BOOST_TEST(list("nextPageToken=_-8%3D", {}) == R"(next_page_token: "\377\357")");
  BOOST_TEST(
      list("nextPageToken=!!", {})
      == R"(parsing field "next_page_token": illegal base64 data at input byte 0)");
  // As Go's decoder has it: padded, and with the place of the fault.
  for (const auto& [text, at] : std::vector<std::pair<std::string, int>>{
           {"YWI", 0},
           {"YWJjZA", 4},
           {"YWJjZA=", 7},
           {"YW=j", 2},
           {"YWI=x", 4},
           {"Y", 0},
           {"Y===", 1}})
    BOOST_TEST(
        list("nextPageToken=" + text, {})
            == "parsing field \"next_page_token\": illegal base64 data at input byte "
                   + std::to_string(at),
        text);
}

BOOST_AUTO_TEST_CASE(times_and_flags) {
  BOOST_TEST(
      read<wf::ListScheduleMatchingTimesRequest>("startTime=1970-01-01T00:00:01Z")
      == "start_time { seconds: 1 }");
  BOOST_TEST(
      read<wf::ListScheduleMatchingTimesRequest>("startTime=bad")
      == R"(parsing field "start_time": parsing time "bad": not of the form 2006-01-02T15:04:05Z)");
  BOOST_TEST(history("waitNewEvent=T", {}) == "wait_new_event: true");
  BOOST_TEST(
      history("waitNewEvent=maybe", {})
      == R"(parsing field "wait_new_event": strconv.ParseBool: parsing "maybe": invalid syntax)");
}

BOOST_AUTO_TEST_CASE(numbers_have_their_range) {
  const std::string parse = R"(parsing field "page_size": strconv.ParseInt: parsing )";
  BOOST_TEST(list("pageSize=x", {}) == parse + R"("x": invalid syntax)");
  BOOST_TEST(list("pageSize=", {}) == parse + R"("": invalid syntax)");
  BOOST_TEST(list("pageSize=1x", {}) == parse + R"("1x": invalid syntax)");
  BOOST_TEST(list("pageSize=%2B-1", {}) == parse + R"("+-1": invalid syntax)");
  BOOST_TEST(list("pageSize=99999999999", {}) == parse + R"("99999999999": value out of range)");
  BOOST_TEST(list("pageSize=%2B7", {}) == "page_size: 7");
  BOOST_TEST(list("pageSize=-7", {}) == "page_size: -7");
}

BOOST_AUTO_TEST_CASE(messages_have_no_text_and_text_has_no_members) {
  BOOST_TEST(
      history("execution=1", {})
      == R"(parsing field "execution": unsupported message type: "temporal.api.common.v1.WorkflowExecution")");
  BOOST_TEST(history("execution.runId.x=1", {}) == R"(invalid path: "runId" is not a message)");
}

BOOST_AUTO_TEST_CASE(broken_queries_are_refused) {
  BOOST_TEST(list("query=%zz", {}) == R"(invalid URL escape "%zz")");
  BOOST_TEST(list("query=%2", {}) == R"(invalid URL escape "%2")");
  BOOST_TEST(list("a=1;b=2", {}) == "invalid semicolon separator in query");
  BOOST_TEST(list("query=%ff", {}) == "the query is not valid UTF-8");
}

BOOST_AUTO_TEST_SUITE_END()
