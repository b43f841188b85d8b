// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/random.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::workflow;

BOOST_AUTO_TEST_SUITE(run_seed)

BOOST_AUTO_TEST_CASE(seeds_differ_by_every_byte_of_the_run_id) {
  BOOST_CHECK_EQUAL(seed_of("run-1"), seed_of("run-1"));
  BOOST_CHECK_NE(seed_of("run-1"), seed_of("run-2"));
  BOOST_CHECK_NE(seed_of(""), seed_of(std::string_view{"\0", 1}));
  BOOST_CHECK_NE(seed_of("1234567"), seed_of("12345678"));
}

BOOST_AUTO_TEST_CASE(streams_of_one_seed_are_the_same) {
  random_stream a{42};
  random_stream b{42};
  random_stream c{43};
  const auto first = a.next();
  BOOST_CHECK_EQUAL(first, b.next());
  BOOST_CHECK_NE(first, c.next());
  BOOST_CHECK_NE(first, a.next());
}

BOOST_AUTO_TEST_SUITE_END()
