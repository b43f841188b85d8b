# SPDX-License-Identifier: Apache-2.0
"""Commands that wait: for a service that went away, for a signal, for a value that nobody may see."""

import fcntl
import os
import pathlib
import pty
import signal
import socket
import subprocess
import tempfile
import termios
import unittest

from troupe_process import ENVIRONMENT, LIMIT, TROUPE, Server, run

SECRET = "hunter2hunter2"


def begin(test, *words, **how):
    how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": ENVIRONMENT} | how
    process = subprocess.Popen([TROUPE, *words], **how)

    def end():
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=LIMIT)

    test.addCleanup(end)
    return process


class Interruption(unittest.TestCase):
    def test_a_signal_ends_a_wait_as_it_ends_those_of_the_temporal_cli(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for words in (("workflow", "result", "-w", "w"), ("workflow", "query", "-w", "w", "--type", "t"),
                          ("workflow", "show", "-w", "w", "--follow", "-o", "json")):
                with socket.socket() as silent:
                    silent.bind(("127.0.0.1", 0))
                    silent.listen()
                    waits = begin(self, *words, "--address", f"127.0.0.1:{silent.getsockname()[1]}")
                    with silent.accept()[0]:
                        waits.send_signal(number)
                        out, err = waits.communicate(timeout=LIMIT)
                self.assertEqual((waits.returncode, err), (1, "Error: program interrupted\n"), words)

    def test_a_signal_that_is_ignored_stays_so(self):
        # As `nohup` and the background jobs of a script have it.
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            waits = begin(self, "workflow", "result", "-w", "w", "--address", f"127.0.0.1:{silent.getsockname()[1]}",
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
            with silent.accept()[0]:
                waits.send_signal(signal.SIGINT)
                waits.send_signal(signal.SIGTERM)
                waits.communicate(timeout=LIMIT)
        self.assertEqual(waits.returncode, 1)


class Absence(unittest.TestCase):
    def serve(self, port=0):
        server = Server("--headless", "--log-level", "error", port=port)

        def end():
            if server.process.poll() is None:
                server.process.kill()
            server.process.communicate(timeout=LIMIT)

        self.addCleanup(end)
        return server

    def test_a_wait_goes_on_when_the_service_is_back(self):
        server = self.serve()
        address = ("--address", f"127.0.0.1:{server.port}")
        self.assertEqual(run("workflow", "start", "--type", "T", "-t", "q", "-w", "w", *address)[0], 0)
        follows = begin(self, "workflow", "show", "-w", "w", "--follow", *address)
        traces = begin(self, "workflow", "trace", "-w", "w", *address)
        while "WorkflowTaskScheduled" not in follows.stdout.readline():
            self.assertIsNone(follows.poll())
        while "wfId: w" not in traces.stdout.readline():
            self.assertIsNone(traces.poll())
        server.process.kill()
        server.process.wait(LIMIT)
        # It is there again, on the same port and without what it held in memory: who asks again hears so.
        self.serve(port=server.port)
        for process in (follows, traces):
            _, err = process.communicate(timeout=LIMIT)
            self.assertEqual(process.returncode, 1)
            self.assertRegex(err, "^Error: .*not found")

    def test_a_wait_for_a_service_that_stays_away_has_the_limit_of_the_command(self):
        server = self.serve()
        address = ("--address", f"127.0.0.1:{server.port}")
        self.assertEqual(run("workflow", "start", "--type", "T", "-t", "q", "-w", "w", *address)[0], 0)
        follows = begin(self, "workflow", "show", "-w", "w", "--follow", "--command-timeout", "3s", *address)
        while "WorkflowTaskScheduled" not in follows.stdout.readline():
            self.assertIsNone(follows.poll())
        server.process.kill()
        _, err = follows.communicate(timeout=LIMIT)
        self.assertEqual((follows.returncode, err), (1, "Error: command timed out after 3s\n"))


class Secrets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "c.toml"
        self.set = ("config", "set", "--config-file", str(self.file), "-p", "api_key")

    def key(self):
        code, out, err = run("config", "get", "--config-file", str(self.file), "-p", "api_key", "-o", "jsonl")
        self.assertEqual((code, err), (0, ""))
        return out

    def test_a_value_comes_from_a_file_or_from_standard_input(self):
        secret = self.folder / "secret"
        secret.write_text(SECRET + "\n")
        self.assertEqual(run(*self.set, "--value-file", str(secret)), (0, "", ""))
        self.assertIn(f'"{SECRET}"', self.key())
        piped = begin(self, *self.set, "--value-file", "-", stdin=subprocess.PIPE)
        self.assertEqual(piped.communicate("other\n", timeout=LIMIT), ("", ""))
        self.assertIn('"other"', self.key())
        env = ("env", "set", "--env-file", str(self.folder / "e.yaml"), "--env", "e", "-k", "api-key")
        self.assertEqual(run(*env, "--value-file", str(secret)), (0, "", ""))
        self.assertIn(SECRET, (self.folder / "e.yaml").read_text())
        code, _, err = run(*self.set, "--value-file", str(secret), "--value", "x")
        self.assertEqual((code, err), (1, "Error: --value and --value-file cannot both be given\n"))
        code, _, err = run(*self.set, "--value-file", str(self.folder / "none"))
        self.assertEqual(code, 1)
        self.assertIn("no such file or directory", err)
        code, _, err = run(*self.set)
        self.assertEqual(code, 1)
        self.assertIn('required flag(s) "value" not set', err)

    def test_a_file_or_pipe_without_a_value_changes_nothing(self):
        self.assertEqual(run(*self.set, "-v", SECRET), (0, "", ""))
        for text in ("", "\n", "\r\n"):
            nothing = self.folder / "nothing"
            nothing.write_text(text)
            code, _, err = run(*self.set, "--value-file", str(nothing))
            self.assertEqual((code, err), (1, f'Error: "{nothing}" holds no value, and api_key stays as it is: --value \'\' sets it to an empty one\n'))
            piped = begin(self, *self.set, "--value-file", "-", stdin=subprocess.PIPE)
            _, err = piped.communicate(text, timeout=LIMIT)
            self.assertEqual(piped.returncode, 1)
            self.assertIn("standard input holds no value, and api_key stays as it is", err)
            self.assertIn(SECRET, self.key())
        self.assertEqual(run(*self.set, "-v", ""), (0, "", ""))
        self.assertNotIn(SECRET, self.key())

    def test_a_typed_value_is_not_in_the_list_of_processes(self):
        lock = self.folder / "c.toml.lock"
        between = ("config", "--config-file", str(self.file), "set", "-p", "api_key")
        for words in ((*self.set, "--value", SECRET), (*self.set, "-v", SECRET), (*self.set, "--value=" + SECRET),
                      (*self.set, "-v" + SECRET), (*between, "-v", SECRET)):
            with open(lock, "w") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                waits = begin(self, *words)
                title = b""
                while b"xxxx" not in title: # before that it is the list's own moment
                    self.assertIsNone(waits.poll())
                    title = pathlib.Path(f"/proc/{waits.pid}/cmdline").read_bytes()
                self.assertNotIn(SECRET.encode(), title, words)
            self.assertEqual(waits.communicate(timeout=LIMIT), ("", ""))
            self.assertIn(SECRET, self.key())

    def test_a_terminal_is_asked_and_does_not_show_the_answer(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        echoes = lambda: bool(termios.tcgetattr(slave)[3] & termios.ECHO)
        enter = SECRET + "\n"
        cut = "Error: a terminal may cut a line of 4095 bytes or more: give the value in a file\n"
        for answer, outcome in ((enter, (0, "", "\n")), (None, (1, "", "\nError: program interrupted\n")),
                                ("\x04", (1, "", "\nError: no value was entered: it ends with Enter\n")),
                                ("\n", (1, "", None)), ("x" * 5000 + "\n", (1, "", "\n" + cut))):
            asks = begin(self, *self.set, "--value-file", "-", stdin=slave)
            self.assertEqual(asks.stderr.read(len("Value of api_key: ")), "Value of api_key: ")
            while echoes():
                self.assertIsNone(asks.poll())
            if answer is None:
                asks.send_signal(signal.SIGINT)
            else:
                os.write(master, answer.encode())
            out, err = asks.communicate(timeout=LIMIT)
            if answer == "\n":
                self.assertIn("holds no value", err)
            self.assertEqual((asks.returncode, out, err), (*outcome[:2], err if answer == "\n" else outcome[2]))
            self.assertTrue(echoes())
        os.set_blocking(master, False)
        try:
            shown = os.read(master, 1000)
        except BlockingIOError:
            shown = b""
        self.assertNotIn(SECRET.encode(), shown)
        self.assertIn(SECRET, self.key())


if __name__ == "__main__":
    unittest.main()
