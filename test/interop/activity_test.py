# SPDX-License-Identifier: Apache-2.0
"""Workflows and activities in C++ and Python, in each mix, against the real server."""

import json
import pathlib
import sys
import unittest

from harness import BIN, HANDLER_NAMESPACE, process, service

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

    def test_every_mix_of_languages_on_the_real_server(self):
        with service("temporal") as at:
            for caller, callee in (("cpp", "cpp"), ("cpp", "python"), ("python", "cpp")):
                with self.subTest(caller=caller, callee=callee):
                    self.story(at, caller, callee)


if __name__ == "__main__":
    unittest.main()
