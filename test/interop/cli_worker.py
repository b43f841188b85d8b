# SPDX-License-Identifier: Apache-2.0
"""Workflows in every state that the command lines look at: `cli_worker.py TASK_QUEUE ENDPOINT` with TEMPORAL_ADDRESS."""

import asyncio
import os
import sys
from datetime import timedelta
from typing import Any

import nexusrpc
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@nexusrpc.service
class Nobody:
    answer: nexusrpc.Operation[str, str]


@workflow.defn
class Echo:
    @workflow.run
    async def run(self, value: Any = None) -> Any:
        return value


@workflow.defn
class Fails:
    @workflow.run
    async def run(self) -> None:
        try:
            raise ValueError("the cause")
        except ValueError as cause:
            raise ApplicationError("out of luck", {"detail": 1}, type="Luck", non_retryable=True) from cause


@workflow.defn
class Again:
    @workflow.run
    async def run(self, times: int) -> str:
        if times > 0:
            workflow.continue_as_new(times - 1)
        return "done"


@workflow.defn
class Waits:
    def __init__(self) -> None:
        self.words: list[str] = []

    @workflow.run
    async def run(self) -> list[str]:
        await workflow.wait_condition(lambda: "end" in self.words)
        return self.words

    @workflow.signal
    def say(self, word: str) -> None:
        self.words.append(word)

    @workflow.update
    async def add(self, words: Any) -> Any:
        """Gives back what it was given."""
        return words

    @workflow.update
    async def refuse(self, kind: str) -> None:
        if kind == "cause":
            try:
                raise ApplicationError("the cause", type="Inner", non_retryable=True)
            except ApplicationError as cause:
                raise ApplicationError("out of luck", {"detail": 1}, type="Luck") from cause
        if kind == "cancelled":
            raise CancelledError("stopped")
        raise ApplicationError("out of luck")

    @workflow.update
    async def until(self, count: int) -> int:
        await workflow.wait_condition(lambda: len(self.words) >= count)
        return len(self.words)

    @workflow.update
    async def checked(self, count: int) -> None:
        pass

    @checked.validator
    def check(self, count: int) -> None:
        raise ApplicationError("no", type="Checked")

    @workflow.query
    def said(self, separator: str = ",") -> str:
        return separator.join(self.words)


@workflow.defn
class Asks:
    @workflow.run
    async def run(self, endpoint: str) -> str:
        return await workflow.create_nexus_client(service=Nobody, endpoint=endpoint).execute_operation(Nobody.answer, "?")


@activity.defn
async def hold() -> Any:
    activity.heartbeat("beat", {"n": 1})
    activity.raise_complete_async()


@activity.defn
async def lose() -> Any:
    raise ApplicationError("no luck", {"detail": 1}, type="Luck")


@workflow.defn
class Works:
    """One activity for each name: `held` waits to be completed, `tried` has failed once, `queued` has no worker."""

    @workflow.run
    async def run(self, names: list[str]) -> list[str]:
        return list(await asyncio.gather(*map(self.outcome, names)))

    async def outcome(self, name: str) -> str:
        try:
            return str(await workflow.execute_activity(
                lose if name.startswith("tried") else hold, activity_id=name,
                task_queue="nobody" if name == "queued" else None, start_to_close_timeout=timedelta(hours=2),
                schedule_to_close_timeout=timedelta(days=1), heartbeat_timeout=timedelta(hours=2),
                retry_policy=RetryPolicy(initial_interval=timedelta(hours=1), maximum_attempts=5)))
        except ActivityError as error:
            return f"{error.cause} {getattr(error.cause, 'details', None)}"


async def main():
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    await Worker(
        client, task_queue=sys.argv[1], workflows=[Echo, Fails, Again, Waits, Asks, Works],
        activities=[hold, lose], workflow_runner=UnsandboxedWorkflowRunner(), identity="cli-worker",
    ).run()


if __name__ == "__main__":
    asyncio.run(main())
