# SPDX-License-Identifier: Apache-2.0
"""Nexus over HTTP, both ways: requests, callbacks and endpoints elsewhere are asked of our service and of the real one; what differs has a
reason."""

import base64
import contextlib
import http.client
import http.server
import json
import pathlib
import re
import socketserver
import sys
import threading
import unittest

import harness

PEER = pathlib.Path(__file__).parent / "nexus_http_peer.py"
QUEUE = "probe-queue"
JSON = {"Content-Type": "application/json"}
TIMEOUT = {"Request-Timeout": "3s"}

# Requests whose answers differ, by their names, and why. One that is here and does not differ fails.
DIFFERENT = {
    "a large input": "ours says what is wrong with it",
    "a long queue": "ours says what is wrong with it",
    "an endpoint by its name": "the real one says INTERNAL, as a name is no UUID; ours that there is none",
}

# What depends on the moment, the machine or the run.
PRIVATE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z|127\.0\.0\.1(:|%3A)\d+|\d+(\.\d+)?m?s\b")
SHOWN = ("content-type", "nexus-operation-state", "nexus-request-retryable", "temporal-nexus-failure-source", "nexus-link")


def normalised(value):
    if isinstance(value, dict):
        return {key: normalised(each) for key, each in value.items() if key not in ("stackTrace", "traceback")}
    if isinstance(value, list):
        return [normalised(each) for each in value]
    return PRIVATE.sub("*", value) if isinstance(value, str) else value


def parsed(text):
    try:
        return normalised(json.loads(text))
    except ValueError:
        return text


