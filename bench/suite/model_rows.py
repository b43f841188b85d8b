# SPDX-License-Identifier: Apache-2.0
"""Rows 21 to 23, 25 and 26: messages, children, much to do, replay, and whole runs of one activity."""

from . import programs, stats
from .server_rows import running, services
from .stats import Series

MANY = {"children": (100, 1_000), "activities": (1_000, 10_000)}
# A service fails the task of a workflow to which more than 100 events happen meanwhile, so with more activities under way
# most of the time goes into tasks that are done again. 1,000 children are started at once all the same: that is the row.
AT_A_TIME = {"children": 1_000, "activities": 40}
REAL_MANY = {"children": 100, "activities": 300}  # the real server takes a second for some hundred


def _interleaved(suite, part, run):
    """`run(whole_runs, name)` against each service: name -> its figures.

    `whole_runs(...)` are the lines of that program, the worker on one core, the service on the other.
    """
    def against(name, executable, settings):
        def once():
            with running(suite, executable, settings) as target:
                return run(lambda *arguments: programs.run(programs.pinned(
                    suite.worker_core, suite.bench / "whole_runs", "--target", target, *arguments), seconds=300), name)
        return once
    return suite.interleaved(part, {
        name: against(name, executable, settings) for name, (executable, settings) in services(suite).items()})


def messages(suite):
    """Updates, and a signal with a query behind it, of one workflow, one after the other."""
    rounds = {"troupe": 1_000, "temporal": 100}
    got = _interleaved(suite, "messages", lambda whole_runs, name: whole_runs(
        "--kind", "messages", "--runs", rounds[name])[-1])
    of = lambda name, figure: Series(each[figure] for each in got[name])
    ratio = Series(each["update_p50_us"] / each["signal_and_query_p50_us"] for each in got["troupe"])
    update, both = of("troupe", "update_p50_us"), of("troupe", "signal_and_query_p50_us")
    suite.table.at_most(21, "p50 of an update in one workflow, to a signal and a query", 2, ratio.best,
                        median=ratio.median, note=f"{update.best:.0f} to {both.best:.0f} us; p99 "
                        f"{of('troupe', 'update_p99_us').best:.0f} to {of('troupe', 'signal_and_query_p99_us').best:.0f} us")
    if "temporal" in got:
        suite.table.figure(
            "p50 of an update in one workflow, real dev server to ours",
            f"{of('temporal', 'update_p50_us').best / update.best:.0f}x",
            f"{of('temporal', 'update_p50_us').best:,.0f} us; signal and query "
            f"{of('temporal', 'signal_and_query_p50_us').best:,.0f} us")


def children(suite):
    """Children of one parent, one after the other."""
    counts = {"troupe": 500, "temporal": 30}
    got = _interleaved(suite, "children", lambda whole_runs, name: whole_runs(
        "--kind", "child", "--runs", counts[name])[-1])
    p50 = {name: {figure: Series(each[figure] for each in figures) for figure in ("start_p50_us", "end_p50_us")}
           for name, figures in got.items()}
    ours = p50["troupe"]
    suite.table.figure("p50 of a child as its parent sees it: started, ended",
                       f"{ours['start_p50_us'].best:.0f}, {ours['end_p50_us'].best:.0f} us")
    if "temporal" in p50:
        real = p50["temporal"]
        best, median = stats.ratio(real["start_p50_us"], ours["start_p50_us"])
        suite.table.at_least(22, "p50 of the start of a child: real dev server, to ours", 25, best, median=median,
                             note=f"{real['start_p50_us'].best / 1000:.1f} to {ours['start_p50_us'].best / 1000:.2f} ms")


def much_to_do(suite):
    """One workflow with very many children, or activities: its size must not matter."""
    def run(whole_runs, name):
        lines = {}
        for kind, sizes in MANY.items():
            items = ("--items", *sizes) if name == "troupe" else ("--items", REAL_MANY[kind])
            # Twice: the first takes what starting takes.
            lines[kind] = best_by_size(whole_runs(
                "--kind", kind, "--at-a-time", AT_A_TIME[kind], *items, *(sizes if name == "troupe" else ())))
        return lines

    got = _interleaved(suite, "much to do", run)
    for kind, (few, many) in MANY.items():
        cost = {size: Series(each[kind][size] for each in got["troupe"]) for size in (few, many)}
        growth = Series(each[kind][many] / each[kind][few] for each in got["troupe"])
        row = {"children": 22, "activities": 23}[kind]
        suite.table.at_most(row, f"{many:,} {kind} of one workflow: time of each, to one of {few:,}", 1.5, growth.best,
                            median=growth.median, note=f"{cost[many].best:.0f} to {cost[few].best:.0f} us")
        if "temporal" in got:
            size = REAL_MANY[kind]
            real = Series(each[kind][size] for each in got["temporal"])
            suite.table.figure(f"{kind} of one workflow, real dev server to ours", f"{real.best / cost[few].best:.0f}x",
                               f"{real.best:,.0f} us each of {size}")


def best_by_size(lines):
    """items -> the least time of each, in us."""
    best = {}
    for line in lines:
        best[line["items"]] = min(line["us_per_item"], best.get(line["items"], float("inf")))
    return best


def replay(suite):
    """The workflow engine alone, on histories of activities and of children."""
    for history in ("activities", "children"):
        programs.say(f"  replay of {history}")
        record = suite.measure("replay of activities and children", history, lambda: {"lengths": programs.run(
            programs.pinned(suite.worker_core, suite.bench / "replay", "--history", history, "--rounds", suite.rounds),
            seconds=600)})
        cost = {line["history_events"]: line["replay_ns_per_event"] for line in record["figures"]["lengths"]}
        suite.table.at_most(25, f"replay of 10,000 events of {history}, per event", 0.5, cost[10_000] / 1000, " us",
                            note="parsing included; " + ", ".join(f"{n:,}: {ns:.0f} ns" for n, ns in cost.items()))


def one_activity(suite):
    """Workflows of one activity, from their start to their result in the client's hand."""
    # As with operations, the real server does worse with more at a time.
    loads = {"troupe": (20_000, 200), "temporal": (400, 20)}
    def run(whole_runs, name):
        runs, in_flight = loads[name]
        return whole_runs("--kind", "one-activity", "--runs", runs, "--in-flight", in_flight)[-1]
    got = _interleaved(suite, "runs of one activity", run)
    rate = {name: Series((each["runs_per_second"] for each in figures), large_is_good=True)
            for name, figures in got.items()}
    suite.table.figure("workflows of one activity per second, embedded service", f"{rate['troupe'].best:,.0f}/s",
                       f"200 at a time; worker and client {min(each['worker_cpu_us_per_run'] for each in got['troupe']):.0f} us")
    if "temporal" in rate:
        best, median = stats.ratio(rate["troupe"], rate["temporal"])
        suite.table.at_least(26, "workflows of one activity per second, to the real dev server", 50, best, median=median,
                             note=f"{rate['troupe'].best:,.0f}/s to {rate['temporal'].best:,.0f}/s, limiter raised; "
                                  f"{suite.versions['temporal']}")
