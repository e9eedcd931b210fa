#!/usr/bin/python3
"""Plants every mistake of coursework/mistakes in the solution and grades it: each must compile, cost the points of the
items that its header names, under the cause that it names, and no others. Then every solution of
coursework/alternatives, written in some other way, must earn all points.

The last line is "N passed, N failed"; the exit code is 1 when any failed.
"""
import argparse
import contextlib
import dataclasses
import itertools
import json
import multiprocessing
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[3]
COURSEWORK = SOURCE / "coursework"
sys.dont_write_bytecode = True
sys.path.insert(0, str(COURSEWORK / "grading"))
import build  # noqa: E402
import process  # noqa: E402
import report  # noqa: E402

SLOTS = 2
WIDTH = 100  # columns of the table for a message


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A patch and its header. `causes` has one for each of `items`; `also` are the items that the mistake
    may cost besides, under whatever cause: those that run on the changed code."""
    name: str
    patch: pathlib.Path
    sentence: str
    items: list
    causes: list
    also: list


@dataclasses.dataclass
class Outcome:
    """What came of a mistake or an alternative: lines of the table, and what is wrong."""
    name: str
    lines: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)


def read_mistake(path):
    """Raises ValueError when the header is not as README.md says."""
    head, _, diff = path.read_text().partition("\n--- a/")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if line)
    unknown = fields.keys() - {"Mistake", "Items", "Cause", "Also"}
    if unknown or not diff or not {"Mistake", "Items", "Cause"} <= fields.keys():
        raise ValueError(f"{path.name}: expected Mistake:, Items:, Cause: and perhaps Also: before a diff")
    items, causes = fields["Items"].split(), fields["Cause"].split()
    causes = causes * len(items) if len(causes) == 1 else causes
    missing = [cause for cause in causes if cause not in report.judge.CAUSES]
    if missing or len(causes) != len(items):
        raise ValueError(f"{path.name}: " + (f"judge.py has no cause {missing[0]}" if missing else
                                             "neither one cause nor one for each item"))
    return Mistake(path.stem, path, fields["Mistake"], items, causes, fields.get("Also", "").split())


def files_of(patch):
    return re.findall(r"^--- a/(\S+)", patch.read_text(), re.MULTILINE)


class Slot:
    """A built copy of the solution, in which one thing at a time is changed and graded."""

    def __init__(self, folder):
        self.folder = folder
        self.items = json.loads((folder / "assignment.json").read_text())["items"]
        self.cases = json.loads((folder / "grading" / "cases.json").read_text())["items"]
        self.worker_of = {item["number"]: self.cases[item["id"]][0]["worker"] for item in self.items}
        self.workers = sorted(set(self.worker_of.values()))
        self.built = {}

    def build(self):
        """Returns the workers that are others than at the last call, and {worker: why it could not be built}."""
        problems = build.build(self.folder, self.workers)
        before, self.built = self.built, {w: self._stamp(w) for w in self.workers if w not in problems}
        return [w for w in self.workers if self.built.get(w) != before.get(w)], problems

    def _stamp(self, worker):
        return (self.folder / "build" / f"worker_{worker}").stat().st_mtime_ns

    def grade(self, workers):
        """Results of the items of these workers, through ./grade's own code."""
        def answer(worker, requests):
            return process.run(self.folder / "build" / f"worker_{worker}", requests, process.Limits(), None)

        chosen = [item for item in self.items if self.worker_of[item["number"]] in workers]
        return report.grade_items(chosen, self.cases, answer)

    @contextlib.contextmanager
    def changed(self, files):
        """Puts the texts of `files` back at the end, as new ones for Ninja."""
        texts = {name: (self.folder / name).read_text() for name in files}
        try:
            yield
        finally:
            for name, text in texts.items():
                (self.folder / name).write_text(text)


def build_patched(slot, patch, outcome):
    """Builds the workers with the patch, whose files are put back. Returns those that it changed; none and a line in
    `outcome` when it cannot be built."""
    with slot.changed(files_of(patch)):
        patched = subprocess.run(["patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch", "-r", "-", "-i", patch],
                                 cwd=slot.folder, capture_output=True, text=True)
        if patched.returncode:
            outcome.problems.append("does not apply: " + " ".join((patched.stdout + patched.stderr).split()))
            return []
        workers, problems = slot.build()
    if problems:
        outcome.problems.append("does not compile: " + next(iter(problems.values()))[0])
        return []
    return workers


def plant(slot, mistake):
    outcome = Outcome(mistake.name)
    workers = build_patched(slot, mistake.patch, outcome)
    if outcome.problems:
        return outcome
    results = {result.item["number"]: result for result in slot.grade(workers)}
    for number, cause in zip(mistake.items, mistake.causes):
        result = results.pop(number, None)
        if result is None or result.passed:
            outcome.problems.append(f"{number} is not caught")
            continue
        outcome.lines.append((number, result.cause, result.lines[0]))
        if result.cause != cause:
            outcome.problems.append(f"{number} is caught as {result.cause}, not as {cause}: " + " ".join(result.lines))
    for number, result in results.items():
        if not result.passed and number not in mistake.also:
            outcome.problems.append(f"costs {number} too: {result.cause}: {result.lines[0]}")
    return outcome


