// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/connection_options.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;

namespace {

std::string error_of(connection_options options) {
  try {
    (void)rpc::resolve(std::move(options));
  } catch (const connection_error& failed) {
    return failed.what();
  }
  return "";
}

std::string header(const connection_options& options, const std::string& name) {
  for (const auto& [key, value] : rpc::connection_metadata(options))
    if (key == name)
      return value;
  return "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(connection_options)

BOOST_AUTO_TEST_CASE(refuses_targets_that_cannot_work) {
  for (std::string target :
       {"",
        "localhost",
        "localhost:",
        "localhost:0",
        "localhost:99999",
        "localhost:x",
        ":",
        ":x",
        "passthrough:///",
        "passthrough:///localhost",
        "http://localhost:7233"})
    BOOST_TEST(!error_of({.target = target}).empty(), target);
  for (std::string target :
       {"localhost:7233", "10.0.0.1:80", "[::1]:7233", "dns:///a.example:443", "unix:/run/s"})
    BOOST_TEST(error_of({.target = target}) == "", target);
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_port) {
  const auto advice = [](const std::string& target, const std::string& what) {
    return "the target \"" + target + "\" has " + what + "; give host:port, e.g. localhost:7233";
  };
  for (const std::string target : {"localhost", "localhost:", "[::1]", "[::1]:"})
    BOOST_TEST(error_of({.target = target}) == advice(target, "no port"));
  for (const std::string port :
       {"0", "-1", "+1", "65536", "99999", "99999999999999999999", "x", "1 "})
    for (const std::string host : {"localhost:", "[::1]:"})
      BOOST_TEST(
          error_of({.target = host + port})
          == advice(host + port, "the port \"" + port + "\", which is no number from 1 to 65535"));
  for (const std::string target : {"::1", "localhost:7233:1", "::1:7233"})
    BOOST_TEST(
        error_of({.target = target})
        == advice(target, "several colons; an IPv6 address stands in brackets"));
  BOOST_TEST(error_of({.target = "[::1]:65535"}) == "");
}

BOOST_AUTO_TEST_CASE(takes_the_targets_of_tools_in_go) {
  BOOST_TEST(rpc::resolve({.target = ":7233"}).target == "localhost:7233");
  BOOST_TEST(rpc::resolve({.target = "passthrough:///10.0.0.1:80"}).target == "10.0.0.1:80");
  BOOST_TEST(rpc::resolve({.target = "passthrough:///:80"}).target == "localhost:80");
}

BOOST_AUTO_TEST_CASE(no_error_shows_the_user_of_a_url) {
  for (const std::string target :
       {"http://u:secret@h:1/", "u:secret@127.0.0.1:7800", "secret@h", "u:secret@h:x"}) {
    const auto error = error_of({.target = target});
    BOOST_TEST(error.starts_with("the target \"(not shown)@"), error);
    BOOST_TEST(error.find("secret") == std::string::npos, error);
  }
}

BOOST_AUTO_TEST_CASE(no_error_shows_what_is_secret) {
  const std::string secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+/abc";
  const std::vector<troupe::connection_options> rows{
      {.tls = tls_options{.client_certificate = secret, .client_key = secret}},
      {.tls = tls_options{.client_certificate = "a.pem", .client_key = secret}},
      {.tls = tls_options{.server_ca = secret}},
      {.tls = tls_options{.server_ca = secret + "\n" + secret}},
      {.headers = {{"authorization: Bearer " + secret, "x"}}},
      {.headers = {{"authorization", secret + "\n"}}},
      {.api_key = secret + "\n"},
      {.api_key = "Bearer " + secret},
      {.http_proxy = "user:" + secret + "@proxy"},
      {.http_proxy = "http://user:" + secret + "@proxy:80"}};
  for (const auto& each : rows) {
    BOOST_TEST(error_of(each) != "");
    BOOST_TEST(error_of(each).find(secret) == std::string::npos, error_of(each));
  }
}

BOOST_AUTO_TEST_CASE(a_source_of_keys_switches_tls_on_as_a_key_does) {
  const troupe::connection_options with{.api_key_source = [] { return std::string{"key"}; }};
  BOOST_TEST(rpc::uses_tls(with));
  for (const auto& [name, value] : rpc::connection_metadata(with))
    BOOST_TEST(name != "authorization");
}

BOOST_AUTO_TEST_CASE(refuses_headers_that_cannot_travel) {
  BOOST_TEST(!error_of({.headers = {{"bad name", "x"}}}).empty());
  BOOST_TEST(!error_of({.headers = {{"grpc-timeout", "x"}}}).empty());
  BOOST_TEST(!error_of({.headers = {{"name", "line\nbreak"}}}).empty());
  BOOST_TEST(!error_of({.api_key = "key\n"}).empty());
  BOOST_TEST(error_of({.headers = {{"Name", "x"}, {"raw-bin", std::string{"\0\n", 2}}}}) == "");
}

BOOST_AUTO_TEST_CASE(wants_a_certificate_and_its_key_together) {
  BOOST_TEST(
      !error_of({.tls = tls_options{.client_certificate = "-----BEGIN CERTIFICATE-----"}}).empty());
  BOOST_TEST(
      error_of({.tls = tls_options{.server_ca = "no/such/file.pem"}}).find("cannot read")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_api_key_switches_tls_on) {
  BOOST_TEST(!rpc::uses_tls({}));
  BOOST_TEST(rpc::uses_tls({.api_key = "k"}));
  BOOST_TEST(!rpc::uses_tls({.disable_tls = true, .api_key = "k"}));
  BOOST_TEST(rpc::uses_tls({.tls = tls_options{}}));
}

BOOST_AUTO_TEST_CASE(the_users_headers_win) {
  const troupe::connection_options options{
      .api_key = "secret", .headers = {{"authorization", "mine"}}};
  BOOST_TEST(header(options, "authorization") == "mine");
  BOOST_TEST(header({.api_key = "secret"}, "authorization") == "Bearer secret");
  BOOST_TEST(header({.name_space = "ns"}, "temporal-namespace") == "ns");
}

BOOST_AUTO_TEST_CASE(says_who_we_are) {
  BOOST_TEST(rpc::resolve({}).identity.find('@') != std::string::npos);
  BOOST_TEST(rpc::resolve({.identity = "me"}).identity == "me");
}

BOOST_AUTO_TEST_SUITE_END()
