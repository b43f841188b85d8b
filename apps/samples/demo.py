#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what a sample's README says: its commands with a service of their own, and compares what they print.

    demo.py SAMPLE [FOLDER]    runs the story with the programs in FOLDER (build/bin)
    demo.py --programs SAMPLE  names the programs that it needs

The first block of the README is the commands; the second one, if there is one, is what they print: its lines in their order,
with others between them. `...` stands for any text, `#` begins a remark. A command with the remark `# fails` has to; one with
`# is the service` is waited for, and no other service is started. Leaves no process behind.
"""

import codecs
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 180


def fail(why):
    sys.exit(f"demo: {why}")


def blocks_of(sample):
    readme = HERE / sample / "README.md"
    stories = sorted({each.parent.name for each in HERE.glob("*/README.md") if "\n```" in each.read_text()}
                     | {each.parent.name for each in HERE.glob("*/demo.sh")})
    if sample not in stories:
        fail(f"there is no sample {sample} with a story in its README, only {', '.join(stories)}")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", readme.read_text(), re.MULTILINE | re.DOTALL)
    return blocks[0], blocks[1] if len(blocks) > 1 else ""


def commands_of(block):
    """Whole lines, as a shell takes them."""
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def programs_of(commands):
    names = []
    for line in commands:
        for part in re.split(r"&(?=\s|$)", line.split("    #")[0]):
            words = shlex.split(part)
            name = pathlib.Path(words[0]).name if words else ""
            if name not in ("", "troupe", "temporal", "kill") and name not in names:
                names.append(name)
    return names


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_service(text):
    return "server start-dev" in text or "# is the service" in text


def script_of(commands, programs, port):
    """Bash: shows each command before it runs it, with the service at `port`."""
    lines = ["set -e"]
    for line in commands:
        shown = re.sub(r"\s+", " ", line.replace("build/bin/samples/", "").replace("build/bin/", ""))
        run = line.replace("build/bin/", f"{programs}/")
        if "server start-dev" in line:
            run = run.replace("start-dev", f"start-dev --headless --port {port}", 1)
        if "# fails" in line:
            run = f"if {run}\nthen echo 'it should have failed' >&2; exit 1; fi"
        lines += [f"printf '\\n$ %s\\n' {shlex.quote(shown)}", run]
        if is_service(line):
            lines.append("until troupe operator cluster health > /dev/null 2>&1; do sleep 0.1; done")
    return "\n".join(lines) + "\n"


def check(printed, expected):
    at = 0
    lines = printed.splitlines()
    for line in expected.splitlines():
        wanted = line.split("#")[0].rstrip() if line.startswith("#") else line.rstrip()
        if not wanted:
            continue
        pattern = ".*".join(re.escape(part) for part in wanted.split("..."))
        while at < len(lines) and not re.fullmatch(pattern, lines[at].rstrip()):
            at += 1
        if at == len(lines):
            fail(f"this line of the README did not come: {line}")
        at += 1


def run(sample, programs):
    if (HERE / sample / "demo.sh").exists():
        os.execv(HERE / sample / "demo.sh", ["demo.sh", programs])
    block, expected = blocks_of(sample)
    commands = commands_of(block)
    port = free_port()
    script = script_of(commands, programs, port)
    with tempfile.TemporaryDirectory() as folder:
        # The READMEs say `temporal` where that one will do as well.
        os.symlink(f"{programs}/troupe", f"{folder}/temporal")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        environment["TEMPORAL_ADDRESS"] = f"127.0.0.1:{port}"
        environment["PATH"] = f"{folder}:{programs}:{programs}/samples:{environment['PATH']}"
        environment["SAMPLE_PORT"] = str(free_port())  # where a sample's own processes meet
        if not is_service(block):
            start = f"(troupe server start-dev --headless --port {port} &)\n"  # no job of the story's
            script = start + "until troupe operator cluster health > /dev/null 2>&1; do sleep 0.1; done\n" + script
        log = open(f"{folder}/log", "w+", encoding="utf-8")
        story = subprocess.Popen(
            ["bash", "-c", script],
            env=environment, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        try:
            printed = watch(story)
        finally:
            end(story.pid)
        if story.returncode != 0:
            log.seek(0)
            sys.stderr.write("".join(log.readlines()[-20:]))
            fail(f"the story ended with {story.returncode}")
    check(printed, expected)
    print("\nAll as the README says." if expected else "\nAll commands of the README have done their work.")


def watch(story):
    """What the story prints, also to those who look; workers that it leaves running hold its output open."""
    output = story.stdout.fileno()
    os.set_blocking(output, False)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    printed, until = "", time.monotonic() + SECONDS
    while True:
        ended = story.poll() is not None
        try:
            part = decoder.decode(os.read(output, 65536))
        except BlockingIOError:
            part = ""
        printed += part
        sys.stdout.write(part)
        sys.stdout.flush()
        if ended and not part:
            return printed
        if time.monotonic() > until:
            fail(f"the story is not over after {SECONDS} seconds")
        if not part:
            time.sleep(0.05)


def end(group):
    """All that the story has started and left."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for _ in range(100):
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                return
            time.sleep(0.1)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--programs":
        if (HERE / sys.argv[2] / "demo.sh").exists():
            print("hello_nexus_handler hello_nexus_caller hello_nexus_starter")
        else:
            print(*programs_of(commands_of(blocks_of(sys.argv[2])[0])))
    elif len(sys.argv) in (2, 3):
        try:
            run(sys.argv[1], str(pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else "build/bin").resolve()))
        except KeyboardInterrupt:
            sys.exit(130)
    else:
        fail("usage: demo.py SAMPLE [FOLDER] | --programs SAMPLE")
