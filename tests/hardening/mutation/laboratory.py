"""Builds and runs the library's tests with a mutant in it, in a folder of its own."""

import contextlib
import filecmp
import json
import os
import re
import resource
import shlex
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SUBJECTS = ("core/", "core/engine/", "layers/", "optim/")
# Sources of builds without oneTBB and without BLAS.
NOT_BUILT = ("serial.cpp", "loops.cpp")
# The tests of the subjects in one program, the fast ones first: a mutant costs one link.
FIRST_TESTS = ("core", "panels", "layers", "optim", "nets")
# The slow ones of these, and further programs: asked about mutants that survive all others.
SLOW_TESTS = "Nets.AFullSizedNet*:Nets.Overfit*"
FURTHER_PROGRAMS = ("allocations_tests", "data_tests", "training_tests")
# Everything of others that is worth parsing once; ours is left out, for it is what changes.
HEADERS = """#include <fmt/format.h>
#include <gtest/gtest.h>
#include <omp.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
"""
SECONDS_OF_CPU_AT_LEAST = 2
KILOBYTES_OF_MEMORY = 6 << 20
# Of wall clock, for a mutant that waits for ever: one that loops meets its limit of CPU time, and no
# other meets either, however busy the machine.
BACKSTOP = 1200


class BuildError(Exception):
    """What the build or the tests of the unchanged sources say when they fail."""


def finished(command, folder, **options):
    """The ended process; its output is text. A machine that is out of processes or threads is waited
    for: its refusals must not look like a mutant's death."""
    for _ in range(60):
        with contextlib.suppress(BlockingIOError):
            process = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                     text=True, errors="replace", **options)  # fmt: skip
            if process.returncode == 0 or "Resource temporarily unavailable" not in process.stdout:
                return process
        time.sleep(5)
    raise BuildError("this machine has been out of processes for five minutes")


def checked(command, folder, **options):
    process = finished(command, folder, **options)
    if process.returncode:
        raise BuildError(f"{shlex.join(map(str, command))}\n{process.stdout[-3000:]}")
    return process.stdout


