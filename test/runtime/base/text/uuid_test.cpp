// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/uuid.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(uuid)

BOOST_AUTO_TEST_CASE(writes_version_and_variant_into_the_bits_it_is_given) {
  BOOST_TEST(uuid_v4(0, 0) == "00000000-0000-4000-8000-000000000000");
  BOOST_TEST(uuid_v4(~0ULL, ~0ULL) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  BOOST_TEST(
      uuid_v4(0x0123456789abcdefULL, 0x0123456789abcdefULL)
      == "01234567-89ab-4def-8123-456789abcdef");
  BOOST_TEST(uuid_v7(0x01a2062d918dULL, ~0ULL, 0) == "01a2062d-918d-7fff-8000-000000000000");
}

BOOST_AUTO_TEST_CASE(time_ordered_ones_sort_by_time) {
  BOOST_TEST(uuid_v7(1'000, ~0ULL, ~0ULL) < uuid_v7(1'001, 0, 0));
}

BOOST_AUTO_TEST_CASE(random_ones_differ) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const auto made = random_uuid();
    BOOST_TEST(is_uuid(made));
    BOOST_TEST(made[14] == '4');
    seen.insert(made);
  }
  BOOST_TEST(seen.size() == 1'000);
}

BOOST_AUTO_TEST_CASE(says_why_a_text_is_none) {
  BOOST_TEST(uuid_problem("01234567-89ab-4def-8123-456789ABCDEF") == "");
  BOOST_TEST(uuid_problem("x") == "invalid UUID length: 1");
  BOOST_TEST(uuid_problem("01234567-89ab-4def-8123-456789abcdeg") == "invalid UUID format");
  BOOST_TEST(uuid_problem("0123456789-ab-4def-8123-456789abcdef") == "invalid UUID format");
  BOOST_TEST(!is_uuid(""));
}

BOOST_AUTO_TEST_SUITE_END()
