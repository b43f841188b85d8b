// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/custom_slots.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// Keeps what it is asked for, and answers when the test says so.
struct scripted final : custom_slot_supplier {
  std::optional<granted_slot> try_reserve(const slot_reserve_context&) override {
    if (throws)
      throw std::runtime_error("scripted");
    return spare-- > 0 ? std::optional<granted_slot>{granted_slot{}} : std::nullopt;
  }
  void reserve(slot_reservation request) override {
    if (throws)
      throw std::runtime_error("scripted");
    if (drops)
      return;
    wishes.push_back(std::move(request));
  }
  void mark_used(const slot_mark_used_context& what) override {
    said += "used " + what.info.type + what.info.service + "/" + what.info.operation + " ";
    if (throws)
      throw std::runtime_error("scripted");
  }
  void release(const slot_release_context& what) override {
    said += "released ";
    if (what.slot.data)
      said += *static_cast<const std::string*>(what.slot.data.get()) + " ";
    said += what.info != nullptr ? "used " : "unused ";
    if (throws)
      throw std::runtime_error("scripted");
  }
  std::optional<std::size_t> maximum() const override { return 7; }

  void grant(const std::string& name = "") {
    auto wish = std::move(wishes.front());
    wishes.pop_front();
    wish.grant({.data = name.empty() ? nullptr : std::make_shared<std::string>(name)});
  }

  std::deque<slot_reservation> wishes;
  std::string said;
  int spare = 0;
  bool throws = false;
  bool drops = false;
};

/// Only a number, as many programs' rules are.
struct counting final : custom_slot_supplier {
  explicit counting(int most) : left(most) {}
  std::optional<granted_slot> try_reserve(const slot_reserve_context&) override {
    ++asked;
    if (left == 0)
      return std::nullopt;
    --left;
    return granted_slot{};
  }
  void release(const slot_release_context&) override { ++left; }
  std::atomic<int> left;
  std::atomic<int> asked = 0;
};

struct of_the_program {
  test::manual_executor home;
  std::shared_ptr<scripted> program = std::make_shared<scripted>();
  std::shared_ptr<custom_slots> slots = made(program, 2);

