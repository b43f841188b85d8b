# SPDX-License-Identifier: Apache-2.0
"""A worker whose handler never returns ends all the same when it is told to."""

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
        self.worker.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, said = self.worker.communicate(timeout=LIMIT)
        self.assertEqual(self.worker.returncode, 1)
        self.assertGreater(time.monotonic() - began, 0.5)  # its grace
        self.assertIn("user code does not come back, leaving without it", said)
        self.assertIn("HelloService/never", said)


if __name__ == "__main__":
    unittest.main()
