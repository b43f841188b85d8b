// SPDX-License-Identifier: Apache-2.0
// Recorded histories of a Python worker against the same workflows in C++: every command, its
// contents, and the result.

#include "test/support/golden_workflows.hpp"

#include <troupe/testing/replayer.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <ostream>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

const char* const scenarios[] = {
    "nexus/sync-success",
    "nexus/sync-object",
    "nexus/sync-void",
    "nexus/run-success",
    "nexus/run-object",
    "nexus/operation-error-failed",
    "nexus/operation-error-canceled",
    "nexus/unknown-operation",
    "nexus/no-worker-schedule-to-close",
    "nexus/started-schedule-to-close",
    "nexus/cancel-after-started-wait-completed",
    "nexus/caller-worker-killed",
    "workflow/complete",
    "workflow/complete-void",
    "workflow/fail-application-error",
    "workflow/timers",
    "workflow/timer-started-and-cancelled-in-one-task",
    "workflow/continue-as-new",
    "workflow/cancel-handled",
    "workflow/terminated",
    "workflow/worker-restarted",
    "workflow/bug-then-fixed",
    "messages/signal",

    "nexus/attach-caller-1",
    "nexus/attach-caller-2",
    "nexus/attach-cancel-1",
    "nexus/attach-cancel-2",
    "nexus/attach-cancel.handler",
    "nexus/attach.handler",
    "nexus/caller-worker-killed.handler",
    "nexus/caller-workflow-canceled-abandon",
    "nexus/caller-workflow-canceled-try-cancel",
    "nexus/caller-workflow-canceled-wait-completed.handler",
    "nexus/caller-workflow-canceled-wait-completed",
    "nexus/caller-workflow-canceled-wait-requested",
    "nexus/cancel-after-completed-abandon",
    "nexus/cancel-after-completed-try-cancel",
    "nexus/cancel-after-completed-wait-completed",
    "nexus/cancel-after-completed-wait-requested",
    "nexus/cancel-after-started-abandon",
    "nexus/cancel-after-started-try-cancel",
    "nexus/cancel-after-started-wait-completed.handler",
    "nexus/cancel-after-started-wait-requested",
    "nexus/cancel-before-started-abandon",
    "nexus/cancel-before-started-try-cancel",
    "nexus/cancel-before-started-wait-completed",
    "nexus/cancel-before-started-wait-requested",
    "nexus/cancel-handler-crash-wait-completed",
    "nexus/cancel-handler-crash-wait-requested",
    "nexus/cancel-handler-not-found-try-cancel",
    "nexus/cancel-handler-not-found-wait-completed",
    "nexus/cancel-handler-not-found-wait-requested",
    "nexus/cancel-handler-unavailable-wait-requested",
    "nexus/cancel-ignored-by-handler.handler",
    "nexus/cancel-ignored-by-handler",
    "nexus/cancel-same-task-abandon",
    "nexus/cancel-same-task-try-cancel",
    "nexus/cancel-same-task-wait-completed",
    "nexus/cancel-same-task-wait-requested",
    "nexus/cancel-while-backing-off-try-cancel",
    "nexus/cancel-while-backing-off-wait-completed",
    "nexus/circuit-breaker-open",
    "nexus/completed-before-start-answer",
    "nexus/endpoint-deleted-while-pending",
    "nexus/endpoint-does-not-exist",
    "nexus/fan-out-five-cancel-rest",
    "nexus/handler-application-error-non-retryable",
    "nexus/handler-error-bad-request-marked-retryable",
    "nexus/handler-error-bad-request",
    "nexus/handler-error-internal-marked-non-retryable",
    "nexus/handler-error-internal",
    "nexus/handler-error-not-found",
    "nexus/message-query.handler",
    "nexus/message-query",
    "nexus/message-signal.handler",
    "nexus/message-signal",
    "nexus/no-worker-schedule-to-start",
    "nexus/no-worker-start-to-close",
    "nexus/operation-error-failed-with-cause",
    "nexus/pending-at-caller-complete",
    "nexus/pending-at-caller-fail",
    "nexus/pending-at-caller-terminated",
    "nexus/pending-at-continue-as-new",
    "nexus/pending-at-continue-as-new.second-run",
    "nexus/pending-at-reset-after-started",
    "nexus/pending-at-reset-after-started.second-run",
    "nexus/pending-at-reset-to-first-task.second-run",
    "nexus/run-already-started",
    "nexus/run-handler-canceled.handler",
    "nexus/run-handler-canceled",
    "nexus/run-handler-fails.handler",
    "nexus/run-handler-fails",
    "nexus/run-handler-terminated.handler",
    "nexus/run-handler-terminated",
    "nexus/run-handler-times-out",
    "nexus/run-object.handler",
    "nexus/run-success.handler",
    "nexus/started-schedule-to-start",
    "nexus/started-start-to-close",
    "nexus/summary-and-headers",
    "nexus/sync-handler-too-slow",
    "nexus/undecodable-input",
    "nexus/unhandled-exception",
    "nexus/unknown-service",
    "workflow/cancel-not-caught",
    "workflow/cancel-with-reason",
    "workflow/continue-as-new.run-2",
    "workflow/execution-timeout",
    "workflow/options-updated",
    "workflow/priority",
    "workflow/run-timeout",
    "workflow/signal-before-first-task",
    "workflow/start-delay",
    "workflow/sticky-cache-evicted",
    "workflow/sticky-cache-off",
    "workflow/sticky-cache-on",
    "workflow/terminate-existing",
    "workflow/terminate-existing.run-2",
    "workflow/wait-condition-timeout",
    "workflow/workflow-paused",
    "workflow/continue-as-new-changed",
    "workflow/continue-as-new-suggested",
    "workflow/cron",
    "workflow/cron.run-2",
    "workflow/cron-failure-carried",
    "workflow/cron-failure-carried.run-2",
    "workflow/retry-policy-exhausted",
    "workflow/retry-policy-exhausted.run-3",
    "workflow/retry-policy-non-retryable",
    "workflow/run-timeout-with-retry",
    "messages/query",
    "messages/signal-unknown-name",
    "messages/signal-with-start",
    "messages/signals-buffered-while-task-runs",
    "messages/unhandled-command",
    "messages/update-accepted-then-timer",
    "messages/update-completed",
    "messages/update-fails",
    "messages/update-handler-bug-then-fixed",
    "messages/update-open-at-termination",
    "messages/update-rejected",
    "messages/update-unknown-name",
    "messages/update-void",
    "messages/update-with-activity",
    "messages/update-with-signal-at-once",
    "messages/update-with-start",
    "messages/update-with-start-existing",

    "activity/async-canceled-by-id",
    "activity/async-completed-by-id",
    "activity/async-failed-by-id",
    "activity/attempts-exhausted",
    "activity/cancel-abandon",
    "activity/cancel-before-started-abandon",
    "activity/cancel-before-started-try-cancel",
    "activity/cancel-before-started-wait-completed",
    "activity/cancel-ignored",
    "activity/cancel-same-task-abandon",
    "activity/cancel-same-task-try-cancel",
    "activity/cancel-same-task-wait-completed",
    "activity/cancel-try-cancel",
    "activity/cancel-wait-completed",
    "activity/heartbeat-details-to-next-attempt",
    "activity/heartbeat-timeout",
    "activity/next-retry-delay",
    "activity/non-retryable-error",
    "activity/non-retryable-type-in-policy",
    "activity/not-registered",
    "activity/options-updated",
    "activity/paused-and-unpaused",
    "activity/plain-exception",
    "activity/reset-activity",
    "activity/retry-then-success",
    "activity/schedule-to-close-during-retries",
    "activity/schedule-to-close-timeout-nobody-polls",
    "activity/schedule-to-close-timeout-second-attempt",
    "activity/schedule-to-close-timeout-while-backing-off",
    "activity/schedule-to-close-timeout",
    "activity/schedule-to-start-timeout",
    "activity/start-to-close-timeout-retried",
    "activity/start-to-close-timeout",
    "activity/success",
    "activity/three-concurrently",
    "activity/worker-killed",
    "activity/workflow-canceled-during-activity",
    "workflow/local-activity",
    "workflow/local-activity-fails",
    "workflow/local-activity-longer-than-task",
    "workflow/local-activity-retry",
    "workflow/local-activity-retry-by-timer",

    "child/child-already-started",
    "child/child-cancel-abandon.child",
    "child/child-cancel-abandon",
    "child/child-cancel-same-task-abandon",
    "child/child-cancel-same-task-try-cancel",
    "child/child-cancel-same-task-wait-completed",
    "child/child-cancel-same-task-wait-requested",
    "child/child-cancel-try-cancel.child",
    "child/child-cancel-try-cancel",
    "child/child-cancel-wait-completed.child",
    "child/child-cancel-wait-completed",
    "child/child-cancel-wait-requested.child",
    "child/child-cancel-wait-requested",
    "child/child-canceled-by-client.child",
    "child/child-canceled-by-client",
    "child/child-completes.child",
    "child/child-completes",
    "child/child-cron.child",
    "child/child-cron.child.run-2",
    "child/child-cron",
    "child/child-fails.child",
    "child/child-fails",
    "child/child-retries.child",
    "child/child-retries",
    "child/child-signalled-by-parent.child",
    "child/child-signalled-by-parent",
    "child/child-terminated.child",
    "child/child-terminated",
    "child/child-times-out.child",
    "child/child-times-out",
    "child/parent-canceled.child",
    "child/parent-canceled",
    "child/parent-close-abandon.child",
    "child/parent-close-abandon",
    "child/parent-close-request-cancel.child",
    "child/parent-close-request-cancel",
    "child/parent-close-terminate-idle-child.child",
    "child/parent-close-terminate-idle-child",
    "child/parent-close-terminate.child",
    "child/parent-close-terminate",
    "messages/external-cancel",
    "messages/external-cancel-unknown",
    "messages/external-cancel.target",
    "messages/external-signal",
    "messages/external-signal-unknown",
    "messages/external-signal.target",
    "workflow/patched",
    "workflow/patch-deprecated",
    "workflow/upsert-memo-and-search-attributes",
    "workflow/search-attribute-not-registered",
};

