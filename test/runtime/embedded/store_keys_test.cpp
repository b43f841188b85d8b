// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/store/store.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace {

using namespace troupe::embedded;

std::string key_of(std::initializer_list<std::string_view> parts) {
  std::string made;
  for (auto part : parts)
    add_key_part(made, part);
  return made;
}

BOOST_AUTO_TEST_SUITE(store_keys)

BOOST_AUTO_TEST_CASE(the_rows_of_one_owner_are_those_that_begin_with_its_key) {
  using namespace std::string_view_literals;
  const std::string_view ids[] = {
      "", "a", "a\0"sv, "a\0b"sv, "a\0\0"sv, "\0"sv, "ab", "b", "\xc3\xa9"};
  for (auto owner : ids)
    for (auto other : ids)
      BOOST_TEST(
          key_of({"ns", other, "item"}).starts_with(key_of({"ns", owner})) == (owner == other));
}

BOOST_AUTO_TEST_CASE(a_key_says_what_it_was_made_of) {
  using namespace std::string_view_literals;
  for (auto part : {""sv, "a"sv, "a\0"sv, "\0\0b"sv, "\0\1"sv, "\xff"sv}) {
    const auto parts = key_parts(key_of({"ns", part, part}));
    BOOST_REQUIRE(parts.size() == 3);
    BOOST_TEST((parts[1] == part && parts[2] == part));
  }
}

BOOST_AUTO_TEST_CASE(keys_sort_by_their_parts) {
  using namespace std::string_view_literals;
  std::vector<std::vector<std::string_view>> parts{
      {"a", "z"}, {"a\0b"sv, "a"}, {"ab", ""}, {"ab", "\0"sv}, {"ab", "a"}, {"b", ""}};
  for (std::size_t at = 1; at < parts.size(); ++at) {
    const auto before = key_of({parts[at - 1][0], parts[at - 1][1]});
    BOOST_TEST((before < key_of({parts[at][0], parts[at][1]})));
  }
  std::string last;
  for (std::uint64_t number : {0ULL, 1ULL, 255ULL, 256ULL, 1ULL << 40}) {
    std::string made;
    add_key_part(made, number);
    BOOST_TEST((last.empty() || last < made));
    last = made;
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
