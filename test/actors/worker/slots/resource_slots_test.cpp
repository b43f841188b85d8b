// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/resource_slot_supplier.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

struct on_a_machine {
  test::manual_executor home;
  tuning::resource_usage usage{.memory = 0.1, .cpu = 0.1};
  std::shared_ptr<resource_controller> controller = std::make_shared<resource_controller>(
      resource_controller_options{}, [this](std::string&) { return std::optional{usage}; });

  std::shared_ptr<resource_slot_supplier>
  slots_of(resource_slot_limits limits, std::size_t pollers) {
    auto made = std::make_shared<resource_slot_supplier>(controller, limits);
    made->begin(pollers);
    return made;
  }
  slot_request of(std::uint32_t poller) {
    slot_request by;
    by.poller = poller;
    by.home = &home;
    return by;
  }
  /// Seen at the next measure, and with it the jump; then without.
  void use(double memory, double cpu) {
    usage = {memory, cpu};
    for (int i = 0; i != 2; ++i) {
      home.advance(100ms);
      (void)controller->has_room(home.now());
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(resource_slots, on_a_machine)

BOOST_AUTO_TEST_CASE(each_poller_has_a_slot_whatever_is_in_use) {
  use(0.99, 0.99);
  auto slots = slots_of({.minimum = 1, .maximum = 10, .ramp = 50ms}, 3);
  std::vector<slot_permit> out;
  for (std::uint32_t poller = 0; poller != 3; ++poller) {
    out.push_back(slots->try_reserve(of(poller)));
    BOOST_TEST(static_cast<bool>(out.back()));
    BOOST_TEST(!slots->try_reserve(of(poller)));
  }
  BOOST_TEST(!slots->try_reserve_spare(of(0)));
}

BOOST_AUTO_TEST_CASE(the_minimum_is_given_out_whatever_is_in_use) {
  use(0.99, 0.99);
  auto slots = slots_of({.minimum = 3, .maximum = 10, .ramp = 50ms}, 1);
  std::vector<slot_permit> out;
  for (int i = 0; i != 3; ++i)
    out.push_back(slots->try_reserve(of(0)));
  BOOST_TEST(static_cast<bool>(out.back()));
  BOOST_TEST(!slots->try_reserve(of(0)));
}

BOOST_AUTO_TEST_CASE(above_the_minimum_slots_come_one_by_one_up_to_the_maximum) {
  auto slots = slots_of({.minimum = 1, .maximum = 4, .ramp = 50ms}, 1);
  std::vector<slot_permit> out;
  out.push_back(slots->try_reserve(of(0)));
  BOOST_TEST(!slots->try_reserve(of(0)));
  for (int i = 0; i != 3; ++i) {
    home.advance(49ms);
    BOOST_TEST(!slots->try_reserve(of(0)));
    home.advance(1ms);
    out.push_back(slots->try_reserve(of(0)));
    BOOST_TEST(static_cast<bool>(out.back()));
  }
  home.advance(1s);
  BOOST_TEST(!slots->try_reserve(of(0)));
  BOOST_TEST((slots->capacity() == 4u));
}

BOOST_AUTO_TEST_CASE(
    who_waits_is_told_to_try_again_every_ten_milliseconds_or_when_the_ramp_is_over) {
  auto quick = slots_of({.minimum = 1, .maximum = 10, .ramp = {}}, 1);
  use(0.99, 0.1);
  auto own = quick->try_reserve(of(0));
  BOOST_TEST(!quick->try_reserve(of(0)));
  int told = 0;
  quick->when_free(of(0), [&] { ++told; });
  home.advance(9ms);
  BOOST_TEST(told == 0);
  home.advance(1ms);
  BOOST_TEST(told == 1);
  home.advance(1s);
  BOOST_TEST(told == 1); // it has to ask for it

  auto ramped = slots_of({.minimum = 1, .maximum = 10, .ramp = 50ms}, 1);
  auto first = ramped->try_reserve(of(0));
  ramped->when_free(of(0), [&] { ++told; });
  home.advance(49ms);
  BOOST_TEST(told == 1);
  home.advance(1ms);
  BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(a_pollers_own_slot_comes_back_to_it_at_once) {
  use(0.99, 0.1);
  auto slots = slots_of({.minimum = 1, .maximum = 10, .ramp = {}}, 2);
  auto own = slots->try_reserve(of(0));
  bool told = false;
  slots->when_free(of(0), [&] { told = true; });
  own.release();
  BOOST_TEST(told);
  told = false;
  slots->when_free(of(0), [&] { told = true; });
  BOOST_TEST(told); // it is there
}

BOOST_AUTO_TEST_CASE(who_stops_waiting_hears_nothing) {
  use(0.99, 0.1);
  auto slots = slots_of({.minimum = 1, .maximum = 10, .ramp = {}}, 1);
  auto own = slots->try_reserve(of(0));
  const auto guard = std::make_shared<int>(0);
  slots->when_free(of(0), [guard] { BOOST_ERROR("told"); });
  slots->stop_waiting(of(0));
  BOOST_TEST(guard.use_count() == 1);
  home.advance(1s);
}

BOOST_AUTO_TEST_CASE(without_room_finished_slots_go_back_down_to_the_minimum) {
  auto slots = slots_of({.minimum = 2, .maximum = 10, .ramp = {}}, 1);
  std::vector<slot_permit> out;
  for (int i = 0; i != 4; ++i)
    out.push_back(slots->try_reserve(of(0)));
  BOOST_TEST(slots->try_keep(out.back(), of(0), false));
  use(0.99, 0.1);
  BOOST_TEST(slots->try_keep(out.front(), of(0), false)); // the poller's own
  BOOST_TEST(!slots->try_keep(out.back(), of(0), false));
  out.pop_back();
  BOOST_TEST(!slots->try_keep(out.back(), of(0), false));
  out.pop_back();
  BOOST_TEST(slots->try_keep(out.back(), of(0), false));
  use(0.1, 0.1);
  BOOST_TEST(static_cast<bool>(slots->try_reserve(of(0))));
}

BOOST_AUTO_TEST_CASE(spare_slots_are_those_that_no_poller_waits_for) {
  auto slots = slots_of({.minimum = 1, .maximum = 3, .ramp = {}}, 1);
  auto spare = slots->try_reserve_spare(of(0));
  BOOST_TEST(static_cast<bool>(spare));
  auto own = slots->try_reserve(of(0));
  slots->when_free(of(0), [] {});
  BOOST_TEST(!slots->try_reserve_spare(of(0)));
  slots->stop_waiting(of(0));
  auto second = slots->try_reserve_spare(of(0));
  BOOST_TEST(static_cast<bool>(second));
  BOOST_TEST(!slots->try_reserve_spare(of(0)));
}

BOOST_AUTO_TEST_CASE(tells_when_all_are_back) {
  auto slots = slots_of({.minimum = 1, .maximum = 10, .ramp = {}}, 1);
  auto own = slots->try_reserve(of(0));
  auto other = slots->try_reserve(of(0));
  bool all = false;
  slots->when_all_free([&] { all = true; });
  own.release();
  BOOST_TEST(!all);
  other.release();
  BOOST_TEST(all);
}

BOOST_AUTO_TEST_CASE(two_suppliers_share_one_machine) {
  auto one = slots_of({.minimum = 1, .maximum = 10, .ramp = {}}, 1);
  auto other = slots_of({.minimum = 1, .maximum = 10, .ramp = {}}, 1);
  auto a = one->try_reserve(of(0));
  auto b = other->try_reserve(of(0));
  use(0.99, 0.1);
  BOOST_TEST(!one->try_reserve(of(0)));
  BOOST_TEST(!other->try_reserve(of(0)));
}

BOOST_AUTO_TEST_SUITE_END()