// Recorded by a Go worker, which counts its ids by other rules and writes other inputs: only the
// commands are compared.
const char* const go_scenarios[] = {
    "go/go-activities-and-timer",
    "go/go-cancel-after-started-abandon",
    "go/go-cancel-after-started-wait-completed",
    "go/go-cancel-after-started-wait-requested",
    "go/go-cancel-before-started-abandon",
    "go/go-cancel-before-started-wait-completed",
    "go/go-cancel-before-started-wait-requested",
    "go/go-cancel-same-task-try-cancel",
    "go/go-cancel-same-task-wait-completed",
    "go/go-cancel-same-task-wait-requested",
    "go/go-cancel-while-backing-off-wait-completed",
    "go/go-canceled",
    "go/go-error",
    "go/go-local-activity",
    "go/go-local-activity-fails",
    "go/go-mutable-side-effect",
    "go/go-panic",
    "go/go-side-effect",
    "go/go-timer-canceled-by-scope",
    "go/go-upsert-search-attributes",
    "go/go-version",
};

std::string read(const std::string& scenario) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/histories/" + scenario + ".json"};
  BOOST_REQUIRE_MESSAGE(file, "no history " << scenario);
  return {std::istreambuf_iterator<char>{file}, {}};
}

testing::replayer golden_replayer() {
  testing::replayer replayer{{.compare_contents = true}};
  for (auto& definition : test::golden_workflows())
    replayer.add(std::move(definition));
  return replayer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(replay)

BOOST_DATA_TEST_CASE(
    replays_the_recorded_history, boost::unit_test::data::make(scenarios), scenario) {
  const auto result = golden_replayer().replay_json(read(scenario));
  BOOST_CHECK_MESSAGE(result.ok(), scenario << ": " << result.message);
  BOOST_CHECK(!result.run_id.empty());
}

BOOST_DATA_TEST_CASE(
    replays_the_history_of_a_go_worker, boost::unit_test::data::make(go_scenarios), scenario) {
  testing::replayer replayer;
  for (auto& definition : test::golden_workflows())
    replayer.add(std::move(definition));
  const auto result = replayer.replay_json(read(scenario));
  BOOST_CHECK_MESSAGE(result.ok(), scenario << ": " << result.message);
}

struct timers_in_another_order {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1s, {.summary = "short timer"});
    co_return "timers done";
  }
};

