// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/guard.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using troupe::http::incoming;

namespace {

class welcome final : public troupe::http::handler {
public:
  troupe::unique_function<void()>
  serve(std::shared_ptr<const incoming>, troupe::http::answer_function answer) override {
    answer([] { return troupe::http::response{.body = "welcome"}; });
    return {};
  }
};

using headers = std::vector<std::pair<std::string, std::string>>;

std::string ask(headers with, bool on_loopback = true, std::vector<std::string> allowed = {}) {
  welcome inner;
  troupe::gateway::guard guard{inner, on_loopback, std::move(allowed)};
  std::string got;
  guard.serve(
      std::make_shared<const incoming>(incoming{.method = "GET", .headers = std::move(with)}),
      [&](troupe::http::answer_maker make) {
        const auto answer = make();
        BOOST_TEST((answer.status == 403) == (answer.body != "welcome"));
        got = answer.body;
      });
  return got;
}

const std::string bad_host = R"({"code":7,"message":"Host not allowed"})";
const std::string bad_origin = R"({"code":7,"message":"Origin not allowed"})";

} // namespace

BOOST_AUTO_TEST_SUITE(guard)

BOOST_AUTO_TEST_CASE(callers_of_nexus_are_refused_in_its_form) {
  welcome inner;
  troupe::gateway::guard guard{inner, true};
  for (const auto& [path, is_nexus] : std::vector<std::pair<std::string, bool>>{
           {"/nexus/endpoints/1/services/s/o", true},
           {"/namespaces/n/task-queues/q/nexus-services/s/o", true},
           {"/nexus/callback", true},
           {"/namespaces/n/nexus/callback", true},
           {"/namespaces/n/task-queues/q", false},
           {"/namespaces/n/nexus-operations", false}}) {
    std::string got;
    guard.serve(
        std::make_shared<const incoming>(
            incoming{.method = "POST", .path = path, .headers = {{"host", "evil.example"}}}),
        [&](troupe::http::answer_maker make) {
          const auto answer = make();
          BOOST_TEST(answer.status == 403U);
          got = answer.body;
        });
    const std::string nexus =
        R"({"message":"Host not allowed","metadata":{"type":"nexus.HandlerError"},"details":{"type":"UNAUTHORIZED"}})";
    BOOST_TEST(got == (is_nexus ? nexus : bad_host), path);
  }
}

BOOST_AUTO_TEST_CASE(programs_pass) {
  BOOST_TEST(ask({}) == "welcome");
  BOOST_TEST(ask({{"host", "127.0.0.1:7243"}}) == "welcome");
}

BOOST_AUTO_TEST_CASE(a_list_of_hosts_decides_where_there_is_one) {
  const std::vector<std::string> allowed{"troupe.example", "*.Internal:7243", "10.*"};
  for (const bool on_loopback : {true, false}) {
    for (const auto* host : {"troupe.example", "TROUPE.example", "a.b.internal:7243", "10.0.0.1"})
      BOOST_TEST(ask({{"host", host}}, on_loopback, allowed) == "welcome", host);
    for (const auto* host :
         {"troupe.example:80",
          "xtroupe.example",
          "a.internal",
          "a.internal:7243:1",
          "localhost",
          ""})
      BOOST_TEST(ask({{"host", host}}, on_loopback, allowed) == bad_host, host);
  }
  BOOST_TEST(ask({{"host", "evil.example"}}, true, {"*"}) == "welcome");
}

BOOST_AUTO_TEST_CASE(on_loopback_the_names_of_this_machine_count) {
  for (const auto* host :
       {"localhost", "LOCALHOST:8233", "a.localhost:1", "127.0.0.1", "[::1]:8233", "10.0.0.1:80"})
    BOOST_TEST(ask({{"host", host}}) == "welcome", host);
  for (const auto* host :
       {"evil.example",
        "evil.example:8233",
        "localhost.evil.example",
        "xlocalhost:1",
        "127.0.0.1.evil.example",
        "evil.example:8233:8233"})
    BOOST_TEST(ask({{"host", host}}) == bad_host, host);
  BOOST_TEST(ask({{"host", "temporal:7243"}}, false) == "welcome");
}

BOOST_AUTO_TEST_CASE(pages_of_other_origins_are_kept_out) {
  const std::pair<std::string, std::string> host{"host", "localhost:8233"};
  for (const auto* origin :
       {"http://localhost:8233", "http://LOCALHOST:8233", "http://127.0.0.1:5173"})
    BOOST_TEST(ask({host, {"origin", origin}}) == "welcome", origin);
  for (const auto* origin :
       {"http://evil.example",
        "null",
        "http://localhost.evil.example:8233",
        "localhost:8233",
        "://"})
    BOOST_TEST(ask({host, {"origin", origin}}) == bad_origin, origin);
  BOOST_TEST(
      ask({{"host", "troupe.example"}, {"origin", "https://troupe.example"}}, false) == "welcome");
  BOOST_TEST(
      ask({{"host", "troupe.example"}, {"origin", "https://evil.example"}}, false) == bad_origin);
}

BOOST_AUTO_TEST_CASE(links_from_elsewhere_may_be_followed_but_not_more) {
  const std::pair<std::string, std::string> cross{"sec-fetch-site", "cross-site"};
  BOOST_TEST(ask({cross, {"sec-fetch-mode", "navigate"}}) == "welcome");
  BOOST_TEST(ask({cross, {"sec-fetch-mode", "no-cors"}}) == bad_origin);
  BOOST_TEST(ask({{"sec-fetch-site", "same-origin"}}) == "welcome");
}

BOOST_AUTO_TEST_CASE(loopback_is_what_nobody_else_reaches) {
  for (const auto* ip : {"127.0.0.1", "127.1.2.3", "::1"})
    BOOST_TEST(troupe::gateway::is_loopback(ip), ip);
  for (const auto* ip : {"0.0.0.0", "::", "10.0.0.1", "127.evil.example", ""})
    BOOST_TEST(!troupe::gateway::is_loopback(ip), ip);
}

BOOST_AUTO_TEST_SUITE_END()
