# SPDX-License-Identifier: Apache-2.0
"""The rows of the matrix: what a caller asks of a handler, and what has to come of it."""

import contextlib
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

LARGE = 1_500_000
ENDED, GOES_ON = WorkflowExecutionStatus.CANCELED, WorkflowExecutionStatus.RUNNING
HANDLER_ERRORS = (
    "BAD_REQUEST", "UNAUTHENTICATED", "UNAUTHORIZED", "NOT_FOUND", "REQUEST_TIMEOUT", "CONFLICT", "RESOURCE_EXHAUSTED",
    "INTERNAL", "NOT_IMPLEMENTED", "UNAVAILABLE", "UPSTREAM_TIMEOUT",
)


class Red(Exception):
    """What came is not what had to come."""


def want(what, got, wanted):
    if got != wanted:
        raise Red(f"{what} is {got!r}, not {wanted!r}")


class Meeting:
    """One caller and one handler at one service, in one row."""

    def __init__(self, stage, row, caller, handler):
        self.stage, self.row, self.caller, self.handler = stage, row, caller.name, handler.name
        self.id = f"{row.name.replace(' ', '-')}-{self.caller}-{self.handler}"
        self.target = f"target-{self.handler}"

    async def start(self, suffix="", **changes):
        call = {
            "endpoint": f"handlers-{self.handler}", "operation": "echo", "how": "", "id": self.id, "text": "hello", "size": 0,
            "cancel": "", "schedule_to_close": 60_000, "schedule_to_start": 0, "start_to_close": 0, "summary": "", "header": "",
            "linger": 0, **changes,
        }
        return await self.stage.callers.start_workflow(
            "MatrixCaller", call, id=self.id + suffix, task_queue=f"callers-{self.caller}")

    async def events(self, kind, id=None, of_handler=False):
        client = self.stage.handlers if of_handler else self.stage.callers
        history = await client.get_workflow_handle(id or self.id).fetch_history()
        wanted = EventType.Value(f"EVENT_TYPE_{kind}")
        return [event for event in history.events if event.event_type == wanted]

    async def event(self, kind, id=None, of_handler=False):
        found = await self.events(kind, id, of_handler)
        if not found:
            raise Red(f"there is no {kind} in the {'handler' if of_handler else 'caller'}'s history")
        return found[0]

    async def wait_for(self, handle, kind):
        wanted = EventType.Value(f"EVENT_TYPE_{kind}")
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.event_type == wanted:
                return
        raise Red(f"{handle.id} ended without {kind}")


@dataclass
class Row:
    """`call` is given to the caller; its `text` and `errors` have to be these, then `check` looks closer. With `play`
    the row is more than one call."""

    name: str
    call: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    errors: tuple[str, ...] = ()
    errors_of: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by caller, where they are others
    milliseconds_on_real: int = 0  # for what the real server is known not to end; 0: as long as on ours
    more_errors: bool = False  # the chain may go on: what an SDK says by itself
    check: Callable[[Meeting], Awaitable[None]] | None = None
    play: Callable[[Meeting], Awaitable[None]] | None = None


def fill(text, meeting):
    return text.format(caller=meeting.caller, handler=meeting.handler, id=meeting.id, large=LARGE + len(meeting.handler) + 2)


def compare(outcome, text, errors, more_errors=False):
    """Errors are wanted as `kind` or `kind: words of the message`."""
    found = len(outcome["errors"])
    if found < len(errors) or (found > len(errors) and not more_errors):
        also = f", the text {outcome['text']!r}" if outcome["text"] else ""
        raise Red(f"the errors are {outcome['errors']}, not {list(errors)}{also}")
    for got, wanted in zip(outcome["errors"], errors):
        kind, _, message = got.partition(": ")
        wanted_kind, _, words = wanted.partition(": ")
        if kind != wanted_kind or words not in message:
            raise Red(f"the error is {got!r}, not {wanted!r}")
    want("the text", outcome["text"], text)


