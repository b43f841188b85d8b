#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the official Python SDK's own tests against our service, or against the real one, and compares what fails with
sdk_python_reasons.py: a test that fails without a reason there is an error, and so is a reason whose test passes.

The SDK's tests are not a part of this repository: give a checkout of temporalio/sdk-python at the tag of the wheel.
Needs the programs that `make interop` builds."""

import argparse
import fnmatch
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import venv
import xml.etree.ElementTree as xml

from sdk_python_reasons import ON_BOTH, ON_OURS, ON_REAL

VERSION = "1.31.0"
REQUIREMENTS = [
    f"temporalio=={VERSION}", "nexus-rpc", "pytest<9", "pytest-asyncio>=0.21,<0.22", "pytest-timeout", "opentelemetry-sdk",
    "opentelemetry-exporter-otlp-proto-grpc", "psutil", "pydantic", "googleapis-common-protos", "grpcio", "grpcio-tools",
    "httpx",
    "protobuf<7",  # its tests read FieldDescriptor.label, which protobuf 7 does not have
]
CHECK = "import temporalio, pytest, psutil, pydantic, grpc_tools, httpx, google.protobuf.descriptor as d; d.FieldDescriptor.label"
# The settings that the SDK gives the server which its tests start by themselves, as far as a released server has them.
SETTINGS = [
    'system.refreshNexusEndpointsMinWait="0s"', "system.forceNexusEndpointRefreshOnRead=true",
    "system.enableEagerWorkflowStart=true", "system.forceSearchAttributesCacheRefreshOnRead=true",
    "system.enableDeploymentVersions=true", "component.nexusoperations.recordCancelRequestCompletionEvents=true",
    'component.callbacks.allowedAddresses=[{"Pattern":"*","AllowInsecure":true}]', "history.enableRequestIdRefLinks=true",
    "frontend.enableExecuteMultiOperation=true", "frontend.workerVersioningWorkflowAPIs=true",
    "frontend.workerVersioningDataAPIs=true", "frontend.activityAPIsEnabled=true",
    "frontend.enableCancelWorkerPollsOnShutdown=true", "limit.historyCount.suggestContinueAsNew=50",
    "nexusoperation.enableStandalone=true", "history.enableSignalWithStartFromWorkflow=true",
]
ATTRIBUTES = {"Keyword": "Keyword", "String": "Text", "Int": "Int", "Bool": "Bool", "Double": "Double", "Datetime": "Datetime"}


def python_of(folder):
    """An environment with the SDK's wheel and what its tests import, made once."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", CHECK], capture_output=True).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return python


def files_of(tests):
    files = [*sorted((tests / "nexus").glob("test_*.py")), *sorted((tests / "worker").rglob("test_*.py")), tests / "test_client.py"]
    return [file for file in files if file.exists()]


def cases_of(report, file):
    """Test name -> (outcome, first line of the failure)."""
    cases = {}
    for case in xml.parse(report).iter("testcase"):
        failure = next((case.find(kind) for kind in ("failure", "error") if case.find(kind) is not None), None)
        outcome = "failed" if failure is not None else "skipped" if case.find("skipped") is not None else "passed"
        text = (failure.get("message") or "").splitlines()[:1] if failure is not None else []
        cases[f"{file}::{case.get('name')}"] = (outcome, text[0][:160] if text else "")
    return cases


def run_once(command, checkout, temporary, silence=150):
    """The output of one run, which is ended once it has said nothing for so many seconds."""
    path = pathlib.Path(temporary) / "output.txt"
    with path.open("w") as output:
        run = subprocess.Popen(
            command, cwd=checkout, env={**os.environ, "TEMPORAL_INTEGRATION_TEST": "1", "TMPDIR": str(temporary)},
            stdout=output, stderr=subprocess.STDOUT)
        size, since = 0, time.monotonic()
        while run.poll() is None:
            time.sleep(0.2)
            if path.stat().st_size != size:
                size, since = path.stat().st_size, time.monotonic()
            elif time.monotonic() - since > silence:
                run.kill()
                run.wait()
    return path.read_text(errors="replace")


def run_file(python, checkout, name, address, temporary):
    """Runs a file. A test that hangs or ends the interpreter takes no other along: the rest runs once more without it."""
    report = pathlib.Path(temporary) / "report.xml"
    cases, done = {}, []
    while True:
        report.unlink(missing_ok=True)
        output = run_once(
            [python, "-m", "pytest", "-E", address, name, "--timeout", "60", "-p", "no:cacheprovider", "-v", f"--junitxml={report}",
             *(f"--deselect={test}" for test in done)], checkout, temporary)
        if report.exists():
            return {**cases, **cases_of(report, name)}
        ended = re.findall(r"^(\S+::.+?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL)", output, re.MULTILINE)
        begun = re.findall(r"^(" + re.escape(name) + r"::\S+)", output, re.MULTILINE)
        cases.update({test: ("passed" if outcome == "PASSED" else "skipped" if outcome in ("SKIPPED", "XFAIL") else "failed", "")
                      for test, outcome in ended})
        if not begun or begun[-1] in done:
            last = (output.strip().splitlines() or ["no output"])[-1]
            return {**cases, f"{name}::the run": ("failed", f"ended without a report: {last[:160]}")}
        if begun[-1] not in dict(ended):
            cases[begun[-1]] = ("failed", "did not end, or ended the interpreter")
        done = sorted({*done, *cases})


