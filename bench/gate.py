#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts instructions per task and compares them with the baseline: 2 % more fails.

Counts are repeatable where times are not. They belong to one build (the release preset), one set of library versions
and one kind of CPU, which the baseline names: on another kind the comparison is printed, but decides nothing.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

from suite import baseline, callgrind, machine
from suite.callgrind import Program
from suite.programs import ROOT, NotMeasured, say

NEXUS = ("--slots", 64, "--pollers", 64)
PROGRAMS = (
    Program("nexus task, coroutine", ("worker", *NEXUS), ()),
    Program("nexus task, plain function", ("worker", *NEXUS, "--handler", "function"), ()),
    Program("nexus task, 10 KB struct", ("worker", *NEXUS, "--struct"), ("--payload-bytes", 10_000, "--struct")),
    Program("nexus start over HTTP, coroutine", ("nexus_http", "both", "--connections", 1)),
    Program("activity task, coroutine", ("worker", *NEXUS, "--activity"), ("--activities",)),
    Program("workflow task, new run", ("workflow_worker",), ("--workflow-type", "tiny")),
    Program("workflow task, sticky", ("workflow_worker",), ("--workflow-type", "signalled", "--sticky-runs", 64)),
    Program("replay of 1,000 events", ("replay",), None, lengths=(10, 60), length_option="--replays", skip_main=False),
    Program("JSON of 10 KB, decoded and encoded", ("json", "--payload", "struct", "--rounds", 1), None,
            lengths=(20, 120), length_option="--repeats", skip_main=False),
    Program("bare loop, nexus task", ("bare_loop", "--seconds", 1000), (), skip_main=False),
)


def measure(bench, expected):
    """(counts by program, linkage). A count as in `expected` is not taken again."""
    counts, linkage = {}, None
    programs = [program for program in PROGRAMS if (bench / program.command[0]).exists()]
    longest_first = sorted(programs, key=lambda program: "struct" not in program.name)

    def as_expected(name):
        then = expected.get(name)
        return lambda now: then is not None and abs(now / then - 1) * 100 <= baseline.LIMIT

    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        started = {pool.submit(callgrind.count, bench, program, as_expected(program.name)): program for program in longest_first}
        for done in concurrent.futures.as_completed(started):
            program = started[done]
            try:
                counts[program.name], output = done.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            linkage = output.get("linkage", linkage)
            say(f"  counted {len(counts)}/{len(programs)}: {program.name}, {counts[program.name]:,.0f}")
    return counts, linkage


def show(rows):
    width = max(len(row[0]) for row in rows)
    for name, then, now, change, verdict in rows:
        figure = lambda value: "-" if value is None else f"{value:,.0f}"
        print(f"{name.ljust(width)}  {figure(then):>12}  {figure(now):>12}  "
              f"{'' if change is None else f'{change:+.2f} %':>9}  {verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=str(ROOT / "build" / "release" / "bin"))
    parser.add_argument("--baseline", default=str(ROOT / "bench" / "baselines" / "release.json"))
    parser.add_argument("--update", action="store_true", help="write what is counted as the new baseline")
    arguments = parser.parse_args()
    path = pathlib.Path(arguments.baseline)
    if not path.exists() and not arguments.update:
        say(f"gate: there is no baseline {path}: make bench-gate UPDATE=1 writes it")
        return 1
    then = {} if arguments.update else json.loads(path.read_text())
    began = time.monotonic()
    try:
        counts, linkage = measure(pathlib.Path(arguments.bin) / "bench", then.get("instructions_per_task", {}))
    except (NotMeasured, OSError, ValueError, subprocess.SubprocessError) as error:
        say(f"gate: not measured: {error}")
        return 1
    now = {"preset": "release", "linkage": linkage, "cpu_features": machine.cpu_features(),
           "packages": machine.packages(), "instructions_per_task": {name: round(count) for name, count in counts.items()}}
    if arguments.update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now, indent=2, sort_keys=True) + "\n")
        print(f"gate: wrote {path}")
        return 0
    rows = baseline.compare(then["instructions_per_task"], counts)
    print(f"instructions per task; baseline {path.name}, more than {baseline.LIMIT:g} % is worse")
    show(rows)
    say(f"gate: took {time.monotonic() - began:.0f} s")
    verdicts = {row[4] for row in rows}
    for difference in baseline.differences(then, now):
        print(f"gate: not as in the baseline, {difference}")
    if not baseline.decides(then, now):
        print("gate: NOT DECIDED, the baseline is of another kind of CPU (make bench-gate UPDATE=1 writes one of this)")
        return 0
    if verdicts & {"worse", "missing"}:
        print("gate: FAILED. If the price is meant: make bench-gate UPDATE=1, and say why in the commit")
        return 1
    if verdicts & {"better", "new"}:
        print("gate: passed; keep what was won: make bench-gate UPDATE=1")
    return 0


if __name__ == "__main__":
    sys.exit(main())
