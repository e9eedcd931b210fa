#!/usr/bin/env python3
"""Plants one fault after the other in a copy of the parsers and sees whether fuzzing finds it.

planted_faults.py [--runs N] [NAME...]      (no name: all of them)

A fuzzer that finds nothing proves nothing until it has been seen to find something. Every fault is
of a kind that such parsers have: a size that is believed, a product that overflows, a byte too many.
The copy and its build folder, build/planted, are made by scripts/fuzz.sh's own CMake preset.
"""

import argparse
import sys
import tarfile
from collections import namedtuple
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from planting import ROOT, Copy, chosen_faults, plant_all  # noqa: E402

Fault = namedtuple("Fault", "name target file before after times", defaults=(1,))

FAULTS = [
    Fault("cifar10-no-size", "cifar10", "data/io/cifar10.cpp", "bytes != records * record", "bytes > (records + 1) * record"),
    Fault("cifar10-label", "cifar10", "data/io/cifar10.cpp", "for (std::size_t i = 0; i < records; ++i)", "for (std::size_t i = 1; i < records; ++i)"),
    Fault("cifar10-row", "cifar10", "data/io/cifar10.cpp", "&x(labels.size(), 0)", "&x.data()[(labels.size() + begin / records) * width]"),
    Fault("idx-no-room-check", "idx", "data/io/idx.cpp", "  file.require_room(4 + 4 * idx.shape.size(), count);\n  idx.values = file.read(count + 1);", "  idx.values = file.read(count + 1);\n  idx.values.reserve(count);"),
    Fault("idx-overflow", "idx", "data/io/idx.cpp", "size == 0 || count > limit / size", "size == 0 || count * size > limit"),
    Fault("idx-zero", "idx", "data/io/idx.cpp", "size == 0 || count > limit / size", "size > limit || (size > 0 && count > limit / size)"),
    Fault("idx-axes-signed", "idx", "data/io/idx.cpp", "magic[3] < 1", "magic[3] == 0"),
    Fault("idx-label", "idx", "data/io/idx.cpp", "static_cast<std::size_t>(label) >= C", "static_cast<std::size_t>(label) > C"),
    Fault("npy-short-file", "npy", "data/io/npy_header.cpp", "bytes.size() < 12", "bytes.size() < 8"),
    Fault("npy-overflow", "npy", "data/io/npy_header.cpp", "*size > 0 && header.columns > bytes.size() / *size", "false"),
    Fault("npy-left-over", "npy", "data/io/npy_header.cpp", "header.rows * header.columns * width != present", "header.rows * header.columns * width > present"),
    Fault("npy-cast", "npy", "data/io/npy.cpp", "std::is_integral_v<T> && header.type != \"u1\"", "false"),
    Fault("npy-cast-label", "npy", "data/io/arrays.cpp", "label >= 0 && label < limit", "label >= 0"),
    Fault("npy-fortran", "npy", "data/io/npy.cpp", "value(n + offsets[c])", "value(n + offsets[c] * 2)"),
    Fault("csv-not-finite", "csv", "data/io/table.cpp", " || !std::isfinite(value)", ""),
    Fault("csv-short-row", "csv", "data/io/table.cpp", "row.size() != columns.names.size()", "row.size() > columns.names.size()"),
    Fault("npz-bomb", "npz", "data/io/npz.cpp", "entry.size > unpacked_left_)", "entry.size > unpacked_left_ * 1000000)"),
    Fault("npz-same-bytes-twice", "npz", "data/io/npz.cpp", "    file_left_ -= entry.comp_size;\n", ""),
    Fault("weights-half", "weights", "data/io/weights.cpp", "    if (values.back().shape() != p->value.shape()) {", "    if (values.size() == 1) p->value = values.back();\n    if (values.back().shape() != p->value.shape()) {"),
    Fault("weights-shape", "weights", "data/io/weights.cpp", "values.back().shape() != p->value.shape()", "values.back().size() != p->value.size()"),
    Fault("checkpoint-shape", "checkpoint", "training/checkpoint.cpp", "!(Shape(m) == expected)", "m.size() != expected.rows * expected.columns"),
    Fault("checkpoint-no-epoch", "checkpoint", "training/checkpoint.cpp", "table.shape(0) == 0", "false"),
    Fault("checkpoint-steps", "checkpoint", "training/checkpoint.cpp", "steps <= most_steps", "steps <= most_steps * 1e290"),
    Fault("checkpoint-columns", "checkpoint", "training/checkpoint.cpp", "table.shape(1) != columns", "table.shape(1) > columns"),
    Fault("grid-number", "grid_file", "apps/dropout_study/grid_file.cpp", "catch (const Json::out_of_range&)", "catch (const std::bad_alloc&)"),
    Fault("grid-keep-prob", "grid_file", "apps/dropout_study/options.cpp", "value > 0 && value <= 1", "value >= 0 && value <= 1"),
    Fault("grid-infinity", "grid_file", "apps/dropout_study/options.cpp", "value >= 0 && std::isfinite(value)", "value >= 0"),
    Fault("journal-count", "journal_line", "apps/dropout_study/journal_line.cpp", "!value.is_number_unsigned()", "!value.is_number()"),
    Fault("journal-lists", "journal_line", "apps/dropout_study/journal_line.cpp", "line.result.best_epoch <= epochs", "true"),
    Fault("journal-torn", "journal", "apps/dropout_study/journal.cpp", "begin = end + 1", "begin = end"),
    Fault("journal-cut", "journal", "apps/dropout_study/journal.cpp", "ftruncate(file_, static_cast<off_t>(begin))", "ftruncate(file_, static_cast<off_t>(begin + 1))"),
]