def reason_for(name, reasons):
    return next((pattern for pattern in reasons if fnmatch.fnmatchcase(name, pattern)), None)


def download_names(checkout):
    """What the SDK would download for tests that start their own server; a file of that name is taken instead."""
    text = (checkout / "tests" / "__init__.py").read_text()
    version = re.search(r'DEV_SERVER_DOWNLOAD_VERSION = "([^"]+)"', text)
    return [f"temporal-sdk-python-{VERSION}", *([f"temporal-{version.group(1)}"] if version else [])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path, help=f"temporalio/sdk-python at the tag {VERSION}")
    parser.add_argument("--server", choices=["troupe", "real"], default="troupe")
    parser.add_argument("--only", default="", help="a regular expression for the files to run")
    options = parser.parse_args()
    checkout = options.checkout.resolve()
    if not (checkout / "tests" / "conftest.py").exists():
        parser.error(f"{options.checkout} has no tests/conftest.py: is it a checkout of temporalio/sdk-python at the tag {VERSION}?")
    declared = checkout / "pyproject.toml"
    if declared.exists() and f'version = "{VERSION}"' not in declared.read_text():
        parser.error(f"{options.checkout} is not at the tag {VERSION}, which the wheel under test has")

    from harness import TEMPORAL, TROUPE, Process, free_port, wait_for  # needs TROUPE_BIN and TEMPORAL_EXE

    server = TROUPE if options.server == "troupe" else TEMPORAL
    reasons = {**ON_BOTH, **(ON_OURS if options.server == "troupe" else ON_REAL)}
    python = python_of(pathlib.Path(os.environ["TEMPORAL_EXE"]).parent / "sdk-python")
    names = [str(file.relative_to(checkout)) for file in files_of(checkout / "tests")]
    names = [name for name in names if re.search(options.only, name)]
    if not names:
        parser.error(f"no file of the SDK's tests matches {options.only!r}")

    cases = {}
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="troupe-sdk-python-") as temporary:
        for download in download_names(checkout):
            (pathlib.Path(temporary) / download).symlink_to(server)
        process = Process(
            server, "server", "start-dev", "--headless", "--port", port, "--log-level", "error",
            *[part for setting in SETTINGS for part in ("--dynamic-config-value", setting)],
            *[part for name, kind in ATTRIBUTES.items() for part in ("--search-attribute", f"Custom{name}Field={kind}")])
        try:
            wait_for("the service", lambda: process.child.poll() is not None or subprocess.run(
                [TROUPE, "operator", "cluster", "health", "--address", f"127.0.0.1:{port}"], capture_output=True).returncode == 0)
            if process.child.poll() is not None:
                sys.exit(f"the service did not start:\n{process.output()}")
            for name in names:
                found = run_file(python, checkout, name, f"127.0.0.1:{port}", temporary)
                cases.update(found)
                counts = {kind: sum(outcome == kind for outcome, _ in found.values()) for kind in ("passed", "failed", "skipped")}
                print(f"{name}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items() if count), flush=True)
        finally:
            process.kill()

    failed = {name: text for name, (outcome, text) in cases.items() if outcome == "failed"}
    unexplained = {name: text for name, text in failed.items() if not reason_for(name, reasons)}
    explained = {reason_for(name, reasons) for name in failed} - {None}
    stale = [pattern for pattern in reasons if pattern not in explained
             and any(fnmatch.fnmatchcase(name, pattern) and outcome == "passed" for name, (outcome, _) in cases.items())]
    for name in failed:
        if name not in unexplained:
            print(f"fails, and why: {name}: {reasons[reason_for(name, reasons)]}")
    for name, text in unexplained.items():
        print(f"FAILS without a reason: {name}: {text}")
    for pattern in stale:
        print(f"STALE reason, all its tests pass: {pattern}")
    passed = sum(outcome == "passed" for outcome, _ in cases.values())
    print(f"{options.server}: {passed} passed, {len(failed)} failed ({len(unexplained)} without a reason), "
          f"{len(cases) - passed - len(failed)} skipped by the SDK itself")
    return 1 if unexplained or stale else 0


if __name__ == "__main__":
    sys.exit(main())
