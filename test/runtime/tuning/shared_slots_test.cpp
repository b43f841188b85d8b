// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/shared_slots.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

using troupe::tuning::budget_share;
using slots_of_host = troupe::tuning::shared_slots;

namespace {

/// A host with its members, and a service with a queue for each.
struct host {
  explicit host(std::size_t total) : slots(total) {}

  slots_of_host::member add(budget_share share = {}, std::size_t most_polls = 1) {
    const auto who = slots.add(share);
    queues[who] = {.most_polls = most_polls};
    poll(who);
    return who;
  }
  /// As many polls as it wants and may.
  void poll(slots_of_host::member who) {
    while (slots.of(who).polls < queues[who].most_polls && slots.try_poll(who)) {
    }
  }
  /// The service gives its tasks to polls, until nothing moves any more.
  void run() {
    bool moves = true;
    while (moves) {
      moves = false;
      for (auto& [who, queue] : queues)
        while (queue.backlog != 0 && slots.of(who).polls != 0) {
          --queue.backlog;
          queue.started += slots.task_came(who) ? 1 : 0;
          poll(who);
          moves = true;
        }
      while (const auto who = slots.next_task()) {
        ++queues[*who].started;
        moves = true;
      }
      while (const auto who = slots.next_poll()) {
        poll(*who);
        moves = true;
      }
    }
  }
  void end_task(slots_of_host::member who) {
    slots.task_ended(who);
    ++queues[who].ended;
    while (const auto next = slots.next_task())
      ++queues[*next].started;
    poll(who);
    run();
  }
  std::size_t running(slots_of_host::member who) { return slots.of(who).running; }

  struct queue {
    std::size_t most_polls = 1;
    std::size_t backlog = 0;
    std::size_t started = 0;
    std::size_t ended = 0;
  };
  slots_of_host slots;
  std::map<slots_of_host::member, queue> queues;
};

} // namespace

BOOST_AUTO_TEST_SUITE(shared_slots)

BOOST_AUTO_TEST_CASE(members_that_are_idle_poll_and_cost_no_slots) {
  host all{10};
  for (int i = 0; i != 1000; ++i)
    BOOST_TEST(all.slots.of(all.add()).polls == 1u);
  const auto busy = all.add({}, 100);
  BOOST_TEST(all.slots.of(busy).polls == 10u); // as many as it could take
  all.queues[busy].backlog = 50;
  all.run();
  BOOST_TEST(all.running(busy) == 10u);
  BOOST_TEST(all.slots.of(busy).polls == 0u);
}

BOOST_AUTO_TEST_CASE(a_task_that_finds_no_slot_waits_and_its_member_polls_no_more) {
  host all{2};
  const auto quick = all.add({}, 2);
  const auto slow = all.add({}, 2);
  all.queues[quick].backlog = 2;
  all.run();
  all.queues[slow].backlog = 3;
  all.run(); // its two polls were open
  BOOST_TEST(all.running(slow) == 0u);
  BOOST_TEST(all.slots.of(slow).waiting_tasks == 2u);
  BOOST_TEST(all.slots.of(slow).polls == 0u);
  BOOST_TEST(all.queues[slow].backlog == 1u); // stays with the service
  all.end_task(quick);
  BOOST_TEST(all.running(slow) == 1u);
  all.end_task(quick);
  BOOST_TEST(all.running(slow) == 2u);
  all.end_task(slow);
  BOOST_TEST(all.running(slow) == 2u);
  BOOST_TEST(all.queues[slow].started == 3u);
}

BOOST_AUTO_TEST_CASE(a_minimum_is_there_at_once_however_others_flood) {
  host all{10};
  const auto flood = all.add({.weight = 100}, 100);
  const auto small = all.add({.minimum = 2}, 2);
  all.queues[flood].backlog = 1000;
  all.run();
  BOOST_TEST(all.running(flood) == 8u);
  all.queues[small].backlog = 2;
  all.run();
  BOOST_TEST(all.running(small) == 2u);
}

BOOST_AUTO_TEST_CASE(a_member_without_a_minimum_gets_the_next_slot_and_then_its_share) {
  host all{9};
  const auto flood = all.add({.weight = 1}, 100);
  const auto late = all.add({.weight = 2}, 100);
  all.queues[flood].backlog = 1000;
  all.run();
  BOOST_TEST(all.running(flood) == 9u);
  all.queues[late].backlog = 1000;
  all.run();
  for (std::size_t i = 1; i <= 6; ++i) {
    all.end_task(flood);
    BOOST_TEST(all.running(late) == i);
  }
  for (int i = 0; i != 100; ++i) {
    all.end_task(i % 3 == 0 ? flood : late);
    BOOST_TEST(all.running(flood) + all.running(late) == 9u);
  }
  BOOST_TEST(all.running(late) >= 5u);
  BOOST_TEST(all.running(late) <= 7u);
}

