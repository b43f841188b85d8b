// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/certificate_maker.hpp"
#include "runtime/access/client_authorities.hpp"
#include "runtime/access/server_certificates.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

using namespace troupe::access;
using namespace std::chrono_literals;
using troupe::duration;
using troupe::time_point;

namespace {

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

const auto orders = make_authority({.organisation = "orders", .validity = 24h}, now());
const auto payments = make_authority({.organisation = "payments", .validity = 24h}, now());

made_certificate client_of(const made_certificate& authority, const char* name = "worker") {
  return make_leaf({.organisation = "o", .common_name = name, .validity = 1h}, authority, now());
}

/// What TLS libraries take it for.
bool is_good_for(const made_certificate& made, int purpose) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text{
      BIO_new_mem_buf(made.certificate.data(), static_cast<int>(made.certificate.size())),
      BIO_free};
  const std::unique_ptr<X509, decltype(&X509_free)> read{
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free};
  return read && X509_check_purpose(read.get(), purpose, 0) == 1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_AUTO_TEST_CASE(who_has_signed_says_what_is_allowed) {
  client_authorities known;
  BOOST_TEST(known.is_empty());
  known.trust(orders.certificate, "orders");
  known.trust(payments.certificate, "");
  const auto of_orders = known.find(client_of(orders).certificate, now());
  BOOST_REQUIRE(of_orders.has_value());
  BOOST_TEST(of_orders->who == "CN=worker,O=o");
  BOOST_TEST((of_orders->in("orders") == role::write));
  BOOST_TEST((of_orders->in("payments") == role::anyone));
  BOOST_TEST((of_orders->in("") == role::anyone));
  BOOST_TEST((known.find(client_of(payments).certificate, now())->in("") == role::admin));
}

BOOST_AUTO_TEST_CASE(an_authority_of_two_namespaces_grants_both) {
  client_authorities known;
  known.trust(orders.certificate, "a");
  known.trust(orders.certificate, "b");
  const auto found = known.find(client_of(orders).certificate, now());
  BOOST_TEST((found->in("a") == role::write));
  BOOST_TEST((found->in("b") == role::write));
}

BOOST_AUTO_TEST_CASE(others_are_nobody) {
  client_authorities known;
  known.trust(orders.certificate, "orders");
  BOOST_TEST(!known.find(client_of(payments).certificate, now()));
  // The same names, another key.
  const auto imitated = make_authority({.organisation = "orders", .validity = 24h}, now());
  BOOST_TEST(!known.find(client_of(imitated).certificate, now()));
  // A client's certificate signs nobody's.
  BOOST_TEST(!known.find(client_of(orders).certificate, now() + 2h));
  BOOST_TEST(!known.find("", now()));
  BOOST_TEST(!known.find("no certificate", now()));
  BOOST_CHECK_THROW(
      (void)make_leaf({.organisation = "o", .validity = 1min}, client_of(orders), now()),
      access_error);
}

BOOST_AUTO_TEST_CASE(a_certificate_of_a_server_is_one_of_a_client_too) {
  client_authorities known;
  known.trust(orders.certificate, "orders");
  const auto made = make_leaf(
      {.organisation = "o", .hosts = {"localhost", "127.0.0.1", "::1"}, .validity = 1h},
      orders,
      now());
  BOOST_TEST(known.find(made.certificate, now()).has_value());
  BOOST_TEST(is_good_for(made, X509_PURPOSE_SSL_SERVER));
  BOOST_TEST(is_good_for(made, X509_PURPOSE_SSL_CLIENT));
}

BOOST_AUTO_TEST_CASE(a_certificate_without_hosts_is_one_of_a_client_only) {
  const auto made = client_of(orders);
  BOOST_TEST(is_good_for(made, X509_PURPOSE_SSL_CLIENT));
  BOOST_TEST(!is_good_for(made, X509_PURPOSE_SSL_SERVER));
}

BOOST_AUTO_TEST_CASE(requests_that_make_no_sense_are_refused) {
  BOOST_CHECK_THROW(
      (void)make_authority({.organisation = "", .validity = 1h}, now()), access_error);
  BOOST_CHECK_THROW(
      (void)make_authority({.organisation = "o", .validity = 0h}, now()), access_error);
  BOOST_CHECK_THROW(
      (void)make_authority({.organisation = std::string(65, 'o'), .validity = 1h}, now()),
      access_error);
  BOOST_CHECK_THROW(
      (void)make_leaf({.organisation = "o", .validity = 48h}, orders, now()), access_error);
  BOOST_CHECK_THROW(
      (void)make_leaf({.organisation = "o", .hosts = {"a,DNS:b"}, .validity = 1h}, orders, now()),
      access_error);
  BOOST_CHECK_THROW(
      (void)make_leaf(
          {.organisation = "o", .validity = 1h}, {orders.certificate, payments.key}, now()),
      access_error);
}

BOOST_AUTO_TEST_CASE(a_server_reads_its_files_anew_when_they_change) {
  const troupe::test::captured_log log{troupe::log::level::info};
  const troupe::test::temporary_folder folder;
  const auto first = client_of(orders, "first");
  const auto second = client_of(orders, "second");
  server_certificates files{
      {.certificate = folder.write("tls.crt", first.certificate),
       .key = folder.write("tls.key", first.key)}};
  const auto before = files.current();
  BOOST_TEST(before->certificate == first.certificate);
  files.refresh();
  BOOST_TEST(files.current() == before);

  // Half of a change.
  folder.write("tls.crt", second.certificate);
  files.refresh();
  BOOST_TEST(files.current() == before);
  BOOST_TEST(log.count("what was read before stays") == 1U);
  folder.write("tls.key", second.key);
  files.refresh();
  BOOST_TEST(files.current()->certificate == second.certificate);
  BOOST_TEST(files.current()->key == second.key);
  BOOST_TEST(log.count("read anew") == 1U);
  BOOST_TEST(log.count("PRIVATE") == 0U);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_certificate_is_warned_of_once_a_day) {
  const troupe::test::captured_log log;
  const troupe::test::temporary_folder folder;
  const auto soon = client_of(orders);
  server_certificates files{
      {.certificate = folder.write("tls.crt", soon.certificate),
       .key = folder.write("tls.key", soon.key)}};
  files.refresh();
  BOOST_TEST(log.count("ends soon") == 1U);
  BOOST_TEST((files.expires() > now() + 50min));
  BOOST_TEST((files.expires() < now() + 70min));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_named) {
  const troupe::test::temporary_folder folder;
  const auto one = client_of(orders);
  const auto crt = folder.write("tls.crt", one.certificate);
  const auto key = folder.write("tls.key", one.key);
  const auto other = folder.write("other.key", client_of(orders).key);
  BOOST_CHECK_THROW(server_certificates({.certificate = crt, .key = other}), access_error);
  BOOST_CHECK_THROW(
      server_certificates({.certificate = crt, .key = folder.path("none.key")}), access_error);
  BOOST_CHECK_THROW(
      server_certificates({.certificate = crt, .key = key, .client_authorities = {key}}),
      access_error);
}

BOOST_AUTO_TEST_SUITE_END()
