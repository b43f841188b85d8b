// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time.hpp"
#include "runtime/embedded/visibility/visibility.hpp"
#include "runtime/embedded/visibility/visibility_lexer.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflow/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace {

using namespace troupe::embedded;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

struct fixture {
  visibility_index index;
  namespace_entry name_space;
  troupe::time_point start{};

  fixture() {
    BOOST_REQUIRE(parse_rfc3339("2026-11-22T00:00:00Z", start));
    name_space.custom_attributes["CustomIntField"] = {"Int01", attribute_type::integer};
    name_space.custom_attributes["Tags"] = {"KeywordList01", attribute_type::keyword_list};
  }

  void
  put(const std::string& id,
      const std::string& type,
      enums::WorkflowExecutionStatus status,
      int minute) {
    temporal::api::workflow::v1::WorkflowExecutionInfo row;
    row.mutable_execution()->set_workflow_id(id);
    row.mutable_execution()->set_run_id("run-of-" + id);
    row.mutable_type()->set_name(type);
    row.set_status(status);
    troupe::to_proto(start + std::chrono::minutes{minute}, *row.mutable_start_time());
    if (status != enums::WORKFLOW_EXECUTION_STATUS_RUNNING)
      troupe::to_proto(start + std::chrono::minutes{minute + 10}, *row.mutable_close_time());
    (*row.mutable_search_attributes()->mutable_indexed_fields())["CustomIntField"].set_data(
        std::to_string(minute));
    (*row.mutable_search_attributes()->mutable_indexed_fields())["Tags"].set_data(
        "[\"red\",\"" + id + "\"]");
    index.put(std::move(row));
  }

  void fill() {
    put("a", "One", enums::WORKFLOW_EXECUTION_STATUS_COMPLETED, 0);
    put("b", "Two", enums::WORKFLOW_EXECUTION_STATUS_FAILED, 1);
    put("c", "One", enums::WORKFLOW_EXECUTION_STATUS_RUNNING, 2);
    put("d", "Two", enums::WORKFLOW_EXECUTION_STATUS_RUNNING, 3);
  }

  /// The ids that a query finds, in order; or the error's text.
  std::string find(const std::string& query) {
    wire::ListWorkflowExecutionsRequest request;
    request.set_query(query);
    wire::ListWorkflowExecutionsResponse response;
    if (auto status = index.list(request, name_space, response); !status.ok())
      return status.message;
    std::string ids;
    for (const auto& row : response.executions())
      ids += row.execution().workflow_id();
    return ids;
  }
};

BOOST_FIXTURE_TEST_SUITE(visibility, fixture)

BOOST_AUTO_TEST_CASE(lists_open_runs_first_then_the_latest_closed) {
  fill();
  BOOST_TEST(find("") == "dcba");
}

BOOST_AUTO_TEST_CASE(a_run_that_closes_moves_to_its_place) {
  fill();
  put("d", "Two", enums::WORKFLOW_EXECUTION_STATUS_COMPLETED, 3);
  BOOST_TEST(index.size() == 4U);
  BOOST_TEST(find("") == "cdba");
}

struct query_row {
  const char* query;
  const char* found;
};

BOOST_AUTO_TEST_CASE(finds_what_the_query_says) {
  fill();
  const query_row table[] = {
      {"WorkflowType = 'One'", "ca"},
      {"WorkflowType != 'One'", "db"},
      {"WorkflowType='One' AND ExecutionStatus='Running'", "c"},
      {"WorkflowType='One' or ExecutionStatus = 3", "cba"},
      {"NOT WorkflowType = \"One\"", "db"},
      {"(WorkflowType = 'One' OR WorkflowType = 'Two') AND WorkflowId IN ('a', 'd')", "da"},
      {"WorkflowId NOT IN ('a','d')", "cb"},
      {"`WorkflowId` STARTS_WITH 'b'", "b"},
      {"WorkflowId NOT STARTS_WITH 'b'", "dca"},
      {"StartTime > '2026-11-22T00:01:00Z'", "dc"},
      {"StartTime >= '2026-11-22T01:01:00+01:00'", "dcb"},
      {"StartTime BETWEEN '2026-11-22T00:01:00Z' AND '2026-11-22T00:02:00Z'", "cb"},
      {"CloseTime IS NULL", "dc"},
      {"CloseTime is not null", "ba"},
      {"CloseTime < '2026-11-22T00:11:00Z'", "a"},
      {"CustomIntField <= 1", "ba"},
      {"CustomIntField between 1 and 2", "cb"},
      {"CustomIntField = 'abc'", ""},
      {"Tags = 'red'", "dcba"},
      {"Tags IN ('b')", "b"},
      {"ExecutionStatus IN ('Failed', 'Completed')", "ba"},
      {"RunId = 'run-of-c'", "c"},
  };
  for (const auto& row : table)
    BOOST_TEST_CONTEXT(row.query) {
      BOOST_TEST(find(row.query) == row.found);
    }
}

