#!/usr/bin/env python3
"""Kills full training and the study with SIGKILL at random moments and starts them again.

After every kill each visible file is whole; in the end all files are, apart from wall time, those
of a run that nobody disturbed, and no .partial file is left. Every third kill waits for the next
moment at which a file is half written.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from programs import (Programs, ended_by_assertions, fingerprint, limit_cpu_time, partials_in,
                      report_on, require_whole_files, run, seconds_of, write_data)


class Tally:
    """What was seen of one program."""

    def __init__(self):
        self.kills = self.during_a_write = self.before_any_file = self.finished = 0
        self.latest = 0.0  # the latest kill, as a share of the running time

    def text(self):
        return (f"{self.kills} kills, {self.during_a_write} of them while a file was half written "
                f"and {self.before_any_file} before the first file; the latest after "
                f"{self.latest:.0%} of the running time; {self.finished} computations finished, all "
                "to the same bits")


def pause(process, seconds, then_partial_in=None, patience=0):
    """Waits, and then, if asked to, for a .partial file, so many seconds; less when the process
    ends."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(min(0.002, max(0.0, end - time.monotonic())))
    if then_partial_in is None:
        return
    end = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < end and not partials_in(then_partial_in):
        pass


def finish(command, output, expected, tally):
    code, _, err = run(command)
    if code != 0:
        raise AssertionError(f"going on ended with {code}: {err}")
    if partials_in(output):
        raise AssertionError(f"left behind: {partials_in(output)}")
    require_whole_files(output)
    actual = fingerprint(output)
    different = [name for name in sorted(set(actual) | set(expected))
                 if actual.get(name) != expected.get(name)]
    if different:
        raise AssertionError(f"other bytes than without interruptions: {', '.join(different)}")
    tally.finished += 1


def kill_often(make_command, folder, kills, numbers):
    whole = folder / "whole"
    seconds = seconds_of(make_command(whole))
    expected = fingerprint(whole)
    require_whole_files(whole)
    tally = Tally()
    output = folder / "killed"
    command = make_command(output)
    while tally.kills < kills:
        from_nothing = not output.exists()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        begun = time.monotonic()
        in_a_write = tally.kills % 3 == 2
        pause(process, numbers.uniform(0, seconds), output if in_a_write else None,
              max(1, seconds))
        process.kill()
        ended = time.monotonic()
        err = process.communicate()[1].decode()
        if process.returncode >= 0:  # it had come to its end
            if process.returncode != 0:
                raise AssertionError(f"going on ended with {process.returncode}: {err}")
            if from_nothing:  # or moments drawn over a slow first run would mostly come too late
                seconds = min(seconds, ended - begun)
            finish(command, output, expected, tally)
            shutil.rmtree(output)
            continue
        tally.kills += 1
        tally.latest = max(tally.latest, (ended - begun) / seconds)
        tally.before_any_file += not output.exists() or not any(output.iterdir())
        tally.during_a_write += any(path.name != ".thinnet.partial" for path in partials_in(output))
        require_whole_files(output)
        if sys.stderr.isatty():
            print(f"\r{tally.kills} of {kills} kills", end="\r", file=sys.stderr, flush=True)
    finish(command, output, expected, tally)
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="build folder with the programs")
    parser.add_argument("--kills", type=int, default=50, help="of each program (50)")
    parser.add_argument("--only", choices=["train_cifar10", "dropout_study"], help="one of them")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (0)")
    parser.add_argument("--data", metavar="FOLDER", help="CIFAR-10: kill trainings and studies of it, "
                        "ten minutes, instead of small ones")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thinnet_kills_") as name:
        folder = Path(name)
        if arguments.data:
            programs = Programs(arguments.build, arguments.data)
            commands = (("train_cifar10", programs.full_training),
                        ("dropout_study", programs.full_study))
        else:
            limit_cpu_time()
            write_data(folder / "data")
            programs = Programs(arguments.build, folder / "data")
            commands = (("train_cifar10", programs.training),
                        ("dropout_study", lambda output: programs.study(output, "--seeds", "0-1")))
        report_on(commands, arguments.only, folder,
                  lambda make_command, place: kill_often(
                      make_command, place, arguments.kills,
                      random.Random(f"{arguments.seed} {place.name}")).text())


if __name__ == "__main__":
    ended_by_assertions("kills", main)