BOOST_AUTO_TEST_CASE(polls_that_were_refused_come_back_no_more_at_a_time_than_slots_are_open) {
  host all{2};
  const auto busy = all.add({}, 2);
  all.queues[busy].backlog = 2;
  all.run();
  std::vector<slots_of_host::member> others;
  for (int i = 0; i != 100; ++i)
    others.push_back(all.add());
  const auto polling = [&] {
    return std::ranges::count_if(others, [&](auto who) { return all.slots.of(who).polls != 0; });
  };
  BOOST_TEST(polling() == 0);
  all.slots.begin_round();
  all.run();
  BOOST_TEST(polling() == 0); // no slot is open
  all.end_task(busy);
  BOOST_TEST(polling() <= 1);
  all.end_task(busy);
  BOOST_TEST(polling() <= 2);
  for (int round = 1; round != 50; ++round) {
    const auto before = polling();
    BOOST_TEST_REQUIRE(all.slots.has_waiting_polls());
    all.slots.begin_round();
    all.run();
    BOOST_TEST_REQUIRE(polling() - before <= 2);
    BOOST_TEST_REQUIRE(polling() > before);
    if (polling() == 100)
      break;
  }
  BOOST_TEST(polling() == 100);
  BOOST_TEST(all.slots.of(others[0]).polls == 1u);
}

BOOST_AUTO_TEST_CASE(a_member_that_is_removed_finishes_what_it_has_and_is_gone) {
  host all{2};
  const auto leaving = all.add({.minimum = 1}, 2);
  const auto staying = all.add({}, 2);
  all.queues[leaving].backlog = 1;
  all.queues[staying].backlog = 1;
  all.run();
  BOOST_TEST(!all.slots.task_came(leaving)); // has come, and waits
  while (all.slots.of(leaving).polls != 0)
    all.slots.poll_ended(leaving);
  all.slots.remove(leaving);
  BOOST_TEST(!all.slots.try_poll(leaving));
  all.slots.task_ended(staying);
  BOOST_TEST((all.slots.next_task() == leaving));
  all.slots.task_ended(leaving);
  BOOST_TEST(all.slots.budget().members() == 2u);
  all.slots.task_ended(leaving);
  BOOST_TEST(all.slots.budget().members() == 1u);
  BOOST_CHECK_THROW((void)all.slots.of(leaving), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(each_sort_of_poll_may_be_made_while_there_is_one_slot) {
  host all{1};
  const auto one = all.add({}, 1);
  BOOST_TEST(!all.slots.try_poll(one));
  BOOST_TEST(all.slots.try_poll(one, true));
  BOOST_TEST(all.slots.task_came(one));
  BOOST_TEST(!all.slots.try_poll(one, true)); // none is left
}

BOOST_AUTO_TEST_CASE(a_waiting_task_that_is_given_up_takes_no_slot) {
  host all{1};
  const auto one = all.add({}, 0);
  const auto other = all.add({}, 0);
  BOOST_TEST(all.slots.task_came(one, false));
  BOOST_TEST(!all.slots.task_came(other, false));
  all.slots.task_given_up(other);
  all.slots.task_ended(one);
  BOOST_TEST(!all.slots.next_task().has_value());
  BOOST_TEST(all.slots.try_poll(other));
}

BOOST_AUTO_TEST_CASE(tasks_that_come_without_a_poll_take_their_turn) {
  host all{1};
  const auto one = all.add({}, 0);
  BOOST_TEST(all.slots.task_came(one, false));
  BOOST_TEST(!all.slots.task_came(one, false));
  all.slots.task_ended(one);
  BOOST_TEST((all.slots.next_task() == one));
}

BOOST_AUTO_TEST_CASE(whatever_comes_every_task_runs_once_and_no_slot_idles_beside_a_backlog) {
  std::mt19937_64 random{16};
  const auto draw = [&](std::size_t to) {
    return std::uniform_int_distribution<std::size_t>{0, to}(random);
  };
  for (int round = 0; round != 30; ++round) {
    host all{8 + draw(20)};
    std::vector<slots_of_host::member> members;
    std::map<slots_of_host::member, std::size_t> given;
    const auto count = 2 + draw(6);
    for (std::size_t i = 0; i != count; ++i)
      members.push_back(all.add(
          {.weight = static_cast<double>(1 + draw(3)), .minimum = draw(1) * draw(1)}, 1 + draw(5)));
    const auto any = [&] { return members[draw(members.size() - 1)]; };
    const auto end_any = [&] {
      for (const auto who : members)
        if (all.running(who) != 0 && draw(2) == 0)
          return all.end_task(who);
    };
    for (int step = 0; step != 2000; ++step) {
      switch (draw(5)) {
      case 0: {
        const auto who = any();
        const auto burst = draw(10);
        all.queues[who].backlog += burst;
        given[who] += burst;
        all.run();
        break;
      }
      case 1:
        if (const auto who = any(); all.slots.of(who).polls != 0) {
          all.slots.poll_ended(who);
          all.poll(who);
        }
        break;
      case 2:
        all.slots.begin_round();
        all.run();
        break;
      default: end_any();
      }
      std::size_t running = 0;
      for (const auto who : members) {
        const auto now = all.slots.of(who);
        running += now.running;
        BOOST_TEST_REQUIRE(now.waiting_tasks <= all.queues[who].most_polls);
        if (now.waiting_tasks != 0)
          BOOST_TEST_REQUIRE(all.slots.budget().open() == 0u); // else it would run
      }
      BOOST_TEST_REQUIRE(running == all.slots.budget().out());
      BOOST_TEST_REQUIRE(running <= all.slots.budget().total());
    }
    // All that was given is done, as long as tasks end and rounds begin.
    for (int step = 0; step != 20'000; ++step) {
      end_any();
      all.slots.begin_round();
      all.run();
    }
    for (const auto who : members) {
      BOOST_TEST_REQUIRE(all.queues[who].backlog == 0u);
      BOOST_TEST_REQUIRE(all.queues[who].started == given[who]);
      while (all.running(who) != 0)
        all.end_task(who);
      BOOST_TEST_REQUIRE(all.queues[who].ended == given[who]);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
