// SPDX-License-Identifier: Apache-2.0
// Each recording is a row of one of the tables here, or stands below with what keeps it out. The
// rules alone play nearly all of those (test/runtime/embedded/golden), as their worker does what
// the recorded one did; and all are replayed (test/replay).

#include "test/golden/rows.hpp"
#include "test/support/recordings.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {
namespace {

constexpr const char* by_chance = "chance decided what came first";

const std::pair<const char*, const char*> unplayed[] = {
    {"activity/cancel-try-cancel",
     "its worker sent each heartbeat, ours one in four seconds, so that ours hears of the cancel "
     "behind a timer that fired later there"},
    {"activity/not-registered", "its failure lists the activities that its worker knew"},
    {"activity/three-concurrently", by_chance},
    {"child/child-canceled-by-client",
     "its client came before a worker took the child's first task"},
    {"child/child-canceled-by-client.child",
     "its client came before a worker took the child's first task"},
    {"child/child-terminated", "its client came before a worker took the child's first task"},
    {"child/child-terminated.child", "its client came before a worker took the child's first task"},
    {"child/parent-close-terminate", by_chance},
    {"child/parent-close-terminate.child", by_chance},
    {"go/go-activities-and-timer", by_chance},
    {"go/go-cancel-before-started-wait-requested",
     "its worker took a task so late that the next event came before that"},
    {"go/go-cancel-before-started-wait-requested.handler", "its caller is no row"},
    {"go/go-upsert-search-attributes", "Go gives no result where ours gives an empty one"},
    {"go/go-local-activity", "a marker of a local activity is Go's own, and ours another"},
    {"go/go-local-activity-fails", "a marker of a local activity is Go's own, and ours another"},
    {"go/go-panic",
     "Go says of a panic that it is not to be retried, ours of an exception nothing"},
    {"messages/update-with-signal-at-once", by_chance},
    {"nexus/cancel-before-started-abandon",
     "a bug of its SDK: the task that brings the start fails for ever"},
    {"nexus/cancel-before-started-abandon.handler", "its caller is no row"},
    {"nexus/cancel-before-started-try-cancel",
     "a bug of its SDK: the task that brings the start fails for ever"},
    {"nexus/cancel-before-started-try-cancel.handler", "its caller is no row"},
    {"nexus/cancel-while-backing-off-try-cancel",
     "a bug of its SDK: the task that brings the end fails for ever"},
    {"nexus/fan-out-five-cancel-rest", by_chance},
    {"nexus/message-query", "its handler is a client, and the handlers here have none"},
    {"nexus/message-query.handler", "its caller is no row"},
    {"nexus/message-signal", "its handler is a client, and the handlers here have none"},
    {"nexus/message-signal.handler", "its caller is no row"},
    {"nexus/message-signal-with-start", "its handler is a client, and the handlers here have none"},
    {"nexus/message-signal-with-start.handler", "its caller is no row"},
    {"nexus/message-update", "its handler is a client, and the handlers here have none"},
    {"nexus/message-update.handler", "its caller is no row"},
    {"workflow/search-attribute-not-registered",
     "its attributes were registered while its task failed again and again, at no recorded time"},
    {"workflow/started-by-schedule", "its id and start are those of a schedule on that day"},
    {"workflow/workflow-type-not-registered",
     "its failure lists the workflows that its worker knew"},
    {"workflow/workflow-paused",
     "the service does not pause workflows, as the real server by default"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(coverage)

BOOST_AUTO_TEST_CASE(each_recording_is_a_row_or_has_a_reason) {
  auto left = recordings();
  BOOST_TEST(left.size() >= 322U); // they only grow
  for (const auto& rows :
       {activity_scenarios_rows(),
        child_scenarios_rows(),
        go_scenarios_rows(),
        message_scenarios_rows(),
        scenarios_rows(),
        workflow_scenarios_rows()})
    for (const auto& name : rows)
      BOOST_TEST(left.erase(name) == 1U, name << " is no recording, or a row twice");
  for (const auto& [name, why] : unplayed)
    BOOST_TEST(left.erase(name) == 1U, name << " is no recording, or a row in spite of: " << why);
  for (const auto& name : left)
    BOOST_ERROR(name << " is neither a row nor has a reason");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
