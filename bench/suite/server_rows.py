# SPDX-License-Identifier: Apache-2.0
"""Rows 12 to 14, 16, 17 and 29: the embedded service, beside the real dev server where that is built."""

import contextlib
import subprocess
import time

from . import programs, stats
from .programs import NotMeasured
from .stats import Series

# The real server with its own brakes off.
REAL_SETTINGS = (
    "--dynamic-config-value", "frontend.rps=1000000",
    "--dynamic-config-value", "frontend.namespaceRPS=1000000",
    "--dynamic-config-value", "history.outboundQueue.hostScheduler.maxTaskRPS=100000",
    "--dynamic-config-value", "system.forceNexusEndpointRefreshOnRead=true",
    "--dynamic-config-value", 'system.refreshNexusEndpointsMinWait="0s"',
)


def services(suite):
    """name -> (command, settings) of ours, and of the real dev server where it is installed."""
    services = {"troupe": ([suite.troupe], ())}
    real = suite.peer("temporal")
    if real:
        services["temporal"] = (real, REAL_SETTINGS)
        shown = subprocess.run([str(real[0]), "--version"], capture_output=True, text=True, timeout=30)
        suite.versions["temporal"] = shown.stdout.strip() or "?"
    return services


def _command(executable, settings, port):
    return [*executable, "server", "start-dev", "--port", port, "--headless", "--log-level", "error", *settings]


