// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/unsent_answers.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

namespace embedded = troupe::embedded;

BOOST_AUTO_TEST_SUITE(unsent_answers)

BOOST_AUTO_TEST_CASE(who_does_not_read_is_refused_and_others_are_not) {
  embedded::unsent_answers all;
  BOOST_TEST(!all.any());
  std::vector<embedded::unsent_answer> waiting;
  for (std::size_t bytes = 0; bytes < embedded::unsent_answers::most_bytes; bytes += 1'000'000) {
    BOOST_TEST(!all.is_full("slow"));
    waiting.emplace_back(all, "slow", 1'000'000);
  }
  BOOST_TEST(all.any());
  BOOST_TEST(all.is_full("slow"));
  BOOST_TEST(!all.is_full("other"));
  waiting.pop_back();
  waiting.pop_back();
  BOOST_TEST(!all.is_full("slow"));
  waiting.clear();
  BOOST_TEST(!all.any());
}

BOOST_AUTO_TEST_CASE(an_answer_is_counted_once_wherever_it_goes) {
  embedded::unsent_answers all;
  {
    embedded::unsent_answer first{all, "peer", embedded::unsent_answers::most_bytes};
    embedded::unsent_answer second = std::move(first);
    embedded::unsent_answer third;
    third = std::move(second);
    BOOST_TEST(all.is_full("peer"));
    third = {};
    BOOST_TEST(!all.is_full("peer"));
  }
  BOOST_TEST(!all.any());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