def grade_alternative(slot, patch):
    outcome = Outcome(f"alternatives/{patch.stem}")
    build_patched(slot, patch, outcome)
    if outcome.problems:
        return outcome
    results = slot.grade(slot.workers)
    outcome.problems += [f"{r.item['number']}: {' '.join(r.lines)}" for r in results if not r.passed]
    outcome.lines.append(("all", "", f"{sum(r.score for r in results)} of {sum(r.item['points'] for r in results)} "
                                     f"points, with its own {', '.join(files_of(patch))}"))
    return outcome


def make_slots(folder):
    """Copies of the solution in `folder`, built; in those that are there already only what has changed is new."""
    fresh = folder / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    subprocess.run([COURSEWORK / "make_student", "--solution", "--no-pdf", fresh], check=True, stdout=subprocess.DEVNULL)
    names = [path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()]
    for slot, name in itertools.product(range(1, SLOTS + 1), names):
        target = folder / f"slot-{slot}" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != (fresh / name).read_bytes():
            shutil.copy(fresh / name, target)
    slots = [Slot(folder / f"slot-{number}") for number in range(1, SLOTS + 1)]
    for number, slot in enumerate(slots, 1):
        print(f"Building the solution, {number} of {SLOTS}", file=sys.stderr, flush=True)
        _, problems = slot.build()
        if problems:
            sys.exit(f"the solution does not compile: {problems}")
    wrong = [result for result in slots[0].grade(slots[0].workers) if not result.passed]
    if wrong:
        sys.exit("the solution itself does not earn all points:\n" + report.text(wrong))
    return slots


def work(slot, jobs, left, from_front, outcomes):
    """Does jobs until none are left: `left` holds the first and the last of them. A process of its own for each
    slot, for forking among threads can hang."""
    while True:
        with left.get_lock():
            first, last = left
            if first > last:
                return
            number = first if from_front else last
            left[:] = (first + 1, last) if from_front else (first, last - 1)
        try:
            outcome = jobs[number](slot)
        except Exception as error:  # the others still have to be done
            outcome = Outcome(f"job {number}", problems=[f"could not be run: {error!r}"])
        outcomes.put((number, outcome))


def run_all(slots, jobs):
    """Outcomes in the order of `jobs`, functions of a slot. One slot takes them from the front, the other
    from the back, so that neighbours, which change the same file, are mostly done by the same."""
    left = multiprocessing.Array("l", [0, len(jobs) - 1])
    done = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(slot, jobs, left, number % 2 == 0, done), daemon=True)
               for number, slot in enumerate(slots)]
    for worker in workers:
        worker.start()
    outcomes = {}
    while len(outcomes) < len(jobs):
        number, outcome = done.get(timeout=300)
        outcomes[number] = outcome
        for problem in outcome.problems:
            print(f"{outcome.name}: {problem}", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print(f"\r\033[K{len(outcomes)} of {len(jobs)}: {outcome.name}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    for worker in workers:
        worker.join()
    return [outcomes[number] for number in range(len(jobs))]


def print_table(outcomes):
    names = max(len(outcome.name) for outcome in outcomes)
    causes = max(len(cause or "") for outcome in outcomes for _, cause, _ in outcome.lines or [("", "", "")])
    for outcome in outcomes:
        for item, cause, message in outcome.lines:
            print(f"{outcome.name:{names}}  {item:3}  {'None' if cause is None else cause:{causes}}  {message[:WIDTH]}")
        for problem in outcome.problems:
            print(f"{outcome.name:{names}}  FAILED: {problem}")


def feedback_time(slot, arguments):
    """Seconds from a change in a file to the end of ./grade."""
    with slot.changed(["layers/affine.cpp"]):
        path = slot.folder / "layers" / "affine.cpp"
        path.write_text(path.read_text() + f"// {time.time()}\n")
        begin = time.monotonic()
        subprocess.run([slot.folder / "grade", *arguments], check=True, timeout=60, stdout=subprocess.DEVNULL)
        return time.monotonic() - begin


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="WORD", help="only mistakes and alternatives with it in their name")
    parser.add_argument("--folder", type=pathlib.Path, help="keep the built solution there, and use it again")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    try:
        mistakes = [read_mistake(path) for path in sorted((COURSEWORK / "mistakes").glob("*.patch"))]
    except ValueError as error:
        sys.exit(f"mistakes_test: {error}")
    jobs = [(m.name, lambda slot, m=m: plant(slot, m)) for m in sorted(mistakes, key=lambda m: files_of(m.patch))]
    jobs += [(f"alternatives/{path.stem}", lambda slot, path=path: grade_alternative(slot, path))
             for path in sorted((COURSEWORK / "alternatives").glob("*.patch"))]
    chosen = [job for name, job in jobs if not arguments.names or any(word in name for word in arguments.names)]
    if not chosen:
        sys.exit("mistakes_test: nothing of that name")
    with contextlib.ExitStack() as stack:
        folder = arguments.folder or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thinnet-")))
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        slots = make_slots(folder)
        built = time.monotonic()
        outcomes = run_all(slots, chosen)
        print_table(sorted(outcomes, key=lambda outcome: outcome.name))
        print(f"\nbuilding the solution {SLOTS} times: {built - begin:.0f} s; "
              f"{len(chosen)} changes: {time.monotonic() - built:.0f} s")
        if not arguments.names:
            slots[0].build()
            print(f"from an edit to the end of ./grade: {feedback_time(slots[0], ['1']):.1f} s for one section, "
                  f"{feedback_time(slots[0], []):.1f} s for everything")
    failed = sum(bool(outcome.problems) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
