# SPDX-License-Identifier: Apache-2.0
"""The same parent, child and changing workflow as children_peer.cpp has: `children_peer.py QUEUE [parents] [children] [new]`."""

import asyncio
import os
import sys
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

KINDS = {"CancelledError": "CanceledFailure", "TimeoutError": "TimeoutFailure"}


@workflow.defn(name="Child")
class Child:
    def __init__(self):
        self.words = []

    @workflow.signal
    def word(self, word: str) -> None:
        self.words.append(word)

    @workflow.run
    async def run(self, mode: str) -> str:
        if mode == "complete":
            return "child done"
        if mode == "fail":
            raise ApplicationError("child failed", type="ChildError", non_retryable=True)
        if mode == "report":
            about = workflow.info()
            parent = workflow.get_external_workflow_handle(about.parent.workflow_id, run_id=about.parent.run_id)
            await parent.signal("report", about.workflow_id)
            return "told"
        await workflow.wait_condition(lambda: bool(self.words))
        return f"got {self.words[0]}"


def text_of(error):
    cause = error.__cause__ or error
    if isinstance(cause, ApplicationError):
        return cause.type
    return KINDS.get(type(cause).__name__, type(cause).__name__)


async def outcome(of):
    try:
        return await of
    except FailureError as error:
        return text_of(error)


@workflow.defn(name="Parent")
class Parent:
    def __init__(self):
        self.reports = []

    @workflow.signal
    def report(self, who: str) -> None:
        self.reports.append(who)

    @workflow.run
    async def run(self, queue: str) -> list[str]:
        own = workflow.info().workflow_id

        def execute(id, mode, **more):
            return outcome(workflow.execute_child_workflow(
                "Child", mode, id=own + id, task_queue=queue, result_type=str, **more))

        def start(id, mode, **more):
            return workflow.start_child_workflow("Child", mode, id=own + id, task_queue=queue, result_type=str, **more)

        seen = [await execute("-done", "complete"), await execute("-fails", "fail")]

        waiting = await start("-waits", "wait")
        seen.append(await execute("-waits", "complete"))
        await waiting.signal("word", "hello")
        seen.append(await waiting)

        stopped = await start("-stops", "wait")
        stopped.cancel()
        seen.append(await outcome(stopped))

        seen.append(await execute("-late", "wait", run_timeout=timedelta(seconds=1)))

        telling = asyncio.create_task(execute("-tells", "report"))
        await workflow.wait_condition(lambda: bool(self.reports))
        seen += [self.reports[0][len(own):], await telling]

        leaving = await start("-left", "wait", parent_close_policy=workflow.ParentClosePolicy.ABANDON)
        await workflow.get_external_workflow_handle(leaving.id, run_id=leaving.first_execution_run_id).cancel()
        seen.append(await outcome(leaving))

        seen.append(await outcome(workflow.get_external_workflow_handle(own + "-nobody").signal("word")))
        return seen


@workflow.defn(name="Changing")
class Changing:
    def __init__(self):
        self.may_go = False

    @workflow.signal
    def go(self, _: str) -> None:
        self.may_go = True

    @workflow.run
    async def run(self) -> str:
        is_new = workflow.patched("change")
        if not is_new:
            await asyncio.sleep(0.01)
        await workflow.wait_condition(lambda: self.may_go)
        return "new" if is_new and workflow.patched("change") else "old"


SERVED = {"parents": Parent, "children": Child, "new": Changing}


async def main(queue, *serves):
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"])
    async with Worker(
        client, task_queue=queue, workflows=[SERVED[name] for name in serves], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
