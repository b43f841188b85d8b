# SPDX-License-Identifier: Apache-2.0
"""Workflows and activities in C++ and Python, in each mix, against both services; and the sample."""

import json
import pathlib
import sys
import unittest

from harness import BIN, HANDLER_NAMESPACE, SAMPLES, process, service

PYTHON = pathlib.Path(__file__).with_name("activity_peer.py")
CPP = BIN / "test" / "activity_peer"
EXPECTED = ["hello Ann", "ok at attempt 3", "Refused: no 7", "half 7", "canceled", "napped"]


def worker(kind, at, queue, *serves):
    command = (CPP,) if kind == "cpp" else (sys.executable, PYTHON)
    return process(*command, queue, *serves, env=at.env(HANDLER_NAMESPACE))


class Activities(unittest.TestCase):
    def story(self, at, caller, callee):
        queue = f"workflows-{caller}-{callee}"
        activities = f"activities-{caller}-{callee}"
        with worker(caller, at, queue, "workflows"), worker(callee, at, activities, "activities"):
            shown = at.json(
                "workflow", "execute", "--namespace", HANDLER_NAMESPACE, "--type", "Caller", "--task-queue", queue,
                "--workflow-id", queue, "--input", json.dumps(activities), "--task-timeout", "2s",
            )
            self.assertEqual(shown["result"], EXPECTED)
            events = [name for name in at.event_types(HANDLER_NAMESPACE, queue) if name.startswith("ACTIVITY")]
            self.assertEqual(events.count("ACTIVITY_TASK_SCHEDULED"), 5)
            self.assertEqual(events[-1], "ACTIVITY_TASK_CANCELED")
            self.assertEqual(at.event_types(HANDLER_NAMESPACE, queue).count("MARKER_RECORDED"), 1)

    def every_mix(self, kind, *mixes):
        with service(kind) as at:
            for caller, callee in mixes:
                with self.subTest(caller=caller, callee=callee):
                    self.story(at, caller, callee)

    def test_every_mix_of_languages_on_the_real_server(self):
        # Both in Python is not ours to test there.
        self.every_mix("temporal", ("cpp", "cpp"), ("cpp", "python"), ("python", "cpp"))

    def test_every_mix_of_languages_on_our_service(self):
        self.every_mix("troupe", ("cpp", "cpp"), ("cpp", "python"), ("python", "cpp"), ("python", "python"))


class Sample(unittest.TestCase):
    def order(self, kind):
        with service(kind) as at, process(SAMPLES / "activities_worker", env=at.env(HANDLER_NAMESPACE)):
            shown = at.json(
                "workflow", "execute", "--namespace", HANDLER_NAMESPACE, "--type", "Ordering", "--task-queue", "orders",
                "--workflow-id", "order-1", "--input", '{"customer":"Ann","items":["pen","book","ink"]}',
            )
            self.assertEqual(shown["result"], {"text": "Ann bought 3 items", "cents": 1000})

    def test_takes_an_order_on_the_real_server(self):
        self.order("temporal")

    def test_takes_an_order_on_our_service(self):
        self.order("troupe")


if __name__ == "__main__":
    unittest.main()
