#!/usr/bin/python3
"""Runs the benchmarks in turns and prints one table. scripts/bench.sh builds them and calls this.

A training step (dropout .5 after each hidden layer, SGD with momentum) against the bare matrix
products it contains, where the rest of it goes, and against the same step in NumPy and PyTorch.
All take turns in rounds, so that what disturbs the machine disturbs all of them. A figure is the
median over the rounds; a ratio is the median of the ratios within each round.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
PARTS = ["gather", "mask", "bias, copy", "activation", "dropout", "loss", "update"]


def run_step(program, threads, options, found, order):
    """step_benchmark on so many threads: seconds of each round by (net, threads, what), and
    the place of each (net, threads) in the table."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run(
            [program, f"--benchmark_filter=/{threads}/", f"--benchmark_min_time={options.seconds}",
             f"--benchmark_out={file.name}", "--benchmark_out_format=json"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, OMP_NUM_THREADS=str(threads)))
        report = json.load(file)
    for entry in report["benchmarks"]:
        net, threads_text, what = entry["name"].split("/")[:3]
        key = net, int(threads_text)
        order.setdefault(key, entry["family_index"])
        found.setdefault(key + (what,), []).append(entry["real_time"] * 1e-6)
        if what == "parts":
            for part in ("gather", "affine forward", "affine backward", "relu forward",
                         "relu backward", "dropout forward", "dropout backward", "loss", "update"):
                found.setdefault(key + (part,), []).append(entry[part])
    return report["context"]["kernels"]


def run_beside(program, options, found):
    """Steps beside one busy loop, on one thread and on two: (net, threads, "beside")."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            subprocess.run(
                [program, "--benchmark_filter=/step/", f"--benchmark_min_time={options.seconds}",
                 f"--benchmark_out={file.name}", "--benchmark_out_format=json"],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        finally:
            busy.kill()
            busy.wait()
        for entry in json.load(file)["benchmarks"]:
            net, threads = entry["name"].split("/")[:2]
            found.setdefault((net, int(threads), "beside"), []).append(entry["real_time"] * 1e-6)


def run_python(name, threads, options, kernels, found):
    """step_numpy.py or step_torch.py with OpenBLAS's given kernels; None leaves it to choose."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    if kernels is not None:
        environment["OPENBLAS_CORETYPE"] = kernels
    folder = options.openblas
    if folder:
        environment["LD_LIBRARY_PATH"] = folder
    output = subprocess.run(
        ["/usr/bin/python3", HERE / f"step_{name}.py", "--threads", str(threads), "--repetitions", "1"],
        check=True, stdout=subprocess.PIPE, env=environment, text=True)
    for line in output.stdout.splitlines():
        entry = json.loads(line)
        key = f"{entry['net']}@{entry['batch']}", threads
        found.setdefault(key + ((name, kernels),), []).append(entry["seconds"])


def shown(seconds):
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def print_table(found, order, kernels, options):
    def median(*key):
        return statistics.median(found[key])

    def ratio(net, threads, above, below):
        pairs = zip(found[net, threads, above], found[net, threads, below])
        return statistics.median(a / b for a, b in pairs)

    rows = [["net, batch", "threads", "step", "products", "ratio", "in panels"] + PARTS +
            [f"{name}, {how}" for how in ("same kernels", "as it comes")
             for name in ("NumPy", "PyTorch")]]
    for net, threads in sorted(order, key=order.get):
        step, floor = median(net, threads, "step"), median(net, threads, "floor")
        panels, mask = median(net, threads, "panels"), median(net, threads, "mask")

        def both(kind):
            return (median(net, threads, f"{kind} forward") +
                    median(net, threads, f"{kind} backward"))

        parts = [median(net, threads, "gather"), mask, both("affine") - panels, both("relu"),
                 both("dropout") - mask, median(net, threads, "loss"),
                 median(net, threads, "update")]
        others = []
        for how in (kernels, None):
            for name in ("numpy", "torch"):
                if name in options.without:
                    others.append("")
                    continue
                times = ratio(net, threads, (name, how), "step")
                others.append(f"{shown(median(net, threads, (name, how)))} = {times:.2f} steps")
        rows.append([net.replace("@", ", "), str(threads), shown(step), shown(floor),
                     f"{ratio(net, threads, 'step', 'floor'):.3f}", shown(panels)] +
                    [f"{100 * part / step:.1f} %" for part in parts] + others)
    rows = [row for row in zip(*rows) if any(row[1:])]  # one line a quantity, one column a net
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    for i, row in enumerate(rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        if i == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print(f"\nMedians of {options.rounds} rounds; OpenBLAS with its {kernels} kernels. \"As it "
          "comes\" leaves it to NumPy's and PyTorch's\nOpenBLAS to choose its kernels. Parts are in "
          "per cent of the step; the rest of it is products.")


def print_beside(found):
    print("\nBeside one busy loop, the same step:")
    for net, threads, what in found:
        if what == "beside" and threads == 1:
            one, two = found[net, 1, what], found[net, 2, what]
            ratio = statistics.median(b / a for a, b in zip(one, two))
            print(f"  {net.replace('@', ', ')}: on one thread {shown(statistics.median(one))}, on "
                  f"two {shown(statistics.median(two))}, ratio {ratio:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="step_benchmark")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.2, help="of each benchmark in a round")
    parser.add_argument("--openblas", default="", help="folder with OpenBLAS's libblas.so.3")
    parser.add_argument("--without", nargs="*", default=[], choices=["numpy", "torch"])
    options = parser.parse_args()
    found, order = {}, {}
    for threads in options.threads:
        for number in range(options.rounds):
            print(f"threads {threads}: round {number + 1} of {options.rounds}", file=sys.stderr)
            kernels = run_step(options.program, threads, options, found, order)
            for name in ("numpy", "torch"):
                if name not in options.without:
                    run_python(name, threads, options, kernels, found)
                    run_python(name, threads, options, None, found)
    for number in range(options.rounds):
        print(f"beside a busy loop: round {number + 1} of {options.rounds}", file=sys.stderr)
        run_beside(options.program, options, found)
    print_table(found, order, kernels, options)
    print_beside(found)


if __name__ == "__main__":
    main()
