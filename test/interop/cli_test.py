# SPDX-License-Identifier: Apache-2.0
"""Both CLIs, ours and the real one, are given the same command lines on the same service: what differs has a reason.

CLI_LINES=REGEX takes only the lines that match (`reading: workflow list`), CLI_SERVICES=troupe only that service.
"""

import difflib
import json
import os
import pathlib
import pty
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import unittest

import cli_lines
import command_tree
import harness
from harness import TEMPORAL, TROUPE

RECORDED_TREE = pathlib.Path(__file__).parents[1] / "apps" / "temporal_commands.txt"
WORKER = pathlib.Path(__file__).with_name("cli_worker.py")
EXECUTABLES = {"ours": TROUPE, "real": TEMPORAL}
LIMIT = 40  # seconds, of one command


def groups_of_commands():
    paths = [line.split(" -")[0] for line in RECORDED_TREE.read_text().splitlines()[1:]]
    return {""} | {path for path in paths if any(other.startswith(path + " ") for other in paths)}


GROUPS_OF_COMMANDS = groups_of_commands()


class Line:
    """One line of the table: its words, environment, and whether it runs in a terminal."""

    def __init__(self, text):
        self.text = text
        self.variables, self.in_terminal = {}, False
        words = shlex.split(text)
        while words and (words[0] == ">" or re.match(r"[A-Z_]+=", words[0])):
            word = words.pop(0)
            if word == ">":
                self.in_terminal = True
            else:
                name, _, value = word.partition("=")
                self.variables[name] = value
        self.words = words

    @property
    def changes(self):
        return "{me}" in self.text

    def run(self, me, address, home):
        def fill(text):
            return text.replace("{me}", me).replace("{home}", str(home))

        env = {k: v for k, v in os.environ.items() if not k.startswith("TEMPORAL_") and k not in ("NO_COLOR", "TERM")}
        env |= {"HOME": str(home), "TERM": "xterm", "TEMPORAL_ADDRESS": address}
        env |= {name: fill(value) for name, value in self.variables.items()}
        command = [EXECUTABLES[me], *map(fill, self.words)]
        code, out, err = (in_terminal if self.in_terminal else piped)(command, env, home)
        return code, out.replace(str(home), "{home}"), err.replace(str(home), "{home}")


def piped(command, env, folder):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=LIMIT, cwd=folder)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def in_terminal(command, env, folder):
    """With a terminal for standard output; errors stay apart."""
    terminal, slave = pty.openpty()
    read = bytearray()

    def collect():
        try:
            while part := os.read(terminal, 65536):
                read.extend(part)
        except OSError:  # the last writer has gone
            pass

    collecting = threading.Thread(target=collect)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE, env=env, cwd=folder) as child:
        os.close(slave)
        collecting.start()
        try:
            err = child.communicate(timeout=LIMIT)[1]
        except subprocess.TimeoutExpired:
            child.kill()
            raise
    collecting.join()
    os.close(terminal)
    return child.returncode, read.decode(errors="replace").replace("\r\n", "\n"), err.decode(errors="replace")


# -- what is alike -----------------------------------------------------------------------------------------------------

class Habit:
    """A difference that runs through all commands: both outputs are brought into one form, and the reason stands here."""

    def __init__(self, reason, apply):
        self.reason, self.apply, self.uses = reason, apply, 0


def one_error(me, code, out, err):
    if me == "ours":
        return code, out, re.sub(r" \(see [a-z -]+ --help\)\n$", "\n", err)
    lines = err.splitlines(keepends=True)
    if code != 0 and len(lines) >= 2 and lines[-1] == lines[-2]:
        return code, re.sub(r"(?s)(^|(?<=\n))Usage:\n.*", "", out), "".join(lines[:-1])
    return code, out, err


