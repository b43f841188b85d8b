// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/content.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/common/v1/message.pb.h>

#include <initializer_list>
#include <map>

using namespace troupe::nexus_http;
using temporal::api::common::v1::Payload;

namespace {

Payload
payload(std::initializer_list<std::pair<std::string, std::string>> metadata, std::string data) {
  Payload made;
  for (const auto& [name, value] : metadata)
    (*made.mutable_metadata())[name] = value;
  made.set_data(std::move(data));
  return made;
}

std::string type_of(const content& from) {
  return std::string{find(from.about, "content-type")};
}

/// What a body with these headers holds: `encoding messageType data`.
std::string read(const headers& with, std::string_view body) {
  Payload made;
  if (!from_content(with, body, made))
    return "refused";
  const auto metadata = [&](const char* name) {
    const auto found = made.metadata().find(name);
    return found == made.metadata().end() ? std::string{"-"} : found->second;
  };
  return metadata("encoding") + ' ' + metadata("messageType") + ' ' + made.data();
}

} // namespace

BOOST_AUTO_TEST_SUITE(content)

BOOST_AUTO_TEST_CASE(each_encoding_has_its_content_type_and_comes_back) {
  const std::pair<Payload, std::string> cases[] = {
      {payload({{"encoding", "json/plain"}}, "1"), "application/json"},
      {payload({{"encoding", "json/protobuf"}, {"messageType", "a.B"}}, "{}"),
       R"(application/json; format=protobuf; message-type="a.B")"},
      {payload({{"encoding", "binary/protobuf"}, {"messageType", "a.B"}}, "x"),
       R"(application/x-protobuf; message-type="a.B")"},
      {payload({{"encoding", "binary/plain"}}, "x"), "application/octet-stream"},
      {payload({{"encoding", "binary/null"}}, ""), ""},
      {payload({{"encoding", "binary/encrypted"}}, "x"), "application/x-temporal-payload"},
      {payload({{"encoding", "binary/plain"}, {"more", "y"}}, "x"),
       "application/x-temporal-payload"},
      {payload({{"encoding", "json/protobuf"}}, "{}"), "application/x-temporal-payload"},
      {payload({{"a", "b"}}, "x"), "application/x-temporal-payload"},
      {payload(
           {{"encoding", "unknown/nexus-content"}, {"type", "text/plain"}, {"language", "de"}},
           "x"),
       "text/plain"},
      {payload({{"encoding", "unknown/nexus-content"}, {"type", "a\r\nb: c"}}, "x"),
       "application/x-temporal-payload"},
      {payload({{"encoding", "json/protobuf"}, {"messageType", "a\nB"}}, "{}"),
       "application/x-temporal-payload"},
      {payload({{"encoding", "json/protobuf"}, {"messageType", std::string(70'000, 'B')}}, "{}"),
       "application/x-temporal-payload"},
      {payload({{"encoding", "json/protobuf"}, {"messageType", std::string(5'000, '"')}}, "{}"),
       "application/x-temporal-payload"},
      {payload({{"encoding", "unknown/nexus-content"}, {"type", std::string(70'000, 'x')}}, "x"),
       "application/x-temporal-payload"},
      {payload(
           {{"encoding", "unknown/nexus-content"},
            {"a", std::string(8'000, 'x')},
            {"b", std::string(8'000, 'x')},
            {"c", std::string(8'000, 'x')}},
           "x"),
       "application/x-temporal-payload"},
      {payload({{"encoding", "unknown/nexus-content"}, {"Length", "1"}}, "x"),
       "application/x-temporal-payload"},
      {payload({{"encoding", "unknown/nexus-content"}, {"Encoding", "gzip"}}, "x"),
       "application/x-temporal-payload"}};
  for (const auto& [from, type] : cases) {
    const auto made = to_content(from);
    BOOST_TEST(type_of(made) == type);
    Payload back;
    BOOST_TEST(from_content(made.about, made.body, back));
    BOOST_TEST(back.SerializeAsString().size() == from.SerializeAsString().size());
    BOOST_TEST(
        (std::map{back.metadata().begin(), back.metadata().end()}
         == std::map{from.metadata().begin(), from.metadata().end()}));
    BOOST_TEST(back.data() == from.data());
  }
  BOOST_TEST(to_content({}).about.empty());
}

BOOST_AUTO_TEST_CASE(a_payload_says_nothing_of_the_message_that_carries_it) {
  for (const char* name : {"length", "Length", "Encoding"})
    BOOST_TEST(
        type_of(to_content(payload({{"encoding", "unknown/nexus-content"}, {name, "5"}}, "x")))
            == "application/x-temporal-payload",
        name);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_kept_with_its_headers) {
  BOOST_TEST(read({{"content-type", "application/json"}}, "1") == "json/plain - 1");
  BOOST_TEST(
      read({{"content-type", "APPLICATION/JSON ; FORMAT=protobuf;message-type=a.B"}}, "{}")
      == "json/protobuf a.B {}");
  BOOST_TEST(read({{"content-length", "1"}, {"content-encoding", "gzip"}}, "") == "binary/null - ");
  const std::string unknown = "unknown/nexus-content - x";
  BOOST_TEST(read({}, "x") == unknown);
  for (const char* type :
       {"application/json; charset=utf-8",
        "text/plain",
        "application/json; format=protobuf",
        "json",
        "",
        "application/",
        "application/json; a",
        "application/json; a=\"b",
        "application/octet-stream; a=b",
        "application/x-protobuf",
        "application/json; a=b; a=c"})
    BOOST_TEST(read({{"content-type", type}}, "x") == unknown, type);
  BOOST_TEST(
      read({{"content-type", "application/json"}, {"content-language", "de"}}, "x") == unknown);
  BOOST_TEST(read({{"content-type", "application/x-temporal-payload"}}, "\x0a\xff") == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