@contextlib.contextmanager
def running(suite, executable, settings):
    """A healthy service on the core of the other side; gives its HOST:PORT."""
    port = programs.free_port()
    child = subprocess.Popen(
        programs.pinned(suite.other_core, *_command(executable, settings, port)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        programs.wait_until_listening(port, child)
        deadline = time.monotonic() + 30
        while subprocess.run(
                [str(suite.troupe), "operator", "cluster", "health", "--address", f"127.0.0.1:{port}"],
                capture_output=True).returncode != 0:
            if time.monotonic() > deadline:
                raise NotMeasured(f"{executable[0]} is not healthy")
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def end_to_end(suite):
    """Caller workflows and handlers in one worker process, the service on the other core."""
    def against(executable, settings, workflows, operations, sequential):
        def run():
            with running(suite, executable, settings) as target:
                e2e = lambda count, each: programs.run(programs.pinned(
                    suite.worker_core, suite.bench / "e2e", "--target", target, "--workflows", count,
                    "--operations", each), seconds=300)[-1]
                e2e(2, 5)
                return {"parallel": e2e(workflows, operations), "sequential": e2e(1, sequential)}
        return run

    loads = {"troupe": (200, 50, 200), "temporal": (20, 50, 40)}
    got = suite.interleaved("end to end", {
        name: against(executable, settings, *loads[name])
        for name, (executable, settings) in services(suite).items()})
    rate = {name: Series((each["parallel"]["operations_per_second"] for each in figures), large_is_good=True)
            for name, figures in got.items()}
    wait = {name: Series(each["sequential"]["ms_per_operation"] for each in figures) for name, figures in got.items()}
    suite.plots["end to end"] = {name: series.best for name, series in rate.items()}
    suite.table.figure("sync operations/s end to end, embedded service", f"{rate['troupe'].best:,.0f}/s",
                       f"200 workflows of 50 operations; sequential {wait['troupe'].best:.2f} ms each")
    if "temporal" in rate:
        best, median = stats.ratio(rate["troupe"], rate["temporal"])
        suite.table.at_least(12, "sync operations/s end to end, to the real dev server", 50, best, median=median,
                             note=f"{rate['troupe'].best:,.0f}/s to {rate['temporal'].best:,.0f}/s, limiter raised")
        best, median = stats.ratio(wait["temporal"], wait["troupe"])
        suite.table.at_least(13, "latency of one sequential operation: real dev server, to ours", 25, best, median=median,
                             note=f"{wait['temporal'].best:.1f} to {wait['troupe'].best:.2f} ms; "
                                  f"{suite.versions['temporal']}")


def asynchronous(suite):
    """Operations that are a workflow: many callers at once, and one after the other. On ours, also those that are an update, which
    released servers cannot end."""
    def against(executable, settings, workflows, operations, sequential, updates):
        def run():
            with running(suite, executable, settings) as target:
                e2e = lambda kind, count, each: programs.run(programs.pinned(
                    suite.worker_core, suite.bench / "e2e", "--target", target, "--kind", kind, "--workflows", count,
                    "--operations", each), seconds=300)[-1]
                e2e("async", 2, 5)
                return {"parallel": e2e("async", workflows, operations), "sequential": e2e("async", 1, sequential),
                        **({"update": e2e("update", 1, updates)} if updates else {})}
        return run

    loads = {"troupe": (200, 20, 200, 200), "temporal": (20, 20, 20, 0)}
    got = suite.interleaved("asynchronous operations", {
        name: against(executable, settings, *loads[name])
        for name, (executable, settings) in services(suite).items()})
    rate = {name: Series((each["parallel"]["operations_per_second"] for each in figures), large_is_good=True)
            for name, figures in got.items()}
    wait = {name: Series(each["sequential"]["p50_us"] for each in figures) for name, figures in got.items()}
    updates = Series(each["update"]["p50_us"] for each in got["troupe"])
    suite.table.figure("async operations/s end to end, embedded service", f"{rate['troupe'].best:,.0f}/s",
                       f"200 workflows of 20 operations; p50 of one after the other {wait['troupe'].best:,.0f} us")
    suite.table.figure("p50 of an operation that is an update, embedded service", f"{updates.best:,.0f} us",
                       "one after the other; released servers do not complete it")
    if "temporal" in rate:
        best, median = stats.ratio(rate["troupe"], rate["temporal"])
        suite.table.at_least(29, "async operations/s end to end, to the real dev server", 50, best, median=median,
                             note=f"{rate['troupe'].best:,.0f}/s to {rate['temporal'].best:,.0f}/s, limiter raised")
        best, median = stats.ratio(wait["temporal"], wait["troupe"])
        suite.table.at_least(29, "p50 of one sequential async operation: real dev server, to ours", 50, best, median=median,
                             note=f"{wait['temporal'].best / 1000:.1f} to {wait['troupe'].best / 1000:.2f} ms")


def server(suite):
    """Start, idle and RPC costs, told by a client that asks from the first moment on."""
    def against(executable, settings, rpcs, workflows):
        def run():
            port = programs.free_port()
            return programs.run(programs.pinned(
                suite.worker_core, suite.bench / "server", "--port", port, "--rpcs", rpcs, "--workflows", workflows,
                "--", *programs.pinned(suite.other_core, *_command(executable, settings, port))), seconds=180)[-1]
        return run

    loads = {"troupe": (20_000, 4_096), "temporal": (5_000, 256)}
    got = suite.interleaved("server", {
        name: against(executable, settings, *loads[name])
        for name, (executable, settings) in services(suite).items()})
    of = lambda name, figure, large=False: Series((each[figure] for each in got[name]), large_is_good=large)
    start, memory = of("troupe", "start_ms"), of("troupe", "idle_rss_mib")
    suite.table.at_most(14, "start of the server to its first answered RPC", 100, start.best, " ms", median=start.median)
    suite.table.at_most(14, "RSS of the idle server", 40, memory.best, " MiB", median=memory.median)
    for name in got:
        version = f", {suite.versions[name]}" if name in suite.versions else ""
        suite.table.figure(
            f"{name} server: start, idle RSS, idle CPU",
            f"{of(name, 'start_ms').best:.0f} ms, {of(name, 'idle_rss_mib').best:.1f} MiB, "
            f"{of(name, 'idle_percent').best:.2f} % of a core", version.lstrip(", "))
        suite.table.figure(
            f"{name} server: CPU per RPC (GetSystemInfo), RPCs/s",
            f"{of(name, 'cpu_us_per_rpc').best:.1f} us, {of(name, 'rpcs_per_second', True).best:,.0f}/s")
        suite.table.figure(
            f"{name} server: state transitions/s, CPU per transition",
            f"{of(name, 'transitions_per_second', True).best:,.0f}/s, {of(name, 'cpu_us_per_transition').best:.1f} us",
            "start, two signals, terminate; one RPC each")


def records(suite):
    """Decisions of the service alone, by the number of closed runs in the record."""
    programs.say("  decisions by closed runs")
    measured = suite.measure("records", "rules", lambda: {"records": programs.run(
        programs.pinned(suite.worker_core, suite.bench / "records", "--rounds", suite.rounds), seconds=600)})
    cost = {line["closed_runs"]: line["decision_ns"] for line in measured["figures"]["records"]}
    suite.table.at_most(16, "decision in a record of 10,000 closed runs, to one of 10", 1.1, cost[10_000] / cost[10],
                        note=", ".join(f"{closed:,}: {each:,.0f} ns" for closed, each in cost.items()))


def longest_turn(suite):
    """How long one huge request keeps the service's shard from everything else."""
    programs.say("  longest turns")
    measured = suite.measure("longest turn", "rules", lambda: {"requests": programs.run(
        programs.pinned(suite.worker_core, suite.bench / "longest_turn", "--rounds", suite.rounds), seconds=600)})
    turns = {line["request"]: line["longest_turn_ms"] for line in measured["figures"]["requests"]}
    worst = max(turns, key=turns.get)
    suite.table.at_most(17, "longest turn of the service's shard for one huge request", 5, turns[worst], " ms",
                        note=f"{worst}; {len(turns)} requests measured")
    for request, each in turns.items():
        suite.table.figure(f"longest turn: {request}", f"{each:.2f} ms")
