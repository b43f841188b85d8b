# SPDX-License-Identifier: Apache-2.0
"""Every block of C++ in every document compiles; what documents say of files, headers and messages is there."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import blocks
from blocks import SOURCE

WORK = pathlib.Path(os.environ["WORK"])
COMPILER = os.environ["COMPILER"]
INCLUDE = [word for path in os.environ["INCLUDE"].split(":") for word in ("-isystem", path)]
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-Wno-unused-parameter",
         f"-I{SOURCE}/runtime/include",
         f"-I{SOURCE}/actors/include", *INCLUDE]


def compile_alone(*words):
    return subprocess.run([COMPILER, *FLAGS, *map(str, words)], cwd=SOURCE, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


def sources_of(*folders):
    names = subprocess.check_output(["git", "ls-files", *folders], cwd=SOURCE, text=True).split()
    return "\n".join((SOURCE / name).read_text() for name in names
                     if name.endswith((".cpp", ".hpp", ".cmake", "CMakeLists.txt")))


class code(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        header = WORK / "prelude.hpp"
        header.write_text("#pragma once\n" + blocks.prelude())
        cls.prelude = ["-include", header]
        if "clang" in COMPILER:
            made = compile_alone("-x", "c++-header", header, "-o", WORK / "prelude.pch")
            if made.returncode != 0:
                raise AssertionError(f"the prelude of docs/README.md does not compile:\n{made.stdout}")
            cls.prelude = ["-include-pch", WORK / "prelude.pch"]

    def compile_all(self, jobs):
        """Each job is a name and the words of a compiler's command line."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            done = list(pool.map(lambda job: compile_alone("-fsyntax-only", *job[1]), jobs))
        for (name, _), result in zip(jobs, done):
            with self.subTest(name):
                self.assertEqual(result.returncode, 0, f"{name} does not compile:\n{result.stdout}")

    def test_each_document_is_a_unit_that_compiles(self):
        jobs = []
        for document in blocks.documents():
            if text := blocks.unit_of(document):
                name = str(document.relative_to(SOURCE))
                unit = WORK / (name.replace("/", "_") + ".cpp")
                unit.write_text(text)
                jobs.append((name, [*self.prelude, unit]))
        self.assertGreater(len(jobs), 10)
        self.compile_all(jobs)


class words(unittest.TestCase):
    def test_links_and_named_files_are_there(self):
        for document in blocks.documents():
            text = document.read_text()
            links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
            # Files in backticks by their full path: docs/errors.md, test/histories, runtime/http/server.{hpp,cpp}.
            for path in re.findall(r"`((?:docs|test|runtime|actors|apps|proto)/[\w./{},-]+)`", text):
                start, _, endings = path.partition("{")
                links += ["/" + start + each for each in endings.rstrip("}").split(",") if "..." not in path]
            for link in links:
                start = SOURCE if link.startswith("/") else document.parent
                with self.subTest(document=document.name, link=link):
                    self.assertTrue((start / link.lstrip("/")).exists(), f"{document}: there is no {link}")

    def test_headers_that_are_named_are_public(self):
        for document in (SOURCE / "docs").glob("*.md"):
            for header in re.findall(r"troupe/[\w/]+\.hpp", document.read_text()):
                found = [root for root in ("runtime", "actors") if (SOURCE / root / "include" / header).exists()]
                with self.subTest(document=document.name, header=header):
                    self.assertTrue(found, f"{document}: there is no {header}")

    def test_every_document_is_listed(self):
        index = (SOURCE / "docs" / "README.md").read_text()
        for document in (SOURCE / "docs").glob("*.md"):
            if document.name != "README.md":
                self.assertIn(f"]({document.name})", index)

    def test_words_of_ours_in_backticks_are_in_the_sources(self):
        """Names of options, functions, variables of the environment and metrics. Of pages about other SDKs only the latter
        two: the rest may be theirs."""
        known = set(re.findall(r"\w+", sources_of("runtime", "actors", "apps", "cmake", "test")))
        for document in (SOURCE / "docs").glob("*.md"):
            text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
            for code in re.findall(r"`([^`\n]+)`", text):
                names = re.findall(r"\b(?:TEMPORAL|TROUPE|OTEL)_[A-Z_]+\b", code)
                if not document.name.startswith("coming-from"):
                    names += re.findall(r"(?<![\w.-])[a-z]+(?:_[a-z]+)+\b", re.sub(r"std::[\w:]+", "", code))
                for name in names:
                    # Metrics carry a prefix that the sources have not.
                    bare = re.sub(r"^(temporal|troupe)_", "", name)
                    with self.subTest(document=document.name, name=name):
                        self.assertTrue({name, bare} & known, f"{document}: nothing is called {name}")

    def test_first_programs_are_those_of_the_sample(self):
        sample = SOURCE / "apps" / "samples" / "first_workflow"
        for document, name, file in (("README.md", "hello/main.cpp", "hello.cpp"),
                                     ("docs/getting-started.md", "orders/order.hpp", "order.hpp"),
                                     ("docs/getting-started.md", "orders/main.cpp", "orders.cpp")):
            shown = [each.text for each in blocks.blocks_of(SOURCE / document) if each.file() == name]
            with self.subTest(document=document, file=file):
                licence, program = (sample / file).read_text().split("\n", 1)
                self.assertIn("SPDX-License-Identifier", licence)
                self.assertEqual(shown, [program], f"{document} shows another {name} than {sample / file} is")

    def test_messages_of_the_troubleshooting_page_are_those_of_the_program(self):
        """Each `message` of a first column stands in our sources, `...` for what differs; numbers of messages
        (`[TMPRL1100]`) stand for themselves."""
        page = (SOURCE / "docs" / "troubleshooting.md").read_text()
        first = re.findall(r"^\| (`[^|]*`) \|", page, re.MULTILINE)
        messages = [message for cell in first for message in re.findall(r"`([^`]+)`", cell)]
        self.assertGreater(len(messages), 25)
        sources = sources_of("runtime", "actors", "apps")
        # A text that goes over several lines is one.
        sources = re.sub(r'"\s*\n\s*"', "", sources).replace('\\"', '"')
        for message in messages:
            for part in re.split(r"\.\.\.|(?<=\]) ", message):
                with self.subTest(message=message):
                    self.assertIn(part.strip(), sources, f"nothing says {part.strip()!r}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
