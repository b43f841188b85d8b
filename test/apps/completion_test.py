# SPDX-License-Identifier: Apache-2.0
"""Runs the completion scripts in their shells: completion_test.py PATH_OF_TROUPE."""

import shutil
import subprocess
import sys
import tempfile
import unittest

TROUPE = sys.argv.pop()


def script(shell):
    return subprocess.run([TROUPE, "completion", shell], text=True, capture_output=True, check=True).stdout


class bash(unittest.TestCase):
    def complete(self, *words):
        """What Tab offers behind these words, the last of which is unfinished."""
        quoted = " ".join(f"'{word}'" for word in words)
        lines = f'COMP_WORDS=(troupe {quoted}); COMP_CWORD={len(words)}; _troupe; printf "%s\\n" "${{COMPREPLY[@]}}"'
        # Not as an argument: one may be 128 KiB long at most.
        done = subprocess.run(["bash", "--norc"], input=script("bash") + lines, text=True, capture_output=True, check=True)
        return done.stdout.split()

    def test_commands_are_offered_level_by_level(self):
        self.assertEqual(self.complete("wor"), ["workflow", "worker"])
        self.assertEqual(self.complete("workf"), ["workflow"])
        self.assertIn("start", self.complete("workflow", ""))
        self.assertEqual(self.complete("operator", "nexus", "endpoint", "cr"), ["create"])

    def test_flags_are_those_that_count_for_the_command(self):
        self.assertIn("--workflow-id", self.complete("workflow", "start", "--w"))
        self.assertIn("--address", self.complete("workflow", "start", "--a"))
        self.assertEqual(self.complete("server", "start-dev", "--addr"), [])

    def test_a_value_of_a_flag_is_no_command(self):
        self.assertIn("--workflow-id", self.complete("--profile", "operator", "workflow", "start", "--workflow-i"))
        self.assertEqual(self.complete("--profile", "wor"), [])

    def test_values_are_offered_where_there_is_a_choice(self):
        self.assertEqual(self.complete("workflow", "list", "--output", "js"), ["json", "jsonl"])
        self.assertEqual(self.complete("workflow", "list", "--output", "=", "no"), ["none"])
        self.assertEqual(self.complete("workflow", "list", "-o", "t"), ["text"])


class zsh(unittest.TestCase):
    def test_the_script_is_zsh(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        with tempfile.NamedTemporaryFile("w", suffix=".zsh") as file:
            file.write(script("zsh"))
            file.flush()
            subprocess.run(["zsh", "-n", file.name], check=True)


class command_line(unittest.TestCase):
    def test_shells_that_are_missing_are_refused_by_name(self):
        for shell, words in (("fish", "completion fish is not supported"), ("tcsh", "unknown command")):
            done = subprocess.run([TROUPE, "completion", shell], text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
