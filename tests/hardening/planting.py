"""Plants a fault in a copy of the sources, to see whether a test notices it."""

import contextlib
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# In `file`, `before` becomes `after` in every place, of which there are `times`.
Fault = namedtuple("Fault", "name file before after times", defaults=(1,))


class Copy:
    """The sources in another folder; unchanged files keep their times, so that only a fault is
    compiled anew."""

    def __init__(self, folder, parts, without=()):
        """parts: files and folders of the repository; without: names of folders to leave out."""
        self.folder = Path(folder)
        for part in parts:
            source = ROOT / part
            for path in [source] if source.is_file() else sorted(source.rglob("*")):
                if path.is_file() and not set(path.relative_to(ROOT).parts) & {*without, "node_modules"}:
                    self._put(path)

    def _put(self, path):
        target = self.folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or path.read_bytes() != target.read_bytes():
            shutil.copyfile(path, target)
            shutil.copymode(path, target)

    def run(self, *command):
        return subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", check=False)  # fmt: skip

    def must_run(self, *command):
        done = self.run(*command)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}:\n{done.stdout[-3000:]}")

    @contextlib.contextmanager
    def with_fault(self, fault):
        path = self.folder / fault.file
        text = path.read_text(encoding="utf-8")
        if text.count(fault.before) != fault.times:
            sys.exit(f"{fault.name}: {fault.file} holds {fault.before!r} {text.count(fault.before)} times")
        path.write_text(text.replace(fault.before, fault.after), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")


def plant_all(faults, find):
    """Prints what find(fault) tells of each, None where it was missed. Returns whether any was."""
    missed = 0
    for fault in faults:
        told = find(fault)
        missed += told is None
        print(f"{fault.name}: {told or 'MISSED'}", flush=True)
    print(f"{len(faults) - missed} of {len(faults)} faults found")
    return missed > 0


def chosen_faults(parser, names, faults):
    """Those named, or all; a name that is none ends the program."""
    unknown = set(names) - {fault.name for fault in faults}
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    return [fault for fault in faults if not names or fault.name in names]
