# SPDX-License-Identifier: Apache-2.0
"""Takes Troupe into projects of others: installed, by pkg-config, as a part of the tree, from the Debian packages.

Told by environment variables, which CMake and `make install-test` set: SOURCE (our tree), BUILD (a build of it), WORK (an
empty folder), COMPILER, LAUNCHER, and for the packages DEBS (their folder). A class whose variables are missing is not
run, so it is named on the command line: `python3 install_test.py installed`.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import unittest

SOURCE = pathlib.Path(os.environ["SOURCE"])
WORK = pathlib.Path(os.environ["WORK"])
COMPILER = os.environ["COMPILER"]
HERE = pathlib.Path(__file__).resolve().parent
# `0.1`: what `find_package` asks for.
HEADER = (SOURCE / "runtime/include/troupe/version.hpp").read_text()
MINOR = ".".join(re.findall(r"#define TROUPE_VERSION_(?:MAJOR|MINOR) (\d+)", HEADER))
COMPONENTS = ("client", "testing", "worker", "service", "environment")


def run(*command, **options):
    """The output of a command that has to succeed; all of it is shown if it does not."""
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def empty(name):
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def configure(project, folder, **variables):
    options = [f"-D{name}={value}" for name, value in variables.items()]
    return run("cmake", "-S", HERE / project, "-B", folder, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={COMPILER}",
               "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options)


def build(folder, *targets):
    return run("cmake", "--build", folder, "--target", *targets)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class project(unittest.TestCase):
    """What holds for each way into a project."""

    def check_connected(self, folder, troupe):
        """The program against `troupe server start-dev`."""
        port = free_port()
        server = subprocess.Popen([troupe, "server", "start-dev", "--headless", "--port", str(port)], text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            while "Persistence:" not in server.stdout.readline():
                self.assertIsNone(server.poll())
            said = subprocess.check_output([folder / "connected"], text=True, timeout=60, stderr=subprocess.DEVNULL,
                                           env={**os.environ, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"})
            self.assertEqual(said, "Hello server\n")
        finally:
            server.terminate()
            server.communicate(timeout=60)

    def check_hello(self, folder):
        self.assertEqual(
            subprocess.check_output([folder / "hello"], text=True, timeout=60, stderr=subprocess.DEVNULL), "Hello world\n")

    def check_command(self, folder):
        """Neither our warnings nor the root of our tree reach the user's own sources."""
        commands = json.loads((folder / "compile_commands.json").read_text())
        (command,) = [each["command"] for each in commands if each["file"].endswith("program/main.cpp")]
        # NDEBUG is of the user's own build type.
        self.assertNotRegex(command, r"\s-(W|fsanitize|D(?!NDEBUG\b))")
        paths = re.findall(r"-(?:I|isystem) ?(\S+)", command)
        self.assertTrue(paths)
        for path in paths:
            self.assertFalse((pathlib.Path(path) / "runtime").exists(), f"{path} shows our tree")


