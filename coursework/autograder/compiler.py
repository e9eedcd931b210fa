"""Makes workers: what is the same for all submissions once, then each student's file with it.

A compiler that reads a student's file is no more to be trusted than the file: #include and .incbin
open whatever the compiler may open. So it runs as the student's user, to whom the solutions, the
salt, the cases and whatever else was handed in are closed. The linker of a worker sees copies of
the few reference objects that this worker is made with. They are gone before any of the student's
code runs, as are its sources and the folder that the compiler could write to.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shutil
import stat
import subprocess

import build
import process
from report import NotBuilt

COMPILE = ["g++", "-std=c++17", "-O2", "-DNDEBUG", "-fno-math-errno", "-fopenmp", "-pipe", "-w",
           "-fmax-errors=3", "-fdiagnostics-color=never"]
# A linker with plugins would let an object choose options of the compiler.
LINK = ["g++", "-fno-lto", "-fno-use-linker-plugin", "-fopenmp", "-no-pie"]
LIBRARIES = ["-lopenblas", "-lfmt"]
# An honest file takes two seconds and 200 MB. Gradescope's container has 768 MB.
LIMITS = process.Limits(cpu_seconds=20, memory=600 * process.MB, file=32 * process.MB, processes=8)
# Compiled once, and read before the first line of every file: in the student folder, too.
STUDENTS_HEADER, WORKERS_HEADER = "core/matrix.hpp", "grading/worker/protocol.hpp"
WAITED = "waited"  # the cause where the backstop ended something
LAYERS = ["layers/affine", "layers/relu", "layers/dropout", "layers/softmax_cross_entropy"]


@dataclasses.dataclass(frozen=True)
class Worker:
    """What a worker is made of besides grading/worker/NAME.cpp and the library's core: the
    student's file, other parts of the worker, and solutions that the file builds upon."""
    exercise: str
    parts: list[str]
    solutions: list[str] = dataclasses.field(default_factory=list)


WORKERS = {
    "affine": Worker("layers/affine", ["layers"]),
    "relu": Worker("layers/relu", ["layers"]),
    "dropout": Worker("layers/dropout", ["layers"]),
    "loss": Worker("layers/softmax_cross_entropy", []),
    "sgd": Worker("optim/sgd", ["options"]),
    "adam": Worker("optim/adam", ["options"]),
    "net": Worker("exercises/two_layer_net", ["nets"], LAYERS),
    "training": Worker("exercises/training", ["nets", "options"],
                       [*LAYERS, "optim/sgd", "exercises/two_layer_net"]),
}


@dataclasses.dataclass(frozen=True)
class Places:
    """Where things lie under the folder that Gradescope calls /autograder."""
    root: pathlib.Path

    @property
    def source(self):
        """What `pack` packed; for root alone."""
        return self.root / "source/thinnet"

    @property
    def headers(self):
        """What every student has too; for everybody."""
        return self.root / "thinnet/headers"

    @property
    def objects(self):
        """Compiled once; for root alone."""
        return self.root / "thinnet/objects"


def prepare(places: Places, report) -> None:
    """Compiles what is the same for all submissions. Raises RuntimeError with the first error."""
    copy_headers(places)
    headers = [found(places, name) for name in (STUDENTS_HEADER, WORKERS_HEADER)]
    names = ["protocol", *WORKERS, *sorted({part for w in WORKERS.values() for part in w.parts})]
    wanted = names_in(places.source, "*.cpp") + [f"grading/worker/{name}" for name in names]
    wanted.remove("core/engine/parallel")  # core/engine/serial takes its place: one thread
    wanted.remove("core/engine/loops")  # core/engine/blas is there
    wanted += sorted({solution for w in WORKERS.values() for solution in w.solutions})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:  # each takes up to 350 MB
        list(pool.map(lambda header: precompile(places, header), headers))
        for done, name in enumerate(pool.map(lambda n: compile_given(places, n), wanted), 1):
            report(f"compiled {done} of {len(wanted)}: {name}")
    precompiled(headers[1]).unlink()