  static std::shared_ptr<custom_slots>
  made(std::shared_ptr<custom_slot_supplier> from, std::size_t pollers) {
    auto all = std::make_shared<custom_slots>(slot_kind::nexus, std::move(from));
    all->begin(pollers);
    return all;
  }
  slot_request of(std::uint32_t poller) {
    slot_request by;
    by.task_queue = "q";
    by.identity = "me";
    by.poller = poller;
    by.home = &home;
    return by;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(custom_slots, of_the_program)

BOOST_AUTO_TEST_CASE(a_poller_asks_for_one_slot_and_is_told_when_it_is_granted) {
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_REQUIRE(program->wishes.size() == 1u);
  BOOST_TEST(program->wishes[0].context().task_queue == "q");
  BOOST_TEST(program->wishes[0].context().worker_identity == "me");
  BOOST_TEST((program->wishes[0].context().kind == slot_kind::nexus));
  int told = 0;
  slots->when_free(of(0), [&] { ++told; });
  BOOST_TEST(!slots->try_reserve(of(1))); // each its own
  BOOST_TEST(program->wishes.size() == 2u);
  program->grant("a");
  BOOST_TEST(told == 1);
  auto permit = slots->try_reserve(of(0));
  BOOST_TEST(static_cast<bool>(permit));
  permit.mark_used({.kind = "nexus", .task_queue = "q", .type = "S", .operation = "op"});
  permit.release();
  BOOST_TEST(program->said == "used S/op released a used ");
}

BOOST_AUTO_TEST_CASE(a_slot_that_is_granted_at_once_needs_no_second_try) {
  const auto counted = std::make_shared<counting>(1);
  auto own = made(counted, 1);
  auto permit = own->try_reserve(of(0));
  BOOST_TEST(static_cast<bool>(permit));
  BOOST_TEST(!own->try_reserve(of(0)));
  BOOST_TEST(counted->asked == 2);
}

BOOST_AUTO_TEST_CASE(
    a_rule_without_a_slot_is_asked_again_after_ten_milliseconds_and_after_releases) {
  const auto counted = std::make_shared<counting>(1);
  auto own = made(counted, 2);
  auto permit = own->try_reserve(of(0));
  BOOST_TEST(!own->try_reserve(of(1)));
  BOOST_TEST(!own->try_reserve(of(1)));
  BOOST_TEST(counted->asked == 2);
  int told = 0;
  own->when_free(of(1), [&] { ++told; });
  home.advance(9ms);
  BOOST_TEST(told == 0);
  home.advance(1ms);
  BOOST_TEST(told == 1);
  BOOST_TEST(!own->try_reserve(of(1)));
  own->when_free(of(1), [&] { ++told; });
  permit.release();
  BOOST_TEST(told == 2); // not only in ten milliseconds
  BOOST_TEST(static_cast<bool>(own->try_reserve(of(1))));
  home.advance(1s);
  BOOST_TEST(told == 2); // the timer comes too late
}

BOOST_AUTO_TEST_CASE(a_slot_that_never_had_a_task_is_released_unused) {
  BOOST_TEST(!slots->try_reserve(of(0)));
  program->grant("a");
  auto permit = slots->try_reserve(of(0));
  permit.release();
  BOOST_TEST(program->said == "released a unused ");
}

BOOST_AUTO_TEST_CASE(a_supplier_that_throws_is_logged_and_asked_again_after_a_second) {
  const test::captured_log log;
  program->throws = true;
  BOOST_TEST(!slots->try_reserve(of(0)));
  int told = 0;
  slots->when_free(of(0), [&] { ++told; });
  BOOST_TEST(log.count("a slot supplier of the program failed") == 1u);
  BOOST_TEST(log.count("scripted") == 1u);
  home.advance(999ms);
  BOOST_TEST(told == 0);
  BOOST_TEST(!slots->try_reserve(of(0)));
  program->throws = false;
  home.advance(1ms);
  BOOST_TEST(told == 1);
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_TEST(program->wishes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_wish_that_is_dropped_or_fails_is_made_again_after_a_second) {
  const test::captured_log log;
  program->drops = true;
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_TEST(log.count("dropped without an answer") == 1u);
  program->drops = false;
  home.advance(1s);
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_REQUIRE(program->wishes.size() == 1u);
  program->wishes.clear();
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_TEST(program->wishes.empty());
  home.advance(1s);
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_REQUIRE(program->wishes.size() == 1u);
  program->wishes[0].fail(std::make_exception_ptr(std::runtime_error("no")));
  home.advance(1s);
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_TEST(program->wishes.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_marking_and_releasing_throw_is_logged_and_harms_nothing) {
  const test::captured_log log;
  BOOST_TEST(!slots->try_reserve(of(0)));
  program->grant();
  auto permit = slots->try_reserve(of(0));
  program->throws = true;
  permit.mark_used({.kind = "nexus", .task_queue = "q", .type = "S", .operation = "op"});
  permit.release();
  BOOST_TEST(log.count("a slot supplier of the program failed") == 1u); // once a minute
  bool all = false;
  slots->when_all_free([&] { all = true; });
  BOOST_TEST(all);
}

BOOST_AUTO_TEST_CASE(a_wish_of_nobody_is_not_wanted_and_its_slot_released_at_once) {
  BOOST_TEST(!slots->try_reserve(of(0)));
  slots->when_free(of(0), [] { BOOST_ERROR("told"); });
  BOOST_TEST(program->wishes[0].is_wanted());
  slots->stop_waiting(of(0));
  BOOST_TEST(!program->wishes[0].is_wanted());
  program->grant("late");
  BOOST_TEST(program->said == "released late unused ");
}

BOOST_AUTO_TEST_CASE(a_slot_that_nobody_took_goes_back_when_its_poller_stops) {
  BOOST_TEST(!slots->try_reserve(of(0)));
  program->grant("a");
  bool all = false;
  slots->when_all_free([&] { all = true; });
  BOOST_TEST(!all);
  slots->stop_waiting(of(0));
  BOOST_TEST(all);
  BOOST_TEST(program->said == "released a unused ");
}

BOOST_AUTO_TEST_CASE(tasks_without_a_poll_have_a_slot_if_there_is_one_at_once) {
  BOOST_TEST(!slots->try_reserve_spare(of(0)));
  program->spare = 1;
  auto permit = slots->try_reserve_spare(of(0));
  BOOST_TEST(static_cast<bool>(permit));
  const test::captured_log log;
  program->throws = true;
  BOOST_TEST(!slots->try_reserve_spare(of(0)));
  BOOST_TEST(log.count("try_reserve") == 1u);
  BOOST_TEST((slots->capacity() == 7u));
  BOOST_TEST(slots->sort() == "Custom");
}

BOOST_AUTO_TEST_CASE(a_wish_that_outlives_the_worker_has_its_slot_released) {
  BOOST_TEST(!slots->try_reserve(of(0)));
  const std::weak_ptr gone = slots;
  slots = nullptr;
  BOOST_TEST(gone.expired()); // though the program still holds the wish
  BOOST_TEST(!program->wishes[0].is_wanted());
  program->grant("late");
  BOOST_TEST(program->said == "released late unused ");
}

BOOST_AUTO_TEST_CASE(grants_may_come_from_any_thread) {
  constexpr int rounds = 500;
  for (int i = 0; i != rounds; ++i) {
    std::atomic<bool> told = false;
    if (auto permit = slots->try_reserve(of(0)))
      continue;
    std::thread granting{[wish = std::move(program->wishes.front())]() mutable { wish.grant(); }};
    program->wishes.pop_front();
    slots->when_free(of(0), [&] { told = true; });
    granting.join();
    BOOST_TEST_REQUIRE(told.load());
    auto permit = slots->try_reserve(of(0));
    BOOST_TEST_REQUIRE(static_cast<bool>(permit));
  }
}

BOOST_AUTO_TEST_SUITE_END()
