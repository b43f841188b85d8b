# SPDX-License-Identifier: Apache-2.0
"""Rows 6 to 10: workflow tasks, memory, replay."""

from . import programs, stats
from .nexus_rows import cpu, rate

STICKY_RUNS = 640


def _tasks(suite, part, figure, limit, peer_kind, frontend, bare, worker):
    runs = {
        "bare": lambda: suite.once(frontend, suite.bare(*bare)),
        "bare, raw": lambda: suite.once(frontend, suite.bare(*bare, "--raw")),
        "worker": lambda: suite.once(frontend, worker),
    }
    go = suite.peer("go")
    if go:
        runs["go"] = lambda: suite.once(frontend, [*go, "--kind", peer_kind, "--seconds", suite.seconds])
    got = suite.interleaved(part, runs)
    cost = {name: cpu(figures) for name, figures in got.items()}
    best, median = stats.ratio(cost["worker"], cost["bare"])
    suite.table.at_most(6, f"CPU per workflow task, {figure}, to bare", limit, best, median=median,
                        note=f"{cost['worker'].best:.1f} to {cost['bare'].best:.1f} us")
    if "go" in cost:
        best, median = stats.ratio(cost["go"], cost["worker"])
        suite.table.at_least(6, f"the same, the go worker to ours ({figure})", 4, best, median=median,
                             note=f"{cost['go'].best:.1f} us, {suite.versions['go']}")
    suite.plots.setdefault("cpu", {}).update(
        {f"{name}, {part}": cost[name].best for name in ("bare", "worker", "go") if name in cost})
    suite.table.figure(f"CPU per task of the raw bare loop, {part}", f"{cost['bare, raw'].best:.1f} us")
    suite.table.figure(f"{part}/s at saturation", f"{rate(got['worker']).best:,.0f}/s")


def new_runs(suite):
    _tasks(suite, "new workflow tasks", "new run that completes", 2.0, "workflow", ("--workflow-type", "tiny"),
           ("--kind", "workflow"), suite.workflow_worker())


def sticky(suite):
    """Signals to runs that are cached: the completion of their last task, and 3 new events."""
    _tasks(suite, "sticky workflow tasks", "sticky task with 3 new events", 1.6, "sticky",
           ("--workflow-type", "signalled", "--sticky-runs", STICKY_RUNS),
           ("--kind", "sticky", "--sticky-runs", STICKY_RUNS), suite.workflow_worker("--cache", STICKY_RUNS * 2))


def memory(suite):
    """One worker takes parked runs, and says how large it is on the way."""
    runs = suite.cached_runs
    programs.say(f"  memory of {runs:,} cached runs")

    def fill():
        with programs.frontend(suite.bench, suite.other_core, "--workflow-type", "parked", "--max-tasks", runs) as served:
            lines = programs.run(programs.pinned(
                suite.worker_core, suite.bench / "workflow_worker", "--target", served.target, "--fill", runs,
                "--cache", runs * 2), seconds=120 + runs / 1000)
        return {"steps": lines}

    *steps, idle = suite.measure("memory", "worker", fill)["figures"]["steps"]
    points = [(step["cached_runs"], step["rss_kib"]) for step in steps]
    suite.plots["memory"] = points
    first, last = points[0][0], points[-1][0]
    kib = stats.slope(points)
    half = len(points) // 2
    suite.table.at_most(7, f"RSS per cached idle run, {first:,} to {last:,} runs", 4, kib, " KiB",
                        note=f"slope of {len(points)} points; {points[-1][1] / 1024:.0f} MiB in all")
    suite.table.at_most(7, "slope of its second half, to that of its first", 1.1,
                        stats.slope(points[half:]) / stats.slope(points[:half + 1]))
    suite.table.at_most(10, f"idle CPU with {idle['cached_runs']:,} cached runs and open polls", 1.0,
                        idle["idle_percent"], " % of a core", note=f"over {idle['idle_seconds']:.0f} s")


def replay(suite):
    """The workflow engine alone, by the length of the history."""
    programs.say("  replay and sticky tasks by history length")
    record = suite.measure("replay", "engine", lambda: {"lengths": programs.run(
        programs.pinned(suite.worker_core, suite.bench / "replay", "--rounds", suite.rounds), seconds=600)})
    by_length = {line["history_events"]: line for line in record["figures"]["lengths"]}
    suite.plots["replay"] = list(by_length.values())
    sticky_cost = {length: line["sticky_ns_per_task"] for length, line in by_length.items()}
    # From 100 events on: the histories below it are as cheap as their few allocations.
    suite.table.at_most(8, "sticky task at 50,000 events, to one at 100", 1.2, sticky_cost[50_000] / sticky_cost[100],
                        note=", ".join(f"{length:,}: {cost:.0f} ns" for length, cost in sticky_cost.items()))
    suite.table.at_most(9, "replay of 10,000 events, per event", 1.0, by_length[10_000]["replay_ns_per_event"] / 1000,
                        " us", note="parsing included")
