"""Builds workers with CMake and Ninja, and tells which could not be built and why."""

import pathlib
import re
import shutil
import subprocess
import sys

PROGRESS = re.compile(rb"\[(\d+)/(\d+)\]")
FAILED = re.compile(r"^FAILED: (\S+\.o)\b", re.MULTILINE)
OBJECT = re.compile(r"\S+\.o\b")
# Said by a compiler, CMake or Ninja, and not because of a student's text, which may be quoted too.
NOT_THE_CODE = re.compile(
    r"^(?!\s*\d* \||.*(?:#error|static assertion)).*(No space left on device|Disk quota exceeded|Read-only file system|Input/output error|"
    r"Cannot allocate memory|out of memory allocating|virtual memory exhausted|terminated program|"
    r"cannot execute|FAILED: build\.ninja|^ninja: error:|CMake Error).*$", re.MULTILINE)


class BuildError(Exception):
    """Not a student's mistake: CMake or Ninja is missing, the disk is full, or the like."""


def first_error(output, root):
    """The compiler's first error in its output as lines (message, source, caret), with paths as from `root`."""
    lines = [line.replace(f"{root}/", "") for line in output.splitlines()]
    for number, line in enumerate(lines):
        if ": error: " in line or ": fatal error: " in line or "undefined reference" in line:
            below = [text for text in lines[number + 1 : number + 3] if re.match(r"\s+\d* \|", text)]
            return [line, *below]
    return [line for line in lines if line.strip()][-3:] or ["the compiler said nothing"]


def _source_of(built):
    """The folder that a build folder was made for; None when it does not say."""
    try:
        cache = (built / "CMakeCache.txt").read_text(errors="replace")
    except OSError:
        return None
    found = re.search(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache, re.MULTILINE)
    return pathlib.Path(found[1]).resolve() if found else None


def is_configured(folder):
    """Not by a build folder that came with a copy, or was moved: it would build the code of the original."""
    built = folder / "build"
    return (built / "build.ninja").exists() and _source_of(built) == folder.resolve()


def _configure(folder):
    if is_configured(folder):
        return
    shutil.rmtree(folder / "build", ignore_errors=True)
    command = ["cmake", "-G", "Ninja", "-S", str(folder), "-B", str(folder / "build")]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise BuildError(f"cannot run cmake ({error.strerror}): scripts/install-packages.sh student installs it") from None
    if done.returncode:
        problems = [line for line in done.stderr.splitlines() if line.strip()]
        raise BuildError("cmake failed: " + " ".join(line.strip() for line in problems[:4]))


def _run_ninja(folder, targets):
    """Builds all that can be built; returns the exit code and the output. Shows a count on a terminal."""
    command = ["ninja", "-C", str(folder / "build"), "-k", "0", *targets]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        raise BuildError(f"cannot run ninja ({error.strerror}): scripts/install-packages.sh student installs it") from None
    output = b""
    with process:
        for line in process.stdout:
            output += line
            count = PROGRESS.match(line)
            if count and sys.stderr.isatty():
                print(f"\r\033[KBuilding {int(count[1])} of {int(count[2])}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return process.returncode, output.decode(errors="replace")


def build(folder, workers):
    """Builds the workers of these names in folder/build. Returns {name: lines that say why} for those that could not be
    built. Raises BuildError."""
    _configure(folder)
    targets = [f"worker_{name}" for name in workers]
    code, output = _run_ninja(folder, targets)
    if code == 0:
        return {}
    other = NOT_THE_CODE.search(output)
    if other:
        raise BuildError(f"the build failed, and not for your code: {other[0].strip()}")
    parts = re.split(r"(?m)^(?=FAILED: )", output)[1:]
    reasons = {FAILED.match(part)[1]: first_error(part, folder) for part in parts if FAILED.match(part)}
    problems = {}
    for name, target in zip(workers, targets):
        left = subprocess.run(["ninja", "-C", str(folder / "build"), "-n", target], capture_output=True, text=True).stdout
        if "no work to do" in left:
            continue
        causes = [reasons[o] for o in OBJECT.findall(left) if o in reasons]
        problems[name] = causes[0] if causes else first_error(output, folder)
    return problems
