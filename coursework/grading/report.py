"""Items graded one by one, and what is said of them."""

import collections
import dataclasses
import textwrap

import judge

PRINTED_LINES = 5  # of what a student's code printed
# Where a program that was ended by a signal had most likely met what the handout warns of.
AT_A_CRASH = dict.fromkeys(("sgd-plain", "sgd-decay"),
                           "Without momentum v_ is empty, and v_[i] ends the program: treat momentum == 0 apart.")


class NotBuilt(Exception):
    """A worker that does not exist; `lines` says why, `cause` in one word."""

    def __init__(self, lines, cause="does-not-compile"):
        super().__init__(lines[0])
        self.lines, self.cause = lines, cause


@dataclasses.dataclass(frozen=True)
class Result:
    """One item: all its points or none, and what to tell the student."""

    item: dict
    passed: bool
    lines: list
    cause: str | None = None

    @property
    def score(self):
        return self.item["points"] if self.passed else 0


def _printed(output):
    lines = [line[:200] for line in output.splitlines() if line.strip()]
    if not lines:
        return []
    more = f" (the first {PRINTED_LINES} of {len(lines)} lines)" if len(lines) > PRINTED_LINES else ""
    return [f"your code printed{more}:", *("  " + line for line in lines[:PRINTED_LINES])]


def grade_item(item, cases, answer):
    """`answer(worker, requests)` gives what process.run gives, or raises NotBuilt."""
    try:
        answered = answer(cases[0]["worker"], [case["request"] for case in cases])
    except NotBuilt as problem:
        return Result(item, False, problem.lines, problem.cause)
    verdict = judge.judge(item, cases, answered.responses)
    lines, cause = list(verdict.lines), verdict.cause
    if answered.ending and len(answered.responses) < len(cases):
        named = cause not in (None, "no-answer")  # what went wrong before the end
        lines = [f"{item['file']}: your code {answered.ending}", *(lines if named else [])]
        if item["id"] in AT_A_CRASH and "was ended by SIG" in answered.ending:
            lines.append(AT_A_CRASH[item["id"]])
        cause = cause if named else "ended-early"
    if not verdict.passed:
        lines += _printed(answered.output)
    return Result(item, verdict.passed and len(answered.responses) == len(cases), lines, cause)


def grade_items(items, cases, answer):
    """Every item in a process of its own, one after the other: forking among threads can hang."""
    return [grade_item(item, cases[item["id"]], answer) for item in items]


def told_once(results):
    """What keeps a file from being built is told with the first item that it costs; the others point there."""
    costs = collections.defaultdict(list)
    for result in results:
        if result.cause == "does-not-compile":
            costs[tuple(result.lines)].append(result.item["number"])

    def shortened(result):
        first, *others = costs.get(tuple(result.lines), [None])
        if not others:
            return result
        if result.item["number"] == first:
            return dataclasses.replace(result, lines=[*result.lines, f"This costs {', '.join([first, *others])}."])
        return dataclasses.replace(result, lines=[f"it does not compile: see {first}"])

    return [shortened(result) for result in results]


def text(results, colour=False):
    """The results as a page of text, 100 columns wide."""
    results = told_once(results)
    good, bad, plain = ("\033[32m", "\033[31m", "\033[0m") if colour else ("", "", "")
    page = []
    for result in results:
        item = result.item
        paint = good if result.passed else bad
        score = f"{result.score}/{item['points']}"
        page.append(f"{item['number']:<4} {item['title']:<44} {paint}{score:>5}{plain}")
        for line in [] if result.passed else result.lines:
            indent = " " * (5 + len(line) - len(line.lstrip()))
            page += textwrap.wrap(line.strip(), 100, initial_indent=indent, subsequent_indent=indent,
                                  break_long_words=False, break_on_hyphens=False) if "|" not in line else ["     " + line]
    total, best = sum(r.score for r in results), sum(r.item["points"] for r in results)
    page.append(f"{'':<4} {'together':<44} {f'{total}/{best}':>5}")
    return "\n".join(page)


def as_json(results):
    """A list of {number, id, title, file, score, points, lines, cause}."""
    return [
        {**{key: r.item[key] for key in ("number", "id", "title", "file", "points")},
         "score": r.score, "lines": r.lines, "cause": r.cause}
        for r in results
    ]
