// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/embedded/visibility/visibility.hpp"
#include "runtime/protocol/json_value.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/json_util.h>
#include <temporal/api/workflow/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>
#include <fstream>
#include <map>

namespace {

using namespace troupe::embedded;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

struct fixture {
  visibility_index index;
  namespace_entry name_space;
  troupe::time_point start{};

  fixture() {
    start = troupe::time_point{
        std::chrono::seconds{troupe::parse_rfc3339("2026-11-22T00:00:00Z")->seconds}};
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
  std::string many = "WorkflowId = 'x'";
  for (const auto* more : {" + 1", " IS NULL", " = ", "-", "!", "NOT ", " COLLATE x", "CASE "}) {
    std::string text;
    for (int i = 0; i < 20'000; ++i)
      text += more;
    BOOST_TEST(find(text).starts_with("invalid query"));
    BOOST_TEST(find("WorkflowId = " + text).starts_with("invalid query"));
    BOOST_TEST(find("WorkflowId " + text).starts_with("invalid query"));
    BOOST_TEST(find("1" + text).starts_with("invalid query"));
  }
}

BOOST_AUTO_TEST_CASE(a_filter_is_limited_in_length_words_and_height) {
  fill();
  const auto chain = [](const std::string& with, int count) {
    std::string text = "CustomIntField = 1";
    for (int i = 1; i < count; ++i)
      text += with + "CustomIntField = 1";
    return text;
  };
  const std::string too_high =
      "ListWorkflowExecutions operation failed.: SQL logic error: Expression tree is too large "
      "(maximum depth 1000) (1)";
  for (const auto* with : {" OR ", " AND "}) {
    BOOST_TEST(find(chain(with, 997)) == "b");
    BOOST_TEST(find(chain(with, 998)) == too_high);
    BOOST_TEST(find("(" + chain(with, 998) + ")") == too_high);
  }
  std::string nots;
  for (int i = 0; i < 996; ++i)
    nots += "NOT ";
  BOOST_TEST(find(nots + "CustomIntField = 1") == "b");
  BOOST_TEST(find("NOT " + nots + "CustomIntField = 1") == too_high);
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "CustomIntField = 1" + std::string(depth, ')');
  };
  BOOST_TEST(find(nested(199)) == "b");
  BOOST_TEST(
      find(nested(200))
      == "invalid query: malformed SQL query: max nesting level reached at position 228");
  std::string list = "CustomIntField IN (1";
  for (int i = 2; i < 8'000; ++i)
    list += ',' + std::to_string(i);
  BOOST_TEST(find(list + ")") == "dcb");
  BOOST_TEST(
      find(chain(" OR ", 10'000))
      == "invalid query: the filter has more than 16384 words and signs");
  BOOST_TEST(
      find("WorkflowId = '" + std::string(300'000, 'x') + "'")
      == "invalid query: the filter is longer than 262144 bytes");
}

BOOST_AUTO_TEST_CASE(no_answer_has_text_that_is_not_utf8) {
  for (const auto* filter :
       {"\u00e9 = 1", "`\u00e9\xff` = 1", "WorkflowId = 'x' \u00e9", "\xc3\x28 = 1"})
    BOOST_TEST(troupe::is_utf8(find(filter)));
  BOOST_TEST(
      find("\u00e9 = 1")
      == "invalid query: malformed SQL query: syntax error at position 29 near '\ufffd'");
}

BOOST_AUTO_TEST_CASE(what_one_slice_leaves_the_next_goes_on_with) {
  for (int i = 0; i < 5'000; ++i)
    put("w" + std::to_string(i), "One", enums::WORKFLOW_EXECUTION_STATUS_COMPLETED, i);
  wire::ListWorkflowExecutionsRequest request;
  request.set_query("WorkflowId = 'w4999' OR WorkflowId = 'w7' OR CustomIntField = 3");
  auto scan = visibility_scan::list(request, name_space);
  BOOST_REQUIRE(scan.has_value());
  int slices = 1;
  for (; !scan->step(index); ++slices)
    if (slices == 2)
      index.remove("run-of-w3"); // a row that goes meanwhile does not harm
  BOOST_TEST(slices > 5);
  const auto& response = static_cast<const wire::ListWorkflowExecutionsResponse&>(scan->response());
  BOOST_REQUIRE(response.executions_size() == 2);
  BOOST_TEST(response.executions(0).execution().workflow_id() == "w4999");
  BOOST_TEST(response.executions(1).execution().workflow_id() == "w7");

  wire::CountWorkflowExecutionsRequest count;
  count.set_query("CustomIntField >= 10 GROUP BY ExecutionStatus");
  auto counting = visibility_scan::count(count, name_space);
  BOOST_REQUIRE(counting.has_value());
  for (slices = 1; !counting->step(index); ++slices)
    ;
  BOOST_TEST(slices > 5);
  const auto& counted =
      static_cast<const wire::CountWorkflowExecutionsResponse&>(counting->response());
  BOOST_TEST(counted.count() == 4'990);
  BOOST_REQUIRE(counted.groups_size() == 1);
  BOOST_TEST(counted.groups(0).count() == 4'990);
}

BOOST_AUTO_TEST_CASE(a_slice_is_smaller_the_more_a_filter_asks) {
  for (int i = 0; i < 100; ++i)
    put("w" + std::to_string(i), "One", enums::WORKFLOW_EXECUTION_STATUS_COMPLETED, i);
  std::string text = "CustomIntField = -1";
  for (int i = 1; i < 900; ++i)
    text += " OR CustomIntField = " + std::to_string(10'000 + i); // of no row
  wire::CountWorkflowExecutionsRequest count;
  count.set_query(text);
  auto scan = visibility_scan::count(count, name_space);
  BOOST_REQUIRE(scan.has_value());
  int slices = 1;
  for (; !scan->step(index); ++slices)
    ;
  BOOST_TEST(slices > 30);
}

BOOST_AUTO_TEST_CASE(a_slice_is_smaller_the_larger_what_the_filter_reads) {
  const auto slices = [&](std::size_t tags) {
    std::string json;
    for (std::size_t i = 0; i < tags; ++i)
      json += (i == 0 ? "[\"t" : ",\"t") + std::to_string(i) + '"';
    visibility_index rows;
    for (int i = 0; i < 500; ++i) {
      temporal::api::workflow::v1::WorkflowExecutionInfo row;
      row.mutable_execution()->set_run_id("run" + std::to_string(i));
      auto& fields = *row.mutable_search_attributes()->mutable_indexed_fields();
      fields["Tags"].set_data(json + ']');
      rows.put(std::move(row));
    }
    wire::CountWorkflowExecutionsRequest count;
    count.set_query("Tags = 'none'");
    auto scan = visibility_scan::count(count, name_space);
    BOOST_REQUIRE(scan.has_value());
    int made = 1;
    for (; !scan->step(rows); ++made)
      ;
    return made;
  };
  BOOST_TEST(slices(1) < 4);
  BOOST_TEST(slices(300) > 30);
}

BOOST_AUTO_TEST_CASE(however_many_words_a_filter_looks_for_one_row_is_soon_asked) {
  name_space.custom_attributes["Body"] = {"Text01", attribute_type::text};
  temporal::api::workflow::v1::WorkflowExecutionInfo row;
  auto& fields = *row.mutable_search_attributes()->mutable_indexed_fields();
  std::string words;
  std::string tags;
  for (int i = 0; i < 500; ++i) {
    words += i % 2 == 0 ? "a " : "b ";
    tags += i % 2 == 0 ? ",\"a\"" : ",\"b\"";
  }
  fields["Body"].set_data('"' + words + '"');
  fields["Tags"].set_data('[' + tags.substr(1) + ']');
  std::string alternating = "Body = '";
  for (int n = 0; n < 30; ++n) {
    for (int i = 0; i < 200 + n; ++i)
      alternating += "a-b-";
    alternating += "b ";
  }
  std::string many = "Tags IN ('x'";
  for (int i = 0; i < 7'000; ++i)
    many += ",'x" + std::to_string(i) + '\'';
  for (const auto& text : {alternating + '\'', many + ')'}) {
    const auto query =
        visibility_query::compile(text, name_space, visibility_query::purpose::count);
    BOOST_REQUIRE(query.has_value());
    std::size_t work = 0;
    BOOST_TEST(!query->matches(row, work));
    BOOST_TEST(work > 1'000U);
    BOOST_TEST(work < 4 * visibility_scan::slice);
  }
  std::string too_many = "Body = '";
  for (int i = 0; i < 10'000; ++i)
    too_many += "a-b ";
  const auto refused =
      visibility_query::compile(too_many + '\'', name_space, visibility_query::purpose::count);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST(
      refused.error().message == "invalid query: the filter looks for more than 16384 words");
}

BOOST_AUTO_TEST_CASE(a_page_of_large_rows_ends_early) {
  for (int i = 0; i < 10; ++i) {
    put("w" + std::to_string(i), "One", enums::WORKFLOW_EXECUTION_STATUS_COMPLETED, i);
    temporal::api::workflow::v1::WorkflowExecutionInfo row;
    row.mutable_execution()->set_workflow_id("large" + std::to_string(i));
    row.mutable_execution()->set_run_id("large-run" + std::to_string(i));
    (*row.mutable_memo()->mutable_fields())["x"].set_data(std::string(1'000'000, 'x'));
    index.put(std::move(row));
  }
  wire::ListWorkflowExecutionsRequest request;
  int seen = 0;
  int pages = 0;
  do {
    wire::ListWorkflowExecutionsResponse response;
    BOOST_REQUIRE(index.list(request, name_space, response).ok());
    BOOST_TEST(response.ByteSizeLong() < 4U * 1024 * 1024); // what clients take by default
    seen += response.executions_size();
    request.set_next_page_token(response.next_page_token());
    ++pages;
  } while (!request.next_page_token().empty());
  BOOST_TEST(seen == 20);
  BOOST_TEST(pages > 2);
}

/// The rows and verdicts of the real server.
struct recorded_fixture : fixture {
  recorded_fixture() {
    name_space.custom_attributes.clear();
    const auto add = [&](const char* name, const char* column, attribute_type type) {
      name_space.custom_attributes[name] = {column, type};
    };
    add("CustomKw", "Keyword03", attribute_type::keyword);
    add("CustomKw2", "Keyword02", attribute_type::keyword);
    add("CustomInt", "Int01", attribute_type::integer);
    add("CustomInt2", "Int02", attribute_type::integer);
    add("CustomDouble", "Double01", attribute_type::real);
    add("CustomBool", "Bool01", attribute_type::boolean);
    add("CustomDate", "Datetime01", attribute_type::datetime);
    add("CustomText", "Text02", attribute_type::text);
    add("CustomTags", "KeywordList01", attribute_type::keyword_list);
    for (const auto& line : lines("visibility_rows.jsonl")) {
      temporal::api::workflow::v1::WorkflowExecutionInfo row;
      BOOST_REQUIRE(google::protobuf::util::JsonStringToMessage(line, &row).ok());
      index.put(std::move(row));
    }
  }

  static std::vector<std::string> lines(const std::string& name) {
    std::ifstream file{TROUPE_TEST_DATA "/runtime/embedded/data/" + name};
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);)
      all.push_back(line);
    BOOST_REQUIRE(!all.empty());
    return all;
  }

  static std::string show(const troupe::rpc_status& status) {
    return std::to_string(static_cast<int>(status.code)) + ' ' + status.message;
  }

  std::string list(const std::string& filter) {
    wire::ListWorkflowExecutionsRequest request;
    request.set_query(filter);
    wire::ListWorkflowExecutionsResponse response;
    if (auto status = index.list(request, name_space, response); !status.ok())
      return show(status);
    std::string ids;
    for (const auto& row : response.executions())
      ids += row.execution().workflow_id();
    return ids;
  }

  std::string count(const std::string& filter) {
    wire::CountWorkflowExecutionsRequest request;
    request.set_query(filter);
    wire::CountWorkflowExecutionsResponse response;
    if (auto status = index.count(request, name_space, response); !status.ok())
      return show(status);
    auto text = std::to_string(response.count());
    for (const auto& group : response.groups())
      text += ' ' + group.group_values(0).data() + '=' + std::to_string(group.count());
    return text;
  }
};

BOOST_FIXTURE_TEST_CASE(answers_filters_as_the_real_server_does, recorded_fixture) {
  int rows = 0;
  for (const auto& line : lines("visibility_filters.jsonl")) {
    const auto json = troupe::protocol::parse_json(line);
    BOOST_REQUIRE(json);
    std::map<std::string, std::string> row;
    for (std::size_t at = 0; at < json->names.size(); ++at)
      row[json->names[at]] = json->items[at].text;
    const auto wanted = row.contains("found") ? row["found"] : row["code"] + ' ' + row["message"];
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST((row.contains("list") ? list(row["list"]) : count(row["count"])) == wanted);
    }
    ++rows;
  }
  BOOST_TEST(rows > 500);
}

BOOST_FIXTURE_TEST_CASE(a_list_of_one_null_is_what_go_reads_it_as, recorded_fixture) {
  temporal::api::workflow::v1::WorkflowExecutionInfo row;
  row.mutable_execution()->set_workflow_id("z");
  row.mutable_execution()->set_run_id("run-of-z");
  for (const auto* name :
       {"CustomKw2", "CustomInt2", "CustomDouble", "CustomBool", "CustomDate", "CustomTags"})
    (*row.mutable_search_attributes()->mutable_indexed_fields())[name].set_data("[null]");
  index.put(std::move(row));
  for (const auto* filter :
       {"CustomKw2 = ''",
        "CustomInt2 = 0",
        "CustomDouble = 0",
        "CustomBool = false",
        "CustomDate < '1000-01-01T00:00:00Z'",
        "CustomTags IS NOT NULL"})
    BOOST_TEST(list("WorkflowId = 'z' AND " + std::string{filter}) == "z");
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
