// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace {

using namespace troupe::embedded;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace nexus = temporal::api::nexus::v1;

struct fixture {
  int ids = 0;
  namespace_registry namespaces{[this] { return next_id(); }};
  endpoint_registry endpoints{namespaces, [this] { return next_id(); }};
  troupe::time_point now{std::chrono::hours{500'000}};

  std::string next_id() {
    auto number = std::to_string(++ids);
    return "00000000-0000-4000-8000-" + std::string(12 - number.size(), '0') + number;
  }

  troupe::rpc_status add(const std::string& name, std::int64_t retention_seconds = 86'400) {
    wire::RegisterNamespaceRequest request;
    request.set_namespace_(name);
    if (retention_seconds != 0)
      request.mutable_workflow_execution_retention_period()->set_seconds(retention_seconds);
    return namespaces.add(request);
  }

  static nexus::EndpointSpec spec(
      const std::string& name,
      const std::string& name_space = "default",
      const std::string& queue = "q") {
    nexus::EndpointSpec made;
    made.set_name(name);
    made.mutable_target()->mutable_worker()->set_namespace_(name_space);
    made.mutable_target()->mutable_worker()->set_task_queue(queue);
    return made;
  }
};

void expect(const troupe::rpc_status& status, status_code code, std::string_view text) {
  BOOST_TEST(static_cast<int>(status.code) == static_cast<int>(code));
  BOOST_TEST(status.message == text);
}

BOOST_FIXTURE_TEST_SUITE(registry, fixture)

BOOST_AUTO_TEST_CASE(starts_with_the_default_and_the_system_namespace) {
  BOOST_TEST(namespaces.find("default") != nullptr);
  BOOST_REQUIRE(namespaces.find("temporal-system") != nullptr);
  BOOST_TEST(namespaces.find("temporal-system")->id == "32049b68-7872-4094-8e63-d0dd59896a83");
}

BOOST_AUTO_TEST_CASE(refuses_namespaces_as_the_real_server_does) {
  BOOST_TEST(add("one").ok());
  expect(add("one"), status_code::already_exists, "Namespace \"one\" already exists");
  expect(
      add("two", 0),
      status_code::invalid_argument,
      "A valid retention period is not set on request.");
  expect(
      add("two", 60),
      status_code::invalid_argument,
      "A valid retention period is not set on request.");
  expect(
      add("two", -3600),
      status_code::invalid_argument,
      "A valid retention period is not set on request.");
  expect(add(""), status_code::invalid_argument, "Namespace not set on request.");
  BOOST_TEST(add("with a space").ok());
  BOOST_TEST(add("x").ok());
}

BOOST_AUTO_TEST_CASE(describes_by_name_or_id_but_not_by_both) {
  wire::DescribeNamespaceRequest request;
  wire::DescribeNamespaceResponse response;
  expect(
      namespaces.describe(request, response),
      status_code::invalid_argument,
      "Namespace not set on request.");
  request.set_namespace_("default");
  BOOST_TEST(namespaces.describe(request, response).ok());
  BOOST_TEST(response.namespace_info().name() == "default");
  request.set_id(response.namespace_info().id());
  expect(
      namespaces.describe(request, response),
      status_code::invalid_argument,
      "GetNamespace operation failed. Both ID and Name specified in request.");
  request.clear_namespace_();
  BOOST_TEST(namespaces.describe(request, response).ok());
  request.set_id("00000000-0000-0000-0000-000000000001");
  const auto status = namespaces.describe(request, response);
  expect(
      status,
      status_code::not_found,
      "Namespace 00000000-0000-0000-0000-000000000001 is not found.");
  BOOST_TEST(status.details.find("NamespaceNotFoundFailure") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lists_page_by_page) {
  add("a");
  add("b");
  wire::ListNamespacesRequest request;
  request.set_page_size(3);
  wire::ListNamespacesResponse first;
  BOOST_TEST(namespaces.list(request, first).ok());
  BOOST_TEST(first.namespaces_size() == 3);
  BOOST_TEST(!first.next_page_token().empty());
  request.set_next_page_token(first.next_page_token());
  wire::ListNamespacesResponse second;
  BOOST_TEST(namespaces.list(request, second).ok());
  BOOST_TEST(second.namespaces_size() == 1);
  BOOST_TEST(second.next_page_token().empty());
}

BOOST_AUTO_TEST_CASE(a_deleted_namespace_is_renamed_and_hidden) {
  add("gone");
  std::string renamed;
  BOOST_TEST(namespaces.remove("gone", "", renamed).ok());
  BOOST_TEST(renamed.starts_with("gone-deleted-"));
  BOOST_TEST(namespaces.find("gone") == nullptr);
  const namespace_entry* found = nullptr;
  expect(
      namespaces.check(renamed, false, found),
      status_code::failed_precondition,
      "Namespace has invalid state: Deleted. Must be Registered or Deprecated.");
  expect(
      namespaces.remove("temporal-system", "", renamed),
      status_code::failed_precondition,
      "unable to delete system namespace");
}

BOOST_AUTO_TEST_CASE(a_deprecated_namespace_takes_no_starts) {
  add("old");
  BOOST_TEST(namespaces.deprecate("old").ok());
  const namespace_entry* found = nullptr;
  BOOST_TEST(namespaces.check("old", false, found).ok());
  expect(
      namespaces.check("old", true, found),
      status_code::failed_precondition,
      "Namespace has invalid state: Deprecated. Must be Registered.");
}

BOOST_AUTO_TEST_CASE(custom_search_attributes_take_columns_of_their_type) {
  BOOST_TEST(namespaces.add_attributes("default", {{"Count", attribute_type::integer}}).ok());
  BOOST_TEST(namespaces.find("default")->custom_attributes.at("Count").first == "Int01");
  expect(
      namespaces.add_attributes("default", {{"WorkflowId", attribute_type::keyword}}),
      status_code::invalid_argument,
      "Search attribute WorkflowId is reserved by system.");
  namespaces.add_attributes(
      "default", {{"B", attribute_type::integer}, {"C", attribute_type::integer}});
  expect(
      namespaces.add_attributes("default", {{"D", attribute_type::integer}}),
      status_code::invalid_argument,
      "Unable to create search attributes: cannot have more than 3 search attribute of type Int.");
}

struct refused_endpoint {
  const char* what;
  nexus::EndpointSpec spec;
  status_code code;
  const char* text;
};

BOOST_AUTO_TEST_CASE(refuses_endpoints_as_the_real_server_does) {
  constexpr auto bad_name =
      "endpoint name must match the regex: \"^[a-zA-Z][a-zA-Z0-9\\\\-]*[a-zA-Z0-9]$\"";
  nexus::EndpointSpec no_target;
  no_target.set_name("endpoint");
  auto external = no_target;
  external.mutable_target()->mutable_external()->set_url("ftp://x");
  auto described = spec("endpoint");
  described.mutable_description()->set_data(std::string(25'000, 'x'));
  const refused_endpoint table[] = {
      {"no name", spec(""), status_code::invalid_argument, "endpoint name not set"},
      {"a digit first", spec("1endpoint"), status_code::invalid_argument, bad_name},
      {"a space", spec("an endpoint"), status_code::invalid_argument, bad_name},
      {"an underscore", spec("an_endpoint"), status_code::invalid_argument, bad_name},
      {"a dash last", spec("endpoint-"), status_code::invalid_argument, bad_name},
      {"no ASCII", spec("endpünkt"), status_code::invalid_argument, bad_name},
      {"one character", spec("e"), status_code::invalid_argument, bad_name},
      {"too long",
       spec(std::string(201, 'e')),
       status_code::invalid_argument,
       "endpoint name exceeds length limit of 200"},
      {"unknown namespace",
       spec("endpoint", "no-such-ns"),
       status_code::failed_precondition,
       "could not verify namespace referenced by target exists: Namespace no-such-ns is not "
       "found."},
      {"no target", no_target, status_code::invalid_argument, "empty target variant"},
      {"nothing", {}, status_code::invalid_argument, "endpoint name not set, empty target variant"},
      {"no queue",
       spec("endpoint", "default", ""),
       status_code::invalid_argument,
       "invalid target task queue: \"taskQueue is not set\""},
      {"a reserved queue",
       spec("endpoint", "default", "/_sys/q"),
       status_code::invalid_argument,
       "invalid target task queue: \"task queue name cannot start with reserved prefix /_sys/\""},
      {"a bad URL",
       external,
       status_code::invalid_argument,
       "invalid target URL scheme: \"ftp\", expected http or https"},
      {"a long description",
       described,
       status_code::invalid_argument,
       "description size exceeds limit of 20000"},
  };
  for (const auto& row : table) {
    BOOST_TEST_CONTEXT(row.what) {
      nexus::Endpoint created;
      expect(endpoints.create(row.spec, now, created), row.code, row.text);
    }
  }
}

BOOST_AUTO_TEST_CASE(endpoint_names_are_unique_and_changes_are_versioned) {
  nexus::Endpoint made;
  BOOST_TEST(endpoints.create(spec("endpoint"), now, made).ok());
  BOOST_TEST(made.version() == 1);
  BOOST_TEST(made.url_prefix() == "/nexus/endpoints/" + made.id() + "/services");
  nexus::Endpoint other;
  expect(
      endpoints.create(spec("endpoint"), now, other),
      status_code::already_exists,
      "error creating Nexus endpoint. Endpoint with name endpoint already registered");
  expect(
      endpoints.update(made.id(), 0, spec("endpoint"), now, other),
      status_code::failed_precondition,
      "nexus endpoint version mismatch. received: 0 expected 1");
  BOOST_TEST(endpoints.update(made.id(), 1, spec("renamed"), now, other).ok());
  BOOST_TEST(other.version() == 2);
  BOOST_TEST(other.has_last_modified_time());
  BOOST_TEST(endpoints.find_by_name("endpoint") == nullptr);
  BOOST_TEST(endpoints.find_by_name("renamed") != nullptr);
}

BOOST_AUTO_TEST_CASE(unknown_and_malformed_endpoint_ids_have_their_own_words) {
  const std::string unknown = "00000000-0000-0000-0000-000000000001";
  nexus::Endpoint found;
  expect(
      endpoints.get(unknown, found),
      status_code::not_found,
      "Nexus endpoint with ID `" + unknown + "` not found");
  expect(
      endpoints.get("abc", found),
      status_code::invalid_argument,
      "malformed endpoint ID: \"invalid UUID length: 3\"");
  expect(endpoints.get("", found), status_code::invalid_argument, "endpoint ID not set");
  expect(
      endpoints.update(unknown, 1, spec("endpoint"), now, found),
      status_code::not_found,
      "error updating Nexus endpoint. endpoint ID " + unknown + " not found");
  expect(
      endpoints.remove(unknown, 0),
      status_code::invalid_argument,
      "endpoint version is non-positive");
  expect(
      endpoints.remove(unknown, 1),
      status_code::not_found,
      "error deleting nexus endpoint with ID: " + unknown);
}

BOOST_AUTO_TEST_CASE(a_wrong_positive_version_deletes_all_the_same) {
  nexus::Endpoint made;
  BOOST_TEST(endpoints.create(spec("endpoint"), now, made).ok());
  BOOST_TEST(endpoints.remove(made.id(), 77).ok());
  BOOST_TEST(endpoints.find(made.id()) == nullptr);
}

BOOST_AUTO_TEST_CASE(endpoint_lists_have_pages) {
  nexus::Endpoint made;
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(endpoints.create(spec("endpoint-" + std::to_string(i)), now, made).ok());
  int seen = 0;
  std::string token;
  int pages = 0;
  do {
    nexus::Endpoint each;
    std::string next;
    BOOST_TEST(endpoints
                   .list(
                       2,
                       token,
                       "",
                       [&] {
                         ++seen;
                         return &each;
                       },
                       next)
                   .ok());
    token = next;
    ++pages;
  } while (!token.empty());
  BOOST_TEST(seen == 5);
  BOOST_TEST(pages == 3);
  std::string next;
  expect(
      endpoints.list(
          2, "garbage", "", [&] { return &made; }, next),
      status_code::internal,
      "error listing Nexus endpoints");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
