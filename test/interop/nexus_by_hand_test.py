# SPDX-License-Identifier: Apache-2.0
"""What no SDK sends, or none any more, to our service and to the real one: failures of handlers in Nexus' older form, all kinds of failures in
completions, and commands with names, times and headers that are none. Callers and handlers are played by hand."""

import asyncio
import base64
import http.client
import itertools
import json
import unittest
from concurrent.futures import ThreadPoolExecutor

import harness
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from temporalio.api.command.v1 import Command, RequestCancelNexusOperationCommandAttributes, ScheduleNexusOperationCommandAttributes
from temporalio.api.common.v1 import Payload, WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import CommandType
from temporalio.api.nexus.v1 import (Failure, HandlerError, Response, StartOperationResponse,
                                     UnsuccessfulOperationError)
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest, GetWorkflowExecutionHistoryRequest, PollNexusTaskQueueRequest, PollWorkflowTaskQueueRequest,
    RespondNexusTaskCompletedRequest, RespondNexusTaskFailedRequest, RespondWorkflowTaskCompletedRequest, StartWorkflowExecutionRequest,
    TerminateWorkflowExecutionRequest)
from temporalio.client import Client
from temporalio.service import RPCError

TEMPORAL = "temporal.api.failure.v1.Failure"
HANDLERS = "handlers-by-hand"


def failure(message="", type=None, details=None, cause=None, stack="", **metadata):
    """`details` as they are if they are text."""
    text = details if isinstance(details, str) else "" if details is None else json.dumps(details)
    made = Failure(message=message, stack_trace=stack, details=text.encode(), metadata=metadata | ({"type": type} if type else {}))
    if cause is not None:
        made.cause.CopyFrom(cause)
    return made


FAILURES = {
    "nothing": failure(),
    "a message": failure("m"),
    "a stack trace": failure("m", stack="at x"),
    "metadata": failure("m", a="b", c="<&>"),
    "metadata of another type": failure("m", "acme.Error", a="b"),
    "details": failure("m", details={"code": 7, "text": "<&>", "list": [1, 2, None]}),
    "details with blanks": failure("m", details='{ "b" : 1.50,\n "a" : [ ] }'),
    "both": failure("m", "acme.Error", {"code": 7}, a="b"),
    "a text as details": failure("m", "acme.Error", '"only text"'),
    "null as details": failure("m", "acme.Error", "null"),
    "a cause": failure("m", "acme.Error", {"code": 7}, failure("inner", a="b")),
    "a cause with nothing else": failure("m", cause=failure("inner")),
    "causes of causes": failure("m", cause=failure("n", "x", [1], failure("o", "y", [2], failure("p", "z", [3])))),
    "a Temporal failure": failure("m", TEMPORAL, {"applicationFailureInfo": {"type": "T", "nonRetryable": True}, "source": "s"}),
    "a Temporal failure beside other metadata": failure("m", TEMPORAL, {"applicationFailureInfo": {"type": "T"}}, a="b"),
    "a Temporal failure with its cause inside": failure(
        "m", TEMPORAL, {"applicationFailureInfo": {"type": "T"}, "cause": {"message": "inner", "timeoutFailureInfo": {}}}),
    "a Temporal failure with its cause beside": failure(
        "m", TEMPORAL, {"applicationFailureInfo": {"type": "T"}}, failure("inner", TEMPORAL, {"canceledFailureInfo": {}})),
    "a Temporal failure with unknown members": failure("m", TEMPORAL, {"applicationFailureInfo": {"type": "T", "new": 1}, "newer": {}}),
    "a Temporal failure of a cancelled run": failure("m", TEMPORAL, {"canceledFailureInfo": {}}),
    "a Temporal failure that is a handler error": failure(
        "m", TEMPORAL, {"nexusHandlerFailureInfo": {"type": "CONFLICT"}, "cause": {"message": "inner"}}),
    "a handler error of the specification": failure("m", "nexus.HandlerError", {"type": "CONFLICT", "retryableOverride": True}),
    "a handler error with a cause": failure("m", "nexus.HandlerError", {"type": "NOT_FOUND"}, failure("inner", "acme.Error", {"a": 1})),
    "an operation error of the specification": failure("m", "nexus.OperationError", {"state": "failed"}),
    "an operation error that was cancelled": failure("m", "nexus.OperationError", {"state": "canceled"}),
    "an envelope": failure("m", "nexus.OperationError", {"state": "failed"}, failure("inner", "acme.Error", {"a": 1}),
                           **{"unwrap-error": "true"}),
    "an envelope of another type": failure("m", "acme.Error", {"a": 1}, failure("inner"), **{"unwrap-error": "true"}),
}

