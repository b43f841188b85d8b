// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/tenure.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using troupe::actors::tenure;

BOOST_AUTO_TEST_SUITE(tenures)

BOOST_AUTO_TEST_CASE(a_thread_that_comes_back_in_time_keeps_its_shard) {
  tenure own;
  BOOST_TEST(own.excursion() == 0u);
  for (int i = 0; i < 3; ++i) {
    own.leave();
    BOOST_TEST(own.is_abroad());
    const auto seen = own.excursion();
    BOOST_TEST(seen != 0u);
    BOOST_TEST(own.come_back());
    BOOST_TEST(!own.is_abroad());
    BOOST_TEST(own.excursion() == 0u);
    BOOST_TEST(!own.claim(seen)); // too late
    BOOST_TEST(!own.claim(0));
    own.leave();
    BOOST_TEST(!own.claim(seen)); // another excursion
    BOOST_TEST(own.come_back());
  }
}

BOOST_AUTO_TEST_CASE(a_thread_whose_shard_was_handed_over_is_told_so_whenever_it_asks) {
  tenure own;
  own.leave();
  const auto seen = own.excursion();
  BOOST_TEST(own.claim(seen));
  BOOST_TEST(own.excursion() == 0u);
  BOOST_TEST(!own.claim(seen)); // once
  own.hand_over();
  BOOST_TEST(!own.come_back());
  BOOST_TEST(!own.come_back());
  BOOST_TEST(own.is_abroad());
}

BOOST_AUTO_TEST_CASE(a_claim_that_is_taken_back_leaves_everything_as_it_was) {
  tenure own;
  own.leave();
  const auto seen = own.excursion();
  BOOST_TEST(own.claim(seen));
  own.unclaim(seen);
  BOOST_TEST(own.excursion() == seen);
  BOOST_TEST(own.come_back());
  own.leave();
  BOOST_TEST(own.excursion() != seen);
  BOOST_TEST(own.come_back());
}

// The race itself, and what each side may rely on. ThreadSanitizer sees who touches what when.
BOOST_AUTO_TEST_CASE(of_two_threads_exactly_one_has_the_shard) {
  constexpr int rounds = 2'000;
  int handed_over = 0;
  for (int i = 0; i < rounds; ++i) {
    tenure own;
    int shards = i;      // what the shard owns
    int left_behind = 0; // what the successor leaves to the former thread
    bool had_kept = false;
    std::atomic<bool> is_abroad{false};
    std::thread former{[&] {
      shards += 1;
      own.leave();
      is_abroad = true;
      is_abroad.notify_one();
      // Not by yielding: on a busy machine that gives the processor away for milliseconds.
      for (volatile int spin = 0; spin < 2000 * (i % 64);)
        spin = spin + 1;
      had_kept = own.come_back();
      if (had_kept)
        shards += 1;
      else
        left_behind += 1;
    }};
    std::thread successor{[&] {
      is_abroad.wait(false);
      const auto seen = own.excursion();
      if (!own.claim(seen))
        return;
      if (i % 3 == 0) { // no thread could be had
        own.unclaim(seen);
        return;
      }
      shards += 1;
      left_behind = 10;
      own.hand_over();
      ++handed_over;
    }};
    former.join();
    successor.join();
    BOOST_TEST(shards == i + 2);
    BOOST_TEST(left_behind == (had_kept ? 0 : 11));
  }
  BOOST_TEST_MESSAGE(handed_over << " of " << rounds << " were handed over");
}

BOOST_AUTO_TEST_SUITE_END()
