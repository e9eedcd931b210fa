#!/usr/bin/env python3
"""Plants one fault after the other in a copy and sees whether the crash tests find it.

planted_faults.py [NAME...]      (no name: all of them)

The copy and its build folder are build/planted-crashes. Each fault is built, and calls.py, faults.py
and kills.py are run, until one of them fails.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from planting import ROOT, Copy, Fault, chosen_faults, plant_all  # noqa: E402

FAULTS = [
    Fault("in-place", "data/io/file.cpp", 'path + ".partial"', "path", 2),
    Fault("no-sync", "data/io/file.cpp", 'Descriptor(partial, O_RDONLY, "cannot open", path).sync();', ""),
    Fault("no-folder-sync", "data/io/file.cpp",
          'Descriptor(folder_of(path), O_RDONLY | O_DIRECTORY, "cannot open", path).sync();',
          'Descriptor(folder_of(path), O_RDONLY | O_DIRECTORY, "cannot open", path);'),
    Fault("full-disk-unseen", "data/io/file.cpp", 'if (n < 0 && errno != EINTR) fail(shown_, "cannot write", errno);',
          "if (n < 0 && errno != EINTR) return;"),
    Fault("left-behind", "data/io/file.cpp", "    std::remove(partial.c_str());\n    throw;", "    throw;"),
    Fault("steps-forgotten", "training/checkpoint.cpp",
          "  if (state.optimizer.t != nullptr) *state.optimizer.t = static_cast<std::uint64_t>(steps);\n", ""),
    Fault("best-forgotten", "training/checkpoint.cpp",
          "  state.best = std::move(best);\n", ""),
    Fault("moments-forgotten", "training/checkpoint.cpp",
          "matrices.push_back({fmt::format(\"moment{}.{}\", k + 1, parameter.name), &moment[i]});",
          "matrices.push_back({fmt::format(\"moment{}.{}\", k + 1, parameter.name), &parameter.value});"),
    Fault("epoch-again", "training/trainer.cpp",
          "const std::uint64_t step = (epoch - 1) * steps + i;",
          "static std::uint64_t next = 0;\n    const std::uint64_t step = next++;"),
    Fault("torn-line", "apps/dropout_study/journal.cpp",
          "if (begin < bytes.size() && ftruncate(file_, static_cast<off_t>(begin)) != 0)", "if (begin > bytes.size())"),
    Fault("journal-unsynced", "apps/dropout_study/journal.cpp", "!whole || fsync(file_) != 0", "!whole"),
    Fault("journal-first", "apps/dropout_study/run_all.cpp",
          "  if (!trained.tiles.empty()) write_file(tiles_path(output_, run), trained.tiles);\n"
          "  const std::lock_guard<std::mutex> lock(mutex_);\n"
          "  journal_.append(run, trained.result, trained.seconds);\n",
          "  const std::lock_guard<std::mutex> lock(mutex_);\n"
          "  journal_.append(run, trained.result, trained.seconds);\n"
          "  if (!trained.tiles.empty()) write_file(tiles_path(output_, run), trained.tiles);\n"),
    Fault("removed-unseen", "apps/dropout_study/journal.cpp", "about.st_nlink == 0", "false"),
    Fault("short-file-taken", "data/io/npy_header.cpp",
          "  if (header.columns > 0 && header.rows > present / width / header.columns) {\n"
          "    fail(where, fmt::format(\"the header says {}×{} values, the file has {}\", header.rows,\n"
          "                            header.columns, present / width));\n"
          "  }\n"
          "  if (header.rows * header.columns * width != present) fail(where, \"bytes are left over\");\n",
          "  static_cast<void>(present / width);\n"),
]  # fmt: skip


BUILD = ["cmake", "--build", "build/release", "--parallel", "2", "--target", "train_cifar10", "dropout_study",
         "dropout_cifar10", "die_at_call"]  # fmt: skip
TESTS = [["calls.py", "build/release", "build/release/tests/libdie_at_call.so"], ["faults.py", "build/release"], ["kills.py", "build/release"]]


def find(copy, fault):
    """Which test fails, and how; None when none does."""
    with copy.with_fault(fault):
        copy.must_run(*BUILD)
        for name, *arguments in TESTS:
            done = copy.run("python3", "-B", f"tests/hardening/crashes/{name}", *arguments)
            if done.returncode != 0:
                signs = ("AssertionError: ", name[:-3] + ": ", "die_at_call: ")
                lines = done.stdout.replace("\r", "\n").splitlines()
                told = [line for line in lines if any(sign in line for sign in signs)] or lines
                return f"found by {name}: {told[-1].strip()[:160]}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    chosen = chosen_faults(parser, parser.parse_args().names, FAULTS)
    copy = Copy(ROOT / "build/planted-crashes",
                ["CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "cmake", "core", "data", "apps", "examples", "layers", "optim",
                 "tests", "training", "coursework"])  # fmt: skip
    copy.must_run("cmake", "--preset", "release", "-DTHINNET_MPI=OFF")
    return plant_all(chosen, lambda fault: find(copy, fault))


if __name__ == "__main__":
    sys.exit(main())
