# SPDX-License-Identifier: Apache-2.0
"""One table of workflows, each written in Python (rows_peer.py) and in C++ (rows_peer.cpp): Python workers with our
service, C++ workers with the real one, and mixed fleets, where workflows of one language have activities, children and
Nexus operations of the other. Prints the table."""

import asyncio
import os
import pathlib
import sys
import unittest
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Callable

from temporalio.client import (
    Client, WithStartWorkflowOperation, WorkflowExecutionStatus, WorkflowFailureError, WorkflowQueryFailedError,
    WorkflowUpdateFailedError, WorkflowUpdateStage,
)
from temporalio.common import Priority, RetryPolicy, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, CancelledError, TerminatedError, TimeoutError
from temporalio.service import RPCError

from harness import BIN, HANDLER_NAMESPACE, process, service, wait_for

PYTHON = pathlib.Path(__file__).with_name("rows_peer.py")
CPP = BIN / "test" / "rows_peer"
AT_ONCE = 8


def text_of(error):
    if isinstance(error, ApplicationError):
        details = f" {list(error.details)}" if error.details else ""
        cause = f" < {text_of(error.cause)}" if error.cause else ""
        return f"{error.type}: {error.message}{details}{cause}"
    if isinstance(error, CancelledError):
        return "canceled"
    if isinstance(error, TerminatedError):
        return "terminated"
    if isinstance(error, TimeoutError):
        return f"timeout {error.type.name}"
    return type(error).__name__


class Fleet:
    """Workers of one language with companions of one language at a service, and who calls them."""

    def __init__(self, client, at, name):
        self.client, self.at, self.name = client, at, name

    def id(self, row):
        return f"{self.name}-{row}"

    async def start(self, row, type="Row", args=None, **options):
        args = [row, 0] if args is None else args
        return await self.client.start_workflow(
            type, args=args, id=self.id(row), task_queue=f"{self.name}-workflows",
            execution_timeout=timedelta(seconds=60), **options)

    async def result(self, handle):
        try:
            return await handle.result()
        except WorkflowFailureError as error:
            return text_of(error.cause)

    async def run(self, row, type="Row", args=None, **options):
        return await self.result(await self.start(row, type, args, **options))

    async def messages(self, row, **options):
        return await self.start(row, "Messages", [], **options)


async def ended(handle, expected_events):
    await handle.signal("end")
    total = await handle.result()
    return f"{expected_events}, {total}" if expected_events is not None else total


async def refusal(update):
    try:
        return await update
    except WorkflowUpdateFailedError as error:
        return text_of(error.cause)


# -- what is done from outside

async def cancelled(fleet, row):
    handle = await fleet.start(row)
    await handle.cancel()
    return await fleet.result(handle)


async def terminated(fleet, row):
    handle = await fleet.start(row, args=["cancelled", 0])
    await handle.terminate("enough")
    return await fleet.result(handle)


async def signal(fleet, row):
    handle = await fleet.messages(row)
    await handle.signal("add", 3)
    return await ended(handle, None)


async def signal_with_start(fleet, row):
    handle = await fleet.messages(row, start_signal="add", start_signal_args=[5])
    return await ended(handle, None)


async def fifty_signals(fleet, row):
    handle = await fleet.messages(row)
    await asyncio.gather(*(handle.signal("add", 1) for _ in range(50)))
    return await ended(handle, None)


async def signal_struct(fleet, row):
    handle = await fleet.messages(row)
    await handle.signal("add_count", {"name": "Ann", "count": 4, "tags": []})
    return await ended(handle, None)


async def other_signal(fleet, row):
    handle = await fleet.messages(row)
    await handle.signal("odd", 1)
    return await ended(handle, None)


async def query(fleet, row):
    handle = await fleet.messages(row)
    await handle.signal("add", 3)
    return await ended(handle, [await handle.query("total"), await handle.query("times", 4)])


async def query_fails(fleet, row):
    handle = await fleet.messages(row)
    said = []
    for name in ("broken", "unheard"):
        try:
            said.append(await handle.query(name))
        except WorkflowQueryFailedError as error:
            said.append(next((one for one in ("unheard", "broken") if one in str(error)), str(error)))
    return await ended(handle, said)


async def query_closed(fleet, row):
    handle = await fleet.messages(row)
    await handle.signal("add", 3)
    await ended(handle, None)
    return await handle.query("total")


