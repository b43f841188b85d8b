# SPDX-License-Identifier: Apache-2.0
"""Parents and children in C++ and Python, in each mix, and runs that go from old code to new and from one language to the
other, on both services."""

import pathlib
import sys
import unittest

from harness import BIN, HANDLER_NAMESPACE, SAMPLES, process, service, wait_for

PYTHON = pathlib.Path(__file__).with_name("children_peer.py")
CPP = BIN / "test" / "children_peer"
EXPECTED = [
    "child done", "ChildError", "WorkflowAlreadyStartedError", "got hello", "CanceledFailure", "TimeoutFailure", "-tells",
    "told", "CanceledFailure", "ExternalWorkflowExecutionNotFound",
]


def worker(kind, at, queue, *serves):
    command = (CPP,) if kind == "cpp" else (sys.executable, PYTHON)
    return process(*command, queue, *serves, env=at.env(HANDLER_NAMESPACE))


class Children(unittest.TestCase):
    def story(self, at, caller, callee):
        queue = f"parents-{caller}-{callee}"
        children = f"children-{caller}-{callee}"
        with worker(caller, at, queue, "parents"), worker(callee, at, children, "children"):
            shown = at.json(
                "workflow", "execute", "--namespace", HANDLER_NAMESPACE, "--type", "Parent", "--task-queue", queue,
                "--workflow-id", queue, "--input", f'"{children}"',
            )
            self.assertEqual(shown["result"], EXPECTED)
            events = at.event_types(HANDLER_NAMESPACE, queue)
            for name, count in {
                "START_CHILD_WORKFLOW_EXECUTION_INITIATED": 8, "START_CHILD_WORKFLOW_EXECUTION_FAILED": 1,
                "CHILD_WORKFLOW_EXECUTION_STARTED": 7, "CHILD_WORKFLOW_EXECUTION_COMPLETED": 3,
                "CHILD_WORKFLOW_EXECUTION_FAILED": 1, "CHILD_WORKFLOW_EXECUTION_CANCELED": 2,
                "CHILD_WORKFLOW_EXECUTION_TIMED_OUT": 1, "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": 2,
                "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED": 1, "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED": 1,
                "REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": 2,
                "EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED": 2,
            }.items():
                self.assertEqual(events.count(name), count, name)

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


class Versions(unittest.TestCase):
    def start(self, at, name):
        at.json(
            "workflow", "start", "--namespace", HANDLER_NAMESPACE, "--type", "Changing", "--task-queue", "changing",
            "--workflow-id", name,
        )

        def has_begun():
            # The first task is answered: what it decided is in the history.
            return "WORKFLOW_TASK_COMPLETED" in at.event_types(HANDLER_NAMESPACE, name)

        wait_for(f"{name} to begin", has_begun)

    def finish(self, at, name):
        at.cli("workflow", "signal", "--namespace", HANDLER_NAMESPACE, "--workflow-id", name, "--name", "go", "--input", '""')
        return at.json("workflow", "result", "--namespace", HANDLER_NAMESPACE, "--workflow-id", name)["result"]

    def change(self, kind):
        with service(kind) as at:
            with worker("cpp", at, "changing", "old"):
                self.start(at, "old-run")
            with worker("cpp", at, "changing", "new"):
                self.assertEqual(self.finish(at, "old-run"), "old")
                self.start(at, "new-run")
                self.start(at, "goes-to-python")
                self.assertEqual(self.finish(at, "new-run"), "new")
            events = at.event_types(HANDLER_NAMESPACE, "new-run")
            self.assertEqual(events.count("MARKER_RECORDED"), 1)
            self.assertEqual(events.count("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"), 1)
            self.assertNotIn("MARKER_RECORDED", at.event_types(HANDLER_NAMESPACE, "old-run"))

            with worker("python", at, "changing", "new"):
                self.assertEqual(self.finish(at, "goes-to-python"), "new")
                self.start(at, "comes-from-python")
            with worker("cpp", at, "changing", "new"):
                self.assertEqual(self.finish(at, "comes-from-python"), "new")

            found = at.json(
                "workflow", "list", "--namespace", HANDLER_NAMESPACE, "--query", "TemporalChangeVersion = 'change'")
            self.assertEqual(len(found), 3)

    def test_runs_go_from_old_code_to_new_and_across_languages_on_the_real_server(self):
        self.change("temporal")

    def test_runs_go_from_old_code_to_new_and_across_languages_on_our_service(self):
        self.change("troupe")


class Samples(unittest.TestCase):
    def shipping(self, kind):
        with service(kind) as at, process(SAMPLES / "children_worker", env=at.env(HANDLER_NAMESPACE)):
            at.json(
                "workflow", "start", "--namespace", HANDLER_NAMESPACE, "--type", "Shipping", "--task-queue", "shipping",
                "--workflow-id", "order", "--input", '["pen","book"]',
            )
            at.cli(
                "workflow", "signal", "--namespace", HANDLER_NAMESPACE, "--workflow-id", "order", "--name", "hurry",
                "--input", '"plane"',
            )
            shown = at.json("workflow", "result", "--namespace", HANDLER_NAMESPACE, "--workflow-id", "order")
            self.assertEqual(shown["result"], ["pen by plane", "book by plane"])

            lost = at.cli(
                "workflow", "execute", "--namespace", HANDLER_NAMESPACE, "--type", "Shipping", "--task-queue", "shipping",
                "--workflow-id", "lost", "--input", '["","book"]', "-o", "json", check=False,
            )
            self.assertIn("an empty parcel", lost.stdout)
            self.assertEqual(
                at.event_types(HANDLER_NAMESPACE, "lost/1")[-1], "WORKFLOW_EXECUTION_CANCELED")

    def test_parcels_are_shipped_on_the_real_server(self):
        self.shipping("temporal")

    def test_parcels_are_shipped_on_our_service(self):
        self.shipping("troupe")

    def billing(self, kind):
        with service(kind) as at:
            def generation(which):
                return process(SAMPLES / "versioning_worker", which, env=at.env(HANDLER_NAMESPACE))

            def start(name):
                at.json(
                    "workflow", "start", "--namespace", HANDLER_NAMESPACE, "--type", "Billing", "--task-queue", "billing",
                    "--workflow-id", name,
                )
                wait_for(f"{name} to begin", lambda: "WORKFLOW_TASK_COMPLETED" in at.event_types(HANDLER_NAMESPACE, name))

            def pay(name):
                at.cli(
                    "workflow", "signal", "--namespace", HANDLER_NAMESPACE, "--workflow-id", name, "--name", "paid",
                    "--input", "100",
                )
                return at.json("workflow", "result", "--namespace", HANDLER_NAMESPACE, "--workflow-id", name)["result"]

            with generation("1"):
                start("first")
            with generation("2"):
                start("second")
                self.assertEqual(pay("first"), "thanked, then paid 100")
            with generation("3"):
                start("third")
                self.assertEqual(pay("second"), "paid 100, then thanked")
                self.assertEqual(pay("third"), "paid 100, then thanked")

    def test_bills_survive_three_generations_of_code_on_the_real_server(self):
        self.billing("temporal")

    def test_bills_survive_three_generations_of_code_on_our_service(self):
        self.billing("troupe")


if __name__ == "__main__":
    unittest.main()
