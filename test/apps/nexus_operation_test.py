# SPDX-License-Identifier: Apache-2.0
"""`troupe nexus operation ...` against the worker of the sample nexus_standalone_operations."""

import json
import subprocess
import unittest

from worker_process import ENVIRONMENT, SERVE, TROUPE, begin, free_port, run

ENDPOINT = ("--endpoint", "my-nexus-endpoint", "--service", "MyNexusService")


class Operations(unittest.TestCase):
    def setUp(self):
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self.server = begin(
            self, TROUPE, "server", "start-dev", "--port", str(port), "--headless", "--log-level", "error",
            "--dynamic-config-value", "nexusoperation.enableStandalone=true",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        while "Persistence:" not in self.server.stdout.readline():
            self.assertIsNone(self.server.poll())
        self.ok("operator", "nexus", "endpoint", "create", "--name", "my-nexus-endpoint", "--target-namespace", "default",
                "--target-task-queue", "nexus-handler-queue")
        self.worker = begin(
            self, SERVE, "worker", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=ENVIRONMENT | {"TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": "default"})

    def ok(self, *words):
        code, out, err = run(*words, "--address", self.address)
        self.assertEqual((code, err), (0, ""), words)
        return out

    def fails(self, *words):
        code, out, err = run(*words, "--address", self.address)
        self.assertEqual(code, 1, words)
        return out, err.removeprefix("Error: ").rstrip("\n")

    def operation(self, command, *words):
        return self.ok("nexus", "operation", command, *words)

    def test_operations_are_called_looked_at_and_listed(self):
        started = json.loads(self.operation(
            "start", *ENDPOINT, "--operation", "hello", "--operation-id", "one", "--input", '{"name":"World"}',
            "--static-summary", "greets", "--schedule-to-close-timeout", "1m", "-o", "json"))
        run_id = started.pop("runId")
        self.assertEqual(started, {
            "endpoint": "my-nexus-endpoint", "service": "MyNexusService", "operation": "hello", "operationId": "one",
            "namespace": "default"})
        self.assertEqual(json.loads(self.operation("result", "--operation-id", "one", "-o", "json")), {
            "operationId": "one", "runId": run_id, "status": "COMPLETED", "result": {"greeting": "Hello, World!"}})
        executed = self.operation(
            "execute", *ENDPOINT, "--operation", "echo", "--operation-id", "two", "--input", '{"message":"hi"}')
        self.assertRegex(executed, r"Started Nexus Operation:\n  Endpoint +my-nexus-endpoint\n")
        self.assertRegex(executed, r'Results:\n  Status  COMPLETED\n  Result  {"message":"hi"}\n$')
        described = self.operation("describe", "--operation-id", "one")
        for line in (r"  OperationId +one", r"  Status +Completed", r"  Attempt +1", r"  ScheduleToCloseTimeout +1m0s",
                     r"  Summary +greets", r"Links: 1"):
            self.assertRegex(described, rf"(?m)^{line}$")
        info = json.loads(self.operation("describe", "--operation-id", "one", "-o", "json"))
        self.assertEqual(
            (info["operationId"], info["status"]), ("one", "NEXUS_OPERATION_EXECUTION_STATUS_COMPLETED"))
        listed = json.loads(self.operation("list", "-q", 'Operation = "echo"', "-o", "json"))
        self.assertEqual([each["operationId"] for each in listed], ["two"])
        self.assertRegex(self.operation("list"), r"Completed +two +my-nexus-endpoint +MyNexusService +echo")
        self.assertEqual(self.operation("count"), "Total: 2\n")

    def test_operations_are_ended(self):
        self.operation("start", *ENDPOINT, "--operation", "nothing", "--operation-id", "refused")
        out, error = self.fails("nexus", "operation", "result", "--operation-id", "refused")
        self.assertEqual(error, "nexus operation failed")
        self.assertRegex(out, r"Status +FAILED")
        out = self.fails("nexus", "operation", "execute", *ENDPOINT, "--operation", "echo", "--operation-id", "misfit",
                         "--input", '{"message":5}')[0]
        self.assertRegex(out, r"(?s)Failure.*Message: .*Cause:.*Message: .*message: expected string, got number 5")
        self.ok("operator", "nexus", "endpoint", "create", "--name", "nobody", "--target-namespace", "default",
                "--target-task-queue", "nobody")
        self.operation("start", "--endpoint", "nobody", *ENDPOINT[2:], "--operation", "echo", "--operation-id", "waits")
        self.assertEqual(self.operation("cancel", "--operation-id", "waits", "--reason", "why"), "Cancellation requested\n")
        self.assertEqual(self.operation("terminate", "--operation-id", "waits"), "Nexus Operation terminated\n")
        out, error = self.fails("nexus", "operation", "result", "--operation-id", "waits", "-o", "json")
        self.assertIn("terminatedFailureInfo", json.loads(out)["failure"])
        self.assertEqual(
            self.fails("nexus", "operation", "terminate", "--operation-id", "nothing")[1],
            "failed to terminate nexus operation: operation not found for ID: nothing")
        self.assertEqual(
            self.fails("nexus", "operation", "result", "--operation-id", "nothing")[1], "nexus operation not found: nothing")
        self.assertEqual(
            self.fails("nexus", "operation", "start", *ENDPOINT, "--operation", "echo", "--operation-id", "x", "--input", "1",
                       "--input", "2")[1],
            "nexus operations accept at most one input argument, got 2")


if __name__ == "__main__":
    unittest.main()
