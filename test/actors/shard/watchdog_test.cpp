// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/threaded_shard.hpp"
#include "actors/shard/watchdog.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <boost/test/unit_test.hpp>

#include <future>
#include <thread>

using namespace std::chrono_literals;
using namespace troupe::actors;

namespace {

struct fixture {
  caf::actor_system_config config;
  caf::actor_system system{config};
  threaded_shard home{system, "shard-0"};
  troupe::actors::watchdog watch{{&home}, 1s};

  /// Keeps the shard in one turn until the promise is kept.
  std::shared_future<void> block(std::promise<void>& until) {
    auto entered = std::make_shared<std::promise<void>>();
    home.post([entered, end = until.get_future().share()] {
      entered->set_value();
      end.wait();
    });
    return entered->get_future().share();
  }
};

constexpr auto patience = troupe::actors::watchdog::stall_nanoseconds;

} // namespace

BOOST_FIXTURE_TEST_SUITE(watchdog, fixture)

BOOST_AUTO_TEST_CASE(a_turn_that_does_not_end_is_counted_once) {
  for (std::uint64_t round = 0; round < 2; ++round) {
    std::promise<void> until;
    block(until).wait();
    const auto since = home.busy_since();
    BOOST_TEST(since != 0);
    watch.look(since + patience - 1);
    BOOST_TEST(watch.stalls() == round);
    watch.look(since + patience);
    watch.look(since + 10 * patience);
    BOOST_TEST(watch.stalls() == round + 1);
    until.set_value();
    while (home.busy_since() != 0) // the next round is to be another turn
      std::this_thread::yield();
  }
}

BOOST_AUTO_TEST_CASE(its_thread_ends_when_told_and_again) {
  watch.start();
  watch.stop();
  watch.stop();
  BOOST_TEST(watch.stalls() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
