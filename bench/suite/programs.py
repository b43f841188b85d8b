# SPDX-License-Identifier: Apache-2.0
"""Starts the programs of the suite, pinned to cores, and reads the line that each prints."""

import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import sys
import time

from . import stats

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class NotMeasured(Exception):
    """A figure could not be had; str() says why."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_listening(port, child, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise NotMeasured(f"{program_of(child)} ended with {child.returncode} instead of listening")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise NotMeasured(f"nothing listens on port {port}")


def pinned(cores, *command):
    return ["taskset", "-c", cores, *map(str, command)]


def program_of(child):
    """The path of what a command runs, behind `taskset`, `env` and the like."""
    return next(word for word in child.args if "/" in word)


def cpu_times():
    return stats.parse_cpu_times(pathlib.Path("/proc/stat").read_text())


class Frontend:
    """The stub frontend on its own core; its own line (what became of its tasks) comes when it stops."""

    def __init__(self, bench, core, *arguments):
        self.port = free_port()
        self.target = f"127.0.0.1:{self.port}"
        self.child = subprocess.Popen(
            pinned(core, bench / "stub_frontend", "--port", self.port, *arguments), stdout=subprocess.PIPE, text=True)
        self.seen = None
        wait_until_listening(self.port, self.child)

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            out, _ = self.child.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.communicate()
            raise NotMeasured("the stub frontend did not stop") from None
        if self.child.returncode != 0 or not out.strip():
            raise NotMeasured(f"the stub frontend ended with {self.child.returncode}")
        self.seen = json.loads(out.splitlines()[-1])


@contextlib.contextmanager
def frontend(bench, core, *arguments):
    running = Frontend(bench, core, *arguments)
    try:
        yield running
    except BaseException:
        running.child.kill()
        running.child.wait()
        raise
    running.stop()


def finish(child, seconds):
    """The lines of JSON that a started program prints; it has to end well in time."""
    try:
        out, errors = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise NotMeasured(f"{program_of(child)} did not end within {seconds:.0f} s") from None
    if child.returncode != 0 or not out.strip():
        raise NotMeasured(f"{program_of(child)}: {errors.strip() or 'exit ' + str(child.returncode)}")
    return [json.loads(line) for line in out.splitlines()]


def start(command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(command, seconds=120):
    return finish(start(command), seconds)
