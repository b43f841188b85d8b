// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/matching_token.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe::embedded;

constexpr token_key key{1, 2};

BOOST_AUTO_TEST_SUITE(matching_tokens)

BOOST_AUTO_TEST_CASE(survives_the_way_to_a_worker_and_back) {
  const matching_token sent{
      matching_token::kind::nexus, "namespace-id", std::string(300, 'q'), "task-id"};
  const auto back = decode_matching_token(matching_token::kind::nexus, encode(sent, key), key);
  BOOST_REQUIRE(back);
  BOOST_TEST((*back == sent));
}

BOOST_AUTO_TEST_CASE(is_refused_where_another_kind_is_wanted) {
  const auto bytes = encode(matching_token{matching_token::kind::query, "n", "q", "t"}, key);
  BOOST_TEST(!decode_matching_token(matching_token::kind::nexus, bytes, key));
}

BOOST_AUTO_TEST_CASE(any_cut_or_changed_token_is_refused_or_still_a_token_but_never_a_crash) {
  const auto whole =
      encode(matching_token{matching_token::kind::nexus, "namespace", "queue", "task"}, key);
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST(!decode_matching_token(matching_token::kind::nexus, whole.substr(0, size), key));
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int change = 1; change < 256; change += 17) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      (void)decode_matching_token(matching_token::kind::nexus, damaged, key);
    }
  BOOST_TEST(!decode_matching_token(matching_token::kind::nexus, whole + "x", key));
  BOOST_TEST(!decode_matching_token(
      matching_token::kind::nexus, "\x7fn\xff\xff\xff\xff\xff\xff\xff\xff\x01", key));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
