# SPDX-License-Identifier: Apache-2.0
"""The C++ client and a Python worker: every call, in each way to make it, on both services."""

import pathlib
import sys
import unittest

from harness import BIN, ENDPOINT, HANDLER_NAMESPACE, HANDLER_QUEUE, process, run, service

PEER = pathlib.Path(__file__).with_name("client_peer.py")
CALLS = BIN / "test" / "client_calls"
QUEUE = "carts"


class ClientCalls(unittest.TestCase):
    def story(self, at, *words):
        done = run(CALLS, *words, env=at.env(HANDLER_NAMESPACE), check=False, seconds=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_messages_resets_and_removals(self):
        for kind in ("temporal", "troupe"):
            with service(kind) as at, process(sys.executable, PEER, QUEUE, env=at.env(HANDLER_NAMESPACE)):
                for way in ("blocking", "awaited", "called_back"):
                    with self.subTest(f"{kind}, {way}"):
                        self.assertIn("all is well", self.story(at, way, QUEUE))
                with self.subTest(f"{kind}, handler"):
                    self.assertIn("a handler waits for a result", self.story(at, "handler", QUEUE, ENDPOINT, HANDLER_QUEUE))

    def test_first_tasks_come_with_the_answer_to_the_start(self):
        for kind in ("temporal", "troupe"):
            with self.subTest(kind), service(kind) as at:
                self.assertIn("the worker ran all of them", self.story(at, "eager", "eager-queue"))

    def test_activities_without_a_workflow_and_batches(self):
        for kind in ("temporal", "troupe"):
            with self.subTest(kind), service(kind) as at:
                self.assertIn("all is well", self.story(at, "alone", "alone-queue"))


if __name__ == "__main__":
    unittest.main()
