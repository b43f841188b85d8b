# SPDX-License-Identifier: Apache-2.0
"""Rows 1 to 5, 11 and 15: Nexus tasks."""

from . import stats
from .programs import NotMeasured
from .stats import Series


def cpu(figures):
    return Series(each["cpu_us_per_task"] for each in figures)


def rate(figures):
    return Series((each["tasks_per_second"] for each in figures), large_is_good=True)


def quantile(figures, name):
    return Series(each["frontend"][name] for each in figures)


def saturation(suite):
    programs = {
        "bare": suite.bare("--in-flight", 64),
        "bare, raw": suite.bare("--in-flight", 64, "--raw"),
        "coroutine": suite.worker("--slots", 64, "--pollers", 64),
        "function": suite.worker("--slots", 64, "--pollers", 64, "--handler", "function"),
    }
    programs["actor"] = suite.worker("--slots", 64, "--pollers", 64, "--handler", "actor")
    for name in ("go", "python"):
        peer = suite.peer(name)
        if peer:
            programs[name] = [*peer, "--seconds", suite.seconds]
    got = suite.interleaved("Nexus tasks of 100 B", {
        name: lambda command=command: suite.once((), command) for name, command in programs.items()})
    cost = {name: cpu(figures) for name, figures in got.items()}
    speed = {name: rate(figures) for name, figures in got.items()}
    suite.saturated_rate = speed["coroutine"].best
    suite.linkage = got["coroutine"][0]["linkage"]
    suite.plots["throughput"] = {name: series.best for name, series in speed.items()}
    suite.plots["cpu"] = {name: series.best for name, series in cost.items()}
    table = suite.table
    best, median = stats.ratio(cost["coroutine"], cost["bare"])
    table.at_most(1, "CPU per sync Nexus task, 100 B, coroutine, to bare", 1.20, best, median=median,
                  note=f"{cost['coroutine'].best:.1f} to {cost['bare'].best:.1f} us")
    best, median = stats.ratio(cost["function"], cost["bare"])
    table.at_most(3, "the same, plain function on the blocking pool", 1.40, best, median=median,
                  note=f"{cost['function'].best:.1f} us")
    best, median = stats.ratio(cost["actor"], cost["coroutine"])
    table.at_most(27, "CPU per sync Nexus task, 100 B, served by an actor of the user's, to the coroutine", 1.30, best,
                  median=median, note=f"{cost['actor'].best:.1f} to {cost['coroutine'].best:.1f} us")
    best, median = stats.ratio(speed["coroutine"], speed["bare"])
    table.at_least(5, "tasks/s at saturation, to bare", 0.85, best, median=median,
                   note=f"{speed['coroutine'].best:,.0f}/s to {speed['bare'].best:,.0f}/s; by CPU per task "
                        f"{cost['bare'].best / cost['coroutine'].best:.2f}x")
    for peer, limit in (("go", 3.5), ("python", 12)):
        if peer in speed:
            best, median = stats.ratio(speed["coroutine"], speed[peer])
            table.at_least(5, f"tasks/s, to the {peer} worker", limit, best, median=median,
                           note=f"{speed[peer].best:,.0f}/s; by CPU per task {cost[peer].best / cost['coroutine'].best:.1f}x "
                                f"({cost[peer].best:.0f} us); {suite.versions[peer]}")
    table.figure("CPU per task of the raw bare loop, 100 B", f"{cost['bare, raw'].best:.1f} us")