def find(copy, fault, runs):
    """How many inputs it took, and what was told; None when `runs` did not suffice."""
    with copy.with_fault(fault):
        copy.must_run("cmake", "--build", "build/fuzz", "--target", fault.target + "_fuzz", "--parallel", "2")
        log = copy.run("bash", "-c",
                       f"exec build/fuzz/tests/hardening/fuzz/{fault.target}_fuzz -runs={runs} -seed=1 -max_len=8192 -malloc_limit_mb=24"
                       f" -rss_limit_mb=1024 -timeout=300 -print_final_stats=1 -entropic=0 -artifact_prefix=build/"
                       f" {dictionary(fault.target)} $(mktemp -d) '{corpus(fault.target)}'"
                       f" $(ls -d '{ROOT}/tests/hardening/fuzz/regressions/{fault.target}' 2> /dev/null)")
    if log.returncode == 0:
        return None
    lines = log.stdout.splitlines()
    told = [line for line in lines if any(word in line for word in ("runtime error", "ERROR: ", "broken promise", "what()"))]
    inputs = [line.split()[-1] for line in lines if line.startswith("stat::number_of_executed_units")]
    told = told[0] if told else lines[-1] if lines else ""
    return f"found after {(inputs or ['?'])[0]} inputs: {told.strip()}"


def corpus(target):
    """The folder that the target's archive was unpacked in."""
    folder = ROOT / "build/planted/corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(ROOT / f"tests/hardening/fuzz/corpus/{target}.tar.gz") as archive:
        archive.extractall(folder)
    return folder


def dictionary(target):
    name = {"weights": "npz", "checkpoint": "npz", "journal_line": "journal", "cifar10": ""}.get(target, target)
    return f"-dict='{ROOT}/tests/hardening/fuzz/dictionaries/{name}.dict'" if name else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500000, help="inputs before a fault counts as missed")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    chosen = chosen_faults(parser, options.names, FAULTS)
    copy = Copy(ROOT / "build/planted/source",
                ["CMakeLists.txt", "CMakePresets.json", "apps", "cmake", "core", "data", "examples", "layers", "optim",
                 "tests/hardening/fuzz", "training"], without=["corpus"])
    copy.must_run("cmake", "--preset", "fuzz")
    return plant_all(chosen, lambda fault: find(copy, fault, options.runs))


if __name__ == "__main__":
    sys.exit(main())
