#!/usr/bin/env python3
"""Kills full training and the study in every call that changes a file: the first, the second, …

A write is cut in the middle, other calls (fsync, rename, ftruncate) are not made. After each kill
every visible file is whole; started again, the program ends with the files of a run that nobody
disturbed. Random moments (kills.py) meet such a call rarely; this meets all of them, once.
"""

import argparse
import os
import shutil
import signal
import tempfile
from pathlib import Path

from kills import finish, Tally
from programs import (Programs, ended_by_assertions, fingerprint, limit_cpu_time, partials_in,
                      report_on, require_whole_files, run, write_data)


def kill_in_every_call(make_command, folder, library):
    code, _, err = run(make_command(folder / "whole"))
    if code != 0:
        raise AssertionError(f"without any kill it ended with {code}: {err}")
    expected = fingerprint(folder / "whole")
    output = folder / "killed"
    command = make_command(output)
    tally = Tally()
    while True:
        environment = dict(os.environ, LD_PRELOAD=library, THINNET_DIE_AT=str(tally.kills + 1))
        code, _, err = run(command, env=environment)
        if code == 0:  # it has no further call
            break
        if code != -signal.SIGKILL:
            raise AssertionError(f"ended with {code}: {err}")
        tally.kills += 1
        try:
            tally.during_a_write += bool(partials_in(output))
            require_whole_files(output, torn_journal=True)
            finish(command, output, expected, tally)
        except AssertionError as error:
            raise AssertionError(f"killed in call {tally.kills}: {error}") from error
        shutil.rmtree(output)
    if tally.kills < 20:
        raise AssertionError(f"files were changed in {tally.kills} calls only")
    return (f"killed in each of its {tally.kills} calls, {tally.during_a_write} of them with a file "
            "half written; all ended in the same bits")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="build folder with the programs")
    parser.add_argument("library", help="the built libdie_at_call.so")
    parser.add_argument("--only", choices=["train_cifar10", "dropout_study"], help="one of them")
    arguments = parser.parse_args()
    limit_cpu_time()
    with tempfile.TemporaryDirectory(prefix="thinnet_calls_") as name:
        folder = Path(name)
        write_data(folder / "data")
        programs = Programs(arguments.build, folder / "data")
        commands = (
            ("train_cifar10", lambda output: programs.training(output, "--epochs", "5")),
            ("dropout_study", lambda output: programs.study(output, "--seeds", "0", "--epochs", "2")))
        library = str(Path(arguments.library).resolve())
        report_on(commands, arguments.only, folder,
                  lambda make_command, place: kill_in_every_call(make_command, place, library))


if __name__ == "__main__":
    ended_by_assertions("calls", main)
