# SPDX-License-Identifier: Apache-2.0
"""docs/compatibility.md names the versions that the tests fetch and that the code claims."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "compatibility.md").read_text()


def first(pattern, file):
    found = re.search(pattern, (ROOT / file).read_text())
    if not found:
        raise AssertionError(f"{file} has nothing like {pattern}")
    return found.group(1)


def row(peer):
    return first(rf"(?m)^\| {re.escape(peer)} \| ([^|]+) \|", "docs/compatibility.md")


class compatibility(unittest.TestCase):
    def test_the_server_is_the_one_that_interop_builds_and_the_service_names(self):
        self.assertEqual(row("Temporal server"), first(r"go\.temporal\.io/server v(\S+)", "test/interop/peer/go.mod"))
        self.assertEqual(row("Temporal server"), first(r'temporal_server_version = "([^"]+)"',
                                                       "runtime/include/troupe/version.hpp"))

    def test_the_command_line_is_the_one_that_interop_builds(self):
        self.assertEqual(row("Temporal CLI"), first(r"temporalio/cli v(\S+)", "test/interop/peer/go.mod"))

    def test_the_python_sdk_is_the_one_that_interop_installs(self):
        self.assertEqual(row("Python SDK `temporalio`"), first(r"temporalio==(\S+)", "test/interop/build_peers.sh"))

    def test_the_go_sdk_is_the_one_that_interop_and_the_benchmarks_build(self):
        for module in ("test/interop/peers/go/go.mod", "bench/peers/go/go.mod"):
            self.assertEqual(row("Go SDK `go.temporal.io/sdk`"), first(r"go\.temporal\.io/sdk v(\S+)", module))

    def test_the_typescript_and_java_sdks_are_those_that_interop_installs(self):
        self.assertEqual(row("TypeScript SDK `@temporalio/worker`"),
                         first(r'"@temporalio/worker": "([^"]+)"', "test/interop/peers/typescript/package.json"))
        self.assertEqual(row("Java SDK `io.temporal:temporal-sdk`"),
                         first(r"<artifactId>temporal-sdk</artifactId>\s+<version>([^<]+)", "test/interop/peers/java/pom.xml"))

    def test_the_protocol_is_the_one_that_the_headers_name(self):
        self.assertEqual(first(r"Temporal API (\d+\.\d+)", "docs/compatibility.md"),
                         first(r'temporal_api_version = "([^"]+)"', "runtime/include/troupe/version.hpp"))


def version():
    """Of the headers: major, minor, patch."""
    header = (ROOT / "runtime/include/troupe/version.hpp").read_text()
    return tuple(int(re.search(rf"TROUPE_VERSION_{part} (\d+)", header).group(1)) for part in ("MAJOR", "MINOR", "PATCH"))


class changelog(unittest.TestCase):
    """Keep a Changelog: each release has its tag and its link, and the newest of them is older than or is this one."""

    def setUp(self):
        self.text = (ROOT / "CHANGELOG.md").read_text()
        self.releases = re.findall(r"(?m)^## \[([^\]]+)\](.*)$", self.text)

    def test_unreleased_comes_first_and_releases_have_dates(self):
        self.assertEqual(self.releases[0], ("Unreleased", ""))
        for name, rest in self.releases[1:]:
            self.assertRegex(name, r"^\d+\.\d+\.\d+$")
            self.assertRegex(rest, r"^ - \d{4}-\d{2}-\d{2}$")

    def test_each_heading_has_a_link_that_names_its_tag(self):
        for name, _ in self.releases:
            tag = "" if name == "Unreleased" else f"v{re.escape(name)}"
            self.assertRegex(self.text, rf"(?m)^\[{re.escape(name)}\]: \S+{tag}$")

    def test_the_newest_release_is_not_ahead_of_the_headers(self):
        for name, _ in self.releases[1:2]:
            self.assertLessEqual(tuple(map(int, name.split("."))), version())

    def test_documents_and_programs_ask_for_the_version_that_the_headers_have(self):
        """`find_package(troupe 0.1 ...)`: with a newer minor version before 1.0 that finds nothing."""
        ours = ".".join(map(str, version()[:2]))
        listed = subprocess.check_output(["git", "ls-files", "*.md", "test/install", "test/docs"], cwd=ROOT, text=True)
        asked = 0
        for name in listed.split():
            for wanted in re.findall(r"find_package\(troupe ([\d.]+)", (ROOT / name).read_text()):
                self.assertEqual(wanted, ours, name)
                asked += 1
        self.assertGreater(asked, 4)


if __name__ == "__main__":
    unittest.main()
