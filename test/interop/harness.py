# SPDX-License-Identifier: Apache-2.0
"""Starts services and workers as real processes, for tests that put Troupe beside the real server and SDKs."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time


def given(variable, what):
    """The path in a variable of the environment; without one the program ends and says what to set."""
    path = os.environ.get(variable)
    if not path:
        raise SystemExit(f"set {variable} to {what}; `make interop` and `make interop-cluster` do all of it")
    return pathlib.Path(path)


BIN = given("TROUPE_BIN", "the folder of our programs (build/bin)")
TROUPE = BIN / "troupe"
SAMPLES = BIN / "samples"
TEMPORAL = given("TEMPORAL_EXE", "the Temporal CLI that test/interop/build_peers.sh builds (build/peers/temporal)")

HANDLER_NAMESPACE = "my-target-namespace"
CALLER_NAMESPACE = "my-caller-namespace"
ENDPOINT = "my-nexus-endpoint-name"
HANDLER_QUEUE = "my-handler-task-queue"
CALLER_QUEUE = "hello-nexus-basic-caller-task-queue"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=30):
    """Polls until `condition()` is true; fails with `what` when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"timed out after {seconds} s waiting for {what}")


class Process:
    """A child process with its output in a file; never left behind."""

    def __init__(self, *command, env=None):
        self.log = tempfile.NamedTemporaryFile("w+b", prefix="troupe-interop-", suffix=".log")
        self.command = [str(part) for part in command]
        self.asked = False
        self.child = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})}
        )

    def output(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def freeze(self):
        """Stops all its threads; the signal alone only asks for that, and an answer may still slip out."""
        self.child.send_signal(signal.SIGSTOP)
        wait_for(f"{self.command[0]} to freeze", lambda: all(
            stat.read_text().rpartition(")")[2].split()[0] == "T"
            for stat in pathlib.Path(f"/proc/{self.child.pid}/task").glob("*/stat")))

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def ask_to_stop(self):
        """Once: a second signal would hurry it."""
        if not self.asked and self.child.poll() is None:
            self.asked = True
            self.child.terminate()

    def stop(self, seconds=20):
        if self.child.poll() is None:
            self.ask_to_stop()
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.command[0]} did not stop on SIGTERM:\n{self.output()}")
        if self.command[0].startswith(str(BIN)) and self.child.returncode != 0:
            raise AssertionError(f"{self.command[0]} exited with {self.child.returncode}:\n{self.output()}")
        return self.child.returncode


def run(*command, check=True, env=None, seconds=60):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **(env or {})},
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{command} exited with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class Service:
    """A dev server: Troupe's own (`troupe`) or the real one (`temporal`)."""

    KINDS = ("troupe", "temporal")

    def __init__(self, kind, settings=(), flags=()):
        self.kind = kind
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        executable = TROUPE if kind == "troupe" else TEMPORAL
        self.process = Process(
            executable, "server", "start-dev", "--port", self.port, "--headless", "--log-level", "error",
            "--dynamic-config-value", "system.forceNexusEndpointRefreshOnRead=true",
            "--dynamic-config-value", 'system.refreshNexusEndpointsMinWait="0s"',
            "--dynamic-config-value", "component.nexusoperations.recordCancelRequestCompletionEvents=true",
            *(word for setting in settings for word in ("--dynamic-config-value", setting)), *flags,
        )
        wait_for(f"the {kind} server", self.healthy)

    def healthy(self):
        if self.process.child.poll() is not None:
            raise AssertionError(f"the {self.kind} server died:\n{self.process.output()}")
        return self.cli("operator", "cluster", "health", check=False).returncode == 0

    def cli(self, *arguments, executable=TEMPORAL, check=True):
        """Runs a CLI (the real one unless told otherwise) against this service."""
        return run(executable, *arguments, "--address", self.address, check=check)

    def json(self, *arguments, executable=TEMPORAL):
        return json.loads(self.cli(*arguments, "-o", "json", executable=executable).stdout)

    def prepare(self, executable=TEMPORAL):
        """The guide's namespaces and endpoint."""
        for namespace in (HANDLER_NAMESPACE, CALLER_NAMESPACE):
            self.cli("operator", "namespace", "create", "--namespace", namespace, executable=executable)
        self.cli(
            "operator", "nexus", "endpoint", "create", "--name", ENDPOINT, "--target-namespace", HANDLER_NAMESPACE,
            "--target-task-queue", HANDLER_QUEUE, executable=executable,
        )

    def event_types(self, namespace, workflow_id):
        shown = self.json("workflow", "show", "--namespace", namespace, "--workflow-id", workflow_id)
        return [event["eventType"].removeprefix("EVENT_TYPE_") for event in shown["events"]]

    def env(self, namespace):
        return {"TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": namespace}

    def stop(self):
        self.process.stop()


@contextlib.contextmanager
def service(kind, executable=TEMPORAL):
    running = Service(kind)
    try:
        running.prepare(executable)
        yield running
    finally:
        running.stop()


@contextlib.contextmanager
def process(*command, env=None):
    running = Process(*command, env=env)
    try:
        yield running
    finally:
        running.stop()
