# SPDX-License-Identifier: Apache-2.0
"""The guide's story with every mix of caller, handler and service."""

import pathlib
import signal
import sys
import unittest

import harness
from harness import CALLER_NAMESPACE, CALLER_QUEUE, HANDLER_NAMESPACE, SAMPLES, TROUPE, process, service

PEER = pathlib.Path(__file__).with_name("python_peer.py")
SYNC_TEXT = "Hello world from sync operation!"
RUN_TEXT = "Hello world from workflow run operation!"
STORY = [
    "NEXUS_OPERATION_SCHEDULED", "NEXUS_OPERATION_STARTED", "NEXUS_OPERATION_COMPLETED",
    "NEXUS_OPERATION_SCHEDULED", "NEXUS_OPERATION_COMPLETED",
]


def handler(kind, at):
    env = at.env(HANDLER_NAMESPACE)
    return process(SAMPLES / "hello_nexus_handler", env=env) if kind == "cpp" else process(sys.executable, PEER, "handler", env=env)


def caller(kind, at):
    env = at.env(CALLER_NAMESPACE)
    return process(SAMPLES / "hello_nexus_caller", env=env) if kind == "cpp" else process(sys.executable, PEER, "caller", env=env)


class HelloNexus(unittest.TestCase):
    def story(self, service_kind, handler_kind, caller_kind):
        workflow_id = f"hello-{handler_kind}-{caller_kind}"
        with service(service_kind) as at, handler(handler_kind, at), caller(caller_kind, at):
            done = at.cli(
                "workflow", "execute", "--namespace", CALLER_NAMESPACE, "--type", "CallerWorkflow", "--task-queue",
                CALLER_QUEUE, "--workflow-id", workflow_id, "--input", '"world"',
            )
            self.assertIn(SYNC_TEXT, done.stdout)
            self.assertIn(RUN_TEXT, done.stdout)
            events = [name for name in at.event_types(CALLER_NAMESPACE, workflow_id) if name.startswith("NEXUS")]
            self.assertEqual(events, STORY)
            described = at.json("workflow", "describe", "--namespace", CALLER_NAMESPACE, "--workflow-id", workflow_id)
            self.assertEqual(described["workflowExecutionInfo"]["status"], "WORKFLOW_EXECUTION_STATUS_COMPLETED")


def add(service_kind, handler_kind, caller_kind):
    def test(self):
        self.story(service_kind, handler_kind, caller_kind)

    setattr(HelloNexus, f"test_{caller_kind}_caller_{handler_kind}_handler_on_{service_kind}", test)


for service_kind in harness.Service.KINDS:
    for handler_kind in ("cpp", "python"):
        for caller_kind in ("cpp", "python"):
            # Both peers in Python on the real server is not ours to test.
            if (service_kind, handler_kind, caller_kind) != ("temporal", "python", "python"):
                add(service_kind, handler_kind, caller_kind)


class KilledCaller(unittest.TestCase):
    """The caller worker is killed in the middle and started again: replay finishes the workflow."""

    def story(self, service_kind):
        workflow_id = "killed-caller"
        with service(service_kind) as at:
            first = harness.Process(SAMPLES / "hello_nexus_caller", env=at.env(CALLER_NAMESPACE))
            try:
                at.cli(
                    "workflow", "start", "--namespace", CALLER_NAMESPACE, "--type", "CallerWorkflow", "--task-queue",
                    CALLER_QUEUE, "--workflow-id", workflow_id, "--input", '"world"',
                )
                harness.wait_for(
                    "the first operation to be scheduled",
                    lambda: "NEXUS_OPERATION_SCHEDULED" in at.event_types(CALLER_NAMESPACE, workflow_id),
                )
            finally:
                first.kill()
            with handler("cpp", at), caller("cpp", at):
                result = at.cli("workflow", "result", "--namespace", CALLER_NAMESPACE, "--workflow-id", workflow_id)
                self.assertIn(SYNC_TEXT, result.stdout)
                self.assertIn(RUN_TEXT, result.stdout)

    def test_on_troupe(self):
        self.story("troupe")

    def test_on_temporal(self):
        self.story("temporal")


class SecondSignal(unittest.TestCase):
    def test_ends_a_worker_at_once_that_cannot_finish(self):
        with service("troupe") as at:
            worker = harness.Process(SAMPLES / "hello_nexus_handler", env=at.env(HANDLER_NAMESPACE))
            harness.wait_for(
                "the worker's polls",
                lambda: at.json(
                    "task-queue", "describe", "--namespace", HANDLER_NAMESPACE, "--task-queue", harness.HANDLER_QUEUE,
                    "--legacy-mode",
                ).get("pollers"),
            )
            # A frozen service answers nothing, so a graceful stop cannot come to its end.
            try:
                at.process.freeze()

                def asked_again():
                    worker.child.send_signal(signal.SIGTERM)
                    return worker.child.poll() is not None

                harness.wait_for("the worker to leave", asked_again, seconds=5)
                self.assertEqual(worker.child.returncode, 128 + signal.SIGTERM)
            finally:
                at.process.child.send_signal(signal.SIGCONT)
                if worker.child.poll() is None:
                    worker.kill()


class DropIn(unittest.TestCase):
    def test_python_starts_it_as_its_local_test_server(self):
        import asyncio

        from temporalio.testing import WorkflowEnvironment

        async def connect():
            async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(TROUPE)) as env:
                return env.client.namespace

        self.assertEqual(asyncio.run(connect()), "default")


if __name__ == "__main__":
    unittest.main()
