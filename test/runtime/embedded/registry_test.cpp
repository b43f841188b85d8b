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

BOOST_AUTO_TEST_CASE(a_deleted_namespace_takes_no_name_from_another) {
  add("gone");
  const auto* gone = namespaces.find("gone");
  const auto id = gone->id;
  // What is known of the id is known to everybody.
  for (std::size_t length = 5; length <= 8; ++length)
    BOOST_TEST(add("gone-deleted-" + id.substr(0, length)).ok());
  const auto* other = namespaces.find("gone-deleted-" + id.substr(0, 5));
  std::string renamed;
  BOOST_TEST(namespaces.remove("", id, renamed).ok());
  BOOST_TEST(renamed == "gone-deleted-" + id.substr(0, 9));
  BOOST_TEST(namespaces.find(renamed) == gone);
  BOOST_TEST(namespaces.find_by_id(id) == gone);
  BOOST_TEST(gone->state == 3);
  BOOST_TEST(namespaces.find("gone-deleted-" + id.substr(0, 5)) == other);
  BOOST_TEST(other->state == 1);
}

BOOST_AUTO_TEST_CASE(a_namespace_that_finds_no_free_name_stays_as_it_is) {
  add("gone");
  const auto id = namespaces.find("gone")->id;
  for (std::size_t length = 5; length <= id.size(); ++length)
    BOOST_TEST(add("gone-deleted-" + id.substr(0, length)).ok());
  std::string renamed;
  BOOST_TEST(!namespaces.remove("gone", "", renamed).ok());
  BOOST_REQUIRE(namespaces.find("gone") != nullptr);
  BOOST_TEST(namespaces.find("gone")->state == 1);
}

BOOST_AUTO_TEST_CASE(an_id_that_comes_twice_is_given_to_one_namespace_only) {
  int asked = 0;
  namespace_registry repeating{[&] { return "id-" + std::to_string(++asked / 2); }};
  repeating.ensure("one");
  repeating.ensure("two");
  BOOST_TEST(repeating.find("one")->id != repeating.find("two")->id);
  for (const auto* name : {"default", "one", "two"})
    BOOST_TEST(repeating.find_by_id(repeating.find(name)->id)->name == name);
}

BOOST_AUTO_TEST_CASE(a_state_moves_on_and_to_known_ones_only) {
  struct row {
    int from;
    int to;
    bool allowed;
  };
  for (const auto& [from, to, allowed] : std::initializer_list<row>{
           {1, 0, true},
           {1, 1, true},
           {1, 2, true},
           {1, 3, true},
           {1, 4, false},
           {1, 77, false},
           {1, -1, false},
           {2, 1, false},
           {2, 3, true},
           {2, 77, false},
           {3, 1, false},
           {3, 2, false}}) {
    const auto name = std::to_string(from) + "to" + std::to_string(to);
    add(name);
    namespaces.find(name)->state = from;
    wire::UpdateNamespaceRequest request;
    wire::UpdateNamespaceResponse response;
    request.set_namespace_(name);
    request.mutable_update_info()->set_description("new");
    request.mutable_update_info()->set_state(
        static_cast<temporal::api::enums::v1::NamespaceState>(to));
    BOOST_TEST_CONTEXT(name) {
      const auto status = namespaces.update(request, response);
      BOOST_TEST(status.ok() == allowed);
      if (!allowed)
        BOOST_TEST(status.message == "Invalid namespace state update.");
      BOOST_TEST(namespaces.find(name)->state == (allowed && to != 0 ? to : from));
      BOOST_TEST(namespaces.find(name)->description == (allowed ? "new" : ""));
    }
  }
}

