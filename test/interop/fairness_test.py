# SPDX-License-Identifier: Apache-2.0
"""In which order tasks of several priorities and fairness keys are handed out: the same on both services."""

import asyncio
import contextlib
import datetime
import unittest

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, PollWorkflowTaskQueueRequest
from temporalio.client import Client
from temporalio.common import Priority

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


async def orders(address, names):
    client = await Client.connect(address)
    found = {}
    for name in names:
        waiting = WAITING[name]
        queue = name.replace(" ", "-")
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


class Fairness(unittest.TestCase):
    def both(self, names, *settings):
        found = {}
        for kind in Service.KINDS:
            with contextlib.ExitStack() as stack:
                at = Service(kind, (*ONE_PARTITION, *settings))
                stack.callback(at.stop)
                found[kind] = asyncio.run(orders(at.address, names))
        self.assertEqual(found["troupe"], found["temporal"])
        return found["troupe"]

    def test_keys_take_turns_where_the_service_looks_at_them(self):
        found = self.both(WAITING, *FAIR)
        self.assertEqual(found["two keys"], "ababababaaaa")
        self.assertEqual(found["weights"], "bbbabbbabbbaaaaaaa")

    def test_priorities_count_in_any_case(self):
        # Among equals the real server keeps no strict order then.
        self.assertEqual(self.both(["priorities"]), {"priorities": "bbbcccaaa"})


if __name__ == "__main__":
    unittest.main()
