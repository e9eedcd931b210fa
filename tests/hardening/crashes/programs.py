"""Small data, the commands that work on it, and what a whole file of each kind looks like."""

import io
import json
import random
import re
import resource
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree
import zipfile
import zlib
from pathlib import Path

FEATURES, CLASSES, TRAINING, TEST = 64, 3, 60, 30  # pictures of 8 × 8
# An endless loop ends by its own CPU time, which a busy machine does not shorten. The seconds of
# wall clock are for a program that sleeps for ever; no other meets them.
CPU_SECONDS, BACKSTOP = 300, 1200


def write_npy(path, rows, columns, values):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, columns)
    header = header.ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
                     + struct.pack("<%df" % (rows * columns), *values))


def write_data(folder, training=TRAINING, features=FEATURES):
    """x.npy, y.npy, x_test.npy and y_test.npy."""
    folder.mkdir()
    numbers = random.Random(1)
    for ending, rows in (("", training), ("_test", TEST)):
        write_npy(folder / f"x{ending}.npy", rows, features,
                  (numbers.gauss(0, 1) for _ in range(rows * features)))
        write_npy(folder / f"y{ending}.npy", rows, 1, (n % CLASSES for n in range(rows)))


class Programs:
    """Builds command lines: of programs in the build folder, for the data in `data`."""

    def __init__(self, build, data):
        self.build, self.data = Path(build), data

    def file(self, name):
        """Every program has a folder of its own, in examples or in apps."""
        example = self.build / "examples" / name / name
        return example if example.exists() else self.build / "apps" / name / name

    def command(self, name, output, *options):
        return [str(self.file(name)), "--data", str(self.data),
                "--output", str(output), *options]

    def training(self, output, *options, hidden="8,6"):
        return self.command("train_cifar10", output, "--validation", "20", "--epochs", "12",
                            "--batch", "4", "--whiten", "8", "--hidden", hidden, "--optimizer",
                            "adam", "--learning-rate", ".02", "--warm-up", "2", *options)

    def full_training(self, output):
        """Of CIFAR-10, with the program's own settings."""
        return self.command("train_cifar10", output, "--training", "8000", "--epochs", "6")

    def full_study(self, output):
        return self.command("dropout_study", output, "--training", "500", "--epochs", "3",
                            "--seeds", "0-1", "--jobs", "2")

    def study(self, output, *options):
        return self.command("dropout_study", output, "--training", "20,40", "--validation", "20",
                            "--epochs", "12", "--batch", "16", "--hidden", "60", "--jobs", "2",
                            *options)

    def comparison(self, output, *options):
        return self.command("dropout_cifar10", output, "--training", "40", "--validation", "20",
                            "--epochs", "12", "--batch", "16", "--hidden", "8", *options)


def limit_cpu_time():
    """Of every program that is started from now on; SIGXCPU (exit code -24) ends it."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, resource.RLIM_INFINITY))


def met_backstop(command):
    return AssertionError(f"{' '.join(command)} had not ended after {BACKSTOP} s of wall clock: "
                          "the backstop, which is for a program that sleeps for ever")


def run(command, **options):
    """Runs to the end; returns exit code, stdout and stderr."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=BACKSTOP, check=False, **options)
    except subprocess.TimeoutExpired as error:
        raise met_backstop(command) from error
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def seconds_of(command):
    start = time.monotonic()
    code, _, err = run(command)
    if code != 0:
        raise AssertionError(f"{command} ended with {code}: {err}")
    return time.monotonic() - start


def require_whole_npy(file):
    if file[:6] != b"\x93NUMPY":
        raise ValueError("not .npy")
    (length,) = struct.unpack("<H", file[8:10])
    header = file[10:10 + length].decode()
    width = int(re.search(r"'[<|]\w(\d)'", header).group(1))
    for extent in re.search(r"\(([\d, ]*)\)", header).group(1).split(","):
        width *= int(extent) if extent.strip() else 1
    if len(file) != 10 + length + width:
        raise ValueError(f"{len(file)} bytes, expected {10 + length + width}")


