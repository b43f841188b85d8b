# SPDX-License-Identifier: Apache-2.0
"""The Python side of rows_test.py, the same as rows_peer.cpp: `rows_peer.py QUEUE workflows|companions [COMPANIONS ENDPOINT]`."""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import nexusrpc
from temporalio import activity, nexus, workflow
from temporalio.client import Client
from temporalio.common import RawValue, RetryPolicy, SearchAttributeKey, WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError, ApplicationError, CancelledError, ChildWorkflowError, FailureError, NexusOperationError, TerminatedError,
    TimeoutError, WorkflowAlreadyStartedError,
)
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.workflow import ActivityCancellationType, ParentClosePolicy

CUSTOMER = SearchAttributeKey.for_keyword("Customer")
ONCE = RetryPolicy(maximum_attempts=1)


@dataclass
class Person:
    name: str
    count: int
    tags: list[str] = field(default_factory=list)


def seconds(n):
    return timedelta(seconds=n)


def text_of(error):
    while isinstance(error, (ActivityError, ChildWorkflowError, NexusOperationError)) and error.__cause__:
        error = error.__cause__
    if isinstance(error, WorkflowAlreadyStartedError):
        return "already started"
    if isinstance(error, ApplicationError):
        return f"{error.type}: {error.message}"
    if isinstance(error, (CancelledError, asyncio.CancelledError)):
        return "canceled"
    if isinstance(error, TimeoutError):
        return f"timeout {error.type.name}"
    if isinstance(error, TerminatedError):
        return "terminated"
    return type(error).__name__


async def outcome(of):
    try:
        return await of
    except (FailureError, asyncio.CancelledError) as error:
        return text_of(error)


def not_found(said):
    """In few words; who looks for a workflow says it in many, and each SDK in its own."""
    return "not found" if "not found" in str(said) else said


# -- companions: activities, children, operations

@activity.defn
async def echo(what: str) -> str:
    return f"echo {what}"


@activity.defn
async def double(who: Person) -> Person:
    return Person(who.name + "!", who.count * 2, who.tags * 2)


@activity.defn
async def number(n: int) -> int:
    return n


@activity.defn
async def refuse(why: str) -> None:
    raise ApplicationError(why, type="Refused", non_retryable=True)


@activity.defn
async def flaky(failures: int) -> str:
    attempt = activity.info().attempt
    if attempt <= failures:
        raise ApplicationError(f"attempt {attempt}", type="Flaky")
    return f"ok at attempt {attempt}"


@activity.defn
async def hang() -> None:
    await asyncio.sleep(5)


@activity.defn
async def beat(gives_in: bool) -> str:
    try:
        while True:
            activity.heartbeat()
            await asyncio.sleep(0.1)
    except asyncio.CancelledError:
        if gives_in:
            raise
        return "finished"


@activity.defn
async def remember() -> str:
    if activity.info().heartbeat_details:
        before = activity.info().heartbeat_details[0]
        return f"{before['name']} {before['count']}"
    activity.heartbeat(Person("half", 7))
    await asyncio.sleep(0.3)
    raise RuntimeError("lost")


@workflow.defn(name="Child")
class Child:
    def __init__(self):
        self.words = []

    @workflow.signal
    def word(self, word: str) -> None:
        self.words.append(word)

    @workflow.run
    async def run(self, how: str, n: int) -> str:
        if how == "fail":
            raise ApplicationError("child", type="Bad", non_retryable=True)
        if how == "continue" and n < 3:
            workflow.continue_as_new(args=[how, n + 1])
        if how == "retry" and workflow.info().attempt < 2:
            raise ApplicationError("not yet", type="Early")
        if how == "wait":
            await workflow.wait_condition(lambda: bool(self.words))
            return f"got {self.words[0]}"
        return {"continue": f"run {n}", "retry": f"attempt {workflow.info().attempt}"}.get(how, f"child {how}")


@nexusrpc.service(name="rows")
class Rows:
    say: nexusrpc.Operation[str, str]
    grow: nexusrpc.Operation[str, str]


@nexusrpc.handler.service_handler(service=Rows)
class RowsHandler:
    @nexusrpc.handler.sync_operation
    async def say(self, ctx: nexusrpc.handler.StartOperationContext, who: str) -> str:
        if who == "nobody":
            raise nexusrpc.OperationError("nobody is there", state=nexusrpc.OperationErrorState.FAILED)
        return f"hello {who}"

    @nexus.workflow_run_operation
    async def grow(self, ctx: nexus.WorkflowRunOperationContext, how: str) -> nexus.WorkflowHandle[str]:
        return await ctx.start_workflow(Child.run, args=[how, 0], id=f"operation-{ctx.request_id}")