class installed(project):
    """`cmake --install`, into a folder that moves afterwards: what is in it may not know where it was."""

    @classmethod
    def setUpClass(cls):
        first, cls.prefix = empty("first"), empty("moved") / "prefix"
        run("cmake", "--install", os.environ["BUILD"], "--prefix", first)
        first.rename(cls.prefix)

    def test_no_text_file_has_a_path_of_this_machine(self):
        texts = [path for path in files(self.prefix) if path.suffix in (".cmake", ".pc", ".hpp", ".1", ".bash", "")
                 and b"\0" not in path.read_bytes()[:1000]]
        self.assertGreater(len(texts), 40)
        for path in texts:
            for line in path.read_text().splitlines():
                for root in (str(SOURCE), str(WORK), os.environ["BUILD"]):
                    self.assertNotIn(root, line, path)
                if path.suffix in (".cmake", ".pc"):
                    self.assertNotRegex(line, r'["=; ]/(usr|home|opt|root|tmp|work|lib)\b', path)

    def test_documents_name_only_files_that_are_installed(self):
        root = self.prefix / "share/doc/troupe"
        pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
        self.assertGreater(len(pages), 20)
        for page in pages:
            text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
            for name in re.findall(r"\[[^\]]*\]\(([\w./-]+)\)", text):
                self.assertTrue((page.parent / name).exists(), f"{page.name} links {name}")
            for name in re.findall(r"`((?:apps|bench|docs)/[\w./-]+)`", text):
                self.assertTrue((root / name).exists(), f"{page.name} names {name}")

    def test_public_headers_include_only_what_is_installed(self):
        headers = [path for path in files(self.prefix / "include") if path.suffix == ".hpp"]
        self.assertGreater(len(headers), 30)
        for path in headers:
            for name in re.findall(r'#include *[<"](\S+?)[>"]', path.read_text()):
                if name.startswith(("troupe/", "runtime/", "actors/")):
                    self.assertTrue((self.prefix / "include" / name).exists(), f"{path} includes {name}")

    def test_find_package_builds_and_runs_the_program(self):
        folder = empty("find_package")
        configure("program", folder, TROUPE_HOW="find_package", CMAKE_PREFIX_PATH=self.prefix)
        build(folder, "all")
        self.check_hello(folder)
        self.check_command(folder)
        if (self.prefix / "bin/troupe").exists():
            self.check_connected(folder, self.prefix / "bin/troupe")

    def test_client_and_testing_need_no_actors(self):
        folder = empty("components")
        configure("components", folder, WANTED="client;testing", WANTED_VERSION=MINOR, CMAKE_PREFIX_PATH=self.prefix,
                  CMAKE_DISABLE_FIND_PACKAGE_CAF="ON", CMAKE_DISABLE_FIND_PACKAGE_utf8proc="ON",
                  CMAKE_DISABLE_FIND_PACKAGE_CLI11="ON")
        build(folder, "all")
        for component in ("client", "testing"):
            run(folder / f"with_{component}", timeout=60)

    def test_pkg_config_builds_and_runs_the_program(self):
        (pkgconfig,) = self.prefix.glob("lib*/**/pkgconfig")
        environment = {**os.environ, "PKG_CONFIG_PATH": str(pkgconfig)}
        for component in COMPONENTS:
            flags = run("pkg-config", "--libs", f"troupe-{component}", env=environment)
            self.assertNotIn(str(SOURCE / "runtime"), flags)
        flags = run("pkg-config", "--cflags", "--libs", "troupe-worker", "troupe-service", env=environment).split()
        program = empty("pkg_config") / "hello"
        run(COMPILER, HERE / "program" / "main.cpp", "-o", program, *flags)
        self.check_hello(program.parent)

    def test_another_version_and_unknown_components_are_refused_with_words(self):
        for wanted, version, words in (("client", "0.0.9", "not compatible|no .*compatible|requested version"),
                                       ("client", "99.0", "requested version"),
                                       ("worcker", MINOR, "has no component worcker")):
            with self.assertRaisesRegex(AssertionError, words):
                configure("components", empty("refused"), WANTED=wanted, WANTED_VERSION=version,
                          CMAKE_PREFIX_PATH=self.prefix)

    def test_an_old_gcc_is_refused_with_words(self):
        old = shutil.which("g++-12")
        if not old:
            self.skipTest("there is no g++-12")
        with self.assertRaisesRegex(AssertionError, "miscompiles coroutines"):
            run("cmake", "-S", HERE / "components", "-B", empty("old_gcc"), "-G", "Ninja",
                f"-DCMAKE_CXX_COMPILER={old}", "-DWANTED=client", f"-DCMAKE_PREFIX_PATH={self.prefix}")


class embedded(project):
    """Our tree as a part of another: only libraries, and nothing that only our programs need."""

    def build_and_run(self, how, **variables):
        folder = empty(how)
        configure("program", folder, TROUPE_HOW=how, TROUPE_SOURCE=SOURCE, CMAKE_DISABLE_FIND_PACKAGE_CLI11="ON",
                  CMAKE_DISABLE_FIND_PACKAGE_PkgConfig="OFF", **same_objects(), **variables)
        targets = run("cmake", "--build", folder, "--target", "help")
        self.assertIn("troupe_worker", targets)
        self.assertNotRegex(targets, r"(?m)^(troupe_cli|troupe|test_\w+|hello_nexus_\w+|bench_\w+)(:| )")
        build(folder, "hello")
        self.check_hello(folder)
        self.check_command(folder)
        return folder


def same_objects():
    """Flags as in the build beside, so that ccache has the objects already."""
    return {name: os.environ[name] for name in ("CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS_DEV", "CMAKE_CXX_FLAGS_RELEASE",
                                                "CMAKE_CXX_COMPILER_LAUNCHER", "TROUPE_WARNINGS", "TROUPE_WERROR")
            if os.environ.get(name)}


class add_subdirectory(embedded):
    def test_add_subdirectory_builds_and_runs_the_program(self):
        self.build_and_run("add_subdirectory")


