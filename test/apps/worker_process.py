# SPDX-License-Identifier: Apache-2.0
"""A service and a worker, each in a process of its own, for the tests that look at a worker from outside.

Takes the first two words of the command line: the binaries `troupe` and `manual_serve`.
"""

import os
import signal
import socket
import subprocess
import sys
import unittest

TROUPE, SERVE = sys.argv[1:3]
del sys.argv[1:3]
LIMIT = 30  # seconds
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "TROUPE_"))} | {
    "TEMPORAL_CONFIG_FILE": os.devnull
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def run(*words, **variables):
    done = subprocess.run(
        [TROUPE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, env=ENVIRONMENT | variables)
    return done.returncode, done.stdout, done.stderr


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=LIMIT)


def begin(test, *words, **how):
    """Ends with the test, also if that fails while it is set up: where the next program is missing, say."""
    process = subprocess.Popen(words, **how)
    test.addCleanup(end, process)
    return process


class WithWorker(unittest.TestCase):
    """The worker serves the queue `queue` and calls the endpoint `here`, which nobody has made yet."""

    worker_options = ()

    def setUp(self):
        port, self.shown = free_port(), f"127.0.0.1:{free_port()}"
        self.server = begin(
            self, TROUPE, "server", "start-dev", "--port", str(port), "--headless", "--log-level", "error",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        self.http_address = None
        while self.http_address is None:
            line = self.server.stdout.readline()
            self.assertTrue(line)
            if line.startswith("Temporal HTTP:"):
                self.http_address = line.split()[-1]
        self.worker = begin(
            self, SERVE, f"127.0.0.1:{port}", "default", "queue", "here", *self.worker_options,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=ENVIRONMENT | {"TROUPE_METRICS_ADDRESS": self.shown})
        for line in self.worker.stderr:
            if "worker started" in line:
                break
        self.address = f"127.0.0.1:{port}"

    def start_workflow(self, kind, workflow_id, *words):
        code, _, err = run("workflow", "start", "--type", kind, "--task-queue", "queue", "--workflow-id", workflow_id,
                           "--address", self.address, *words)
        self.assertEqual((code, err), (0, ""))
