# SPDX-License-Identifier: Apache-2.0
"""The binary as a process: a server of a test's own, and one command. The first argument of the test is where the binary is."""

import os
import re
import signal
import subprocess
import sys

TROUPE = sys.argv.pop(1)
LIMIT = 30  # seconds, of one command
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("TEMPORAL_")} | {
    "TEMPORAL_CONFIG_FILE": os.devnull
}


class Server:
    def __init__(self, *flags, port=0, **variables):
        self.process = subprocess.Popen(
            [TROUPE, "server", "start-dev", "--port", str(port), *flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT | variables)
        self.output = ""
        self.port = None
        last = "Metrics:" if "--metrics-port" in flags else "Persistence:"
        while last not in self.output:
            line = self.process.stdout.readline()
            if not line:
                self.process.kill()
                raise AssertionError("the server did not start: " + self.process.stderr.read())
            self.output += line
            if found := re.match(r"Temporal Server: +localhost:(\d+)$", line):
                self.port = int(found.group(1))

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, self.output + out, without_sanitizer_notes(err)


def without_sanitizer_notes(err):
    """What AddressSanitizer says of every program that changes stacks, and is no finding."""
    return re.sub(r"==\d+==WARNING: ASan doesn't fully support makecontext/swapcontext functions.*\n", "", err)


def run(*words, **variables):
    done = subprocess.run(
        [TROUPE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, env=ENVIRONMENT | variables)
    return done.returncode, done.stdout, done.stderr
