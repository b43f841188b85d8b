# SPDX-License-Identifier: Apache-2.0
"""Counts instructions per task: two runs of different length under callgrind, so that the start cancels out."""

import json
import pathlib
import subprocess
import tempfile

from . import programs
from .programs import NotMeasured


class Program:
    """What is counted, against which frontend, in runs of which lengths."""

    def __init__(self, name, command, frontend=None, lengths=(400, 2000), length_option="--max-tasks", skip_main=True):
        self.name = name
        self.command = command
        self.frontend = frontend  # arguments of the stub frontend; None: it needs none
        self.lengths = lengths
        self.length_option = length_option
        self.skip_main = skip_main  # the main thread of our workers only waits, as long as valgrind takes


def parse_totals(text):
    """The instructions of one callgrind output file (one thread)."""
    for line in text.splitlines():
        if line.startswith("totals:"):
            return int(line.split()[1])
    raise ValueError("no totals in callgrind's output")


def sum_threads(files, skip_main):
    """`files`: thread number -> text of its output file."""
    return sum(parse_totals(text) for thread, text in files.items() if not (skip_main and thread == 1))


def per_task(short, long):
    """Both are (tasks, instructions)."""
    return (long[1] - short[1]) / (long[0] - short[0])


def _count(bench, program, length):
    with tempfile.TemporaryDirectory(prefix="troupe-gate-") as folder:
        command = [
            "valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/out",
            str(bench / program.command[0]), *map(str, program.command[1:]), program.length_option, str(length)]
        if program.frontend is None:
            output = _run(command)
        else:
            # The frontend is not counted: it may take what time it likes.
            port = programs.free_port()
            served = subprocess.Popen(
                [str(bench / "stub_frontend"), "--port", str(port), "--max-tasks", str(length),
                 *map(str, program.frontend)], stdout=subprocess.DEVNULL)
            try:
                programs.wait_until_listening(port, served)
                output = _run([*command, "--target", f"127.0.0.1:{port}"])
            finally:
                served.terminate()
                served.wait()
        files = {int(path.name.rsplit("-", 1)[1]): path.read_text() for path in pathlib.Path(folder).glob("out-*")}
        return sum_threads(files, program.skip_main), output


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise NotMeasured(f"{' '.join(command[4:])}: exit {done.returncode}: {done.stderr[-400:]}")
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}


def count(bench, program, enough, tries=5):
    """(instructions per task, what the program printed).

    How many completions come with one wake-up depends on the machine's other work, and noise of that kind only adds
    instructions: so the least of several runs counts. Stops as soon as `enough(per task)`.
    """
    short, long = program.lengths
    least = {short: float("inf"), long: float("inf")}
    for _ in range(tries):
        for length in (short, long):
            counted, output = _count(bench, program, length)
            least[length] = min(least[length], counted)
        result = per_task((short, least[short]), (long, least[long]))
        if enough(result):
            break
    return result, output