class fetch_content(embedded):
    def test_fetch_content_builds_and_runs_the_program_from_nothing(self):
        """Without a proto library that was built before: it is built along."""
        folder = self.build_and_run("fetch_content", TROUPE_PROTO_DIR=WORK / "not_there")
        self.assertTrue(list(folder.rglob("libtroupe_proto.a")))


class packages(project):
    """The Debian packages, installed beside the system: a program of 20 lines in an empty folder, within a minute."""

    @classmethod
    def setUpClass(cls):
        debs = pathlib.Path(os.environ["DEBS"])
        (cls.dev,), (cls.cli,) = debs.glob("libtroupe-dev_*.deb"), debs.glob("troupe_*.deb")
        cls.root = empty("root")
        known = cls.root / "var/lib/dpkg"
        for folder in ("info", "updates", "triggers"):
            (known / folder).mkdir(parents=True)
        (known / "status").touch()
        # What they depend on is installed in the system, of which this root knows nothing.
        run("dpkg", "--root", cls.root, "--force-depends", "--force-not-root", "--install", cls.dev, cls.cli,
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})

    def test_a_program_of_20_lines_builds_within_a_minute_and_runs(self):
        for name in ("main.cpp", "connected.cpp"):
            program = (HERE / "program" / name).read_text()
            self.assertLessEqual(len([line for line in program.splitlines() if line.strip()]), 20, name)
        folder = empty("from_packages")
        began = time.monotonic()
        configure("program", folder, TROUPE_HOW="find_package", CMAKE_PREFIX_PATH=self.root / "usr")
        build(folder, "connected")
        self.check_connected(folder, self.root / "usr/bin/troupe")
        took = time.monotonic() - began
        print(f"install: configured, built and ran a program of {len(program.splitlines())} lines in {took:.1f} s")
        self.assertLess(took, 60)
        build(folder, "hello")
        self.check_hello(folder)

    def test_dpkg_has_installed_both(self):
        for name in ("libtroupe-dev", "troupe"):
            self.assertEqual(
                run("dpkg-query", "--admindir", self.root / "var/lib/dpkg", "-W", "-f", "${db:Status-Status}", name), "installed")
        self.assertEqual(run("dpkg", "--root", self.root, "--verify", env={**os.environ, "PATH": os.environ["PATH"] + ":/sbin"}), "")

    def test_no_file_has_a_path_of_this_machine(self):
        for path in files(self.root):
            content = path.read_bytes()
            for root in (SOURCE, WORK):
                self.assertNotIn(str(root).encode(), content, path)

    def test_they_say_whose_they_are_and_claim_no_homepage_of_others(self):
        for package in (self.dev, self.cli):
            self.assertEqual(run("dpkg-deb", "--field", package, "Homepage").strip(), "")
            self.assertRegex(run("dpkg-deb", "--field", package, "Maintainer"), r"^.+ <\S+@\S+>\s*$")

    def test_apt_can_resolve_what_they_depend_on(self):
        if not shutil.which("apt-get"):
            self.skipTest("there is no apt-get")
        plan = run("apt-get", "install", "--simulate", "--no-install-recommends", self.dev, self.cli)
        self.assertIn("Inst libtroupe-dev", plan)
        self.assertIn("Inst troupe", plan)

    def test_the_binary_runs_and_brings_its_manual_and_completion(self):
        troupe = self.root / "usr/bin/troupe"
        self.assertIn("troupe version", run(troupe, "--version"))
        pages = {path.stem for path in (self.root / "usr/share/man/man1").glob("*.1*")}
        self.assertGreater(len(pages), 50)
        for words in ((), ("workflow", "start"), ("server", "start-dev"), ("operator", "nexus", "endpoint", "create")):
            self.assertIn("-".join(("troupe", *words)), pages)
        if shutil.which("man"):
            shown = run("man", "--warnings", "--local-file", self.root / "usr/share/man/man1/troupe-workflow-start.1",
                        env={**os.environ, "MANPAGER": "cat", "MANWIDTH": "100"})
            self.assertIn("--task-queue", shown)
            self.assertNotIn("warning", shown)
        script = self.root / "usr/share/bash-completion/completions/troupe"
        offered = run("bash", "--norc", "-c", f"source {script}; COMP_WORDS=(troupe workflow sta); COMP_CWORD=2; _troupe; "
                      'printf "%s\\n" "${COMPREPLY[@]}"')
        self.assertCountEqual(offered.split(), ["stack", "start", "start-update-with-start"])
        self.assertIn("#compdef troupe", (self.root / "usr/share/zsh/vendor-completions/_troupe").read_text())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "--verbose", *sys.argv[1:]])
