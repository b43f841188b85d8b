// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/pinned_actor.hpp"
#include "actors/shard/threaded_shard.hpp"
#include "actors/shard/watchdog.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <latch>
#include <thread>

using namespace std::chrono_literals;
using troupe::actors::foreign_code;
using troupe::actors::pinned_actor;
using troupe::actors::tell;
using troupe::actors::threaded_shard;
using troupe::actors::way_home;

namespace {

/// Runs a function and notes what becomes of it.
class scripted final : public foreign_code {
public:
  explicit scripted(std::function<void(way_home&)> what) : what_(std::move(what)) {}
  ~scripted() override { gone.set_value(); }

  void run(way_home& home) noexcept override { what_(home); }
  void came_back() noexcept override {
    back_on = std::this_thread::get_id();
    back.set_value();
  }
  void left_behind(const std::source_location&) noexcept override {
    left_on = std::this_thread::get_id();
    left.set_value();
  }
  void dissolve() noexcept override { dissolved_on = std::this_thread::get_id(); }

  std::promise<void> back;
  std::promise<void> left;
  std::promise<void> gone;
  std::thread::id back_on;
  std::thread::id left_on;
  std::thread::id dissolved_on;

private:
  std::function<void(way_home&)> what_;
};

struct fixture {
  caf::actor_system_config config;
  caf::actor_system system{config};
  threaded_shard home{system, "shard-0"};

  /// Has the shard run it and waits until it is inside.
  std::shared_ptr<scripted> run(std::function<void(way_home&)> what) {
    auto inside = std::make_shared<std::promise<void>>();
    auto code = std::make_shared<scripted>([inside, what = std::move(what)](way_home& way) {
      inside->set_value();
      what(way);
    });
    home.post([this, code] { home.run_foreign(code); });
    inside->get_future().wait();
    return code;
  }

  /// On the shard, whichever thread that is.
  std::thread::id thread_of_shard() {
    std::promise<std::thread::id> on;
    home.post([&] { on.set_value(std::this_thread::get_id()); });
    return on.get_future().get();
  }

