// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/api_keys.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::access;
using namespace std::chrono_literals;
using troupe::time_point;

namespace {

const time_point start{1'800'000'000s};

} // namespace

BOOST_AUTO_TEST_SUITE(api_keys)

BOOST_AUTO_TEST_CASE(a_role_may_do_what_those_before_it_may) {
  grants of;
  BOOST_TEST(of.add("orders:write"));
  BOOST_TEST((of.in("orders") == role::write));
  BOOST_TEST((of.in("orders") >= role::worker));
  BOOST_TEST((of.in("orders") < role::admin));
  BOOST_TEST((of.in("other") == role::anyone));
  BOOST_TEST((of.in("") == role::anyone));
}

BOOST_AUTO_TEST_CASE(a_role_in_the_service_is_one_in_every_namespace) {
  grants of;
  BOOST_TEST(of.add("temporal-system:Read"));
  BOOST_TEST(of.add("orders:admin"));
  BOOST_TEST(of.add("orders:worker"));
  BOOST_TEST((of.in("") == role::read));
  BOOST_TEST((of.in("any") == role::read));
  BOOST_TEST((of.in("orders") == role::admin));
}

BOOST_AUTO_TEST_CASE(what_is_no_permission_grants_nothing) {
  grants of;
  for (const auto* text : {"", "orders", ":read", "orders:", "orders:owner", "orders:read:write"})
    BOOST_TEST(!of.add(text), text);
  BOOST_TEST(of.namespaces.empty());
  BOOST_TEST((of.system == role::anyone));
}

BOOST_AUTO_TEST_CASE(a_key_is_found_by_its_text_alone) {
  const auto made = make_api_key("ci", {"orders:write"}, start, start + 24h);
  const auto other = make_api_key("", {"temporal-system:admin"}, start, std::nullopt);
  troupe::access::api_keys keys;
  keys.add(made.entry);
  keys.add(other.entry);
  BOOST_TEST(is_api_key(made.secret));
  const auto found = keys.find(made.secret, start);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->who == "ci");
  BOOST_TEST((found->in("orders") == role::write));
  BOOST_TEST((found->expires == start + 24h));
  BOOST_TEST((keys.find(other.secret, start + 1000 * 24h)->system == role::admin));

  auto changed = made.secret;
  changed.back() = changed.back() == '0' ? '1' : '0';
  BOOST_TEST(!keys.find(changed, start));
  BOOST_TEST(!keys.find(made.secret.substr(0, made.secret.size() - 1), start));
  BOOST_TEST(!keys.find(made.secret + '0', start));
  BOOST_TEST(!keys.find(made.entry.hash, start));
  BOOST_TEST(!keys.find("", start));
  BOOST_TEST(!keys.find(made.secret, start + 24h));
}

BOOST_AUTO_TEST_CASE(a_revoked_key_is_none) {
  const auto made = make_api_key("ci", {"orders:write"}, start, std::nullopt);
  troupe::access::api_keys keys;
  keys.add(made.entry);
  BOOST_TEST(keys.find(made.secret, start).has_value());
  keys.by_id(made.entry.id)->revoked = start;
  BOOST_TEST(!keys.find(made.secret, start));
  BOOST_TEST(keys.remove(made.entry.id));
  BOOST_TEST(!keys.remove(made.entry.id));
}

BOOST_AUTO_TEST_CASE(its_file_holds_no_key_and_reads_back) {
  const auto made = make_api_key("ci \"x\"", {"orders:write", "b:read"}, start, start + 24h);
  troupe::access::api_keys keys;
  keys.add(made.entry);
  keys.by_id(made.entry.id)->revoked = start + 1s;
  const auto text = keys.text();
  BOOST_TEST(text.find(made.secret) == std::string::npos);
  BOOST_TEST(text.find(made.secret.substr(made.secret.size() - 16)) == std::string::npos);
  const auto read = troupe::access::api_keys::parse(text);
  BOOST_REQUIRE(read.has_value());
  BOOST_REQUIRE(read.value().all().size() == 1U);
  const auto& entry = read.value().all().front();
  BOOST_TEST(entry.name == "ci \"x\"");
  BOOST_TEST((entry.permissions == made.entry.permissions));
  BOOST_TEST((entry.created == start));
  BOOST_TEST((entry.expires == start + 24h));
  BOOST_TEST((entry.revoked == start + 1s));
  BOOST_TEST(read.value().text() == text);
  BOOST_TEST(troupe::access::api_keys::parse("\n").value().all().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_none_is_refused_without_showing_it) {
  const std::string hash(64, 'a');
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"secret", "no list"},
           {R"({"keys":3})", "no list"},
           {R"({"keys":[{"id":"secret"}]})", "number 1 has no id"},
           {R"({"keys":[{"id":"0123456789ab","sha256":"secret"}]})", "no sha256"},
           {R"({"keys":[{"id":"0123456789ab","sha256":")" + hash + R"("}]})", "no permissions"},
           {R"({"keys":[{"id":"0123456789ab","sha256":")" + hash
                + R"(","permissions":["secret"]}]})",
            "NAMESPACE:ROLE"},
           {R"({"keys":[{"id":"0123456789ab","sha256":")" + hash
                + R"(","permissions":[],"expires":"secret"}]})",
            "time"}}) {
    const auto read = troupe::access::api_keys::parse(text);
    BOOST_REQUIRE(!read.has_value());
    BOOST_TEST(read.error().find(why) != std::string::npos, read.error());
    BOOST_TEST(read.error().find("secret") == std::string::npos, read.error());
  }
}

BOOST_AUTO_TEST_SUITE_END()
