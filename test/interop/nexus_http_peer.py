# SPDX-License-Identifier: Apache-2.0
"""A Python worker for Nexus over HTTP: `nexus_http_peer.py QUEUE` serves the operations and the workflows of nexus_http_test.py."""

import asyncio
import os
import sys
from datetime import timedelta
from typing import Any

import nexusrpc
import nexusrpc.handler
from temporalio import nexus, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@nexusrpc.service(name="probe")
class Probe:
    echo: nexusrpc.Operation[Any, Any]
    nothing: nexusrpc.Operation[None, None]
    headers: nexusrpc.Operation[None, dict]
    number: nexusrpc.Operation[int, int]
    refuse: nexusrpc.Operation[dict, str]
    fail: nexusrpc.Operation[str, str]
    run: nexusrpc.Operation[dict, str]


@workflow.defn(name="Long")
class Long:
    @workflow.run
    async def run(self, how: dict) -> str:
        if how["mode"] == "fail":
            raise ApplicationError("the workflow failed", {"k": 1}, type="Mine", non_retryable=True)
        if how["mode"] == "wait":
            await workflow.wait_condition(lambda: False)
        return "done " + how["id"]


@workflow.defn(name="Caller")
class Caller:
    """Calls an operation of any endpoint, and tells what came of it."""

    @workflow.run
    async def run(self, endpoint: str, service: str, operation: str, value: Any) -> Any:
        client = workflow.create_nexus_client(service=service, endpoint=endpoint)
        return await client.execute_operation(operation, value, schedule_to_close_timeout=timedelta(seconds=40))


@nexusrpc.handler.service_handler(service=Probe)
class ProbeHandler:
    @nexusrpc.handler.sync_operation
    async def echo(self, ctx: nexusrpc.handler.StartOperationContext, value: Any) -> Any:
        return value

    @nexusrpc.handler.sync_operation
    async def nothing(self, ctx: nexusrpc.handler.StartOperationContext, _: None) -> None:
        return None

    @nexusrpc.handler.sync_operation
    async def headers(self, ctx: nexusrpc.handler.StartOperationContext, _: None) -> dict:
        links = [[link.url, link.type] for link in ctx.inbound_links]
        return {**ctx.headers, "request-id": ctx.request_id, "callback": ctx.callback_url, "callback-headers": dict(ctx.callback_headers),
                "links": links}

    @nexusrpc.handler.sync_operation
    async def number(self, ctx: nexusrpc.handler.StartOperationContext, value: int) -> int:
        return value

    @nexusrpc.handler.sync_operation
    async def refuse(self, ctx: nexusrpc.handler.StartOperationContext, how: dict) -> str:
        raise nexusrpc.HandlerError("refused", type=nexusrpc.HandlerErrorType[how["type"]], retryable_override=how.get("retryable"))

    @nexusrpc.handler.sync_operation
    async def fail(self, ctx: nexusrpc.handler.StartOperationContext, state: str) -> str:
        raise nexusrpc.OperationError("it went wrong", state=nexusrpc.OperationErrorState(state))

    @nexus.workflow_run_operation
    async def run(self, ctx: nexus.WorkflowRunOperationContext, how: dict) -> nexus.WorkflowHandle[str]:
        return await ctx.start_workflow(Long.run, how, id=how["id"])


async def main():
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    await Worker(
        client, task_queue=sys.argv[1], workflows=[Long, Caller], nexus_service_handlers=[ProbeHandler()],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ).run()


asyncio.run(main())
