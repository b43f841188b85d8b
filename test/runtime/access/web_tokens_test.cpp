// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/web_tokens.hpp"
#include "test/support/web_token.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;
using namespace std::chrono_literals;
using troupe::time_point;
using troupe::test::token_signer;

namespace {

const time_point start{1'800'000'000s};
const std::string good =
    R"({"sub":"ann","iat":1799999990,"exp":1800000060,"permissions":["orders:write","b:read","bad",3]})";

struct fixture {
  token_signer rsa{token_signer::kind::rsa, "one"};
  token_signer elliptic{token_signer::kind::elliptic, "two"};
  key_set keys = std::move(
      key_set::parse("{\"keys\":[" + rsa.public_key() + ',' + elliptic.public_key() + "]}")
          .value());

  [[nodiscard]] std::string
  refusal(const std::string& token, const std::string& audience = {}, time_point at = start) const {
    const auto read = token_reader{keys, audience}.read(token, at);
    return read ? "taken" : read.error();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(web_tokens, fixture)

BOOST_AUTO_TEST_CASE(takes_what_a_key_of_the_set_has_signed) {
  BOOST_TEST(keys.size() == 2U);
  for (const auto* signer : {&rsa, &elliptic}) {
    const auto read = token_reader{keys, ""}.read(signer->sign(good), start);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read.value().who == "ann");
    BOOST_TEST((read.value().in("orders") == role::write));
    BOOST_TEST((read.value().in("b") == role::read));
    BOOST_TEST((read.value().in("") == role::anyone));
    BOOST_TEST((read.value().expires == start + 60s));
  }
}

BOOST_AUTO_TEST_CASE(the_namespace_of_the_system_is_the_service) {
  const auto read = token_reader{keys, ""}.read(
      rsa.sign(R"({"sub":"root","permissions":["temporal-system:admin"]})"), start);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((read.value().in("") == role::admin));
  BOOST_TEST((read.value().expires == time_point::max()));
}

BOOST_AUTO_TEST_CASE(refuses_what_none_of_them_has_signed) {
  const auto token = rsa.sign(good);
  const auto dot = token.rfind('.');
  BOOST_TEST(refusal("") != "taken");
  BOOST_TEST(refusal("a.b.c") != "taken");
  BOOST_TEST(refusal(token + ".x") != "taken");
  BOOST_TEST(refusal(token.substr(0, dot) + '.') == "its signature is not that of its key");
  auto altered = token;
  altered[token.find('.') + 20] ^= 1;
  BOOST_TEST(refusal(altered) != "taken");
  const token_signer other{token_signer::kind::rsa, "one"};
  BOOST_TEST(refusal(other.sign(good)) == "its signature is not that of its key");
  const token_signer unknown{token_signer::kind::rsa, "three"};
  BOOST_TEST(refusal(unknown.sign(good)) == "no key of the set has its kid and algorithm");
  BOOST_TEST(
      refusal(rsa.sign(good, R"({"alg":"RS256"})"))
      == "no key of the set has its kid and algorithm");
  BOOST_TEST(
      refusal(rsa.sign(good, R"({"alg":"ES256","kid":"one"})"))
      == "no key of the set has its kid and algorithm");
  BOOST_TEST(
      refusal(elliptic.sign(good, R"({"alg":"RS256","kid":"two"})"))
      == "no key of the set has its kid and algorithm");
}

BOOST_AUTO_TEST_CASE(refuses_algorithms_that_need_no_private_key) {
  for (const auto* name : {"none", "None", "HS256", "RS512", ""})
    BOOST_TEST(
        refusal(troupe::test::unsigned_token(
            R"({"alg":")" + std::string{name} + R"(","kid":"one"})", good))
        == "its algorithm is neither RS256 nor ES256");
  BOOST_TEST(
      refusal(troupe::test::hmac_token(R"({"alg":"HS256","kid":"one"})", good, rsa.public_key()))
      == "its algorithm is neither RS256 nor ES256");
  BOOST_TEST(
      refusal(rsa.sign(good, R"({"alg":"RS256","kid":"one","crit":["x"]})"))
      == "its header has a critical extension");
}

BOOST_AUTO_TEST_CASE(refuses_it_outside_of_its_time) {
  const auto token = elliptic.sign(good);
  BOOST_TEST(refusal(token, "", start + 60s) == "its time is over");
  BOOST_TEST(refusal(token, "", start - 20s) == "its time has not come");
  BOOST_TEST(refusal(rsa.sign(R"({"sub":"a","nbf":1800000001})")) == "its time has not come");
  BOOST_TEST(refusal(rsa.sign(R"({"sub":"a","exp":"never"})")) == "its time is over");
  BOOST_TEST(
      refusal(rsa.sign(R"({"sub":"a","exp":1,"exp":9999999999})")) == "it says twice when it ends");
}

BOOST_AUTO_TEST_CASE(looks_at_the_audience_if_there_is_one) {
  BOOST_TEST(refusal(rsa.sign(good), "troupe") == "it is for another audience");
  BOOST_TEST(refusal(rsa.sign(R"({"sub":"a","aud":"troupe"})"), "troupe") == "taken");
  BOOST_TEST(refusal(rsa.sign(R"({"sub":"a","aud":["x","troupe"]})"), "troupe") == "taken");
  BOOST_TEST(
      refusal(rsa.sign(R"({"sub":"a","aud":["troupes"]})"), "troupe")
      == "it is for another audience");
}

BOOST_AUTO_TEST_CASE(needs_a_subject) {
  BOOST_TEST(refusal(rsa.sign(R"({"permissions":["a:read"]})")) == "it has no subject");
}

BOOST_AUTO_TEST_CASE(a_key_set_passes_over_what_it_cannot_use) {
  BOOST_TEST(!key_set::parse("no").has_value());
  BOOST_TEST(!key_set::parse(R"({"keys":1})").has_value());
  BOOST_TEST(
      key_set::parse(
          R"({"keys":[{},1,{"kty":"oct","kid":"k","k":"c2VjcmV0"},{"kty":"RSA","kid":"short","n":"AQAB","e":"AQAB"},)"
          R"({"kty":"EC","kid":"e","crv":"P-256","x":"AA","y":"AA"},{"kty":"EC","kid":"e","crv":"P-521","x":"AA","y":"AA"}]})")
          .value()
          .size()
      == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
