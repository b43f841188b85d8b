# SPDX-License-Identifier: Apache-2.0
"""The real server as a cluster on PostgreSQL with two history hosts, eight of our workers in two processes, an endpoint
across namespaces. One history host is killed while operations run: nothing may be lost, nothing may be done twice.
`make interop-cluster` runs it and prints what came of it."""

import argparse
import asyncio
import collections
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness import BIN, Process, free_port, given, run, wait_for  # noqa: E402

BUILT = given("TROUPE_PEERS", "the folder that test/interop/build_peers.sh builds into (build/peers)")

from temporalio.api.enums.v1 import EventType  # noqa: E402
from temporalio.api.nexus.v1 import EndpointSpec, EndpointTarget  # noqa: E402
from temporalio.api.operatorservice.v1 import CreateNexusEndpointRequest  # noqa: E402
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest  # noqa: E402
from temporalio.client import Client, WorkflowExecutionStatus  # noqa: E402
from temporalio.runtime import Runtime, TelemetryConfig  # noqa: E402
from temporalio.service import RPCError  # noqa: E402

HERE = pathlib.Path(__file__).parent
CALLERS, HANDLERS, ENDPOINT = "cluster-callers", "cluster-handlers", "errands"
# Each host has its own loopback address, as hosts of a cluster have.
HOSTS = {"frontend": "127.0.0.2", "history 1": "127.0.0.3", "history 2": "127.0.0.4", "matching": "127.0.0.5", "worker": "127.0.0.6"}
PORTS = {"frontend": (17233, 16933), "history": (17234, 16934), "matching": (17235, 16935), "worker": (17239, 16939)}

QUIET = Runtime(telemetry=TelemetryConfig(logging=None))  # calls that are tried again while a host is missing are expected


def postgres_programs():
    """Debian keeps them out of the path."""
    for folder in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return pathlib.Path(found).parent if found else None


class Postgres:
    """A database server of its own in a temporary folder. It refuses to run as root, so root lends it another user."""

    def __init__(self, programs):
        self.folder = tempfile.mkdtemp(prefix="troupe-postgres-")
        self.port = free_port()
        as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if as_other:
            shutil.chown(self.folder, "postgres")
        data = f"{self.folder}/data"
        run(*as_other, programs / "initdb", "-D", data, "-U", "temporal", "--auth=trust", "--no-sync", "-E", "UTF8")
        self.process = Process(
            *as_other, programs / "postgres", "-D", data, "-p", self.port, "-k", self.folder, "-c", "listen_addresses=127.0.0.1",
            "-c", "max_connections=200")
        ready = [programs / "pg_isready", "-h", "127.0.0.1", "-p", self.port]
        wait_for("PostgreSQL", lambda: run(*ready, check=False).returncode == 0)

    def stop(self):
        self.process.stop()
        shutil.rmtree(self.folder)


class Cluster:
    def __init__(self, postgres):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="troupe-cluster-"))
        self.postgres = postgres
        self.hosts = {}
        for name, schema in (("temporal", "temporal"), ("temporal_visibility", "visibility")):
            tool = [BUILT / "temporal-sql-tool", "--plugin", "postgres12", "--ep", "127.0.0.1", "-p", postgres.port,
                    "-u", "temporal", "--db", name]
            run(*tool, "create")
            run(*tool, "setup-schema", "-v", "0.0")
            run(*tool, "update-schema", "--schema-name", f"postgresql/v12/{schema}")
        (self.folder / "dynamic.yaml").write_text("".join(
            f"{key}:\n- value: {value}\n" for key, value in {
                "system.forceNexusEndpointRefreshOnRead": "true", "system.refreshNexusEndpointsMinWait": '"0s"',
                "component.nexusoperations.recordCancelRequestCompletionEvents": "true",
                "system.forceSearchAttributesCacheRefreshOnRead": "true",
            }.items()))
        # The first one writes down what the cluster is; two at the same time get into each other's way.
        first, *others = HOSTS
        self.start(first)
        wait_for("the first host", lambda: self.listens(first), 60)
        for host in others:
            self.start(host)

    def listens(self, host):
        if self.hosts[host].child.poll() is not None:
            raise AssertionError(f"the host {host} ended:\n{self.hosts[host].output()[-3000:]}")
        with contextlib.suppress(OSError), socket.create_connection((HOSTS[host], PORTS[host.split()[0]][0])):
            return True

    def start(self, host):
        role = host.split()[0]
        config = self.folder / f"{host.replace(' ', '-')}.yaml"
        text = (HERE / "host.yaml").read_text()
        words = {"DATABASE": f"127.0.0.1:{self.postgres.port}", "ADDRESS": HOSTS[host], "FOLDER": str(self.folder)}
        for name, (grpc, members) in PORTS.items():
            words |= {f"{name.upper()}_GRPC": str(grpc), f"{name.upper()}_MEMBERS": str(members)}
        words["FRONTEND"] = HOSTS["frontend"]
        for word, value in words.items():
            text = text.replace(word, value)
        config.write_text(text)
        self.hosts[host] = Process(BUILT / "temporal-server", "--config-file", config, "--allow-no-auth", "start", "--service", role)

    async def connect(self, namespace="default", seconds=60):
        for _ in range(seconds * 5):
            for host, process in self.hosts.items():
                if process.child.poll() is not None:
                    raise AssertionError(f"the host {host} ended:\n{process.output()[-3000:]}")
            with contextlib.suppress(RPCError, RuntimeError):
                return await Client.connect(
                    f"{HOSTS['frontend']}:{PORTS['frontend'][0]}", namespace=namespace, runtime=QUIET)
            await asyncio.sleep(0.2)
        raise AssertionError("the cluster does not come up:\n" + "\n".join(each.output()[-2000:] for each in self.hosts.values()))

    def stop(self):
        for process in self.hosts.values():
            process.ask_to_stop()
        for process in self.hosts.values():
            with contextlib.suppress(AssertionError):  # how a host of theirs ends is not ours to test
                process.stop()
        shutil.rmtree(self.folder)


