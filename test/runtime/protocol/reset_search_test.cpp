// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/reset_search.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <vector>

namespace enums = temporal::api::enums::v1;

namespace {

using history = std::vector<enums::EventType>;

constexpr auto started = enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
constexpr auto scheduled = enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED;
constexpr auto taken = enums::EVENT_TYPE_WORKFLOW_TASK_STARTED;
constexpr auto failed = enums::EVENT_TYPE_WORKFLOW_TASK_FAILED;
constexpr auto completed = enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED;

/// Shows it from its beginning or its end, as far as is wanted.
troupe::protocol::reset_search searched(const history& all, bool from_end) {
  std::vector<temporal::api::history::v1::HistoryEvent> events;
  for (const auto type : all) {
    auto& event = events.emplace_back();
    event.set_event_id(static_cast<std::int64_t>(events.size()));
    event.set_event_type(type);
  }
  if (from_end)
    std::ranges::reverse(events);
  troupe::protocol::reset_search search;
  for (const auto& each : events)
    if (search.see(each))
      break;
  return search;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reset_search)

BOOST_AUTO_TEST_CASE(
    the_first_completed_task_is_first_from_the_beginning_and_the_last_from_the_end) {
  const history all{
      started,
      scheduled,
      taken,
      failed,
      scheduled,
      taken,
      completed,
      scheduled,
      taken,
      completed,
      scheduled};
  BOOST_TEST(searched(all, false).completed() == 7);
  BOOST_TEST(searched(all, true).completed() == 10);
  BOOST_TEST(searched(all, true).completed_or_scheduled() == 10);
}

BOOST_AUTO_TEST_CASE(without_one_it_is_behind_the_first_that_was_scheduled) {
  const history all{started, scheduled, taken, failed, scheduled};
  for (const bool from_end : {false, true}) {
    BOOST_TEST(searched(all, from_end).completed() == 0);
    BOOST_TEST(searched(all, from_end).completed_or_scheduled() == 3);
  }
}

BOOST_AUTO_TEST_CASE(without_tasks_there_is_none) {
  BOOST_TEST(searched({started}, false).completed_or_scheduled() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
