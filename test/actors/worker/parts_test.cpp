// SPDX-License-Identifier: Apache-2.0
#include "actors/caf_compat.hpp"
#include "actors/supervision/backoff.hpp"
#include "actors/worker/task_outcome.hpp"
#include "runtime/telemetry/registry.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::actors;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(parts)

BOOST_AUTO_TEST_CASE(backoff_grows_to_its_cap_and_starts_again_after_success) {
  backoff wait{{.initial = 200ms, .maximum = 1s}};
  BOOST_TEST((wait.next(0) == 200ms));
  BOOST_TEST((wait.next(0) == 400ms));
  BOOST_TEST((wait.next(0) == 800ms));
  BOOST_TEST((wait.next(0) == 1s));
  BOOST_TEST((wait.next(1) == 1200ms));
  for (int i = 0; i < 5000; ++i)
    wait.next(0);
  BOOST_TEST((wait.next(-1) == 800ms));
  wait.reset();
  BOOST_TEST((wait.next(0) == 200ms));
}

BOOST_AUTO_TEST_CASE(a_forgotten_task_is_counted_as_such) {
  auto meter = std::make_shared<troupe::telemetry::registry>()->add_meter();
  outcome_counters counters{*meter, "TestWorker"};
  {
    outcome_guard first{counters, "test"};
    outcome_guard second{counters, "test"};
    second.record(task_outcome::answered);
    second.record(task_outcome::died);
    auto moved = std::move(first);
    BOOST_TEST(counters.slots_used.get() == 1);
  }
  BOOST_TEST(counters.slots_used.get() == 0);
  BOOST_TEST(counters.accepted.get() == 2u);
  BOOST_TEST(counters.of(task_outcome::answered) == 1u);
  BOOST_TEST(counters.of(task_outcome::died) == 0u);
  BOOST_TEST(counters.of(task_outcome::forgotten) == 1u);
}

BOOST_AUTO_TEST_CASE(a_handoff_is_taken_once) {
  auto parcel = make_handoff<std::unique_ptr<int>>(std::make_unique<int>(7));
  auto moved = std::move(parcel);
  BOOST_TEST(**moved.take() == 7);
  BOOST_TEST((moved.take() == nullptr));
  auto copy_of_empty = moved;
  BOOST_TEST((copy_of_empty.get() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
