# SPDX-License-Identifier: Apache-2.0
"""The machine and the versions that figures belong to."""

import os
import pathlib
import platform
import subprocess
import time

# What glibc and simdjson choose their implementations by, as far as valgrind 3.19 passes it through.
FEATURES = ("sse4_2", "avx", "avx2", "bmi1", "bmi2", "abm", "f16c", "rdrand")
PACKAGES = ("clang-19", "libc6", "libcaf-dev", "libgrpc++1.51", "libprotobuf32", "libsimdjson14", "valgrind")


def _cpuinfo(field):
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(field):
            return line.split(":", 1)[1].strip()
    return "?"


def cpu_features():
    has = set(_cpuinfo("flags").split())
    return [feature for feature in FEATURES if feature in has]


def packages():
    """Debian's versions of what we are built from and counted with."""
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *PACKAGES], capture_output=True, text=True)
    return dict(line.split(" ", 1) for line in shown.stdout.splitlines() if " " in line.strip())


def describe():
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True,
        cwd=pathlib.Path(__file__).parent).stdout.strip()
    memory = next(
        (int(line.split()[1]) for line in pathlib.Path("/proc/meminfo").read_text().splitlines()
         if line.startswith("MemTotal")), 0)
    return {
        "cpu": _cpuinfo("model name"), "cores": os.cpu_count(), "memory_mib": memory // 1024,
        "kernel": platform.release(), "date": time.strftime("%Y-%m-%d %H:%M"), "commit": commit or "?",
        "packages": packages(),
    }
