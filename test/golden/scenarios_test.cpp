// SPDX-License-Identifier: Apache-2.0
// Nexus: what the real server and a Python worker wrote, our service and our worker write too: a
// scenario is one row.

#include "test/golden/rows.hpp"
#include "test/golden/scenario.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

/// Cancels a caller from outside once its operation has started.
template <fixed_text Id>
void cancel_started_caller(golden_world& world) {
  world.until(Id.text, "WorkflowTaskCompleted", 2);
  world.advance(500ms);
  world.request_cancel(Id.text);
}

/// Resets a caller whose operation has started to the task that this event finished.
void reset_caller(golden_world& world, const std::string& id, std::int64_t finish_event_id) {
  world.until(id, "WorkflowTaskCompleted", 2);
  world.advance(100ms);
  world.reset(id, finish_event_id, "root: golden reset");
}

const scenario table[] = {
    // -- operations that answer at once
    {.name = "nexus/sync-success"},
    {.name = "nexus/sync-object"},
    {.name = "nexus/sync-void"},
    {.name = "nexus/summary-and-headers", .words = {{"8.99839908s", "9000ms"}}},

    // -- operations that are workflows
    {.name = "nexus/run-success", .pace = {.caller_task = 30ms}},
    {.name = "nexus/run-object"},
    {.name = "nexus/run-handler-fails"},
    {.name = "nexus/run-handler-times-out"},
    {.name = "nexus/run-handler-canceled",
     .happens =
         [](golden_world& world) {
           world.until("run-handler-canceled", "WorkflowTaskCompleted", 2);
           world.advance(500ms);
           world.request_cancel("run-handler-canceled-handler");
         }},
    {.name = "nexus/run-handler-terminated",
     .happens =
         [](golden_world& world) {
           world.until("run-handler-terminated", "WorkflowTaskCompleted", 2);
           world.advance(500ms);
           world.terminate(
               "run-handler-terminated-handler",
               by_command_line,
               "\"golden reason\"\n\"golden detail\"");
         }},
    {.name = "nexus/run-already-started",
     .before = [](golden_world& world) { world.start_handler("already-started-handler", "wait"); }},
    {.name = "nexus/completed-before-start-answer",
     .pace = {.handler_task = 0ms, .handler_answer = 1500ms}},
    {.name = "nexus/attach-caller-1",
     .happens =
         [](golden_world& world) {
           world.advance(1s);
           world.start_as(load_history("nexus/attach-caller-2.json"));
           world.until("attach-caller-2", "WorkflowTaskCompleted", 2);
           world.advance(500ms);
           world.signal("attach-handler", "release", R"("go")");
         },
     .also = {"nexus/attach-caller-2", "nexus/attach.handler"}},
    {.name = "nexus/attach-cancel-1",
     .happens =
         [](golden_world& world) {
           world.advance(1s);
           world.start_as(load_history("nexus/attach-cancel-2.json"));
           world.until("attach-cancel-2", "WorkflowTaskCompleted", 2);
           world.advance(500ms);
           world.request_cancel("attach-cancel-1");
         },
     .also = {"nexus/attach-cancel-2", "nexus/attach-cancel.handler"}},
    {.name = "nexus/caller-worker-killed",
     .happens =
         [](golden_world& world) {
           world.until("caller-worker-killed", "WorkflowTaskCompleted", 2);
           world.kill_worker("golden-first-worker");
           world.advance(500ms);
           world.signal("caller-worker-killed-handler", "release", R"("go")");
           world.advance(1s);
           world.start_worker({"caller-ns", "killed-tq", "golden-second-worker"});
         },
     .before =
         [](golden_world& world) {
           world.start_worker({"caller-ns", "killed-tq", "golden-first-worker"});
         },
     .unless_it_dies = "who polled a sticky queue is not durable: a task does not wait there"},
    {.name = "nexus/pending-at-caller-complete",
     .happens =
         [](golden_world& world) {
           world.until("pending-at-caller-complete", "WorkflowExecutionCompleted");
           world.advance(500ms);
           world.signal("pending-at-caller-complete-handler", "release", R"("go")");
         }},
    {.name = "nexus/pending-at-caller-fail",
     .happens =
         [](golden_world& world) {
           world.until("pending-at-caller-fail", "WorkflowExecutionFailed");
           world.advance(500ms);
           world.signal("pending-at-caller-fail-handler", "release", R"("go")");
         }},
    {.name = "nexus/pending-at-caller-terminated",
     .happens =
         [](golden_world& world) {
           world.until("pending-at-caller-terminated", "WorkflowTaskCompleted", 2);
           world.advance(500ms);
           world.terminate(
               "pending-at-caller-terminated", by_command_line, R"("golden terminate")");
           world.signal("pending-at-caller-terminated-handler", "release", R"("go")");
         }},
    {.name = "nexus/pending-at-continue-as-new",
     .happens =
         [](golden_world& world) {
           world.until("pending-at-continue-as-new", "WorkflowExecutionCompleted");
           world.advance(500ms);
           world.signal("pending-at-continue-as-new-handler", "release", R"("go")");
         },
     .also = {"nexus/pending-at-continue-as-new.second-run"}},

    {.name = "nexus/pending-at-reset-to-first-task",
     .happens =
         [](golden_world& world) {
           reset_caller(world, "pending-at-reset-to-first-task", 4);
           world.until("pending-at-reset-to-first-task", "NexusOperationStarted");
           world.until("pending-at-reset-to-first-task", "WorkflowTaskCompleted", 2);
           world.advance(500ms);
           world.signal("pending-at-reset-to-first-task-handler", "release", R"("go")");
         },
     .also = {"nexus/pending-at-reset-to-first-task.second-run"}},
    {.name = "nexus/pending-at-reset-after-started",
     .happens =
         [](golden_world& world) {
           reset_caller(world, "pending-at-reset-after-started", 9);
           world.until("pending-at-reset-after-started", "WorkflowTaskCompleted", 2);
           world.advance(500ms);
           world.signal("pending-at-reset-after-started-handler", "release", R"("go")");
         },
     .also = {"nexus/pending-at-reset-after-started.second-run"}},

    // -- operations that fail
    {.name = "nexus/operation-error-failed"},
    {.name = "nexus/operation-error-failed-with-cause"},
    {.name = "nexus/operation-error-canceled"},
    {.name = "nexus/unknown-operation"},
    {.name = "nexus/unknown-service"},
    {.name = "nexus/undecodable-input",
     .words =
         {{"Expected value to be int|float, was <class 'str'>",
           "expected number, got string \"not a number\""},
          {"TypeError", "PayloadError"}}},
    {.name = "nexus/unhandled-exception"},
    {.name = "nexus/handler-application-error-non-retryable"},
    {.name = "nexus/handler-application-error-retryable",
     .unless_it_dies = "chance decides how long its last backoff takes",
     .unless_it_unloads = "chance decides how long its last backoff takes"},
    {.name = "nexus/handler-error-bad-request"},
    {.name = "nexus/handler-error-bad-request-marked-retryable"},
    {.name = "nexus/handler-error-conflict"},
    {.name = "nexus/handler-error-internal"},
    {.name = "nexus/handler-error-internal-marked-non-retryable"},
    {.name = "nexus/handler-error-not-found"},
    {.name = "nexus/handler-error-not-implemented"},
    {.name = "nexus/handler-error-request-timeout"},
    {.name = "nexus/handler-error-resource-exhausted"},
    {.name = "nexus/handler-error-unauthenticated"},
    {.name = "nexus/handler-error-unauthorized"},
    {.name = "nexus/handler-error-unavailable"},
    {.name = "nexus/handler-error-upstream-timeout"},
    {.name = "nexus/circuit-breaker-open"},
    {.name = "nexus/endpoint-does-not-exist",
     .happens =
         [](golden_world& world) {
           world.until("endpoint-does-not-exist", "WorkflowTaskFailed");
           world.advance(1500ms);
           world.terminate("endpoint-does-not-exist", by_command_line, R"("enough")");
         }},
    {.name = "nexus/endpoint-deleted-while-pending",
     .happens =
         [](golden_world& world) {
           world.until("endpoint-deleted-while-pending", "NexusOperationScheduled");
           world.advance(500ms);
           world.delete_endpoint("golden-endpoint-temp");
         }},

    // -- operations that take too long
    {.name = "nexus/no-worker-schedule-to-close"},
    {.name = "nexus/no-worker-schedule-to-start"},
    {.name = "nexus/no-worker-start-to-close",
     .happens =
         [](golden_world& world) {
           world.until("no-worker-start-to-close", "NexusOperationScheduled");
           world.advance(4s);
           world.terminate("no-worker-start-to-close", by_command_line, R"("enough")");
         }},
    {.name = "nexus/started-schedule-to-close"},
    {.name = "nexus/started-schedule-to-start"},
    {.name = "nexus/started-start-to-close"},
    {.name = "nexus/sync-handler-too-slow"},

    // -- operations that are cancelled
    {.name = "nexus/cancel-same-task-abandon"},
    {.name = "nexus/cancel-same-task-try-cancel"},
    {.name = "nexus/cancel-same-task-wait-completed"},
    {.name = "nexus/cancel-same-task-wait-requested"},
    {.name = "nexus/cancel-before-started-wait-completed",
     .pace = {.caller_task = 5ms},
     .unless_it_dies = "a task that was to go out with an answer goes out by a poll"},
    {.name = "nexus/cancel-before-started-wait-requested",
     .pace = {.handler_task = 0ms},
     .unless_it_unloads = "the cancel and a task's answer come at one moment: the disk has a say"},
    {.name = "nexus/cancel-after-started-abandon"},
    {.name = "nexus/cancel-after-started-try-cancel"},
    {.name = "nexus/cancel-after-started-wait-completed"},
    {.name = "nexus/cancel-after-started-wait-requested"},
    {.name = "nexus/cancel-after-completed-abandon"},
    {.name = "nexus/cancel-after-completed-try-cancel"},
    {.name = "nexus/cancel-after-completed-wait-completed", .pace = {.caller_task = 30ms}},
    {.name = "nexus/cancel-after-completed-wait-requested", .pace = {.caller_task = 30ms}},
    {.name = "nexus/cancel-while-backing-off-wait-completed",
     .unless_it_dies = "chance decides how long its last backoff takes",
     .unless_it_unloads = "chance decides how long its last backoff takes"},
    {.name = "nexus/cancel-ignored-by-handler"},
    // The recorded service let the half second before the cancel last a whole one; the pace makes
    // up
    // for it.
    {.name = "nexus/cancel-handler-crash-try-cancel", .pace = {.caller_task = 300ms}},
    {.name = "nexus/cancel-handler-crash-wait-completed", .pace = {.caller_task = 300ms}},
    {.name = "nexus/cancel-handler-crash-wait-requested", .pace = {.caller_task = 300ms}},
    {.name = "nexus/cancel-handler-not-found-try-cancel"},
    {.name = "nexus/cancel-handler-not-found-wait-completed"},
    {.name = "nexus/cancel-handler-not-found-wait-requested"},
    {.name = "nexus/cancel-handler-unavailable-try-cancel", .pace = {.caller_task = 300ms}},
    {.name = "nexus/cancel-handler-unavailable-wait-completed", .pace = {.caller_task = 300ms}},
    {.name = "nexus/cancel-handler-unavailable-wait-requested", .pace = {.caller_task = 300ms}},
    {.name = "nexus/caller-workflow-canceled-abandon",
     .happens = cancel_started_caller<"caller-workflow-canceled-abandon">},
    {.name = "nexus/caller-workflow-canceled-try-cancel",
     .happens = cancel_started_caller<"caller-workflow-canceled-try-cancel">},
    {.name = "nexus/caller-workflow-canceled-wait-completed",
     .happens = cancel_started_caller<"caller-workflow-canceled-wait-completed">},
    {.name = "nexus/caller-workflow-canceled-wait-requested",
     .happens = cancel_started_caller<"caller-workflow-canceled-wait-requested">},
};

} // namespace

std::vector<std::string> scenarios_rows() {
  return recordings_of(table);
}

BOOST_AUTO_TEST_SUITE(scenarios)

#include "test/golden/scenario_cases.inc"

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