async def update(fleet, row):
    handle = await fleet.messages(row)
    return await ended(handle, await handle.execute_update("plus", 4))


async def update_rejected(fleet, row):
    handle = await fleet.messages(row)
    said = [await refusal(handle.execute_update("plus", -1))]
    return await ended(handle, said)


async def update_unknown(fleet, row):
    handle = await fleet.messages(row)
    said = await refusal(handle.execute_update("unheard"))
    return await ended(handle, "unheard" if "unheard" in said else said)


async def update_fails(fleet, row):
    handle = await fleet.messages(row)
    return await ended(handle, await refusal(handle.execute_update("refuse_it")))


async def update_slowly(fleet, row):
    handle = await fleet.messages(row)
    return await ended(handle, await handle.execute_update("slowly", 2))


async def update_calls_activity(fleet, row):
    handle = await fleet.messages(row)
    return await ended(handle, await handle.execute_update("ask", "it"))


async def update_twice(fleet, row):
    handle = await fleet.messages(row)
    said = [await handle.execute_update("plus", 4, id="same") for _ in range(2)]
    return await ended(handle, said)


async def updates_at_once(fleet, row):
    handle = await fleet.messages(row)
    said = await asyncio.gather(*(handle.execute_update("slowly", 1) for _ in range(5)))
    return await ended(handle, sorted(said))


async def update_with_start(fleet, row):
    said = []
    for _ in range(2):
        start = WithStartWorkflowOperation(
            "Messages", id=fleet.id(row), task_queue=f"{fleet.name}-workflows",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING)
        said.append(await fleet.client.execute_update_with_start_workflow("plus", 2, start_workflow_operation=start))
    return await ended(await start.workflow_handle(), said)


