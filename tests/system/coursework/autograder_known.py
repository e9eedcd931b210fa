#!/usr/bin/python3 -B
"""run_autograder for many submissions that have files in common.

Usage: autograder_known.py ROOT WORKER[,WORKER…] [OPTION …]

What is made with the files of the named workers is kept in ROOT/known, which is closed to the
students' user, and copied where the same file is handed in again. Loops without end, and compilers
too, are ended after half of the time that the autograder gives them. All else is the autograder's.
"""
import dataclasses
import functools
import hashlib
import os
import pathlib
import shutil
import sys

ROOT = pathlib.Path(sys.argv[1])
WORKERS = sys.argv[2].split(",")
sys.path.insert(0, str(ROOT / "source/thinnet/coursework/autograder"))
import grade_submission  # noqa: E402  (it also tells Python where the rest lies)
import compiler  # noqa: E402
import process  # noqa: E402

make = compiler.Workshop.make


def make_once(workshop, worker, content):
    if worker not in WORKERS:
        return make(workshop, worker, content)
    kept = ROOT / "known" / f"{worker}-{hashlib.sha256(content).hexdigest()}"
    if not kept.exists():
        program = make(workshop, worker, content)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        partial = kept.with_suffix(".partial")
        shutil.copyfile(program, partial)
        partial.chmod(0o700)
        os.replace(partial, kept)
        return program
    folder = workshop.folder / worker
    folder.mkdir()
    workshop.give(folder, 0o710)
    shutil.copyfile(kept, folder / "worker")
    return folder / "worker"


compiler.Workshop.make = make_once
compiler.LIMITS = dataclasses.replace(compiler.LIMITS, cpu_seconds=compiler.LIMITS.cpu_seconds // 2)
process.Limits = functools.partial(process.Limits, cpu_seconds=process.Limits().cpu_seconds // 2)
sys.argv[1:3] = ["--root", str(ROOT)]
grade_submission.main()
