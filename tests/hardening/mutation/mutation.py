#!/usr/bin/env python3
"""Breaks the library on purpose, one small change at a time, and counts how many the tests notice.

Every mutant of core/, layers/ and optim/ is compiled and run against the tests of core, layers,
optim and nets, and against those of the allocations, the data and the training when these pass. The
order is drawn with a seed. What is done is kept in a journal: stopped, the same command goes on.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import laboratory
import mutators
import survivors

ROOT = Path(__file__).resolve().parents[3]


def all_mutants(root):
    for folder in laboratory.SUBJECTS:
        for path in sorted((root / folder).glob("*.?pp")):
            if path.name in laboratory.NOT_BUILT:
                continue
            file = str(path.relative_to(root))
            yield from mutators.mutants_of(file, path.read_text())


def read_journal(path):
    """The latest verdict about each mutant; a line that was cut short is as if it were not there."""
    records = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
                records[record["mutant"]] = record
            except (json.JSONDecodeError, KeyError):
                continue
    return records


def judge(task):
    """In a process of its own, with a folder of its own."""
    lab, mutant, hasty, journal, known = task
    start = time.monotonic()
    # A run beside this one, with another seed, may have been faster.
    record = read_journal(journal).get(mutant.name)
    if record is not None and record != known:
        return record
    verdict, by = lab.judge(mutant, f"worker{os.getpid()}", hasty)
    return {"mutant": mutant.name, "verdict": verdict, "by": by, "seconds": round(time.monotonic() - start, 1)}


def report(records, listed):
    """Counts for every file and for all, and the survivors without a reason."""
    table = {}
    for record in records:
        file = record["mutant"].split(":")[0]
        for row in (file, "all"):
            table.setdefault(row, Counter())[record["verdict"]] += 1
            table[row]["listed"] += record["verdict"] == "survived" and record["mutant"] in listed
    print(f"{'file':<34}{'mutants':>8}{'killed':>8}{'survived':>9}{'listed':>7}{'undecided':>10}{'killed %':>9}"
          f"   left out: same object code, does not compile")  # fmt: skip
    for file in sorted(table, key=lambda f: (f == "all", f)):
        row = table[file]
        judged = row["killed"] + row["survived"] + row["undecided"]  # as long as it is, it counts as alive
        share = f"{100 * row['killed'] / judged:.1f}" if judged else "-"
        print(f"{file:<34}{judged:>8}{row['killed']:>8}{row['survived']:>9}{row['listed']:>7}{row['undecided']:>10}{share:>9}"
              f"   {row['equivalent']}, {row['stillborn']}")  # fmt: skip
    unexplained = [r["mutant"] for r in records if r["verdict"] == "survived" and r["mutant"] not in listed]
    if unexplained:
        print("\nSurvivors that tests/hardening/mutation/survivors.txt does not explain:")
        print("\n".join(f"  {name}" for name in unexplained))
    return unexplained


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "build/mutants", help="where to build (build/mutants)")
    parser.add_argument("--jobs", type=int, default=2, help="mutants judged side by side (2)")
    parser.add_argument("--sample", type=int, metavar="N", help="only the first N of the drawn order")
    parser.add_argument("--seed", type=int, default=0, help="of the order (0)")
    parser.add_argument("--only", metavar="TEXT", help="only mutants whose name holds this, such as core/matrix")
    parser.add_argument("--again", metavar="VERDICT", help="judge anew those that were killed, survived, …")
    parser.add_argument("--hasty", action="store_true",
                        help="leave out the slow tests; what passes is undecided, for a later run without this")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="print the mutants' names and stop")
    parser.add_argument("--report", action="store_true", help="print what the journal holds and stop")
    arguments = parser.parse_args()

    mutants = list(all_mutants(ROOT))
    random.Random(arguments.seed).shuffle(mutants)
    if arguments.only:
        mutants = [m for m in mutants if arguments.only in m.name]
    mutants = mutants[: arguments.sample]
    if arguments.list:
        print("\n".join(m.name for m in mutants))
        return 0
    listed = survivors.read(ROOT / "tests/hardening/mutation/survivors.txt")
    journal_path = arguments.folder / "journal.jsonl"
    records = read_journal(journal_path)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # takes the workers along
    if not arguments.report:
        again = {arguments.again} | (set() if arguments.hasty else {"undecided"})
        to_do = [m for m in mutants
                 if m.name not in records or records[m.name]["verdict"] in again]  # fmt: skip
        to_do.sort(key=lambda m: m.name not in records)  # those judged anew first
        lab = laboratory.Laboratory(ROOT, arguments.folder)
        print(f"Compiling and testing the unchanged sources in {arguments.folder}", file=sys.stderr)
        try:
            lab.prepare(arguments.jobs, arguments.hasty)
        except laboratory.BuildError as error:
            print(f"mutation: {error}", file=sys.stderr)
            return 2
        tasks = ((lab, m, arguments.hasty, journal_path, records.get(m.name)) for m in to_do)
        with laboratory.journal(journal_path) as write, multiprocessing.Pool(arguments.jobs) as pool:
            for done, record in enumerate(pool.imap_unordered(judge, tasks), 1):
                if read_journal(journal_path).get(record["mutant"]) != record:
                    write(record)
                records[record["mutant"]] = record
                print(f"{done}/{len(to_do)} {record['verdict']} {record['by']} ({record['seconds']} s) "
                      f"{record['mutant']}", file=sys.stderr)  # fmt: skip
    unexplained = report([records[m.name] for m in mutants if m.name in records], listed)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
