# SPDX-License-Identifier: Apache-2.0
"""What Nexus operations of a C++ handler go on as, what it does meanwhile, and who completes them, on both services."""

import json
import unittest

from harness import BIN, ENDPOINT, HANDLER_NAMESPACE, HANDLER_QUEUE, Service, process, run, service

PEER = BIN / "test" / "nexus_operations_peer"


class operations:
    """Calls to the handler, and what their histories say."""

    def __init__(self, test, at):
        self.test, self.at, self.calls = test, at, 0

    def start(self, operation, value, cancels=False):
        self.calls += 1
        me = f"caller-{self.calls}"
        words = [word for each in (operation, value, cancels) for word in ("-i", json.dumps(each))]
        self.at.cli("workflow", "start", "--namespace", HANDLER_NAMESPACE, "--type", "Caller", "-t", HANDLER_QUEUE, "-w", me, *words)
        return me

    def result(self, me):
        shown = self.at.json("workflow", "result", "--namespace", HANDLER_NAMESPACE, "-w", me)
        return shown["result"]

    def call(self, operation, value, cancels=False):
        me = self.start(operation, value, cancels)
        result = self.result(me)
        try:
            result = json.loads(result)
        except ValueError:
            pass
        return me, result

    def events(self, workflow, kind):
        shown = self.at.json("workflow", "show", "--namespace", HANDLER_NAMESPACE, "-w", workflow)
        return [event for event in shown["events"] if event["eventType"] == f"EVENT_TYPE_{kind}"]

    def links(self, workflow, kind):
        """Of all events of the kind: `workflow KIND_OF_EVENT` of each link."""
        found = []
        for event in self.events(workflow, kind):
            for link in event.get("links", []):
                if "workflowEvent" in link:
                    to = link["workflowEvent"]
                    of = to.get("eventRef") or to.get("requestIdRef")
                    found.append(f"{to['workflowId']} {of['eventType'].removeprefix('EVENT_TYPE_')}")
                else:
                    found.append(next(iter(link)))
        return found

    def start_order(self):
        self.at.cli("workflow", "start", "--namespace", HANDLER_NAMESPACE, "--type", "Order", "-t", HANDLER_QUEUE, "-w", "order")


def messages_are_linked(test, at, is_ours):
    on = operations(test, at)
    on.start_order()
    me, result = on.call("talk", "")
    test.assertEqual(result, "signalled; thanks, Bob")
    from_caller = [f"{me} NEXUS_OPERATION_SCHEDULED"]
    test.assertEqual(on.links("order", "WORKFLOW_EXECUTION_SIGNALED"), from_caller)
    test.assertEqual(on.links("by signal", "WORKFLOW_EXECUTION_SIGNALED"), from_caller)
    test.assertEqual(on.links("by start", "WORKFLOW_EXECUTION_STARTED"), from_caller)
    # Links of updates, and those in answers to signals, are of newer servers than 1.31.
    test.assertEqual(on.links("order", "WORKFLOW_EXECUTION_UPDATE_ACCEPTED"), from_caller if is_ours else [])
    answers = ["by start WORKFLOW_EXECUTION_STARTED"]
    if is_ours:
        answers = ["order WORKFLOW_EXECUTION_SIGNALED", "order WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
                   "by signal WORKFLOW_EXECUTION_SIGNALED", *answers]
    test.assertEqual(on.links(me, "NEXUS_OPERATION_COMPLETED"), answers)


def operations_go_on_as_what_they_want(test, at, is_ours):
    on = operations(test, at)
    test.assertEqual(on.call("decide", "")[1], "at once")
    me = on.start("decide", "workflow", cancels=True)
    test.assertEqual(on.result(me), "operation canceled")
    if not is_ours:
        return  # nobody tells of the end of an update or an activity
    on.start_order()
    test.assertEqual(on.call("decide", "activity")[1], "Ann paid")
    test.assertEqual(on.result(on.start("decide", "staying activity", cancels=True)), "Activity canceled")
    # Three callers of one update, and one who comes when it is over.
    callers = [on.start("decide", "update 1") for _ in range(3)]
    test.assertEqual([json.loads(on.result(me)) for me in callers], ["thanks, Ann"] * 3)
    me, late = on.call("decide", "update 1")
    test.assertEqual(late, "thanks, Ann")
    test.assertEqual(on.events(me, "NEXUS_OPERATION_STARTED"), [])
    test.assertEqual(len(on.events("order", "WORKFLOW_EXECUTION_UPDATE_ACCEPTED")), 1)
    test.assertEqual(on.result(on.start("decide", "refused")), "who?")


def operations_are_completed_from_elsewhere(test, at, _):
    on = operations(test, at)

    def complete(where, how):
        return run(PEER, "complete", json.dumps(where), how, env=at.env(HANDLER_NAMESPACE)).stdout.strip()

    for how, expected in (("succeed", '"done"'), ("fail", "no money"), ("cancel", "operation canceled")):
        me = on.start("later", how)
        where = on.call("where", how)[1]
        test.assertEqual(where["token"], f"mine {how}")
        test.assertEqual(complete(where, how), "told")
        test.assertEqual(on.result(me), expected)
        test.assertEqual(complete(where, how), "ALREADY_EXISTS")
    me = on.start("later", "gone")
    where = on.call("where", "gone")[1]
    at.cli("workflow", "terminate", "--namespace", HANDLER_NAMESPACE, "-w", me)
    test.assertEqual(complete(where, "succeed"), "FAILED_PRECONDITION")


class nexus_operations(unittest.TestCase):
    def on_each(self, check):
        for kind in Service.KINDS:
            with self.subTest(kind), service(kind) as at:
                with process(PEER, ENDPOINT, HANDLER_QUEUE, env=at.env(HANDLER_NAMESPACE)):
                    check(self, at, kind == "troupe")

    def test_messages_are_linked(self):
        self.on_each(messages_are_linked)

    def test_operations_go_on_as_what_they_want(self):
        self.on_each(operations_go_on_as_what_they_want)

    def test_operations_are_completed_from_elsewhere(self):
        self.on_each(operations_are_completed_from_elsewhere)
