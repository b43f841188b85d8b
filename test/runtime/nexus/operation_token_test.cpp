// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/base64.hpp"

#include <troupe/nexus/operation_token.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe::nexus;

namespace {

std::string encoded(std::string_view json) {
  return troupe::to_base64(json);
}

} // namespace

BOOST_AUTO_TEST_SUITE(operation_token)

BOOST_AUTO_TEST_CASE(is_unpadded_base64url_of_compact_json) {
  // {"t":1,"ns":"ns","wid":"w"}
  BOOST_TEST(make_token(workflow_run_token{"ns", "w"}) == "eyJ0IjoxLCJucyI6Im5zIiwid2lkIjoidyJ9");
}

BOOST_AUTO_TEST_CASE(reads_back_what_it_made) {
  for (std::string id : {"w", "order 17", "ü/?&\"\\\n", "\x3f\x3f\x3f>>>~~~", "a+b/c=d"}) {
    const auto text = make_token(workflow_run_token{"my-target-namespace", id});
    BOOST_TEST(text.find_first_of("+/=") == text.npos);
    const auto token = parse_token(text);
    BOOST_REQUIRE(token.has_value());
    BOOST_TEST(
        (token == troupe::nexus::operation_token{workflow_run_token{"my-target-namespace", id}}));
  }
}

BOOST_AUTO_TEST_CASE(takes_padding_unknown_members_and_a_version_of_nothing) {
  BOOST_TEST(parse_token(encoded(R"({"t":1,"ns":"n","wid":"w","new":[{"a":1}]})")).has_value());
  BOOST_TEST(parse_token(encoded(R"({"v":0,"t":1,"ns":"n","wid":"w"})")).has_value());
  BOOST_TEST(parse_token(encoded(R"({"v":null,"t":1,"ns":"n","wid":"w"})")).has_value());
}

BOOST_AUTO_TEST_CASE(knows_the_tokens_of_activities_and_updates) {
  const auto is = [](std::string_view json, const troupe::nexus::operation_token& token) {
    return parse_token(encoded(json)) == token && parse_token(make_token(token)) == token;
  };
  BOOST_TEST(is(R"({"t":2,"ns":"n","aid":"a"})", activity_token{"n", "a", ""}));
  BOOST_TEST(is(R"({"t":2,"ns":"n","aid":"a","rid":null})", activity_token{"n", "a", ""}));
  BOOST_TEST(is(R"({"rid":"r","aid":"a","ns":"n","t":2})", activity_token{"n", "a", "r"}));
  BOOST_TEST(
      is(R"({"t":3,"ns":"n","wid":"w","rid":"r","uid":"u"})",
         workflow_update_token{"n", "w", "r", "u"}));
  // As other SDKs write them.
  BOOST_TEST(
      make_token(workflow_update_token{"n", "w", "r", "u"})
      == troupe::to_base64url(R"({"t":3,"ns":"n","wid":"w","rid":"r","uid":"u"})"));
  BOOST_TEST(
      make_token(activity_token{"n", "a", ""})
      == troupe::to_base64url(R"({"t":2,"ns":"n","aid":"a"})"));
}

BOOST_AUTO_TEST_CASE(refuses_everything_else) {
  for (std::string text :
       {std::string{},
        std::string{"golden-token"},
        std::string{"%%%"},
        std::string(5000, 'A'),
        encoded("not json"),
        encoded("[]"),
        encoded("null"),
        encoded(R"({"t":1,"ns":"n","wid":"w"} trailing)"),
        encoded(R"({"t":1,"ns":"n","wid":7})"),
        encoded(R"({"t":"1","ns":"n","wid":"w"})"),
        encoded(R"({"t":0,"ns":"n","wid":"w"})"),
        encoded(R"({"t":4,"ns":"n","wid":"w"})"),
        encoded(R"({"ns":"n","wid":"w"})"),
        encoded(R"({"t":1,"ns":"","wid":"w"})"),
        encoded(R"({"t":1,"wid":"w"})"),
        encoded(R"({"t":1,"ns":"n"})"),
        encoded(R"({"t":2,"ns":"n","wid":"w"})"),
        encoded(R"({"t":3,"ns":"n","wid":"w","rid":"r"})"),
        encoded(R"({"t":3,"ns":"n","uid":"u"})"),
        encoded(R"({"v":1,"t":1,"ns":"n","wid":"w"})")})
    BOOST_TEST(!parse_token(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
