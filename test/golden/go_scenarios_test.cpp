// SPDX-License-Identifier: Apache-2.0
// What the real server and a Go worker wrote, our service and our worker write too, but for how Go
// counts its ids. A scenario is one row.

#include "test/golden/rows.hpp"
#include "test/golden/scenario.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

void start_caller(golden_world& world) {
  world.start_worker(
      {.name_space = "caller-ns", .task_queue = "go-nexus-tq", .identity = "golden-go-worker"});
}

void start_worker(golden_world& world) {
  world.start_worker(
      {.name_space = "caller-ns",
       .task_queue = "go-tq",
       .identity = "golden-go-worker",
       .runs_activities = true});
}

const std::vector<word> go_words{{"GoSDK", ""}, {"\\u003c-", "<-"}};

const scenario table[] = {
    {.name = "go/go-cancel-after-started-abandon", .before = start_caller, .words = go_words},
    {.name = "go/go-cancel-after-started-try-cancel", .before = start_caller, .words = go_words},
    {.name = "go/go-cancel-after-started-wait-completed",
     .before = start_caller,
     .words = go_words},
    {.name = "go/go-cancel-after-started-wait-requested",
     .before = start_caller,
     .words = go_words},
    {.name = "go/go-cancel-before-started-abandon",
     .before = start_caller,
     .words = go_words,
     .unless_it_dies = "chance decides when an answer that was lost is asked for again"},
    {.name = "go/go-cancel-before-started-try-cancel",
     .before = start_caller,
     .words = go_words,
     .unless_it_dies = "a task that was to go out with an answer goes out by a poll"},
    {.name = "go/go-cancel-before-started-wait-completed",
     .before = start_caller,
     .words = go_words,
     .unless_it_dies = "a task that was to go out with an answer goes out by a poll"},
    {.name = "go/go-cancel-same-task-abandon", .before = start_caller, .words = go_words},
    {.name = "go/go-cancel-same-task-try-cancel", .before = start_caller, .words = go_words},
    {.name = "go/go-cancel-same-task-wait-completed", .before = start_caller, .words = go_words},
    {.name = "go/go-cancel-same-task-wait-requested", .before = start_caller, .words = go_words},
    {.name = "go/go-cancel-while-backing-off-try-cancel",
     .before = start_caller,
     .words = go_words},
    {.name = "go/go-cancel-while-backing-off-wait-completed",
     .before = start_caller,
     .words = go_words},

    {.name = "go/go-canceled",
     .happens =
         [](golden_world& world) {
           world.until("go-canceled", "WorkflowTaskCompleted");
           world.advance(300ms);
           world.request_cancel("go-canceled");
         },
     .before = start_worker,
     .words = go_words},
    {.name = "go/go-error", .before = start_worker, .words = go_words},
    {.name = "go/go-mutable-side-effect",
     .before = start_worker,
     .words =
         {{"golden-id_5", "golden-id_1"},
          {"golden-id_16", "golden-id_3"},
          {"golden-id_27", "golden-id_5"},
          {"}, \"data\"", "},\"data\""}}},
    {.name = "go/go-side-effect", .before = start_worker, .words = go_words},
    {.name = "go/go-timer-canceled-by-scope", .before = start_worker, .words = go_words},
    {.name = "go/go-version", .before = start_worker, .words = go_words},
};

} // namespace

std::vector<std::string> go_scenarios_rows() {
  return recordings_of(table);
}

BOOST_AUTO_TEST_SUITE(go_scenarios)

#include "test/golden/scenario_cases.inc"

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
