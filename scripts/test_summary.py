#!/usr/bin/env python3
"""Sums up ctest's reports: what was skipped and why, what failed, the slowest tests, one count."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# "Skipped" and a reason on the next line is GoogleTest's; skipped 'a reason' is unittest's.
REASONS = re.compile(r"Skipped\n(.+)|skipped ['\"](.+)['\"]$", re.MULTILINE)


def reasons_in(output):
    return sorted({(of_googletest or of_unittest).strip() for of_googletest, of_unittest in REASONS.findall(output)})


def main():
    passed, failed, skipped, seconds = 0, [], [], []
    for report in map(Path, sys.argv[1:]):
        for case in ElementTree.parse(report).iter("testcase"):
            name = f"{case.get('name')} ({report.stem})"
            reasons = reasons_in(case.findtext("system-out") or "")
            seconds.append((float(case.get("time")), name))
            if case.get("status") == "run":
                passed += 1
                skipped += [(f"a part of {name}", reason) for reason in reasons]
            elif case.get("status") == "fail":
                failed.append(name)
            else:
                skipped.append((name, "; ".join(reasons) or case.get("status")))
    whole = [name for name, _ in skipped if not name.startswith("a part of ")]
    print("\n== Summary")
    for name, reason in skipped:
        print(f"skipped: {name}: {reason}")
    for name in failed:
        print(f"failed:  {name}")
    print("slowest:", ", ".join(f"{name} {time:.0f} s" for time, name in sorted(seconds, reverse=True)[:5]))
    print(f"Tests: {passed} passed, {len(failed)} failed, {len(whole)} skipped")


if __name__ == "__main__":
    main()
