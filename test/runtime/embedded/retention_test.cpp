// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {
namespace {

using namespace std::chrono_literals;

struct retaining : service_fixture {
  retaining() { known.retained = 24h; }

  std::string run_once() {
    const auto run_id = start().run_id();
    poll();
    complete({complete_workflow()});
    return run_id;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(retention)

BOOST_AUTO_TEST_CASE(a_closed_run_is_deleted_when_its_retention_is_over) {
  retaining service;
  const auto run_id = service.run_once();
  BOOST_REQUIRE(service.timer.has_value());
  BOOST_TEST((*service.timer == service.now + 24h));
  service.advance(24h - 1ns);
  BOOST_TEST((service.rec().find(run_id) != nullptr));
  const auto tx = service.advance(1ns);
  BOOST_TEST(embedded::is_empty(service.rec()));
  BOOST_REQUIRE(all_of<embedded::visibility_remove>(tx).size() == 1U);
  BOOST_TEST(all_of<embedded::visibility_remove>(tx).front().run_id == run_id);
  BOOST_REQUIRE(all_of<embedded::readers_wake>(tx).size() == 1U);
  BOOST_TEST(!service.timer.has_value());
}

BOOST_AUTO_TEST_CASE(each_run_is_kept_from_its_own_end_and_an_open_one_for_ever) {
  retaining service;
  const auto first = service.run_once();
  service.advance(10h);
  const auto second = service.run_once();
  service.advance(10h);
  const auto open = service.start().run_id();
  service.poll();
  service.complete({});
  service.advance(4h);
  BOOST_TEST((service.rec().find(first) == nullptr));
  BOOST_TEST((service.rec().find(second) != nullptr));
  service.advance(10h);
  BOOST_TEST((service.rec().find(second) == nullptr));
  service.advance(1000h);
  BOOST_TEST((service.rec().find(open) != nullptr));
}

BOOST_AUTO_TEST_CASE(a_retention_that_grew_meanwhile_counts) {
  retaining service;
  const auto run_id = service.run_once();
  service.known.retained = 48h;
  service.advance(24h);
  BOOST_TEST((service.rec().find(run_id) != nullptr));
  BOOST_REQUIRE(service.timer.has_value());
  BOOST_TEST((*service.timer == service.now + 24h));
  service.advance(24h);
  BOOST_TEST((service.rec().find(run_id) == nullptr));
}

BOOST_AUTO_TEST_CASE(without_retention_nothing_is_deleted) {
  retaining service;
  service.known.retained.reset();
  const auto run_id = service.run_once();
  BOOST_TEST(!service.timer.has_value());
  service.advance(10'000h);
  BOOST_TEST((service.rec().find(run_id) != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
