// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/pooled_slots.hpp"
#include "runtime/tuning/resource_controller.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// One kind of task of one worker, with its pollers and a queue at the service.
struct queue {
  struct poller {
    slot_request by;
    std::vector<slot_permit> polls;
    std::deque<slot_permit> waiting; ///< tasks that have come
    std::shared_ptr<std::atomic<bool>> freed = std::make_shared<std::atomic<bool>>(false);
    bool waits = false;
  };

  queue(
      const std::shared_ptr<slot_pool>& pool,
      tuning::budget_share share,
      executor& home,
      std::size_t sorts = 1,
      std::size_t polls = 1)
      : slots(std::make_shared<pooled_slots>(pool, share, pooled_slots::use::by_polls)),
        most_polls(polls), pollers(sorts) {
    slots->begin(sorts);
    for (std::size_t i = 0; i != sorts; ++i) {
      pollers[i].by.poller = static_cast<std::uint32_t>(i);
      pollers[i].by.home = &home;
    }
    fill();
  }

  void wait(poller& who) {
    if (std::exchange(who.waits, true))
      return;
    slots->when_free(who.by, [freed = who.freed] { *freed = true; });
  }
  void fill() {
    for (auto& each : pollers)
      while (each.polls.size() + each.waiting.size() < most_polls && !stops) {
        auto claim = slots->try_reserve(each.by);
        if (!claim) {
          wait(each);
          break;
        }
        each.polls.push_back(std::move(claim));
      }
  }
  /// Goes on where it was told that it may; true if it was.
  bool go_on() {
    bool was_told = false;
    for (auto& each : pollers) {
      if (!each.freed->exchange(false))
        continue;
      was_told = true;
      each.waits = false;
      while (!each.waiting.empty() && slots->try_use(each.waiting.front(), each.by)) {
        running.push_back(std::move(each.waiting.front()));
        each.waiting.pop_front();
        ++started;
      }
      if (!each.waiting.empty())
        wait(each);
    }
    if (was_told)
      fill();
    return was_told;
  }
  /// The service gives a task to a poll; false if there is no poll.
  bool give(std::size_t which) {
    auto& at = pollers[which % pollers.size()];
    if (backlog == 0 || at.polls.empty())
      return false;
    --backlog;
    auto claim = std::move(at.polls.back());
    at.polls.pop_back();
    if (slots->try_use(claim, at.by)) {
      running.push_back(std::move(claim));
      ++started;
    } else {
      at.waiting.push_back(std::move(claim));
      wait(at);
    }
    fill();
    return true;
  }
  void end_one() {
    running.pop_back();
    ++ended;
  }
  void stop() {
    stops = true;
    for (auto& each : pollers)
      each.polls.clear();
  }
  [[nodiscard]] std::size_t polls() const {
    std::size_t sum = 0;
    for (const auto& each : pollers)
      sum += each.polls.size();
    return sum;
  }
  [[nodiscard]] std::size_t waiting() const {
    std::size_t sum = 0;
    for (const auto& each : pollers)
      sum += each.waiting.size();
    return sum;
  }

  std::shared_ptr<pooled_slots> slots;
  std::size_t most_polls;
  std::vector<poller> pollers;
  std::vector<slot_permit> running;
  std::size_t backlog = 0;
  std::size_t started = 0;
  std::size_t ended = 0;
  bool stops = false;
};

struct a_host {
  test::manual_executor home;
  tuning::resource_usage usage{.memory = 0.1, .cpu = 0.1};
  std::shared_ptr<resource_controller> controller;
  std::shared_ptr<slot_pool> pool;
  std::vector<std::unique_ptr<queue>> queues;
  std::atomic<std::size_t> finished_ = 0;

