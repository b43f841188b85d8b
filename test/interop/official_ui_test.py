# SPDX-License-Identifier: Apache-2.0
"""Temporal's own Web UI shows our service as it shows the real one: no exception, no answer of 400 or more, no other error in the console."""

import contextlib
import functools
import json
import os
import pathlib
import shutil
import tempfile
import unittest
import urllib.request

import harness

UI = harness.given("TROUPE_PEERS", "the folder that test/interop/build_peers.sh builds into (build/peers)") / "ui-server"
HERE = pathlib.Path(__file__).parent
PLAYWRIGHT = HERE.parents[1] / "apps" / "web" / "node_modules" / "playwright-core"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def missing():
    """Why these tests cannot run here; None if they can."""
    if not UI.exists():
        return "build_peers.sh left the official UI out"
    if shutil.which("node") is None or not PLAYWRIGHT.exists():
        return "the Web UI's packages for Node are not installed (make web-check installs them)"
    return None if os.access(CHROMIUM, os.X_OK) else f"there is no Chromium at {CHROMIUM} (Debian: chromium)"


@unittest.skipIf(missing(), missing())
class OfficialUi(unittest.TestCase):
    maxDiff = None

    def problems(self, kind):
        """What goes wrong as the UI shows a service, without what differs from run to run."""
        with harness.service(kind) as service, ui(service) as address, \
                harness.process(harness.SAMPLES / "hello_nexus_handler", env=service.env(harness.HANDLER_NAMESPACE)), \
                harness.process(harness.SAMPLES / "hello_nexus_caller", env=service.env(harness.CALLER_NAMESPACE)):
            done = json.loads(service.cli(
                "workflow", "execute", "--namespace", harness.CALLER_NAMESPACE, "--type", "CallerWorkflow",
                "--task-queue", harness.CALLER_QUEUE, "--workflow-id", "greet-1", "--input", '"world"', "-o", "json").stdout)
            self.assertEqual(done["status"], "COMPLETED")
            endpoint, = service.json("operator", "nexus", "endpoint", "list")
            workflow = f"/namespaces/{harness.CALLER_NAMESPACE}/workflows/greet-1/{done['runId']}"
            pages = [
                {"path": "/namespaces", "shows": [harness.CALLER_NAMESPACE, harness.HANDLER_NAMESPACE]},
                {"path": f"/namespaces/{harness.CALLER_NAMESPACE}/workflows", "shows": ["greet-1", "CallerWorkflow"]},
                {"path": workflow + "/history", "shows": ["greet-1", "Workflow Execution Completed"]},
                {"path": "/nexus", "shows": [harness.ENDPOINT]},
                {"path": f"/nexus/{endpoint['id']}", "shows": [harness.ENDPOINT, harness.HANDLER_QUEUE]},
            ]
            opened = harness.run(
                "node", HERE / "official_ui.mjs", address, json.dumps(pages), env={"CHROMIUM": CHROMIUM}, seconds=300)
            ids = {done["runId"]: "RUN", endpoint["id"]: "ENDPOINT", address: "UI"}
            return {functools.reduce(lambda text, each: text.replace(*each), ids.items(), problem)
                    for problem in json.loads(opened.stdout)}

    def test_shows_our_service_as_the_real_one(self):
        # Its editor logs an error of its own, whatever it shows.
        real = self.problems("temporal")
        self.assertEqual([each for each in real if " an error in the console: " not in each], [])
        self.assertEqual(sorted(self.problems("troupe") - real), [])


@contextlib.contextmanager
def ui(service):
    """The UI's server, on a port of its own, before a service; its address."""
    port = harness.free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "config")
        config.mkdir()
        (config / "development.yaml").write_text(
            f"temporalGrpcAddress: {service.address}\nhost: 127.0.0.1\nport: {port}\nenableUi: true\n"
            "defaultNamespace: default\ndisableNewsFetch: true\n")
        with harness.process(UI, "--root", folder, "--env", "development", "start") as running:
            harness.wait_for("the official UI", lambda: answers(running, address + "/api/v1/system-info"))
            yield address


def answers(running, url):
    if running.child.poll() is not None:
        raise AssertionError("the official UI's server died:\n" + running.output())
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
