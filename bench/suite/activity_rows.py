# SPDX-License-Identifier: Apache-2.0
"""Rows 18 to 20 and 24: activities, heartbeats and local activities of a worker, and what a run that waits for one keeps."""

from . import programs, stats
from .nexus_rows import cpu, rate
from .stats import Series

HEARTBEATS = {"activities": 100, "per_second": 100}
HEARTBEAT_TIMEOUT = 1.25  # seconds: a heartbeat is sent after 80 % of it, so one in a second
LOCALS = 100  # local activities of one run


def activities(suite):
    """Activity tasks of 100 B at saturation."""
    frontend = ("--activities",)
    slots = ("--slots", 64, "--pollers", 64, "--activity")
    commands = {
        "bare": suite.bare("--in-flight", 64, "--kind", "activity"),
        "bare, raw": suite.bare("--in-flight", 64, "--kind", "activity", "--raw"),
        "coroutine": suite.worker(*slots),
        "function": suite.worker(*slots, "--handler", "function"),
    }
    for name in ("go", "python"):
        peer = suite.peer(name)
        if peer:
            commands[name] = [*peer, "--kind", "activity", "--seconds", suite.seconds]
    got = suite.interleaved("activity tasks", {
        name: lambda command=command: suite.once(frontend, command) for name, command in commands.items()})
    cost = {name: cpu(figures) for name, figures in got.items()}
    for handler, figure in (("coroutine", "CPU per activity task, 100 B, coroutine, to bare"),
                            ("function", "the same, plain function on the blocking pool")):
        best, median = stats.ratio(cost[handler], cost["bare"])
        suite.table.at_most(18, figure, 1.25, best, median=median,
                            note=f"{cost[handler].best:.1f} to {cost['bare'].best:.1f} us")
    if "go" in cost:
        best, median = stats.ratio(cost["go"], cost["coroutine"])
        suite.table.at_least(18, "the same, the go worker to ours", 5, best, median=median,
                             note=f"{cost['go'].best:.1f} us, {suite.versions['go']}")
    if "python" in cost:
        suite.table.figure("CPU per activity task, the python worker to ours",
                           f"{stats.ratio(cost['python'], cost['coroutine'])[0]:.1f}x",
                           f"{cost['python'].best:.0f} us, {suite.versions['python']}")
    suite.plots.setdefault("cpu", {}).update(
        {f"{name}, activities": cost[name].best for name in ("bare", "coroutine", "go", "python") if name in cost})
    suite.table.figure("CPU per task of the raw bare loop, activities", f"{cost['bare, raw'].best:.1f} us")
    suite.table.figure("activity tasks/s at saturation", f"{rate(got['coroutine']).best:,.0f}/s")


def heartbeats(suite):
    """Activities that tell a hundred times a second that they are alive."""
    count, often = HEARTBEATS["activities"], HEARTBEATS["per_second"]
    figures = suite.interleaved("heartbeats", {"worker": lambda: suite.once(
        ("--activities", "--max-tasks", count, "--heartbeat-timeout", HEARTBEAT_TIMEOUT),
        [suite.bench / "heartbeats", "--activities", count, "--per-second", often, "--seconds", suite.seconds])})["worker"]
    # Of what must not happen, the worst round counts.
    rpcs = max(each["rpcs_per_activity_second"] for each in figures)
    told = Series((each["told_per_activity_second"] for each in figures), large_is_good=True)
    suite.table.at_most(
        19, f"heartbeat RPCs per activity and second, {count} activities that tell {often} times a second", 1.1, rpcs,
        "/s", note=f"told {told.best:.1f} times a second; timeout {HEARTBEAT_TIMEOUT:g} s, so one in a second is due")
    each = Series(figure["cpu_us_per_heartbeat"] for figure in figures)
    share = Series(figure["cpu_percent"] for figure in figures)
    suite.table.figure("CPU per heartbeat told, sleep and RPCs included", f"{each.best:.2f} us",
                       f"{share.best:.1f} % of a core for {count * often:,} a second")


def local_activities(suite):
    """Runs of a hundred local activities, one after the other; a run is one workflow task."""
    worker = suite.workflow_worker("--locals", LOCALS)
    commands = {"locals": worker, "function_locals": worker}
    go = suite.peer("go")
    if go:
        # Few at a time: it takes long, and ends tasks of which one turn takes more than a second.
        commands["go"] = [*go, "--kind", "workflow", "--locals", LOCALS, "--slots", 16, "--seconds", suite.seconds]
    got = suite.interleaved("local activities", {
        name: lambda name=name, command=command: suite.once(
            ("--workflow-type", "locals" if name == "go" else name), command)
        for name, command in commands.items()})
    cost = {name: per_local(figures, LOCALS) for name, figures in got.items()}
    suite.table.at_most(20, "CPU per local activity, coroutine", 8, cost["locals"].best, " us",
                        median=cost["locals"].median,
                        note=f"{LOCALS} of a run, one after the other, with their share of its task")
    suite.table.at_most(20, "the same, plain function on the blocking pool", 8, cost["function_locals"].best, " us",
                        median=cost["function_locals"].median)
    if "go" in cost:
        suite.table.figure("CPU per local activity, the go worker to ours",
                           f"{stats.ratio(cost['go'], cost['locals'])[0]:.1f}x", f"{cost['go'].best:.1f} us")


def per_local(figures, locals_of_a_task):
    """CPU of one local activity, from figures of whole tasks."""
    return Series(each["cpu_us_per_task"] / locals_of_a_task for each in figures)


def waiting_memory(suite):
    """One worker takes runs that wait for an activity, and says how large it is on the way."""
    runs = suite.cached_runs
    programs.say(f"  memory of {runs:,} cached runs that wait for an activity")

    def fill():
        with programs.frontend(
                suite.bench, suite.other_core, "--workflow-type", "waiting", "--max-tasks", runs) as served:
            return {"steps": programs.run(programs.pinned(
                suite.worker_core, suite.bench / "workflow_worker", "--target", served.target, "--fill", runs,
                "--cache", runs * 2, "--idle-seconds", 1), seconds=120 + runs / 1000)}

    *steps, _ = suite.measure("waiting memory", "worker", fill)["figures"]["steps"]
    points = [(step["cached_runs"], step["rss_kib"]) for step in steps]
    suite.table.at_most(
        24, f"RSS per cached run with 1 pending activity, {points[0][0]:,} to {points[-1][0]:,} runs", 2.2,
        stats.slope(points), " KiB", note=f"slope of {len(points)} points; {points[-1][1] / 1024:.0f} MiB in all")