# -- workflows

@workflow.defn(name="Echo")
class Echo:
    @workflow.run
    async def run(self, what: str) -> str:
        return what


@workflow.defn(name="Structs")
class Structs:
    @workflow.run
    async def run(self, who: Person) -> Person:
        return Person(who.name + "!", who.count * 2, who.tags * 2)


@workflow.defn(name="Nothing")
class Nothing:
    @workflow.run
    async def run(self) -> None:
        pass


@workflow.defn(name="Several")
class Several:
    @workflow.run
    async def run(self, number: int, text: str, yes: bool) -> str:
        return f"{number} {text} {'yes' if yes else 'no'}"


@workflow.defn(dynamic=True)
class Others:
    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> str:
        what = workflow.payload_converter().from_payload(args[0].payload, str)
        return f"{workflow.info().workflow_type} {what}"


@workflow.defn(name="Messages")
class Messages:
    def __init__(self):
        self.total = 0
        self.ends = False
        self.others = ""

    @workflow.signal
    def add(self, n: int) -> None:
        self.total += n

    @workflow.signal
    def add_count(self, who: Person) -> None:
        self.total += who.count

    @workflow.signal
    def end(self) -> None:
        self.ends = True

    @workflow.signal(dynamic=True)
    def other(self, name: str, args: Sequence[RawValue]) -> None:
        self.others += f" {name}"

    @workflow.query(name="total")
    def get_total(self) -> int:
        return self.total

    @workflow.query
    def times(self, n: int) -> int:
        return self.total * n

    @workflow.query
    def broken(self) -> int:
        raise ApplicationError("broken")

    @workflow.update
    def plus(self, n: int) -> int:
        self.total += n
        return self.total

    @plus.validator
    def check_plus(self, n: int) -> None:
        if n < 0:
            raise ApplicationError("fewer than none", type="Negative")

    @workflow.update
    async def slowly(self, n: int) -> int:
        await asyncio.sleep(0.2)
        self.total += n
        return self.total

    @workflow.update
    async def ask(self, what: str) -> str:
        return await workflow.execute_activity(
            "echo", what, result_type=str, task_queue=COMPANIONS, start_to_close_timeout=seconds(10))

    @workflow.update
    def refuse_it(self) -> None:
        raise ApplicationError("no", type="Refused")

    @workflow.run
    async def run(self) -> str:
        await workflow.wait_condition(lambda: self.ends and workflow.all_handlers_finished())
        return f"{self.total}{self.others}"


