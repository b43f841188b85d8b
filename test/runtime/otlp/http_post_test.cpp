// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/http_post.hpp"
#include "test/runtime/otlp/collector.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using troupe::otlp::parse_http_url;
using troupe::otlp::post_json;
using troupe::test::collector;

BOOST_AUTO_TEST_SUITE(http_post)

BOOST_AUTO_TEST_CASE(reads_urls_of_http_and_https_and_no_others) {
  const auto full = parse_http_url("http://collector:4318/otlp/");
  BOOST_REQUIRE(full);
  BOOST_TEST(full->host == "collector");
  BOOST_TEST(full->port == "4318");
  BOOST_TEST(full->path == "/otlp/");
  BOOST_TEST(parse_http_url("http://h")->port == "80");
  BOOST_TEST(parse_http_url("http://[::1]:1")->host == "::1");
  BOOST_TEST(!full->is_tls);
  const auto hidden = parse_http_url("https://collector/otlp");
  BOOST_REQUIRE(hidden);
  BOOST_TEST(hidden->is_tls);
  BOOST_TEST(hidden->host == "collector");
  BOOST_TEST(hidden->port == "443");
  BOOST_TEST(parse_http_url("https://h:4318")->port == "4318");
  for (const auto* text :
       {"",
        "h:1",
        "ftp://h:1",
        "https://",
        "HTTPS//h",
        "http://",
        "http://:1",
        "http://h:",
        "http://h:x",
        "http://h:123456",
        "http://me@h:1",
        "http://h h:1",
        "http://h:1/a\r\nX: y"})
    BOOST_TEST(!parse_http_url(text), text);
}

BOOST_AUTO_TEST_CASE(sends_headers_and_body) {
  collector to;
  BOOST_TEST(
      post_json(*parse_http_url(to.url() + "/v1/metrics"), {{"api-key", "k"}}, "{\"a\":1}", 10s)
      == "");
  const auto request = to.wait_for(1)[0];
  BOOST_TEST(request.starts_with("POST /v1/metrics HTTP/1.1\r\n"));
  BOOST_TEST(request.find("Host: 127.0.0.1:" + to.port() + "\r\n") != std::string::npos);
  BOOST_TEST(request.find("api-key: k\r\n") != std::string::npos);
  BOOST_TEST(request.find("Content-Type: application/json\r\n") != std::string::npos);
  BOOST_TEST(request.ends_with("\r\n\r\n{\"a\":1}"));
}

BOOST_AUTO_TEST_CASE(tells_what_went_wrong) {
  collector refusing{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\n\r\nno key"};
  BOOST_TEST(post_json(*parse_http_url(refusing.url()), {}, "{}", 10s) == "HTTP 401 no key");
  collector nonsense{"SSH-2.0-x\r\n\r\n"};
  BOOST_TEST(post_json(*parse_http_url(nonsense.url()), {}, "{}", 10s).starts_with("read: "));
  collector silent{""};
  BOOST_TEST(post_json(*parse_http_url(silent.url()), {}, "{}", 50ms) == "it took too long");
  BOOST_TEST(
      post_json(*parse_http_url("http://127.0.0.1:1"), {}, "{}", 10s)
      == "connect: Connection refused");
}

// What a collector that is not who it should be gets: nothing, not even the headers with a key.
BOOST_AUTO_TEST_CASE(speaks_tls_only_with_whom_it_trusts) {
  const auto folder = std::string{TROUPE_TEST_DATA} + "/runtime/";
  const auto own = folder + "otlp/pem/collector";
  const auto ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
  collector to{ok, own};
  auto url = *parse_http_url(to.url() + "/v1/traces");
  BOOST_TEST(
      post_json(url, {{"api-key", "k"}}, "{}", 10s).starts_with("handshake: certificate verify"));
  url.ca_file = own + ".pem";
  BOOST_TEST(post_json(url, {{"api-key", "k"}}, "{\"a\":1}", 10s) == "");
  const auto requests = to.wait_for(1);
  BOOST_TEST(requests.size() == 1u); // the first was none
  BOOST_TEST(requests[0].starts_with("POST /v1/traces HTTP/1.1\r\n"));
  BOOST_TEST(requests[0].ends_with("\r\n\r\n{\"a\":1}"));
  url.host = "localhost"; // another name of the same, and of its certificate
  BOOST_TEST(post_json(url, {}, "{}", 10s) == "");

  collector other{ok, folder + "rpc/pem/server"}; // trusted, but of another name
  url = *parse_http_url(other.url());
  url.ca_file = folder + "rpc/pem/ca.pem";
  BOOST_TEST(post_json(url, {}, "{}", 10s).starts_with("handshake: certificate verify"));
  url.ca_file = folder + "not there";
  BOOST_TEST(post_json(url, {}, "{}", 10s).starts_with("certificates: "));
}

BOOST_AUTO_TEST_SUITE_END()
