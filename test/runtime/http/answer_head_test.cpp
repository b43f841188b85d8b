// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/answer_head.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace troupe::http;

namespace {

std::string head_of(const response& of, answer_form form = {}) {
  std::string made;
  write_head(of, form, "DATE", made);
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(answer_head)

BOOST_AUTO_TEST_CASE(a_head_is_what_the_answer_and_its_connection_say) {
  BOOST_TEST(
      head_of({.body = "four", .content_type = "a/b", .headers = {{"X-One", "1"}}})
      == "HTTP/1.1 200 OK\r\nDate: DATE\r\nContent-Type: a/b\r\nX-One: 1\r\n"
         "Content-Length: 4\r\n\r\n");
  BOOST_TEST(
      head_of(
          {.status = 404, .content_type = {}},
          {.keeps_alive = false, .varies = true, .is_gzip = true})
      == "HTTP/1.1 404 Not Found\r\nDate: DATE\r\nVary: Accept-Encoding\r\n"
         "Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  BOOST_TEST(
      head_of({.status = 204, .body = "x", .content_type = {}})
      == "HTTP/1.1 204 No Content\r\nDate: DATE\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(of_one_name_the_last_counts) {
  BOOST_TEST(
      head_of(
          {.content_type = "a/b",
           .headers = {{"x", "1"}, {"CONTENT-TYPE", "c/d"}, {"X", "2"}, {"date", "now"}}})
      == "HTTP/1.1 200 OK\r\nCONTENT-TYPE: c/d\r\nX: 2\r\ndate: now\r\nContent-Length: 0\r\n\r\n");
  // As of few, so of many.
  response many;
  for (int i = 0; i < 1'000; ++i)
    many.headers.emplace_back(
        (i % 2 == 0 ? "X-" : "x-") + std::to_string(i % 50), std::to_string(i));
  const auto head = head_of(many);
  for (int i = 0; i < 50; ++i) {
    const auto name = "-" + std::to_string(i) + ": ";
    const auto at = head.find(name);
    BOOST_REQUIRE(at != head.npos);
    BOOST_TEST(head.find(name, at + 1) == head.npos);
    BOOST_TEST(head.substr(at + name.size(), 3) == std::to_string(950 + i));
  }
}

BOOST_AUTO_TEST_CASE(what_frames_the_answer_is_not_for_the_handler_to_say) {
  BOOST_TEST(
      head_of(
          {.body = "four",
           .content_type = {},
           .headers =
               {{"content-length", "1"}, {"Transfer-Encoding", "chunked"}, {"Connection", "x"}}})
      == "HTTP/1.1 200 OK\r\nDate: DATE\r\nContent-Length: 4\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(what_no_header_can_hold_is_thrown) {
  BOOST_CHECK_THROW(head_of({.headers = {{"x", std::string(70'000, 'x')}}}), std::length_error);
  for (const std::string& bad :
       {std::string{"a\r\nb"}, std::string{"a\nb"}, std::string{"a\0b", 3}}) {
    BOOST_CHECK_THROW(head_of({.headers = {{"x", bad}}}), std::invalid_argument);
    BOOST_CHECK_THROW(head_of({.headers = {{bad, "x"}}}), std::invalid_argument);
    BOOST_CHECK_THROW(head_of({.content_type = bad}), std::invalid_argument);
  }
  response many{.headers = {{"x", "a\nb"}}};
  for (int i = 0; i < 50; ++i)
    many.headers.emplace_back("x-" + std::to_string(i), "1");
  BOOST_CHECK_THROW(head_of(many), std::invalid_argument);
  for (const unsigned status : {0U, 99U, 1000U})
    BOOST_CHECK_THROW(head_of({.status = status}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_date_is_that_of_http) {
  http_clock clock;
  const std::string date{clock.date()};
  BOOST_REQUIRE(date.size() == 29U);
  BOOST_TEST(date.substr(3, 2) == ", ");
  BOOST_TEST(date.substr(25) == " GMT");
  BOOST_TEST(date.substr(12, 2) == "20");
}

BOOST_AUTO_TEST_SUITE_END()
