# SPDX-License-Identifier: Apache-2.0
"""In which order tasks of several priorities and fairness keys are handed out, and what clients may set of task queues: the
same on both services."""

import asyncio
import contextlib
import datetime
import unittest

from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import ActivityType
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import RateLimit, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest, PollActivityTaskQueueRequest, PollWorkflowTaskQueueRequest, StartActivityExecutionRequest,
    UpdateTaskQueueConfigRequest)
from temporalio.client import Client
from temporalio.common import Priority
from temporalio.service import RPCError

from harness import Service

# Of more partitions than one nobody can tell an order.
ONE_PARTITION = ("matching.numTaskqueueReadPartitions=1", "matching.numTaskqueueWritePartitions=1")
FAIR = ("matching.enableFairness=true", "matching.useNewMatcher=true")


def key(name, weight=None, priority=None):
    return Priority(priority_key=priority, fairness_key=name, fairness_weight=weight)


# name: what waits (the first letter of each workflow's id, how many, of what priority)
WAITING = {
    "two keys": [("a", 8, key("a")), ("b", 4, key("b"))],
    "three keys": [("a", 4, key("a")), ("b", 2, key("b")), ("a", 4, key("a")), ("c", 3, key("c"))],
    "weights": [("a", 9, key("a", 1)), ("b", 9, key("b", 3))],
    "small weights": [("a", 9, key("a", 0.5)), ("b", 9, key("b", 2))],
    "priorities": [("a", 3, key(None, None, 5)), ("b", 3, key(None, None, 1)), ("c", 3, key(None))],
    "priorities and keys": [("a", 4, key("a", None, 1)), ("b", 2, key("b", None, 1)), ("c", 2, key("c", None, 5))],
    "no key": [("a", 6, key("a")), ("n", 3, key(None))],
}


async def all_wait(client, queue, total):
    """A task that is still on its way to the queue would be out of its turn."""
    request = DescribeTaskQueueRequest(
        namespace="default", task_queue=TaskQueue(name=queue), task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        report_stats=True)
    for _ in range(200):
        seen = await client.workflow_service.describe_task_queue(request)
        if seen.stats.approximate_backlog_count == total:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{queue} shows {seen.stats.approximate_backlog_count} tasks instead of {total}")


async def set_weight(client, queue, of, weight):
    kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    await client.workflow_service.update_task_queue_config(UpdateTaskQueueConfigRequest(
        namespace="default", task_queue=queue, task_queue_type=kind, set_fairness_weight_overrides={of: weight}))


async def orders(address, names, weights=()):
    client = await Client.connect(address)
    found = {}
    for name in names:
        waiting = WAITING[name]
        queue = name.replace(" ", "-")
        for of, weight in weights:
            await set_weight(client, queue, of, weight)
        total = 0
        for letter, count, priority in waiting:
            for _ in range(count):
                total += 1
                await client.start_workflow("Nobody", id=f"{letter}-{queue}-{total}", task_queue=queue, priority=priority)
        await all_wait(client, queue, total)
        taken = ""
        for _ in range(total):
            task = await client.workflow_service.poll_workflow_task_queue(
                PollWorkflowTaskQueueRequest(namespace="default", identity="order", task_queue=TaskQueue(name=queue)),
                timeout=datetime.timedelta(seconds=20))
            taken += task.workflow_execution.workflow_id[0]
        found[name] = taken
    return found


def limit(per_second, reason="why"):
    return UpdateTaskQueueConfigRequest.RateLimitUpdate(rate_limit=RateLimit(requests_per_second=per_second), reason=reason)


# Each changes what the ones before it left; `queue` and `kind` may be another one's.
CHANGES = [
    dict(update_queue_rate_limit=limit(5)),
    dict(update_fairness_key_rate_limit_default=limit(0.25)),
    dict(set_fairness_weight_overrides={"a": 2, "b": 0.5}),
    dict(set_fairness_weight_overrides={"c": 5000}, unset_fairness_weight_overrides=["a", "never there"]),
    dict(update_queue_rate_limit=UpdateTaskQueueConfigRequest.RateLimitUpdate(reason="none")),
    dict(),
    dict(kind=1, set_fairness_weight_overrides={"a": 2}),
    dict(kind=3, update_queue_rate_limit=limit(0)),
    dict(kind=0, update_queue_rate_limit=limit(1)),
    dict(queue="other", unset_fairness_weight_overrides=["a"]),
    # and these are refused
    dict(kind=1, update_queue_rate_limit=limit(5)),
    dict(kind=1, update_fairness_key_rate_limit_default=limit(5)),
    dict(update_queue_rate_limit=limit(-1)),
    dict(update_fairness_key_rate_limit_default=limit(-1)),
    dict(update_queue_rate_limit=limit(1, "r" * 1001)),
    dict(identity="i" * 1001, update_queue_rate_limit=limit(1)),
    dict(set_fairness_weight_overrides={"z": 0}),
    dict(set_fairness_weight_overrides={"": 1}),
    dict(set_fairness_weight_overrides={"k" * 65: 1}),
    dict(unset_fairness_weight_overrides=["k" * 65]),
    dict(set_fairness_weight_overrides={"a": 1}, unset_fairness_weight_overrides=["a"]),
    dict(set_fairness_weight_overrides={str(i): 1 for i in range(1001)}),
    dict(set_fairness_weight_overrides={str(i): 1 for i in range(1000)}),
    dict(namespace="nowhere", update_queue_rate_limit=limit(1)),
]


