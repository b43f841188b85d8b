#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmark suite and prints each budget with what was measured and the verdict.

All figures are ratios of programs that ran interleaved in this run, the worker pinned to one core, the frontend to
another; the best of the rounds counts. What could not be run is left out and said so.
"""

import argparse
import html
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def say(text):
    print(text, file=sys.stderr, flush=True)


class Frontend:
    """The stub frontend on its own core; its own line (latency as it saw it) comes when it stops."""

    def __init__(self, bench, core, *arguments):
        self.port = free_port()
        self.target = f"127.0.0.1:{self.port}"
        self.child = subprocess.Popen(
            ["taskset", "-c", core, str(bench / "stub_frontend"), "--port", str(self.port), *map(str, arguments)],
            stdout=subprocess.PIPE, text=True,
        )
        wait_until_listening(self.port)

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        out, _ = self.child.communicate(timeout=20)
        return json.loads(out.splitlines()[-1])


def wait_until_listening(port, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


class Suite:
    def __init__(self, arguments):
        self.bench = pathlib.Path(arguments.bin) / "bench"
        self.troupe = pathlib.Path(arguments.bin) / "troupe"
        self.rounds = arguments.rounds
        self.seconds = arguments.seconds
        self.peers = pathlib.Path(arguments.peers)
        self.worker_core, self.other_core = arguments.cores.split(",")
        self.rows = []
        self.raw = []

    # -- running ---------------------------------------------------------------------------------

    def once(self, frontend_arguments, *command):
        """One program against a fresh frontend: its figures, and the frontend's."""
        frontend = Frontend(self.bench, self.other_core, *frontend_arguments)
        try:
            done = subprocess.run(
                ["taskset", "-c", self.worker_core, *map(str, command), "--target", frontend.target],
                capture_output=True, text=True, timeout=self.seconds * 4 + 60,
            )
        finally:
            seen = frontend.stop()
        if done.returncode != 0 or not done.stdout.strip():
            raise RuntimeError(f"{command[0]}: {done.stderr.strip() or 'exit ' + str(done.returncode)}")
        figures = json.loads(done.stdout.splitlines()[-1])
        figures["frontend"] = seen
        self.raw.append({"command": [str(part) for part in command], "figures": figures})
        return figures

    def interleaved(self, what, programs, frontend_arguments=()):
        """Each program once a round, round after round; name -> list of figures."""
        results = {name: [] for name in programs}
        for round_number in range(self.rounds):
            for name, command in programs.items():
                say(f"  {what}: round {round_number + 1}/{self.rounds}, {name}")
                results[name].append(self.once(frontend_arguments, *command))
        return results

    def bare(self, *more):
        return [self.bench / "bare_loop", "--seconds", self.seconds, *more]

    def worker(self, *more):
        return [self.bench / "worker", "--seconds", self.seconds, *more]

    # -- rows ------------------------------------------------------------------------------------

    def row(self, number, figure, budget, measured, unit, holds, note=""):
        self.rows.append({
            "row": number, "figure": figure, "budget": budget, "measured": f"{measured:.2f}{unit}",
            "value": measured, "verdict": "holds" if holds else "misses", "note": note,
        })

    def at_most(self, number, figure, limit, measured, unit="x", note=""):
        self.row(number, figure, f"<= {limit}{unit}", measured, unit, measured <= limit, note)

    def at_least(self, number, figure, limit, measured, unit="x", note=""):
        self.row(number, figure, f">= {limit}{unit}", measured, unit, measured >= limit, note)

    def nexus_tasks(self):
        programs = {
            "bare": self.bare(),
            "coroutine": self.worker("--handler", "coroutine"),
            "function": self.worker("--handler", "function"),
        }
        go = self.peers / "go_worker"
        if go.exists():
            programs["go"] = [go, "--seconds", self.seconds]
        python = self.peers / "venv" / "bin" / "python"
        if python.exists():
            programs["python"] = [python, ROOT / "bench" / "peers" / "python_worker.py", "--seconds", self.seconds]
        got = self.interleaved("Nexus tasks of 100 B", programs)
        cpu = {name: min(each["cpu_us_per_task"] for each in figures) for name, figures in got.items()}
        rate = {name: max(each["tasks_per_second"] for each in figures) for name, figures in got.items()}
        self.at_most(1, "CPU per sync Nexus task, 100 B, coroutine, to bare", 1.20, cpu["coroutine"] / cpu["bare"],
                     note=f"{cpu['coroutine']:.1f} to {cpu['bare']:.1f} us")
        self.at_most(3, "the same, plain function on the blocking pool", 1.40, cpu["function"] / cpu["bare"],
                     note=f"{cpu['function']:.1f} us")
        self.at_least(5, "tasks/s at saturation, to bare", 0.85, rate["coroutine"] / rate["bare"],
                      note=f"{rate['coroutine']:.0f}/s to {rate['bare']:.0f}/s")
        for peer, limit in (("go", 3.5), ("python", 12)):
            if peer in rate:
                self.at_least(5, f"tasks/s, to the {peer} worker", limit, rate["coroutine"] / rate[peer],
                              note=f"{rate[peer]:.0f}/s")
            else:
                say(f"  left out: the {peer} worker is not installed")

    def large_payloads(self):
        got = self.interleaved(
            "Nexus tasks of 10 KB", {"bare": self.bare(), "struct": self.worker("--struct")},
            ("--payload-bytes", 10_000, "--struct"),
        )
        cpu = {name: min(each["cpu_us_per_task"] for each in figures) for name, figures in got.items()}
        self.at_most(2, "CPU per task, 10 KB struct decoded and encoded, to bare", 1.35, cpu["struct"] / cpu["bare"],
                     note=f"{cpu['struct']:.1f} to {cpu['bare']:.1f} us")

    def latency(self):
        got = self.interleaved("one task in flight", {
            "bare": self.bare("--in-flight", 1),
            "coroutine": self.worker("--slots", 1, "--pollers", 1),
            "function": self.worker("--slots", 1, "--pollers", 1, "--handler", "function"),
        })
        p50 = {name: min(each["frontend"]["p50_us"] for each in figures) for name, figures in got.items()}
        self.at_most(4, "p50 with 1 in flight, coroutine, to bare", 1.20, p50["coroutine"] / p50["bare"],
                     note=f"{p50['coroutine']:.0f} to {p50['bare']:.0f} us")
        self.at_most(4, "p50 with 1 in flight, plain function, to bare", 1.60, p50["function"] / p50["bare"],
                     note=f"{p50['function']:.0f} us")

    def workflow_tasks(self):
        programs = {
            "bare": self.bare("--kind", "workflow"),
            "tiny": [self.bench / "workflow_worker", "--seconds", self.seconds],
        }
        go = self.peers / "go_worker"
        if go.exists():
            programs["go"] = [go, "--kind", "workflow", "--seconds", self.seconds]
        got = self.interleaved("workflow tasks", programs, ("--workflow-type", "tiny"))
        cpu = {name: min(each["cpu_us_per_task"] for each in figures) for name, figures in got.items()}
        self.at_most(6, "CPU per workflow task, new run that completes, to bare", 2.0, cpu["tiny"] / cpu["bare"],
                     note=f"{cpu['tiny']:.1f} to {cpu['bare']:.1f} us")
        if "go" in cpu:
            self.at_least(6, "CPU per workflow task of the Go worker, to ours", 4, cpu["go"] / cpu["tiny"],
                          note=f"{cpu['go']:.1f} us")

    def memory(self):
        small, large = 10_000, 50_000
        sizes = {}
        for runs in (small, large):
            say(f"  memory of {runs} cached runs")
            figures = self.cached(runs)
            sizes[runs] = figures
        self.at_most(10, f"idle CPU with {large} cached runs and open polls", 1.0, sizes[large]["idle_cores"] * 100,
                     " % of a core")
        slope = (sizes[large]["rss_kib"] - sizes[small]["rss_kib"]) / (large - small)
        self.at_most(7, f"RSS per cached idle run, {small} to {large} runs", 4, slope, " KiB")

    def cached(self, runs):
        """RSS of a worker that holds so many parked runs; the frontend stops giving tasks after that."""
        frontend = Frontend(self.bench, self.other_core, "--workflow-type", "parked", "--max-tasks", runs)
        child = subprocess.Popen(
            ["taskset", "-c", self.worker_core, str(self.bench / "workflow_worker"), "--target", frontend.target,
             "--seconds", "3600", "--cache", str(runs * 2)], stdout=subprocess.DEVNULL,
        )
        try:
            rss = last = -1
            while rss < 0 or rss > last * 1.002:
                last = rss
                time.sleep(2)
                rss = int(pathlib.Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * 4
            ticks = lambda: sum(map(int, pathlib.Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
            before = ticks()
            time.sleep(3)
            idle = (ticks() - before) / os.sysconf("SC_CLK_TCK") / 3
        finally:
            child.kill()
            child.wait()
            seen = frontend.stop()
        if seen["answered"] < runs:
            raise RuntimeError(f"only {seen['answered']} of {runs} runs were taken")
        figures = {"rss_kib": rss, "idle_cores": idle}
        self.raw.append({"command": ["cached", runs], "figures": figures})
        return figures

    def replay(self):
        """The workflow engine alone: cost by the length of the history."""
        done = subprocess.run(["taskset", "-c", self.worker_core, str(self.bench / "replay"), "--rounds", str(self.rounds)],
                              capture_output=True, text=True, timeout=300, check=True)
        by_length = {line["history_events"]: line for line in map(json.loads, done.stdout.splitlines())}
        self.raw.append({"command": ["replay"], "figures": list(by_length.values())})
        sticky = {length: line["sticky_ns_per_task"] for length, line in by_length.items()}
        self.at_most(8, "sticky task at 50k events, to one at 100 events", 1.3, sticky[50_000] / sticky[100],
                     note=f"{sticky[50_000]:.0f} to {sticky[100]:.0f} ns")
        self.at_most(9, "replay of 10k events, per event", 1.0, by_length[10_000]["replay_ns_per_event"] / 1000, " us")

    def server(self):
        """The embedded service and the real dev server, end to end with our worker on the other core."""
        real = self.peers / "temporal"
        services = {"troupe": (self.troupe, [])}
        if real.exists():
            services["temporal"] = (real, [
                "--dynamic-config-value", "history.outboundQueue.hostScheduler.maxTaskRPS=100000",
                "--dynamic-config-value", "system.forceNexusEndpointRefreshOnRead=true",
                "--dynamic-config-value", 'system.refreshNexusEndpointsMinWait="0s"',
            ])
        rate, sequential, start, idle = {}, {}, {}, {}
        for name, (executable, more) in services.items():
            say(f"  end to end on {name}")
            port = free_port()
            began = time.monotonic()
            child = subprocess.Popen(
                ["taskset", "-c", self.other_core, str(executable), "server", "start-dev", "--port", str(port),
                 "--headless", "--log-level", "error", *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            try:
                while subprocess.run(
                    [str(self.troupe), "operator", "cluster", "health", "--address", f"127.0.0.1:{port}"],
                    capture_output=True).returncode != 0:
                    if time.monotonic() - began > 20:
                        raise RuntimeError(f"{name} did not answer")
                    time.sleep(0.005)
                start[name] = (time.monotonic() - began) * 1000
                idle[name] = int(pathlib.Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * 4 / 1024
                load = (20, 50) if name == "temporal" else (200, 50)
                e2e = lambda workflows, operations: json.loads(subprocess.run(
                    ["taskset", "-c", self.worker_core, str(self.bench / "e2e"), "--target", f"127.0.0.1:{port}",
                     "--workflows", str(workflows), "--operations", str(operations)],
                    capture_output=True, text=True, timeout=300, check=True).stdout.splitlines()[-1])
                e2e(2, 5)
                figures = [e2e(*load) for _ in range(max(1, self.rounds // 2))]
                rate[name] = max(each["operations_per_second"] for each in figures)
                sequential[name] = min(e2e(1, 100)["ms_per_operation"] for _ in range(2))
                self.raw.append({"command": ["e2e", name], "figures": figures})
            finally:
                child.terminate()
                child.wait()
        if "temporal" in rate:
            self.at_least(12, "sync operations/s end to end, to the real dev server", 50, rate["troupe"] / rate["temporal"],
                          note=f"{rate['troupe']:.0f}/s to {rate['temporal']:.0f}/s")
            self.at_least(13, "latency of one sequential operation: real dev server, to ours", 25,
                          sequential["temporal"] / sequential["troupe"],
                          note=f"{sequential['temporal']:.1f} to {sequential['troupe']:.2f} ms")
        else:
            say("  left out: the real server is not built (make interop builds it)")
        self.at_most(14, "start of the server to its first answer", 100, start["troupe"], " ms",
                     note="with the start of the asking command")
        self.at_most(14, "RSS of the idle server", 40, idle["troupe"], " MiB")

    def run(self):
        for part in (self.nexus_tasks, self.large_payloads, self.latency, self.workflow_tasks, self.memory, self.replay, self.server):
            say(f"{part.__name__.replace('_', ' ')}")
            try:
                part()
            except (RuntimeError, subprocess.SubprocessError, KeyError) as error:
                say(f"  not measured: {error}")
        self.rows.sort(key=lambda row: row["row"])


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "date": time.strftime("%Y-%m-%d")}


def table(rows):
    columns = ("row", "figure", "budget", "measured", "verdict", "note")
    lines = [[str(row[column]) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in [list(columns), *lines]) for i in range(len(columns))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)) for line in [list(columns), *lines])


def bars(rows):
    """Every ratio as a bar beside its budget, as SVG."""
    height, out = 26, []
    for index, row in enumerate(rows):
        budget = float("".join(c for c in row["budget"] if c.isdigit() or c == "."))
        scale = 300 / max(budget, row["value"], 1e-9)
        y = index * height
        colour = "#2b8a3e" if row["verdict"] == "holds" else "#c92a2a"
        out.append(f'<text x="0" y="{y + 17}">{html.escape(row["figure"])}</text>'
                   f'<rect x="480" y="{y + 5}" width="{row["value"] * scale:.1f}" height="14" fill="{colour}"/>'
                   f'<line x1="{480 + budget * scale:.1f}" x2="{480 + budget * scale:.1f}" y1="{y + 2}" y2="{y + 22}" stroke="black"/>'
                   f'<text x="800" y="{y + 17}">{html.escape(row["measured"])} ({html.escape(row["budget"])})</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="{height * len(rows) + 10}" '
            f'font-family="sans-serif" font-size="13">{"".join(out)}</svg>')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=str(ROOT / "build" / "release" / "bin"))
    parser.add_argument("--peers", default=str(ROOT / "build" / "peers"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--cores", default="0,1", help="core of the worker, core of the other side")
    parser.add_argument("--report", default=str(ROOT / "build" / "bin" / "bench"))
    arguments = parser.parse_args()
    suite = Suite(arguments)
    suite.run()
    text = table(suite.rows)
    print(text)
    folder = pathlib.Path(arguments.report)
    folder.mkdir(parents=True, exist_ok=True)
    about = machine()
    (folder / "report.json").write_text(json.dumps({"machine": about, "rows": suite.rows, "runs": suite.raw}, indent=2))
    (folder / "report.html").write_text(
        "<!doctype html><meta charset=utf-8><title>Troupe benchmarks</title><h1>Troupe benchmarks</h1>"
        f"<p>{html.escape(json.dumps(about))}</p>{bars(suite.rows)}<pre>{html.escape(text)}</pre>")
    say(f"report: {folder / 'report.html'}")
    return 0 if suite.rows else 1


if __name__ == "__main__":
    sys.exit(main())