class Laboratory:
    """The unchanged library and its tests, compiled once: what a mutant is compared and linked with.

    root is the repository, folder the place to build in. Sources are compiled without optimising
    for speed, with the flags that CMake gives them."""

    def __init__(self, root, folder):
        self.root, self.folder = Path(root), Path(folder)
        self.original = self.folder / "original"
        self.subjects = sorted(str(p.relative_to(self.root)) for s in SUBJECTS for p in (self.root / s).glob("*.?pp"))
        self.dependencies = {}  # object -> the files of the repository it is made from
        self.sources = {}  # object -> its source
        self.flags, self.libraries = [], []
        self.programs = {}  # program -> its own objects
        self.cpu_seconds = {}  # (program, filter) -> of the unchanged sources

    def prepare(self, jobs, hasty):
        """Compiles what is missing or out of date, and runs the tests (hasty: the first only): all
        must pass."""
        self._ask_cmake()
        if hasty:
            self.programs = {"first_tests": self.programs["first_tests"]}
            needed = {*self.library_objects, *self.programs["first_tests"]}
            self.sources = {name: source for name, source in self.sources.items() if name in needed}
        self._precompile()
        objects = [o for o in self.sources if not self._is_fresh(o)]
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(self._compile_original, objects))
        self.dependencies = {o: self._dependencies_of(o) for o in self.sources}
        times = self.original / "cpu_seconds.json"
        self.cpu_seconds = json.loads(times.read_text()) if times.exists() else {}
        for program, own in self.programs.items():
            if program in self.cpu_seconds and not {*own, *self.library_objects} & {*objects}:
                continue
            self.link(program, self.original, {})
            process, seconds = self.run(program, self.original, "*", 600)
            if process.returncode:
                raise BuildError(f"{program} fails without any mutant\n{process.stdout[-3000:]}")
            self.cpu_seconds[program] = seconds
            if program == "first_tests":
                for own in {self.own_tests(file)[1] for file in self.subjects} - {None}:
                    self.cpu_seconds[own] = self.run(program, self.original, own, 600)[1]
            times.write_text(json.dumps(self.cpu_seconds))

    def _ask_cmake(self):
        cmake = self.folder / "cmake"
        checked(["cmake", "-S", self.root, "-B", cmake, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                 "-DTHINNET_WERROR=ON", "-DTHINNET_EXAMPLES=OFF", "-DTHINNET_MPI=OFF", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON"], self.root)  # fmt: skip
        commands = json.loads((cmake / "compile_commands.json").read_text())
        library_objects = []
        wanted = {f"tests/unit/{name}" for name in FIRST_TESTS}
        self.programs = {"first_tests": []} | {name: [] for name in FURTHER_PROGRAMS}
        flags = set()
        for entry in commands:
            source = str(Path(entry["file"]).relative_to(self.root))
            name = source.replace("/", "_").replace(".cpp", ".o")
            folder = str(Path(source).parent)
            target = re.search(r"CMakeFiles/(\w+)\.dir", entry["command"]).group(1)
            if target == "thinnet":
                library_objects.append(name)
            elif folder in wanted:
                self.programs["first_tests"].append(name)
            elif target in self.programs:
                self.programs[target].append(name)
            else:
                continue
            self.sources[name] = source
            words = shlex.split(entry["command"].replace("-isystem ", "-isystem"))
            flags.update(w for w in words if w.startswith(("-D", "-m", "-f", "-isystem")))
            self.compiler = words[0]
        # One set of flags for all, or the precompiled header would fit some only.
        self.flags = sorted(flags - {"-DNDEBUG"}) + ["-std=c++17", "-O1", "-DNDEBUG", "-w", "-frandom-seed=0"]
        link = checked(["ninja", "-C", cmake, "-t", "commands", "training_tests"], self.root)
        words = shlex.split(link.strip().splitlines()[-1].split("&&")[1])
        self.libraries = [w for w in words if re.search(r"\.(a|so[.\d]*)$", w) and not w.endswith("libthinnet.a")]
        self.libraries += [w for w in words if w.startswith(("-l", "-L", "-Wl,-rpath"))]
        self.library_objects = library_objects
        self.include = ["-I.", f"-I{self.root}"]

    def _precompile(self):
        self.original.mkdir(parents=True, exist_ok=True)
        header = self.folder / "others.hpp"
        built = self.folder / "others.hpp.gch"
        stamp = self.folder / "flags"
        flags = "\n".join([self.compiler, *self.flags, HEADERS])
        if not (built.exists() and stamp.exists() and stamp.read_text() == flags):
            for old in (*self.original.glob("*.o"), *self.original.glob("*.json")):
                old.unlink()
            header.write_text(HEADERS)
            checked([self.compiler, *self.flags, "-x", "c++-header", header, "-o", built], self.folder)
            stamp.write_text(flags)

    def _is_fresh(self, name):
        built = self.original / name
        if not built.exists() or not built.with_suffix(".d").exists():
            return False
        return all((self.root / f).exists() and (self.root / f).stat().st_mtime < built.stat().st_mtime
                   for f in self._dependencies_of(name))  # fmt: skip

    def _dependencies_of(self, name):
        words = (self.original / name).with_suffix(".d").read_text().replace("\\\n", " ").split(":", 1)[1].split()
        files = {os.path.normpath(w if os.path.isabs(w) else self.root / w) for w in words}
        inside = str(self.root) + os.sep
        return {f[len(inside) :] for f in files if f.startswith(inside)}

    def _compile_original(self, name):
        if not self.compile(name, self.original, self.root, ["-MMD", "-MF", (self.original / name).with_suffix(".d")]):
            raise BuildError(f"{self.sources[name]} does not compile")

    def compile(self, name, objects, tree, more=()):
        """The source is looked for in the tree first, then in the repository."""
        source = self.sources[name]
        if not source.startswith(SUBJECTS):
            source = self.root / source
        command = [self.compiler, *self.flags, "-include", self.folder / "others.hpp", *self.include, *more,
                   "-c", source, "-o", objects / name]  # fmt: skip
        return finished(command, tree, timeout=BACKSTOP).returncode == 0

    def link(self, program, folder, changed):
        """The program with the changed objects (name -> path) first: where an inline function stands
        in several objects the linker takes the first."""
        names = [*self.library_objects, *self.programs[program]]
        objects = [*changed.values(), *(self.original / n for n in names if n not in changed)]
        checked([self.compiler, "-fopenmp", "-fuse-ld=gold", "-o", folder / program, *objects, *self.libraries], self.root)

    def run(self, program, folder, tests, limit):
        """The ended process and the CPU seconds it took; limit: CPU seconds it may take."""
        environment = dict(os.environ, OMP_NUM_THREADS="2", GTEST_FAIL_FAST="1",
                           GTEST_BRIEF="1", GTEST_FILTER=tests, MALLOC_PERTURB_="165")  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        environment.pop("OPENBLAS_CORETYPE", None)  # or core/blas.cpp has nothing to choose
        limits = f"ulimit -c 0 -v {KILOBYTES_OF_MEMORY} -t {int(limit)}"
        process = finished(["bash", "-c", f'{limits} && exec "$0"', folder / program], self.root,
                           env=environment, timeout=max(BACKSTOP, 20 * limit))  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return process, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def limit(self, program, tests):
        """CPU seconds after which a program is taken to hang: four times what its tests need."""
        return SECONDS_OF_CPU_AT_LEAST + 4 * self.cpu_seconds.get(tests, self.cpu_seconds[program])

    def own_tests(self, file):
        """GoogleTest's filter for the tests beside a file: tests/unit/core/matrix_test.cpp for core/matrix.*"""
        folder, name = os.path.split(os.path.splitext(file)[0])
        path = self.root / "tests/unit" / folder / f"{name}_test.cpp"
        if not path.exists():
            path = self.root / "tests/unit" / folder / f"{folder}_test.cpp"
        if not path.exists():
            return None, None
        suites = dict.fromkeys(re.findall(r"^(?:TYPED_)?TEST(?:_F|_P)?\((\w+),", path.read_text(), re.MULTILINE))
        return path, ":".join(f"{s}.*:{s}/*" for s in suites)

    def judge(self, mutant, worker, hasty):
        """("killed", by what), ("survived", ""), ("equivalent", "") when the object code is the
        same, or ("stillborn", "") when it does not compile; hasty: ("undecided", "") for what slow
        tests and further programs might still notice."""
        tree, objects = self.folder / worker, self.folder / worker / "objects"
        for folder in (*SUBJECTS, "objects"):
            (tree / folder).mkdir(parents=True, exist_ok=True)
        for subject in self.subjects:
            text = (self.root / subject).read_text()
            place = tree / subject
            if not place.exists() or place.read_text() != text:
                place.write_text(text)
        (tree / mutant.file).write_text(mutant.of((self.root / mutant.file).read_text()))
        affected = [n for n in self.sources if mutant.file in self.dependencies[n]]
        library = [n for n in affected if n in self.library_objects and self.sources[n].startswith(SUBJECTS)]
        tests = [n for n in affected if n in self.programs["first_tests"]]
        own_path, own = self.own_tests(mutant.file)
        first = [n for n in tests if own_path and self.root / self.sources[n] == own_path]
        changed = {}
        for stage in (library + first, [n for n in tests if n not in first]):
            for name in stage:
                if not self.compile(name, objects, tree):
                    return "stillborn", ""
                if not filecmp.cmp(objects / name, self.original / name, shallow=False):
                    changed[name] = objects / name
            if stage is not tests and own and changed:
                verdict = self._try("first_tests", tree, changed, own)
                if verdict:
                    return verdict
        if not changed:
            return "equivalent", ""
        verdict = self._try("first_tests", tree, changed, f"-{own}:{SLOW_TESTS}" if own else f"-{SLOW_TESTS}")
        if verdict or hasty:
            return verdict or ("undecided", "")
        verdict = self._try("first_tests", tree, changed, SLOW_TESTS)
        for program in FURTHER_PROGRAMS:
            verdict = verdict or self._try(program, tree, changed, "*")
        return verdict or ("survived", "")

    def _try(self, program, tree, changed, tests):
        fitting = {n: p for n, p in changed.items() if n in self.library_objects or n in self.programs[program]}
        try:
            self.link(program, tree, fitting)
        except BuildError:
            return "stillborn", ""
        try:
            process, _ = self.run(program, tree, tests, self.limit(program, tests))
        except subprocess.TimeoutExpired:
            return "killed", f"{program}: asleep, the backstop of {BACKSTOP} s of wall clock was met"
        if process.returncode == 0:
            return None
        failed = re.search(r"\[  FAILED  \] ([\w./]+)", process.stdout)
        return "killed", failed.group(1) if failed else f"{program}: exit code {process.returncode}"


@contextlib.contextmanager
def journal(path):
    """A list of lines that survives being stopped: `write(record)` is on disk when it returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:

        def write(record):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

        yield write
