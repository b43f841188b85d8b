// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/paths.hpp"

#include <boost/test/unit_test.hpp>

using troupe::gateway::clean_path;

BOOST_AUTO_TEST_SUITE(paths)

BOOST_AUTO_TEST_CASE(a_clean_path_stays) {
  for (const auto* path : {"/", "/a", "/a/b", "/a/", "/a/b%2F..", "/...", "/a.b"})
    BOOST_TEST(clean_path(path) == path);
}

BOOST_AUTO_TEST_CASE(dots_and_empty_segments_go) {
  BOOST_TEST(clean_path("") == "/");
  BOOST_TEST(clean_path("//a///b") == "/a/b");
  BOOST_TEST(clean_path("/a/./b") == "/a/b");
  BOOST_TEST(clean_path("/a/../b") == "/b");
  BOOST_TEST(clean_path("/../../etc/passwd") == "/etc/passwd");
  BOOST_TEST(clean_path("/a/b/..//") == "/a/");
  BOOST_TEST(clean_path("/..") == "/");
}

BOOST_AUTO_TEST_SUITE_END()
