// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/registry/registry_fixture.hpp"

#include <map>
#include <set>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace troupe::embedded::registry_test;
using troupe::status_code;

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
  const auto says = [&](const std::string& name, auto change) {
    wire::RegisterNamespaceRequest request;
    request.set_namespace_(name);
    request.mutable_workflow_execution_retention_period()->set_seconds(86'400);
    change(request);
    return namespaces.add(request).message;
  };
  BOOST_TEST(
      says("one", [](auto& to) { to.set_is_global_namespace(true); })
      == "Cannot register global namespace when not enabled");
  const auto is_active = [](auto& to) { to.set_active_cluster_name("other"); };
  BOOST_TEST(says("one", is_active) == "Namespace \"one\" already exists");
  BOOST_TEST(says("two", is_active) == "Invalid cluster name: other");
  BOOST_TEST(says("two", [](auto& to) { to.add_clusters(); }) == "Invalid cluster name: ");
  BOOST_TEST(add("with a space").ok());
  BOOST_TEST(add("x").ok());
}

BOOST_AUTO_TEST_CASE(a_namespace_that_one_change_wants_twice_is_made_once) {
  const auto made = namespaces.plan([&] {
    const auto& first = namespaces.ensure("a", std::chrono::hours{48});
    BOOST_TEST(namespaces.ensure("a").id == first.id);
    namespaces.ensure("default");
  });
  BOOST_REQUIRE(made.size() == 1u);
  BOOST_TEST(made.front().name == "a");
  BOOST_TEST((made.front().retention == std::chrono::hours{48}));
}

// Clients check by them before they send.
BOOST_AUTO_TEST_CASE(tells_the_limits_that_hold) {
  const namespace_registry limited{[this] { return next_id(); }, {1000, 50}};
  wire::DescribeNamespaceRequest request;
  request.set_namespace_("default");
  wire::DescribeNamespaceResponse described;
  BOOST_TEST(limited.describe(request, described).ok());
  BOOST_TEST(described.namespace_info().limits().blob_size_limit_error() == 1000);
  BOOST_TEST(described.namespace_info().limits().memo_size_limit_error() == 50);
  wire::ListNamespacesResponse listed;
  BOOST_TEST(limited.list({}, listed).ok());
  for (const auto& each : listed.namespaces())
    BOOST_TEST(each.namespace_info().limits().memo_size_limit_error() == 50);
  wire::DescribeNamespaceResponse usual;
  BOOST_TEST(namespaces.describe(request, usual).ok());
  BOOST_TEST(usual.namespace_info().limits().blob_size_limit_error() == 2 << 20);
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
  std::shared_ptr<const namespace_entry> found;
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
  data.clear();
  request.mutable_update_info()->set_description(std::string(64 * 1024 + 1, 'x'));
  expect(
      namespaces.update(request, response),
      status_code::invalid_argument,
      "Namespace description size exceeds limit.");
  request.mutable_update_info()->set_description("new");
  request.mutable_update_info()->set_owner_email(std::string(64 * 1024 + 1, 'x'));
  expect(
      namespaces.update(request, response),
      status_code::invalid_argument,
      "Namespace owner email size exceeds limit.");
  BOOST_TEST(namespaces.find("much")->data.size() == 1U);
  BOOST_TEST(namespaces.find("much")->description.empty());
  request.mutable_update_info()->clear_owner_email();
  for (int i = 0; i < 1'001; ++i)
    data[std::to_string(i)];
  expect(
      namespaces.update(request, response),
      status_code::invalid_argument,
      "Namespace data size exceeds limit.");
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
  std::shared_ptr<const namespace_entry> found;
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
  // A namespace that is not there is told first, one that is not named last.
  const std::string unset = "SearchAttributes are not set on request.";
  BOOST_TEST(namespaces.add_attributes("nope", {}).message == "Namespace nope is not found.");
  BOOST_TEST(namespaces.remove_attributes("nope", {}).message == "Namespace nope is not found.");
  BOOST_TEST(namespaces.add_attributes("", {}).message == unset);
  BOOST_TEST(namespaces.remove_attributes("", {}).message == unset);
  BOOST_TEST(
      namespaces.add_attributes("", {{"WorkflowId", attribute_type::keyword}}).message
      == "Search attribute WorkflowId is reserved by system.");
  for (const auto& status :
       {namespaces.add_attributes("", {{"D", attribute_type::integer}}),
        namespaces.remove_attributes("", {"WorkflowId"})})
    BOOST_TEST(status.message == "Namespace is not set on request.");
  namespaces.add_attributes(
      "default", {{"B", attribute_type::integer}, {"C", attribute_type::integer}});
  expect(
      namespaces.add_attributes("default", {{"D", attribute_type::integer}}),
      status_code::invalid_argument,
      "Unable to create search attributes: cannot have more than 3 search attribute of type Int.");
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
  const auto binaries = [](int count) {
    return [count](auto& to) {
      for (int i = 0; i < count; ++i)
        (*to.mutable_config()->mutable_bad_binaries()->mutable_binaries())[std::to_string(i)];
      to.set_delete_bad_binary("0");
    };
  };
  BOOST_TEST(says(binaries(10)) == "");
  BOOST_TEST(says(binaries(11)) == "Total resetBinaries cannot exceed the max limit: 10");
  BOOST_TEST(
      says([](auto& to) {
        to.mutable_replication_config()->set_state(
            temporal::api::enums::v1::REPLICATION_STATE_HANDOVER);
        to.set_promote_namespace(true);
      })
      == "Handover can only be set for global namespace");
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace
