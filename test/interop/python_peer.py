# SPDX-License-Identifier: Apache-2.0
"""The guide's handler and caller as Python workers: `python_peer.py handler|caller|call NAME WORKFLOW_ID`."""

import asyncio
import os
import sys
from dataclasses import dataclass

import nexusrpc
import nexusrpc.handler
from temporalio import nexus, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from harness import CALLER_NAMESPACE, CALLER_QUEUE, ENDPOINT, HANDLER_NAMESPACE, HANDLER_QUEUE


@dataclass
class MyInput:
    name: str


@dataclass
class MyOutput:
    message: str


@nexusrpc.service
class MyNexusService:
    my_sync_operation: nexusrpc.Operation[MyInput, MyOutput]
    my_workflow_run_operation: nexusrpc.Operation[MyInput, MyOutput]


@workflow.defn
class WorkflowStartedByNexusOperation:
    @workflow.run
    async def run(self, input: MyInput) -> MyOutput:
        return MyOutput(message=f"Hello {input.name} from workflow run operation!")


@nexusrpc.handler.service_handler(service=MyNexusService)
class MyNexusServiceHandler:
    @nexusrpc.handler.sync_operation
    async def my_sync_operation(self, ctx: nexusrpc.handler.StartOperationContext, input: MyInput) -> MyOutput:
        return MyOutput(message=f"Hello {input.name} from sync operation!")

    @nexus.workflow_run_operation
    async def my_workflow_run_operation(
        self, ctx: nexus.WorkflowRunOperationContext, input: MyInput
    ) -> nexus.WorkflowHandle[MyOutput]:
        return await ctx.start_workflow(
            WorkflowStartedByNexusOperation.run, input, id=f"hello-nexus-workflow-{input.name}"
        )


@workflow.defn
class CallerWorkflow:
    @workflow.run
    async def run(self, name: str) -> tuple[MyOutput, MyOutput]:
        client = workflow.create_nexus_client(service=MyNexusService, endpoint=ENDPOINT)
        by_workflow = await client.execute_operation(MyNexusService.my_workflow_run_operation, MyInput(name))
        handle = await client.start_operation(MyNexusService.my_sync_operation, MyInput(name))
        return await handle, by_workflow


async def main():
    role = sys.argv[1]
    address = os.environ["TEMPORAL_ADDRESS"]
    if role == "handler":
        client = await Client.connect(address, namespace=HANDLER_NAMESPACE)
        await Worker(
            client, task_queue=HANDLER_QUEUE, workflows=[WorkflowStartedByNexusOperation],
            nexus_service_handlers=[MyNexusServiceHandler()], workflow_runner=UnsandboxedWorkflowRunner(),
        ).run()
    elif role == "caller":
        client = await Client.connect(address, namespace=CALLER_NAMESPACE)
        await Worker(
            client, task_queue=CALLER_QUEUE, workflows=[CallerWorkflow], workflow_runner=UnsandboxedWorkflowRunner(),
        ).run()
    else:
        client = await Client.connect(address, namespace=CALLER_NAMESPACE)
        result = await client.execute_workflow(
            CallerWorkflow.run, sys.argv[2], id=sys.argv[3], task_queue=CALLER_QUEUE,
        )
        print(" | ".join(output.message for output in result))


if __name__ == "__main__":
    asyncio.run(main())