  void make(std::size_t slots) { pool = std::make_shared<slot_pool>(slots, controller, 1); }
  void make_by_resources(std::size_t slots) {
    controller = std::make_shared<resource_controller>(
        resource_controller_options{}, [this](std::string&) { return std::optional{usage}; });
    make(slots);
  }
  queue& add(tuning::budget_share share = {}, std::size_t sorts = 1, std::size_t polls = 1) {
    return *queues.emplace_back(std::make_unique<queue>(pool, share, home, sorts, polls));
  }
  /// Whatever can go on does.
  void run() {
    for (bool moves = true; moves;) {
      moves = false;
      for (auto& each : queues) {
        moves |= each->go_on();
        for (std::size_t i = 0; i != each->pollers.size(); ++i)
          moves |= each->give(i);
      }
    }
  }
  void end(queue& of) {
    of.end_one();
    run();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pooled_slots, a_host)

BOOST_AUTO_TEST_CASE(idle_queues_poll_and_keep_no_slot_from_a_busy_one) {
  make(10);
  for (int i = 0; i != 100; ++i)
    BOOST_TEST(add({}, 2).polls() == 2u);
  auto& busy = add({}, 2, 20);
  busy.backlog = 50;
  run();
  BOOST_TEST(busy.running.size() == 10u);
  for (int i = 0; i != 49; ++i)
    end(busy);
  BOOST_TEST(busy.started == 50u);
}

BOOST_AUTO_TEST_CASE(a_minimum_is_there_at_once_however_another_floods) {
  make(10);
  auto& flood = add({.weight = 100}, 1, 100);
  auto& small = add({.minimum = 2}, 1, 2);
  flood.backlog = 1000;
  run();
  BOOST_TEST(flood.running.size() == 8u);
  small.backlog = 2;
  run();
  BOOST_TEST(small.running.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_task_that_finds_no_slot_waits_and_has_the_next_one) {
  make(1);
  auto& first = add();
  auto& second = add();
  first.backlog = 5;
  run();
  second.backlog = 1;
  run();
  BOOST_TEST(second.waiting() == 1u);
  home.advance(3s);
  const auto seen = second.slots->share();
  BOOST_TEST(seen->waiting_tasks == 1u);
  BOOST_TEST((home.now() - seen->oldest_waits_since == 3s));
  end(first);
  BOOST_TEST(second.running.size() == 1u);
  BOOST_TEST(first.running.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_behind_polls_also_when_all_slots_are_taken) {
  make(4);
  auto& flood = add({}, 1, 4);
  flood.backlog = 100;
  run();
  auto& other = add({}, 2, 3);
  BOOST_TEST(other.polls() == 2u); // one of each sort
  other.backlog = 3;
  run();
  BOOST_TEST(other.waiting() == 2u);
  for (std::size_t i = 1; i <= 2; ++i) {
    end(flood);
    BOOST_TEST(other.running.size() == i);
  }
}

BOOST_AUTO_TEST_CASE(all_sorts_of_polls_of_a_queue_come_back_when_there_are_slots_again) {
  make(1);
  auto& busy = add();
  busy.backlog = 1;
  run();
  auto& other = add({.weight = 0.1}, 3); // not behind
  BOOST_TEST(other.polls() == 0u);
  end(busy);
  for (int i = 0; i != 5; ++i) {
    home.advance(100ms);
    run();
  }
  BOOST_TEST(other.polls() == 3u);
}

BOOST_AUTO_TEST_CASE(another_share_counts_from_the_next_slot_on) {
  make(12);
  auto& one = add({}, 1, 20);
  auto& other = add({}, 1, 20);
  one.backlog = other.backlog = 10'000;
  run();
  const auto settle = [&] {
    for (int i = 0; i != 200; ++i)
      end(i % 2 == 0 ? (one.running.empty() ? other : one) : (other.running.empty() ? one : other));
  };
  settle();
  BOOST_TEST(one.running.size() >= 5u);
  BOOST_TEST(one.running.size() <= 7u);
  one.slots->reweight({.weight = 3});
  settle();
  BOOST_TEST(one.running.size() >= 8u);
  BOOST_TEST(one.running.size() <= 10u);
  BOOST_CHECK_THROW(one.slots->reweight({.minimum = 13}), std::invalid_argument);
  other.slots->reweight({.minimum = 9});
  settle();
  BOOST_TEST(other.running.size() >= 9u);
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_removed_finishes_what_it_has_and_leaves_its_minimum) {
  make(4);
  auto& leaving = add({.minimum = 3}, 1, 3);
  auto& staying = add({}, 1, 4);
  leaving.backlog = 2;
  staying.backlog = 100;
  run();
  BOOST_TEST(staying.running.size() == 1u);
  leaving.stop();
  leaving.slots->remove();
  bool all_back = false;
  leaving.slots->when_all_free([&] { all_back = true; });
  for (int i = 0; i != 3; ++i) {
    home.advance(100ms);
    run();
  }
  BOOST_TEST(staying.running.size() == 2u);
  BOOST_TEST(!all_back);
  end(leaving);
  end(leaving);
  BOOST_TEST(all_back);
  home.advance(100ms);
  run();
  BOOST_TEST(staying.running.size() == 4u);
  BOOST_CHECK_THROW(leaving.slots->reweight({}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(work_without_polls_takes_its_turn) {
  make(1);
  auto& busy = add();
  busy.backlog = 1;
  run();
  auto inner = std::make_shared<actors::pooled_slots>(
      pool, tuning::budget_share{}, actors::pooled_slots::use::without_polls);
  inner->begin(1);
  BOOST_TEST(!inner->gives_claims());
  slot_request by;
  by.home = &home;
  BOOST_TEST(!inner->try_reserve(by));
  bool told = false;
  inner->when_free(by, [&] { told = true; });
  BOOST_TEST(!inner->try_reserve(by)); // it has asked already
  BOOST_TEST(inner->share()->waiting_tasks == 1u);
  busy.backlog = 1;
  end(busy);
  BOOST_TEST(told);
  {
    const auto slot = inner->try_reserve(by);
    BOOST_TEST(static_cast<bool>(slot));
    BOOST_TEST(!inner->try_reserve(by));
    inner->stop_waiting(by);
  }
  BOOST_TEST(inner->share()->running == 0u);
  BOOST_TEST(inner->share()->waiting_tasks == 0u);
}

BOOST_AUTO_TEST_CASE(a_slot_that_nobody_waits_for_any_more_goes_back) {
  make(1);
  auto& busy = add();
  busy.backlog = 1;
  run();
  auto inner = std::make_shared<actors::pooled_slots>(
      pool, tuning::budget_share{}, actors::pooled_slots::use::without_polls);
  inner->begin(1);
  slot_request by;
  by.home = &home;
  BOOST_TEST(!inner->try_reserve(by));
  end(busy); // it has its slot, and has not heard of it
  BOOST_TEST(inner->share()->running == 1u);
  inner->stop_waiting(by);
  BOOST_TEST(inner->share()->running == 0u);
  busy.backlog = 1;
  home.advance(100ms);
  run();
  BOOST_TEST(busy.running.size() == 1u);
}

BOOST_AUTO_TEST_CASE(without_room_there_are_the_minima_and_one_and_then_it_recovers) {
  make_by_resources(10);
  auto& kept = add({.minimum = 2}, 1, 5);
  auto& wanting = add({}, 1, 10);
  wanting.backlog = 100;
  run();
  BOOST_TEST(wanting.running.size() == 8u);
  usage = {.memory = 0.99, .cpu = 0.99};
  for (int i = 0; i != 2; ++i) { // the jump, and then without it
    home.advance(100ms);
    (void)controller->has_room(home.now());
  }
  kept.backlog = 5;
  for (int i = 0; i != 7; ++i)
    end(wanting);
  BOOST_TEST(kept.running.size() == 2u);
  BOOST_TEST(wanting.running.size() == 1u);
  end(wanting);
  BOOST_TEST(wanting.running.size() == 0u);
  end(kept);
  BOOST_TEST(kept.running.size() == 2u);
  usage = {.memory = 0.1, .cpu = 0.1};
  for (int i = 0; i != 20; ++i) {
    home.advance(100ms);
    run();
  }
  BOOST_TEST(wanting.running.size() + kept.running.size() == 10u);
}

BOOST_AUTO_TEST_CASE(whatever_comes_every_task_runs_once_and_none_waits_beside_an_open_slot) {
  std::mt19937_64 random{21};
  const auto draw = [&](std::size_t to) {
    return std::uniform_int_distribution<std::size_t>{0, to}(random);
  };
  for (int round = 0; round != 20; ++round) {
    queues.clear();
    make(6 + draw(10));
    std::vector<std::size_t> given;
    const auto count = 2 + draw(4);
    for (std::size_t i = 0; i != count; ++i) {
      add({.weight = static_cast<double>(1 + draw(3)), .minimum = draw(1)},
          1 + draw(2),
          1 + draw(4));
      given.push_back(0);
    }
    for (int step = 0; step != 1500; ++step) {
      const auto which = draw(count - 1);
      auto& any = *queues[which];
      switch (draw(5)) {
      case 0:
        if (!any.stops) {
          const auto burst = draw(8);
          any.backlog += burst;
          given[which] += burst;
        }
        break;
      case 1: // a poll comes back empty
        if (auto& at = any.pollers[draw(any.pollers.size() - 1)]; !at.polls.empty()) {
          at.polls.pop_back();
          any.fill();
        }
        break;
      case 2: home.advance(100ms); break;
      case 3:
        if (step % 100 == 0 && !any.stops)
          any.slots->reweight({.weight = static_cast<double>(1 + draw(5))});
        break;
      default:
        if (!any.running.empty())
          any.end_one();
      }
      run();
      std::size_t running = 0;
      for (const auto& each : queues)
        running += each->running.size();
      slot_pool::access seen{*pool};
      BOOST_TEST_REQUIRE(running == seen->budget().out());
      BOOST_TEST_REQUIRE(running <= seen->budget().total());
      for (const auto& each : queues)
        BOOST_TEST_REQUIRE((each->waiting() == 0 || seen->budget().open() == 0));
    }
    for (int step = 0; step != 5000; ++step) {
      for (auto& each : queues)
        if (!each->running.empty())
          each->end_one();
      home.advance(100ms);
      run();
    }
    for (std::size_t i = 0; i != count; ++i) {
      BOOST_TEST_REQUIRE(queues[i]->backlog == 0u);
      BOOST_TEST_REQUIRE(queues[i]->started == given[i]);
      BOOST_TEST_REQUIRE(queues[i]->ended == given[i]);
      BOOST_TEST_REQUIRE(queues[i]->polls() != 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(many_threads_share_it) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t tasks = 2000;
  make(3);
  std::atomic<std::size_t> running = 0;
  std::atomic<std::size_t> most = 0;
  std::atomic<std::size_t> done = 0;
  std::vector<std::thread> all;
  for (std::size_t i = 0; i != threads; ++i)
    all.emplace_back([&] {
      test::manual_executor own;
      queue mine{pool, {}, own, 2, 2};
      mine.backlog = tasks;
      while (mine.ended != tasks) {
        for (std::size_t sort = 0; sort != 2; ++sort)
          mine.give(sort);
        mine.go_on();
        while (!mine.running.empty()) {
          const auto now = running += mine.running.size();
          auto seen = most.load();
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          running -= mine.running.size();
          mine.end_one();
        }
        own.advance(100ms);
        std::this_thread::yield();
      }
      done += mine.started;
      mine.stop();
      for (auto& each : mine.pollers)
        mine.slots->stop_waiting(each.by);
      ++finished_;
      // Its executor times rounds for the others, too.
      while (finished_ != threads)
        own.advance(100ms);
    });
  for (auto& each : all)
    each.join();
  BOOST_TEST(done == threads * tasks);
  BOOST_TEST(most <= 3u);
}

BOOST_AUTO_TEST_SUITE_END()
