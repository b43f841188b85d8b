// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/api_keys.hpp"
#include "runtime/access/certificate_maker.hpp"
#include "runtime/access/gatekeeper.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/openssl_objects.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/temporary_folder.hpp"
#include "test/support/web_token.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/pem.h>

using namespace troupe::access;
using namespace std::chrono_literals;
using troupe::duration;
using troupe::time_point;
using troupe::test::token_signer;

namespace {

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

using keeper_of = troupe::access::gatekeeper;

/// The same CA, but not signed by itself.
made_certificate signed_by(const made_certificate& root, made_certificate which) {
  using namespace troupe;
  const auto read = [](const std::string& pem) {
    return certificate_ptr{PEM_read_bio_X509(reader_of(pem).get(), nullptr, nullptr, nullptr)};
  };
  const auto made = read(which.certificate);
  const auto by = read(root.certificate);
  const key_ptr key{PEM_read_bio_PrivateKey(reader_of(root.key).get(), nullptr, nullptr, nullptr)};
  X509_set_issuer_name(made.get(), X509_get_subject_name(by.get()));
  X509_sign(made.get(), key.get(), EVP_sha256());
  const bio_ptr out{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(out.get(), made.get());
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  which.certificate.assign(text, static_cast<std::size_t>(size));
  return which;
}

struct fixture {
  troupe::test::captured_log log{troupe::log::level::debug};
  troupe::test::temporary_folder folder;
  token_signer signer{token_signer::kind::elliptic, "one"};
  made_key key = make_api_key("ci", {"orders:write"}, now(), std::nullopt);
  made_certificate authority = make_authority({.organisation = "orders", .validity = 24h}, now());

  std::string write_keys(const std::vector<api_key>& all) {
    troupe::access::api_keys keys;
    for (const auto& each : all)
      keys.add(each);
    return folder.write("keys.json", keys.text());
  }

  static std::optional<grants>
  ask(keeper_of& of, const std::string& header, const std::string& pem = {}) {
    return of.find(header, [&] { return pem; }, now());
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gatekeeper, fixture)

BOOST_AUTO_TEST_CASE(a_key_stands_behind_bearer) {
  keeper_of keeper{{.api_key_file = write_keys({key.entry})}};
  BOOST_TEST(ask(keeper, "Bearer " + key.secret).has_value());
  BOOST_TEST(ask(keeper, "bearer " + key.secret).has_value());
  for (const auto& header :
       {std::string{},
        std::string{"Bearer"},
        std::string{"Bearer "},
        key.secret,
        "Basic " + key.secret,
        "Bearer  " + key.secret,
        "Bearer " + key.secret + ' ',
        "Bearer " + std::string(20'000, 'x')})
    BOOST_TEST(!ask(keeper, header));
}

BOOST_AUTO_TEST_CASE(a_changed_file_counts_at_once) {
  const auto path = write_keys({key.entry});
  keeper_of keeper{{.api_key_file = path}};
  auto revoked = key.entry;
  revoked.revoked = now();
  write_keys({revoked});
  keeper.refresh();
  BOOST_TEST(!ask(keeper, "Bearer " + key.secret));
  write_keys({key.entry});
  keeper.refresh();
  BOOST_TEST(ask(keeper, "Bearer " + key.secret).has_value());
  // Nothing of it, and what was read before stays.
  folder.write("keys.json", "{");
  keeper.refresh();
  BOOST_TEST(ask(keeper, "Bearer " + key.secret).has_value());
  BOOST_TEST(log.count("what was read before stays") == 1U);
  std::filesystem::remove(path);
  keeper.refresh();
  BOOST_TEST(!ask(keeper, "Bearer " + key.secret));
}

// What TLS tells of a session that is resumed: the client's own certificate and nothing else.
BOOST_AUTO_TEST_CASE(a_chain_is_known_again_by_its_first_certificate) {
  const auto middle =
      signed_by(authority, make_authority({.organisation = "middle", .validity = 2h}, now()));
  const auto leaf = make_leaf({.organisation = "o", .validity = 1h}, middle, now()).certificate;
  const auto other = make_leaf({.organisation = "o", .validity = 1h}, middle, now()).certificate;
  const auto path = folder.write("ca.pem", authority.certificate);
  keeper_of keeper{{.client_authorities = {{path, "orders"}}}};
  BOOST_TEST(!ask(keeper, {}, leaf));
  BOOST_TEST(ask(keeper, {}, leaf + middle.certificate).has_value());
  BOOST_TEST(ask(keeper, {}, leaf).has_value());
  BOOST_TEST(!ask(keeper, {}, other));
  BOOST_TEST(!keeper.find({}, [&] { return leaf; }, now() + 3h));
  std::filesystem::remove(path);
  keeper.refresh();
  BOOST_TEST(!ask(keeper, {}, leaf));
  BOOST_TEST(!ask(keeper, {}, leaf + middle.certificate));
}

BOOST_AUTO_TEST_CASE(a_key_without_an_end_in_sight_counts) {
  auto late = key.entry;
  late.expires = time_point::max();
  auto path = write_keys({late});
  std::string text = troupe::read_file(path, 1 << 20).bytes;
  const auto at = text.find("2262-");
  BOOST_REQUIRE(at != std::string::npos);
  text.replace(at, 4, "9999"); // beyond what nanoseconds can count
  folder.write("keys.json", text);
  keeper_of keeper{{.api_key_file = path}};
  BOOST_TEST(ask(keeper, "Bearer " + key.secret).has_value());
}

BOOST_AUTO_TEST_CASE(a_token_is_checked_once_and_ends_in_time) {
  keeper_of keeper{{.token_key_set = folder.write("keys.jwks", signer.key_set())}};
  const auto end = std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()) + 60s;
  const auto header = "Bearer "
                      + signer.sign(
                          R"({"sub":"ann","permissions":["orders:read"],"exp":)"
                          + std::to_string(end.count()) + '}');
  for (int i = 0; i < 2; ++i) {
    const auto found = ask(keeper, header);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST((found->in("orders") == role::read));
  }
  BOOST_TEST(!keeper.find(header, [] { return std::string{}; }, now() + 61s));
  BOOST_TEST(!keeper.find(header, [] { return std::string{}; }, now() + 61s));
  // Its key is gone.
  BOOST_TEST(ask(keeper, header).has_value());
  folder.write("keys.jwks", token_signer{token_signer::kind::elliptic, "one"}.key_set());
  keeper.refresh();
  BOOST_TEST(!ask(keeper, header));
}

BOOST_AUTO_TEST_CASE(a_certificate_counts_only_without_a_header) {
  const auto client =
      make_leaf({.organisation = "o", .validity = 1h}, authority, now()).certificate;
  keeper_of keeper{
      {.api_key_file = write_keys({key.entry}),
       .client_authorities = {{folder.write("ca.pem", authority.certificate), "orders"}}}};
  BOOST_TEST((ask(keeper, "", client)->in("orders") == role::write));
  BOOST_TEST(!ask(keeper, "Bearer wrong", client));
  BOOST_TEST(!ask(keeper, "Bearer " + key.secret + "x", client));
  BOOST_TEST(!ask(keeper, ""));
  // Others sign from now on.
  folder.write(
      "ca.pem", make_authority({.organisation = "orders", .validity = 24h}, now()).certificate);
  keeper.refresh();
  BOOST_TEST(!ask(keeper, "", client));
}

BOOST_AUTO_TEST_CASE(files_that_are_not_there_are_named) {
  const auto why = [](gate_options options) {
    try {
      keeper_of{std::move(options)};
    } catch (const access_error& error) {
      return std::string{error.what()};
    }
    return std::string{"taken"};
  };
  BOOST_TEST(why({.api_key_file = folder.path("no.json")}).find("no.json") != std::string::npos);
  BOOST_TEST(why({.token_key_set = folder.path("no.jwks")}).find("no.jwks") != std::string::npos);
  BOOST_TEST(
      why({.client_authorities = {{folder.path("no.pem"), ""}}}).find("no.pem")
      != std::string::npos);
  BOOST_TEST(
      why({.client_authorities = {{folder.write("empty.pem", ""), ""}}}).find("no certificate")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_that_is_secret_is_logged) {
  keeper_of keeper{
      {.api_key_file = write_keys({key.entry}),
       .token_key_set = folder.write("keys.jwks", signer.key_set())}};
  const auto token = signer.sign(R"({"sub":"ann","exp":1})");
  ask(keeper, "Bearer " + token);
  ask(keeper, "Bearer " + key.secret + "planted");
  BOOST_TEST(log.count("planted") == 0U);
  BOOST_TEST(log.count(token.substr(0, 30)) == 0U);
  BOOST_TEST(log.count(key.secret.substr(0, 25)) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
