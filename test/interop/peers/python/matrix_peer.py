# SPDX-License-Identifier: Apache-2.0
"""The matrix's caller and handler in Python: `matrix_peer.py caller|handler NAME` (../README.md has the contract)."""

import asyncio
import dataclasses
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import nexusrpc
import nexusrpc.handler
import temporalio.api.common.v1
import temporalio.converter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio import activity, nexus, workflow
from temporalio.client import Client, WorkflowUpdateStage
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, CancelledError, NexusOperationError, TimeoutError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.workflow import NexusOperationCancellationType

KEY = b"test-key-test-key-test-key-test!"
HEADER = "x-matrix"
NAME = sys.argv[2] if len(sys.argv) > 2 else "python"


@dataclass
class Call:
    endpoint: str
    operation: str
    how: str
    id: str
    text: str
    size: int
    cancel: str
    schedule_to_close: int
    schedule_to_start: int
    start_to_close: int
    summary: str
    header: str
    linger: int


@dataclass
class Ask:
    how: str
    id: str
    text: str


@dataclass
class Answer:
    text: str


@dataclass
class Outcome:
    text: str
    errors: list[str]


class SecretCodec(temporalio.converter.PayloadCodec):
    """Encrypts what has the word `secret` in it, as the samples of encryption do."""

    async def encode(self, payloads):
        return [self.encrypt(each) if b"secret" in each.data else each for each in payloads]

    async def decode(self, payloads):
        return [
            self.decrypt(each) if each.metadata.get("encoding") == b"binary/encrypted" else each for each in payloads
        ]

    def encrypt(self, payload):
        nonce = os.urandom(12)
        return temporalio.api.common.v1.Payload(
            metadata={"encoding": b"binary/encrypted", "encryption-key-id": b"test-key-id"},
            data=nonce + AESGCM(KEY).encrypt(nonce, payload.SerializeToString(), None),
        )

    def decrypt(self, payload):
        plain = AESGCM(KEY).decrypt(payload.data[:12], payload.data[12:], None)
        return temporalio.api.common.v1.Payload.FromString(plain)


def converter():
    return dataclasses.replace(temporalio.converter.default(), payload_codec=SecretCodec())


@nexusrpc.service(name="Matrix")
class Matrix:
    echo: nexusrpc.Operation[Ask, Answer]
    header: nexusrpc.Operation[Ask, Answer]
    fail: nexusrpc.Operation[Ask, Answer]
    slow: nexusrpc.Operation[Ask, Answer]
    message: nexusrpc.Operation[Ask, Answer]
    run: nexusrpc.Operation[Ask, Answer]
    update: nexusrpc.Operation[Ask, Answer]
    activity: nexusrpc.Operation[Ask, Answer]


def milliseconds(n):
    return timedelta(milliseconds=n) if n else None


def chain(error):
    """Each error of the chain that begins with the operation's: `kind: message`."""
    lines = []
    while error is not None:
        if isinstance(error, NexusOperationError):
            kind = "nexus"
        elif isinstance(error, nexusrpc.HandlerError):
            kind = f"handler {error.type.name}"
        elif isinstance(error, ApplicationError):
            kind = f"application {error.type}"
        elif isinstance(error, CancelledError):
            kind = "canceled"
        elif isinstance(error, TimeoutError):
            kind = f"timeout {error.type.name}"
        else:
            kind = type(error).__name__
        lines.append(f"{kind}: {error}")
        error = error.__cause__
    return lines


@workflow.defn
class MatrixCaller:
    @workflow.run
    async def run(self, call: Call) -> Outcome:
        client = workflow.create_nexus_client(service=Matrix, endpoint=call.endpoint)
        outcome = Outcome("", [])
        try:
            handle = await client.start_operation(
                call.operation,
                Ask(call.how, call.id, "x" * call.size if call.size else call.text),
                output_type=Answer,
                schedule_to_close_timeout=milliseconds(call.schedule_to_close),
                schedule_to_start_timeout=milliseconds(call.schedule_to_start),
                start_to_close_timeout=milliseconds(call.start_to_close),
                cancellation_type=NexusOperationCancellationType[call.cancel or "WAIT_COMPLETED"],
                headers={HEADER: call.header} if call.header else None,
                summary=call.summary or None,
            )
            if call.cancel:
                handle.cancel()
            answer = await handle
            outcome.text = answer.text if len(answer.text) < 1000 else f"{len(answer.text)} characters"
        except NexusOperationError as error:
            outcome.errors = chain(error)
        if call.linger:
            await workflow.sleep(timedelta(milliseconds=call.linger))
        return outcome


@workflow.defn
class MatrixRun:
    def __init__(self) -> None:
        self.finished = False

    @workflow.signal
    def finish(self) -> None:
        self.finished = True

    @workflow.run
    async def run(self, ask: Ask) -> Answer:
        if ask.how == "fail":
            raise ApplicationError("no money", type="Poor", non_retryable=True)
        if ask.how in ("wait", "stay"):
            try:
                await workflow.wait_condition(lambda: self.finished)
            except asyncio.CancelledError:
                await asyncio.shield(workflow.sleep(timedelta(seconds=20 if ask.how == "stay" else 1)))
                raise
        return Answer(f"{NAME}: {ask.text}")


