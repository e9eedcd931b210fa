"""Does a solution that is right earn every item whichever numbers are drawn?

A program answers the cases of many seeds in one go, and judge.py judges each seed by itself.
"""
import collections

import cases
import process
import report

AT_ONCE = 10  # seeds: their cases and answers are in memory together
LIMITS = process.Limits(cpu_seconds=60, answers=256 * process.MB)


def failures(folder, workers, items, seeds):
    """A line for each item and seed in which the programs of `folder` do not pass."""
    found = []
    for first in range(0, len(seeds), AT_ONCE):
        found += failures_of_some(folder, workers, items, seeds[first:first + AT_ONCE])
    return found


def failures_of_some(folder, workers, items, seeds):
    asked = collections.defaultdict(list)  # of a worker: (seed, item, its cases)
    for seed in seeds:
        for item in items:
            of_item = cases.draw_item(seed, list(cases.ITEMS).index(item["id"]), item["id"])
            asked[of_item[0]["worker"]].append((seed, item, of_item))
    found = []
    for worker in workers:
        requests = [case["request"] for _, _, of_item in asked[worker] for case in of_item]
        answer = process.run(folder / f"worker_{worker}", requests, LIMITS, None)
        if len(answer.responses) != len(requests):
            found.append(f"worker_{worker} {answer.ending}")
        responses = iter(answer.responses)
        for seed, item, of_item in asked[worker]:
            own = [response for _, response in zip(of_item, responses)]
            verdict = report.judge.judge(item, of_item, own)
            if not verdict.passed:
                found.append(f"seed {seed}, {item['number']}: {' '.join(verdict.lines)}")
    return found
