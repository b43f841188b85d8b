# SPDX-License-Identifier: Apache-2.0
"""Many task queues in one process: on a host with one budget, or with a worker each."""

from . import programs, stats
from .nexus_rows import cpu, rate
from .server_rows import running
from .stats import Series

QUEUES = 100
IDLE = (1_000, 10_000)
HEAVY = 10  # queues with three times the weight
LONG_POLL = 60  # seconds that a poll may wait: the cost of idle queues is that of polling again


def hosts(suite):
    """CPU, memory and shares of 100 busy queues, and what queues without tasks cost."""
    program = [suite.bench / "worker_hosts", "--queues", QUEUES, "--seconds", suite.seconds]
    got = suite.interleaved("100 queues", {
        "host": lambda: suite.once((), program),
        "separate": lambda: suite.once((), [*program, "--separate"]),
    })
    cost = {name: cpu(figures) for name, figures in got.items()}
    memory = {name: Series(each["rss_kib"] / 1024 for each in figures) for name, figures in got.items()}
    ratio, median = stats.ratio(cost["host"], cost["separate"])
    suite.table.figure(
        f"CPU per task, {QUEUES} queues on one host, to {QUEUES} workers", f"{ratio:.2f}x",
        f"{cost['host'].best:.1f} to {cost['separate'].best:.1f} us; median {median:.2f}x; "
        f"{rate(got['host']).best:,.0f} and {rate(got['separate']).best:,.0f} tasks/s")
    suite.table.figure(
        f"RSS of {QUEUES} queues, one host and {QUEUES} workers",
        f"{memory['host'].best:.0f} and {memory['separate'].best:.0f} MiB",
        f"{got['host'][0]['threads']} and {got['separate'][0]['threads']} threads")

    # Slots are what is short: each task keeps its own for 20 ms.
    shares = suite.interleaved("shares of 100 queues", {"host": lambda: suite.once(
        (), [*program, "--slots", 40, "--sleep-ms", 20, "--heavy", HEAVY])})["host"]
    worst = max(shares, key=lambda each: abs(_heavy_to_light(each) - 3))
    suite.table.figure(
        f"tasks of a queue with weight 3 to one with weight 1, 40 slots for {QUEUES} queues",
        f"{_heavy_to_light(worst):.2f}x", f"worst of {len(shares)} rounds")
    even = suite.interleaved("even shares of 100 queues", {"host": lambda: suite.once(
        (), [*program, "--slots", 40, "--sleep-ms", 20])})["host"]
    worst = max(even, key=lambda each: each["most"] / max(each["least"], 1))
    suite.table.figure(
        f"the queue served most to the one served least, equal weights, 40 slots for {QUEUES} queues",
        f"{worst['most'] / max(worst['least'], 1):.2f}x", f"{worst['least']} to {worst['most']} tasks; worst of {len(even)} rounds")


def idle_queues(suite):
    """What queues without tasks cost, on our service."""
    for queues in IDLE:
        with running(suite, [suite.troupe], ()) as target:
            command = programs.pinned(
                suite.worker_core, suite.bench / "worker_hosts", "--target", target, "--idle", "--queues", queues,
                "--warm-up", 5, "--seconds", LONG_POLL + 15)
            figures = suite.measure(
                "idle queues", f"{queues} on a host", lambda: programs.run(command, seconds=300)[-1])["figures"]
        suite.table.figure(
            f"{queues:,} idle queues on one host, each",
            f"{figures['rss_kib_per_queue']:.1f} KiB, {figures['polls'] / queues:.1f} polls",
            f"{figures['cpu_ms_per_second']:.1f} ms of CPU a second for all, {figures['threads']} threads")


def _heavy_to_light(figures):
    heavy = figures["heavy_tasks"] / HEAVY
    light = (figures["tasks"] - figures["heavy_tasks"]) / (QUEUES - HEAVY)
    return heavy / max(light, 1)