BOOST_AUTO_TEST_CASE(data_of_a_namespace_cannot_grow_for_ever) {
  add("much");
  wire::UpdateNamespaceRequest request;
  wire::UpdateNamespaceResponse response;
  request.set_namespace_("much");
  auto& data = *request.mutable_update_info()->mutable_data();
  data["a"] = std::string(900'000, 'x');
  BOOST_TEST(namespaces.update(request, response).ok());
  data.clear();
  data["b"] = std::string(900'000, 'x');
  request.mutable_update_info()->set_description("new");
  expect(
      namespaces.update(request, response),
      status_code::invalid_argument,
      "Namespace data size exceeds limit.");
  BOOST_TEST(namespaces.find("much")->data.size() == 1U);
  BOOST_TEST(namespaces.find("much")->description.empty());
  // In its place there is room.
  data.clear();
  data["a"] = std::string(1'000'000, 'y');
  BOOST_TEST(namespaces.update(request, response).ok());
}

BOOST_AUTO_TEST_CASE(a_page_of_large_namespaces_ends_early) {
  for (const auto* name : {"a", "b", "c", "d"}) {
    add(name);
    namespaces.find(name)->data["x"] = std::string(1'000'000, 'x');
  }
  wire::ListNamespacesRequest request;
  int pages = 0;
  int seen = 0;
  do {
    wire::ListNamespacesResponse response;
    BOOST_TEST(namespaces.list(request, response).ok());
    BOOST_TEST(response.ByteSizeLong() < 4U * 1024 * 1024);
    seen += response.namespaces_size();
    request.set_next_page_token(response.next_page_token());
    ++pages;
  } while (!request.next_page_token().empty());
  BOOST_TEST(seen == 6);
  BOOST_TEST(pages == 2);
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

BOOST_AUTO_TEST_CASE(updates_about_clusters_and_archives_are_refused_as_by_the_real_server) {
  const auto says = [&](auto change) {
    wire::UpdateNamespaceRequest request;
    wire::UpdateNamespaceResponse response;
    request.set_namespace_("default");
    change(request);
    const auto status = namespaces.update(request, response);
    BOOST_TEST((status.ok() || status.code == status_code::invalid_argument));
    return status.message;
  };
  const auto cluster = [](const std::string& name) {
    return [name](wire::UpdateNamespaceRequest& to) {
      to.mutable_replication_config()->add_clusters()->set_cluster_name(name);
    };
  };
  const auto active = [](const std::string& name) {
    return [name](wire::UpdateNamespaceRequest& to) {
      to.mutable_replication_config()->set_active_cluster_name(name);
    };
  };
  BOOST_TEST(says(cluster("active")) == "");
  BOOST_TEST(says(cluster("")) == "Invalid cluster name: ");
  BOOST_TEST(says(cluster("other")) == "Invalid cluster name: other");
  BOOST_TEST(says(active("active")) == "");
  BOOST_TEST(says(active("other")) == "Invalid cluster name: other");
  BOOST_TEST(
      says([](auto& to) { to.set_delete_bad_binary("sum"); })
      == "Bad binary checksum sum doesn't exists.");
  BOOST_TEST(
      says([](auto& to) { to.set_promote_namespace(true); })
      == "global namespace is not enabled on this cluster, cannot update global namespace or "
         "promote local namespace: default");
  BOOST_TEST(says(active(std::string(4'000'000, 'x'))).size() < 5'000U);
}

BOOST_AUTO_TEST_CASE(ids_of_namespaces_are_uuids_in_any_form) {
  const auto says = [&](const std::string& id) {
    wire::DescribeNamespaceRequest request;
    wire::DescribeNamespaceResponse response;
    request.set_id(id);
    return namespaces.describe(request, response);
  };
  expect(says("x"), status_code::unknown, "invalid UUID length: 1");
  expect(says(std::string(36, 'a')), status_code::unknown, "invalid UUID format");
  expect(says(std::string(4'000'000, 'a')), status_code::unknown, "invalid UUID length: 4000000");
  for (const auto* id :
       {"00000000-0000-4000-8000-0000000000ff",
        "000000000000400080000000000000ff",
        "{00000000-0000-4000-8000-0000000000ff}"})
    expect(says(id), status_code::not_found, "Namespace " + std::string{id} + " is not found.");
  std::string renamed;
  expect(
      namespaces.remove("default", "x", renamed),
      status_code::invalid_argument,
      "Only one of namespace name or Id should be set on request.");
  expect(namespaces.remove("", "x", renamed), status_code::not_found, "Namespace x is not found.");
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_to_be_there_is_made_kept_or_turned) {
  BOOST_TEST(endpoints.ensure(spec("endpoint"), now).ok());
  const auto made = *endpoints.find_by_name("endpoint");
  auto described = made.spec();
  described.mutable_description()->set_data("what for");
  nexus::Endpoint ignored;
  BOOST_TEST(endpoints.update(made.id(), 1, described, now, ignored).ok());
  BOOST_TEST(endpoints.ensure(spec("endpoint"), now).ok());
  BOOST_TEST(endpoints.find_by_name("endpoint")->version() == 2);
  BOOST_TEST(endpoints.ensure(spec("endpoint", "default", "other"), now).ok());
  const auto& turned = *endpoints.find_by_name("endpoint");
  BOOST_TEST(turned.id() == made.id());
  BOOST_TEST(turned.version() == 3);
  BOOST_TEST(turned.spec().target().worker().task_queue() == "other");
  BOOST_TEST(turned.spec().description().data() == "what for");
  BOOST_TEST(!endpoints.ensure(spec("endpoint", "nowhere"), now).ok());
  BOOST_TEST(!endpoints.ensure(spec("1"), now).ok());
}

BOOST_AUTO_TEST_CASE(search_attributes_that_are_to_be_there_have_their_type) {
  using enum attribute_type;
  BOOST_TEST(namespaces.ensure_attributes("default", {{"Colour", keyword}}).ok());
  BOOST_TEST(namespaces.ensure_attributes("default", {{"Colour", keyword}, {"Size", real}}).ok());
  expect(
      namespaces.ensure_attributes("default", {{"Colour", integer}}),
      status_code::failed_precondition,
      "Colour is of the type Keyword there and cannot become Int");
  BOOST_TEST(namespaces.find("default")->custom_attributes.size() == 2U);
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