class Outside:
    """A server of HTTP elsewhere: keeps what comes, and answers by the first part of the path."""

    def __init__(self):
        outside = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if "chunked" not in self.headers.get(
                    "Transfer-Encoding", "") else self.chunks()
                outside.came.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body.decode()))
                getattr(self, "answer_" + self.path.strip("/").split("/")[0].split("?")[0].replace("-", "_"))()

            def chunks(self):
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def say(self, status, body=b"", headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def answer_taken(self):
                self.say(200)

            def answer_sync(self):
                self.say(200, b'"from outside"', [("Content-Type", "application/json")])

            def answer_started(self):
                if self.path.split("?")[0].endswith("/cancel"):
                    return self.say(202)
                self.say(201, b'{"token":"outside-token","state":"running"}', [("Content-Type", "application/json")])

            def answer_failed(self):
                self.say(424, b'{"message":"no luck","metadata":{"type":"nexus.OperationError"},"details":{"state":"failed"}}',
                         [("Content-Type", "application/json")])

            def answer_canceled(self):
                self.say(424, b'{"message":"not wanted"}', [("Content-Type", "application/json"), ("Nexus-Operation-State", "canceled")])

            def answer_refused(self):
                self.say(409, b'{"message":"in the way","metadata":{"type":"nexus.HandlerError"},"details":{"type":"CONFLICT"}}',
                         [("Content-Type", "application/json")])

            def answer_plain_refused(self):
                self.say(403, b"go away", [("Content-Type", "text/plain")])

            def answer_redirect(self):
                self.say(302, b"", [("Location", "http://127.0.0.1:9/elsewhere")])

            def answer_hang(self):
                outside.let_go.wait(30)
                self.close_connection = True

            def answer_cut(self):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b'"half')
                self.close_connection = True

            def answer_forever(self):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                with contextlib.suppress(OSError):
                    for _ in range(10_000):
                        self.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                self.close_connection = True

            def answer_wrong_type(self):
                self.say(201, b"<p>started</p>", [("Content-Type", "text/html")])

            def answer_odd_status(self):
                self.say(418, b'{"message":"a teapot"}', [("Content-Type", "application/json")])

            def answer_big_headers(self):
                self.say(200, b'"x"', [("Content-Type", "application/json"), *((f"x-{i}", "y" * 10_000) for i in range(100))])

            def answer_flaky(self):
                outside.tries += 1
                self.say(503 if outside.tries % 2 else 200)

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.came, self.tries, self.let_go = [], 0, threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def got(self, path):
        return [each for each in self.came if each[0].split("?")[0] == path]

    def stop(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


class Server(harness.Service):
    def __init__(self, kind):
        self.http_port = harness.free_port()
        super().__init__(
            kind,
            settings=(
                'component.callbacks.allowedAddresses=[{"Pattern":"127.0.0.1:*","AllowInsecure":true},{"Pattern":"*.secure.test"}]',
                f'component.nexusoperations.callback.endpoint.template="http://127.0.0.1:{self.http_port}/namespaces/{{{{.NamespaceName}}}}/nexus/callback"',
                'component.nexusoperations.request.timeout="4s"',
            ),
            flags=("--http-port", self.http_port))
        self.worker = harness.Process(sys.executable, PEER, QUEUE, env={"TEMPORAL_ADDRESS": self.address})
        self.endpoint = self.make_endpoint("probe", "--target-namespace", "default", "--target-task-queue", QUEUE)
        harness.wait_for("the worker", lambda: self.ask("POST", f"{self.path}/echo", '"there?"', JSON | TIMEOUT)[0] == 200)

    def make_endpoint(self, name, *target):
        self.cli("operator", "nexus", "endpoint", "create", "--name", name, *target)
        return self.json("operator", "nexus", "endpoint", "get", "--name", name)["id"]

    @property
    def path(self):
        return f"/nexus/endpoints/{self.endpoint}/services/probe"

    def ask(self, verb, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=70)
        connection.request(verb, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        shown = {name: PRIVATE.sub("*", answer.headers[name]) for name in SHOWN if answer.headers[name]}
        return answer.status, shown, parsed(text)

    def call(self, workflow, *values):
        words = [word for value in values for word in ("-i", json.dumps(value))]
        self.cli("workflow", "start", "--type", "Caller", "-t", QUEUE, "-w", workflow, *words)

    def failure(self, workflow):
        """Of its operation, at the end: the message of the cause, and what it is."""
        shown = self.json("workflow", "show", "--follow", "-w", workflow)
        for event in shown["events"]:
            for kind in ("Failed", "Canceled", "TimedOut"):
                if found := event.get(f"nexusOperation{kind}EventAttributes"):
                    cause = found["failure"]["cause"]
                    return kind, cause.get("message", ""), sorted(key for key in cause if key.endswith("Info"))
                if found := event.get("nexusOperationCompletedEventAttributes"):
                    return "Completed", json.dumps(found["result"]), []
        raise AssertionError(shown)

    def pending(self, workflow):
        """Of its operation, while it is tried again: why it was not answered."""
        def found():
            shown = self.json("workflow", "describe", "-w", workflow)
            operations = shown.get("pendingNexusOperations") or []
            return operations and operations[0].get("lastAttemptFailure")
        return PRIVATE.sub("*", harness.wait_for("an attempt to fail", found)["message"])

    def stop(self):
        self.worker.stop()
        super().stop()


class NexusOverHttp(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.outside = Outside()
        cls.ours, cls.real = (Server(kind) for kind in harness.Service.KINDS)
        cls.both = (cls.ours, cls.real)

    @classmethod
    def tearDownClass(cls):
        cls.outside.stop()
        for each in cls.both:
            each.stop()

    def same(self, name, make):
        """`make` gives the request to one of the services."""
        with self.subTest(name):
            ours, real = (each.ask(*make(each)) for each in self.both)
            if name in DIFFERENT:
                self.assertNotEqual(ours, real, f"{name}: {DIFFERENT[name]} is no reason any more")
            else:
                self.assertEqual(ours, real)
            return ours

    def post(self, name, operation, body=None, headers=None):
        return self.same(name, lambda at: ("POST", f"{at.path}/{operation}", body, JSON | (headers or {}) if body else headers or {}))

    def test_starts_are_answered_alike(self):
        self.assertEqual(self.post("a value", "echo", '"hello"')[::2], (200, "hello"))
        self.post("an object", "echo", '{"a":[1,null],"b":{"c":"<&>"}}')
        self.post("nothing", "nothing")
        self.post("headers", "headers", None, {
            "Nexus-Request-Id": "r", "Request-Timeout": "5s", "Operation-Timeout": "30s", "X-Own": "v", "Nexus-Callback-A": "b",
            "Nexus-Link": '<http://a/b?c=d>; type="e.F"', "Accept-Encoding": "identity", "X-Forwarded-For": "me", "User-Agent": "test"})
        self.post("a callback", "headers?callback=http%3A%2F%2F127.0.0.1%3A1%2Fdone%3Fx%3D1", None, {"User-Agent": "test"})
        self.same("by the task queue", lambda at: ("POST", f"/namespaces/default/task-queues/{QUEUE}/nexus-services/probe/echo", '"x"', JSON))

    def test_contents_of_other_kinds_are_taken_alike(self):
        for kind in ("application/octet-stream", "text/plain", "application/json; charset=utf-8", "application/x-protobuf",
                     "application/json; format=protobuf; message-type=a.B", "application/x-temporal-payload"):
            self.same(kind, lambda at, kind=kind: ("POST", f"{at.path}/echo", '"x"', {"Content-Type": kind}))
        self.same("no kind", lambda at: ("POST", f"{at.path}/echo", b'"x"', {}))
        self.same("two headers", lambda at: ("POST", f"{at.path}/echo", '"x"', JSON | {"Content-Language": "de"}))

    def test_errors_are_told_alike(self):
        for kind in ("BAD_REQUEST", "UNAUTHENTICATED", "UNAUTHORIZED", "NOT_FOUND", "REQUEST_TIMEOUT", "CONFLICT", "RESOURCE_EXHAUSTED",
                     "INTERNAL", "NOT_IMPLEMENTED", "UNAVAILABLE", "UPSTREAM_TIMEOUT"):
            for support in ({}, {"Temporal-Nexus-Failure-Support": "true"}):
                self.post(f"{kind} {support}", "refuse", json.dumps({"type": kind}), support)
        self.post("not retryable", "refuse", '{"type":"INTERNAL","retryable":false}')
        self.post("retryable", "refuse", '{"type":"CONFLICT","retryable":true}', {"Temporal-Nexus-Failure-Support": "true"})
        for state in ("failed", "canceled"):
            for support in ({}, {"Temporal-Nexus-Failure-Support": "true"}):
                self.post(f"{state} {support}", "fail", json.dumps(state), support)
        self.post("an unknown operation", "nope", '"x"')
        self.post("a wrong input", "number", '"x"')
        self.same("an unknown service", lambda at: ("POST", f"/nexus/endpoints/{at.endpoint}/services/nope/echo", '"x"', JSON))

    def test_bad_requests_are_told_alike(self):
        unknown = "00000000-0000-0000-0000-000000000001"
        self.same("an unknown endpoint", lambda at: ("POST", f"/nexus/endpoints/{unknown}/services/probe/echo", '"x"', JSON))
        self.same("an endpoint by its name", lambda at: ("POST", "/nexus/endpoints/probe/services/probe/echo", '"x"', JSON))
        for each in self.both:
            each.outer = each.make_endpoint("outer", "--target-url", "http://127.0.0.1:9")
        self.same("an endpoint elsewhere", lambda at: ("POST", f"/nexus/endpoints/{at.outer}/services/probe/echo", '"x"', JSON))
        self.same("an unknown namespace", lambda at: ("POST", "/namespaces/nope/task-queues/q/nexus-services/probe/echo", '"x"', JSON))
        self.same("no worker", lambda at: ("POST", "/namespaces/default/task-queues/q/nexus-services/probe/echo", '"x"', JSON | {"Request-Timeout": "2s"}))
        for verb in ("GET", "PUT", "DELETE"):
            self.same(verb, lambda at, verb=verb: (verb, f"{at.path}/echo"))
        for timeout in ("soon", "-1s", "1h", "5", "1m30s", "s"):
            self.post(f"the time {timeout}", "echo", '"x"', {"Request-Timeout": timeout})
        for link in ("x", "<http://a>", '<http://a>; type="b c"', "<http://a?%zz>; type=b", "<>; type=a", "<http://a>; type=b,"):
            self.post(f"the link {link}", "echo", '"x"', {"Nexus-Link": link})
        for path in ("", "/echo/x", "/echo/x/y", "/echo/x/y/z", "/%zz"):
            self.same(f"the path {path}", lambda at, path=path: ("POST", at.path + path, '"x"', JSON))
        self.post("a large input", "echo", json.dumps("x" * 3_000_000))
        long = "n" * 1001
        self.same("a long service", lambda at: ("POST", f"/nexus/endpoints/{at.endpoint}/services/{long}/echo", '"x"', JSON | TIMEOUT))
        self.post("a long operation", long, '"x"', TIMEOUT)
        for name, path in (("namespace", f"/namespaces/{long}/task-queues/q"), ("queue", f"/namespaces/default/task-queues/{long}")):
            self.same(f"a long {name}", lambda at, path=path: ("POST", f"{path}/nexus-services/probe/echo", '"x"', JSON | {"Request-Timeout": "2s"}))
        self.post("a long request id", "echo", '"x"', {"Nexus-Request-Id": long})
        self.post("a long header", "echo", '"x"', {"x" * 1001: "v" * 10_000})
        self.post("a deep input", "echo", "[" * 10_000 + "]" * 10_000)
        self.post("a long callback", f"run?callback=http%3A%2F%2F127.0.0.1%3A1%2F{'c' * 5000}", '{"id":"long-callback","mode":"done"}')
        self.post("a long token", "run/cancel", None, {"Nexus-Operation-Token": "A" * 5000})

    def test_operations_are_cancelled_alike(self):
        start = self.post("a start", "run", '{"id":"cancelled","mode":"wait"}')
        self.assertEqual(start[0], 201)
        token = {"Nexus-Operation-Token": start[2]["token"]}
        self.post("no token", "run/cancel")
        self.post("a token that is none", "run/cancel", None, {"Nexus-Operation-Token": "AAAA"})
        self.post("by the header", "run/cancel", None, token)
        self.post("by the query", "run/cancel?token=" + start[2]["token"])
        self.post("by the older path", f"run/{start[2]['token']}/cancel")
        for each in self.both:
            harness.wait_for("the workflow to be cancelled", lambda at=each: at.json(
                "workflow", "describe", "-w", "cancelled")["workflowExecutionInfo"]["status"].endswith("CANCELED"))

    def test_callbacks_go_out_alike(self):
        for mode in ("done", "fail"):
            told = []
            for each in self.both:
                path = f"/taken/{each.kind}-{mode}"
                callback = (self.outside.url + path + "?x=1").replace(":", "%3A").replace("/", "%2F").replace("?", "%3F").replace("=", "%3D")
                status, _, answer = each.ask(
                    "POST", f"{each.path}/run?callback={callback}", json.dumps({"id": f"callback-{mode}", "mode": mode}),
                    JSON | {"Nexus-Callback-Own": "v", "Nexus-Request-Id": mode})
                self.assertEqual(status, 201, answer)
                came = harness.wait_for("the callback", lambda at=path: self.outside.got(at))
                target, headers, body = came[0]
                self.assertTrue(target.endswith("?x=1"))
                kept = {name: PRIVATE.sub("*", value) for name, value in headers.items()
                        if name not in ("accept-encoding", "content-length", "transfer-encoding", "host", "nexus-operation-start-time", "connection")}
                told.append((kept, parsed(body)))
            with self.subTest(mode):
                self.assertEqual(*told)
                self.assertEqual(told[0][0]["own"], "v")

    def test_callbacks_that_are_refused_are_told_alike(self):
        def described(at, path):
            callback = (self.outside.url + path).replace(":", "%3A").replace("/", "%2F")
            name = "refused-" + path.split("/")[1]
            status, _, answer = at.ask("POST", f"{at.path}/run?callback={callback}", json.dumps({"id": name, "mode": "done"}), JSON)
            self.assertEqual(status, 201, answer)

            def found():
                callbacks = at.json("workflow", "describe", "-w", name).get("callbacks") or []
                return callbacks and callbacks[0].get("lastAttemptFailure") and callbacks[0]
            seen = harness.wait_for("the callback to be refused", found)
            return seen["state"], PRIVATE.sub("*", seen["lastAttemptFailure"]["message"]), seen["lastAttemptFailure"].get("applicationFailureInfo")

        for path in ("/refused/x", "/plain-refused/x", "/odd-status/x"):
            with self.subTest(path):
                self.assertEqual(*(described(each, path) for each in self.both))
        with self.subTest("tried again"):
            for each in self.both:
                callback = (self.outside.url + "/flaky/x").replace(":", "%3A").replace("/", "%2F")
                each.ask("POST", f"{each.path}/run?callback={callback}", '{"id":"flaky","mode":"done"}', JSON)
                harness.wait_for("the callback to be taken", lambda at=each: at.json(
                    "workflow", "describe", "-w", "flaky")["callbacks"][0]["state"].endswith("SUCCEEDED"))

    def test_callbacks_may_lead_only_where_they_are_allowed(self):
        for number, url in enumerate((
                "http://localhost:1/x", "https://127.0.0.1:1/x", "http://a.secure.test/x", "ftp://127.0.0.1/x", "nothing", "http://", "//x",
                "http://127.0.0.1:1@evil/x", "http://127.0.0.1/%zz")):
            callback = "".join(f"%{ord(letter):02X}" for letter in url)
            self.post(f"the callback {url}", f"run?callback={callback}", json.dumps({"id": f"allowed-{number}", "mode": "done"}))

    def test_completions_are_taken_alike(self):
        callback = "/namespaces/default/nexus/callback"
        for name, path, headers in (
                ("no state", callback, {}), ("a state that is none", callback, {"Nexus-Operation-State": "running"}),
                ("no token", callback, {"Nexus-Operation-State": "succeeded"}), ("no token, other path", "/nexus/callback", {"Nexus-Operation-State": "succeeded"}),
                ("a start that is no time", callback, {"Nexus-Operation-State": "succeeded", "Nexus-Operation-Start-Time": "now"}),
                ("a close that is no time", callback, {"Nexus-Operation-State": "succeeded", "Nexus-Operation-Close-Time": "now"}),
                ("a bad link", callback, {"Nexus-Operation-State": "succeeded", "Nexus-Link": "x"}),
                ("no failure", callback, {"Nexus-Operation-State": "failed"}),
                ("a token of nothing", callback, {"Nexus-Operation-State": "succeeded", "Temporal-Callback-Token": '{"v":1,"d":"AAAA"}'})):
            self.same(name, lambda at, path=path, headers=headers: ("POST", path, None, headers))
        failed = {"Nexus-Operation-State": "failed"}
        deep = '{"cause":' * 10_000 + "{}" + "}" * 10_000
        for name, body in (("a failure that is none", "{"), ("a failure of another type", "[]"), ("a failure with 10,000 causes", deep)):
            self.same(name, lambda at, body=body: ("POST", callback, body, JSON | failed))
        self.same("a failure of another content", lambda at: ("POST", callback, "{}", {"Content-Type": "text/html"} | failed))
        other = base64.urlsafe_b64encode(b'{"t":1,"ns":"default","wid":"w"}').decode().rstrip("=")
        for name, token in (("a token of an operation", other), ("a token of 5,000 letters", "A" * 5000), ("a token in quotes", f'"{other}"')):
            self.same(name, lambda at, token=token: (
                "POST", callback, '"x"', JSON | {"Nexus-Operation-State": "succeeded", "Temporal-Callback-Token": token}))

    def test_operations_of_endpoints_elsewhere_end_alike(self):
        for kind in ("sync", "failed", "canceled", "refused", "plain-refused"):
            with self.subTest(kind):
                told = []
                for each in self.both:
                    each.make_endpoint("to-" + kind, "--target-url", f"{self.outside.url}/{kind}/{each.kind}")
                    each.call("call-" + kind, "to-" + kind, "svc", "op", {"a": 1})
                    told.append(each.failure("call-" + kind))
                self.assertEqual(*told)
                asked = [self.outside.got(f"/{kind}/{each.kind}/svc/op")[0] for each in self.both]
                shown = [{name: PRIVATE.sub("*", value) for name, value in headers.items()
                          if name.startswith(("nexus-", "temporal-", "content-type", "user-agent", "operation-timeout", "request-timeout"))
                          and name != "nexus-callback-temporal-callback-token"} for _, headers, _ in asked]
                self.assertEqual(*shown)
                self.assertEqual(*(PRIVATE.sub("*", path.split("?")[1]) for path, _, _ in asked))

    def test_asynchronous_operations_elsewhere_are_completed_and_cancelled(self):
        for each in self.both:
            with self.subTest(each.kind):
                each.make_endpoint("to-started", "--target-url", f"{self.outside.url}/started/{each.kind}")
                each.call("call-started", "to-started", "svc", "op", 1)
                path, headers, _ = harness.wait_for("the start", lambda at=each: self.outside.got(f"/started/{at.kind}/svc/op"))[0]
                self.assertIn(f"callback=http%3A%2F%2F127.0.0.1%3A{each.http_port}%2Fnamespaces%2Fdefault%2Fnexus%2Fcallback", path)
                token = {"Temporal-Callback-Token": headers["nexus-callback-temporal-callback-token"]}
                done = JSON | token | {"Nexus-Operation-State": "succeeded", "Nexus-Operation-Token": "outside-token"}
                self.assertEqual(each.ask("POST", "/namespaces/other/nexus/callback", '"late"', done)[0], 400)
                self.assertEqual(each.ask("POST", "/namespaces/default/nexus/callback", '"at last"', done)[0], 200)
                self.assertIn("at last", json.dumps(each.json("workflow", "result", "-w", "call-started")))
                self.assertEqual(each.ask("POST", "/namespaces/default/nexus/callback", '"again"', done)[0], 404)
                each.call("call-cancelled", "to-started", "svc", "cancelled", 1)
                harness.wait_for("the start", lambda at=each: self.outside.got(f"/started/{at.kind}/svc/cancelled"))
                harness.wait_for("the operation to be started", lambda at=each: "NEXUS_OPERATION_STARTED" in at.event_types("default", "call-cancelled"))
                each.cli("workflow", "cancel", "-w", "call-cancelled")
                _, asked, _ = harness.wait_for("the cancel", lambda at=each: self.outside.got(f"/started/{at.kind}/svc/cancelled/cancel"))[0]
                self.assertEqual(asked["nexus-operation-token"], "outside-token")
                each.cli("workflow", "terminate", "-w", "call-cancelled")

    def complete(self, at, started, state, body):
        """Ends the operation whose start came to this path; the status of the answer."""
        _, headers, _ = harness.wait_for("the start", lambda: self.outside.got(started))[0]
        about = {"Temporal-Callback-Token": headers["nexus-callback-temporal-callback-token"], "Nexus-Operation-State": state,
                 "Nexus-Operation-Token": "outside-token"}
        return at.ask("POST", "/namespaces/default/nexus/callback", body, JSON | about)[0]

    def test_what_was_cancelled_or_left_is_not_completed_any_more(self):
        for each in self.both:
            with self.subTest(each.kind):
                each.make_endpoint("to-ended", "--target-url", f"{self.outside.url}/started/{each.kind}-ended")
                for name in ("cancelled", "left"):
                    each.call("call-" + name, "to-ended", "svc", name, 1)
                    harness.wait_for("the operation to be started",
                                     lambda at=each, name=name: "NEXUS_OPERATION_STARTED" in at.event_types("default", "call-" + name))
                path = f"/started/{each.kind}-ended/svc/"
                self.assertEqual(self.complete(each, path + "cancelled", "canceled", '{"message":"stopped"}'), 200)
                self.assertEqual(self.complete(each, path + "cancelled", "succeeded", '"late"'), 404)
                self.assertEqual(self.complete(each, path + "cancelled", "canceled", '{"message":"again"}'), 404)
                self.assertEqual(each.failure("call-cancelled")[:2], ("Canceled", "stopped"))
                each.cli("workflow", "terminate", "-w", "call-left")
                self.assertEqual(self.complete(each, path + "left", "succeeded", '"late"'), 404)

    def test_endpoints_may_change_and_go_while_operations_run(self):
        told = []
        for each in self.both:
            with self.subTest(each.kind):
                path = f"/started/{each.kind}-"
                each.make_endpoint("moving", "--target-url", f"{self.outside.url}{path}a")
                for name in ("moved", "stays"):
                    each.call("call-" + name, "moving", "svc", name, 1)
                    harness.wait_for("the operation to be started",
                                     lambda at=each, name=name: "NEXUS_OPERATION_STARTED" in at.event_types("default", "call-" + name))
                each.cli("operator", "nexus", "endpoint", "update", "--name", "moving", "--target-url", f"{self.outside.url}{path}b")
                tries = iter(range(1000))

                def has_moved():
                    each.call(f"call-after-{next(tries)}", "moving", "svc", "after", 1)
                    return self.outside.got(path + "b/svc/after")
                harness.wait_for("the endpoint to lead elsewhere", has_moved)
                each.cli("workflow", "cancel", "-w", "call-moved")
                harness.wait_for("the cancel", lambda: self.outside.got(path + "b/svc/moved/cancel"))  # where it leads now
                each.cli("operator", "nexus", "endpoint", "delete", "--name", "moving")
                self.assertEqual(self.complete(each, path + "a/svc/moved", "canceled", '{"message":"stopped"}'), 200)
                self.assertEqual(self.complete(each, path + "a/svc/stays", "succeeded", '"still here"'), 200)
                self.assertIn("still here", json.dumps(each.json("workflow", "result", "-w", "call-stays")))
                each.make_endpoint("leaving", "--target-url", f"{self.outside.url}/redirect/{each.kind}-leaving")
                each.call("call-gone", "leaving", "svc", "op", 1)
                each.pending("call-gone")
                each.cli("operator", "nexus", "endpoint", "delete", "--name", "leaving")
                told.append(each.failure("call-gone"))
        self.assertEqual(*told)

    def test_endpoints_elsewhere_that_misbehave_are_tried_again_and_say_why(self):
        expected = {
            "redirect": "the handler's address redirects",
            "hang": "request timed out",
            "cut": "the answer was cut off",
            "wrong-type": 'invalid response content type: "text/html"',
            "odd-status": 'unexpected response status: "418 I\'m a Teapot": a teapot',
            "big-headers": "the headers of the answer are larger than 65536 bytes",
        }
        for kind, words in expected.items():
            with self.subTest(kind):
                for each in self.both:
                    each.make_endpoint("to-" + kind, "--target-url", f"{self.outside.url}/{kind}/{each.kind}")
                    each.call("call-" + kind, "to-" + kind, "svc", "op", 1)
                ours, real = (each.pending("call-" + kind) for each in self.both) if kind != "big-headers" else (self.ours.pending("call-" + kind), None)
                self.assertIn(PRIVATE.sub("*", words), ours)
                if kind in ("hang", "wrong-type"):
                    self.assertEqual(ours, real)
                for each in self.both:
                    each.cli("workflow", "terminate", "-w", "call-" + kind, check=False)

    def test_an_answer_without_end_fails_the_operation(self):
        told = []
        for each in self.both:
            each.make_endpoint("to-forever", "--target-url", f"{self.outside.url}/forever/{each.kind}")
            each.call("call-forever", "to-forever", "svc", "op", 1)
            told.append(each.failure("call-forever"))
        self.assertEqual(*told)

    def test_an_endpoint_that_leads_to_ourselves(self):
        for each in self.both:
            with self.subTest(each.kind):
                # To a worker of ours, by HTTP: as if it were elsewhere.
                each.make_endpoint("to-self", "--target-url", f"http://127.0.0.1:{each.http_port}/nexus/endpoints/{each.endpoint}/services")
                each.call("call-self", "to-self", "probe", "echo", "round")
                self.assertEqual(each.failure("call-self")[0], "Completed")
                # To itself: an endpoint elsewhere is not served over HTTP, so there is no loop.
                loop = each.make_endpoint("loop", "--target-url", "http://127.0.0.1:9")
                each.cli("operator", "nexus", "endpoint", "update", "--name", "loop",
                         "--target-url", f"http://127.0.0.1:{each.http_port}/nexus/endpoints/{loop}/services")
                each.call("call-loop", "loop", "probe", "echo", "round")
                kind, message, _ = each.failure("call-loop")
                self.assertEqual((kind, message), ("Failed", "invalid endpoint target"))


if __name__ == "__main__":
    unittest.main()
