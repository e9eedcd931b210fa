"""Builds workers with CMake and Ninja, and tells which could not be built and why."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

COMPILED = re.compile(r"\[\d+/\d+\] Building CXX object (\S+\.o)\b")
MANY = 10  # steps of a build between two lines about it
PROGRESS = re.compile(rb"\[(\d+)/(\d+)\]")
FAILED = re.compile(r"^FAILED: (\S+\.o)\b", re.MULTILINE)
OBJECT = re.compile(r"\S+\.o\b")
IN_ENGLISH = {**os.environ, "LC_ALL": "C"}  # of the compiler, of which we know these words only
# Said by a compiler, CMake or Ninja, and not because of a student's text, which may be quoted too.
NOT_THE_CODE = re.compile(
    r"^(?!\s*\d* \||.*(?:#error|static assertion)).*(No space left on device|Disk quota exceeded|Read-only file system|Input/output error|"
    r"Cannot allocate memory|out of memory allocating|virtual memory exhausted|terminated program|"
    r"cannot execute|FAILED: build\.ninja|^ninja: error:|CMake Error).*$", re.MULTILINE)


class BuildError(Exception):
    """Not a student's mistake: CMake or Ninja is missing, the disk is full, or the like."""


def _quoted(lines):
    """The source and the caret, where a compiler shows them first."""
    return [line for line in lines[:2] if re.match(r"\s+\d* \|", line)]


def first_error(output, root):
    """The compiler's first error in its output as lines (message, source, caret), with paths as from `root`."""
    lines = [line.replace(f"{root}/", "") for line in output.splitlines()]
    for number, line in enumerate(lines):
        if ": error: " in line or ": fatal error: " in line or "undefined reference" in line:
            return [line, *_quoted(lines[number + 1 :])]
    return [line for line in lines if line.strip()][-3:] or ["the compiler said nothing"]


def link_error(output):
    """What a linker says, in a sentence without the names of its objects; None when it is something else."""
    twice = re.search(r"multiple definition of [`'](.+?)'", output)
    if twice:
        files = [f"{name}.cpp" for name in dict.fromkeys(re.findall(r"(\w+)\.cpp:\(", output))]
        return (f"{twice[1][:200]} is defined twice{', in ' + ' and in '.join(files) if len(files) > 1 else ''}: write "
                "static before a function that only its own file needs")
    missing = re.search(r"undefined reference to [`'](.+?)'", output)
    if missing:
        return (f"declared and used, but defined nowhere: {missing[1][:200]} (is the end of the file, template class "
                "…<double>;, as it was?)")
    return None


def _source_of(built):
    """The folder that a build folder was made for; None when it does not say."""
    try:
        cache = (built / "CMakeCache.txt").read_text(errors="replace")
    except OSError:
        return None
    found = re.search(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache, re.MULTILINE)
    return pathlib.Path(found[1]).resolve() if found else None


@dataclasses.dataclass(frozen=True)
class Kind:
    """How workers are built: the folder, and what CMake is told."""

    place: str
    options: tuple = ()


FAST = Kind("build")
DEBUG = Kind("build-debug", ("-DDEBUG=ON",))


def is_configured(folder, kind=FAST):
    """Not by a build folder that came with a copy, or was moved: it would build the code of the original."""
    built = folder / kind.place
    return (built / "build.ninja").exists() and _source_of(built) == folder.resolve()


def _configure(folder, kind):
    if is_configured(folder, kind):
        return
    shutil.rmtree(folder / kind.place, ignore_errors=True)
    command = ["cmake", "-G", "Ninja", "-S", str(folder), "-B", str(folder / kind.place), *kind.options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=IN_ENGLISH)
    except OSError as error:
        raise BuildError(f"cannot run cmake ({error.strerror}): scripts/install-packages.sh student installs it") from None
    if done.returncode:
        problems = [line for line in done.stderr.splitlines() if line.strip()]
        raise BuildError("cmake failed: " + " ".join(line.strip() for line in problems[:4]))


def _run_ninja(built, targets):
    """Builds all that can be built; returns the exit code and the output. Tells how far it is."""
    command = ["ninja", "-C", str(built), "-k", "0", *targets]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=IN_ENGLISH)
    except OSError as error:
        raise BuildError(f"cannot run ninja ({error.strerror}): scripts/install-packages.sh student installs it") from None
    output = b""
    with process:
        for line in process.stdout:
            output += line
            count = PROGRESS.match(line)
            if count and sys.stderr.isatty():
                print(f"\r\033[KBuilding {int(count[1])} of {int(count[2])}", end="", file=sys.stderr, flush=True)
            elif count and int(count[2]) >= MANY and int(count[1]) % MANY == 0:  # a window of an editor, a file
                print(f"Building {int(count[1])} of {int(count[2])}", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return process.returncode, output.decode(errors="replace")


def _keep_warnings(folder, built, output):
    """Beside each object that was compiled: a build that has nothing to do says nothing, and they hold on."""
    for part in re.split(r"(?m)^(?=\[\d+/\d+\] )", output):
        compiled = COMPILED.match(part)
        if compiled:
            lines = part.replace(f"{folder}/", "").splitlines()
            found = [[line, *_quoted(lines[number + 1 :])] for number, line in enumerate(lines) if ": warning: " in line]
            (built / f"{compiled[1]}.warnings").write_text(json.dumps(found))


def warnings_of(folder, name):
    """What the compiler warned of in the file `name`, at its latest build: a list of lines for each. What it says of a
    template for float and again for double is told once."""
    warnings = {}
    for path in (folder / "build/CMakeFiles").glob(f"*/{name}.o.warnings"):
        for lines in json.loads(path.read_text()):
            if lines[0].startswith(f"{name}:"):
                warnings.setdefault(lines[0], lines)
    return list(warnings.values())


def build(folder, workers, kind=FAST):
    """Builds the workers of these names. Returns {name: lines that say why} for those that could not be
    built. Raises BuildError."""
    _configure(folder, kind)
    built = folder / kind.place
    targets = [f"worker_{name}" for name in workers]
    code, output = _run_ninja(built, targets)
    _keep_warnings(folder, built, output)
    if code == 0:
        return {}
    other = NOT_THE_CODE.search(output)
    if other:
        raise BuildError(f"the build failed, and not for your code: {other[0].strip()}")
    parts = re.split(r"(?m)^(?=FAILED: |\[\d+/\d+\] )", output)
    reasons = {FAILED.match(part)[1]: first_error(part, folder) for part in parts if FAILED.match(part)}
    problems = {}
    for name, target in zip(workers, targets):
        left = subprocess.run(["ninja", "-C", str(built), "-n", target], capture_output=True, text=True).stdout
        if "no work to do" in left:
            continue
        causes = [reasons[o] for o in OBJECT.findall(left) if o in reasons]
        linking = next((part for part in parts if re.match(rf"FAILED: .*\b{target}\s", part)), "")
        sentence = link_error(linking)
        problems[name] = causes[0] if causes else [sentence] if sentence else first_error(output, folder)
    return problems
