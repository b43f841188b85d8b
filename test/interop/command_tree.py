# SPDX-License-Identifier: Apache-2.0
"""Reads the commands and flags of a Temporal CLI from its help.

    command_tree.py EXECUTABLE > test/apps/temporal_commands.txt
"""

import re
import subprocess
import sys

FLAG = re.compile(r"^ {2,6}(?:-(\w), )?--([a-z0-9-]+)( \S+)?")
COMMAND = re.compile(r"^  ([a-z0-9-]+) ")


def help_of(executable, path):
    done = subprocess.run([executable, *path, "--help"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"{path} --help exited with {done.returncode}: {done.stderr}")
    return done.stdout


def sections(text):
    """The lines below each heading of a help text that ends with a colon."""
    found, lines = {}, []
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z][A-Za-z ]+:", line):
            lines = found.setdefault(line[:-1], [])
        else:
            lines.append(line)
    return found


def flags_in(lines):
    for line in lines:
        if (found := FLAG.match(line)) and found.group(2) != "help":
            letter, name, value = found.groups()
            yield (f"-{letter}," if letter else "") + f"--{name}" + ("=" if value else "")


def walk(executable, path=()):
    """Yields (path, flags): first the command itself, then all below it. Flags that take a value end with `=`."""
    found = sections(help_of(executable, path))
    yield path, sorted(flags_in(found.get("Flags", [])))
    for line in found.get("Available Commands", []):
        if (name := COMMAND.match(line)) and name.group(1) != "help":
            yield from walk(executable, (*path, name.group(1)))


def written(executable):
    """The tree as it is recorded: a command a line, then its own flags."""
    return [" ".join([*path, *flags]) for path, flags in walk(executable)]


if __name__ == "__main__":
    print("\n".join(written(sys.argv[1])))
