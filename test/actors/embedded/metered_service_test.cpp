// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/metered_service.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe;

namespace {

struct no_service final : rpc::local_service {
  cancel_function handle(request, rpc::reply_handler on_reply) override {
    on_reply({status_code::unavailable, "nobody", {}}, {});
    return {};
  }
};

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

BOOST_AUTO_TEST_SUITE_END()
