// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/registry/registry_fixture.hpp"

namespace {

using namespace troupe::embedded;
using namespace troupe::embedded::registry_test;
using troupe::status_code;

BOOST_FIXTURE_TEST_SUITE(endpoints, fixture)

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
  auto broken = no_target;
  broken.mutable_target()->mutable_external()->set_url("http://x/\n");
  auto far = no_target;
  far.mutable_target()->mutable_external()->set_url("http://x/" + std::string(4096, 'x'));
  auto described = spec("endpoint");
  described.mutable_description()->set_data(std::string(25'000, 'x'));
  const auto spec_outside = [&](const std::string& url) {
    auto made = no_target;
    made.mutable_target()->mutable_external()->set_url(url);
    return made;
  };
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
      {"an unknown namespace and a bad name",
       spec("1", "no-such-ns", ""),
       status_code::failed_precondition,
       "could not verify namespace referenced by target exists: Namespace no-such-ns is not "
       "found."},
      {"no namespace",
       spec("endpoint", ""),
       status_code::invalid_argument,
       "target namespace not set"},
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
      {"no URL",
       broken,
       status_code::invalid_argument,
       "invalid target URL: parse \"http://x/\\n\": net/url: invalid control character in URL"},
      {"a URL with a user's name",
       spec_outside("http://user:word@h/"),
       status_code::invalid_argument,
       "target URL cannot be called: it names a user, which is not sent: give the credentials as a "
       "header"},
      {"a URL without a host",
       spec_outside("http:///x"),
       status_code::invalid_argument,
       "target URL cannot be called: it is no http://host:port/path"},
      {"a long URL", far, status_code::invalid_argument, "target URL length exceeds limit of 4096"},
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
  // An update looks at what is to be there first, and at no form of an id.
  expect(
      endpoints.update("abc", 1, spec(""), now, found),
      status_code::invalid_argument,
      "endpoint name not set");
  for (const std::string id : {"", "abc"})
    expect(
        endpoints.update(id, 1, spec("endpoint"), now, found),
        status_code::not_found,
        "error updating Nexus endpoint. endpoint ID " + id + " not found");
  expect(
      endpoints.update(unknown, 1, spec("endpoint"), now, found),
      status_code::not_found,
      "error updating Nexus endpoint. endpoint ID " + unknown + " not found");
  expect(
      endpoints.remove(unknown, 0),
      status_code::invalid_argument,
      "endpoint version is non-positive");
  expect(
      endpoints.remove("", -1),
      status_code::invalid_argument,
      "endpoint ID not set, endpoint version is non-positive");
  expect(
      endpoints.remove("x", 0),
      status_code::invalid_argument,
      "malformed endpoint ID: \"invalid UUID length: 1\", endpoint version is non-positive");
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
