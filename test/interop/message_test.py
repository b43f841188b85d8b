# SPDX-License-Identifier: Apache-2.0
"""A C++ workflow that handles updates, signals and queries, called by the Python client and both CLIs on both services;
and the sample."""

import asyncio
import json
import unittest

from temporalio.client import (
    Client, WithStartWorkflowOperation, WorkflowUpdateFailedError, WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from harness import BIN, HANDLER_NAMESPACE, SAMPLES, TEMPORAL, TROUPE, process, service

PEER = BIN / "test" / "message_peer"
QUEUE = "keepers"


async def refusal(test, update):
    with test.assertRaises(WorkflowUpdateFailedError) as caught:
        await update
    return str(caught.exception.cause)


async def python_client(test, at):
    client = await Client.connect(at.address, namespace=HANDLER_NAMESPACE)
    handle = await client.start_workflow("Keeper", 0, id="keeper", task_queue=QUEUE)

    # Accepted and done, in one task and in two; joined by its id.
    test.assertEqual(await handle.execute_update("add", 3, id="a"), 3)
    test.assertEqual(await handle.execute_update("add_slowly", 4), 7)
    test.assertEqual(await handle.execute_update("add", 100, id="a"), 3)
    waits = await handle.start_update("until", 9, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    await handle.signal("put", 2)
    test.assertEqual(await waits.result(), 9)
    test.assertEqual(await handle.query("total"), 9)

    # Refused without a trace, failed, unknown, with arguments that do not fit.
    events = [event async for event in handle.fetch_history_events()]
    test.assertEqual(await refusal(test, handle.execute_update("add", -1)), "Negative: fewer than none")
    test.assertIn("expected number", await refusal(test, handle.execute_update("add", "text")))
    test.assertEqual(len([event async for event in handle.fetch_history_events()]), len(events))
    test.assertEqual(await refusal(test, handle.execute_update("fail", "so")), "Refused: refused")
    test.assertIn("no update is called nothing", await refusal(test, handle.execute_update("nothing")))
    test.assertEqual(await handle.execute_update("any thing", args=[1, 2]), "any thing 2")

    # Several at once.
    test.assertEqual(await asyncio.gather(*(handle.execute_update("add", 0) for _ in range(5))), [9] * 5)

    # What the end of a run interrupts: its caller hears of that, and the next run goes on.
    hangs = await handle.start_update("until", 1000, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    await handle.signal("renew")
    interrupted = await refusal(test, hangs.result())
    test.assertIn("Workflow completed before the Update completed", interrupted)
    current = client.get_workflow_handle("keeper")
    while len([event async for event in current.fetch_history_events()]) < 4:
        await asyncio.sleep(0.05)  # `run` has not begun
    test.assertEqual(await current.execute_update("add", 1), 10)
    slow = await current.start_update("add_slowly", 5, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    await current.signal("close")
    test.assertEqual(await slow.result(), 15)
    test.assertEqual(await current.result(), "kept 15")
    with test.assertRaises(RPCError):
        await current.execute_update("add", 1)

    # With a start: of a new one, of the one that runs.
    # Handlers of the constructor are told before `run` begins, and so before it counts what it was started with.
    for total in (2, 9):
        start = WithStartWorkflowOperation(
            "Keeper", 5, id="started", task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING)
        added = await client.execute_update_with_start_workflow("add", 2, start_workflow_operation=start)
        test.assertEqual(added, total)
    started = await start.workflow_handle()
    await started.signal("close")
    test.assertEqual(await started.result(), "kept 9")


def command_lines(test, at, executable, me):
    def do(*words, ok=True):
        done = at.cli("workflow", *words, "--namespace", HANDLER_NAMESPACE, executable=executable, check=False)
        test.assertEqual(done.returncode == 0, ok, done.stdout + done.stderr)
        return json.loads(done.stdout) if ok and done.stdout.startswith("{") else done.stdout + done.stderr

    def update(kind, *words, ok=True):
        return do("update", kind, "-w", me, *words, "-o", "json", ok=ok)

    do("start", "--type", "Keeper", "-t", QUEUE, "-w", me, "-i", "0")
    test.assertEqual(update("execute", "--name", "add", "-i", "3", "--update-id", "a")["result"], 3)
    test.assertIn("fewer than none", update("execute", "--name", "add", "-i", "-1", ok=False))
    test.assertIn("refused", update("execute", "--name", "fail", "-i", '"so"', "--update-id", "f", ok=False))
    update("start", "--name", "until", "-i", "5", "--update-id", "u", "--wait-for-stage", "accepted")
    test.assertEqual(update("describe", "--update-id", "u")["stage"], "Accepted")
    do("signal", "-w", me, "--name", "put", "-i", "2")
    test.assertEqual(update("result", "--update-id", "u")["result"], 5)
    test.assertEqual(update("describe", "--update-id", "u")["stage"], "Completed")
    metadata = do("metadata", "-w", me)
    for line in ("The sum.", "Adds, and says nothing.", "Adds."):
        test.assertIn(line, metadata)
    do("signal-with-start", "--type", "Keeper", "-t", QUEUE, "-w", me + "-s", "-i", "1", "--signal-name", "put",
       "--signal-input", "2")
    with_start = ("--type", "Keeper", "-t", QUEUE, "-w", me + "-s", "-i", "1", "--update-name", "add", "--update-input",
                  "4", "--id-conflict-policy", "UseExisting", "-o", "json")
    test.assertEqual(do("execute-update-with-start", *with_start)["updateResult"], 7)
    do("start-update-with-start", *with_start, "--update-wait-for-stage", "accepted")
    for workflow_id in (me, me + "-s"):
        do("signal", "-w", workflow_id, "--name", "close")
        do("result", "-w", workflow_id)


class Messages(unittest.TestCase):
    def story(self, kind):
        with service(kind) as at, process(PEER, QUEUE, env=at.env(HANDLER_NAMESPACE)):
            with self.subTest("the Python client"):
                asyncio.run(python_client(self, at))
            for me, executable in (("real", TEMPORAL), ("ours", TROUPE)):
                with self.subTest(f"{me} command lines"):
                    command_lines(self, at, executable, me)

    def test_on_the_real_server(self):
        self.story("temporal")

    def test_on_our_service(self):
        self.story("troupe")


class Sample(unittest.TestCase):
    def cluster(self, kind):
        with service(kind) as at, process(SAMPLES / "messages_worker", env=at.env(HANDLER_NAMESPACE)):
            def do(*words):
                return at.json("workflow", *words, "--namespace", HANDLER_NAMESPACE)

            do("start", "--type", "ClusterManager", "-t", "clusters", "-w", "c", "-i", '{"is_up":false,"nodes":[]}')
            at.cli("workflow", "signal", "-w", "c", "--name", "start", "--namespace", HANDLER_NAMESPACE)
            nodes = do("update", "execute", "-w", "c", "--name", "assign", "-i", '{"name":"backup","nodes":2}')
            self.assertEqual(nodes["result"], [0, 1])
            at.cli("workflow", "signal", "-w", "c", "--name", "shut_down", "--namespace", HANDLER_NAMESPACE)
            self.assertEqual(do("result", "-w", "c")["result"]["nodes"], ["backup", "backup", "", "", ""])

    def test_on_the_real_server(self):
        self.cluster("temporal")

    def test_on_our_service(self):
        self.cluster("troupe")


if __name__ == "__main__":
    unittest.main()
