# SPDX-License-Identifier: Apache-2.0
"""The workflow that client_calls sends its messages to: `client_peer.py QUEUE`, in the namespace of the environment."""

import asyncio
import os
import sys

from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@workflow.defn
class Cart:
    def __init__(self):
        self.items = 0
        self.is_closed = False

    @workflow.run
    async def run(self, owner: str) -> str:
        await workflow.wait_condition(lambda: self.is_closed)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return f"{owner}:{self.items}"

    @workflow.signal
    def put(self, count: int) -> None:
        self.items += count

    @workflow.signal
    def close(self) -> None:
        self.is_closed = True

    @workflow.query
    def total(self) -> int:
        return self.items

    @workflow.query
    def broken(self) -> int:
        raise ApplicationError("nothing to be seen", type="Blind")

    @workflow.update
    async def add(self, count: int) -> int:
        self.items += count
        return self.items

    @add.validator
    def may_add(self, count: int) -> None:
        if count < 0:
            raise ApplicationError("fewer than none", type="Negative")

    @workflow.update
    async def until(self, count: int) -> int:
        await workflow.wait_condition(lambda: self.items >= count)
        return self.items

    @workflow.update
    async def spill(self) -> None:
        raise ApplicationError("all over the floor", type="Spilled")


async def main():
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"])
    await Worker(
        client, task_queue=sys.argv[1], build_id="cart-1", workflows=[Cart], workflow_runner=UnsandboxedWorkflowRunner()
    ).run()


asyncio.run(main())
