#!/usr/bin/python3
"""Plants every mistake of coursework/mistakes in the solution and grades it: each must compile,
cost the points of the items that its header names, under the cause that it names, and no others.
Then every solution of coursework/alternatives, written in some other way, must earn all points,
under --seeds N other draws of the numbers, too (200 of them: `--seeds 200 alternatives`, minutes).

The solution is built once. A change is compiled to a shared library, each once and against the
same precompiled header, and the programs that use it are graded with it. There is a process for
each free core; a change that crashes or never ends has only the programs of its own items to end.

The last line is "N passed, N failed"; the exit code is 1 when any failed.
"""
import argparse
import contextlib
import dataclasses
import json
import multiprocessing
import os
import pathlib
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[3]
COURSEWORK = SOURCE / "coursework"
sys.dont_write_bytecode = True
sys.path.insert(0, str(COURSEWORK / "grading"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import build  # noqa: E402
import many_seeds  # noqa: E402
import process  # noqa: E402
import report  # noqa: E402

# The students' -O3 takes half as long again. student_test.py holds ./grade against the verdicts.
OPTIMISATION = "-O1 -DNDEBUG"
BACKSTOP = 900  # seconds for one change: only what hangs takes so long
BACKSTOP_OF_A_SEED = 60  # more
SEEDS = 3  # that every alternative is graded under, besides the students'
WIDTH = 100  # columns of the table for a message


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A patch and its header. `causes` has one for each of `items`; `also` are the items that the
    mistake may cost besides, under whatever cause: those that run on the changed code."""
    name: str
    patch: pathlib.Path
    sentence: str
    items: list
    causes: list
    also: list


@dataclasses.dataclass(frozen=True)
class Alternative:
    name: str
    patch: pathlib.Path


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
        raise ValueError(f"{path.name}: expected Mistake:, Items:, Cause: and perhaps Also: before "
                         "a diff")
    items, causes = fields["Items"].split(), fields["Cause"].split()
    causes = causes * len(items) if len(causes) == 1 else causes
    missing = [cause for cause in causes if cause not in report.judge.CAUSES]
    if missing or len(causes) != len(items):
        raise ValueError(f"{path.name}: " + (f"judge.py has no cause {missing[0]}" if missing else
                                             "neither one cause nor one for each item"))
    also = fields.get("Also", "").split()
    return Mistake(path.stem, path, fields["Mistake"], items, causes, also)


def files_of(patch):
    return re.findall(r"^--- a/(\S+)", patch.read_text(), re.MULTILINE)


class Solution:
    """The solution's folder, built once. Its exercises are shared libraries, so that a change is
    one of these, and the programs beside it stay as they are."""

    def __init__(self, folder):
        self.folder = folder / "solution"
        self.doubles = folder / "doubles"  # the exercises' libraries without float
        self.changes = folder / "changes"
        self.items = json.loads((COURSEWORK / "assignment.json").read_text())["items"]
        self.files = list(dict.fromkeys(item["file"] for item in self.items))

    def make(self):
        """The sources. In a folder that is there already only what has changed is written."""
        fresh = self.folder.with_name("fresh")
        for old in (fresh, self.doubles, self.changes):
            shutil.rmtree(old, ignore_errors=True)
        subprocess.run([COURSEWORK / "make_student", "--solution", "--no-pdf", fresh], check=True,
                       stdout=subprocess.DEVNULL)
        lists = fresh / "CMakeLists.txt"
        lists.write_text(with_shared_libraries(lists.read_text(), self.files))
        for path in fresh.rglob("*"):
            target = self.folder / path.relative_to(fresh)
            if path.is_dir():
                target.mkdir(parents=True, exist_ok=True)
            elif not target.exists() or target.read_bytes() != path.read_bytes():
                shutil.copy(path, target)
        self.doubles.mkdir()
        self.changes.mkdir()
        self.cases = json.loads((self.folder / "grading" / "cases.json").read_text())["items"]
        self.worker_of = {item["number"]: self.cases[item["id"]][0]["worker"]
                          for item in self.items}
        self.workers = sorted(set(self.worker_of.values()))

    def build(self):
        """The programs and the libraries, with the students' own CMakeLists.txt."""
        subprocess.run(["cmake", "-G", "Ninja", "-S", self.folder, "-B", self.folder / "build",
                        f"-DCMAKE_CXX_FLAGS_RELEASE={OPTIMISATION}", "-DCMAKE_CXX_FLAGS=-fPIC",
                        "-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON"],
                       check=True, stdout=subprocess.DEVNULL)
        problems = build.build(self.folder, self.workers)
        if problems:
            sys.exit(f"the solution does not compile: {problems}")
        entries = json.loads((self.folder / "build" / "compile_commands.json").read_text())
        self.commands = {str(pathlib.Path(entry["file"]).relative_to(self.folder)): entry
                         for entry in entries}
        needed = {worker: libraries_of(self.folder / "build" / f"worker_{worker}")
                  for worker in self.workers}
        self.users = {file: [w for w in self.workers if library_of(file) in needed[w]]
                      for file in self.files}

    def folder_of(self, outcome):
        return self.changes / outcome.name.replace("/", "-")

    def compile(self, file, text, folder):
        """Makes the library of an exercise from another text, in `folder`. Returns the compiler's
        first error as lines, none when all is well. Where the library is loaded, the program has
        brought all other libraries already."""
        source = folder / file
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        entry = self.commands[file]
        words = shlex.split(entry["command"])
        words = words[:words.index("-o")]  # what follows names the object and the source
        words += ["-shared", "-nodefaultlibs", "-o", folder / library_of(file), source]
        done = subprocess.run(words, cwd=entry["directory"], capture_output=True, text=True,
                              check=False)
        if ".gch: not used" in done.stderr:
            raise RuntimeError(f"{file} is compiled without the precompiled header: {done.stderr}")
        return build.first_error(done.stderr, folder) if done.returncode else []

    def compile_double(self, file):
        return self.compile(file, without_float((self.folder / file).read_text()), self.doubles)

    def programs(self, folder, libraries):
        """Puts the programs into `folder`, and those of the libraries that are not there yet. Each
        program looks for them beside itself."""
        built = self.folder / "build"
        for path in [*built.glob("worker_*"), built / "libgiven.so", *libraries.glob("lib*.so")]:
            if path.is_file() and not (folder / path.name).exists():
                os.link(path, folder / path.name)

    def grade(self, folder, workers):
        """Results of the items of these workers, through ./grade's own code."""
        def answer(worker, requests):
            return process.run(folder / f"worker_{worker}", requests, process.Limits(), None)

        chosen = [item for item in self.items if self.worker_of[item["number"]] in workers]
        return report.grade_items(chosen, self.cases, answer)


def with_shared_libraries(lists, exercises):
    """The students' CMakeLists.txt with shared libraries: each exercise, and what is given. A macro
    that only one of them is compiled with would keep it from using the precompiled header."""
    for name in ("given STATIC ", "${name} OBJECT "):
        if lists.count(f"add_library({name}") != 1:
            raise ValueError(f"no add_library({name}...) in the students' CMakeLists.txt")
        shared = name.rsplit(" ", 2)[0] + " SHARED "
        lists = lists.replace(f"add_library({name}", f"add_library({shared}")
    names = " ".join(pathlib.Path(file).stem for file in exercises)
    return lists + f'set_target_properties(given {names} PROPERTIES DEFINE_SYMBOL "")\n'


def library_of(file):
    return f"lib{pathlib.Path(file).stem}.so"


def libraries_of(program):
    """The shared libraries that a program names."""
    text = subprocess.run(["readelf", "-d", program], check=True, capture_output=True,
                          text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def without_float(text):
    """The text without its explicit instantiations for float: the workers use double alone, and the
    compiler is done in two thirds of the time."""
    shorter, found = re.subn(r"^template [^;{]*<float>[^;{]*;\n", "", text, flags=re.MULTILINE)
    if not found:
        raise ValueError("no instantiation for float")
    return shorter


def build_patched(solution, patch, with_float, outcome):
    """The folder of programs with the patch, and the workers that it changes; no workers and a
    line in `outcome` when it cannot be built."""
    folder = solution.folder_of(outcome)
    files = files_of(patch)
    for file in files:
        (folder / "patched" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(solution.folder / file, folder / "patched" / file)
    command = ["patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch", "-r", "-", "-i", patch]
    patched = subprocess.run(command, cwd=folder / "patched", stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False)
    if patched.returncode:
        outcome.problems.append("does not apply: " + " ".join(patched.stdout.split()))
        return folder, []
    for file in files:
        text = (folder / "patched" / file).read_text()
        problem = solution.compile(file, text if with_float else without_float(text), folder)
        if problem:
            outcome.problems.append("does not compile: " + problem[0])
            return folder, []
    solution.programs(folder, solution.folder / "build" if with_float else solution.doubles)
    return folder, [w for w in solution.workers if any(w in solution.users[file] for file in files)]


def plant(solution, mistake, outcome):
    folder, workers = build_patched(solution, mistake.patch, False, outcome)
    if outcome.problems:
        return
    results = {result.item["number"]: result for result in solution.grade(folder, workers)}
    for number, cause in zip(mistake.items, mistake.causes):
        result = results.pop(number, None)
        if result is None or result.passed:
            outcome.problems.append(f"{number} is not caught")
            continue
        outcome.lines.append((number, result.cause, result.lines[0]))
        if result.cause != cause:
            outcome.problems.append(f"{number} is caught as {result.cause}, not as {cause}: "
                                    + " ".join(result.lines))
    for number, result in results.items():
        if not result.passed and number not in mistake.also:
            outcome.problems.append(f"costs {number} too: {result.cause}: {result.lines[0]}")


def grade_alternative(solution, alternative, outcome):
    folder, changed = build_patched(solution, alternative.patch, True, outcome)
    if outcome.problems:
        return
    items = [item for item in solution.items if solution.worker_of[item["number"]] in changed]
    outcome.problems += many_seeds.failures(folder, changed, items, range(1000, 1000 + SEEDS))
    results = solution.grade(folder, solution.workers)
    outcome.problems += [f"{r.item['number']}: {' '.join(r.lines)}"
                         for r in results if not r.passed]
    score, best = sum(r.score for r in results), sum(r.item["points"] for r in results)
    own = ", ".join(files_of(alternative.patch))
    outcome.lines.append(("all", "", f"{score} of {best} points, with its own {own}"))


class Pool:
    """One process for each free core, which has the solution from the start. Threads would not do:
    forking among them can hang."""

    def __init__(self, solution):
        self.pool = multiprocessing.Pool(len(os.sched_getaffinity(0)), keep_solution, [solution])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.terminate()
        self.pool.join()

    def run(self, jobs, names):
        """(name, what the job gives) in the order of `jobs`, each as soon as it is there."""
        given = self.pool.imap(do_job, jobs)
        limit = BACKSTOP + BACKSTOP_OF_A_SEED * SEEDS
        for name in names:
            try:
                yield name, given.next(timeout=limit)
            except multiprocessing.TimeoutError:
                sys.exit(f"mistakes_test: waited {limit} s for the end of {name}")


def keep_solution(solution):
    """In a process of the pool."""
    global SOLUTION
    SOLUTION = solution


def do_job(job):
    function, *arguments = job
    return function(SOLUTION, *arguments)


def check_solution(solution, pool):
    """The solution itself must earn all points: as it is, and without float."""
    jobs = [(Solution.compile_double, file) for file in solution.files]
    for name, problem in pool.run(jobs, solution.files):
        if problem:
            sys.exit(f"{name} without float does not compile: {problem}")
    solution.programs(solution.doubles, solution.doubles)
    for folder in (solution.folder / "build", solution.doubles):
        wrong = [r for r in solution.grade(folder, solution.workers) if not r.passed]
        if wrong:
            sys.exit("the solution itself does not earn all points:\n" + report.text(wrong))


def try_change(solution, function, change):
    """plant or grade_alternative; in the end nothing of it is left."""
    outcome = Outcome(change.name)
    try:
        function(solution, change, outcome)
    except Exception as error:  # the others still have to be done
        outcome.problems.append(f"could not be run: {error!r}")
    shutil.rmtree(solution.folder_of(outcome), ignore_errors=True)
    return outcome


def run_all(pool, changes):
    """Outcomes in the order of `changes`, pairs of a function and what it takes."""
    jobs = [(try_change, function, change) for function, change in changes]
    outcomes = []
    for name, outcome in pool.run(jobs, [change.name for _, change in changes]):
        outcomes.append(outcome)
        for problem in outcome.problems:
            print(f"{name}: {problem}", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print(f"\r\033[K{len(outcomes)} of {len(jobs)}: {name}", end="", file=sys.stderr,
                  flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return outcomes


def print_table(outcomes):
    names = max(len(outcome.name) for outcome in outcomes)
    causes = max(len(cause or "")
                 for outcome in outcomes for _, cause, _ in outcome.lines or [("", "", "")])
    for outcome in outcomes:
        for item, cause, message in outcome.lines:
            print(f"{outcome.name:{names}}  {item:3}  "
                  f"{'None' if cause is None else cause:{causes}}  {message[:WIDTH]}")
        for problem in outcome.problems:
            print(f"{outcome.name:{names}}  FAILED: {problem}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="WORD",
                        help="only mistakes and alternatives with it in their name")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N",
                        help="that every alternative is graded under (default: %(default)s)")
    parser.add_argument("--folder", type=pathlib.Path,
                        help="keep the built solution there, and use it again")
    return parser.parse_args()


def main():
    global SEEDS
    arguments = parse_arguments()
    SEEDS = arguments.seeds
    try:
        mistakes = [read_mistake(path)
                    for path in sorted((COURSEWORK / "mistakes").glob("*.patch"))]
    except ValueError as error:
        sys.exit(f"mistakes_test: {error}")
    alternatives = [Alternative(f"alternatives/{path.stem}", path)
                    for path in sorted((COURSEWORK / "alternatives").glob("*.patch"))]
    changes = [(grade_alternative, alternative) for alternative in alternatives]  # longest first
    changes += [(plant, mistake) for mistake in mistakes]
    chosen = [(function, change) for function, change in changes
              if not arguments.names or any(word in change.name for word in arguments.names)]
    if not chosen:
        sys.exit("mistakes_test: nothing of that name")
    with contextlib.ExitStack() as stack:
        folder = arguments.folder or pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="thinnet-")))
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        solution = Solution(folder.resolve())
        solution.make()
        solution.build()
        pool = stack.enter_context(Pool(solution))
        check_solution(solution, pool)
        built = time.monotonic()
        outcomes = run_all(pool, chosen)
        ended = time.monotonic()
    print_table(sorted(outcomes, key=lambda outcome: outcome.name))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\nbuilding the solution: {built - begin:.0f} s; {len(chosen)} changes: "
          f"{ended - built:.0f} s; CPU time: {used.ru_utime + used.ru_stime:.0f} s")
    failed = sum(bool(outcome.problems) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
