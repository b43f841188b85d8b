# SPDX-License-Identifier: Apache-2.0
"""The HTTP API: every route, and every form of a request, is asked of our service and of the real one; what differs has a reason."""

import base64
import http.client
import json
import pathlib
import re
import socket
import unittest

import harness

TABLE = pathlib.Path(__file__).parents[2] / "runtime" / "gateway" / "route_table.cpp"
ROUTE = re.compile(r'\{verb::(get|post|remove), "(\w+)", "([^"]+)"\}')
VERBS = {"get": "GET", "post": "POST", "remove": "DELETE"}
NAMESPACE = "/api/v1/namespaces/default"
NOBODY = "11111111-1111-1111-1111-111111111111"
START = {"workflowType": {"name": "T"}, "taskQueue": {"name": "q"}}

# Methods whose answers differ, by a pattern of their names, and why. One that is here and does not differ fails.
DIFFERENT = {
    r"(Describe|Update|List)Namespaces?|GetSystemInfo": "capabilities: no schedules, worker heartbeats, autoscaling of pollers, deployments",
    r".*Schedules?|ListScheduleMatchingTimes": "no schedules yet",
    r".*WorkerDeployment.*|.*CurrentDeployment|(Describe|List)Deployments?|GetDeploymentReachability": "no deployments yet",
    r"GetWorker(BuildIdCompatibility|VersioningRules|TaskReachability)": "versioning before deployments is not there",
    r".*WorkflowRules?": "both have no rules, in other words",
    r"DescribeWorker": "not there yet",
    r".*NexusOperationExecutions?|CountWorkers|(Pause|Unpause|Reset)ActivityExecution|UpdateActivityExecutionOptions":
        "routes of the next release, which 1.31.2 has not",
}


def reason_for(method):
    return next((why for pattern, why in DIFFERENT.items() if re.fullmatch(pattern, method)), None)


# What depends on the moment, the machine or the run.
PRIVATE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z|\d+\.\d{3,}s")
JSON_PLAIN = base64.b64encode(b"json/plain").decode()
VARYING = {"taskId", "nextPageToken", "historySizeBytes", "clusterId", "persistenceStore", "visibilityStore", "stateTransitionCount"}


def routes():
    return [(VERBS[verb], method, path) for verb, method, path in ROUTE.findall(TABLE.read_text())]


def under_version(path):
    return "/api/v1/cluster-info" if path == "/cluster" else "/api/v1" + path.removeprefix("/cluster")


def normalised(value):
    if isinstance(value, dict):
        if "data" in value and value.get("metadata", {}).get("encoding") == JSON_PLAIN:  # however it is spelt
            value = value | {"data": json.loads(base64.b64decode(value["data"]))}
        return {PRIVATE.sub("*", key): normalised(each) for key, each in value.items() if key not in VARYING}
    if isinstance(value, list):
        return [normalised(each) for each in value]
    return PRIVATE.sub("*", value) if isinstance(value, str) else value


class Server(harness.Service):
    def __init__(self, kind):
        self.http_port = harness.free_port()
        super().__init__(kind, flags=("--http-port", self.http_port))
        self.connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=40)

    def ask(self, verb, path, body=None, headers=None):
        self.connection.request(verb, path, body if body is None or isinstance(body, (str, bytes)) else json.dumps(body), headers or {})
        answer = self.connection.getresponse()
        return answer, answer.read().decode()

    def told(self, *request):
        """The status and the normalised JSON of an answer."""
        answer, text = self.ask(*request)
        try:
            return answer.status, normalised(json.loads(text))
        except json.JSONDecodeError:
            return answer.status, text.strip()


