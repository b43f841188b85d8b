// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/openapi.hpp"
#include "runtime/gateway/routes.hpp"
#include "runtime/protocol/json_value.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace troupe::gateway;
using troupe::protocol::json_value;

namespace {

const json_value* find(const json_value& in, std::string_view name) {
  for (std::size_t i = 0; i < in.names.size(); ++i)
    if (in.names[i] == name)
      return &in.items[i];
  return nullptr;
}

const json_value& at(const json_value& in, std::initializer_list<std::string_view> path) {
  const auto* here = &in;
  for (const auto name : path) {
    here = find(*here, name);
    BOOST_REQUIRE_MESSAGE(here != nullptr, "there is no " << name);
  }
  return *here;
}

void collect(const json_value& in, std::string_view name, std::set<std::string>& to) {
  for (std::size_t i = 0; i < in.items.size(); ++i) {
    if (i < in.names.size() && in.names[i] == name)
      to.insert(in.items[i].text);
    collect(in.items[i], name, to);
  }
}

struct fixture {
  json_value document = troupe::protocol::parse_json(openapi_document()).value();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(openapi, fixture)

BOOST_AUTO_TEST_CASE(every_route_is_an_operation) {
  std::set<std::string> ids;
  collect(at(document, {"paths"}), "operationId", ids);
  BOOST_TEST(ids.size() == workflow_routes().size() + operator_routes().size());
  for (const auto& rows : {workflow_routes(), operator_routes()})
    for (const auto& row : rows)
      at(document,
         {"paths",
          versioned_path(row.path),
          row.with == verb::get    ? "get"
          : row.with == verb::post ? "post"
                                   : "delete"});
}

BOOST_AUTO_TEST_CASE(what_is_referred_to_is_there_and_nothing_else) {
  std::set<std::string> references;
  collect(document, "$ref", references);
  references.erase("#/components/responses/error");
  const auto& schemas = at(document, {"components", "schemas"});
  BOOST_TEST(references.size() == schemas.names.size());
  for (const auto& each : references)
    BOOST_TEST(
        find(schemas, each.substr(std::string{"#/components/schemas/"}.size())) != nullptr, each);
}

BOOST_AUTO_TEST_CASE(queries_have_parameters_and_posts_a_body) {
  const auto& listed =
      at(document, {"paths", "/api/v1/namespaces/{namespace}/workflows", "get", "parameters"});
  std::vector<std::string> names;
  for (const auto& each : listed.items)
    names.push_back(at(each, {"in"}).text + ' ' + at(each, {"name"}).text);
  const std::vector<std::string> expected{
      "path namespace", "query page_size", "query next_page_token", "query query"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
  const auto& started =
      at(document, {"paths", "/api/v1/namespaces/{namespace}/workflows/{workflow_id}", "post"});
  BOOST_TEST(
      at(started, {"requestBody", "content", "application/json", "schema", "$ref"}).text
      == "#/components/schemas/temporal.api.workflowservice.v1.StartWorkflowExecutionRequest");
  BOOST_TEST(
      at(document,
         {"components",
          "schemas",
          "temporal.api.workflowservice.v1.StartWorkflowExecutionRequest",
          "properties",
          "workflowRunTimeout",
          "type"})
          .text
      == "string");
}

BOOST_AUTO_TEST_SUITE_END()
