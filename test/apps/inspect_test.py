# SPDX-License-Identifier: Apache-2.0
"""`troupe worker inspect` against a worker in a process of its own, with and without its service."""

import http.server
import json
import signal
import socket
import threading
import unittest

import worker_process
from worker_process import free_port, run


class Inspect(worker_process.WithWorker):
    def inspect(self, *words):
        code, out, err = run("worker", "inspect", "--metrics-address", self.shown, *words)
        self.assertEqual((code, err), (0, ""))
        return out

    def test_shows_a_worker_as_tables_and_as_json(self):
        self.start_workflow("HelloCallerWorkflow", "waits", "--input", '"you"')
        # The endpoint does not exist: its task fails again and again.
        failures = []
        while not failures:
            worker = json.loads(self.inspect("-o", "json"))["workers"][0]
            failures = worker["failures"]
        self.assertEqual(worker["state"], "running")
        self.assertEqual(worker["task_queue"], "queue")
        self.assertEqual([each["answered"] for each in worker["shards"]], [True])
        self.assertEqual(
            sorted(each["type"] for each in worker["pollers"]), ["activity_task", "nexus_task", "sticky_workflow_task", "workflow_task"])
        self.assertTrue(all(each["open"] > 0 for each in worker["pollers"]))
        self.assertEqual(failures[0]["source"], "HelloCallerWorkflow")
        self.assertEqual(failures[0]["fields"]["workflow_id"], "waits")
        text = self.inspect()
        for words in ("Worker:", "Shards:", "Pollers:", "Slots:", "Failures:", "sticky_workflow_task", "HelloCallerWorkflow"):
            self.assertIn(words, text)

    def page(self):
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<!doctype html>")

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Page)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.handle_request, daemon=True).start()
        return f"127.0.0.1:{server.server_port}"

    def mute(self, says):
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def answer():
            with listener.accept()[0] as one:
                one.recv(10_000)
                one.sendall(says)

        threading.Thread(target=answer, daemon=True).start()
        return f"127.0.0.1:{listener.getsockname()[1]}"

    def test_needs_no_service(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()
        pollers = []
        while not any("UNAVAILABLE" in each["last_error"] for each in pollers):
            pollers = json.loads(self.inspect("-o", "json"))["workers"][0]["pollers"]
        self.assertIn("LastError", self.inspect())

    def test_says_that_nobody_is_there(self):
        code, out, err = run("worker", "inspect", "--metrics-address", f"127.0.0.1:{free_port()}")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("no worker answers at", err)
        for address, words in ((self.address, "that is a gRPC port, as a service's own is"),
                               (self.http_address, "no worker: HTTP 404 for /inspect, as the metrics and the HTTP API"),
                               (self.page(), "no worker: a web page, as that of a service's Web UI"),
                               (self.mute(b""), "it closed the connection without an answer"),
                               (self.mute(b"SSH-2.0-x\r\n"), "it speaks no HTTP")):
            code, out, err = run("worker", "inspect", "--metrics-address", address)
            self.assertEqual((code, out), (1, ""))
            self.assertIn(words, err)
            self.assertIn("TROUPE_METRICS_ADDRESS opens a worker's port", err)
        code, _, err = run("worker", "inspect", TROUPE_METRICS_ADDRESS=self.shown)
        self.assertEqual((code, err), (0, ""))
        code, _, err = run("worker", "inspect", "--address", self.shown)
        self.assertIn("--metrics-address says where it is", err)
        code, _, err = run("worker", "inspect", "--metrics-address", "nonsense")
        self.assertIn("HOST:PORT", err)


if __name__ == "__main__":
    unittest.main()