class HttpApi(unittest.TestCase):
    maxDiff = 3000

    @classmethod
    def setUpClass(cls):
        cls.ours, cls.real = (Server(kind) for kind in harness.Service.KINDS)
        for each in (cls.ours, cls.real):
            each.ask("POST", NAMESPACE + "/workflows/there", START | {"input": [{"b": 1, "a": None}, "x"], "memo": {"fields": {"m": 5}}})

    @classmethod
    def tearDownClass(cls):
        for each in (cls.ours, cls.real):
            each.connection.close()
            each.stop()

    def same(self, *request):
        ours, real = self.ours.told(*request), self.real.told(*request)
        self.assertEqual(ours, real, request)
        return ours

    def test_every_route_answers_alike(self):
        for verb, method, path in routes():
            names = {"namespace": "default"}
            filled = re.sub(r"\{([^}]+)\}", lambda field: names.get(field.group(1), "nope"), path)
            request = (verb, filled, {} if verb == "POST" else None)
            with self.subTest(method=method, request=request):
                ours, real = self.ours.told(*request), self.real.told(*request)
                versioned = self.ours.told(verb, under_version(filled), request[2])
                if verb == "GET":
                    self.assertEqual(ours, versioned)
                if why := reason_for(method):
                    self.assertNotEqual(ours, real, f"{method}: {why} is no reason any more")
                else:
                    self.assertEqual(ours, real)

    def test_reading_answers_alike(self):
        for path in (
                "/workflows/there", "/workflows/there/history", "/search-attributes", "/task-queues/q", "/task-queues/q?taskQueueType=2",
                "/workflows/there/history-reverse", "/workflows/there/history?noPayloadShorthand",
                "/workflows", "/workflows?pageSize=1&query=WorkflowId%3D'there'", "/workflow-count?query=GROUP+BY+ExecutionStatus",
                "/workflows/there?execution.runId=bad", "/workflows/there?execution.workflowId=other", "/workflows?query=bad+query",
                "/workflows?bogus=1&bogus.x=2"):
            with self.subTest(path=path):
                self.same("GET", NAMESPACE + path)

    def test_bad_requests_are_told_alike(self):
        for path in (
                "/workflows?pageSize=x", "/workflows?pageSize=99999999999", "/workflows?pageSize=1&pageSize=2", "/workflows?query=%zz",
                "/workflows?a=1;b=2", "/workflows/there/history?waitNewEvent=maybe", "/workflows/there/history?historyEventFilterType=bad",
                "/workflows/there/history?execution=1", "/workflows/there/history?execution.runId.x=1", "/", "/nope", "/workflows/"):
            with self.subTest(path=path):
                self.same("GET", NAMESPACE + path)
        for verb in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            self.same(verb, "/api/v1/system-info")
            self.same(verb, "/nope")
        self.same("GET", "/api/v1/system-info", None, {"Grpc-Timeout": "x"})
        for value in ("!!!", "a b", "YQ", "YQ=="):
            status, _ = self.same("GET", NAMESPACE + "/search-attributes", None, {"Grpc-Metadata-X-Bin": value})
            self.assertEqual(status, 200 if value.startswith("YQ") else 400)

    def test_what_stands_before_a_body_is_judged_alike(self):
        def status(server, head):
            with socket.create_connection(("127.0.0.1", server.http_port), timeout=20) as connection:
                connection.sendall(f"GET /api/v1/system-info {head}\r\n\r\n".encode())
                return connection.makefile("rb").readline().split()[1]
        last = "\r\nConnection: close"
        for head, expected in (
                ("HTTP/1.1" + last, b"400"), ("HTTP/1.0", b"200"), ("HTTP/1.1\r\nHost: a b/c" + last, b"400"),
                ("HTTP/1.1\r\nHost: localhost\r\nExpect: 200-ok" + last, b"417"),
                ("HTTP/1.1\r\nHost: localhost\r\nExpect: x, 100-Continue" + last, b"200")):
            for server in (self.ours, self.real):
                self.assertEqual(status(server, head), expected, head)

    def test_endpoints_are_checked_in_the_same_order(self):
        def worker(namespace, queue="q"):
            return {"target": {"worker": {"namespace": namespace, "taskQueue": queue}}}
        for spec in ({"name": "a_b"} | worker("nope"), worker("nope", ""), {"name": "ab"} | worker(""), {"name": "a_b"} | worker("default"),
                     {"name": "ab"}, {"name": "ab"} | worker("nope", "/_sys/q")):
            with self.subTest(spec=spec):
                self.same("POST", "/api/v1/nexus/endpoints", {"spec": spec})
                for version in (0, 1):
                    self.same("POST", f"/api/v1/nexus/endpoints/{NOBODY}/update", {"version": version, "spec": spec})

    def test_malformed_bodies_have_the_same_status_and_code(self):
        for body in ("{bad", "[]", "null", '"x"', '{"bogus":1}', '{"workflowType":1}', '{"input":"x"}', '{"workflowIdReusePolicy":"x"}',
                     '{"workflowRunTimeout":"soon"}', '{"input":[{"a":1e400}]}', '{"identity":"' + "x" * 5_000_000 + '"}'):
            with self.subTest(body=body[:60]):
                told = [each.told("POST", NAMESPACE + "/workflows/malformed", body) for each in (self.ours, self.real)]
                self.assertEqual(*((status, answer["code"]) for status, answer in told))
                self.assertEqual(told[0][0], 400)

    def test_payloads_are_taken_and_given_alike(self):
        long_form = {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}
        for number, given in enumerate((
                ["x", None, True, 1, {"b": [1], "a": {}}], {"payloads": [long_form]}, [long_form], [{"_protoMessageType": "a.B", "x": 1}],
                [{"metadata": {"encoding": "eA=="}, "data": "MQ=="}, 1], [{"metadata": {"encoding": "eA=="}}], [])):
            with self.subTest(given=given):
                path = f"{NAMESPACE}/workflows/payloads-{number}"
                self.assertEqual(self.same("POST", path, START | {"input": given})[0], 200)
                for form in ("", "?noPayloadShorthand"):
                    events = [each.told("GET", path + "/history" + form)[1]["history"]["events"] for each in (self.ours, self.real)]
                    self.assertEqual(*(each[0]["workflowExecutionStartedEventAttributes"].get("input") for each in events))

    def test_forms_are_asked_for_alike(self):
        for headers in ({}, {"Accept": "application/json+pretty"}, {"Accept": "text/html,application/json+pretty"},
                        {"Content-Type": "application/json+no-payload-shorthand"}):
            for query in ("", "?pretty", "?noPayloadShorthand", "?pretty=false&noPayloadShorthand"):
                with self.subTest(headers=headers, query=query):
                    told = [each.ask("GET", NAMESPACE + "/workflows/there" + query, None, headers) for each in (self.ours, self.real)]
                    kinds = [answer.headers["Content-Type"].replace("*", "application/json") for answer, _ in told]
                    self.assertEqual(*kinds)
                    self.assertEqual(*("\n  " in text for _, text in told))
                    self.assertEqual(*("metadata" in text for _, text in told))

    def test_other_spellings_of_a_path_are_sent_on_alike(self):
        for path in ("//api/v1/system-info", "/api/./v1/system-info?a=b", "/api/../api/v1/system-info"):
            with self.subTest(path=path):
                told = [each.ask("GET", path)[0] for each in (self.ours, self.real)]
                self.assertEqual(*((answer.status, answer.headers["Location"]) for answer in told))
                self.assertEqual(told[0].status, 301)

    def test_lives_go_alike(self):
        for verb, path, body in (
                ("POST", "/workflows/life", START), ("POST", "/workflows/life", START | {"requestId": "other"}),
                ("POST", "/workflows/life/signal/s", {"input": ["x"]}), ("POST", "/workflows/life/cancel", {"reason": "r"}),
                ("POST", "/workflows/life/signal-with-start/s", START | {"signalInput": [1]}),
                ("GET", "/workflows/life/history", None), ("POST", "/workflows/life/terminate", {"reason": "r"}),
                ("POST", "/workflows/life/terminate", {}), ("GET", "/workflows/life/history?waitNewEvent=true", None),
                ("POST", "/workflows/life/query/q", {}), ("POST", "/workflows/life/reset", {"workflowTaskFinishEventId": "3"})):
            with self.subTest(request=(verb, path)):
                self.same(verb, NAMESPACE + path, body)


if __name__ == "__main__":
    unittest.main()
