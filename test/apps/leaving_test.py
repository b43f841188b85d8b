# SPDX-License-Identifier: Apache-2.0
"""A worker whose handler never returns ends all the same when it is told to."""

import json
import signal
import time
import unittest

import worker_process
from worker_process import LIMIT, run


class Leaving(worker_process.WithWorker):
    worker_options = ("1", "500")  # one shard, a grace of half a second

    def test_a_function_that_never_returns_does_not_hold_up_the_end_of_the_process(self):
        code, _, err = run("operator", "nexus", "endpoint", "create", "--name", "here", "--target-namespace", "default",
                           "--target-task-queue", "queue", "--address", self.address)
        self.assertEqual((code, err), (0, ""))
        self.start_workflow("NeverCallerWorkflow", "waits")
        self.assertEqual(self.worker.stdout.readline(), "it has begun\n")
        self.assertIn("HelloService/never", self.leaves())

    def test_an_activity_that_never_returns_does_not_either_and_is_shown_and_named(self):
        self.start_workflow("NeverEndingWorkflow", "waits")
        self.assertEqual(self.worker.stdout.readline(), "it has begun\n")
        code, out, err = run("worker", "inspect", "--metrics-address", self.shown, "-o", "json")
        self.assertEqual((code, err), (0, ""))
        (stuck,) = json.loads(out)["workers"][0]["activities"]
        self.assertEqual(
            (stuck["activity_type"], stuck["activity_id"], stuck["workflow_id"], stuck["attempt"], stuck["told_to_stop"]),
            ("NeverEnds", "stuck", "waits", 1, ""))
        self.assertIn("NeverEnds stuck of waits", self.leaves())

    def leaves(self):
        self.worker.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, said = self.worker.communicate(timeout=LIMIT)
        self.assertEqual(self.worker.returncode, 1)
        self.assertGreater(time.monotonic() - began, 0.5)  # its grace
        self.assertIn("user code does not come back, leaving without it", said)
        return said


if __name__ == "__main__":
    unittest.main()
