# SPDX-License-Identifier: Apache-2.0
"""The same activities and the same caller as activity_peer.cpp has: `activity_peer.py QUEUE [workflows] [activities]`."""

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@dataclass
class Progress:
    word: str
    step: int


@activity.defn
async def greet(who: str) -> str:
    return f"hello {who}"


@activity.defn
async def flaky(failures: int) -> str:
    attempt = activity.info().attempt
    if attempt <= failures:
        raise ApplicationError(
            f"flaky attempt {attempt}", type="FlakyError", next_retry_delay=timedelta(milliseconds=100)
        )
    return f"ok at attempt {attempt}"


@activity.defn
async def refuse(why: str) -> None:
    raise ApplicationError(why, 7, type="Refused", non_retryable=True)


@activity.defn
async def remember() -> str:
    if activity.info().heartbeat_details:
        before = activity.info().heartbeat_details[0]
        return f"{before['word']} {before['step']}"
    activity.heartbeat(Progress("half", 7))
    await asyncio.sleep(0.3)
    raise RuntimeError("lost")


@activity.defn
async def beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(0.1)


@activity.defn
async def nap(seconds: float) -> str:
    if activity.info().attempt == 1:
        raise RuntimeError("not tired yet")
    await asyncio.sleep(seconds)
    return "napped"


@workflow.defn(name="Caller")
class Caller:
    @workflow.run
    async def run(self, queue: str) -> list[str]:
        options = {"task_queue": queue, "start_to_close_timeout": timedelta(seconds=10)}
        seen = [
            await workflow.execute_activity("greet", "Ann", result_type=str, **options),
            await workflow.execute_activity("flaky", 2, result_type=str, **options),
        ]
        try:
            await workflow.execute_activity("refuse", "no", **options)
        except ActivityError as error:
            seen.append(f"{error.cause.type}: {error.cause.message} {error.cause.details[0]}")
        seen.append(await workflow.execute_activity("remember", result_type=str, **options))
        beating = workflow.start_activity(
            "beat",
            heartbeat_timeout=timedelta(seconds=1),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            **options,
        )
        await asyncio.sleep(1)
        beating.cancel()
        try:
            await beating
            seen.append("finished")
        except BaseException as error:
            seen.append("canceled" if is_cancelled_exception(error) else "failed")
        seen.append(
            await workflow.execute_local_activity(
                "nap", 3.0, result_type=str, start_to_close_timeout=timedelta(seconds=10)
            )
        )
        return seen


async def main():
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"])
    await Worker(
        client,
        task_queue=sys.argv[1],
        workflows=[Caller] if "workflows" in sys.argv else [],
        activities=[greet, flaky, refuse, remember, beat] if "activities" in sys.argv else [nap],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ).run()


asyncio.run(main())
