# SPDX-License-Identifier: Apache-2.0
"""Who plays in the matrix: a caller and a handler in each language (peers/README.md), and the services they meet at."""

import asyncio
import os
import pathlib
import shutil
import sys

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from harness import BIN, Process, Service

HERE = pathlib.Path(__file__).parent
BUILT = pathlib.Path(os.environ.get("TROUPE_PEERS", HERE.parents[1] / "build" / "peers"))
sys.path.insert(0, str(HERE / "peers" / "python"))
from matrix_peer import converter  # noqa: E402  the codec that the peers have

CALLERS, HANDLERS = "matrix-callers", "matrix-handlers"


class Peer:
    """A language with a program that is `PROGRAM caller|handler NAME`."""

    def __init__(self, name, letter, needs, *program):
        self.name, self.letter, self.needs, self.program = name, letter, needs, program

    def why_not(self):
        """Why it cannot play; nothing if it can."""
        for needed in self.needs:
            if not (shutil.which(str(needed)) if isinstance(needed, str) else needed.exists()):
                return f"there is no {needed.name if isinstance(needed, pathlib.Path) else needed}"
        return None


PEERS = [
    Peer("cpp", "C", [BIN / "test" / "matrix_peer"], BIN / "test" / "matrix_peer"),
    Peer("python", "P", [], sys.executable, HERE / "peers" / "python" / "matrix_peer.py"),
    Peer("go", "G", [BUILT / "matrix_go"], BUILT / "matrix_go"),
    Peer("typescript", "T", ["node", BUILT / "typescript" / "lib" / "peer.js"], "node", BUILT / "typescript" / "lib" / "peer.js"),
    Peer("java", "J", ["java", BUILT / "java" / "matrix-peer.jar"],
         "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-jar", BUILT / "java" / "matrix-peer.jar"),
]


class Stage:
    """A service with the namespaces and endpoints of the matrix, and the peers at it."""

    SETTINGS = ("history.enableRequestIdRefLinks=true", "activity.enableStandalone=true")

    def __init__(self, kind, peers):
        self.kind, self.peers, self.processes = kind, peers, {}
        self.service = Service(kind, self.SETTINGS)

    def start(self, role, peer):
        env = {"TEMPORAL_ADDRESS": self.service.address, "TROUPE_LOG_LEVEL": "error"}
        self.processes[role, peer.name] = Process(*peer.program, role, peer.name, env=env)

    async def open(self):
        at = await Client.connect(self.service.address, data_converter=converter())
        for namespace in (CALLERS, HANDLERS):
            request = RegisterNamespaceRequest(namespace=namespace)
            request.workflow_execution_retention_period.FromSeconds(86_400)
            await at.workflow_service.register_namespace(request)
        self.callers = await Client.connect(self.service.address, namespace=CALLERS, data_converter=converter())
        self.handlers = await Client.connect(self.service.address, namespace=HANDLERS, data_converter=converter())
        for peer in self.peers:
            for role in ("caller", "handler"):
                self.start(role, peer)
        await self.endpoint("fleet", "fleet")
        for peer in self.peers:
            # Those that fail on purpose have endpoints of their own: a circuit breaker is one endpoint's.
            for name in ("handlers", "slow", *(f"retry-{caller.name}" for caller in self.peers)):
                await self.endpoint(f"{name}-{peer.name}", f"handlers-{peer.name}")
        await self.wait_for_pollers()

    async def endpoint(self, name, queue):
        target = EndpointTarget(worker=EndpointTarget.Worker(namespace=HANDLERS, task_queue=queue))
        spec = EndpointSpec(name=name, target=target)
        await self.callers.operator_service.create_nexus_endpoint(CreateNexusEndpointRequest(spec=spec))

    async def polls(self, client, queue, kind):
        request = DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind)
        try:
            return {each.identity for each in (await client.workflow_service.describe_task_queue(request)).pollers}
        except RPCError:
            return set()

    async def wait_for_pollers(self, seconds=60):
        """Until every peer polls all its queues."""
        workflow, nexus = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_NEXUS
        wanted = {("fleet", nexus, self.handlers): {f"handler-{peer.name}" for peer in self.peers}}
        for peer in self.peers:
            wanted[f"callers-{peer.name}", workflow, self.callers] = {f"caller-{peer.name}"}
            wanted[f"handlers-{peer.name}", workflow, self.handlers] = {f"handler-{peer.name}"}
            wanted[f"handlers-{peer.name}", nexus, self.handlers] = {f"handler-{peer.name}"}
        for _ in range(seconds * 5):
            missing = {
                queue: absent for (queue, kind, client), who in wanted.items()
                if (absent := who - await self.polls(client, queue, kind))
            }
            if not missing:
                return
            self.check_alive()
            await asyncio.sleep(0.2)
        raise AssertionError(f"these do not poll {self.kind}: {missing}\n{self.logs()}")

    def check_alive(self):
        for (role, name), process in self.processes.items():
            if process.child.poll() is not None:
                raise AssertionError(f"the {role} in {name} ended at {self.kind}:\n{process.output()}")

    def logs(self):
        return "\n".join(f"== {role} {name}\n{process.output()[-3000:]}" for (role, name), process in self.processes.items())

    async def restart_handlers(self):
        """Kills all handlers at once, and starts them anew."""
        for peer in self.peers:
            self.processes["handler", peer.name].kill()
        for peer in self.peers:
            self.start("handler", peer)

    def close(self):
        for process in self.processes.values():
            process.ask_to_stop()
        try:
            for process in self.processes.values():
                process.stop()
        finally:
            self.service.stop()