async def play(meeting):
    row = meeting.row
    if row.play:
        await row.play(meeting)
        return
    changes = {key: fill(value, meeting) if isinstance(value, str) else value for key, value in row.call.items()}
    if row.milliseconds_on_real and meeting.stage.kind == "temporal":
        changes["schedule_to_close"] = row.milliseconds_on_real
    outcome = await (await meeting.start(**changes)).result()
    compare(outcome, fill(row.text, meeting), row.errors_of.get(meeting.caller, row.errors), row.more_errors)
    if row.check:
        await row.check(meeting)


async def has_summary(meeting):
    scheduled = await meeting.event("NEXUS_OPERATION_SCHEDULED")
    want("the summary", scheduled.user_metadata.summary.data.decode(), '"in short"')


async def is_encrypted(meeting):
    scheduled = (await meeting.event("NEXUS_OPERATION_SCHEDULED")).nexus_operation_scheduled_event_attributes.input
    completed = (await meeting.event("NEXUS_OPERATION_COMPLETED")).nexus_operation_completed_event_attributes.result
    for what, payload in (("input", scheduled), ("result", completed)):
        want(f"the encoding of the {what}", payload.metadata["encoding"].decode(), "binary/encrypted")


def links_to(event, id, kind):
    for link in event.links:
        to = link.workflow_event
        of = to.event_ref.event_type or to.request_id_ref.event_type
        if to.workflow_id == id and of == EventType.Value(f"EVENT_TYPE_{kind}"):
            return
    raise Red(f"no link to {kind} of {id} among {[str(link) for link in event.links]}")


async def is_linked(meeting):
    begun = await meeting.event("WORKFLOW_EXECUTION_STARTED", of_handler=True)
    if not begun.links:  # where they are those of the callback
        for callback in begun.workflow_execution_started_event_attributes.completion_callbacks:
            begun.links.extend(callback.links)
    links_to(begun, meeting.id, "NEXUS_OPERATION_SCHEDULED")
    links_to(await meeting.event("NEXUS_OPERATION_STARTED"), meeting.id, "WORKFLOW_EXECUTION_STARTED")


async def was_noted(meeting):
    await meeting.event("WORKFLOW_EXECUTION_SIGNALED", f"{meeting.id}-kept", of_handler=True)


async def messages_are_linked(meeting):
    for event in await meeting.events("WORKFLOW_EXECUTION_SIGNALED", meeting.target, of_handler=True):
        if meeting.id.encode() in event.workflow_execution_signaled_event_attributes.input.payloads[0].data:
            return links_to(event, meeting.id, "NEXUS_OPERATION_SCHEDULED")
    raise Red("the signal is not in the history of whom it was for")


def cancels(kind, how, status, **events):
    """The run behind the operation comes to this status; of each event the caller's history has as many."""

    async def check(meeting):
        for event, count in events.items():
            want(event, len(await meeting.events(f"NEXUS_OPERATION_{event}")), count)
        run = meeting.stage.handlers.get_workflow_handle(meeting.id)
        if status == WorkflowExecutionStatus.CANCELED:
            with contextlib.suppress(WorkflowFailureError):
                await run.result()
        want("the run's status", (await run.describe()).status, status)
        if kind == "ABANDON":
            want("the run's cancellations", await meeting.events("WORKFLOW_EXECUTION_CANCEL_REQUESTED", of_handler=True), [])
        else:  # shown as soon as the run has no task under way
            await meeting.wait_for(run, "WORKFLOW_EXECUTION_CANCEL_REQUESTED")

    # A request to cancel may be forgotten with a caller that ends at once.
    call = {"operation": "run", "how": how, "cancel": kind, "linger": 1_000 if kind == "TRY_CANCEL" else 0}
    # Go hands out the bare cancellation where it does not wait for the operation's end.
    bare = {} if kind == "WAIT_COMPLETED" else {"go": ("canceled",)}
    return Row(f"cancel {kind.lower().replace('_', ' ')}", call, errors=("nexus", "canceled"), errors_of=bare, check=check)