def without_times(message):
    shown = MessageToDict(message)
    for each in (shown.get("queueRateLimit"), shown.get("fairnessKeysRateLimitDefault")):
        if each:
            each["metadata"].pop("updateTime")
    return shown


async def changed(address):
    """What each change answers, and what a description shows after it."""
    service = (await Client.connect(address)).workflow_service
    found = []
    for change in CHANGES:
        change = {"namespace": "default", "queue": "q", "kind": 2, "identity": "me", **change}
        queue, kind = change.pop("queue"), change.pop("kind")
        try:
            answer = await service.update_task_queue_config(
                UpdateTaskQueueConfigRequest(task_queue=queue, task_queue_type=kind, **change))
            found.append(without_times(answer.config))
        except RPCError as error:
            found.append((error.status, error.message))
        # The real server shows a change a little after it has taken it.
        for _ in range(50):
            seen = await service.describe_task_queue(DescribeTaskQueueRequest(
                namespace="default", task_queue=TaskQueue(name=queue), task_queue_type=kind, report_config=True))
            if without_times(seen.config) == found[-1] or isinstance(found[-1], tuple):
                break
            await asyncio.sleep(0.1)
        found.append((seen.HasField("config"), without_times(seen.config), seen.effective_rate_limit.rate_limit_source))
    return found


async def limited(address):
    """Which of three polls get one of two tasks: with a limit of nothing, and without one again. (What is in between cannot be
    compared: the real server looks at what waits by itself, and counts that.)"""
    service = (await Client.connect(address)).workflow_service
    queue = "limited"
    found = []

    async def change(**what):
        await service.update_task_queue_config(
            UpdateTaskQueueConfigRequest(namespace="default", task_queue=queue, task_queue_type=2, **what))

    async def poll(seconds):
        task = await service.poll_activity_task_queue(
            PollActivityTaskQueueRequest(namespace="default", task_queue=TaskQueue(name=queue)),
            timeout=datetime.timedelta(seconds=seconds))
        return bool(task.task_token)

    await change(update_queue_rate_limit=limit(0))
    for number in range(2):
        await service.start_activity_execution(StartActivityExecutionRequest(
            namespace="default", request_id=str(number), activity_id=str(number), activity_type=ActivityType(name="Nobody"),
            task_queue=TaskQueue(name=queue), start_to_close_timeout=Duration(seconds=60)))
    found.append(await poll(4))
    await change(update_queue_rate_limit=UpdateTaskQueueConfigRequest.RateLimitUpdate())
    found += [await poll(20), await poll(20)]
    return found


class Fairness(unittest.TestCase):
    def both(self, names, *settings, weights=()):
        return self.ask_both(lambda address: orders(address, names, weights), *settings)

    def ask_both(self, ask, *settings):
        found = {}
        for kind in Service.KINDS:
            with contextlib.ExitStack() as stack:
                at = Service(kind, (*ONE_PARTITION, *settings))
                stack.callback(at.stop)
                found[kind] = asyncio.run(ask(at.address))
        self.assertEqual(found["troupe"], found["temporal"])
        return found["troupe"]

    def test_a_queue_may_have_weights_that_go_before_those_of_its_tasks(self):
        found = self.both(["weights", "two keys"], *FAIR, weights=[("a", 3), ("b", 1)])
        self.assertEqual(found["weights"], "aaabaaabaaabbbbbbb")

    def test_what_is_set_of_a_queue(self):
        self.ask_both(changed)

    def test_a_limited_queue(self):
        self.assertEqual(self.ask_both(limited, "activity.enableStandalone=true"), [False, True, True])

    def test_keys_take_turns_where_the_service_looks_at_them(self):
        found = self.both(WAITING, *FAIR)
        self.assertEqual(found["two keys"], "ababababaaaa")
        self.assertEqual(found["weights"], "bbbabbbabbbaaaaaaa")

    def test_priorities_count_in_any_case(self):
        # Among equals the real server keeps no strict order then.
        self.assertEqual(self.both(["priorities"]), {"priorities": "bbbcccaaa"})


if __name__ == "__main__":
    unittest.main()
