# SPDX-License-Identifier: Apache-2.0
"""The Python SDK's worker with the same echo operation and activity as Troupe's benchmark worker."""

import argparse
import asyncio
import importlib.metadata
import json
import os
import platform
import resource
import sys
import time

import nexusrpc
import nexusrpc.handler
from temporalio import activity
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Worker

answered = 0


@nexusrpc.handler.service_handler(name="my-hello-service")
class Echo:
    @nexusrpc.handler.sync_operation(name="say-hello")
    async def say_hello(self, ctx: nexusrpc.handler.StartOperationContext, input: str) -> str:
        global answered
        answered += 1
        return input


@activity.defn(name="say-hello")
async def say_hello(input: str) -> str:
    global answered
    answered += 1
    return input


def cpu_microseconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1e6


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", default="127.0.0.1:7533")
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--task-queue", default="bench-tq")
    parser.add_argument("--kind", choices=("nexus", "activity"), default="nexus")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--warm-up", type=float, default=3)
    chosen = parser.parse_args()
    # Its log goes to where the figures go.
    quiet = Runtime(telemetry=TelemetryConfig(logging=None))
    client = await Client.connect(chosen.target, namespace=chosen.namespace, runtime=quiet)
    served = {
        "nexus": {"nexus_service_handlers": [Echo()], "max_concurrent_nexus_tasks": 100},
        "activity": {"activities": [say_hello], "max_concurrent_activities": 100, "max_concurrent_activity_task_polls": 64},
    }
    worker = Worker(client, task_queue=chosen.task_queue, **served[chosen.kind])
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(chosen.warm_up)
    tasks, cpu, begin = answered, cpu_microseconds(), time.monotonic()
    await asyncio.sleep(chosen.seconds)
    tasks, seconds, cpu = answered - tasks, time.monotonic() - begin, cpu_microseconds() - cpu
    if tasks == 0:
        print("no task came", file=sys.stderr, flush=True)
        os._exit(1)
    print(json.dumps({
        "program": "python_worker",
        "version": f"sdk-python {importlib.metadata.version('temporalio')}, Python {platform.python_version()}",
        "kind": chosen.kind, "tasks": tasks, "tasks_per_second": round(tasks / seconds), "cpu_us_per_task": round(cpu / tasks, 2),
    }), flush=True)
    running.cancel()
    os._exit(0)


asyncio.run(main())