def require_whole_npz(file):
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        if not archive.namelist():
            raise ValueError("no arrays")
        for name in archive.namelist():
            require_whole_npy(archive.read(name))  # which checks the sum too


def require_whole_png(file):
    if file[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("not PNG")
    place, kind = 8, b""
    while place < len(file):
        length, kind = struct.unpack(">I4s", file[place:place + 8])
        body = file[place + 4:place + 8 + length]
        (checksum,) = struct.unpack(">I", file[place + 8 + length:place + 12 + length])
        if checksum != zlib.crc32(body):
            raise ValueError("wrong checksum")
        place += 12 + length
    if kind != b"IEND" or place != len(file):
        raise ValueError("no end")


def require_lines(file):
    if file and not file.endswith(b"\n"):
        raise ValueError("a torn line")
    for line in file.splitlines():
        json.loads(line)


def require_ending(*endings):
    def check(file):
        if not file.rstrip().endswith(endings):
            raise ValueError(f"ends with {file[-20:]!r}")
    return check


def require_tiles(file):
    """The weights of 24 units, a byte each, of the small data or of CIFAR-10."""
    if len(file) not in (24 * FEATURES, 24 * 3072):
        raise ValueError(f"{len(file)} bytes of tiles")


CHECKS = {
    ".npz": require_whole_npz,
    ".npy": require_whole_npy,
    ".json": json.loads,
    ".jsonl": require_lines,
    ".png": require_whole_png,
    ".svg": xml.etree.ElementTree.fromstring,
    ".gp": require_ending(b"unset output\n}"),
    ".html": require_ending(b"</html>"),
    ".csv": require_ending(*(b"%d" % digit for digit in range(10))),
    ".rgb": require_tiles,
}


def partials_in(folder):
    return list(folder.rglob("*.partial")) if folder.exists() else []


def require_whole_files(folder, torn_journal=False):
    """Every visible file is whole; one that is being written ends in .partial. The journal's last
    line may be torn when the program was killed while it wrote it."""
    for path in sorted(folder.rglob("*")) if folder.exists() else []:
        if path.is_dir() or path.name.endswith(".partial"):
            continue
        file = path.read_bytes()
        if torn_journal and path.name == "runs.jsonl":
            file = file[:file.rfind(b"\n") + 1]
        try:
            CHECKS[path.suffix](file)
        except Exception as error:
            raise AssertionError(f"{path} is not whole: {error}") from error


def without_seconds(text):
    return re.sub(r'"seconds": ?[\d.e+-]+', '"seconds":0', text)


def fingerprint(folder):
    """What must not depend on interruptions: all files without wall time. The curves and the zip's
    own sums follow from the arrays."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir():
            continue
        if name == "checkpoint.npz":
            with zipfile.ZipFile(path) as archive:
                for array in archive.namelist():
                    if array == "counters.npy":  # steps and seconds: the last 8 bytes
                        found[array] = archive.read(array)[:-8]
                    else:
                        found[array] = archive.read(array)
        elif path.suffix == ".jsonl":  # in the order in which runs came to their end
            found[name] = sorted(without_seconds(path.read_text()).splitlines())
        elif path.suffix == ".json":
            found[name] = without_seconds(path.read_text())
        else:
            found[name] = path.read_bytes()
    return found


def report_on(commands, only, folder, examine):
    """Prints what examine(make_command, folder) says of each program in commands, pairs of a title
    and a function that makes the command; of one alone if `only` is its title."""
    for title, make_command in commands:
        if only not in (None, title):
            continue
        (folder / title).mkdir()
        begun = time.monotonic()
        text = examine(make_command, folder / title)
        print(f"{title}: {text}; {time.monotonic() - begun:.0f} s", flush=True)


def ended_by_assertions(name, main):
    """Calls main; an AssertionError is one line on stderr and exit code 1."""
    try:
        main()
    except AssertionError as error:
        sys.exit(f"{name}: {error}")
