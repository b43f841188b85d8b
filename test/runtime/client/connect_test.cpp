// SPDX-License-Identifier: Apache-2.0
// Connecting for real: threads and sockets.

#include <troupe/client.hpp>

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(connect)

BOOST_AUTO_TEST_CASE(says_what_to_do_where_nobody_listens) {
  BOOST_CHECK_EXCEPTION(
      (void)troupe::client::connect({.target = "127.0.0.1:1"}),
      connection_error,
      [](const auto& error) {
        const std::string text = error.what();
        return text.find("cannot reach a Temporal service at 127.0.0.1:1") == 0
               && text.find("troupe server start-dev") != std::string::npos;
      });
  // A lazy client finds out with its first call.
  const auto lazy =
      troupe::client::connect({.target = "127.0.0.1:1", .rpc_timeout = 50ms, .lazy = true});
  BOOST_CHECK_THROW((void)lazy.describe_namespace("x"), rpc_error);
}

BOOST_AUTO_TEST_SUITE_END()