@workflow.defn
class MatrixTarget:
    def __init__(self) -> None:
        self.written: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def note(self, text: str) -> None:
        self.written.append(text)

    @workflow.query
    def notes(self) -> list[str]:
        return self.written

    @workflow.update
    async def approve(self, ask: Ask) -> Answer:
        await workflow.sleep(timedelta(milliseconds=200))
        return Answer(f"{NAME}: {ask.text}")


@activity.defn(name="MatrixActivity")
async def matrix_activity(ask: Ask) -> Answer:
    return Answer(f"{NAME}: {ask.text}")


@nexusrpc.handler.service_handler(service=Matrix)
class MatrixHandler:
    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    @nexusrpc.handler.sync_operation
    async def echo(self, _: nexusrpc.handler.StartOperationContext, ask: Ask) -> Answer:
        return Answer(f"{NAME}: {ask.text}")

    @nexusrpc.handler.sync_operation
    async def header(self, ctx: nexusrpc.handler.StartOperationContext, _: Ask) -> Answer:
        return Answer(f"{NAME}: {ctx.headers.get(HEADER, 'none')}")

    @nexusrpc.handler.sync_operation
    async def fail(self, _: nexusrpc.handler.StartOperationContext, ask: Ask) -> Answer:
        if ask.how == "operation failed":
            raise nexusrpc.OperationError(ask.text, state=nexusrpc.OperationErrorState.FAILED)
        if ask.how == "operation canceled":
            raise nexusrpc.OperationError(ask.text, state=nexusrpc.OperationErrorState.CANCELED)
        if ask.how == "application":
            raise ApplicationError(ask.text, type="Poor", non_retryable=True)
        if ask.how == "retry":
            self.seen[ask.id] += 1
            if self.seen[ask.id] == 1:
                raise nexusrpc.HandlerError("not yet", type=nexusrpc.HandlerErrorType.UNAVAILABLE)
            return Answer(f"{NAME}: attempt {self.seen[ask.id]}")
        error = nexusrpc.HandlerError(ask.text, type=nexusrpc.HandlerErrorType[ask.how])
        if error.retryable:
            error = nexusrpc.HandlerError(ask.text, type=error.type, retryable_override=False)
        raise error

    @nexusrpc.handler.sync_operation
    async def slow(self, _: nexusrpc.handler.StartOperationContext, ask: Ask) -> Answer:
        await asyncio.sleep(4)
        return Answer(f"{NAME}: late")

    @nexusrpc.handler.sync_operation
    async def message(self, _: nexusrpc.handler.StartOperationContext, ask: Ask) -> Answer:
        handle = nexus.client().get_workflow_handle(ask.id)
        await handle.signal("note", ask.text)
        noted = ask.text in await handle.query("notes", result_type=list[str])
        approved = await handle.execute_update("approve", ask, result_type=Answer)
        await nexus.client().start_workflow(
            "MatrixTarget", id=f"{ask.text}-kept", task_queue=f"handlers-{NAME}", start_signal="note", start_signal_args=[ask.text]
        )
        return Answer(f"{'noted' if noted else 'lost'}, {approved.text}")

    @nexus.workflow_run_operation
    async def run(self, ctx: nexus.WorkflowRunOperationContext, ask: Ask) -> nexus.WorkflowHandle[Answer]:
        return await ctx.start_workflow(
            MatrixRun.run, ask, id=ask.id, task_queue=f"handlers-{NAME}",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    @nexus.temporal_operation
    async def update(
        self, _: nexus.TemporalStartOperationContext, client: nexus.TemporalNexusClient, ask: Ask
    ) -> nexus.TemporalOperationResult[Answer]:
        return await client.start_workflow_update(
            ask.id, "approve", ask, wait_for_stage=WorkflowUpdateStage.ACCEPTED, result_type=Answer
        )

    @nexus.temporal_operation
    async def activity(
        self, _: nexus.TemporalStartOperationContext, client: nexus.TemporalNexusClient, ask: Ask
    ) -> nexus.TemporalOperationResult[Answer]:
        return await client.start_activity(
            matrix_activity, ask, id=ask.id, task_queue=f"handlers-{NAME}", start_to_close_timeout=timedelta(seconds=10)
        )


async def main(role):
    client = await Client.connect(
        os.environ["TEMPORAL_ADDRESS"], namespace=f"matrix-{role}s", identity=f"{role}-{NAME}", data_converter=converter()
    )
    own = {"task_queue": f"{role}s-{NAME}", "workflow_runner": UnsandboxedWorkflowRunner()}
    if role == "caller":
        await Worker(client, workflows=[MatrixCaller], **own).run()
        return
    handler = MatrixHandler()
    await asyncio.gather(
        Worker(
            client, workflows=[MatrixRun, MatrixTarget], activities=[matrix_activity],
            nexus_service_handlers=[handler], **own,
        ).run(),
        Worker(client, task_queue="fleet", nexus_service_handlers=[handler]).run(),
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # the SDK's own end of a process is not ours to test
    asyncio.run(main(sys.argv[1]))
