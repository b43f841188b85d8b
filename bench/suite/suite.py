# SPDX-License-Identifier: Apache-2.0
"""Rounds: programs run interleaved, one after the other, and the best of the rounds counts."""

import pathlib
import subprocess
import time

from . import activity_rows, host_rows, http_rows, model_rows, nexus_rows, programs, server_rows, stats, workflow_rows
from .programs import NotMeasured, say
from .table import Table

PARTS = {
    "nexus": nexus_rows.saturation, "large": nexus_rows.large_payloads, "latency": nexus_rows.latency,
    "open-loop": nexus_rows.open_loop, "workflow": workflow_rows.new_runs, "sticky": workflow_rows.sticky,
    "memory": workflow_rows.memory, "replay": workflow_rows.replay, "shards": nexus_rows.shards,
    "end-to-end": server_rows.end_to_end, "asynchronous": server_rows.asynchronous, "server": server_rows.server,
    "records": server_rows.records, "longest-turn": server_rows.longest_turn,
    "overload": nexus_rows.overload,
    "activities": activity_rows.activities, "heartbeats": activity_rows.heartbeats,
    "local-activities": activity_rows.local_activities, "messages": model_rows.messages,
    "children": model_rows.children, "much-to-do": model_rows.much_to_do,
    "waiting-memory": activity_rows.waiting_memory, "model-replay": model_rows.replay,
    "one-activity": model_rows.one_activity, "http": http_rows.nexus_over_http,
    "hosts": host_rows.hosts, "idle-queues": host_rows.idle_queues,
}

PEERS = ("go", "python", "temporal")


class Suite:
    def __init__(self, arguments):
        self.bench = pathlib.Path(arguments.bin) / "bench"
        self.troupe = pathlib.Path(arguments.bin) / "troupe"
        self.peers = pathlib.Path(arguments.peers)
        self.rounds = arguments.rounds
        self.seconds = arguments.seconds
        self.overload_seconds = arguments.overload_seconds
        self.cached_runs = arguments.cached_runs
        self.worker_core, self.other_core = arguments.cores.split(",")
        self.both_cores = arguments.cores
        self.table = Table()
        self.runs = []      # every run with its figures, for the report
        self.plots = {}     # what the report draws
        self.versions = {}  # of the peers that ran
        self.left_out = []  # what is not installed
        self.failed = []    # what should have been measured and was not
        self.dropped = 0    # runs with too much stolen time

    # -- running ---------------------------------------------------------------------------------

    def measure(self, part, name, run):
        """Runs `run()` and records its figures together with the time that was stolen meanwhile."""
        before = programs.cpu_times()
        figures = run()
        steal = stats.steal_percent(before, programs.cpu_times())
        if "version" in figures:
            self.versions[name] = figures["version"]
        record = {"part": part, "program": name, "steal": round(steal, 1), "figures": figures}
        self.runs.append(record)
        return record

    def against_frontend(self, frontend_arguments, *commands, cores=None):
        """Programs at the same time against a fresh frontend: their figures, and the frontend's."""
        cores = cores or [self.worker_core] * len(commands)
        with programs.frontend(self.bench, self.other_core, *frontend_arguments) as served:
            children = [
                programs.start(programs.pinned(core, *command, "--target", served.target))
                for core, command in zip(cores, commands)]
            try:
                figures = [programs.finish(child, self.seconds * 2 + self.overload_seconds + 60)[-1] for child in children]
            finally:
                for child in children:
                    if child.poll() is None:
                        child.kill()
                        child.wait()
        if served.seen["failed"]:
            raise NotMeasured(f"{served.seen['failed']} tasks were refused or answered twice by {commands[0][0]}")
        return figures, served.seen

    def once(self, frontend_arguments, command, core=None):
        (figures,), seen = self.against_frontend(frontend_arguments, command, cores=[core or self.worker_core])
        return {**figures, "frontend": seen}

    def interleaved(self, part, runs):
        """Each of the runs (name -> function that gives figures) once a round; name -> figures that count.

        A peer that fails is noted and left out, so that the rest can be shown; one of ours ends the part.
        """
        records = {name: [] for name in runs}
        # Two more rounds for what was stolen; on a machine that is never quiet that has to do.
        for round_number in range(self.rounds + 2):
            for name in list(records):
                if round_number >= self.rounds and len(stats.steady(records[name])[0]) >= self.rounds:
                    continue
                say(f"  {part}: round {round_number + 1}/{self.rounds}, {name}")
                try:
                    records[name].append(self.measure(part, name, runs[name]))
                except NotMeasured as error:
                    if name not in PEERS:
                        raise
                    self.fail(f"{part}, {name}", error)
                    del records[name]
        return {name: self.kept(part, name, all_of) for name, all_of in records.items()}

    def kept(self, part, name, records):
        """The figures of the rounds that count."""
        kept, dropped = stats.steady(records)
        if dropped:
            self.dropped += dropped
            say(f"  {part}: dropped {dropped} of {len(records)} rounds of {name}, more than "
                f"{stats.STEAL_LIMIT:.0f} % of the time was stolen")
        if not kept:
            raise NotMeasured(f"{name}: more than {stats.STEAL_LIMIT:.0f} % of the time was stolen in every round")
        return [record["figures"] for record in kept]

    def fail(self, part, error):
        reason = f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error)
        self.failed.append({"part": part, "reason": reason})
        say(f"  NOT MEASURED, {part}: {reason}")

    def bare(self, *more):
        return [self.bench / "bare_loop", "--seconds", self.seconds, *more]

    def worker(self, *more):
        return [self.bench / "worker", "--seconds", self.seconds, *more]

    def workflow_worker(self, *more):
        return [self.bench / "workflow_worker", "--seconds", self.seconds, *more]

    def peer(self, name):
        """The command of a peer, or nothing if it is not installed (said once)."""
        python = self.peers / "venv" / "bin" / "python"
        commands = {
            "go": ([self.peers / "go_worker"], [self.peers / "go_worker"]),
            "python": ([python], [python, programs.ROOT / "bench" / "peers" / "python_worker.py"]),
            "temporal": ([self.peers / "temporal"], [self.peers / "temporal"]),
        }
        needed, command = commands[name]
        if all(path.exists() for path in needed):
            return command
        if name not in self.left_out:
            self.left_out.append(name)
            say(f"  left out: the {name} peer is not in {self.peers}")
        return None

    # -- all of it -------------------------------------------------------------------------------

    def run(self, parts):
        began = time.monotonic()
        for number, name in enumerate(parts, 1):
            say(f"[{number}/{len(parts)}] {name} ({time.monotonic() - began:.0f} s so far)")
            try:
                PARTS[name](self)
            except (NotMeasured, OSError, subprocess.SubprocessError, KeyError, ValueError) as error:
                self.fail(name, error)
        self.took = time.monotonic() - began
