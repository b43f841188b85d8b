# SPDX-License-Identifier: Apache-2.0
"""Certificates, API keys and who may, as the binary has them: flags, files, what is shown and what is not."""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TROUPE = sys.argv.pop(1)
LIMIT = 30
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("TEMPORAL_")} | {
    "TEMPORAL_CONFIG_FILE": os.devnull
}


def run(*words, **variables):
    done = subprocess.run(
        [TROUPE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        env=ENVIRONMENT | variables)
    return done.returncode, done.stdout, done.stderr


class Server:
    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [TROUPE, "server", "start-dev", "--port", "0", "--headless", *flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        self.output = ""
        while "HTTP:" not in self.output:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError("the server did not start: " + self.process.stderr.read())
            self.output += line
        self.port = re.search(r"Temporal Server: +\S+:(\d+)$", self.output, re.MULTILINE).group(1)
        self.address = f"127.0.0.1:{self.port}"

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=LIMIT)
        return self.output + out, err


class Answers(http.server.BaseHTTPRequestHandler):
    """A Nexus server elsewhere, all of whose operations say hello."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b'"hello"')

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def elsewhere(certificate, key):
    """Such a server over TLS: its address."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    serves = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    serves.handle_error = lambda *_: None  # who does not trust it hangs up
    serves.socket = tls.wrap_socket(serves.socket, server_side=True)
    thread = threading.Thread(target=serves.serve_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{serves.server_port}"
    finally:
        serves.shutdown()
        thread.join()
        serves.server_close()


class Doors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def path(self, name):
        return str(self.folder / name)

    def ok(self, *words, **variables):
        code, out, err = run(*words, **variables)
        self.assertEqual((code, err), (0, ""), words)
        return out

    def fails(self, *words, **variables):
        code, out, err = run(*words, **variables)
        self.assertEqual((code, out), (1, ""), words)
        self.assertEqual(err.count("\n"), 1, err)
        return err

    def serve(self, *flags):
        server = Server(*flags)
        self.addCleanup(server.process.kill)
        return server

    def make_ca(self, name):
        self.ok("cert", "ca", "--org", name, "--ca-cert", self.path(name + "-ca.pem"), "--ca-key", self.path(name + "-ca.key"))

    def make_leaf(self, ca, name, *flags):
        self.ok("cert", "leaf", "--org", ca, "--ca-cert", self.path(ca + "-ca.pem"), "--ca-key", self.path(ca + "-ca.key"),
                "--cert", self.path(name + ".pem"), "--key", self.path(name + ".key"), *flags)

    def make_key(self, *permissions, **more):
        flags = [word for each in permissions for word in ("--permission", each)]
        return json.loads(self.ok(
            "operator", "api-key", "create", "--api-key-file", self.path("keys.json"), "--name", "k", "-o", "json", *flags,
            *[word for name, value in more.items() for word in (f"--{name}", value)]))

    def test_certificates_are_files_that_stay(self):
        self.make_ca("a")
        self.make_leaf("a", "leaf", "--host", "localhost", "--common-name", "me")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("a-ca.key")).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("leaf.key")).st_mode), 0o600)
        self.assertIn("BEGIN CERTIFICATE", (self.folder / "leaf.pem").read_text())
        before = (self.folder / "a-ca.key").read_text()
        self.assertIn("move it away first", self.fails(
            "cert", "ca", "--org", "a", "--ca-cert", self.path("a-ca.pem"), "--ca-key", self.path("a-ca.key")))
        self.assertEqual((self.folder / "a-ca.key").read_text(), before)
        # One of the two is there: nothing is made, and that one stays what it is.
        made = {path: path.read_text() for path in self.folder.iterdir()}
        for words in (("ca", "--ca-cert", self.path("a-ca.pem"), "--ca-key", self.path("new.key")),
                      ("ca", "--ca-cert", self.path("new.pem"), "--ca-key", self.path("a-ca.key")),
                      ("ca", "--ca-cert", self.path("new.pem"), "--ca-key", self.path("new.pem")),
                      ("ca", "--ca-cert", self.path("none/new.pem"), "--ca-key", self.path("new.key")),
                      ("leaf", "--ca-cert", self.path("a-ca.pem"), "--ca-key", self.path("a-ca.key"),
                       "--cert", self.path("leaf.pem"), "--key", self.path("new.key"))):
            self.assertIn("cannot write", self.fails("cert", *words, "--org", "a"))
            self.assertEqual({path: path.read_text() for path in self.folder.iterdir()}, made)
        for flags, why in ((("--validity-period", "10y"), "end after its CA's"), (("--host", "a,b"), "neither a host name"),
                           (("--validity-period", "soon"), "soon"), (("--org", ""), "1 to 64")):
            self.assertIn(why, self.fails(
                "cert", "leaf", "--org", "a", "--ca-cert", self.path("a-ca.pem"), "--ca-key", self.path("a-ca.key"),
                "--cert", self.path("x.pem"), "--key", self.path("x.key"), *flags))
        self.assertFalse((self.folder / "x.pem").exists())

    def test_keys_are_made_listed_revoked_and_deleted(self):
        made = self.make_key("orders:write", "temporal-system:read")
        self.assertRegex(made["key"], r"^troupe_[0-9a-f]{12}_[0-9a-f]{64}$")
        file = self.folder / "keys.json"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertNotIn(made["key"][-20:], file.read_text())
        listing = ("operator", "api-key", "list", "--api-key-file", str(file))
        others = [self.make_key("default:read"), self.make_key("default:write")]
        listed = self.ok(*listing)
        self.assertEqual(listed.count("active"), 3)
        for each in (made, *others):
            self.assertIn(each["id"], listed)
        for each in others:
            self.ok("operator", "api-key", "delete", "--api-key-file", str(file), "--id", each["id"])
        self.assertNotIn(made["key"][-20:], self.ok(*listing) + self.ok(*listing, "-o", "json"))
        self.ok("operator", "api-key", "revoke", "--api-key-file", str(file), "--id", made["id"])
        self.assertIn("revoked", self.ok(*listing))
        self.ok("operator", "api-key", "delete", "--api-key-file", str(file), "--id", made["id"])
        self.assertNotIn(made["id"], self.ok(*listing))
        self.assertIn("no API key", self.fails("operator", "api-key", "revoke", "--api-key-file", str(file), "--id", "x"))
        self.assertIn("NAMESPACE:ROLE", self.fails(
            "operator", "api-key", "create", "--api-key-file", str(file), "--name", "k", "--permission", "orders:owner"))
        self.assertIn("--permission", self.fails("operator", "api-key", "create", "--api-key-file", str(file), "--name", "k"))
        for words in (("list",), ("revoke", "--id", "x"), ("delete", "--id", "x")):
            self.assertIn("cannot read", self.fails("operator", "api-key", *words, "--api-key-file", self.path("none/none.json")))
        self.assertFalse((self.folder / "none").exists())

    def test_the_first_key_makes_its_folder_for_its_owner_only(self):
        file = self.folder / "new" / "deep" / "keys.json"
        self.ok("operator", "api-key", "create", "--api-key-file", str(file), "--name", "k", "--permission", "default:read")
        for folder in (file.parent, file.parent.parent):
            self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)

    def test_keys_open_their_namespace(self):
        root, writer = self.make_key("temporal-system:admin"), self.make_key("default:write")
        server = self.serve("--api-key-file", self.path("keys.json"))
        at = ("--address", server.address, "--tls=false")
        self.ok("workflow", "list", *at, "--api-key", writer["key"])
        self.ok("operator", "namespace", "create", "-n", "other", *at, "--api-key", root["key"])
        for words, key in ((("workflow", "list"), None), (("workflow", "list"), "troupe_no"),
                           (("workflow", "list", "-n", "other"), writer["key"]),
                           (("operator", "namespace", "list"), writer["key"])):
            flags = ("--api-key", key) if key else ()
            self.assertIn("Request unauthorized.", self.fails(*words, *at, *flags))
        self.ok("operator", "api-key", "revoke", "--api-key-file", self.path("keys.json"), "--id", writer["id"])
        until = time.monotonic() + LIMIT
        while run("workflow", "list", *at, "--api-key", writer["key"])[0] == 0:
            self.assertLess(time.monotonic(), until)
        out, err = server.end()
        self.assertEqual(err, "")
        for key in (root, writer):
            self.assertNotIn(key["key"][-20:], out + err)

    def test_certificates_open_theirs(self):
        for name in ("service", "orders"):
            self.make_ca(name)
        self.make_leaf("service", "server", "--host", "127.0.0.1")
        self.make_leaf("orders", "client")
        server = self.serve(
            "--namespace", "orders", "--tls-cert-path", self.path("server.pem"), "--tls-key-path", self.path("server.key"),
            "--tls-ca-path", "orders=" + self.path("orders-ca.pem"))
        at = ("--address", server.address, "--tls-ca-path", self.path("service-ca.pem"))
        shown = ("--tls-cert-path", self.path("client.pem"), "--tls-key-path", self.path("client.key"))
        self.ok("workflow", "list", "-n", "orders", *at, *shown)
        self.assertIn("Request unauthorized.", self.fails("workflow", "list", *at, *shown))
        self.fails("workflow", "list", "-n", "orders", *at, "--client-connect-timeout", "2s")
        _, err = server.end()
        self.assertNotIn("PRIVATE", err)

    def test_operations_over_http_need_a_key_that_may_write(self):
        root, reader, writer = (self.make_key(each) for each in ("temporal-system:admin", "default:read", "default:write"))
        server = self.serve("--api-key-file", self.path("keys.json"))
        at = ("--address", server.address, "--tls=false", "--api-key", root["key"])
        self.ok("operator", "nexus", "endpoint", "create", "--name", "ee", "--target-namespace", "default", "--target-task-queue", "q", *at)
        id = json.loads(self.ok("operator", "nexus", "endpoint", "get", "--name", "ee", "-o", "json", *at))["id"]
        port = re.search(r"HTTP: +\S+:(\d+)", server.output).group(1)

        def ask(path, key):
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=LIMIT)
            about = {"Request-Timeout": "1100ms"} | ({"Authorization": "Bearer " + key["key"]} if key else {})
            connection.request("POST", path, "1", about)
            answer = connection.getresponse()
            said = answer.status, json.loads(answer.read())["details"]["type"]
            connection.close()
            return said
        for path in (f"/nexus/endpoints/{id}/services/s/o", "/namespaces/default/task-queues/q/nexus-services/s/o"):
            for key in (None, reader):
                self.assertEqual(ask(path, key), (403, "UNAUTHORIZED"))
            self.assertEqual(ask(path, writer), (520, "UPSTREAM_TIMEOUT"))  # there is no worker
        _, err = server.end()
        self.assertNotIn(writer["key"][-20:], err)

    def test_servers_elsewhere_are_known_by_the_ca_that_is_given(self):
        for name in ("good", "bad"):
            self.make_ca(name)
        self.make_leaf("good", "there", "--host", "127.0.0.1")
        with elsewhere(self.path("there.pem"), self.path("there.key")) as url:
            for ca in ("good", "bad"):
                server = self.serve("--outgoing-ca-path", self.path(ca + "-ca.pem"),
                                    "--dynamic-config-value", "nexusoperation.enableStandalone=true")
                at = ("--operation-id", "x", "--address", server.address)
                self.ok("operator", "nexus", "endpoint", "create", "--name", "there", "--target-url", url, *at[2:])
                self.ok("nexus", "operation", "start", "--endpoint", "there", "--service", "s", "--operation", "o", "--input", "1", *at)
                if ca == "good":
                    self.assertIn("hello", self.ok("nexus", "operation", "result", *at))
                until = time.monotonic() + LIMIT
                while ca == "bad" and "certificate verify failed" not in self.ok("nexus", "operation", "describe", *at, "-o", "json"):
                    self.assertLess(time.monotonic(), until)
                server.end()

    def test_endpoints_show_who_may_call_them(self):
        server = self.serve()
        at = ("--address", server.address)
        self.ok("operator", "nexus", "endpoint", "create", "--name", "e1", "--target-namespace", "default",
                "--target-task-queue", "q", "--allow-namespace", "a", "--allow-namespace", "b", *at)
        get = ("operator", "nexus", "endpoint", "get", "--name", "e1", *at)
        self.assertRegex(self.ok(*get), r"AllowedNamespaces +a, b")
        self.assertEqual(json.loads(self.ok(*get, "-o", "json"))["spec"]["allowedCallerNamespaces"], ["a", "b"])
        listed, = json.loads(self.ok("operator", "nexus", "endpoint", "list", *at, "-o", "json"))
        self.assertEqual(listed, json.loads(self.ok(*get, "-o", "json")))
        self.assertEqual(json.loads(self.ok("operator", "nexus", "endpoint", "list", *at, "-o", "jsonl")), listed)
        update = ("operator", "nexus", "endpoint", "update", "--name", "e1", *at)
        self.ok(*update, "--description", "words")
        self.assertRegex(self.ok(*get), r"AllowedNamespaces +a, b")
        self.ok(*update, "--allow-namespace", "c")
        self.assertRegex(self.ok(*get), r"AllowedNamespaces +c\n")
        self.assertIn("should not be set", self.fails(*update, "--allow-namespace", "c", "--unset-allow-namespace"))
        self.ok(*update, "--unset-allow-namespace")
        self.assertNotIn("AllowedNamespaces", self.ok(*get))
        server.end()

    def test_an_open_door_beyond_this_machine_is_warned_of_in_one_line(self):
        self.make_key("default:read")
        for flags, words in (
                (("--ip", "0.0.0.0"), "everybody who reaches this address"),
                (("--ip", "0.0.0.0", "--api-key-file", self.path("keys.json")), "in the clear"), ((), None)):
            _, err = self.serve(*flags).end()
            self.assertEqual(err.count("\n"), 1 if words else 0, err)
            self.assertIn(words or "", err)

    def test_flags_that_make_no_sense_are_refused(self):
        start = ("server", "start-dev", "--port", "0", "--headless")
        self.assertIn("needed together", self.fails(*start, "--tls-cert-path", "x.pem"))
        self.assertIn("needs --tls-cert-path", self.fails(*start, "--tls-ca-path", "x.pem"))
        for odd in ("=ca.pem", "orders="):
            self.assertIn("NAMESPACE=FILE", self.fails(
                *start, "--tls-cert-path", "x.pem", "--tls-key-path", "x.key", "--tls-ca-path", odd))
        self.assertIn("none.json", self.fails(*start, "--api-key-file", self.path("none.json")))
        self.assertIn("none.pem", self.fails(
            *start, "--tls-cert-path", self.path("none.pem"), "--tls-key-path", self.path("none.key")))
        self.assertIn("none.pem", self.fails(*start, "--outgoing-ca-path", self.path("none.pem")))
        self.assertIn("none.jwks", self.fails(*start, "--jwt-key-set", self.path("none.jwks")))
        for flag in ("--api-key-file", "--jwt-key-set", "--jwt-audience", "--tls-cert-path", "--tls-key-path",
                     "--outgoing-ca-path"):
            self.assertIn(f"{flag} has an empty value", self.fails(*start, flag, ""))
        os.mkfifo(self.path("pipe"))
        self.assertIn("is no file but a pipe", self.fails(*start, "--api-key-file", self.path("pipe")))
        self.assertIn('invalid duration "8000y" for --validity-period:',
                      self.fails("cert", "ca", "--org", "o", "--ca-cert", self.path("o.pem"), "--ca-key",
                                 self.path("o.key"), "--validity-period", "8000y"))

    def test_no_planted_secret_is_shown(self):
        secret = "hunter2hunter2"
        pem = f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"
        for name, text in (("key.pem", pem), ("keys.json", json.dumps({"keys": [{"id": secret}]})),
                           ("text", secret), ("set.jwks", json.dumps({"keys": secret}))):
            (self.folder / name).write_text(text)
        self.make_ca("a")
        self.make_leaf("a", "leaf")
        start = ("server", "start-dev", "--port", "0", "--headless", "--log-level", "debug")
        leaf = ("--tls-cert-path", self.path("leaf.pem"))
        for words in (
                (*start, *leaf, "--tls-key-path", self.path("key.pem")),
                (*start, *leaf, "--tls-key-path", self.path("text")),
                (*start, "--tls-cert-path", self.path("key.pem"), "--tls-key-path", self.path("leaf.key")),
                (*start, *leaf, "--tls-key-path", self.path("leaf.key"), "--tls-ca-path", self.path("key.pem")),
                (*start, "--api-key-file", self.path("keys.json")),
                (*start, "--api-key-file", self.path("text")),
                (*start, "--jwt-key-set", self.path("set.jwks")),
                (*start, "--jwt-key-set", self.path("text")),
                ("operator", "api-key", "list", "--api-key-file", self.path("keys.json")),
                ("cert", "leaf", "--org", "o", "--ca-cert", self.path("leaf.pem"), "--ca-key", self.path("key.pem"),
                 "--cert", self.path("x.pem"), "--key", self.path("x.key"))):
            self.assertNotIn(secret, self.fails(*words))
        # A call with a key and a token that are none, at the most talkative log of both sides.
        (self.folder / "good.json").write_text('{"keys":[]}')
        server = self.serve("--api-key-file", self.path("good.json"), "--log-level", "debug")
        for key in ("troupe_" + secret, f"eyJhbGciOiJub25lIn0.{secret}.x"):
            err = self.fails("workflow", "list", "--address", server.address, "--tls=false", "--api-key", key,
                             "--log-level", "info")
            self.assertNotIn(secret, err)
        # Nobody answers there, so that there is time to look.
        for flags in (("--api-key", secret), ("--api-key=" + secret,), ("--grpc-meta", "a=" + secret)):
            with socket.socket() as silent:
                silent.bind(("127.0.0.1", 0))
                silent.listen()
                waiting = subprocess.Popen(
                    [TROUPE, "workflow", "list", "--address", f"127.0.0.1:{silent.getsockname()[1]}", "--tls=false", *flags],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
                silent.accept()[0].close() # it has read its command line by now
                title = pathlib.Path(f"/proc/{waiting.pid}/cmdline").read_bytes()
                waiting.kill()
                waiting.wait()
            self.assertIn(b"--address", title)
            self.assertNotIn(secret.encode(), title)
        out, err = server.end()
        self.assertNotIn(secret, out + err)


if __name__ == "__main__":
    unittest.main()
