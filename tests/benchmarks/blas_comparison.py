#!/usr/bin/env python3
"""Which BLAS makes the products of a training step fastest? Prints tables in Markdown.

  cmake --build --preset release --target blas_comparison
  tests/benchmarks/blas_comparison.py [FOLDER OF THE PROGRAMS] [--rounds N] [--repetitions N] [--threads N ...]

The libraries take turns, a round each, so that whatever else the machine does falls on all of them.
A time is the least of all repetitions of all rounds: other work on the machine can only add to it.
"""
import argparse
import json
import os
import subprocess

# Name in the tables: program, environment. An empty value takes a variable away.
VARIANTS = {
    "OpenBLAS, as it chooses": ("openblas", {"OPENBLAS_CORETYPE": None}),
    "OpenBLAS Haswell": ("openblas", {"OPENBLAS_CORETYPE": "Haswell"}),
    "OpenBLAS SkylakeX": ("openblas", {"OPENBLAS_CORETYPE": "SkylakeX"}),
    "OpenBLAS Cooperlake": ("openblas", {"OPENBLAS_CORETYPE": "Cooperlake"}),
    "BLIS, as it chooses": ("blis", {"BLIS_ARCH_TYPE": None}),
    "BLIS skx": ("blis", {"BLIS_ARCH_TYPE": "0"}),
    "oneDNN": ("onednn", {}),
    "Thinnet over SkylakeX": ("thinnet", {"OPENBLAS_CORETYPE": "SkylakeX"}),
    "Thinnet over Cooperlake": ("thinnet", {"OPENBLAS_CORETYPE": "Cooperlake"}),
}


def run(program, settings, threads, repetitions):
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS"):
        environment[name] = str(threads)
    for name, value in settings.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    output = subprocess.run([program, str(repetitions)], env=environment, check=True,
                            capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="build/release/tests/benchmarks")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=7, help="in a round")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    programs = {p: f"{options.folder}/blas_comparison_{p}" for p, _ in VARIANTS.values()}
    variants = {v: s for v, s in VARIANTS.items() if os.path.exists(programs[s[0]])}

    for threads in options.threads:
        seconds = {}  # (net, product, shape) -> variant -> all repetitions
        libraries = {}
        for _ in range(options.rounds):
            for variant, (program, settings) in variants.items():
                for row in run(programs[program], settings, threads, options.repetitions):
                    key = row["net"], row["batch"], row["product"], tuple(row["shape"])
                    seconds.setdefault(key, {}).setdefault(variant, []).extend(row["seconds"])
                    libraries[variant] = row["library"]
        if threads == options.threads[0]:
            for variant, library in libraries.items():
                print(f"- {variant}: {library}")
        print(f"\nGFLOP/s on {threads} thread{'s' if threads > 1 else ''}, and ms of all products\n")
        print("| net, batch | product | " + " | ".join(variants) + " |")
        print("|---|---|" + "---|" * len(variants))
        nets = list(dict.fromkeys(key[:2] for key in seconds))
        for net in nets:
            total = dict.fromkeys(variants, 0.0)
            for key, of in seconds.items():
                if key[:2] != net:
                    continue
                m, k, n = key[3]
                cells = []
                for variant in variants:
                    least = min(of[variant])
                    total[variant] += least
                    cells.append(f"{2e-9 * m * k * n / least:.0f}")
                name = f"{key[2]}: {m}×{k} · {k}×{n}"
                print(f"| {net[0]}, {net[1]} | {name} | " + " | ".join(cells) + " |")
            cells = [f"**{1e3 * total[v]:.2f}**" for v in variants]
            print(f"| {net[0]}, {net[1]} | all, ms | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