async def handlers_finished(fleet, row):
    handle = await fleet.messages(row)
    slow = await handle.start_update("slowly", 7, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    said = await ended(handle, None)
    return f"{await slow.result()}, {said}"


async def search_attribute(fleet, row):
    handle = await fleet.start(row, args=["upsert_search_attribute", 0])
    value = await fleet.result(handle)
    for _ in range(200):
        found = [one.id async for one in fleet.client.list_workflows(
            f"Customer = '{value}' AND WorkflowId = '{fleet.id(row)}'")]
        if found:
            break
        await asyncio.sleep(0.05)
    return f"{value} {len(found)}"


async def abandoned(fleet, row):
    said = await fleet.run(row)
    child = fleet.client.get_workflow_handle(f"{fleet.id(row)}-child")
    await child.signal("word", "hello")
    return f"{said}, {await child.result()}"


async def of_child(fleet, row):
    said = await fleet.run(row)
    child = fleet.client.get_workflow_handle(f"{fleet.id(row)}-child")
    return f"{said}, {await fleet.result(child)}"


async def reset(fleet, row):
    """To the first task: the signal that came later is told again."""
    handle = await fleet.messages(row)
    await handle.query("total")  # its first task is done
    await handle.signal("add", 3)
    await fleet.client.workflow_service.reset_workflow_execution(reset_request(handle))
    again = fleet.client.get_workflow_handle(handle.id)
    return await ended(again, None)


def reset_request(handle):
    from temporalio.api.common.v1 import WorkflowExecution
    from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

    return ResetWorkflowExecutionRequest(
        namespace=HANDLER_NAMESPACE, workflow_execution=WorkflowExecution(workflow_id=handle.id), reason="test",
        workflow_task_finish_event_id=4, request_id=handle.id)


@dataclass
class Case:
    name: str
    expected: Any
    by: Callable | None = None
    type: str = "Row"
    args: list | None = None
    options: dict | None = None

    async def run(self, fleet):
        if self.by is not None:
            return await self.by(fleet, self.name)
        return await fleet.run(self.name, self.type, self.args, **(self.options or {}))


ANN = {"name": "Ann", "count": 2, "tags": ["a"]}
SOON = RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=5)
WITH_MEMO = {"memo": {"key": "kept"}}
CASES = [
    # what comes in and goes out
    Case("echo", "héllo 中 \U0001f600", type="Echo", args=["héllo 中 \U0001f600"]),
    Case("echo_large", "x" * 200_000, type="Echo", args=["x" * 200_000]),
    Case("struct", {"name": "Ann!", "count": 4, "tags": ["a", "a"]}, type="Structs", args=[ANN]),
    Case("struct_default", {"name": "Bob!", "count": 2, "tags": []}, type="Structs", args=[{"name": "Bob", "count": 1}]),
    Case("nothing", None, type="Nothing", args=[]),
    Case("several_arguments", "1 two yes", type="Several", args=[1, "two", True]),
    # waiting
    Case("timer", "slept"),
    Case("race", "fast"),
    Case("timer_cancelled", "canceled"),
    Case("side_by_side", "6"),
    Case("condition_in_time", "in time"),
    Case("condition_late", "late"),
    Case("now_moves", "moved"),
    Case("random_number", "in range"),
    Case("uuid", "36"),
    # ends and beginnings
    Case("fails", "Bad: it failed"),
    Case("fails_with_details", "Bad: it failed [1, 'two']"),
    Case("fails_with_cause", "Outer: outer < Inner: inner"),
    Case("retried", "attempt 3", options={"retry_policy": SOON}),
    Case("non_retryable", "Final: at attempt 1", options={"retry_policy": SOON}),
    Case("continues", "run 3 kept", options=WITH_MEMO),
    Case("continues_as_another", "another"),
    Case("last_failure", "not yet", options={"retry_policy": SOON}),
    Case("other_type", "NobodyKnows hi", type="NobodyKnows", args=["hi"]),
    Case("cancelled", "canceled", by=cancelled),
    Case("cancel_cleanup", "cleaned", by=cancelled),
    Case("terminated", "terminated", by=terminated),
    Case("run_timeout", "timeout START_TO_CLOSE", args=["cancelled", 0], options={"run_timeout": timedelta(seconds=1)}),
    Case("start_delay", "slept", args=["timer", 0], options={"start_delay": timedelta(seconds=1)}),
    Case("reset", "3", by=reset),
    # what a run is and says
    Case("info", "Row 1 {id} " + HANDLER_NAMESPACE),
    Case("priority", "2 ann", options={"priority": Priority(priority_key=2, fairness_key="ann")}),
    Case("memo", "kept", options=WITH_MEMO),
    Case("upsert_memo", "new", options=WITH_MEMO),
    Case("search_attribute", "Ann 1", by=search_attribute),
    Case("patched", "new"),
    Case("deprecated", "gone on"),
    # messages
    Case("signal", "3", by=signal),
    Case("signal_with_start", "5", by=signal_with_start),
    Case("fifty_signals", "50", by=fifty_signals),
    Case("signal_struct", "4", by=signal_struct),
    Case("other_signal", "0 odd", by=other_signal),
    Case("query", "[3, 12], 3", by=query),
    Case("query_fails", "['broken', 'unheard'], 0", by=query_fails),
    Case("query_closed", 3, by=query_closed),
    Case("update", "4, 4", by=update),
    Case("update_rejected", "['Negative: fewer than none'], 0", by=update_rejected),
    Case("update_unknown", "unheard, 0", by=update_unknown),
    Case("update_fails", "Refused: no, 0", by=update_fails),
    Case("update_slowly", "2, 2", by=update_slowly),
    Case("update_calls_activity", "echo it, 0", by=update_calls_activity),
    Case("update_twice", "[4, 4], 4", by=update_twice),
    Case("updates_at_once", "[1, 2, 3, 4, 5], 5", by=updates_at_once),
    Case("update_with_start", "[2, 4], 4", by=update_with_start),
    Case("handlers_finished", "7, 7", by=handlers_finished),
    # activities
    Case("activity", "echo hi"),
    Case("activity_struct", "Ann! 4 2"),
    Case("activity_fails", "Refused: no"),
    Case("activity_flaky", "ok at attempt 3"),
    Case("activity_attempts", "Flaky: attempt 2"),
    Case("activity_type_ends_retries", "Flaky: attempt 1"),
    Case("activity_timeout", "timeout START_TO_CLOSE"),
    Case("activity_heartbeat_timeout", "timeout HEARTBEAT"),
    Case("activity_nobody", "timeout SCHEDULE_TO_START"),
    Case("activity_unknown", "NotFoundError"),
    Case("activity_try_cancel", "canceled"),
    Case("activity_wait_cancel", "canceled"),
    Case("activity_abandon", "canceled"),
    Case("activity_ends_in_spite", "finished"),
    Case("activity_details", "half 7"),
    Case("ten_activities", "45"),
    Case("local_activity", "echo hi"),
    Case("local_activity_flaky", "ok at attempt 3"),
    Case("local_activity_fails", "Refused: no"),
    # children and others
    Case("child", "child hi"),
    Case("child_fails", "Bad: child"),
    Case("child_continues", "run 3"),
    Case("child_retried", "attempt 2"),
    Case("child_timeout", "timeout START_TO_CLOSE"),
    Case("child_cancelled", "canceled"),
    Case("child_signalled", "got hello"),
    Case("child_taken", "already started, got hello"),
    Case("child_replaced", "terminated, child hi"),
    Case("child_abandoned", "left, got hello", by=abandoned),
    Case("child_asked_to_cancel", "left, canceled", by=of_child),
    Case("child_terminated", "left, terminated", by=of_child),
    Case("external_signal", "got hello"),
    Case("external_cancel", "canceled"),
    Case("external_nobody", "not found"),
    Case("itself", "not found"),
    # operations
    Case("nexus_sync", "hello Ann"),
    Case("nexus_fails", "nobody is there"),
    Case("nexus_workflow", "child hi"),
    Case("nexus_workflow_fails", "Bad: child"),
    Case("nexus_cancelled", "canceled"),
]