BOOST_AUTO_TEST_CASE(changed_code_is_told_which_event_and_command_differ_and_what_to_do) {
  testing::replayer replayer;
  replayer.add(workflow::define<timers_in_another_order>("Timers"));
  const auto result = replayer.replay_json(read("workflow/timers"));
  BOOST_CHECK(result.nondeterministic);
  BOOST_CHECK_EQUAL(
      result.message,
      "[TMPRL1100] Nondeterminism error: event 6 (TimerStarted) has no command: the workflow's "
      "code did not issue one. The "
      "workflow's code no longer does what it did when this history was written: restore the old "
      "order of commands, let "
      "new code run for new workflows only, or reset the workflow.");
}

struct ends_too_early {
  async<std::string> run(workflow::context) { co_return "timers done"; }
};

BOOST_AUTO_TEST_CASE(a_command_of_another_kind_is_named) {
  testing::replayer replayer;
  replayer.add(workflow::define<ends_too_early>("Timers"));
  const auto result = replayer.replay_json(read("workflow/timers"));
  BOOST_CHECK(result.nondeterministic);
  BOOST_CHECK(result.message.starts_with(
      "[TMPRL1100] Nondeterminism error: event 5 (TimerStarted) does not match the command that "
      "the workflow's code issued: CompleteWorkflowExecution."));
}

