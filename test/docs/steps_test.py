# SPDX-License-Identifier: Apache-2.0
"""Does what README.md and docs/getting-started.md tell a reader to do: in an empty folder, against what is installed.

Blocks `file=name` are written, blocks `sh run` are run in their order by one shell, and the lines of a block `text output`
have to come in what the commands before it wrote (`...` stands for anything). The service gets a free port.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import unittest

import blocks
from blocks import SOURCE

WORK = pathlib.Path(os.environ["WORK"])
BUILD = pathlib.Path(os.environ["BUILD"])
COMPILER = os.environ["COMPILER"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def install(prefix):
    """By links: the archives of a build with lines of debug information are large."""
    shutil.rmtree(prefix, ignore_errors=True)
    for component in ("dev", "cli"):
        done = subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix, "--component", component], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, "CMAKE_INSTALL_MODE": "ABS_SYMLINK"})
        if done.returncode != 0:
            raise AssertionError(done.stdout)


def script_of(document, port):
    """A shell script that runs the marked blocks and writes what each says behind a line that names it."""
    lines = ["set -euo pipefail"]
    for each in blocks.blocks_of(document):
        if each.language == "sh" and "run" in each.words:
            text = each.text.replace("server start-dev", f"server start-dev --headless --port {port}")
            text = text.replace(":9464", f":{free_port()}")
            lines += [f"echo '== {each.line}'", text]
            if "start-dev" in text:  # a reader takes longer than it to the next command
                lines.append("until troupe operator cluster health > /dev/null 2>&1; do kill -0 $!; done")
    return "\n".join(lines) + "\n"


def expected_of(document):
    """Pairs of the line of a block that runs, and the text that has to come."""
    ran = None
    for each in blocks.blocks_of(document):
        if each.language == "sh" and "run" in each.words:
            ran = each.line
        elif each.language == "text" and "output" in each.words:
            yield ran, each.text.splitlines()


class steps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = WORK / "prefix"
        install(cls.prefix)

    def follow(self, name):
        document, folder, port = SOURCE / name, WORK / pathlib.Path(name).stem, free_port()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for each in blocks.blocks_of(document):
            if file := each.file():
                path = folder / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(each.text)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEMPORAL_", "TROUPE_"))}
        environment |= {"PATH": f"{self.prefix}/bin:{os.environ['PATH']}", "CXX": COMPILER, "HOME": str(folder),
                        "CMAKE_PREFIX_PATH": str(self.prefix), "TEMPORAL_ADDRESS": f"127.0.0.1:{port}",
                        "CMAKE_GENERATOR": "Ninja"}
        log = folder / "output.log"
        with log.open("w") as output:
            shell = subprocess.Popen(["bash", "-c", script_of(document, port)], cwd=folder, env=environment,
                                     stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                     start_new_session=True)
            try:
                status = shell.wait(timeout=500)
            finally:
                try:
                    os.killpg(shell.pid, signal.SIGKILL)  # what it left in the background
                except ProcessLookupError:
                    pass
        said = log.read_text()
        self.assertEqual(status, 0, f"{name} says what does not work:\n{said}")
        self.check_output(name, said, list(expected_of(document)))

    def check_output(self, name, said, expected):
        parts = re.split(r"(?m)^== (\d+)\n", said)
        by_line = dict(zip(map(int, parts[1::2]), parts[2::2]))
        self.assertTrue(by_line, f"{name} has no block that is run")
        for line, texts in expected:
            at = 0
            for text in texts:
                pattern = ".*".join(re.escape(part) for part in text.strip().split("..."))
                found = re.compile(pattern).search(by_line[line], at)
                self.assertTrue(found, f"{name}:{line}: {text!r} did not come in\n{by_line[line]}")
                at = found.end()

    def test_blocks_that_run_do_what_they_say(self):
        folder = WORK / "programs"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        lines = ["cmake_minimum_required(VERSION 3.25)", "project(programs LANGUAGES CXX)", "find_package(troupe 0.1 REQUIRED)"]
        programs = {}
        for document in blocks.documents():
            if text := blocks.program_of(document):
                name = document.stem
                (folder / f"{name}.cpp").write_text(text)
                lines += [f"add_executable({name} {name}.cpp)",
                          f"target_link_libraries({name} PRIVATE troupe::worker troupe::testing troupe::environment)"]
                programs[name] = document
        self.assertTrue(programs)
        (folder / "CMakeLists.txt").write_text("\n".join(lines) + "\n")
        for command in (["cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={COMPILER}",
                         f"-DCMAKE_PREFIX_PATH={self.prefix}"],
                        ["cmake", "--build", folder / "build"],
                        *[[folder / "build" / name] for name in programs]):
            done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, timeout=300, check=False)
            self.assertEqual(done.returncode, 0, f"{' '.join(map(str, command))}:\n{done.stdout}")

    def test_command_lines_that_are_named_exist_with_their_flags(self):
        seen = {}
        for document in blocks.documents():
            text = document.read_text()
            for line in re.findall(r"`(troupe [a-z][^`\n]*)`|^\s*(troupe [a-z].*)$", text, re.MULTILINE):
                words = "".join(line).split("#")[0].split("|")[0].split()[1:]
                path = []
                for word in words:
                    if not re.fullmatch(r"[a-z][a-z-]*", word):
                        break
                    path.append(word)
                flags = {word.split("=")[0] for word in words if re.match(r"--[a-z]", word)}
                if flags or len(path) > 1:
                    seen.setdefault(tuple(path), {}).setdefault(str(document.relative_to(SOURCE)), set()).update(flags)
        self.assertGreater(len(seen), 10)
        for path, places in seen.items():
            said = subprocess.run([self.prefix / "bin" / "troupe", *path, "--help"], text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            for place, flags in places.items():
                with self.subTest(command=" ".join(path), document=place):
                    self.assertRegex(said.stdout, rf"(?m)^Usage: troupe {' '.join(path)}( |$)")
                    for flag in flags:
                        self.assertRegex(said.stdout, rf"{flag}\b")

    def test_the_readme_works_as_it_says(self):
        self.follow("README.md")

    def test_getting_started_works_as_it_says(self):
        self.follow("docs/getting-started.md")


if __name__ == "__main__":
    unittest.main(verbosity=2)
