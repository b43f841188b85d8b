# SPDX-License-Identifier: Apache-2.0
"""Our ports of the .NET samples beside workers with .NET's names and JSON (peers/python/dotnet_peer.py): each part of a
sample is swapped for the other's, on both services, and the starter prints the same."""

import itertools
import pathlib
import sys
import unittest
from dataclasses import dataclass

from harness import SAMPLES, Service, process, run, service

PEER = pathlib.Path(__file__).parent / "peers" / "python" / "dotnet_peer.py"
SIMPLE = "Workflow result: Nexus Echo 👋\nWorkflow result: ¡Hola! Temporal 👋\n"
MULTI_ARG = "Workflow result: ¡Hola! Temporal 👋\n"
CONTEXT_PROPAGATION = "Workflow result: ¡Hola! Temporal 👋 (user id: some-user)\n"
MESSAGING = """Supported languages: Chinese, English
Current language: English
Set language from English to Chinese
Approved workflow
"""
REMOTE = """Started remote workflow for user: user-one
Started remote workflow for user: user-two
[One] Supported languages: Chinese, English
[One] Set language from English to Spanish
[One] Approved
[Two] Current language: English
[Two] Set language from English to French
[Two] Approved
[One] Result: Hola, mundo (approved by CallerRemoteWorkflow)
[Two] Result: Bonjour, monde (approved by CallerRemoteWorkflow)
"""
GREETINGS = {f"Workflow result: {word} Temporal 👋\n" for word in ("Hello", "Bonjour", "Hallo", "¡Hola!", "Merhaba")}


@dataclass
class Sample:
    name: str
    expected: set[str]  # what the starter may print
    endpoint: str
    prefix: str = ""  # of the words that say what a program does
    program: str = ""  # where it is not called like the sample

    def dashed(self):
        return self.name.replace("_", "-")


SAMPLES_OF_DOTNET = [
    Sample("nexus_simple", {SIMPLE}, "nexus-simple-endpoint"),
    Sample("nexus_multi_arg", {MULTI_ARG}, "nexus-multi-arg-endpoint"),
    Sample("nexus_context_propagation", {CONTEXT_PROPAGATION}, "nexus-context-propagation-endpoint"),
    Sample("nexus_cancellation", GREETINGS, "nexus-cancellation-endpoint"),
    Sample("nexus_messaging", {MESSAGING}, "nexus-messaging-caller-pattern-endpoint", program="nexus_messaging_dotnet"),
    Sample("nexus_messaging", {REMOTE}, "nexus-messaging-on-demand-pattern-endpoint", "remote-", "nexus_messaging_dotnet"),
]


def prepare(at):
    for name in {sample.dashed() for sample in SAMPLES_OF_DOTNET}:
        for role in ("handler", "caller"):
            at.cli("operator", "namespace", "create", "--namespace", f"{name}-{role}-namespace")
    for sample in SAMPLES_OF_DOTNET:
        at.cli("operator", "nexus", "endpoint", "create", "--name", sample.endpoint, "--target-namespace",
               f"{sample.dashed()}-handler-namespace", "--target-task-queue", f"{sample.dashed()}-handler-sample")


def printed(at, sample, handler_is_ours):
    ours = SAMPLES / (sample.program or sample.name)
    parts = {True: (ours,), False: (sys.executable, PEER, sample.name)}
    env = {"TEMPORAL_ADDRESS": at.address}
    with (process(*parts[handler_is_ours], f"{sample.prefix}handler-worker", env=env) as handler,
          process(*parts[not handler_is_ours], f"{sample.prefix}caller-worker", env=env) as caller):
        try:
            return run(ours, f"{sample.prefix}caller-workflow", env=env).stdout
        except Exception as error:
            raise AssertionError(f"{error}\n{handler.output()}\n{caller.output()}") from error


class dotnet(unittest.TestCase):
    def test_each_part_of_a_sample_can_be_swapped_for_the_original(self):
        # A service each: what a sample has left running would be in the way of its second run.
        for kind, handler_is_ours in itertools.product(Service.KINDS, (True, False)):
            with service(kind) as at:
                prepare(at)
                for sample in SAMPLES_OF_DOTNET:
                    with self.subTest(sample.prefix + sample.name, service=kind, handler="ours" if handler_is_ours else "theirs"):
                        self.assertIn(printed(at, sample, handler_is_ours), sample.expected)
