#!/usr/bin/env python3
"""What a full disk, a read-only or removed folder and a shortened file do to the programs.

Each time: exit code 2, one line on stderr besides progress, every file whole, none half written left
behind; and where the folder is still there, the same command then goes on to the usual bits.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from programs import (BACKSTOP, Programs, fingerprint, limit_cpu_time, met_backstop, partials_in,
                      require_whole_files, run, write_data)

BUILD = Path()
PROGRESS = re.compile(r"training  epoch |keep_prob \S+ +epoch |whitening$| *\d+/\d+ runs ")


def as_nobody(command):
    """To root no folder is read-only."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]


class Faults(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="thinnet_faults_")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.folder.chmod(0o755)
        write_data(self.folder / "data")
        self.programs = Programs(BUILD, self.folder / "data")

    def refused(self, code, err, *parts):
        lines = [line for line in err.splitlines() if not PROGRESS.match(line)]
        self.assertEqual((code, len(lines)), (2, 1), err)
        self.assertRegex(lines[0], r"^(train_cifar10|dropout_study|dropout_cifar10): ")
        for part in parts:
            self.assertIn(part, lines[0])

    def untouched(self, make_command):
        output = self.folder / "untouched"
        if output.exists():
            shutil.rmtree(output)
        code, _, err = run(make_command(output))
        self.assertEqual(code, 0, err)
        return fingerprint(output)

    def goes_on(self, make_command, output, expected):
        code, _, err = run(make_command(output))
        self.assertEqual(code, 0, err)
        self.assertEqual(partials_in(output), [])
        require_whole_files(output)
        actual = fingerprint(output)
        self.assertEqual(sorted(actual), sorted(expected))
        for name, content in expected.items():
            self.assertTrue(actual[name] == content, name)


class FullDisk(Faults):
    SIZE = 1 << 20

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small disk")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs",
                                  str(self.disk)], stderr=subprocess.PIPE, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no small disk to be had: {mounted.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", str(self.disk)], check=True)

    def leave_free(self, kibibytes):
        filler = self.disk / "filler"
        filler.write_bytes(bytes(self.SIZE - 1024 * kibibytes))
        return filler

    def at_every_fill(self, make_command, journal_stays):
        """Full later and later, until nothing is."""
        expected = self.untouched(make_command)
        failures = 0
        for kibibytes in (*range(4, 60, 12), *range(60, 400, 60)):
            with self.subTest(free=kibibytes):
                filler, output = self.leave_free(kibibytes), self.disk / "output"
                code, _, err = run(make_command(output))
                if code == 0:
                    require_whole_files(output)
                    self.assertEqual(partials_in(output), [])
                    filler.unlink()
                    shutil.rmtree(output)
                    break
                failures += 1
                self.refused(code, err, "No space left on device")
                require_whole_files(output)
                self.assertEqual(partials_in(output), [])
                before = [path.read_bytes() for path in output.glob("runs.jsonl")]
                filler.unlink()
                self.goes_on(make_command, output, expected)
                if journal_stays:
                    after = (output / "runs.jsonl").read_bytes()
                    self.assertTrue(all(after.startswith(lines) for lines in before))
                shutil.rmtree(output)
        self.assertGreaterEqual(failures, 5)
        return failures

    def test_training(self):
        print(f"training: {self.at_every_fill(self.programs.training, False)} full disks")

    def test_study(self):
        def make_command(output):
            return self.programs.study(output, "--seeds", "0", "--training", "40")

        print(f"study: {self.at_every_fill(make_command, True)} full disks")

    def test_comparison(self):
        print(f"comparison: {self.at_every_fill(self.programs.comparison, False)} full disks")

    def test_second_checkpoint_beside_the_first(self):
        """A checkpoint takes .6 MB: the disk has no room for the next one beside it."""
        def make_command(output):
            return self.programs.training(output, "--whiten", "0", hidden="400,25")

        expected = self.untouched(make_command)
        output = self.disk / "output"
        code, _, err = run(make_command(output))
        self.refused(code, err, f"{output}/checkpoint.npz: cannot write: No space left on device")
        self.assertEqual([path.name for path in output.iterdir()], ["checkpoint.npz"])
        require_whole_files(output)
        subprocess.run(["mount", "-o", "remount,size=8m", str(self.disk)], check=True)
        code, out, err = run(make_command(output))
        self.assertEqual(code, 0, err)
        self.assertIn(f"Going on from {output}/checkpoint.npz", out)
        self.goes_on(make_command, output, expected)


class ReadOnlyFolder(Faults):
    def setUp(self):
        super().setUp()
        program = self.programs.file("train_cifar10")
        if run(as_nobody([str(program), "--help"]))[0] != 0:
            self.skipTest("an ordinary user cannot reach the programs")
        self.output = self.folder / "output"
        self.output.mkdir()
        if os.geteuid() == 0:
            os.chown(self.output, 65534, 65534)

    def test_before_the_start(self):
        self.output.chmod(0o555)
        for make_command in (self.programs.training, self.programs.study,
                             self.programs.comparison):
            code, _, err = run(as_nobody(make_command(self.output)))
            self.refused(code, err, f"{self.output}: cannot write: Permission denied")
            self.assertEqual(list(self.output.iterdir()), [])

    def test_while_training(self):
        process = start(as_nobody(self.programs.training(self.output, "--epochs", "100000")))
        wait_for(self.output / "checkpoint.npz", process)
        self.output.chmod(0o555)
        code, err = end_of(process)
        self.refused(code, err, f"{self.output}/checkpoint.npz: cannot ", "Permission denied")
        self.output.chmod(0o755)
        require_whole_files(self.output)


def start(command):
    """In the background. What it says on stderr fills a pipe of some 64 KiB: a program with more to
    say waits there until it is read, and so cannot end before its test is ready for that."""
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, bufsize=0)


