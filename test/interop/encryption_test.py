# SPDX-License-Identifier: Apache-2.0
"""The sample of encryption beside the same in Python: each side reads what the other has encrypted, texts of errors too, on both
services; and the codec server codes for both command lines."""

import json
import pathlib
import re
import sys
import unittest

from harness import HANDLER_NAMESPACE, SAMPLES, TEMPORAL, TROUPE, process, run, service, wait_for

PYTHON = (sys.executable, pathlib.Path(__file__).with_name("encryption_peer.py"))
CPP = (SAMPLES / "encryption_sample",)


class Encryption(unittest.TestCase):
    def story(self, at, caller, callee, name):
        env = at.env(HANDLER_NAMESPACE)
        with process(*callee, "worker", env=env):
            said = run(*caller, "greet", "Ann", f"good-{name}", env=env).stdout
            self.assertEqual(said, "Hello, Ann\n")
            failed = run(*caller, "greet", "", f"bad-{name}", env=env, check=False)
            self.assertIn("nobody to greet", failed.stdout + failed.stderr)
            for which in ("good", "bad"):
                shown = json.dumps(at.json("workflow", "show", "--namespace", HANDLER_NAMESPACE, "--workflow-id", f"{which}-{name}"))
                self.assertNotIn("Ann", shown)
                self.assertNotIn("nobody", shown)
                self.assertIn("encryption-key-id", shown)

    def every_mix(self, kind, *mixes):
        languages = {"cpp": CPP, "python": PYTHON}
        with service(kind) as at:
            for caller, callee in mixes:
                with self.subTest(caller=caller, callee=callee):
                    self.story(at, languages[caller], languages[callee], f"{caller}-{callee}")

    def test_each_language_reads_the_other_on_our_service(self):
        self.every_mix("troupe", ("cpp", "python"), ("python", "cpp"))

    def test_each_language_reads_the_other_on_the_real_server(self):
        self.every_mix("temporal", ("cpp", "python"), ("python", "cpp"))

    def test_the_codec_server_codes_for_both_command_lines(self):
        with service("troupe") as at, process(*CPP, "worker", env=at.env(HANDLER_NAMESPACE)), \
                process(*CPP, "codec-server", "0") as server:
            run(*CPP, "greet", "Ann", "shown", env=at.env(HANDLER_NAMESPACE))
            url = wait_for("the codec server", lambda: re.search(r"http://\S+", server.output())).group()
            result = ("workflow", "result", "--namespace", HANDLER_NAMESPACE, "--workflow-id", "shown")
            for executable in (TEMPORAL, TROUPE):
                with self.subTest(executable=executable.name):
                    shown = at.json(*result, "--codec-endpoint", url, executable=executable)
                    self.assertEqual(shown["result"], "Hello, Ann")
                    self.assertNotIn("Ann", at.cli(*result, executable=executable).stdout)
                    done = at.json(
                        "workflow", "execute", "--namespace", HANDLER_NAMESPACE, "--type", "GreetingWorkflow", "--task-queue",
                        "encryption", "--workflow-id", f"by-{executable.name}", "--input", '"Bob"', "--codec-endpoint", url,
                        executable=executable,
                    )
                    self.assertEqual(done["result"], "Hello, Bob")
                    self.assertNotIn("Bob", at.cli("workflow", "show", "-o", "json", "--namespace", HANDLER_NAMESPACE,
                                                   "--workflow-id", f"by-{executable.name}").stdout)


if __name__ == "__main__":
    unittest.main()
