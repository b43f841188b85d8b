// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/rpc/grpc_test_server.hpp"

#include <boost/test/unit_test.hpp>
#include <grpcpp/security/server_credentials.h>

#include <fstream>
#include <sstream>

using namespace troupe;

namespace {

std::string pem_path(const std::string& name) {
  return std::string{TROUPE_TEST_DATA} + "/runtime/rpc/pem/" + name;
}

std::string read(const std::string& name) {
  std::ifstream file{pem_path(name)};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Speaks TLS as `troupe.test`; wants a client certificate of the test CA if asked to.
std::shared_ptr<grpc::ServerCredentials> server_credentials(bool wants_client) {
  grpc::SslServerCredentialsOptions options{
      wants_client ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                   : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE};
  options.pem_key_cert_pairs.push_back({read("server.key"), read("server.pem")});
  options.pem_root_certs = read("ca.pem");
  return grpc::SslServerCredentials(options);
}

} // namespace

BOOST_AUTO_TEST_SUITE(grpc_tls)

BOOST_AUTO_TEST_CASE(verifies_the_server_by_ca_and_name) {
  test::grpc_test_server server{0, server_credentials(false)};
  test::blocking_caller caller{
      {.target = server.target(),
       .tls = tls_options{.server_ca = pem_path("ca.pem"), .server_name = "troupe.test"}}};
  const auto got = caller.call("/t/echo", "hello");
  BOOST_TEST(got.status.ok(), got.status.message);
  BOOST_TEST(got.message == "hello");
}

BOOST_AUTO_TEST_CASE(refuses_a_server_of_another_name) {
  test::grpc_test_server server{0, server_credentials(false)};
  test::blocking_caller caller{
      {.target = server.target(),
       .tls = tls_options{.server_ca = read("ca.pem"), .server_name = "other.test"}}};
  BOOST_TEST((caller.call("/t/echo", "hello").status.code == status_code::unavailable));
}

BOOST_AUTO_TEST_CASE(refuses_a_server_that_no_trusted_root_knows) {
  test::grpc_test_server server{0, server_credentials(false)};
  test::blocking_caller caller{
      {.target = server.target(), .tls = tls_options{.server_name = "troupe.test"}}};
  BOOST_TEST((caller.call("/t/echo", "hello").status.code == status_code::unavailable));
}

BOOST_AUTO_TEST_CASE(trusts_everybody_where_verification_is_off) {
  test::grpc_test_server server{0, server_credentials(false)};
  test::blocking_caller caller{
      {.target = server.target(), .tls = tls_options{.disable_host_verification = true}}};
  const auto got = caller.call("/t/echo", "hello");
  BOOST_TEST(got.status.ok(), got.status.message);
}

BOOST_AUTO_TEST_CASE(shows_a_client_certificate) {
  test::grpc_test_server server{0, server_credentials(true)};
  const tls_options without{.server_ca = read("ca.pem"), .server_name = "troupe.test"};
  auto with = without;
  with.client_certificate = pem_path("client.pem");
  with.client_key = read("client.key");
  test::blocking_caller known{{.target = server.target(), .tls = with}};
  const auto got = known.call("/t/echo", "hello");
  BOOST_TEST(got.status.ok(), got.status.message);
  test::blocking_caller unknown{{.target = server.target(), .tls = without}};
  BOOST_TEST((unknown.call("/t/echo", "hello").status.code == status_code::unavailable));
}

BOOST_AUTO_TEST_CASE(sends_the_api_key_over_tls) {
  test::grpc_test_server server{0, server_credentials(false)};
  test::blocking_caller caller{
      {.target = server.target(),
       .tls = tls_options{.server_ca = read("ca.pem"), .server_name = "troupe.test"},
       .api_key = "secret"}};
  BOOST_TEST(
      caller.call("/t/headers", "x").message.find("authorization=Bearer secret")
      != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
