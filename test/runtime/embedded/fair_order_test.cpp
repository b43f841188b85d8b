// SPDX-License-Identifier: Apache-2.0
// Whose task is next where a queue is shared out. The orders are those of the real server.

#include "runtime/embedded/matching/fair_order.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <string_view>

using namespace troupe::embedded;

namespace {

struct fixture {
  fair_order order;
  std::map<task_place, char> waiting;
  std::uint64_t count = 0;

  /// So many tasks of a key come, or of none for a blank.
  void come(int many, char key, float weight = 0, std::int32_t level = 3) {
    const auto name = key == ' ' ? std::string{} : std::string(1, key);
    for (; many > 0; --many)
      waiting.emplace(task_place{level, order.pass_of(level, name, weight), ++count}, key);
  }
  /// So many are handed out; their keys.
  std::string go(std::size_t many = std::string::npos) {
    std::string keys;
    for (; many > 0 && !waiting.empty(); --many) {
      const auto first = waiting.begin();
      order.handed_out(first->first);
      keys += first->second;
      waiting.erase(first);
    }
    return keys;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fair_order, fixture)

BOOST_AUTO_TEST_CASE(keys_take_turns_whoever_came_first) {
  come(8, 'a');
  come(4, 'b');
  BOOST_TEST(go() == "ababababaaaa");
}

BOOST_AUTO_TEST_CASE(three_keys_take_turns) {
  come(4, 'a');
  come(2, 'b');
  come(4, 'a');
  come(3, 'c');
  BOOST_TEST(go() == "abcabcacaaaaa");
}

BOOST_AUTO_TEST_CASE(a_heavier_key_has_a_larger_share) {
  come(9, 'a', 1);
  come(9, 'b', 3);
  BOOST_TEST(go() == "bbbabbbabbbaaaaaaa");
  come(9, 'a', 0.5F);
  come(9, 'b', 2);
  BOOST_TEST(go() == "bbbabbbbabbaaaaaaa");
}

BOOST_AUTO_TEST_CASE(no_key_is_a_key_and_levels_come_first) {
  come(6, 'a');
  come(3, ' ');
  BOOST_TEST(go() == "a a a aaa");
  come(2, 'c', 0, 5);
  come(4, 'a', 0, 1);
  come(2, 'b', 0, 1);
  BOOST_TEST(go() == "ababaacc");
}

BOOST_AUTO_TEST_CASE(who_comes_late_gets_no_more_than_a_share) {
  come(100, 'a');
  BOOST_TEST(go(50) == std::string(50, 'a'));
  come(10, 'b');
  BOOST_TEST(go(8) == "abababab");
  // One that was away has saved nothing up.
  come(2, 'b');
  BOOST_TEST(go(20) == "ababababababababaaaa"); // twelve of b in all
}

BOOST_AUTO_TEST_CASE(weights_have_bounds) {
  come(3, 'a', 1e30F);
  come(3, 'b', 1000);
  come(1, 'c', 1e-30F);
  come(1, 'd', 0.001F);
  BOOST_TEST(go() == "abababcd");
}

BOOST_AUTO_TEST_CASE(keys_that_are_done_with_are_forgotten) {
  for (int i = 0; i < 100'000; ++i)
    order.handed_out({3, order.pass_of(3, "key " + std::to_string(i), 0), 1});
  BOOST_TEST(order.known_keys(3) <= 1001U);
  come(2, 'a');
  come(2, 'b');
  BOOST_TEST(go() == "abab");
}

BOOST_AUTO_TEST_SUITE_END()
