# SPDX-License-Identifier: Apache-2.0
"""Nexus over HTTP without Temporal: our server and client, and those of Go's SDK, call each other."""

import os
import pathlib
import unittest

import harness

OURS = harness.BIN / "test" / "nexus_http_peer"
GO = pathlib.Path(os.environ.get("TROUPE_PEERS", harness.TEMPORAL.parent)) / "nexus_http_go"

EXPECTED = """\
echo hi = hi header
fail failed = failed: went wrong
fail canceled = canceled: not wanted
refuse NOT_FOUND = NOT_FOUND: refused
refuse UNAVAILABLE = UNAVAILABLE: refused
later soon = mine soon
completed soon = succeeded: done soon, mine soon, callback
later wait = mine wait
cancel again = NOT_FOUND: no such token
completed wait = canceled: stopped, mine wait, callback
"""


class NexusPeers(unittest.TestCase):
    maxDiff = 2000

    def call(self, caller, server):
        address = f"127.0.0.1:{harness.free_port()}"
        with harness.process(server, "serve", address):
            harness.wait_for("the server", lambda: harness.run(
                "python3", "-c", f"import socket; socket.create_connection(('127.0.0.1', {address.split(':')[1]}))", check=False).returncode == 0)
            said = harness.run(caller, "call", "http://" + address, f"127.0.0.1:{harness.free_port()}").stdout
        lines = said.splitlines(keepends=True)
        unknown = [line for line in lines if line.startswith("nope x = ")]
        self.assertEqual([line.split(":")[0] for line in unknown], ["nope x = NOT_FOUND"])  # each in its own words
        self.assertEqual("".join(line for line in lines if line not in unknown), EXPECTED)

    def test_ours_calls_ours(self):
        self.call(OURS, OURS)

    @unittest.skipUnless(GO.exists(), "Go is not installed")
    def test_ours_calls_go(self):
        self.call(OURS, GO)

    @unittest.skipUnless(GO.exists(), "Go is not installed")
    def test_go_calls_ours(self):
        self.call(GO, OURS)


if __name__ == "__main__":
    unittest.main()
