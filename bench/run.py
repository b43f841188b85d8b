#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmark suite and prints each budget with what was measured and the verdict.

All figures are ratios of programs that ran interleaved in this run, the worker pinned to one core, the frontend to
another; the best of the rounds counts, and rounds with more than 10 % of stolen time do not. What is not installed is
left out and said so. A missed budget is shown and is no error; a figure that should have been measured and was not is.
"""

import argparse
import os
import pathlib
import sys

from suite import machine, report
from suite.programs import ROOT, say
from suite.suite import PARTS, Suite


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=str(ROOT / "build" / "release" / "bin"), help="where the programs are")
    parser.add_argument("--peers", default=str(ROOT / "build" / "peers"), help="where the peers are, if any")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="measured time of each program and round")
    parser.add_argument("--overload-seconds", type=float, default=15, help="how long the worker is overloaded (row 15)")
    parser.add_argument("--cached-runs", type=int, default=100_000, help="cached workflow runs of rows 7 and 10")
    parser.add_argument("--cores", default="0,1", help="core of the worker, core of the other side")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART",
                        help=f"only this part, may be repeated: {', '.join(PARTS)}")
    parser.add_argument("--report", default=str(ROOT / "build" / "bench"), help="folder of report.json and report.html")
    arguments = parser.parse_args()

    about = {**machine.describe(), "load": os.getloadavg()[0]}
    if about["load"] > report.BUSY:
        say(f"other programs are running (load average {about['load']:.1f}): rates and latencies will be too bad")
    suite = Suite(arguments)
    try:
        suite.run(arguments.only or list(PARTS))
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    print(suite.table.text())
    report.write(pathlib.Path(arguments.report), suite, about)
    if suite.dropped:
        print(f"\nDropped for stolen time: {suite.dropped} runs.")
    if suite.left_out:
        print(f"\nLeft out, not installed in {suite.peers}: {', '.join(suite.left_out)} (bench/peers/build.sh {suite.peers})")
    for missing in suite.failed:
        print(f"\nNOT MEASURED, {missing['part']}: {missing['reason']}")
    say(f"took {suite.took / 60:.1f} min; report: {pathlib.Path(arguments.report) / 'report.html'}")
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
