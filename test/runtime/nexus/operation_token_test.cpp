// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/base64.hpp"
#include "runtime/nexus/operation_token.hpp"

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
  BOOST_TEST(make_workflow_token("ns", "w") == "eyJ0IjoxLCJucyI6Im5zIiwid2lkIjoidyJ9");
}

BOOST_AUTO_TEST_CASE(reads_back_what_it_made) {
  for (std::string id : {"w", "order 17", "ü/?&\"\\\n", "\x3f\x3f\x3f>>>~~~", "a+b/c=d"}) {
    const auto text = make_workflow_token("my-target-namespace", id);
    BOOST_TEST(text.find_first_of("+/=") == text.npos);
    const auto token = parse_token(text);
    BOOST_REQUIRE(token.has_value());
    BOOST_TEST(token->workflow_id == id);
    BOOST_TEST(token->name_space == "my-target-namespace");
    BOOST_TEST((token->type == troupe::nexus::operation_token::kind::workflow_run));
  }
}

BOOST_AUTO_TEST_CASE(takes_padding_unknown_members_and_a_version_of_nothing) {
  BOOST_TEST(parse_token(encoded(R"({"t":1,"ns":"n","wid":"w","new":[{"a":1}]})")).has_value());
  BOOST_TEST(parse_token(encoded(R"({"v":0,"t":1,"ns":"n","wid":"w"})")).has_value());
  BOOST_TEST(parse_token(encoded(R"({"v":null,"t":1,"ns":"n","wid":"w"})")).has_value());
}

BOOST_AUTO_TEST_CASE(knows_the_tokens_of_activities_and_updates) {
  using kind = troupe::nexus::operation_token::kind;
  BOOST_TEST((parse_token(encoded(R"({"t":2,"ns":"n","aid":"a"})"))->type == kind::activity));
  BOOST_TEST(
      (parse_token(encoded(R"({"t":3,"ns":"n","wid":"w","rid":"r","uid":"u"})"))->type
       == kind::workflow_update));
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
        encoded(R"({"v":1,"t":1,"ns":"n","wid":"w"})")})
    BOOST_TEST(!parse_token(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