@workflow.defn(name="Row")
class Row:
    def __init__(self):
        self.words = []

    @workflow.signal
    def word(self, word: str) -> None:
        self.words.append(word)

    @workflow.run
    async def run(self, which: str, n: int) -> str:
        return await getattr(self, which)(n)

    async def timer(self, n):
        await asyncio.sleep(0.01)
        return "slept"

    async def race(self, n):
        slow, fast = asyncio.create_task(asyncio.sleep(60)), asyncio.create_task(asyncio.sleep(0.01))
        await workflow.wait([slow, fast], return_when=asyncio.FIRST_COMPLETED)
        slow.cancel()
        return "fast" if fast.done() else "slow"

    async def timer_cancelled(self, n):
        timer = asyncio.create_task(asyncio.sleep(60))
        await asyncio.sleep(0.01)
        timer.cancel()
        return await outcome(timer)

    async def side_by_side(self, n):
        async def later(i):
            await asyncio.sleep(0.01 * i)
            return i

        return str(sum(await asyncio.gather(later(3), later(1), later(2))))

    async def condition_in_time(self, n):
        async def soon():
            await asyncio.sleep(0.01)
            self.words.append("x")

        task = asyncio.create_task(soon())
        await workflow.wait_condition(lambda: bool(self.words), timeout=60)
        await task
        return "in time"

    async def condition_late(self, n):
        try:
            await workflow.wait_condition(lambda: False, timeout=0.01)
        except asyncio.TimeoutError:
            return "late"
        return "in time"

    async def fails(self, n):
        raise ApplicationError("it failed", type="Bad")

    async def fails_with_details(self, n):
        raise ApplicationError("it failed", 1, "two", type="Bad")

    async def fails_with_cause(self, n):
        raise ApplicationError("outer", type="Outer") from ApplicationError("inner", type="Inner")

    async def retried(self, n):
        if workflow.info().attempt < 3:
            raise ApplicationError("not yet", type="Early")
        return f"attempt {workflow.info().attempt}"

    async def non_retryable(self, n):
        raise ApplicationError(f"at attempt {workflow.info().attempt}", type="Final", non_retryable=True)

    async def continues(self, n):
        if n < 3:
            workflow.continue_as_new(args=["continues", n + 1])
        return f"run {n} {workflow.memo_value('key', type_hint=str)}"

    async def continues_as_another(self, n):
        workflow.continue_as_new("another", workflow="Echo")

    async def last_failure(self, n):
        if workflow.info().attempt < 2:
            raise ApplicationError("not yet", type="Early")
        return workflow.get_last_failure().message

    async def cancelled(self, n):
        await asyncio.sleep(60)

    async def cancel_cleanup(self, n):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            return "cleaned"

    async def info(self, n):
        about = workflow.info()
        return f"{about.workflow_type} {about.attempt} {about.workflow_id} {about.namespace}"

    async def priority(self, n):
        priority = workflow.info().priority
        return f"{priority.priority_key} {priority.fairness_key}"

    async def memo(self, n):
        return workflow.memo_value("key", type_hint=str)

    async def upsert_memo(self, n):
        workflow.upsert_memo({"key": "new"})
        return workflow.memo_value("key", type_hint=str)

    async def upsert_search_attribute(self, n):
        workflow.upsert_search_attributes([CUSTOMER.value_set("Ann")])
        await asyncio.sleep(0.01)
        return workflow.info().typed_search_attributes[CUSTOMER]

    async def now_moves(self, n):
        before = workflow.now()
        await asyncio.sleep(1)
        return "moved" if workflow.now() - before >= seconds(1) else "stood"

    async def random_number(self, n):
        return "in range" if 1 <= workflow.random().randint(1, 6) <= 6 else "out of it"

    async def uuid(self, n):
        return str(len(str(workflow.uuid4())))

    async def patched(self, n):
        return "new" if workflow.patched("change") else "old"

    async def deprecated(self, n):
        workflow.deprecate_patch("change")
        return "gone on"

    # activities

    def call(self, name, *args, **options):
        options = {"task_queue": COMPANIONS, "start_to_close_timeout": seconds(10), "result_type": str, **options}
        return outcome(workflow.execute_activity(name, args=args, **options))

    async def activity(self, n):
        return await self.call("echo", "hi")

    async def activity_struct(self, n):
        twice = await self.call("double", Person("Ann", 2, ["a"]), result_type=Person)
        return f"{twice.name} {twice.count} {len(twice.tags)}"

    async def activity_fails(self, n):
        return await self.call("refuse", "no")

    async def activity_flaky(self, n):
        return await self.call("flaky", 2, retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)))

    async def activity_attempts(self, n):
        return await self.call(
            "flaky", 9, retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=2))

    async def activity_type_ends_retries(self, n):
        return await self.call("flaky", 9, retry_policy=RetryPolicy(non_retryable_error_types=["Flaky"]))

    async def activity_timeout(self, n):
        return await self.call("hang", start_to_close_timeout=seconds(1), retry_policy=ONCE)

    async def activity_heartbeat_timeout(self, n):
        return await self.call("hang", heartbeat_timeout=seconds(1), retry_policy=ONCE)

    async def activity_nobody(self, n):
        return await self.call("echo", "hi", task_queue="nobody", schedule_to_start_timeout=seconds(1))

    async def activity_unknown(self, n):
        said = await self.call("unheard", retry_policy=ONCE)
        return said.split(":")[0]

    async def cancel(self, how, gives_in):
        running = workflow.start_activity(
            "beat", gives_in, result_type=str, task_queue=COMPANIONS, start_to_close_timeout=seconds(10),
            heartbeat_timeout=seconds(1), cancellation_type=how)
        await asyncio.sleep(0.5)
        running.cancel()
        return await outcome(running)

    async def activity_try_cancel(self, n):
        return await self.cancel(ActivityCancellationType.TRY_CANCEL, True)

    async def activity_wait_cancel(self, n):
        return await self.cancel(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED, True)

    async def activity_abandon(self, n):
        return await self.cancel(ActivityCancellationType.ABANDON, True)

    async def activity_ends_in_spite(self, n):
        return await self.cancel(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED, False)

    async def activity_details(self, n):
        return await self.call("remember", retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)))

    async def ten_activities(self, n):
        return str(sum(await asyncio.gather(*(self.call("number", i, result_type=int) for i in range(10)))))

    def local(self, name, *args, **options):
        return outcome(workflow.execute_local_activity(
            name, args=args, result_type=str, start_to_close_timeout=seconds(10), **options))

    async def local_activity(self, n):
        return await self.local("echo", "hi")

    async def local_activity_flaky(self, n):
        return await self.local("flaky", 2, retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)))

    async def local_activity_fails(self, n):
        return await self.local("refuse", "no")

    # children and others

    def child_options(self, **options):
        return {
            "id": f"{workflow.info().workflow_id}-child", "task_queue": COMPANIONS, "result_type": str, **options}

    def execute(self, *args, **options):
        return outcome(workflow.execute_child_workflow("Child", args=args, **self.child_options(**options)))

    def start(self, *args, **options):
        return workflow.start_child_workflow("Child", args=args, **self.child_options(**options))

    async def child(self, n):
        return await self.execute("hi", 0)

    async def child_fails(self, n):
        return await self.execute("fail", 0)

    async def child_continues(self, n):
        return await self.execute("continue", 0)

    async def child_retried(self, n):
        return await self.execute("retry", 0, retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)))

    async def child_timeout(self, n):
        return await self.execute("wait", 0, run_timeout=seconds(1))

    async def child_cancelled(self, n):
        running = await self.start("wait", 0)
        running.cancel()
        return await outcome(running)

    async def child_signalled(self, n):
        running = await self.start("wait", 0)
        await running.signal("word", "hello")
        return await running

    async def child_taken(self, n):
        running = await self.start("wait", 0)
        said = await self.execute("wait", 0)
        await running.signal("word", "hello")
        return f"{said}, {await running}"

    async def child_replaced(self, n):
        replaces = WorkflowIDReusePolicy.TERMINATE_IF_RUNNING
        first = await self.start("wait", 0, id_reuse_policy=replaces)
        second = await self.execute("hi", 0, id_reuse_policy=replaces)
        return f"{await outcome(first)}, {second}"

    async def child_abandoned(self, n):
        await self.start("wait", 0, parent_close_policy=ParentClosePolicy.ABANDON)
        return "left"

    async def child_asked_to_cancel(self, n):
        await self.start("wait", 0, parent_close_policy=ParentClosePolicy.REQUEST_CANCEL)
        return "left"

    async def child_terminated(self, n):
        await self.start("wait", 0)
        return "left"

    async def external_signal(self, n):
        running = await self.start("wait", 0)
        await workflow.get_external_workflow_handle(running.id).signal("word", "hello")
        return await running

    async def external_cancel(self, n):
        running = await self.start("wait", 0)
        await workflow.get_external_workflow_handle(running.id).cancel()
        return await outcome(running)

    async def external_nobody(self, n):
        nobody = workflow.get_external_workflow_handle("nobody-is-there")
        return not_found(await outcome(nobody.signal("word", "hello")))

    async def itself(self, n):
        own = workflow.get_external_workflow_handle(workflow.info().workflow_id)
        return not_found(await outcome(own.signal("word", "hello")))

    # operations

    def operations(self):
        return workflow.create_nexus_client(service=Rows, endpoint=ENDPOINT)

    async def nexus_sync(self, n):
        return await outcome(self.operations().execute_operation(Rows.say, "Ann"))

    async def nexus_fails(self, n):
        return (await outcome(self.operations().execute_operation(Rows.say, "nobody"))).split(": ")[1]

    async def nexus_workflow(self, n):
        return await outcome(self.operations().execute_operation(Rows.grow, "hi"))

    async def nexus_workflow_fails(self, n):
        return await outcome(self.operations().execute_operation(Rows.grow, "fail"))

    async def nexus_cancelled(self, n):
        running = await self.operations().start_operation(Rows.grow, "wait")
        running.cancel()
        return await outcome(running)


QUEUE, SERVES = sys.argv[1:3]
COMPANIONS, ENDPOINT = (sys.argv[3:] + ["", ""])[:2]


async def main():
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"])
    activities = [echo, double, number, refuse, flaky, hang, beat, remember]
    more = {"workflows": [Row, Messages, Echo, Structs, Nothing, Several, Others], "nexus_service_handlers": []}
    if SERVES == "companions":
        more = {"workflows": [Child], "nexus_service_handlers": [RowsHandler()]}
    await Worker(
        client, task_queue=QUEUE, activities=activities, workflow_runner=UnsandboxedWorkflowRunner(), **more).run()


asyncio.run(main())