def copy_headers(places: Places) -> None:
    for folder in ("core", "layers", "optim"):
        copy_tree(places.source / folder, places.headers / folder)
    copy_tree(places.source / "coursework/exercises", places.headers / "exercises")
    for path in [places.headers.parent, places.headers, *places.headers.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    places.objects.mkdir(exist_ok=True)
    places.objects.chmod(0o700)


def copy_tree(source: pathlib.Path, target: pathlib.Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in source.rglob("*.hpp"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def names_in(folder: pathlib.Path, pattern: str) -> list[str]:
    """core/matrix, core/engine/…: the files of the library's core in a folder, without endings."""
    return sorted(str(path.relative_to(folder).with_suffix("")) for path in (folder / "core").rglob(pattern))


def precompiled(header: pathlib.Path) -> pathlib.Path:
    """Where the compiler looks for it."""
    return header.with_name(header.name + ".gch")


def precompile(places: Places, header: pathlib.Path) -> None:
    target = precompiled(header)
    compile_ours(places, ["-x", "c++-header", header, "-o", target])
    target.chmod(0o644)


def compile_given(places: Places, name: str) -> str:
    """Compiles one of our own sources, to objects/NAME.o."""
    header = WORKERS_HEADER if name.startswith("grading/") else STUDENTS_HEADER
    target = places.objects / f"{name}.o"
    compile_ours(places, ["-include", header, "-c", found(places, f"{name}.cpp"), "-o", target])
    return name


def found(places: Places, name: str) -> pathlib.Path:
    """One of our files. A header that students have is one file to the compiler only if it is read
    in the same place every time."""
    folders = [places.headers, places.source, places.source / "coursework"]
    return next(folder / name for folder in folders if (folder / name).exists())


def compile_ours(places: Places, command: list) -> None:
    """To the last word of the command. The folder it runs in is the first that -include searches."""
    command[-1].parent.mkdir(parents=True, exist_ok=True)
    folders = [places.headers, places.source, places.source / "coursework"]
    searched = [word for folder in folders for word in ("-I", folder)]
    done = subprocess.run([*COMPILE, *searched, *command], cwd=places.headers, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError("\n".join(build.first_error(done.stdout, places.source)))


class Workshop:
    """Compiles one submission's files, in a folder that none but root and the student's user may
    enter, and each worker's files in a folder of their own."""

    def __init__(self, places: Places, folder: pathlib.Path, user: int):
        self.places, self.folder, self.user = places, folder, user
        self.give(folder, 0o710)

    def give(self, path: pathlib.Path, mode: int) -> None:
        """Of root; what the student's user may do with it is what its group may."""
        os.chown(path, 0, process.group_of(self.user))
        path.chmod(mode)

    def make(self, worker: str, content: bytes) -> pathlib.Path:
        """The program made with a student's file, alone in its folder. Raises NotBuilt."""
        folder = self.folder / worker
        folder.mkdir()
        self.give(folder, 0o710)
        try:
            self.compile(WORKERS[worker].exercise, content, folder)
            self.link(worker, folder)
        finally:
            process.remove([path for path in folder.iterdir() if path.name != "worker"])
        return folder / "worker"

    def run(self, program: pathlib.Path, requests: list[dict], limits: process.Limits):
        """process.run, with this program alone open to the student's user, and to run, not to read:
        there may be solutions in it, of which another of the student's programs could make use."""
        self.give(program, 0o710)
        try:
            return process.run(program, requests, limits, self.user)
        finally:
            self.give(program, 0o700)

    def compile(self, exercise: str, content: bytes, folder: pathlib.Path) -> None:
        """To folder/student.o; there it is root's."""
        here, out = folder / "sources", self.folder_to_write(folder)
        source = here / f"{exercise}.cpp"
        source.parent.mkdir(parents=True)
        for path in (here, source.parent):
            self.give(path, 0o750)
        source.write_bytes(content)
        self.give(source, 0o640)
        outcome = process.execute(
            [*COMPILE, "-I", self.places.headers, "-include", STUDENTS_HEADER,
             "-c", f"{exercise}.cpp", "-o", out / "object.o"],
            LIMITS, self.user, folder=here)
        if outcome.ending is not None:
            raise compile_error(outcome, exercise, self.places)
        take(out / "object.o", folder / "student.o")

    def link(self, worker: str, folder: pathlib.Path) -> None:
        """To folder/worker; there it is root's."""
        given, out = folder / "given", self.folder_to_write(folder)
        made_of = WORKERS[worker]
        names = [f"grading/worker/{name}" for name in (worker, "protocol", *made_of.parts)]
        names += made_of.solutions
        names += names_in(self.places.objects, "*.o")
        given.mkdir()
        self.give(given, 0o750)
        objects = []
        for number, name in enumerate(sorted(names)):
            objects.append(given / f"{number}.o")
            shutil.copyfile(self.places.objects / f"{name}.o", objects[-1])
            self.give(objects[-1], 0o640)
        self.give(folder / "student.o", 0o640)
        outcome = process.execute(
            [*LINK, folder / "student.o", *objects, "-o", out / "worker", *LIBRARIES],
            LIMITS, self.user, folder=out)  # where its own files go, too
        if outcome.ending is not None:
            raise link_error(outcome, f"{made_of.exercise}.cpp")
        take(out / "worker", folder / "worker")

    def folder_to_write(self, folder: pathlib.Path) -> pathlib.Path:
        """Where the student's user may write; what it leaves there is taken by `take`."""
        out = folder / "out"
        process.remove([out] if out.exists() else [])
        out.mkdir()
        os.chown(out, self.user, process.group_of(self.user))
        return out


def take(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copies what a compiler left, if it is a file and no link to one."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotBuilt(["the compiler left no file"])
        with target.open("wb") as copy:
            shutil.copyfileobj(file, copy)


def compile_error(outcome: process.Outcome, exercise: str, places: Places) -> NotBuilt:
    """The compiler's first error; paths are as in the hand-out."""
    name = f"{exercise}.cpp"
    if outcome.waited:
        return NotBuilt([f"compiling {name} {outcome.ending}"], WAITED)
    if "CPU time limit exceeded" in outcome.output:
        return NotBuilt([f"compiling {name} {process.too_much_computing(LIMITS)}"])
    if "out of memory" in outcome.output or "memory exhausted" in outcome.output:
        return NotBuilt([f"compiling {name} {process.too_much_memory(LIMITS)}"])
    if not re.fullmatch(r"ended with exit code \d+", outcome.ending):
        return NotBuilt([f"compiling {name} {outcome.ending}"])
    if "internal compiler error: Segmentation fault" in outcome.output:
        return NotBuilt([f"compiling {name} ended the compiler: templates or brackets nested too deep?"])
    lines = build.first_error(outcome.output, places.headers)
    return NotBuilt([f"{name} does not compile:", *(line[:300] for line in lines)])


def link_error(outcome: process.Outcome, name: str) -> NotBuilt:
    """Without a word of the linker's: it names files that a student does not have."""
    twice = re.search(r"multiple definition of [`'](.+?)'", outcome.output)
    missing = re.search(r"undefined reference to [`'](.+?)'", outcome.output)
    if twice:
        why = f"it defines what exists already: {twice[1][:200]}"
    elif missing:
        why = f"declared and used, but defined nowhere: {missing[1][:200]}"
    else:
        why = f"the linker {outcome.ending}"
    return NotBuilt([f"{name} cannot be linked: {why}"])
