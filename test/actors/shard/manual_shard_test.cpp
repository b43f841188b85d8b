// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/manual_shard.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/error.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <source_location>
#include <thread>

using namespace std::chrono_literals;
using troupe::actors::manual_clock;
using troupe::actors::pinned_actor;
using troupe::actors::tell;

namespace {

struct fixture {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  troupe::actors::manual_shard one{system, clock};
  troupe::actors::manual_shard two{system, clock};
};

class recorder final : public pinned_actor<caf::event_based_actor> {
public:
  recorder(caf::actor_config& cfg, troupe::actors::shard& home, std::vector<int>& seen)
      : pinned_actor(cfg, home), seen_(seen) {}

  const char* name() const override { return "recorder"; }

  caf::behavior make_behavior() override {
    return {[this](int number) {
      if (number < 0)
        throw std::runtime_error("negative");
      seen_.push_back(number);
    }};
  }

private:
  std::vector<int>& seen_;
};

/// Keeps its thread until it is let go.
class blocking_code final : public troupe::actors::foreign_code {
public:
  void run(troupe::actors::way_home&) noexcept override {
    inside.set_value();
    released.get_future().wait();
  }
  void came_back() noexcept override {}
  void left_behind(const std::source_location&) noexcept override {}
  void dissolve() noexcept override {}

  std::promise<void> inside, released;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(manual_shard, fixture)

BOOST_AUTO_TEST_CASE(nothing_runs_until_it_is_drained) {
  std::vector<int> seen;
  auto actor = system.spawn<recorder>(one, seen);
  tell(actor, 1);
  one.post([&] { seen.push_back(10); });
  BOOST_TEST(seen.empty());
  BOOST_TEST(clock->run_until_idle());
  BOOST_TEST(seen == (std::vector<int>{1, 10}), boost::test_tools::per_element());
  BOOST_TEST(!clock->run_until_idle());
}

BOOST_AUTO_TEST_CASE(timers_run_at_their_own_virtual_time) {
  std::vector<std::pair<int, troupe::duration>> ran;
  auto start = clock->now();
  one.schedule(2h, [&] { ran.emplace_back(2, clock->now() - start); });
  two.schedule(1h, [&] {
    ran.emplace_back(1, clock->now() - start);
    two.schedule(30min, [&] { ran.emplace_back(3, clock->now() - start); });
  });
  clock->advance(1h - 1ns);
  BOOST_TEST(ran.empty());
  clock->advance(3h);
  BOOST_REQUIRE(ran.size() == 3u);
  BOOST_TEST((ran[0] == std::pair{1, troupe::duration{1h}}));
  BOOST_TEST((ran[1] == std::pair{3, troupe::duration{90min}}));
  BOOST_TEST((ran[2] == std::pair{2, troupe::duration{2h}}));
  BOOST_TEST((clock->now() - start == 4h - 1ns));
}

BOOST_AUTO_TEST_CASE(a_cancelled_timer_does_not_run) {
  bool ran = false;
  one.cancel(one.schedule(1s, [&] { ran = true; }));
  clock->advance(1min);
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(work_posted_from_another_thread_waits_for_the_next_drain) {
  std::vector<int> seen;
  auto actor = system.spawn<recorder>(one, seen);
  std::thread{[&] {
    for (int i = 0; i < 100; ++i)
      tell(actor, i);
  }}.join();
  BOOST_TEST(seen.empty());
  clock->run_until_idle();
  BOOST_TEST(seen.size() == 100u);
}

BOOST_AUTO_TEST_CASE(an_actor_that_throws_dies_alone) {
  std::vector<int> seen;
  auto doomed = system.spawn<recorder>(one, seen);
  auto other = system.spawn<recorder>(one, seen);
  tell(doomed, -1);
  tell(doomed, 1);
  tell(other, 2);
  clock->run_until_idle();
  BOOST_TEST(seen == (std::vector<int>{2}), boost::test_tools::per_element());
  BOOST_TEST(one.pinned_actors() == 1u);
}

BOOST_AUTO_TEST_CASE(a_posted_function_that_throws_is_counted_and_the_shard_goes_on) {
  bool ran = false;
  one.post([] { throw 1; });
  one.post([&] { ran = true; });
  clock->run_until_idle();
  BOOST_TEST(ran);
  BOOST_TEST(one.counters().work_exceptions == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_posted_function_or_an_actor_throws_is_logged_with_its_causes) {
  const troupe::test::captured_log log;
  one.post([] {
    throw troupe::application_error{
        "outer", {.cause = std::make_shared<troupe::canceled_error>("inner")}};
  });
  one.post([] { throw 1; });
  std::vector<int> seen;
  tell(system.spawn<recorder>(one, seen), -1);
  clock->run_until_idle();
  const auto lines = log.lines_of("a function posted to a shard threw");
  BOOST_REQUIRE_EQUAL(lines.size(), 2U);
  BOOST_TEST(lines[0].at("error") == "outer: inner");
  BOOST_TEST(lines[1].at("error") == "an exception that is no std::exception: int");
  BOOST_TEST(log.lines_of("an actor died of an exception").at(0).at("error") == "negative");
}

BOOST_AUTO_TEST_CASE(stopping_ends_all_actors_and_refuses_work_from_then_on) {
  std::vector<int> seen;
  auto actor = system.spawn<recorder>(one, seen);
  clock->run_until_idle();
  one.stop();
  BOOST_TEST(one.pinned_actors() == 0u);
  auto owned = std::make_shared<int>(1);
  one.post([owned] {});
  BOOST_TEST(owned.use_count() == 1);
  tell(actor, 1);
  auto late = system.spawn<recorder>(one, seen);
  tell(late, 2);
  BOOST_TEST(seen.empty());
  BOOST_TEST(one.pinned_actors() == 0u);
  // The system's destructor would wait for an actor that is still registered.
}

BOOST_AUTO_TEST_CASE(a_thread_that_was_left_behind_within_a_function_goes_on_nowhere) {
  troupe::test::captured_log log;
  const auto code = std::make_shared<blocking_code>();
  bool went_on = false;
  bool ended = false;
  std::thread former{[&] {
    clock->hand_to_this_thread();
    two.post([&] {
      one.run_foreign(code);
      clock->run_until_idle(); // within the one that runs this
      went_on = true;
    });
    try {
      clock->run_until_idle();
    } catch (const troupe::actors::thread_left_behind&) {
      ended = true;
    }
  }};
  code->inside.get_future().wait();
  BOOST_TEST(one.leave_behind(one.look_at_foreign()));
  code->released.set_value();
  former.join();
  BOOST_TEST(ended);
  BOOST_TEST(!went_on);
  BOOST_TEST(log.lines_of("a function posted to a shard threw").empty());
  BOOST_TEST(two.counters().work_exceptions.load() == 0u);
  bool goes_on = false;
  two.post([&] { goes_on = true; });
  clock->run_until_idle();
  BOOST_TEST(goes_on);
}

BOOST_AUTO_TEST_SUITE_END()
