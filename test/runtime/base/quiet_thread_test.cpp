// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/quiet_thread.hpp"

#include <boost/test/unit_test.hpp>
#include <pthread.h>
#include <signal.h>

#include <array>
#include <string>

BOOST_AUTO_TEST_SUITE(quiet_thread)

BOOST_AUTO_TEST_CASE(no_signal_reaches_it_and_those_of_its_maker_are_as_before) {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  sigset_t within;
  std::array<char, 16> name{};
  troupe::quiet_thread("troupe-test", [&] {
    pthread_sigmask(SIG_SETMASK, nullptr, &within);
    pthread_getname_np(pthread_self(), name.data(), name.size());
  }).join();
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (const int each : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1}) {
    BOOST_TEST(sigismember(&within, each) == 1, each);
    BOOST_TEST(sigismember(&after, each) == sigismember(&before, each), each);
  }
  BOOST_TEST(std::string{name.data()} == "troupe-test");
}

BOOST_AUTO_TEST_SUITE_END()