  void wait_until_nobody_is_away() const {
    while (home.threads_away() != 0)
      std::this_thread::yield();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(foreign_codes, fixture)

BOOST_AUTO_TEST_CASE(code_that_comes_back_is_followed_up_on_the_same_thread) {
  const auto before = thread_of_shard();
  auto code = run([](way_home&) {});
  code->back.get_future().wait();
  BOOST_TEST((code->back_on == before));
  BOOST_TEST((thread_of_shard() == before));
  BOOST_TEST(home.look_at_foreign().excursion == 0u);
  BOOST_TEST(!home.leave_behind(home.look_at_foreign()));
}

BOOST_AUTO_TEST_CASE(what_others_post_meanwhile_runs_when_the_code_has_come_back) {
  const auto before = thread_of_shard();
  std::promise<void> release;
  auto code = run([&](way_home&) { release.get_future().wait(); });
  std::promise<std::thread::id> posted;
  home.post([&] { posted.set_value(std::this_thread::get_id()); });
  auto ran_on = posted.get_future();
  BOOST_TEST((ran_on.wait_for(0s) == std::future_status::timeout));
  release.set_value();
  BOOST_TEST((ran_on.get() == before));
}

BOOST_AUTO_TEST_CASE(a_shard_goes_on_on_a_new_thread_and_what_the_old_one_does_has_no_effect) {
  std::promise<void> release;
  std::promise<std::thread::id> was_on;
  bool entered = true;
  auto stray = std::make_shared<int>(0);
  auto code = run([&, stray](way_home& way) {
    was_on.set_value(std::this_thread::get_id());
    release.get_future().wait();
    entered = way.enter();
    home.post([stray] { ++*stray; }); // thread-safe as from any thread
  });
  const auto seen = home.look_at_foreign();
  BOOST_TEST(seen.excursion != 0u);
  BOOST_TEST(home.leave_behind(seen));
  code->left.get_future().wait();
  const auto old_thread = was_on.get_future().get();
  const auto new_thread = thread_of_shard();
  BOOST_TEST((new_thread != old_thread));
  BOOST_TEST((code->left_on == new_thread));
  BOOST_TEST(home.threads_away() == 1u);
  BOOST_TEST(home.counters().left_behind.load() == 1u);
  BOOST_TEST(!home.leave_behind(seen)); // it goes on already

  auto gone = code->gone.get_future();
  std::thread::id dissolved_on;
  release.set_value();
  wait_until_nobody_is_away();
  dissolved_on = code->dissolved_on;
  code = nullptr;
  gone.wait();
  BOOST_TEST(!entered);
  BOOST_TEST((dissolved_on == old_thread));
  BOOST_TEST((thread_of_shard() == new_thread));
  BOOST_TEST(*stray == 1);
}

BOOST_AUTO_TEST_CASE(timers_actors_and_posts_that_were_there_go_on_elsewhere) {
  class echo final : public pinned_actor<caf::event_based_actor> {
  public:
    echo(caf::actor_config& cfg, troupe::actors::shard& where, std::promise<int>& to)
        : pinned_actor(cfg, where), to_(to) {}
    caf::behavior make_behavior() override {
      return {[this](int number) {
        if (home().runs_here())
          to_.set_value(number);
      }};
    }
    std::promise<int>& to_;
  };
  std::promise<int> heard;
  std::promise<void> fired;
  std::promise<void> ran;
  std::promise<void> second;
  std::promise<void> release;
  auto held = release.get_future().share();
  auto actor = system.spawn<echo>(home, heard);
  auto other = std::make_shared<scripted>([&](way_home&) { second.set_value(); });
  home.post([&] {
    home.schedule(1ms, [&] { fired.set_value(); });
    home.run_foreign(std::make_shared<scripted>([&](way_home&) { held.wait(); }));
    home.run_foreign(other); // behind it
    home.post([&] { ran.set_value(); });
  });
  while (home.look_at_foreign().excursion == 0)
    std::this_thread::yield();
  tell(actor, 7);
  BOOST_TEST(home.leave_behind(home.look_at_foreign()));
  fired.get_future().wait();
  ran.get_future().wait();
  second.get_future().wait();
  BOOST_TEST(heard.get_future().get() == 7);
  release.set_value();
  wait_until_nobody_is_away();
}

BOOST_AUTO_TEST_CASE(code_may_enter_its_shard_for_a_moment_as_long_as_that_is_its_own) {
  std::promise<void> fired;
  auto code = run([&](way_home& way) {
    BOOST_TEST(way.enter());
    home.schedule(0ns, [&] { fired.set_value(); });
    way.leave();
  });
  code->back.get_future().wait();
  fired.get_future().wait();
}

BOOST_AUTO_TEST_CASE(a_shard_stops_while_threads_are_away_and_they_end_by_themselves) {
  std::vector<std::promise<void>> release(3);
  std::vector<std::future<void>> gone;
  std::latch inside{3};
  auto own = std::make_unique<threaded_shard>(system, "shard-1");
  for (auto& each : release) {
    auto code = std::make_shared<scripted>([&each, &inside](way_home&) {
      inside.count_down();
      each.get_future().wait();
    });
    gone.push_back(code->gone.get_future());
    own->post([&own, code = std::move(code)]() mutable { own->run_foreign(std::move(code)); });
    while (!own->leave_behind(own->look_at_foreign()))
      std::this_thread::yield();
  }
  inside.wait();
  BOOST_TEST(own->threads_away() == 3u);
  own->stop();
  own = nullptr;
  for (auto& each : release)
    each.set_value();
  for (auto& each : gone)
    each.wait();
}

BOOST_AUTO_TEST_CASE(a_shard_that_is_told_to_stop_inside_of_foreign_code_stops_without_it) {
  std::promise<void> release;
  auto gone = run([&](way_home&) { release.get_future().wait(); })->gone.get_future();
  std::thread stopper{[&] { home.stop(); }};
  BOOST_TEST(home.leave_behind(home.look_at_foreign()));
  stopper.join();
  release.set_value();
  gone.wait();
}

BOOST_AUTO_TEST_CASE(so_many_threads_may_be_away_and_no_more) {
  std::promise<void> release;
  auto held = release.get_future().share();
  std::size_t left = 0;
  for (; left < threaded_shard::most_away; ++left) {
    run([held](way_home&) { held.wait(); });
    BOOST_REQUIRE(home.leave_behind(home.look_at_foreign()));
  }
  auto last = run([held](way_home&) { held.wait(); });
  BOOST_TEST(!home.leave_behind(home.look_at_foreign()));
  release.set_value();
  last->back.get_future().wait(); // still its own thread
  wait_until_nobody_is_away();
}

BOOST_AUTO_TEST_CASE(a_watchdog_leaves_behind_what_makes_no_progress_and_nothing_else) {
  troupe::actors::watchdog watch{{&home}, 1s};
  constexpr auto looks = troupe::actors::watchdog::looks;
  std::promise<void> on;
  std::promise<void> has_beaten;
  std::promise<void> release;
  auto code = run([&](way_home&) {
    on.get_future().wait();
    troupe::beat();
    has_beaten.set_value();
    release.get_future().wait();
  });
  const auto look = [&](int times) {
    for (int i = 0; i < times; ++i)
      watch.look(0);
  };
  look(looks);
  BOOST_TEST(home.threads_away() == 0u);
  on.set_value();
  has_beaten.get_future().wait();
  look(looks); // the first sees the progress
  BOOST_TEST(home.threads_away() == 0u);
  look(1);
  BOOST_TEST(home.threads_away() == 1u);
  BOOST_TEST(home.counters().left_behind.load() == 1u);
  look(3 * looks);
  BOOST_TEST(home.counters().left_behind.load() == 1u);
  BOOST_TEST(watch.stalls() == 0u);

  troupe::actors::watchdog patient{{&home}, 0s};
  std::promise<void> release_other;
  auto other = run([&](way_home&) { release_other.get_future().wait(); });
  for (int i = 0; i < 3 * looks; ++i)
    patient.look(0);
  BOOST_TEST(home.counters().left_behind.load() == 1u);
  release.set_value();
  release_other.set_value();
  other->back.get_future().wait();
  wait_until_nobody_is_away();
}

BOOST_AUTO_TEST_SUITE_END()
