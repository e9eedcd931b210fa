#!/usr/bin/python3 -B
"""Grades the same two submissions again and again while the machine is busy, and compares.

One submission is honest with a few faults: one in the numbers, one that does not compile, one file
that is missing. The other has an endless loop in one item. Every results.json must have the bytes
of the first. Needs root. Not among the tests: it takes minutes. Exit code 1 when one differs.
"""
import argparse
import os
import resource
import subprocess
import sys
import time

import autograder_test
from autograder_test import ATTACKED, FILES, solution


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20, metavar="N",
                        help="how often each is graded (default: %(default)s)")
    parser.add_argument("--loops", type=int, default=4, metavar="N",
                        help="busy loops beside (default: %(default)s)")
    return parser.parse_args()


def changed(name, old, new):
    text = solution(name)
    if text.count(old) != 1:
        raise ValueError(f"{name}: {old} stands {text.count(old)} times in it")
    return text.replace(old, new)


def submissions():
    faults = {name: solution(name) for name in FILES}
    faults[ATTACKED] = changed(ATTACKED, "cache_.out > T(0)", "cache_.out >= T(0)")
    faults["layers/dropout.cpp"] = changed("layers/dropout.cpp", "pass.training;", "pass.trayning;")
    del faults["exercises/training.cpp"]
    endless = "  for (volatile bool on = true; on;) {}\n"
    loop = {ATTACKED: changed(ATTACKED, "  require_dout(", endless + "  require_dout(")}
    return {"a few faults": faults, "an endless loop": loop}


def main():
    arguments = parse_arguments()
    if os.geteuid() != 0:
        sys.exit("grade_under_load.py: must run as root, as the autograder must")
    lanes = autograder_test.Lanes()
    loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(arguments.loops)]
    different = 0
    try:
        known = ["affine", "loss", "sgd", "adam", "net"]  # right, and compiled once
        for name, files in submissions().items():
            started, computed = time.monotonic(), children_computed()
            futures = [lanes.grade(files, known=known) for _ in range(arguments.times)]
            written = [future.result()[1] for future in futures]
            others = sum(text != written[0] for text in written)
            different += others
            points = sum(test["score"] for test in futures[0].result()[0]["tests"])
            print(f"{name}: {points} points; {len(written)} times graded, {others} differ; "
                  f"{time.monotonic() - started:.0f} s, {children_computed() - computed:.0f} s "
                  f"computing, load {os.getloadavg()[0]:.1f}", flush=True)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
        lanes.close()
    sys.exit(1 if different else 0)


def children_computed():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
