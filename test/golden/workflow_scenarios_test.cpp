// SPDX-License-Identifier: Apache-2.0
// Workflows by themselves and beside each other: what the real server and a Python worker wrote,
// our service and our worker write too. A scenario is one row.

#include "test/golden/rows.hpp"
#include "test/golden/scenario.hpp"
#include "test/support/golden_workflows.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {
namespace {

namespace wire = temporal::api::workflowservice::v1;

/// Lets the workflow `Replayed` go on behind its timer.
template <fixed_text Id>
void signal_replayed(golden_world& world) {
  world.until(Id.text, "WorkflowTaskCompleted", 3);
  world.advance(200ms);
  world.signal(Id.text, "golden-signal", R"("two")");
}

/// Starts whom another workflow will tell something, and waits until it is ready.
void start_target(golden_world& world, const std::string& name) {
  const auto recorded = load_history(name + ".json");
  world.start_as(recorded);
  world.until(
      recorded.events(0).workflow_execution_started_event_attributes().workflow_id(),
      "WorkflowTaskCompleted");
}

const scenario table[] = {
    // -- workflows
    {.name = "workflow/complete"},
    {.name = "workflow/complete-void"},
    {.name = "workflow/fail-application-error"},
    {.name = "workflow/priority"},
    {.name = "workflow/timers"},
    {.name = "workflow/timer-started-and-cancelled-in-one-task"},
    {.name = "workflow/wait-condition-timeout"},
    {.name = "workflow/start-delay"},
    {.name = "workflow/run-timeout"},
    {.name = "workflow/execution-timeout"},
    {.name = "workflow/continue-as-new", .also = {"workflow/continue-as-new.run-2"}},
    {.name = "workflow/continue-as-new-changed",
     .also = {"workflow/continue-as-new-changed.run-2"}},
    {.name = "workflow/continue-as-new-suggested",
     .also = {"workflow/continue-as-new-suggested.run-2"}},
    {.name = "workflow/retry-policy-exhausted",
     .also = {"workflow/retry-policy-exhausted.run-2", "workflow/retry-policy-exhausted.run-3"}},
    {.name = "workflow/retry-policy-non-retryable"},
    {.name = "workflow/run-timeout-with-retry", .also = {"workflow/run-timeout-with-retry.run-2"}},
    {.name = "workflow/cron",
     .happens =
         [](golden_world& world) {
           world.advance(2100ms);
           world.terminate("cron", by_command_line, R"("enough cron")");
         },
     .also = {"workflow/cron.run-2", "workflow/cron.run-3"}},
    {.name = "workflow/cron-failure-carried",
     .happens =
         [](golden_world& world) {
           world.advance(2100ms);
           world.terminate("cron-failure-carried", by_command_line, R"("enough cron")");
         },
     .also = {"workflow/cron-failure-carried.run-2", "workflow/cron-failure-carried.run-3"}},
    {.name = "workflow/cancel-handled",
     .happens =
         [](golden_world& world) {
           world.until("cancel-handled", "WorkflowTaskCompleted");
           world.request_cancel("cancel-handled");
         }},
    {.name = "workflow/cancel-not-caught",
     .happens =
         [](golden_world& world) {
           world.until("cancel-not-caught", "WorkflowTaskCompleted");
           world.request_cancel("cancel-not-caught");
         }},
    {.name = "workflow/cancel-with-reason",
     .happens =
         [](golden_world& world) {
           world.until("cancel-with-reason", "WorkflowTaskCompleted");
           world.request_cancel("cancel-with-reason", "golden reason", "req-1");
         }},
    {.name = "workflow/terminated",
     .happens =
         [](golden_world& world) {
           world.until("terminated", "WorkflowTaskCompleted");
           world.terminate("terminated", "golden reason", "\"detail one\"\n{\"detail\":2}");
         }},
    {.name = "workflow/terminate-existing",
     .happens =
         [](golden_world& world) {
           world.until("terminate-existing", "WorkflowTaskCompleted");
           world.start_as(
               load_history("workflow/terminate-existing.run-2.json"),
               temporal::api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
           world.until("terminate-existing", "WorkflowTaskStarted");
           world.signal("terminate-existing", "stop", "");
         },
     .also = {"workflow/terminate-existing.run-2"},
     .pace = {.caller_task = 5ms}},
    {.name = "workflow/signal-before-first-task",
     .happens =
         [](golden_world& world) {
           world.signal("signal-before-first-task", "golden-signal", R"("early")");
           world.start_worker({"caller-ns", "late-tq", "golden-worker"});
         }},
    {.name = "workflow/worker-restarted",
     .happens =
         [](golden_world& world) {
           world.until("worker-restarted", "WorkflowTaskCompleted", 3);
           world.stop_worker("golden-first-worker");
           world.signal("worker-restarted", "golden-signal", R"("two")");
           world.start_worker(
               {.name_space = "caller-ns",
                .task_queue = "restart-tq",
                .identity = "golden-second-worker",
                .runs_activities = true});
         },
     .before =
         [](golden_world& world) {
           world.start_worker(
               {.name_space = "caller-ns",
                .task_queue = "restart-tq",
                .identity = "golden-first-worker",
                .runs_activities = true});
         }},
    {.name = "workflow/reset",
     .happens =
         [](golden_world& world) {
           world.until("reset", "WorkflowTaskCompleted", 3);
           world.signal("reset", "golden-signal", R"("s1")");
           world.until("reset", "WorkflowTaskCompleted", 4);
           world.advance(300ms);
           world.reset("reset", 9, "root: golden reset");
           world.until("reset", "ActivityTaskCompleted");
           world.until("reset", "WorkflowTaskCompleted", 3);
           world.advance(300ms);
           world.signal("reset", "golden-signal", R"("s2")");
         },
     .also = {"workflow/reset.run-2"}},
    {.name = "workflow/bug-then-fixed", .words = {{"RuntimeError", "std::runtime_error"}}},

    {.name = "workflow/cancel-cleanup",
     .happens =
         [](golden_world& world) {
           world.until("cancel-cleanup", "WorkflowTaskCompleted");
           world.request_cancel("cancel-cleanup");
         }},
    {.name = "workflow/nondeterminism",
     .happens =
         [](golden_world& world) {
           world.until("nondeterminism", "WorkflowTaskCompleted", 2);
           world.stop_worker("golden-worker");
           set_golden_change(true);
           world.start_worker({"caller-ns", "nd-tq", "golden-worker"});
           world.signal("nondeterminism", "golden-signal", R"("x")");
           world.advance(1500ms);
           world.terminate("nondeterminism", by_command_line, R"("enough")");
         },
     .before =
         [](golden_world& world) {
           world.stop_worker("golden-worker");
           world.start_worker({"caller-ns", "nd-tq", "golden-worker"});
         },
     .words =
         {{"Activity machine does not handle this event: HistoryEvent(id: 5, TimerStarted)",
           "event 5 (TimerStarted) does not match the command that the workflow's code issued: "
           "ScheduleActivityTask (greet '1'). The workflow's code no longer does what it did "
           "when this history was written: restore the old order of commands, let new code "
           "run for new workflows only, or reset the workflow."}}},
    {.name = "workflow/options-updated",
     .happens =
         [](golden_world& world) {
           world.until("options-updated", "WorkflowTaskCompleted");
           wire::UpdateWorkflowExecutionOptionsRequest request;
           request.set_namespace_("caller-ns");
           request.mutable_workflow_execution()->set_workflow_id("options-updated");
           request.mutable_workflow_execution_options()
               ->mutable_versioning_override()
               ->set_auto_upgrade(true);
           request.mutable_update_mask()->add_paths("versioning_override");
           world.call("UpdateWorkflowExecutionOptions", request);
           world.signal("options-updated", "golden-signal", R"("v")");
         }},
    {.name = "workflow/patched"},
    {.name = "workflow/patch-deprecated"},
    {.name = "workflow/start-eagerly"},
    {.name = "workflow/static-summary-and-details"},
    {.name = "workflow/sticky-cache-off",
     .happens = signal_replayed<"sticky-cache-off">,
     .before =
         [](golden_world& world) {
           world.start_worker(
               {.name_space = "caller-ns",
                .task_queue = "nocache-tq",
                .identity = "golden-worker",
                .runs_activities = true,
                .max_cached_workflows = 0});
         }},
    {.name = "workflow/sticky-cache-on", .happens = signal_replayed<"sticky-cache-on">},
    {.name = "workflow/sticky-cache-evicted",
     .happens =
         [](golden_world& world) {
           world.until("sticky-cache-evicted", "WorkflowTaskCompleted", 3);
           auto evictor = load_history("messages/query.json");
           auto& started =
               *evictor.mutable_events(0)->mutable_workflow_execution_started_event_attributes();
           started.set_workflow_id("sticky-cache-evictor");
           started.mutable_task_queue()->set_name("evict-tq");
           world.start_as(evictor);
           world.until("sticky-cache-evictor", "WorkflowTaskCompleted");
           world.signal("sticky-cache-evicted", "golden-signal", R"("two")");
         },
     .before =
         [](golden_world& world) {
           world.start_worker(
               {.name_space = "caller-ns",
                .task_queue = "evict-tq",
                .identity = "golden-worker",
                .runs_activities = true,
                .max_cached_workflows = 1});
         }},
    {.name = "workflow/workflow-task-timeout",
     .happens =
         [](golden_world& world) {
           world.until("workflow-task-timeout", "WorkflowTaskStarted", 2);
           // It answers too late.
           world.kill_worker("golden-worker");
           world.until("workflow-task-timeout", "WorkflowTaskTimedOut");
           world.start_worker({"caller-ns", "basic-tq", "golden-worker"});
         },
     .pace = {.caller_task = 500ms}},

    // -- local activities
    {.name = "workflow/local-activity"},
    {.name = "workflow/local-activity-fails"},
    {.name = "workflow/local-activity-retry"},
    {.name = "workflow/local-activity-retry-by-timer"},
    {.name = "workflow/local-activity-longer-than-task", .words = {{"awake", "slept"}}},

    // -- messages
    {.name = "messages/query",
     .happens =
         [](golden_world& world) {
           world.until("query", "WorkflowTaskCompleted");
           BOOST_TEST(world.query("query", "got") == "[]");
           BOOST_TEST(world.query("query", "got") == "[]");
           world.signal("query", "stop", "");
           world.until("query", "WorkflowExecutionCompleted");
           BOOST_TEST(world.query("query", "got") == "[]");
         }},
    {.name = "messages/signal-with-start",
     .start =
         [](golden_world& world, const history& recorded) {
           world.signal_with_start_as(recorded, "golden-signal", R"("with start")");
         }},
    {.name = "messages/signal",
     .happens =
         [](golden_world& world) {
           world.until("signal", "WorkflowTaskCompleted");
           world.signal("signal", "golden-signal", R"("value")");
         }},
    {.name = "messages/signal-unknown-name",
     .happens =
         [](golden_world& world) {
           world.until("signal-unknown-name", "WorkflowTaskCompleted");
           world.signal("signal-unknown-name", "no-such-signal", "1");
           world.advance(300ms);
           world.signal("signal-unknown-name", "golden-signal", R"("v")");
         }},
    {.name = "messages/signals-buffered-while-task-runs",
     .happens =
         [](golden_world& world) {
           world.until("signals-buffered-while-task-runs", "WorkflowTaskStarted", 2);
           for (const char* value : {R"("s0")", R"("s1")", R"("s2")", R"("s3")", R"("s4")"})
             world.signal("signals-buffered-while-task-runs", "golden-signal", value);
         },
     .pace = {.caller_task = 1s}},
    {.name = "messages/unhandled-command",
     .happens =
         [](golden_world& world) {
           world.until("unhandled-command", "WorkflowTaskStarted", 2);
           world.signal("unhandled-command", "golden-signal", R"("late")");
         },
     .pace = {.caller_task = 1s}},

    // -- messages to other workflows
    {.name = "messages/external-cancel",
     .before = [](golden_world& world) { start_target(world, "messages/external-cancel.target"); },
     .also = {"messages/external-cancel.target"}},
    {.name = "messages/external-cancel-unknown"},
    {.name = "messages/external-signal",
     .happens =
         [](golden_world& world) {
           world.until("external-signal", "WorkflowExecutionCompleted");
           world.advance(300ms);
           world.signal("external-signal-target", "stop", "");
         },
     .before = [](golden_world& world) { start_target(world, "messages/external-signal.target"); },
     .also = {"messages/external-signal.target"}},
    {.name = "messages/external-signal-unknown"},
};

} // namespace

std::vector<std::string> workflow_scenarios_rows() {
  return recordings_of(table);
}

BOOST_AUTO_TEST_SUITE(workflow_scenarios)

#include "test/golden/scenario_cases.inc"

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
