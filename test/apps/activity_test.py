# SPDX-License-Identifier: Apache-2.0
"""`troupe activity ...` on workflows whose activities wait: for a worker that never comes, or for their end."""

import json
import time
import unittest

import worker_process
from worker_process import LIMIT, run

OPTIONS = {
    "TaskQueue": "nobody", "ScheduleToCloseTimeout": 0, "ScheduleToStartTimeout": 0, "StartToCloseTimeout": 3600 * 10**9,
    "HeartbeatTimeout": 0, "InitialInterval": 10**9, "BackoffCoefficient": 2, "MaximumInterval": 100 * 10**9,
    "MaximumAttempts": 5}
NO_SUCH = "Can't find pending activity with such ID. Invalid activityID or activity already completed"


class Activities(worker_process.WithWorker):
    def command(self, *words):
        return run(*words, "--address", self.address)

    def ok(self, *words):
        code, out, err = self.command(*words)
        self.assertEqual((code, err), (0, ""), words)
        return out

    def fails(self, *words):
        code, out, err = self.command(*words)
        self.assertEqual((code, out), (1, ""), words)
        self.assertEqual(err.count("\n"), 1, err)
        return err.removeprefix("Error: ").rstrip("\n")

    def activity(self, command, workflow_id, *words):
        return self.ok("activity", command, "-a", "held", "-w", workflow_id, *words)

    def pending(self, workflow_id):
        described = json.loads(self.ok("workflow", "describe", "-w", workflow_id, "-o", "json"))
        return (described.get("pendingActivities") or [None])[0]

    def hold(self, workflow_id, queue="nobody"):
        """A workflow whose activity waits, on the worker's queue until it is with the worker."""
        self.start_workflow("Holds", workflow_id, "--input", json.dumps(queue))
        expected = "PENDING_ACTIVITY_STATE_" + ("SCHEDULED" if queue == "nobody" else "STARTED")
        deadline = time.monotonic() + LIMIT
        while (self.pending(workflow_id) or {}).get("state") != expected:
            self.assertLess(time.monotonic(), deadline)

    def result(self, workflow_id):
        return json.loads(self.ok("workflow", "result", "-w", workflow_id, "-o", "json"))["result"]

    def test_an_activity_is_completed_in_its_workers_place(self):
        self.hold("one")
        self.assertEqual(
            self.fails("activity", "complete", "-a", "held", "-w", "one", "--result", "nope"), "input #1 is not valid JSON")
        self.assertEqual(self.activity("complete", "one", "--result", '"all of it"'), "")
        self.assertEqual(self.result("one"), "completed: all of it")
        completed = json.loads(self.ok("workflow", "show", "-w", "one", "-o", "json"))["events"]
        self.assertEqual(
            [each["activityTaskCompletedEventAttributes"]["result"]["payloads"] for each in completed
             if "activityTaskCompletedEventAttributes" in each],
            [[{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "ImFsbCBvZiBpdCI="}]])

    def test_an_activity_is_failed_for_good(self):
        for workflow_id, words, said in (
                ("bare", (), "failed: , for good"),
                ("worded", ("--reason", "why", "--detail", '"more"', "-o", "json"), "failed: why more, for good")):
            self.hold(workflow_id, "queue")
            self.assertEqual(self.activity("fail", workflow_id, *words), "")
            self.assertEqual(self.result(workflow_id), said)

    def test_an_activity_is_paused_and_goes_on(self):
        self.hold("one")
        self.assertEqual(self.activity("pause", "one", "--reason", "why", "--identity", "me", "-o", "json"), "")
        paused = self.pending("one")
        self.assertEqual(paused["state"], "PENDING_ACTIVITY_STATE_PAUSED")
        by_whom = paused["pauseInfo"]["manual"]
        self.assertEqual((by_whom["identity"], by_whom["reason"]), ("me", "why"))
        self.assertRegex(self.ok("workflow", "describe", "-w", "one"), r"(?m)^  State +Paused$")
        self.assertEqual(
            self.activity("reset", "one", "--keep-paused"),
            "  KeepPaused       true\n  ResetHeartbeats  false\n  ServerResponse   true\n")
        self.assertEqual(self.pending("one")["state"], "PENDING_ACTIVITY_STATE_PAUSED")
        self.assertEqual(
            json.loads(self.activity("reset", "one", "--reset-heartbeats", "--reset-attempts", "-o", "json")),
            {"keepPaused": False, "resetHeartbeats": True})
        self.assertEqual(self.pending("one")["state"], "PENDING_ACTIVITY_STATE_SCHEDULED")
        self.activity("pause", "one")
        self.assertEqual(self.activity("unpause", "one", "--reset-attempts", "--reset-heartbeats", "--jitter", "1s"), "")
        self.assertEqual(self.pending("one")["state"], "PENDING_ACTIVITY_STATE_SCHEDULED")
        self.assertEqual(self.activity("reset", "one", "-o", "none"), "")

    def test_the_pause_of_a_running_activity_waits_for_the_end_of_its_attempt(self):
        self.hold("one", "queue")
        self.activity("pause", "one")
        self.assertRegex(self.ok("workflow", "describe", "-w", "one"), r"(?m)^  State +PauseRequested$")
        self.activity("unpause", "one")
        self.assertRegex(self.ok("workflow", "describe", "-w", "one"), r"(?m)^  State +Started$")

    def test_options_change_one_by_one_and_go_back(self):
        self.hold("one")

        def changed(*words):
            return json.loads(self.activity("update-options", "one", *words, "-o", "jsonl"))

        self.assertEqual(changed(), OPTIONS)
        expected = dict(OPTIONS)
        for flag, given, name, value in (
                ("task-queue", "elsewhere", "TaskQueue", "elsewhere"),
                ("start-to-close-timeout", "7m", "StartToCloseTimeout", 420 * 10**9),
                ("heartbeat-timeout", "1.5s", "HeartbeatTimeout", 1500 * 10**6),
                ("retry-initial-interval", "250ms", "InitialInterval", 250 * 10**6),
                ("retry-maximum-interval", "2d", "MaximumInterval", 172800 * 10**9),
                ("retry-backoff-coefficient", "1.1", "BackoffCoefficient", 1.100000023841858),
                ("retry-maximum-attempts", "0", "MaximumAttempts", 0),
                ("schedule-to-start-timeout", "30m", "ScheduleToStartTimeout", 1800 * 10**9),
                ("schedule-to-close-timeout", "2h", "ScheduleToCloseTimeout", 7200 * 10**9)):
            expected[name] = value
            self.assertEqual(changed(f"--{flag}", given), expected, flag)
        self.assertEqual(self.activity("update-options", "one"), """\
  TaskQueue               elsewhere
  ScheduleToCloseTimeout  2h0m0s
  ScheduleToStartTimeout  30m0s
  StartToCloseTimeout     7m0s
  HeartbeatTimeout        1.5s
  InitialInterval         250ms
  BackoffCoefficient      1.100000023841858
  MaximumInterval         48h0m0s
  MaximumAttempts         0
""")
        self.assertIn("UpdateMask and RestoreOriginal", self.fails(
            "activity", "update-options", "-a", "held", "-w", "one", "--restore-original-options", "--task-queue", "q"))
        self.assertEqual(changed("--restore-original-options"), OPTIONS)
        changed("--retry-maximum-attempts", "7")
        self.activity("reset", "one", "--restore-original-options")
        self.assertEqual(changed(), OPTIONS)

    def test_what_is_not_there_is_named(self):
        self.hold("one")
        self.activity("complete", "one", "--result", '""')
        self.result("one")
        for workflow_id, closed in (("nowhere", False), ("one", True)):
            for command, begins, words in (
                    ("complete", "unable to complete Activity: ", ("--result", "1")),
                    ("fail", "unable to fail Activity: ", ()),
                    ("pause", "unable to pause Activity: ", ()),
                    ("unpause", "unable to unpause an Activity: ", ()),
                    ("reset", "unable to reset an Activity: ", ()),
                    ("update-options", "unable to update Activity options: ", ("--task-queue", "q"))):
                said = self.fails("activity", command, "-a", "held", "-w", workflow_id, *words)
                self.assertTrue(said.startswith(begins), said)
                if not closed:
                    self.assertEqual(said, begins + "workflow not found for ID: nowhere")
        self.hold("two")
        for command in ("pause", "unpause", "reset", "update-options"):
            self.assertTrue(self.fails("activity", command, "-a", "nope", "-w", "two").endswith(": " + NO_SUCH))


if __name__ == "__main__":
    unittest.main()
