// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/metered_service.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>

using namespace troupe;

namespace {

struct no_service final : rpc::local_service {
  cancel_function handle(request, rpc::reply_handler on_reply) override {
    on_reply({status_code::unavailable, "nobody", {}}, {});
    return {};
  }
};

std::string text_of(const std::string& path) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/../" + path};
  BOOST_REQUIRE_MESSAGE(file, path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct fixture {
  no_service inner;
  embedded::metered_service metered{inner};

  /// The line of an endpoint's open breakers has this number.
  bool shows(const std::string& endpoint, int open) const {
    return metered.text().body.find(
               "nexus_circuit_breakers_open{nexus_endpoint=\"" + endpoint + "\"} "
               + std::to_string(open) + "\n")
           != std::string::npos;
  }
  bool tells_of(const std::string& endpoint) const {
    return metered.text().body.find("{nexus_endpoint=\"" + endpoint + "\"}") != std::string::npos;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(metered_service, fixture)

BOOST_AUTO_TEST_CASE(open_breakers_of_endpoints_are_shown_until_others_want_their_places) {
  for (int i = 0; i < 100; ++i)
    metered.show_open_breakers("e" + std::to_string(i), 1);
  BOOST_TEST(shows("e0", 1));
  BOOST_TEST(shows("e99", 1));
  metered.show_open_breakers("late", 1);
  BOOST_TEST(!tells_of("late")); // all places are wanted

  metered.show_open_breakers("e7", 0);
  metered.show_open_breakers("closed", 0);
  BOOST_TEST(shows("e7", 0));
  BOOST_TEST(!tells_of("closed"));
  metered.show_open_breakers("late", 2);
  BOOST_TEST(shows("late", 2));
  BOOST_TEST(!tells_of("e7"));
  BOOST_TEST(shows("e99", 1));
  metered.show_open_breakers("e99", 2);
  BOOST_TEST(shows("e99", 2));
}

BOOST_AUTO_TEST_CASE(the_dashboard_shows_all_that_is_counted_and_the_document_lists_it) {
  rpc::local_service::request call;
  call.method = "/any/Method";
  (void)metered.handle(std::move(call), [](rpc_status, rpc::bytes) {});
  metered.count_opened_breaker("e", "o");
  metered.show_open_breakers("e", 1);
  const auto shown = metered.show("ui", [] { return http::server_counts{}; });
  const auto expiry = metered.show_expiry([] { return time_point{}; });
  std::set<std::string> counted;
  std::istringstream lines{metered.text().body};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("# TYPE "))
      counted.insert(line.substr(7, line.find(' ', 7) - 7));

  const auto document = text_of("docs/logs-and-metrics.md");
  const auto dashboard = text_of("docs/grafana/service.json");
  std::set<std::string> asked_for;
  const std::regex name{"(service|troupe|process)_[a-z_]+"};
  for (std::sregex_iterator each{dashboard.begin(), dashboard.end(), name}, end; each != end;
       ++each)
    asked_for.insert(std::regex_replace(each->str(), std::regex{"_bucket$"}, ""));
  BOOST_TEST(asked_for == counted, boost::test_tools::per_element());
  for (const auto& each : counted)
    BOOST_TEST(document.find('`' + each + '`') != std::string::npos, each);
}

BOOST_AUTO_TEST_SUITE_END()