def large_payloads(suite):
    frontend = ("--payload-bytes", 10_000, "--struct")
    got = suite.interleaved("Nexus tasks of 10 KB", {
        "bare": lambda: suite.once(frontend, suite.bare()),
        "bare, raw": lambda: suite.once(frontend, suite.bare("--raw")),
        "struct": lambda: suite.once(frontend, suite.worker("--struct", "--slots", 64, "--pollers", 64)),
    })
    cost = {name: cpu(figures) for name, figures in got.items()}
    best, median = stats.ratio(cost["struct"], cost["bare"])
    suite.plots.setdefault("cpu", {}).update(
        {"bare, 10 KB": cost["bare"].best, "struct, 10 KB": cost["struct"].best})
    suite.table.at_most(2, "CPU per task, 10 KB struct decoded and encoded, to bare", 1.35, best, median=median,
                        note=f"{cost['struct'].best:.1f} to {cost['bare'].best:.1f} us")
    suite.table.figure("CPU per task of the raw bare loop, 10 KB", f"{cost['bare, raw'].best:.1f} us")


def latency(suite):
    one = ("--slots", 1, "--pollers", 1)
    got = suite.interleaved("one task in flight", {
        "bare": lambda: suite.once(("--skip-seconds", 0.5), suite.bare("--in-flight", 1)),
        "coroutine": lambda: suite.once(("--skip-seconds", 0.5), suite.worker(*one)),
        "function": lambda: suite.once(("--skip-seconds", 0.5), suite.worker(*one, "--handler", "function")),
    })
    p50 = {name: quantile(figures, "p50_us") for name, figures in got.items()}
    best, median = stats.ratio(p50["coroutine"], p50["bare"])
    suite.table.at_most(4, "p50 with 1 in flight, coroutine, to bare", 1.20, best, median=median,
                        note=f"{p50['coroutine'].best:.0f} to {p50['bare'].best:.0f} us")
    best, median = stats.ratio(p50["function"], p50["bare"])
    suite.table.at_most(4, "p50 with 1 in flight, plain function, to bare", 1.60, best, median=median,
                        note=f"{p50['function'].best:.0f} us")


def open_loop(suite):
    """Tasks fall due at half the rate at which the worker saturates; latency counts from when they were due."""
    if not hasattr(suite, "saturated_rate"):
        suite.saturated_rate = suite.once((), suite.worker("--slots", 64, "--pollers", 64))["tasks_per_second"]
    paced = int(suite.saturated_rate / 2)
    frontend = ("--rate", paced, "--skip-seconds", 1)
    got = suite.interleaved(f"open loop, {paced}/s", {
        "bare": lambda: suite.once(frontend, suite.bare()),
        "coroutine": lambda: suite.once(frontend, suite.worker("--slots", 64, "--pollers", 64)),
    })
    suite.plots["latency"] = {"rate": paced, "series": {}}
    for name, figures in got.items():
        # A round that did not keep up shows a backlog, not a latency.
        kept_up = [each for each in figures if each["frontend"]["overdue"] <= paced / 50]
        if not kept_up:
            raise NotMeasured(f"{name} did not keep up with {paced}/s in any round")
        best = min(kept_up, key=lambda each: each["frontend"]["p99_us"])["frontend"]
        suite.plots["latency"]["series"][name] = best["quantiles_us"]
        suite.table.figure(
            f"open loop at {paced:,}/s (half of saturation), {name}: p50, p99, p999",
            f"{best['p50_us']:.0f}, {best['p99_us']:.0f}, {best['p999_us']:.0f} us",
            f"from when a task was due; best of {len(kept_up)} rounds")