# Ours takes these as far as they can be read. The real server tries again for ever what it cannot read, and tells nobody.
UNREADABLE = {
    "a Temporal failure that is none": failure("m", TEMPORAL, {"applicationFailureInfo": 1}),
    "a Temporal failure without details": failure("m", TEMPORAL),
    "a handler error that is none": failure("m", "nexus.HandlerError", [1]),
}


def readable(value):
    """JSON in payloads as such."""
    if isinstance(value, list):
        return [readable(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "data" in value and "metadata" in value:
        return {"encoding": base64.b64decode(value["metadata"]["encoding"]).decode(), "text": base64.b64decode(value["data"]).decode()}
    return {key: readable(each) for key, each in value.items()}


def shown(message):
    return readable(MessageToDict(message))


class Service(harness.Service):
    def __init__(self, kind):
        self.http_port = harness.free_port()
        super().__init__(kind, flags=("--http-port", self.http_port))
        self.cli("operator", "nexus", "endpoint", "create", "--name", "by-hand", "--target-namespace", "default",
                 "--target-task-queue", HANDLERS)
        self.endpoint = self.json("operator", "nexus", "endpoint", "get", "--name", "by-hand")["id"]
        self.numbers = itertools.count()

    def post(self, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=70)
        connection.request("POST", path, body, {"Content-Type": "application/json"} | headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        names = ("content-type", "nexus-operation-state", "nexus-request-retryable", "temporal-nexus-failure-source")
        return answer.status, {name: answer.headers[name] for name in names if answer.headers[name]}, text


def schedule(**other):
    attributes = ScheduleNexusOperationCommandAttributes(**{"endpoint": "by-hand", "service": "svc", "operation": "op"} | other)
    return Command(command_type=CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION, schedule_nexus_operation_command_attributes=attributes)


def cancel(scheduled):
    attributes = RequestCancelNexusOperationCommandAttributes(scheduled_event_id=scheduled)
    return Command(command_type=CommandType.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION,
                   request_cancel_nexus_operation_command_attributes=attributes)


class Caller:
    """One caller workflow on a queue of its own, with one operation of a service of its own, and the handler of that."""

    def __init__(self, at, client):
        self.at, self.rpc, self.id = at, client.workflow_service, f"caller-{next(at.numbers)}"

    async def answer_workflow_task(self, *commands):
        task = await self.rpc.poll_workflow_task_queue(
            PollWorkflowTaskQueueRequest(namespace="default", task_queue=TaskQueue(name=self.id), identity="test"))
        assert task.workflow_execution.workflow_id == self.id, task
        await self.rpc.respond_workflow_task_completed(
            RespondWorkflowTaskCompletedRequest(namespace="default", task_token=task.task_token, commands=commands, identity="test"))

    async def start(self):
        await self.rpc.start_workflow_execution(StartWorkflowExecutionRequest(
            namespace="default", workflow_id=self.id, workflow_type=WorkflowType(name="Caller"), request_id=self.id,
            task_queue=TaskQueue(name=self.id)))

    async def call(self):
        await self.start()
        await self.answer_workflow_task(schedule(service=self.id))

    async def told(self, *commands):
        try:
            await self.answer_workflow_task(*commands)
            return "taken"
        except RPCError as refused:
            return f"{refused.status.name}: {refused}"
        finally:
            await self.end()

    async def nexus_task(self):
        return await nexus_task(self.rpc, self.id)

    async def cancel(self):
        scheduled = await self.event("nexus_operation_scheduled_event_attributes")
        await self.answer_workflow_task(cancel(scheduled.event_id))

    async def history(self):
        return (await self.rpc.get_workflow_execution_history(GetWorkflowExecutionHistoryRequest(
            namespace="default", execution=WorkflowExecution(workflow_id=self.id)))).history.events

    async def described(self):
        return await self.rpc.describe_workflow_execution(DescribeWorkflowExecutionRequest(
            namespace="default", execution=WorkflowExecution(workflow_id=self.id)))

    async def event(self, *kinds):
        for event in await self.history():
            if event.WhichOneof("attributes") in kinds:
                return event
        return None

    async def outcome(self, seconds=20):
        """The event that tells how operation or cancellation ended, or why it is tried again; and its failure."""
        ended = [f"nexus_operation_{how}_event_attributes" for how in ("completed", "failed", "canceled", "timed_out", "cancel_request_failed")]
        for _ in range(seconds * 20):
            if event := await self.event(*ended):
                kind = event.WhichOneof("attributes")
                told = getattr(event, kind).failure
                return kind, shown(told if "cancel_request" in kind else told.cause)
            for pending in (await self.described()).pending_nexus_operations:
                for where, why in (("tried again", pending), ("cancelled again", pending.cancellation_info)):
                    if why.HasField("last_attempt_failure"):
                        return where, shown(why.last_attempt_failure)
            await asyncio.sleep(0.05)
        return "nothing", None

    async def end(self):
        try:
            await self.rpc.terminate_workflow_execution(TerminateWorkflowExecutionRequest(
                namespace="default", workflow_execution=WorkflowExecution(workflow_id=self.id)))
        except RPCError:
            pass  # it has ended


async def nexus_task(rpc, service):
    """The next one of the service; those of callers that have ended are left alone."""
    while True:
        task = await rpc.poll_nexus_task_queue(
            PollNexusTaskQueueRequest(namespace="default", task_queue=TaskQueue(name=HANDLERS), identity="test"))
        of = task.request.cancel_operation if task.request.HasField("cancel_operation") else task.request.start_operation
        if of.service == service:
            return task


async def answer(rpc, task, said):
    """By a `HandlerError`, or by an answer to a start."""
    if isinstance(said, HandlerError):
        await rpc.respond_nexus_task_failed(RespondNexusTaskFailedRequest(
            namespace="default", identity="test", task_token=task.task_token, error=said))
    else:
        await rpc.respond_nexus_task_completed(RespondNexusTaskCompletedRequest(
            namespace="default", identity="test", task_token=task.task_token, response=Response(start_operation=said)))


def operation_error(state, why):
    return StartOperationResponse(operation_error=UnsuccessfulOperationError(operation_state=state, failure=why))


STARTED = StartOperationResponse(async_success=StartOperationResponse.Async(operation_token="token"))
NEWER = {"Temporal-Nexus-Failure-Support": "true"}


async def of_start(at, client, said):
    caller = Caller(at, client)
    await caller.call()
    await answer(caller.rpc, await caller.nexus_task(), said)
    told = await caller.outcome()
    await caller.end()
    return told


async def of_cancel(at, client, said):
    caller = Caller(at, client)
    await caller.call()
    await answer(caller.rpc, await caller.nexus_task(), STARTED)
    await caller.cancel()
    await answer(caller.rpc, await caller.nexus_task(), said)
    told = await caller.outcome()
    await caller.end()
    return told


async def of_completion(at, client, state, body):
    caller = Caller(at, client)
    await caller.call()
    task = await caller.nexus_task()
    token = {name.lower(): value for name, value in task.request.start_operation.callback_header.items()}["temporal-callback-token"]
    await answer(caller.rpc, task, STARTED)
    while not await caller.event("nexus_operation_started_event_attributes"):
        await asyncio.sleep(0.05)
    said = at.post("/nexus/callback", body, {"Temporal-Callback-Token": token, "Nexus-Operation-State": state,
                                             "Nexus-Operation-Token": "token"})
    told = said, (await caller.outcome() if said[0] == 200 else None)
    await caller.end()
    return told


async def of_commands(at, client, *commands):
    """What the service says to the commands of a caller's first task."""
    caller = Caller(at, client)
    await caller.start()
    return await caller.told(*commands)


async def of_cancels(at, client, count):
    """The same, to so many cancels of an operation that was started."""
    caller = Caller(at, client)
    await caller.call()
    await answer(caller.rpc, await caller.nexus_task(), STARTED)
    return await caller.told(*[cancel(5)] * count)


async def over_http(at, client, said, headers):
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as threads:
        asked = loop.run_in_executor(threads, at.post, f"/nexus/endpoints/{at.endpoint}/services/svc/op", '"x"', headers)
        await answer(client.workflow_service, await nexus_task(client.workflow_service, "svc"), said)
        return await asked


def as_json(value):
    """A failure as Nexus has it over HTTP."""
    made = {"message": value.message, "metadata": dict(value.metadata)}
    if value.stack_trace:
        made["stackTrace"] = value.stack_trace
    if value.details:
        made["details"] = json.loads(value.details)
    if value.HasField("cause"):
        made["cause"] = as_json(value.cause)
    return {name: each for name, each in made.items() if each or name == "details"}


class NexusByHand(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.both = tuple(Service(kind) for kind in harness.Service.KINDS)

    @classmethod
    def tearDownClass(cls):
        for each in cls.both:
            each.stop()

    def same(self, *tries):
        """Each is a name and what is done with a service and a client of it; all are done, on one service after the other."""
        async def on(at):
            client = await Client.connect(at.address)
            return {name: await what(at, client) for name, what in tries}

        ours, real = (asyncio.run(on(each)) for each in self.both)
        for name, _ in tries:
            with self.subTest(name):
                self.assertEqual(ours[name], real[name])
        return ours

    def test_operation_errors(self):
        told = self.same(*((f"{name}, {state}", lambda at, client, state=state, why=why: of_start(at, client, operation_error(state, why)))
                           for name, why in FAILURES.items() for state in ("failed", "canceled")))
        kind, cause = told["both, failed"]
        self.assertEqual(kind, "nexus_operation_failed_event_attributes")
        self.assertEqual(cause["applicationFailureInfo"]["type"], "NexusFailure")
        kept = json.loads(cause["applicationFailureInfo"]["details"]["payloads"][0]["text"])
        self.assertEqual(kept, {"metadata": {"type": "acme.Error", "a": "b"}, "details": {"code": 7}})

    def test_operation_errors_of_a_state_that_is_none(self):
        self.same(*((f"the state {state!r}", lambda at, client, state=state: of_start(at, client, operation_error(state, failure("m"))))
                    for state in ("", "running", "succeeded")))

    def test_handler_errors(self):
        told = self.same(*((name, lambda at, client, why=why: of_start(at, client, HandlerError(error_type="BAD_REQUEST", failure=why)))
                           for name, why in FAILURES.items()))
        cause = told["both"][1]["cause"]
        self.assertEqual(json.loads(cause["applicationFailureInfo"]["details"]["payloads"][0]["text"])["metadata"]["a"], "b")

    def test_handler_errors_without_a_failure_and_of_other_types(self):
        tries = [(error, behavior) for error in ("", "INTERNAL", "UNAVAILABLE", "NOT_FOUND", "ACME") for behavior in (0, 1, 2)]
        self.same(*((f"{error!r}, {behavior}", lambda at, client, error=error, behavior=behavior: of_start(
            at, client, HandlerError(error_type=error, retry_behavior=behavior))) for error, behavior in tries))

    def test_refused_cancellations(self):
        self.same(*((f"{name}, {error}", lambda at, client, error=error, why=why: of_cancel(
            at, client, HandlerError(error_type=error, failure=why)))
            for name, why in FAILURES.items() for error in ("NOT_FOUND",)),
            ("tried again", lambda at, client: of_cancel(at, client, HandlerError(error_type="UNAVAILABLE", failure=FAILURES["both"]))))

    def test_completions(self):
        self.same(*((f"{name}, {state}", lambda at, client, state=state, why=why: of_completion(at, client, state, json.dumps(as_json(why))))
                    for name, why in FAILURES.items() for state in ("failed", "canceled")))

    def test_completions_that_cannot_be_read_are_refused(self):
        async def all_of(at):
            client = await Client.connect(at.address)
            return {name: (await of_completion(at, client, "failed", json.dumps(as_json(why))))[0][0] for name, why in UNREADABLE.items()}

        for each in self.both:
            with self.subTest(each.kind):
                self.assertEqual(asyncio.run(all_of(each)), dict.fromkeys(UNREADABLE, 400))

    def test_commands_with_what_is_none_are_refused(self):
        long, deep = "n" * 1001, "[" * 10_000 + "]" * 10_000
        commands = {
            "a long endpoint": (schedule(endpoint=long),), "a long service": (schedule(service=long),),
            "a long operation": (schedule(operation=long),), "no endpoint": (schedule(endpoint=""),), "no service": (schedule(service=""),),
            "no operation": (schedule(operation=""),), "a disallowed header": (schedule(nexus_header={"Request-Timeout": "1s"}),),
            "long headers": (schedule(nexus_header={"h": "v" * 10_000}),),
            "a header that is no name": (schedule(nexus_header={"a b": "v", "": "w"}),),
            "a deep input": (schedule(input=Payload(metadata={"encoding": b"json/plain"}, data=deep.encode())),),
            "a large input": (schedule(input=Payload(data=b"x" * 2_500_000)),),
            "a cancel of nothing": (cancel(77),), "a cancel of another event": (cancel(1),),
            "a cancel in the same task": (schedule(), cancel(5)), "two cancels in the same task": (schedule(), cancel(5), cancel(5)),
        }
        for name, (seconds, nanos) in {"negative": (-1, 0), "a little negative": (0, -1), "of two signs": (1, -1), "too long": (400_000_000_000, 0),
                                       "with a second of nanos": (1, 1_000_000_000)}.items():
            for which in ("schedule_to_close_timeout", "schedule_to_start_timeout", "start_to_close_timeout"):
                commands[f"{which} {name}"] = (schedule(**{which: Duration(seconds=seconds, nanos=nanos)}),)
        told = self.same(*((name, lambda at, client, each=each: of_commands(at, client, *each)) for name, each in commands.items()),
                         ("a cancel", lambda at, client: of_cancels(at, client, 1)),
                         ("two cancels", lambda at, client: of_cancels(at, client, 2)))
        self.assertEqual((told["a cancel"], told["a deep input"]), ("taken", "taken"))
        self.assertIn("negative duration", told["start_to_close_timeout negative"])

    def test_over_http(self):
        said = {f"{name}, {how}": each for name, why in FAILURES.items() for how, each in (
            ("refused", HandlerError(error_type="CONFLICT", failure=why, retry_behavior=1)), ("failed", operation_error("failed", why)))}
        said |= {"canceled": operation_error("canceled", FAILURES["both"]), "a state that is none": operation_error("", FAILURES["both"])}
        self.same(*((f"{name} {headers}", lambda at, client, each=each, headers=headers: over_http(at, client, each, headers))
                    for name, each in said.items() for headers in ({}, NEWER)))

    def test_what_cannot_be_read_is_told_by_ours(self):
        async def all_of(at):
            client = await Client.connect(at.address)
            return {name: await of_start(at, client, operation_error("failed", why)) for name, why in UNREADABLE.items()}

        for name, (kind, cause) in asyncio.run(all_of(self.both[0])).items():
            with self.subTest(name):
                self.assertEqual((kind, cause["message"]), ("nexus_operation_failed_event_attributes", "m"))
                kept = json.loads(cause["applicationFailureInfo"]["details"]["payloads"][0]["text"])
                self.assertEqual(kept["metadata"], dict(UNREADABLE[name].metadata))


if __name__ == "__main__":
    unittest.main()
