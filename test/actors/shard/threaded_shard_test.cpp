// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/pinned_actor.hpp"
#include "actors/shard/threaded_shard.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <thread>

using namespace std::chrono_literals;
using troupe::actors::pinned_actor;
using troupe::actors::tell;
using shard_type = troupe::actors::threaded_shard;

namespace {

struct fixture {
  caf::actor_system_config config;
  caf::actor_system system{config};
};

class counter final : public pinned_actor<caf::event_based_actor> {
public:
  counter(caf::actor_config& cfg, troupe::actors::shard& home, int until, std::promise<int>& done)
      : pinned_actor(cfg, home), until_(until), done_(done) {}

  caf::behavior make_behavior() override {
    return {[this](int) {
      if (!home().runs_here())
        strays_++;
      if (++seen_ == until_)
        done_.set_value(strays_);
    }};
  }

private:
  int until_;
  int seen_ = 0;
  int strays_ = 0;
  std::promise<int>& done_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(threaded_shard, fixture)

BOOST_AUTO_TEST_CASE(a_pinned_actor_runs_on_its_shard_whoever_sends) {
  shard_type shard{system, "shard-0"};
  std::promise<int> done;
  auto actor = system.spawn<counter>(shard, 4000, done);
  std::vector<std::thread> senders;
  for (int t = 0; t < 4; ++t)
    senders.emplace_back([&] {
      for (int i = 0; i < 1000; ++i)
        tell(actor, i);
    });
  for (auto& each : senders)
    each.join();
  BOOST_TEST(done.get_future().get() == 0);
}

BOOST_AUTO_TEST_CASE(timers_and_posts_run_on_the_shard_in_order) {
  shard_type shard{system, "shard-0"};
  std::promise<std::string> done;
  std::string order;
  shard.post([&] {
    shard.schedule(2ms, [&] {
      order += "b";
      shard.post([&] { done.set_value(order + (shard.runs_here() ? "!" : "?")); });
    });
    shard.schedule(1ms, [&] { order += "a"; });
    shard.cancel(shard.schedule(1ms, [&] { order += "x"; }));
  });
  BOOST_TEST(done.get_future().get() == "ab!");
  BOOST_TEST(!shard.runs_here());
}

BOOST_AUTO_TEST_CASE(timers_have_their_turn_while_work_never_ends) {
  shard_type shard{system, "shard-0"};
  std::promise<void> done;
  bool is_over = false;
  std::function<void()> again = [&] {
    if (!is_over)
      shard.post([&] { again(); });
  };
  shard.post([&] {
    shard.schedule(1ms, [&] {
      is_over = true;
      done.set_value();
    });
    again();
  });
  done.get_future().wait();
  shard.stop();
}

BOOST_AUTO_TEST_CASE(it_stops_while_work_never_ends) {
  shard_type shard{system, "shard-0"};
  std::function<void()> again = [&] { shard.post([&] { again(); }); };
  shard.post([&] { again(); });
  shard.stop();
  BOOST_TEST(shard.pending_timers() == 0u);
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_set_while_it_stops_is_dropped) {
  auto owned = std::make_shared<int>(1);
  shard_type shard{system, "shard-0"};
  struct sets_one {
    shard_type* on;
    std::shared_ptr<int> holds;
    ~sets_one() {
      if (holds)
        on->schedule(1h, [held = holds] {});
    }
  };
  std::promise<void> armed;
  shard.post([&] {
    auto last = std::make_shared<sets_one>(&shard, owned);
    shard.schedule(1h, [last] {});
    armed.set_value();
  });
  armed.get_future().wait();
  shard.stop();
  BOOST_TEST(shard.pending_timers() == 0u);
  BOOST_TEST(owned.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_timer_is_never_early) {
  shard_type shard{system, "shard-0"};
  std::promise<std::chrono::nanoseconds> done;
  shard.post([&] {
    auto start = std::chrono::steady_clock::now();
    shard.schedule(3ms, [&, start] { done.set_value(std::chrono::steady_clock::now() - start); });
  });
  BOOST_TEST((done.get_future().get() >= 3ms));
}

BOOST_AUTO_TEST_CASE(stopping_ends_actors_drops_timers_and_leaves_the_system_free_to_end) {
  std::promise<int> never;
  auto owned = std::make_shared<int>(1);
  caf::actor actor;
  {
    shard_type shard{system, "shard-0"};
    actor = system.spawn<counter>(shard, 1'000'000, never);
    std::promise<void> armed;
    shard.post([&] {
      shard.schedule(1h, [owned] {});
      armed.set_value();
    });
    armed.get_future().wait();
    shard.stop();
    BOOST_TEST(owned.use_count() == 1);
    shard.post([owned] {});
    BOOST_TEST(owned.use_count() == 1);
  }
  tell(actor, 1);
}

BOOST_AUTO_TEST_CASE(threads_that_post_while_it_stops_lose_nothing_but_their_work) {
  for (int round = 0; round < 50; ++round) {
    auto shard = std::make_unique<shard_type>(system, "shard-0");
    auto owned = std::make_shared<int>(1);
    std::atomic<bool> go{false};
    std::thread poster{[&] {
      go.wait(false);
      for (int i = 0; i < 200; ++i)
        shard->post([owned] {});
    }};
    go = true;
    go.notify_all();
    shard->stop();
    poster.join();
    shard.reset();
    BOOST_TEST(owned.use_count() == 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
