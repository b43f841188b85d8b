// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/history_player.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

/// What the real server wrote when this happened to it, the rules write too: a scenario is one row.
namespace troupe::test {
namespace {

constexpr std::array scenarios{
    "nexus/sync-success.json",
    "nexus/sync-object.json",
    "nexus/sync-void.json",
    "nexus/run-success.json",
    "nexus/run-object.json",
    "nexus/run-success.handler.json",
    "nexus/operation-error-failed.json",
    "nexus/operation-error-failed-with-cause.json",
    "nexus/operation-error-canceled.json",
    "nexus/unknown-operation.json",
    "nexus/unknown-service.json",
    "nexus/undecodable-input.json",
    "nexus/handler-error-bad-request.json",
    "nexus/handler-error-conflict.json",
    "nexus/handler-error-internal.json",
    "nexus/handler-error-internal-marked-non-retryable.json",
    "nexus/handler-application-error-non-retryable.json",
    "nexus/no-worker-schedule-to-close.json",
    "nexus/no-worker-schedule-to-start.json",
    "nexus/no-worker-start-to-close.json",
    "nexus/started-schedule-to-close.json",
    "nexus/started-schedule-to-start.json",
    "nexus/started-start-to-close.json",
    "nexus/cancel-after-started-wait-completed.json",
    "nexus/cancel-after-started-wait-requested.json",
    "nexus/cancel-after-started-try-cancel.json",
    "nexus/cancel-after-started-abandon.json",
    "nexus/cancel-after-started-wait-completed.handler.json",
    "nexus/cancel-before-started-wait-completed.json",
    "nexus/cancel-before-started-wait-requested.json",
    "nexus/cancel-before-started-abandon.json",
    "nexus/cancel-before-started-try-cancel.json",
    "nexus/cancel-while-backing-off-wait-completed.json",
    "nexus/cancel-handler-not-found-wait-requested.json",
    "nexus/cancel-handler-unavailable-wait-requested.json",
    "nexus/cancel-handler-unavailable-wait-completed.json",
    "nexus/cancel-ignored-by-handler.json",
    "nexus/caller-worker-killed.json",
    "nexus/caller-workflow-canceled-wait-completed.json",
    "nexus/caller-workflow-canceled-try-cancel.json",
    "nexus/completed-before-start-answer.json",
    "nexus/endpoint-deleted-while-pending.json",
    "nexus/endpoint-does-not-exist.json",
    "nexus/fan-out-five-cancel-rest.json",
    "nexus/attach-caller-2.json",
    "nexus/attach.handler.json",
    "nexus/message-signal-with-start.handler.json",
    "nexus/message-signal.handler.json",
    "nexus/run-handler-canceled.json",
    "nexus/run-handler-fails.json",
    "nexus/run-handler-terminated.json",
    "nexus/run-handler-times-out.json",
    "nexus/summary-and-headers.json",
    "workflow/complete.json",
    "workflow/complete-void.json",
    "workflow/fail-application-error.json",
    "workflow/timers.json",
    "workflow/timer-started-and-cancelled-in-one-task.json",
    "workflow/continue-as-new.json",
    "workflow/continue-as-new-changed.json",
    "workflow/continue-as-new-suggested.json",
    "workflow/cancel-handled.json",
    "workflow/cancel-not-caught.json",
    "workflow/cancel-with-reason.json",
    "workflow/terminated.json",
    "workflow/terminate-existing.json",
    "workflow/bug-then-fixed.json",
    "workflow/workflow-task-timeout.json",
    "workflow/run-timeout.json",
    "workflow/execution-timeout.json",
    "workflow/run-timeout-with-retry.json",
    "workflow/retry-policy-exhausted.json",
    "workflow/retry-policy-non-retryable.json",
    "workflow/start-delay.json",
    "workflow/cron.json",
    "workflow/patched.json",
    "workflow/upsert-memo-and-search-attributes.json",
    "workflow/signal-before-first-task.json",
    "workflow/priority.json",
    "workflow/local-activity.json",
    "messages/signal.json",
    "messages/signal-with-start.json",
    "messages/signals-buffered-while-task-runs.json",
    "messages/unhandled-command.json",
};

} // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(the_rules_write_what_the_real_server_wrote) {
  for (const char* scenario : scenarios) {
    BOOST_TEST_CONTEXT(scenario) {
      try {
        const auto recorded = load_history(scenario);
        const auto made = history_player{recorded}.play();
        const auto report = history_comparison{}.difference(recorded, made);
        BOOST_CHECK_MESSAGE(report.empty(), scenario << ": " << report);
      } catch (const std::exception& error) {
        BOOST_ERROR(scenario << ": " << error.what());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