async def two_callers(meeting):
    calls = [await meeting.start(f"-{n}", operation="run", how="wait") for n in (1, 2)]
    for call in calls:
        await meeting.wait_for(call, "NEXUS_OPERATION_STARTED")
    await meeting.stage.handlers.get_workflow_handle(meeting.id).signal("finish")
    for call in calls:
        compare(await call.result(), f"{meeting.handler}: hello", ())
    await meeting.event("WORKFLOW_EXECUTION_OPTIONS_UPDATED", of_handler=True)


def failing(how, *errors):
    name = how if " " in how else f"error {how.lower().replace('_', ' ')}"
    return Row(name, {"operation": "fail", "how": how, "text": "on purpose"}, errors=("nexus", *errors))


ROWS = [
    Row("sync", text="{handler}: hello"),
    Row("headers", {"operation": "header", "header": "a value"}, text="{handler}: a value"),
    Row("summary", {"summary": "in short"}, text="{handler}: hello", check=has_summary),
    Row("large payload", {"size": LARGE}, text="{large} characters"),
    Row("encrypted payload", {"text": "secret"}, text="{handler}: secret", check=is_encrypted),
    Row("workflow-run", {"operation": "run"}, text="{handler}: hello"),
    Row("workflow-run fails", {"operation": "run", "how": "fail"}, errors=("nexus", "application Poor: no money")),
    Row("workflow-run links", {"operation": "run"}, text="{handler}: hello", check=is_linked),
    Row("two callers attached", play=two_callers),
    Row("update-backed", {"operation": "update", "id": "target-{handler}"}, text="{handler}: hello", milliseconds_on_real=4_000),
    Row("activity-backed", {"operation": "activity"}, text="{handler}: hello", milliseconds_on_real=4_000),
    Row("messaging", {"operation": "message", "id": "target-{handler}", "text": "{id}"}, text="noted, {handler}: {id}", check=was_noted),
    Row("messaging links", {"operation": "message", "id": "target-{handler}", "text": "{id}"}, text="noted, {handler}: {id}",
        check=messages_are_linked),
    cancels("WAIT_COMPLETED", "wait", ENDED, CANCEL_REQUESTED=1, CANCEL_REQUEST_COMPLETED=1, CANCELED=1),
    cancels("WAIT_REQUESTED", "stay", GOES_ON, CANCEL_REQUESTED=1, CANCEL_REQUEST_COMPLETED=1, CANCELED=0),
    cancels("TRY_CANCEL", "wait", ENDED, CANCEL_REQUESTED=1),
    cancels("ABANDON", "wait", GOES_ON, CANCEL_REQUESTED=0, CANCELED=0),
    Row("schedule-to-close", {"operation": "run", "how": "wait", "schedule_to_close": 2_000},
        errors=("nexus", "timeout SCHEDULE_TO_CLOSE")),
    Row("schedule-to-start", {"operation": "slow", "endpoint": "slow-{handler}", "schedule_to_start": 2_000},
        errors=("nexus", "timeout SCHEDULE_TO_START")),
    Row("start-to-close", {"operation": "run", "how": "wait", "start_to_close": 2_000}, errors=("nexus", "timeout START_TO_CLOSE")),
    failing("operation failed", "application OperationError: on purpose"),
    failing("operation canceled", "canceled: on purpose"),
    Row("application error", {"operation": "fail", "how": "application", "text": "on purpose"},
        errors=("nexus", "handler INTERNAL", "application Poor: on purpose")),
    *(failing(kind, f"handler {kind}: on purpose") for kind in HANDLER_ERRORS),
    Row("unknown operation", {"operation": "nothing"}, errors=("nexus", "handler NOT_FOUND"), more_errors=True),
    Row("tried again", {"operation": "fail", "how": "retry", "endpoint": "retry-{caller}-{handler}"}, text="{handler}: attempt 2"),
]
