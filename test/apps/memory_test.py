# SPDX-License-Identifier: Apache-2.0
"""What a real server process makes of hostile requests, and they of its memory. HTTP/2 by hand: no client library sends these."""

import pathlib
import re
import socket
import struct
import subprocess
import sys
import time
import unittest
import zlib

TROUPE = sys.argv.pop(1)
MEGABYTE = 1 << 20
SERVICE = "/temporal.api.workflowservice.v1.WorkflowService/"
# One that the front takes in its general way, and one of the hot ones.
METHODS = ("StartWorkflowExecution", "RespondWorkflowTaskCompleted")

DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class Call:
    """One call on a connection of its own, which keeps to the windows that the server gives it."""

    def __init__(self, port, method, encoding=None, timeout=None):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.pending, self.trailers, self.is_over = b"", b"", False
        self.windows = {0: 65535, 1: 65535}
        self.first_window = 65535
        block = b"".join(literal(*pair) for pair in (
            (":method", "POST"), (":scheme", "http"), (":path", SERVICE + method), (":authority", "localhost"),
            ("te", "trailers"), ("content-type", "application/grpc"), *([("grpc-encoding", encoding)] if encoding else []),
            *([("grpc-timeout", timeout)] if timeout else [])))
        self.socket.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0) + frame(HEADERS, END_HEADERS, 1, block))

    def receive(self, seconds):
        self.socket.settimeout(max(seconds, 1e-6))
        try:
            got = self.socket.recv(65536)
            self.is_over = self.is_over or not got
            self.pending += got
        except (TimeoutError, BlockingIOError):
            pass
        except ConnectionError:
            self.is_over = True
        while len(self.pending) >= 9 and len(self.pending) >= 9 + int.from_bytes(self.pending[:3], "big"):
            size, kind, flags = int.from_bytes(self.pending[:3], "big"), self.pending[3], self.pending[4]
            stream, payload = int.from_bytes(self.pending[5:9], "big"), self.pending[9:9 + size]
            self.pending = self.pending[9 + size:]
            self.take(kind, flags, stream, payload)

    def take(self, kind, flags, stream, payload):
        if kind == SETTINGS and not flags & ACK:
            for number, value in struct.iter_unpack(">HI", payload):
                if number == 4:
                    self.windows[1] += value - self.first_window
                    self.first_window = value
            self.socket.sendall(frame(SETTINGS, ACK, 0))
        elif kind == WINDOW_UPDATE:
            self.windows[stream] += int.from_bytes(payload, "big")
        elif kind == PING and not flags & ACK:
            self.socket.sendall(frame(PING, ACK, 0, payload))
        elif kind == HEADERS and flags & END_STREAM:
            self.trailers, self.is_over = payload, True
        elif kind in (RESET, GOAWAY):
            self.is_over = True

    def send(self, chunks, seconds):
        """Sends until all is sent, the server ends the call, or the time is over."""
        until = time.monotonic() + seconds
        for chunk in chunks:
            while chunk and not self.is_over and time.monotonic() < until:
                size = min(len(chunk), 16384, *self.windows.values())
                if size <= 0:
                    self.receive(0.05)
                    continue
                self.socket.settimeout(5)
                try:
                    self.socket.sendall(frame(DATA, 0, 1, chunk[:size]))
                except (ConnectionError, TimeoutError):
                    self.is_over = True
                chunk = chunk[size:]
                for which in self.windows:
                    self.windows[which] -= size
            self.receive(0)
        while not self.is_over and time.monotonic() < until:
            self.receive(0.1)
        self.socket.close()
        return self.trailers


class Memory(unittest.TestCase):
    def setUp(self):
        self.server = subprocess.Popen(
            [TROUPE, "server", "start-dev", "--port", "0", "--headless", "--log-level", "error"],
            stdout=subprocess.PIPE, text=True)
        self.port = None
        while self.port is None:
            line = self.server.stdout.readline()
            self.assertTrue(line, "the server did not start")
            if found := re.match(r"Temporal Server: +localhost:(\d+)$", line):
                self.port = int(found.group(1))
        for method in METHODS:  # what a first call allocates once
            Call(self.port, method).send([b"\0" + struct.pack(">I", 0)], 0.5)

    def tearDown(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(timeout=30), 0)
        self.server.stdout.close()

    def peak(self):
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024

    def test_a_request_that_inflates_to_a_gigabyte_takes_no_more_than_the_limit(self):
        deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
        bomb = b"".join(deflate.compress(bytes(MEGABYTE)) for _ in range(1024)) + deflate.flush()
        for method in METHODS:
            before = self.peak()
            said = Call(self.port, method, "gzip").send([b"\1" + struct.pack(">I", len(bomb)) + bomb], 20)
            self.assertIn(b"grpc: received message after decompression larger than max 4194304", said)
            self.assertLess(self.peak() - before, 24 * MEGABYTE)

    def test_a_request_over_the_limit_is_refused_by_its_announced_length(self):
        for method in METHODS:
            before = self.peak()
            said = Call(self.port, method).send([b"\0" + struct.pack(">I", 8_000_000) + bytes(8_000_000)], 20)
            self.assertIn(b"grpc: received message larger than max (8000000 vs. 4194304)", said)
            self.assertLess(self.peak() - before, 32 * MEGABYTE)

    def test_a_request_whose_time_is_over_is_not_served(self):
        for method in METHODS:
            for timeout in ("0n", "1n"):
                said = Call(self.port, method, timeout=timeout).send([b"\0" + struct.pack(">I", 0)], 20)
                self.assertIn(b"context deadline exceeded", said)

    def test_a_request_of_four_gigabytes_ends_where_the_quota_of_all_requests_does(self):
        # gRPC reads a message of any length to its end, and nobody can ask it how far it is.
        quota = 256 * MEGABYTE
        before = self.peak()
        for method in METHODS:  # one after the other: what one took is free again
            head = b"\0" + struct.pack(">I", 0xFFFFFFF0)
            call = Call(self.port, method)
            call.send([head] + [bytes(MEGABYTE)] * 1024, 30)
            self.assertTrue(call.is_over)
            self.assertLess(self.peak() - before, quota + 96 * MEGABYTE)
        # And others are served.
        said = Call(self.port, METHODS[0]).send([b"\0" + struct.pack(">I", 8_000_000) + bytes(8_000_000)], 20)
        self.assertIn(b"larger than max", said)


if __name__ == "__main__":
    unittest.main()