struct asks_for_more {
  async<std::string> run(workflow::context ctx, std::string who) {
    co_await ctx.sleep(1s);
    co_return "hello " + who;
  }
};

BOOST_AUTO_TEST_CASE(a_command_without_an_event_is_named) {
  testing::replayer replayer;
  replayer.add(workflow::define<asks_for_more>("Complete"));
  const auto result = replayer.replay_json(read("workflow/complete"));
  BOOST_CHECK(result.nondeterministic);
  BOOST_CHECK(
      result.message.find("event 5 (WorkflowExecutionCompleted) does not match the command that "
                          "the workflow's code "
                          "issued: StartTimer (timer 1)")
      != std::string::npos);
}

struct another_result {
  async<std::string> run(workflow::context, std::string who) { co_return "bye " + who; }
};

BOOST_AUTO_TEST_CASE(another_result_is_found_only_if_contents_are_compared) {
  testing::replayer strict{{.compare_contents = true}};
  strict.add(workflow::define<another_result>("Complete"));
  BOOST_CHECK(strict.replay_json(read("workflow/complete")).nondeterministic);
  testing::replayer lenient;
  lenient.add(workflow::define<another_result>("Complete"));
  BOOST_CHECK(lenient.replay_json(read("workflow/complete")).ok());
}

BOOST_AUTO_TEST_CASE(what_is_no_history_is_refused_with_a_reason) {
  const auto replayer = golden_replayer();
  BOOST_CHECK(!replayer.replay_json("{").ok());
  BOOST_CHECK(!replayer.replay_json("{}").ok());
  BOOST_CHECK(!replayer.replay_json("[]").ok());
  BOOST_CHECK(!replayer.replay_binary("\xff\xff\xff").ok());
  BOOST_CHECK(!replayer.replay_binary("").ok());
  testing::replayer empty;
  BOOST_CHECK_EQUAL(
      empty.replay_json(read("workflow/complete")).message,
      "no workflow of type 'Complete' was added to the replayer");
}

BOOST_AUTO_TEST_SUITE_END()
