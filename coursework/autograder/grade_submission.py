#!/usr/bin/python3
"""Grades a submission: reads FOLDER/submission, writes FOLDER/results/results.json as Gradescope
specifies it (https://gradescope-autograders.readthedocs.io/en/latest/specs/). The same submission
gets the same file each time. Exit code 2 when it cannot be graded; then there is no such file."""
import argparse
import contextlib
import ctypes
import dataclasses
import json
import os
import pathlib
import pwd
import sys
import tempfile
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "grading"))

import cases  # noqa: E402
import compiler  # noqa: E402
import process  # noqa: E402
import report  # noqa: E402
import submission  # noqa: E402

# How many files may wait until the backstop ends them. Gradescope gives ten minutes for everything
# and then no points at all; computing time is limited by itself.
PATIENCE = 2
CLONE_NEWNET = 0x40000000  # linux/sched.h


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("/autograder"),
                        metavar="FOLDER", help="holds source, submission, results (default: %(default)s)")
    parser.add_argument("--user", default="thinnet-student", metavar="NAME",
                        help="who runs the student's code: name or number of a user without any "
                             "other process (default: %(default)s)")
    parser.add_argument("--backstop", type=int, default=process.Limits().backstop, metavar="SECONDS",
                        help="by the clock, after which an item that waits for something is ended; "
                             "the limit on what it computes stays (default: %(default)s)")
    return parser.parse_args()


def number_of(name: str) -> int:
    """Of a user for this purpose alone: whatever it runs is going to be ended."""
    try:
        user = int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError:
        raise ValueError(f"no user {name}: setup.sh makes it") from None
    if user == 0 or process.processes_of(user):
        raise ValueError(f"user {name} runs other programs, which would be ended")
    return user


class Grader:
    """Grades item after item; a file is compiled when its first item's turn comes."""

    def __init__(self, handed_in, workshop, drawn, backstop):
        self.handed_in, self.workshop, self.drawn = handed_in, workshop, drawn
        self.limits = process.Limits(backstop=backstop)
        self.programs = {}  # by worker: a path, or the NotBuilt that stands for it
        self.waited = 0     # files

    def grade(self, item):
        worker = self.drawn["items"][item["id"]][0]["worker"]
        if self.waited >= PATIENCE and worker not in self.programs:
            return report.Result(item, False, [
                f"not graded: {self.waited} files before it waited for something until they were "
                "ended, as the lines of their items say"], compiler.WAITED)
        return report.grade_item(item, self.drawn["items"][item["id"]], self.answer)

    def answer(self, worker, requests):
        """What report.grade_item asks for. What the student's code printed is left out: it may
        differ from time to time, and ./grade shows it."""
        if worker not in self.programs:
            self.programs[worker] = self.make(worker)
        program = self.programs[worker]
        if isinstance(program, report.NotBuilt):
            raise program
        answer = self.workshop.run(program, requests, self.limits)
        if answer.waited:
            self.waited += 1
            self.programs[worker] = report.NotBuilt(
                ["not run: an item before it, of the same file, waited for something until it was "
                 "ended"], compiler.WAITED)
        return dataclasses.replace(answer, output="")

    def make(self, worker):
        name = f"{compiler.WORKERS[worker].exercise}.cpp"
        if name in self.handed_in.missing:
            return report.NotBuilt([self.handed_in.missing[name]], "not-handed-in")
        try:
            return self.workshop.make(worker, self.handed_in.contents[name])
        except report.NotBuilt as problem:
            self.waited += problem.cause == compiler.WAITED
            return problem


def results_json(results, notes):
    """As Gradescope wants it. Texts are never HTML: they hold what students wrote."""
    tests = [{
        "score": result.score,
        "max_score": result.item["points"],
        "status": "passed" if result.passed else "failed",
        "name": f"{result.item['title']} {result.item['equation']}",
        "number": result.item["number"],
        "output": "\n".join(result.lines),
        "visibility": "visible",
        "extra_data": {"id": result.item["id"], "cause": result.cause},
    } for result in results]
    return {"output": "\n".join(notes), "output_format": "text", "test_output_format": "text",
            "test_name_format": "text", "visibility": "visible", "stdout_visibility": "hidden",
            "tests": tests}


def write(path, results):
    """All or nothing, whatever happens meanwhile."""
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)  # ASCII: an answer may hold what UTF-8 has no bytes for
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def close_to_others(root):
    """What the student's user must not read or write, whatever rights it came with."""
    (root / "results").mkdir(exist_ok=True)
    for name in ("source", "submission", "results", "submission_metadata.json"):
        path = root / name
        if path.exists():
            os.chown(path, 0, 0)
            path.chmod(0o700 if path.is_dir() else 0o600)
    (root / "results/results.json").unlink(missing_ok=True)


def leave_the_network():
    """For good, with all that this process starts: nobody listens and nothing can be reached, not
    even what else runs here. Where the system has no such thing to offer, it remains that the
    students' user may open no socket (see grading/refused.py)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        print(f"no network of our own: {os.strerror(ctypes.get_errno())}", flush=True)


@contextlib.contextmanager
def scratch_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="thinnet-"))
    try:
        yield folder
    finally:
        process.remove([folder])


def grade_submission(root, user, backstop):
    places = compiler.Places(root)
    items = json.loads((places.source / "coursework/assignment.json").read_text())["items"]
    names = list(dict.fromkeys(item["file"] for item in items))
    handed_in = submission.collect(root / "submission", names)
    salt = (root / "source/salt").read_bytes()
    drawn = cases.draw(submission.seed_of(handed_in.digest, salt))
    results = []
    with scratch_folder() as folder:
        workshop = compiler.Workshop(places, folder, user)
        grader = Grader(handed_in, workshop, drawn, backstop)
        for item in items:
            results.append(grader.grade(item))
            print(f"{item['number']} {item['title']}: {results[-1].score} of {item['points']}",
                  flush=True)
    write(root / "results/results.json", results_json(results, handed_in.notes))


def main():
    arguments = parse_arguments()
    root = arguments.root.resolve()
    try:
        if os.geteuid() != 0:
            raise ValueError("must run as root: only root can run a student's code as another user")
        if not (root / "submission").is_dir():
            raise ValueError(f"no folder {root / 'submission'}")
        user = number_of(arguments.user)
        close_to_others(root)
        leave_the_network()
        grade_submission(root, user, arguments.backstop)
    except (ValueError, OSError, process.MachineError) as error:
        print(f"run_autograder: not graded: {error}", file=sys.stderr)
        sys.exit(2)
    except Exception as error:  # a fault of ours must not become a student's 0
        where = traceback.extract_tb(error.__traceback__)[-1]
        print(f"run_autograder: not graded, for a fault of the autograder: {error!r} in "
              f"{where.filename}:{where.lineno}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