async def until(what, condition, seconds=60):
    """`condition` may fail meanwhile, as calls do in a cluster that comes up or loses a host."""
    last = None
    for _ in range(seconds * 5):
        try:
            if found := await condition():
                return found
        except RPCError as error:
            last = error
        await asyncio.sleep(0.2)
    raise AssertionError(f"timed out waiting for {what}" + (f": {last}" if last else ""))


async def prepare(client):
    async def register(namespace):
        request = RegisterNamespaceRequest(namespace=namespace)
        request.workflow_execution_retention_period.FromSeconds(86_400)
        await client.workflow_service.register_namespace(request)
        return True

    for namespace in (CALLERS, HANDLERS):
        await until(f"namespace {namespace}", lambda: register(namespace))

    async def endpoint():
        target = EndpointTarget(worker=EndpointTarget.Worker(namespace=HANDLERS, task_queue="handlers"))
        await client.operator_service.create_nexus_endpoint(
            CreateNexusEndpointRequest(spec=EndpointSpec(name=ENDPOINT, target=target)))
        return True

    await until("the endpoint", endpoint)


async def play(cluster, callers, rounds):
    client = await cluster.connect()
    await prepare(client)
    at = f"{HOSTS['frontend']}:{PORTS['frontend'][0]}"
    in_callers, in_handlers = await cluster.connect(CALLERS), await cluster.connect(HANDLERS)
    peer = [BIN / "test" / "cluster_peer", CALLERS, HANDLERS, ENDPOINT]
    # Namespaces reach the caches of all hosts some seconds after they were made.
    for each in (in_callers, in_handlers):
        await until("the namespaces", each.count_workflows)
    workers = []
    try:
        workers = [Process(*peer, env={"TEMPORAL_ADDRESS": at}) for _ in range(2)]
        began = time.monotonic()
        handles = []
        for n in range(callers):
            async def start(n=n):
                return await in_callers.start_workflow("Caller", rounds, id=f"caller-{n}", task_queue="callers")

            handles.append(await until("a caller to start", start))
        wanted = callers * rounds

        async def ended(enough):
            return (await in_handlers.count_workflows('ExecutionStatus = "Completed"')).count >= enough

        await until("a third of the operations", lambda: ended(wanted // 3), 180)
        before = (await in_handlers.count_workflows('ExecutionStatus = "Completed"')).count
        running = (await in_handlers.count_workflows('ExecutionStatus = "Running"')).count
        killed = time.monotonic()
        cluster.hosts.pop("history 2").kill()
        results = await asyncio.wait_for(asyncio.gather(*(result_of(handle) for handle in handles)), 240)
        over = time.monotonic()
        for process in workers:
            if process.child.poll() is not None:
                raise AssertionError(f"a process of workers ended:\n{process.output()}")
    finally:
        for process in workers:
            process.ask_to_stop()
        for process in workers:
            process.stop()

    for n, result in enumerate(results):
        expected = [f"{word} caller-{n}-{each}" for each in range(rounds) for word in ("asked", "ran")]
        if result != expected:
            raise AssertionError(f"caller-{n} has {result}, not {expected}")
    await until("the last of them to be shown", lambda: ended(wanted))
    counted = collections.Counter()
    async for run_of in in_handlers.list_workflows():
        counted[run_of.status] += 1
    if counted != {WorkflowExecutionStatus.COMPLETED: wanted}:
        raise AssertionError(f"the handlers' runs are {counted}, not {wanted} completed ones")
    events = collections.Counter()
    for handle in handles:
        for event in (await handle.fetch_history()).events:
            events[event.event_type] += 1
    for kind, count in (("SCHEDULED", 2), ("STARTED", 1), ("COMPLETED", 2)):
        found = events[EventType.Value(f"EVENT_TYPE_NEXUS_OPERATION_{kind}")]
        if found != count * wanted:
            raise AssertionError(f"there are {found} events of {kind}, not {count * wanted}")
    print(f"{callers} callers, {2 * wanted} operations (half of them workflow runs) by 8 workers in 2 processes")
    print(f"a history host was killed after {killed - began:.1f} s, with {before} runs completed and {running} under way")
    print(f"all ended {over - killed:.1f} s later: every caller has every answer, each operation was started and completed once")


async def result_of(handle):
    while True:
        try:
            return await handle.result()
        except RPCError:
            await asyncio.sleep(0.5)  # a shard moves to the host that is left


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5, help="of one synchronous and one asynchronous operation each")
    args = parser.parse_args()
    programs = postgres_programs()
    if programs is None:
        print("interop-cluster: SKIPPED, PostgreSQL is not installed (Debian: postgresql)")
        return
    for needed in ("temporal-server", "temporal-sql-tool"):
        if not (BUILT / needed).exists():
            print(f"interop-cluster: SKIPPED, there is no {BUILT / needed}")
            return
    began = time.monotonic()
    version = subprocess.run([BUILT / "temporal-server", "--version"], capture_output=True, text=True).stdout.split()[-1]
    with contextlib.ExitStack() as stack:
        postgres = Postgres(programs)
        stack.callback(postgres.stop)
        cluster = Cluster(postgres)
        stack.callback(cluster.stop)
        print(f"the real server {version} on PostgreSQL: frontend, matching, worker and two history hosts")
        asyncio.run(play(cluster, args.callers, args.rounds))
    print(f"in {time.monotonic() - began:.0f} s altogether")


if __name__ == "__main__":
    main()