def worker(language, at, *words):
    command = (CPP,) if language == "cpp" else (sys.executable, PYTHON)
    return process(*command, *words, env=at.env(HANDLER_NAMESPACE))


async def outcomes(at, name):
    """What came of each case, by its name: empty if it is what it should be."""
    client = await Client.connect(at.address, namespace=HANDLER_NAMESPACE)
    fleet = Fleet(client, at, name)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case):
        async with gate:
            try:
                got = await asyncio.wait_for(case.run(fleet), 60)
            except Exception as error:
                got = f"{type(error).__name__}: {error}"
            expected = case.expected
            if isinstance(expected, str):
                expected = expected.replace("{id}", fleet.id(case.name))
            return case.name, "" if got == expected else f"{str(got)[:200]!r} instead of {str(expected)[:200]!r}"

    return dict(await asyncio.gather(*(one(case) for case in CASES)))


def play(at, language, companions):
    """Workers of the two languages."""
    name = f"{language}-{companions}"
    at.cli(
        "operator", "nexus", "endpoint", "create", "--name", f"{name}-endpoint", "--target-namespace",
        HANDLER_NAMESPACE, "--target-task-queue", f"{name}-companions")
    with worker(language, at, f"{name}-workflows", "workflows", f"{name}-companions", f"{name}-endpoint"), \
            worker(companions, at, f"{name}-companions", "companions"):
        at.cli(  # both are there, or this says within its time that one is not
            "workflow", "execute", "--namespace", HANDLER_NAMESPACE, "--type", "Row", "--task-queue", f"{name}-workflows",
            "--input", '"child"', "--input", "0", "--run-timeout", "30s")
        return asyncio.run(outcomes(at, name))


class Rows(unittest.TestCase):
    def every(self, kind, *fleets):
        table = {}
        with service(kind) as at:
            at.cli(
                "operator", "search-attribute", "create", "--namespace", HANDLER_NAMESPACE, "--name", "Customer", "--type",
                "Keyword")
            wait_for("the search attribute", lambda: "Customer" in at.cli(
                "operator", "search-attribute", "list", "--namespace", HANDLER_NAMESPACE).stdout)
            for language, companions in fleets:
                table[f"{language} with {companions}"] = play(at, language, companions)
        where = "our service" if kind == "troupe" else "the real server"
        print(f"\n{where:28}" + "".join(f"{fleet:>20}" for fleet in table))
        for case in CASES:
            print(f"{case.name:28}" + "".join(f"{'not ok' if of[case.name] else 'ok':>20}" for of in table.values()))
        wrong = [f"{fleet}: {name}: {said}" for fleet, of in table.items() for name, said in of.items() if said]
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_the_table_on_the_real_server(self):
        # Both in Python is not ours to test there; ROWS_ALL=1 shows that the table is right.
        both = [("python", "python")] if os.environ.get("ROWS_ALL") else []
        self.every("temporal", ("cpp", "cpp"), ("cpp", "python"), ("python", "cpp"), *both)

    def test_the_table_on_our_service(self):
        self.every("troupe", ("python", "python"), ("cpp", "cpp"), ("cpp", "python"), ("python", "cpp"))


if __name__ == "__main__":
    unittest.main()
