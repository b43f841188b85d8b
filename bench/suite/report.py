# SPDX-License-Identifier: Apache-2.0
"""report.json with every run, report.html with tables and plots."""

import html
import json

from . import svg

BUSY = 0.7  # load average above which the machine is not ours alone

STYLE = """body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1100px; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0; font-size: 14px } td, th { text-align: left; padding: .25rem .7rem;
border-bottom: 1px solid #ddd; vertical-align: top } .holds { color: #2b8a3e } .misses { color: #c92a2a; font-weight: 600 }
h2 { margin-top: 2.2rem } svg { max-width: 100%; height: auto } .note { color: #555 }"""


def _cells(tag, values):
    return "<tr>" + "".join(f"<{tag}>{html.escape(str(value))}</{tag}>" for value in values) + "</tr>"


def _budgets(rows):
    out = ["<table>", _cells("th", ("#", "figure", "budget", "measured", "median", "verdict", "note"))]
    for row in rows:
        kind = "holds" if row["verdict"] == "holds" else "misses"
        cells = [row["row"], row["figure"], row["budget"], row["measured"], row["median"]]
        out.append("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
                   + f'<td class="{kind}">{html.escape(row["verdict"])}</td><td class="note">{html.escape(row["note"])}</td></tr>')
    return "".join([*out, "</table>"])


def _plain(names, rows):
    return "<table>" + _cells("th", names) + "".join(_cells("td", row) for row in rows) + "</table>"


def _latency(data):
    # Each further nine of the quantile is one step to the right.
    ticks = [(2, "p50"), (10, "p90"), (100, "p99"), (1_000, "p99.9"), (10_000, "p99.99")]
    series = {name: [(1 / (1 - q), us) for q, us in points] for name, points in data["series"].items()}
    return svg.lines(series, f"quantile, open loop at {data['rate']:,} tasks/s", "us since the task was due",
                     log_x=True, log_y=True, x_ticks=ticks)


def _memory(points):
    first = points[0]
    budget = [(x, (first[1] + (x - first[0]) * 4) / 1024) for x, _ in points]
    return svg.lines({"worker": [(x, kib / 1024) for x, kib in points], "budget: 4 KiB for each further run": budget},
                     "cached workflow runs", "RSS, MiB")


def _overload(data):
    step = data["seconds"] / len(data["rss_kib"])
    return svg.lines({"worker": [(i * step, kib / 1024) for i, kib in enumerate(data["rss_kib"])]},
                     "seconds of overload", "RSS, MiB", height=260)


def _replay(lengths):
    return svg.lines({
        "sticky task, ns": [(line["history_events"], line["sticky_ns_per_task"]) for line in lengths],
        "replay, ns per event": [(line["history_events"], line["replay_ns_per_event"]) for line in lengths],
    }, "events of history behind it", "ns", log_x=True, height=300)


def _plots(plots):
    drawn = (
        ("Throughput: Nexus tasks/s on one core", "throughput", lambda data: svg.bars(
            [(name, value, f"{value:,.0f}/s") for name, value in data.items()])),
        ("CPU per task, us", "cpu", lambda data: svg.bars(
            [(name, value, f"{value:,.1f} us") for name, value in data.items()])),
        ("Latency quantiles, coordinated omission counted", "latency", _latency),
        ("Memory: RSS against cached runs", "memory", _memory),
        ("Scaling: CPU per task with two shards, us", "shards", lambda data: svg.bars(
            [(name, each["cpu"], f"{each['cpu']:.1f} us, {each['rate']:,.0f}/s") for name, each in data.items()])),
        ("Overload: RSS while ten times too much is offered", "overload", _overload),
        ("Workflow engine: cost against history length", "replay", _replay),
        ("End to end: sync operations/s", "end to end", lambda data: svg.bars(
            [(name, value, f"{value:,.0f}/s") for name, value in data.items()])),
    )
    return "".join(f"<h2>{html.escape(title)}</h2>{draw(plots[name])}" for title, name, draw in drawn if name in plots)


def write(folder, suite, about):
    about = {**about, "rounds": suite.rounds, "seconds": suite.seconds, "linkage": getattr(suite, "linkage", None),
             "worker_core": suite.worker_core, "other_core": suite.other_core, "took_minutes": round(suite.took / 60, 1)}
    rows = suite.table.in_order()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps({
        "machine": about, "rows": rows, "figures": suite.table.figures, "versions": suite.versions,
        "left_out": suite.left_out, "not_measured": suite.failed, "dropped_runs": suite.dropped, "plots": suite.plots,
        "runs": suite.runs}, indent=2))
    holds = sum(row["verdict"] == "holds" for row in rows)
    packages = ", ".join(f"{name} {version}" for name, version in about["packages"].items())
    facts = [
        ("machine", f"{about['cpu']}, {about['cores']} cores, {about['memory_mib']:,} MiB, Linux {about['kernel']}"),
        ("measured", f"{about['date']}, commit {about['commit']}, in {about['took_minutes']} minutes"),
        ("rounds", f"{suite.rounds} of {suite.seconds:g} s, interleaved; the best counts, the median stands beside it; "
                   f"worker on core {suite.worker_core}, the other side on core {suite.other_core}"),
        ("load", f"load average {about['load']:.2f} at the start" + (", so other programs ran too: rates and latencies "
                  "are too bad, and ratios noisy" if about["load"] > BUSY else "")),
        ("dropped", f"{suite.dropped} runs with more than 10 % of the time stolen by the hypervisor"),
        ("built with", f"{about['linkage'] or '?'}; {packages}"),
        ("peers", ", ".join(f"{name}: {version}" for name, version in suite.versions.items()) or "none ran"),
    ]
    if suite.left_out:
        facts.append(("left out", ", ".join(suite.left_out) + " (not installed)"))
    for missing in suite.failed:
        facts.append(("not measured", f"{missing['part']}: {missing['reason']}"))
    page = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Troupe benchmarks</title><style>{STYLE}</style>",
        f"<h1>Troupe benchmarks</h1><p>{holds} of {len(rows)} budgets hold.</p>", _plain(("", ""), facts),
        "<h2>Budgets</h2><p>How much of its budget each row uses; the dashed line is the budget.</p>",
        svg.budget_bars(rows), _budgets(rows), _plots(suite.plots),
        "<h2>Without a budget</h2>",
        _plain(("figure", "measured", "note"), [(f["figure"], f["measured"], f["note"]) for f in suite.table.figures]),
    ]
    (folder / "report.html").write_text("".join(page))
