# SPDX-License-Identifier: Apache-2.0
"""The binary's commands, against one server."""

import base64
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

from troupe_process import ENVIRONMENT, LIMIT, TROUPE, Server, run

HEADER = pathlib.Path(__file__).resolve().parents[2] / "runtime/include/troupe/version.hpp"
VERSION = ".".join(re.findall(r"#define TROUPE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", HEADER.read_text()))


class WithServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The arguments of the SDKs' local test environments.
        cls.server = Server(
            "--namespace", "default", "--ip", "127.0.0.1", "--log-format", "pretty", "--log-level", "warn",
            "--dynamic-config-value", 'system.refreshNexusEndpointsMinWait="0s"',
            "--dynamic-config-value", "some.unknown.key=[1,2]", "--namespace", "second", "--namespace", "odd", "--namespace", "odd", "--headless",
            "--search-attribute", "AtStart=int")

    @classmethod
    def tearDownClass(cls):
        code, _, err = cls.server.end()
        if code != 0 or err:
            raise AssertionError(f"the server ended with {code}: {err}")

    def command(self, *words):
        return run(*words, "--address", f"127.0.0.1:{self.server.port}")

    def ok(self, *words):
        code, out, err = self.command(*words)
        self.assertEqual((code, err), (0, ""), words)
        return out

    def run_ok(self, *words):
        code, out, err = run(*words)
        self.assertEqual((code, err), (0, ""), words)
        return out

    def fails(self, *words):
        code, out, err = self.command(*words)
        self.assertEqual(code, 1, words)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("Error: "), err)
        return err[len("Error: "):].rstrip("\n")

    def test_cluster(self):
        self.assertEqual(self.ok("operator", "cluster", "health"), "SERVING\n")
        self.assertEqual(json.loads(self.ok("operator", "cluster", "health", "-o", "json")), {"status": "SERVING"})
        self.assertTrue(json.loads(self.ok("operator", "cluster", "system", "-o", "json"))["capabilities"]["nexus"])

    def test_namespaces(self):
        self.assertEqual(
            self.ok("operator", "namespace", "create", "-n", "mine"), "Namespace mine successfully registered.\n")
        self.assertIn("already exists", self.fails("operator", "namespace", "create", "-n", "mine"))
        # A shell's variable that is not set is no wish for the default namespace.
        for action in ("create", "describe", "update", "delete"):
            for empty in (("-n", ""), ("",), ("-n", "mine", "")):
                code, out, err = self.command("operator", "namespace", action, *empty, *(("--yes",) if action == "delete" else ()))
                self.assertEqual(code, 1, (action, empty))
                self.assertRegex(
                    err, "Namespace not set on request|provide one of --namespace-id|was provided as both an argument")
        self.ok("operator", "namespace", "describe")
        described = json.loads(self.ok("operator", "namespace", "describe", "-n", "mine", "-o", "json"))
        self.assertEqual(described["config"]["workflowExecutionRetentionTtl"], "259200s")
        names = {each["namespaceInfo"]["name"] for each in json.loads(self.ok("operator", "namespace", "list", "-o", "json"))}
        self.assertLessEqual({"default", "second", "mine"}, names)
        self.assertEqual(
            self.fails("operator", "namespace", "describe", "-n", "nope"),
            "unable to describe namespace nope: Namespace nope is not found.")

    def test_a_namespace_is_changed_and_deleted(self):
        self.ok("operator", "namespace", "create", "-n", "brief", "--email", "a@b", "--data", "k=v")
        self.assertEqual(
            self.ok("operator", "namespace", "update", "-n", "brief", "--description", "words", "--retention", "5d"),
            "Namespace brief update succeeded.\n")
        described = json.loads(self.ok("operator", "namespace", "describe", "-n", "brief", "-o", "json"))
        self.assertEqual(described["config"]["workflowExecutionRetentionTtl"], "432000s")
        info = described["namespaceInfo"]
        self.assertEqual((info["description"], info["ownerEmail"], info["data"]), ("words", "a@b", {"k": "v"}))
        self.assertEqual(
            self.fails("operator", "namespace", "update", "-n", "nope"), "namespace update failed: Namespace nope is not found.")
        question = "Are you sure you want to delete namespace brief? Type namespace name to confirm: "
        code, out, err = self.command("operator", "namespace", "delete", "-n", "brief")
        self.assertEqual(
            (code, out, err), (1, question, "Error: user denied confirmation or mistyped the namespace name\n"))
        self.assertEqual(
            self.ok("operator", "namespace", "delete", "-n", "brief", "--yes"),
            question + "brief\nNamespace brief has been deleted.\n")
        self.fails("operator", "namespace", "describe", "-n", "brief")

    def test_the_cluster_is_described(self):
        listed = json.loads(self.ok("operator", "cluster", "list", "-o", "json"))
        described = json.loads(self.ok("operator", "cluster", "describe", "-o", "json"))
        self.assertEqual([each["clusterId"] for each in listed], [described["clusterId"]])
        self.assertRegex(self.ok("operator", "cluster", "describe"), r"^  ClusterName  PersistenceStore  VisibilityStore\n  ")

    def test_a_workflow_is_deleted_once_someone_says_yes(self):
        self.ok("workflow", "start", "--type", "W", "-t", "tq", "-w", "gone")
        code, out, err = self.command("workflow", "delete", "-w", "gone")
        self.assertEqual((code, out, err), (1, 'Delete Workflow "gone"? y/N ', "Error: user denied confirmation\n"))
        self.ok("workflow", "describe", "-w", "gone")
        self.assertEqual(
            self.ok("workflow", "delete", "-w", "gone", "--yes"),
            'Delete Workflow "gone"? y/N yes\nDelete workflow succeeded\n')
        self.assertIn("not found", self.fails("workflow", "describe", "-w", "gone"))

    def test_a_workflow_goes_back_to_an_earlier_task(self):
        self.ok("workflow", "start", "--type", "W", "-t", "back", "-w", "goes-back")
        point = ["workflow", "reset", "-w", "goes-back", "--reason", "why", "-t", "FirstWorkflowTask"]
        self.assertEqual(
            self.fails(*point),
            "failed to reset workflow: Workflow task finish ID must be > 1 && <= workflow last event ID.")
        self.ok("workflow", "signal", "-w", "goes-back", "--name", "s")
        self.assertEqual(self.ok(*point), "Resetting workflow goes-back to event ID 3\n")
        types = [each["eventType"] for each in json.loads(self.ok("workflow", "show", "-w", "goes-back", "-o", "json"))["events"]]
        self.assertEqual(
            [each.removeprefix("EVENT_TYPE_WORKFLOW_") for each in types],
            ["EXECUTION_STARTED", "TASK_SCHEDULED", "TASK_STARTED", "TASK_FAILED", "EXECUTION_SIGNALED", "TASK_SCHEDULED"])
        again = json.loads(self.ok("workflow", "reset", "-w", "goes-back", "--reason", "why", "-e", "4", "--reapply-exclude", "Signal",
                                   "-o", "json"))
        described = json.loads(self.ok("workflow", "describe", "-w", "goes-back", "-o", "json"))["workflowExecutionInfo"]
        self.assertEqual((described["execution"]["runId"], described["historyLength"]), (again["runId"], "5"))
        self.assertEqual(
            self.fails("workflow", "reset", "-w", "goes-back", "--reason", "why"),
            "must specify either valid event id or reset type")
        self.assertEqual(
            self.fails("workflow", "reset", "-w", "goes-back", "--reason", "why", "-t", "LastContinuedAsNew"),
            "cannot use LastContinuedAsNew for workflow; workflow was not continued from another")
        self.assertEqual(
            self.fails("workflow", "reset", "-w", "goes-back", "--reason", "why", "-t", "BuildId"), "invalid reset type: BuildId")

    def test_a_query_says_what_is_wrong(self):
        self.assertEqual(
            self.fails("workflow", "query", "-w", "nope", "--name", "q"),
            "querying workflow failed: workflow not found for ID: nope")
        self.ok("workflow", "start", "--type", "W", "-t", "tq", "-w", "asked")
        self.ok("workflow", "terminate", "-w", "asked")
        for command in (["query", "--name", "q"], ["stack"], ["metadata"]):
            self.assertEqual(
                self.fails("workflow", *command, "-w", "asked", "--reject-condition", "not_open"),
                "query was rejected, workflow has status: Terminated")

    def test_a_task_queue_shows_what_waits(self):
        self.ok("workflow", "start", "--type", "W", "-t", "waiting", "-w", "waits")
        described = json.loads(
            self.ok("task-queue", "describe", "-t", "waiting", "--task-queue-type", "workflow", "-o", "json"))
        self.assertEqual([each["approximateBacklogCount"] for each in described["stats"]], [1])
        self.assertIsNone(described["pollers"])
        self.assertRegex(self.ok("task-queue", "describe", "-t", "waiting"), r"(?m)^  UNVERSIONED  workflow +1  ")
        self.assertEqual(
            self.ok("task-queue", "describe", "-t", "waiting", "--legacy-mode").splitlines()[:2],
            ["Pollers:", "  Identity  LastAccessTime  RatePerSecond"])

    def test_a_task_queue_shows_the_parts_that_are_asked_for(self):
        self.ok("workflow", "start", "--type", "W", "-t", "parts", "-w", "parted")
        describe = ["task-queue", "describe", "-t", "parts"]

        def shown(*flags):
            return json.loads(self.ok(*describe, *flags, "-o", "json"))

        self.assertEqual({each["taskQueueType"] for each in shown("--report-config")["stats"]}, {"workflow", "activity"})
        self.assertEqual(shown("--report-reachability")["reachability"], [{"buildId": "UNVERSIONED", "reachability": "reachable"}])
        self.assertIsNone(shown("--select-all-active")["stats"])
        both = shown("--report-reachability", "--select-build-id", "x", "--select-unversioned", "--task-queue-type", "workflow")
        self.assertEqual([each["reachability"] for each in both["reachability"]], ["reachable", "unreachable"])
        self.assertEqual([(each["buildId"], each["approximateBacklogCount"]) for each in both["stats"]], [("UNVERSIONED", 1), ("x", 0)])
        self.assertEqual(
            self.ok(*describe, "--report-reachability").splitlines()[:3],
            ["Task Reachability:", "    BuildID    Reachability", "  UNVERSIONED  reachable   "])
        legacy = shown("--legacy-mode", "--partitions-legacy", "2")
        self.assertIsNone(legacy["pollers"])
        self.assertEqual([each["partition"] for each in legacy["taskQueues"]], [0, 1])
        self.assertEqual(legacy["taskQueues"][0]["backlog_count_hint"], 1)
        self.assertEqual(
            legacy["versioning_info"], {"current_version": "__unversioned__", "update_time": {"seconds": -62135596800}})
        self.assertEqual(shown("--legacy-mode", "--partitions-legacy", "0"), {"pollers": None, "taskQueues": None})

    def test_flags_that_change_nothing_are_taken_as_the_temporal_cli_does(self):
        self.ok("workflow", "start", "--type", "W", "-t", "headers", "-w", "headed")
        self.ok("workflow", "cancel", "-w", "headed", "--headers", "no header")
        reset = ["workflow", "reset", "-w", "headed", "-t", "FirstWorkflowTask", "--reason", "r", "--reapply-type"]
        self.assertEqual(
            self.command(*reset, "All", "--reapply-exclude", "All")[2].splitlines(),
            ["Flag --reapply-type has been deprecated, Use --reapply-exclude instead.",
             "Error: --reapply-type cannot be used with --reapply-exclude. Use --reapply-exclude"])
        self.assertIn("bogus is not one of required values of All, Signal, None", self.fails(*reset, "bogus"))
        self.ok("workflow", "delete", "-w", "headed", "-y", "--headers", "no header")

    def test_colours_are_for_those_who_ask(self):
        self.assertEqual(self.ok("operator", "cluster", "health", "--color", "always"), "\x1b[32mSERVING\x1b[0m\n")
        self.assertNotIn("\x1b", self.ok("operator", "cluster", "health"))
        self.assertNotIn("\x1b", self.ok("operator", "cluster", "health", "--color", "always", "-o", "json"))

    def test_profiles_and_environments_are_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            config = ["--config-file", os.path.join(folder, "deep", "c.toml"), "--profile", "p"]
            self.run_ok("config", "set", *config, "-p", "address", "-v", f"127.0.0.1:{self.server.port}")
            self.run_ok("config", "set", *config, "-p", "namespace", "-v", "second")
            self.assertRegex(self.run_ok("config", "get", *config), r"(?m)^  namespace  second *$")
            self.assertEqual(json.loads(self.run_ok("config", "list", *config, "-o", "json")), [{"name": "p"}])
            self.assertRegex(self.run_ok("operator", "namespace", "describe", *config), r"(?m)^  NamespaceInfo.Name +second$")
            self.run_ok("config", "delete-profile", *config)
            self.assertEqual(run("config", "get", *config)[::2], (1, 'Error: profile "p" not found\n'))
            env = ["--env-file", os.path.join(folder, "deeper", "e.yaml"), "--env", "e"]
            self.run_ok("env", "set", *env, "-k", "address", "-v", f"127.0.0.1:{self.server.port}")
            self.run_ok("operator", "cluster", "health", *env)
            self.assertEqual(
                json.loads(self.run_ok("env", "get", *env, "-o", "json")),
                [{"property": "address", "value": f"127.0.0.1:{self.server.port}"}])
            self.run_ok("env", "delete", *env)
            self.assertEqual(run("env", "get", *env)[::2], (1, 'Error: environment "e" not found\n'))

    def test_parallel_edits_are_all_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            for words, name in ((["config", "set", "--profile", "p", "-p", "grpc_meta.k{}", "--config-file"], "c.toml"),
                                (["env", "set", "--env", "e", "-k", "k{}", "--env-file"], "e.yaml")):
                path = os.path.join(folder, "new", name)
                running = [subprocess.Popen([TROUPE, *(each.format(i) for each in words), path, "-v", str(i)], env=ENVIRONMENT)
                           for i in range(12)]
                self.assertEqual([each.wait(LIMIT) for each in running], [0] * 12)
                with open(path) as file:
                    text = file.read()
                self.assertEqual([i for i in range(12) if not re.search(rf'k{i}"? ?[=:] "{i}"', text)], [], text)

    def test_endpoints(self):
        endpoint = ["operator", "nexus", "endpoint"]
        target = ["--target-namespace", "second", "--target-task-queue", "tq"]
        self.assertEqual(self.ok(*endpoint, "create", "--name", "end", *target), "Endpoint end successfully created.\n")
        self.assertIn("already registered", self.fails(*endpoint, "create", "--name", "end", *target))
        self.fails(*endpoint, "create", "--name", "bad name", *target)
        self.ok(*endpoint, "update", "--name", "end", "--target-task-queue", "tq2", "--description", "words")
        got = json.loads(self.ok(*endpoint, "get", "--name", "end", "-o", "json"))
        self.assertEqual(got["spec"]["target"]["worker"], {"namespace": "second", "taskQueue": "tq2"})
        self.assertEqual(got["spec"]["description"], "words")
        self.assertIn(got["id"], self.ok(*endpoint, "list"))
        self.assertEqual(
            self.ok(*endpoint, "delete", "--name", "end"), f"Endpoint end successfully deleted (ID {got['id']}).\n")
        self.assertEqual(self.fails(*endpoint, "get", "--name", "end"), 'endpoint not found: "end"')

    def test_search_attributes(self):
        create = ["operator", "search-attribute", "create"]
        self.assertEqual(self.ok(*create, "--name", "Made", "--name", "Also", "--type", "keyword"),
                         "Search attributes have been added\n")
        # Once more changes nothing; of another type it is refused.
        self.ok(*create, "--name", "Made", "--type", "Keyword")
        self.assertEqual(self.fails(*create, "--name", "Made", "--type", "Int"),
                         "search attribute Made already exists and has different type Keyword")
        self.assertIn("allowed values are: Text, Keyword", self.fails(*create, "--name", "A", "--type", "Nope"))
        self.assertEqual(self.fails(*create, "--name", "WorkflowId", "--type", "Keyword"),
                         "unable to add search attributes: Search attribute WorkflowId is reserved by system.")
        listed = self.ok("operator", "search-attribute", "list")
        self.assertRegex(listed, r"(?m)^  WorkflowType +Keyword *\n  Also +Keyword *\n  AtStart +Int *\n  Made +Keyword *\n")
        as_json = json.loads(self.ok("operator", "search-attribute", "list", "-o", "json"))
        self.assertEqual(as_json["customAttributes"]["Made"], "INDEXED_VALUE_TYPE_KEYWORD")

        remove = ["operator", "search-attribute", "remove", "--name", "Made"]
        self.assertEqual(self.fails(*remove, "-o", "json"), "must bypass prompts when using JSON output")
        code, out, err = self.command(*remove)  # nobody there to say yes
        self.assertEqual((code, out), (1, 'You are about to remove search attribute ["Made"]? y/N '))
        self.assertEqual(err, "Error: user denied confirmation, operation aborted\n")
        self.assertEqual(self.ok(*remove, "--yes"), 'You are about to remove search attribute ["Made"]? y/N yes\n'
                         "Search attributes have been removed\n")
        self.assertNotIn("Made", self.ok("operator", "search-attribute", "list"))

    def test_the_servers_search_attributes_are_in_every_namespace(self):
        for name in ["default", "second"]:
            self.assertRegex(self.ok("operator", "search-attribute", "list", "-n", name), r"(?m)^  AtStart +Int *$")

    def test_a_workflow_from_start_to_termination(self):
        start = ["workflow", "start", "--type", "W", "-t", "tq", "-w", "w1"]
        started = json.loads(self.ok(*start, "-i", '"in"', "--memo", 'k="v"', "-o", "json"))
        self.assertEqual(
            {k: started[k] for k in ("workflowId", "type", "namespace", "taskQueue")},
            {"workflowId": "w1", "type": "W", "namespace": "default", "taskQueue": "tq"})
        # Starting again finds the same run, unless that is to be an error.
        self.assertEqual(json.loads(self.ok(*start, "-o", "json"))["runId"], started["runId"])
        self.assertIn("already running", self.fails(*start, "--fail-existing"))
        self.assertEqual(self.ok("workflow", "signal", "-w", "w1", "--name", "s"), "Signal workflow succeeded\n")
        self.assertEqual(self.ok("workflow", "cancel", "-w", "w1"), "Canceled workflow\n")
        described = json.loads(self.ok("workflow", "describe", "-w", "w1", "-o", "json"))
        self.assertEqual(described["workflowExecutionInfo"]["status"], "WORKFLOW_EXECUTION_STATUS_RUNNING")
        self.assertEqual(described["workflowExecutionInfo"]["memo"]["fields"], {"k": "v"})
        self.assertIn("Pending Nexus Operations: 0\n", self.ok("workflow", "describe", "-w", "w1"))
        self.assertEqual(
            self.ok("workflow", "terminate", "-w", "w1", "--reason", "enough"), "Workflow terminated\n")
        history = json.loads(self.ok("workflow", "show", "-w", "w1", "-o", "json"))["events"]
        self.assertEqual(
            [each["eventType"].removeprefix("EVENT_TYPE_WORKFLOW_") for each in history],
            ["EXECUTION_STARTED", "TASK_SCHEDULED", "EXECUTION_SIGNALED", "EXECUTION_CANCEL_REQUESTED",
             "EXECUTION_TERMINATED"])
        # Replayers need payloads as they travelled.
        payload = history[0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"][0]
        self.assertEqual(payload, {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "ImluIg=="})
        code, out, err = self.command("workflow", "result", "-w", "w1", "-o", "json")
        self.assertEqual((code, err), (1, "Error: workflow failed\n"))
        closed = json.loads(out)["closeEvent"]
        self.assertEqual(closed["workflowExecutionTerminatedEventAttributes"]["reason"], "enough")

    def test_execute_follows_to_the_end_and_fails_with_the_workflow(self):
        code, out, err = self.command(
            "workflow", "execute", "--type", "W", "-t", "nobody", "-w", "w2", "--run-timeout", "1s")
        self.assertEqual((code, err), (1, "Error: workflow failed\n"))
        self.assertIn("Running execution:\n  WorkflowId  w2\n", out)
        self.assertRegex(out, r"Progress:\n  ID           Time                     Type           \n    1  ")
        self.assertRegex(out, r"    3  \S+  WorkflowExecutionTimedOut \n\nResults:\n  RunTime  \S+\n  Status   TIMEOUT\n$")

    def test_lists_and_counts(self):
        self.ok("workflow", "start", "--type", "L", "-t", "tq", "-w", "l1", "-n", "second")
        self.ok("workflow", "start", "--type", "L", "-t", "tq", "-w", "l2", "-n", "second")
        listed = json.loads(self.ok("workflow", "list", "-n", "second", "-q", "WorkflowType='L'", "-o", "json"))
        self.assertEqual([each["execution"]["workflowId"] for each in listed], ["l2", "l1"])
        self.assertEqual(
            self.ok("workflow", "list", "-n", "second", "--limit", "1").splitlines()[0].split(),
            ["Status", "WorkflowId", "Type", "StartTime"])
        self.assertEqual(self.ok("workflow", "list", "-n", "second", "-q", "WorkflowId='z'", "-o", "json"), "[\n]\n")
        self.assertEqual(self.ok("workflow", "count", "-n", "second"), "Total: 2\n")

    def test_errors_name_what_is_wrong(self):
        self.assertEqual(
            self.fails("workflow", "describe", "-w", "nope"), "failed describing workflow: workflow not found for ID: nope")
        self.assertEqual(
            self.fails("workflow", "signal", "-w", "nope", "--name", "s"),
            "failed signalling workflow: workflow not found for ID: nope")
        self.assertIn("nope", self.fails("workflow", "list", "-n", "nope"))
        self.fails("workflow", "list", "-q", "foo bar")

    def test_command_lines(self):
        """Each was tried with the Temporal CLI: exit code, first line of stdout, first line of stderr without the hint
        at the help. AT stands for the address; {} for what is left out (ids, help texts)."""
        start = "workflow start --address AT --type W -t tq "
        table = [
            # No option splits its value, stray words are refused.
            (start + "-w t1 --input [1,2,3]", 0, "Running execution:", ""),
            (start + "-w t2 --input []", 0, "Running execution:", ""),
            (start + "-w t3 -i=[1] -i {} -o=json", 0, "{", ""),
            (start + "-wt4 -ojson", 0, "{", ""),
            (start + r"""-w t5 --input '"\ud800"'""", 0, "Running execution:", ""),
            (start + r"""-w t6 --memo 'k="\ud800"' --memo l=[1,2]""", 0, "Running execution:", ""),
            (start + "--type V --name U -w t7", 0, "Running execution:", ""),
            (start + "--input '1 2'", 1, "", "input #1 is not valid JSON"),
            (start + "--input ''", 1, "", "input #1 is not valid JSON"),
            (start + "stray", 1, "", 'unknown command "stray" for "troupe workflow start"'),
            (start + "--input 1 2", 1, "", 'unknown command "2" for "troupe workflow start"'),
            # Values, empty values, switches, letters.
            ("workflow describe --address AT --run-id= -w t1 -o json", 0, "{", ""),
            ("workflow describe --address AT -w t1 --run-id '' -o json", 0, "{", ""),
            ("workflow describe --address AT -w=t1 -o=json", 0, "{", ""),
            ("workflow describe --address AT -w= -o=json", 1, "", "failed describing workflow: workflow not found for ID: ="),
            ("workflow show --address AT -w t1 --follow=no", 1, "",
             'invalid argument "no" for "-f, --follow" flag: strconv.ParseBool: parsing "no": invalid syntax'),
            ("workflow show --address AT -w t1 --follow=F", 0, "Progress:", ""),
            ("workflow show --address AT -fw t1 --command-timeout 100ms", 1, "Progress:", "command timed out after 100ms"),
            ("workflow show --address AT -wf t1", 1, "", 'unknown command "t1" for "troupe workflow show"'),
            ("workflow --address AT --tls=false list --limit 0x1 -o json", 0, "[", ""),
            ("workflow list --address AT --tls list", 1, "", 'unknown command "list" for "troupe workflow list"'),
            ("workflow list --address 127.0.0.1:1 --address AT --limit 1 -o json", 0, "[", ""),
            ("--address AT -o json workflow list --limit=-1", 0, "[", ""),
            ("workflow list --address AT --limit=99999999999 --page-size 99999999999 -o json", 0, "[", ""),
            ("workflow list --address AT --", 0, "{}", ""),
            ("workflow list --address AT -- list", 1, "", 'unknown command "list" for "troupe workflow list"'),
            ("workflow list --address AT -", 1, "", 'unknown command "-" for "troupe workflow list"'),
            ("workflow signal --address AT -w t1 --type s", 0, "Signal workflow succeeded", ""),
            ("workflow list --address AT -h=false -o json --limit 1", 0, "[", ""),
            # A list that fails prints no list.
            ("workflow list --address AT -n nope -o json", 1, "", "failed listing workflows: Namespace nope is not found."),
            ("workflow list --address 127.0.0.1:1 -o json", 1, "", "failed reaching server {}"),
            ("workflow list --address 127.0.0.1:99999", 1, "",
             'the target "127.0.0.1:99999" has the port "99999", which is no number from 1 to 65535; give host:port, e.g. '
             'localhost:7233'),
            # Addresses and namespaces.
            ("workflow list --address :PORT --limit 1 -o json", 0, "[", ""),
            ("workflow list --address passthrough:///AT --limit 1 -o json", 0, "[", ""),
            ("workflow list --address AT -n '' --limit 1 -o json", 0, "[", ""),
            ("TEMPORAL_NAMESPACE=nope workflow list --address AT", 1, "", "failed listing workflows: Namespace nope is not found."),
            ("TEMPORAL_NAMESPACE=nope operator namespace describe --address AT", 1, "",
             "unable to describe namespace nope: Namespace nope is not found."),
            ("TEMPORAL_NAMESPACE=nope operator namespace describe -n default --address AT -o json", 0, "{", ""),
            ("TEMPORAL_NAMESPACE=nope operator namespace describe default --address AT", 1, "",
             "namespace was provided as both an argument (default) and a flag (-n nope); please specify namespace only with -n"),
            ("operator namespace describe default --address AT -o json", 0, "{",
             "Warning: Passing the namespace as an argument is now deprecated; please switch to using -n instead"),
            ("operator namespace describe -n a --namespace-id b --address AT", 1, "",
             "provide one of --namespace-id=<uuid> or -n name, but not both"),
            ("TEMPORAL_NAMESPACE=byenv operator namespace create --address AT", 1, "",
             'unable to create namespace default: Namespace "default" already exists'),
            ("TEMPORAL_ADDRESS=AT workflow list --limit 1 -o json", 0, "[", ""),
            ("TEMPORAL_ENV=nope workflow list --address AT", 1, "", 'environment "nope" not found'),
            ("workflow list --env nope --address AT", 1, "", 'environment "nope" not found'),
            ("workflow list --config-file / --address AT", 1, "", "{}Is a directory"),
            ("workflow list --config-file /nowhere/c.toml --address AT", 1, "",
             "cannot read /nowhere/c.toml: No such file or directory"),
            ("workflow list --config-file /nowhere/c.toml --disable-config-file --address AT --limit 1 -o json", 0, "[", ""),
            ("TEMPORAL_CONFIG_FILE=/nowhere/c.toml workflow list --address AT --limit 1 -o json", 0, "[", ""),
            ("workflow list --disable-config-file --disable-config-env --address AT --limit 1 -o json", 0, "[", ""),
            # Commands.
            ("", 1, "{}", "a command is missing after \"troupe\""),
            ("workflow", 1, "{}", 'a command is missing after "troupe workflow"'),
            ("workflow foo", 1, "", 'unknown command "foo" for "troupe workflow"'),
            # As the Temporal CLI: who asks for help gets it, whatever else is wrong.
            ("workflow foo --help", 0, "{}", ""),
            ("operator namespace foo -h", 0, "{}", ""),
            ("foo --help", 0, "{}", ""),
            ("foo", 1, "", 'unknown command "foo" for "troupe"'),
            ("help", 0, "{}", ""),
            ("help workflow list", 0, "{}", ""),
            ("help workflow nope", 0, "{}", ""),
            ("workflow help", 0, "{}", ""),
            ("workflow --help foo", 0, "{}", ""),
            ("workflow list --help extra", 0, "{}", ""),
            ("workflow list -h --foo", 1, "", "unknown flag: --foo"),
            ("--version", 0, f"troupe version {VERSION} ({{}})", ""),
            ("workflow -v", 1, "", "unknown shorthand flag: 'v' in -v"),
            ("server start-dev --address x", 1, "", "unknown flag: --address"),
            ("server start-dev -n ''", 1, "", "--namespace takes a name, not an empty text"),
            ("server start-dev extra", 1, "", 'unknown command "extra" for "troupe server start-dev"'),
        ]
        at = f"127.0.0.1:{self.server.port}"
        for line, code, out, err in table:
            with self.subTest(line=line):
                words = [each.replace("AT", at).replace("PORT", str(self.server.port)) for each in shlex.split(line)]
                variables = dict(words.pop(0).split("=", 1) for _ in range(sum(each.startswith("TEMPORAL_") for each in words)))
                got_code, got_out, got_err = run(*words, **variables)
                self.assertEqual(got_code, code, got_err)
                for got, wanted in ((got_out, out), (got_err.removeprefix("Error: "), err)):
                    first = re.sub(r" \(see troupe.* --help\)$", "", got.split("\n")[0])
                    self.assertRegex(first, "^" + re.escape(wanted).replace(r"\{\}", ".*") + "$")
                self.assertLessEqual(got_err.count("\n"), 1)

    def test_the_older_configuration(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "temporal.yaml")
            with open(path, "w") as file:
                file.write(f"env:\n  mine:\n    address: 127.0.0.1:{self.server.port}\n    namespace: second\n"
                           "    limit: '1'\n    output: json\n")
            for words, variables in ((["--env", "mine"], {}), ([], {"TEMPORAL_ENV": "mine"})):
                code, out, err = run("workflow", "list", "--env-file", path, *words, **variables)
                self.assertEqual((code, out[:1], err), (0, "[", ""))
                code, out, err = run("workflow", "list", "--env-file", path, *words, "-n", "nope", **variables)
                self.assertEqual((code, err), (1, "Error: failed listing workflows: Namespace nope is not found.\n"))
            self.assertEqual(run("workflow", "list", "--env-file", path, "--env", "other")[0], 1)
            self.assertIn("Is a directory", run("workflow", "list", "--env-file", folder)[2])

    def test_a_folder_is_no_input(self):
        start = ["workflow", "start", "--type", "W", "-t", "tq"]
        self.assertIn("read /: is a directory", self.fails(*start, "--input-file", "/"))
        self.assertIn("read /: is a directory", self.fails(
            "operator", "nexus", "endpoint", "create", "--name", "e", "--target-url", "http://x", "--description-file", "/"))
        self.assertIn('empty description file: "/dev/null"', self.fails(
            "operator", "nexus", "endpoint", "create", "--name", "e", "--target-url", "http://x", "--description-file",
            "/dev/null"))

    def test_the_configuration_may_be_a_pipe(self):
        text = f'[profile.default]\naddress = "127.0.0.1:{self.server.port}"\nnamespace = ""\n'
        done = subprocess.run(
            [TROUPE, "workflow", "list", "--config-file", "/dev/stdin", "-o", "json", "--limit", "1"], input=text,
            capture_output=True, text=True, timeout=LIMIT, env=ENVIRONMENT)
        self.assertEqual((done.returncode, done.stdout[:1], done.stderr), (0, "[", ""))

    def test_ids_do_not_reach_the_terminal_raw(self):
        bad = "evil\x1b[2J\r\nRunning  other"
        self.ok("workflow", "start", "--type", "W\x9b31m", "-t", "tq", "-w", bad, "-n", "odd")
        for words in (["list"], ["describe", "-w", bad], ["show", "-w", bad, "--detailed"]):
            out = self.ok("workflow", *words, "-n", "odd")
            self.assertEqual([each for each in out if ord(each) < 32 and each != "\n" or 127 <= ord(each) < 160], [], words)
        self.assertIn("evil\\u001b[2J\\r\\nRunning  other", self.ok("workflow", "list", "-n", "odd"))
        self.ok("workflow", "terminate", "-w", bad, "-n", "odd")
        self.assertNotIn("\x1b", self.fails("workflow", "signal", "-w", bad, "-n", "odd", "--name", "s"))

    def test_a_namespace_that_no_header_can_carry_is_refused_wherever_it_stands(self):
        for name in ("\x1b[31mred", "\u4e2d", "a\n"):
            for words in (["create"], ["describe"], ["update", "--description", "d"], ["delete", "--yes"]):
                for way in ([name], ["-n", name]):
                    code, out, err = self.command("operator", "namespace", *words, *way)
                    self.assertEqual((code, out), (1, ""))
                    self.assertRegex(err.splitlines()[-1], '^Error: the namespace ".*" holds characters that no header can carry$')
                    self.assertNotIn("\x1b", err)

    def test_wide_characters_keep_their_columns(self):
        self.ok("workflow", "start", "--type", "W", "-t", "tq", "-w", "\u4e2d\u6587", "-n", "odd")
        self.ok("workflow", "start", "--type", "W", "-t", "tq", "-w", "abcd", "-n", "odd")
        lines = self.ok("workflow", "list", "-n", "odd", "-q", "WorkflowId = 'abcd' OR WorkflowId = '\u4e2d\u6587'").splitlines()
        self.assertEqual(lines[1].index("  W ") - lines[1].index("abcd"), lines[2].index("  W ") - lines[2].index("\u4e2d") + 2)

    def test_deep_json_is_refused_or_printed_as_it_travels(self):
        deep = "[" * 50_000 + "]" * 50_000
        start = ["workflow", "start", "--type", "W", "-t", "tq", "-w", "deep"]
        self.assertEqual(self.fails(*start, "-i", deep), "input #1 is nested deeper than 512 levels")
        too_deep = 'invalid JSON value for key "k": it is nested deeper than 512 levels'
        self.assertIn(too_deep, self.fails(*start, "--memo", "k=" + deep))
        self.assertIn(too_deep, self.fails(*start, "--headers", "k=" + deep))
        code, _, err = run("server", "start-dev", "--dynamic-config-value", "k=" + deep)
        self.assertEqual((code, err.count("\n")), (1, 1))
        self.assertIn(too_deep, err)
        # Another tool can have sent it; it is printed as it travels.
        with tempfile.NamedTemporaryFile() as file:
            file.write(base64.b64encode(deep.encode()))
            file.flush()
            self.ok(*start, "--input-file", file.name, "--input-base64")
        self.assertIn("input.payloads[0].data: W1tb", self.ok("workflow", "show", "--detailed", "-w", "deep"))
        for words in (["show"], ["show", "--detailed"], ["show", "-o", "json"], ["describe", "-o", "json"], ["describe"]):
            out = self.ok("workflow", *words, "-w", "deep")
            self.assertLess(len(out), 1_000_000, words)
        self.ok("workflow", "terminate", "-w", "deep")
        self.command("workflow", "result", "-w", "deep", "-o", "json")

    def test_base64_stands_for_bytes_of_the_encoding(self):
        start = ["workflow", "start", "--type", "W", "-t", "tq", "--input-base64"]
        for text, fault in [("AQID", "input #1 is not valid JSON"), ("%", "input #1 is not valid base64")]:
            self.assertEqual(self.fails(*start, "-w", "based", "-i", text), fault)
        self.ok(*start, "-w", "based", "-i", base64.b64encode(b'{"a":1}').decode())
        self.assertIn("input[0].a: 1", self.ok("workflow", "show", "--detailed", "-w", "based"))
        self.ok(*start, "-w", "bytes", "-i", "AQID", "--input-meta", "encoding=binary/plain")

    def test_an_empty_list_is_a_value_and_no_payloads_are_none(self):
        self.ok("workflow", "start", "--type", "W", "-t", "tq", "-w", "empties", "-i", "[]", "-i", '{"a":[],"b":{}}')
        self.ok("workflow", "signal", "-w", "empties", "--name", "nothing")
        inputs = re.findall("(?m)^input.*$", self.ok("workflow", "show", "--detailed", "-w", "empties"))
        self.assertEqual(inputs, ["input[0]: []", "input[1].a: []"])

    def test_a_command_ends_at_its_time_limit(self):
        self.ok("workflow", "start", "--type", "W", "-t", "nobody", "-w", "slow")
        self.assertEqual(
            self.fails("workflow", "result", "-w", "slow", "--command-timeout", "200ms"), "command timed out after 200ms")

    def test_a_port_in_use_is_one_line(self):
        code, out, err = run("server", "start-dev", "--port", str(self.server.port), "--headless")
        self.assertEqual((code, out, err.count("\n")), (1, "", 1), err)
        self.assertIn(str(self.server.port), err)


if __name__ == "__main__":
    unittest.main()