def shards(suite):
    """What a second shard costs. Worker and frontend share both cores here, so only CPU per task can be told."""
    def arrangement(*commands, cores=None):
        def run():
            figures, seen = suite.against_frontend((), *commands, cores=cores or [suite.both_cores] * len(commands))
            tasks = sum(each["tasks"] for each in figures)
            return {
                "cpu_us_per_task": sum(each["cpu_us_per_task"] * each["tasks"] for each in figures) / tasks,
                "tasks_per_second": sum(each["tasks_per_second"] for each in figures), "frontend": seen,
            }
        return run
    one = lambda slots: suite.worker("--slots", slots, "--pollers", slots)
    two = lambda slots: [*one(slots), "--shards", 2]
    # Three busy programs on two cores: the scheduler's batch policy takes out the switches that a frontend on a core of
    # its own would not cause.
    batch = lambda command: ["chrt", "--batch", "0", *command]
    # gRPC's own switch, read from the environment: a poll set for each queue instead of one for all.
    poll = lambda command: ["env", "GRPC_POLL_STRATEGY=poll", *command]
    single = {"1 shard": arrangement(one(64)), "1 shard, batch": arrangement(batch(one(64)))}
    double = {
        "2 shards, a channel each": arrangement(two(128)),
        "2 shards, a channel each, poll": arrangement(poll(two(128))),
        "2 shards, a channel each, poll, batch": arrangement(batch(poll(two(128)))),
        "2 processes of 1 shard": arrangement(one(64), one(64)),
        "2 processes of 1 shard, a core each": arrangement(
            one(64), one(64), cores=[suite.worker_core, suite.other_core]),
        "2 processes of 1 shard, batch": arrangement(batch(one(64)), batch(one(64))),
    }
    got = suite.interleaved("shards", {**single, **double})
    cost = {name: cpu(figures) for name, figures in got.items()}
    suite.plots["shards"] = {
        name: {"cpu": cost[name].best, "rate": rate(figures).best} for name, figures in got.items()}
    cheapest = lambda names: min(names, key=lambda name: cost[name].best)
    base, best = cost[cheapest(single)], cheapest(double)
    others = ", ".join(
        f"{name} {(cost[name].best / base.best - 1) * 100:+.0f} %" for name in double if name != best)
    suite.table.at_most(11, "CPU per task, growth from 1 to 2 shards", 10, (cost[best].best / base.best - 1) * 100, " %",
                        median=(cost[best].median / base.median - 1) * 100,
                        note=f"{best}: {cost[best].best:.1f} to {base.best:.1f} us; {others}")


def overload(suite):
    """Ten times as many tasks as the slots can serve, each of which waits 20 ms."""
    slots, wait_ms, warm_up, linger = 50, 20, 2, 3
    capacity = slots * 1000 // wait_ms
    seconds = suite.overload_seconds
    what = f"overload 10x for {seconds:.0f} s"
    rounds = suite.interleaved(what, {"worker": lambda: suite.once(
        ("--rate", capacity * 10, "--give-seconds", warm_up + seconds + 1, "--skip-seconds", warm_up),
        [suite.bench / "worker", "--warm-up", warm_up, "--seconds", seconds, "--linger", linger, "--slots", slots,
         "--pollers", 64, "--sleep-ms", wait_ms])})["worker"]
    # Of what must not happen, the worst round counts; of a latency the best, since the neighbours only make it worse.
    grown = max(rounds, key=lambda each: stats.growth_percent(each["rss_kib_over_time"]))["rss_kib_over_time"]
    suite.plots["overload"] = {"seconds": seconds, "rss_kib": grown}
    suite.table.at_most(15, f"{what}: growth of RSS", 2, stats.growth_percent(grown), " %",
                        note=f"{grown[0] / 1024:.1f} to {grown[-1] / 1024:.1f} MiB, worst of {len(rounds)} rounds")
    total = lambda figure: sum(each["frontend"][figure] for each in rounds)
    dropped = ", ".join(each["dropped"] for each in rounds if each["dropped"])
    suite.table.at_most(15, f"{what}: tasks lost", 0, total("given") - total("answered") + total("failed"), "",
                        note=f"{total('answered'):,} of {total('given'):,} given tasks answered, each once; "
                             f"{total('overdue'):,} more were offered; {dropped or 'none'} dropped")
    p99 = quantile(rounds, "accepted_p99_us")
    suite.table.at_most(15, f"{what}: p99 of accepted tasks, to the handler's {wait_ms} ms", 2,
                        p99.best / (wait_ms * 1000), median=p99.median / (wait_ms * 1000),
                        note=f"{p99.best / 1000:.1f} ms with {slots} slots")