def named_unknown_commands(me, code, out, err):
    if me == "real" and err == "Error: unknown command\n":
        return code, "", err
    found = re.search(r'Error: (unknown command "[^"]*" for|a command is missing after) "troupe ?([a-z -]*)"\n$', err)
    if me == "ours" and code != 0 and found and found.group(2) in GROUPS_OF_COMMANDS:
        return code, "", "Error: unknown command\n"
    return code, out, err


def own_help(me, code, out, err):
    found = re.search(r"Usage: troupe ?([a-z -]*?) *(\[|\n|$)" if me == "ours" else r"Usage:\n  temporal ?([a-z -]*?) *(\[|\n|$)", out)
    return (code, f"<help of {found.group(1).strip()}>\n", err) if found and code == 0 else (code, out, err)


def all_digits(me, code, out, err):
    if me == "ours":
        out = out.replace("12345678901234567890", "12345678901234567000").replace("b: 1.50\n", "b: 1.5\n")
        out = out.replace('[1,2.50,', '[1,2.5,')
    return code, out, err


def unreachable(me, code, out, err):
    return code, out, re.sub(r"(?s)Error: failed reaching server.*", "Error: failed reaching server\n", err)


def own_name(me, code, out, err):
    return (code, out.replace("troupe", "temporal"), err.replace("troupe", "temporal")) if me == "ours" else (code, out, err)


def habits():
    return [
        Habit("ours prints an error once and names --help; the real one prints it twice, with its whole usage", one_error),
        Habit("ours names the command that it does not know, and shows no help with it", named_unknown_commands),
        Habit("who cannot be reached is named in our own words, with address and advice", unreachable),
        Habit("numbers in payloads keep all their digits", all_digits),
        Habit("the words of the help are our own", own_help),
        Habit("the program is called troupe", own_name),
    ]


def timeless(text):
    """Relative times and ages, which move on between two commands."""
    text = re.sub(r"(UNVERSIONED +\w+ +\d+ +)\d[\d.]*\w+( [\d.]*\w+)* {2,}", r"\1<age> ", text)
    # What was added and given out in the last half minute: not the same from one call to the next.
    text = re.sub(r"(UNVERSIONED +\w+ +\d+ +<age>) +\S+ +\S+ +\S+", r"\1 <rates>", text)
    text = re.sub(r'("approximateBacklogAge": )"[^"]*"', r"\1<age>", text)
    return re.sub(r"\b(now\b|\d+ (second|minute|hour)s? (ago|from now)) *", "<moment>", text)


def in_order(text):
    """Values and rows that the real one names in the order of a Go map, which is another one each time."""
    text = re.sub(r"(?m)(^  UNVERSIONED .*\n)+", lambda found: "".join(sorted(found[0].splitlines(keepends=True))), text)
    text = re.sub(r"(?s)(Pending Activities: \d+(?:\x1b\[0m)?\n\n)(.*?)(?=\n\n(?:\x1b\[\d+m)?Pending Child)",
                  lambda found: found[1] + "\n\n".join(sorted(found[2].split("\n\n"))), text)
    # The Python worker's tasks are a set.
    text = re.sub(r'(?m)^( *")(Stack for .*)(\\n")$',
                  lambda found: found[1] + r"\n\n\n".join(sorted(found[2].split(r"\n\n\n"))) + found[3], text)
    return re.sub(r"(allowed values are: )(.+)", lambda found: found[1] + ", ".join(sorted(found[2].split(", "))), text)


