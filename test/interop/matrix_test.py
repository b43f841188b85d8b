# SPDX-License-Identifier: Apache-2.0
"""Nexus between all SDKs: each as caller and as handler of each, on our service and on the real one. Prints the table
and writes build/interop/matrix.md. `TROUPE_MATRIX_PEERS=cpp,go` plays with these alone."""

import asyncio
import collections
import os
import time
import unittest

from temporalio.api.enums.v1 import EventType

from harness import BIN, Service
from matrix_cells import ROWS, Meeting, Red, Row, compare, play
from matrix_peers import PEERS, Stage
from matrix_report import Report

AT_ONCE = 40
SECONDS = 90  # that a cell may take; none needs more than a few where nothing else runs
KILLED = Row("handler killed")
FLEET = Row("mixed fleet")


class Matrix:
    def __init__(self):
        wanted = os.environ.get("TROUPE_MATRIX_PEERS")
        left_out = {peer.name: why for peer in PEERS if (why := peer.why_not())}
        if wanted:
            left_out |= {peer.name: "not asked for" for peer in PEERS if peer.name not in wanted.split(",")}
        self.peers = [peer for peer in PEERS if peer.name not in left_out]
        self.pairs = [(caller, handler) for caller in self.peers for handler in self.peers]
        self.report = Report(
            [row.name for row in (*ROWS, KILLED)], [(caller.name, handler.name) for caller, handler in self.pairs],
            {peer.name: peer.letter for peer in self.peers}, left_out)

    async def at(self, kind):
        began = time.monotonic()
        stage = Stage(kind, self.peers)
        try:
            await stage.open()
            opened = time.monotonic()
            for peer in self.peers:
                await stage.handlers.start_workflow(
                    "MatrixTarget", id=f"target-{peer.name}", task_queue=f"handlers-{peer.name}")
            limit = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(
                self.cell(Meeting(stage, row, caller, handler), limit, play) for row in ROWS for caller, handler in self.pairs))
            played = time.monotonic()
            await self.fleet(stage)
            mixed = time.monotonic()
            await self.kill(stage)
            self.report.notes.append(
                f"{kind}: {opened - began:.0f} s to open, {played - opened:.0f} s of cells, "
                f"{mixed - played:.0f} s of mixed fleet, {time.monotonic() - mixed:.0f} s of killed handlers")
        finally:
            stage.close()

    async def cell(self, meeting, limit, played):
        why = None
        async with limit:
            try:
                await asyncio.wait_for(played(meeting), SECONDS)
            except Red as red:
                why = str(red)
            except asyncio.TimeoutError:
                why = f"nothing came in {SECONDS} s"
            except Exception as error:
                why = f"{type(error).__name__}: {error}"
        self.report.found[meeting.stage.kind, meeting.row.name, meeting.caller, meeting.handler] = why

    async def kill(self, stage):
        """All handlers are killed while operations run, and started anew: nothing is lost."""
        meetings = [Meeting(stage, KILLED, caller, handler) for caller, handler in self.pairs]
        calls = {}
        for meeting in meetings:
            calls[meeting] = await meeting.start(operation="run", how="wait")
        await asyncio.gather(*(meeting.wait_for(call, "NEXUS_OPERATION_STARTED") for meeting, call in calls.items()))
        await stage.restart_handlers()

        async def goes_on(meeting):
            await stage.handlers.get_workflow_handle(meeting.id).signal("finish")
            compare(await calls[meeting].result(), f"{meeting.handler}: hello", ())

        limit = asyncio.Semaphore(len(meetings))
        await asyncio.gather(*(self.cell(meeting, limit, goes_on) for meeting in meetings))

    async def fleet(self, stage, each=4):
        """Handlers of all SDKs on one queue: whoever gets the cancel of an operation, it reaches what another started."""
        meetings = [Meeting(stage, Row(f"fleet {n}"), peer, peer) for peer in self.peers for n in range(each * len(self.peers))]

        async def cancelled(meeting):
            call = await meeting.start(endpoint="fleet", operation="run", how="wait", cancel="WAIT_COMPLETED")
            compare(await call.result(), "", ("nexus", "canceled"))
            run = await stage.handlers.get_workflow_handle(meeting.id).fetch_history()
            started = run.events[0].workflow_execution_started_event_attributes.identity
            for event in run.events:
                if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
                    return started, event.workflow_execution_cancel_requested_event_attributes.identity
            raise Red(f"nobody cancelled {meeting.id}")

        seen = collections.Counter(await asyncio.gather(*(asyncio.wait_for(cancelled(each), SECONDS) for each in meetings)))
        across = sum(count for (starter, canceller), count in seen.items() if starter != canceller)
        self.report.notes.append(
            f"{stage.kind}, mixed fleet: {len(meetings)} operations started and cancelled, {across} of them by two SDKs, "
            f"in {len(seen)} of {len(self.peers) ** 2} pairings")
        if across == 0 and len(self.peers) > 1:
            raise AssertionError(f"no operation was cancelled by another SDK than the one that started it: {seen}")


class matrix(unittest.TestCase):
    def test_every_sdk_calls_every_sdk(self):
        of = Matrix()
        broken = []
        for kind in Service.KINDS:
            try:
                asyncio.run(of.at(kind))
            except (Red, AssertionError, asyncio.TimeoutError) as error:  # of the fleet or the kill: what the cells said still counts
                broken.append(f"{kind}: {type(error).__name__}: {error}")
        page = BIN.parent / "interop" / "matrix.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(of.report.page())
        print(f"\n{of.report.text()}\n{page}")
        self.assertEqual(broken + of.report.faults(), [])
