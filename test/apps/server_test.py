# SPDX-License-Identifier: Apache-2.0
"""The binary's server, and commands that need none."""

import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from troupe_process import ENVIRONMENT, LIMIT, TROUPE, Server, run


class WithoutServer(unittest.TestCase):
    def test_a_server_takes_as_many_descriptors_as_it_may(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        try:
            server = Server("--headless")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        mine, _ = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        server.end()
        self.assertEqual(mine, min(hard, 1 << 20))

    def test_connections_beyond_the_descriptors_wait_until_others_are_closed(self):
        # UBSan asks by a pipe whether an object's memory can be read, and takes it for no object when it gets none.
        suppressions = tempfile.NamedTemporaryFile("w")
        self.addCleanup(suppressions.close)
        suppressions.write("vptr:*\n")
        suppressions.flush()
        server = Server("--headless", UBSAN_OPTIONS=f"suppressions={suppressions.name}")
        health = ["operator", "cluster", "health", "--address", f"127.0.0.1:{server.port}"]
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (128, 128))
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
        said = server.process.stderr.readline()
        self.assertIn("connections wait until others are closed: raise the limit of open files (ulimit -n)", said)
        self.assertIn("Too many open files", said)
        self.assertIn("limit=128", said)
        self.assertIn("command timed out", run(*health, "--command-timeout", "500ms")[2])
        for each in idle:
            each.close()
        self.assertEqual(run(*health)[:2], (0, "SERVING\n"))
        self.assertIn("connections are accepted again", server.process.stderr.readline())
        code, _, err = server.end()
        self.assertEqual((code, err), (0, ""))

    def refused(self, *words, **variables):
        code, out, err = run(*words, **variables)
        self.assertEqual((code, out, err.count("\n")), (1, "", 1), err)
        self.assertTrue(err.startswith("Error: "), err)
        return err

    def test_a_contract_is_not_written_over_its_definition(self):
        with tempfile.NamedTemporaryFile("w+", suffix=".nexusrpc.yaml") as definition:
            text = "nexusrpc: 1.0.0\nservices:\n  Greeter:\n    operations:\n      greet: {}\n"
            definition.write(text)
            definition.flush()
            self.assertIn("is a file that is read",
                          self.refused("nexus", "generate", definition.name, "--out-file", definition.name))
            definition.seek(0)
            self.assertEqual(definition.read(), text)

    def test_a_contract_may_go_into_a_pipe(self):
        with tempfile.TemporaryDirectory() as folder:
            definition, pipe = os.path.join(folder, "greet.nexusrpc.yaml"), os.path.join(folder, "pipe")
            pathlib.Path(definition).write_text(
                "nexusrpc: 1.0.0\nservices:\n  Greeter:\n    operations:\n      greet: {}\n")
            os.mkfifo(pipe)
            reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
            self.assertEqual(run("nexus", "generate", definition, "--out-file", pipe), (0, "", ""))
            self.assertIn("struct greeter", reader.communicate(timeout=LIMIT)[0])

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            for words in (["--version"], ["completion", "bash"]):
                done = subprocess.run([TROUPE, *words], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                                      text=True, timeout=LIMIT, env=ENVIRONMENT)
                self.assertEqual((done.returncode, done.stderr),
                                 (1, "Error: failed writing the output: No space left on device\n"))

    def test_flags_without_their_feature_are_refused_by_name(self):
        for flag, value in [
                ("--db-filename", "x"), ("-f", "x"),
                ("--sqlite-pragma", "a=b")]:
            name = "--db-filename" if flag == "-f" else flag
            self.assertIn(name + " is not supported", self.refused("server", "start-dev", flag, value))

    def test_malformed_settings_are_refused(self):
        self.assertIn("invalid JSON", self.refused("server", "start-dev", "--dynamic-config-value", "a=0s"))
        self.assertIn("'='", self.refused("server", "start-dev", "--dynamic-config-value", "a"))
        self.assertIn("--port", self.refused("server", "start-dev", "--port", "70000"))
        self.assertIn("--http-port", self.refused("server", "start-dev", "--http-port", "70000"))
        self.assertIn("missing expected '='", self.refused("server", "start-dev", "--search-attribute", "A"))
        self.assertIn('type "Nope"', self.refused("server", "start-dev", "--search-attribute", "A=Nope"))
        self.assertIn("reserved", self.refused("server", "start-dev", "--port", "0", "--search-attribute", "RunId=Int"))
        self.refused("server", "start-dev", "--ip", "no.such.address.invalid", "--port", "0")

    def test_no_error_and_no_log_line_shows_a_secret(self):
        secret = "hunter2hunter2"
        pem = f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"
        listing = ["workflow", "list", "--address", "127.0.0.1:1", "--log-level", "debug"]
        with tempfile.TemporaryDirectory() as folder:
            def file(name, text):
                path = os.path.join(folder, name)
                with open(path, "w") as to:
                    to.write(text)
                return path
            lines = [
                (["--api-key", secret], {}),
                (["--api-key", secret + "\n"], {}),
                (["--api-key", "Bearer " + secret], {}),
                (["--grpc-meta", secret], {}),
                (["--grpc-meta", "authorization: Bearer " + secret + "=x"], {}),
                (["--grpc-meta", "authorization=" + secret], {}),
                (["--grpc-meta", "authorization=" + secret + "\n"], {}),
                (["--tls-key-data", secret], {}),
                (["--tls-key-data", pem, "--tls-cert-data", pem], {}),
                (["--tls-key-path", pem], {}),
                (["--tls-key-path", secret * 4, "--tls-cert-path", secret * 4], {}),
                (["--tls-ca-data", secret], {}),
                (["--tls-ca-data", pem], {}),
                (["--tls-ca-path", file("key.pem", pem)], {}),
                (["--tls-ca-path", file("key.txt", secret)], {}),
                (["--api-kye=" + secret], {}),
                (["--config-file", file("a.toml", f"[profile.default]\napi_key = {secret}\n")], {}),
                (["--config-file", file("b.toml", f'[profile.default.tls]\nclient_key_data = "{secret}"\n')], {}),
                (["--env-file", file("c.yaml", f"env:\n  default:\n    api-key: [{secret}]\n")], {}),
                (["--env-file", file("d.yaml", f"env:\n  default:\n    api-key: {secret}\n")], {}),
                ([], {"TEMPORAL_API_KEY": secret}),
                ([], {"TEMPORAL_TLS_CLIENT_KEY_DATA": secret}),
                ([], {"TEMPORAL_TLS_KEY_DATA": secret}),
                ([], {"TEMPORAL_TLS_KEY_DATA": pem, "TEMPORAL_TLS_CERT_DATA": pem}),
                ([], {"TEMPORAL_TLS": secret}),
                ([], {"TEMPORAL_GRPC_META_AUTHORIZATION": secret}),
            ]
            for words, variables in lines:
                with self.subTest(words=words, variables=variables):
                    code, out, err = run(*listing, *words, **variables)
                    self.assertEqual((code, out), (1, ""))
                    self.assertIn("Error: ", err)
                    self.assertNotIn(secret, err)

    def test_the_older_names_of_tls_variables_count(self):
        for name, what in (("TEMPORAL_TLS_CERT", "client certificate"), ("TEMPORAL_TLS_KEY", "client certificate"),
                           ("TEMPORAL_TLS_CA", "CA certificate")):
            self.assertIn(what, self.refused("workflow", "list", **{name: "/no/such.pem"}))
            self.assertIn("data is not PEM", self.refused("workflow", "list", **{name + "_DATA": "x"}))

    def test_help_lists_the_settings_that_count(self):
        code, out, _ = run("server", "start-dev", "--help")
        self.assertEqual(code, 0)
        self.assertIn("limit.historyCount.suggestContinueAsNew", out)
        self.assertIn("component.nexusoperations.recordCancelRequestCompletionEvents", out)

    def test_nobody_there_is_one_line(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
            self.assertIn(address, self.refused("workflow", "list", "--address", address))

    def test_both_signals_end_the_server_gracefully(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            code, out, err = Server("--headless").end(number)
            self.assertEqual((code, err), (0, ""))
            self.assertRegex(out, r"Temporal Persistence: +in-memory\n")

    def test_the_server_shows_its_metrics(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = Server("--headless", "--metrics-port", str(port))
        self.assertEqual(run("workflow", "list", "--address", f"127.0.0.1:{server.port}")[0], 0)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LIMIT) as page:
            text = page.read().decode()
        code, out, err = server.end()
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, rf"Temporal Metrics: +http://localhost:{port}/metrics\n")
        self.assertIn('service_requests{operation="ListWorkflowExecutions",service_name="frontend"} 1\n', text)
        self.assertRegex(text, r'troupe_http_connections_refused\{listener="127.0.0.1:\d+"\} 0\n')
        self.assertIn('service_latency_count{operation="ListWorkflowExecutions",service_name="frontend"} 1\n', text)

    def test_the_server_speaks_json_over_http(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        for flags in (["--http-port", str(port)], []):
            server = Server("--headless", *flags)
            where = self.shown(server, "Temporal HTTP:")
            if flags:
                self.assertEqual(where, f"localhost:{port}")
            kept = http.client.HTTPConnection(where, timeout=LIMIT)
            kept.request("GET", "/api/v1/namespaces/default")
            self.assertEqual(json.load(kept.getresponse())["namespaceInfo"]["name"], "default")
            self.assertEqual(server.end()[0], 0)  # a connection that is kept does not hold it up
            kept.close()

    def test_a_second_signal_ends_the_server_at_once(self):
        server = Server("--headless")
        # Both are there before it runs again: it takes the lower one first, and the other as soon as it stops.
        for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM):
            server.process.send_signal(number)
        code, _, err = server.end(signal.SIGCONT)
        self.assertEqual((code, err), (128 + signal.SIGTERM, ""))

    def shown(self, server, line):
        return next(text.split()[-1] for text in server.process.stdout if text.startswith(line))

    def test_the_server_has_a_web_ui(self):
        server = Server("--ui-codec-endpoint", "http://codec.example:8081/{namespace}", "--ui-public-path", "ui", "--ui-ip", "127.0.0.1")
        where = self.shown(server, "Temporal UI:")
        self.assertRegex(where, r"^http://localhost:\d+/ui$")
        where += "/"
        with urllib.request.urlopen(where, timeout=LIMIT) as page:
            self.assertIn("connect-src 'self' http://codec.example:8081;", page.headers["Content-Security-Policy"])
            text = page.read().decode()
        self.assertIn('<base href="/ui/">', text)
        for asset in re.findall(r'(?:src|href)="(assets/[^"]+)"', text):
            with urllib.request.urlopen(where + asset, timeout=LIMIT) as file:
                self.assertIn("immutable", file.headers["Cache-Control"])
        with urllib.request.urlopen(where + "settings.json", timeout=LIMIT) as settings:
            self.assertEqual(json.load(settings)["codecEndpoint"], "http://codec.example:8081/{namespace}")
        with urllib.request.urlopen(where + "api/v1/namespaces/default", timeout=LIMIT) as answer:
            self.assertEqual(json.load(answer)["namespaceInfo"]["name"], "default")
        code, _, err = server.end()
        self.assertEqual((code, err), (0, ""))

    def test_an_endpoint_tells_which_operations_opened_its_circuit_breaker(self):
        server = Server("--headless", "--dynamic-config-value", "nexusoperation.enableStandalone=true")
        address = ("--address", f"127.0.0.1:{server.port}")
        endpoint = ("operator", "nexus", "endpoint")
        run(*endpoint, "create", "--name", "lost", "--target-namespace", "default", "--target-task-queue", "nobody", *address)
        for i in range(6):  # no worker polls: each has failed after ten seconds
            code, _, err = run("nexus", "operation", "start", "--endpoint", "lost", "--service", "s", "--operation", "o",
                               "--operation-id", f"o{i}", *address)
            self.assertEqual((code, err), (0, ""))
        self.assertIn("the circuit breaker of a Nexus endpoint opened", server.process.stderr.readline())
        _, text, _ = run(*endpoint, "get", "--name", "lost", *address)
        self.assertRegex(text, r"CircuitBreakers +default start: open until 20\S+Z, opened by s/o x6\n")
        _, shown, _ = run(*endpoint, "get", "--name", "lost", "-o", "json", *address)
        breaker, = json.loads(shown)["circuitBreakers"]
        _, listed, _ = run(*endpoint, "list", "-o", "json", *address)
        self.assertEqual(json.loads(listed), [json.loads(shown)])
        self.assertEqual({name: breaker[name] for name in ("callerNamespace", "requests", "state", "openedBy")},
                         {"callerNamespace": "default", "requests": "start", "state": "open", "openedBy": "s/o x6"})
        code, _, err = server.end()
        self.assertEqual((code, err), (0, ""))

    def test_another_web_ui_may_be_served(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "index.html").write_text("mine")
            server = Server("--ui-asset-path", folder)
            with urllib.request.urlopen(self.shown(server, "Temporal UI:") + "/any/path", timeout=LIMIT) as page:
                self.assertEqual((page.read(), page.headers["Content-Type"]), (b"mine", "text/html; charset=utf-8"))
            self.assertEqual(server.end()[0], 0)

    def test_a_web_ui_that_cannot_be_is_refused(self):
        start = ("server", "start-dev", "--port", "0")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            self.assertIn("--headless leaves it out", self.refused(*start, "--ui-port", port))
        self.assertIn("public path", self.refused(*start, "--ui-public-path", '/a"b'))
        self.assertIn("codec endpoint", self.refused(*start, "--ui-codec-endpoint", "http://x; script-src *"))
        self.assertIn("/no/such", self.refused(*start, "--ui-asset-path", "/no/such"))
        self.assertIn("--ui-port", self.refused(*start, "--ui-port", "70000"))


if __name__ == "__main__":
    unittest.main()