def without_own(text):
    """Ids and times of what each CLI made for itself."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC", "<raw time>", text)
    text = re.sub(r"(RunTime +)(\d+[hm])*[\d.]+m?s", r"\1<span>", text)
    text = re.sub(r"(coreUsedFlags\[\d\]: )\d", r"\1<flag>", text)
    text = re.sub(r'("coreUsedFlags": \[)[\d,\s]*\]', r"\1]", text)
    text = re.sub(r"-deleted-[0-9a-f]{5}", "-deleted-<id>", text)
    # The real server says it in other words as long as it remembers the namespace.
    text = re.sub(r"(unable to delete namespace [^:]*: )[Nn](amespace .* is not found)\.?", r"\1N\2.", text)
    text = re.sub(r'("durationMillis": ?)\d+', r"\1<span>", text)
    text = re.sub(r'("?(historySizeBytes|taskId)"?: ?"?)\d+', r"\1<number>", text)
    return re.sub(r"((HistorySize) +)\d+", r"\1<number>", text)


def shown(outcome):
    code, out, err = outcome
    return [f"exit code {code}\n", *out.splitlines(keepends=True), *(f"stderr: {line}" for line in err.splitlines(keepends=True))]


class Comparison:
    def __init__(self, address, folder):
        self.address = address
        self.homes = {}
        for me in EXECUTABLES:
            self.homes[me] = pathlib.Path(folder) / me
            self.homes[me].mkdir()
        self.habits = habits()

    def outcome(self, line, me):
        raw = line.run(me, self.address, self.homes[me])
        outcome = raw
        for habit in self.habits:
            changed = habit.apply(me, *outcome)
            habit.uses += changed != outcome
            outcome = changed
        code, out, err = outcome
        out, err = in_order(timeless(out)), in_order(timeless(err))
        if line.changes:
            out, err = (without_own(text).replace(me, "{me}") for text in (out, err))
        return code, out, err

    def difference(self, line):
        """The lines that differ. What only looks at a service that lives on is looked at again before it counts."""
        for _ in range(1 if line.changes or "{home}" in line.text else 3):
            ours, real = (shown(self.outcome(line, me)) for me in EXECUTABLES)
            if ours == real:
                return ""
        return "".join(
            part if part.endswith("\n") else part + "\n"
            for part in difflib.unified_diff(real, ours, "real", "ours", n=0, lineterm="\n"))


# -- the service they look at ------------------------------------------------------------------------------------------

def are_under_way(at, workflow_id, count):
    """Each activity is with a worker that said so, has failed once, or waits where there is none."""
    pending = at.json("workflow", "describe", "-w", workflow_id).get("pendingActivities", [])
    return len(pending) == count and all(
        each["activityId"] == "queued" or "heartbeatDetails" in each or each["attempt"] == 2 for each in pending)


def prepare(at):
    """Workflows in every state, made by the real CLI."""
    at.cli("operator", "namespace", "create", "-n", "second", "--description", "words", "--data", "k=v")
    at.cli("operator", "nexus", "endpoint", "create", "--name", "endpoint", "--target-namespace", "default",
           "--target-task-queue", "nobody", "--description", 'some "words"')
    at.cli("operator", "nexus", "endpoint", "create", "--name", "outside", "--target-url", "http://localhost:1/a?b=c")
    at.cli("operator", "search-attribute", "create", "--name", "Color", "--type", "Keyword")

    def start(workflow_id, kind, *more, queue="cli"):
        at.cli("workflow", "start", "-w", workflow_id, "--type", kind, "-t", queue, *more)

    start("open", "Lonely", "-i", '{"a":[1,2]}', "-i", '"b"', "--memo", 'note="<x>"', "--memo", 'n={"deep":1}',
          "--search-attribute", 'Color="red"', "--static-summary", "summary", "--static-details", "details",
          "--run-timeout", "26h", "--priority-key", "2", queue="nobody")
    start("delayed", "Lonely", "--start-delay", "1h", queue="nobody")
    start("cron", "Lonely", "--cron", "0 12 * * *", queue="nobody")
    start("timedout", "Lonely", "--run-timeout", "1s", queue="nobody")
    start("terminated", "Lonely", queue="nobody")
    at.cli("workflow", "terminate", "-w", "terminated", "--reason", "enough")
    start("echo", "Echo", "-i", '{"b":1.50,"a":"<&>","long":12345678901234567890}')
    start("several", "Echo", "-i", "[1,2,3]")
    start("nothing", "Echo")
    start("fails", "Fails")
    start("again", "Again", "-i", "2")
    start("waits", "Waits")
    start("canceled", "Waits")
    start("asks", "Asks", "-i", '"endpoint"')
    works = {"held": ["held"], "tried": ["tried"], "paused": ["tried"], "asked": ["held"], "worked": ["held"],
             "acts": ["held", "tried", "tried-paused", "queued"]}
    for me in EXECUTABLES:
        works |= {f"acts-{me}": ["held", "tried", "held2", "queued"], f"done-{me}": ["held"], f"lost-{me}": ["held"]}
    for workflow_id, names in works.items():
        start(workflow_id, "Works", "-i", json.dumps(names))
    for workflow_id, names in works.items():
        harness.wait_for(f"the activities of {workflow_id}", lambda: are_under_way(at, workflow_id, len(names)))
    for workflow_id, name in (("paused", "tried"), ("asked", "held"), ("acts", "tried-paused")):
        at.cli("activity", "pause", "-w", workflow_id, "-a", name, "--reason", "why")
    at.cli("activity", "complete", "-w", "worked", "-a", "held", "--result", "1")
    for word in ("a", "b"):
        at.cli("workflow", "signal", "-w", "waits", "--name", "say", "-i", f'"{word}"')
    for done in ("echo", "several", "nothing", "again", "worked"):
        at.cli("workflow", "result", "-w", done)
    at.cli("workflow", "query", "-w", "canceled", "--name", "said")
    at.cli("workflow", "cancel", "-w", "canceled")
    for failed in ("fails", "timedout", "canceled"):
        at.cli("workflow", "result", "-w", failed, check=False)
    at.cli("workflow", "query", "-w", "waits", "--name", "said")
    harness.wait_for("the operation that nobody answers", lambda: "NEXUS_OPERATION_SCHEDULED" in at.event_types("default", "asks"))


class BothCommandLines(unittest.TestCase):
    maxDiff = None

    def differences_on(self, kind):
        found = {}
        # The API of the real command line does not know the capability of namespaces that this gives.
        at = harness.Service(kind, ["history.enableUpdateCallbacks=false"])
        try:
            with harness.process(sys.executable, WORKER, "cli", env=at.env("default")), tempfile.TemporaryDirectory() as folder:
                prepare(at)
                comparison = Comparison(at.address, folder)
                only = os.environ.get("CLI_LINES", "")
                for group, text in cli_lines.GROUPS.items():
                    for number, line in enumerate(filter(None, text.split("\n"))):
                        if only and not re.search(only, f"{group}: {line}"):
                            continue
                        if difference := comparison.difference(Line(line)):
                            found.setdefault(line, difference)
                self.habits = comparison.habits
        finally:
            at.stop()
        return found

    def test_what_differs_has_a_reason(self):
        unexplained, explained, used = [], [], {}
        reasons = {line: why for why, lines in cli_lines.DIFFERENCES.items() for line in filter(None, lines.split("\n"))}
        for kind in os.environ.get("CLI_SERVICES", " ".join(harness.Service.KINDS)).split():
            for line, difference in self.differences_on(kind).items():
                if reason := reasons.get(line):
                    explained.append(f"[{kind}] {line}\n  because {reason}\n{difference}")
                else:
                    unexplained.append(f"[{kind}] {line}\n{difference}")
                used[line] = True
            for habit in self.habits:
                used[habit.reason] = used.get(habit.reason) or habit.uses > 0
        print("\n".join(explained), file=sys.stderr)
        self.assertEqual(unexplained, [], "\n" + "\n".join(unexplained))
        if "CLI_LINES" in os.environ:
            return
        stale = [line for line in reasons if line not in used] + [why for why, seen in used.items() if not seen]
        self.assertEqual(stale, [], "reasons for what does not differ any more")


class Tree(unittest.TestCase):
    def test_the_recorded_commands_are_those_of_the_real_one(self):
        self.assertEqual(RECORDED_TREE.read_text().splitlines(), command_tree.written(TEMPORAL))


if __name__ == "__main__":
    unittest.main()