def end_of(process):
    """Its exit code, and what was not yet read of its stderr."""
    try:
        err = process.communicate(timeout=BACKSTOP)[1].decode()
        return process.returncode, err
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise met_backstop(process.args) from error
    finally:
        process.wait()


def wait_for(path, process):
    """Until the file is there and has a byte in it. The process is to make it, so that its end ends
    the waiting too."""
    end = time.monotonic() + BACKSTOP
    while not path.exists() or path.stat().st_size == 0:
        if process.poll() is not None:
            raise AssertionError(f"{path} was not made: {end_of(process)}")
        if time.monotonic() > end:
            process.kill()
            raise met_backstop(process.args)
        time.sleep(0.002)


class RemovedFolder(Faults):
    """Removed from one moment to the next, so that no file of it is left half removed."""

    def remove_while_running(self, command, output, first_file):
        process = start(command)
        wait_for(output / first_file, process)
        output.rename(self.folder / "removed")
        shutil.rmtree(self.folder / "removed")
        self.addCleanup(lambda: self.assertFalse(output.exists()))  # nobody made it again
        return end_of(process)

    def test_training(self):
        output = self.folder / "output"
        code, err = self.remove_while_running(
            self.programs.training(output, "--epochs", "100000"), output, "checkpoint.npz")
        self.refused(code, err, f"{output}/checkpoint.npz: cannot ", "No such file or directory")

    def test_study_of_pictures(self):
        output = self.folder / "output"
        code, err = self.remove_while_running(
            self.programs.study(output, "--seeds", "0-9999", "--split", "tail"), output, "runs.jsonl")
        self.refused(code, err, str(output))

    def test_study_whose_journal_alone_would_be_written(self):
        """An open file can be written to when it has no name any more."""
        write_data(self.folder / "features", features=12)
        self.programs.data = self.folder / "features"
        output = self.folder / "output"
        code, err = self.remove_while_running(
            self.programs.study(output, "--seeds", "0-9999", "--split", "tail"), output, "runs.jsonl")
        self.refused(code, err, f"{output}/runs.jsonl: was removed while the study ran")

    def test_comparison(self):
        """It tries whether it can write there, trains, and writes. Its first line of progress
        stands between, and so does the test: 2000 such lines do not fit into a pipe."""
        output = self.folder / "output"
        process = start(self.programs.comparison(output, "--epochs", "1000"))
        line = process.stderr.readline().decode()
        self.assertRegex(line, PROGRESS)
        output.rmdir()
        code, err = end_of(process)
        self.refused(code, line + err, f"{output}/history.csv: cannot write: No such file")


class ShortenedData(Faults):
    def test_a_pipe_that_ends_early(self):
        """A file that is shorter than it was when it was opened, at every place."""
        path = self.folder / "data" / "x.npy"
        whole = path.read_bytes()
        path.unlink()
        os.mkfifo(path)
        for size in (0, 1, 9, 60, 128, 200, len(whole) // 2, len(whole) - 1):
            with self.subTest(size=size):
                process = start(self.programs.training(self.folder / "output"))
                path_open = os.open(path, os.O_WRONLY)
                os.write(path_open, whole[:size])
                os.close(path_open)
                self.refused(*end_of(process), str(path))
                self.assertFalse((self.folder / "output").exists())

    def test_a_file_cut_while_it_is_read(self):
        """Several megabytes, cut at random moments: refused, or read before."""
        shutil.rmtree(self.folder / "data")
        write_data(self.folder / "data", training=10000)
        path = self.folder / "data" / "x.npy"
        whole, numbers, refused = path.read_bytes(), random.Random(3), 0
        command = self.programs.training(self.folder / "output", "--training", "40", "--epochs",
                                         "1")
        for _ in range(8):
            path.write_bytes(whole)
            cut = threading.Timer(numbers.uniform(0, 0.05), os.truncate, (path, len(whole) // 3))
            cut.start()
            code, _, err = run(command)
            cut.join()
            if code != 0:
                self.refused(code, err)
                refused += 1
            shutil.rmtree(self.folder / "output", ignore_errors=True)
        print(f"cut while it is read: {refused} of 8 refused")


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    limit_cpu_time()
    unittest.main(verbosity=2)
