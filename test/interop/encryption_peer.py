# SPDX-License-Identifier: Apache-2.0
"""The sample of encryption in Python: `encryption_peer.py worker`, `encryption_peer.py greet WHO`."""

import asyncio
import dataclasses
import os
import sys

import temporalio.api.common.v1
import temporalio.converter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

KEY = b"test-key-test-key-test-key-test!"


class Codec(temporalio.converter.PayloadCodec):
    async def encode(self, payloads):
        def one(payload):
            nonce = os.urandom(12)
            return temporalio.api.common.v1.Payload(
                metadata={"encoding": b"binary/encrypted", "encryption-key-id": b"test-key-id"},
                data=nonce + AESGCM(KEY).encrypt(nonce, payload.SerializeToString(), None),
            )

        return [one(payload) for payload in payloads]

    async def decode(self, payloads):
        def one(payload):
            if payload.metadata.get("encoding") != b"binary/encrypted":
                return payload
            assert payload.metadata["encryption-key-id"] == b"test-key-id"
            plain = AESGCM(KEY).decrypt(payload.data[:12], payload.data[12:], None)
            return temporalio.api.common.v1.Payload.FromString(plain)

        return [one(payload) for payload in payloads]


@workflow.defn(name="GreetingWorkflow")
class Greeting:
    @workflow.run
    async def run(self, who: str) -> str:
        if not who:
            raise ApplicationError("nobody to greet")
        return f"Hello, {who}"


async def main(command, *rest):
    converter = dataclasses.replace(
        temporalio.converter.default(),
        payload_codec=Codec(),
        failure_converter_class=temporalio.converter.DefaultFailureConverterWithEncodedAttributes,
    )
    client = await Client.connect(
        os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"], data_converter=converter
    )
    if command == "greet":
        try:
            print(await client.execute_workflow(
                "GreetingWorkflow", rest[0], id=rest[1], task_queue="encryption", result_type=str))
        except Exception as error:
            print(f"failed: {error.__cause__}")
        sys.stdout.flush()
        os._exit(0)  # the SDK's own end of a process is not ours to test
    async with Worker(
        client, task_queue="encryption", workflows=[Greeting], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    import signal

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    asyncio.run(main(*sys.argv[1:]))
