# SPDX-License-Identifier: Apache-2.0
"""Row 28: Nexus over HTTP."""

import contextlib
import os
import pathlib
import signal
import subprocess

from . import programs, stats
from .programs import NotMeasured
from .stats import Series


def cpu_seconds(pid):
    """User and system time of a process, all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serving(core, *command):
    """A server on its own core; gives its port and its process."""
    port = programs.free_port()
    child = subprocess.Popen(programs.pinned(core, *(str(word).replace("PORT", str(port)) for word in command)))
    try:
        programs.wait_until_listening(port, child)
        yield port, child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def once(suite, command):
    load = [suite.bench / "nexus_http", "load", "--connections", 16]
    with serving(suite.worker_core, *command) as (port, child):
        programs.run(programs.pinned(suite.other_core, *load, "--port", port, "--seconds", 0.5))  # it warms up
        before = cpu_seconds(child.pid)
        figures = programs.run(programs.pinned(suite.other_core, *load, "--port", port, "--seconds", suite.seconds))[-1]
        spent = cpu_seconds(child.pid) - before
    if not figures["tasks"]:
        raise NotMeasured(f"{command[0]} answered nothing")
    return {**figures, "cpu_us_per_task": spent * 1e6 / figures["tasks"]}


def nexus_over_http(suite):
    servers = {kind: [suite.bench / "nexus_http", kind, "--port", "PORT"] for kind in ("bare", "troupe")}
    go = suite.peers / "nexus_http_go"
    if go.exists():
        servers["go"] = [go, "serve", "127.0.0.1:PORT"]
    elif "nexus_http_go" not in suite.left_out:
        suite.left_out.append("nexus_http_go")
    got = suite.interleaved("Nexus over HTTP", {
        name: lambda command=command: once(suite, command) for name, command in servers.items()})
    cost = {name: Series(each["cpu_us_per_task"] for each in figures) for name, figures in got.items()}
    best, median = stats.ratio(cost["troupe"], cost["bare"])
    suite.table.at_most(28, "CPU per Nexus start over HTTP, coroutine, to Boost.Beast's bare loop", 1.5, best, median=median,
                        note=f"{cost['troupe'].best:.1f} to {cost['bare'].best:.1f} us")
    if "go" in cost:
        best, median = stats.ratio(cost["go"], cost["troupe"])
        suite.table.at_least(28, "the same, the handler of Go's SDK to ours", 3, best, median=median, note=f"{cost['go'].best:.1f} us")
