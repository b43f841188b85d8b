// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/routes.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/descriptor.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <string>

using namespace troupe::gateway;
using fields = std::vector<std::pair<std::string_view, std::string>>;

namespace {

/// `ListWorkers namespace=a`, or `none`.
std::string found(verb with, std::string_view path) {
  const auto to = find_route(with, path);
  if (!to)
    return "none";
  std::string text{to->row->method};
  for (const auto& [name, value] : to->fields)
    text.append(" ").append(name).append("=").append(value);
  return text;
}

const google::protobuf::Descriptor* request_of(std::string_view package, std::string_view method) {
  temporal::api::workflowservice::v1::GetSystemInfoRequest::descriptor();
  temporal::api::operatorservice::v1::ListNexusEndpointsRequest::descriptor();
  return google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      std::string{package}.append(method).append("Request"));
}

bool has_text_field(const google::protobuf::Descriptor* type, std::string_view path) {
  while (true) {
    const auto dot = path.find('.');
    const auto* field = type->FindFieldByName(std::string{path.substr(0, dot)});
    if (field == nullptr || field->is_repeated())
      return false;
    if (dot == path.npos)
      return field->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
    type = field->message_type();
    path.remove_prefix(dot + 1);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(routes)

BOOST_AUTO_TEST_CASE(a_path_leads_to_a_method_and_gives_its_fields) {
  BOOST_TEST(
      found(verb::get, "/namespaces/a/workflows/b%20c")
      == "DescribeWorkflowExecution namespace=a execution.workflow_id=b c");
  BOOST_TEST(
      found(verb::post, "/namespaces/a/workflows/b")
      == "StartWorkflowExecution namespace=a workflow_id=b");
  BOOST_TEST(
      found(verb::post, "/api/v1/namespaces/a/workflows/b/query/c")
      == "QueryWorkflow namespace=a execution.workflow_id=b query.query_type=c");
  BOOST_TEST(found(verb::remove, "/api/v1/nexus/endpoints/e") == "DeleteNexusEndpoint id=e");
}

BOOST_AUTO_TEST_CASE(what_stands_under_cluster_stands_under_the_version_without_it) {
  BOOST_TEST(found(verb::get, "/cluster") == "GetClusterInfo");
  BOOST_TEST(found(verb::get, "/api/v1/cluster-info") == "GetClusterInfo");
  BOOST_TEST(found(verb::get, "/api/v1/cluster") == "none");
  BOOST_TEST(found(verb::get, "/cluster/namespaces") == "ListNamespaces");
  BOOST_TEST(found(verb::get, "/api/v1/namespaces") == "ListNamespaces");
  BOOST_TEST(found(verb::get, "/system-info") == "GetSystemInfo");
  BOOST_TEST(found(verb::get, "/api/v1/system-info") == "GetSystemInfo");
}

BOOST_AUTO_TEST_CASE(an_empty_segment_is_an_empty_value) {
  BOOST_TEST(found(verb::get, "/api/v1/namespaces/") == "DescribeNamespace namespace=");
}

BOOST_AUTO_TEST_CASE(an_escaped_slash_ends_no_segment) {
  BOOST_TEST(
      found(verb::get, "/namespaces/a/workflows/b%2Fhistory")
      == "DescribeWorkflowExecution namespace=a execution.workflow_id=b/history");
  BOOST_TEST(found(verb::get, "/namespaces%2Fa") == "none");
}

BOOST_AUTO_TEST_CASE(other_paths_and_methods_lead_nowhere) {
  for (const auto* path :
       {"", "/", "namespaces/a", "/api/v1", "/api/v1/namespaces/a/", "/nope", "/cluster/%zz"})
    BOOST_TEST(found(verb::get, path) == "none");
  BOOST_TEST(found(verb::remove, "/api/v1/system-info") == "none");
}

BOOST_AUTO_TEST_CASE(no_two_routes_share_a_path) {
  for (const auto& rows : {workflow_routes(), operator_routes()})
    for (const auto& row : rows)
      for (const auto& path : {std::string{row.path}, versioned_path(row.path)}) {
        const auto to = find_route(row.with, path);
        BOOST_REQUIRE(to);
        BOOST_TEST(to->row == &row, path << " leads to " << to->row->method);
      }
}

BOOST_AUTO_TEST_CASE(each_route_names_a_request_and_text_fields_of_it) {
  const auto check = [](std::string_view package, std::span<const route> rows) {
    for (const auto& row : rows) {
      const auto* type = request_of(package, row.method);
      BOOST_REQUIRE_MESSAGE(type != nullptr, row.method);
      for (auto rest = row.path; rest.find('{') != rest.npos;) {
        rest.remove_prefix(rest.find('{') + 1);
        const auto name = rest.substr(0, rest.find('}'));
        BOOST_TEST(has_text_field(type, name), row.method << " has no text " << name);
      }
    }
  };
  check("temporal.api.workflowservice.v1.", workflow_routes());
  check("temporal.api.operatorservice.v1.", operator_routes());
}

BOOST_AUTO_TEST_SUITE_END()