BOOST_AUTO_TEST_CASE(refuses_queries_in_the_real_servers_words) {
  const query_row table[] = {
      {"NotAField = 1",
       "invalid query: invalid expression: column name 'NotAField' is not a valid search "
       "attribute"},
      {"WorkflowId =", "invalid query: malformed SQL query: syntax error at position 40"},
      {"WorkflowType = 'x' AND", "invalid query: malformed SQL query: syntax error at position 50"},
      {"WorkflowType LIKE '%x%'",
       "invalid query: invalid expression: invalid operator 'like' in `WorkflowType like '%x%'`"},
      {"StartTime > 'yesterday'",
       "invalid query: invalid expression: unable to parse datetime 'yesterday'"},
      {"ORDER BY Nope", "invalid query: operation is not supported: 'ORDER BY' clause"},
      {"SELECT * FROM x",
       "invalid query: malformed SQL query: syntax error at position 34 near 'select'"},
      {"ExecutionStatus = 'Sleeping'",
       "invalid query: invalid expression: invalid ExecutionStatus value 'Sleeping'"},
      {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "invalid query: invalid expression: incomplete expression"},
      {"WorkflowId = foo",
       "invalid query: operation is not supported: column name on the right side of comparison "
       "expression (did you forget to quote 'foo'?)"},
  };
  for (const auto& row : table)
    BOOST_TEST_CONTEXT(row.query) {
      BOOST_TEST(find(row.query) == row.found);
    }
}

BOOST_AUTO_TEST_CASE(no_query_can_exhaust_the_stack_or_hang) {
  BOOST_TEST(find(std::string(100'000, '(')).starts_with("invalid query"));
  BOOST_TEST(find("WorkflowId = 'never closed").starts_with("invalid query"));
  BOOST_TEST(find("WorkflowId IN (").starts_with("invalid query"));
  BOOST_TEST(find("\xff\xfe\x01").starts_with("invalid query"));
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other) {
  fill();
  wire::ListWorkflowExecutionsRequest request;
  request.set_page_size(3);
  wire::ListWorkflowExecutionsResponse first;
  BOOST_TEST(index.list(request, name_space, first).ok());
  BOOST_TEST(first.executions_size() == 3);
  BOOST_TEST(!first.next_page_token().empty());
  request.set_next_page_token(first.next_page_token());
  wire::ListWorkflowExecutionsResponse second;
  BOOST_TEST(index.list(request, name_space, second).ok());
  BOOST_REQUIRE(second.executions_size() == 1);
  BOOST_TEST(second.executions(0).execution().workflow_id() == "a");
  BOOST_TEST(second.next_page_token().empty());
  request.set_next_page_token("garbage");
  const auto refused = index.list(request, name_space, second);
  BOOST_TEST((refused.code == troupe::status_code::unknown));
  const std::string_view words = "something went wrong, please retry (";
  BOOST_REQUIRE(refused.message.size() == words.size() + 9);
  BOOST_TEST(refused.message.starts_with(words));
  BOOST_TEST(refused.message.ends_with(')'));
  BOOST_TEST(
      refused.message.substr(words.size(), 8).find_first_not_of("0123456789abcdef")
      == std::string::npos);
}

BOOST_AUTO_TEST_CASE(counts_in_groups_of_one_status) {
  fill();
  wire::CountWorkflowExecutionsRequest request;
  request.set_query("GROUP BY ExecutionStatus");
  wire::CountWorkflowExecutionsResponse response;
  BOOST_TEST(index.count(request, name_space, response).ok());
  BOOST_TEST(response.count() == 4);
  BOOST_TEST(response.groups_size() == 3);
  BOOST_TEST(response.groups(0).group_values(0).data() == "\"Running\"");
  BOOST_TEST(response.groups(0).count() == 2);
  request.set_query("GROUP BY Nope");
  BOOST_TEST(
      index.count(request, name_space, response).message
      == "invalid query: invalid expression: column name 'Nope' is not a valid search attribute");
  request.set_query("GROUP BY WorkflowType");
  BOOST_TEST(
      index.count(request, name_space, response).message
      == "invalid query: operation is not supported: 'GROUP BY' clause is only supported for "
         "ExecutionStatus");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
